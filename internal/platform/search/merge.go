package search

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"tellus/internal/platform/db"
)

// How segments of a block become fewer: the newest ones are joined once there are fanOut of about a size, so that a document is written some four times in
// all, and a block has few segments however it grew. No merge is larger than a block.
const (
	fanOut   = 8
	fanMany  = 32  // where documents pour in: fewer joins, and somewhat slower searches for as long
	smallest = 512 // documents: segments below count as of one size
	fewest   = 4   // segments of a block that are left as they are where there is nothing else to do,
	worthIt  = 64  // unless the newer ones have such a part of the oldest one's documents: then all are joined, which writes each document that often at most
)

// slice is about how long one step of tending takes.
const slice = 100 * time.Millisecond

// Leisure is how much time there is for joining.
type Leisure int

// In this order more is joined.
const (
	Pressed Leisure = iota // documents pour in: processors have better things to do
	Steady                 // joined is what keeps searches quick
	Idle                   // and what need not be joined at once
)

// Check is asked first on PostgreSQL, where several nodes share the index; an error stops the change.
type Check func(ctx context.Context, tx *db.Tx) error

// Tend does a slice of what keeps the index small and quick, and takes out of it what was dropped: it joins segments and removes those that were joined. It
// reports whether there is more to do. How much it joins depends on leisure. Like Apply it is called by one at a time.
func (x *Index) Tend(ctx context.Context, leisure Leisure, check Check) (more bool, err error) {
	again := false
	err = x.db().Write(ctx, func(tx *db.Tx) (err error) {
		if again { // what the first try read ahead is lost
			x.merge, x.swept = nil, false
		}
		again = true
		if err := x.check(ctx, tx, check); err != nil {
			return err
		}
		more, err = x.tend(ctx, tx, leisure)
		return err
	})
	if err != nil {
		x.merge, x.swept = nil, false // pages that it wrote are removed
		return false, fmt.Errorf("tend search index: %w", err)
	}
	return more, nil
}

func (x *Index) tend(ctx context.Context, tx *db.Tx, leisure Leisure) (more bool, err error) {
	if x.merge == nil {
		if !x.swept {
			if x.dead, err = orphans(ctx, tx); err != nil {
				return false, err
			}
			x.swept = true
		}
		if len(x.dead) > 0 {
			return true, x.sweep(ctx, tx)
		}
		if x.merge, err = nextMerge(ctx, tx, leisure); err != nil || x.merge == nil {
			return false, err
		}
	}
	if !x.merge.began {
		if x.merge.into.id, err = x.nextSegment(ctx, tx, 1); err != nil {
			return true, err
		}
		x.past = x.merge.into.id
	}
	done, err := x.merge.step(ctx, tx, x.enough)
	if err == nil && done {
		for _, in := range x.merge.from {
			x.dead = append(x.dead, in.id)
		}
		x.merge = nil
	}
	return true, err
}

// orphans are segments that have pages and are not there: those that were joined, and those of a join that was given up.
func orphans(ctx context.Context, tx *db.Tx) (dead []int64, err error) {
	rows, err := tx.Query(ctx, segmentColumns)
	list, err := db.Rows(rows, err, scanSegment)
	if err != nil {
		return nil, err
	}
	there := map[int64]bool{}
	for _, s := range list {
		there[s.id] = true
	}
	for at := int64(0); ; {
		if err := tx.Row(ctx, `SELECT COALESCE(min(segment), 0) FROM search_page WHERE segment > $1`, at).Scan(&at); err != nil || at == 0 {
			return dead, err
		}
		if !there[at] {
			dead = append(dead, at)
		}
	}
}

// sweep removes pages of dead segments.
func (x *Index) sweep(ctx context.Context, tx *db.Tx) error {
	const atOnce = 200
	for begun := time.Now(); len(x.dead) > 0 && time.Since(begun) < slice; {
		n, err := tx.Exec(ctx, `DELETE FROM search_page WHERE segment = $1 AND first IN
			(SELECT first FROM search_page WHERE segment = $1 ORDER BY first LIMIT 200)`, x.dead[0])
		if err != nil {
			return err
		}
		if n < atOnce {
			x.dead = x.dead[1:]
		}
	}
	return nil
}

// nextMerge chooses segments to join, newest first; nil where there is nothing to do.
func nextMerge(ctx context.Context, tx *db.Tx, leisure Leisure) (*merge, error) {
	rows, err := tx.Query(ctx, segmentColumns+` ORDER BY block DESC, age DESC`)
	all, err := db.Rows(rows, err, scanSegment)
	if err != nil {
		return nil, err
	}
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].block == all[0].block {
			n++
		}
		if k := toJoin(all[:n], leisure); k > 0 {
			return newMerge(slices.Clone(all[:k]), k == n), nil
		}
		all = all[n:]
	}
	return nil, nil //nolint:nilnil // nothing to do
}

// toJoin is how many of a block's segments should be joined, from the newest.
func toJoin(block []segment, leisure Leisure) int {
	if slices.ContainsFunc(block, func(s segment) bool { return s.purge }) {
		return len(block)
	}
	join, fan := 0, fanOut
	if leisure == Pressed {
		fan = fanMany
	}
	for bound := smallest; ; bound *= fanOut {
		n := 0
		for n < len(block) && block[n].docs < bound {
			n++
		}
		if n >= fan {
			join = n
		}
		if n == len(block) || bound >= blockSize {
			break
		}
	}
	if join > 0 || leisure != Idle || len(block) < 2 {
		return join
	}
	oldest := len(block) - 1
	small := 0
	for _, s := range block[:oldest] {
		small += s.docs
	}
	switch {
	case 2*small >= block[oldest].docs: // as after filling: a search reads each term once for every segment
		return len(block)
	case small >= block[oldest].docs/worthIt:
		return len(block)
	case len(block) <= fewest:
		return 0
	}
	return oldest
}

// merge joins segments into one, page by page.
type merge struct {
	from  []input
	whole bool // of all the segments that the block had: nothing older is left to be hidden
	into  segment
	began bool
	live  []uint32
	gone  []uint32
	out   pageWriter

	// What each entry needs anew, kept so that a million entries are not as much waste.
	at     []int
	docs   []uint32
	places []place
	data   []byte
}

// input is a segment that is read from its beginning to its end.
type input struct {
	segment
	hidden *set // documents that newer inputs have or dropped; nil for none
	pages  [][]byte
	last   []byte
	end    bool
	at     pageReader
	ok     bool // at stands at an entry
}

func newMerge(segments []segment, whole bool) *merge {
	m := &merge{whole: whole, into: segment{block: segments[0].block, age: segments[0].age}}
	for _, s := range segments {
		m.from = append(m.from, input{segment: s, last: []byte{0}})
	}
	return m
}

// aSlice says that a slice is over.
func aSlice(entries int, begun time.Time) bool { return entries%64 == 63 && time.Since(begun) > slice }

// step works until it is enough after some entry, and reports whether all is done.
func (m *merge) step(ctx context.Context, tx *db.Tx, enough func(entries int, begun time.Time) bool) (done bool, err error) {
	begun := time.Now()
	m.out.full = func(first string, data []byte) error { return addPage(ctx, tx, m.into.id, first, data) }
	if !m.began {
		if err := m.begin(ctx, tx); err != nil {
			return false, err
		}
	}
	for n := 0; ; n++ {
		if enough(n, begun) {
			return false, nil
		}
		key, at := m.least()
		if len(at) == 0 {
			break
		}
		if err := m.join(string(key), at); err != nil {
			return false, err
		}
		for _, i := range at {
			if err := m.from[i].next(ctx, tx); err != nil {
				return false, err
			}
		}
	}
	if err := m.out.flush(); err != nil {
		return false, err
	}
	return true, m.finish(ctx, tx)
}

// begin looks at which documents each input has.
func (m *merge) begin(ctx context.Context, tx *db.Tx) (err error) {
	r := &reader{tx: tx, known: map[entry][]byte{}}
	live, touched := new(set), new(set)
	for i := range m.from {
		in := &m.from[i]
		if i > 0 {
			hidden := *touched
			in.hidden = &hidden
		}
		for _, key := range []string{keyLive, keyGone} {
			list, err := r.get(ctx, in.id, key)
			if err != nil {
				return err
			}
			if list == nil {
				continue
			}
			if err := eachOf(list, func(n uint32) {
				if key == keyLive && (in.hidden == nil || !in.hidden.has(n)) {
					live.add(n)
				}
				touched.add(n)
			}); err != nil {
				return err
			}
		}
		if in.hidden != nil && !overlaps(in.hidden, r.known[entry{in.id, keyLive}]) {
			in.hidden = nil
		}
		if err := in.next(ctx, tx); err != nil {
			return err
		}
	}
	for n := range uint32(blockSize) {
		switch {
		case live.has(n):
			m.live = append(m.live, n)
		case touched.has(n) && !m.whole:
			m.gone = append(m.gone, n)
		}
	}
	m.into.docs = len(m.live)
	m.began = true
	return nil
}

func overlaps(s *set, list []byte) (some bool) {
	if err := eachOf(list, func(n uint32) { some = some || s.has(n) }); err != nil {
		return true
	}
	return some
}

// next goes to the next entry.
func (in *input) next(ctx context.Context, tx *db.Tx) (err error) {
	for {
		if in.ok, err = in.at.next(); err != nil || in.ok {
			return err
		}
		if len(in.pages) == 0 && !in.end {
			if err := in.more(ctx, tx); err != nil {
				return err
			}
		}
		if len(in.pages) == 0 {
			return nil
		}
		in.at = pageReader{rest: in.pages[0]}
		in.pages = in.pages[1:]
	}
}

// more reads the next pages.
func (in *input) more(ctx context.Context, tx *db.Tx) error {
	const atOnce = 32
	rows, err := tx.Query(ctx, `SELECT first, data FROM search_page WHERE segment = $1 AND first > $2 ORDER BY first LIMIT 32`, in.id, in.last)
	type row struct{ first, data []byte }
	list, err := db.Rows(rows, err, func(r *sql.Rows, p *row) error { return r.Scan(&p.first, &p.data) })
	if err != nil {
		return err
	}
	for _, p := range list {
		in.pages = append(in.pages, p.data)
		in.last = p.first
	}
	in.end = len(list) < atOnce
	return nil
}

// least returns the least key, and at which inputs it stands, until it is called again.
func (m *merge) least() (key []byte, at []int) {
	at = m.at[:0]
	defer func() { m.at = at }()
	for i := range m.from {
		in := &m.from[i]
		if !in.ok {
			continue
		}
		c := -1
		if len(at) > 0 {
			c = bytes.Compare(in.at.key, key)
		}
		if c < 0 {
			key, at = in.at.key, append(at[:0], i)
		} else if c == 0 {
			at = append(at, i)
		}
	}
	return key, at
}

// join writes what inputs have of a key.
func (m *merge) join(key string, at []int) error {
	switch {
	case key == keyLive || key == keyGone:
		docs := m.live
		if key == keyGone {
			docs = m.gone
		}
		return m.write(key, docs)
	case len(at) == 1 && m.from[at[0]].hidden == nil:
		return m.out.add(key, m.from[at[0]].at.value)
	case key[0] == keyPlace[0]:
		return m.joinPlaces(key, at)
	}
	docs := m.docs[:0]
	defer func() { m.docs = docs }()
	for _, i := range slices.Backward(at) { // the oldest often has the least
		in := &m.from[i]
		if err := eachOf(in.at.value, func(n uint32) {
			if in.hidden == nil || !in.hidden.has(n) {
				docs = append(docs, n)
			}
		}); err != nil {
			return err
		}
	}
	if !slices.IsSorted(docs) {
		slices.Sort(docs)
	}
	return m.write(key, docs)
}

func (m *merge) write(key string, docs []uint32) error {
	if len(docs) == 0 {
		return nil
	}
	m.data = appendList(m.data[:0], docs)
	return m.out.add(key, m.data)
}

func (m *merge) joinPlaces(key string, at []int) error {
	number := uint32(key[len(key)-1])
	all := m.places[:0]
	defer func() { m.places = all }()
	for _, i := range slices.Backward(at) {
		in := &m.from[i]
		if err := places(number, in.at.value, func(p place) {
			if in.hidden == nil || !in.hidden.has(p.doc) {
				all = append(all, p)
			}
		}); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		return nil
	}
	inOrder := func(a, b place) int { return int(a.doc) - int(b.doc) }
	if !slices.IsSortedFunc(all, inOrder) {
		slices.SortFunc(all, inOrder)
	}
	data := m.data[:0]
	defer func() { m.data = data }()
	last := number << chunkBits
	for _, p := range all {
		data = appendPlace(data, last, p.doc, p.at)
		last = p.doc
	}
	return m.out.add(key, data)
}

// finish puts the new segment in the place of the others.
func (m *merge) finish(ctx context.Context, tx *db.Tx) error {
	for _, in := range m.from {
		if _, err := tx.Exec(ctx, `DELETE FROM search_segment WHERE id = $1`, in.id); err != nil {
			return err
		}
	}
	if len(m.live)+len(m.gone) == 0 {
		return nil
	}
	return addSegment(ctx, tx, m.into)
}
