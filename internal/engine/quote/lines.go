package quote

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tellus/internal/engine/letters"
)

// A line longer than this is a paragraph, never an introduction, a label or a signature mark.
const maxMarkLine = 600

// document is a text cut into lines, each with what could be learnt from it alone.
type document struct {
	text      string
	lines     []line
	own       int    // no line before this one is the writer's; see textBefore
	above     int    // bytes that the writer wrote above the first quote, -1 until counted
	hints     []hint // what an HTML body's structure says of each line; nil for plain text
	noHeaders int    // no header block begins before this line
	firstInk  int    // offset of the first line that isn't blank, or the text's length
}

type line struct {
	start, end int    // span in the text, line end included
	body       string // without line end, invisible characters and outer spaces
	mark       Kind
	blank      bool
	quoted     bool // begins with ">"
	intro      bool // part of the line above a quote ("On … wrote:")
	colon      bool // has a colon, without which it is no header

	traits    trait // from traitsOf, once known
	separator separatorKind
	known     aspect // which of these have been worked out
}

// aspect is something about a line that is worked out when it is first asked for: most lines of most mails are never asked.
type aspect uint8

const (
	knowsTraits aspect = 1 << iota
	knowsSeparator
	knowsEnd // whether it may end an introduction
	mayEnd   // it may
)

// trait is what an introduction is recognised by.
type trait uint

const (
	hasVerb      trait = 1 << iota // "wrote", in any of the languages
	hasAddress                     // an e-mail address
	hasYear                        // 1970–2099 standing alone
	hasTime                        // 14:05, 14.05, 2 PM
	hasDate                        // 2024-01-15, 15.01.2024, 15/1/24, 2024年1月15日
	hasMonth                       // a month's name
	hasDay                         // a number from 1 to 31 standing alone
	hasFirst                       // "I", "we"
	endsColon                      // the last character is a colon
	endsVerb                       // the last word is a verb of wroteWords
	opensLike                      // begins as programs begin such lines: "On", a weekday, a date
	opensName                      // begins with a capitalised name or an address before the verb
	endsSentence                   // the last character closes a sentence
)

func newDocument(text string) *document {
	d := &document{text: text, firstInk: len(text), above: -1}
	d.lines = make([]line, 0, strings.Count(text, "\n")+1)
	for start := 0; start < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i + 1
		}
		body := clean(text[start:end])
		l := line{start: start, end: end, body: body, blank: body == ""}
		l.quoted = isQuoted(body) && !(len(d.lines) > 0 && closesAddress(d.lines[len(d.lines)-1].body, body))
		l.colon = strings.IndexByte(body, ':') >= 0 || strings.Contains(body, "：")
		if !l.blank && d.firstInk == len(text) {
			d.firstInk = start
		}
		d.lines = append(d.lines, l)
		start = end
	}
	return d
}

// readTraits returns what the line says of itself as a part of an introduction or a header; nothing for a quoted or a very long one.
func (l *line) readTraits() trait {
	if l.known&knowsTraits == 0 {
		l.known |= knowsTraits
		if !l.blank && !l.quoted && len(l.body) <= maxMarkLine {
			l.traits = traitsOf(l.body)
		}
	}
	return l.traits
}

// mayEndIntro tells cheaply whether the line may be the last of an introduction. It is so for every line with the traits endsColon or endsVerb.
func (l *line) mayEndIntro() bool {
	if l.known&knowsEnd == 0 {
		l.known |= knowsEnd
		if !l.blank && !l.quoted && len(l.body) <= maxMarkLine && endsLikeIntro(l.body) {
			l.known |= mayEnd
		}
	}
	return l.known&mayEnd != 0
}

func endsLikeIntro(body string) bool {
	if body[0] == ':' {
		return true // right-to-left lines may carry their colon in front
	}
	bare := trimIntroEnd(body)
	if isColon(lastRune(bare)) || lastRune(bare) >= firstUnspaced && endsWithPart(bare) {
		return true
	}
	return endsInVerb(body)
}

// trimIntroEnd takes off what programs put behind the colon.
func trimIntroEnd(s string) string {
	for s != "" {
		r, n := utf8.DecodeLastRuneInString(s)
		switch r {
		case ' ', '*', '_', '-', '–', '—', '=', '>', '"', '”', '»':
			s = s[:len(s)-n]
		default:
			return s
		}
	}
	return s
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

func isColon(r rune) bool {
	switch r {
	case ':', '：', '꞉', '៖', '՝':
		return true
	}
	return false
}

// firstUnspaced is the first letter of the scripts that wroteParts are written in.
const firstUnspaced = 'ก'

func endsWithPart(bare string) bool {
	for _, part := range wroteParts {
		if strings.HasSuffix(bare, part) {
			return true
		}
	}
	return false
}

// endsInVerb reports whether the last word of a line is one of wroteWords, particles behind a separable verb ("schrieb a") left out.
func endsInVerb(body string) bool {
	const inWord = letters.Letter | letters.Mark
	var buffer [64]byte
	for end := len(body); end > 0; {
		r, n := utf8.DecodeLastRuneInString(body[:end])
		if letters.Of(r)&inWord == 0 {
			end -= n
			continue
		}
		start, particle := end, true
		for start > 0 {
			r, n := utf8.DecodeLastRuneInString(body[:start])
			c := letters.Of(r)
			if c&inWord == 0 {
				break
			}
			particle = particle && (c&letters.Letter == 0 || isParticle(letters.ToLower(r)))
			start -= n
		}
		if end-start < cap(buffer) && wroteWords[string(letters.AppendLower(buffer[:0], body[start:end]))] {
			return true
		}
		if !particle {
			return false
		}
		end = start
	}
	return false
}

// isParticle tells the letters that may follow a verb which ends a line.
func isParticle(r rune) bool { return r == 'a' || r == 'а' || r == 'l' }

// clean drops what can't be seen (zero-width marks, directional marks, BOM) and outer spaces. Outlook and Windows Mail
// strew such marks through dates.
func clean(s string) string {
	if hasInvisible(s) {
		s = strings.Map(func(r rune) rune {
			switch {
			case r == '\u00a0' || r == '\u202f' || r == '\u3000' || r == '\u2009':
				return ' '
			case invisible(r):
				return -1
			}
			return r
		}, s)
	}
	return strings.TrimSpace(s)
}

// hasInvisible reports whether a rune of s is invisible. Only four bytes begin one in UTF-8.
func hasInvisible(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case 0xC2, 0xE2, 0xE3, 0xEF:
			if r, _ := utf8.DecodeRuneInString(s[i:]); invisible(r) {
				return true
			}
		}
	}
	return false
}

func invisible(r rune) bool {
	switch {
	case r == '\u00a0', r == '\u202f', r == '\u3000', r == '\u2009':
		return true
	case r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2060' && r <= '\u206f', r == '\ufeff', r == '\u00ad':
		return true
	}
	return false
}

// isQuoted reports whether a line is marked as quoted. "<<sent from…>>" and mbox's ">From " are not.
func isQuoted(body string) bool {
	return strings.HasPrefix(body, ">") && !strings.HasPrefix(body, ">From ")
}

// closesAddress reports whether a line that begins with ">" is the end of an introduction that was wrapped inside its
// address: "Ann <ann@example.com" above ">:".
func closesAddress(above, body string) bool {
	if len(body) > 40 || len(above) > maxMarkLine || !strings.HasSuffix(body, ":") && !strings.HasSuffix(body, "：") {
		return false
	}
	return strings.HasPrefix(body, ">") && !isQuoted(above) && strings.LastIndexByte(above, '<') > strings.LastIndexByte(above, '>')
}

// unquote takes one level of quoting off a line.
func unquote(body string) string {
	return strings.TrimSpace(strings.TrimPrefix(body, ">"))
}

func traitsOf(body string) trait {
	var t trait
	lower := letters.ToLowerString(body)
	if hasAddressIn(lower) {
		t |= hasAddress
	}
	bare := trimIntroEnd(lower)
	switch last := lastRune(bare); last {
	case '.', '!', '?', '。', '…':
		t |= endsSentence
	default:
		if isColon(last) {
			t |= endsColon
		}
	}
	// Right-to-left lines may carry their colon in front.
	if strings.HasPrefix(lower, ":") && strings.ContainsFunc(lower, func(r rune) bool { return unicode.In(r, unicode.Hebrew, unicode.Arabic) }) {
		t |= endsColon
	}
	t |= wordTraits(body, lower)
	if isASCII(lower) {
		return t
	}
	for _, part := range wroteParts {
		if strings.Contains(lower, part) {
			t |= hasVerb
			if strings.HasSuffix(strings.TrimRight(bare, ":："), part) {
				t |= endsVerb
			}
		}
	}
	if strings.Contains(lower, "年") && strings.Contains(lower, "月") || strings.Contains(lower, "년") && strings.Contains(lower, "월") {
		t |= hasDate | opensLike
	}
	return t
}

// wordTraits walks over the words and numbers of a line once.
func wordTraits(body, lower string) trait {
	var t trait
	words := 0
	names := true // every word so far is capitalised, a number or inside an address
	lastVerb := -1
	for i := 0; i < len(lower); {
		r, size := utf8.DecodeRuneInString(lower[i:])
		switch {
		case letters.Of(r)&letters.Digit != 0:
			n, bits := numberTraits(lower, i)
			t |= bits
			if words == 0 && t&(hasTime|hasDate|hasYear|hasDay) != 0 {
				t |= opensLike
			}
			i = n
			words++
		case letters.Of(r)&(letters.Letter|letters.Mark) != 0:
			j := i + size
			for j < len(lower) {
				r, size := utf8.DecodeRuneInString(lower[j:])
				if letters.Of(r)&(letters.Letter|letters.Mark) == 0 {
					break
				}
				j += size
			}
			word := lower[i:j]
			if words == 0 && (openers[word] || weekdays[word] || isMonth(word)) {
				t |= opensLike
			}
			if words == 0 && i > 0 && lower[i-1] == '<' && t&hasAddress == 0 && hasAddressIn(lower[i:]) {
				t |= opensName
			}
			if firstPerson[word] {
				t |= hasFirst
			}
			if isMonth(word) {
				t |= hasMonth
			}
			if wroteWords[word] {
				t |= hasVerb
				lastVerb = j
				if names && words > 0 && words <= 6 {
					t |= opensName
				}
			}
			if !capitalised(body, lower, i) {
				names = false
			}
			words++
			i = j
		case r == '<' || r == '"' || r == '“' || r == '\'':
			// What stands in brackets or quotes is a name or an address whatever its letters.
			if j := closing(lower, i, r); j > 0 {
				inside := lower[i:j]
				if words <= 6 && names && strings.Contains(inside, "@") {
					t |= opensName
				}
				words++
				i = j
				continue
			}
			i += size
		default:
			i += size
		}
	}
	if lastVerb >= 0 && !strings.ContainsFunc(lower[lastVerb:], func(r rune) bool { return unicode.IsLetter(r) && !isParticle(r) }) {
		t |= endsVerb
	}
	return t
}

// capitalised reports whether the word at i of lower is written with a capital in body. The two strings may differ in
// length for a few letters ('İ'); then nothing is taken for a name.
func capitalised(body, lower string, i int) bool {
	if len(body) != len(lower) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(body[i:])
	return unicode.IsUpper(r) || !unicode.IsLower(r)
}

// closing returns the offset behind the bracket or quotation mark that closes the one at i, or 0 if there is none
// within 200 bytes.
func closing(s string, i int, open rune) int {
	end := '>'
	switch open {
	case '"', '\'':
		end = open
	case '“':
		end = '”'
	}
	limit := min(len(s), i+200)
	j := strings.IndexRune(s[i+utf8.RuneLen(open):limit], end)
	if j < 0 {
		return 0
	}
	return i + utf8.RuneLen(open) + j + utf8.RuneLen(end)
}

// numberTraits reads the number that begins at i together with what is joined to it by . : - / and says what it may
// be. It returns the offset behind it.
func numberTraits(s string, i int) (int, trait) {
	j, groups, width := i, 1, 0
	value, first := 0, 0
	var seps [3]byte
	for j < len(s) {
		c := s[j]
		if c >= '0' && c <= '9' {
			width++
			if value < 100000 {
				value = value*10 + int(c-'0')
			}
			j++
			continue
		}
		if groups < 4 && (c == '.' || c == ':' || c == '-' || c == '/') && j+1 < len(s) && s[j+1] >= '0' && s[j+1] <= '9' {
			if groups == 1 {
				first = value
			}
			seps[groups-1] = c
			groups++
			value, width = 0, 0
			j++
			continue
		}
		break
	}
	if j == i { // a digit beyond ASCII
		_, size := utf8.DecodeRuneInString(s[i:])
		return i + size, hasDay
	}
	switch {
	case groups == 1 && width == 4 && value >= 1970 && value < 2100:
		return j, hasYear
	case groups == 1 && value >= 1 && value <= 31:
		t := hasDay
		rest := strings.TrimLeft(s[j:min(len(s), j+8)], " .")
		if strings.HasPrefix(rest, "am") || strings.HasPrefix(rest, "pm") || strings.HasPrefix(rest, "uhr") || strings.HasPrefix(rest, "h") {
			t |= hasTime
		}
		return j, t
	case groups >= 2 && seps[0] == ':' && first < 25:
		return j, hasTime
	case groups == 2 && seps[0] == '.' && first < 25 && width == 2 && value < 60:
		return j, hasTime | hasDay // 17.50, but also 8.12 (a day)
	case groups == 3 && seps[0] == seps[1] && seps[0] != ':':
		return j, hasDate
	}
	return j, 0
}

func isMonth(word string) bool {
	for end := range word {
		if end > maxMonthStem {
			return false
		}
		if end >= minMonthStem && monthStems[word[:end]] {
			return true
		}
	}
	return len(word) <= maxMonthStem && monthStems[word]
}

// hasAddressIn reports whether a line holds an e-mail address: something@something.tld.
func hasAddressIn(s string) bool {
	for {
		i := strings.IndexByte(s, '@')
		if i < 0 {
			return false
		}
		if i > 0 && isAddressByte(s[i-1]) {
			j := i + 1
			dot := false
			for j < len(s) && (isAddressByte(s[j])) {
				if s[j] == '.' && j > i+1 {
					dot = true
				}
				j++
			}
			if dot || j > i+2 && (j == len(s) || s[j] == '>' || s[j] == ')') {
				return true
			}
		}
		s = s[i+1:]
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func isAddressByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(".-_+'%=", c) >= 0 || c >= 0x80
}
