package mailmsg

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Address is one mailbox of an address list.
type Address struct {
	Name  string // display name, decoded; may be empty
	Email string // "local@domain" as written, domain in lower case; empty where the list names somebody without an address
	Group string // name of the group (RFC 5322 3.4) that the mailbox stands in; mostly empty
}

// String returns the address as a person would write it: "Name <local@domain>". It is not encoded for a header.
func (a Address) String() string {
	if a.Name == "" {
		return a.Email
	}
	if a.Email == "" {
		return a.Name
	}
	return a.Name + " <" + a.Email + ">"
}

// Domain returns what follows the last "@" of the address.
func (a Address) Domain() string {
	if i := strings.LastIndexByte(a.Email, '@'); i >= 0 {
		return a.Email[i+1:]
	}
	return ""
}

// maxAddresses bounds one address list.
const maxAddresses = 5000

// ParseAddresses reads an address list as written in a header field (RFC 5322 3.4), tolerantly: groups are flattened, comments become
// names where there is none, broken entries are skipped. At most 5,000 entries are read.
func ParseAddresses(s string) []Address {
	out, _ := parseAddressList(cleanText(s))
	return out
}

// parseAddressList also tells whether all of s could be read.
func parseAddressList(s string) ([]Address, bool) {
	p := addressParser{s: s, encoded: strings.Contains(s, "=?")}
	p.run()
	return p.out, !p.broken
}

// addressParser walks once over a list, collecting the pieces of one mailbox until a separator ends it.
type addressParser struct {
	s       string
	out     []Address
	broken  bool
	encoded bool // s has encoded words

	words   []addressWord // phrase, or the address itself where there are no angle brackets
	comment string        // content of the last comment
	angle   string        // content of <…>
	angled  bool
	group   string
	inGroup bool
}

// addressWord is one word of a phrase. gap tells whether blanks stand before it.
type addressWord struct {
	text   string
	quoted bool
	gap    bool
}

func (p *addressParser) run() {
	s, gap := p.s, false
	for i := 0; i < len(s) && len(p.out) < maxAddresses; {
		switch c := s[i]; c {
		case ' ', '\t', '\r', '\n':
			gap = true
			i++
			continue
		case '"':
			text, next, ok := quotedString(s, i)
			p.broken = p.broken || !ok
			p.words = append(p.words, addressWord{text, true, gap})
			i = next
		case '(':
			text, next := comment(s, i)
			p.comment = text
			i = next
			gap = true
			continue
		case '<':
			i = p.readAngle(i)
		case ',':
			p.end()
			i++
		case ';':
			p.end()
			p.inGroup, p.group = false, ""
			i++
		case ':':
			if p.startGroup() {
				i++
				break
			}
			p.words = append(p.words, addressWord{":", false, gap})
			i++
		case '>':
			p.broken = true
			p.appendText(">", gap)
			i++
		default:
			next := atomEnd(s, i)
			p.words = append(p.words, addressWord{s[i:next], false, gap})
			i = next
		}
		gap = false
	}
	p.end()
}

// appendText glues a stray character to the word before it.
func (p *addressParser) appendText(text string, gap bool) {
	if n := len(p.words); n > 0 && !gap && !p.words[n-1].quoted {
		if len(p.words[n-1].text) < 1000 { // a long run of them would be copied over and over
			p.words[n-1].text += text
		}
		return
	}
	p.words = append(p.words, addressWord{text, false, gap})
}

// startGroup begins a group where the words so far are a name and no address ("undisclosed-recipients:").
func (p *addressParser) startGroup() bool {
	if p.angled || p.inGroup || len(p.words) == 0 {
		return false
	}
	name := p.phrase()
	if strings.EqualFold(name, "mailto") || strings.EqualFold(name, "smtp") {
		p.words = nil // "mailto:ann@example.com" is an address that was pasted
		return true
	}
	if strings.Contains(name, "@") {
		return false
	}
	p.inGroup, p.group = true, name
	p.words, p.comment = nil, ""
	return true
}

// readAngle reads <…> at i. A second pair in one entry makes the first one part of the name ("a@b <a@b> <c@d>").
func (p *addressParser) readAngle(i int) int {
	s := p.s
	end, quoted := i+1, false
	for ; end < len(s); end++ {
		c := s[end]
		if c == '\\' && quoted {
			end++
			continue
		}
		if c == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		if c == '>' || c == '<' {
			break
		}
	}
	if end > len(s) {
		end = len(s)
	}
	text := s[i+1 : end]
	next := end + 1
	if end >= len(s) || s[end] == '<' {
		p.broken = true
		next = end
		// "<ann@example.com, Bob <bob@example.com>": the bracket was forgotten, the comma still separates.
		if comma := strings.IndexByte(text, ','); comma >= 0 {
			text, next = text[:comma], i+1+comma
		}
	}
	if p.angled && p.angle != "" {
		if strings.Contains(text, "@") || !strings.Contains(p.angle, "@") {
			p.words = append(p.words, addressWord{p.angle, false, true})
			p.angle = text
		}
		return min(next, len(s))
	}
	p.angle, p.angled = text, true
	return min(next, len(s))
}

// end finishes the mailbox collected so far.
func (p *addressParser) end() {
	defer func() { p.words, p.comment, p.angle, p.angled = nil, "", "", false }()
	a := Address{Group: p.group}
	switch {
	case p.angled:
		a.Name = p.phrase()
		a.Email = cleanEmail(p.angle)
		if a.Email == "" && strings.TrimSpace(p.angle) != "" {
			p.broken = true
			if a.Name == "" {
				a.Name = collapseSpace(decodeWords(p.angle, ""))
			}
		}
		if a.Name == "" && a.Email == "" {
			return // "<>": nobody
		}
	case len(p.words) == 0:
		return
	default:
		name, email := p.bareAddress()
		a.Name, a.Email = name, email
		if email == "" {
			p.broken = true
		}
	}
	if a.Email == "" {
		// Some senders put the whole mailbox into one encoded word.
		if inner := p.hiddenMailbox(a.Name); inner.Email != "" {
			a.Name, a.Email = inner.Name, inner.Email
		}
	}
	if a.Name == "" && p.comment != "" && a.Email != "" {
		a.Name = collapseSpace(decodeWords(p.comment, ""))
	}
	a.Name = trimName(a.Name)
	p.out = append(p.out, a)
}

func (p *addressParser) hiddenMailbox(name string) Address {
	if !strings.Contains(name, "@") || !p.encoded {
		return Address{}
	}
	open := strings.LastIndexByte(name, '<')
	if open >= 0 {
		if shut := strings.IndexByte(name[open:], '>'); shut > 0 {
			return Address{Name: trimName(name[:open]), Email: cleanEmail(name[open+1 : open+shut])}
		}
	}
	for _, w := range strings.Fields(name) {
		if e := cleanEmail(w); e != "" {
			return Address{Name: trimName(strings.Replace(name, w, "", 1)), Email: e}
		}
	}
	return Address{}
}

// bareAddress finds the address among words without angle brackets: the word with "@", with its neighbours where no blank separates them
// or where the "@" stands alone.
func (p *addressParser) bareAddress() (name, email string) {
	at := -1
	for i, w := range p.words {
		if !w.quoted && strings.Contains(w.text, "@") {
			at = i
			break
		}
	}
	if at < 0 {
		// An address in quotes: "ann@example.com".
		for i, w := range p.words {
			if w.quoted && cleanEmail(w.text) != "" && !strings.ContainsAny(w.text, " ") {
				rest := append(append([]addressWord{}, p.words[:i]...), p.words[i+1:]...)
				return phraseOf(rest), cleanEmail(w.text)
			}
		}
		return p.phrase(), ""
	}
	from, to := at, at+1
	// RFC 5322 4.4: blanks may stand around dots and the "@".
	dot := func(i int) bool { return p.words[i].text == "." }
	for from > 0 && (!p.words[from].gap || strings.HasPrefix(p.words[from].text, "@") || dot(from) || dot(from-1)) {
		from--
	}
	for to < len(p.words) && (!p.words[to].gap || strings.HasSuffix(p.words[to-1].text, "@") || dot(to-1) || dot(to)) {
		to++
	}
	var b strings.Builder
	for _, w := range p.words[from:to] {
		if w.quoted {
			b.WriteString(`"` + escapeQuoted(w.text) + `"`)
		} else {
			b.WriteString(w.text)
		}
	}
	email = cleanEmail(b.String())
	if email == "" {
		return p.phrase(), ""
	}
	rest := append(append([]addressWord{}, p.words[:from]...), p.words[to:]...)
	return phraseOf(rest), email
}

func (p *addressParser) phrase() string { return phraseOf(p.words) }

// phraseOf joins words as they stood and decodes them.
func phraseOf(words []addressWord) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 && (w.gap || w.quoted || words[i-1].quoted) {
			b.WriteByte(' ')
		}
		b.WriteString(w.text)
	}
	// Encoded words in quotes are against RFC 2047 5 (3), and common.
	return collapseSpace(decodeWords(b.String(), ""))
}

// trimName removes quotes that a sender put around a name once more.
func trimName(s string) string {
	s = strings.TrimSpace(s)
	for len(s) >= 2 && (s[0] == '\'' && s[len(s)-1] == '\'' || s[0] == '"' && s[len(s)-1] == '"') {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	return s
}

// cleanEmail returns the address in s as local@domain, or "" where there is none. Routes (RFC 5322 4.4), "mailto:", blanks around dots,
// and stray brackets are removed.
func cleanEmail(s string) string {
	s = strings.TrimSpace(s)
	if strings.Contains(s, "=?") {
		s = strings.TrimSpace(decodeWords(s, ""))
	}
	if strings.HasPrefix(s, "@") { // source route: @a,@b:local@domain
		if colon := strings.IndexByte(s, ':'); colon >= 0 {
			s = s[colon+1:]
		}
	}
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	s = strings.Trim(s, "<>, \t;'")
	if strings.Contains(s, "(") {
		s = dropComments(s)
	}
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || at == len(s)-1 || len(s) > 1000 {
		return ""
	}
	local, domain := s[:at], s[at+1:]
	if !strings.HasPrefix(local, `"`) {
		local = tightenDots(local)
	} else if q, next, ok := quotedString(local, 0); ok && next == len(local) && isDotAtom(q) {
		local = q // quotes that change nothing
	}
	domain = strings.ToLower(strings.Join(strings.Fields(domain), ""))
	domain = strings.TrimRight(domain, ".")
	if local == "" || domain == "" || strings.ContainsAny(domain, `<>()",;\`) {
		return ""
	}
	if !strings.HasPrefix(local, `"`) && strings.ContainsAny(local, `<>,;`) {
		return ""
	}
	return local + "@" + domain
}

// tightenDots removes blanks beside dots, which RFC 5322 4.4 allows, and around the whole. Others stay as one blank: no address, and
// above all not that of somebody else.
func tightenDots(s string) string {
	if !strings.ContainsAny(s, " \t\r\n") {
		return s
	}
	s = strings.Join(strings.Fields(s), " ")
	return strings.ReplaceAll(strings.ReplaceAll(s, " .", "."), ". ", ".")
}

func isDotAtom(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c == 0x7f || strings.IndexByte(`()<>[]:;@\,"`, c) >= 0 {
			return false
		}
	}
	return true
}

func dropComments(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		switch s[i] {
		case '(':
			_, i = comment(s, i)
		case '"':
			_, next, _ := quotedString(s, i)
			b.WriteString(s[i:next])
			i = next
		default:
			b.WriteByte(s[i])
			i++
		}
	}
	return strings.TrimSpace(b.String())
}

// quotedString reads the quoted string at i and returns its content and the offset after it. A string without its closing quote
// ends before the next angle bracket, so that the address after it is not lost.
func quotedString(s string, i int) (text string, next int, ok bool) {
	var b strings.Builder
	for j := i + 1; j < len(s); j++ {
		switch c := s[j]; c {
		case '\\':
			if j+1 < len(s) {
				j++
				b.WriteByte(s[j])
			}
		case '"':
			return b.String(), j + 1, true
		default:
			b.WriteByte(c)
		}
	}
	if open := strings.IndexByte(s[i:], '<'); open > 0 {
		return strings.TrimSpace(s[i+1 : i+open]), i + open, false
	}
	return b.String(), len(s), false
}

// comment reads the comment at i, which may nest, and returns its content and the offset after it.
func comment(s string, i int) (text string, next int) {
	var b strings.Builder
	depth := 0
	for j := i; j < len(s); j++ {
		switch c := s[j]; c {
		case '\\':
			if j+1 < len(s) {
				j++
				b.WriteByte(s[j])
			}
		case '(':
			if depth++; depth > 1 {
				b.WriteByte(c)
			}
		case ')':
			if depth--; depth == 0 {
				return strings.TrimSpace(b.String()), j + 1
			}
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return strings.TrimSpace(b.String()), len(s)
}

// atomEnd returns where the run of ordinary characters that begins at i ends. An encoded word is one atom whatever it holds.
func atomEnd(s string, i int) int {
	if strings.HasPrefix(s[i:], "=?") {
		sc := wordScanner{s: s[:min(len(s), i+2000)], ending: -1}
		if _, end, ok := sc.at(i); ok {
			return end
		}
	}
	for j := i; j < len(s); j++ {
		if strings.IndexByte(" \t\r\n\"(<>,;:", s[j]) >= 0 && j > i {
			return j
		}
		if j > i && strings.HasPrefix(s[j:], "=?") {
			return j
		}
	}
	return len(s)
}

func escapeQuoted(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// ValidAddress tells whether an address may be written into a header and given to a mail server (RFC 5321 4.1.2, RFC 6531 3.3): ASCII or UTF-8 without
// controls, with one local part and a domain, at most 320 bytes. Blanks, brackets and commas may stand in a local part in quotes alone.
func ValidAddress(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || at == len(s)-1 || len(s) > 320 || !utf8.ValidString(s) {
		return false
	}
	local, domain := s[:at], s[at+1:]
	if strings.ContainsFunc(s, unseen) {
		return false
	}
	if strings.HasPrefix(local, `"`) {
		q, next, ok := quotedString(local, 0)
		if !ok || next != len(local) || strings.ContainsAny(q, "\r\n\x00") {
			return false
		}
		for _, r := range q {
			if r < ' ' || r == 0x7f {
				return false
			}
		}
	} else if !isDotAtom(local) {
		return false
	}
	if strings.HasPrefix(domain, "[") && strings.HasSuffix(domain, "]") {
		return !strings.ContainsAny(domain[1:len(domain)-1], "[]<>()\",; \t\r\n\x00")
	}
	return isDotAtom(domain)
}

// unseen are letters beyond ASCII that no address has and that would let it look like another one: blanks, controls, and what turns the direction.
func unseen(r rune) bool {
	return r >= utf8.RuneSelf && (unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r))
}

// Mailbox puts an address together from a local part as it is meant, quoting it where it has to be (RFC 5321 4.1.2), and a domain.
func Mailbox(local, domain string) string {
	if !isDotAtom(local) {
		local = `"` + escapeQuoted(local) + `"`
	}
	return local + "@" + domain
}
