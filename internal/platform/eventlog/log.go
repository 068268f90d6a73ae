package eventlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
)

// Log reads the events of a database in their settled order.
type Log struct {
	id   string
	db   *db.DB
	node *cluster.Node
	log  *slog.Logger

	cancel context.CancelFunc
	done   chan struct{}

	mu      sync.Mutex
	horizon desk.Seq
	moved   chan struct{} // closed and replaced when the horizon moves
	last    map[string]string
}

// ErrClosed is returned by reads of a log that was closed.
var ErrClosed = errors.New("event log closed")

// Open starts to follow the log. node owns the cursors of the consumers that Run runs; it may be nil where none are. Close stops following.
func Open(ctx context.Context, d *db.DB, node *cluster.Node, logger *slog.Logger) (*Log, error) {
	if logger == nil {
		logger = slog.Default()
	}
	id, err := identify(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("open event log: %w", err)
	}
	l := &Log{id: id, db: d, node: node, log: logger, done: make(chan struct{}), moved: make(chan struct{}), last: map[string]string{}}
	if !d.Postgres() {
		h, err := l.newest(ctx)
		if err != nil {
			return nil, fmt.Errorf("open event log: %w", err)
		}
		l.horizon = h
	}
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l.cancel = cancel
	go l.follow(life)
	return l, nil
}

// Close stops following the log and waits for it. Whoever waits in Tail gets ErrClosed.
func (l *Log) Close() {
	l.cancel()
	<-l.done
}

// Horizon returns the number up to which no event can appear any more: all up to it are there to be read. It lags behind the newest commit by
// some milliseconds, on PostgreSQL by as long as the longest transaction that writes anywhere on the server.
func (l *Log) Horizon() desk.Seq {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.horizon
}

// Tail returns up to limit events after from in order, waiting until there is one. It returns ctx's error where that ends first.
func (l *Log) Tail(ctx context.Context, from desk.Seq, limit int) ([]desk.Event, error) {
	for {
		h, err := l.wait(ctx, from)
		if err != nil {
			return nil, err
		}
		events, err := between(ctx, l.db, from, h, limit)
		if err != nil {
			return nil, fmt.Errorf("read events after %d: %w", from, err)
		}
		if len(events) > 0 {
			return events, nil
		}
		from = h // numbers of transactions that were rolled back
	}
}

// Settled returns up to limit events after from that are settled now, without waiting, and how far it looked: from there the next call goes on.
func (l *Log) Settled(ctx context.Context, from desk.Seq, limit int) (events []desk.Event, looked desk.Seq, err error) {
	h := l.Horizon()
	if h <= from {
		return nil, from, nil
	}
	events, err = between(ctx, l.db, from, h, limit)
	if err != nil {
		return nil, from, fmt.Errorf("read events after %d: %w", from, err)
	}
	if len(events) == limit {
		h = events[limit-1].Seq
	}
	return events, h, nil
}

// wait returns the horizon once it lies behind from.
func (l *Log) wait(ctx context.Context, from desk.Seq) (desk.Seq, error) {
	for {
		l.mu.Lock()
		h, moved := l.horizon, l.moved
		l.mu.Unlock()
		if h > from {
			return h, nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-l.done:
			return 0, ErrClosed
		}
	}
}

func (l *Log) advance(to desk.Seq) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if to <= l.horizon {
		return
	}
	l.horizon = to
	close(l.moved)
	l.moved = make(chan struct{})
}

const pollEvery = 3 * time.Second

// follow moves the horizon after each signal, and on PostgreSQL looks every few seconds for what a node may not have told before it died.
func (l *Log) follow(ctx context.Context) {
	defer close(l.done)
	woken, stop := l.db.Listen(signal)
	defer stop()
	poll := make(<-chan time.Time)
	if l.db.Postgres() {
		tick := time.NewTicker(pollEvery)
		defer tick.Stop()
		poll = tick.C
	}
	for {
		if err := l.settle(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("event horizon not found", "error", err)
			if !pause(ctx, time.Second) {
				return
			}
			continue
		}
		select {
		case <-woken:
		case <-poll:
		case <-ctx.Done():
			return
		}
	}
}

// settle finds the horizon. On SQLite commits have one order, that of the numbers. On PostgreSQL a number below the sequence's last value H may
// belong to a transaction that still runs. Such a transaction took its id before its number (see settledSeq), hence before X, an id taken after H
// was read; so once the oldest running transaction is later than X, all up to H is committed or rolled back, for every later snapshot.
func (l *Log) settle(ctx context.Context) error {
	h, err := l.newest(ctx)
	if err != nil || h <= l.Horizon() {
		return err
	}
	if !l.db.Postgres() {
		l.advance(h)
		return nil
	}
	var x int64
	err = l.db.Write(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, "SELECT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)").Scan(&x)
	})
	if err != nil {
		return fmt.Errorf("take a transaction id: %w", err)
	}
	for wait := time.Millisecond; ; wait = min(2*wait, 20*time.Millisecond) {
		var settled bool
		err := l.db.Ask(ctx, "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) > $1", x).Scan(&settled)
		if err != nil {
			return fmt.Errorf("look at running transactions: %w", err)
		}
		if settled {
			l.advance(h)
			return nil
		}
		if !pause(ctx, wait) {
			return ctx.Err()
		}
	}
}

// newest returns the highest number given out so far (PostgreSQL) or committed (SQLite).
func (l *Log) newest(ctx context.Context) (h desk.Seq, err error) {
	err = l.db.Look(func(tx *db.Tx) error {
		h, err = Newest(ctx, tx)
		return err
	})
	return h, err
}

// Newest returns the highest number that tx sees (SQLite), or that was given out so far, by transactions that are not committed too (PostgreSQL).
func Newest(ctx context.Context, tx *db.Tx) (h desk.Seq, err error) {
	ask := "SELECT COALESCE(MAX(seq), 0) FROM event"
	if tx.Postgres() {
		ask = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM event_seq_seq"
	}
	if err := tx.Row(ctx, ask).Scan(&h); err != nil {
		return 0, fmt.Errorf("read the newest number: %w", err)
	}
	return h, nil
}

// OldestAfter is when the first event above a number happened, of those that tx sees; is is false where there is none.
func OldestAfter(ctx context.Context, tx *db.Tx, seq desk.Seq) (at desk.Time, is bool, err error) {
	err = tx.Row(ctx, `SELECT at FROM event WHERE seq > $1 ORDER BY seq LIMIT 1`, seq).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("read when event %d was followed: %w", seq, err)
	}
	return at, true, nil
}

// pause waits and reports whether ctx still goes on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
