package form

import (
	"net/mail"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"tellus/internal/platform/db"
)

// Bounds of what a visitor writes, in characters, bytes and pieces.
const (
	MostName    = 100
	MostSubject = 200
	MostText    = 20_000
	MostEmail   = 254 // RFC 5321, 4.5.3.1.3
	MostPage    = 1000
	MostFiles   = 10
	MostBytes   = 20_000_000 // of all files together
)

// Written is what a visitor wrote.
type Written struct {
	Name, Email, Subject, Text string
	Page                       string // address of the page where he wrote it, "" where unknown
	Files                      int    // how many, and their bytes
	Bytes                      int64
}

// Fault is what is wrong with a field: name, email, subject, message, files.
type Fault struct {
	Field string `json:"field"`
	Code  string `json:"code"` // needed, not_an_address, not_a_name, too_long, too_many, too_large
}

// Check brings what was written into the form in which it is kept, and returns what the visitor has to mend, in the order of the fields.
func (f Form) Check(w *Written) (faults []Fault) {
	fault := func(field, code string) { faults = append(faults, Fault{field, code}) }
	w.Name, w.Email, w.Subject, w.Text = line(w.Name), line(w.Email), line(w.Subject), strings.TrimSpace(lines(w.Text))
	w.Page = page(w.Page)
	switch {
	case f.Name == "off":
		w.Name = ""
	case w.Name == "":
		if f.Name == "required" {
			fault("name", "needed")
		}
	case utf8.RuneCountInString(w.Name) > MostName:
		fault("name", "too_long")
	case addressLike(w.Name):
		// An acknowledgement may repeat the name: nobody shall send strangers to a website by it.
		fault("name", "not_a_name")
	}
	switch {
	case w.Email == "":
		fault("email", "needed")
	case !answerable(w.Email):
		fault("email", "not_an_address")
	}
	switch {
	case f.Subject == "off":
		w.Subject = ""
	case w.Subject == "" && f.Subject == "required":
		fault("subject", "needed")
	case utf8.RuneCountInString(w.Subject) > MostSubject:
		fault("subject", "too_long")
	}
	switch {
	case w.Text == "":
		fault("message", "needed")
	case utf8.RuneCountInString(w.Text) > MostText:
		fault("message", "too_long")
	}
	switch {
	case w.Files > 0 && !f.Files, w.Files > MostFiles:
		fault("files", "too_many")
	case w.Bytes > MostBytes:
		fault("files", "too_large")
	}
	return faults
}

// line is a text on one line without controls and marks that change its direction.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, db.Text(s))
	return strings.Join(strings.Fields(s), " ")
}

// lines is a text with \n at the ends of lines and without controls other than tabs.
func lines(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(db.Text(s))
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}

func addressLike(name string) bool {
	low := strings.ToLower(name)
	return strings.Contains(low, "://") || strings.Contains(low, "www.") || strings.ContainsAny(low, "@<>")
}

// answerable reports whether mail can be sent to an address: one address, letters of ASCII before the "@" (RFC 5321, 4.1.2), a domain with a dot.
func answerable(email string) bool {
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || parsed.Name != "" || len(email) > MostEmail {
		return false
	}
	at := strings.LastIndexByte(email, '@')
	for _, r := range email[:at] {
		if r >= utf8.RuneSelf {
			return false
		}
	}
	domain := email[at+1:]
	return at <= 64 && strings.Contains(strings.Trim(domain, "."), ".") && !strings.ContainsAny(domain, "[]") && !strings.ContainsAny(email, "\"() ")
}

// page is the address of a website without what may be secret in it: its user and its fragment.
func page(s string) string {
	if len(s) > MostPage {
		return ""
	}
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	u.User, u.Fragment, u.RawFragment, u.RawQuery = nil, "", "", ""
	return db.Text(u.String())
}
