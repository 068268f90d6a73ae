package search

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"

	"tellus/internal/platform/db"
)

// entry is where a value stands.
type entry struct {
	segment int64
	key     string
}

// reader reads values of segments, and remembers them for one search.
type reader struct {
	tx    *db.Tx
	cache *cache // nil on PostgreSQL, where other nodes write
	known map[entry][]byte
	size  int
	cost  int // pages that were asked for
}

// mostKnown bounds what one search remembers, in bytes.
const mostKnown = 24 << 20

func (r *reader) keep(e entry, value []byte) {
	if r.size < mostKnown {
		r.known[e] = value
		r.size += len(value) + len(e.key) + 48
	}
}

// get returns a value, nil where a segment has none.
func (r *reader) get(ctx context.Context, segment int64, key string) ([]byte, error) {
	e := entry{segment, key}
	if v, ok := r.known[e]; ok {
		return v, nil
	}
	if v, ok := r.cache.get(e); ok {
		return v, nil
	}
	r.cost++
	var data []byte
	err := r.tx.Row(ctx, `SELECT data FROM search_page WHERE segment = $1 AND first <= $2 ORDER BY first DESC LIMIT 1`, segment, []byte(key)).Scan(&data)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	v, err := lookUp(data, key)
	if err != nil {
		return nil, err
	}
	r.cost += len(v) / longValue
	r.keep(e, v)
	r.cache.keep(e, v)
	return v, nil
}

// ahead reads many values in one exchange. On SQLite, where asking costs nothing, each is read when it is needed.
func (r *reader) ahead(ctx context.Context, segments []segment, keys []string) error {
	if !r.tx.Postgres() || len(segments)*len(keys) < 2 {
		return nil
	}
	var asked []entry
	var ids, texts strings.Builder
	for _, s := range segments {
		for _, k := range keys {
			e := entry{s.id, k}
			if _, ok := r.known[e]; ok {
				continue
			}
			if len(asked) > 0 {
				ids.WriteByte(',')
				texts.WriteByte(',')
			}
			asked = append(asked, e)
			ids.WriteString(strconv.FormatInt(s.id, 10))
			texts.WriteString(`"\\x` + hex.EncodeToString([]byte(k)) + `"`)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	r.cost += len(asked)
	rows, err := r.tx.Query(ctx, `
		SELECT w.n, p.data
		FROM unnest(CAST($1 AS TEXT)::bigint[], CAST($2 AS TEXT)::bytea[]) WITH ORDINALITY AS w (segment, key, n),
			LATERAL (SELECT data FROM search_page WHERE segment = w.segment AND first <= w.key ORDER BY first DESC LIMIT 1) AS p`,
		"{"+ids.String()+"}", "{"+texts.String()+"}")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		var data []byte
		if err := rows.Scan(&n, &data); err != nil {
			return err
		}
		v, err := lookUp(data, asked[n-1].key)
		if err != nil {
			return err
		}
		r.keep(asked[n-1], v)
	}
	return rows.Err()
}

// mostSpan bounds what is read of the words that begin in one way, in bytes of one segment.
const mostSpan = 4 << 20

// span calls use with the values of all keys that begin so. Beyond mostSpan the rest is left out.
func (r *reader) span(ctx context.Context, segment int64, begin string, use func(value []byte) error) error {
	over := false
	page := func(data []byte) error {
		p := pageReader{rest: data}
		for {
			ok, err := p.next()
			if err != nil || !ok {
				return err
			}
			if key := string(p.key); strings.HasPrefix(key, begin) {
				if err := use(p.value); err != nil {
					return err
				}
			} else if key > begin {
				over = true
				return nil
			}
		}
	}
	first := []byte(begin)
	var data []byte
	err := r.tx.Row(ctx, `SELECT data FROM search_page WHERE segment = $1 AND first <= $2 ORDER BY first DESC LIMIT 1`, segment, []byte(begin)).Scan(&data)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err := page(data); err != nil {
		return err
	}
	r.cost++
	for size := len(data); !over && size < mostSpan; {
		const atOnce = 16
		rows, err := r.tx.Query(ctx, `SELECT first, data FROM search_page WHERE segment = $1 AND first > $2 AND first < $3 ORDER BY first LIMIT 16`, segment, first, []byte(begin+"\xff"))
		type row struct{ first, data []byte }
		list, err := db.Rows(rows, err, func(r *sql.Rows, p *row) error { return r.Scan(&p.first, &p.data) })
		if err != nil {
			return err
		}
		for _, p := range list {
			first = p.first
			size += len(p.data)
			r.cost++
			if err := page(p.data); err != nil {
				return err
			}
		}
		if len(list) < atOnce {
			return nil
		}
	}
	return nil
}
