package notify

import (
	"strconv"

	"tellus/internal/desk"
	"tellus/internal/platform/locale"
)

// pushed is what the service worker of the desk gets.
type pushed struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Tag   string `json:"tag"` // a notice of the same tag takes the place of the former
	Path  string `json:"path"`
	Lang  string `json:"lang"`
}

// mostLetters bounds what people wrote, so that a push stays within one record.
const mostLetters = 200

func short(text string) string {
	if r := []rune(text); len(r) > mostLetters {
		return string(r[:mostLetters-1]) + "…"
	}
	return text
}

// kindWords says what a notice is about: "New reply", "3 new replies".
func kindWords(lang string, n desk.Notice) string {
	if n.Count == 1 {
		return locale.T(lang, "agent.notice.one."+n.Kind, nil)
	}
	return locale.N(lang, "agent.notice.kind."+n.Kind, n.Count, nil)
}

// about names a conversation: by its number alone, or with customer and subject where the reader chose so. A push is shown on locked screens and kept by
// the system of the device, a mail by servers on its way: what a customer is called and what he wants stays out of both unless it is asked for.
func about(who *person, n desk.Notice) string {
	if !who.Wishes.Subjects {
		return locale.T(who.agent.Language, "agent.notice.conversation", map[string]any{"Number": strconv.FormatInt(n.Number, 10)})
	}
	return locale.T(who.agent.Language, "agent.notice.conversation_named",
		map[string]any{"Number": strconv.FormatInt(n.Number, 10), "Customer": short(n.CustomerName), "Subject": short(n.Subject)})
}

// path is where a notice leads. An agent's own view holds what is his; the number is found in any.
func path(n desk.Notice) string { return "/app/view/all/" + strconv.FormatInt(n.Number, 10) }

func one(who *person, n desk.Notice) pushed {
	return pushed{Title: kindWords(who.agent.Language, n), Body: about(who, n), Tag: "n" + n.ID.String(), Path: path(n), Lang: who.agent.Language}
}

// summed is one push for many.
func summed(who *person, list []desk.Notice, held bool) pushed {
	lang, key := who.agent.Language, "agent.notice.many"
	if held {
		key = "agent.notice.many_held"
	}
	newest := list[0]
	body := kindWords(lang, newest) + " · " + about(who, newest)
	return pushed{Title: locale.N(lang, key, len(list), nil), Body: body, Tag: "all", Path: "/app/", Lang: lang}
}
