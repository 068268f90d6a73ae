package hours

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/holiday"
	"tellus/internal/engine/worktime"
)

// Event is a time in which nobody is there, by another calendar.
type Event struct {
	Name     string
	From, To time.Time
}

// Offered is a date on which events leave a calendar other hours than it has.
type Offered struct {
	desk.CalendarDay
	Before []desk.OpenHours `json:"before" doc:"What it has now"`
	Own    bool             `json:"own,omitempty" doc:"The calendar has hours of its own for the date already"`
}

// most hours of a date, and letters of its name, see desk.CalendarDay.
const mostHours, longestDay = 10, 100

// Offer returns the dates, from one on, on which events leave a calendar fewer hours, with those; at most most of them, the earliest. Hours that an event cuts end and begin at whole minutes
// outside of it. Night hours belong to the date on which they begin, so that an event after midnight takes them off the date before; what goes on after it begins on the next. What a date would have
// beyond ten spans is closed.
func Offer(c desk.CalendarEdit, events []Event, from desk.Date, most int) ([]Offered, error) {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return nil, desk.WhyZone.At("body.calendar.zone")
	}
	p, dates := worktime.Plan{Zone: c.Zone}, map[desk.Date]bool{}
	events = slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return !e.From.Before(e.To) })
	for _, e := range events {
		p.Shut = append(p.Shut, worktime.Span{From: e.From, To: e.To})
		last := desk.DateOf(e.To.Add(time.Minute).In(zone))                                          // what is left of a night may begin there
		for d := max(desk.DateOf(e.From.In(zone))-1, from); d <= last && len(dates) <= 2*most; d++ { // the night before may reach into it
			dates[d] = true
		}
	}
	all := slices.Sorted(maps.Keys(dates))
	for _, d := range all {
		hours, _ := on(c, d)
		p.Days = append(p.Days, worktime.Day{Date: d, Hours: spans(hours)})
	}
	cal, err := worktime.Compile(p)
	if err != nil {
		return nil, fmt.Errorf("hours that events leave: %w", err)
	}
	out, carried := []Offered{}, []desk.OpenHours{}
	for i, d := range all {
		if i > 0 && all[i-1] != d-1 {
			carried = nil
		}
		before, own := on(c, d)
		var after []desk.OpenHours
		after, carried = left(cal, zone, d, before, carried)
		if slices.Equal(before, after) {
			continue
		}
		if out = append(out, Offered{desk.CalendarDay{Date: d, Name: named(events, zone, d, before), Hours: after}, before, own}); len(out) == most {
			break
		}
	}
	return out, nil
}

// named are the names of the events that cut the hours of a date.
func named(events []Event, zone *time.Location, d desk.Date, hours []desk.OpenHours) string {
	var names []string
	for _, h := range hours {
		from, to := moment(zone, d, h.From), moment(zone, d, h.To)
		for _, e := range events {
			if e.Name != "" && !slices.Contains(names, e.Name) && e.From.Before(to) && from.Before(e.To) {
				names = append(names, e.Name)
			}
		}
	}
	name := strings.Join(names, ", ")
	if r := []rune(name); len(r) > longestDay {
		name = string(r[:longestDay-1]) + "…"
	}
	return name
}

// on are the hours of a date, and whether they are its own.
func on(c desk.CalendarEdit, d desk.Date) ([]desk.OpenHours, bool) {
	if i := slices.IndexFunc(c.Days, func(x desk.CalendarDay) bool { return x.Date == d }); i >= 0 {
		return c.Days[i].Hours, true
	}
	for _, h := range holiday.In(c.Country, c.Part, d.Year()) {
		if h.Date == d && Closed(c, h) {
			return nil, false
		}
	}
	if w := int(d.Weekday()); w < len(c.Week) {
		return c.Week[w], false
	}
	return nil, false
}

// moment is when the clock of a date shows so many minutes.
func moment(zone *time.Location, d desk.Date, minute int) time.Time {
	y, m, day := d.Parts()
	return time.Date(y, m, day, 0, minute, 0, 0, zone)
}

// left is what is open of the hours of a date, in minutes of its wall clock, with what the date before carried into it; and what begins after its midnight, which is of the next date.
func left(cal *worktime.Calendar, zone *time.Location, d desk.Date, hours, carried []desk.OpenHours) (list, next []desk.OpenHours) {
	minute := func(t time.Time) int {
		t = t.In(zone)
		return int(desk.DateOf(t)-d)*midnight + t.Hour()*60 + t.Minute()
	}
	all := slices.Clone(carried)
	for _, h := range hours {
		for _, s := range cal.Spans(moment(zone, d, h.From), moment(zone, d, h.To)) {
			from, to := max(h.From, minute(s.From.Add(time.Minute-1))), min(h.To, minute(s.To))
			switch {
			case from >= to:
			case from >= midnight:
				next = append(next, desk.OpenHours{From: from - midnight, To: to - midnight})
			default:
				all = append(all, desk.OpenHours{From: from, To: to})
			}
		}
	}
	slices.SortFunc(all, func(a, b desk.OpenHours) int { return a.From - b.From })
	list = []desk.OpenHours{}
	for _, h := range all {
		if n := len(list); n > 0 && len(carried) > 0 && h.From <= list[n-1].To {
			list[n-1].To = max(list[n-1].To, h.To)
		} else {
			list = append(list, h)
		}
	}
	return list[:min(mostHours, len(list))], next
}

// midnight is the end of a date in minutes.
const midnight = 24 * 60
