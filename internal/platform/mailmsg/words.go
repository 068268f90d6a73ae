package mailmsg

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// decodeWords decodes the encoded words of RFC 2047 in s, more tolerantly than the RFC asks: inside words, without blanks around
// them, with blanks within them, and with characters split between adjacent words. hint names the character set for words whose
// own is unknown. What cannot be decoded stays as it is.
func decodeWords(s, hint string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	var pending wordRun // adjacent words of one character set, not yet converted
	scan := wordScanner{s: s, ending: -1}
	pos := 0
	for pos < len(s) {
		start := strings.Index(s[pos:], "=?")
		if start < 0 {
			break
		}
		start += pos
		w, end, ok := scan.at(start)
		if !ok {
			pending.flush(&out, hint)
			out.WriteString(s[pos : start+2])
			pos = start + 2
			continue
		}
		// RFC 2047 6.2: blanks between two encoded words are not shown.
		if between := s[pos:start]; pending.empty() || strings.Trim(between, " \t\r\n") != "" {
			pending.flush(&out, hint)
			out.WriteString(between)
		}
		pending.add(w, &out, hint)
		pos = end
	}
	pending.flush(&out, hint)
	out.WriteString(s[pos:])
	return cleanText(out.String())
}

// encodedWord is one word as written.
type encodedWord struct {
	charset string
	base64  bool
	text    string
}

// wordScanner finds encoded words. It remembers where the next "?=" is, so that a value full of beginnings costs one pass.
type wordScanner struct {
	s      string
	ending int // offset of a "?=" at or after the last place asked for; len(s) where there is none; -1 before the first search
}

func (sc *wordScanner) at(start int) (w encodedWord, end int, ok bool) {
	s := sc.s
	q := strings.IndexByte(s[start+2:min(len(s), start+80)], '?')
	if q <= 0 {
		return w, 0, false
	}
	charset := s[start+2 : start+2+q]
	p := start + 2 + q + 1 // at the encoding
	if p+1 >= len(s) || s[p+1] != '?' || strings.ContainsAny(charset, " \t=,<>\"") {
		return w, 0, false
	}
	switch s[p] {
	case 'B', 'b':
		w.base64 = true
	case 'Q', 'q':
	default:
		return w, 0, false
	}
	text := p + 2
	if sc.ending < text {
		if i := strings.Index(s[text:], "?="); i >= 0 {
			sc.ending = text + i
		} else {
			sc.ending = len(s)
		}
	}
	if sc.ending == len(s) {
		return w, 0, false
	}
	// RFC 2231 5: the language may follow the character set after "*".
	w.charset, _, _ = strings.Cut(strings.ToLower(charset), "*")
	w.text = s[text:sc.ending]
	return w, sc.ending + 2, true
}

// wordRun collects adjacent words so that a character whose bytes were split between two words is whole when it is converted.
type wordRun struct {
	charset string
	raw     []byte
	b64     string // base64 whose length is not a multiple of four yet: broken mailers cut there
	any     bool
}

func (r *wordRun) empty() bool { return !r.any }

func (r *wordRun) add(w encodedWord, out *strings.Builder, hint string) {
	if r.any && r.charset != w.charset {
		r.flush(out, hint)
	}
	r.any, r.charset = true, w.charset
	if !w.base64 {
		r.closeBase64()
		r.raw = appendQ(r.raw, w.text)
		return
	}
	r.b64 += w.text
	if len(r.b64)%4 == 0 || strings.HasSuffix(r.b64, "=") || len(r.b64) > 4096 {
		r.closeBase64()
	}
}

func (r *wordRun) closeBase64() {
	if r.b64 == "" {
		return
	}
	got, _ := decodeBase64([]byte(r.b64))
	r.raw = append(r.raw, got...)
	r.b64 = ""
}

func (r *wordRun) flush(out *strings.Builder, hint string) {
	if !r.any {
		return
	}
	r.closeBase64()
	charset := r.charset
	if charset == "" {
		charset = hint
	}
	s, _, _ := decodeCharset(r.raw, charset)
	out.WriteString(s)
	*r = wordRun{}
}

// appendQ decodes the Q encoding (RFC 2047 4.2): "_" is a blank.
func appendQ(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_':
			dst = append(dst, ' ')
		case c == '=' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			dst = append(dst, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// encodeWords writes s as RFC 2047 encoded words in UTF-8 where it needs that, as it is otherwise. Words are at most 75 characters long
// and are separated by one blank, at which the writer may fold.
func encodeWords(s string) string {
	if !needsEncoding(s) {
		return s
	}
	const most = 45 // bytes of UTF-8 in one word: 60 characters of base64
	var out strings.Builder
	for len(s) > 0 {
		n := min(most, len(s))
		for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		if out.Len() > 0 {
			out.WriteByte(' ')
		}
		out.WriteString("=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(s[:n])) + "?=")
		s = s[n:]
	}
	return out.String()
}

// needsEncoding tells whether s cannot stand in a header as it is: not printable ASCII, looking like an encoded word, with blanks that
// folding would lose, or with a word too long to fold.
func needsEncoding(s string) bool {
	run := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' || c > '~' {
			return true
		}
		if c == ' ' {
			run = 0
			if i == 0 || i == len(s)-1 || s[i-1] == ' ' {
				return true
			}
			continue
		}
		if run++; run > 200 {
			return true
		}
	}
	return strings.Contains(s, "=?")
}

// collapseSpace trims s and makes each run of blanks one blank: what folding inserted is not meant to be seen.
func collapseSpace(s string) string {
	s = strings.TrimSpace(s)
	if !strings.ContainsAny(s, "\t\r\n") {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\r' || r == '\n' {
			return ' '
		}
		return r
	}, s)
}

// cleanText makes s valid UTF-8 without NUL and other controls that databases and browsers refuse; tabs and line ends stay.
func cleanText(s string) string {
	clean := utf8.ValidString(s)
	if clean {
		for i := 0; i < len(s); i++ {
			if c := s[i]; c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7f {
				clean = false
				break
			}
		}
	}
	if clean {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// clip cuts s to at most n bytes at a character's edge.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
