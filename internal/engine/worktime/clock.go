package worktime

import (
	"math"
	"time"
)

// stretch is a time in which the clock of a zone is not put forward or back.
type stretch struct {
	start, end int64 // Unix seconds, [start, end)
	offset     int64 // seconds that the clock is ahead of UTC
}

// ahead is more than any clock ever was from UTC, and less than two changes of one are apart.
const ahead = 16 * 60 * 60

func stretchAt(zone *time.Location, unix int64) stretch {
	t := time.Unix(unix, 0).In(zone)
	_, offset := t.Zone()
	s := stretch{start: math.MinInt64 / 4, end: math.MaxInt64 / 4, offset: int64(offset)}
	begin, end := t.ZoneBounds()
	if !begin.IsZero() {
		s.start = begin.Unix()
	}
	if !end.IsZero() {
		s.end = end.Unix()
	}
	// For years that the rule of a zone reaches into, ZoneBounds ends the last stretch of a leap year a day too early (go1.26), which is before t on that day.
	if s.end <= unix {
		s.end = (floor(unix, day) + 1) * day
	}
	return s
}

// first is the first instant, in Unix seconds, at which the clock shows wall (seconds since 1970-01-01 00:00 on it) or later. s is the stretch that was
// looked at last: most instants lie well within it.
func first(zone *time.Location, wall int64, s *stretch) int64 {
	if u := wall - s.offset; u >= s.start+2*ahead && u < s.end {
		return u
	}
	*s = stretchAt(zone, wall-ahead)
	for {
		u := wall - s.offset
		if u < s.start { // the clock leapt over it
			return s.start
		}
		if u < s.end {
			return u
		}
		*s = stretchAt(zone, s.end)
	}
}
