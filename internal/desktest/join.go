package desktest

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/purchase"
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

// link C KIND OTHER links two conversations: the other is to the first what the kind says.
func (s *Scenario) link(words []string, _ string) error {
	from, err := s.conversation(words[0])
	if err != nil {
		return err
	}
	to, err := s.conversation(words[2])
	if err != nil {
		return err
	}
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope) error {
		return s.d.Conversations.Link(ctx, tx, by, scope, from, to, conversation.LinkKind(words[1]))
	})
}

// purchase ADDRESS NUMBER STATUS records what somebody bought, or how far it is.
func (s *Scenario) purchase(words []string, _ string) error {
	return s.act("", func(ctx context.Context, tx *db.Tx, by desk.Actor, _ desk.Scope) error {
		_, outcome, err := s.d.Purchases.Put(ctx, tx, by, purchase.Facts{Source: "test", ExternalID: words[1], Number: words[1], Email: words[0],
			Status: desk.PurchaseStatus(words[2]), Currency: "EUR", Total: 1000, PlacedAt: tx.Now})
		s.tell("%s", outcome)
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
