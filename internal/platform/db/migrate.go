package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Migrations are run by our own few lines rather than by goose, for two reasons: each step must record, in the row that says it was applied, the
// oldest binary that can live with the schema after it; and one file serves both databases, rewritten on the way. Both would have to be built
// around goose, whose lock for several nodes we would not use either: an advisory lock of the transaction does.

// migration is one file NNNN_name.sql.
type migration struct {
	version      int
	name         string
	oldestBinary int
	script       string
}

const migrationLock = 0x7e11_0001 // of pg_advisory_xact_lock

var (
	migrationName = regexp.MustCompile(`^(\d{4})_([a-z0-9_]+)\.sql$`)
	migrationHead = regexp.MustCompile(`^-- oldest-binary: (\d+)\r?\n`)
)

// ErrOldBinary says that the database was migrated by a newer Tellus with which this one cannot live.
var ErrOldBinary = errors.New("this program is too old for its database")

const createMigrationTable = `CREATE TABLE IF NOT EXISTS schema_migration (
  version       BIGINT PRIMARY KEY,
  name          TEXT NOT NULL,
  applied_at    BIGINT NOT NULL,
  oldest_binary BIGINT NOT NULL
)`

// Migrate applies those files NNNN_name.sql in the root of files that were not applied yet, in order, each in a transaction of its own; nodes that
// start together wait for each other. A file's first line is "-- oldest-binary: LEVEL", see CheckBinary. Lines between "-- +only sqlite" or
// "-- +only postgres" and "-- +end" are for one database. It returns the names of what it applied.
func (d *DB) Migrate(ctx context.Context, files fs.FS) (applied []string, err error) {
	steps, err := readMigrations(files, d.Postgres())
	if err != nil {
		return nil, err
	}
	if err := d.createMigrationTable(ctx); err != nil {
		return nil, err
	}
	known, err := d.appliedMigrations(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range steps {
		if known[m.version] == m.name {
			continue // what stands is asked once, not in a transaction for each
		}
		did, err := d.applyMigration(ctx, m)
		if err != nil {
			return applied, fmt.Errorf("migration %04d_%s: %w", m.version, m.name, err)
		}
		if did {
			applied = append(applied, fmt.Sprintf("%04d_%s", m.version, m.name))
		}
	}
	return applied, nil
}

func (d *DB) createMigrationTable(ctx context.Context) error {
	if _, err := d.migrationState(ctx); err == nil {
		return nil // a server without the right to create tables may still check
	}
	err := d.Write(ctx, func(tx *Tx) error {
		if err := tx.lockMigrations(ctx); err != nil {
			return err
		}
		ddl := createMigrationTable
		if !tx.Postgres() {
			ddl = rewriteSchema(ddl)
		}
		_, err := tx.Exec(ctx, ddl)
		return err
	})
	if err != nil {
		return fmt.Errorf("create schema_migration: %w", err)
	}
	return nil
}

// lockMigrations makes nodes that start together migrate one after the other; SQLite has one writer anyway.
func (tx *Tx) lockMigrations(ctx context.Context) error {
	if !tx.Postgres() {
		return nil
	}
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", migrationLock)
	return err
}

func (d *DB) applyMigration(ctx context.Context, m migration) (did bool, err error) {
	err = d.Write(ctx, func(tx *Tx) error {
		did = false
		if err := tx.lockMigrations(ctx); err != nil {
			return err
		}
		var name string
		err := tx.Row(ctx, "SELECT name FROM schema_migration WHERE version = $1", m.version).Scan(&name)
		if err == nil {
			if name != m.name {
				return fmt.Errorf("version %d was applied as %q", m.version, name)
			}
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		// As one script, without arguments: both drivers then take many statements at once.
		if _, err := tx.conn.ExecContext(context.WithoutCancel(ctx), m.script); err != nil {
			return tx.failed(err)
		}
		_, err = tx.Exec(ctx, "INSERT INTO schema_migration (version, name, applied_at, oldest_binary) VALUES ($1, $2, $3, $4)",
			m.version, m.name, time.Now(), m.oldestBinary)
		did = err == nil
		return err
	})
	return did, err
}

// appliedMigrations returns the names of what was applied, by version.
func (d *DB) appliedMigrations(ctx context.Context) (map[int]string, error) {
	names := map[int]string{}
	err := d.Read(ctx, func(tx *Tx) error {
		rows, err := tx.Query(ctx, "SELECT version, name FROM schema_migration")
		type step struct {
			version int
			name    string
		}
		list, err := Rows(rows, err, func(r *sql.Rows, s *step) error { return r.Scan(&s.version, &s.name) })
		for _, s := range list {
			names[s.version] = s.name
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read schema_migration: %w", err)
	}
	return names, nil
}

// migrationState returns the oldest binary level that can live with the database.
func (d *DB) migrationState(ctx context.Context) (oldest int, err error) {
	err = d.Read(ctx, func(tx *Tx) error {
		return tx.Row(ctx, "SELECT COALESCE(MAX(oldest_binary), 0) FROM schema_migration").Scan(&oldest)
	})
	return oldest, err
}

// CheckBinary returns ErrOldBinary where the database says that a binary of this level cannot live with its schema. A database that is merely
// newer than the binary is fine: steps expand first and contract a release later.
func (d *DB) CheckBinary(ctx context.Context, level int) error {
	oldest, err := d.migrationState(ctx)
	if err != nil {
		return fmt.Errorf("check the schema's age: %w", err)
	}
	if oldest > level {
		return fmt.Errorf("%w: it needs level %d or later, this is %d", ErrOldBinary, oldest, level)
	}
	return nil
}

// Pending returns the names of the migrations in files that Migrate would apply.
func (d *DB) Pending(ctx context.Context, files fs.FS) ([]string, error) {
	steps, err := readMigrations(files, d.Postgres())
	if err != nil {
		return nil, err
	}
	var applied map[int]string // none where the table is not there yet
	if _, err := d.migrationState(ctx); err == nil {
		if applied, err = d.appliedMigrations(ctx); err != nil {
			return nil, err
		}
	}
	var names []string
	for _, m := range steps {
		if _, ok := applied[m.version]; !ok {
			names = append(names, fmt.Sprintf("%04d_%s", m.version, m.name))
		}
	}
	return names, nil
}

// readMigrations returns the steps in order, in the words of one database.
func readMigrations(files fs.FS, postgres bool) ([]migration, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var steps []migration
	for _, file := range names {
		m, err := readMigration(files, file, postgres)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", file, err)
		}
		if len(steps) > 0 && steps[len(steps)-1].version == m.version {
			return nil, fmt.Errorf("migration %s: its number is taken", file)
		}
		steps = append(steps, m)
	}
	return steps, nil
}

func readMigration(files fs.FS, file string, postgres bool) (migration, error) {
	parts := migrationName.FindStringSubmatch(file)
	if parts == nil {
		return migration{}, errors.New("is not named NNNN_name.sql")
	}
	data, err := fs.ReadFile(files, file)
	if err != nil {
		return migration{}, err
	}
	head := migrationHead.FindSubmatch(data)
	if head == nil {
		return migration{}, errors.New(`first line is not "-- oldest-binary: LEVEL"`)
	}
	m := migration{name: parts[2]}
	m.version, _ = strconv.Atoi(parts[1]) // four digits
	if m.oldestBinary, err = strconv.Atoi(string(head[1])); err != nil {
		return migration{}, err
	}
	m.script, err = oneEngine(string(data), postgres)
	if err == nil && !postgres {
		m.script = rewriteMigration(m.script)
	}
	return m, err
}

const verbatimMark = "-- +verbatim"

// oneEngine drops the lines for the other database and marks those for this one, which are not rewritten.
func oneEngine(script string, postgres bool) (string, error) {
	var b strings.Builder
	only := ""
	for i, line := range strings.SplitAfter(script, "\n") {
		switch mark := strings.TrimSpace(line); {
		case mark == "-- +only sqlite" || mark == "-- +only postgres":
			if only != "" {
				return "", fmt.Errorf("line %d: a block within a block", i+1)
			}
			only = strings.TrimPrefix(mark, "-- +only ")
			b.WriteString(verbatimMark + "\n")
		case mark == "-- +end":
			if only == "" {
				return "", fmt.Errorf("line %d: end without a block", i+1)
			}
			only = ""
			b.WriteString(verbatimMark + "\n")
		case strings.HasPrefix(mark, "-- +"):
			return "", fmt.Errorf("line %d: unknown mark %q", i+1, mark)
		case only == "" || (only == "postgres") == postgres:
			b.WriteString(line)
		}
	}
	if only != "" {
		return "", fmt.Errorf("block for %s has no end", only)
	}
	return b.String(), nil
}

// rewriteMigration rewrites all but what was written for SQLite.
func rewriteMigration(script string) string {
	parts := strings.Split(script, verbatimMark+"\n")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = rewriteSchema(parts[i])
	}
	return strings.Join(parts, "")
}
