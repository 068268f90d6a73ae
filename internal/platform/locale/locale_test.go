package locale

import (
	"encoding/json"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/locales"
)

// plurals are the forms that CLDR 46 asks for. In Polish, Lithuanian, Russian and Ukrainian one of them is for fractions.
var plurals = map[string]string{
	"en": "one other", "de": "one other", "et": "one other", "lv": "one other zero",
	"lt": "few many one other", "pl": "few many one other", "ru": "few many one other", "uk": "few many one other",
}

// read returns a catalogue's texts by key and, for plurals, "key|form".
func read(t *testing.T, lang string) map[string]string {
	t.Helper()
	content, err := fs.ReadFile(locales.Files, "active."+lang+".json")
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]any
	if err := json.Unmarshal(content, &raw); err != nil {
		t.Fatalf("%s: %v", lang, err)
	}
	texts := map[string]string{}
	for key, value := range raw {
		switch v := value.(type) {
		case string:
			texts[key] = v
		case map[string]any:
			var forms []string
			for form, text := range v {
				forms = append(forms, form)
				texts[key+"|"+form] = text.(string)
			}
			slices.Sort(forms)
			if got := strings.Join(forms, " "); got != plurals[lang] {
				t.Errorf("%s: %s has the forms %q, want %q", lang, key, got, plurals[lang])
			}
		default:
			t.Errorf("%s: %s is %T", lang, key, value)
		}
	}
	return texts
}

// base returns the keys without plural forms; those of mails to agents are needed in their languages only.
func base(texts map[string]string, lang string) []string {
	keys := map[string]bool{}
	for key := range texts {
		k, _, _ := strings.Cut(key, "|")
		if !strings.HasPrefix(k, "agent.") || slices.Contains(UILanguages, lang) {
			keys[k] = true
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

var placeholder = regexp.MustCompile(`\{\{[^}]*\}\}`)

func TestEveryLanguageSaysEverything(t *testing.T) {
	t.Parallel()
	english := read(t, "en")
	for _, lang := range Languages {
		texts := read(t, lang)
		if d := cmp.Diff(base(english, lang), base(texts, lang)); d != "" {
			t.Errorf("%s lacks (-) or has too many (+) keys:\n%s", lang, d)
		}
		if !slices.Contains(UILanguages, lang) && slices.ContainsFunc(base(texts, "en"), func(k string) bool { return strings.HasPrefix(k, "agent.") }) {
			t.Errorf("%s has mails to agents, which are never sent in it", lang)
		}
		for key, text := range texts {
			k, _, plural := strings.Cut(key, "|")
			original := english[k]
			if plural {
				original = english[k+"|other"]
			}
			if got, want := used(text), used(original); !slices.Equal(got, want) {
				t.Errorf("%s: %s uses %v, want %v", lang, key, got, want)
			}
			if strings.TrimSpace(text) != text || text == "" || strings.Contains(text, "  ") {
				t.Errorf("%s: %s has blanks too many: %q", lang, key, text)
			}
			if lang != "en" && len(text) > 25 && text == original {
				t.Errorf("%s: %s is not translated: %q", lang, key, text)
			}
			if strings.Contains(text, "!") && strings.Count(text, "!") > strings.Count(strings.SplitN(text, "\n", 2)[0], "!") {
				t.Errorf("%s: %s cries: %q", lang, key, text)
			}
		}
	}
}

func used(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestCataloguesFollowTheSpellingOfTheirLanguage(t *testing.T) {
	t.Parallel()
	// Letters that the language does not have betray a text pasted from another.
	foreign := map[string]string{"lv": "ąćęłńóśźżėįųäöüõß", "lt": "āēīļņģķćłńśźäöüõß", "pl": "āčēģīķļņšūžėįųäöüõß", "et": "āčēģīķļņūąćęłńśźżėįų", "de": "āčēģīķļņšūžąćęłńśźżėįųõ",
		"ru": "іїєґў", "uk": "ыэъё", "en": "āčēģīķļņšūžąćęłńśźżėįųäöüõß"}
	for lang, letters := range foreign {
		for key, text := range read(t, lang) {
			if i := strings.IndexAny(strings.ToLower(placeholder.ReplaceAllString(text, "")), letters); i >= 0 {
				t.Errorf("%s: %s has a letter of another language: %q", lang, key, text)
			}
		}
	}
}

func TestPluralsFollowTheNumber(t *testing.T) {
	t.Parallel()
	tests := []struct {
		lang string
		n    int
		want string
	}{
		{"en", 0, "0 messages"}, {"en", 1, "1 message"}, {"en", 2, "2 messages"}, {"en", 1234, "1,234 messages"},
		{"lv", 0, "0 ziņu"}, {"lv", 1, "1 ziņa"}, {"lv", 2, "2 ziņas"}, {"lv", 10, "10 ziņu"}, {"lv", 11, "11 ziņu"}, {"lv", 21, "21 ziņa"}, {"lv", 22, "22 ziņas"},
		{"lt", 0, "0 žinučių"}, {"lt", 1, "1 žinutė"}, {"lt", 2, "2 žinutės"}, {"lt", 11, "11 žinučių"}, {"lt", 21, "21 žinutė"}, {"lt", 25, "25 žinutės"}, {"lt", 30, "30 žinučių"},
		{"pl", 0, "0 wiadomości"}, {"pl", 1, "1 wiadomość"}, {"pl", 3, "3 wiadomości"}, {"pl", 21, "21 wiadomości"},
		{"ru", 1, "1 сообщение"}, {"ru", 2, "2 сообщения"}, {"ru", 5, "5 сообщений"}, {"ru", 11, "11 сообщений"}, {"ru", 21, "21 сообщение"},
		{"uk", 1, "1 повідомлення"}, {"uk", 5, "5 повідомлень"}, {"uk", 22, "22 повідомлення"},
		{"et", 1, "1 kiri"}, {"et", 2, "2 kirja"}, {"de", 1, "1 Nachricht"}, {"de", 0, "0 Nachrichten"},
	}
	for _, tt := range tests {
		if got := N(tt.lang, "print.messages", tt.n, nil); got != tt.want {
			t.Errorf("N(%s, %d) = %q, want %q", tt.lang, tt.n, got, tt.want)
		}
	}
	if got, want := N("pl", "print.files", 5, nil), "5 załączników"; got != want {
		t.Errorf("N(pl, files, 5) = %q, want %q", got, want)
	}
	if got, want := N("lv", "agent.valid_days", 7, nil), "Saite ir derīga 7 dienas."; got != want {
		t.Errorf("N(lv, valid_days, 7) = %q, want %q", got, want)
	}
}

func TestTextsAreFilledIn(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 2, 9, 5, 0, 0, time.UTC)
	for _, lang := range Languages {
		for key := range read(t, lang) {
			key, _, plural := strings.Cut(key, "|")
			for _, by := range []string{"", Date(lang, at), DateTime(lang, at)} {
				data := map[string]any{"Number": 4711, "By": by, "Inbox": "Help", "Subject": "A & <b>", "Recipient": "r@a.example", "Reason": "no such user", "Limit": Size(lang, 25e6), "Name": "Ilze",
					"Date": DateTime(lang, at), "Time": Time(lang, at), "Page": 1, "Pages": 2, "Company": "Firm", "Inviter": "Jānis", "Link": "https://a.example/x", "Valid": "V.", "Device": "Firefox", "IP": "192.0.2.1", "When": DateTime(lang, at), "Old": "a@a.example", "New": "b@a.example",
					"Who": "Ilze", "To": "Jonas", "Tag": "gift", "Files": 10, "Size": Size(lang, 20e6), "Letters": Integer(lang, 20000),
					"Scripts": "Hebrew", "File": "text.txt", "Count": "3", "List": "#4711\nhttps://a.example/y", "Customer": "Ann", "Webhook": "Stock room", "Host": "stock.example"}
				text := T(lang, key, data)
				if plural {
					text = N(lang, key, 3, data)
				}
				for _, bad := range []string{"<no value>", "{{", "..", " .", ",,", "&amp;", "&lt;", "%!"} {
					if strings.Contains(text, bad) && !strings.HasPrefix(text, "..") {
						t.Errorf("%s: %s says %q, which holds %q", lang, key, text, bad)
					}
				}
				if text == key {
					t.Errorf("%s: %s says its key", lang, key)
				}
			}
		}
	}
	body := T("lv", "customer.acknowledge.body", map[string]any{"Number": 4711, "Inbox": "Palīdzība"})
	if !strings.Contains(body, "4711") || !strings.Contains(body, "Palīdzība") || strings.Contains(body, "Līdz") {
		t.Errorf("the acknowledgement without a promise says %q", body)
	}
}

func TestWhatIsMissingIsSaidInEnglish(t *testing.T) {
	t.Parallel()
	for _, tt := range [][3]string{{"ru", "agent.valid_hours", "The link is valid for 3 hours."}, {"xx", "print.note", "Note"}, {"", "print.note", "Note"}, {"lv-LV", "print.note", "Piezīme"}, {"en", "no.such.key", "no.such.key"}} {
		if got := N(tt[0], tt[1], 3, nil); got != tt[2] {
			t.Errorf("N(%q, %q) = %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
}

func TestMatchFindsTheNearestLanguage(t *testing.T) {
	t.Parallel()
	for wish, want := range map[string]string{
		"lv": "lv", "lv-LV": "lv", "LT": "lt", "pl_PL": "pl", "de-AT,de;q=0.9,en;q=0.5": "de", "ru-RU": "ru", "uk": "uk", "et-EE": "et", "en-GB": "en",
		"fr-FR,fr;q=0.9": "en", "fr,lv;q=0.5": "lv", "": "en", "*": "en", "\x00": "en", "xx": "en", "en;q=0,lv": "lv", strings.Repeat("a,", 5000): "en",
	} {
		if got := Match(wish); got != want {
			t.Errorf("Match(%.40q) = %q, want %q", wish, got, want)
		}
	}
	if got := MatchUI("ru,lt;q=0.3"); got != "lt" {
		t.Errorf("MatchUI = %q, want lt", got)
	}
}

func TestDatesAndNumbersAreWrittenAsThere(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 9, 5, 0, 0, time.FixedZone("", 2*3600))
	tests := map[string]struct{ date, number, size string }{
		"en": {"22 Nov 2026 at 09:05", "1,234.56", "2.5 MB"},
		"lv": {"22.11.2026. plkst. 09:05", "1 234,56", "2,5 MB"},
		"lt": {"2026-11-22 09:05", "1 234,56", "2,5 MB"},
		"pl": {"22 lis 2026, godz. 09:05", "1 234,56", "2,5 MB"},
		"ru": {"22 нояб. 2026 г. в 09:05", "1 234,56", "2,5 MB"},
		"uk": {"22 лист. 2026 р. о 09:05", "1 234,56", "2,5 MB"},
		"et": {"22. nov 2026 kell 09:05", "1 234,56", "2,5 MB"},
		"de": {"22. Nov. 2026 um 09:05", "1.234,56", "2,5 MB"},
	}
	spaces := strings.NewReplacer(noBreak, " ")
	for lang, want := range tests {
		got := struct{ date, number, size string }{spaces.Replace(DateTime(lang, at)), spaces.Replace(Number(lang, 1234.56, 2)), spaces.Replace(Size(lang, 2_500_000))}
		if got != want {
			t.Errorf("%s: %+v, want %+v", lang, got, want)
		}
	}
	for x, want := range map[float64]string{0: "0.0", -0.04: "0.0", -1234.5: "−1,234.5", 999.96: "1,000.0", 1e6: "1,000,000.0"} {
		if got := Number("en", x, 1); got != want {
			t.Errorf("Number(%v) = %q, want %q", x, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 9_960: "10 kB", 999_600: "1.0 MB", 25_000_000: "25 MB", -5: "0 B"} {
		if got := spaces.Replace(Size("en", n)); got != want {
			t.Errorf("Size(%d) = %q, want %q", n, got, want)
		}
	}
	for lang, f := range formats {
		for i, m := range f.months {
			if m == "" {
				t.Errorf("%s: month %d has no name", lang, i+1)
			}
		}
	}
}

func TestIntegersKeepTheirDigits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.Int64().Draw(rt, "n")
		lang := rapid.SampledFrom(Languages).Draw(rt, "lang")
		text := Integer(lang, n)
		digits := strings.NewReplacer(formatOf(lang).group, "", "−", "-").Replace(text)
		var back int64
		if err := json.Unmarshal([]byte(digits), &back); err != nil || back != n {
			rt.Errorf("Integer(%s, %d) = %q", lang, n, text)
		}
	})
}
