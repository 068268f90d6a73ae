package jobs

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// kindNames returns the registered kinds in order, so that the statement's text is always the same. An option may have put a kind into any
// queue, so all kinds count for all queues.
func (w *Workers) kindNames() []string {
	names := make([]string, 0, len(w.kinds))
	for name := range w.kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// lease takes up to n due jobs of a queue in one transaction, the longest due first.
func (w *Workers) lease(ctx context.Context, queue string, n int) ([]*task, error) {
	w.mu.Lock()
	w.batch++
	leasedBy := fmt.Sprintf("%s.%d", w.token, w.batch) // never twice: SQLite may number a new job as an old one
	w.mu.Unlock()
	names := w.kindNames()
	var tasks []*task
	err := w.db.Write(ctx, func(tx *db.Tx) error {
		next := `SELECT id FROM job
			WHERE queue = $1 AND state = 'ready' AND run_at <= $2 AND kind IN ` + db.In(len(names), 6) + `
			ORDER BY run_at, id LIMIT $3 FOR UPDATE SKIP LOCKED`
		among := "IN (" + next + ")"
		if tx.Postgres() {
			// An array is looked up by key. Of a subquery PostgreSQL does not know how few rows it gives: it read the whole table, 40 ms at a backlog of ten thousand.
			among = "= ANY (ARRAY(" + next + "))"
		}
		rows, err := tx.Query(ctx, `
			UPDATE job SET state = 'running', attempt = attempt + 1, leased_by = $4, leased_until = `+tx.Clock()+` + $5
			WHERE id `+among+`
			RETURNING id, kind, payload, attempt, max_attempts, run_at, created_at`,
			db.Args(names, queue, tx.Now, n, leasedBy, w.o.Lease.Microseconds())...)
		tasks, err = db.Rows(rows, err, func(r *sql.Rows, t **task) error {
			*t = &task{w: w, queue: queue, leasedBy: leasedBy}
			return r.Scan(&(*t).id, &(*t).kind, &(*t).payload, &(*t).attempt, &(*t).max, &(*t).runAt, &(*t).created)
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("lease jobs: %w", err)
	}
	slices.SortFunc(tasks, func(a, b *task) int { return cmp.Or(cmp.Compare(a.runAt, b.runAt), cmp.Compare(a.id, b.id)) })
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range tasks {
		w.held[t.id] = t
	}
	return tasks, nil
}

// nextDue returns when the queue's next job runs, 0 where none waits.
func (w *Workers) nextDue(ctx context.Context, queue string) (at desk.Time, err error) {
	names := w.kindNames()
	err = w.db.Ask(ctx, "SELECT run_at FROM job WHERE queue = $1 AND state = 'ready' AND kind IN "+db.In(len(names), 2)+
		" ORDER BY run_at, id LIMIT 1", db.Args(names, queue)...).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return at, err
}

const mine = " WHERE id = $1 AND state = 'running' AND leased_by = $2"

func (t *task) complete(ctx context.Context, tx *db.Tx) error {
	err := tx.SoonRow(ctx, func(r *db.Row) error {
		var id desk.JobID
		err := r.Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			err = ErrLost
		}
		if err != nil {
			return fmt.Errorf("complete job %d: %w", t.id, err)
		}
		return nil
	}, "DELETE FROM job"+mine+" RETURNING id", t.id, t.leasedBy)
	if err != nil {
		return err
	}
	tx.AfterCommit(func() { t.ended.Store(true) })
	return nil
}

// back returns a job to its queue. Where a job with the same unique key waits there already, that one stands for both.
func (t *task) back(ctx context.Context, tx *db.Tx, runAt desk.Time, attempt int, problem string) error {
	return toReady(ctx, tx, t.queue, "id = $1 AND state = 'running' AND leased_by = $2", []any{t.id, t.leasedBy}, runAt, attempt, problem)
}

func toReady(ctx context.Context, tx *db.Tx, queue, where string, args []any, runAt desk.Time, attempt int, problem string) error {
	at := len(args)
	update := fmt.Sprintf(`UPDATE job SET state = 'ready', leased_by = '', leased_until = 0, run_at = $%d, attempt = $%d, last_error = $%d
		WHERE %s AND NOT EXISTS (SELECT 1 FROM job AS o
			WHERE o.kind = job.kind AND o.unique_key = job.unique_key AND o.unique_key <> '' AND o.state = 'ready')`, at+1, at+2, at+3, where)
	all := append(slices.Clone(args), runAt, attempt, db.Text(problem))
	var n int64
	err := tx.Savepoint(ctx, func() (err error) {
		n, err = tx.Exec(ctx, update, slices.Clone(all)...)
		return err
	})
	if err != nil && !db.IsUnique(err) {
		return fmt.Errorf("return job to its queue: %w", err)
	}
	if n == 0 || err != nil {
		if _, err := tx.Exec(ctx, "DELETE FROM job WHERE "+where, args...); err != nil {
			return fmt.Errorf("drop job for its double: %w", err)
		}
	}
	wakeAfter(tx, queue)
	return nil
}

// giveBack returns a job that was not begun, or was cut short because the node stops; the attempt does not count.
func (t *task) giveBack(ctx context.Context, tx *db.Tx) error {
	return t.back(ctx, tx, t.runAt, t.attempt-1, "")
}

func (t *task) putOff(ctx context.Context, tx *db.Tx, l *later) error {
	problem := ""
	if l.err != nil {
		problem = l.err.Error()
	}
	return t.back(ctx, tx, tx.Now.Add(l.after), t.attempt-1, problem)
}

func (t *task) fail(ctx context.Context, tx *db.Tx, cause error) error {
	var p *permanent
	if errors.As(cause, &p) || t.attempt >= t.max {
		t.w.log.Error("job gave up", "job", t.id, "kind", t.kind, "attempt", t.attempt, "error", firstLine(cause.Error()))
		n, err := tx.Exec(ctx, "UPDATE job SET state = 'dead', leased_by = '', leased_until = 0, died_at = $3, last_error = $4"+mine,
			t.id, t.leasedBy, tx.Now, problemText(cause.Error()))
		if err != nil || n == 0 {
			return err
		}
		return t.w.o.GaveUp(ctx, tx, t.id)
	}
	wait := backoff(t.attempt)
	t.w.log.Warn("job failed", "job", t.id, "kind", t.kind, "attempt", t.attempt, "again in", wait.Round(time.Millisecond), "error", firstLine(cause.Error()))
	return t.back(ctx, tx, tx.Now.Add(wait), t.attempt, problemText(cause.Error()))
}

// problemText bounds what is kept of an error.
func problemText(s string) string {
	if len(s) > 4000 {
		s = s[:4000]
	}
	return db.Text(s)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// backoff is the pause after an attempt: 1 s, 2 s, 4 s, … up to an hour, a quarter more or less, so that what failed together does not
// come back together. Twenty attempts last about eight hours.
func backoff(attempt int) time.Duration {
	d := min(time.Second<<min(attempt-1, 12), time.Hour)
	return d*3/4 + rand.N(d/2)
}

// tend renews the leases of running jobs and rescues those of dead nodes.
func (w *Workers) tend(ctx context.Context) {
	tick := time.NewTicker(w.o.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := w.renew(ctx); err != nil && ctx.Err() == nil {
			w.log.Warn("job leases not renewed", "error", err)
		}
		if err := w.rescue(ctx, false); err != nil && ctx.Err() == nil {
			w.log.Warn("abandoned jobs not looked for", "error", err)
		}
	}
}

// renew extends the leases of all held jobs, and ends the contexts of those that are no longer ours.
func (w *Workers) renew(ctx context.Context) error {
	w.mu.Lock()
	ids := make([]int64, 0, len(w.held))
	for id := range w.held {
		ids = append(ids, int64(id))
	}
	w.mu.Unlock()
	slices.Sort(ids)
	for chunk := range slices.Chunk(ids, 500) {
		ours := map[desk.JobID]string{}
		err := w.db.Write(ctx, func(tx *db.Tx) error {
			clear(ours)
			rows, err := tx.Query(ctx, "UPDATE job SET leased_until = "+tx.Clock()+" + $1 WHERE state = 'running' AND id IN "+
				db.In(len(chunk), 2)+" RETURNING id, leased_by", db.Args(chunk, w.o.Lease.Microseconds())...)
			_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
				var id desk.JobID
				var by string
				if err := r.Scan(&id, &by); err != nil {
					return err
				}
				ours[id] = by
				return nil
			})
			return err
		})
		if err != nil {
			return err
		}
		w.dropLost(chunk, ours)
	}
	return nil
}

func (w *Workers) dropLost(ids []int64, ours map[desk.JobID]string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range ids {
		id := desk.JobID(n)
		t := w.held[id]
		if t == nil || ours[id] == t.leasedBy || t.ended.Load() {
			continue
		}
		delete(w.held, id)
		if t.cancel != nil {
			t.cancel(ErrLost)
		}
	}
}

// rescue returns to their queues the jobs whose lease ran out, or all that run where all is set. The attempt counts: the job may be what killed
// its node.
func (w *Workers) rescue(ctx context.Context, all bool) error {
	expired := "state = 'running' AND leased_until < " + w.db.ClockSQL()
	if all {
		expired = "state = 'running'"
	}
	var n int64
	if err := w.db.Ask(ctx, "SELECT COUNT(*) FROM job WHERE "+expired).Scan(&n); err != nil || n == 0 {
		return err
	}
	type abandoned struct {
		id           desk.JobID
		queue        string
		attempt, max int
	}
	return w.db.Write(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, "SELECT id, queue, attempt, max_attempts FROM job WHERE "+expired+" ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED")
		list, err := db.Rows(rows, err, func(r *sql.Rows, a *abandoned) error { return r.Scan(&a.id, &a.queue, &a.attempt, &a.max) })
		if err != nil {
			return err
		}
		for _, a := range list {
			w.log.Warn("job rescued", "job", a.id, "attempt", a.attempt)
			const problem = "the node that ran it stopped answering"
			if a.attempt >= a.max {
				_, err = tx.Exec(ctx, "UPDATE job SET state = 'dead', leased_by = '', leased_until = 0, died_at = $2, last_error = $3 WHERE id = $1",
					a.id, tx.Now, problem)
				if err == nil {
					err = w.o.GaveUp(ctx, tx, a.id)
				}
			} else {
				err = toReady(ctx, tx, a.queue, "id = $1 AND state = 'running'", []any{a.id}, tx.Now, a.attempt, problem)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
