package desktest

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// merge INTO C… merges conversations into another one.
func (s *Scenario) merge(words []string, _ string) error {
	into, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	var sources []desk.ConversationID
	for _, w := range words[1:] {
		c, err := s.conversation(w)
		if err != nil {
			return err
		}
		sources = append(sources, c)
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		_, err := s.d.Conversations.Merge(ctx, tx, by, scope, into, sources)
		return err
	})
}

// unmerge C undoes the newest merge into a conversation.
func (s *Scenario) unmerge(words []string, _ string) error {
	into, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		opened, err := s.d.Conversations.Open(ctx, tx, scope, into, func(string) bool { return false })
		if err != nil {
			return err
		}
		if len(opened.Merges) == 0 {
			return desk.Refuse(desk.NotFound, "nothing was merged")
		}
		_, err = s.d.Conversations.UndoMerge(ctx, tx, by, scope, opened.Merges[len(opened.Merges)-1].ID)
		return err
	})
}
