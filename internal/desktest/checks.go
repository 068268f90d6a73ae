package desktest

import (
	"context"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// checklist C NAME gives a conversation the checklist of a template.
func (s *Scenario) checklist(words []string, _ string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		_, err := s.d.Conversations.AddChecklist(ctx, tx, by, scope, c, conversation.NewChecklist{Template: s.lists[words[1]]})
		return err
	})
}

// tick C [as=…]: ITEM marks an item as done.
func (s *Scenario) tick(words []string, text string) error { return s.mark(words, text, true) }

// untick C [as=…]: ITEM marks it as not done.
func (s *Scenario) untick(words []string, text string) error { return s.mark(words, text, false) }

func (s *Scenario) mark(words []string, text string, done bool) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	return s.act(options(words[1:])["as"], func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		lists, err := s.d.Conversations.Checklists(ctx, tx, scope, c)
		if err != nil {
			return err
		}
		for _, l := range lists {
			for _, item := range l.Items {
				if item.Words == text {
					_, err := s.d.Conversations.Tick(ctx, tx, by, scope, c, item.ID, done)
					return err
				}
			}
		}
		return fmt.Errorf("conversation %s has no item %q", words[0], text)
	})
}

// checks C tells the checklists of a conversation, and what its row says of them.
func (s *Scenario) checks(words []string, _ string) error {
	c, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, _ desk.Actor, scope desk.Scope) error {
		lists, err := s.d.Conversations.Checklists(ctx, tx, scope, c)
		if err != nil {
			return err
		}
		row, err := s.d.Conversations.Get(ctx, tx, scope, c)
		s.tell("%d of %d done, %d owed", row.Checked, row.Checks, row.ChecksOwed)
		for _, l := range lists {
			for _, item := range l.Items {
				box, who := "[ ]", ""
				if item.DoneAt != 0 {
					box, who = "[x]", " ("+s.nameOf(item.DoneBy)+")"
				}
				s.tell("%s: %s %s%s", l.Name, box, item.Words, who)
			}
		}
		return err
	})
}
