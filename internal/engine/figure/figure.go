// Package figure says what a desk is measured by: over which days, in which groups, and by which ages. It has no I/O.
package figure

import (
	"time"

	"tellus/internal/desk"
)

// MostDays is how long a span is at most: a year.
const MostDays = 366

// Name is a figure.
type Name string

const (
	Received     Name = "received"      // began in the span, and the customer wrote in it
	Answered     Name = "answered"      // a person answered for the first time in the span
	Resolved     Name = "resolved"      // became finished in the span (resolved, or closed last), and is still
	FirstContact Name = "first_contact" // of the resolved, those with one answer and no more (first contact resolution)
	Open         Name = "open"          // is unfinished now, whenever it began
	Kept         Name = "kept"          // a promise was kept in the span, in time
	Broken       Name = "broken"        // a promise was found late in the span, be it kept later
)

// Names are all figures.
var Names = []Name{Received, Answered, Resolved, FirstContact, Open, Kept, Broken}

// By is what figures are told apart by.
type By string

const (
	ByTeam    By = "team"
	ByInbox   By = "inbox"
	ByChannel By = "channel"
)

// Ages are the bounds between groups of age of what is open: younger than four hours, than a day, than three days, than a week, and older.
var Ages = []time.Duration{4 * time.Hour, 24 * time.Hour, 72 * time.Hour, 7 * 24 * time.Hour}

// Days are the midnights that bound the days from one date to another, both within, by the clock of a place: one more than there are days. A day on which the clock is changed is 23 or 25
// hours long; where midnight is left out, the day begins when the clock goes on. Nothing where to is before from, or there are more than MostDays.
func Days(from, to desk.Date, zone *time.Location) []desk.Time {
	if to < from || int(to-from) >= MostDays {
		return nil
	}
	bounds := make([]desk.Time, 0, int(to-from)+2)
	for d := from; d <= to+1; d++ {
		y, m, day := d.Parts()
		bounds = append(bounds, desk.At(time.Date(y, m, day, 0, 0, 0, 0, zone)))
	}
	return bounds
}
