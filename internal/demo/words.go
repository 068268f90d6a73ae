package demo

import (
	"html"
	"regexp"
	"strings"
	"time"

	"tellus/internal/engine/language"
	"tellus/internal/platform/htmltext"
	"tellus/internal/platform/locale"
)

var genders = regexp.MustCompile(`\{([^{}|]*)\|([^{}|]*)\}`)

// words fills a text in: {date} is two to four days after at, and {he|she} follows the writer.
func (s *story) words(text string, woman bool, at time.Time) string {
	text = s.fill.Replace(text)
	if strings.Contains(text, "{date}") {
		text = strings.ReplaceAll(text, "{date}", locale.Date(s.who.tongue.code, at.In(office.zone).AddDate(0, 0, 2+s.p.rnd.IntN(3))))
	}
	return gendered(text, woman)
}

func gendered(text string, woman bool) string {
	form := "$1"
	if woman {
		form = "$2"
	}
	return genders.ReplaceAllString(text, form)
}

// signed is what the customer writes, with his name below.
func (s *story) signed(text string, at time.Time) string {
	text = s.words(text, s.who.woman, at)
	bye := pick(s.p, s.who.tongue.bye)
	name := s.who.name
	if s.p.rnd.IntN(3) == 0 {
		name, _, _ = strings.Cut(name, " ")
	}
	return text + "\n\n" + bye + name
}

// quoteHead introduces what the customer quotes.
func (s *story) quoteHead() string {
	who := s.inbox.FromName
	if s.ourAgent != nil {
		who = s.ourAgent.name + " (" + s.inbox.FromName + ")"
	}
	lang := s.who.tongue.code
	return strings.NewReplacer("{date}", locale.DateTime(lang, s.ourAt.In(office.zone)), "{name}", who+" <"+s.inbox.Address+">").Replace(s.who.tongue.quote)
}

// paragraphs makes HTML of a text as mail programs do.
func paragraphs(text string) string {
	var b strings.Builder
	for _, p := range strings.Split(text, "\n\n") {
		b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(p), "\n", "<br>") + "</p>")
	}
	return b.String()
}

func plain(body string) string { return htmltext.ToText(body) }

var cyrillic = strings.NewReplacer("а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ё", "e", "ж", "zh", "з", "z", "и", "i", "й", "j", "к", "k",
	"л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "х", "h", "ц", "c", "ч", "ch", "ш", "sh", "щ", "sch",
	"ъ", "", "ы", "y", "ь", "", "э", "e", "ю", "ju", "я", "ja")

// mailbox is how somebody's name stands before the "@".
func mailbox(name string) string {
	name = cyrillic.Replace(strings.ToLower(name))
	return strings.ReplaceAll(language.Fold(name), " ", ".")
}
