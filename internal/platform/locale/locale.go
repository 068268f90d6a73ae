// Package locale words mails, printouts and public pages in the reader's language, and writes dates and numbers as the language does.
// The agents' screen has catalogues of its own.
package locale

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"tellus/locales"
)

// Default is the language used where none fits.
const Default = "en"

// Languages are those in which customers are written to, as ISO 639-1 codes; the first four are those of the agents' screen too.
var Languages = []string{"en", "lv", "lt", "pl", "ru", "uk", "et", "de"}

// UILanguages are the languages of the agents' screen and of mails to agents.
var UILanguages = Languages[:4]

// catalogue holds all languages, read once from what is embedded.
type catalogue struct {
	localizers map[string]*i18n.Localizer
}

var loaded = sync.OnceValue(load)

// load reads the embedded catalogues. A broken one is a mistake of ours that the tests find; it must not be found by a customer.
func load() *catalogue {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	c := &catalogue{localizers: map[string]*i18n.Localizer{}}
	for _, lang := range Languages {
		name := "active." + lang + ".json"
		content, err := fs.ReadFile(locales.Files, name)
		if err != nil {
			panic(fmt.Sprintf("locale: %s is not embedded: %v", name, err))
		}
		if _, err := bundle.ParseMessageFileBytes(content, name); err != nil {
			panic(fmt.Sprintf("locale: %s: %v", name, err))
		}
	}
	for _, lang := range Languages {
		c.localizers[lang] = i18n.NewLocalizer(bundle, lang, Default)
	}
	return c
}

// T returns what key says in a language, with data filled in for {{.Name}}s. An unknown language is matched as by [Match]; what a
// language lacks is said in English; an unknown key is returned as it is.
func T(lang, key string, data map[string]any) string {
	return say(lang, &i18n.LocalizeConfig{MessageID: key, TemplateData: data})
}

// N is T for what depends on a number: the plural form follows the language's rule (CLDR), and {{.Count}} is the number as
// the language writes it.
func N(lang, key string, count int, data map[string]any) string {
	all := map[string]any{"Count": Integer(lang, int64(count))}
	for k, v := range data {
		all[k] = v
	}
	return say(lang, &i18n.LocalizeConfig{MessageID: key, TemplateData: all, PluralCount: count})
}

func say(lang string, config *i18n.LocalizeConfig) string {
	c := loaded()
	l, ok := c.localizers[lang]
	if !ok {
		l = c.localizers[Match(lang)]
	}
	text, err := l.Localize(config) //nolint:misspell // their spelling
	if text == "" && err != nil {
		return config.MessageID
	}
	return text
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
