package phone

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNumbersAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, country, want string }{
		{"+371 2912-3456", "", "+37129123456"},
		{"00371 29123456", "", "+37129123456"},
		{"29123456", "LV", "+37129123456"},
		{"37129123456", "LV", "+37129123456"},
		{"29123456", "", ""},
		{"8 612 34567", "LT", "+37061234567"},
		{"0 612 34567", "LT", "+37061234567"},
		{"61234567", "LT", "+37061234567"},
		{"600 100 200", "PL", "+48600100200"},
		{"(22) 123-45-67", "PL", "+48221234567"},
		{"+48 22 123 45 67 ext. 12", "LV", "+48221234567"},
		{"tel:+37129123456;ext=5", "", "+37129123456"},
		{"+44 (0)20 7946 0018", "", "+442079460018"},
		{"+44 020 7946 0018", "", "+442079460018"},
		{"020 7946 0018", "GB", "+442079460018"},
		{"06 698 12345", "IT", "+390669812345"},
		{"011 371 29123456", "US", "+37129123456"},
		{"8 (912) 345-67-89", "RU", "+79123456789"},
		{"+371 2912345", "", ""},   // one digit too few
		{"+371 291234567", "", ""}, // one too many
		{"+1234567890123456", "", ""},
		{"ann@shop.example", "LV", ""},
		{"call me", "LV", ""},
		{"", "LV", ""},
		{"+", "LV", ""},
		{"+0", "LV", ""},
		{strings.Repeat("1", 1000), "LV", ""},
	} {
		got, ok := E164(c.text, c.country)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("E164(%q, %q) = %q, %v, want %q", c.text, c.country, got, ok, c.want)
		}
	}
}

// TestWhatIsReadStaysAsItIs: a number in E.164 reads as itself, in every country, however it is parted.
func TestWhatIsReadStaysAsItIs(t *testing.T) {
	t.Parallel()
	countries := []string{"", "LV", "LT", "PL", "GB", "IT", "US", "RU", "DE"}
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringMatching(`\+?[0-9 ().-]{0,24}`).Draw(r, "text")
		once, ok := E164(text, rapid.SampledFrom(countries).Draw(r, "country"))
		if !ok {
			return
		}
		if len(once) < 2 || len(once) > 16 || once[0] != '+' || once[1] == '0' {
			r.Fatalf("E164(%q) = %q: not in the form", text, once)
		}
		spaced := "+" + strings.Join(strings.Split(once[1:], ""), " ")
		if twice, ok := E164(spaced, rapid.SampledFrom(countries).Draw(r, "elsewhere")); !ok || twice != once {
			r.Fatalf("E164(%q) = %q, but read again %q, %v", text, once, twice, ok)
		}
	})
}

func FuzzE164(f *testing.F) {
	f.Add("+371 29 123 456", "LV")
	f.Add("(0)\xff+", "IT")
	f.Fuzz(func(t *testing.T, text, country string) {
		if got, ok := E164(text, country); ok && (len(got) > 16 || got[0] != '+') {
			t.Errorf("E164(%q, %q) = %q", text, country, got)
		}
	})
}
