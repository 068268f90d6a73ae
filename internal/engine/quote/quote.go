// Package quote tells a mail's own words from what its writer's program added: the quoted history and the signature.
// It only marks; nothing is ever removed, so a reader can always unfold the rest. Where it is in doubt, text is visible.
//
// "Visible" is what the writer typed for this message: greeting, answers between quoted lines, closing words and the
// typed name included. "Quote" is history together with the line that introduces it, a forwarded mail under a comment
// included. "Signature" is what a delimiter ("-- ") or a program ("Sent from my phone") put there, and a block of
// contact details under a closing formula.
package quote

import "strings"

// Kind says what a Section is.
type Kind int

// The kinds of section.
const (
	Visible   Kind = iota // the writer's own words
	Quote                 // earlier messages and what introduces them
	Signature             // signature, mobile footer, list footer
)

// String returns the kind's name in lower case.
func (k Kind) String() string {
	switch k {
	case Quote:
		return "quote"
	case Signature:
		return "signature"
	default:
		return "visible"
	}
}

// Section is the byte span [Start, End) of the text given to Split. Sections begin and end at line starts.
type Section struct {
	Kind       Kind
	Start, End int
}

// Split divides a plain-text mail body into sections that follow one another and cover the text exactly; neighbours
// differ in kind, and an empty text has no section. Lines may end in LF or CRLF. Its cost is linear in the text.
func Split(text string) []Section {
	if text == "" {
		return nil
	}
	d := newDocument(text)
	d.mark()
	return d.sections()
}

// VisibleText returns the visible sections of a text joined together, without blank lines at either end.
func VisibleText(text string) string {
	var b strings.Builder
	for _, s := range Split(text) {
		if s.Kind == Visible {
			b.WriteString(text[s.Start:s.End])
		}
	}
	return trimBlankLines(b.String())
}

// sections merges the marks of the lines into spans. Blank lines join the section before them, so that a folded
// history doesn't leave its blank lines behind as a section of their own.
func (d *document) sections() []Section {
	var out []Section
	for i := range d.lines {
		l := &d.lines[i]
		kind := l.mark
		if n := len(out); n > 0 && (l.blank || out[n-1].Kind == kind) {
			out[n-1].End = l.end
			continue
		}
		if n := len(out); n > 0 && d.onlyBlank(out[n-1]) {
			out[n-1].Kind, out[n-1].End = kind, l.end
			continue
		}
		out = append(out, Section{Kind: kind, Start: l.start, End: l.end})
	}
	return out
}

// onlyBlank reports whether a section has no visible character. Only the first section can be so, because blank lines
// join what is before them.
func (d *document) onlyBlank(s Section) bool {
	return s.Start == 0 && d.firstInk >= s.End
}

// trimBlankLines cuts blank lines at both ends, and white space at the very end, but keeps the first line's indent.
func trimBlankLines(s string) string {
	s = strings.TrimRight(s, " \t\r\n\u00a0")
	for {
		line, rest, found := strings.Cut(s, "\n")
		if !found || strings.TrimSpace(line) != "" {
			return s
		}
		s = rest
	}
}
