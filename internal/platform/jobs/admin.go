package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Info is a job as the administrator sees it.
type Info struct {
	ID        desk.JobID      `json:"id"`
	Kind      string          `json:"kind"`
	Queue     string          `json:"queue"`
	Payload   json.RawMessage `json:"payload"`
	Attempts  int             `json:"attempts"`
	LastError string          `json:"lastError"`
	CreatedAt desk.Time       `json:"createdAt"`
	DiedAt    desk.Time       `json:"diedAt"`
}

// Dead lists jobs that gave up, the latest first, below a job's (diedAt, id), which are Never for the first page.
func Dead(ctx context.Context, tx *db.Tx, diedBefore desk.Time, idBefore desk.JobID, limit int) ([]Info, error) {
	rows, err := tx.Query(ctx, `SELECT id, kind, queue, payload, attempt, last_error, created_at, died_at FROM job
		WHERE state = 'dead' AND (died_at, id) < ($1, $2)
		ORDER BY died_at DESC, id DESC LIMIT $3`, diedBefore, idBefore, limit)
	list, err := db.Rows(rows, err, func(r *sql.Rows, i *Info) error {
		var payload string
		err := r.Scan(&i.ID, &i.Kind, &i.Queue, &payload, &i.Attempts, &i.LastError, &i.CreatedAt, &i.DiedAt)
		i.Payload = json.RawMessage(payload)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list dead jobs: %w", err)
	}
	return list, nil
}

// Retry gives a dead job all its attempts again, at once. It refuses with NotFound where no such job is dead.
func Retry(ctx context.Context, tx *db.Tx, id desk.JobID) error {
	var queue string
	err := tx.Row(ctx, "SELECT queue FROM job WHERE id = $1 AND state = 'dead' FOR UPDATE", id).Scan(&queue)
	if errors.Is(err, sql.ErrNoRows) {
		return desk.Refuse(desk.NotFound, "no dead job %d", id)
	}
	if err != nil {
		return fmt.Errorf("retry job %d: %w", id, err)
	}
	return toReady(ctx, tx, queue, "id = $1 AND state = 'dead'", []any{id}, tx.Now, 0, "")
}

// Discard deletes a dead job. It refuses with NotFound where no such job is dead.
func Discard(ctx context.Context, tx *db.Tx, id desk.JobID) error {
	n, err := tx.Exec(ctx, "DELETE FROM job WHERE id = $1 AND state = 'dead'", id)
	if err != nil {
		return fmt.Errorf("discard job %d: %w", id, err)
	}
	if n == 0 {
		return desk.Refuse(desk.NotFound, "no dead job %d", id)
	}
	return nil
}

// Cancel deletes a job that waits, and reports whether it did: false where it runs, is dead, or is done.
func Cancel(ctx context.Context, tx *db.Tx, id desk.JobID) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM job WHERE id = $1 AND state = 'ready'", id)
	if err != nil {
		return false, fmt.Errorf("cancel job %d: %w", id, err)
	}
	return n == 1, nil
}

// Backlog tells how a queue stands.
type Backlog struct {
	Queue   string        `json:"queue"`
	Ready   int64         `json:"ready"` // due now
	Later   int64         `json:"later"`
	Running int64         `json:"running"`
	Dead    int64         `json:"dead"`
	Oldest  time.Duration `json:"oldest"` // how long the longest due job has waited
}

// Backlogs lists the queues that have jobs, by name.
func Backlogs(ctx context.Context, tx *db.Tx) ([]Backlog, error) {
	rows, err := tx.Query(ctx, `SELECT queue,
			COUNT(*) FILTER (WHERE state = 'ready' AND run_at <= $1), COUNT(*) FILTER (WHERE state = 'ready' AND run_at > $1),
			COUNT(*) FILTER (WHERE state = 'running'), COUNT(*) FILTER (WHERE state = 'dead'),
			COALESCE(MIN(run_at) FILTER (WHERE state = 'ready' AND run_at <= $1), $1)
		FROM job GROUP BY queue ORDER BY queue`, tx.Now)
	list, err := db.Rows(rows, err, func(r *sql.Rows, b *Backlog) error {
		var oldest desk.Time
		err := r.Scan(&b.Queue, &b.Ready, &b.Later, &b.Running, &b.Dead, &oldest)
		b.Oldest = tx.Now.Sub(oldest)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	return list, nil
}

// Drain enqueues the periodic work that is due and runs all due jobs one after the other, those that they enqueue included, until none is left. It is for
// tests and one-off commands, which have no Run beside it.
func (w *Workers) Drain(ctx context.Context) error {
	if _, err := w.enqueueDue(ctx); err != nil {
		return err
	}
	for again := true; again; {
		again = false
		for queue := range w.queues() {
			tasks, err := w.lease(ctx, queue, 50)
			if err != nil {
				return err
			}
			for _, t := range tasks {
				again = true
				w.perform(ctx, t)
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
