package deadline_test

import (
	"time"

	"tellus/internal/engine/worktime"
)

// office is a calendar for tests: the same hours on some days of the week, by the wall clock of a zone, but for holidays.
type office struct {
	zone        *time.Location
	days        [7]bool
	open, close int // minutes of the day
	holidays    map[string]bool
}

func (o office) Spans(from, to time.Time) (all []worktime.Span) {
	for day := from.In(o.zone).AddDate(0, 0, -1); !day.After(to.In(o.zone).AddDate(0, 0, 1)); day = day.AddDate(0, 0, 1) {
		if !o.days[day.Weekday()] || o.holidays[day.Format(time.DateOnly)] {
			continue
		}
		at := func(minute int) time.Time {
			return time.Date(day.Year(), day.Month(), day.Day(), 0, minute, 0, 0, o.zone)
		}
		s := worktime.Span{From: at(o.open), To: at(o.close)}
		if s.From.Before(from) {
			s.From = from
		}
		if s.To.After(to) {
			s.To = to
		}
		if s.To.After(s.From) {
			all = append(all, s)
		}
	}
	return all
}

func (o office) Between(from, to time.Time) (d time.Duration) {
	for _, s := range o.Spans(from, to) {
		d += s.To.Sub(s.From)
	}
	return d
}

func (o office) Add(from time.Time, d time.Duration) (time.Time, bool) {
	if d <= 0 {
		return from, true
	}
	for range 200 {
		until := from.Add(14 * 24 * time.Hour)
		for _, s := range o.Spans(from, until) {
			if length := s.To.Sub(s.From); length < d {
				d -= length
				continue
			}
			return s.From.Add(d), true
		}
		from = until
	}
	return time.Time{}, false
}

// week is Monday to Friday, nine to five in UTC.
var week = office{zone: time.UTC, days: [7]bool{1: true, 2: true, 3: true, 4: true, 5: true}, open: 9 * 60, close: 17 * 60}
