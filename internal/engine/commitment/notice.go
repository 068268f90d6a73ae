package commitment

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tellus/internal/engine/language"
	"tellus/internal/engine/worktime"
)

// Calendar says when a company is open.
type Calendar interface {
	// Spans are the stretches between two instants that are open, in order, each within the two.
	Spans(from, to time.Time) []worktime.Span
}

// Noticed is a sentence that promises something by a time.
type Noticed struct {
	Sentence string
	Phrase   string // that says until when
	Due      time.Time
	Language string // BCP 47: en, lv, lt or pl
}

const (
	mostText    = 20_000 // bytes of a text that are read; what a person writes by hand is shorter
	mostNoticed = 10
	mostWords   = 120 // of a sentence; a longer one is a list or a table
	closing     = 17  // o'clock, where nobody says when the day ends
	farthest    = 366 * 24 * time.Hour
	together    = 4 // words between a day and the time of it
)

// Notice finds the sentences of a text that promise something by a time which is to come, in any of the four languages; each sentence is given once. The zone of now is whose
// clock is meant. A day without a time means the end of it as the calendar has it, and working days are those on which it opens; a nil calendar has Monday to Friday. Questions,
// requests and conditions are no promises. It takes time linear in the text.
func Notice(text string, now time.Time, cal Calendar) (found []Noticed) {
	if len(text) > mostText {
		text = strings.ToValidUTF8(text[:mostText], "")
	}
	for _, sentence := range sentences(text) {
		if n, ok := promised(sentence, now, cal); ok {
			if found = append(found, n); len(found) == mostNoticed {
				break
			}
		}
	}
	return found
}

// token is a word or number of a sentence.
type token struct {
	text   string // folded
	raw    string // in lower case
	from   int    // in the sentence, in bytes
	to     int
	clause int // which part of the sentence it is in
}

var (
	tokens  = regexp.MustCompile(`\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?|\d{1,2}:\d{2}|\d{1,4}|\pL+(?:['’]\pL+)?`)
	parting = regexp.MustCompile(`[,;()–—]|\s-\s`)
	// short are words that a full stop belongs to.
	short = []string{"plkst", "godz", "val", "nr", "min", "tel", "ok", "ul", "st", "dr", "p", "d", "m", "g", "r", "a"}
)

func sentences(text string) (list []string) {
	begin := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != '.' && c != '!' && c != '?' && c != '\n' {
			continue
		}
		if c == '.' && goesOn(text, i) {
			continue
		}
		if s := strings.TrimSpace(text[begin : i+1]); s != "" {
			list = append(list, s)
		}
		begin = i + 1
	}
	if s := strings.TrimSpace(text[begin:]); s != "" {
		list = append(list, s)
	}
	return list
}

// goesOn reports whether the full stop at i does not end a sentence: it stands in a number or date, or behind a short form.
func goesOn(text string, i int) bool {
	rest := text[i+1:]
	if rest == "" {
		return false
	}
	if rest[0] >= '0' && rest[0] <= '9' {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, " "))
	if unicode.IsDigit(before) {
		return unicode.IsLower(after) || unicode.IsDigit(after)
	}
	word := text[max(0, i-12):i]
	if j := strings.LastIndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }); j >= 0 {
		_, size := utf8.DecodeRuneInString(word[j:])
		word = word[j+size:]
	}
	return slices.Contains(short, strings.ToLower(word)) && !unicode.IsUpper(after)
}

func words(sentence string) (list []token) {
	end, clause := 0, 0
	for _, at := range tokens.FindAllStringIndex(sentence, mostWords+1) {
		if parting.MatchString(sentence[end:at[0]]) {
			clause++
		}
		end = at[1]
		raw := strings.ReplaceAll(strings.ToLower(sentence[at[0]:at[1]]), "’", "'")
		list = append(list, token{text: language.Fold(raw), raw: raw, from: at[0], to: at[1], clause: clause})
	}
	return list
}

// promised reads one sentence.
func promised(sentence string, now time.Time, cal Calendar) (Noticed, bool) {
	if strings.HasSuffix(strings.TrimRight(sentence, " \"'”“»)"), "?") {
		return Noticed{}, false
	}
	w := words(sentence)
	if len(w) > mostWords {
		return Noticed{}, false
	}
	for _, g := range tongues {
		p, ok := g.when(w)
		if !ok || !g.vows(w, p) {
			continue
		}
		due, ok := p.due(now, cal)
		if !ok || !due.After(now) || due.Sub(now) > farthest {
			continue
		}
		return Noticed{Sentence: sentence, Phrase: sentence[w[p.from].from:w[p.to-1].to], Due: due, Language: g.code}, true
	}
	return Noticed{}, false
}

// vows reports whether somebody says that something will be done by that time: in the same part of the sentence or in one before it, while that with the time is no condition
// and no request.
func (g *tongue) vows(w []token, p phrase) bool {
	clause := w[p.from].clause
	first := slices.IndexFunc(w, func(t token) bool { return t.clause == clause })
	if slices.Contains(g.not, w[first].text) {
		return false
	}
	var part []string
	for _, t := range w {
		if t.clause == clause {
			part = append(part, t.text)
		}
	}
	if said := " " + strings.Join(part, " "); slices.ContainsFunc(g.never, func(n string) bool { return strings.Contains(said, " "+n) }) {
		return false
	}
	for i, t := range w {
		if t.clause <= clause && (i < p.from || i >= p.to) && g.will(w, i) && !g.conditional(w, t.clause) {
			return true
		}
	}
	return false
}

func (g *tongue) conditional(w []token, clause int) bool {
	first := slices.IndexFunc(w, func(t token) bool { return t.clause == clause })
	return slices.Contains(g.not, w[first].text)
}

func next(w []token, i int) string {
	if i+1 < len(w) {
		return w[i+1].text
	}
	return ""
}

func has(s, beginning string) bool { return strings.HasPrefix(s, beginning) }

// ends reports whether a word of at least so many letters ends in one of some endings.
func ends(s string, least int, endings ...string) bool {
	return utf8.RuneCountInString(s) >= least && slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(s, e) })
}

func fits(w []token, i int, pattern []string) bool {
	if i+len(pattern) > len(w) {
		return false
	}
	for k, p := range pattern {
		t := w[i+k].text
		if stem, open := strings.CutSuffix(p, "*"); open && !has(t, stem) || !open && t != p {
			return false
		}
	}
	return true
}

// number reads how many: digits, a word, a range whose greater end counts, or a half.
func (g *tongue) number(w []token, i int) (n float64, to int, ok bool) {
	if i >= len(w) {
		return 0, i, false
	}
	value := func(s string) (float64, bool) {
		if v, err := strconv.Atoi(s); err == nil && len(s) <= 3 {
			return float64(v), true
		}
		v, ok := g.numbers[s]
		return v, ok
	}
	if n, ok = value(w[i].text); !ok {
		return 0, i, false
	}
	to = i + 1
	if n == 0.5 && to < len(w) && (w[to].text == "an" || w[to].text == "a") {
		return n, to + 1, true
	}
	if to < len(w) && w[i].text == "a" && (w[to].text == "couple" || w[to].text == "few") {
		n, to = g.numbers[w[to].text], to+1
		if to < len(w) && w[to].text == "of" {
			to++
		}
		return n, to, true
	}
	if to < len(w) {
		if more, ok := value(w[to].text); ok && more > n && w[to].from-w[i].to <= 3 {
			return more, to + 1, true
		}
	}
	return n, to, true
}

// span reads a length of time.
func (g *tongue) span(w []token, i int, needsNumber bool) (s span, to int, ok bool) {
	n, to, counted := g.number(w, i)
	if !counted {
		if needsNumber {
			return s, i, false
		}
		n, to = 1, i
	}
	if to < len(w) && slices.ContainsFunc(g.working, func(b string) bool { return has(w[to].text, b) }) {
		s.working = true
		to++
	}
	if to >= len(w) {
		return s, i, false
	}
	for _, u := range g.units {
		if !has(w[to].text, u.stem) || len(w[to].text) > len(u.stem)+4 {
			continue
		}
		s.unit = u.unit
		s.n = n * math.Abs(u.n)
		s.working = s.working || u.n < 0
		to++
		if to < len(w) && slices.ContainsFunc(g.working, func(b string) bool { return has(w[to].text, b) }) && u.unit == days {
			s.working = true
			to++
		}
		return s, to, true
	}
	return s, i, false
}
