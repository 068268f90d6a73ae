package deadline

import (
	"slices"
	"time"

	"tellus/internal/desk"
)

// MostRepeats bounds how often a step is taken in one run of a clock.
const MostRepeats = 100

// Step is something that is done before or after the due time of a promise.
type Step struct {
	ID     int           // within its policy, from 1; it stays when other steps come and go, and is not given again
	Kinds  []Kind        // whose clocks it is for; all where empty
	Offset time.Duration // from the due time, counted as the policy counts; negative before it
	Every  time.Duration // after which it is taken again while the promise is not kept, counted likewise; 0: it is taken once
	Times  int           // how often it is taken at most in one run of a clock, up to MostRepeats; one where Every is 0
}

func (s *Step) times() int {
	if s.Every <= 0 {
		return 1
	}
	return min(max(s.Times, 1), MostRepeats)
}

func (s *Step) of(k Kind) bool { return len(s.Kinds) == 0 || slices.Contains(s.Kinds, k) }

// Taken says how often a step was taken in one run of a clock.
type Taken struct {
	Policy desk.PolicyID `json:"policy"`
	Step   int           `json:"step"`
	Times  int           `json:"times"`
}

// Escalation is a step that is to be taken now.
type Escalation struct {
	Kind   Kind
	Policy desk.PolicyID
	Step   int
	Nth    int           // which time it is in this run, from 1; those that were missed are taken as one, and counted
	At     desk.Time     // when it was to be taken
	Due    desk.Time     // of the promise
	Offset time.Duration // from the due time, as the policy counts; negative before it
	Round  int
}

// taken is how often a step was taken in this run.
func (c *Clock) taken(policy desk.PolicyID, step int) int {
	for _, t := range c.Steps {
		if t.Policy == policy && t.Step == step {
			return t.Times
		}
	}
	return 0
}

// take notes that a step was taken so often. The slice is not shared with copies of the clock.
func (c *Clock) take(policy desk.PolicyID, step, times int) {
	c.Steps = slices.Clone(c.Steps)
	for i := range c.Steps {
		if c.Steps[i].Policy == policy && c.Steps[i].Step == step {
			c.Steps[i].Times = times
			return
		}
	}
	c.Steps = append(c.Steps, Taken{policy, step, times})
}

// escalates reports whether steps are taken at all: a promise that is kept, given up or stands still calls for nothing.
func (c *Clock) escalates() bool { return c.Open() && !c.paused() }

// stepAt is when a step is to be taken for the nth time, from 1. One that lies further before the due time than the promise is long is to be taken as it begins.
func (c *Clock) stepAt(s *Step, nth int, cal Calendar) desk.Time {
	counted := s.Offset + time.Duration(nth-1)*s.Every
	at := c.after(c.Target+counted, cal)
	if counted >= 0 && c.Due < desk.Never {
		at = max(at, c.Due) // a late clock keeps its due time though its calendar may have changed
	}
	return at
}

// missed is how often a step was taken, or its time passed before the policies became what they are.
func (c *Clock) missed(p *Policy, s *Step) int {
	n := c.taken(p.ID, s.ID)
	for n < s.times() && c.stepAt(s, n+1, p.calendar()) < p.Since {
		n++
	}
	return n
}

// plan works out when the next step of the policy that applies is to be taken.
func (c *Clock) plan(p *Policy) {
	c.StepAt = desk.Never
	if p == nil || !c.escalates() {
		return
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if !s.of(c.Kind) {
			continue
		}
		if n := c.missed(p, s); n < s.times() {
			c.StepAt = min(c.StepAt, c.stepAt(s, n+1, p.calendar()))
		}
	}
}

// Steps reports whether a step is to be taken by now.
func (s *Set) Steps(now desk.Time) bool {
	for i := range s {
		if c := &s[i]; c.escalates() && c.StepAt <= now {
			return true
		}
	}
	return false
}

// Escalate returns the steps of the policy that applies which are to be taken by now, in the order of their times, and notes that they were.
func (s *Set) Escalate(p *Policy, now desk.Time) (due []Escalation) {
	for i := range s {
		due = append(due, s[i].escalate(p, now)...)
	}
	sortSteps(due)
	return due
}

func sortSteps(due []Escalation) {
	slices.SortStableFunc(due, func(a, b Escalation) int { return int(min(max(a.At-b.At, -1), 1)) })
}

func (c *Clock) escalate(p *Policy, now desk.Time) (due []Escalation) {
	if c.Kind == "" {
		return nil
	}
	defer c.plan(p)
	if p == nil || !c.escalates() {
		return nil
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if !s.of(c.Kind) {
			continue
		}
		had := c.missed(p, s)
		n, at := had, desk.Time(0)
		for n < s.times() {
			next := c.stepAt(s, n+1, p.calendar())
			if next > now {
				break
			}
			n, at = n+1, next
		}
		if n > had {
			c.take(p.ID, s.ID, n)
			due = append(due, Escalation{Kind: c.Kind, Policy: p.ID, Step: s.ID, Nth: n, Offset: s.Offset + time.Duration(n-1)*s.Every, At: at, Due: c.Due, Round: c.Round})
		}
	}
	return due
}
