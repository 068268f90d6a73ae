package query

import (
	"slices"
	"strings"

	"tellus/internal/desk"
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
	known map[tongue]map[string]*forms
	older map[tongue]map[string]*forms // what was known before known became full: what is still met moves over
	count int                          // of known
	most  int
	now   int // of the document that is being made: see forms.in
}

// Remember sets how many words a Writer keeps in mind, some 300 bytes each: whoever writes millions of documents saves most of the work by many of them. What is met
// again stays.
func (w *Writer) Remember(words int) { w.most = words }

// tongue is what decides about the forms of a word beside how it stands in a text.
type tongue struct {
	code     string
	accented bool
}

// forms are what a word is kept as: itself, and the terms that it is found under.
type forms struct {
	key          string
	terms, heads []string
	in, headIn   int // the document that has its terms, and those of a head
}

// mostKnown bounds the words that a Writer remembers (some 300 bytes each) unless it was told another bound.
const mostKnown = 20_000

// formsOf returns what a word is kept as; here are those that are known of its tongue.
func (w *Writer) formsOf(here *map[string]*forms, of tongue, word string) *forms {
	if f, ok := (*here)[word]; ok {
		return f
	}
	f, ok := w.older[of][word]
	word = strings.Clone(word) // the whole text need not stay for it
	if !ok {
		f = &forms{key: key(word), in: -1, headIn: -1}
		if f.key == word {
			f.key = word
		}
		if f.key != "" {
			w.spare = indexTerms(w.spare[:0], trim(word), of.code, of.accented)
		} else {
			w.spare = w.spare[:0]
		}
		for i, t := range w.spare {
			if t = bare(t); t == "" || i == maxTermsOfWord {
				break
			}
			f.terms, f.heads = append(f.terms, stemPrefix+t), append(f.heads, headPrefix+t)
		}
	}
	most := w.most
	if most == 0 {
		most = mostKnown
	}
	if 2*w.count >= most {
		w.older, w.known, w.count = w.known, nil, 0
		*here = w.tongue(of)
	}
	(*here)[word] = f
	w.count++
	return f
}

func (w *Writer) tongue(of tongue) map[string]*forms {
	here := w.known[of]
	if here == nil {
		here = map[string]*forms{}
		if w.known == nil {
			w.known = map[tongue]map[string]*forms{}
		}
		w.known[of] = here
	}
	return here
}

// Text adds a text in a language (a code such as "lv", "" where it is unknown).
func (w *Writer) Text(text, code string) { w.add(text, code, false) }

// Head adds a text that says what the whole is about, or whose it is: a match in it counts for more.
func (w *Writer) Head(text, code string) { w.add(text, code, true) }

func (w *Writer) add(text, code string, head bool) {
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	of := tongue{code, accented(text)}
	here := w.tongue(of)
	begun := false
	Words(text, func(word Word) bool {
		if len(w.words) >= maxWordsOf || w.size > maxBytes {
			return false
		}
		f := w.formsOf(&here, of, word.Text)
		if f.key == "" {
			return true
		}
		if !begun && len(w.words) > 0 {
			w.words = append(w.words, gap)
		}
		begun = true
		w.words = append(w.words, f.key)
		w.size += len(f.key) + 4
		if head && f.headIn != w.now {
			f.headIn = w.now
			for _, t := range f.heads {
				w.term(t)
			}
		}
		if f.in != w.now {
			f.in = w.now
			for _, t := range f.terms {
				w.term(t)
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
		if _, domain, ok := desk.SplitMail(a); ok && domain != "" {
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
	w.now++
	return d
}
