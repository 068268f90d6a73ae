// Package mailmsg reads and writes Internet mail. Reading never fails and costs work and memory linear in the size of the mail:
// what cannot be understood is named in Mail.Problems and the rest is still given. The package knows nothing of the desk; it
// neither cuts quoted history nor classifies bounces.
package mailmsg

import (
	"bytes"
	"time"
)

// Limits bound what Parse looks at. A zero field means its default. Whatever lies beyond a limit is left out of the result and
// named in Mail.Problems; the raw mail is untouched.
type Limits struct {
	Depth       int // nesting of multiparts, and of messages opened with Part.Message; default 40
	Parts       int // entities in one mail, multiparts included; default 1,000
	HeaderBytes int // bytes kept of one header block; a single field keeps at most a quarter; default 1 MiB
	TextBytes   int // bytes of decoded text, and of HTML, put together for Text and HTML; default 4 MiB

	// HTMLText converts HTML to plain text where a mail has no plain text. Nil means the package's own small converter.
	HTMLText func(html string) string

	// OurLoop tells by the value of X-Tellus-Loop whether a mail is one of our own come back; another desk's mail is no loop. Nil takes every
	// value for ours.
	OurLoop func(value string) bool
}

func (l Limits) withDefaults() Limits {
	if l.Depth <= 0 {
		l.Depth = 40
	}
	if l.Parts <= 0 {
		l.Parts = 1000
	}
	if l.HeaderBytes <= 0 {
		l.HeaderBytes = 1 << 20
	}
	if l.TextBytes <= 0 {
		l.TextBytes = 4 << 20
	}
	if l.HTMLText == nil {
		l.HTMLText = htmlToText
	}
	return l
}

// ProblemCode names what was wrong with a mail, in a form that programs may compare.
type ProblemCode string

// The problems that Parse reports.
const (
	ProblemHeaderSize   ProblemCode = "header_size"    // a header block was larger than the limit
	ProblemHeaderSyntax ProblemCode = "header_syntax"  // a line of a header block is no field
	ProblemNoHeader     ProblemCode = "no_header"      // the mail has no header at all
	ProblemDepth        ProblemCode = "depth"          // nested deeper than the limit
	ProblemParts        ProblemCode = "parts"          // more parts than the limit
	ProblemBoundary     ProblemCode = "boundary"       // a multipart without a usable boundary
	ProblemUnclosed     ProblemCode = "unclosed"       // a multipart without its closing delimiter
	ProblemEncoding     ProblemCode = "encoding"       // transfer encoding unknown or broken
	ProblemCharset      ProblemCode = "charset"        // the declared character set is unknown or wrong; another was used
	ProblemTextSize     ProblemCode = "text_size"      // text was cut at the limit
	ProblemSender       ProblemCode = "sender"         // no address of a sender
	ProblemDate         ProblemCode = "date"           // the date could not be read
	ProblemAddress      ProblemCode = "address_syntax" // an address list could only be read in part
)

// Problem is one thing that was wrong with a mail. Detail is for the administrator's eyes, in English, and may hold foreign text.
type Problem struct {
	Code   ProblemCode
	Detail string
}

// Mail is one mail as read. All strings are valid UTF-8 without NUL. Byte slices alias the raw mail and must not be written to.
type Mail struct {
	Raw    []byte // the mail as given to Parse
	Header Header // of the mail itself; Root.Header is the same

	From    []Address // authors; empty where the mail names none
	Sender  []Address // the Sender field: who sent it for the authors
	ReplyTo []Address // where answers are wanted; empty means From
	To      []Address
	Cc      []Address
	Bcc     []Address

	Subject    string    // decoded, unfolded, without surrounding blanks
	Date       time.Time // as the sender wrote it, with its offset; zero where absent or unreadable
	MessageID  string    // without angle brackets
	InReplyTo  []string  // ids without angle brackets
	References []string  // ids without angle brackets, oldest first, at most 200 (the first and the latest)

	ReturnPath     string // address of the Return-Path field, empty for a null path
	NullReturnPath bool   // the mail carries "Return-Path: <>"

	Text     string // body as plain text with \n; made from HTML where there is no plain text
	HTML     string // body as HTML, unsanitised; empty where there is none
	TextFrom string // media type that Text was read from: "text/plain", "text/html" or ""

	Root        *Part   // the tree of parts
	Attachments []*Part // leaves that are not part of Text or HTML, in order, inline images included

	Auto       Auto   // whether a machine wrote it
	LoopHeader string // value of the first X-Tellus-Loop field: set on every mail that the desk sends

	Problems []Problem

	limits Limits
}

// Parse reads a mail. It never fails and never panics, whatever the bytes; an empty raw gives an empty Mail with problems.
// The result aliases raw, which must not change while the Mail is in use. A Mail may be read from several goroutines.
func Parse(raw []byte, limits Limits) *Mail {
	m := &Mail{Raw: raw, limits: limits.withDefaults()}
	p := &parser{mail: m, limits: m.limits, src: normaliseLineEnds(raw)}
	m.Root = p.parse()
	if m.Root.Header.hint == "" {
		m.Root.Header.hint = m.Root.firstCharset()
	}
	m.Header = m.Root.Header
	m.readHeader()
	m.readBody()
	m.Auto = classifyAuto(m, limits.OurLoop == nil || limits.OurLoop(m.LoopHeader))
	return m
}

// normaliseLineEnds returns raw unless it uses a bare CR as its only line end (classic Mac OS), which is then rewritten in a copy.
func normaliseLineEnds(raw []byte) []byte {
	if bytes.IndexByte(raw, '\n') >= 0 || bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	return bytes.ReplaceAll(raw, []byte{'\r'}, []byte{'\n'})
}

// maxProblems keeps a mail of garbage from being described at greater length than it has.
const maxProblems = 50

func (m *Mail) problem(code ProblemCode, detail string) {
	if len(m.Problems) >= maxProblems {
		return
	}
	p := Problem{Code: code, Detail: clip(detail, 200)}
	for _, old := range m.Problems {
		if old == p {
			return
		}
	}
	m.Problems = append(m.Problems, p)
}

// Has tells whether the mail has a problem of this code.
func (m *Mail) Has(code ProblemCode) bool {
	for _, p := range m.Problems {
		if p.Code == code {
			return true
		}
	}
	return false
}

// Author returns the first author's address, else the Sender's, else the return path, else the zero Address.
func (m *Mail) Author() Address {
	for _, list := range [][]Address{m.From, m.Sender} {
		for _, a := range list {
			if a.Email != "" {
				return a
			}
		}
	}
	if m.ReturnPath != "" {
		return Address{Email: m.ReturnPath}
	}
	if len(m.From) > 0 {
		return m.From[0]
	}
	return Address{}
}

// Answerable returns where an answer belongs: Reply-To where it names an address, else the author (RFC 5322 3.6.2). Addresses that
// no mail server would take are left out, so the result may be empty.
func (m *Mail) Answerable() []Address {
	var out []Address
	for _, a := range m.ReplyTo {
		if ValidAddress(a.Email) {
			out = append(out, a)
		}
	}
	if len(out) > 0 {
		return out
	}
	if a := m.Author(); ValidAddress(a.Email) {
		return []Address{a}
	}
	return nil
}

// maxReferences bounds References: the first (the root of the thread) and the latest are what threading needs.
const maxReferences = 200

func (m *Mail) readHeader() {
	h := m.Header
	list := func(name string) []Address {
		var out []Address
		for _, f := range h.fields {
			if f.is(name) && len(out) < maxAddresses {
				got, ok := parseAddressList(h.utf8(f.value))
				if !ok {
					m.problem(ProblemAddress, name)
				}
				out = append(out, got...)
			}
		}
		return out
	}
	m.From, m.Sender, m.ReplyTo = list("From"), list("Sender"), list("Reply-To")
	m.To, m.Cc, m.Bcc = list("To"), list("Cc"), list("Bcc")
	m.Subject = collapseSpace(h.Get("Subject"))

	for _, d := range h.Values("Date") {
		t, ok := ParseDate(d)
		if ok {
			m.Date = t
			break
		}
		m.problem(ProblemDate, d)
	}
	if ids := ParseIDs(h.Raw("Message-ID")); len(ids) > 0 {
		m.MessageID = ids[0]
	}
	m.InReplyTo = ParseIDs(h.Raw("In-Reply-To"))
	for _, f := range h.fields {
		if f.is("References") {
			m.References = append(m.References, ParseIDs(h.utf8(f.value))...)
		}
	}
	if n := len(m.References); n > maxReferences {
		m.References = append(m.References[:1:1], m.References[n-maxReferences+1:]...)
	}

	if h.Has("Return-Path") {
		got, _ := parseAddressList(h.Raw("Return-Path"))
		if len(got) > 0 {
			m.ReturnPath = got[0].Email
		}
		m.NullReturnPath = m.ReturnPath == "" && bytes.Contains([]byte(h.Raw("Return-Path")), []byte("<>"))
	}
	m.LoopHeader = h.Get("X-Tellus-Loop")
	if m.Author().Email == "" {
		m.problem(ProblemSender, "")
	}
}
