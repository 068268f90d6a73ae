package db

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// mostSoon is how many statements are held back at most before they are sent.
const mostSoon = 32

// waiting is a statement of a PostgreSQL transaction that was not sent yet.
type waiting struct {
	query string
	args  []any
	then  func(*Row) error // looks at what it returned; nil for nothing
	ahead bool             // what it returns is kept for who asks the same
	late  bool             // then may be called when the transaction is committed already
}

// answer is what a question that was asked ahead came to.
type answer struct {
	fields []pgconn.FieldDescription
	values [][]byte // nil where there was no row
}

// Ahead asks what a later Row of this transaction will ask in the same words with the same arguments, and keeps its answer for the first that does: on PostgreSQL
// several questions are one exchange with the server then. On SQLite, where asking costs nothing, it does nothing. The statement must not depend on what the
// transaction writes in between; one that writes by itself has written even if nobody asks.
func (tx *Tx) Ahead(ctx context.Context, query string, args ...any) error {
	if tx.pg == nil {
		return nil
	}
	return tx.hold(ctx, waiting{query: query, args: args, ahead: true})
}

// known returns the answer to a question that was asked ahead, nil where it was not.
func (tx *Tx) known(ctx context.Context, query string, args []any) (*answer, error) {
	if slices.ContainsFunc(tx.soon, func(w waiting) bool { return w.ahead && w.query == query }) {
		if err := tx.Flush(ctx); err != nil {
			return nil, err
		}
	}
	if len(tx.asked) == 0 {
		return nil, nil //nolint:nilnil // most are not asked ahead
	}
	key := question(query, args)
	a := tx.asked[key]
	delete(tx.asked, key)
	return a, nil
}

func question(query string, args []any) string { return fmt.Sprintf("%s\x00%q", query, args) }

// Soon has a statement run whose outcome nobody waits for: at once on SQLite; on PostgreSQL together with the next statement that somebody waits for, or with
// the commit, so that many cost one exchange with the server. Where it fails, so does the transaction: the error comes from Soon, from a later statement, or
// from Write. It must not depend on a table made in the same transaction.
func (tx *Tx) Soon(ctx context.Context, query string, args ...any) error {
	if tx.pg == nil {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}
	return tx.hold(ctx, waiting{query: query, args: args})
}

// SoonRow is Soon for a statement that returns at most one row. then is called when it has run, before any statement that was asked for after it is waited for, and
// may Scan the row; its error is the transaction's. What then sets is there once a later statement was waited for, or after Flush.
func (tx *Tx) SoonRow(ctx context.Context, then func(*Row) error, query string, args ...any) error {
	if tx.pg == nil {
		row := tx.Row(ctx, query, args...)
		err := then(row)
		if row.row != nil {
			_ = row.row.Scan() // lets go of a row that nobody read
		}
		return err
	}
	return tx.hold(ctx, waiting{query: query, args: args, then: then})
}

// LateRow is SoonRow for a statement whose row decides nothing: on PostgreSQL then may be called only when the transaction is committed, and its error does not undo it.
func (tx *Tx) LateRow(ctx context.Context, then func(*Row) error, query string, args ...any) error {
	if tx.pg == nil {
		return tx.SoonRow(ctx, then, query, args...)
	}
	return tx.hold(ctx, waiting{query: query, args: args, then: then, late: true})
}

func (tx *Tx) hold(ctx context.Context, w waiting) (err error) {
	if _, w.query, err = tx.prepare(ctx, w.query, w.args); err != nil {
		return err
	}
	tx.soon = append(tx.soon, w)
	if len(tx.soon) >= mostSoon {
		return tx.Flush(ctx)
	}
	return nil
}

// Flush waits for all statements that Soon and SoonRow were given.
func (tx *Tx) Flush(ctx context.Context) error {
	if len(tx.soon) == 0 {
		return nil
	}
	results, err := tx.send(ctx, nil)
	if err != nil {
		return err
	}
	return tx.failed(results.Close())
}

// send sends what waits, and last behind it, in one exchange. All but the outcome of last is read.
func (tx *Tx) send(ctx context.Context, last *waiting) (pgx.BatchResults, error) {
	var batch pgx.Batch
	all := tx.soon
	tx.soon = nil
	for _, w := range all {
		batch.Queue(w.query, w.args...)
	}
	if last != nil {
		batch.Queue(last.query, last.args...)
	}
	results := tx.pg.SendBatch(ctx, &batch)
	for _, w := range all {
		var err error
		switch {
		case w.ahead:
			err = tx.failed(tx.keep(w, results))
		case w.then == nil:
			_, err = results.Exec()
			err = tx.failed(err)
		default:
			rows, _ := results.Query() // its error is in rows too
			err = w.then(&Row{tx: tx, rows: rows})
			rows.Close()
			err = errors.Join(err, tx.failed(rows.Err()))
		}
		if err != nil {
			_ = results.Close() // what follows an error fails for it
			if tx.pg.PgConn().TxStatus() == 'I' {
				tx.broken = err // the transaction did not even begin: nothing that comes later may run outside of it
			}
			return nil, err
		}
	}
	return results, nil
}

// keep reads the answer to what was asked ahead.
func (tx *Tx) keep(w waiting, results pgx.BatchResults) error {
	rows, _ := results.Query() // its error is in rows too
	a := &answer{fields: slices.Clone(rows.FieldDescriptions())}
	if rows.Next() {
		a.values = make([][]byte, len(a.fields))
		for i, v := range rows.RawValues() {
			a.values[i] = bytes.Clone(v) // nil, which is NULL, stays nil
		}
	}
	rows.Close()
	if tx.asked == nil {
		tx.asked = map[string]*answer{}
	}
	tx.asked[question(w.query, w.args)] = a
	return rows.Err()
}

// execNow runs a statement on PostgreSQL after all that waits.
func (tx *Tx) execNow(ctx context.Context, query string, args []any) (int64, error) {
	if len(tx.soon) == 0 {
		tag, err := tx.pg.Exec(ctx, query, args...)
		return tag.RowsAffected(), tx.failed(err)
	}
	results, err := tx.send(ctx, &waiting{query: query, args: args})
	if err != nil {
		return 0, err
	}
	tag, err := results.Exec()
	return tag.RowsAffected(), tx.failed(errors.Join(err, results.Close()))
}

// rowNow asks for a row on PostgreSQL after all that waits.
func (tx *Tx) rowNow(ctx context.Context, query string, args []any) *Row {
	a, err := tx.known(ctx, query, args)
	if a != nil || err != nil {
		return &Row{tx: tx, answer: a, err: err}
	}
	if len(tx.soon) == 0 {
		rows, _ := tx.pg.Query(ctx, query, args...) // its error is in rows too
		return &Row{tx: tx, rows: rows}
	}
	results, err := tx.send(ctx, &waiting{query: query, args: args})
	if err != nil {
		return &Row{err: err}
	}
	rows, _ := results.Query()
	return &Row{tx: tx, rows: rows, results: results}
}

// scanNative copies the row of a statement that went to pgx itself.
func (r *Row) scanNative(dest []any) error {
	if r.answer != nil {
		if r.answer.values == nil {
			return sql.ErrNoRows
		}
		return pgx.ScanRow(r.tx.pg.TypeMap(), r.answer.fields, r.answer.values, dest...)
	}
	err := sql.ErrNoRows
	if r.rows.Next() {
		err = r.rows.Scan(dest...)
	}
	r.rows.Close()
	broke := r.rows.Err()
	if r.results != nil {
		broke = errors.Join(broke, r.results.Close())
	}
	if broke != nil {
		return r.tx.failed(broke)
	}
	return err
}

// commitNative sends what waits together with the commit. Statements that somebody looks at go before it: their word may be that nothing is to be committed.
func (tx *Tx) commitNative(ctx context.Context) error {
	for _, w := range tx.soon {
		if w.then != nil && !w.late {
			if err := tx.Flush(ctx); err != nil {
				return err
			}
			break
		}
	}
	if tx.broken != nil {
		return tx.broken
	}
	if tx.spoiled != nil {
		return tx.spoiled
	}
	switch status := tx.pg.PgConn().TxStatus(); {
	case status == 'E':
		return errPoisoned
	case status == 'I' && len(tx.soon) == 1:
		tx.soon = nil // begun, and nothing done
		return nil
	}
	// A commit that was interrupted may have happened or not: it is not interrupted.
	ctx = context.WithoutCancel(ctx)
	results, err := tx.send(ctx, &waiting{query: "COMMIT"})
	if err != nil {
		return err
	}
	tag, err := results.Exec()
	if err = errors.Join(err, results.Close()); err != nil {
		return fmt.Errorf("commit: %w", tx.failed(err))
	}
	if tag.String() != "COMMIT" {
		return errPoisoned
	}
	return nil
}
