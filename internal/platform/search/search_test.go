package search_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/search"
)

func open(t *testing.T, d *db.DB) *search.Index {
	t.Helper()
	x, err := search.Open(t.Context(), d, filepath.Join(t.TempDir(), "search.db"), dbtest.Logger(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func has(terms ...string) search.Clause { return search.Clause{Any: []search.Atom{{Terms: terms}}} }

func TestStateIsKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := open(t, d)
		if s, err := x.State(t.Context()); err != nil || s != (search.State{}) {
			t.Fatalf("State of a new index = %+v, %v", s, err)
		}
		want := search.State{Format: 3, Source: "log", Position: 77, Rest: 5, Purge: true}
		if err := x.Apply(t.Context(), search.Batch{State: want}); err != nil {
			t.Fatal(err)
		}
		if s, err := x.State(t.Context()); err != nil || s != want {
			t.Errorf("State = %+v, %v, want %+v", s, err, want)
		}
		if err := x.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s, err := x.State(t.Context()); err != nil || s != (search.State{}) {
			t.Errorf("State of an emptied index = %+v, %v", s, err)
		}
	})
}

func TestACheckThatFailsStopsTheChange(t *testing.T) {
	t.Parallel()
	d := dbtest.Postgres(t)
	x := open(t, d)
	lost := errors.New("lost")
	err := x.Apply(t.Context(), search.Batch{State: search.State{Format: 1}, Check: func(context.Context, *db.Tx) error { return lost }})
	if !errors.Is(err, lost) {
		t.Errorf("Apply = %v, want %v", err, lost)
	}
	if s, err := x.State(t.Context()); err != nil || s.Format != 0 {
		t.Errorf("State = %+v, %v, want nothing", s, err)
	}
}

// holds says whether a document answers clauses, as simply as can be.
func holds(d search.Document, all []search.Clause) bool {
	words := slices.Concat(d.Words, []string{"|"}, d.Terms)
	atom := func(a search.Atom) bool {
		if a.Prefix {
			return slices.ContainsFunc(d.Words, func(w string) bool { return strings.HasPrefix(w, a.Terms[0]) })
		}
		if a.Phrase {
			return strings.Contains(" "+strings.Join(d.Words, " ")+" ", " "+strings.Join(a.Terms, " ")+" ")
		}
		for _, t := range a.Terms {
			if !slices.Contains(words, t) {
				return false
			}
		}
		return true
	}
	for _, c := range all {
		if slices.ContainsFunc(c.Any, atom) == c.Not {
			return false
		}
	}
	return true
}

// TestFindsWhatClausesSay compares both indexes with a search of every document, over words that either would take for something of its own.
func TestFindsWhatClausesSay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := open(t, d)
		word := rapid.SampledFrom([]string{"a", "ab", "abc", "or", "and", "not", "near", `"`, `'`, `\`, "*", "é", "日本", "日本語で書く", "a:b", "abcde", "abcdefg", "abcdx", "&", "!", "(", "%", "x'y\"z\\"})
		words := rapid.SliceOfN(word, 1, 6)
		term := rapid.SampledFrom([]string{"=a", "^ab", "#si5", "<a@b.lv", "zz"})
		atom := rapid.Custom(func(t *rapid.T) search.Atom {
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				w := []rune(word.Draw(t, "w"))
				return search.Atom{Terms: []string{string(w[:rapid.IntRange(1, len(w)).Draw(t, "letters")])}, Prefix: true}
			case 1:
				return search.Atom{Terms: rapid.SliceOfN(word, 2, 3).Draw(t, "phrase"), Phrase: true}
			}
			return search.Atom{Terms: rapid.SliceOfN(rapid.OneOf(word, term), 1, 2).Draw(t, "terms")}
		})
		clause := rapid.Custom(func(t *rapid.T) search.Clause {
			return search.Clause{Not: rapid.Bool().Draw(t, "not"), Any: rapid.SliceOfN(atom, 1, 3).Draw(t, "any")}
		})
		id := rapid.SampledFrom([]int64{1, 2, 3, 63, 64, 4095, 4096, 262_143, 262_144, 262_145, 600_000, 786_432})
		rapid.Check(t, func(rt *rapid.T) {
			ctx := context.Background()
			if err := x.Reset(ctx); err != nil {
				rt.Fatal(err)
			}
			now := map[int64]search.Document{}
			for range rapid.IntRange(1, 12).Draw(rt, "batches") {
				b := search.Batch{}
				for range rapid.IntRange(0, 5).Draw(rt, "puts") {
					doc := search.Document{ID: id.Draw(rt, "id"), Happened: 5, Stamp: 6, Words: words.Draw(rt, "words"),
						Terms: rapid.SliceOfNDistinct(term, 0, 3, rapid.ID[string]).Draw(rt, "terms")}
					b.Put = slices.DeleteFunc(b.Put, func(d search.Document) bool { return d.ID == doc.ID })
					b.Put = append(b.Put, doc)
				}
				if rapid.Bool().Draw(rt, "drop") {
					gone := id.Draw(rt, "dropped")
					b.Drop = append(b.Drop, gone)
					delete(now, gone)
				}
				for _, doc := range b.Put {
					now[doc.ID] = doc
				}
				b.Purge = rapid.IntRange(0, 9).Draw(rt, "purge") == 0
				if err := x.Apply(ctx, b); err != nil {
					rt.Fatal(err)
				}
				for range rapid.IntRange(0, 3).Draw(rt, "tended") {
					search.Pause(x, rapid.IntRange(0, 3).Draw(rt, "pause")) // a join goes on over batches
					if _, err := x.Tend(ctx, search.Leisure(rapid.IntRange(int(search.Pressed), int(search.Idle)).Draw(rt, "leisure")), nil); err != nil {
						rt.Fatal(err)
					}
				}
			}
			all := append(rapid.SliceOfN(clause, 0, 3).Draw(rt, "clauses"), search.Clause{Any: []search.Atom{atom.Draw(rt, "one")}})
			want := []int64{}
			for id, doc := range now {
				if holds(doc, all) {
					want = append(want, id)
				}
			}
			slices.Sort(want)
			slices.Reverse(want)
			before, limit := int64(math.MaxInt64), 100
			if rapid.Bool().Draw(rt, "a part") {
				before, limit = id.Draw(rt, "before"), rapid.IntRange(1, 4).Draw(rt, "limit")
				want = slices.DeleteFunc(want, func(id int64) bool { return id >= before })
				want = want[:min(limit, len(want))]
			}
			found, err := x.Find(ctx, [][]search.Clause{all}, before, limit)
			if err != nil {
				rt.Fatalf("Find(%+v): %v", all, err)
			}
			got := []int64{}
			for _, f := range found[0].Found {
				got = append(got, f.ID)
			}
			if below := found[0].Below; len(got) == limit && below != got[limit-1] || len(got) < limit && below != 0 {
				rt.Errorf("Find(%+v) looked down to %d, with %v of %d", all, below, got, limit)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Errorf("Find(%+v) (-want +got):\n%s", all, diff)
			}
		})
	})
}

func tended(t *testing.T, x *search.Index) {
	t.Helper()
	for range 1000 {
		more, err := x.Tend(t.Context(), search.Idle, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return
		}
	}
	t.Fatal("there is always more to tend")
}

// TestManyBatchesBecomeFewSegments looks at what is kept after many small batches, some of them about documents that were there.
func TestManyBatchesBecomeFewSegments(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := open(t, d)
		for i := range int64(60) {
			b := search.Batch{Put: []search.Document{{ID: i + 1, Words: []string{"secret", "word"}}, {ID: i/2 + 1, Words: []string{"secret", "again"}}}}
			if i > 5 {
				b.Drop = []int64{i - 3}
			}
			if i == 0 {
				b.Put = b.Put[:1]
			}
			if err := x.Apply(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		tended(t, x)
		found, err := x.Find(t.Context(), [][]search.Clause{{has("secret")}, {has("again")}, {has("word")}}, 100, 100)
		if err != nil || len(found[0].Found) != len(found[1].Found)+len(found[2].Found) || len(found[2].Found) != 4 {
			t.Errorf("found %d, %d and %d, %v, want all, those written again and the last 4", len(found[0].Found), len(found[1].Found), len(found[2].Found), err)
		}
		if n := x.Segments(t); n > 4 {
			t.Errorf("%d segments are left, want 4 at most", n)
		}
	})
}

// TestWhatIsPurgedIsGone looks for a word in all that is kept.
func TestWhatIsPurgedIsGone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := open(t, d)
		for _, b := range []search.Batch{
			{Put: []search.Document{{ID: 1, Words: []string{"xylophone"}, Terms: []string{"=xylophone"}}, {ID: 2, Words: []string{"xyl"}}}},
			{Put: []search.Document{{ID: 1, Words: []string{"removed"}}}, Purge: true},
		} {
			if err := x.Apply(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		if !x.Holds(t, "xylophone") {
			t.Fatal("the word is not looked for rightly")
		}
		tended(t, x)
		if x.Holds(t, "xylophone") || !x.Holds(t, "removed") {
			t.Error("the word is still there")
		}
	})
}

func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := open(t, d)
		const blocks = 12
		for i := range int64(blocks) {
			if err := x.Apply(t.Context(), search.Batch{Put: []search.Document{{ID: i<<18 + 7, Words: []string{"lamp"}}}}); err != nil {
				t.Fatal(err)
			}
		}
		search.BoundWork(t, x, 3)
		var got []int64
		rounds := 0
		for before := int64(math.MaxInt64); before > 0; rounds++ {
			found, err := x.Find(t.Context(), [][]search.Clause{{has("lamp")}}, before, 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found[0].Found {
				got = append(got, f.ID>>18)
			}
			before = found[0].Below
		}
		if rounds < 2 || len(got) != blocks || got[0] != blocks-1 || got[blocks-1] != 0 {
			t.Errorf("found %v in %d rounds, want all, newest first, in several", got, rounds)
		}
	})
}
