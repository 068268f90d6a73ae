package ical

import (
	"context"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// firstYear is the first from which on anything may repeat: the library panics where a rule begins in the year 0.
const firstYear = 1600

// reader finds the times of events.
type reader struct {
	ctx         context.Context
	zone        *time.Location
	from, until time.Time
}

// moment is when something begins or ends: what the clock of a zone shows, as if in UTC.
type moment struct {
	wall   time.Time
	zone   *time.Location
	allDay bool
}

func (m moment) at() time.Time { return m.shown(m.wall) }

// shown is the instant at which the clock of the moment's zone shows a time.
func (m moment) shown(wall time.Time) time.Time {
	y, mo, d := wall.Date()
	return time.Date(y, mo, d, wall.Hour(), wall.Minute(), wall.Second(), 0, m.zone)
}

// moment reads a value with the zone that its property names. bad is what is told of it where it cannot be read.
func (r *reader) moment(p property, value string, bad Why) (moment, Why) {
	name := p.param("TZID")
	t, allDay, unknown := Time(value, name)
	switch {
	case t.IsZero():
		return moment{}, bad
	case unknown && name != "":
		return moment{}, WhyZone
	case unknown || allDay:
		return moment{t.UTC(), r.zone, allDay}, ""
	}
	y, mo, d := t.Date()
	return moment{time.Date(y, mo, d, t.Hour(), t.Minute(), t.Second(), 0, time.UTC), t.Location(), false}, ""
}

// length is how long an event takes: whole days for one of whole days.
func (r *reader) length(e *entry, start moment) (time.Duration, Why) {
	var long time.Duration
	switch {
	case e.end.value != "":
		end, why := r.moment(e.end, e.end.value, WhyLength)
		if why != "" {
			return 0, why
		}
		if long = end.at().Sub(start.at()); start.allDay {
			long = end.wall.Sub(start.wall)
		}
	case e.duration.value != "":
		long, _ = Duration(e.duration.value)
	case start.allDay:
		long = 24 * time.Hour
	}
	if start.allDay {
		long = (long + 24*time.Hour - 1).Truncate(24 * time.Hour)
	}
	if long <= 0 {
		return 0, WhyLength
	}
	return long, ""
}

// times are those of an event within what is asked for, without those that others stand in for.
func (r *reader) times(e *entry, instead []*entry) (list []Event, why Why) {
	if r.ctx.Err() != nil {
		return nil, WhyTooMany
	}
	start, why := r.moment(e.start, e.start.value, WhyStart)
	if why != "" {
		return nil, why
	}
	if strings.EqualFold(e.recurrence.param("RANGE"), "THISANDFUTURE") {
		return nil, WhyFollow
	}
	long, why := r.length(e, start)
	if why != "" {
		return nil, why
	}
	seen, why := r.excluded(e, instead, start.allDay)
	if why != "" {
		return nil, why
	}
	add := func(m moment, wall time.Time, long time.Duration) {
		ev := Event{UID: e.uid, Summary: e.summary, From: m.shown(wall), AllDay: m.allDay}
		if ev.To = ev.From.Add(long); m.allDay {
			ev.To = m.shown(wall.Add(long))
		}
		if seen.has(m, wall) || !ev.From.Before(r.until) || !ev.To.After(r.from) || !ev.To.After(ev.From) {
			return
		}
		seen.put(moment{wall, m.zone, m.allDay}) // once, even where a date is added that the rule has
		list = append(list, ev)
	}
	if len(e.rules) == 0 || e.recurrence.value != "" {
		add(start, start.wall, long)
	} else {
		for _, rule := range e.rules {
			if why = r.repeat(rule, start, func(wall time.Time) { add(start, wall, long) }); why != "" {
				return nil, why
			}
		}
	}
	for _, p := range e.added {
		for value := range strings.SplitSeq(p.value, ",") {
			begin, end, period := strings.Cut(strings.TrimSpace(value), "/")
			m, why := r.moment(p, begin, WhyDates)
			if why != "" {
				return nil, why
			}
			long := long
			if period {
				o := entry{end: property{p.params, end}}
				if strings.HasPrefix(strings.ToUpper(end), "P") {
					o = entry{duration: property{"", end}}
				}
				if long, why = r.length(&o, m); why != "" {
					return nil, WhyDates
				}
			}
			add(m, m.wall, long)
		}
	}
	return list, ""
}

// exclusions are times at which an event does not take place, and dates on which it does not at all.
type exclusions struct {
	at    map[int64]bool // Unix seconds
	dates map[string]bool
	whole bool // the event is one of whole days: of a time its date counts
}

func (x exclusions) has(m moment, wall time.Time) bool {
	return x.dates[wall.Format(time.DateOnly)] || !x.whole && x.at[m.shown(wall).Unix()]
}

func (x exclusions) put(m moment) {
	if m.allDay || x.whole {
		x.dates[m.wall.Format(time.DateOnly)] = true
	} else {
		x.at[m.at().Unix()] = true
	}
}

func (r *reader) excluded(e *entry, instead []*entry, whole bool) (exclusions, Why) {
	x := exclusions{map[int64]bool{}, map[string]bool{}, whole}
	for _, p := range e.left {
		for value := range strings.SplitSeq(p.value, ",") {
			m, why := r.moment(p, strings.TrimSpace(value), WhyDates)
			if why != "" {
				return x, why
			}
			x.put(m)
		}
	}
	for _, o := range instead {
		if m, why := r.moment(o.recurrence, o.recurrence.value, WhyDates); why == "" {
			x.put(m)
		}
	}
	return x, ""
}

// repeat tells of each time of a rule up to the end of what is asked for. Rules by the hour and shorter are not taken: opening hours need none, and the library does
// not come back from some of them.
func (r *reader) repeat(rule string, start moment, found func(wall time.Time)) Why {
	var kept []string
	last := r.until.Add(48 * time.Hour) // no zone is so far from UTC
	for part := range strings.SplitSeq(strings.ToUpper(rule), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if name != "UNTIL" {
			kept = append(kept, strings.TrimSpace(part))
			continue
		}
		m, why := r.moment(property{}, value, WhyRule)
		if why != "" {
			return why
		}
		if !strings.HasSuffix(value, "Z") {
			m.zone = start.zone
		}
		at := m.at()
		if m.allDay && !start.allDay {
			at = m.shown(m.wall.AddDate(0, 0, 1)).Add(-1)
		}
		if at.Before(last) {
			last = at
		}
	}
	if len(rule) > maxRule || start.wall.Year() < firstYear {
		return WhyRule
	}
	o, err := rrule.StrToROption(strings.Trim(strings.Join(kept, ";"), ";"))
	if err != nil || o.Interval < 0 || o.Interval > 10_000 || o.Count < 0 {
		return WhyRule
	}
	if o.Freq > rrule.DAILY {
		return WhyOften
	}
	o.Dtstart = start.wall
	all, err := rrule.NewRRule(*o)
	if err != nil {
		return WhyRule
	}
	next := all.Iterator()
	for range maxSteps {
		wall, ok := next()
		if !ok || start.shown(wall).After(last) {
			return ""
		}
		found(wall)
	}
	return WhyTooMany
}
