package search

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"tellus/internal/platform/db"
)

// layout is the version of the file's tables: a file of another is made anew.
const layout = 1

// schema of the file. Everything but a space is a part of a term, since terms come ready-made.
var schema = []string{
	`DROP TABLE IF EXISTS term`,
	`DROP TABLE IF EXISTS document`,
	`DROP TABLE IF EXISTS state`,
	`CREATE VIRTUAL TABLE term USING fts5 (terms, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* P* S* Co Cn'")`,
	`INSERT INTO term (term, rank) VALUES ('automerge', 4)`,
	`CREATE TABLE document (id INTEGER PRIMARY KEY, happened INTEGER NOT NULL, stamp INTEGER NOT NULL)`,
	`CREATE TABLE state (only_one INTEGER PRIMARY KEY DEFAULT 1 CHECK (only_one = 1), state TEXT NOT NULL)`,
	fmt.Sprintf(`PRAGMA user_version = %d`, layout),
}

func (x *Index) openFile(ctx context.Context) error {
	err := x.tryFile(ctx)
	if err == nil {
		return nil
	}
	x.log.WarnContext(ctx, "search index made anew", "file", x.path, "error", err)
	for _, tail := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(x.path + tail); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return x.tryFile(ctx)
}

func (x *Index) tryFile(ctx context.Context) error {
	d, err := db.Open(ctx, "sqlite:"+x.path, db.Options{Logger: x.log})
	if err != nil {
		return err
	}
	var version int
	err = d.Ask(ctx, "PRAGMA user_version").Scan(&version)
	if err == nil && version != layout {
		err = d.Write(ctx, func(tx *db.Tx) error { return createSQLite(ctx, tx) })
	}
	if err == nil {
		_, err = findIn(ctx, d)
	}
	if err != nil {
		return errors.Join(err, d.Close())
	}
	x.own = d
	return nil
}

// findIn tries the file out.
func findIn(ctx context.Context, d *db.DB) (found []Found, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		if _, err := ReadState(ctx, tx); err != nil {
			return err
		}
		found, err = findSQLite(ctx, tx, []Clause{{Any: []Atom{{Terms: []string{"a"}}}}}, 0, 1)
		return err
	})
	return found, err
}

func createSQLite(ctx context.Context, tx *db.Tx) error {
	for _, text := range schema {
		if _, err := tx.Exec(ctx, text); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return nil
}

// ReadState reads how far an index has come: from its file on SQLite, else from the database.
func ReadState(ctx context.Context, tx *db.Tx) (s State, err error) {
	ask := "SELECT state FROM state"
	if tx.Postgres() {
		ask = "SELECT state FROM search_state"
	}
	var text string
	err = tx.Row(ctx, ask).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &s)
	}
	if err != nil {
		return s, fmt.Errorf("read the state of the search index: %w", err)
	}
	return s, nil
}

func applySQLite(ctx context.Context, tx *db.Tx, b Batch, state string) error {
	// FTS5 gathers documents in memory as long as their ids grow.
	put := slices.SortedFunc(slices.Values(b.Put), func(a, b Document) int { return cmp.Compare(a.ID, b.ID) })
	for _, id := range b.Drop {
		if err := dropSQLite(ctx, tx, id); err != nil {
			return err
		}
	}
	for _, d := range put {
		if err := dropSQLite(ctx, tx, d.ID); err != nil {
			return err
		}
	}
	var line strings.Builder
	for _, d := range put {
		line.Reset()
		for _, list := range [][]string{d.Words, d.Terms} {
			for _, t := range list {
				line.WriteString(t)
				line.WriteByte(' ')
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO term (rowid, terms) VALUES ($1, $2)`, d.ID, line.String()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO document (id, happened, stamp) VALUES ($1, $2, $3)`, d.ID, d.Happened, d.Stamp); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO state (only_one, state) VALUES (1, $1) ON CONFLICT (only_one) DO UPDATE SET state = EXCLUDED.state`, state)
	return err
}

func dropSQLite(ctx context.Context, tx *db.Tx, id int64) error {
	n, err := tx.Exec(ctx, `DELETE FROM document WHERE id = $1`, id)
	if err == nil && n > 0 {
		_, err = tx.Exec(ctx, `DELETE FROM term WHERE rowid = $1`, id)
	}
	return err
}

func findSQLite(ctx context.Context, tx *db.Tx, all []Clause, before int64, limit int) ([]Found, error) {
	match := matchSQLite(all)
	if match == "" {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `
		SELECT d.id, d.happened, d.stamp
		FROM (SELECT rowid AS id FROM term WHERE term MATCH $1 AND rowid < $2 ORDER BY rowid DESC LIMIT $3) f
		JOIN document d ON d.id = f.id
		ORDER BY d.id DESC`, match, before, limit)
	return db.Rows(rows, err, func(r *sql.Rows, f *Found) error { return r.Scan(&f.ID, &f.Happened, &f.Stamp) })
}

// matchSQLite writes clauses as FTS5 asks for them (sqlite.org/fts5.html, 3): every term in quotation marks, so that none is taken for a word
// of that language.
func matchSQLite(all []Clause) string {
	var with, without []string
	for _, c := range all {
		var any []string
		for _, a := range c.Any {
			any = append(any, atomSQLite(a))
		}
		switch {
		case len(any) == 0:
		case c.Not:
			without = append(without, any...)
		default:
			with = append(with, "("+strings.Join(any, " OR ")+")")
		}
	}
	if len(with) == 0 {
		return ""
	}
	match := strings.Join(with, " AND ")
	if len(without) > 0 {
		match = "(" + match + ") NOT (" + strings.Join(without, " OR ") + ")"
	}
	return match
}

func atomSQLite(a Atom) string {
	if a.Phrase {
		return quoteSQLite(strings.Join(a.Terms, " "))
	}
	terms := make([]string, len(a.Terms))
	for i, t := range a.Terms {
		terms[i] = quoteSQLite(t)
		if a.Prefix {
			terms[i] += " *"
		}
	}
	return "(" + strings.Join(terms, " AND ") + ")"
}

func quoteSQLite(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// purgeSQLite merges a piece of the index towards one segment, in which what was deleted is gone (sqlite.org/fts5.html, 6.9).
func purgeSQLite(ctx context.Context, d *db.DB) (more bool, err error) {
	err = d.Write(ctx, func(tx *db.Tx) error {
		before, after := int64(0), int64(0)
		if err := tx.Row(ctx, "SELECT total_changes()").Scan(&before); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO term (term, rank) VALUES ('merge', -200)"); err != nil {
			return err
		}
		if err := tx.Row(ctx, "SELECT total_changes()").Scan(&after); err != nil {
			return err
		}
		more = after-before >= 2
		return nil
	})
	return more, err
}
