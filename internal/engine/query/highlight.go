package query

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Span is a part of a text, in bytes.
type Span struct{ Start, End int }

// Matcher marks in texts what a query asks for. It is made once for a query and used by one goroutine.
type Matcher struct {
	words    map[string]bool // as they stand
	forms    map[string]bool // any of which a word of the text may have
	prefixes []string
	phrases  [][]string
	known    *Writer // what words come to
}

// remembered is what words come to, from one query to the next: texts that are found share most of their words.
var remembered = sync.Pool{New: func() any { return &Writer{most: 3 * mostKnown} }}

// Done gives back what the Matcher remembers, for the next one: it must not be used after that. Whoever leaves it out only loses time.
func (m *Matcher) Done() {
	if m.known != nil {
		remembered.Put(m.known)
		m.known = nil
	}
}

// Matcher returns what marks the words of the query that must be there.
func (q Query) Matcher() *Matcher {
	m := &Matcher{words: map[string]bool{}, forms: map[string]bool{}}
	m.known, _ = remembered.Get().(*Writer)
	for _, p := range q.Parts {
		if p.Not || p.Kind == Filter {
			continue
		}
		if p.Kind == Phrase && len(p.Words) > 1 {
			keys := make([]string, len(p.Words))
			for i, w := range p.Words {
				keys[i] = key(w)
			}
			m.phrases = append(m.phrases, keys)
			continue
		}
		k := key(p.Words[0])
		m.words[k] = true
		if p.Kind == Phrase {
			continue
		}
		if p.Kind == Prefix {
			m.prefixes = append(m.prefixes, k)
		}
		for _, t := range queryTerms(trim(p.Words[0])) {
			m.forms[stemPrefix+bare(t)] = true
		}
	}
	return m
}

// maxMatched is how many words of a text are looked at for marking.
const maxMatched = 20000

// Spans returns where a text in a language has what the query asks for, in order and apart, at most most of them.
func (m *Matcher) Spans(text, code string, most int) []Span {
	of := tongue{code, accented(text)}
	here := m.known.tongue(of)
	var found []Span
	var trail []Word // the last words, as long as the longest phrase
	var keys []string
	longest := 0
	for _, p := range m.phrases {
		longest = max(longest, len(p))
	}
	seen := 0
	Words(text, func(w Word) bool {
		f := m.known.formsOf(&here, of, w.Text)
		k := f.key
		if k == "" {
			return true
		}
		seen++
		if m.fits(f) {
			found = append(found, Span{w.Start, w.End})
		}
		if longest > 0 {
			trail, keys = append(trail, w), append(keys, k)
			for _, p := range m.phrases {
				if n := len(keys) - len(p); n >= 0 && slices.Equal(keys[n:], p) {
					found = append(found, Span{trail[n].Start, w.End})
				}
			}
			if len(trail) > 4*longest {
				trail, keys = slices.Delete(trail, 0, 3*longest), slices.Delete(keys, 0, 3*longest)
			}
		}
		return seen < maxMatched && len(found) < 4*most
	})
	return join(found, most)
}

func (m *Matcher) fits(f *forms) bool {
	if m.words[f.key] {
		return true
	}
	for _, p := range m.prefixes {
		if strings.HasPrefix(f.key, p) {
			return true
		}
	}
	if len(m.forms) == 0 {
		return false
	}
	return slices.ContainsFunc(f.terms, func(t string) bool { return m.forms[t] })
}

func join(spans []Span, most int) []Span {
	slices.SortFunc(spans, func(a, b Span) int { return a.Start - b.Start })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		if len(out) == most {
			break
		}
		out = append(out, s)
	}
	return out
}

// Snippet cuts the part of a text out that shows the most of what was found, on one line, at most about size runes, and says where the finds are in it.
// Spans must be in order and within the text.
func Snippet(text string, spans []Span, size int) (string, []Span) {
	begin := best(spans, size)
	if begin > 0 { // some words before the first find, from the beginning of one
		begin = back(text, begin, size/4)
	}
	var b strings.Builder
	if begin > 0 {
		b.WriteString("… ")
	}
	var out []Span
	runes, space, cut := 0, true, false
	open := -1
	i := 0
	for i < len(spans) && spans[i].Start < begin {
		i++
	}
	at := begin
	for at < len(text) {
		if runes >= size && open < 0 {
			cut = true
			break
		}
		if i < len(spans) && at == spans[i].Start {
			open = b.Len()
		}
		r, n := utf8.DecodeRuneInString(text[at:])
		if isSpace(r) {
			if !space {
				b.WriteByte(' ')
				runes++
			}
			space = true
		} else {
			b.WriteString(text[at : at+n])
			runes++
			space = false
		}
		at += n
		if open >= 0 && at >= spans[i].End {
			out = append(out, Span{open, b.Len()})
			open = -1
			i++
		}
		if runes > 2*size { // a find without an end
			cut = true
			break
		}
	}
	if cut {
		b.WriteString(" …")
	}
	return b.String(), out
}

func isSpace(r rune) bool { return unseen(r) }

// best is where the window of size bytes with most finds begins.
func best(spans []Span, size int) int {
	from, most := 0, 0
	for i, j := 0, 0; i < len(spans); i++ {
		for j < len(spans) && spans[j].End <= spans[i].Start+size {
			j++
		}
		if j-i > most {
			from, most = spans[i].Start, j-i
		}
	}
	if from <= size/2 {
		return 0
	}
	return from
}

// back returns the beginning of a word at most n bytes before at.
func back(text string, at, n int) int {
	start := max(0, at-n)
	for start < at && !utf8.RuneStart(text[start]) {
		start++
	}
	for i := start; i < at; {
		r, n := utf8.DecodeRuneInString(text[i:])
		i += n
		if isSpace(r) {
			return i
		}
	}
	return at
}

// Asks reports whether there is anything to mark.
func (m *Matcher) Asks() bool { return len(m.words)+len(m.phrases) > 0 }
