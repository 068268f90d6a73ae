package conversation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Owed is something that has to be done in a conversation by a time, and that another feature counts to: its due time takes part in when the conversation is due.
type Owed struct {
	Conversation desk.ConversationID // it was made for; where that was merged, what it lives in is due by it
	What         string              // one of desk.OwedCommitment and desk.OwedStatute
	Ref          int64               // which one, of its feature
	Due          desk.Time           // 0 where it is not owed any more; it stays when it is past
	Soon         desk.Time           // from when it is close; 0 where nobody says
}

// Owe keeps what is owed, and works out anew when the conversation is due. That is told by desk.ClocksChanged where it changed.
func (s *Service) Owe(ctx context.Context, tx *db.Tx, o Owed) error {
	c, err := hold(ctx, tx, o.Conversation)
	if err != nil {
		return err
	}
	if o.Due == 0 {
		_, err = tx.Exec(ctx, `DELETE FROM owed WHERE conversation = $1 AND what = $2 AND ref = $3`, o.Conversation, o.What, o.Ref)
	} else {
		_, err = tx.Exec(ctx, `INSERT INTO owed (conversation, what, ref, due_at, soon_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (conversation, what, ref) DO UPDATE SET due_at = excluded.due_at, soon_at = excluded.soon_at`, o.Conversation, o.What, o.Ref, o.Due, o.Soon)
	}
	if err != nil {
		return fmt.Errorf("what is owed in conversation %s: %w", o.Conversation, err)
	}
	at, what, soon := c.owedAt, c.owedFor, c.owedSoonAt
	if err := c.countOwed(ctx, tx); err != nil {
		return err
	}
	if at == c.owedAt && what == c.owedFor && soon == c.owedSoonAt {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE conversation SET owed_at = $2, owed_for = $3, owed_soon_at = $4 WHERE id = $1`, c.ID, c.owedAt, c.owedFor, c.owedSoonAt); err != nil {
		return fmt.Errorf("what is owed in conversation %s: %w", c.ID, err)
	}
	return c.reclock(ctx, tx)
}

// countOwed works out the first of what is owed in the conversation and in what was merged into it.
func (c *row) countOwed(ctx context.Context, tx *db.Tx) error {
	members, err := family(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	c.owedAt, c.owedFor, c.owedSoonAt = desk.Never, "", 0
	err = tx.Row(ctx, `SELECT due_at, what, soon_at FROM owed WHERE conversation IN `+db.In(len(members), 1)+` ORDER BY due_at, what, ref LIMIT 1`, db.Args(members)...).
		Scan(&c.owedAt, &c.owedFor, &c.owedSoonAt)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("what is owed in conversation %s: %w", c.ID, err)
	}
	return nil
}

// dueByOwed lets the first of what is owed say when the conversation is due, where nothing is due before it. What is finished is not due: who owes it is told by its feature.
func (c *row) dueByOwed() {
	if c.owedFor != "" && c.owedAt < c.DueAt && !c.Status.Finished() {
		c.DueAt, c.DueFor, c.DueSoonAt = c.owedAt, c.owedFor, c.owedSoonAt
	}
}
