package conversation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/feature/hours"
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
	at, what, soon := c.owedAt, c.Owes, c.owedSoonAt
	if err := c.countOwed(ctx, tx); err != nil {
		return err
	}
	if at == c.owedAt && what == c.Owes && soon == c.owedSoonAt {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE conversation SET owed_at = $2, owed_for = $3, owed_soon_at = $4 WHERE id = $1`, c.ID, c.owedAt, c.Owes, c.owedSoonAt); err != nil {
		return fmt.Errorf("what is owed in conversation %s: %w", c.ID, err)
	}
	return c.reclock(ctx, tx, false)
}

// countOwed works out the first of what is owed in the conversation and in what was merged into it.
func (c *row) countOwed(ctx context.Context, tx *db.Tx) error {
	members, err := family(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	c.owedAt, c.Owes, c.owedSoonAt = desk.Never, "", 0
	err = tx.Row(ctx, `SELECT due_at, what, soon_at FROM owed WHERE conversation IN `+db.In(len(members), 1)+` ORDER BY due_at, what, ref LIMIT 1`, db.Args(members)...).
		Scan(&c.owedAt, &c.Owes, &c.owedSoonAt)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("what is owed in conversation %s: %w", c.ID, err)
	}
	return nil
}

// ownDue is when the conversation would be due if nothing were owed in it.
func (c *row) ownDue() desk.Time {
	if c.DueFor == desk.OwedCommitment || c.DueFor == desk.OwedStatute {
		return c.ownDueAt
	}
	return c.DueAt
}

// withoutOwed makes the conversation due as if nothing were owed in it, until it is saved. Whoever sets when it is due, or notes it down, calls it before.
func (c *row) withoutOwed() {
	if c.DueFor == desk.OwedCommitment || c.DueFor == desk.OwedStatute {
		c.DueAt, c.DueFor, c.DueSoonAt = c.ownDueAt, c.ownDueFor, c.ownDueSoonAt
	}
	c.ownDueAt, c.ownDueFor, c.ownDueSoonAt = 0, "", 0
}

// dueByOwed lets the first of what is owed say when the conversation is due, where nothing is due before it. What is finished is not due: who owes it is told by its feature.
func (c *row) dueByOwed() {
	if c.Owes != "" && c.owedAt < c.DueAt && !c.Status.Finished() {
		c.ownDueAt, c.ownDueFor, c.ownDueSoonAt = c.DueAt, c.DueFor, c.DueSoonAt
		c.DueAt, c.DueFor, c.DueSoonAt = c.owedAt, c.Owes, c.owedSoonAt
	}
}

// Home returns the conversation itself, or the one that it was merged into, and its team, whoever may see it.
func (s *Service) Home(ctx context.Context, tx *db.Tx, id desk.ConversationID) (home desk.ConversationID, team desk.TeamID, err error) {
	if home, err = livesIn(ctx, tx, id); err != nil {
		return 0, 0, err
	}
	if err := tx.Row(ctx, `SELECT COALESCE(team, 0) FROM conversation WHERE id = $1`, home).Scan(&team); err != nil {
		return 0, 0, fmt.Errorf("where conversation %s is: %w", id, err)
	}
	return home, team, nil
}

// OpenHours are the hours that a conversation goes by; false where nobody said when it is open.
func (s *Service) OpenHours(ctx context.Context, tx *db.Tx, c desk.Conversation) (hours.Hours, bool, error) {
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return hours.Hours{}, false, err
	}
	return d.book.Open(d.book.Of(c.Inbox, c.Team), tx.Now)
}

// Where returns the conversation that a message is in, 0 where there is no such message.
func (s *Service) Where(ctx context.Context, tx *db.Tx, message desk.MessageID) (in desk.ConversationID, err error) {
	if _, err := oneOf(tx.Row(ctx, `SELECT conversation FROM message WHERE id = $1`, message).Scan(&in)); err != nil {
		return 0, fmt.Errorf("message %s: %w", message, err)
	}
	return in, nil
}
