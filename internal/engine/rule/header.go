package rule

import (
	"strings"
	"unicode/utf8"

	"tellus/internal/engine/condition"
)

// Header is a field of a mail's header.
type Header struct {
	Name  string `json:"n"` // in lower case
	Value string `json:"v"` // decoded, one line
}

// Bounds of what is kept of a mail's header.
const (
	MostHeaders     = 60
	longestName     = 60   // bytes
	longestValue    = 500  // characters: what is longer ends there
	mostHeaderBytes = 4096 // of names and values together
)

// ofHeader begins the keys of attributes that stand for one field of the header, such as message.header.x-priority.
const ofHeader = "message.header."

// Registry finds what rules can ask for: what is listed, and any field of a mail's header by its name.
type Registry struct{ condition.List }

// Find implements condition.Registry.
func (r Registry) Find(key string) (*condition.Attribute, bool) {
	if name, ok := strings.CutPrefix(key, ofHeader); ok {
		return &condition.Attribute{Key: key, Kind: condition.Text, Patterns: true, Lines: true}, headerName(name)
	}
	return r.List.Find(key)
}

// headerName reports whether a field of a header can have a name, in lower case (RFC 5322 section 2.2, without what nobody writes).
func headerName(name string) bool {
	if name == "" || len(name) > longestName {
		return false
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

// untold are fields of a header that say nothing of what somebody wrote, or are asked for otherwise: the way of the mail, signatures, the form of its parts.
var untold = []string{"received", "x-received", "received-spf", "dkim-signature", "domainkey-signature", "arc-", "x-google-", "x-gm-", "x-ms-exchange-", "x-microsoft-antispam", "x-microsoft-antispam-",
	"content-type", "content-transfer-encoding", "mime-version", "from", "to", "cc", "bcc", "subject", "date", "references"}

// Kept is what is kept of a mail's header for rules: in its order, within bounds, without what rules are not asked about.
func Kept(fields []Header) (kept []Header) {
	left := mostHeaderBytes
	for _, f := range fields {
		f.Name = strings.ToLower(f.Name)
		if !headerName(f.Name) || untoldOf(f.Name) {
			continue
		}
		f.Value = strings.Join(strings.Fields(strings.ToValidUTF8(f.Value, "\uFFFD")), " ")
		if utf8.RuneCountInString(f.Value) > longestValue {
			f.Value = string([]rune(f.Value)[:longestValue])
		}
		size := len(f.Name) + len(f.Value)
		if size > left {
			continue // a shorter one may fit
		}
		left -= size
		if kept = append(kept, f); len(kept) == MostHeaders {
			break
		}
	}
	return kept
}

func untoldOf(name string) bool {
	for _, u := range untold {
		if name == u || strings.HasSuffix(u, "-") && strings.HasPrefix(name, u) {
			return true
		}
	}
	return false
}

// header is what a message has of a field of its header, a line for each time that it stands there; all of them as "name: value" where no field is named.
func (m *Message) header(name string) condition.Value {
	var lines []string
	for _, h := range m.Headers {
		switch name {
		case "":
			lines = append(lines, h.Name+": "+h.Value)
		case h.Name:
			lines = append(lines, h.Value)
		}
	}
	text := strings.Join(lines, "\n")
	if len(lines) > 0 && text == "" {
		text = " " // a field that says nothing is there all the same
	}
	return condition.Value{Has: len(lines) > 0, Text: text}
}
