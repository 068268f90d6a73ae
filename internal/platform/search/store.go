package search

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tellus/internal/platform/db"
)

// ReadState reads how far an index has come: from its file on SQLite, else from the database.
func ReadState(ctx context.Context, tx *db.Tx) (s State, err error) {
	var text string
	err = tx.Row(ctx, "SELECT state FROM search_state").Scan(&text)
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

// segment is documents of one block that were written together, or merged. Of two segments of a block the one of the greater age is the newer: where
// both have a document, the newer one's counts.
type segment struct {
	id, block, age int64
	docs           int
	purge          bool // older segments of the block hold words that must not stay in the file
}

const segmentColumns = `SELECT id, block, age, docs, purge FROM search_segment`

func scanSegment(r *sql.Rows, s *segment) error {
	var purge int64
	if err := r.Scan(&s.id, &s.block, &s.age, &s.docs, &purge); err != nil {
		return err
	}
	s.purge = purge != 0
	return nil
}

// nextSegment is an id that no segment has, and none whose pages are still to be removed: an odd one for a join, an even one for a batch. Batches come while a join is
// under way that has no page yet to show its id by.
func (x *Index) nextSegment(ctx context.Context, tx *db.Tx, odd int64) (id int64, err error) {
	err = tx.Row(ctx, `SELECT 1 + GREATEST(COALESCE((SELECT max(id) FROM search_segment), 0), COALESCE((SELECT max(segment) FROM search_page), 0))`).Scan(&id)
	id = max(id, x.past+1)
	return id + (id+odd)%2, err
}

func addPage(ctx context.Context, tx *db.Tx, segment int64, first string, data []byte) error {
	return tx.Soon(ctx, `INSERT INTO search_page (segment, first, data) VALUES ($1, $2, $3)`, segment, []byte(first), data)
}

func addSegment(ctx context.Context, tx *db.Tx, s segment) error {
	purge := 0
	if s.purge {
		purge = 1
	}
	return tx.Soon(ctx, `INSERT INTO search_segment (id, block, age, docs, purge) VALUES ($1, $2, $3, $4, $5)`, s.id, s.block, s.age, s.docs, purge)
}

// apply stores the segments of a batch.
func (x *Index) apply(ctx context.Context, tx *db.Tx, b Batch, segments []built, state string) error {
	for _, id := range b.Drop {
		if err := tx.Soon(ctx, `DELETE FROM search_item WHERE id = $1`, id); err != nil {
			return err
		}
	}
	put := make([]Found, 0, len(b.Put))
	for _, d := range b.Put {
		put = append(put, Found{d.ID, d.Happened, d.Stamp})
	}
	if b.Gathered != nil {
		put = append(put, b.Gathered.left()...)
	}
	for rest := put; len(rest) > 0; {
		n := rowsAtOnce
		if len(rest) < n {
			n = 1 // two statements in all, however many documents there are
		}
		args := make([]any, 0, 3*n)
		for _, d := range rest[:n] {
			args = append(args, d.ID, d.Happened, d.Stamp)
		}
		rest = rest[n:]
		text := putMany
		if n == 1 {
			text = putOne
		}
		if err := tx.Soon(ctx, text, args...); err != nil {
			return err
		}
	}
	if len(segments) > 0 {
		next, err := x.nextSegment(ctx, tx, 0)
		if err != nil {
			return err
		}
		for i, s := range segments {
			id := next + 2*int64(i)
			x.past = id
			for _, p := range s.pages {
				if err := addPage(ctx, tx, id, p.first, p.data); err != nil {
					return err
				}
			}
			if err := addSegment(ctx, tx, segment{id: id, block: s.block, age: id, docs: s.docs, purge: b.Purge}); err != nil {
				return err
			}
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO search_state (only_one, state) VALUES (1, $1) ON CONFLICT (only_one) DO UPDATE SET state = EXCLUDED.state`, state)
	return err
}

// rowsAtOnce is how many documents one statement stores.
const rowsAtOnce = 16

var putOne, putMany = putText(1), putText(rowsAtOnce)

func putText(n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO search_item (id, happened, stamp) VALUES (")
	for i := range n {
		if i > 0 {
			b.WriteString("), (")
		}
		fmt.Fprintf(&b, "$%d, $%d, $%d", 3*i+1, 3*i+2, 3*i+3)
	}
	b.WriteString(") ON CONFLICT (id) DO UPDATE SET happened = EXCLUDED.happened, stamp = EXCLUDED.stamp")
	return b.String()
}

// items returns what is kept of documents, by their ids.
func items(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]Found, error) {
	const most = 256
	found := make(map[int64]Found, len(ids))
	for len(ids) > 0 {
		n := min(len(ids), most)
		args := make([]any, most)
		for i := range args {
			args[i] = ids[min(i, n-1)] // always as many, so that the statement stays prepared
		}
		ids = ids[n:]
		rows, err := tx.Query(ctx, itemsText, args...)
		list, err := db.Rows(rows, err, func(r *sql.Rows, f *Found) error { return r.Scan(&f.ID, &f.Happened, &f.Stamp) })
		if err != nil {
			return nil, err
		}
		for _, f := range list {
			found[f.ID] = f
		}
	}
	return found, nil
}

var itemsText = `SELECT id, happened, stamp FROM search_item WHERE id IN ` + db.In(256, 1)
