package worktime

import (
	"math"
	"time"
)

// walk goes through the open spans of a calendar in the order of time. Instants are nanoseconds since base.
type walk struct {
	c       *Calendar
	base    int64 // Unix seconds
	until   int64 // where it ends
	reached int64 // what is open before is accounted for
	day     int64 // the day whose spans are left
	begin   int64 // the day from which on whole weeks may be leapt over
	left    []span
	n       int // where the dates from day on begin
	k       int // where what is shut from reached on begins
	s       stretch
}

// farthest is as many days as fit into nanoseconds.
const farthest = 290 * 366

// from begins a walk at an instant that goes until another, at most 290 years later.
func (c *Calendar) from(from, until time.Time) walk {
	w := walk{c: c, base: from.Unix(), reached: int64(from.Nanosecond())}
	w.until = w.since(until)
	w.s = stretchAt(c.zone, w.base)
	today := floor(w.base+w.s.offset, day)
	w.day = today - 3 // hours reach into the next day, and a clock may be put back over midnight; step begins with the day after
	w.begin = today + 2
	w.n = c.firstDate(w.day)
	w.k = c.firstShut(w.base)
	return w
}

// since is an instant as nanoseconds since the base of the walk.
func (w *walk) since(t time.Time) int64 {
	return min(t.Unix()-w.base, farthest*day)*perSec + int64(t.Nanosecond())
}

func (w *walk) time(at int64) time.Time { return time.Unix(w.base, at).In(w.c.zone) }

// at is when the clock first shows a second of a day.
func (w *walk) at(second int64) int64 {
	return (first(w.c.zone, w.day*day+second, &w.s) - w.base) * perSec
}

// step goes on to the next day, over whole weeks where they hold less than need. It returns what those held, and false where the walk is over.
func (w *walk) step(need int64) (leapt int64, ok bool) {
	w.day++
	if w.day >= w.begin {
		if n := w.weeks(need); n > 0 {
			leapt = n * w.c.weekly * perSec
			w.day += 7 * n
			w.reached += n * week * perSec
		}
	}
	if (w.day*day-ahead-w.base) > w.until/perSec && w.at(0) >= w.until {
		return leapt, false
	}
	w.left = w.c.on(w.day, &w.n)
	return leapt, true
}

// weeks is how many whole weeks from today on are like any other, end before the walk does, and hold less than need: 0 where there is a date with hours of its own
// today or yesterday, whose hours may reach into today, or anything is shut near.
func (w *walk) weeks(need int64) int64 {
	n := int64(math.MaxInt64)
	if w.c.weekly > 0 {
		n = (need - 1) / (w.c.weekly * perSec)
	}
	if n <= 0 {
		return 0
	}
	wall := (w.day-1)*day - w.s.offset
	if wall < w.s.start+2*ahead || wall >= w.s.end {
		first(w.c.zone, (w.day-1)*day, &w.s)
		if wall = (w.day-1)*day - w.s.offset; wall < w.s.start+2*ahead || wall >= w.s.end {
			return 0
		}
	}
	clear := min(w.s.end+w.s.offset, w.base+w.until/perSec+w.s.offset)/day - 3 // days before it know no change and no end
	for w.n < len(w.c.dates) && w.c.dates[w.n].day < w.day-1 {
		w.n++
	}
	if w.n < len(w.c.dates) {
		clear = min(clear, w.c.dates[w.n].day)
	}
	if len(w.c.shut) > 0 {
		clear = min(clear, w.unshut())
	}
	return max(0, min(n, (clear-w.day)/7))
}

// next returns the next open span that is not accounted for; ok is false where none is left of this day.
func (w *walk) next() (from, to int64, ok bool) {
	for len(w.left) > 0 {
		s := w.left[0]
		from = w.at(s.from)
		if from >= w.until {
			w.left = nil
			break
		}
		from, to = max(from, w.reached), min(w.at(s.to), w.until)
		if from >= to {
			w.left = w.left[1:]
			continue
		}
		if to, ok = w.cut(from, to); ok {
			return from, to, true
		}
	}
	return 0, 0, false
}

// run goes through open time until need of it is used up, or until the end. It returns what was used, and when that was.
func (w *walk) run(need int64) (used, at int64) {
	for {
		leapt, ok := w.step(need - used)
		used += leapt
		if !ok {
			return used, w.until
		}
		for {
			from, to, ok := w.next()
			if !ok {
				break
			}
			if used+(to-from) >= need {
				return need, from + need - used
			}
			used += to - from
		}
	}
}

func floor(a, b int64) int64 {
	if a < 0 {
		return -((-a + b - 1) / b)
	}
	return a / b
}
