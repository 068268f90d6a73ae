package desktest

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/thread"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

// write TO SUBJECT-WORDS… : TEXT has Eva write first.
func (s *Scenario) write(words []string, text string) error {
	subject := strings.Join(words[1:], " ")
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, _ desk.Scope) error {
		from, err := s.d.Sender(ctx, tx, s.d.Eva, s.d.Support)
		if err != nil {
			return err
		}
		who, err := s.d.Customers.Identify(ctx, tx, by, customer.Sighting{Kind: desk.AddressEmail, Value: words[0]})
		if err != nil {
			return err
		}
		_, err = s.d.Conversations.StartWith(ctx, tx, from, who.ID, who.Name, conversation.SubjectKey(thread.Normalise(subject)),
			conversation.Start{Inbox: s.d.Support, To: addresses(words[0]), Subject: subject, HTML: Paragraph(text), Then: conversation.Wait})
		return err
	})
}

// record C phone|visit|letter in|out [outcome]: TEXT writes down what took place.
func (s *Scenario) record(words []string, text string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	in := conversation.NewRecord{Channel: desk.ChannelKind(words[1]), Record: desk.Record{Direction: words[2]}, HTML: Paragraph(text)}
	if len(words) > 3 {
		in.Record.Outcome = words[3]
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		box, err := s.d.Inboxes.Get(ctx, tx, s.d.Support)
		if err != nil {
			return err
		}
		_, err = s.d.Conversations.RecordIn(ctx, tx, by, scope, c, box, in)
		return err
	})
}

// change C [as=…] [status=…] [priority=…] [assignee=…] [team=…] [type=…] [tags=…] [untag=…] [snooze=2h] [await] [on=resolved|answered|colleague|purchase[/C]] [wake] [spam|notspam] [trash|restore] [version=N] [subject]: SUBJECT
func (s *Scenario) change(words []string, text string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	o := options(words[1:])
	var ch conversation.Change
	for _, k := range sorted(o) {
		v := o[k]
		yes, no := true, false
		switch k {
		case "as", "version":
		case "status":
			st := desk.Status(v)
			ch.Status = &st
		case "priority":
			n, err := strconv.Atoi(v)
			if err != nil {
				return err
			}
			p := desk.Priority(n)
			ch.Priority = &p
		case "assignee":
			a := s.agents[v]
			ch.Assignee = &a
		case "team":
			t := s.teams[v]
			ch.Team = &t
		case "snooze":
			span, err := duration(v)
			if err != nil {
				return err
			}
			until := s.d.DB.Now().Add(span)
			ch.SnoozedUntil = &until
		case "on":
			event, target, _ := strings.Cut(v, "/")
			ch.WakeOn = &desk.WakeOn{Event: desk.WakeEvent(event)}
			if target != "" {
				if ch.WakeOn.Conversation, err = s.conversation(target); err != nil {
					return err
				}
			}
		case "wake":
			ch.Wake = true
		case "await":
			ch.Await = true
		case "type":
			t := s.types[v] // none for a name that nobody gave
			ch.Type = &t
		case "tags":
			ch.AddTags = s.named(v)
		case "untag":
			ch.RemoveTags = s.named(v)
		case "spam":
			ch.Spam = &yes
		case "notspam":
			ch.Spam = &no
		case "trash":
			ch.Trashed = &yes
		case "restore":
			ch.Trashed = &no
		case "subject":
			ch.Subject = &text
		default:
			return fmt.Errorf("cannot change %q", k)
		}
	}
	return s.act(o["as"], func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		row, err := s.d.Conversations.Get(ctx, tx, scope, c)
		if err != nil {
			return err
		}
		ch.Version = row.Version
		if v := o["version"]; v != "" {
			if ch.Version, err = strconv.ParseInt(v, 10, 64); err != nil {
				return err
			}
		}
		row, err = s.d.Conversations.Update(ctx, tx, by, scope, c, ch)
		if err == nil {
			s.tell("%s", standing(row, tx.Now))
		}
		return err
	})
}

// restrict C NAME… names the only people who see it; restrict C opens it.
func (s *Scenario) restrict(words []string, _ string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	in := conversation.Access{Restricted: len(words) > 1}
	for _, w := range words[1:] {
		in.Agents = append(in.Agents, s.agents[w])
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		return s.d.Conversations.SetAccess(ctx, tx, by, scope, c, in)
	})
}

// move C.N C|new moves a message.
func (s *Scenario) move(words []string, _ string) error {
	m, err := s.message(words[0])
	if err != nil {
		return err
	}
	var to desk.ConversationID
	if words[1] != "new" {
		if to, err = s.conversation(words[1]); err != nil {
			return err
		}
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		box, err := s.d.Inboxes.Get(ctx, tx, s.d.Support)
		if err != nil {
			return err
		}
		_, err = s.d.Conversations.Move(ctx, tx, by, scope, m, to, box)
		return err
	})
}

// cancel C.N takes a queued message back.
func (s *Scenario) cancel(words []string, _ string) error {
	m, err := s.message(words[0])
	if err != nil {
		return err
	}
	c, err := s.conversation(strings.Split(words[0], ".")[0])
	if err != nil {
		return err
	}
	err = s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		_, err := s.d.Conversations.Cancel(ctx, tx, by, scope, m)
		return err
	})
	if err == nil {
		s.tell("%s", standing(s.d.Row(c), s.d.DB.Now()))
	}
	return err
}

// retry C.N [only=ADDRESS] [replace=OLD/NEW] queues a message again for those who did not get it.
func (s *Scenario) retry(words []string, _ string) error {
	m, err := s.message(words[0])
	if err != nil {
		return err
	}
	o := options(words[1:])
	var only []string
	if o["only"] != "" {
		only = []string{o["only"]}
	}
	replace := map[string]string{}
	if old, other, ok := strings.Cut(o["replace"], "/"); ok {
		replace[old] = other
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, _ desk.Actor, _ desk.Scope) error {
		from, err := s.d.Sender(ctx, tx, s.d.Eva, s.d.Support)
		if err != nil {
			return err
		}
		_, err = s.d.Conversations.Retry(ctx, tx, from, m, only, replace)
		return err
	})
}

// redact C.N: WORDS blackens words of a message's text.
func (s *Scenario) redact(words []string, text string) error {
	m, err := s.message(words[0])
	if err != nil {
		return err
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		was, err := s.d.Conversations.Message(ctx, tx, scope, m)
		if err != nil {
			return err
		}
		at := strings.Index(was.Text, text)
		if at < 0 {
			return fmt.Errorf("the message does not say %q", text)
		}
		_, err = s.d.Conversations.Redact(ctx, tx, by, scope, m, []conversation.Span{{Start: at, End: at + len(text)}})
		return err
	})
}

// erase C.N erases a message.
func (s *Scenario) erase(words []string, _ string) error {
	m, err := s.message(words[0])
	if err != nil {
		return err
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		_, err := s.d.Conversations.Erase(ctx, tx, by, scope, m)
		return err
	})
}

// draft C [as=…]: HTML keeps a draft.
func (s *Scenario) draft(words []string, text string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	return s.act(options(words[1:])["as"], func(ctx context.Context, tx *db.Tx, _ desk.Actor, scope desk.Scope) error {
		_, err := s.d.Conversations.SaveDraft(ctx, tx, scope, c, desk.DraftBody{Mode: "reply", HTML: text})
		return err
	})
}

func (s *Scenario) agentOf(words []string) desk.AgentID {
	if as := options(words)["as"]; as != "" {
		return s.agents[as]
	}
	return s.d.Eva
}

// timeline C tells the messages and what happened around them.
func (s *Scenario) timeline(words []string, _ string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	o, err := s.d.Opened(s.agentOf(words[1:]), c)
	if err != nil {
		return err
	}
	next := 0
	for i, m := range o.Timeline.Messages {
		for ; next < len(o.Timeline.Activities) && o.Timeline.Activities[next].At < m.At; next++ {
			s.tell("· %s", s.activity(o.Timeline.Activities[next]))
		}
		s.tell("%d %s", i+1, Line(m))
	}
	for ; next < len(o.Timeline.Activities); next++ {
		s.tell("· %s", s.activity(o.Timeline.Activities[next]))
	}
	return nil
}

func (s *Scenario) activity(e desk.Activity) string {
	text := string(e.Kind)
	if e.Kind == desk.StatusChanged || e.Kind == desk.PriorityChanged {
		text += " " + string(e.Data)
	}
	return text + " by " + string(e.By.Kind)
}

// row C tells where a conversation stands.
func (s *Scenario) row(words []string, _ string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	r := s.d.Row(c)
	assignee := "nobody"
	for _, name := range sorted(s.agents) {
		if s.agents[name] == r.Assignee {
			assignee = name
		}
	}
	s.tell("#%d %q: %s; %s; %d messages; %s: %s", r.Number, r.Subject, standing(r, s.d.DB.Now()), assignee, r.Messages, r.PreviewBy, r.Preview)
	return nil
}

// list VIEW [as=…] tells what a view holds, and its count.
func (s *Scenario) list(words []string, _ string) error {
	scope := s.d.Scope(s.agentOf(words[1:]))
	s.d.Conversations.ForgetCounts()
	return s.d.DB.Read(s.d.T.Context(), func(tx *db.Tx) error {
		ctx := s.d.T.Context()
		found, _, err := s.d.Conversations.List(ctx, tx, scope, conversation.ListQuery{View: conversation.View(words[0])})
		if err != nil {
			return err
		}
		counts, err := s.d.Conversations.Counts(ctx, tx, scope, []conversation.View{conversation.View(words[0])})
		if err != nil {
			return err
		}
		numbers := make([]string, len(found))
		for i, c := range found {
			numbers[i] = fmt.Sprintf("#%d", c.Number)
			if c.Unread {
				numbers[i] += "*"
			}
		}
		s.tell("%d: %s", counts[0].Count, strings.Join(numbers, " "))
		return nil
	})
}

// search [as=…]: WORDS tells what the palette finds.
func (s *Scenario) search(words []string, text string) error {
	scope := s.d.Scope(s.agentOf(words))
	return s.d.DB.Read(s.d.T.Context(), func(tx *db.Tx) error {
		found, err := s.d.Conversations.Search(s.d.T.Context(), tx, scope, text, 20)
		for _, c := range found {
			s.tell("#%d %s", c.Number, c.Subject)
		}
		return err
	})
}

// sent tells of the mails that went out since it was last asked.
func (s *Scenario) sent([]string, string) error {
	mails := s.d.Outlet.Mails()
	for _, m := range mails[s.told:] {
		h := m.Read.Header
		s.tell("to %s: %s", strings.Join(m.To, ", "), m.Read.Subject)
		for _, name := range []string{"Cc", "Reply-To", "In-Reply-To", "References", "Auto-Submitted"} {
			if v := h.Get(name); v != "" {
				s.tell("  %s: %s", name, tokenPart.ReplaceAllString(v, "+TOKEN@"))
			}
		}
		if strings.Contains(h.Raw("Bcc"), "@") {
			s.tell("  Bcc is shown!")
		}
		if m.From == "" {
			s.tell("  null return path")
		}
		s.tell("  %s", strings.Join(strings.Fields(m.Read.Text), " "))
	}
	s.told = len(mails)
	return nil
}

// people C tells who takes part.
func (s *Scenario) people(words []string, _ string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	o, err := s.d.Opened(s.d.Eva, c)
	if err != nil {
		return err
	}
	for _, p := range o.Participants {
		bounced := ""
		if p.Bounced {
			bounced = " [bounced]"
		}
		s.tell("%s %s%s", p.Role, p.Address, bounced)
	}
	s.tell("reply to %s; reply to all to %s cc %s", all(o.ReplyTo.To), all(o.ReplyAllTo.To), all(o.ReplyAllTo.Cc))
	return nil
}

// drafts C [as=…] tells the draft.
func (s *Scenario) drafts(words []string, _ string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	o, err := s.d.Opened(s.agentOf(words[1:]), c)
	if err != nil {
		return err
	}
	if o.Draft == nil {
		s.tell("none")
		return nil
	}
	s.tell("%s to %s: %s", o.Draft.Body.Mode, all(o.Draft.Body.To), o.Draft.Body.HTML)
	return nil
}

// why C.N tells why a message landed where it did.
func (s *Scenario) why(words []string, _ string) error {
	id, err := s.message(words[0])
	if err != nil {
		return err
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, _ desk.Actor, scope desk.Scope) error {
		m, err := s.d.Conversations.Message(ctx, tx, scope, id)
		for _, r := range m.Threading {
			s.tell("%s", strings.TrimSpace(r.Code+" "+r.Detail))
		}
		return err
	})
}

// raw C.N tells whether the mail as it came is there, and its size.
func (s *Scenario) raw(words []string, _ string) error {
	id, err := s.message(words[0])
	if err != nil {
		return err
	}
	return s.d.DB.Read(s.d.T.Context(), func(tx *db.Tx) error {
		r, err := s.d.Intake.Raw(s.d.T.Context(), tx, id)
		if err != nil {
			return err
		}
		data, err := io.ReadAll(r)
		s.tell("%d bytes", len(data))
		if err != nil {
			return err
		}
		return r.Close()
	})
}

// links C tells which other conversations belong to it.
func (s *Scenario) links(words []string, _ string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	o, err := s.d.Opened(s.agentOf(words[1:]), c)
	for _, l := range o.Links {
		s.tell("%s #%d", l.Kind, l.Number)
	}
	return err
}
