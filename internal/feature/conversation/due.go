package conversation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/hours"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// dueAt is when an inbox's promise to answer runs out for who waits since an instant: so many minutes of its opening hours, by the clock where it has none. It is the
// one place that says so.
func dueAt(ctx context.Context, tx *db.Tx, inbox desk.InboxID, since desk.Time, answerWithin int) (desk.Time, error) {
	if answerWithin <= 0 {
		return desk.Never, nil
	}
	within := time.Duration(answerWithin) * time.Minute
	open, ok, err := hours.OfInbox(ctx, tx, inbox)
	if err != nil {
		return 0, err
	}
	if !ok {
		return since.Add(within), nil
	}
	return open.Due(since, within), nil
}

// customerWaits starts the wait for an answer, unless one runs already.
func (c *row) customerWaits(ctx context.Context, tx *db.Tx, since desk.Time, answerWithin int) (err error) {
	if c.WaitingSince != 0 {
		return nil
	}
	c.WaitingSince = since
	c.DueAt, err = dueAt(ctx, tx, c.Inbox, since, answerWithin)
	return err
}

// Redue is the job that works out anew what is due, after opening hours changed.
type Redue struct{}

// JobKind names the job.
func (Redue) JobKind() string { return "conversation.redue" }

// stretch is how many ids one slice of that work looks through: most conversations wait for nothing.
const stretch = 5000

// DueWork is how far working out anew what is due has come.
type DueWork struct {
	Total int64 `json:"total"`
	Done  int64 `json:"done"`
}

// BeginRedue has what is due worked out anew from the first conversation on; where that is under way, it begins again.
func (s *Service) BeginRedue(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, `
		INSERT INTO due_work (id, turn, last, total, done)
		VALUES (1, 1, 0, (SELECT COALESCE(max(id), 0) FROM conversation), 0)
		ON CONFLICT (id) DO UPDATE SET turn = due_work.turn + 1, last = 0, total = excluded.total, done = 0`); err != nil {
		return fmt.Errorf("begin to work out what is due: %w", err)
	}
	return nil
}

// DueWork returns how far it has come, in conversations looked at; all zero where nothing is under way.
func (s *Service) DueWork(ctx context.Context, tx *db.Tx) (w DueWork, err error) {
	err = tx.Row(ctx, `SELECT total, last FROM due_work WHERE id = 1 AND last < total`).Scan(&w.Total, &w.Done)
	if errors.Is(err, sql.ErrNoRows) {
		return DueWork{}, nil
	}
	if err != nil {
		return w, fmt.Errorf("how far is what is due: %w", err)
	}
	return w, nil
}

// RedueSlice works out anew when some conversations are due, at most limit of them. more is false where all are done.
func (s *Service) RedueSlice(ctx context.Context, tx *db.Tx, limit int) (more bool, err error) {
	var last, total int64
	err = tx.Row(ctx, `SELECT last, total FROM due_work WHERE id = 1 FOR UPDATE`).Scan(&last, &total)
	if errors.Is(err, sql.ErrNoRows) || err == nil && last >= total {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("what is due: %w", err)
	}
	until := min(last+stretch, total)
	rows, err := tx.Query(ctx, `SELECT id FROM conversation WHERE id > $1 AND id <= $2 AND waiting_since <> 0 AND shelf <> 5 ORDER BY id LIMIT $3`, last, until, limit)
	ids, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.ConversationID) error { return r.Scan(id) })
	if err != nil {
		return false, fmt.Errorf("who waits for an answer: %w", err)
	}
	for _, id := range ids {
		if err := redue(ctx, tx, id); err != nil {
			return false, err
		}
	}
	if len(ids) == limit {
		until = int64(ids[len(ids)-1])
	}
	if _, err := tx.Exec(ctx, `UPDATE due_work SET last = $1, done = done + $2 WHERE id = 1`, until, len(ids)); err != nil {
		return false, fmt.Errorf("what is due: %w", err)
	}
	return until < total, nil
}

// redue works out anew when a conversation is due that somebody waits in.
func redue(ctx context.Context, tx *db.Tx, id desk.ConversationID) error {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return err
	}
	if c.WaitingSince == 0 || c.DueFor != "" { // what a service level policy promises goes by itself
		return nil
	}
	var within int
	if err := tx.Row(ctx, `SELECT answer_within FROM inbox WHERE id = $1`, c.Inbox).Scan(&within); err != nil {
		return fmt.Errorf("what inbox %s promises: %w", c.Inbox, err)
	}
	due, err := dueAt(ctx, tx, c.Inbox, c.WaitingSince, within)
	if err != nil || due == c.DueAt {
		return err
	}
	c.DueAt = due
	if err := c.save(ctx, tx); err != nil {
		return err
	}
	return eventlog.Append(ctx, tx, c.event(desk.System, desk.DueMoved, nil))
}
