package ordernumber

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestNumbersAreFoundInWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"Where is my order #10025?":             {"10025"},
		"Pasūtījums WC-10025, lūdzu":            {"wc10025", "10025"},
		"order 2026/0044.":                      {"20260044", "2026", "0044"},
		"XKBKNABJK? I wrote on the 5th of May":  {"5th"},
		"12 pieces":                             nil,
		"reference ŠŽ77":                        {"šž77"},
		"":                                      nil,
		strings.Repeat("9", 200):                nil,
		"Nr.A-100":                              {"nra100", "a100", "100"},
		"call +371 20000000 about 10025, 10025": {"371", "20000000", "10025"},
	} {
		if diff := cmp.Diff(want, Candidates(text)); diff != "" {
			t.Errorf("Candidates(%.40q): %s", text, diff)
		}
	}
}

func TestWhateverStandsAroundANumberItIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`[A-Z]{0,4}-?[0-9]{3,12}`).Draw(t, "number")
		before := rapid.StringMatching(`[a-zā-ž ,;:()!?\n]{0,200}`).Draw(t, "before")
		after := rapid.StringMatching(`[ ,;:()!?\n][a-zā-ž ,;:()!?\n]{0,200}`).Draw(t, "after")
		hash := rapid.SampledFrom([]string{" ", " #", "\n", " (", " Nr."}).Draw(t, "mark")
		if got := Candidates(before + hash + number + after); !slices.Contains(got, Key(number)) {
			t.Fatalf("Candidates(%q) = %q without %q", before+hash+number+after, got, Key(number))
		}
	})
}

func FuzzCandidates(f *testing.F) {
	f.Add("order #10025", "WC-1")
	f.Fuzz(func(t *testing.T, a, b string) {
		list := Candidates(a, b)
		if len(list) > mostCandidates {
			t.Errorf("%d candidates", len(list))
		}
		for _, k := range list {
			if k != Key(k) || k == "" {
				t.Errorf("%q is no key", k)
			}
		}
	})
}
