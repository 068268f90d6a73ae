package query

import (
	"slices"
	"strings"
)

// Terms of the index begin with what they are, so that none is taken for another. Words themselves have no prefix.
const (
	stemPrefix     = "="     // a form under which a word is found
	headPrefix     = "^"     // the same, of the subject and the customer
	fromPrefix     = "<"     // a word or the whole of a sender's name or address
	toPrefix       = ">"     // the same of a recipient
	markPrefix     = "#"     // a fact that filters ask for
	gap            = "\\"    // parts phrases: no word is equal to it
	maxWordsOf     = 20_000  // words of one document that count
	maxBytes       = 1 << 20 // of all its words and terms
	maxTermsOfWord = 16
)

// Document is what the index keeps of one thing that can be found: its words in their order, and terms without one.
type Document struct {
	Words []string
	Terms []string
}

// Writer makes a document. The zero Writer is ready; it may be used again after Document, and makes many documents sooner than a new Writer each: it remembers
// what the words of the former ones came to.
type Writer struct {
	words []string
	terms []string
	seen  map[string]bool
	spare []string
	size  int
	known map[spelt]forms
}

// spelt is a word as it stands in a text, with what decides about its forms.
type spelt struct {
	word, code string
	accented   bool
}

// forms are what a word is kept as: itself, and the terms that it is found under.
type forms struct {
	key          string
	terms, heads []string
}

// mostKnown bounds the words that a Writer remembers (some 300 bytes each).
const mostKnown = 20_000

func (w *Writer) formsOf(s spelt) forms {
	f, ok := w.known[s]
	if ok {
		return f
	}
	if f.key = key(s.word); f.key != "" {
		w.spare = indexTerms(w.spare[:0], trim(s.word), s.code, s.accented)
		for i, t := range w.spare {
			if t = bare(t); t == "" || i == maxTermsOfWord {
				break
			}
			f.terms, f.heads = append(f.terms, stemPrefix+t), append(f.heads, headPrefix+t)
		}
	}
	if w.known == nil {
		w.known = map[spelt]forms{}
	}
	if len(w.known) >= mostKnown {
		clear(w.known)
	}
	s.word = strings.Clone(s.word) // the whole text need not stay for it
	w.known[s] = f
	return f
}

// Text adds a text in a language (a code such as "lv", "" where it is unknown).
func (w *Writer) Text(text, code string) { w.add(text, code, false) }

// Head adds a text that says what the whole is about, or whose it is: a match in it counts for more.
func (w *Writer) Head(text, code string) { w.add(text, code, true) }

func (w *Writer) add(text, code string, head bool) {
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	marks := accented(text)
	begun := false
	Words(text, func(word Word) bool {
		if len(w.words) >= maxWordsOf || w.size > maxBytes {
			return false
		}
		f := w.formsOf(spelt{word.Text, code, marks})
		if f.key == "" {
			return true
		}
		if !begun && len(w.words) > 0 {
			w.words = append(w.words, gap)
		}
		begun = true
		w.words = append(w.words, f.key)
		w.size += len(f.key) + 4
		for i, t := range f.terms {
			w.term(t)
			if head {
				w.term(f.heads[i])
			}
		}
		return true
	})
}

// From adds a sender: found by the words of his name and address, by the whole address and by its domain.
func (w *Writer) From(name, address string) { w.person(fromPrefix, name, address) }

// To adds a recipient.
func (w *Writer) To(name, address string) { w.person(toPrefix, name, address) }

func (w *Writer) person(prefix, name, address string) {
	for _, part := range []string{name, address} {
		Words(part, func(word Word) bool {
			if k := key(word.Text); k != "" {
				w.term(prefix + k)
			}
			return true
		})
	}
	if a := addressKey(address); a != "" {
		w.term(prefix + a)
		if _, domain, ok := strings.Cut(a, "@"); ok && domain != "" {
			w.term(prefix + domain)
		}
	}
}

// addressKey is an address as it is compared: without spaces, in lower case, at most 254 bytes (RFC 5321 4.5.3.1.3).
func addressKey(address string) string {
	a := strings.ToLower(strings.Map(func(r rune) rune {
		if unseen(r) {
			return -1
		}
		return r
	}, address))
	if len(a) > 254 {
		return ""
	}
	return a
}

// Mark adds a fact that a filter may ask for, without spaces.
func (w *Writer) Mark(fact string) { w.term(markPrefix + fact) }

func (w *Writer) term(t string) {
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	if !w.seen[t] && w.size <= maxBytes {
		w.size += len(t) + 1
		w.seen[t] = true
		w.terms = append(w.terms, t)
	}
}

// Document returns what was added, and begins anew.
func (w *Writer) Document() Document {
	d := Document{Words: slices.Clone(w.words), Terms: slices.Clone(w.terms)}
	w.words, w.terms, w.size = w.words[:0], w.terms[:0], 0
	clear(w.seen)
	return d
}
