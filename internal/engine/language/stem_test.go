package language

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// finds reports whether a query finds a word of a text in language code.
func finds(query, word, code string, accented bool) bool {
	terms := IndexTerms(nil, word, code, accented)
	return slices.ContainsFunc(QueryTerms(query), func(q string) bool { return slices.Contains(terms, q) })
}

// TestFormsMeet has the words of customer service, a row per word: each form finds each other, with marks and without.
func TestFormsMeet(t *testing.T) {
	t.Parallel()
	for code, table := range map[string]string{
		"en": `order orders ordered ordering; refund refunds refunded refunding; invoice invoices invoiced; deliver delivers delivered delivering;
			complaint complaints; return returns returned returning; box boxes; delivery deliveries; parcel parcel's parcels; cancel cancelled cancelling canceled; buy bought buying buys; send sent sending sends; wait waits waited waiting; price prices priced; replace replaced replacing;
			cheap cheaper cheapest; child children; break broke broken breaking`,
		"lv": `pasūtījums pasūtījumiem pasūtījumu pasūtījumā; sūdzība sūdzības sūdzību sūdzībām; piegāde piegādes piegādi piegādei; klients klienti klientam
			klientiem klientu; rēķins rēķina rēķinu rēķiniem; atmaksa atmaksu atmaksas; prece preces preču precēm; gaidīt gaidu gaidām gaidīju gaidījis; saņemt saņemu saņēmu saņemts saņemta; sūtīt sūtu sūtīju sūtīts;
			pirkt pērku pirku pirkām`,
		"lt": `klientas klientai klientams klientų klientą; užsakymas užsakymo užsakymų užsakymai; skundas skundo skundus; sąskaita sąskaitos sąskaitą;
			pristatymas pristatymo pristatymą; prekė prekės prekių prekėms; gauti gavau gaunu gausiu negavau; laukti laukiu laukiau lauksiu laukiame; grąžinti grąžinu grąžinau grąžinote;
			pirkti perku pirkau pirksiu; sumokėti sumokėjau sumokėsiu; kaina kainos kainų`,
		"pl": `klient klienta klienci klientów klientom; zamówienie zamówienia zamówieniu zamówieniach; dostawa dostawy dostawie; faktura faktury fakturę fakturze;
			reklamacja reklamacji reklamacje; zwrot zwrotu zwroty; paczka paczki paczkę paczce; zapłacić zapłaciłem zapłaciłam zapłacili zapłacono; umowa umowy umowie umowę; przesyłka przesyłki przesyłkę przesyłce;
			zamówić zamówiłem zamówiłam zamówimy; dostać dostałem dostałam dostanę; cena ceny cen cenie; pieniądze pieniędzy pieniędzmi; tani tańszy tanie najtańszy`,
	} {
		for row := range strings.SplitSeq(table, ";") {
			words := strings.Fields(row)
			for _, query := range words {
				for _, word := range words {
					if !finds(query, word, code, true) || !finds(Fold(query), word, code, true) || !finds(query, Fold(word), code, false) || !finds(query, word, "", false) {
						t.Errorf("%s: %q does not find %q: %q, %q", code, query, word, QueryTerms(query), IndexTerms(nil, word, code, true))
					}
				}
			}
		}
	}
}

func TestWholeWords(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"A-10234", "2026", "LV-1010", "anna@firma.lv", "mp3", "100ml", "地址", "ülkesi9"} {
		if got := IndexTerms(nil, word, "lv", true); !slices.Equal(got, []string{Fold(word)}) {
			t.Errorf("IndexTerms(%q) = %q, want the folded word alone", word, got)
		}
		if got := QueryTerms(word); !slices.Contains(got, Fold(word)) {
			t.Errorf("QueryTerms(%q) = %q lacks the folded word", word, got)
		}
	}
	for _, nothing := range []string{"", "-", "…", "'", "\xff"} {
		if got, query := IndexTerms(nil, nothing, "", true), QueryTerms(nothing); len(got) > 0 || len(query) > 0 {
			t.Errorf("%q has terms %q and %q", nothing, got, query)
		}
	}
}

// TestEveryWordFindsItself is for any text in any language, however its marks are written.
func TestEveryWordFindsItself(t *testing.T) {
	t.Parallel()
	codes := append([]string{"", "xx"}, Codes...)
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zāčēģīķļņšūžąęėįųłńóśźżć']{1,20}`), rapid.StringMatching(`[а-яё]{1,20}`)).Draw(t, "word")
		code := rapid.SampledFrom(codes).Draw(t, "code")
		accented := rapid.Bool().Draw(t, "accented")
		terms := IndexTerms(nil, word, code, accented)
		query := QueryTerms(word)
		if len(terms) > 12 || len(query) > 12 || (len(terms) == 0) != (len(query) == 0) {
			t.Fatalf("%q: %q, %q", word, terms, query)
		}
		for _, term := range append(terms, query...) {
			if term == "" || len(term) > maxTerm || !utf8.ValidString(term) || Fold(term) != term {
				t.Fatalf("%q has the term %q", word, term)
			}
		}
		if len(terms) > 0 && !finds(word, word, code, accented) {
			t.Fatalf("%q does not find itself in %q: %q, %q", word, code, terms, query)
		}
	})
}

func FuzzStem(f *testing.F) {
	for _, s := range []string{"pasūtījumiem", "klientams", "zamówieniach", "cancelled", "заказами", "a\u0304b", "\xff\xfe", "ﬁ", "'s", "nene", "vīsalabāks", "ņemtamākais", "višalabākajiem"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, word string) {
		for _, code := range append([]string{""}, Codes...) {
			for _, accented := range []bool{true, false} {
				if terms := IndexTerms(nil, word, code, accented); len(terms) > 0 && !finds(word, word, code, accented) {
					t.Fatalf("%q does not find itself in %q: %q, %q", word, code, terms, QueryTerms(word))
				}
			}
		}
	})
}

func BenchmarkIndexTerms(b *testing.B) {
	for code, text := range map[string]string{
		"en": "we ordered three boxes yesterday and they have not been delivered", "lv": "labdien mans pasūtījums vēl joprojām nav saņemts lūdzu palīdziet",
		"lt": "laba diena užsakymas dar nepristatytas prašome grąžinti pinigus", "pl": "dzień dobry zamówienie nie zostało jeszcze dostarczone proszę zwrócić pieniądze",
	} {
		words := strings.Fields(text)
		b.Run(code, func(b *testing.B) {
			b.ReportAllocs()
			var dst []string
			for i := 0; b.Loop(); i++ {
				dst = IndexTerms(dst[:0], words[i%len(words)], code, true)
			}
		})
	}
}
