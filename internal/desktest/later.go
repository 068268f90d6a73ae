package desktest

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/macro"
	"tellus/internal/flow/act"
	"tellus/internal/platform/db"
)

// changeOf is the change that gives one field a value, at the version that a conversation has.
func changeOf(row desk.Conversation, id desk.FieldID, value desk.FieldValue) conversation.Change {
	return conversation.Change{Version: row.Version, Fields: desk.FieldValues{id: value}}
}

// ahead is a time that lies a span ahead; none for an empty word.
func (s *Scenario) ahead(word string) (desk.Time, error) {
	if word == "" {
		return 0, nil
	}
	span, err := duration(word)
	return s.d.DB.Now().Add(span), err
}

// macro NAME [language=lv] [status=…] [priority=N] [assign=me|NAME|nobody] [team=…] [tags=A/B] [untag=A/B] [snooze=3h] [type=…] [field=NAME/VALUE] [note=a_note]: TEXT makes a macro for
// everybody. Underscores in notes stand for spaces.
func (s *Scenario) macro(words []string, text string) error {
	language := "en"
	e := macro.Edit{Name: words[0], Audience: desk.Everyone, Active: true, Texts: map[string]string{}}
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, _ desk.Scope) error {
		for _, w := range words[1:] {
			k, v, _ := strings.Cut(w, "=")
			if k == "language" {
				language = v
				continue
			}
			a, err := s.action(ctx, tx, k, v)
			if err != nil {
				return err
			}
			e.Actions = append(e.Actions, a)
		}
		if text != "" {
			e.Texts[language] = Paragraph(text)
		}
		m, err := s.d.Macros.Create(ctx, tx, macro.Asker{Agent: by.Agent(), Manage: true}, e)
		s.macros[words[0]] = m.ID
		return err
	})
}

// action is one thing that a macro does, as a script says it.
func (s *Scenario) action(ctx context.Context, tx *db.Tx, k, v string) (a desk.Action, err error) {
	switch k {
	case "status":
		return desk.Action{Do: desk.SetStatus, Status: desk.Status(v)}, nil
	case "priority":
		n, err := strconv.Atoi(v)
		return desk.Action{Do: desk.SetPriority, Priority: desk.Priority(n)}, err
	case "assign":
		return desk.Action{Do: desk.Assign, Me: v == "me", Agent: s.agents[v]}, nil
	case "team":
		return desk.Action{Do: desk.SetTeam, Team: s.teams[v]}, nil
	case "tags":
		return desk.Action{Do: desk.AddTags, Tags: s.named(v)}, nil
	case "untag":
		return desk.Action{Do: desk.RemoveTags, Tags: s.named(v)}, nil
	case "snooze":
		span, err := duration(v)
		return desk.Action{Do: desk.SnoozeFor, Minutes: int(span.Minutes())}, err
	case "type":
		return desk.Action{Do: desk.SetType, Type: s.types[v]}, nil
	case "field":
		name, said, _ := strings.Cut(v, "/")
		value, err := s.value(ctx, tx, name, said)
		return desk.Action{Do: desk.SetField, Field: s.fields[name], Value: &value}, err
	case "tell":
		a.Do = desk.TellPeople
		for _, name := range strings.Split(v, ",") {
			switch {
			case name == "holder":
				a.Holder = true
			case name == "leads":
				a.Leads = true
			case s.teams[name] != 0:
				a.Teams = append(a.Teams, s.teams[name])
			default:
				a.Agents = append(a.Agents, s.agents[name])
			}
		}
		return a, nil
	case "duty":
		return desk.Action{Do: desk.TellPeople, Duty: []desk.RosterID{s.rosters[v]}, Loud: true}, nil
	case "note":
		return desk.Action{Do: desk.WriteNote, Note: Paragraph(strings.ReplaceAll(v, "_", " "))}, nil
	}
	return a, fmt.Errorf("a macro cannot do %q", k)
}

// preview C MACRO [as=…] [language=…] tells what a macro would say and do.
func (s *Scenario) preview(words []string, _ string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	o := options(words[2:])
	return s.act(o["as"], func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		m, err := s.d.Macros.Get(ctx, tx, macro.Asker{Agent: by.Agent()}, s.macros[words[1]])
		if err != nil {
			return err
		}
		f, err := s.d.Hands.Fill(ctx, tx, scope, act.Where{Conversation: c}, m.Edit, o["language"])
		if err != nil {
			return err
		}
		if f.Language != "" {
			s.tell("%s: %s", f.Language, f.HTML)
		}
		if f.Wanted != "" {
			s.tell("wanted %s", f.Wanted)
		}
		for _, name := range f.Missing {
			s.tell("missing %s", name)
		}
		for _, a := range f.Actions {
			data, err := json.Marshal(a)
			if err != nil {
				return err
			}
			s.tell("would %s", data)
		}
		return nil
	})
}

// use C MACRO [as=…] does what a macro does, and tells where the conversation stands then.
func (s *Scenario) use(words []string, _ string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	return s.act(options(words[2:])["as"], func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		asker := macro.Asker{Agent: by.Agent()}
		m, err := s.d.Macros.Get(ctx, tx, asker, s.macros[words[1]])
		if err != nil {
			return err
		}
		row, err := s.d.Hands.Do(ctx, tx, scope, c, 0, m.Actions)
		if err != nil {
			return err
		}
		s.tell("%s", standing(row, tx.Now))
		return s.d.Macros.Used(ctx, tx, asker, []desk.MacroID{m.ID})
	})
}

// scheduled [as=…] tells an agent's mails that wait for their time.
func (s *Scenario) scheduled(words []string, _ string) error {
	scope := s.d.Scope(s.agentOf(words))
	return s.d.DB.Read(s.d.T.Context(), func(tx *db.Tx) error {
		all, err := s.d.Conversations.ListScheduled(s.d.T.Context(), tx, scope)
		for _, m := range all {
			held := ""
			if m.Held {
				held = " [held back]"
			}
			s.tell("#%d in %s: %s%s", m.Number, round(m.SendAt.Sub(tx.Now)), m.Preview, held)
		}
		if len(all) == 0 {
			s.tell("none")
		}
		return err
	})
}

// reschedule C.N SPAN|now gives a scheduled mail another time.
func (s *Scenario) reschedule(words []string, _ string) error {
	m, err := s.message(words[0])
	if err != nil {
		return err
	}
	var when conversation.Timing
	if words[1] != "now" {
		if when.SendAt, err = s.ahead(words[1]); err != nil {
			return err
		}
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, _ desk.Actor, _ desk.Scope) error {
		from, err := s.d.Sender(ctx, tx, s.d.Eva, s.d.Support)
		if err != nil {
			return err
		}
		_, err = s.d.Conversations.Reschedule(ctx, tx, from, m, when)
		return err
	})
}
