// Package db opens Tellus's database, SQLite or PostgreSQL, and gives features one way to use it: a closure that runs in a transaction.
//
// SQL is written once, in PostgreSQL's flavour with $1 placeholders and in the portable subset; this package rewrites what SQLite
// says differently. It owns the table schema_migration and no other, knows no feature, and never waits for a network but the database's.
//
// Writes on SQLite are committed in groups: closures that arrive while a commit is being synced share the next one, a savepoint
// each, so that durability costs one sync for many of them, and the sync no time of the writer's. A Write that returned is on the disk, and so is all that a Read showed.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"tellus/internal/desk"
)

// Options are what Open may be told; the zero value is what a server wants.
type Options struct {
	Clock     func() time.Time // the source of Tx.Now; time.Now where nil. Leases never use it, see Tx.Clock.
	ReadConns int              // connections for Read on SQLite (4 where 0); all connections on PostgreSQL (20 where 0)
	Logger    *slog.Logger     // slog.Default() where nil
	// Trace is told each statement as the database gets it, before it runs, for tests that look at plans; nil in service.
	Trace     func(query string, args []any)
	SyncDelay time.Duration // added before a commit on SQLite is reported, to measure as if the disk were slower; 0 in service
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	clock func() time.Time
	log   *slog.Logger
	url   string // as pgx takes it, or the file's path
	write *sql.DB
	read  *sql.DB // the same as write on PostgreSQL
	group *group  // nil on PostgreSQL
	bus   *bus
	trace func(query string, args []any)
	memos sync.Map

	closing sync.Once
}

// Memo returns what is kept for key as long as the database is open, made by the first call: a place for caches of what the database holds, where
// several databases may be open in one program. What it returns must be safe for concurrent use.
func (d *DB) Memo(key any, make func() any) any {
	if kept, ok := d.memos.Load(key); ok {
		return kept
	}
	kept, _ := d.memos.LoadOrStore(key, make())
	return kept
}

// ErrClosed is returned for work that comes after Close.
var ErrClosed = errors.New("database closed")

// Open opens the database that rawURL names: "postgres://…" (or "postgresql://…"), "sqlite:PATH" or a bare path. A missing SQLite file is
// created, with mode 0600; its folder must exist. The schema is left as it is: see Migrate. Close must be called at the end.
func Open(ctx context.Context, rawURL string, o Options) (*DB, error) {
	d := &DB{clock: o.Clock, log: o.Logger, bus: newBus(), trace: o.Trace}
	if d.clock == nil {
		d.clock = time.Now
	}
	if d.log == nil {
		d.log = slog.Default()
	}
	if isPostgres(rawURL) {
		if err := d.openPostgres(ctx, rawURL, o); err != nil {
			return nil, fmt.Errorf("open PostgreSQL %s: %w", redactURL(rawURL), err)
		}
		return d, nil
	}
	path := strings.TrimPrefix(strings.TrimPrefix(rawURL, "sqlite:"), "//")
	if path == "" {
		return nil, errors.New("open SQLite: no path given")
	}
	if err := d.openSQLite(ctx, path, o); err != nil {
		return nil, fmt.Errorf("open SQLite %s: %w", path, err)
	}
	return d, nil
}

func isPostgres(rawURL string) bool {
	return strings.HasPrefix(rawURL, "postgres://") || strings.HasPrefix(rawURL, "postgresql://")
}

// redactURL keeps a password out of errors and logs.
func redactURL(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return "(unreadable address)"
	}
	return u.Redacted()
}

// Postgres reports whether the database is PostgreSQL; otherwise it is SQLite.
func (d *DB) Postgres() bool { return d.group == nil }

// Path returns the file of a SQLite database, "" on PostgreSQL.
func (d *DB) Path() string {
	if d.Postgres() {
		return ""
	}
	return d.url
}

// Now is the time that a transaction begun now would have as Tx.Now.
func (d *DB) Now() desk.Time { return desk.At(d.clock()) }

// Close waits for running transactions and closes the database. What comes later gets ErrClosed.
func (d *DB) Close() error {
	var err error
	d.closing.Do(func() {
		d.bus.close()
		if d.group != nil {
			d.group.close()
		}
		err = d.write.Close()
		if d.read != d.write {
			err = errors.Join(err, d.read.Close())
		}
	})
	return err
}

// Write runs fn in a transaction that is durable when Write returns nil. fn may run more than once (a serialisation failure or deadlock
// on PostgreSQL, a neighbour that spoiled a shared commit on SQLite), so it must have no effect but through tx and tx.AfterCommit, and
// must set, not add to, variables outside. Where fn fails or panics nothing of it remains. Neither Write nor Read may be called inside another's
// closure: a Write on SQLite would wait for itself, and on PostgreSQL all connections might be held by who waits for a second one.
func (d *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if d.group != nil {
		return d.group.write(ctx, fn)
	}
	return d.writePostgres(ctx, fn)
}

// Read runs fn in a read-only transaction that sees one snapshot of the database: what was committed when its first statement ran.
func (d *DB) Read(ctx context.Context, fn func(tx *Tx) error) error {
	conn, err := d.read.Conn(ctx)
	if err != nil {
		return closedOr(err, "read")
	}
	defer conn.Close() // returns it to the pool; a broken connection was told so below
	begin := "BEGIN"
	if d.Postgres() {
		begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	}
	if _, err := conn.ExecContext(ctx, begin); err != nil {
		return fmt.Errorf("begin reading: %w", err)
	}
	tx := newTx(d, conn)
	defer tx.end()
	defer func() {
		// COMMIT and ROLLBACK are one for a reader; the caller's context may be over, the transaction must end all the same.
		if _, err := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); err != nil {
			discard(conn)
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	return d.settled(ctx)
}

// Look runs fn, which only reads, without a transaction around it: each statement sees what is committed when it runs, on any connection. It is
// cheaper than Read where fn is one statement, or where several need not agree with each other.
func (d *DB) Look(fn func(tx *Tx) error) error {
	tx := newTx(d, d.read)
	defer tx.end()
	if err := fn(tx); err != nil {
		return err
	}
	return d.settled(context.Background()) // as long as a sync takes
}

// Ask runs one statement that reads, without a transaction around it, and returns its first row: cheaper than Read where one look is enough.
func (d *DB) Ask(ctx context.Context, query string, args ...any) *Row {
	row := newTx(d, d.read).Row(ctx, query, args...)
	if err := d.settled(ctx); err != nil {
		_ = row.Scan() // gives the connection back
		return &Row{err: err}
	}
	return row
}

// settled waits until what a reader has seen is durable.
func (d *DB) settled(ctx context.Context) error {
	if d.group == nil {
		return nil
	}
	return d.group.sync.settled(ctx)
}

func closedOr(err error, doing string) error {
	if errors.Is(err, sql.ErrConnDone) || strings.Contains(err.Error(), "database is closed") {
		return ErrClosed
	}
	return fmt.Errorf("%s: %w", doing, err)
}
