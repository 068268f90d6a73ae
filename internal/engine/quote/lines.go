package quote

import (
	"strings"
	"unicode"
	"unicode/utf8"
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
	blank      bool
	quoted     bool // begins with ">"
	traits     trait
	mark       Kind
	intro      bool // part of the line above a quote ("On … wrote:")
}

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
		if !l.blank && d.firstInk == len(text) {
			d.firstInk = start
		}
		d.lines = append(d.lines, l)
		start = end
	}
	d.readTraits()
	return d
}

// readTraits learns what only introductions and headers need, of the lines that may belong to one: those that end as an
// introduction does, the few above such a line, and those with a colon. In most mails that is a line or two.
func (d *document) readTraits() {
	reach := len(d.lines) // lines from here down to a possible end may be wrapped into it
	for i := len(d.lines) - 1; i >= 0; i-- {
		l := &d.lines[i]
		if l.blank || l.quoted || len(l.body) > maxMarkLine {
			continue
		}
		if mayEndIntro(l.body) {
			reach = i - maxIntroLines
		}
		if i >= reach || strings.ContainsAny(l.body, ":：") {
			l.traits = traitsOf(l.body)
		}
	}
}

// mayEndIntro tells cheaply whether a line may be the last of an introduction: a colon or a verb close to its end.
func mayEndIntro(body string) bool {
	tail := body[max(0, len(body)-64):]
	if strings.ContainsAny(tail, ":：꞉៖՝") || strings.HasPrefix(body, ":") {
		return true
	}
	lower := strings.ToLower(tail)
	for _, word := range strings.FieldsFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		if wroteWords[word] {
			return true
		}
	}
	return containsAny(lower, wroteParts)
}

// clean drops what can't be seen (zero-width marks, directional marks, BOM) and outer spaces. Outlook and Windows Mail
// strew such marks through dates.
func clean(s string) string {
	if strings.ContainsFunc(s, invisible) {
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
	lower := strings.ToLower(body)
	if hasAddressIn(lower) {
		t |= hasAddress
	}
	bare := strings.TrimRight(lower, " *_-–—=>\"”»")
	last, _ := utf8.DecodeLastRuneInString(bare)
	switch last {
	case ':', '：', '꞉', '៖', '՝':
		t |= endsColon
	case '.', '!', '?', '。', '…':
		t |= endsSentence
	}
	// Right-to-left lines may carry their colon in front.
	if strings.HasPrefix(lower, ":") && strings.ContainsFunc(lower, func(r rune) bool { return unicode.In(r, unicode.Hebrew, unicode.Arabic) }) {
		t |= endsColon
	}
	t |= wordTraits(body, lower)
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
		case unicode.IsDigit(r):
			n, bits := numberTraits(lower, i)
			t |= bits
			if words == 0 && t&(hasTime|hasDate|hasYear|hasDay) != 0 {
				t |= opensLike
			}
			i = n
			words++
		case unicode.IsLetter(r) || unicode.IsMark(r):
			j := i + size
			for j < len(lower) {
				r, size := utf8.DecodeRuneInString(lower[j:])
				if !unicode.IsLetter(r) && !unicode.IsMark(r) {
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
	if lastVerb >= 0 && !strings.ContainsFunc(lower[lastVerb:], func(r rune) bool { return unicode.IsLetter(r) && r != 'a' && r != 'а' && r != 'l' }) {
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

func isAddressByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(".-_+'%=", c) >= 0 || c >= 0x80
}
