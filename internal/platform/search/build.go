package search

import (
	"encoding/binary"
	"maps"
	"slices"
	"unicode/utf8"
)

// builder makes a segment of documents, which must come in the order of their ids.
type builder struct {
	terms      map[string]*posting
	beginnings map[string]*posting
	live, gone []uint32
	touched    []*posting // that the document has words of, by way of their places
	size       int        // about how much memory it takes, in bytes
}

// posting is the documents that have a term, and for words where.
type posting struct {
	docs   []uint32
	at     []uint32 // where the last document has it
	chunks []chunk
	begins [2]*posting // of a word: what it begins with
	word   bool
}

// chunk is places in documents of one chunk.
type chunk struct {
	number uint32
	last   uint32
	data   []byte
}

func newBuilder() *builder {
	return &builder{terms: map[string]*posting{}, beginnings: map[string]*posting{}}
}

func (b *builder) enter(p *posting, doc uint32) {
	if n := len(p.docs); n == 0 || p.docs[n-1] != doc {
		p.docs = append(p.docs, doc)
		b.size += sizeOfEntry
	}
}

func (b *builder) add(doc uint32, d *Document) {
	b.live = append(b.live, doc)
	for _, t := range d.Terms {
		b.enter(b.term(t), doc)
	}
	b.touched = b.touched[:0]
	for i, w := range d.Words {
		p := b.term(w)
		if !p.word {
			p.word = true
			p.begins = [2]*posting{b.beginning(w, 2), b.beginning(w, 4)}
		}
		b.enter(p, doc)
		if len(p.at) == 0 {
			b.touched = append(b.touched, p)
			for _, begin := range p.begins {
				if begin != nil {
					b.enter(begin, doc)
				}
			}
		}
		p.at = append(p.at, uint32(i))
	}
	for _, p := range b.touched {
		b.size += p.place(doc)
	}
}

func (b *builder) term(t string) *posting {
	p := b.terms[t]
	if p == nil {
		p = &posting{}
		b.terms[t] = p
		b.size += sizeOfTerm + len(t)
	}
	return p
}

// place writes down where a document has the word, and returns how many bytes that took.
func (p *posting) place(doc uint32) (size int) {
	number := doc >> chunkBits
	if n := len(p.chunks); n == 0 || p.chunks[n-1].number != number {
		p.chunks = append(p.chunks, chunk{number: number, last: number << chunkBits})
	}
	c := &p.chunks[len(p.chunks)-1]
	before := len(c.data)
	c.data = appendPositions(binary.AppendUvarint(c.data, uint64(doc-c.last)), p.at)
	c.last = doc
	p.at = p.at[:0]
	return len(c.data) - before
}

// Beginnings of words are kept in two lengths: words of one or two letters and more by their first two, words of three and more by their first four. A
// beginning of two or four letters is one entry then, one of three few; longer ones are read from the words themselves.
func beginningOf(word string, letters int) string {
	end := 0
	for n := 0; n < letters && end < len(word); n++ {
		_, size := utf8.DecodeRuneInString(word[end:])
		end += size
	}
	return word[:end]
}

func (b *builder) beginning(word string, letters int) *posting {
	if letters == 4 && utf8.RuneCountInString(word) < 3 {
		return nil
	}
	key := beginningKey(word, letters)
	p := b.beginnings[key]
	if p == nil {
		p = &posting{}
		b.beginnings[key] = p
		b.size += sizeOfTerm + len(key)
	}
	return p
}

func beginningKey(word string, letters int) string {
	return keyBeginning + string(rune('0'+letters)) + beginningOf(word, letters)
}

// write puts the segment into pages, without documents that are hidden.
func (b *builder) write(w *pageWriter, hidden *set) error {
	var spare []byte
	list := func(key string, docs []uint32) error {
		if docs = hidden.from(docs); len(docs) == 0 {
			return nil
		}
		spare = appendList(spare[:0], docs)
		return w.add(key, spare)
	}
	if err := list(keyLive, b.live); err != nil {
		return err
	}
	if err := list(keyGone, b.gone); err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(b.terms))
	for _, t := range names {
		if err := list(keyTerm+t, b.terms[t].docs); err != nil {
			return err
		}
	}
	for _, t := range names {
		for _, c := range b.terms[t].chunks {
			data, err := placesWithout(hidden, c.number, c.data)
			if err == nil && len(data) > 0 {
				err = w.add(placeKey(t, c.number), data)
			}
			if err != nil {
				return err
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(b.beginnings)) {
		if err := list(key, b.beginnings[key].docs); err != nil {
			return err
		}
	}
	return w.flush()
}

// built is a segment that is ready to be stored.
type built struct {
	block int64
	docs  int
	pages []page
}

type page struct {
	first string
	data  []byte
}

// buildSegments makes one segment for each block that a batch touches.
func buildSegments(b Batch) ([]built, error) {
	type change struct {
		id  int64
		doc *Document // nil for one that goes
	}
	all := make([]change, 0, len(b.Put)+len(b.Drop))
	for i := range b.Put {
		all = append(all, change{b.Put[i].ID, &b.Put[i]})
	}
	for _, id := range b.Drop {
		all = append(all, change{id, nil})
	}
	slices.SortStableFunc(all, func(a, b change) int { return int(min(max(a.id-b.id, -1), 1)) })
	var out []built
	for len(all) > 0 {
		block := blockOf(all[0].id)
		maker := newBuilder()
		n := 0
		for ; n < len(all) && blockOf(all[n].id) == block; n++ {
			c := all[n]
			if n > 0 && all[n-1].id == c.id { // what is put counts, what is dropped comes behind it
				continue
			}
			if c.doc == nil {
				maker.gone = append(maker.gone, localOf(c.id))
			} else {
				maker.add(localOf(c.id), c.doc)
			}
		}
		all = all[n:]
		s, err := maker.built(block, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// built makes the segment, without documents that are hidden.
func (b *builder) built(block int64, hidden *set) (s built, err error) {
	b.live = hidden.from(b.live)
	s = built{block: block, docs: len(b.live)}
	w := pageWriter{full: func(first string, data []byte) error {
		s.pages = append(s.pages, page{first, data})
		return nil
	}}
	return s, b.write(&w, hidden)
}
