package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	writeTries = 12 // of one Write on PostgreSQL; with back-off they last about two seconds

	pgUniqueViolation      = "23505"
	pgSerializationFailure = "40001"
	pgDeadlockDetected     = "40P01"
)

// session is what a connection to PostgreSQL begins with, unless the address says otherwise.
var session = map[string]string{
	"application_name": "tellus",
	// A node that hangs within a transaction would stall every reader of the event log.
	"idle_in_transaction_session_timeout": "60s",
	// Every query is short and asked often: compiling one costs more than it ever saves.
	"jit": "off",
	// Tables lie in memory or on flash. With the default of 4, made for turning disks, lists and counts read whole tables instead of the index made for them.
	"random_page_cost": "1.1",
}

func (d *DB) openPostgres(ctx context.Context, rawURL string, o Options) error {
	cfg, err := pgx.ParseConfig(rawURL)
	if err != nil {
		return errors.New("unreadable address") // pgx's error repeats the address
	}
	for name, value := range session {
		if cfg.RuntimeParams[name] == "" { // what the address says counts
			cfg.RuntimeParams[name] = value
		}
	}
	conns := o.ReadConns
	if conns <= 0 {
		conns = 20
	}
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		return errors.Join(err, pool.Close())
	}
	var version int
	if err := pool.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return errors.Join(err, pool.Close())
	}
	if version < 150000 {
		return errors.Join(fmt.Errorf("PostgreSQL 15 or later is needed, this is %d", version/10000), pool.Close())
	}
	d.url, d.write, d.read = rawURL, pool, pool
	d.bus.relay = newRelay(d, cfg)
	return nil
}

// writePostgres runs fn at READ COMMITTED, again where PostgreSQL chose it as the victim of a deadlock or a serialisation failure.
func (d *DB) writePostgres(ctx context.Context, fn func(*Tx) error) error {
	for try := 1; ; try++ {
		tx, err := d.writeOnce(ctx, fn)
		if err == nil {
			for _, hook := range tx.hooks {
				hook()
			}
			return nil
		}
		if try == writeTries || !d.mustRunAgain(err) {
			return err
		}
		wait := time.Millisecond << min(try-1, 8)
		select {
		case <-time.After(wait/2 + rand.N(wait)): // jitter keeps two victims from meeting again
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (d *DB) writeOnce(ctx context.Context, fn func(*Tx) error) (*Tx, error) {
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return nil, closedOr(err, "write")
	}
	defer conn.Close() // returns it to the pool
	tx := newTx(d, conn)
	if tx.pg, err = native(conn); err != nil {
		return nil, fmt.Errorf("begin writing: %w", err)
	}
	tx.soon = []waiting{{query: "BEGIN"}}
	defer func() {
		tx.end()
		if tx.pg.PgConn().TxStatus() == 'I' {
			return // committed, or never begun
		}
		if _, err := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); err != nil {
			discard(conn)
		}
	}()
	if err := fn(tx); err != nil {
		if tx.spoiled != nil && !d.mustRunAgain(err) {
			return nil, fmt.Errorf("%w (after %w)", tx.spoiled, err)
		}
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := tx.commitNative(ctx); err != nil {
		return nil, err
	}
	return tx, nil
}

var errPoisoned = errors.New("a statement failed without a savepoint and its error was dropped: nothing can be committed")

// native returns the connection behind one of database/sql. It is used while conn is held, by the goroutine that holds it.
func native(conn *sql.Conn) (pg *pgx.Conn, err error) {
	err = conn.Raw(func(c any) error {
		pg = c.(*stdlib.Conn).Conn()
		return nil
	})
	return pg, err
}

// mustRunAgain reports whether the database gave up a transaction that would succeed when run again.
func (d *DB) mustRunAgain(err error) bool {
	if !d.Postgres() {
		return false
	}
	code := pgCode(err)
	return code == pgSerializationFailure || code == pgDeadlockDetected
}

func pgCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// IsUnique reports whether a statement failed because a unique key was taken. On PostgreSQL the transaction is poisoned then, so look behind a
// Savepoint, or better ask with ON CONFLICT.
func IsUnique(err error) bool { return isSQLiteUnique(err) || pgCode(err) == pgUniqueViolation }
