package condition

import (
	"slices"
	"time"

	"tellus/internal/desk"
)

var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// Today are the attributes of the time at which something is asked for. Views have none of them: what belongs to a list would come and go by the hour.
var Today = List{
	{Key: "clock", Kind: Clock, Always: true},
	{Key: "weekday", Kind: Weekday, Choices: weekdays, Always: true},
}

// until is when a flag changes by time alone, desk.Never where it does not.
func (v Value) until() desk.Time {
	if v.At == 0 {
		return desk.Never
	}
	return v.At
}

func (t *test) readClock(field, text string) error {
	at, err := time.Parse("15:04", text)
	if err != nil {
		return desk.WhyConditionValue.At(field + ".values")
	}
	t.clock = time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	return nil
}

// turns is when clocks show so much on a day. What they skip counts as what time.Date makes of it, and what they show twice as the first; it never leaves the day.
func (d date) turns(clock time.Duration, zone *time.Location) desk.Time {
	at := desk.At(time.Date(d.year, d.month, d.day, int(clock/time.Hour), int(clock%time.Hour/time.Minute), 0, 0, zone))
	return min(max(at, d.begins(zone)), d.plus(0, 1).begins(zone))
}

// matchToday answers what hangs on the time of asking alone.
func (t *test) matchToday(now desk.Time) (bool, desk.Time) {
	zone := t.env.Zone
	today := dayOf(now, zone)
	over := today.plus(0, 1).begins(zone)
	if t.attr.Kind == Weekday {
		return slices.Contains(t.texts, weekdays[today.weekday()]) == (t.op == Is), over
	}
	from := today.turns(t.clock, zone)
	to := over
	switch t.op {
	case Before:
		from, to = today.begins(zone), from
	case On:
		to = min(from.Add(time.Minute), over)
	}
	switch {
	case now < from:
		return false, from
	case now < to:
		return true, to
	}
	return false, over
}
