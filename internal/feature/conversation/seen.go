package conversation

import (
	"context"
	"database/sql"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Seen is a row with what decides who may see it and for whom it is unread.
type Seen struct {
	Row          desk.Conversation
	LastIncoming desk.MessageID
	Named        []desk.AgentID // the only people who see it, where it is restricted
	Read         map[desk.AgentID]desk.MessageID
}

// SeenBy returns the rows of conversations, those that were merged into another aside, with the read marks of agents: the live feed builds each row once and decides for each browser.
func (s *Service) SeenBy(ctx context.Context, tx *db.Tx, ids []desk.ConversationID, agents []desk.AgentID) ([]Seen, error) {
	var q query
	q.WriteString(`SELECT ` + rowColumns + ` FROM conversation c WHERE c.shelf <> 5 AND c.id IN ` + list(&q, ids))
	rows, err := tx.Query(ctx, q.String(), q.args...)
	found, err := db.Rows(rows, err, func(r *sql.Rows, s *Seen) error {
		var full row
		if err := full.scan(r); err != nil {
			return err
		}
		s.Row, s.LastIncoming, s.Read = full.Conversation, full.lastIncoming, map[desk.AgentID]desk.MessageID{}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load rows: %w", err)
	}
	byID := map[desk.ConversationID]*Seen{}
	for i := range found {
		byID[found[i].Row.ID] = &found[i]
		if found[i].Row.Restricted {
			if found[i].Named, err = accessOf(ctx, tx, found[i].Row.ID); err != nil {
				return nil, err
			}
		}
	}
	var marks query
	marks.WriteString(`SELECT agent, conversation, message FROM read_mark WHERE conversation IN ` + list(&marks, ids) + ` AND agent IN ` + list(&marks, agents))
	rows, err = tx.Query(ctx, marks.String(), marks.args...)
	type mark struct {
		agent        desk.AgentID
		conversation desk.ConversationID
		message      desk.MessageID
	}
	read, err := db.Rows(rows, err, func(r *sql.Rows, m *mark) error { return r.Scan(&m.agent, &m.conversation, &m.message) })
	if err != nil {
		return nil, fmt.Errorf("load read marks: %w", err)
	}
	for _, m := range read {
		if s := byID[m.conversation]; s != nil {
			s.Read[m.agent] = m.message
		}
	}
	return found, nil
}

// Received returns what became of a mail that came before, and whether one did. A nil identity is nobody's.
func (s *Service) Received(ctx context.Context, tx *db.Tx, inbox desk.InboxID, identity []byte) (Received, bool, error) {
	return alreadySeen(ctx, tx, Incoming{Inbox: desk.Inbox{ID: inbox}, Identity: identity})
}
