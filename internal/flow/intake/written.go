package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/platform/mailmsg"
)

// Written is what somebody wrote in a form of ours, checked by it.
type Written struct {
	Inbox    desk.Inbox
	Nonce    string // of the visit; the same words with the same nonce count once
	Name     string
	Email    string
	Subject  string // the beginning of Text where empty
	Text     string
	Language string // that the form was shown in
	Page     string // address of the page where it stood, "" where unknown
	Peer     string // network address of the visitor
	Files    []mailmsg.File
	Suspect  bool // a program seems to have filled it in: it is kept as spam
}

// formPage is the field of a form's message that names the page where it stood; in mail from outside it means nothing.
const formPage = "X-Form-Page"

// AcceptWritten keeps what was written in a form as an arrival, in the shape of a mail from its writer, so that all that holds for mail holds for it:
// once it returns nil it is safe on disk.
func (in *Intake) AcceptWritten(ctx context.Context, w Written) error {
	id := w.digest()
	subject := w.Subject
	if subject == "" {
		subject = beginning(w.Text)
	}
	_, domain, _ := desk.SplitMail(w.Inbox.Address)
	out := mailmsg.Outgoing{From: mailmsg.Address{Name: w.Name, Email: w.Email}, To: []mailmsg.Address{{Name: w.Inbox.FromName, Email: w.Inbox.Address}},
		Subject: subject, Date: in.DB.Now().Time().UTC(), MessageID: "form." + id + "@" + domain, Text: w.Text, Attachments: w.Files}
	if w.Language != "" {
		out.Extra = append(out.Extra, mailmsg.Field{Name: "Content-Language", Value: w.Language})
	}
	if w.Page != "" {
		out.Extra = append(out.Extra, mailmsg.Field{Name: formPage, Value: w.Page})
	}
	raw, err := mailmsg.Compose(out)
	if err != nil {
		return fmt.Errorf("write down what a form brought: %w", err)
	}
	envelope := channel.Envelope{Channel: desk.WebForm, Language: w.Language, Peer: w.Peer, From: w.Email, To: []string{w.Inbox.Address}}
	if w.Suspect {
		envelope.Flags = []string{"$Junk"}
	}
	return in.Accept(ctx, channel.Arrival{Inbox: w.Inbox.ID, SourceID: "form/" + id, Envelope: envelope, Body: bytes.NewReader(raw)})
}

// digest is the same for the same words and files of one visit: 128 bits in base 16.
func (w Written) digest() string {
	h := sha256.New()
	add := func(b []byte) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		h.Write(b)
	}
	for _, s := range []string{w.Nonce, w.Name, w.Email, w.Subject, w.Text} {
		add([]byte(s))
	}
	for _, f := range w.Files {
		add([]byte(f.Name))
		add(f.Content)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// beginning is the first line of a text, at most 70 characters, cut between words.
func beginning(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	line = strings.Join(strings.Fields(line), " ")
	if utf8.RuneCountInString(line) <= 70 {
		return line
	}
	r := []rune(line)[:70]
	cut := string(r)
	if i := strings.LastIndexByte(cut, ' '); i > 30 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,.;:–-") + "…"
}
