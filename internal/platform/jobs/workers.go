package jobs

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Options describe a node's workers.
type Options struct {
	Queues map[string]int // how many jobs of a queue run at once; queues that are not named get 4
	Lease  time.Duration  // a job of a dead node is taken over after this; 30 s where 0
	Poll   time.Duration  // between looks at an idle queue on PostgreSQL, where a signal may be lost; 15 s where 0
	Logger *slog.Logger
	// GaveUp is called in the transaction in which a job is kept as dead; an error undoes that, and the job runs again.
	GaveUp func(ctx context.Context, tx *db.Tx, id desk.JobID) error
}

// Workers run jobs of the kinds that were registered. Kinds that are not known here stay queued for a newer node.
type Workers struct {
	db    *db.DB
	o     Options
	log   *slog.Logger
	token string // of this process's run; leases carry it
	kinds map[string]kind
	every []period

	mu    sync.Mutex
	held  map[desk.JobID]*task // leased and not yet ended
	batch int64
}

// kind is a registered handler, its payload's type erased.
type kind struct {
	queue  string
	handle func(ctx context.Context, t *task) error
}

// task is a leased job.
type task struct {
	w        *Workers
	id       desk.JobID
	kind     string
	queue    string
	payload  []byte
	attempt  int
	max      int
	runAt    desk.Time
	created  desk.Time
	leasedBy string
	cancel   context.CancelCauseFunc
	ended    atomic.Bool // completed in a transaction of the handler
}

// Job is a job as its handler sees it.
type Job[T Payload] struct {
	ID          desk.JobID
	Payload     T
	Attempt     int // 1 for the first
	MaxAttempts int
	RunAt       desk.Time // when it was due
	EnqueuedAt  desk.Time

	task *task
}

// Complete ends the job in tx: effect and completion commit together. It returns ErrLost where the job is no longer this worker's; the handler then
// returns that error, and its transaction is undone.
func (j *Job[T]) Complete(ctx context.Context, tx *db.Tx) error { return j.task.complete(ctx, tx) }

// New makes workers; Register the kinds, then Run.
func New(d *db.DB, o Options) *Workers {
	if o.Lease <= 0 {
		o.Lease = 30 * time.Second
	}
	if o.Poll <= 0 {
		o.Poll = 15 * time.Second
	}
	if o.GaveUp == nil {
		o.GaveUp = func(context.Context, *db.Tx, desk.JobID) error { return nil }
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &Workers{db: d, o: o, log: o.Logger, token: rand.Text()[:12], kinds: map[string]kind{}, held: map[desk.JobID]*task{}}
}

// Register says who handles jobs with payload T, from the queue that T names. It is called before Run, once for each kind.
//
// A handler that returns nil without Complete has its job completed in a further transaction. An error has it tried again after a pause that grows
// from a second to an hour; see Later and Permanent. The context ends when the node stops or the job is lost.
func Register[T Payload](w *Workers, handle func(ctx context.Context, job *Job[T]) error) {
	var zero T
	name := zero.JobKind()
	if _, taken := w.kinds[name]; taken {
		panic("jobs: kind " + name + " registered twice")
	}
	queue := DefaultQueue
	if q, ok := any(zero).(Queued); ok {
		queue = q.JobQueue()
	}
	w.kinds[name] = kind{queue: queue, handle: func(ctx context.Context, t *task) error {
		job := &Job[T]{ID: t.id, Attempt: t.attempt, MaxAttempts: t.max, RunAt: t.runAt, EnqueuedAt: t.created, task: t}
		if err := json.Unmarshal(t.payload, &job.Payload); err != nil {
			return Permanent(fmt.Errorf("read payload: %w", err))
		}
		return handle(ctx, job)
	}}
}

// queues returns the queues to work on: those of the registered kinds and those that Options name.
func (w *Workers) queues() map[string]int {
	all := map[string]int{}
	for _, k := range w.kinds {
		all[k.queue] = 4
	}
	for name, n := range w.o.Queues {
		all[name] = max(n, 1)
	}
	return all
}

// Run works until ctx ends, then waits for the running handlers, whose contexts end too. It returns ctx's error.
func (w *Workers) Run(ctx context.Context) error {
	if !w.db.Postgres() {
		// One process works on a SQLite database: whoever held a lease before is gone.
		if err := w.rescue(ctx, true); err != nil && ctx.Err() == nil {
			w.log.Error("jobs of the former process not rescued", "error", err)
		}
	}
	var wg sync.WaitGroup
	for queue, workers := range w.queues() {
		wg.Go(func() { w.runQueue(ctx, queue, workers) })
	}
	wg.Go(func() { w.tend(ctx) })
	wg.Go(func() { w.runPeriods(ctx) })
	wg.Wait()
	return ctx.Err()
}

// Wake has all queues and periodic work look at the clock again, for tests that set it.
func (w *Workers) Wake() {
	for queue := range w.queues() {
		w.db.Signal(signalOf(queue))
	}
	w.db.Signal(periodSignal)
}

// runQueue leases jobs in batches and hands them to its workers. It leases up to twice what runs at once, so that many short jobs cost few leases.
func (w *Workers) runQueue(ctx context.Context, queue string, workers int) {
	woken, stop := w.db.Listen(signalOf(queue))
	defer stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	tasks := make(chan *task, 2*workers)
	defer close(tasks)
	ended := make(chan struct{}, 3*workers)
	for range workers {
		wg.Go(func() {
			for t := range tasks {
				w.perform(ctx, t)
				ended <- struct{}{}
			}
		})
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	outstanding, look := 0, false
	for {
		if free := 2*workers - outstanding; look && free >= workers && ctx.Err() == nil {
			batch, err := w.lease(ctx, queue, free)
			for _, t := range batch {
				outstanding++
				tasks <- t
			}
			look = len(batch) == free
			switch {
			case err != nil && ctx.Err() == nil:
				w.log.Warn("jobs not leased", "queue", queue, "error", err)
				timer.Reset(time.Second)
			case !look:
				timer.Reset(w.untilDue(ctx, queue))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-woken:
			look = true
		case <-timer.C:
			if look {
				continue // more is known to wait: whoever ends next makes room for it
			}
			// An idle queue is looked at without a transaction that writes.
			wait := w.untilDue(ctx, queue)
			look = wait <= 0
			timer.Reset(max(wait, time.Millisecond))
		case <-ended:
			outstanding--
		}
	}
}

// untilDue returns how long a queue may sleep: until its next job is due, and on PostgreSQL, where a signal can be lost, for Poll at most.
func (w *Workers) untilDue(ctx context.Context, queue string) time.Duration {
	wait := time.Duration(1<<63 - 1)
	if w.db.Postgres() {
		wait = w.o.Poll
	}
	next, err := w.nextDue(ctx, queue)
	if err != nil {
		return min(wait, time.Second)
	}
	if next > 0 {
		wait = min(wait, next.Sub(w.db.Now()))
	}
	return wait
}

// perform runs one job and records how it ended.
func (w *Workers) perform(ctx context.Context, t *task) {
	defer w.drop(t)
	if ctx.Err() != nil {
		w.settle(ctx, t, "give back", t.giveBack)
		return
	}
	jobCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if !w.begin(t, cancel) {
		return
	}
	err := w.guarded(jobCtx, t)
	if t.ended.Load() {
		return
	}
	var later *later
	switch {
	case errors.Is(err, ErrLost), errors.Is(context.Cause(jobCtx), ErrLost):
		w.log.Warn("job lost", "job", t.id, "kind", t.kind)
	case err == nil:
		w.settle(ctx, t, "complete", func(ctx context.Context, tx *db.Tx) error { return t.complete(ctx, tx) })
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		w.settle(ctx, t, "give back", t.giveBack)
	case errors.As(err, &later):
		w.settle(ctx, t, "put off", func(ctx context.Context, tx *db.Tx) error { return t.putOff(ctx, tx, later) })
	default:
		w.settle(ctx, t, "fail", func(ctx context.Context, tx *db.Tx) error { return t.fail(ctx, tx, err) })
	}
}

// guarded runs the handler; a panic is an error like others.
func (w *Workers) guarded(ctx context.Context, t *task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return w.kinds[t.kind].handle(ctx, t)
}

// settle writes how a job ended, even while the node stops. Where that cannot be written, the lease runs out and the job runs again.
func (w *Workers) settle(ctx context.Context, t *task, doing string, write func(ctx context.Context, tx *db.Tx) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.o.Lease)
	defer cancel()
	err := w.db.Write(ctx, func(tx *db.Tx) error { return write(ctx, tx) })
	if err != nil {
		w.log.Warn("job's end not recorded", "job", t.id, "kind", t.kind, "doing", doing, "error", err)
	}
}

// begin marks a task as running, unless it was lost while it waited for a worker.
func (w *Workers) begin(t *task, cancel context.CancelCauseFunc) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.held[t.id] != t {
		return false
	}
	t.cancel = cancel
	return true
}

func (w *Workers) drop(t *task) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.held[t.id] == t {
		delete(w.held, t.id)
	}
}
