package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	groupCount  = 256 // closures in one commit
	slowClosure = 5 * time.Second
	groupTime   = 20 * time.Millisecond // of running closures before the commit, so that nobody waits long for a neighbour
)

// group is the only writer of a SQLite database. One goroutine opens a transaction, passes the turn from one waiting closure to the next,
// a savepoint each, and commits when nobody waits any more or a bound is reached. The syncer makes the commit durable and tells its closures, while
// the next have their turns; their commit comes when the sync is over, so that many share it.
// A closure runs on its caller's goroutine, so that its panic is the caller's.
type group struct {
	db   *DB
	conn *sql.Conn
	sync *syncer
	log  *checkpointer

	arrive  chan *turn
	closed  chan struct{} // no more arrivals
	stopped chan struct{} // the goroutine is gone
	once    sync.Once
}

// turn is one closure's place in a group.
type turn struct {
	ctx   context.Context
	start chan *Tx   // the savepoint is set; capacity 1
	ended chan error // the closure is over: nil, its error, or errAbandoned; capacity 1
	told  chan error // durable (nil), or what went wrong; capacity 1
	alone bool       // a former group was spoiled: run it in a transaction of its own
}

var (
	errAbandoned = errors.New("closure panicked or its goroutine exited")
	errAgain     = errors.New("run again")
)

func newGroup(d *DB, conn *sql.Conn, s *syncer, c *checkpointer) *group {
	g := &group{db: d, conn: conn, sync: s, log: c, arrive: make(chan *turn), closed: make(chan struct{}), stopped: make(chan struct{})}
	go g.run()
	return g
}

func (g *group) close() {
	g.once.Do(func() {
		close(g.closed)
		<-g.stopped
		g.sync.close()
		g.log.close()
	})
}

// write runs fn as part of some commit and returns when that is durable.
func (g *group) write(ctx context.Context, fn func(*Tx) error) error {
	for again := false; ; again = true {
		t := &turn{ctx: ctx, start: make(chan *Tx, 1), ended: make(chan error, 1), told: make(chan error, 1), alone: again}
		select {
		case g.arrive <- t:
		case <-ctx.Done():
			return ctx.Err()
		case <-g.closed:
			return ErrClosed
		}
		tx, ok := <-t.start
		if !ok {
			return <-t.told // the transaction could not be begun, or ctx ended while waiting
		}
		fnErr := t.call(tx, fn)
		err := <-t.told
		if errors.Is(err, errAgain) && !again {
			continue
		}
		if err != nil {
			return err
		}
		if fnErr != nil {
			return fnErr
		}
		for _, hook := range tx.hooks {
			hook()
		}
		return nil
	}
}

// call runs the closure and ends the turn, whatever way the closure leaves.
func (t *turn) call(tx *Tx, fn func(*Tx) error) (err error) {
	err = errAbandoned
	defer func() {
		tx.end()
		t.ended <- err
	}()
	err = fn(tx)
	return err
}

func (g *group) run() {
	defer close(g.stopped)
	defer g.conn.Close() // returns it to a pool that is closed next
	foreign := newForeignWrites(g)
	defer foreign.stop()
	for {
		select {
		case t := <-g.arrive:
			for t != nil {
				t = g.commit(t)
			}
		case <-foreign.look():
			foreign.check()
		case <-g.closed:
			return
		}
	}
}

// next returns a closure that waits already or comes while the former commit is being synced, or nil: nobody's commit is delayed for those who might
// still come, but it could not be durable before that sync is over.
func (g *group) next() *turn {
	select {
	case t := <-g.arrive:
		return t
	default:
	}
	over := g.sync.pending()
	if over == nil {
		return nil
	}
	select {
	case t := <-g.arrive:
		return t
	case <-over:
		return nil
	}
}

// commit runs first and whoever else waits in one transaction. It returns a closure that it took from the queue but that wants a transaction of its own.
func (g *group) commit(first *turn) (left *turn) {
	ctx := context.Background()
	if first.ctx.Err() != nil {
		first.refuse(first.ctx.Err())
		return nil
	}
	if err := g.sync.failed(); err != nil {
		first.refuse(err)
		return nil
	}
	if _, err := g.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		first.refuse(fmt.Errorf("begin writing: %w", err))
		return nil
	}
	began := time.Now()
	var done []*turn
	for t := first; t != nil; {
		ok, lost := g.runTurn(ctx, t)
		if lost != nil {
			g.lose(ctx, done, lost)
			return nil
		}
		if ok {
			done = append(done, t)
		}
		t = nil
		if len(done) < groupCount && time.Since(began) < groupTime && !first.alone {
			t = g.next()
		}
		if t != nil && t.alone {
			left, t = t, nil
		}
	}
	number := g.sync.begin()
	_, err := g.conn.ExecContext(ctx, "COMMIT")
	if err != nil {
		g.sync.hand(number, nil)
		// A deferred constraint may be one closure's fault: each tries again alone. After anything else, a failed sync above all, trying
		// again could claim what the disk does not hold.
		_, _ = g.conn.ExecContext(ctx, "ROLLBACK") // fails where SQLite has rolled back by itself
		err = fmt.Errorf("commit: %w", err)
		for _, t := range done {
			if isSQLiteConstraint(err) && len(done) > 1 {
				t.told <- errAgain
			} else {
				t.told <- err
			}
		}
		return left
	}
	g.sync.hand(number, done)
	g.log.committed(ctx, g.conn)
	return left
}

// runTurn gives a closure its turn. ok says that its work stands and waits for the commit; lost is set where the whole transaction is gone.
func (g *group) runTurn(ctx context.Context, t *turn) (ok bool, lost error) {
	if err := t.ctx.Err(); err != nil {
		t.refuse(err)
		return false, nil
	}
	if _, err := g.conn.ExecContext(ctx, "SAVEPOINT turn"); err != nil {
		t.refuse(fmt.Errorf("begin writing: %w", err))
		return false, err
	}
	tx := newTx(g.db, g.conn)
	tx.detached = true
	t.start <- tx
	err := g.await(t)
	if err == nil && tx.spoiled == nil {
		if _, err = g.conn.ExecContext(ctx, "RELEASE SAVEPOINT turn"); err == nil {
			return true, nil
		}
		err = fmt.Errorf("finish writing: %w", err)
	}
	_, undo := g.conn.ExecContext(ctx, "ROLLBACK TO SAVEPOINT turn")
	if undo == nil {
		_, undo = g.conn.ExecContext(ctx, "RELEASE SAVEPOINT turn")
	}
	if err == nil {
		err = tx.spoiled
	}
	t.told <- err
	return false, undo
}

// await returns how a closure ended. One that holds the only writer for seconds waits for what it must not wait for: a network, or a Write of its own.
func (g *group) await(t *turn) error {
	slow := time.NewTimer(slowClosure)
	defer slow.Stop()
	select {
	case err := <-t.ended:
		return err
	case <-slow.C:
		g.db.log.Error("a write holds the database; does it wait for a network, or write within a write?", "for", slowClosure)
		return <-t.ended
	}
}

// lose tells all whose work went down with the transaction to try again alone.
func (g *group) lose(ctx context.Context, done []*turn, cause error) {
	_, _ = g.conn.ExecContext(ctx, "ROLLBACK") // fails where SQLite has rolled back by itself
	g.db.log.Warn("shared transaction lost", "closures", len(done), "error", cause)
	for _, t := range done {
		t.told <- errAgain
	}
}

// refuse ends a turn that was never given.
func (t *turn) refuse(err error) {
	t.told <- err
	close(t.start)
}

// foreignWrites notices commits of other processes ("tellus intake" beside a running server): once a second, and only while this process wrote
// nothing, it compares SQLite's data_version, which is a look at shared memory and no transaction of the log.
type foreignWrites struct {
	g       *group
	timer   *time.Timer
	version int64
}

func newForeignWrites(g *group) *foreignWrites {
	f := &foreignWrites{g: g, timer: time.NewTimer(time.Second)}
	f.version = f.read()
	return f
}

func (f *foreignWrites) look() <-chan time.Time { return f.timer.C }
func (f *foreignWrites) stop()                  { f.timer.Stop() }

func (f *foreignWrites) read() int64 {
	var v int64
	if err := f.g.conn.QueryRowContext(context.Background(), "PRAGMA data_version").Scan(&v); err != nil {
		return f.version
	}
	return v
}

func (f *foreignWrites) check() {
	f.timer.Reset(time.Second)
	if v := f.read(); v != f.version {
		f.version = v
		f.g.db.bus.wakeAll()
	}
}
