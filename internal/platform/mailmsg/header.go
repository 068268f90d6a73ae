package mailmsg

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Header is a block of header fields in the order in which they stand. The zero value is an empty header.
type Header struct {
	fields []field
	hint   string // character set in which raw 8-bit values are read where they are not UTF-8
}

// field is one field as it stands in the mail: folded, undecoded.
type field struct {
	name  string
	value []byte
}

func (f field) is(name string) bool { return strings.EqualFold(f.name, name) }

// Field is one header field, decoded.
type Field struct{ Name, Value string }

// Get returns the first field of this name (case does not matter), unfolded and with its encoded words (RFC 2047) decoded,
// or "" where there is none.
func (h Header) Get(name string) string {
	for _, f := range h.fields {
		if f.is(name) {
			return h.decoded(f.value)
		}
	}
	return ""
}

// Values returns all fields of this name as Get does, top to bottom.
func (h Header) Values(name string) []string {
	var out []string
	for _, f := range h.fields {
		if f.is(name) {
			out = append(out, h.decoded(f.value))
		}
	}
	return out
}

// Raw returns the first field of this name unfolded and as UTF-8, but with its encoded words left as they are.
func (h Header) Raw(name string) string {
	for _, f := range h.fields {
		if f.is(name) {
			return h.utf8(f.value)
		}
	}
	return ""
}

// field returns the bytes of the first field of this name, folded as they stand.
func (h Header) field(name string) []byte {
	for _, f := range h.fields {
		if f.is(name) {
			return f.value
		}
	}
	return nil
}

// Has tells whether there is a field of this name.
func (h Header) Has(name string) bool {
	for _, f := range h.fields {
		if f.is(name) {
			return true
		}
	}
	return false
}

// Fields returns all fields in order, decoded as by Get.
func (h Header) Fields() []Field {
	out := make([]Field, 0, len(h.fields))
	for _, f := range h.fields {
		out = append(out, Field{f.name, h.decoded(f.value)})
	}
	return out
}

// Len returns the number of fields.
func (h Header) Len() int { return len(h.fields) }

func (h Header) decoded(v []byte) string { return strings.TrimSpace(decodeWords(h.utf8(v), h.hint)) }

// utf8 unfolds a raw value and makes it valid UTF-8.
func (h Header) utf8(v []byte) string {
	v = unfold(v)
	if utf8.Valid(v) {
		return strings.TrimSpace(cleanText(string(v)))
	}
	s, _, _ := decodeCharset(v, h.hint)
	return strings.TrimSpace(cleanText(s))
}

// unfold removes line breaks (RFC 5322 2.2.3): the blanks that begin a continuation line stay, a bare CR becomes a blank.
func unfold(v []byte) []byte {
	if bytes.IndexByte(v, '\n') < 0 && bytes.IndexByte(v, '\r') < 0 {
		return v
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		switch c := v[i]; c {
		case '\n':
			if i+1 < len(v) && v[i+1] != ' ' && v[i+1] != '\t' {
				out = append(out, ' ') // a continuation that lost its blank
			}
		case '\r':
			if i+1 < len(v) && v[i+1] != '\n' && v[i+1] != '\r' {
				out = append(out, ' ')
			}
		default:
			out = append(out, c)
		}
	}
	return out
}

// ParseHeader reads a block of header fields from the beginning of raw, as it stands in a mail, a message/delivery-status or a
// text/rfc822-headers part, and returns it with what follows the blank line that ends it. It takes at most 1 MiB of fields.
func ParseHeader(raw []byte) (Header, []byte) {
	r := headerReader{src: raw, limit: Limits{}.withDefaults().HeaderBytes}
	h, end := r.read(0)
	return h, raw[end:]
}

// maxFields bounds the fields of one block, maxFieldName the length of a name.
const (
	maxFields    = 10_000
	maxFieldName = 2000
)

// maxBefore bounds what may stand before the header of a mail.
const maxBefore = 64 << 10

// headerReader reads one header block tolerantly, in one pass.
type headerReader struct {
	src      []byte
	limit    int
	first    bool                   // the block begins the mail: blank lines and mbox lines before it are skipped
	isStop   func(line []byte) bool // line ends the block without being part of it (a boundary)
	overrun  bool                   // fields were left out
	ended    bool                   // the block ended with a blank line
	badLines int
	bad      []byte // first line that is no field
}

// read returns the header that begins at pos, and the offset at which the body begins.
func (r *headerReader) read(pos int) (Header, int) {
	var h Header
	kept, src := 0, r.src
	if r.first {
		pos = r.skipToHeader(pos)
	}
	last := -1 // offset of the open field's value; -1 for none
	var name string
	flush := func(end int) {
		if last < 0 {
			return
		}
		value := src[last:end]
		last = -1
		if len(h.fields) >= maxFields || kept+len(name) >= r.limit {
			r.overrun = true
			return
		}
		if most := min(r.limit/4, r.limit-kept); len(value) > most {
			value = value[:most]
			r.overrun = true
		}
		kept += len(name) + len(value)
		h.fields = append(h.fields, field{name, bytes.TrimRight(value, "\r\n")})
	}
	for pos < len(src) {
		line, next := lineAt(src, pos)
		switch {
		case len(line) == 0:
			flush(pos)
			r.ended = true
			return h, next
		case r.isStop != nil && len(line) > 1 && line[0] == '-' && line[1] == '-' && r.isStop(line):
			flush(pos)
			return h, pos
		case line[0] == ' ' || line[0] == '\t':
			// A line of blanks alone ends the header unless the header visibly goes on (RFC 5322 4.2 allows it as folding).
			if blank(line) && !r.goesOn(next) {
				flush(pos)
				r.ended = true
				return h, next
			}
			if last < 0 && !blank(line) {
				r.note(line)
			}
		default:
			if n, value := fieldName(line); n != "" {
				flush(pos)
				name, last = n, pos+value
				break
			}
			if isMboxLine(line) && (last < 0 || r.goesOn(next)) {
				flush(pos)
				break
			}
			if !r.goesOn(next) {
				// The blank line is missing: what follows is text.
				r.note(line)
				flush(pos)
				return h, pos
			}
			r.note(line) // a continuation that lost its blank: it stays in the value of the open field
		}
		pos = next
	}
	flush(pos)
	return h, pos
}

func (r *headerReader) note(line []byte) {
	if r.badLines == 0 {
		r.bad = line
	}
	r.badLines++
}

// skipToHeader passes blank lines, a byte order mark and mbox lines that stand before the header of a mail.
func (r *headerReader) skipToHeader(pos int) int {
	if bytes.HasPrefix(r.src[pos:], []byte("\xef\xbb\xbf")) {
		pos += 3
	}
	start := pos
	for pos < len(r.src) && pos-start < maxBefore {
		line, next := lineAt(r.src, pos)
		if blank(line) || isMboxLine(line) {
			pos = next
			continue
		}
		if n, _ := fieldName(line); n != "" {
			return pos
		}
		break
	}
	return start
}

// goesOn tells whether the line at pos continues a header: a field, a folded line, or a boundary.
func (r *headerReader) goesOn(pos int) bool {
	if pos >= len(r.src) {
		return false
	}
	line, _ := lineAt(r.src, pos)
	if len(line) == 0 {
		return false
	}
	if line[0] == ' ' || line[0] == '\t' {
		return !blank(line)
	}
	n, _ := fieldName(line)
	return n != ""
}

// lineAt returns the line that begins at pos without its line end, and the offset of the next line.
func lineAt(src []byte, pos int) (line []byte, next int) {
	end := bytes.IndexByte(src[pos:], '\n')
	if end < 0 {
		end, next = len(src), len(src)
	} else {
		end, next = pos+end, pos+end+1
	}
	for end > pos && src[end-1] == '\r' {
		end--
	}
	return src[pos:end], next
}

func blank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}

// isMboxLine tells whether line is the "From someone date" line that separates mails in an mbox file, quoted or not.
func isMboxLine(line []byte) bool {
	return bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))
}

// fieldName returns the name of the field that begins on line and the offset of its value, or "" where line begins no field.
// RFC 5322 2.2: a name is printable ASCII without colon; blanks before the colon are tolerated (4.5.3).
func fieldName(line []byte) (name string, value int) {
	colon := -1
	for i, c := range line {
		if c == ':' {
			colon = i
			break
		}
		if i > maxFieldName {
			return "", 0
		}
	}
	if colon <= 0 {
		return "", 0
	}
	raw := bytes.TrimRight(line[:colon], " \t")
	for _, c := range raw {
		if c <= ' ' || c > '~' {
			return "", 0
		}
	}
	if len(raw) == 0 {
		return "", 0
	}
	return string(raw), colon + 1
}
