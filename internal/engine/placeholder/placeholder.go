// Package placeholder puts values in place of {{customer.firstName}} and the like within safe HTML. It is pure: what a preview shows is what
// will be sent. A value is escaped and becomes text, whatever it holds: never HTML, and never another placeholder.
package placeholder

import (
	"html"
	"slices"
	"strings"

	nethtml "golang.org/x/net/html"

	"tellus/internal/desk"
)

// Name is what a placeholder stands for.
type Name string

// What macros can speak of. Each name has words in every language of the desk (ui/src/locales/macro).
const (
	CustomerName         Name = "customer.name"
	CustomerFirstName    Name = "customer.firstName"
	CustomerLastName     Name = "customer.lastName"
	CustomerEmail        Name = "customer.email"
	CustomerPhone        Name = "customer.phone"
	CustomerOrganisation Name = "customer.organisation"
	AgentName            Name = "agent.name"
	AgentFirstName       Name = "agent.firstName"
	AgentEmail           Name = "agent.email"
	ConversationNumber   Name = "conversation.number"
	ConversationSubject  Name = "conversation.subject"
	ConversationInbox    Name = "conversation.inbox"
	ConversationTeam     Name = "conversation.team"
	PurchaseNumber       Name = "purchase.number"
	PurchaseDate         Name = "purchase.date"
	PurchaseAmount       Name = "purchase.amount"
	PurchaseStatus       Name = "purchase.status"
)

// Names are all there are, in the order of menus.
var Names = []Name{CustomerName, CustomerFirstName, CustomerLastName, CustomerEmail, CustomerPhone, CustomerOrganisation, AgentName, AgentFirstName,
	AgentEmail, ConversationNumber, ConversationSubject, ConversationInbox, ConversationTeam, PurchaseNumber, PurchaseDate, PurchaseAmount, PurchaseStatus}

// roots begin the names that are ours. Text with other words in double braces, of which people who write templates have a lot, is theirs.
var roots = []string{"customer", "agent", "conversation", "organisation", "purchase"}

// Known reports whether there is such a name.
func (n Name) Known() bool { return slices.Contains(Names, n) }

// Values are what is known. A name that is absent, or blank, is missing.
type Values map[Name]string

// MostValue is the length of a value in characters; what is longer is cut and ends in an ellipsis.
const MostValue = 500

// Render returns safe HTML with the values put in, and the names without a value or a fallback in the order of their first appearance; these stay as they
// stand. {{name|fallback}} stands for fallback where the value is missing; a fallback may be empty. Placeholders within <code>, in attributes,
// or broken up by other elements are left as they are.
func Render(safe string, v Values) (rendered string, missing []Name) { return render(safe, v, true) }

// joiner is a word joiner: it is not seen, and no brace that has one behind it begins a placeholder.
const joiner = "\u2060"

// render is Render; guarded, braces of other text cannot become a placeholder together with a value.
func render(safe string, v Values, guarded bool) (rendered string, missing []Name) {
	if !filled(safe) {
		return safe, nil
	}
	var out strings.Builder
	out.Grow(len(safe) + 256)
	other := func(text string) {
		if guarded {
			text = strings.ReplaceAll(text, "{", "{"+joiner)
		}
		out.WriteString(html.EscapeString(text))
	}
	each(safe, func(raw string, words bool) {
		if !words {
			out.WriteString(raw)
			return
		}
		for text := html.UnescapeString(raw); text != ""; {
			at, t, ok := next(text)
			other(text[:at])
			if !ok {
				return
			}
			value, known := v.text(t.name)
			switch {
			case known:
				out.WriteString(value)
			case t.hasFallback:
				out.WriteString(html.EscapeString(t.fallback))
			default:
				out.WriteString(html.EscapeString(text[at : at+t.length]))
				if !slices.Contains(missing, t.name) {
					missing = append(missing, t.name)
				}
			}
			text = text[at+t.length:]
		}
	})
	return out.String(), missing
}

// filled reports whether there is anything to fill.
func filled(safe string) (found bool) {
	if !strings.Contains(safe, "{") && !strings.Contains(safe, "&") {
		return false
	}
	each(safe, func(raw string, words bool) {
		if words && !found {
			_, _, found = next(html.UnescapeString(raw))
		}
	})
	return found
}

// text is a value as HTML.
func (v Values) text(n Name) (string, bool) {
	words := strings.Join(strings.Fields(strings.ToValidUTF8(v[n], "")), " ")
	if words == "" {
		return "", false
	}
	if r := []rune(words); len(r) > MostValue {
		words = string(r[:MostValue-1]) + "…"
	}
	return strings.ReplaceAll(html.EscapeString(words), "{", "{"+joiner), true
}

// Unresolved returns the placeholders of ours that readers of safe HTML would see, as they are written, each once; also those that formatting
// breaks up and those that nobody declared. What stands within <code> is meant as it is.
func Unresolved(safe string) []string {
	if !strings.Contains(safe, "{") && !strings.Contains(safe, "&") {
		return nil
	}
	var text strings.Builder
	each(safe, func(raw string, words bool) {
		switch {
		case words:
			text.WriteString(html.UnescapeString(raw))
		case breaks(raw):
			text.WriteByte('\n')
		}
	})
	var found []string
	for rest := text.String(); ; {
		at, t, ok := next(rest)
		if !ok {
			return found
		}
		if written := rest[at : at+t.length]; !slices.Contains(found, written) {
			found = append(found, written)
		}
		rest = rest[at+t.length:]
	}
}

// FieldName is what a custom field is called in placeholders: conversation.field.order_number.
func FieldName(target desk.FieldTarget, key string) Name {
	return Name(string(target) + ".field." + key)
}

// Undeclared returns the placeholders that could never be filled: of a name that there is not, or broken up by formatting. more are names beside Names: those
// of custom fields.
func Undeclared(safe string, more ...Name) []string {
	all := Values{}
	for _, n := range more {
		all[n] = "x"
	}
	for _, n := range Names {
		all[n] = "x"
	}
	rendered, _ := render(safe, all, false)
	return Unresolved(rendered)
}

// each calls fn with every piece of the HTML in order: words that can be read and filled, or what is not to be touched.
func each(safe string, fn func(raw string, words bool)) {
	z := nethtml.NewTokenizer(strings.NewReader(safe))
	code := 0
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch kind {
		case nethtml.ErrorToken:
			if raw != "" {
				fn(raw, false)
			}
			return
		case nethtml.TextToken:
			fn(raw, code == 0)
			continue
		case nethtml.StartTagToken:
			if name, _ := z.TagName(); string(name) == "code" {
				code++
			}
		case nethtml.EndTagToken:
			if name, _ := z.TagName(); string(name) == "code" {
				code = max(0, code-1)
			}
		}
		fn(raw, false)
	}
}

// inline elements stand within a line: what they part is read as one word.
var inline = []string{"a", "abbr", "b", "del", "em", "i", "ins", "mark", "s", "small", "span", "strike", "strong", "sub", "sup", "u"}

func breaks(tag string) bool {
	name := strings.ToLower(strings.TrimLeft(tag, "</"))
	if end := strings.IndexAny(name, " \t\n\r\f/>"); end >= 0 {
		name = name[:end]
	}
	return !slices.Contains(inline, name)
}
