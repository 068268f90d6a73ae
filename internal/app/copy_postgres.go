package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A database on PostgreSQL is copied by its own COPY, through the connection that we have anyway: no pg_dump is needed, and none of the
// wrong version can be found.

// tableCopy is one table of a dump.
type tableCopy struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

// sequenceCopy is where a sequence stood.
type sequenceCopy struct {
	Name   string `json:"name"`
	Last   int64  `json:"last"`
	Called bool   `json:"called"`
}

// tablesCopy describes a dump: tables in an order in which foreign keys hold.
type tablesCopy struct {
	Tables    []tableCopy    `json:"tables"`
	Sequences []sequenceCopy `json:"sequences"`
}

// notCopied are made by migrations.
const notCopied = "schema_migration"

// chunk is the size from which on the rows of a table go on in another entry.
const chunk = 8 << 20

// dumpPostgres writes tables.json and the rows of every table, as one snapshot sees them. tx must be REPEATABLE READ.
func dumpPostgres(ctx context.Context, tx pgx.Tx, a *archiveWriter) error {
	tables, err := listTables(ctx, tx)
	if err != nil {
		return err
	}
	// Sequences stand outside of snapshots: what they say now is at or after every number that the snapshot holds.
	sequences, err := listSequences(ctx, tx)
	if err != nil {
		return err
	}
	if err := a.addJSON(tablesEntry, tablesCopy{tables, sequences}); err != nil {
		return err
	}
	for _, t := range tables {
		w := &chunkWriter{archive: a, prefix: tablePrefix + t.Name + "/"}
		sql := "COPY (SELECT " + t.columnList() + " FROM " + quoteName(t.Name) + ") TO STDOUT"
		if _, err := tx.Conn().PgConn().CopyTo(ctx, w, sql); err != nil {
			return fmt.Errorf("copy table %s: %w", t.Name, err)
		}
		if err := w.flush(len(w.rows)); err != nil {
			return err
		}
	}
	return nil
}

func quoteName(name string) string { return pgx.Identifier{name}.Sanitize() }

func (t tableCopy) columnList() string {
	quoted := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		quoted[i] = quoteName(c)
	}
	return strings.Join(quoted, ", ")
}

// chunkWriter cuts rows into entries at the ends of lines; COPY's text format writes a newline within a value as \n.
type chunkWriter struct {
	archive *archiveWriter
	prefix  string
	n       int
	rows    []byte
}

func (w *chunkWriter) Write(p []byte) (int, error) {
	w.rows = append(w.rows, p...)
	if len(w.rows) < chunk {
		return len(p), nil
	}
	end := bytes.LastIndexByte(w.rows, '\n') + 1
	if end == 0 {
		return len(p), nil
	}
	return len(p), w.flush(end)
}

func (w *chunkWriter) flush(end int) error {
	if end == 0 {
		return nil
	}
	w.n++
	if err := w.archive.addBytes(fmt.Sprintf("%s%06d", w.prefix, w.n), w.rows[:end]); err != nil {
		return err
	}
	w.rows = append(w.rows[:0], w.rows[end:]...)
	return nil
}

// listTables returns the tables of the current schema, those that others refer to first.
func listTables(ctx context.Context, tx pgx.Tx) ([]tableCopy, error) {
	rows, err := tx.Query(ctx, `SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
		FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
		WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname <> $1
		GROUP BY c.relname
		ORDER BY c.relname`, notCopied)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	tables, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t tableCopy, err error) {
		err = row.Scan(&t.Name, &t.Columns)
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	rows, err = tx.Query(ctx, `SELECT DISTINCT f.relname::text, t.relname::text
		FROM pg_constraint k
		JOIN pg_class f ON f.oid = k.conrelid
		JOIN pg_class t ON t.oid = k.confrelid
		WHERE k.contype = 'f' AND f.relnamespace = current_schema()::regnamespace AND f.oid <> t.oid`)
	if err != nil {
		return nil, fmt.Errorf("list foreign keys: %w", err)
	}
	needs := map[string][]string{}
	var from, to string
	_, err = pgx.ForEachRow(rows, []any{&from, &to}, func() error {
		needs[from] = append(needs[from], to)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list foreign keys: %w", err)
	}
	return inOrder(tables, needs)
}

// inOrder sorts tables so that each comes after those that it needs.
func inOrder(tables []tableCopy, needs map[string][]string) ([]tableCopy, error) {
	var sorted []tableCopy
	done := map[string]bool{}
	for len(sorted) < len(tables) {
		before := len(sorted)
		for _, t := range tables {
			waits := slices.ContainsFunc(needs[t.Name], func(n string) bool { return !done[n] })
			if !done[t.Name] && !waits {
				sorted = append(sorted, t)
				done[t.Name] = true
			}
		}
		if len(sorted) == before {
			return nil, errors.New("tables refer to each other in a circle")
		}
	}
	return sorted, nil
}

func listSequences(ctx context.Context, tx pgx.Tx) ([]sequenceCopy, error) {
	rows, err := tx.Query(ctx, `SELECT relname::text FROM pg_class
		WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace
		ORDER BY relname`)
	if err != nil {
		return nil, fmt.Errorf("list sequences: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list sequences: %w", err)
	}
	var all []sequenceCopy
	for _, name := range names {
		s := sequenceCopy{Name: name}
		if err := tx.QueryRow(ctx, "SELECT last_value, is_called FROM "+quoteName(name)).Scan(&s.Last, &s.Called); err != nil {
			return nil, fmt.Errorf("read sequence %s: %w", name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// dropAll removes every table and sequence of the current schema.
func dropAll(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT relname::text FROM pg_class
		WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace`)
	if err != nil {
		return fmt.Errorf("list tables: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("list tables: %w", err)
	}
	for _, name := range names {
		if _, err := tx.Exec(ctx, "DROP TABLE "+quoteName(name)+" CASCADE"); err != nil {
			return fmt.Errorf("drop table %s: %w", name, err)
		}
	}
	sequences, err := listSequences(ctx, tx)
	if err != nil {
		return err
	}
	for _, s := range sequences { // those of identity columns went with their tables
		if _, err := tx.Exec(ctx, "DROP SEQUENCE "+quoteName(s.Name)); err != nil {
			return fmt.Errorf("drop sequence %s: %w", s.Name, err)
		}
	}
	return nil
}

// tableReader fills tables from the entries of a backup, in one transaction.
type tableReader struct {
	tx     pgx.Tx
	tables map[string]tableCopy
}

// describe reads tables.json, empties what the migrations have filled, and sets the sequences.
func (t *tableReader) describe(ctx context.Context, data []byte) error {
	var dump tablesCopy
	if err := json.Unmarshal(data, &dump); err != nil {
		return notBackup(err)
	}
	t.tables = map[string]tableCopy{}
	for _, table := range dump.Tables {
		t.tables[table.Name] = table
	}
	for _, table := range slices.Backward(dump.Tables) {
		if _, err := t.tx.Exec(ctx, "DELETE FROM "+quoteName(table.Name)); err != nil {
			return fmt.Errorf("empty table %s: %w", table.Name, err)
		}
	}
	for _, s := range dump.Sequences {
		if _, err := t.tx.Exec(ctx, "SELECT setval($1::regclass, $2, $3)", quoteName(s.Name), s.Last, s.Called); err != nil {
			return fmt.Errorf("set sequence %s: %w", s.Name, err)
		}
	}
	return nil
}

// fill reads one entry of rows.
func (t *tableReader) fill(ctx context.Context, name string, rows io.Reader) error {
	table, _, _ := strings.Cut(strings.TrimPrefix(name, tablePrefix), "/")
	into, known := t.tables[table]
	if !known {
		return notBackup(fmt.Errorf("it holds rows of an unknown table %s", table))
	}
	sql := "COPY " + quoteName(table) + " (" + into.columnList() + ") FROM STDIN"
	if _, err := t.tx.Conn().PgConn().CopyFrom(ctx, rows, sql); err != nil {
		return fmt.Errorf("fill table %s: %w", table, err)
	}
	return nil
}
