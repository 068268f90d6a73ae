package conversation

import (
	"context"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/platform/db"
	"tellus/internal/platform/htmltext"
)

// Acknowledge queues the automatic acknowledgement of a conversation, once; it reports whether it did. text is plain.
func (s *Service) Acknowledge(ctx context.Context, tx *db.Tx, from Sender, id desk.ConversationID, subject, text string) (bool, error) {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return false, err
	}
	if c.acknowledgedAt != 0 || c.Spam || !strings.Contains(c.Address, "@") {
		return false, nil
	}
	answers, err := lastIncomingMail(ctx, tx, c.ID)
	if err != nil {
		return false, err
	}
	to := []desk.NamedAddress{{Name: c.CustomerName, Address: c.Address}}
	if _, err := s.queue(ctx, tx, from, c, outgoing{Reply: Reply{HTML: htmltext.FromText(text), To: to}, subject: subject, answers: answers, automatic: true}); err != nil {
		return false, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO automatic_answer (address_key, conversation, at) VALUES ($1, $2, $3)`,
		strings.ToLower(c.Address), c.ID, tx.Now); err != nil {
		return false, fmt.Errorf("note the acknowledgement: %w", err)
	}
	c.acknowledgedAt = tx.Now
	c.did(deadline.Acknowledged)
	return true, c.save(ctx, tx)
}

// AutomaticAnswersTo counts the mails that went to an address by themselves since a time: what the cap is held against.
func (s *Service) AutomaticAnswersTo(ctx context.Context, tx *db.Tx, address string, since desk.Time) (n int, err error) {
	err = tx.Row(ctx, `SELECT count(*) FROM automatic_answer WHERE address_key = $1 AND at > $2`, db.Text(strings.ToLower(address)), since).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count automatic answers: %w", err)
	}
	return n, nil
}

// DropAutomaticAnswers forgets at most limit counts of automatic answers from before a time; it returns how many.
func (s *Service) DropAutomaticAnswers(ctx context.Context, tx *db.Tx, before desk.Time, limit int) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM automatic_answer WHERE id IN (SELECT id FROM automatic_answer WHERE at < $1 LIMIT $2)`, before, limit)
	if err != nil {
		return 0, fmt.Errorf("drop counts of automatic answers: %w", err)
	}
	return int(n), nil
}
