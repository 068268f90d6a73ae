package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// period is work that comes again and again.
type period struct {
	name     string
	interval time.Duration
	payload  Payload
	opts     []Option
}

const periodSignal = "jobs.periods"

// Every has a job enqueued each interval, once for the whole cluster, the first at once. Times that passed while no node ran are not made up for, and
// no second job of that name is added while one waits. name is never changed once released. It is called before Run.
func (w *Workers) Every(name string, interval time.Duration, p Payload, opts ...Option) {
	w.every = append(w.every, period{name, interval, p, append([]Option{Unique("every " + name)}, opts...)})
}

// runPeriods enqueues what is due and sleeps until the next.
func (w *Workers) runPeriods(ctx context.Context) {
	if len(w.every) == 0 {
		return
	}
	woken, stop := w.db.Listen(periodSignal)
	defer stop()
	for {
		next, err := w.enqueueDue(ctx)
		wait := max(next.Sub(w.db.Now()), 0) + time.Millisecond
		if err != nil {
			if ctx.Err() == nil {
				w.log.Warn("periodic jobs not enqueued", "error", err)
			}
			wait = 5 * time.Second
		}
		select {
		case <-ctx.Done():
			return
		case <-woken:
		case <-time.After(wait):
		}
	}
}

// enqueueDue enqueues each period that is due and returns when the next one is.
func (w *Workers) enqueueDue(ctx context.Context) (next desk.Time, err error) {
	next = desk.Never
	for _, p := range w.every {
		at, err := w.enqueuePeriod(ctx, p)
		if err != nil {
			return 0, fmt.Errorf("periodic job %s: %w", p.name, err)
		}
		next = min(next, at)
	}
	return next, nil
}

func (w *Workers) enqueuePeriod(ctx context.Context, p period) (next desk.Time, err error) {
	err = w.db.Ask(ctx, "SELECT next_at FROM job_period WHERE name = $1", p.name).Scan(&next)
	if err == nil && next > w.db.Now() && next <= w.db.Now().Add(2*p.interval) {
		return next, nil
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	err = w.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO job_period (name, next_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", p.name, tx.Now)
		if err != nil {
			return err
		}
		// One node wins: for the others the row has moved on. A time far ahead is of a longer interval in an earlier release; up to two intervals it may
		// be that of a node whose clock is ahead.
		err = tx.Row(ctx, `UPDATE job_period SET next_at = $2
			WHERE name = $1 AND (next_at <= $3 OR next_at > $4) RETURNING next_at`,
			p.name, tx.Now.Add(p.interval), tx.Now, tx.Now.Add(2*p.interval)).Scan(&next)
		if errors.Is(err, sql.ErrNoRows) {
			return tx.Row(ctx, "SELECT next_at FROM job_period WHERE name = $1", p.name).Scan(&next)
		}
		if err != nil {
			return err
		}
		_, err = Enqueue(ctx, tx, tx.Now, p.payload, p.opts...)
		return err
	})
	return next, err
}
