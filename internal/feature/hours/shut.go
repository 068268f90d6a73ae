package hours

import (
	"time"

	"tellus/internal/desk"
)

// Shut says why it was closed for a while: the most telling reason of several.
type Shut string

const (
	ShutHours   Shut = "hours"   // before and after the hours of the day: a night, a break at noon
	ShutWeekday Shut = "weekday" // a day of the week on which nobody is there
	ShutDate    Shut = "date"    // a date with hours of its own
	ShutHoliday Shut = "holiday" // a public holiday
	ShutEvent   Shut = "event"   // an event of a feed took hours that would have been open
)

// ShutDay is a date that was closed, or closed earlier, though its weekday is open.
type ShutDay struct {
	Date       desk.Date `json:"date"`
	Name       string    `json:"name,omitempty" doc:"Of a date with hours of its own"`
	Holiday    string    `json:"holiday,omitempty" doc:"Key of the public holiday that it is"`
	Substitute bool      `json:"substitute,omitempty" doc:"It is a day off in place of the holiday"`
	Event      bool      `json:"event,omitempty" doc:"It is an event of a feed: name is its title, date when it begins to close"`
}

// mostShut is how many days an explanation looks at: a stretch that is closed for longer is told by its first months.
const mostShut = 120

// Shut says why the hours are closed from one instant to another, between which they are, and which dates are the reason, by the clock of their zone.
func (h Hours) Shut(from, to time.Time) (why Shut, days []ShutDay) {
	why = ShutHours
	first, last := desk.DateOf(from.In(h.Zone())), desk.DateOf(to.In(h.Zone()).Add(-1))
	for d := first; d <= min(last, first+mostShut); d++ {
		day, special := h.special[d]
		switch {
		case special:
			day.Date = d
			days = append(days, day)
			if day.Holiday != "" {
				why = ShutHoliday
			} else if why != ShutHoliday {
				why = ShutDate
			}
		case why == ShutHours && !h.Workday(d):
			why = ShutWeekday
		}
	}
	if events := h.closedWithin(from, to); len(events) > 0 {
		return ShutEvent, append(days, events...)
	}
	return why, days
}
