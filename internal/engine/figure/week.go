package figure

import (
	"time"

	"tellus/internal/desk"
)

// Quarter is what instants are gathered by before they are put into hours of the week: no clock of today differs from the others by less (IANA time zone database).
const Quarter = 15 * time.Minute

// Hour is an hour of the week, with all that came in it in a span.
type Hour struct {
	Weekday  int   // 1 for Monday to 7 for Sunday
	Hour     int   // 0 to 23
	Quarters int   // of an hour that the span has of it: one that the clock leaves out has fewer, one that it repeats has more
	Received int64 // in all of them
}

// PerHour is how much came in such an hour on average; 0 where the span has none.
func (h Hour) PerHour() float64 {
	if h.Quarters == 0 {
		return 0
	}
	return float64(h.Received) * 4 / float64(h.Quarters)
}

// Week puts what came into the 168 hours of a week, from Monday's first, by the clock of a place. quarters are counts by the number of the quarter of an hour since 1970 began in UTC. The
// span is cut to whole quarters; what lies outside of it is left out.
func Week(begin, end desk.Time, zone *time.Location, quarters map[int64]int64) []Hour {
	week := make([]Hour, 7*24)
	for i := range week {
		week[i].Weekday, week[i].Hour = i/24+1, i%24
	}
	size := Quarter.Microseconds()
	for q := (int64(begin) + size - 1) / size; (q+1)*size <= int64(end); q++ {
		at := desk.Time(q * size).Time().In(zone)
		h := &week[(int(at.Weekday())+6)%7*24+at.Hour()]
		h.Quarters++
		h.Received += quarters[q]
	}
	return week
}
