package conversation

import (
	"context"
	"errors"
	"fmt"

	"database/sql"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Receipt is a message of a customer, and when it reached the house.
type Receipt struct {
	Message desk.MessageID
	At      desk.Time
}

// FirstReceipt returns what a person outside wrote first in a conversation, or the given message where it is one of those. ok is false where nobody wrote.
func (s *Service) FirstReceipt(ctx context.Context, tx *db.Tx, id desk.ConversationID, message desk.MessageID) (r Receipt, ok bool, err error) {
	err = tx.Row(ctx, `
		SELECT m.id, COALESCE((SELECT a.received_at FROM arrival a WHERE a.id = m.arrival), m.at) FROM message m
		WHERE m.conversation = $1 AND m.kind = 'incoming' AND m.automatic = '' AND (m.id = $2 OR $2 = 0) ORDER BY m.at, m.id LIMIT 1`, id, message).Scan(&r.Message, &r.At)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("what was received first in conversation %s: %w", id, err)
	}
	return r, true, nil
}

// Written is an outgoing message as far as it may be an answer that the law asks for.
type Written struct {
	Conversation desk.ConversationID // in which it lies
	At           desk.Time
	ByPerson     bool      // an agent wrote it to people outside
	Delivered    desk.Time // when the customer's server, or ours, was known to have taken it for the customer; 0 while that is not known, and where it came back
}

// WrittenAnswer returns what is known of a message; ok is false where it is none that goes out. It is delivered where a recipient got it who is the customer, or takes part for himself and
// is not only copied in.
func (s *Service) WrittenAnswer(ctx context.Context, tx *db.Tx, id desk.MessageID) (w Written, ok bool, err error) {
	err = tx.Row(ctx, `
		SELECT m.conversation, m.at, m.author_kind = 'agent' AND m.automatic = '' AND m.state <> 'cancelled' AND m.channel = 'email',
			COALESCE((SELECT MIN(d.updated_at) FROM delivery d WHERE d.message = m.id AND d.state = 'sent' AND (
				EXISTS (SELECT 1 FROM participant p WHERE p.conversation = m.conversation AND p.role <> 'cc' AND p.address_key = lower(d.recipient))
				OR EXISTS (SELECT 1 FROM address a JOIN conversation c ON c.customer = a.customer WHERE c.id = m.conversation AND a.kind = 'email' AND a.value_key = lower(d.recipient)))), 0)
		FROM message m WHERE m.id = $1 AND m.kind = 'outgoing'`, id).Scan(&w.Conversation, &w.At, &w.ByPerson, &w.Delivered)
	if errors.Is(err, sql.ErrNoRows) {
		return w, false, nil
	}
	if err != nil {
		return w, false, fmt.Errorf("what became of message %s: %w", id, err)
	}
	return w, true, nil
}
