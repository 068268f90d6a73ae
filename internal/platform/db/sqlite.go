package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	writerStatements = 600 // kept prepared on the writer; a desk has about half as many
	readerStatements = 300
)

func (d *DB) openSQLite(ctx context.Context, path string, o Options) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	// SQLite would create the file by the umask; a desk's mail is nobody else's business.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	d.url = path
	conns := o.ReadConns
	if conns <= 0 {
		conns = 4
	}
	d.write = sql.OpenDB(&sqliteConnector{dsn: sqliteDSN(path, "cache_size(-32000)"), keep: writerStatements})
	d.write.SetMaxOpenConns(1)
	d.read = sql.OpenDB(&sqliteConnector{dsn: sqliteDSN(path, "cache_size(-8000)", "query_only(1)"), keep: readerStatements})
	d.read.SetMaxOpenConns(conns)
	d.read.SetMaxIdleConns(conns)
	conn, err := d.write.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "SELECT 1") // opens, and switches the file to WAL before a reader comes
	}
	if err != nil {
		return errors.Join(err, d.write.Close(), d.read.Close())
	}
	syncer, err := newSyncer(path, o.SyncDelay)
	if err != nil {
		return errors.Join(err, d.write.Close(), d.read.Close())
	}
	d.group = newGroup(d, conn, syncer, newCheckpointer(path, d.log))
	return nil
}

// sqliteDSN names the file with the settings of a connection. synchronous=NORMAL leaves the log's sync after a commit to the syncer; the log is copied
// into the database by the checkpointer.
func sqliteDSN(path string, more ...string) string {
	q := url.Values{}
	q["_pragma"] = append([]string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)", "temp_store(MEMORY)",
		"wal_autocheckpoint(0)", "journal_size_limit(67108864)",
	}, more...)
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// sqliteCode returns the extended result code of an error of SQLite, 0 of any other.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

func isSQLiteUnique(err error) bool {
	switch sqliteCode(err) {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return true
	}
	return false
}

func isSQLiteConstraint(err error) bool { return sqliteCode(err)&0xff == sqlite3.SQLITE_CONSTRAINT }

// RefreshStatistics lets SQLite renew what its query planner knows of tables that have changed much, looking at some hundred rows of each index; it is meant to run
// about once a day and takes milliseconds. PostgreSQL does so by itself. What it learns of small tables is dropped: a plan that reads all of a
// table of ten rows, even to find one by its key, would still be followed when there are a million.
func (d *DB) RefreshStatistics(ctx context.Context) error {
	if d.Postgres() {
		return nil
	}
	err := d.Write(ctx, func(tx *Tx) error {
		const all = "PRAGMA optimize = 0x10002" //nolint:misspell // 0x10000: all tables, not only those queried lately
		for _, pragma := range []string{"PRAGMA analysis_limit = 400", all} {
			if _, err := tx.Exec(ctx, pragma); err != nil {
				return err
			}
		}
		return forgetSmallTables(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("refresh statistics: %w", err)
	}
	return nil
}

// forgetSmallTables drops the statistics of tables of less than ten thousand rows, for which the planner then supposes its large defaults.
func forgetSmallTables(ctx context.Context, tx *Tx) error {
	var there bool
	if err := tx.Row(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1')").Scan(&there); err != nil || !there {
		return err
	}
	for _, text := range []string{
		"DELETE FROM sqlite_stat1 WHERE tbl NOT IN (SELECT tbl FROM sqlite_stat1 WHERE CAST(stat AS INTEGER) >= 10000)",
		"ANALYZE sqlite_schema", // has this connection read them anew; others do when they see that the schema changed
	} {
		if _, err := tx.Exec(ctx, text); err != nil {
			return err
		}
	}
	return nil
}
