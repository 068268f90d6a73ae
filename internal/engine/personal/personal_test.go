package personal

import (
	"testing"

	"pgregory.net/rapid"
)

func TestFindKnowsTheNumbersOfPeople(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, found, kind string }{
		"card with blanks":      {"my card 4111 1111 1111 1111, thanks", "4111 1111 1111 1111", "card"},
		"card with dashes":      {"5500-0000-0000-0004", "5500-0000-0000-0004", "card"},
		"not a card":            {"order 4111 1111 1111 1112", "", ""},
		"latvian old":           {"personas kods 161175-19997.", "161175-19997", "personal_code"},
		"latvian new":           {"kods 320000-12345", "320000-12345", "personal_code"},
		"lithuanian":            {"asmens kodas 33309240064", "33309240064", "personal_code"},
		"estonian":              {"isikukood 37605030299", "37605030299", "personal_code"},
		"polish":                {"PESEL: 44051401359", "44051401359", "personal_code"},
		"a number that is none": {"zamówienie 44051401358", "", ""},
		"latvian account":       {"LV80 BANK 0000 4351 9500 1 lūdzu", "LV80 BANK 0000 4351 9500 1", "account"},
		"account inside a word": {"xLV80BANK0000435195001", "", ""},
		"a phone number":        {"+371 2000 0001", "", ""},
		"nothing":               {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Find(c.text)
			if c.found == "" {
				if len(got) != 0 {
					t.Fatalf("Find(%q) = %v, want nothing", c.text, got)
				}
				return
			}
			if len(got) != 1 || c.text[got[0].Start:got[0].End] != c.found || got[0].Kind != c.kind {
				t.Fatalf("Find(%q) = %v, want %q as %s", c.text, got, c.found, c.kind)
			}
		})
	}
}

func TestFoundPartsLieInOrderWithinAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("0123456789 -LVPTBANKā4111"))).Draw(t, "text")
		at := 0
		for _, f := range Find(text) {
			if f.Start < at || f.End <= f.Start || f.End > len(text) {
				t.Fatalf("Find(%q) gives %v after %d", text, f, at)
			}
			at = f.End
		}
	})
}
