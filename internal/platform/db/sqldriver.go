package db

import (
	"context"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
)

// sqliteConnector opens SQLite connections that keep their prepared statements, keyed by SQL text. Preparing costs several times what
// running a small statement does, and database/sql keeps none for plain Exec and Query.
type sqliteConnector struct {
	dsn  string
	keep int // statements kept on each connection
}

func (c *sqliteConnector) Driver() driver.Driver { return &sqlite.Driver{} }

func (c *sqliteConnector) Connect(context.Context) (driver.Conn, error) {
	raw, err := (&sqlite.Driver{}).Open(c.dsn)
	if err != nil {
		return nil, err
	}
	if err := stablePlans(raw); err != nil && !errors.Is(err, errNoHandle) {
		return nil, errors.Join(err, raw.Close())
	}
	return &sqliteConn{raw: raw, keep: c.keep, kept: map[string]*keptStmt{}}, nil
}

// sqliteConn is used by one goroutine at a time, as database/sql promises.
type sqliteConn struct {
	raw  driver.Conn
	keep int
	kept map[string]*keptStmt
	tick int64 // counts uses, so that the least recently used statement is found
}

type keptStmt struct {
	driver.Stmt
	used int64
	busy bool // its rows are being read: running it again would cut them off
}

var (
	_ driver.ExecerContext   = (*sqliteConn)(nil)
	_ driver.QueryerContext  = (*sqliteConn)(nil)
	_ driver.SessionResetter = (*sqliteConn)(nil)
	_ driver.Validator       = (*sqliteConn)(nil)
)

func (c *sqliteConn) Prepare(query string) (driver.Stmt, error) { return c.raw.Prepare(query) }

func (c *sqliteConn) Begin() (driver.Tx, error) {
	return nil, errors.New("transactions are begun by DB.Write and DB.Read")
}

func (c *sqliteConn) Close() error {
	for _, s := range c.kept {
		s.Close() // closing the connection reports what matters
	}
	clear(c.kept)
	return c.raw.Close()
}

func (c *sqliteConn) ResetSession(ctx context.Context) error {
	if r, ok := c.raw.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *sqliteConn) IsValid() bool {
	if v, ok := c.raw.(driver.Validator); ok {
		return v.IsValid()
	}
	return true
}

// CheckNamedValue takes what Tx made plain and lets database/sql convert the rest.
func (c *sqliteConn) CheckNamedValue(v *driver.NamedValue) error {
	switch v.Value.(type) {
	case nil, int64, string, bool, float64, []byte:
		return nil
	}
	return driver.ErrSkip
}

// statement returns the kept statement for query, or a new one. Where that is in use, or where nothing may be kept, own is true and the caller
// closes it.
func (c *sqliteConn) statement(query string) (s *keptStmt, own bool, err error) {
	c.tick++
	if s = c.kept[query]; s != nil && !s.busy {
		s.used = c.tick
		return s, false, nil
	}
	raw, err := c.raw.Prepare(query)
	if err != nil {
		return nil, false, err
	}
	fresh := &keptStmt{Stmt: raw, used: c.tick}
	if s != nil {
		return fresh, true, nil
	}
	if len(c.kept) >= c.keep {
		c.dropOldest()
	}
	c.kept[query] = fresh
	return fresh, false, nil
}

// dropOldest closes the idle statement that was not used for longest. It looks at all of them, which is rare: a program has fewer
// statements than are kept, unless lists of many lengths are asked for.
func (c *sqliteConn) dropOldest() {
	oldest, at := "", int64(-1)
	for q, s := range c.kept {
		if !s.busy && (at < 0 || s.used < at) {
			oldest, at = q, s.used
		}
	}
	if at >= 0 {
		c.kept[oldest].Close() // an idle statement has no error left to report
		delete(c.kept, oldest)
	}
}

func (c *sqliteConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, own, err := c.statement(query)
	if err != nil {
		return nil, err
	}
	if own {
		defer s.Close()
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (c *sqliteConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, own, err := c.statement(query)
	if err != nil {
		return nil, err
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		if own {
			s.Close()
		}
		return nil, err
	}
	s.busy = true
	return &keptRows{Rows: rows, stmt: s, own: own}, nil
}

// keptRows frees its statement for the next use when it is closed.
type keptRows struct {
	driver.Rows
	stmt *keptStmt
	own  bool
}

func (r *keptRows) Close() error {
	err := r.Rows.Close()
	r.stmt.busy = false
	if r.own {
		err = errors.Join(err, r.stmt.Close())
	}
	return err
}
