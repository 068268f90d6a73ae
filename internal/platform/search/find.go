package search

import (
	"context"
	"slices"
	"sync"
	"unicode/utf8"

	"tellus/internal/platform/db"
)

// Bounds of the work of one search, in reads of pages: one takes some fifty microseconds where the machine has it in memory, and what is long counts for more. A search
// that comes to its bound says how far it got. What only adds to the first way of asking may cost less.
const (
	mostPages = 500
	moreWays  = 4 // a fourth of it for each further way
	longValue = 16 << 10
)

// find answers several ways of asking at once, since they read the same. Each further one finds a part of what the first finds: where that finds nothing they
// are not looked for.
func find(ctx context.Context, tx *db.Tx, c *cache, kinds [][]Clause, from, before int64, limit, work int) ([]Result, error) {
	out := make([]Result, len(kinds))
	if before <= from || limit <= 0 {
		return out, nil
	}
	rows, err := tx.Query(ctx, segmentColumns+` WHERE block <= $1 AND block >= $2 ORDER BY block DESC, age DESC`, blockOf(before-1), blockOf(from))
	segments, err := db.Rows(rows, err, scanSegment)
	if err != nil || len(segments) == 0 {
		return out, err
	}
	r := &reader{tx: tx, cache: c, known: map[entry][]byte{}}
	none := map[int64]bool{}
	ids := make([][]int64, len(kinds))
	var all []int64
	for i, clauses := range kinds {
		if !answerable(clauses) {
			continue
		}
		q := newQuestion(r, clauses)
		q.none, q.first = none, i == 0
		if i == 1 {
			work = max(work/moreWays, 1)
		}
		if ids[i], out[i].Below, err = q.walk(ctx, segments, before, limit, work); err != nil {
			return nil, err
		}
		all = append(all, ids[i]...)
	}
	slices.Sort(all)
	known, err := items(ctx, tx, slices.Compact(all))
	if err != nil {
		return nil, err
	}
	for i := range kinds {
		for _, id := range ids[i] {
			if f, ok := known[id]; ok {
				out[i].Found = append(out[i].Found, f)
			}
		}
	}
	return out, nil
}

// answerable reports whether clauses ask for something to be there, and for nothing that is nowhere.
func answerable(all []Clause) (positive bool) {
	for _, c := range all {
		if !c.Not && len(c.Any) == 0 {
			return false
		}
		positive = positive || !c.Not
	}
	return positive
}

// question is one way of asking.
type question struct {
	*reader
	clauses []Clause
	order   []int    // of those that ask for something to be there: what was in the fewest documents of the last segment first
	found   []int    // in how many that was, about
	keys    []string // whose values are asked for in every segment
	first   bool
	none    map[int64]bool // segments in which the first way of asking finds nothing
}

func newQuestion(r *reader, clauses []Clause) *question {
	q := &question{reader: r, clauses: clauses, found: make([]int, len(clauses))}
	for i, c := range clauses {
		if !c.Not {
			q.order = append(q.order, i)
		}
		for _, a := range c.Any {
			if a.Prefix {
				if key, exact := beginningOfTerm(a.Terms[0]); exact {
					q.keys = append(q.keys, key)
				}
				continue
			}
			for _, t := range a.Terms {
				q.keys = append(q.keys, keyTerm+t)
			}
		}
	}
	slices.Sort(q.keys)
	q.keys = slices.Compact(q.keys)
	return q
}

// beginningOfTerm is the key of all words that begin so where exact, else how the keys of some begin.
func beginningOfTerm(start string) (key string, exact bool) {
	switch n := utf8.RuneCountInString(start); n {
	case 1, 2:
		return keyBeginning + "2" + start, n == 2
	case 3, 4:
		return keyBeginning + "4" + start, n == 4
	}
	return keyTerm + start, false
}

// walk goes through the blocks, newest first, until it has found enough, and returns below which id it did not look, 0 where it saw all.
func (q *question) walk(ctx context.Context, segments []segment, before int64, limit, work int) (ids []int64, below int64, err error) {
	start, seen := q.cost, 0
	window := 1
	for at := 0; at < len(segments); {
		block := segments[at].block
		n := at
		for n < len(segments) && segments[n].block == block {
			n++
		}
		if n > seen { // on PostgreSQL ever more is read in one exchange
			seen = min(len(segments), n+window)
			window = min(2*window, 16)
			worth := slices.DeleteFunc(slices.Clone(segments[at:seen]), func(s segment) bool { return !q.first && q.none[s.id] })
			if err := q.ahead(ctx, worth, q.keys); err != nil {
				return nil, 0, err
			}
		}
		end := uint32(blockSize)
		if block == blockOf(before) {
			end = localOf(before)
		}
		found, err := q.block(ctx, segments[at:n], end, limit-len(ids))
		if err != nil {
			return nil, 0, err
		}
		for _, l := range found {
			ids = append(ids, block<<blockBits|int64(l))
		}
		at = n
		if len(ids) >= limit {
			return ids, ids[len(ids)-1], nil
		}
		if at < len(segments) && q.cost-start > work {
			return ids, block << blockBits, nil
		}
	}
	return ids, 0, nil
}

// block finds the newest documents of a block, whose segments come newest first.
func (q *question) block(ctx context.Context, segments []segment, end uint32, limit int) (found []uint32, err error) {
	over := spare()
	defer free(over)
	for i, s := range segments {
		var matches *set
		var unsure []phrases
		if q.first || !q.none[s.id] {
			if matches, unsure, err = q.segment(ctx, s); err != nil {
				return nil, err
			}
		}
		if q.first && matches == nil {
			q.none[s.id] = true
		}
		if matches != nil {
			if i > 0 {
				matches.without(over)
			}
			if end < blockSize {
				matches.below(end)
			}
			some, err := q.newest(ctx, s, matches, unsure, limit)
			free(matches)
			if err != nil {
				return nil, err
			}
			found = append(found, some...)
		}
		if i+1 == len(segments) {
			break
		}
		if err := q.ahead(ctx, segments[i:i+1], []string{keyLive, keyGone}); err != nil {
			return nil, err
		}
		for _, key := range []string{keyLive, keyGone} {
			list, err := q.get(ctx, s.id, key)
			if err == nil && list != nil {
				err = over.addList(list)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(found, func(a, b uint32) int { return int(b) - int(a) })
	return found[:min(len(found), limit)], nil
}

var spares = sync.Pool{New: func() any { return new(set) }}

func spare() *set {
	s, _ := spares.Get().(*set)
	*s = set{}
	return s
}

func free(s *set) {
	if s != nil {
		spares.Put(s)
	}
}

// segment returns the documents of a segment that may answer, nil for none, and what is left to look at in each.
func (q *question) segment(ctx context.Context, s segment) (acc *set, unsure []phrases, err error) {
	// What must be there first, and of that what is rarest: where it is not, the rest need not be read.
	slices.SortStableFunc(q.order, func(a, b int) int { return q.found[a] - q.found[b] })
	for _, at := range q.order {
		c := q.clauses[at]
		any, p, err := q.anyOf(ctx, s, c)
		if err != nil {
			free(acc)
			return nil, nil, err
		}
		q.found[at] = any.count()
		some := false
		if acc == nil {
			acc = any
			some = acc != nil && !acc.empty(0, setWords)
		} else if any != nil {
			some = acc.and(any)
			free(any)
		}
		if !some {
			free(acc)
			return nil, nil, nil
		}
		if p != nil {
			unsure = append(unsure, *p)
		}
	}
	for _, c := range q.clauses {
		if !c.Not || len(c.Any) == 0 {
			continue
		}
		any, p, err := q.anyOf(ctx, s, c)
		if err != nil {
			free(acc)
			return nil, nil, err
		}
		if p != nil {
			unsure = append(unsure, *p)
		} else if any != nil {
			acc.without(any)
		}
		free(any)
	}
	return acc, unsure, nil
}

// anyOf returns the documents for which a clause may hold, nil for none, and what positions have to decide, nil for nothing.
func (q *question) anyOf(ctx context.Context, s segment, c Clause) (any *set, p *phrases, err error) {
	any = spare()
	for _, a := range c.Any {
		if a.Phrase && len(a.Terms) > 1 {
			if p == nil {
				p = &phrases{not: c.Not, plain: spare()}
			}
			p.list = append(p.list, a.Terms)
		}
	}
	for _, a := range c.Any {
		if p == nil && !a.Prefix && len(a.Terms) == 1 {
			list, err := q.get(ctx, s.id, keyTerm+a.Terms[0])
			if err == nil && list != nil {
				err = any.addList(list)
			}
			if err != nil {
				free(any)
				return nil, nil, err
			}
			continue
		}
		docs, err := q.atom(ctx, s, a)
		if err != nil {
			free(any)
			return nil, nil, err
		}
		if docs == nil {
			continue
		}
		any.or(docs)
		if p != nil && !(a.Phrase && len(a.Terms) > 1) {
			p.plain.or(docs)
		}
		free(docs)
	}
	return any, p, nil
}

// atom returns the documents that have all terms of an atom, in whatever places.
func (q *question) atom(ctx context.Context, s segment, a Atom) (docs *set, err error) {
	if a.Prefix {
		return q.beginning(ctx, s, a.Terms[0])
	}
	for _, t := range a.Terms {
		list, err := q.get(ctx, s.id, keyTerm+t)
		if err != nil || list == nil {
			free(docs)
			return nil, err
		}
		some := spare()
		if err := some.addList(list); err != nil {
			free(docs)
			return nil, err
		}
		if docs == nil {
			docs = some
			continue
		}
		left := docs.and(some)
		free(some)
		if !left {
			free(docs)
			return nil, nil //nolint:nilnil // no document is not an error
		}
	}
	return docs, nil
}

func (q *question) beginning(ctx context.Context, s segment, start string) (*set, error) {
	docs := spare()
	key, exact := beginningOfTerm(start)
	if !exact {
		if err := q.span(ctx, s.id, key, docs.addList); err != nil {
			return nil, err
		}
		return docs, nil
	}
	list, err := q.get(ctx, s.id, key)
	if err != nil || list == nil {
		return nil, err
	}
	return docs, docs.addList(list)
}

// newest returns the newest members of a set, at most limit, that pass what is unsure.
func (q *question) newest(ctx context.Context, s segment, docs *set, unsure []phrases, limit int) (found []uint32, err error) {
	if len(unsure) == 0 {
		docs.newest(0, setWords, func(n uint32) bool {
			found = append(found, n)
			return len(found) < limit
		})
		return found, nil
	}
	window, ready := 1, setWords/chunkWords
	for c := setWords/chunkWords - 1; c >= 0 && len(found) < limit; c-- {
		if docs.empty(c*chunkWords, (c+1)*chunkWords) {
			continue
		}
		if c < ready {
			if ready, err = q.placesAhead(ctx, s, docs, unsure, c, window); err != nil {
				return nil, err
			}
			window *= 4
		}
		w := within{question: q, segment: s, chunk: uint32(c), docs: docs}
		for _, p := range unsure {
			if err := w.keep(ctx, p); err != nil {
				return nil, err
			}
		}
		docs.newest(c*chunkWords, (c+1)*chunkWords, func(n uint32) bool {
			found = append(found, n)
			return len(found) < limit
		})
	}
	return found, nil
}
