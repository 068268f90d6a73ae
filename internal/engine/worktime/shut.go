package worktime

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tellus/internal/desk"
)

// shutSpan is a time in which nothing is open, [from, to) in Unix seconds.
type shutSpan struct{ from, to int64 }

// closings sorts the spans of a plan that are shut and joins those that meet or overlap. What begins or ends within a second shuts all of it.
func closings(spans []Span) (list []shutSpan, err error) {
	for _, s := range spans {
		if !s.From.Before(s.To) {
			return nil, fmt.Errorf("shut from %s to %s is no time", s.From, s.To)
		}
		to := s.To.Unix()
		if s.To.Nanosecond() > 0 {
			to++
		}
		list = append(list, shutSpan{s.From.Unix(), to})
	}
	slices.SortFunc(list, func(a, b shutSpan) int { return cmp.Compare(a.from, b.from) })
	joined := list[:0]
	for _, s := range list {
		if n := len(joined); n > 0 && s.from <= joined[n-1].to {
			joined[n-1].to = max(joined[n-1].to, s.to)
			continue
		}
		joined = append(joined, s)
	}
	return slices.Clip(joined), nil
}

// firstShut is where the shut spans begin that end after a Unix second.
func (c *Calendar) firstShut(unix int64) int {
	n, _ := slices.BinarySearchFunc(c.shut, unix, func(s shutSpan, unix int64) int {
		if s.to <= unix {
			return -1
		}
		return 1
	})
	return n
}

// begins reports whether any of the hours of a date is left by what is shut.
func (c *Calendar) begins(d desk.Date, spans []span) bool {
	if len(c.shut) == 0 {
		return len(spans) > 0
	}
	s := stretchAt(c.zone, int64(d)*day)
	for _, hours := range spans {
		from, to := first(c.zone, int64(d)*day+hours.from, &s), first(c.zone, int64(d)*day+hours.to, &s)
		if n := c.firstShut(from); n == len(c.shut) || c.shut[n].from > from || c.shut[n].to < to {
			return true
		}
	}
	return false
}

// cut takes what is shut off an open span that begins not before any that was cut before. Where the span begins shut, ok is false and w.reached is where it goes on;
// else what it returns is open throughout and w.reached is its end.
func (w *walk) cut(from, to int64) (until int64, ok bool) {
	for w.k < len(w.c.shut) && w.shutAt(w.c.shut[w.k].to) <= from {
		w.k++
	}
	if w.k < len(w.c.shut) {
		s := w.c.shut[w.k]
		if w.shutAt(s.from) <= from {
			w.reached = w.shutAt(s.to)
			return 0, false
		}
		to = min(to, w.shutAt(s.from))
	}
	w.reached = to
	return to, true
}

// shutAt is a Unix second as nanoseconds since the base of the walk, as near to it as fits.
func (w *walk) shutAt(unix int64) int64 { return w.since(time.Unix(max(unix, w.base-day), 0)) }

// unshut is how far days are not touched by what is shut, where the day of the walk and the two before it are not either; else it lies before the day of the walk.
// The clock is that of the stretch in which the walk is.
func (w *walk) unshut() int64 {
	for w.k < len(w.c.shut) && w.c.shut[w.k].to <= (w.day-2)*day-w.s.offset {
		w.k++
	}
	if w.k == len(w.c.shut) {
		return w.day + farthest
	}
	return floor(w.c.shut[w.k].from+w.s.offset, day) - 1 // hours of the day before may reach into it
}
