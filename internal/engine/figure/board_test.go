package figure_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/figure"
)

// TestTheMedianLiesInTheMiddle draws lengths of time: no more than half of them lie on either side of their median, it lies within them, and their order does not matter.
func TestTheMedianLiesInTheMiddle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SliceOf(rapid.Custom(func(t *rapid.T) time.Duration { return time.Duration(rapid.Int64Range(0, 1<<62).Draw(t, "long")) })).Draw(t, "of")
		before := slices.Clone(of)
		m, ok := figure.Median(of)
		if !slices.Equal(of, before) {
			t.Fatal("it changed what it was given")
		}
		if ok != (len(of) > 0) {
			t.Fatalf("of %d there is a median: %v", len(of), ok)
		}
		if !ok {
			return
		}
		below, above := 0, 0
		for _, d := range of {
			if d < m {
				below++
			}
			if d > m {
				above++
			}
		}
		if below > len(of)/2 || above > len(of)/2 || m < slices.Min(of) || m > slices.Max(of) {
			t.Fatalf("%d below and %d above %s of %v", below, above, m, of)
		}
		if again, _ := figure.Median(rapid.Permutation(of).Draw(t, "otherwise")); again != m {
			t.Fatalf("%s in one order, %s in another", m, again)
		}
	})
	if m, _ := figure.Median([]time.Duration{4, 1, 3, 10}); m != 3 {
		t.Errorf("between 3 and 4 lies %d", m)
	}
}

// TestQueuesComeByWhatIsUrgent draws queues: none comes after one in which less is late, nor, where as much is, after one whose next is due later.
func TestQueuesComeByWhatIsUrgent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		queues := rapid.SliceOf(rapid.Custom(func(t *rapid.T) figure.Queue {
			return figure.Queue{Team: desk.TeamID(rapid.IntRange(0, 5).Draw(t, "team")), Late: rapid.Int64Range(0, 3).Draw(t, "late"), Open: rapid.Int64Range(0, 3).Draw(t, "open"),
				Due: rapid.SampledFrom([]desk.Time{1, 2, desk.Never}).Draw(t, "due")}
		})).Draw(t, "queues")
		figure.Order(queues)
		for i := 1; i < len(queues); i++ {
			a, b := queues[i-1], queues[i]
			if a.Late < b.Late || a.Late == b.Late && a.Due > b.Due || a.Late == b.Late && a.Due == b.Due && a.Open < b.Open {
				t.Fatalf("%+v before %+v", a, b)
			}
		}
	})
}

// TestTheCommonestComeFirst draws shares: those that are left are the greatest, and none of them is nothing.
func TestTheCommonestComeFirst(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOf(rapid.Custom(func(t *rapid.T) figure.Share {
			return figure.Share{Name: rapid.StringN(0, 2, 4).Draw(t, "name"), Count: rapid.Int64Range(0, 9).Draw(t, "count")}
		})).Draw(t, "all")
		n := rapid.IntRange(0, 6).Draw(t, "n")
		got := figure.Commonest(all, n)
		there := 0
		for _, s := range all {
			if s.Count > 0 {
				there++
			}
		}
		if len(got) != min(n, there) {
			t.Fatalf("%d of %d, asked for %d", len(got), there, n)
		}
		for i, s := range got {
			if s.Count == 0 || i > 0 && s.Count > got[i-1].Count {
				t.Fatalf("%v", got)
			}
		}
		if len(got) > 0 && len(got) < there {
			greater := 0
			for _, s := range all {
				if s.Count > got[len(got)-1].Count {
					greater++
				}
			}
			if greater >= len(got) {
				t.Fatalf("%v leaves out greater ones of %v", got, all)
			}
		}
	})
}
