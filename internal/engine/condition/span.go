package condition

import (
	"time"

	"tellus/internal/desk"
)

// Spans are what During takes.
var Spans = []string{"today", "yesterday", "tomorrow", "this_week", "last_week", "this_month", "last_month"}

// date is a day of the calendar.
type date struct {
	year  int
	month time.Month
	day   int
}

func parseDay(s string) (date, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 || t.Year() > 9999 {
		return date{}, false
	}
	return date{t.Year(), t.Month(), t.Day()}, true
}

func dateOf(t time.Time) date { y, m, d := t.Date(); return date{y, m, d} }

// plus moves a day; months first.
func (d date) plus(months, days int) date {
	return dateOf(time.Date(d.year, d.month+time.Month(months), d.day+days, 0, 0, 0, 0, time.UTC))
}

func (d date) String() string {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// begins is the first instant of the day in a zone. Where clocks skip midnight it is what time.Date makes of it.
func (d date) begins(zone *time.Location) desk.Time {
	return desk.At(time.Date(d.year, d.month, d.day, 0, 0, 0, 0, zone))
}

func (d date) weekday() int { // Monday is 0
	return (int(time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC).Weekday()) + 6) % 7
}

// dayOf is the day that an instant lies in, in a zone: where clocks are changed at midnight, by when days begin rather than by what they show.
func dayOf(at desk.Time, zone *time.Location) date {
	d := dateOf(at.Time().In(zone))
	switch next := d.plus(0, 1); {
	case at < d.begins(zone):
		return d.plus(0, -1)
	case at >= next.begins(zone):
		return next
	}
	return d
}

// shift is how a span of During lies to today: the day that its unit holds, moved by some units.
type shift struct {
	unit string
	by   int
}

var shifts = map[string]shift{
	"today": {"day", 0}, "yesterday": {"day", -1}, "tomorrow": {"day", 1},
	"this_week": {"week", 0}, "last_week": {"week", -1}, "this_month": {"month", 0}, "last_month": {"month", -1},
}

// around returns the first day of the unit that holds d, moved by units, and the first day after it.
func (s shift) around(d date, by int) (first, after date) {
	switch s.unit {
	case "week":
		first = d.plus(0, -d.weekday()+7*by)
		return first, first.plus(0, 7)
	case "month":
		d.day = 1
		first = d.plus(by, 0)
		return first, first.plus(1, 0)
	}
	first = d.plus(0, by)
	return first, first.plus(0, 1)
}

// span is when the comparison holds for a value: from <= now < to.
func (t *test) span(v Value) (from, to desk.Time) {
	if t.attr.Kind == Day {
		d, ok := parseDay(v.Text)
		if !ok {
			return desk.Never, desk.Never
		}
		return t.daySpan(d)
	}
	zone := t.env.Zone
	switch t.op {
	case Past:
		return v.At + 1, desk.Never
	case Older:
		return v.At.Add(t.length) + 1, desk.Never
	case Within:
		return v.At, v.At.Add(t.length) + 1
	case Ahead:
		return v.At.Add(-t.length), v.At
	case During:
		s := shifts[t.during]
		first, after := s.around(dayOf(v.At, zone), -s.by)
		return first.begins(zone), after.begins(zone)
	}
	lo, hi := t.bounds(0)
	return always(v.At >= lo && v.At < hi)
}

// daySpan is span for a day of the calendar, in days of the zone.
func (t *test) daySpan(d date) (from, to desk.Time) {
	zone := t.env.Zone
	switch t.op {
	case Older:
		return d.plus(0, t.days+1).begins(zone), desk.Never
	case Within:
		return d.begins(zone), d.plus(0, t.days+1).begins(zone)
	case Ahead:
		return d.plus(0, -t.days).begins(zone), d.plus(0, 1).begins(zone)
	case During:
		s := shifts[t.during]
		first, after := s.around(d, -s.by)
		return first.begins(zone), after.begins(zone)
	}
	lo, hi := t.dayBounds(0)
	return always((lo == "" || d.String() >= lo) && (hi == "" || d.String() < hi))
}

func always(holds bool) (from, to desk.Time) {
	if holds {
		return 0, desk.Never
	}
	return desk.Never, desk.Never
}

// bounds are what the comparison asks of an instant at a time: lo <= value < hi.
func (t *test) bounds(now desk.Time) (lo, hi desk.Time) {
	const first = desk.Time(1)
	zone := t.env.Zone
	switch t.op {
	case Past:
		return first, now
	case Older:
		return first, now.Add(-t.length)
	case Within:
		return now.Add(-t.length), now + 1
	case Ahead:
		return now + 1, now.Add(t.length) + 1
	case During:
		s := shifts[t.during]
		from, after := s.around(dayOf(now, zone), s.by)
		return from.begins(zone), after.begins(zone)
	case Before:
		return first, t.day.begins(zone)
	case After:
		return t.day.plus(0, 1).begins(zone), desk.Never
	}
	return t.day.begins(zone), t.day.plus(0, 1).begins(zone)
}

// dayBounds are what it asks of a day: lo <= value < hi; "" for no bound.
func (t *test) dayBounds(now desk.Time) (lo, hi string) {
	today := dayOf(now, t.env.Zone)
	switch t.op {
	case Older:
		return "", today.plus(0, -t.days).String()
	case Within:
		return today.plus(0, -t.days).String(), today.plus(0, 1).String()
	case Ahead:
		return today.String(), today.plus(0, t.days+1).String()
	case During:
		s := shifts[t.during]
		from, after := s.around(today, s.by)
		return from.String(), after.String()
	case Before:
		return "", t.day.String()
	case After:
		return t.day.plus(0, 1).String(), ""
	}
	return t.day.String(), t.day.plus(0, 1).String()
}
