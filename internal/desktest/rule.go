package desktest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/automation"
	"tellus/internal/platform/db"
)

// rule NAME EVENT[/EVENT…] [off] [stop] [DEED=…]: CONDITION makes a rule. Deeds are those of macros, the condition is JSON; none holds for everything.
func (s *Scenario) rule(words []string, text string) error {
	e := automation.Edit{Name: words[0], Active: true}
	for _, kind := range strings.Split(words[1], "/") {
		e.Events = append(e.Events, desk.EventKind(kind))
	}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &e.Condition); err != nil {
			return fmt.Errorf("condition %s: %w", text, err)
		}
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, _ desk.Scope) error {
		s.readIDs(&e.Condition)
		for _, w := range words[2:] {
			k, v, _ := strings.Cut(w, "=")
			switch k {
			case "off":
				e.Active = false
				continue
			case "stop":
				e.Stop = true
				continue
			}
			a, err := s.action(ctx, tx, k, v)
			if err != nil {
				return err
			}
			e.Actions = append(e.Actions, a)
		}
		_, err := s.d.Rules.Create(ctx, tx, by, e)
		return err
	})
}

// readIDs puts ids in place of the names of tags.
func (s *Scenario) readIDs(n *condition.Node) {
	for _, group := range [][]condition.Node{n.All, n.Any} {
		for i := range group {
			s.readIDs(&group[i])
		}
	}
	if n.Attr == "tags" {
		for i, name := range n.Values {
			n.Values[i] = fmt.Sprint(int64(s.named(name)[0]))
		}
	}
}

// fired tells what every rule did so far: with which conversation, what, and why not.
func (s *Scenario) fired([]string, string) error {
	return s.act("", func(ctx context.Context, tx *db.Tx, _ desk.Actor, scope desk.Scope) error {
		all, err := s.d.Rules.List(ctx, tx)
		if err != nil {
			return err
		}
		for _, r := range all {
			s.tell("%s: fired %d, failed %d, stopped %d", r.Name, r.Fired, r.Failed, r.Stopped)
			did, err := s.d.Rules.Firings(ctx, tx, scope, r.ID, 100)
			if err != nil {
				return err
			}
			for i := len(did) - 1; i >= 0; i-- {
				f := did[i]
				c, err := s.d.Conversations.Get(ctx, tx, scope, f.Conversation)
				if err != nil {
					return err
				}
				s.tell("  %d %s%s %v", c.Number, f.State, strings.TrimSuffix(" "+f.Why, " "), f.Deeds)
			}
		}
		return nil
	})
}
