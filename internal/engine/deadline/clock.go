package deadline

import (
	"slices"
	"time"

	"tellus/internal/desk"
)

// State is how a clock stands.
type State string

const (
	Running  State = "running"
	Paused   State = "paused"
	Met      State = "met"
	Breached State = "breached" // it was due and not met; it may have been met later
)

// Why says why a clock stands still.
type Why string

const (
	WhyStatus   Why = "status"   // the policy does not count in this status
	WhyFinished Why = "finished" // the conversation is resolved or closed
	WhyAside    Why = "aside"    // it is spam, in the trash, or merged into another
)

// Pause is a time in which a clock stood still.
type Pause struct {
	From   desk.Time   `json:"from"`
	To     desk.Time   `json:"to,omitempty"` // 0 while it lasts
	Why    Why         `json:"why" enum:"status,finished,aside"`
	Status desk.Status `json:"status,omitempty"` // that the conversation had
}

// Clock counts to one promise of one conversation. The zero Clock is none.
type Clock struct {
	Kind     Kind
	Round    int // from 1: how often this kind of promise has begun in the conversation
	Policy   desk.PolicyID
	Target   time.Duration
	Warn     int // percent of the target after which it is warned of
	Started  desk.Time
	Due      desk.Time // desk.Never while it is paused, and where its calendar never opens again
	WarnAt   desk.Time // desk.Never where it is not warned of, or while it is paused
	Warned   desk.Time // when it was warned of
	Met      desk.Time
	Dropped  desk.Time // when it was given up: what it counted to is not promised any more, or not owed
	Breached desk.Time // when it was found to be late: its due time, or later where the promise became shorter
	Pauses   []Pause   // oldest first; those before From are folded into Counted
	From     desk.Time // since when Pauses tells all: Started, unless there were many
	Counted  time.Duration

	Steps  []Taken   // of its policy, that were taken in this run
	StepAt desk.Time // when the next one is to be taken; desk.Never where none is

	Calendar desk.CalendarID // by which it counts, 0 for clock time; what is met or late keeps the one by which it was
}

// mostPauses is how many pauses a clock keeps; older ones are folded into Counted.
const mostPauses = 40

// State is how the clock stands.
func (c *Clock) State() State {
	switch {
	case c.Breached != 0:
		return Breached
	case c.Met != 0:
		return Met
	case c.paused():
		return Paused
	}
	return Running
}

// Equal reports whether two clocks are the same in all that is kept of them.
func (c *Clock) Equal(o *Clock) bool {
	return c.Kind == o.Kind && c.Round == o.Round && c.Policy == o.Policy && c.Target == o.Target && c.Warn == o.Warn && c.Started == o.Started && c.Due == o.Due && c.WarnAt == o.WarnAt &&
		c.Warned == o.Warned && c.Met == o.Met && c.Breached == o.Breached && c.Dropped == o.Dropped && c.From == o.From && c.Counted == o.Counted && c.Calendar == o.Calendar && slices.Equal(c.Pauses, o.Pauses) &&
		c.StepAt == o.StepAt && slices.Equal(c.Steps, o.Steps)
}

// Open reports whether the promise still has to be kept, be it late.
func (c *Clock) Open() bool { return c.Kind != "" && c.Met == 0 && c.Dropped == 0 }

// Next is when something is to be told or done of it: it comes close, it is late, or a step is to be taken. desk.Never where nothing is.
func (c *Clock) Next() desk.Time {
	at := desk.Never
	if c.escalates() {
		at = c.StepAt
	}
	if !c.runs() {
		return at
	}
	if c.Warned == 0 {
		at = min(at, c.WarnAt)
	}
	return min(at, c.Due)
}

// runs reports whether the promise can still be broken by time alone.
func (c *Clock) runs() bool { return c.Open() && c.Breached == 0 && !c.paused() }

// PausedSince is when the pause began that lasts, 0 where none does.
func (c *Clock) PausedSince() desk.Time {
	if !c.paused() {
		return 0
	}
	return c.Pauses[len(c.Pauses)-1].From
}

func (c *Clock) paused() bool {
	return len(c.Pauses) > 0 && c.Pauses[len(c.Pauses)-1].To == 0
}

// late clocks keep the due time that they broke, and follow no change of their policy.
func (c *Clock) late() bool { return c.Breached != 0 }

func (c *Clock) pause(at desk.Time, why Why, status desk.Status) {
	c.Pauses = append(slices.Clip(c.Pauses), Pause{From: max(at, c.From), Why: why, Status: status})
	if !c.late() {
		c.Due, c.WarnAt = desk.Never, desk.Never
	}
}

func (c *Clock) resume(at desk.Time, cal Calendar) {
	c.Pauses = slices.Clone(c.Pauses)
	last := &c.Pauses[len(c.Pauses)-1]
	if last.To = max(at, last.From); last.To == last.From { // it paused for no time
		c.Pauses = c.Pauses[:len(c.Pauses)-1]
	}
	for len(c.Pauses) > mostPauses {
		c.Counted += between(cal, c.From, c.Pauses[0].From)
		c.From, c.Pauses = c.Pauses[0].To, c.Pauses[1:]
	}
	c.reckon(cal)
}

// reckon works out when the clock is due and when it is warned of.
func (c *Clock) reckon(cal Calendar) {
	if c.late() {
		return
	}
	c.Due, c.WarnAt = desk.Never, desk.Never
	if c.paused() {
		return
	}
	c.Due = c.after(c.Target, cal)
	if c.Warn > 0 {
		c.WarnAt = c.after(c.Target/100*time.Duration(c.Warn), cal)
	}
}

// after returns when so much time was or will be counted, if it is not paused again.
func (c *Clock) after(counted time.Duration, cal Calendar) desk.Time {
	left, from := counted-c.Counted, c.From
	if left <= 0 {
		return from
	}
	for _, p := range c.Pauses {
		if p.From < from {
			continue
		}
		span := between(cal, from, p.From)
		if span > left { // what is used up to the last moment is due when the clock goes on
			break
		}
		left -= span
		from = p.To
	}
	due, ok := cal.Add(from.Time(), left)
	if !ok || due.UnixMicro() >= int64(desk.Never) {
		return desk.Never
	}
	return desk.At(due)
}

// Spent is the time counted until an instant.
func (c *Clock) Spent(until desk.Time, cal Calendar) time.Duration {
	sum, from := c.Counted, c.From
	for _, p := range c.Pauses {
		if p.From >= until {
			break
		}
		sum += between(cal, from, p.From)
		if p.To == 0 || p.To >= until {
			return sum
		}
		from = p.To
	}
	return sum + between(cal, from, until)
}
