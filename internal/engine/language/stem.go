package language

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxTerm is the longest term in bytes; what is longer is cut there, and found by its beginning.
const maxTerm = 64

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
	from := len(dst)
	switch code {
	case "en":
		return append(dst, stemEnglish(folded))
	case "lv":
		dst = append(dst, stemLatvian(folded, folded, false))
		if accented {
			dst = appendNew(dst, from, stemLatvian(w, folded, true))
		}
	case "lt":
		return append(dst, stemLithuanian(folded))
	case "pl":
		dst = append(dst, stemPolish(folded, folded, false))
		if accented {
			dst = appendNew(dst, from, stemPolish(w, folded, true))
		}
	case "":
		return appendStems(dst, from, w, folded)
	default:
		return append(dst, folded)
	}
	return dst
}

// QueryTerms returns the terms by which a word of a query may be found, in any of the languages (en, lv, lt, pl, ru), with or without marks: at
// most 8 terms, the folded word first, for texts in languages without a stemmer. It is empty for a word without a letter or digit.
func QueryTerms(word string) []string {
	w, folded := prepare(word)
	if folded == "" {
		return nil
	}
	terms := append(make([]string, 0, 8), folded)
	if !stemmable(folded, w) {
		return appendNew(terms, 0, otherStem(folded, "ru"))
	}
	return appendStems(terms, 0, w, folded)
}

// appendStems appends the stems of a word in each language that writes Latin letters, without those already after from.
func appendStems(dst []string, from int, w, folded string) []string {
	dst = appendNew(dst, from, stemEnglish(folded))
	dst = appendNew(dst, from, stemLatvian(folded, folded, false))
	dst = appendNew(dst, from, stemLithuanian(folded))
	dst = appendNew(dst, from, stemPolish(folded, folded, false))
	if w != folded {
		dst = appendNew(dst, from, stemLatvian(w, folded, true))
		dst = appendNew(dst, from, stemPolish(w, folded, true))
	}
	return dst
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
		w = strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(word, "")))
	}
	if strings.IndexByte(folded, '\'') >= 0 { // customer's, d'accord
		folded = strings.ReplaceAll(strings.TrimSuffix(folded, "'s"), "'", "")
		w = folded
	}
	return w, folded
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
	longest int
	last    [256]bool // the bytes that endings end with
	set     map[string]struct{}
}

// newSuffixes reads endings that are separated by white space.
func newSuffixes(list string) *suffixes {
	s := &suffixes{set: map[string]struct{}{}}
	for _, e := range strings.Fields(list) {
		s.set[e] = struct{}{}
		s.longest = max(s.longest, len(e))
		s.last[e[len(e)-1]] = true
	}
	return s
}

func (s *suffixes) has(e string) bool { _, ok := s.set[e]; return ok }

// cut takes the longest ending off a word that leaves at least least letters, a vowel among them, and that ok (if any) agrees to.
func (s *suffixes) cut(w string, least int, ok func(base, ending string) bool) (base, ending string) {
	if w == "" || !s.last[w[len(w)-1]] {
		return w, ""
	}
	for n := min(s.longest, len(w)-least); n > 0; n-- {
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

// rewrite is the change of the end of a stem that brings its alternations together.
type rewrite struct{ end, to string }

// settle applies the first rewriting that leaves at least least letters.
func settle(b string, rules []rewrite, least int) string {
	for _, r := range rules {
		if strings.HasSuffix(b, r.end) && len(b)-len(r.end)+len(r.to) >= least {
			return b[:len(b)-len(r.end)] + r.to
		}
	}
	return b
}
