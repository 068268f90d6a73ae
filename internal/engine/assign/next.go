package assign

import (
	"cmp"
	"slices"

	"tellus/internal/desk"
)

// Waiting is what somebody who asks for the next may be given.
type Waiting struct {
	ID       desk.ConversationID
	Due      desk.Time // desk.Never where nothing is promised
	Soon     desk.Time // from when Due is close, as the policy says; 0 where it says nothing
	Since    desk.Time // since when the customer waits, 0 where he does not
	Created  desk.Time
	Priority desk.Priority
	Left     bool  // somebody was given it and did not accept it
	Value    int64 // of the customer in the last twelve months, in hundredths
}

// Close reports whether it is overdue or due soon: from when the policy calls it close, and where that says nothing in the last quarter of the wait. It is when the desk's lists
// turn amber.
func (w Waiting) Close(now desk.Time) bool {
	switch {
	case w.Due >= desk.Never:
		return false
	case w.Due <= now:
		return true
	case w.Soon != 0:
		return now >= w.Soon
	case w.Since == 0 || w.Since > w.Due:
		return false
	default:
		return now >= w.Since+(w.Due-w.Since)/4*3
	}
}

func (w Waiting) age() desk.Time {
	if w.Since != 0 {
		return w.Since
	}
	return w.Created
}

// Next orders what waits by who serves it first, and leaves what it was given as it is: what nobody accepted comes before all else; then what is overdue or due soon, by when it is due; then by priority, the highest
// first; then by the value of the customer; then by how long he waits. What is alike in all of this goes by when it is due, and then by id, so that the order is total.
func Next(all []Waiting, now desk.Time) []Waiting {
	out := slices.Clone(all)
	slices.SortFunc(out, func(a, b Waiting) int { return before(a, b, now) })
	return out
}

func before(a, b Waiting, now desk.Time) int {
	if a.Left != b.Left {
		return number(b.Left) - number(a.Left)
	}
	urgent := 0
	switch x, y := a.Close(now), b.Close(now); {
	case x && y:
		urgent = cmp.Compare(a.Due, b.Due)
	case x:
		return -1
	case y:
		return 1
	}
	return cmp.Or(urgent, cmp.Compare(b.Priority, a.Priority), cmp.Compare(b.Value, a.Value), cmp.Compare(a.age(), b.age()), cmp.Compare(a.Due, b.Due), cmp.Compare(a.ID, b.ID))
}
