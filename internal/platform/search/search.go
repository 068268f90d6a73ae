// Package search keeps an index of documents by terms and finds the newest that have some and lack others. On SQLite the index is a file of its own,
// with its own connections, so that writing it never holds up the database; on PostgreSQL it is the tables search_document and search_state. It
// knows nothing of languages or of what the documents are: terms come ready-made. The index can always be made anew from its source.
package search

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"tellus/internal/platform/db"
)

// Document is what is kept of one thing. IDs grow with time: what has the greater one is the newer.
type Document struct {
	ID       int64
	Happened int64    // when, in microseconds: what results are ranked by
	Stamp    int64    // given back with what is found, to see whether the document is what it was
	Words    []string // in their order, for phrases and beginnings of words
	Terms    []string // without an order
}

// Atom is what a document has or has not: all of the terms in any place, or as a Phrase one behind the other. With Prefix the only term is how a
// word begins.
type Atom struct {
	Terms  []string
	Phrase bool
	Prefix bool
}

// Clause holds where any of its atoms does, or with Not where none does.
type Clause struct {
	Not bool
	Any []Atom
}

// Found is a document that has what was asked for.
type Found struct {
	ID, Happened, Stamp int64
}

// State is how far the index has come. Whoever fills the index says what its fields mean.
type State struct {
	Format   int    `json:"format"`   // of the terms: those of another are of no use
	Source   string `json:"source"`   // what was indexed
	Position int64  `json:"position"` // up to which changes were followed
	Rest     int64  `json:"rest"`     // below this id documents are still missing; 0 for none
	Purge    bool   `json:"purge"`    // something was dropped whose words may still lie in the file
}

// Index is the index of one database. It is safe for concurrent use, but Apply by one at a time.
type Index struct {
	own  *db.DB // on SQLite
	main *db.DB // on PostgreSQL
	log  *slog.Logger
	path string
}

// Open opens the index of d. On SQLite it lies in the file at path, which is made where it is missing, and made anew where it is damaged.
func Open(ctx context.Context, d *db.DB, path string, log *slog.Logger) (*Index, error) {
	if log == nil {
		log = slog.Default()
	}
	x := &Index{log: log, path: path}
	if d.Postgres() {
		x.main = d
		return x, nil
	}
	if err := x.openFile(ctx); err != nil {
		return nil, fmt.Errorf("open search index %s: %w", path, err)
	}
	return x, nil
}

// Close closes the file.
func (x *Index) Close() error {
	if x.own == nil {
		return nil
	}
	return x.own.Close()
}

func (x *Index) db() *db.DB {
	if x.own != nil {
		return x.own
	}
	return x.main
}

// Batch is a change of the index that is made as a whole.
type Batch struct {
	Put   []Document // in the place of those of the same id
	Drop  []int64
	State State
	Check func(ctx context.Context, tx *db.Tx) error // asked first on PostgreSQL, where several nodes share the index; an error stops the change
}

// Apply makes a change durable.
func (x *Index) Apply(ctx context.Context, b Batch) error {
	state, err := json.Marshal(b.State)
	if err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	err = x.db().Write(ctx, func(tx *db.Tx) error {
		if x.own == nil {
			if b.Check != nil {
				if err := b.Check(ctx, tx); err != nil {
					return err
				}
			}
			return applyPostgres(ctx, tx, b, string(state))
		}
		return applySQLite(ctx, tx, b, string(state))
	})
	if err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	return nil
}

// State returns how far the index has come; the zero State where nothing is in it.
func (x *Index) State(ctx context.Context) (s State, err error) {
	err = x.db().Look(func(tx *db.Tx) error {
		s, err = ReadState(ctx, tx)
		return err
	})
	return s, err
}

// Reset empties the index.
func (x *Index) Reset(ctx context.Context) error {
	err := x.db().Write(ctx, func(tx *db.Tx) error {
		if x.own != nil {
			return createSQLite(ctx, tx)
		}
		for _, text := range []string{"TRUNCATE search_document", "DELETE FROM search_state"} {
			if _, err := tx.Exec(ctx, text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("empty search index: %w", err)
	}
	return nil
}

// Find returns the newest documents with an id below before that have what all clauses ask for, newest first, at most limit. At least one clause must
// ask for something to be there. Terms may hold anything but spaces and control characters.
func (x *Index) Find(ctx context.Context, all []Clause, before int64, limit int) ([]Found, error) {
	for _, c := range all {
		if !c.Not && len(c.Any) == 0 {
			return nil, nil
		}
	}
	var found []Found
	err := x.db().Read(ctx, func(tx *db.Tx) (err error) {
		if x.own != nil {
			found, err = findSQLite(ctx, tx, all, before, limit)
		} else {
			found, err = findPostgres(ctx, tx, all, before, limit)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return found, nil
}

// Purge removes from the file what was dropped from the index, a slice of at most about 100 ms at a time, and reports whether something is left to do.
// PostgreSQL does so by itself.
func (x *Index) Purge(ctx context.Context) (more bool, err error) {
	if x.own == nil {
		return false, nil
	}
	begin := time.Now()
	for more = true; more && time.Since(begin) < 100*time.Millisecond; {
		if more, err = purgeSQLite(ctx, x.own); err != nil {
			return true, fmt.Errorf("purge search index: %w", err)
		}
	}
	return more, nil
}
