package worktime

import (
	"math"
	"time"

	"tellus/internal/desk"
)

// horizon is how many years ahead, or back, somebody looks for open time.
const horizon = 10

// Span is a time that is open throughout: [From, To).
type Span struct{ From, To time.Time }

// Add returns the first instant, not before from, by which d of open time has passed. Of no time at all it is from itself, open or not; what is used up as doors
// close is due when they close. A negative d goes back, to the last instant after which -d of open time passes until from. ok is false where there is not so much
// open time within ten years.
func (c *Calendar) Add(from time.Time, d time.Duration) (due time.Time, ok bool) {
	switch {
	case d == 0:
		return from, true
	case c == nil:
		return time.Time{}, false
	case c.always:
		return from.Add(d).In(c.zone), true
	case d < 0:
		return c.back(from, -d)
	}
	w := c.from(from, from.AddDate(horizon, 0, 0))
	used, at := w.run(int64(d))
	if used < int64(d) {
		return time.Time{}, false
	}
	return w.time(at), true
}

// back finds a beginning that lies far enough and goes on from there.
func (c *Calendar) back(from time.Time, d time.Duration) (time.Time, bool) {
	if d < 0 { // the most negative duration has no opposite
		return time.Time{}, false
	}
	limit := from.AddDate(-horizon, 0, 0)
	for days := 4; ; days *= 4 {
		start := from.AddDate(0, 0, -days-int(d/(12*time.Hour)))
		if start.Before(limit) {
			start = limit
		}
		if open := c.Between(start, from); open >= d {
			at := start
			if open > d {
				at, _ = c.Add(start, open-d)
			}
			return c.NextOpen(at) // of all instants before which as much lies, the last
		}
		if !start.After(limit) {
			return time.Time{}, false
		}
	}
}

// Between returns how much open time lies between two instants, negative where to is before from. They may be 290 years apart.
func (c *Calendar) Between(from, to time.Time) time.Duration {
	switch {
	case c == nil:
		return 0
	case c.always:
		return to.Sub(from)
	case to.Before(from):
		return -c.Between(to, from)
	}
	w := c.from(from, to)
	used, _ := w.run(math.MaxInt64)
	return time.Duration(used)
}

// OpenAt reports whether it is open at an instant. When doors close they are closed.
func (c *Calendar) OpenAt(t time.Time) bool {
	return c.Between(t, t.Add(1)) > 0
}

// NextOpen returns the first instant from t on at which it is open, t itself where it is open then. ok is false where that is not within ten years.
func (c *Calendar) NextOpen(t time.Time) (at time.Time, ok bool) {
	if c != nil && c.always {
		return t, true
	}
	at, ok = c.Add(t, 1)
	if !ok {
		return time.Time{}, false
	}
	return at.Add(-1), true
}

// NextClose returns the first instant from t on at which it is closed, t itself where it is closed then. ok is false where that is not within ten years.
func (c *Calendar) NextClose(t time.Time) (at time.Time, ok bool) {
	if c == nil {
		return t, true
	}
	if c.always {
		return time.Time{}, false
	}
	w := c.from(t, t.AddDate(horizon, 0, 0))
	closed := w.reached
	for {
		if _, ok := w.step(0); !ok {
			return w.time(closed), closed < w.until
		}
		for {
			from, to, ok := w.next()
			if !ok {
				break
			}
			if from > closed {
				return w.time(closed), true
			}
			closed = to
		}
		if w.at(0) > closed {
			return w.time(closed), true
		}
	}
}

// Spans returns what is open between two instants, in order. Spans that meet are one. They may be 290 years apart; nothing is returned where to is not after from.
func (c *Calendar) Spans(from, to time.Time) (spans []Span) {
	if c == nil || !from.Before(to) {
		return nil
	}
	if c.always {
		return []Span{{from.In(c.zone), to.In(c.zone)}}
	}
	w := c.from(from, to)
	last := int64(math.MinInt64)
	for {
		if _, ok := w.step(0); !ok {
			return spans
		}
		for {
			from, to, ok := w.next()
			if !ok {
				break
			}
			if from == last {
				spans[len(spans)-1].To = w.time(to)
			} else {
				spans = append(spans, Span{w.time(from), w.time(to)})
			}
			last = to
		}
	}
}

// Workday reports whether hours begin on a date of which something is left by what is shut. Always has no day off.
func (c *Calendar) Workday(d desk.Date) bool {
	if c == nil || c.always {
		return c != nil
	}
	n := c.firstDate(int64(d))
	return c.begins(d, c.on(int64(d), &n))
}

// AddWorkdays returns the n-th workday after a date, or before it where n is negative; of 0 it is the date itself. The date itself does not count, whether it is a
// workday or not, as time limits are counted from the day after the event (Regulation (EEC, Euratom) 1182/71, Article 3(1)). ok is false where that is not within
// ten years.
func (c *Calendar) AddWorkdays(d desk.Date, n int) (desk.Date, bool) {
	step := desk.Date(1)
	if n < 0 {
		step, n = -1, -n
	}
	for range horizon * 366 {
		if n == 0 {
			return d, true
		}
		if d += step; c.Workday(d) {
			n--
		}
	}
	return d, n == 0
}

// Workdays returns how many workdays there are from one date to another, both included.
func (c *Calendar) Workdays(from, to desk.Date) (n int) {
	for d := from; d <= to; d++ {
		if c.Workday(d) {
			n++
		}
	}
	return n
}
