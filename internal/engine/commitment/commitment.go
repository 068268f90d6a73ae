// Package commitment knows what people promise customers: until when a promise that was made is to be told of, how it stands, and which sentences of an answer make one, in
// English, Latvian, Lithuanian and Polish. It has no I/O and asks nobody for the time.
package commitment

import (
	"slices"
	"time"

	"tellus/internal/desk"
)

// State is how a commitment stands.
type State string

const (
	Open    State = "open"
	Late    State = "late"    // its time has passed, and it is still to be kept
	Kept    State = "kept"    // in time
	Broken  State = "broken"  // it was kept too late, or given up after its time
	Dropped State = "dropped" // given up before its time: it was not owed any more
)

// Cause is why a commitment was not kept in time, or was given up.
type Cause string

const (
	Unsaid      Cause = ""
	Forgotten   Cause = "forgotten"
	Waited      Cause = "waited"      // for a supplier, a colleague, a part
	TooMuch     Cause = "too_much"    // there was too much to do
	TooEarly    Cause = "too_early"   // it was promised too early
	Unreachable Cause = "unreachable" // the customer could not be reached
	NotNeeded   Cause = "not_needed"  // the customer does not need it any more
	Other       Cause = "other"
)

// Causes are all causes that can be said.
var Causes = []Cause{Forgotten, Waited, TooMuch, TooEarly, Unreachable, NotNeeded, Other}

// Valid reports whether the cause can be said; Unsaid can.
func (c Cause) Valid() bool { return c == Unsaid || slices.Contains(Causes, c) }

// Standing is what says how a commitment stands.
type Standing struct {
	Due, Soon     desk.Time // Soon: from when it is close
	Warned        desk.Time // when that it is close was told
	Broken        desk.Time // when that its time has passed was told
	Kept, Dropped desk.Time // when it was kept; when it was given up
}

// StateAt is how it stands at a time.
func (s Standing) StateAt(now desk.Time) State {
	late := s.Broken != 0
	switch {
	case s.Kept != 0 && (late || s.Kept > s.Due), s.Dropped != 0 && (late || s.Dropped > s.Due):
		return Broken
	case s.Kept != 0:
		return Kept
	case s.Dropped != 0:
		return Dropped
	case late || now >= s.Due:
		return Late
	}
	return Open
}

// Next is when something is next to be told of it: that it is close, or that its time has passed. desk.Never where nothing is.
func (s Standing) Next() desk.Time {
	switch {
	case s.Kept != 0 || s.Dropped != 0 || s.Broken != 0:
		return desk.Never
	case s.Warned == 0 && s.Soon < s.Due:
		return s.Soon
	}
	return s.Due
}

const (
	shortestWarning = 5 * time.Minute
	longestWarning  = time.Hour
)

// SoonFrom is from when a commitment is close: in the last quarter of its time, at least five minutes and at most an hour before it is due.
func SoonFrom(made, due desk.Time) desk.Time {
	ahead := min(max(due.Sub(made)/4, shortestWarning), longestWarning)
	return max(due.Add(-ahead), made)
}

// Moved is the standing with another due time, before the old one has passed: what was told of the old one is told again of the new one.
func (s Standing) Moved(now, due desk.Time) Standing {
	s.Due, s.Soon, s.Warned = due, SoonFrom(now, due), 0
	return s
}
