package export

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/htmltext"
	"tellus/internal/platform/locale"
	"tellus/internal/platform/pdf"
)

// printer writes one case.
type printer struct {
	c    Case
	o    Options
	doc  *pdf.Doc
	lang string
	open func(hash string) (io.ReadSeekCloser, error)
	// lacks are messages with letters that the type lacks.
	lacks []desk.Message
}

// PDF writes the conversation for paper. Pictures of the text stand where they stood; where the type lacks letters the page says so, and the text in full is attached to
// the document.
func (e *Export) PDF(ctx context.Context, w io.Writer, c Case, o Options) error {
	p := &printer{c: c, o: o, lang: locale.MatchUI(o.Language), open: func(hash string) (io.ReadSeekCloser, error) { return e.Files(ctx, hash) }}
	at := c.At.Time().In(o.zone())
	p.doc = pdf.New(pdf.Meta{
		Title: fmt.Sprintf("#%d %s", c.Conversation.Number, c.Conversation.Subject), Language: p.lang, At: at,
		Foot: fmt.Sprintf("#%d · ", c.Conversation.Number) + p.say("print.printed_on", map[string]any{"Date": locale.DateTime(p.lang, at)}),
		Page: p.say("print.page", map[string]any{"Page": "{page}", "Pages": "{pages}"}),
	})
	p.head()
	p.timeline()
	if len(p.lacks) > 0 {
		p.doc.Attach(textFile, p.whole())
	}
	return p.doc.Write(w)
}

func (p *printer) say(key string, data map[string]any) string { return locale.T(p.lang, key, data) }

func (p *printer) when(t desk.Time) string {
	return locale.DateTime(p.lang, t.Time().In(p.o.zone()))
}

// head tells what the conversation is about and who takes part.
func (p *printer) head() {
	c := p.c.Conversation
	subject := c.Subject
	if subject == "" {
		subject = p.say("print.no_subject", nil)
	}
	p.doc.Pair(fmt.Sprintf("%s #%d", p.say("print.conversation", nil), c.Number), pdf.Style{Size: 9, Ink: pdf.Teal, Bold: true}, p.when(c.CreatedAt), pdf.Style{Size: 9, Ink: pdf.Grey})
	p.doc.Text(subject, pdf.Style{Size: 16, Bold: true, After: 3})
	p.doc.Fact(p.say("print.customer", nil), address(desk.NamedAddress{Name: p.c.Customer.Name, Address: c.Address}))
	for _, other := range p.c.Participants {
		if !strings.EqualFold(other.Address, c.Address) {
			p.doc.Fact(p.say("print.cc", nil), address(desk.NamedAddress{Name: other.Name, Address: other.Address}))
		}
	}
	p.doc.Fact(p.say("print.status", nil), p.say("agent.status."+string(c.Status), nil))
	if name := p.c.agents[c.Assignee]; name != "" {
		p.doc.Fact(p.say("print.agent", nil), name)
	}
	if name := p.c.teams[c.Team]; name != "" {
		p.doc.Fact(p.say("print.team", nil), name)
	}
	p.doc.Fact(p.say("print.inbox", nil), p.c.inbox)
	if tags := p.c.tagNames(); len(tags) > 0 {
		p.doc.Fact(p.say("print.tags", nil), strings.Join(tags, ", "))
	}
	if spent := p.spent(); spent != "" {
		p.doc.Fact(p.say("print.spent", nil), spent)
	}
	p.doc.Rule(3, 5)
}

// spent is the time that agents spent, in hours and minutes: all of it, and whose it was where several did.
func (p *printer) spent() string {
	var names []string
	whose := map[string]int64{}
	var total int64
	for _, w := range p.c.Work {
		name := p.c.agents[w.Agent]
		if _, known := whose[name]; !known {
			names = append(names, name)
		}
		whose[name] += w.Seconds
		total += w.Seconds
	}
	if total == 0 {
		return ""
	}
	if len(names) == 1 {
		return clock(total) + " · " + names[0]
	}
	for i, name := range names {
		names[i] = name + " " + clock(whose[name])
	}
	return clock(total) + " · " + strings.Join(names, ", ")
}

// clock writes seconds as hours and minutes; what is below a minute counts as one.
func clock(seconds int64) string {
	minutes := max(1, (seconds+30)/60)
	return fmt.Sprintf("%d:%02d h", minutes/60, minutes%60)
}

// timeline draws messages and activities by time.
func (p *printer) timeline() {
	for _, draw := range p.woven(p.message, func(a desk.Activity, words string) {
		p.doc.Text(p.when(a.At)+"  ·  "+words, pdf.Style{Size: 8, Ink: pdf.Grey, After: 1.5})
	}) {
		draw()
	}
}

// woven is the drawing of messages and activities, in the order of their times.
func (p *printer) woven(message func(desk.Message), activity func(desk.Activity, string)) []func() {
	type line struct {
		at   desk.Time
		rank int // of what has the same time: it came in, was said, and then things were done
		draw func()
	}
	var lines []line
	for _, m := range p.c.Messages {
		lines = append(lines, line{m.At, 1, func() { message(m) }})
	}
	for _, a := range p.c.Activities {
		if words := p.activity(a); words != "" {
			rank := 2
			if a.Kind == desk.ConversationOpened {
				rank = 0
			}
			lines = append(lines, line{a.At, rank, func() { activity(a, words) }})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.rank, b.rank)) })
	draw := make([]func(), len(lines))
	for i, l := range lines {
		draw[i] = l.draw
	}
	return draw
}

func (p *printer) message(m desk.Message) {
	p.doc.Space(2)
	p.doc.Room(24) // who wrote is not left alone at the foot of a page
	bar := pdf.Pale
	switch m.Kind {
	case desk.Outgoing:
		bar = pdf.Teal
	case desk.Note:
		bar = pdf.Amber
	}
	p.doc.Pair(p.kind(m)+p.c.author(m), pdf.Style{Bold: true}, p.when(m.At), pdf.Style{Size: 9, Ink: pdf.Grey})
	for _, to := range []struct {
		key  string
		list []desk.NamedAddress
	}{{"print.to", m.To}, {"print.cc", m.Cc}, {"print.bcc", m.Bcc}} {
		if len(to.list) > 0 && (m.Kind == desk.Outgoing || to.key != "print.to") {
			p.doc.Text(p.say(to.key, nil)+": "+addresses(to.list), pdf.Style{Size: 8.5, Ink: pdf.Grey})
		}
	}
	p.doc.Space(1)
	drawn := p.words(m, &bar)
	for _, mark := range []struct {
		key string
		at  desk.Time
	}{{"print.erased", m.ErasedAt}, {"print.redacted", m.RedactedAt}} {
		if mark.at != 0 {
			p.doc.Text(p.say(mark.key, map[string]any{"Date": p.when(mark.at)}), pdf.Style{Size: 9, Italic: true, Ink: pdf.Grey, Indent: 3, After: 1})
		}
	}
	p.lacking(m)
	p.files(m, drawn)
	p.doc.Space(2)
}

// kind says before the author's name what is no mail.
func (p *printer) kind(m desk.Message) string {
	key := map[desk.ChannelKind]string{desk.Phone: "print.phone_call", desk.Visit: "print.visit", desk.Letter: "print.letter"}[m.Channel]
	if m.Kind == desk.Note {
		key = "print.note"
	} else if m.Record == nil {
		key = ""
	}
	if key == "" {
		return ""
	}
	return p.say(key, nil) + " · "
}

// text is what was said, with what a record adds.
func (p *printer) text(m desk.Message) string {
	if m.ErasedAt != 0 {
		return ""
	}
	text := m.Text
	if text == "" && m.HTML != "" {
		text = htmltext.ToText(m.HTML)
	}
	if r := m.Record; r != nil {
		var facts []string
		if r.Outcome != "" {
			facts = append(facts, p.say("agent.outcome."+r.Outcome, nil))
		}
		if r.With != "" {
			facts = append(facts, r.With)
		}
		if r.Seconds > 0 {
			facts = append(facts, fmt.Sprintf("%d:%02d", r.Seconds/60, r.Seconds%60))
		}
		if len(facts) > 0 {
			text = strings.TrimSpace(strings.Join(facts, " · ") + "\n" + text)
		}
	}
	return strings.TrimSpace(text)
}

// files names the files of a message, but for the pictures that were drawn.
func (p *printer) files(m desk.Message, drawn map[desk.AttachmentID]bool) {
	var names []string
	for _, a := range m.Attachments {
		if !drawn[a.ID] {
			names = append(names, a.Name+" ("+locale.Size(p.lang, a.Size)+")")
		}
	}
	if len(names) == 0 || m.ErasedAt != 0 {
		return
	}
	p.doc.Text(p.say("print.attachments", nil)+": "+strings.Join(names, ", "), pdf.Style{Size: 8.5, Ink: pdf.Grey, Indent: 3, After: 1})
}

// who names an actor.
func (p *printer) who(a desk.Actor) string {
	switch a.Kind {
	case desk.ActorAgent:
		if name := p.c.agents[a.Agent()]; name != "" {
			return name
		}
		return p.say("agent.activity.former", nil)
	case desk.ActorCustomer:
		return p.say("agent.activity.customer", nil)
	}
	return p.say("agent.activity.system", nil)
}

func (p *printer) date(t desk.Time) string {
	return locale.DateTime(p.lang, time.UnixMicro(int64(t)).In(p.o.zone()))
}
