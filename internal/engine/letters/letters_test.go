package letters

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestEveryRuneIsWhatUnicodeSays(t *testing.T) {
	t.Parallel()
	for r := rune(-1); r <= unicode.MaxRune+1; r++ {
		if got, want := Of(r), classOf(r); got != want {
			t.Fatalf("Of(%U) = %b, want %b", r, got, want)
		}
		if got, want := ToLower(r), unicode.ToLower(r); got != want {
			t.Fatalf("ToLower(%U) = %U, want %U", r, got, want)
		}
	}
}

func TestLowerIsThatOfStrings(t *testing.T) {
	t.Parallel()
	check := func(t interface{ Fatalf(string, ...any) }, s string) {
		if got, want := ToLowerString(s), strings.ToLower(s); got != want {
			t.Fatalf("ToLowerString(%q) = %q, want %q", s, got, want)
		}
	}
	for _, s := range []string{"", "abc", "ABC", "ĀČŽ", "Привет Ї", "İstanbul", "\xff\xfeA", "a\xc4", "Kelvin \u212a", "ẞß", "中文", "Ω"} {
		check(t, s)
	}
	rapid.Check(t, func(t *rapid.T) { check(t, rapid.String().Draw(t, "s")) })
}

func FuzzLower(f *testing.F) {
	f.Add("Ā\xffB")
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := ToLowerString(s), strings.ToLower(s); got != want {
			t.Fatalf("ToLowerString(%q) = %q, want %q", s, got, want)
		}
	})
}
