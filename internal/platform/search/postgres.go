package search

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"tellus/internal/platform/db"
)

func applyPostgres(ctx context.Context, tx *db.Tx, b Batch, state string) error {
	if len(b.Drop) > 0 {
		if _, err := tx.Exec(ctx, `DELETE FROM search_document WHERE id IN `+db.In(len(b.Drop), 1), db.Args(b.Drop)...); err != nil {
			return err
		}
	}
	for rest := b.Put; len(rest) > 0; {
		n := rowsAtOnce
		if len(rest) < n {
			n = 1 // two statements in all, however many documents there are
		}
		args := make([]any, 0, 4*n)
		for _, d := range rest[:n] {
			args = append(args, d.ID, d.Happened, d.Stamp, vector(d))
		}
		rest = rest[n:]
		if err := tx.Soon(ctx, putPostgres(n), args...); err != nil {
			return err
		}
	}
	if err := tx.Soon(ctx, `INSERT INTO search_state (state) VALUES ($1) ON CONFLICT (only_one) DO UPDATE SET state = EXCLUDED.state`, state); err != nil {
		return err
	}
	if len(b.Put) == 0 {
		return nil
	}
	// Documents are gathered by the index: all of a batch are entered at once, word by word, which costs a small part of entering each by itself.
	var pages int64
	return tx.Row(ctx, `SELECT gin_clean_pending_list(CAST($1 AS TEXT)::regclass)`, "search_document_terms").Scan(&pages)
}

// rowsAtOnce is how many documents one statement stores.
const rowsAtOnce = 16

var putOne, putMany = putText(1), putText(rowsAtOnce)

func putPostgres(n int) string {
	if n == 1 {
		return putOne
	}
	return putMany
}

func putText(n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO search_document (id, happened, stamp, terms) VALUES (")
	for i := range n {
		if i > 0 {
			b.WriteString("), (")
		}
		fmt.Fprintf(&b, "$%d, $%d, $%d, CAST($%d AS TEXT)::tsvector", 4*i+1, 4*i+2, 4*i+3, 4*i+4)
	}
	b.WriteString(") ON CONFLICT (id) DO UPDATE SET happened = EXCLUDED.happened, stamp = EXCLUDED.stamp, terms = EXCLUDED.terms")
	return b.String()
}

// vector writes a document as a tsvector reads it (postgresql.org/docs, 8.11.1). Positions end at 16,383 there, and at 256 of one word.
func vector(d Document) string {
	at := map[string][]int{}
	for i, w := range d.Words {
		if list := at[w]; len(list) < 255 && i < 16000 {
			at[w] = append(list, i+1)
		} else if len(list) == 0 {
			at[w] = nil
		}
	}
	var b strings.Builder
	for w, list := range at {
		quotePostgres(&b, w)
		for i, n := range list {
			if i == 0 {
				b.WriteByte(':')
			} else {
				b.WriteByte(',')
			}
			b.WriteString(strconv.Itoa(n))
		}
		b.WriteByte(' ')
	}
	for _, t := range d.Terms {
		quotePostgres(&b, t)
		b.WriteByte(' ')
	}
	return b.String()
}

func quotePostgres(b *strings.Builder, term string) {
	b.WriteByte('\'')
	for i := range len(term) {
		if term[i] == '\'' || term[i] == '\\' {
			b.WriteByte(term[i])
		}
		b.WriteByte(term[i])
	}
	b.WriteByte('\'')
}

func findPostgres(ctx context.Context, tx *db.Tx, all []Clause, before int64, limit int) ([]Found, error) {
	match := matchPostgres(all)
	if match == "" {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `
		SELECT id, happened, stamp
		FROM search_document
		WHERE terms @@ CAST($1 AS TEXT)::tsquery AND id < $2
		ORDER BY id DESC LIMIT $3`, match, before, limit)
	return db.Rows(rows, err, func(r *sql.Rows, f *Found) error { return r.Scan(&f.ID, &f.Happened, &f.Stamp) })
}

// matchPostgres writes clauses as a tsquery reads them (postgresql.org/docs, 8.11.2).
func matchPostgres(all []Clause) string {
	var b strings.Builder
	positive := false
	for _, c := range all {
		if len(c.Any) == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(" & ")
		}
		if c.Not {
			b.WriteByte('!')
		} else {
			positive = true
		}
		b.WriteByte('(')
		for i, a := range c.Any {
			if i > 0 {
				b.WriteString(" | ")
			}
			atomPostgres(&b, a)
		}
		b.WriteByte(')')
	}
	if !positive {
		return ""
	}
	return b.String()
}

func atomPostgres(b *strings.Builder, a Atom) {
	between := " & "
	if a.Phrase {
		between = " <-> "
	}
	b.WriteByte('(')
	for i, t := range a.Terms {
		if i > 0 {
			b.WriteString(between)
		}
		quotePostgres(b, t)
		if a.Prefix {
			b.WriteString(":*")
		}
	}
	b.WriteByte(')')
}
