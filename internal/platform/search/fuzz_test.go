package search

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// FuzzPages reads what a damaged file may hold.
func FuzzPages(f *testing.F) {
	var good []byte
	w := pageWriter{full: func(_ string, data []byte) error {
		good = data
		return nil
	}}
	b := newBuilder()
	b.add(3, &Document{Words: []string{"lamp", "shade", "lamp"}, Terms: []string{"=lamp"}})
	b.add(70_000, &Document{Words: []string{"lamp"}})
	if err := b.write(&w, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte{0, 1, 'a', 2, 1, 0x80})
	f.Fuzz(func(t *testing.T, data []byte) {
		if v, err := lookUp(data, "dlamp"); err == nil && len(v) > len(data) {
			t.Fatalf("%d bytes found in %d", len(v), len(data))
		}
		p := pageReader{rest: data}
		for {
			ok, err := p.next()
			if err != nil || !ok {
				return
			}
			s := new(set)
			if s.addList(p.value) == nil {
				if err := eachOf(p.value, func(n uint32) {
					if !s.has(n) {
						t.Fatalf("%x: %d is only in one reading", p.value, n)
					}
				}); err != nil {
					t.Fatalf("%x: %v in one reading only", p.value, err)
				}
			}
			_ = places(63, p.value, func(p place) { p.positions(nil) }) // what is damaged is said so
		}
	})
}

func TestListsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		docs := rapid.SliceOfDistinct(rapid.Uint32Range(0, blockSize-1), rapid.ID[uint32]).Draw(t, "docs")
		if from := rapid.Uint32Range(0, blockSize-1).Draw(t, "dense from"); rapid.Bool().Draw(t, "dense") {
			for n := from; n < min(from+3000, blockSize); n += 1 + n%3 {
				docs = append(docs, n)
			}
		}
		slices.Sort(docs)
		docs = slices.Compact(docs)
		var got []uint32
		if err := eachOf(appendList(nil, docs), func(n uint32) { got = append(got, n) }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(slices.Clip(docs), got); len(docs) > 0 && diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func TestKeysAreFoundInPages(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab\xff]{1,6}`)
		keys := rapid.SliceOfDistinct(word, rapid.ID[string]).Draw(t, "keys")
		slices.Sort(keys)
		var page []byte
		w := pageWriter{full: func(_ string, data []byte) error {
			page = data
			return nil
		}}
		for i, k := range keys {
			if err := w.add(k, []byte{byte(i), 1}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.flush(); err != nil {
			t.Fatal(err)
		}
		for _, k := range append(rapid.SliceOf(word).Draw(t, "others"), keys...) {
			got, err := lookUp(page, k)
			if err != nil {
				t.Fatal(err)
			}
			at, there := slices.BinarySearch(keys, k)
			if there != (got != nil) || there && got[0] != byte(at) {
				t.Fatalf("%q among %q: found %x", k, keys, got)
			}
		}
	})
}
