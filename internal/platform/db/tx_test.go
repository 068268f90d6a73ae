package db_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

type stored struct {
	ID     desk.TagID
	Text   string
	Kind   desk.EventKind
	Data   []byte
	JSON   json.RawMessage
	Yes    bool
	Number float64
	At     desk.Time
	None   *int64
}

func TestValuesComeBackAsTheyWent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Exec(t, d, createValues(d))
		want := stored{ID: 7, Text: db.Text("Šķūņa\x00 \xff!"), Kind: desk.MessageSent, Data: []byte{0, 1, 255}, JSON: json.RawMessage(`{"a":1}`),
			Yes: true, Number: 0.25, At: desk.At(time.Date(2026, 11, 22, 5, 0, 0, 123456789, time.UTC))}
		var got stored
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			n, err := tx.Exec(t.Context(), `INSERT INTO value (id, text, kind, data, json, yes, number, at, none)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $9, $8)`, want.ID, want.Text, want.Kind, want.Data, want.JSON, want.Yes, want.Number, want.None, want.At)
			if err != nil || n != 1 {
				return fmt.Errorf("insert: %d rows, %w", n, err)
			}
			return tx.Row(t.Context(), "SELECT id, text, kind, data, json, yes, number, at, none FROM value WHERE id = $1 AND $1 <> 0 AND yes FOR UPDATE", want.ID).
				Scan(&got.ID, &got.Text, &got.Kind, &got.Data, (*[]byte)(&got.JSON), &got.Yes, &got.Number, &got.At, &got.None)
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("stored (-) and read (+):\n%s", diff)
		}
	})
}

func createValues(d *db.DB) string {
	if d.Postgres() {
		return "CREATE TABLE value (id BIGINT PRIMARY KEY, text TEXT, kind TEXT, data BYTEA, json TEXT, yes BOOLEAN, number DOUBLE PRECISION, at BIGINT, none BIGINT)"
	}
	return "CREATE TABLE value (id INTEGER PRIMARY KEY, text TEXT, kind TEXT, data BLOB, json TEXT, yes INTEGER, number REAL, at INTEGER, none INTEGER) STRICT"
}

func TestUnstorableArgument(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			var n int
			return tx.Row(t.Context(), "SELECT $1", struct{}{}).Scan(&n)
		})
		if err == nil || !strings.Contains(err.Error(), "$1") {
			t.Errorf("storing a struct: %v, want an error that names $1", err)
		}
	})
}

// TestReadSeesOneSnapshot reads twice with a commit between.
func TestReadSeesOneSnapshot(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Exec(t, d, "CREATE TABLE mark (id BIGINT PRIMARY KEY)")
		count := func(tx *db.Tx) (n int) {
			if err := tx.Row(t.Context(), "SELECT COUNT(*) FROM mark").Scan(&n); err != nil {
				t.Error(err)
			}
			return n
		}
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			before := count(tx)
			dbtest.Exec(t, d, "INSERT INTO mark (id) VALUES (1)")
			if after := count(tx); after != before {
				t.Errorf("saw %d rows, then %d", before, after)
			}
			_, err := tx.Exec(t.Context(), "INSERT INTO mark (id) VALUES (2)")
			return err
		})
		if err == nil {
			t.Error("a reader could write")
		}
		if n := dbtest.Int(t, d, "SELECT COUNT(*) FROM mark"); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

func TestSavepointUndoesAll(t *testing.T) {
	t.Parallel()
	type key struct{}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Exec(t, d, "CREATE TABLE mark (id BIGINT PRIMARY KEY)")
		var hooks []string
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			hooks = nil
			insert := func(id int64) error {
				_, err := tx.Exec(t.Context(), "INSERT INTO mark (id) VALUES ($1)", id)
				return err
			}
			tx.SetValue(key{}, "outer")
			tx.AfterCommit(func() { hooks = append(hooks, "outer") })
			err := tx.Savepoint(t.Context(), func() error {
				tx.SetValue(key{}, "kept")
				tx.AfterCommit(func() { hooks = append(hooks, "kept") })
				if err := insert(1); err != nil {
					return err
				}
				return undone(tx.Savepoint(t.Context(), func() error {
					tx.SetValue(key{}, "undone")
					tx.AfterCommit(func() { hooks = append(hooks, "undone") })
					if err := insert(2); err != nil {
						return err
					}
					return errOwn
				}))
			})
			if err != nil {
				return err
			}
			func() {
				defer func() { _ = recover() }()
				_ = tx.Savepoint(t.Context(), func() error {
					if err := insert(3); err != nil {
						t.Error(err)
					}
					panic("within a savepoint")
				})
			}()
			ctx, cancel := context.WithCancel(t.Context())
			err = tx.Savepoint(ctx, func() error {
				if err := insert(4); err != nil {
					return err
				}
				cancel()
				return ctx.Err()
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("savepoint returned %v", err)
			}
			if v := tx.Value(key{}); v != "kept" {
				t.Errorf("value is %v, want kept", v)
			}
			return insert(5)
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"outer", "kept"}, hooks); diff != "" {
			t.Errorf("hooks: %s", diff)
		}
		if n := dbtest.Int(t, d, "SELECT SUM(id) FROM mark"); n != 1+5 {
			t.Errorf("rows add up to %d, want 6", n)
		}
	})
}

func undone(err error) error {
	if !errors.Is(err, errOwn) {
		return fmt.Errorf("savepoint returned %w", err)
	}
	return nil
}

// TestSwallowedErrorIsNotCommitted drops the error of a statement that failed without a savepoint: PostgreSQL would answer COMMIT with a silent rollback.
func TestSwallowedErrorIsNotCommitted(t *testing.T) {
	t.Parallel()
	d := dbtest.Postgres(t)
	dbtest.Exec(t, d, "CREATE TABLE mark (id BIGINT PRIMARY KEY)")
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for range 2 {
			_, _ = tx.Exec(t.Context(), "INSERT INTO mark (id) VALUES (1)")
		}
		return nil
	})
	if err == nil {
		t.Error("Write returned nil though nothing was committed")
	}
}

// TestTwoRacersOnOneRow adds one to a row from many goroutines at once, reading before writing: Lock loses none.
func TestTwoRacersOnOneRow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Exec(t, d, "CREATE TABLE counter (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)", "INSERT INTO counter (id, n) VALUES (1, 0)")
		const racers, rounds = 4, 50
		var wg sync.WaitGroup
		for range racers {
			wg.Go(func() {
				for range rounds {
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						if err := tx.Lock(t.Context(), "counter", 1); err != nil {
							return err
						}
						var n int64
						if err := tx.Row(t.Context(), "SELECT n FROM counter WHERE id = 1").Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec(t.Context(), "UPDATE counter SET n = $1 WHERE id = 1", n+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := dbtest.Int(t, d, "SELECT n FROM counter WHERE id = 1"); n != racers*rounds {
			t.Errorf("counted to %d, want %d", n, racers*rounds)
		}
	})
}

// TestDeadlockRunsAgain locks two rows in opposite orders: PostgreSQL kills one writer, which runs again, even where a savepoint's caller swallows the error.
func TestDeadlockRunsAgain(t *testing.T) {
	t.Parallel()
	for name, swallow := range map[string]bool{"returned": false, "swallowed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := dbtest.Postgres(t)
			dbtest.Exec(t, d, "CREATE TABLE counter (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)", "INSERT INTO counter (id, n) VALUES (1, 0), (2, 0)")
			var meet, wg sync.WaitGroup
			meet.Add(2)
			runs := [2]int{}
			for i, order := range [][2]int{{1, 2}, {2, 1}} {
				wg.Go(func() {
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						runs[i]++
						if _, err := tx.Exec(t.Context(), "UPDATE counter SET n = n + 1 WHERE id = $1", order[0]); err != nil {
							return err
						}
						if runs[i] == 1 {
							meet.Done()
							meet.Wait() // both hold their first row
						}
						err := tx.Savepoint(t.Context(), func() error {
							_, err := tx.Exec(t.Context(), "UPDATE counter SET n = n + 1 WHERE id = $1", order[1])
							return err
						})
						if swallow {
							return nil
						}
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if runs[0]+runs[1] < 3 {
				t.Errorf("closures ran %v times: there was no deadlock to speak of", runs)
			}
			if n := dbtest.Int(t, d, "SELECT SUM(n) FROM counter"); n != 4 {
				t.Errorf("counted to %d, want 4", n)
			}
		})
	}
}

// TestManyStatements runs more different statements than are kept prepared, and one while its own rows are still being read.
func TestManyStatements(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		for n := 1; n < 800; n++ {
			list := make([]int, n)
			var got int
			if err := tx.Row(t.Context(), "SELECT COUNT(*) WHERE 0 IN "+db.In(n, 1), db.Args(list)...).Scan(&got); err != nil || got != 1 {
				return fmt.Errorf("list of %d: %d, %w", n, got, err)
			}
		}
		const three = "SELECT column1 FROM (VALUES (1), (2), (3)) ORDER BY 1"
		outer, err := tx.Query(t.Context(), three)
		var got []int
		all, err := db.Rows(outer, err, func(r *sql.Rows, n *int) error {
			inner, err := tx.Query(t.Context(), three)
			list, err := db.Rows(inner, err, func(r *sql.Rows, n *int) error { return r.Scan(n) })
			got = append(got, list...)
			return errors.Join(err, r.Scan(n))
		})
		if diff := cmp.Diff([]int{1, 2, 3}, all); diff != "" {
			t.Errorf("outer: %s", diff)
		}
		if diff := cmp.Diff([]int{1, 2, 3, 1, 2, 3, 1, 2, 3}, got); diff != "" {
			t.Errorf("inner: %s", diff)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCancelledReadEnds stops a query that would run for ever, and the connection is usable afterwards.
func TestCancelledReadEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := d.Read(ctx, func(tx *db.Tx) error {
			var n int64
			return tx.Row(ctx, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n").Scan(&n)
		})
		if err == nil || ctx.Err() == nil {
			t.Errorf("the query ended with %v", err)
		}
		if n := dbtest.Int(t, d, "SELECT 5"); n != 5 {
			t.Errorf("SELECT 5 = %d", n)
		}
	})
}

func TestIn(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "(NULL)", 1: "($3)", 3: "($3,$4,$5)"} {
		if got := db.In(n, 3); got != want {
			t.Errorf("In(%d, 3) = %q, want %q", n, got, want)
		}
	}
}
