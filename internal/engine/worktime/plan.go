package worktime

import (
	"cmp"
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // hours name zones, whatever the machine has installed

	"tellus/internal/desk"
)

const (
	day     = 24 * 60 * 60 // seconds
	week    = 7 * day
	perSec  = int64(time.Second)
	maxSpan = 24 * time.Hour
)

// Plan describes a calendar.
type Plan struct {
	// Zone is the IANA name of the clock that hours are read from, "" for UTC. The name "Local" is refused: nothing depends on where the program runs.
	Zone string
	// Week is the hours of each day of the week, by time.Weekday; a day without any is closed. Hours may overlap.
	Week [7][]Hours
	// Days are the dates that differ. Of several with the same date the last counts.
	Days []Day
	// Shut is when nothing is open, whatever the hours say: absences, events of other calendars. They may overlap, and go by instants and not by dates: a
	// whole day from midnight to midnight cuts the end off the night shift before it, and leaves that of its own night after midnight.
	Shut []Span
}

// Hours are a span of the wall clock, counted from midnight in whole seconds. They begin on their day, 0 ≤ From < 24h, and end at most a day later,
// From < To ≤ From+24h: 22:00 to 06:00 is {22h, 30h}, a whole day {0, 24h}.
type Hours struct{ From, To time.Duration }

// Valid reports whether the hours can be compiled.
func (h Hours) Valid() bool {
	return h.From >= 0 && h.From < maxSpan && h.To > h.From && h.To <= h.From+maxSpan && h.From%time.Second == 0 && h.To%time.Second == 0
}

// Day is a date with hours of its own, closed where it has none.
type Day struct {
	Date  desk.Date
	Hours []Hours
}

// Calendar is a compiled Plan. It never changes and may be used by many at once. Nil is a calendar that is always closed.
type Calendar struct {
	always bool
	zone   *time.Location
	days   [7][]span  // by weekday, sorted, apart from each other within a day
	weekly int64      // seconds open in a week without exceptions and changes of the clock
	dates  []date     // sorted
	shut   []shutSpan // sorted, apart from each other
}

// span is seconds of the wall clock since the midnight of its date.
type span struct{ from, to int64 }

type date struct {
	day   int64 // since 1970-01-01
	spans []span
}

// Always is open at every hour.
var Always = &Calendar{always: true, zone: time.UTC}

// Compile makes a calendar of a plan. It fails where the zone is not known, hours are not Valid, or what is shut ends before it began.
func Compile(p Plan) (*Calendar, error) {
	if p.Zone == "Local" {
		return nil, fmt.Errorf("compile opening hours: the zone of a server is none")
	}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return nil, fmt.Errorf("compile opening hours: zone %q: %w", p.Zone, err)
	}
	c := &Calendar{zone: zone}
	for d, hours := range p.Week {
		if c.days[d], err = compact(hours); err != nil {
			return nil, fmt.Errorf("compile opening hours of %s: %w", time.Weekday(d), err)
		}
	}
	c.weekly = measure(c.days)
	for _, d := range p.Days {
		spans, err := compact(d.Hours)
		if err != nil {
			return nil, fmt.Errorf("compile opening hours of %s: %w", d.Date, err)
		}
		c.dates = append(c.dates, date{day: int64(d.Date), spans: spans})
	}
	slices.SortStableFunc(c.dates, func(a, b date) int { return cmp.Compare(a.day, b.day) })
	kept := c.dates[:0]
	for i, d := range c.dates {
		if i+1 == len(c.dates) || c.dates[i+1].day != d.day {
			kept = append(kept, d)
		}
	}
	c.dates = slices.Clip(kept)
	if c.shut, err = closings(p.Shut); err != nil {
		return nil, fmt.Errorf("compile opening hours: %w", err)
	}
	return c, nil
}

// compact sorts hours and joins those that meet or overlap.
func compact(hours []Hours) (spans []span, err error) {
	for _, h := range hours {
		if !h.Valid() {
			return nil, fmt.Errorf("hours from %s to %s are none", h.From, h.To)
		}
		spans = append(spans, span{int64(h.From / time.Second), int64(h.To / time.Second)})
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	joined := spans[:0]
	for _, s := range spans {
		if n := len(joined); n > 0 && s.from <= joined[n-1].to {
			joined[n-1].to = max(joined[n-1].to, s.to)
			continue
		}
		joined = append(joined, s)
	}
	return slices.Clip(joined), nil
}

// measure is how many seconds of a week are open: hours of one day that reach into the next may meet others there.
func measure(days [7][]span) (sum int64) {
	reached := int64(0)
	for turn := range 2 { // the first turn finds how far the end of a week reaches into the next
		sum = 0
		for d, spans := range days {
			for _, s := range spans {
				from, to := max(int64(d)*day+s.from, reached), int64(d)*day+s.to
				sum += max(0, to-from)
				reached = max(reached, to)
			}
		}
		if turn == 0 {
			reached -= week
		}
	}
	return sum
}

// Zone is the clock of the calendar.
func (c *Calendar) Zone() *time.Location {
	if c == nil {
		return time.UTC
	}
	return c.zone
}

// on returns the spans that begin on a day, and whether that day differs from its weekday. n is where to look among the dates, as found or moved on.
func (c *Calendar) on(d int64, n *int) []span {
	for *n < len(c.dates) && c.dates[*n].day < d {
		*n++
	}
	if *n < len(c.dates) && c.dates[*n].day == d {
		return c.dates[*n].spans
	}
	return c.days[desk.Date(d).Weekday()]
}

// firstDate is where the dates from a day on begin.
func (c *Calendar) firstDate(d int64) int {
	n, _ := slices.BinarySearchFunc(c.dates, d, func(x date, d int64) int { return cmp.Compare(x.day, d) })
	return n
}
