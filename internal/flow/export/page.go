package export

import (
	"fmt"
	"net/url"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/field"
	"tellus/internal/platform/locale"
)

// document is a page to read: facts, then parts.
type document struct {
	Language, Title, About, Up string
	Facts                      []pair
	Parts                      []part
}

type pair struct{ Name, Value string }

// part is a list of things that were said, or of links to pages.
type part struct {
	Title string
	Said  []said
	Links []pair
}

type said struct {
	Who, When, Text, Folded, State string
	Note                           bool
	Facts                          []pair
	Files                          []pair
}

func (z *archive) page(name string, at desk.Time, d document) error {
	f, err := z.create(name, at)
	if err != nil {
		return err
	}
	return d.write(f)
}

// personPage is what is held on a customer, to read.
func personPage(all Whole, o Options) document {
	p := &printer{o: o, lang: locale.MatchUI(o.Language), c: Case{Customer: all.Customer}}
	say := func(key string) string { return p.say("agent.person."+key, nil) }
	c := all.Customer
	d := document{Language: p.lang, Title: p.say("agent.person.title", map[string]any{"Name": c.Name}),
		About: p.say("agent.person.about", map[string]any{"Date": p.when(all.At)})}
	add := func(name, value string) {
		if strings.TrimSpace(value) != "" {
			d.Facts = append(d.Facts, pair{name, value})
		}
	}
	words := field.Words{Yes: say("yes"), No: say("no"), Agent: func(id desk.AgentID) string { return "#" + id.String() }}
	for i, c := range append([]desk.Customer{c}, all.Merged...) {
		if i > 0 {
			add(say("merged"), "#"+c.ID.String())
		}
		add(say("name"), c.Name)
		for _, a := range c.Addresses {
			value := a.Value
			if a.Label != "" {
				value += " (" + a.Label + ")"
			}
			add(say("address_"+string(a.Kind)), value)
		}
		add(say("organisation"), c.Organisation)
		add(say("language"), c.Language)
		add(say("time_zone"), c.TimeZone)
		add(say("birthday"), c.Birthday)
		add(say("prefers"), c.Prefers)
		if c.Hours != nil {
			add(say("hours"), c.Hours.From+"–"+c.Hours.To)
		}
		add(say("warnings"), strings.Join(c.Warnings, "\n"))
		add(say("note"), c.Note)
		for _, f := range all.Fields {
			if v, ok := c.Fields[f.ID]; ok {
				add(f.Name, field.Show(f, v, words))
			}
		}
	}
	add(say("since"), p.when(c.CreatedAt))
	for _, consent := range all.Consents {
		answer := say("taken_back")
		if consent.Given {
			answer = say("given")
		}
		add(say("consent_"+string(consent.Purpose)), fmt.Sprintf("%s · %s · %s", answer, p.when(consent.At), consent.Source))
	}
	if all.LeftOut > 0 {
		add(say("left_out"), fmt.Sprint(all.LeftOut))
	}
	list := part{Title: say("conversations")}
	for _, row := range all.Conversations {
		subject := row.Subject
		if subject == "" {
			subject = p.say("print.no_subject", nil)
		}
		list.Links = append(list.Links, pair{fmt.Sprintf("#%d %s (%s)", row.Number, subject, p.when(row.CreatedAt)), folderOf(row) + "index.html"})
	}
	d.Parts = append(d.Parts, list)
	if len(all.Purchases) > 0 {
		bought := part{Title: say("purchases")}
		for _, b := range all.Purchases {
			line := said{Who: b.Number, When: p.when(b.PlacedAt), Text: field.Amount(desk.Money{Amount: b.Total, Currency: b.Currency})}
			for _, item := range b.Items {
				line.Folded += item.Name + "\n"
			}
			bought.Said = append(bought.Said, line)
		}
		d.Parts = append(d.Parts, bought)
	}
	if len(all.Elsewhere) > 0 {
		other := part{Title: say("elsewhere")}
		for _, m := range all.Elsewhere {
			other.Said = append(other.Said, p.said(m, false))
		}
		d.Parts = append(d.Parts, other)
	}
	return d
}

// casePage is a conversation, to read.
func casePage(c Case, o Options) document {
	p := &printer{c: c, o: o, lang: locale.MatchUI(o.Language)}
	subject := c.Conversation.Subject
	if subject == "" {
		subject = p.say("print.no_subject", nil)
	}
	d := document{Language: p.lang, Title: fmt.Sprintf("#%d %s", c.Conversation.Number, subject), Up: "../../index.html"}
	d.Facts = append(d.Facts, pair{p.say("print.customer", nil), address(desk.NamedAddress{Name: c.Customer.Name, Address: c.Conversation.Address})},
		pair{p.say("print.status", nil), p.say("agent.status."+string(c.Conversation.Status), nil)}, pair{p.say("print.inbox", nil), c.inbox})
	if tags := c.tagNames(); len(tags) > 0 {
		d.Facts = append(d.Facts, pair{p.say("print.tags", nil), strings.Join(tags, ", ")})
	}
	timeline := part{}
	for _, m := range c.Messages {
		timeline.Said = append(timeline.Said, p.said(m, true))
	}
	d.Parts = append(d.Parts, timeline)
	return d
}

// said is a message on a page; files has its files linked, where they lie beside it.
func (p *printer) said(m desk.Message, files bool) said {
	out := said{Who: p.c.author(m), When: p.when(m.At), Text: m.Text, Folded: m.Folded, Note: m.Kind == desk.Note}
	if m.ErasedAt != 0 {
		out.State = p.say("print.erased", map[string]any{"Date": p.when(m.ErasedAt)})
	} else if m.RedactedAt != 0 {
		out.State = p.say("print.redacted", map[string]any{"Date": p.when(m.RedactedAt)})
	}
	for _, line := range []struct {
		key  string
		list []desk.NamedAddress
	}{{"print.to", m.To}, {"print.cc", m.Cc}, {"print.bcc", m.Bcc}} {
		if len(line.list) > 0 {
			out.Facts = append(out.Facts, pair{p.say(line.key, nil), addresses(line.list)})
		}
	}
	for i, a := range m.Attachments {
		link := ""
		if files && a.Held == "" && !a.Unscanned && m.ErasedAt == 0 {
			link = "attachments/" + url.PathEscape(attachmentName(m, i, a))
		}
		out.Files = append(out.Files, pair{a.Name, link})
	}
	return out
}
