package figure

import (
	"cmp"
	"slices"
	"time"

	"tellus/internal/desk"
)

// Median is the middle one of some lengths of time, the mean of the middle two of an even number; false where there is none.
func Median(of []time.Duration) (time.Duration, bool) {
	if len(of) == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(of))
	upper := sorted[len(sorted)/2]
	if len(sorted)%2 == 1 {
		return upper, true
	}
	lower := sorted[len(sorted)/2-1]
	return lower + (upper-lower)/2, true
}

// Queue is what waits in a team, as a wallboard shows it.
type Queue struct {
	Team    desk.TeamID // 0: in no team
	Name    string
	Open    int64     // unfinished
	Waiting int64     // of these, in which the customer waits for an answer
	Since   desk.Time // since when the one waits who has waited longest; 0 where nobody does
	Late    int64     // of the open, those that should have been seen to already
	Due     desk.Time // when the next of the others is due; desk.Never where nothing is
	Soon    desk.Time // from when on that is soon, likewise
}

// Order puts queues as somebody who passes by wants to read them: those where most is late, then by what is due next, then by what is open; by name where nothing tells them apart.
func Order(queues []Queue) {
	slices.SortFunc(queues, func(a, b Queue) int {
		return cmp.Or(cmp.Compare(b.Late, a.Late), cmp.Compare(a.Due, b.Due), cmp.Compare(b.Open, a.Open), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Team, b.Team))
	})
}

// Share is something and how often it is there.
type Share struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// Commonest are the n of some shares that are there most often, the most first; what is there not at all is left out.
func Commonest(of []Share, n int) []Share {
	kept := slices.DeleteFunc(slices.Clone(of), func(s Share) bool { return s.Count <= 0 })
	slices.SortFunc(kept, func(a, b Share) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	return kept[:min(n, len(kept))]
}
