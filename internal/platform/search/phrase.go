package search

import (
	"context"
	"slices"
)

// phrases is a clause that positions decide about: it holds where plain has the document or one of the phrases stands in it.
type phrases struct {
	not   bool
	plain *set
	list  [][]string
}

// placesAhead reads the places of the words of phrases in the next chunks that have candidates, and returns down to which.
func (q *question) placesAhead(ctx context.Context, s segment, docs *set, unsure []phrases, from, chunks int) (down int, err error) {
	if !q.tx.Postgres() {
		return 0, nil
	}
	var keys []string
	down = from + 1
	for n := 0; down > 0 && n < chunks; {
		down--
		if docs.empty(down*chunkWords, (down+1)*chunkWords) {
			continue
		}
		n++
		for _, p := range unsure {
			for _, words := range p.list {
				for _, w := range words {
					keys = append(keys, placeKey(w, uint32(down)))
				}
			}
		}
	}
	slices.Sort(keys)
	return down, q.ahead(ctx, []segment{s}, slices.Compact(keys))
}

// within looks at one chunk of a segment.
type within struct {
	*question
	segment segment
	chunk   uint32
	docs    *set
	words   map[string]map[uint32][]uint32
}

// keep takes out of the set what a clause of phrases does not hold for.
func (w *within) keep(ctx context.Context, p phrases) error {
	from := int(w.chunk) * chunkWords
	var not []uint32
	var failed error
	w.docs.newest(from, from+chunkWords, func(doc uint32) bool {
		holds := p.plain.has(doc)
		for _, words := range p.list {
			if holds {
				break
			}
			if holds, failed = w.stands(ctx, doc, words); failed != nil {
				return false
			}
		}
		if holds == p.not {
			not = append(not, doc)
		}
		return true
	})
	for _, doc := range not {
		w.docs[doc>>6] &^= 1 << (doc & 63)
	}
	return failed
}

// stands reports whether words stand behind each other in a document.
func (w *within) stands(ctx context.Context, doc uint32, words []string) (bool, error) {
	var starts []uint32
	for i, word := range words {
		at, err := w.places(ctx, word)
		if err != nil {
			return false, err
		}
		here := at[doc]
		if i == 0 {
			starts = slices.Clone(here)
		} else {
			starts = slices.DeleteFunc(starts, func(n uint32) bool {
				_, ok := slices.BinarySearch(here, n+uint32(i))
				return !ok
			})
		}
		if len(starts) == 0 {
			return false, nil
		}
	}
	return true, nil
}

// places returns where a word stands in the documents of the chunk that are in question.
func (w *within) places(ctx context.Context, word string) (map[uint32][]uint32, error) {
	if at, ok := w.words[word]; ok {
		return at, nil
	}
	list, err := w.get(ctx, w.segment.id, placeKey(word, w.chunk))
	if err != nil {
		return nil, err
	}
	at := map[uint32][]uint32{}
	err = places(w.chunk, list, func(p place) {
		if w.docs.has(p.doc) {
			at[p.doc] = p.positions(nil)
		}
	})
	if w.words == nil {
		w.words = map[string]map[uint32][]uint32{}
	}
	w.words[word] = at
	return at, err
}
