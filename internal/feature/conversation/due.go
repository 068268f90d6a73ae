package conversation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

// customerWaits starts the wait for an answer, unless one runs already. When that is due is worked out as the row is saved.
func (c *row) customerWaits(since desk.Time, answerWithin int) {
	if c.WaitingSince == 0 {
		c.WaitingSince, c.undue, c.within = since, true, answerWithin
	}
}

// dueByInbox sets when the inbox's promise to answer runs out for who waits: so many minutes of the hours that the conversation goes by, by the clock where it goes by none. It
// is the one place that says so.
func (c *row) dueByInbox(ctx context.Context, tx *db.Tx, d *definitions) error {
	within := c.within
	if !c.undue || within < 0 {
		if err := tx.Row(ctx, `SELECT answer_within FROM inbox WHERE id = $1`, c.Inbox).Scan(&within); err != nil {
			return fmt.Errorf("what inbox %s promises: %w", c.Inbox, err)
		}
	}
	if c.undue, c.DueAt = false, desk.Never; within <= 0 || c.WaitingSince == 0 {
		return nil
	}
	open, ok, err := d.book.Open(d.book.Of(c.Inbox, c.Team), tx.Now)
	if err != nil {
		return err
	}
	span := time.Duration(within) * time.Minute
	if c.DueAt = c.WaitingSince.Add(span); ok {
		c.DueAt = open.Due(c.WaitingSince, span)
	}
	return nil
}

// movedHours reports whether the conversation goes by another calendar since it was loaded, as its team changed.
func (c *row) movedHours(d *definitions) bool {
	return c.ID != 0 && c.Team != c.before.team && d.book.Of(c.Inbox, c.Team) != d.book.Of(c.Inbox, c.before.team)
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
	if tx.Postgres() { // conversations that begin at this moment are waited for: either they see the change, or this work sees them
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(7340034)`); err != nil {
			return fmt.Errorf("wait for conversations that begin: %w", err)
		}
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO due_work (id, turn, last, total, done)
		VALUES (1, 1, 0, (SELECT COALESCE(max(id), 0) FROM conversation), 0)
		ON CONFLICT (id) DO UPDATE SET turn = due_work.turn + 1, last = 0, total = excluded.total, done = 0`); err != nil {
		return fmt.Errorf("begin to work out what is due: %w", err)
	}
	return nil
}

// RedueAll is BeginRedue with the job that does it.
func (s *Service) RedueAll(ctx context.Context, tx *db.Tx) error {
	if err := s.BeginRedue(ctx, tx); err != nil {
		return err
	}
	return jobs.EnqueueSoon(ctx, tx, tx.Now, Redue{}, jobs.Unique("all"))
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
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return false, err
	}
	text := `SELECT id FROM conversation WHERE id > $1 AND id <= $2 AND waiting_since <> 0 AND shelf <> 5 ORDER BY id LIMIT $3`
	if d.promises { // clocks may run where nobody waits for an answer
		text = `SELECT id FROM conversation WHERE id > $1 AND id <= $2 AND (waiting_since <> 0 AND shelf <> 5 OR shelf IN (0, 1)) ORDER BY id LIMIT $3`
	}
	rows, err := tx.Query(ctx, text, last, until, limit)
	ids, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.ConversationID) error { return r.Scan(id) })
	if err != nil {
		return false, fmt.Errorf("who waits for an answer: %w", err)
	}
	for _, id := range ids {
		if err := reclock(ctx, tx, id); err != nil {
			return false, fmt.Errorf("work out when conversation %s is due: %w", id, err)
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
