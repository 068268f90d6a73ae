package search_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/search"
)

// TestGatheredDocumentsAreFoundAsOthersAre stores documents in one segment, some of them changed or dropped by batches meanwhile.
func TestGatheredDocumentsAreFoundAsOthersAre(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := open(t, d)
		const block = 3 << 18
		doc := func(id int64, words ...string) search.Document {
			return search.Document{ID: block + id, Happened: id, Words: words, Terms: []string{"=lamp"}}
		}
		g := search.NewGathered(block + 9)
		g.Add([]search.Document{doc(1, "green", "lamp"), doc(2, "old", "secret"), doc(5000, "green", "lamp")})
		g.Add([]search.Document{doc(5000, "twice"), doc(5001, "old", "lamp"), {ID: 7, Words: []string{"elsewhere"}}})
		for _, b := range []search.Batch{{Put: []search.Document{doc(5001, "new", "lamp")}}, {Drop: []int64{block + 2}, Purge: true}} {
			for _, p := range b.Put {
				g.Hide(p.ID)
			}
			g.Hide(b.Drop...)
			if err := x.Apply(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		tended(t, x) // before it is stored
		if err := x.Apply(t.Context(), search.Batch{Gathered: g}); err != nil {
			t.Fatal(err)
		}
		for _, after := range []bool{false, true} {
			if after {
				tended(t, x)
			}
			ask := func(c ...search.Clause) (ids []int64) {
				found, err := x.Find(t.Context(), [][]search.Clause{c}, math.MaxInt64, 10)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range found[0].Found {
					ids = append(ids, f.ID-block)
				}
				return ids
			}
			phrase := search.Clause{Any: []search.Atom{{Terms: []string{"green", "lamp"}, Phrase: true}}}
			got := [][]int64{ask(has("=lamp")), ask(phrase), ask(has("old")), ask(has("new")), ask(has("twice")), ask(has("elsewhere"))}
			if diff := cmp.Diff([][]int64{{5001, 5000, 1}, {5000, 1}, nil, {5001}, nil, nil}, got); diff != "" {
				t.Errorf("tended %v, found (-want +got):\n%s", after, diff)
			}
			if x.Holds(t, "secret") {
				t.Error("what was dropped while it was gathered is in the file")
			}
		}
	})
}

// TestStretchesPartBlocks says that no stretch is in two blocks, and that they follow each other.
func TestStretchesPartBlocks(t *testing.T) {
	t.Parallel()
	for _, id := range []int64{1, 1<<16 - 1, 1 << 16, 1<<18 - 1, 1 << 18, 5_000_000} {
		first := search.StretchOf(id)
		if first > id || first>>18 != id>>18 || first > 0 && search.StretchOf(first-1) >= first {
			t.Errorf("the stretch of %d begins at %d", id, first)
		}
	}
	if !slices.IsSorted([]int64{search.StretchOf(1), search.StretchOf(1 << 16), search.StretchOf(1 << 18)}) {
		t.Error("stretches are not in order")
	}
}
