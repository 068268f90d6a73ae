package conversation

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// AnswerByRule queues a rule's answer to the customer, marked as automatic, so that no other machine answers it (RFC 3834). It is counted with the acknowledgements. It is no
// person's answer: no clock is met by it, the customer goes on waiting, and nobody takes the conversation.
func (s *Service) AnswerByRule(ctx context.Context, tx *db.Tx, from Sender, id desk.ConversationID, html string) error {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return err
	}
	answers, err := lastIncomingMail(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	to := []desk.NamedAddress{{Name: c.CustomerName, Address: c.Address}}
	if _, err := s.queue(ctx, tx, from, c, outgoing{Reply: Reply{HTML: html, To: to}, subject: answerSubject(c.Subject, c.Number), answers: answers, automatic: true}); err != nil {
		return err
	}
	return countAutomatic(ctx, tx, c)
}

// ByMachine reports whether a message that came in, or the newest that did in its conversation, was written by a machine or may not be answered by one. message is 0 where
// none is meant.
func (s *Service) ByMachine(ctx context.Context, tx *db.Tx, id desk.ConversationID, message desk.MessageID) (machine bool, err error) {
	rows, err := tx.Query(ctx, `
		SELECT automatic, facts
		FROM message
		WHERE kind = 'incoming' AND conversation = $1 AND (id = $2 OR id = (SELECT MAX(id) FROM message WHERE conversation = $1 AND kind = 'incoming'))`, id, message)
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var automatic, text string
		if err := r.Scan(&automatic, &text); err != nil {
			return err
		}
		var known facts
		err := json.Unmarshal([]byte(text), &known)
		machine = machine || automatic != "" || known.NoReply
		return err
	})
	if err != nil {
		return false, fmt.Errorf("who wrote to conversation %s: %w", id, err)
	}
	return machine, nil
}

// Writable reports whether a mail can be written to a conversation's address.
func Writable(c desk.Conversation) bool {
	return strings.Contains(c.Address, "@") && !strings.HasSuffix(strings.ToLower(c.Address), ".invalid")
}
