package quote

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tellus/internal/engine/letters"
)

// maxLabel is the longest header name in bytes; Thai and Georgian take three bytes a letter.
const maxLabel = 60

// maxHeaderLines bounds how far a header block is followed.
const maxHeaderLines = 48

// labelOf reads a line such as "From: Ann <ann@example.com>" or "*Von :* Ann" and returns which label it bears, with
// what follows the colon.
func labelOf(body string) (label, string) {
	s := strings.TrimLeft(body, "*_ \t|")
	if len(s) > 0 && s[0] == ':' { // right-to-left programs put the colon first
		s = strings.TrimSpace(s[1:])
	}
	head := s[:min(len(s), maxLabel)]
	i := strings.IndexByte(head, ':')
	if wide := strings.Index(head, "："); wide >= 0 && (i < 0 || wide < i) {
		i = wide
	}
	if i <= 0 {
		return 0, ""
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	var buffer [2 * maxLabel]byte
	kind, ok := labels[string(letters.AppendLower(buffer[:0], strings.Trim(s[:i], " *_\t")))]
	if !ok {
		return 0, ""
	}
	return kind, strings.Trim(s[i+size:], " *_\t")
}

// headerBlock reports whether a block of header lines begins at line i. Addresses may wrap, and some programs put a
// blank line between every two headers. A block counts when it says who and what about, or who and when with an
// address: "From: Riga / To: Oslo / Date: 5 May" is a journey, not a mail. Labels in a language we don't know count by
// what stands beside them.
func (d *document) headerBlock(i int, afterSeparator bool) bool {
	if i < d.noHeaders && !afterSeparator {
		return false
	}
	b, end := d.readHeaders(i)
	if b.accepted(afterSeparator) {
		return true
	}
	if !b.foreign || b.seen == 0 {
		d.noHeaders = end // part of these lines has no more than all of them
	}
	return false
}

// readHeaders sums up the header lines from i and returns the line behind them, or one close to it where they are too many.
func (d *document) readHeaders(i int) (headers, int) {
	b := headers{}
	lastHeader := i
	at := i
	for ; at < len(d.lines) && at-i < maxHeaderLines; at++ {
		l := &d.lines[at]
		if l.quoted || len(l.body) > 8*maxMarkLine {
			break
		}
		if l.blank {
			if b.unknown == 0 && at == lastHeader+1 && at+1 < len(d.lines) && isLabelled(&d.lines[at+1]) {
				lastHeader = at
				continue
			}
			break
		}
		kind, value := label(0), ""
		if l.colon {
			kind, value = labelOf(l.body)
		}
		switch {
		case kind != 0:
			b.add(kind, value, l.readTraits())
		case l.colon && likeHeader(l.body):
			b.foreign = b.foreign || at == i
			b.addUnknown(l.readTraits())
		case at > i && continues(&d.lines[at-1], l):
			b.address = b.address || strings.Contains(l.body, "@")
		default:
			return b, at
		}
		lastHeader = at
	}
	if at-i == maxHeaderLines {
		at -= maxHeaderLines / 4
	}
	return b, at
}

// headers sums up a block of header lines.
type headers struct {
	seen           label
	distinct       int // labels known, each kind once
	unknown        int // lines that only look like headers
	addresses      int // lines with an address
	address, dated bool
	foreign        bool // the first label is not known
}

func (b *headers) add(kind label, value string, t trait) {
	if b.seen&kind == 0 || kind == labelOther {
		b.distinct++
	}
	b.seen |= kind
	if strings.Contains(value, "@") {
		b.address = true
		b.addresses++
	}
	if isDated(t) || kind&(labelDate|labelSent) != 0 && t&(hasTime|hasYear|hasDate|hasDay) != 0 {
		b.dated = true
	}
}

func (b *headers) addUnknown(t trait) {
	b.unknown++
	if t&hasAddress != 0 {
		b.addresses++
	}
	b.dated = b.dated || isDated(t)
}

func (b *headers) accepted(afterSeparator bool) bool {
	if b.distinct+b.unknown >= 4 && b.addresses >= 2 && b.dated && !(b.foreign && b.seen&labelFrom != 0) {
		return true
	}
	if b.foreign {
		return false // if anything, the block begins further down, where its language is known
	}
	if b.distinct < 2 {
		return false
	}
	if b.seen&labelFrom == 0 {
		return afterSeparator && (b.address || b.dated)
	}
	subject := b.seen&labelSubject != 0
	switch {
	case afterSeparator && (b.address || b.dated || subject):
		return true
	case subject && (b.address || b.dated || b.distinct >= 4):
		return true
	case b.address && b.dated && b.seen&(labelDate|labelSent) != 0:
		return true
	}
	return b.seen&labelSent != 0 && b.dated && b.distinct >= 3
}

// likeHeader reports whether a line has the form of a header: a short name, a colon, a value.
func likeHeader(body string) bool {
	i := strings.IndexByte(body[:min(len(body), maxLabel)], ':')
	if i <= 0 || i+1 >= len(body) || body[i+1] == '/' {
		return false
	}
	name := strings.Trim(body[:i], " *_")
	return name != "" && len(strings.Fields(name)) <= 3 && !strings.ContainsAny(name, "@.,<>()0123456789")
}

func isLabelled(l *line) bool {
	if !l.colon || l.quoted || len(l.body) > 8*maxMarkLine {
		return false
	}
	kind, _ := labelOf(l.body)
	return kind != 0
}

// continues reports whether a line goes on with the header above it: a wrapped address list or subject.
func continues(above, l *line) bool {
	if strings.Contains(l.body, "@") && len(l.body) <= maxMarkLine {
		return true
	}
	last := above.body[len(above.body)-1]
	return last == ',' || last == ';' || last == '<' || last == '"'
}

// separatorKind says what a line of dashes, underscores and the like is.
type separatorKind int

const (
	noSeparator    separatorKind = iota
	plainSeparator               // nothing but dashes: means something only beside other signs
	titledRule                   // dashes around words we don't know: part of history only right above headers
	originalMark                 // "-----Original Message-----", "Begin forwarded message:"
	replyAbove                   // "## please type your reply above this line ##"
)

const separatorRunes = "-_=*#~—–+<> ⎯─━"

// readSeparator returns what separatorOf says of the line.
func (l *line) readSeparator() separatorKind {
	if l.known&knowsSeparator == 0 {
		l.known |= knowsSeparator
		if !l.blank && len(l.body) <= 200 {
			l.separator = separatorOf(l.body)
		}
	}
	return l.separator
}

func separatorOf(body string) separatorKind {
	if !mayFrame(body[0]) && !mayFrame(body[len(body)-1]) && body[len(body)-1] != ':' {
		if isReplyAbove(body) {
			return replyAbove
		}
		return noSeparator
	}
	inner := strings.Trim(body, separatorRunes)
	if inner == "" {
		if dashes(body) >= 3 {
			return plainSeparator
		}
		return noSeparator
	}
	if isReplyAbove(inner) {
		return replyAbove
	}
	if len(strings.Fields(inner)) > 7 || strings.ContainsFunc(inner, unicode.IsDigit) || strings.Contains(inner, "@") {
		return noSeparator
	}
	left := strings.Index(body, inner)
	right := body[left+len(inner):]
	framed := dashes(body[:left]) >= 2 && dashes(right) >= 2
	colon := strings.HasSuffix(inner, ":") || strings.HasSuffix(inner, "：")
	if !framed && !colon {
		return noSeparator
	}
	lower := letters.ToLowerString(inner)
	if !containsAny(lower, messageWords) && !(framed && containsAny(lower, originWords)) {
		if framed {
			return titledRule
		}
		return noSeparator
	}
	if colon && !framed && !containsAny(lower, originWords) {
		return noSeparator
	}
	return originalMark
}

// mayFrame reports whether a line that begins or ends with a byte may do so with one of separatorRunes or a wide colon.
func mayFrame(c byte) bool {
	return c >= utf8.RuneSelf || strings.IndexByte("-_=*#~+<> ", c) >= 0
}

// isReplyAbove recognises the line that help desks put on top of what they send.
func isReplyAbove(s string) bool {
	if !hasAbove(s) {
		return false
	}
	lower := letters.ToLowerString(s)
	return strings.Contains(lower, "above this line") && (strings.Contains(lower, "reply") || strings.Contains(lower, "write") || strings.Contains(lower, "type")) ||
		strings.Contains(lower, "reply above")
}

// hasAbove reports whether s has the word "above", or its letters in a row.
func hasAbove(s string) bool {
	for i := 3; i+1 < len(s); i++ {
		if s[i]|0x20 == 'v' && strings.EqualFold(s[i-3:i+2], "above") {
			return true
		}
	}
	return false
}

func dashes(s string) int {
	n := 0
	for _, r := range s {
		if r != ' ' && r != '*' && strings.ContainsRune(separatorRunes, r) {
			n++
		}
	}
	return n
}

func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}
