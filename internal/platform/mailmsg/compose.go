package mailmsg

import (
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// Outgoing is a mail to be written. Names and Subject are plain text; line ends and controls in them become blanks.
type Outgoing struct {
	From    Address   // required
	ReplyTo []Address // left out where empty
	To, Cc  []Address // either may be empty, but not both together with Bcc
	Bcc     []Address // recipients of the envelope only; never written

	Subject    string
	Date       time.Time // required; written with its offset
	MessageID  string    // required, without angle brackets; NewMessageID makes one
	InReplyTo  string    // without angle brackets; "" for none
	References []string  // oldest first, without angle brackets; InReplyTo is added where it is missing

	AutoSubmitted string  // "auto-replied" or "auto-generated" (RFC 3834) for what no person wrote; "" otherwise
	Loop          string  // value of X-Tellus-Loop, which says whose mail it is when it comes back; "" for none
	Extra         []Field // further fields, such as List-Unsubscribe

	Text        string // plain text, \n or CRLF
	HTML        string // a whole document or a fragment; "" for a mail in plain text
	Inline      []File // shown by HTML through cid: links
	Attachments []File

	// Seed makes the boundaries. Equal input gives equal bytes. Empty means MessageID.
	Seed string
}

// File is an attachment or an inline image.
type File struct {
	Name      string
	MediaType string // "application/octet-stream" where empty or malformed
	ContentID string // without angle brackets; required for inline files
	Content   []byte
}

// ErrAddress is returned by Compose for addresses that cannot stand in a header or be given to a mail server: without domain, with blanks,
// controls or brackets.
var ErrAddress = errors.New("not a mail address")

// ErrField is returned by Compose for ids, names of fields and other values that a mail cannot carry, such as those with line ends.
var ErrField = errors.New("not fit for a header field")

// Limits of what is written.
const (
	maxLine       = 998 // RFC 5322 2.1.1, without CRLF
	foldAt        = 76
	maxRefsOut    = 20 // ids in References: the first and the latest
	maxIDOut      = 900
	maxRecipients = 500
)

// NewMessageID returns a new id at a domain, of 130 random bits.
func NewMessageID(domain string) string {
	var b [17]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])[:26]) + "@" + domain
}

// IDDomain returns what stands behind the "@" of a Message-ID of whoever sends from an address: its own domain (RFC 5322 3.6.4), in ASCII; "tellus.invalid"
// where the address has none.
func IDDomain(address string) string {
	domain, err := idna.Lookup.ToASCII(address[strings.LastIndexByte(address, '@')+1:])
	if err != nil || domain == "" || !strings.Contains(address, "@") {
		return "tellus.invalid"
	}
	return domain
}

// Recipients returns the addresses of the envelope: To, Cc and Bcc, each once, domains in ASCII. It fails as Compose does.
func (o Outgoing) Recipients() ([]string, error) {
	var out []string
	seen := map[string]bool{}
	for _, list := range [][]Address{o.To, o.Cc, o.Bcc} {
		for _, a := range list {
			email, err := writableEmail(a.Email)
			if err != nil {
				return nil, err
			}
			if key := strings.ToLower(email); !seen[key] {
				seen[key] = true
				out = append(out, email)
			}
		}
	}
	if len(out) > maxRecipients {
		return nil, fmt.Errorf("%d recipients, at most %d: %w", len(out), maxRecipients, ErrField)
	}
	return out, nil
}

// Compose writes a mail (RFC 5322, RFC 2045): 7-bit, CRLF, lines of at most 998 characters. An address with letters beyond ASCII before the "@" stands as it
// is (RFC 6532): nothing else says it, and who takes it knows RFC 6531. No value can add a field or a recipient.
// It returns ErrAddress or ErrField, wrapped, for what it refuses.
func Compose(o Outgoing) ([]byte, error) {
	to, err := o.Recipients()
	if err != nil {
		return nil, err
	}
	if len(to) == 0 {
		return nil, fmt.Errorf("no recipient: %w", ErrAddress)
	}
	if o.Date.IsZero() {
		return nil, fmt.Errorf("no date: %w", ErrField)
	}
	w := &mailWriter{}
	w.header(o)
	w.body(o)
	if w.err != nil {
		return nil, w.err
	}
	return w.out.Bytes(), nil
}

// mailWriter collects the mail and the first error.
type mailWriter struct {
	out        bytes.Buffer
	err        error
	seed       string
	boundaries int
}

func (w *mailWriter) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

func (w *mailWriter) header(o Outgoing) {
	w.seed = o.Seed
	if w.seed == "" {
		w.seed = o.MessageID
	}
	w.field("Date", o.Date.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	w.addresses("From", []Address{o.From})
	w.addresses("Reply-To", o.ReplyTo)
	w.addresses("To", o.To)
	w.addresses("Cc", o.Cc)
	w.field("Subject", encodeWords(oneLine(o.Subject)))
	w.field("Message-ID", w.id(o.MessageID))
	if o.InReplyTo != "" {
		w.field("In-Reply-To", w.id(o.InReplyTo))
	}
	if refs := referencesOut(o); len(refs) > 0 {
		for i, id := range refs {
			refs[i] = w.id(id)
		}
		w.field("References", strings.Join(refs, " "))
	}
	if o.AutoSubmitted != "" {
		w.field("Auto-Submitted", w.token(o.AutoSubmitted))
		w.field("X-Auto-Response-Suppress", "All") // Exchange answers automatic mails unless told so
	}
	if o.Loop != "" {
		w.field(LoopHeaderName, encodeWords(oneLine(o.Loop)))
	}
	for _, f := range o.Extra {
		w.extra(f)
	}
	w.field("MIME-Version", "1.0")
}

// reserved are the fields that Extra cannot write: they have their own place, or must never be written.
var reserved = map[string]bool{
	"date": true, "from": true, "sender": true, "reply-to": true, "to": true, "cc": true, "bcc": true, "subject": true, "message-id": true, "in-reply-to": true,
	"references": true, "mime-version": true, "content-type": true, "content-transfer-encoding": true, "content-disposition": true, "return-path": true,
}

func (w *mailWriter) extra(f Field) {
	name, _ := fieldName([]byte(f.Name + ":"))
	if name != f.Name || len(name) > 60 || reserved[strings.ToLower(name)] {
		w.fail("field %q: %w", f.Name, ErrField)
		return
	}
	w.field(f.Name, encodeWords(oneLine(f.Value)))
}

// referencesOut returns the ids to write: the first, which is the root of the thread, and the latest, the answered one last.
func referencesOut(o Outgoing) []string {
	var refs []string
	for _, id := range o.References {
		if id != "" && id != o.InReplyTo {
			refs = append(refs, id)
		}
	}
	if o.InReplyTo != "" {
		refs = append(refs, o.InReplyTo)
	}
	if len(refs) > maxRefsOut {
		refs = append(refs[:1:1], refs[len(refs)-maxRefsOut+1:]...)
	}
	return refs
}

func (w *mailWriter) id(id string) string {
	if id == "" || len(id) > maxIDOut || !strings.Contains(id, "@") && strings.ContainsAny(id, " ") {
		w.fail("message id %q: %w", clip(id, 100), ErrField)
		return ""
	}
	for i := 0; i < len(id); i++ {
		if c := id[i]; c <= ' ' || c > '~' || c == '<' || c == '>' {
			w.fail("message id %q: %w", clip(id, 100), ErrField)
			return ""
		}
	}
	return "<" + id + ">"
}

func (w *mailWriter) token(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'a' || c > 'z') && c != '-' {
			w.fail("token %q: %w", clip(s, 100), ErrField)
			return ""
		}
	}
	return s
}

// addresses writes a list, one address a line where they are many.
func (w *mailWriter) addresses(name string, list []Address) {
	if len(list) == 0 {
		return
	}
	var written []string
	for _, a := range list {
		email, err := writableEmail(a.Email)
		if err != nil {
			w.fail("%s: %w", name, err)
			return
		}
		written = append(written, writtenAddress(a.Name, email))
	}
	w.field(name, strings.Join(written, ", "))
}

// writableEmail returns the address with its domain in ASCII (RFC 5891), or ErrAddress.
func writableEmail(email string) (string, error) {
	if !ValidAddress(email) {
		return "", fmt.Errorf("%q: %w", clip(email, 100), ErrAddress)
	}
	at := strings.LastIndexByte(email, '@')
	local, domain := email[:at], email[at+1:]
	if !isASCII([]byte(domain)) {
		ascii, err := idna.Lookup.ToASCII(domain)
		if err != nil {
			return "", fmt.Errorf("%q: %w", clip(email, 100), ErrAddress)
		}
		domain = ascii
	}
	return local + "@" + domain, nil
}

// writtenAddress returns a mailbox as it stands in a header.
func writtenAddress(name, email string) string {
	name = oneLine(name)
	switch {
	case name == "" || strings.EqualFold(name, email): // a name that says nothing more
		return email
	case needsEncoding(name):
		return encodeWords(name) + " <" + email + ">"
	case strings.ContainsAny(name, `()<>[]:;@\,."`):
		if len(name) > 60 { // a quoted string must not be folded: blanks would be lost in some readers
			return encodeForced(name) + " <" + email + ">"
		}
		return `"` + escapeQuoted(name) + `" <` + email + ">"
	}
	return name + " <" + email + ">"
}

// oneLine makes controls blanks and trims: what cannot stand in a header cannot begin another.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xA0 || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s))
}

// field writes a field, folding it at blanks. A value with line ends is refused: every value was made by this package.
func (w *mailWriter) field(name, value string) {
	if strings.ContainsAny(value, "\r\n\x00") {
		w.fail("field %s: %w", name, ErrField)
		return
	}
	w.out.WriteString(name + ":")
	column := len(name) + 1
	for i, word := range strings.Split(value, " ") {
		if len(word) > maxLine-100 {
			w.fail("field %s: %w", name, ErrField)
			return
		}
		// RFC 5322 2.2.3: never a line of blanks alone.
		if i > 0 && word != "" && column+1+len(word) > foldAt {
			w.out.WriteString("\r\n")
			column = 0
		}
		w.out.WriteString(" " + word)
		column += 1 + len(word)
	}
	w.out.WriteString("\r\n")
}
