// Package locale words mails, printouts and public pages in the reader's language, and writes dates and numbers as the language does.
// The agents' screen has catalogues of its own.
package locale

import (
	"maps"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Default is the language used where none fits.
const Default = "en"

// Languages are those in which customers are written to, as ISO 639-1 codes; the first four are those of the agents' screen too.
var Languages = []string{"en", "lv", "lt", "pl", "ru", "uk", "et", "de"}

// UILanguages are the languages of the agents' screen and of mails to agents.
var UILanguages = Languages[:4]

// T returns what key says in a language, with data filled in for {{.Name}}s; see [locales.Files] for what else texts can say. An unknown language is
// matched as by [Match]; what a language lacks is said in English; an unknown key is returned as it is.
func T(lang, key string, data map[string]any) string {
	_, m, ok := find(lang, key)
	if !ok {
		return key
	}
	return m[plural.Other].fill(data)
}

// N is T for what depends on a number: the plural form follows the language's rule (CLDR), and {{.Count}} is the number as
// the language writes it.
func N(lang, key string, count int, data map[string]any) string {
	in, m, ok := find(lang, key)
	if !ok {
		return key
	}
	all := map[string]any{"Count": Integer(lang, int64(count))}
	maps.Copy(all, data)
	words, ok := m[formFor(in, count)]
	if !ok {
		words = m[plural.Other]
	}
	return words.fill(all)
}

var (
	matcher   = sync.OnceValue(func() language.Matcher { return matcherOf(Languages) })
	uiMatcher = sync.OnceValue(func() language.Matcher { return matcherOf(UILanguages) })
)

func matcherOf(codes []string) language.Matcher {
	tags := make([]language.Tag, len(codes))
	for i, code := range codes {
		tags[i] = language.MustParse(code)
	}
	return language.NewMatcher(tags)
}

// Match returns the one of [Languages] that suits a wish best: a code ("lv", "pt-BR") or the value of an Accept-Language header. It
// returns [Default] where none does.
func Match(wish string) string { return match(matcher(), Languages, wish) }

// MatchUI is Match among [UILanguages].
func MatchUI(wish string) string { return match(uiMatcher(), UILanguages, wish) }

func match(m language.Matcher, codes []string, wish string) string {
	if len(wish) > 500 {
		return Default
	}
	tags, _, err := language.ParseAcceptLanguage(wish)
	if err != nil || len(tags) == 0 {
		return Default
	}
	_, i, confidence := m.Match(tags...)
	if confidence < language.High {
		return Default
	}
	return codes[i]
}
