package search

import (
	"bytes"
	"context"
	"database/sql"
	"testing"
	"time"

	"tellus/internal/platform/db"
)

// Segments counts the segments of an index.
func (x *Index) Segments(t *testing.T) (n int) {
	t.Helper()
	if err := x.db().Ask(t.Context(), `SELECT count(*) FROM search_segment`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Holds reports whether some page has an entry with the word, whether it is found or not.
func (x *Index) Holds(t *testing.T, word string) (is bool) {
	t.Helper()
	err := x.db().Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(context.Background(), `SELECT data FROM search_page`)
		pages, err := db.Rows(rows, err, func(r *sql.Rows, data *[]byte) error { return r.Scan(data) })
		for _, data := range pages {
			p := pageReader{rest: data}
			for {
				ok, err := p.next()
				if err != nil {
					return err
				}
				if !ok {
					break
				}
				is = is || bytes.Contains(p.key, []byte(word))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return is
}

// Pause has a step of joining end after so many entries; 0 for as many as time allows.
func Pause(x *Index, after int) {
	x.enough = aSlice
	if after > 0 {
		x.enough = func(entries int, _ time.Time) bool { return entries >= after }
	}
}

// BoundWork lets one search of an index ask for so many pages only.
func BoundWork(t *testing.T, x *Index, pages int) {
	t.Helper()
	x.mostPages = pages
}
