package language

import (
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxTerm is the longest term in bytes; what is longer is cut there, and found by its beginning.
const maxTerm = 64

// A stem is followed by the digit of its language, since stems of different languages are the same without meaning the same.
const inEnglish, inLithuanian = "1", "3"

// IndexTerms appends the terms under which a word of a text in language code ("" = unknown) is found; accented says that the text writes
// its marks ("pasūtījums", not "pasutijums"), so that a letter without a mark is known to have none. Terms are folded stems of lower-case
// letters and digits. A word with a digit, an address, and a word of a language without a stemmer is one term, itself folded; a word of a
// text in an unknown language is found as one of any language. Nothing is appended for a word without a letter or digit.
func IndexTerms(dst []string, word, code string, accented bool) []string {
	w, folded := prepare(word)
	if folded == "" {
		return dst
	}
	if !stemmable(folded, w) {
		return append(dst, otherStem(folded, code))
	}
	switch code {
	case "en":
		return append(dst, stemEnglish(folded)+inEnglish)
	case "lv":
		return latvian.index(dst, w, folded, accented)
	case "lt":
		return append(dst, stemLithuanian(folded)+inLithuanian)
	case "pl":
		return polish.index(dst, w, folded, accented)
	case "":
		dst = append(dst, stemEnglish(folded)+inEnglish, stemLithuanian(folded)+inLithuanian)
		dst = latvian.index(dst, w, folded, accented)
		return polish.index(dst, w, folded, accented)
	}
	return append(dst, folded)
}

// markedStem is the stemmer of a language whose rules look at marks. irregular looks a folded word up. stem is for all others: of a word, and the
// same folded; where an alternation can be undone in two ways, or is the other stem.
type markedStem struct {
	irregular   func(folded string) (stem string, ok bool)
	stem        func(w, folded string, marked bool) (stem, or string)
	in, without string // follow a stem, and the stem that a word of a text with marks would have without them
}

var (
	latvian = markedStem{lvIrregularStem, stemLatvian, "2", "5"}
	polish  = markedStem{plIrregularStem, stemPolish, "4", "6"}
)

// appendBoth appends a stem, and the other one if there is one.
func appendBoth(dst []string, stem, or, in string) []string {
	dst = append(dst, stem+in)
	if or != "" {
		dst = append(dst, or+in)
	}
	return dst
}

// index appends the terms of a word of a text; where the text writes its marks and the stem without is another, also that one, for
// queries that are typed without.
func (m *markedStem) index(dst []string, w, folded string, accented bool) []string {
	if stem, ok := m.irregular(folded); ok {
		return append(dst, stem+m.in)
	}
	without, orWithout := m.stem(folded, folded, false)
	if !accented {
		return appendBoth(dst, without, orWithout, m.in)
	}
	with, or := m.stem(w, folded, true)
	dst = appendBoth(dst, with, or, m.in)
	if with != without || or != orWithout {
		dst = appendBoth(dst, without, orWithout, m.without)
	}
	return dst
}

// QueryTerms returns the terms by which a word of a query may be found, in any of the languages (en, lv, lt, pl, ru), with or without marks: at
// most 12 terms, the folded word first, for texts in languages without a stemmer. It is empty for a word without a letter or digit.
func QueryTerms(word string) []string {
	w, folded := prepare(word)
	if folded == "" {
		return nil
	}
	terms := append(make([]string, 0, 12), folded)
	if !stemmable(folded, w) {
		return appendNew(terms, 0, otherStem(folded, "ru"))
	}
	terms = append(terms, stemEnglish(folded)+inEnglish, stemLithuanian(folded)+inLithuanian)
	terms = latvian.query(terms, w, folded)
	return polish.query(terms, w, folded)
}

// query appends the terms of a word of a query. A word without a mark may be one that has none, or one that was typed without.
func (m *markedStem) query(terms []string, w, folded string) []string {
	if stem, ok := m.irregular(folded); ok {
		return append(terms, stem+m.in)
	}
	without, orWithout := m.stem(folded, folded, false)
	terms = appendBoth(terms, without, orWithout, m.in)
	if w == folded {
		terms = appendBoth(terms, without, orWithout, m.without)
	}
	if with, or := m.stem(w, folded, true); with != without || or != orWithout {
		terms = appendBoth(terms, with, or, m.in)
	}
	return terms
}

// appendNew appends a term that is not among those after from.
func appendNew(dst []string, from int, term string) []string {
	if slices.Contains(dst[from:], term) {
		return dst
	}
	return append(dst, term)
}

// prepare returns a word in lower case with its marks, and folded; both are "" where it holds no letter or digit.
func prepare(word string) (w, folded string) {
	if len(word) > 4*maxTerm {
		word = cutAt(word, 4*maxTerm)
	}
	folded = cutAt(Fold(word), maxTerm)
	if strings.IndexFunc(folded, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) < 0 {
		return "", ""
	}
	if isFolded(word) {
		w = folded
	} else {
		w = strings.Map(withoutLooseMarks, strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(word, ""))))
	}
	if strings.IndexByte(folded, '\'') >= 0 { // customer's, d'accord
		folded = strings.ReplaceAll(strings.TrimSuffix(folded, "'s"), "'", "")
		w = folded
	}
	return w, folded
}

// withoutLooseMarks leaves out marks that no letter has joined, such as those of stress.
func withoutLooseMarks(r rune) rune {
	if r >= 0x300 && r <= 0x36F {
		return -1
	}
	return r
}

// stemmable reports whether a word is of Latin letters only, each of which folds to one: the rules of the languages are for such words.
func stemmable(folded, w string) bool {
	for i := range len(folded) {
		if c := folded[i]; c < 'a' || c > 'z' {
			return false
		}
	}
	return len(w) == len(folded) || utf8.RuneCountInString(w) == len(folded)
}

// otherStem returns the term of a word that no Latin rules are for.
func otherStem(folded, code string) string {
	if code == "ru" || code == "" {
		return stemRussian(folded)
	}
	return folded
}

// cutAt returns the beginning of s, of at most n bytes, without half a letter.
func cutAt(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// suffixes are endings of words, found by length from the longest.
type suffixes struct {
	lengths [256]uint32 // by the last byte of an ending, a bit for each length that occurs
	set     map[string]struct{}
}

// newSuffixes reads endings that are separated by white space, each shorter than 32 bytes.
func newSuffixes(list string) *suffixes {
	s := &suffixes{set: map[string]struct{}{}}
	for _, e := range strings.Fields(list) {
		s.set[e] = struct{}{}
		s.lengths[e[len(e)-1]] |= 1 << len(e)
	}
	return s
}

func (s *suffixes) has(e string) bool { _, ok := s.set[e]; return ok }

// cut takes the longest ending off a word that leaves at least least letters, a vowel among them, and that ok (if any) agrees to.
func (s *suffixes) cut(w string, least int, ok func(base, ending string) bool) (base, ending string) {
	if len(w) <= least {
		return w, ""
	}
	for left := s.lengths[w[len(w)-1]]; left != 0; {
		n := bits.Len32(left) - 1
		left &^= 1 << n
		if n > len(w)-least {
			continue
		}
		e := w[len(w)-n:]
		if _, found := s.set[e]; !found {
			continue
		}
		b := w[:len(w)-n]
		if length(b) >= least && hasVowel(b) && (ok == nil || ok(b, e)) {
			return b, e
		}
	}
	return w, ""
}

// length counts the letters of a word.
func length(w string) int { return utf8.RuneCountInString(w) }

// isVowel reports whether a folded letter is a vowel.
func isVowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return true
	}
	return false
}

// hasVowel reports whether a word, with marks or without, has a vowel.
func hasVowel(w string) bool {
	for i := range len(w) {
		if isVowel(w[i]) {
			return true
		}
	}
	return strings.ContainsAny(w, "āēīōūąęėįųóõäöüаеиоуыэюя")
}

// forms reads a table of irregular words, its rows separated by semicolons, each row beginning with a word that stands for all of its row: folded form → folded first word. Of
// two rows with the same form the first has it.
func forms(table string) map[string]string {
	m := map[string]string{}
	for line := range strings.SplitSeq(table, ";") {
		fields := strings.Fields(line)
		for _, f := range fields {
			f = Fold(f)
			if _, taken := m[f]; !taken {
				m[f] = Fold(fields[0])
			}
		}
	}
	return m
}

// behind returns what stands behind a prefix. It looks at the first letter first, since most words have another.
func behind(w, prefix string) (string, bool) {
	if prefix != "" && (w == "" || w[0] != prefix[0]) {
		return "", false
	}
	return strings.CutPrefix(w, prefix)
}

// rewrite is the change of the end of a stem that brings its alternations together.
type rewrite struct{ end, to string }

// settle applies the first rewriting that leaves at least least letters.
func settle(b string, rules []rewrite, least int) string {
	if b == "" {
		return b
	}
	last := b[len(b)-1]
	for _, r := range rules {
		if r.end[len(r.end)-1] != last {
			continue
		}
		if strings.HasSuffix(b, r.end) && len(b)-len(r.end)+len(r.to) >= least {
			return b[:len(b)-len(r.end)] + r.to
		}
	}
	return b
}
