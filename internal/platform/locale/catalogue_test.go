package locale

import (
	"math"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
)

// between reports whether n ends, in its last two digits, in a number from a to b.
func between(n, a, b int) bool { return n%100 >= a && n%100 <= b }

// cldr are the rules for whole numbers of CLDR 46 (supplemental/plurals.xml), written down again by hand.
var cldr = map[string]func(n int) plural.Form{
	"en": oneOrOther, "de": oneOrOther, "et": oneOrOther,
	"lv": func(n int) plural.Form {
		switch {
		case n%10 == 0 || between(n, 11, 19):
			return plural.Zero
		case n%10 == 1:
			return plural.One
		}
		return plural.Other
	},
	"lt": func(n int) plural.Form {
		switch {
		case n%10 == 0 || between(n, 11, 19):
			return plural.Other
		case n%10 == 1:
			return plural.One
		}
		return plural.Few
	},
	"pl": func(n int) plural.Form {
		switch {
		case n == 1:
			return plural.One
		case n%10 >= 2 && n%10 <= 4 && !between(n, 12, 14):
			return plural.Few
		}
		return plural.Many
	},
	"ru": eastSlavic, "uk": eastSlavic,
}

func oneOrOther(n int) plural.Form {
	if n == 1 {
		return plural.One
	}
	return plural.Other
}

func eastSlavic(n int) plural.Form {
	switch {
	case n%10 == 1 && n%100 != 11:
		return plural.One
	case n%10 >= 2 && n%10 <= 4 && !between(n, 12, 14):
		return plural.Few
	}
	return plural.Many
}

func TestPluralFormsAreThoseOfCLDR(t *testing.T) {
	t.Parallel()
	for _, lang := range Languages {
		rule := cldr[lang]
		if rule == nil {
			t.Errorf("%s has no rule here", lang)
			continue
		}
		numbers := []int{999, 1000, 1001, 1011, 1021, 9_999, 99_999, 999_999, 1_000_000, 1_000_001, 1_000_002, 1_000_011, 1_000_021, 2_000_000, 10_000_001, math.MaxInt}
		for n := range 301 {
			numbers = append(numbers, n)
		}
		for _, n := range numbers {
			if got, want := formFor(lang, n), rule(n); got != want || formFor(lang, -n) != want {
				t.Errorf("%s: %d has the form %v, want %v", lang, n, got, want)
			}
		}
		_ = formFor(lang, math.MinInt) // has no positive: must not end the program
	}
}

// What has decimals has a form of its own in most languages, which each message must have too (TestEveryLanguageSaysEverything).
func TestFractionsHaveAForm(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string][]plural.Form{ // 1.5, 1.0, 0.1, 2.0
		"en": {plural.Other, plural.Other, plural.Other, plural.Other}, "de": {plural.Other, plural.Other, plural.Other, plural.Other},
		"et": {plural.Other, plural.Other, plural.Other, plural.Other}, "lv": {plural.Other, plural.One, plural.One, plural.Other},
		"lt": {plural.Many, plural.One, plural.Many, plural.Few}, "pl": {plural.Other, plural.Other, plural.Other, plural.Other},
		"ru": {plural.Other, plural.Other, plural.Other, plural.Other}, "uk": {plural.Other, plural.Other, plural.Other, plural.Other},
	} {
		for i, x := range []struct{ whole, fraction int }{{1, 5}, {1, 0}, {0, 1}, {2, 0}} {
			v := 1
			if got := plural.Cardinal.MatchPlural(tags[lang], x.whole, v, v, x.fraction, x.fraction); got != want[i] {
				t.Errorf("%s: %d.%d has the form %v, want %v", lang, x.whole, x.fraction, got, want[i])
			}
		}
	}
}

func TestTextsAreFilledOnce(t *testing.T) {
	t.Parallel()
	data := map[string]any{"A": "a", "N": 7, "Empty": "", "Evil": "{{.A}}{{if .A}}"}
	for text, want := range map[string]string{
		"":                                   "",
		"plain } } { text":                   "plain } } { text",
		"{{.A}}{{.N}}{{.A}}":                 "a7a",
		"<{{.Evil}}>":                        "<{{.A}}{{if .A}}>",
		"{{if .A}}with {{.A}}{{end}}, end":   "with a, end",
		"x{{if .Empty}} {{.Empty}}{{end}}.":  "x.",
		"x{{if .Unknown}} y{{end}}{{.Lost}}": "x{{.Lost}}",
		"{{if .A}}{{end}}":                   "",
	} {
		w, err := compile(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := w.fill(data); got != want {
			t.Errorf("%q says %q, want %q", text, got, want)
		}
	}
}

func TestABrokenCatalogueIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"{{", "{{.A", "{{A}}", "{{ .A }}", "{{.A.B}}", "{{.}}", "{{end}}", "{{if .A}}x", "{{if .A}}{{if .B}}x{{end}}{{end}}", "{{if A}}x{{end}}", "{{else}}", "{{.A}} {{print .B}}"} {
		if w, err := compile(text); err == nil {
			t.Errorf("%q is understood as %+v", text, w)
		}
	}
	for content, want := range map[string]string{
		`[]`: "array", `{"a": 1}`: "a: other is float64", `{"a": {"some": "x", "other": "y"}}`: "a: some is string", `{"a": {"one": "x"}}`: "a lacks the form other",
		`{"a": {"other": "{{"}}`: "a: {{ without }}",
	} {
		if _, err := parse([]byte(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", content, err, want)
		}
	}
}
