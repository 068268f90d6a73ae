package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

var errOwn = errors.New("the closure's own error")

// TestWritersShareCommitsButNotFates has writers at once that succeed, fail, panic, exit, break a key or are cancelled: exactly the rows of those
// whose Write returned nil are there, and exactly their hooks ran.
func TestWritersShareCommitsButNotFates(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Exec(t, d, "CREATE TABLE mark (id BIGINT PRIMARY KEY, part BIGINT NOT NULL)")
		next := int64(0)
		rapid.Check(t, func(rt *rapid.T) {
			fates := rapid.SliceOfN(rapid.SampledFrom([]string{"ok", "ok", "ok", "fail", "panic", "exit", "unique", "cancelled", "savepoint"}), 1, 24).Draw(rt, "fates")
			var wg sync.WaitGroup
			var mu sync.Mutex
			var wrote, hooked, want []int64
			start := make(chan struct{})
			first := next
			for _, fate := range fates {
				next++
				id := next
				wg.Go(func() {
					<-start
					err := errors.New("did not return")
					func() {
						defer func() { _ = recover() }()
						err = d.Write(t.Context(), func(tx *db.Tx) error {
							return suffer(t.Context(), tx, fate, id, func() { mu.Lock(); hooked = append(hooked, id); mu.Unlock() })
						})
					}()
					good := fate == "ok" || fate == "savepoint"
					if good != (err == nil) {
						t.Errorf("%s %d: Write returned %v", fate, id, err)
					}
					if fate == "fail" && !errors.Is(err, errOwn) {
						t.Errorf("%s %d: Write returned %v", fate, id, err)
					}
					if err == nil {
						mu.Lock()
						wrote = append(wrote, id)
						mu.Unlock()
					}
				})
			}
			close(start)
			wg.Wait()
			err := d.Read(t.Context(), func(tx *db.Tx) error {
				rows, err := tx.Query(t.Context(), "SELECT id FROM mark WHERE id > $1 ORDER BY id", first)
				want, err = db.Rows(rows, err, scanInt)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(wrote)
			slices.Sort(hooked)
			if diff := cmp.Diff(want, wrote); diff != "" {
				t.Fatalf("rows that are there (-) and writes that returned nil (+) of %v:\n%s", fates, diff)
			}
			if diff := cmp.Diff(wrote, hooked); diff != "" {
				t.Fatalf("writes that returned nil (-) and hooks that ran (+) of %v:\n%s", fates, diff)
			}
		})
	})
}

func suffer(ctx context.Context, tx *db.Tx, fate string, id int64, hook func()) error {
	insert := func(id int64) error {
		_, err := tx.Exec(ctx, "INSERT INTO mark (id, part) VALUES ($1, $2)", id, 1)
		return err
	}
	if err := insert(id); err != nil {
		return err
	}
	tx.AfterCommit(hook)
	switch fate {
	case "fail":
		return errOwn
	case "panic":
		panic("the closure's own panic")
	case "exit":
		done := make(chan struct{})
		go func() { defer close(done) }()
		<-done
		runtime.Goexit()
	case "unique":
		err := insert(id)
		if !db.IsUnique(err) {
			return fmt.Errorf("IsUnique = false: %w", err)
		}
		return err
	case "savepoint":
		err := tx.Savepoint(ctx, func() error {
			tx.AfterCommit(func() { panic("a hook of an undone savepoint ran") })
			if err := insert(id + 1e9); err != nil {
				return err
			}
			return insert(id)
		})
		if !db.IsUnique(err) {
			return fmt.Errorf("savepoint: IsUnique = false: %w", err)
		}
	case "cancelled":
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		_, err := tx.Exec(ctx, "INSERT INTO mark (id, part) VALUES ($1, 2)", id+2e9)
		return err
	}
	return nil
}

func scanInt(r *sql.Rows, n *int64) error { return r.Scan(n) }

// TestSharedTransactionIsLost has a closure undo the transaction that it shares: its neighbours still succeed, in transactions of their own.
func TestSharedTransactionIsLost(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	dbtest.Exec(t, d, "CREATE TABLE mark (id BIGINT PRIMARY KEY)")
	together(t, d, func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "ROLLBACK")
		return err
	})
	if n := dbtest.Int(t, d, "SELECT COUNT(*) FROM mark"); n != neighbours {
		t.Errorf("%d rows, want %d", n, neighbours)
	}
}

// TestDeferredConstraint has a closure break what is only checked at the commit: it alone is told so.
func TestDeferredConstraint(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	dbtest.Exec(t, d, "CREATE TABLE mark (id BIGINT PRIMARY KEY)",
		"CREATE TABLE child (parent BIGINT NOT NULL REFERENCES mark (id) DEFERRABLE INITIALLY DEFERRED)")
	err := together(t, d, func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "INSERT INTO child (parent) VALUES (77)")
		return err
	})
	if err == nil {
		t.Error("a broken deferred constraint was committed")
	}
	if n := dbtest.Int(t, d, "SELECT COUNT(*) FROM mark"); n != neighbours {
		t.Errorf("%d rows, want %d", n, neighbours)
	}
}

const neighbours = 10

// together runs bad and its neighbours in one shared transaction: all wait while a first closure holds the turn. It returns what bad's Write returned.
func together(t *testing.T, d *db.DB, bad func(*db.Tx) error) (badErr error) {
	t.Helper()
	var wg sync.WaitGroup
	var waiting atomic.Int64
	wg.Go(func() {
		err := d.Write(t.Context(), func(*db.Tx) error {
			for end := time.Now().Add(15 * time.Millisecond); waiting.Load() <= neighbours || time.Now().Before(end); {
				runtime.Gosched()
			}
			return nil
		})
		if err != nil {
			t.Errorf("first: %v", err)
		}
	})
	write := func(fn func(*db.Tx) error) error {
		waiting.Add(1)
		return d.Write(t.Context(), fn)
	}
	for i := range neighbours {
		wg.Go(func() {
			err := write(func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), "INSERT INTO mark (id) VALUES ($1)", i)
				return err
			})
			if err != nil {
				t.Errorf("neighbour %d: %v", i, err)
			}
		})
	}
	wg.Go(func() { badErr = write(bad) })
	wg.Wait()
	return badErr
}

// TestCancelledWhileWaiting has a writer give up before its turn: it writes nothing.
func TestCancelledWhileWaiting(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	inside, leave := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = d.Write(t.Context(), func(*db.Tx) error {
			close(inside)
			<-leave
			return nil
		})
	})
	<-inside
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := d.Write(ctx, func(*db.Tx) error {
		t.Error("the closure of a cancelled writer ran")
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Write returned %v, want context.Canceled", err)
	}
	close(leave)
	wg.Wait()
}

func TestClosed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		nothing := func(*db.Tx) error { return nil }
		if err := d.Write(t.Context(), nothing); !errors.Is(err, db.ErrClosed) {
			t.Errorf("Write after Close: %v", err)
		}
		if err := d.Read(t.Context(), nothing); !errors.Is(err, db.ErrClosed) {
			t.Errorf("Read after Close: %v", err)
		}
	})
}

func scanText(r *sql.Rows, s *string) error { return r.Scan(s) }
