// Package search keeps an index of documents by terms and finds the newest that have some and lack others. On SQLite the index is a file of its own,
// with its own connections, so that writing it never holds up the database; on PostgreSQL it is tables of the database. It knows nothing of languages or
// of what the documents are: terms come ready-made. The index can always be made anew from its source.
//
// Documents are kept by blocks of 262,144 ids, newest first, and a search goes through the blocks until it has found enough. A block has segments, as a
// log-structured merge tree has: each batch makes one, Tend joins them. A segment is pages of entries in the order of their keys: for each term the
// documents that have it, as distances or as bits, for each word where it stands, and the documents by how words begin. What a search costs in a block is a
// page for each term, however many documents have it.
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
	Prefix bool // of words alone, not of terms without an order
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
	Upto     int64  `json:"upto"`     // but for those from the beginning of a stretch up to this id
	Whole    int64  `json:"whole"`    // what Rest was when it was begun
	Purge    bool   `json:"purge"`    // a batch asked for it, and it is not done yet

	Customers int64 `json:"customers"` // up to which of them, and of purchases, documents are there
	Purchases int64 `json:"purchases"`
}

// Index is the index of one database. It is safe for concurrent use, but Apply by one at a time.
type Index struct {
	own  *db.DB // on SQLite
	main *db.DB // on PostgreSQL
	log  *slog.Logger
	path string

	merge *merge  // under way, by whoever tends
	dead  []int64 // segments whose pages are to be removed
	swept bool    // dead is known
	past  int64   // the last segment's number that was given out: none is given out twice while the process runs
	cache *cache  // on SQLite

	mostPages int                                     // of one search
	enough    func(entries int, begun time.Time) bool // for one step of joining
}

// Open opens the index of d. On SQLite it lies in the file at path, which is made where it is missing, and made anew where it is damaged.
func Open(ctx context.Context, d *db.DB, path string, log *slog.Logger) (*Index, error) {
	if log == nil {
		log = slog.Default()
	}
	x := &Index{log: log, path: path, mostPages: mostPages, enough: aSlice}
	if d.Postgres() {
		x.main = d
		return x, nil
	}
	x.cache = newCache()
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
	Purge bool  // what was there of these documents must not stay in the file: their blocks are joined into one segment each
	Check Check // nil for none

	Gathered *Gathered // stored too, as a segment of its own; nil for none
}

// Apply makes a change durable.
func (x *Index) Apply(ctx context.Context, b Batch) error {
	state, err := json.Marshal(b.State)
	if err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	segments, err := buildSegments(b)
	if err == nil && b.Gathered != nil {
		var s built
		if s, err = b.Gathered.built(); s.docs > 0 {
			segments = append(segments, s)
		}
	}
	if err != nil {
		return fmt.Errorf("build search index: %w", err)
	}
	err = x.db().Write(ctx, func(tx *db.Tx) error {
		if err := x.check(ctx, tx, b.Check); err != nil {
			return err
		}
		return x.apply(ctx, tx, b, segments, string(state))
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

// check asks whether this process may still write.
func (x *Index) check(ctx context.Context, tx *db.Tx, c Check) error {
	if x.own != nil || c == nil {
		return nil
	}
	return c(ctx, tx)
}

// Reset empties the index.
func (x *Index) Reset(ctx context.Context) error {
	x.merge, x.dead, x.swept = nil, nil, false
	err := x.db().Write(ctx, func(tx *db.Tx) error {
		if x.own != nil {
			return createFile(ctx, tx)
		}
		// search_document is what the index of former versions was.
		for _, text := range []string{"TRUNCATE search_document, search_item, search_segment, search_page", "DELETE FROM search_state"} {
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

// Result is what was found, newest first. Below is the id below which it was not looked: 0 where all of the index was, the last one's where the limit was
// reached, another where the search had done as much as one may.
type Result struct {
	Found []Found
	Below int64
}

// Find returns the newest documents with an id below before that have what all clauses ask for, at most limit, for each of several ways of asking, of which
// the further ones must ask for a part of what the first one finds. At
// least one clause must ask for something to be there. Terms may hold anything but spaces and control characters. What one search may cost is bounded:
// see Result.
func (x *Index) Find(ctx context.Context, kinds [][]Clause, before int64, limit int) (found []Result, err error) {
	return x.Between(ctx, kinds, 0, before, limit)
}

// Between is Find for documents with an id from a multiple of 262,144 on.
func (x *Index) Between(ctx context.Context, kinds [][]Clause, from, before int64, limit int) (found []Result, err error) {
	err = x.db().Read(ctx, func(tx *db.Tx) error {
		found, err = find(ctx, tx, x.cache, kinds, from, before, limit, x.mostPages)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return found, nil
}
