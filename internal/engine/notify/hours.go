package notify

import (
	"time"

	"tellus/internal/desk"
)

// Hours are the same hours on some days of the week, by a person's own wall clock. They may go over midnight: they belong to the day on which they begin.
type Hours struct {
	On   bool `json:"on"`
	From int  `json:"from"` // minutes since midnight, 0 to 1439
	To   int  `json:"to"`   // likewise; at or before From it is of the next day
	Days Days `json:"days"`
}

// Days is a set of days of the week: bit 0 is Sunday, as in time.Weekday.
type Days int

// Everyday is the whole week, Workdays Monday to Friday.
const (
	Everyday Days = 1<<7 - 1
	Workdays Days = 0b0111110
)

// Has reports whether a day is in the set.
func (d Days) Has(day time.Weekday) bool { return d&(1<<day) != 0 }

// Valid reports whether the hours can be kept.
func (h Hours) Valid() bool {
	return h.From >= 0 && h.From < 24*60 && h.To >= 0 && h.To < 24*60 && h.Days >= 0 && h.Days <= Everyday
}

// During reports whether an instant lies within the hours and when they end, which is after it. Hours that meet without a gap count as one; those that
// never end are given up after a week. A nil zone is UTC.
func (h Hours) During(at desk.Time, zone *time.Location) (until desk.Time, within bool) {
	if !h.On || h.Days == 0 {
		return 0, false
	}
	if zone == nil {
		zone = time.UTC
	}
	until = at
	for range 9 {
		end, in := h.one(until.Time().In(zone))
		if !in {
			break
		}
		until, within = end, true
	}
	return until, within
}

// one finds the span that an instant lies in, of those that begin on its day or the day before.
func (h Hours) one(t time.Time) (end desk.Time, in bool) {
	for back := 1; back >= 0; back-- {
		day := time.Date(t.Year(), t.Month(), t.Day()-back, 12, 0, 0, 0, t.Location()) // noon exists on every day
		if !h.Days.Has(day.Weekday()) {
			continue
		}
		from, to := clock(day, 0, h.From), clock(day, 0, h.To)
		if h.To <= h.From {
			to = clock(day, 1, h.To)
		}
		if !t.Before(from) && t.Before(to) {
			return desk.At(to), true
		}
	}
	return 0, false
}

// clock is a minute of the wall clock on a day. One that a change of the clock leaves out is the same distance later (see time.Date).
func clock(day time.Time, ahead, minutes int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day()+ahead, minutes/60, minutes%60, 0, 0, day.Location())
}

// Next returns the first instant after at at which hours begin, by the clock of a zone (nil is UTC). It returns false where they never do.
func (h Hours) Next(at desk.Time, zone *time.Location) (desk.Time, bool) {
	if !h.On || h.Days == 0 {
		return 0, false
	}
	if zone == nil {
		zone = time.UTC
	}
	t := at.Time().In(zone)
	for ahead := range 9 {
		day := time.Date(t.Year(), t.Month(), t.Day()+ahead, 12, 0, 0, 0, zone)
		if begin := desk.At(clock(day, 0, h.From)); h.Days.Has(day.Weekday()) && begin > at {
			return begin, true
		}
	}
	return 0, false
}
