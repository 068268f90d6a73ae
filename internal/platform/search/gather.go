package search

import "slices"

// Gathered is documents of one block that are to be stored as one segment, however many calls bring them: a large segment costs a fraction of what many
// small ones cost with their joining. It lives in memory alone, packed; Apply stores it with Batch.Gathered. It is used by one goroutine.
type Gathered struct {
	block  int64
	build  *builder
	items  []Found
	hidden *set // documents that were changed since they were added, nil for none
}

// NewGathered begins to gather documents of the block that an id is in.
func NewGathered(id int64) *Gathered {
	return &Gathered{block: blockOf(id), build: newBuilder()}
}

// Add takes documents in. They must be of the block and come in the order of their ids, each once; others are left out.
func (g *Gathered) Add(docs []Document) {
	for i := range docs {
		d := &docs[i]
		if n := len(g.items); blockOf(d.ID) != g.block || n > 0 && g.items[n-1].ID >= d.ID {
			continue
		}
		g.build.add(localOf(d.ID), d)
		g.items = append(g.items, Found{d.ID, d.Happened, d.Stamp})
	}
}

// Hide leaves documents out that the index has in a newer form, or must not have any more.
func (g *Gathered) Hide(ids ...int64) {
	for _, id := range ids {
		if blockOf(id) != g.block {
			continue
		}
		if g.hidden == nil {
			g.hidden = new(set)
		}
		g.hidden.add(localOf(id))
	}
}

// Size is about how many bytes of memory it takes.
func (g *Gathered) Size() int { return g.build.size + 24*len(g.items) }

// Len is how many documents were taken in.
func (g *Gathered) Len() int { return len(g.items) }

// left are the items that were not hidden.
func (g *Gathered) left() []Found {
	if g.hidden == nil {
		return g.items
	}
	return slices.DeleteFunc(slices.Clone(g.items), func(f Found) bool { return g.hidden.has(localOf(f.ID)) })
}

// built makes the segment.
func (g *Gathered) built() (built, error) {
	return g.build.built(g.block, g.hidden)
}

// Stretches of ids are what is filled one after the other: a quarter of a block each, so that they fit into the memory of a small machine.
const stretch = blockSize / 4

// StretchOf is the first id of the stretch that an id is in. A stretch lies within one block.
func StretchOf(id int64) int64 { return id &^ (stretch - 1) }

// from leaves its members out of a list, which stays as it is.
func (s *set) from(docs []uint32) []uint32 {
	if s == nil {
		return docs
	}
	return slices.DeleteFunc(slices.Clone(docs), s.has)
}

// placesWithout leaves the places of documents out of those of a chunk.
func placesWithout(s *set, number uint32, data []byte) ([]byte, error) {
	if s == nil || s.empty(int(number)*chunkWords, int(number+1)*chunkWords) {
		return data, nil
	}
	var out []byte
	last := number << chunkBits
	err := places(number, data, func(p place) {
		if !s.has(p.doc) {
			out = appendPlace(out, last, p.doc, p.at)
			last = p.doc
		}
	})
	return out, err
}

// Costs of memory, about: of a term, and of each document that has it.
const (
	sizeOfTerm  = 220
	sizeOfEntry = 6
)
