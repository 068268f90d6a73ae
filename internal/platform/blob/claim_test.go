package blob

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// eachPair runs f with two nodes on one place and one database.
func eachPair(t *testing.T, f func(t *testing.T, a, b home, d *db.DB)) {
	t.Helper()
	for _, inBucket := range []bool{false, true} {
		t.Run(map[bool]string{false: "disk", true: "bucket"}[inBucket], func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				a := openHome(t, inBucket)
				b := home{folder: a.folder, server: a.server}
				if inBucket {
					b = openBucketOf(t, a.server, a.server.Location())
				} else {
					var err error
					if b.Store, err = OpenStore(a.folder); err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() {
						if err := b.Close(); err != nil {
							t.Error(err)
						}
					})
				}
				a.Share(d)
				b.Share(d)
				f(t, a, b, d)
			})
		})
	}
}

func TestTwoNodesStoreTheSame(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, a, b home, d *db.DB) {
		var both sync.WaitGroup
		var refs [2]Ref
		for i, h := range []home{a, b} {
			both.Go(func() {
				ref, err := h.Put(t.Context(), strings.NewReader("of both"))
				if err == nil {
					err = d.Write(t.Context(), func(tx *db.Tx) error { return Keep(t.Context(), tx, ref) })
				}
				if err != nil {
					t.Error(err)
				}
				refs[i] = ref
			})
		}
		both.Wait()
		if refs[0] != refs[1] || !exists(t, a, refs[0].Hash) || !exists(t, b, refs[0].Hash) {
			t.Errorf("two nodes store the same content as %+v", refs)
		}
		if n := dbtest.Int(t, d, "SELECT refs FROM blob"); n != 2 {
			t.Errorf("%d references, want 2", n)
		}
	})
}

// TestNobodyCountsOnWhatIsBeingRemoved stops between the marks of a removal.
func TestNobodyCountsOnWhatIsBeingRemoved(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, a, b home, d *db.DB) {
		ref := put(t, a, "going")
		mark := func(ago time.Duration) {
			at := d.Now().Time().Add(-ago).UnixMicro()
			dbtest.Exec(t, d, fmt.Sprintf("UPDATE blob SET removing_at = %d", at))
		}
		mark(0)
		short, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
		defer cancel()
		if _, err := b.Put(short, strings.NewReader("going")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Put of a file that is being removed: %v, want that it waits", err)
		}
		keep := func(tx *db.Tx) error { return Keep(t.Context(), tx, ref) }
		if err := d.Write(t.Context(), keep); !errors.Is(err, ErrRemoving) {
			t.Errorf("Keep of a file that is being removed: %v, want ErrRemoving", err)
		}
		if gone, err := b.Erase(t.Context(), d, ref.Hash); err != nil || gone {
			t.Errorf("Erase of a file that is being removed = %v, %v", gone, err)
		}
		mark(abandoned + time.Second) // whoever removed it has died
		put(t, b, "going")
		if err := d.Write(t.Context(), keep); err != nil {
			t.Errorf("Keep after a Put: %v", err)
		}
		if n := dbtest.Int(t, d, "SELECT removing_at FROM blob"); n != 0 || !exists(t, a, ref.Hash) {
			t.Errorf("the row still says that the file is being removed (%d), or it is gone", n)
		}
	})
}

// TestARemovalThatDiedIsTakenUp leaves a mark behind.
func TestARemovalThatDiedIsTakenUp(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, a, b home, d *db.DB) {
		ref := put(t, a, "half gone")
		a.age(t, d, ref, "half gone", 2*unusedFor)
		dbtest.Exec(t, d, fmt.Sprintf("UPDATE blob SET removing_at = %d", d.Now().Time().Add(-time.Hour).UnixMicro()))
		if swept, err := b.Sweep(t.Context(), d, dbtest.Logger(t)); err != nil || swept.Files != 1 || exists(t, a, ref.Hash) {
			t.Errorf("Sweep = %+v, %v", swept, err)
		}
		if n := dbtest.Int(t, d, "SELECT COUNT(*) FROM blob"); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

// TestStoringRacesRemoving has one node erase and sweep what the other is asked to store again: what got a reference is there.
func TestStoringRacesRemoving(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, a, b home, d *db.DB) {
		for round := range 15 {
			content := fmt.Sprint("round ", round)
			ref := put(t, a, content)
			a.age(t, d, ref, content, 2*unusedFor)
			var race sync.WaitGroup
			race.Go(func() {
				if _, err := b.Erase(t.Context(), d, ref.Hash); err != nil {
					t.Errorf("Erase: %v", err)
				}
			})
			race.Go(func() {
				if _, err := b.Sweep(t.Context(), d, dbtest.Logger(t)); err != nil {
					t.Errorf("Sweep: %v", err)
				}
			})
			race.Go(func() {
				_, err := a.Put(t.Context(), strings.NewReader(content))
				if err == nil {
					err = d.Write(t.Context(), func(tx *db.Tx) error { return Keep(t.Context(), tx, ref) })
				}
				if err != nil {
					t.Errorf("Put and Keep: %v", err)
				}
			})
			race.Wait()
			if !exists(t, b, ref.Hash) {
				t.Fatalf("round %d: a file that is referenced is gone", round)
			}
		}
	})
}
