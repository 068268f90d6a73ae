package deadline

import (
	"time"

	"tellus/internal/desk"
)

// Stretch is a time that counted or did not, and why.
type Stretch struct {
	From    desk.Time     `json:"from"`
	To      desk.Time     `json:"to,omitempty" doc:"Absent while it lasts"`
	What    What          `json:"what" enum:"counted,closed,paused,folded"`
	Counted time.Duration `json:"-"` // 0 unless it counted
	Status  desk.Status   `json:"status,omitempty" doc:"In which the clock paused"`
	Why     Why           `json:"why,omitempty" doc:"Why the clock paused"`
}

// What is said of a stretch.
type What string

const (
	WhatCounted What = "counted"
	WhatClosed  What = "closed" // the calendar does not count it
	WhatPaused  What = "paused"
	WhatFolded  What = "folded" // counted time and pauses that are no longer told one by one
)

// MostStretches bounds an explanation: what is before the last of them is told as one.
const MostStretches = 60

// Explain says how a clock came to be due when it is, in order of time: what counted, until it was met, or until it is due where it runs, or until now where it is late or
// stands still. Counted times add up to the target where it is due at the end.
func (c *Clock) Explain(cal Calendar, now desk.Time) []Stretch {
	end := now
	switch {
	case c.Met != 0:
		end = c.Met
	case c.runs() && c.Due < desk.Never:
		end = c.Due
	case c.late() && !c.paused():
		end = c.Due
	}
	var all []Stretch
	if c.From > c.Started {
		all = append(all, Stretch{From: c.Started, To: c.From, What: WhatFolded, Counted: c.Counted})
	}
	from := c.From
	for _, p := range c.Pauses {
		if p.From >= end {
			break
		}
		all = count(all, cal, from, p.From)
		all = append(all, Stretch{From: p.From, To: p.To, What: WhatPaused, Why: p.Why, Status: p.Status})
		if from = p.To; from == 0 {
			return shorten(all)
		}
	}
	return shorten(count(all, cal, from, end))
}

// count tells which stretches count and which do not.
func count(all []Stretch, cal Calendar, from, to desk.Time) []Stretch {
	if to <= from {
		return all
	}
	for _, s := range cal.Spans(from.Time(), to.Time()) {
		begin, end := max(from, desk.At(s.From)), min(to, desk.At(s.To))
		if begin > from {
			all = append(all, Stretch{From: from, To: begin, What: WhatClosed})
		}
		if end > begin {
			all = append(all, Stretch{From: begin, To: end, What: WhatCounted, Counted: end.Sub(begin)})
		}
		from = max(from, end)
	}
	if to > from {
		all = append(all, Stretch{From: from, To: to, What: WhatClosed})
	}
	return all
}

// shorten tells the oldest stretches as one where there are too many.
func shorten(all []Stretch) []Stretch {
	over := len(all) - MostStretches
	if over <= 0 {
		return all
	}
	first := Stretch{From: all[0].From, To: all[over].To, What: WhatFolded}
	for _, s := range all[:over+1] {
		first.Counted += s.Counted
	}
	return append([]Stretch{first}, all[over+1:]...)
}

// Differs reports whether a calendar says something else than when the clock was reckoned last: one that is met or late keeps the due time that it had.
func (c *Clock) Differs(cal Calendar) bool {
	if c.Due >= desk.Never || !c.Open() && c.Due == c.Met { // while it paused, it may have been due later than it was met
		return false
	}
	return c.after(c.Target, cal) != c.Due
}
