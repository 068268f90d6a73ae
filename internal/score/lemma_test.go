package score

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLemma holds search to finding 85 of 100 pairs of forms of one word in each language, with marks and without, to joining at most 2 of 100 pairs
// of different words, and to doing both better than comparing five letters: in all sets of a language, and in each that is large enough to
// tell.
func TestLemma(t *testing.T) {
	t.Parallel()
	c := corpus(t)
	for code, sets := range map[string][][]string{
		"en": {nil},
		"lv": {nil, {"peterisp-lv-morph"}, {"ud-latvian-lvtb"}},
		"lt": {nil, {"unimorph-lit"}, {"ud-lithuanian-alksnis"}},
		"pl": {nil, {"ud-polish-lfg"}, {"ud-polish-pud"}},
	} {
		for _, sources := range sets {
			words, err := readLemmas(c, code, sources)
			if err != nil {
				t.Fatal(err)
			}
			prefix := words.measure(lemmaWays[len(lemmaWays)-1], nil, nil)
			for _, way := range lemmaWays[:3] {
				f := words.measure(way, nil, nil)
				t.Logf("%s %v %s: %.4f of %d meet (prefix %.4f), joined wrongly %.6f of others (%.6f), %.4f of joined (%.4f)", code, sources, way.name, f.Same.Share(), f.Same.All,
					prefix.Same.Share(), f.wrongOfOthers(), prefix.wrongOfOthers(), f.wrongOfJoined(), prefix.wrongOfJoined())
				if f.Same.All < 1000 || f.Same.Share() < 0.85 || f.Same.Share() <= prefix.Same.Share() {
					t.Errorf("%s %v %s: %.4f of %d pairs of forms meet, want 0.85 of at least 1000, and more than the prefix's %.4f", code, sources, way.name, f.Same.Share(), f.Same.All, prefix.Same.Share())
				}
				if f.wrongOfOthers() > 0.02 || f.wrongOfOthers() >= prefix.wrongOfOthers() || f.wrongOfJoined() >= prefix.wrongOfJoined() {
					t.Errorf("%s %v %s: %.6f of different pairs and %.4f of joined ones are wrong, want less than the prefix's %.6f and %.4f", code, sources, way.name, f.wrongOfOthers(),
						f.wrongOfJoined(), prefix.wrongOfOthers(), prefix.wrongOfJoined())
				}
			}
		}
	}
}

// TestLemmaFigures counts by hand: of five forms, which the first letter joins.
func TestLemmaFigures(t *testing.T) {
	t.Parallel()
	words := &lemmas{
		forms:  map[string][]string{"go": {"goes", "went"}, "gate": {"gates", "gate"}, "saw": {"saw"}},
		lemmas: map[string][]string{"goes": {"go"}, "went": {"go"}, "gates": {"gate"}, "gate": {"gate"}, "saw": {"saw"}},
	}
	first := func(form string) []string { return []string{form[:1]} }
	var wrong int
	got := words.measure(lemmaWay{index: func(form, _ string) []string { return first(form) }, query: first}, nil, func(string, string) { wrong++ })
	// Of one lemma: goes–went, gates–gate, each both ways; the latter meet. Wrong: goes–gates, goes–gate, both ways.
	if diff := cmp.Diff(lemmaFigures{Same: Tally{Right: 2, All: 4}, Others: 16, Wrong: 4}, got); diff != "" || wrong != 4 {
		t.Errorf("figures (-want +got):\n%s; told of %d wrong pairs", diff, wrong)
	}
}
