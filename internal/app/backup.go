package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver "sqlite", for a connection beside those of platform/db

	"tellus/internal/migrations"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
)

// KeyFile names the file with the keys that secrets are sealed with. It is never part of a backup.
func KeyFile(c Config) string { return c.in(keyFile) }

// blobRow is a blob as the database knows it.
type blobRow struct {
	hash string
	size int64
	refs int64
}

// Backup writes the database, as one snapshot sees it, and then the files that the snapshot names to one file at path; ".gz" and ".zst" at its
// end compress it. The server may run meanwhile. The file appears when it is whole and durable, readable by its owner only; the key
// file is not in it.
func Backup(ctx context.Context, c Config, path string) (Manifest, error) {
	d, err := c.existingDatabase(ctx)
	if err != nil {
		return Manifest{}, err
	}
	m, err := c.backup(ctx, d, path)
	return m, errors.Join(err, d.Close())
}

func (c Config) backup(ctx context.Context, d *db.DB, path string) (m Manifest, err error) {
	release, err := leaseBackup(ctx, d, c.logger())
	if err != nil {
		return Manifest{}, err
	}
	defer release()
	blobs, err := c.openBlobs(ctx, d)
	if err != nil {
		return Manifest{}, err
	}
	defer blobs.Close() // read side only
	a, err := createArchive(path, d.Now().Time())
	if err != nil {
		return Manifest{}, fmt.Errorf("create backup: %w", err)
	}
	defer func() { err = errors.Join(err, a.abort()) }()
	var rows []blobRow
	if d.Postgres() {
		m, rows, err = c.backupPostgres(ctx, a)
	} else {
		m, rows, err = c.backupSQLite(ctx, d.Path(), a)
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("back up database: %w", err)
	}
	for _, row := range rows {
		if err := addBlob(ctx, a, blobs, row, c.logger()); err != nil {
			return Manifest{}, err
		}
	}
	if err := a.addRedactions(c.in(redactionsFile)); err != nil {
		return Manifest{}, err
	}
	return m, a.finish()
}

// leaseBackup becomes a node of the cluster and takes the lease that keeps blobs from being swept.
func leaseBackup(ctx context.Context, d *db.DB, log *slog.Logger) (release func(), err error) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	node, err := cluster.Join(ctx, d, cluster.Options{
		Instance: "backup/" + host + "/" + strconv.Itoa(os.Getpid()), Name: host + " (backup)", Level: migrations.Level, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	leave := func() {
		if err := node.Leave(context.WithoutCancel(ctx)); err != nil {
			log.Warn("backup node not signed off", "error", err) // it counts as dead in a minute
		}
	}
	if _, err := node.Acquire(ctx, blob.BackupLease); err != nil {
		leave()
		if errors.Is(err, cluster.ErrTaken) {
			return nil, errors.New("another backup is running")
		}
		return nil, err
	}
	return leave, nil
}

func addBlob(ctx context.Context, a *archiveWriter, blobs *blob.Store, row blobRow, log *slog.Logger) error {
	r, err := blobs.Open(ctx, row.hash)
	if errors.Is(err, fs.ErrNotExist) {
		if row.refs > 0 { // a backup without it is better than no backup
			log.Error("a file that the database names is missing", "blob", row.hash)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("read blob %s: %w", row.hash, err)
	}
	defer r.Close() // read side only
	return a.add(blobPrefix+row.hash, row.size, r)
}

// addRedactions carries the journal of redactions along, for a machine that has none.
func (a *archiveWriter) addRedactions(path string) error {
	data, err := os.ReadFile(path) // as much as was appended until now
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read redactions: %w", err)
	}
	return a.addBytes(redactionsEntry, data)
}

// backupSQLite has SQLite write a copy of the database beside the backup, by VACUUM INTO: one snapshot, without stopping writers.
func (c Config) backupSQLite(ctx context.Context, path string, a *archiveWriter) (m Manifest, rows []blobRow, err error) {
	copied, err := os.CreateTemp(filepath.Dir(a.path), "."+filepath.Base(a.path)+".db.*") // mode 0600, empty as VACUUM INTO wants it
	if err != nil {
		return Manifest{}, nil, err
	}
	defer func() { err = errors.Join(err, os.Remove(copied.Name())) }()
	if err := copied.Close(); err != nil {
		return Manifest{}, nil, err
	}
	if err := vacuumInto(ctx, path, copied.Name()); err != nil {
		return Manifest{}, nil, err
	}
	m, rows, err = describeSQLite(ctx, copied.Name())
	if err != nil {
		return Manifest{}, nil, err
	}
	m.At = a.at
	if err := a.addJSON(manifestEntry, m); err != nil {
		return Manifest{}, nil, err
	}
	return m, rows, a.addFile(sqliteEntry, copied.Name())
}

func sqliteFile(path string) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: "_pragma=busy_timeout(10000)"}).String()
}

func vacuumInto(ctx context.Context, from, to string) (err error) {
	source, err := sql.Open("sqlite", sqliteFile(from))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	if _, err := source.ExecContext(ctx, "VACUUM INTO $1", to); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return nil
}

func describeSQLite(ctx context.Context, path string) (m Manifest, rows []blobRow, err error) {
	d, err := sql.Open("sqlite", sqliteFile(path))
	if err != nil {
		return Manifest{}, nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return describe(ctx, "sqlite", sqlQuerier{d})
}

// backupPostgres copies every table within one snapshot.
func (c Config) backupPostgres(ctx context.Context, a *archiveWriter) (m Manifest, rows []blobRow, err error) {
	conn, err := pgx.Connect(ctx, c.Database)
	if err != nil {
		return Manifest{}, nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx)) // the transaction below is read-only
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return Manifest{}, nil, err
	}
	defer func() {
		if e := tx.Rollback(context.WithoutCancel(ctx)); err == nil { // read-only: nothing to keep
			err = e
		}
	}()
	m, rows, err = describe(ctx, "postgres", pgxQuerier{tx})
	if err != nil {
		return Manifest{}, nil, err
	}
	m.At = a.at
	if err := a.addJSON(manifestEntry, m); err != nil {
		return Manifest{}, nil, err
	}
	return m, rows, dumpPostgres(ctx, tx, a)
}

// querier runs the few queries that describe a snapshot, on either driver.
type querier interface {
	each(ctx context.Context, query string, dest []any, row func()) error
}

type sqlQuerier struct{ db *sql.DB }

func (q sqlQuerier) each(ctx context.Context, query string, dest []any, row func()) error {
	rows, err := q.db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		row()
	}
	return rows.Err()
}

type pgxQuerier struct{ tx pgx.Tx }

func (q pgxQuerier) each(ctx context.Context, query string, dest []any, row func()) error {
	rows, err := q.tx.Query(ctx, query)
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(rows, dest, func() error { row(); return nil })
	return err
}

func describe(ctx context.Context, database string, q querier) (Manifest, []blobRow, error) {
	m := Manifest{Format: archiveFormat, Version: VersionText(), Database: database, Migrations: []string{}}
	var version int
	var name string
	err := q.each(ctx, "SELECT version, name FROM schema_migration ORDER BY version", []any{&version, &name}, func() {
		m.Migrations = append(m.Migrations, fmt.Sprintf("%04d_%s", version, name))
	})
	if err != nil {
		return Manifest{}, nil, fmt.Errorf("read schema: %w", err)
	}
	for query, into := range map[string]*int64{
		"SELECT COUNT(*) FROM conversation": &m.Conversations,
		"SELECT COUNT(*) FROM message":      &m.Messages,
	} {
		if err := q.each(ctx, query, []any{into}, func() {}); err != nil {
			return Manifest{}, nil, fmt.Errorf("count: %w", err)
		}
	}
	var rows []blobRow
	var b blobRow
	err = q.each(ctx, "SELECT hash, size, refs FROM blob ORDER BY hash", []any{&b.hash, &b.size, &b.refs}, func() { rows = append(rows, b) })
	if err != nil {
		return Manifest{}, nil, fmt.Errorf("list blobs: %w", err)
	}
	m.Blobs = int64(len(rows))
	return m, rows, nil
}
