package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"tellus/internal/desk"
)

// Tx is a running transaction. It belongs to one goroutine and ends with the closure that it was given to.
type Tx struct {
	// Now is when the transaction began, by Options.Clock: the only clock that a feature sees.
	Now desk.Time

	db       *DB
	conn     conn // nil once the transaction is over
	detached bool // statements must not be interrupted: other closures share this transaction
	depth    int
	hooks    []func()
	values   map[any]any
	spoiled  error // an error after which only running again helps, even if fn swallowed it

	// In a transaction that writes on PostgreSQL:
	pg     *pgx.Conn // the connection itself
	soon   []waiting // statements that go with the next one that is waited for; the first of all is BEGIN
	asked  map[string]*answer
	broken error // why the transaction never began
}

// conn is a connection, or for a lone statement any connection of a pool.
type conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

var errTxOver = errors.New("transaction is over")

func newTx(d *DB, c conn) *Tx {
	return &Tx{Now: d.Now(), db: d, conn: c}
}

func (tx *Tx) end() { tx.conn = nil }

// DB returns the database that the transaction runs on. Its Write must not be called before the transaction is over.
func (tx *Tx) DB() *DB { return tx.db }

// Postgres reports whether the transaction runs on PostgreSQL.
func (tx *Tx) Postgres() bool { return tx.db.Postgres() }

// prepare returns what the driver gets in place of a caller's context, statement and arguments.
func (tx *Tx) prepare(ctx context.Context, query string, args []any) (context.Context, string, error) {
	if tx.conn == nil {
		return nil, "", errTxOver
	}
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	if tx.broken != nil {
		return nil, "", tx.broken
	}
	if tx.detached {
		// An interrupted statement makes SQLite roll the whole transaction back, which is not ours alone.
		ctx = context.WithoutCancel(ctx)
	}
	for i, a := range args {
		v, err := plain(a)
		if err != nil {
			return nil, "", fmt.Errorf("argument $%d: %w", i+1, err)
		}
		args[i] = v
	}
	if tx.db.group != nil {
		query = rewrite(query)
	}
	if tx.db.trace != nil {
		tx.db.trace(query, args)
	}
	return ctx, query, nil
}

// plain turns an argument into what both drivers take alike. json.RawMessage becomes a string, since JSON lives in TEXT columns, and
// time.Time becomes microseconds.
func plain(a any) (any, error) {
	switch v := a.(type) {
	case nil, int64, string, bool, float64, []byte:
		return v, nil
	case int:
		return int64(v), nil
	case desk.Time:
		return int64(v), nil
	case json.RawMessage:
		if v == nil {
			return nil, nil
		}
		return string(v), nil
	case time.Time:
		return v.UnixMicro(), nil
	case driver.Valuer:
		return v.Value()
	}
	r := reflect.ValueOf(a)
	switch r.Kind() {
	case reflect.Pointer:
		if r.IsNil() {
			return nil, nil
		}
		return plain(r.Elem().Interface())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if r.Uint() > 1<<63-1 {
			return nil, fmt.Errorf("%d does not fit a BIGINT", r.Uint())
		}
		return int64(r.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return r.Float(), nil
	case reflect.Bool:
		return r.Bool(), nil
	case reflect.String:
		return r.String(), nil
	case reflect.Slice:
		if r.Type().Elem().Kind() == reflect.Uint8 {
			return r.Bytes(), nil
		}
	}
	return nil, fmt.Errorf("cannot store a %T", a)
}

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (affected int64, err error) {
	ctx, query, err = tx.prepare(ctx, query, args)
	if err != nil {
		return 0, err
	}
	if tx.pg != nil && len(args) > 0 {
		return tx.execNow(ctx, query, args)
	}
	if err := tx.Flush(ctx); err != nil { // without arguments several statements may stand in one text, which only the simple protocol takes
		return 0, err
	}
	r, err := tx.conn.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, tx.failed(err)
	}
	return r.RowsAffected()
}

// Query runs a statement that returns rows. They must be read to the end or closed before the next statement; see Rows.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, query, err := tx.prepare(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if err := tx.Flush(ctx); err != nil {
		return nil, err
	}
	rows, err := tx.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, tx.failed(err)
	}
	return rows, nil
}

// Row is the one row that a query returned, or its error.
type Row struct {
	tx  *Tx
	row *sql.Row
	err error

	rows    pgx.Rows         // in the place of row, where pgx itself was asked
	results pgx.BatchResults // of the exchange that it came with; nil where it came alone
	answer  *answer          // in the place of rows, where it was asked ahead
}

// Scan copies the row's columns. It returns sql.ErrNoRows where there was no row.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	if r.rows != nil || r.answer != nil {
		return r.scanNative(dest)
	}
	err := r.row.Scan(dest...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return r.tx.failed(err)
	}
	return err
}

// Row runs a statement that returns at most one row; further rows are dropped. Errors appear in Scan, which must be called.
func (tx *Tx) Row(ctx context.Context, query string, args ...any) *Row {
	ctx, query, err := tx.prepare(ctx, query, args)
	if err != nil {
		return &Row{err: err}
	}
	if tx.pg != nil {
		return tx.rowNow(ctx, query, args)
	}
	return &Row{tx: tx, row: tx.conn.QueryRowContext(ctx, query, args...)}
}

// failed remembers an error after which the transaction can only be run again.
func (tx *Tx) failed(err error) error {
	if err != nil && tx.spoiled == nil && tx.db.mustRunAgain(err) {
		tx.spoiled = err
	}
	return err
}

// Lock holds the row of a table until the transaction ends, so that a decision about it stays true: FOR NO KEY UPDATE on PostgreSQL
// (which lets others insert rows that refer to it), nothing on SQLite, where there is only one writer. A missing row is no error. Rows are
// locked in the order customer, conversation, queue, agent. table must be a constant of the program.
func (tx *Tx) Lock(ctx context.Context, table string, id int64) error {
	if !tx.Postgres() {
		return nil
	}
	var found int64
	err := tx.Row(ctx, "SELECT id FROM "+table+" WHERE id = $1 FOR NO KEY UPDATE", id).Scan(&found)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("lock %s %d: %w", table, id, err)
	}
	return nil
}

// Savepoint runs fn and undoes all that it did, hooks and values included, where it fails or panics; the transaction goes on. fn's error is
// returned as it is. Errors that call for running the whole transaction again do so even if the caller swallows them.
func (tx *Tx) Savepoint(ctx context.Context, fn func() error) (err error) {
	tx.depth++
	name := "sp" + strconv.Itoa(tx.depth)
	hooks, values := len(tx.hooks), maps.Clone(tx.values)
	defer func() { tx.depth-- }()
	if _, err := tx.Exec(ctx, "SAVEPOINT "+name); err != nil {
		return fmt.Errorf("set savepoint: %w", err)
	}
	finished := false
	defer func() {
		if finished && err == nil {
			return
		}
		tx.hooks, tx.values, tx.soon = tx.hooks[:hooks], values, nil
		// The caller's context may be why fn failed; the transaction must still be brought back.
		back := context.WithoutCancel(ctx)
		_, undo := tx.Exec(back, "ROLLBACK TO SAVEPOINT "+name)
		if undo == nil {
			_, undo = tx.Exec(back, "RELEASE SAVEPOINT "+name)
		}
		if undo != nil && tx.spoiled == nil {
			tx.spoiled = fmt.Errorf("undo savepoint: %w", errors.Join(undo, err))
		}
	}()
	err = fn()
	if err == nil {
		if _, err = tx.Exec(ctx, "RELEASE SAVEPOINT "+name); err != nil {
			err = fmt.Errorf("release savepoint: %w", err)
		}
	}
	finished = true
	return err
}

// AfterCommit has fn run once the transaction is durable, in the order of the calls, on the goroutine that called Write. fn must be short and
// must not fail; it is dropped where the transaction, or the savepoint that it was asked in, is undone.
func (tx *Tx) AfterCommit(fn func()) { tx.hooks = append(tx.hooks, fn) }

// Value returns what SetValue stored under key in this transaction, or nil.
func (tx *Tx) Value(key any) any { return tx.values[key] }

// SetValue keeps a value until the transaction ends. A savepoint that is undone brings the former value back, so a value must be
// replaced, never changed in place.
func (tx *Tx) SetValue(key, value any) {
	if tx.values == nil {
		tx.values = map[any]any{}
	}
	tx.values[key] = value
}

// Clock is an SQL expression for the database's own clock in microseconds UTC: what leases and heartbeats of several nodes are measured
// by, since their own clocks differ and tests set Tx.Now.
func (tx *Tx) Clock() string { return tx.db.ClockSQL() }

// ClockSQL is Tx.Clock outside a transaction.
func (d *DB) ClockSQL() string {
	if d.Postgres() {
		return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
	}
	return "CAST(unixepoch('subsec') * 1000000 AS INTEGER)"
}
