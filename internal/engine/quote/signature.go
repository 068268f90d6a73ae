package quote

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tellus/internal/engine/letters"
)

const (
	maxSignatureLines = 40 // below the standard delimiter "-- " (RFC 3676 4.3)
	maxLooseLines     = 16 // below "--", which people also draw between paragraphs
	maxRuleLines      = 8  // below a row of underscores, as list footers have
	maxContactLines   = 14 // below a closing formula
)

// markSignatures marks the end of every run of visible lines that stands before folded history or at the end.
func (d *document) markSignatures() {
	for i := 0; i < len(d.lines); {
		if d.lines[i].mark != Visible {
			i++
			continue
		}
		to := i
		for to < len(d.lines) && d.lines[to].mark == Visible {
			if d.hints != nil && d.hints[to].signature && !d.lines[to].blank {
				d.lines[to].mark = Signature
				break
			}
			to++
		}
		for j := d.signatureStart(i, to); j < to; j++ {
			d.lines[j].mark = Signature
		}
		i = to
	}
}

// signatureStart returns where in the lines [from, to) the closing signature begins, or to.
func (d *document) signatureStart(from, to int) int {
	s := to
	for {
		before := s
		s = d.footerStart(from, s)
		s = d.delimiterStart(from, s, to)
		if s == before {
			break
		}
	}
	if s = d.footerStart(from, s); s < to {
		return d.contactStart(from, s)
	}
	return d.contactStart(from, to)
}

// footerStart moves s up over the lines that programs append ("Sent from my phone").
func (d *document) footerStart(from, s int) int {
	for {
		i := d.previousInk(s - 1)
		if i < from || !isFooter(d.lines[i].body) {
			return s
		}
		s = i
	}
}

// delimiterStart looks in the last lines before s for a signature delimiter and returns the first that fits.
func (d *document) delimiterStart(from, s, to int) int {
	best := s
	ink := 0
	for i := s - 1; i >= from && ink <= maxSignatureLines; i-- {
		l := &d.lines[i]
		if l.blank {
			continue
		}
		if ink > 0 || s < to {
			switch delimiterOf(d.text[l.start:l.end], l.body) {
			case standardDelimiter:
				best = i
			case looseDelimiter:
				if ink <= maxLooseLines {
					best = i
				}
			case underscores:
				if ink <= maxRuleLines && d.kindsBelow(i, s) != 0 {
					best = i
				}
			case dashRow:
				if ink <= maxRuleLines && d.detailsBelow(i, s) {
					best = i
				}
			}
		} else if delimiterOf(d.text[l.start:l.end], l.body) >= looseDelimiter {
			best = i // a delimiter with nothing below
		}
		ink++
	}
	return best
}

// kindsBelow returns the kinds of contact details in the lines between row and s.
func (d *document) kindsBelow(row, s int) contact {
	kinds := contact(0)
	for i := row + 1; i < s; i++ {
		kinds |= contactOf(d.lines[i].body)
	}
	return kinds
}

// detailsBelow reports whether the lines between a drawn row and s are contact details of two kinds. What a row divides
// off below a colon, or a list of names and values as web forms send it, is content.
func (d *document) detailsBelow(row, s int) bool {
	if above := d.previousInk(row - 1); above < 0 || strings.HasSuffix(d.lines[above].body, ":") {
		return false
	}
	kinds, lines, labelled := d.kindsBelow(row, s), 0, 0
	for i := row + 1; i < s; i++ {
		l := &d.lines[i]
		if l.blank {
			continue
		}
		lines++
		if likeHeader(l.body) {
			labelled++
		}
	}
	return kinds&(kinds-1) != 0 && (labelled < 3 || 2*labelled < lines)
}

type delimiter int

const (
	noDelimiter       delimiter = iota
	dashRow                     // "-----", "====", "—": signature only above contact details
	underscores                 // "______": signature above an address or a link, as in list footers
	looseDelimiter              // "--"
	standardDelimiter           // "-- "
)

func delimiterOf(raw, body string) delimiter {
	if c := body[0]; c < utf8.RuneSelf && strings.IndexByte("-_=*~", c) < 0 {
		return noDelimiter
	}
	switch {
	case body == "--" || body == "- -" || body == "—-":
		if strings.HasPrefix(raw, "-- ") {
			return standardDelimiter
		}
		return looseDelimiter
	case len(body) >= 2 && strings.Trim(body, "_") == "":
		return underscores
	case strings.Trim(body, "-=*~—–") == "" && (dashes(body) >= 3 || body == "—" || body == "–"):
		return dashRow
	}
	return noDelimiter
}

// contactStart looks for a block of contact details that ends at to: below a closing formula and a name, or, without
// a formula, a name over an address, a number and a site.
// A name below a formula stays visible.
func (d *document) contactStart(from, to int) int {
	var ink []int // indexes of the last lines with ink, last first
	for i := to - 1; i >= from && len(ink) <= maxContactLines+2; i-- {
		if !d.lines[i].blank {
			ink = append(ink, i)
		}
	}
	kinds := contact(0)
	for n, i := range ink {
		l := &d.lines[i]
		if isClosing(l.body) {
			return d.belowClosing(ink[:n], to)
		}
		if !detailLike(l.body) {
			return to
		}
		kinds |= contactOf(l.body)
		paragraph := i == from || d.lines[i-1].blank
		if paragraph && n >= 3 && kinds == email|phone|site && contactOf(l.body) == 0 && nameLike(l.body) && i > from && d.previousInk(i-1) >= from && !isClosing(d.lines[d.previousInk(i-1)].body) {
			return i
		}
	}
	return to
}

// belowClosing returns where the contact details start among the lines below a closing formula (last first), or to.
func (d *document) belowClosing(below []int, to int) int {
	if len(below) == 0 {
		return to
	}
	first := len(below) - 1
	if contactOf(d.lines[below[first]].body) == 0 {
		first-- // the name
	}
	kinds := contact(0)
	for _, i := range below[:first+1] {
		kinds |= contactOf(d.lines[i].body)
	}
	if first < 0 || kinds == 0 {
		return to
	}
	return below[first]
}

type contact int

const (
	email contact = 1 << iota
	phone
	site
)

// contactOf says which contact details a short line holds.
func contactOf(body string) contact {
	if len(body) > 200 {
		return 0
	}
	var c contact
	if hasAddressIn(body) {
		c |= email
	}
	lower := letters.ToLowerString(body)
	if strings.Contains(lower, "www.") || strings.Contains(lower, "http://") || strings.Contains(lower, "https://") {
		c |= site
	}
	if phoneLike(body) {
		c |= phone
	}
	return c
}

// phoneLike reports whether a line holds a telephone number: at least seven digits in a run that has only the usual
// signs between them.
func phoneLike(body string) bool {
	digits, run := 0, false
	for _, r := range body {
		switch {
		case r >= '0' && r <= '9':
			digits++
			run = true
			if digits >= 7 {
				return true
			}
		case run && strings.ContainsRune(" ()-./+\u00a0", r):
		default:
			digits, run = 0, false
		}
	}
	return false
}

// detailLike reports whether a line may stand in a block of contact details: short, no sentence, no postscript.
func detailLike(body string) bool {
	if utf8.RuneCountInString(body) > 90 || isPostscript(body) {
		return false
	}
	switch last, _ := utf8.DecodeLastRuneInString(body); last {
	case '?', '!', ':', ',', ';':
		return false
	case '.':
		return !moreWords(body, 4)
	}
	return !moreWords(body, 11)
}

func isPostscript(body string) bool {
	for _, p := range [...]string{"ps", "p.s", "p. s"} {
		if len(body) >= len(p) && strings.ToLower(body[:len(p)]) == p {
			return true
		}
	}
	return false
}

// moreWords reports whether s has more than n words.
func moreWords(s string, n int) bool {
	for range strings.FieldsSeq(s) {
		if n--; n < 0 {
			return true
		}
	}
	return false
}

// nameLike reports whether a line is two to four capitalised words.
func nameLike(body string) bool {
	words := strings.Fields(body)
	if len(words) < 2 || len(words) > 4 {
		return false
	}
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(w); !unicode.IsUpper(r) {
			return false
		}
		if strings.ContainsFunc(w, unicode.IsDigit) {
			return false
		}
	}
	return true
}

// closings begin the formula that closes a letter.
var closings = []string{
	"best regards", "kind regards", "warm regards", "regards", "best wishes", "many thanks", "sincerely", "yours sincerely", "yours faithfully", "yours truly", "cheers", "br,", "thanks", "thank you", "with best", "with kind",
	"ar cieņu", "ar cienu", "ar sveicieniem", "ar laba vēlējumiem", "vislabāko vēlot", "jauku dienu", "paldies",
	"pagarbiai", "su pagarba", "geros dienos", "linkėjimai", "geriausi linkėjimai", "ačiū",
	"pozdrawiam", "z poważaniem", "z pozdrowieniami", "serdecznie pozdrawiam", "z wyrazami szacunku", "łączę pozdrowienia", "dziękuję",
	"с уважением", "с наилучшими", "всего доброго", "з повагою", "з найкращими", "на все добре",
	"lugupidamisega", "parimate soovidega", "tervitades",
	"mit freundlichen grüßen", "mit freundlichen gruessen", "mit freundlichem gruß", "freundliche grüße", "viele grüße", "beste grüße", "liebe grüße", "herzliche grüße", "mfg", "mit besten grüßen", "schöne grüße",
	"ystävällisin terveisin", "terveisin", "parhain terveisin", "med vänliga hälsningar", "med vänlig hälsning", "vänliga hälsningar", "hälsningar", "mvh", "med venlig hilsen", "venlig hilsen", "de bedste hilsner", "med vennlig hilsen", "vennlig hilsen", "hilsen",
	"met vriendelijke groet", "vriendelijke groet", "groeten", "hartelijke groet", "cordialement", "bien cordialement", "bien à vous", "sincères salutations", "salutations",
	"saludos", "un saludo", "atentamente", "cordialmente", "atenciosamente", "com os melhores cumprimentos", "cumprimentos", "obrigado", "cordiali saluti", "distinti saluti", "un saluto", "grazie",
	"s pozdravem", "s pozdravom", "s přátelským pozdravem", "üdvözlettel", "tisztelettel", "cu stimă", "cu respect", "o zi bună", "saygılarımla", "saygılarımızla", "iyi çalışmalar", "με εκτίμηση", "φιλικά",
	"lep pozdrav", "s poštovanjem", "srdačan pozdrav", "此致", "祝好", "よろしくお願い", "敬具", "감사합니다",
}

// closingsBy finds closings by their first rune.
var closingsBy = byFirstRune(closings)

func byFirstRune(phrases []string) map[rune][]string {
	by := map[rune][]string{}
	for _, p := range phrases {
		r, _ := utf8.DecodeRuneInString(p)
		by[r] = append(by[r], p)
	}
	return by
}

// isClosing reports whether a line is a closing formula and nothing more.
func isClosing(body string) bool {
	if len(body) > 80 {
		return false
	}
	bare := strings.Trim(body, " *_-–—/|")
	first, _ := utf8.DecodeRuneInString(bare)
	candidates := closingsBy[letters.ToLower(first)]
	if len(candidates) == 0 || moreWords(body, 6) {
		return false
	}
	lower := letters.ToLowerString(bare)
	for _, c := range candidates {
		if strings.HasPrefix(lower, c) {
			rest := strings.TrimLeft(strings.TrimPrefix(lower, c), " ,.!")
			return !moreWords(rest, 3)
		}
	}
	return false
}
