// Package jobs does work after a commit: a job is enqueued in the caller's transaction, picked up within milliseconds of the commit by some node,
// tried again with growing pauses, taken over where its node dies, and kept for the administrator where it gives up. It owns the tables job
// and job_period.
//
// A job may run twice (its node stalls, another takes over), so its effect must bear that: effects in the database do when the handler
// calls Job.Complete in the transaction of the effect, which then commits once or not at all.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Payload is what a job carries: a small struct of ids, stored as JSON. JobKind names the kind for good: rows of it outlive the program.
type Payload interface{ JobKind() string }

// Queued is a payload whose jobs belong in another queue than DefaultQueue, unless an option says otherwise.
type Queued interface{ JobQueue() string }

const (
	DefaultQueue       = "default"
	DefaultMaxAttempts = 20 // with the pauses between them about eight hours
)

// Option changes how a job is enqueued.
type Option func(*options)

type options struct {
	queue       string
	uniqueKey   string
	maxAttempts int
}

// Queue puts the job in a queue.
func Queue(name string) Option { return func(o *options) { o.queue = name } }

// Unique has at most one job of this kind and key wait at a time. Where one waits already, none is added, and the earlier time to run counts. A job
// that runs already does not count, since it may have looked before what the new one is about.
func Unique(key string) Option { return func(o *options) { o.uniqueKey = key } }

// MaxAttempts bounds how often the job is begun before it is kept as dead. At least 1.
func MaxAttempts(n int) Option { return func(o *options) { o.maxAttempts = max(n, 1) } }

// Enqueue adds a job that runs not before runAt, if tx commits. It returns the job's id: with Unique, that of the one that waits.
func Enqueue(ctx context.Context, tx *db.Tx, runAt desk.Time, p Payload, opts ...Option) (desk.JobID, error) {
	text, args, err := newJob(tx, runAt, p, opts)
	if err != nil {
		return 0, err
	}
	var id desk.JobID
	if err := tx.Row(ctx, text, args...).Scan(&id); err != nil {
		return 0, fmt.Errorf("enqueue %s: %w", p.JobKind(), err)
	}
	return id, nil
}

// EnqueueSoon is Enqueue for those who need no id: nothing is waited for (see db.Tx.Soon).
func EnqueueSoon(ctx context.Context, tx *db.Tx, runAt desk.Time, p Payload, opts ...Option) error {
	text, args, err := newJob(tx, runAt, p, opts)
	if err != nil {
		return err
	}
	if err := tx.Soon(ctx, text, args...); err != nil {
		return fmt.Errorf("enqueue %s: %w", p.JobKind(), err)
	}
	return nil
}

// InsertFrom returns the part of a statement of PostgreSQL that adds a job for each row that a former part of it, named from, returns: what a job is about and the job
// itself are then one statement. payload is an expression over such a row that gives p's JSON as text; now is the placeholder of the transaction's time.
func InsertFrom(tx *db.Tx, p Payload, payload, now, from string) string {
	queue := DefaultQueue
	if q, ok := p.(Queued); ok {
		queue = q.JobQueue()
	}
	wakeAfter(tx, queue)
	return "INSERT INTO job (kind, queue, unique_key, payload, run_at, max_attempts, created_at) SELECT '" + p.JobKind() + "', '" + queue + "', '', " + payload + ", " + now + ", " +
		strconv.Itoa(DefaultMaxAttempts) + ", " + now + " FROM " + from
}

// newJob returns the statement that adds a job, and has its queue woken once tx is committed.
func newJob(tx *db.Tx, runAt desk.Time, p Payload, opts []Option) (text string, args []any, err error) {
	o := options{queue: DefaultQueue, maxAttempts: DefaultMaxAttempts}
	if q, ok := p.(Queued); ok {
		o.queue = q.JobQueue()
	}
	for _, opt := range opts {
		opt(&o)
	}
	data, err := json.Marshal(p)
	if err != nil {
		return "", nil, fmt.Errorf("enqueue %s: %w", p.JobKind(), err)
	}
	wakeAfter(tx, o.queue)
	return insertJob(o.uniqueKey != ""), []any{p.JobKind(), o.queue, db.Text(o.uniqueKey), db.Text(string(data)), runAt, o.maxAttempts, tx.Now}, nil
}

func insertJob(unique bool) string {
	const insert = "INSERT INTO job (kind, queue, unique_key, payload, run_at, max_attempts, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
	if !unique {
		return insert + " RETURNING id"
	}
	return insert + ` ON CONFLICT (kind, unique_key) WHERE state = 'ready' AND unique_key <> ''
		DO UPDATE SET run_at = LEAST(job.run_at, EXCLUDED.run_at) RETURNING id`
}

type wokenKey string

// wakeAfter has the queue's workers look once tx is committed; one call per queue and transaction is enough.
func wakeAfter(tx *db.Tx, queue string) {
	if tx.Value(wokenKey(queue)) != nil {
		return
	}
	tx.SetValue(wokenKey(queue), true)
	tx.AfterCommit(func() { tx.DB().Signal(signalOf(queue)) })
}

func signalOf(queue string) string { return "jobs." + queue }

// Later, returned by a handler, has the job run again after d without counting the attempt: what it needs is away, through no fault of its own. err
// says why and may be nil.
func Later(d time.Duration, err error) error { return &later{after: d, err: err} }

type later struct {
	after time.Duration
	err   error
}

func (l *later) Error() string {
	if l.err == nil {
		return "later"
	}
	return l.err.Error()
}

func (l *later) Unwrap() error { return l.err }

// Permanent, returned by a handler, says that trying again cannot help: the job is kept as dead at once.
func Permanent(err error) error { return &permanent{err} }

type permanent struct{ err error }

func (p *permanent) Error() string { return p.err.Error() }
func (p *permanent) Unwrap() error { return p.err }

// ErrLost is returned by Job.Complete where the job is no longer this worker's: another has taken it over, or the administrator discarded it.
var ErrLost = errors.New("job was taken over")
