package eventlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Consumer has every event handled once and in order, by one node of the cluster at a time.
type Consumer struct {
	Name string // of its cursor; never changed once released
	// Handle does in tx what follows from a batch; the cursor moves in the same transaction. It may be run again after a failure. An error is
	// tried again for ever with growing pauses, the batch event by event, so a handler must itself set aside what it can never digest; ErrUnknown
	// hands the cursor to a newer node.
	Handle func(ctx context.Context, tx *db.Tx, events []desk.Event) error
	// Plan, in place of Handle, reads what a batch asks for in a transaction of readers, so that writers need not wait for that, and returns what is to be
	// written, nil for nothing: it is done together with moving the cursor. What changed in between has an event of its own, which comes later.
	Plan    func(ctx context.Context, tx *db.Tx, events []desk.Event) (func(context.Context, *db.Tx) error, error)
	Batch   int           // most events at once; 100 where 0
	Pause   time.Duration // between batches, so that events gather; 0 for none
	FromNow bool          // where the cursor is new: skip what was before. Otherwise it begins with the first event.
}

// ErrUnknown is returned (or wrapped) by a handler for an event kind that a newer Tellus wrote.
var ErrUnknown = errors.New("unknown event kind")

var errMoved = errors.New("another node runs this consumer")

const claimEvery = 2 * time.Second // a node asks for the cursor of one that may have died

// Run runs consumers until ctx ends, and gives their cursors up. It returns ctx's error.
func (l *Log) Run(ctx context.Context, consumers ...Consumer) error {
	var wg sync.WaitGroup
	for _, c := range consumers {
		if c.Batch <= 0 {
			c.Batch = 100
		}
		wg.Go(func() { l.consume(ctx, c) })
	}
	wg.Wait()
	return ctx.Err()
}

// consume owns the cursor whenever it can, and works while it does.
func (l *Log) consume(ctx context.Context, c Consumer) {
	for ctx.Err() == nil {
		owner := l.node.ID()
		position, ok, err := l.claim(ctx, c, owner)
		if err != nil || !ok {
			if err != nil && ctx.Err() == nil {
				l.log.Warn("consumer not claimed", "consumer", c.Name, "error", err)
			}
			pause(ctx, claimEvery)
			continue
		}
		err = l.work(ctx, c, owner, position)
		if errors.Is(err, errMoved) {
			l.log.Info("consumer runs on another node", "consumer", c.Name)
			continue
		}
		l.release(context.WithoutCancel(ctx), c, owner)
		if errors.Is(err, ErrClosed) {
			return
		}
		if errors.Is(err, ErrUnknown) {
			l.log.Warn("consumer left to a newer node", "consumer", c.Name, "error", err)
			pause(ctx, 30*time.Second)
		}
	}
}

// claim takes a cursor that nobody alive owns, making it where it is new.
func (l *Log) claim(ctx context.Context, c Consumer, owner int64) (position desk.Seq, ok bool, err error) {
	start := desk.Seq(0)
	if c.FromNow {
		start = l.Horizon()
	}
	err = l.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO consumer_cursor (name, position, moved_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
			c.Name, int64(start), tx.Now)
		if err != nil {
			return err
		}
		err = tx.Row(ctx, `UPDATE consumer_cursor SET owner = $1
			WHERE name = $2 AND (owner = $1 OR owner = 0 OR NOT `+l.node.Alive(tx, "consumer_cursor.owner", 3)+`)
			RETURNING position`, owner, c.Name, l.node.DeadAfter()).Scan(&position)
		ok = err == nil
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return position, ok, err
}

func (l *Log) release(ctx context.Context, c Consumer, owner int64) {
	err := l.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE consumer_cursor SET owner = 0 WHERE name = $1 AND owner = $2", c.Name, owner)
		return err
	})
	if err != nil && !errors.Is(err, db.ErrClosed) {
		l.log.Warn("consumer not released", "consumer", c.Name, "error", err)
	}
}

// work handles events from position on, until ctx ends, the cursor is lost or a kind is unknown.
func (l *Log) work(ctx context.Context, c Consumer, owner int64, position desk.Seq) error {
	batch, failures := c.Batch, 0
	for {
		if _, err := l.wait(ctx, position); err != nil {
			return err
		}
		events, looked, err := l.Settled(ctx, position, batch)
		if err == nil {
			err = l.handle(ctx, c, owner, position, looked, events)
		}
		if err == nil {
			position, failures = looked, 0
			if batch < c.Batch {
				batch = min(2*batch, c.Batch)
			}
			l.note(c.Name, "")
			if c.Pause > 0 && !pause(ctx, c.Pause) {
				return ctx.Err()
			}
			continue
		}
		if ctx.Err() != nil || errors.Is(err, errMoved) || errors.Is(err, ErrUnknown) {
			return err
		}
		// The good ones before a bad one go ahead, and the bad one alone is tried again.
		batch = 1
		failures++
		wait := min(100*time.Millisecond<<min(failures-1, 9), 30*time.Second)
		l.note(c.Name, err.Error())
		l.log.Error("consumer failed", "consumer", c.Name, "after", position, "times", failures, "again in", wait, "error", err)
		if !pause(ctx, wait) {
			return ctx.Err()
		}
	}
}

// handle runs the handler and moves the cursor from position to looked in one transaction, if it is still where we left it.
func (l *Log) handle(ctx context.Context, c Consumer, owner int64, position, looked desk.Seq, events []desk.Event) error {
	do := func(ctx context.Context, tx *db.Tx) error { return c.Handle(ctx, tx, events) }
	if c.Plan != nil && len(events) > 0 {
		if err := l.db.Read(ctx, func(tx *db.Tx) (err error) {
			defer recovered(&err)
			do, err = c.Plan(ctx, tx, events)
			return err
		}); err != nil {
			return err
		}
	}
	return l.db.Write(ctx, func(tx *db.Tx) (err error) {
		moved, err := tx.Exec(ctx, "UPDATE consumer_cursor SET position = $1, moved_at = $2 WHERE name = $3 AND owner = $4 AND position = $5",
			int64(looked), tx.Now, c.Name, owner, int64(position))
		if err != nil {
			return err
		}
		if moved == 0 {
			return errMoved
		}
		if len(events) == 0 || do == nil {
			return nil
		}
		defer recovered(&err)
		return do(ctx, tx)
	})
}

// recovered makes a panic of a consumer its error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("consumer panicked: %v\n%s", p, debug.Stack())
	}
}

func (l *Log) note(consumer, problem string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last[consumer] = problem
}

// Progress tells how far a consumer is.
type Progress struct {
	Name     string    `json:"name"`
	Position desk.Seq  `json:"position"`
	Behind   int64     `json:"behind"` // events up to the horizon that are still to come, at most; rolled-back numbers count
	MovedAt  desk.Time `json:"movedAt"`
	Problem  string    `json:"problem"` // why this node's last try failed; "" where it did not
}

// Progress lists all consumers that ever ran, by name.
func (l *Log) Progress(ctx context.Context, tx *db.Tx) ([]Progress, error) {
	horizon := l.Horizon()
	rows, err := tx.Query(ctx, "SELECT name, position, moved_at FROM consumer_cursor ORDER BY name")
	list, err := db.Rows(rows, err, func(r *sql.Rows, p *Progress) error { return r.Scan(&p.Name, &p.Position, &p.MovedAt) })
	if err != nil {
		return nil, fmt.Errorf("list consumers: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range list {
		list[i].Behind = max(0, int64(horizon-list[i].Position))
		list[i].Problem = l.last[list[i].Name]
	}
	return list, nil
}
