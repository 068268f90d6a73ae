package score

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"tellus/internal/engine/language"
)

func init() { Register("lemma", scoreLemma) }

// lemmaWays are the ways in which a word is looked for; the first is the one whose marks count.
var lemmaWays = []lemmaWay{
	{"as written", func(w, code string) []string { return language.IndexTerms(nil, w, code, true) }, language.QueryTerms},
	{"typed without marks", func(w, code string) []string { return language.IndexTerms(nil, w, code, true) }, unmarkedQuery},
	{"text without marks", func(w, code string) []string { return language.IndexTerms(nil, language.Fold(w), code, false) }, language.QueryTerms},
	{"language unknown", func(w, _ string) []string { return language.IndexTerms(nil, w, "", true) }, language.QueryTerms},
	{"five-letter prefix", func(w, _ string) []string { return fiveLetters(w) }, fiveLetters},
}

// lemmaWay is a way of finding a word: the terms of a form in a text, and those of a query.
type lemmaWay struct {
	name  string
	index func(form, code string) []string
	query func(form string) []string
}

func unmarkedQuery(w string) []string { return language.QueryTerms(language.Fold(w)) }

// fiveLetters is the stemming of who has no stemmer.
func fiveLetters(w string) []string {
	folded := []rune(language.Fold(w))
	return []string{string(folded[:min(5, len(folded))])}
}

// lemmas are the words of one language: the forms of each lemma, and the lemmas of each form.
type lemmas struct {
	code   string
	forms  map[string][]string
	lemmas map[string][]string
}

// lemmaFigures counts ordered pairs of a query's form and a text's form, both of the same language and not the same.
type lemmaFigures struct {
	Same   Tally // pairs with a lemma in common; right: they meet
	Others int   // pairs with none
	Wrong  int   // of Others, those that meet
}

// wrongOfOthers is the share of pairs of different lemmas that are joined.
func (f lemmaFigures) wrongOfOthers() float64 { return float64(f.Wrong) / float64(max(1, f.Others)) }

// wrongOfJoined is the share of joined pairs that have no lemma in common.
func (f lemmaFigures) wrongOfJoined() float64 {
	return float64(f.Wrong) / float64(max(1, f.Wrong+f.Same.Right))
}

// scoreLemma asks of each pair of forms of one lemma whether a query for the one finds a text with the other, and of all others of its language
// how many are found beside. Sets of the same language are one.
func scoreLemma(c *Corpus, s *Sheet) error {
	for _, code := range []string{"en", "lv", "lt", "pl"} {
		words, err := readLemmas(c, code, nil)
		if err != nil {
			return err
		}
		for i, way := range lemmaWays {
			var each func(lemma, query, form string, met bool)
			if i == 0 {
				each = func(lemma, query, form string, met bool) {
					s.Mark(code, code+":"+lemma, code+" forms meet", met, query+" does not find "+form)
				}
			}
			f := words.measure(way, each, nil)
			s.Remark("%s %-20s %5d forms; of one lemma %.3f meet; of different lemmas %.6f are joined, which is %.3f of what is joined", code, way.name, len(words.lemmas),
				f.Same.Share(), f.wrongOfOthers(), f.wrongOfJoined())
		}
	}
	return nil
}

// readLemmas reads the sets of a language, of all sources or the given ones: rows of form, lemma and what the form is.
func readLemmas(c *Corpus, code string, sources []string) (*lemmas, error) {
	w := &lemmas{code: code, forms: map[string][]string{}, lemmas: map[string][]string{}}
	for _, row := range c.In("lemma") {
		if path.Base(row.Path) != code+"_forms.tsv" || sources != nil && !slices.Contains(sources, row.Source) {
			continue
		}
		content, err := c.Read(row.Path)
		if err != nil {
			return nil, fmt.Errorf("read the forms of %s: %w", code, err)
		}
		for line := range strings.Lines(string(content)) {
			cols := strings.Split(strings.TrimSpace(line), "\t")
			if len(cols) < 2 || cols[0] == "form" || slices.Contains(w.forms[cols[1]], cols[0]) {
				continue
			}
			w.forms[cols[1]] = append(w.forms[cols[1]], cols[0])
			w.lemmas[cols[0]] = append(w.lemmas[cols[0]], cols[1])
		}
	}
	return w, nil
}

// measure counts the pairs that meet in a way. each, if not nil, is told of every pair of one lemma; wrong of every pair that is joined and
// has none in common.
func (w *lemmas) measure(way lemmaWay, each func(lemma, query, form string, met bool), wrong func(query, form string)) lemmaFigures {
	found := map[string][]string{} // term → forms of texts
	index := map[string][]string{}
	for _, form := range slices.Sorted(maps.Keys(w.lemmas)) {
		index[form] = way.index(form, w.code)
		for _, term := range index[form] {
			found[term] = append(found[term], form)
		}
	}
	f := lemmaFigures{Others: len(w.lemmas) * (len(w.lemmas) - 1)}
	queries := map[string][]string{}
	for query := range w.lemmas {
		queries[query] = way.query(query)
	}
	for _, lemma := range slices.Sorted(maps.Keys(w.forms)) {
		for _, query := range w.forms[lemma] {
			for _, form := range w.forms[lemma] {
				if query == form {
					continue
				}
				met := slices.ContainsFunc(queries[query], func(term string) bool { return slices.Contains(index[form], term) })
				f.Same.add(met)
				if each != nil {
					each(lemma, query, form, met)
				}
			}
		}
	}
	f.Others -= f.Same.All
	for query, terms := range queries {
		joined := map[string]bool{}
		for _, term := range terms {
			for _, form := range found[term] {
				if form == query || joined[form] || slices.ContainsFunc(w.lemmas[form], func(l string) bool { return slices.Contains(w.lemmas[query], l) }) {
					continue
				}
				joined[form] = true
				f.Wrong++
				if wrong != nil {
					wrong(query, form)
				}
			}
		}
	}
	return f
}
