package search

import (
	"context"
	"errors"
	"fmt"
	"os"

	"tellus/internal/platform/db"
)

// layout is the version of the file's tables: a file of another is made anew.
const layout = 2

// schema of the file; a migration makes the same tables on PostgreSQL.
var schema = []string{
	`DROP TABLE IF EXISTS term`,
	`DROP TABLE IF EXISTS document`,
	`DROP TABLE IF EXISTS state`,
	`DROP TABLE IF EXISTS search_item`,
	`DROP TABLE IF EXISTS search_segment`,
	`DROP TABLE IF EXISTS search_page`,
	`DROP TABLE IF EXISTS search_state`,
	`CREATE TABLE search_item (id INTEGER PRIMARY KEY, happened INTEGER NOT NULL, stamp INTEGER NOT NULL) STRICT`,
	`CREATE TABLE search_segment (id INTEGER PRIMARY KEY, block INTEGER NOT NULL, age INTEGER NOT NULL, docs INTEGER NOT NULL, purge INTEGER NOT NULL) STRICT`,
	`CREATE TABLE search_page (segment INTEGER NOT NULL, first BLOB NOT NULL, data BLOB NOT NULL) STRICT`,
	`CREATE UNIQUE INDEX search_page_first ON search_page (segment, first)`,
	`CREATE TABLE search_state (only_one INTEGER PRIMARY KEY DEFAULT 1 CHECK (only_one = 1), state TEXT NOT NULL) STRICT`,
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
		err = d.Write(ctx, func(tx *db.Tx) error { return createFile(ctx, tx) })
	}
	if err == nil {
		err = d.Write(ctx, func(tx *db.Tx) error {
			// What is taken out of the index must not stay in the file.
			_, err := tx.Exec(ctx, "PRAGMA secure_delete = ON")
			return err
		})
	}
	if err == nil {
		err = tryOut(ctx, d)
	}
	if err != nil {
		return errors.Join(err, d.Close())
	}
	x.own = d
	return nil
}

// tryOut reads from the file what a search would.
func tryOut(ctx context.Context, d *db.DB) error {
	return d.Read(ctx, func(tx *db.Tx) error {
		if _, err := ReadState(ctx, tx); err != nil {
			return err
		}
		_, err := find(ctx, tx, nil, [][]Clause{{{Any: []Atom{{Terms: []string{"a"}}}}}}, 0, 1<<62, 1, mostPages)
		return err
	})
}

func createFile(ctx context.Context, tx *db.Tx) error {
	for _, text := range schema {
		if _, err := tx.Exec(ctx, text); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return nil
}
