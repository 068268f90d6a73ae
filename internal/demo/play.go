package demo

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"html"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"tellus/internal/app"
	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/flow/deliver"
	"tellus/internal/flow/intake"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/mailmsg"
)

// span is how long before now the week begins.
const span = 8 * 24 * time.Hour

// play is the week being lived: who there is, and what happens when.
type play struct {
	a      *app.App
	clock  *clock
	outlet *outlet
	seen   *witness
	rnd    *rand.Rand
	now    time.Time

	people map[string]*person
	team   map[string]desk.TeamID
	tag    map[string]desk.TagID
	inbox  map[string]desk.Inbox
	own    defined
	till   *till

	steps  []step
	photos [][]byte
	after  []func(ctx context.Context) error // done when the week is over
	mails  int
	order  int
	calls  int
	used   map[string]int // how often a person wrote, so that most write once
}

// step is something that happens at a time.
type step struct {
	at time.Time
	do func(ctx context.Context) error
}

func newPlay(a *app.App, c *clock, o *outlet, seed uint64, now time.Time) *play {
	p := &play{a: a, clock: c, outlet: o, rnd: rand.New(rand.NewPCG(seed, 0x6b6f6b73)), now: now, people: map[string]*person{}, team: map[string]desk.TeamID{},
		tag: map[string]desk.TagID{}, inbox: map[string]desk.Inbox{}, order: 48_211, used: map[string]int{}, till: newTill(seed)}
	p.seen = &witness{next: a.Intake.React, newest: map[desk.ConversationID]desk.MessageID{}}
	a.Intake.React = p.seen
	return p
}

// witness notes which message was stored last, and lets the house react.
type witness struct {
	next   intake.Reactor
	last   desk.Event
	newest map[desk.ConversationID]desk.MessageID
	came   []desk.Event // that rules were not asked about yet
}

// React is an intake.Reactor.
func (w *witness) React(ctx context.Context, tx *db.Tx) error {
	for _, e := range eventlog.Appended(tx) {
		if e.Kind == desk.MessageReceived {
			w.last = e
			w.newest[e.Conversation] = e.Message
			w.came = append(w.came, e)
		}
	}
	return w.next.React(ctx, tx)
}

// then plans a step. What lies in the future, or within the last minute, does not happen any more.
func (p *play) then(at time.Time, do func(ctx context.Context) error) {
	if at.Before(p.now.Add(-time.Minute)) {
		p.steps = append(p.steps, step{at, do})
	}
}

// run lives through all steps in the order of their times.
func (p *play) run(ctx context.Context) error {
	slices.SortStableFunc(p.steps, func(a, b step) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	for _, s := range p.steps {
		if err := p.until(ctx, s.at); err != nil {
			return err
		}
		p.clock.set(s.at)
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("at %s: %w", s.at.Format(time.DateTime), err)
		}
		if err := p.a.Workers.RunDue(ctx); err != nil {
			return err
		}
	}
	return nil
}

// writer is somebody who writes to the shop.
type writer struct {
	name, address string
	woman         bool
	tongue        tongue
}

func (p *play) customer(t tongue) writer {
	for {
		c := writer{tongue: t, woman: p.rnd.IntN(2) == 0}
		names := t.men
		if c.woman {
			names = t.women
		}
		c.name = names[p.rnd.IntN(len(names))]
		c.address = mailbox(c.name) + "@" + t.mail
		if n := p.used[c.address]; n == 0 || p.rnd.IntN(3+n*4) == 0 {
			p.used[c.address]++
			return c
		}
		if p.rnd.IntN(12) == 0 { // most are used up: somebody of the same name
			p.used[c.address]++
			c.address = fmt.Sprintf("%s%d@%s", mailbox(c.name), 60+p.rnd.IntN(40), t.mail)
			return c
		}
	}
}

// story is one conversation as it is lived.
type story struct {
	p        *play
	who      writer
	topic    topic
	inbox    desk.Inbox
	agent    *person
	subject  string
	fill     *strings.Replacer
	number   string // of the order
	model    string
	amount   int64           // what the thing costs, in minor units
	order    desk.PurchaseID // once the shop has told of it
	named    bool            // the customer wrote its number
	id       desk.ConversationID
	newest   desk.MessageID // that came in
	ours     desk.MessageID // that we sent last
	ourHTML  string
	ourAt    time.Time
	ourAgent *person
	ids      []string // Message-IDs so far, oldest first
}

func (p *play) newStory(t tongue, about topic) *story {
	s := &story{p: p, who: p.customer(t), topic: about, inbox: p.at(about, t.code), agent: p.answers(t.code, about.warranty)}
	p.order += 1 + p.rnd.IntN(37)
	if slices.Contains(reserved, p.order) {
		p.order++
	}
	number := p.order
	if about.warranty {
		number -= 12_000 // it was sold months ago
	}
	amount := 10*p.rnd.IntN(30) + 39
	if t.code == "pl" {
		amount *= 4
	}
	s.number, s.model, s.amount = fmt.Sprintf("KV-%d", number), pick(p, about.models), int64(amount)*100
	s.fill = strings.NewReplacer("{nr}", s.number, "{model}", s.model, "{sum}", strings.ReplaceAll(fmt.Sprintf(t.price, amount), " ", "\u00a0"))
	s.subject = s.words(pick(p, about.subject), s.who.woman, p.now)
	return s
}

func pick[T any](p *play, list []T) (v T) {
	if len(list) == 0 {
		return v
	}
	return list[p.rnd.IntN(len(list))]
}

// mailFrom is a mail of the story's customer.
type mailFrom struct {
	text  string
	rich  bool // with an HTML part
	quote bool // below it stands what we wrote
	files []mailmsg.File
	cc    []mailmsg.Address
}

// writes has the customer write: a real mail, through the intake.
func (s *story) writes(ctx context.Context, m mailFrom) error {
	at := s.p.clock.now()
	s.p.mails++
	out := mailmsg.Outgoing{
		From: mailmsg.Address{Name: s.who.name, Email: s.who.address}, To: []mailmsg.Address{{Email: s.inbox.Address}}, Cc: m.cc,
		Subject: s.subject, Date: at.In(office.zone).Truncate(time.Second), MessageID: fmt.Sprintf("%x.%d@%s", s.p.rnd.Uint64(), s.p.mails, s.who.tongue.mail),
		Text: m.text, Attachments: m.files,
	}
	if m.rich {
		out.HTML = `<div dir="ltr">` + paragraphs(m.text) + `</div>`
	}
	if s.ours != 0 {
		out.Subject = "Re: " + strings.TrimPrefix(s.subject, "Re: ")
		out.InReplyTo = s.p.outlet.mailID(s.ours)
		out.References = append(slices.Clone(s.ids), out.InReplyTo)
		if m.quote {
			head := s.quoteHead()
			out.Text += "\n\n" + head + "\n\n> " + strings.ReplaceAll(strings.TrimSpace(plain(s.ourHTML)), "\n", "\n> ")
			if m.rich {
				out.HTML += `<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">` + html.EscapeString(head) +
					`<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">` + s.ourHTML + `</blockquote></div>`
			}
		}
	}
	raw, err := mailmsg.Compose(out)
	if err != nil {
		return fmt.Errorf("write a mail: %w", err)
	}
	if err := s.p.arrive(ctx, s.inbox.ID, s.who.address, raw, &desk.Verdicts{SPF: "pass", DKIM: "pass", DMARC: "pass", From: s.who.tongue.mail}); err != nil {
		return err
	}
	s.named = s.named || s.number != "" && strings.Contains(out.Subject+" "+m.text, s.number)
	s.ids = append(s.ids, out.MessageID)
	s.id, s.newest = s.p.seen.last.Conversation, s.p.seen.last.Message
	return nil
}

// arrive hands a raw mail to the intake, as the mail receiver would, and makes a message of it.
func (p *play) arrive(ctx context.Context, to desk.InboxID, from string, raw []byte, verdicts *desk.Verdicts) error {
	p.calls++
	envelope := channel.Envelope{From: from, NullSender: from == "", To: []string{p.inboxOf(to).Address}, Helo: "mx.example", Peer: "192.0.2.25", Verdicts: verdicts}
	if err := p.a.Intake.Accept(ctx, channel.Arrival{Inbox: to, SourceID: fmt.Sprintf("demo/%d", p.calls), Envelope: envelope, Body: bytes.NewReader(raw)}); err != nil {
		return err
	}
	if err := p.a.Workers.RunDue(ctx); err != nil {
		return err
	}
	came := p.seen.came
	p.seen.came = nil
	return p.a.DB.Write(ctx, func(tx *db.Tx) error { return p.a.Rules.Take(ctx, tx, came) })
}

func (p *play) inboxOf(id desk.InboxID) desk.Inbox {
	for _, in := range p.inbox {
		if in.ID == id {
			return in
		}
	}
	return desk.Inbox{}
}

// replies has a colleague answer.
func (s *story) replies(ctx context.Context, by *person, body string, then conversation.Then, files ...conversation.File) error {
	var m desk.Message
	attached, err := s.p.upload(ctx, by, files)
	if err != nil {
		return err
	}
	err = s.p.a.DB.Write(ctx, func(tx *db.Tx) (err error) {
		house, err := s.p.a.Inboxes.House(ctx, tx)
		if err != nil {
			return err
		}
		from := conversation.Sender{By: by.by(), Scope: by.scope, Name: by.name, Inbox: s.inbox, NewID: func(string) string { return mailmsg.NewMessageID("koksvolts.example") },
			SendAt: tx.Now, Enqueue: deliver.Outbox, OwnParty: house.Own}
		m, err = s.p.a.Conversations.Reply(ctx, tx, from, s.id, conversation.Reply{HTML: body, To: []desk.NamedAddress{{Name: s.who.name, Address: s.who.address}},
			Anyway: true, Then: then, Quote: true, Attachments: attached})
		return err
	})
	s.ours, s.ourHTML, s.ourAt, s.ourAgent = m.ID, body, s.p.clock.now(), by
	return err
}

func (p *play) upload(ctx context.Context, by *person, files []conversation.File) (ids []desk.AttachmentID, err error) {
	for _, f := range files {
		err = p.a.DB.Write(ctx, func(tx *db.Tx) error {
			a, err := p.a.Conversations.Upload(ctx, tx, by.id, f)
			if err == nil {
				ids = append(ids, a.ID)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// notes has a colleague write to the others.
func (s *story) notes(ctx context.Context, by *person, body string, mentions ...*person) error {
	n := conversation.NewNote{HTML: body}
	for _, m := range mentions {
		n.Mentions = append(n.Mentions, m.id)
	}
	return s.p.a.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := s.p.a.Conversations.AddNote(ctx, tx, by.by(), by.scope, s.id, n, s.p.a.Staff.Scope)
		return err
	})
}

// changes has a colleague change the conversation.
func (s *story) changes(ctx context.Context, by *person, ch conversation.Change) error {
	return s.p.a.DB.Write(ctx, func(tx *db.Tx) error {
		now, err := s.p.a.Conversations.Get(ctx, tx, by.scope, s.id)
		if err != nil {
			return err
		}
		ch.Version = now.Version
		if ch.Status != nil && *ch.Status == now.Status {
			ch.Status = nil
		}
		_, err = s.p.a.Conversations.Update(ctx, tx, by.by(), by.scope, s.id, ch)
		return err
	})
}

// takes assigns the conversation to a colleague, with the tag of its topic and the order that it names.
func (s *story) takes(ctx context.Context, by *person) error {
	ch := conversation.Change{Assignee: &by.id}
	if tag, ok := s.p.tag[s.topic.tag]; ok {
		ch.AddTags = []desk.TagID{tag}
	}
	if err := s.changes(ctx, by, ch); err != nil {
		return err
	}
	return s.links(ctx, by)
}

func as[T any](v T) *T { return &v }
