package presence

import (
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/notify"
)

// Week is when somebody works: spans of the wall clock on days of the week, which may overlap. An empty week says nothing, so that no time is out of hours.
type Week []notify.Hours

// MostSpans is how many spans a week has at most: three for each day.
const MostSpans = 21

// Valid reports whether the week can be kept.
func (w Week) Valid() bool {
	for _, h := range w {
		if !h.Valid() || h.Days == 0 {
			return false
		}
	}
	return len(w) <= MostSpans
}

// At reports whether an instant is within working hours by the clock of a zone (nil is UTC), and until when that stays so: 0 where it never changes.
func (w Week) At(at desk.Time, zone *time.Location) (working bool, until desk.Time) {
	if len(w) == 0 {
		return true, 0
	}
	until = at
	for range len(w) * 8 { // spans that meet are one; a week of them never ends
		end := until
		for _, h := range w {
			if e, in := on(h).During(until, zone); in && e > end {
				end = e
			}
		}
		if end == until {
			break
		}
		until, working = end, true
		if until.Sub(at) > 8*24*time.Hour {
			return true, 0
		}
	}
	if working {
		return true, until
	}
	return false, w.next(at, zone)
}

// next is when the next span begins, 0 where none does.
func (w Week) next(at desk.Time, zone *time.Location) (first desk.Time) {
	for _, h := range w {
		if begin, ok := on(h).Next(at, zone); ok && (first == 0 || begin < first) {
			first = begin
		}
	}
	return first
}

// on is a span that counts: in a week there is no switch beside the days.
func on(h notify.Hours) notify.Hours {
	h.On = true
	return h
}
