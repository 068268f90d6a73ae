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
		if a.Phrase {
			return strings.Contains(" "+strings.Join(d.Words, " ")+" ", " "+strings.Join(a.Terms, " ")+" ")
		}
		for _, t := range a.Terms {
			if !slices.ContainsFunc(words, func(w string) bool { return w == t || a.Prefix && strings.HasPrefix(w, t) }) {
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
		word := rapid.SampledFrom([]string{"a", "ab", "abc", "or", "and", "not", "near", `"`, `'`, `\`, "*", "é", "日本", "a:b", "=a", "^ab", "#si5", "<a@b.lv", "&", "!", "(", "%", "x'y\"z\\"})
		words := rapid.SliceOfN(word, 1, 6)
		term := rapid.SampledFrom([]string{"=a", "^ab", "#si5", "<a@b.lv", "zz"})
		atom := rapid.Custom(func(t *rapid.T) search.Atom {
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				return search.Atom{Terms: []string{word.Draw(t, "w")}, Prefix: true}
			case 1:
				return search.Atom{Terms: rapid.SliceOfN(word, 2, 3).Draw(t, "phrase"), Phrase: true}
			}
			return search.Atom{Terms: rapid.SliceOfN(rapid.OneOf(word, term), 1, 2).Draw(t, "terms")}
		})
		clause := rapid.Custom(func(t *rapid.T) search.Clause {
			return search.Clause{Not: rapid.Bool().Draw(t, "not"), Any: rapid.SliceOfN(atom, 1, 3).Draw(t, "any")}
		})
		rapid.Check(t, func(rt *rapid.T) {
			ctx := context.Background()
			if err := x.Reset(ctx); err != nil {
				rt.Fatal(err)
			}
			now := map[int64]search.Document{}
			for range rapid.IntRange(1, 4).Draw(rt, "batches") {
				b := search.Batch{}
				for range rapid.IntRange(0, 5).Draw(rt, "puts") {
					doc := search.Document{ID: rapid.Int64Range(1, 12).Draw(rt, "id"), Happened: 5, Stamp: 6, Words: words.Draw(rt, "words"),
						Terms: rapid.SliceOfNDistinct(term, 0, 3, rapid.ID[string]).Draw(rt, "terms")}
					b.Put = slices.DeleteFunc(b.Put, func(d search.Document) bool { return d.ID == doc.ID })
					b.Put = append(b.Put, doc)
				}
				if rapid.Bool().Draw(rt, "drop") {
					id := rapid.Int64Range(1, 12).Draw(rt, "dropped")
					b.Drop = append(b.Drop, id)
					delete(now, id)
				}
				for _, doc := range b.Put {
					now[doc.ID] = doc
				}
				if err := x.Apply(ctx, b); err != nil {
					rt.Fatal(err)
				}
			}
			all := append(rapid.SliceOfN(clause, 0, 3).Draw(rt, "clauses"), search.Clause{Any: []search.Atom{atom.Draw(rt, "one")}})
			want := []int64{}
			for id := int64(12); id > 0; id-- {
				if doc, ok := now[id]; ok && holds(doc, all) {
					want = append(want, id)
				}
			}
			found, err := x.Find(ctx, all, math.MaxInt64, 100)
			if err != nil {
				rt.Fatalf("Find(%+v): %v", all, err)
			}
			got := []int64{}
			for _, f := range found {
				got = append(got, f.ID)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Errorf("Find(%+v) (-want +got):\n%s", all, diff)
			}
		})
	})
}

func TestPurgeEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := open(t, d)
		for i := range int64(30) {
			b := search.Batch{Put: []search.Document{{ID: i + 1, Words: []string{"secret", "word"}}}}
			if i > 5 {
				b.Drop = []int64{i - 3}
			}
			if err := x.Apply(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		for range 100 {
			more, err := x.Purge(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !more {
				if found, err := x.Find(t.Context(), []search.Clause{has("secret")}, 100, 100); err != nil || len(found) != 6 {
					t.Errorf("found %d, %v, want 6", len(found), err)
				}
				return
			}
		}
		t.Error("Purge has always more to do")
	})
}
