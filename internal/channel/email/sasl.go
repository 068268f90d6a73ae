package email

import (
	"strings"

	"github.com/emersion/go-sasl"
)

// xoauth2 is the mechanism of Google and Microsoft: a bearer token in the initial response, and an empty answer to the JSON that explains a
// refusal, after which the server says no (https://developers.google.com/workspace/gmail/imap/xoauth2-protocol).
type xoauth2 struct {
	user, token string
	refusal     string
}

var _ sasl.Client = (*xoauth2)(nil)

func (x *xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

func (x *xoauth2) Next(challenge []byte) ([]byte, error) {
	x.refusal = clip(string(challenge))
	return []byte{}, nil
}

// login is the mechanism LOGIN, for servers that offer nothing else. go-sasl's own insists on "Password:", which not every server says.
type login struct{ user, password string }

var _ sasl.Client = login{}

func (l login) Start() (string, []byte, error) { return sasl.Login, nil, nil }

func (l login) Next(challenge []byte) ([]byte, error) {
	if strings.HasPrefix(strings.ToLower(string(challenge)), "user") {
		return []byte(l.user), nil
	}
	return []byte(l.password), nil
}
