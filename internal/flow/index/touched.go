package index

import (
	"context"
	"maps"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// touched is what events say has to be indexed again.
type touched struct {
	messages      map[desk.MessageID]bool
	conversations map[desk.ConversationID]bool
	customers     map[desk.CustomerID]bool
	people        map[desk.CustomerID]bool // themselves, where customers are their conversations too
	purchases     map[desk.PurchaseID]bool
	takenOut      bool
}

// unseen are facts that search shows nothing of: how far a mail has come, who reads and follows.
var unseen = map[desk.EventKind]bool{
	desk.MessageSent: true, desk.MessageFailed: true, desk.MessageBounced: true, desk.MessageUnsure: true, desk.FollowerAdded: true,
	desk.FollowerRemoved: true, desk.AgentMentioned: true, desk.PeopleTold: true, desk.ReadMarked: true, desk.DraftSaved: true, desk.ConversationsLinked: true,
	desk.ParticipantAdded: true, desk.ParticipantRemoved: true, desk.PriorityChanged: true, desk.AcknowledgementQueued: true,
	desk.ConversationOpened: true, // its messages are told of by themselves
}

// about are facts about one message alone; all others of a conversation are about every message in it.
var about = map[desk.EventKind]bool{
	desk.MessageReceived: true, desk.MessageQueued: true, desk.MessageCancelled: true, desk.MessageMoved: true, desk.MessageRedacted: true,
	desk.MessageErased: true, desk.FilesRead: true, desk.NoteAdded: true, desk.RecordAdded: true,
}

func touchedBy(events []desk.Event) touched {
	t := touched{map[desk.MessageID]bool{}, map[desk.ConversationID]bool{}, map[desk.CustomerID]bool{}, map[desk.CustomerID]bool{}, map[desk.PurchaseID]bool{}, false}
	for _, e := range events {
		switch e.SubjectKind {
		case desk.AboutCustomer:
			t.people[desk.CustomerID(e.Subject)] = true
		case desk.AboutPurchase:
			t.purchases[desk.PurchaseID(e.Subject)] = true
		}
		switch {
		case unseen[e.Kind]:
		case e.Kind == desk.CustomerUpdated:
			t.customers[desk.CustomerID(e.Subject)] = true
		case about[e.Kind] && e.Message != 0:
			t.messages[e.Message] = true
		case e.Conversation != 0:
			t.conversations[e.Conversation] = true
		}
		t.takenOut = t.takenOut || e.Kind == desk.MessageRedacted || e.Kind == desk.MessageErased
	}
	return t
}

// each calls slice with the messages that have to be indexed again, each once, and returns those that are left for the last.
func (x *Index) each(ctx context.Context, t touched, slice func([]desk.MessageID) error) (last []desk.MessageID, err error) {
	done := map[desk.MessageID]bool{}
	add := func(ids []desk.MessageID) error {
		for _, id := range ids {
			if done[id] {
				continue
			}
			done[id] = true
			if last = append(last, id); len(last) == sliceAtOnce {
				if err := slice(last); err != nil {
					return err
				}
				last = nil
			}
		}
		return nil
	}
	if err := add(slices.Sorted(maps.Keys(t.messages))); err != nil {
		return nil, err
	}
	whole := func(id desk.ConversationID) error {
		return pages(ctx, x.DB, func(tx *db.Tx, after desk.MessageID) ([]desk.MessageID, error) {
			return x.Conversations.MessagesOf(ctx, tx, id, after, messagesAtOnce)
		}, add)
	}
	for _, id := range slices.Sorted(maps.Keys(t.conversations)) {
		if err := whole(id); err != nil {
			return nil, err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(t.customers)) {
		err := pages(ctx, x.DB, func(tx *db.Tx, after desk.ConversationID) ([]desk.ConversationID, error) {
			return x.Conversations.ConversationsOf(ctx, tx, id, after, messagesAtOnce)
		}, func(list []desk.ConversationID) error {
			for _, c := range list {
				if t.conversations[c] {
					continue
				}
				if err := whole(c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return last, nil
}

// pages reads a list of ids page by page, each outside of any transaction of use.
func pages[T ~int64](ctx context.Context, d *db.DB, read func(tx *db.Tx, after T) ([]T, error), use func([]T) error) error {
	for after := T(0); ; {
		var page []T
		err := d.Read(ctx, func(tx *db.Tx) (err error) {
			page, err = read(tx, after)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		if err := use(page); err != nil {
			return err
		}
		if after = page[len(page)-1]; len(page) < messagesAtOnce {
			return nil
		}
	}
}
