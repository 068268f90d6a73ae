package locale

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"tellus/locales"
)

// message is a text in its plural forms; what does not depend on a number has the form other alone.
type message map[plural.Form]words

var loaded = sync.OnceValue(load)

// load reads the embedded catalogues: messages by language and key. A broken one is a mistake of ours that the tests find; it must not be found by
// a customer.
func load() map[string]map[string]message {
	all := map[string]map[string]message{}
	for _, lang := range Languages {
		name := "active." + lang + ".json"
		content, err := fs.ReadFile(locales.Files, name)
		if err != nil {
			panic(fmt.Sprintf("locale: %s is not embedded: %v", name, err))
		}
		if all[lang], err = parse(content); err != nil {
			panic(fmt.Sprintf("locale: %s: %v", name, err))
		}
	}
	return all
}

var formNames = map[string]plural.Form{"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other}

// parse reads a catalogue. It refuses what [locales.Files] does not allow.
func parse(content []byte) (map[string]message, error) {
	var raw map[string]any
	if err := json.Unmarshal(content, &raw); err != nil {
		return nil, err
	}
	all := make(map[string]message, len(raw))
	for key, value := range raw {
		forms, ok := value.(map[string]any)
		if !ok {
			forms = map[string]any{"other": value}
		}
		m := message{}
		for name, value := range forms {
			form, known := formNames[name]
			text, ok := value.(string)
			if !known || !ok {
				return nil, fmt.Errorf("%s: %s is %T, not a text of a plural form", key, name, value)
			}
			w, err := compile(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			m[form] = w
		}
		if _, ok := m[plural.Other]; !ok {
			return nil, fmt.Errorf("%s lacks the form other", key)
		}
		all[key] = m
	}
	return all, nil
}

// find returns a message in a language, or in English where that lacks it, and the language that it is in.
func find(lang, key string) (in string, m message, ok bool) {
	all := loaded()
	if all[lang] == nil {
		lang = Match(lang)
	}
	for _, in := range []string{lang, Default} {
		if m, ok := all[in][key]; ok {
			return in, m, true
		}
	}
	return "", nil, false
}

// formFor is the plural form that a language, one of [Languages], uses beside a whole number. Rules look at the number without its sign
// (CLDR, Unicode TR 35 part 3 section 5).
func formFor(lang string, count int) plural.Form {
	// What the rules of CLDR ask beyond the last two digits is whether there are more.
	rest := count % 1_000_000
	if rest != count {
		rest = abs(rest) + 1_000_000
	}
	return plural.Cardinal.MatchPlural(tags[lang], abs(rest), 0, 0, 0, 0)
}

func abs(n int) int { return max(n, -n) }

var tags = func() map[string]language.Tag {
	all := map[string]language.Tag{}
	for _, lang := range Languages {
		all[lang] = language.MustParse(lang)
	}
	return all
}()

// words is a text cut into what stands as it is and what is filled in.
type words []piece

// piece is text, or the value called name, or, where inner is not nil, inner if the value called name is not empty.
type piece struct {
	text, name string
	inner      words
}

// compile cuts a text. It refuses what is neither {{.Name}} nor {{if .Name}}…{{end}}, which do not nest.
func compile(text string) (words, error) {
	all, _, err := cut(text, false)
	return all, err
}

// cut cuts a text to its end, or to the {{end}} of what is within {{if}}, and returns what follows.
func cut(text string, within bool) (all words, rest string, err error) {
	all = words{}
	for {
		before, behind, found := strings.Cut(text, "{{")
		if before != "" {
			all = append(all, piece{text: before})
		}
		if !found {
			if within {
				return nil, "", errors.New("{{if}} without {{end}}")
			}
			return all, "", nil
		}
		does, after, closed := strings.Cut(behind, "}}")
		if !closed {
			return nil, "", errors.New("{{ without }}")
		}
		p := piece{}
		name, conditional := strings.CutPrefix(does, "if ")
		switch {
		case does == "end" && within:
			return all, after, nil
		case !strings.HasPrefix(name, ".") || !named(name[1:]) || conditional && within:
			return nil, "", fmt.Errorf("{{%s}} is not understood here", does)
		case conditional:
			if p.inner, after, err = cut(after, true); err != nil {
				return nil, "", err
			}
		}
		p.name = name[1:]
		all = append(all, p)
		text = after
	}
}

// named reports whether text is a name as data has it.
func named(text string) bool {
	return text != "" && !slices.ContainsFunc([]byte(text), func(b byte) bool { return (b < 'A' || b > 'Z') && (b < 'a' || b > 'z') })
}

// fill puts values in. A value is never looked at for names again. Where one is not given its name stays, so that tests see the mistake.
func (w words) fill(data map[string]any) string {
	var b strings.Builder
	w.write(&b, data)
	return b.String()
}

func (w words) write(b *strings.Builder, data map[string]any) {
	for _, p := range w {
		switch value, given := data[p.name]; {
		case p.name == "":
			b.WriteString(p.text)
		case p.inner != nil:
			if given && value != "" {
				p.inner.write(b, data)
			}
		case given:
			fmt.Fprint(b, value)
		default:
			b.WriteString("{{." + p.name + "}}")
		}
	}
}
