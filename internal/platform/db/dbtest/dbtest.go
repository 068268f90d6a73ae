// Package dbtest gives tests a real, migrated database: SQLite in a temporary folder, and PostgreSQL from a server that it starts once
// for the test binary (or that the environment variable TELLUS_TEST_POSTGRES names), each test with a database of its own: a copy of one that was
// migrated once.
package dbtest

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"tellus/internal/migrations"
	"tellus/internal/platform/db"
)

// Each runs f on both databases, as parallel subtests "sqlite" and "postgres". The latter is skipped, with the reason, where PostgreSQL's
// programs are not installed.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, Postgres(t))
	})
}

// SQLite opens a fresh, migrated SQLite database that is closed at the end of the test.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, SQLiteURL(t), db.Options{})
}

// Postgres opens a fresh, migrated database on the PostgreSQL server of the test run, or skips the test.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, PostgresURL(t), db.Options{})
}

// Open opens and migrates the database that url names, with more options than the zero ones; it is closed at the end of the test. Opening one URL
// twice gives two nodes of one cluster.
func Open(t testing.TB, url string, o db.Options) *db.DB {
	t.Helper()
	if o.Logger == nil {
		o.Logger = Logger(t)
	}
	d, err := db.Open(t.Context(), url, o)
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	if _, err := d.Migrate(t.Context(), migrations.Files); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return d
}

// Exec runs statements in one transaction, such as the making of a test's own tables.
func Exec(t testing.TB, d *db.DB, statements ...string) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(t.Context(), s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Int returns the one number that a query asks for.
func Int(t testing.TB, d *db.DB, query string, args ...any) (n int64) {
	t.Helper()
	err := d.Read(context.WithoutCancel(t.Context()), func(tx *db.Tx) error { return tx.Row(t.Context(), query, args...).Scan(&n) })
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// Logger writes to the test's log, and to nowhere once the test is over.
func Logger(t testing.TB) *slog.Logger {
	w := &logWriter{t: t}
	t.Cleanup(func() { w.over.Store(true) })
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

type logWriter struct {
	t    testing.TB
	over atomic.Bool
}

func (w *logWriter) Write(p []byte) (int, error) {
	if !w.over.Load() {
		w.t.Logf("%s", p)
	}
	return len(p), nil
}

// Patience is how long a test waits for what must happen before it says that it did not. It is long, since a busy machine may be a hundred times
// slower than an idle one, and costs nothing where the program works.
const Patience = time.Minute

// Eventually waits until ok reports true, and fails the test where it does not within Patience.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(Patience); ; time.Sleep(2 * time.Millisecond) {
		late := time.Now().After(end) // asked before ok, which has the last word
		if ok() {
			return
		}
		if late {
			t.Fatalf("did not happen: %s", what)
		}
	}
}
