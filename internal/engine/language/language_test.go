package language

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestDetectKnowsTheLettersThatPeopleSend(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"Hi, my washing machine has not arrived. When will it come?", "en"},
		{"Could you please send the receipt again, I lost mine.", "en"},
		{"Labdien! Vakar nopirku jūsu veikalā tējkannu, bet tā tek. Vai drīkstu to apmainīt?", "lv"},
		{"Labdien, gribetu zinat, kad pienaks mans pasutijums. Paldies!", "lv"},
		{"kur ir mana paka?", "lv"},
		{"Sveiki, kodėl man dar neatsiuntėte batų? Laukiu jau trečią savaitę.", "lt"},
		{"Laba diena, noreciau suzinoti, kada bus pristatyta mano preke. Aciu.", "lt"},
		{"Dzień dobry, kupiłem u Państwa czajnik, ale przecieka. Czy mogę go wymienić?", "pl"},
		{"Dzien dobry, prosze o pomoc, nie moge zalogowac sie na swoje konto", "pl"},
		{"Здравствуйте! Чайник, который я купила у вас на прошлой неделе, протекает.", "ru"},
		{"Добрий день! Чайник, який я у вас купила минулого тижня, протікає.", "uk"},
		{"Коли прийде моя посилка?", "uk"},
		{"Когда придёт моя посылка?", "ru"},
		{"Tere! Ostsin teilt eelmisel nädalal veekeetja, aga see lekib. Kas saan selle ümber vahetada?", "et"},
		{"Guten Tag, der Wasserkocher, den ich letzte Woche gekauft habe, ist undicht.", "de"},
		{"Koennen Sie mir bitte sagen, wann meine Bestellung geliefert wird?", "de"},
		{"Dobrý den, konvice, kterou jsem u vás koupil, teče. Mohu ji vyměnit?", ""},
		{"Bonjour, la bouilloire que j'ai achetée chez vous fuit. Puis-je l'échanger ?", ""},
		{"Hei, ostin teiltä vedenkeittimen, mutta se vuotaa. Voinko vaihtaa sen?", ""},
		{"Hej, vattenkokaren som jag köpte hos er läcker. Kan jag byta den?", ""},
		{"先週購入したケトルが水漏れしています。", ""},
		{"اشتريت غلاية من متجركم", ""},
		{"", ""}, {"12345 67-89", ""}, {"https://a.example/order?id=7 ann@a.example", ""}, {"\xff\xfe\x00", ""}, {"A1B2C3 X9", ""},
	}
	for _, tt := range tests {
		if got, confidence := Detect(tt.text); got != tt.want {
			t.Errorf("Detect(%q) = %q (%.2f), want %q", tt.text, got, confidence, tt.want)
		}
	}
}

// TestABannerAboveDoesNotDecide: many mail servers put the same warning above every mail.
func TestABannerAboveDoesNotDecide(t *testing.T) {
	t.Parallel()
	banner := "CAUTION: This email originated from outside of the organization. Do not click links or open attachments unless you recognize the sender and know that the content is safe. " +
		"If you are in doubt, please report it to the service desk by the button in your mail program.\n\n"
	for want, text := range map[string]string{
		"lv": "Labdien! Vakar nopirku jūsu veikalā tējkannu, bet tā tek. Vai drīkstu to apmainīt, ja man nav čeka? Gaidīšu jūsu atbildi līdz nedēļas beigām, jo pēc tam došos ceļojumā. ",
		"pl": "Dzień dobry, kupiłem u Państwa czajnik, ale przecieka. Czy mogę go wymienić, jeśli nie mam paragonu? Będę czekał na odpowiedź do końca tygodnia, bo potem wyjeżdżam. ",
		"de": "Guten Tag, der Wasserkocher, den ich letzte Woche gekauft habe, ist undicht. Kann ich ihn umtauschen, auch wenn ich keinen Kassenzettel habe? Ich warte auf Ihre Antwort. ",
	} {
		text = banner + strings.Repeat(text, 4)
		if got, confidence := Detect(text); got != want {
			t.Errorf("Detect(%q) = %q (%.2f), want %q", text, got, confidence, want)
		}
	}
}

func TestDetectIsBounded(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("a", 50<<20), strings.Repeat("kur ir mana paka? ", 1<<21), strings.Repeat(" ", 50<<20)} {
		code, confidence := Detect(text)
		if c, sure := Detect(text[:maxBytes]); c != code || sure != confidence {
			t.Errorf("Detect reads on after %d bytes: %q (%.2f), and %q (%.2f) of the beginning", maxBytes, code, confidence, c, sure)
		}
	}
}

func TestConfidenceIsAShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text")
		code, confidence := Detect(text)
		if confidence < 0 || confidence > 1 || confidence != confidence {
			rt.Errorf("Detect(%q) = %q, %v", text, code, confidence)
		}
	})
}

func TestFoldComparesWithoutMarks(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"Pasūtījums": "pasutijums", "ŁÓDŹ": "lodz", "Žąsis Ėjo": "zasis ejo", "Straße": "strasse", "Õunapuu": "ounapuu", "Æsir Œuvre": "aesir oeuvre",
		"Ёлка й": "елка й", "Їжак Ґанок": "їжак ганок", "e\u0301": "e", "и\u0306": "й", "ﬁn Ａ": "fin a", "İstanbul ılık": "istanbul ilik", "ǿ": "o",
		"한국": "한국", "d’Arc": "d'arc", "plain 12": "plain 12", "": "", "Ὀδυσσεύς": "οδυσσευς",
	} {
		if got := Fold(s); got != want {
			t.Errorf("Fold(%q) = %q, want %q", s, got, want)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.String().Draw(rt, "s")
		once := Fold(s)
		if twice := Fold(once); twice != once || !utf8.ValidString(once) {
			rt.Errorf("Fold(%q) = %q, folded again %q", s, once, twice)
		}
	})
}

// TestTheTableFoldsAsTheRuleDoes draws from the runes that the table knows, and from those around them.
func TestTheTableFoldsAsTheRuleDoes(t *testing.T) {
	t.Parallel()
	near := rapid.OneOf(rapid.RuneFrom(nil, unicode.Latin, unicode.Cyrillic, unicode.Greek), rapid.Int32Range(0, tableSize+20), rapid.Int32Range(0x1FF0, 0x2110),
		rapid.SampledFrom([]rune{0x300, 0x301, 0x327, 0xAD, 0x2019, 0x1100, 0xFFFD}))
	rapid.Check(t, func(rt *rapid.T) {
		s := string(rapid.SliceOf(near).Draw(rt, "runes"))
		if got, ok := foldByTable(s); ok && got != foldAny(s) {
			rt.Errorf("foldByTable(%q) = %q, want %q", s, got, foldAny(s))
		}
	})
}

func FuzzFold(f *testing.F) {
	f.Add("Ł\u0301\u0327")
	f.Add("\xff\xc3")
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Errorf("Fold(%q) = %q, folded again %q", s, once, twice)
		}
		Detect(s)
	})
}

// TestLettersFit holds the numbers of letters to a byte, and letters and classes to the tables.
func TestLettersFit(t *testing.T) {
	t.Parallel()
	m := theModel()
	if len(m.classes) > maxClasses {
		t.Errorf("%d classes, tables are made for %d", len(m.classes), maxClasses)
	}
	numbered := map[letterID]rune{}
	for _, list := range []map[string]string{words, others} {
		for _, text := range list {
			for _, r := range strings.ToLower(text) {
				if !unicode.IsLetter(r) {
					continue
				}
				id := m.idOf(r)
				if other, taken := numbered[id]; id <= edge || taken && other != r {
					t.Fatalf("letter %q has number %d, which is taken by %q", r, id, other)
				}
				numbered[id] = r
			}
		}
	}
}

func BenchmarkDetect(b *testing.B) {
	text := "Labdien! Vakar nopirku jūsu veikalā tējkannu, bet tā tek. Vai drīkstu to apmainīt, ja man nav čeka?"
	Detect(text)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Detect(text)
	}
}
