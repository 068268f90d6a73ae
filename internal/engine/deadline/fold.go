package deadline

import (
	"slices"
	"time"

	"tellus/internal/desk"
)

// Did says what happened to a conversation, where that matters beyond how it stands afterwards.
type Did string

const (
	Changed      Did = ""         // its status, priority, inbox or policy; it was put away or taken back
	Opened       Did = "opened"   // it began
	Wrote        Did = "wrote"    // the customer did, not a machine of his
	Answered     Did = "answered" // a person wrote to the customer, or settled it with him on the telephone or in person
	Acknowledged Did = "acknowledged"
	Moved        Did = "moved" // messages or whole conversations came or went: it was merged, split, parted, or an answer was withdrawn
)

// Fact is something that happened to a conversation and how it stands afterwards.
type Fact struct {
	At  desk.Time
	Did Did

	Status       desk.Status
	Priority     desk.Priority
	Aside        bool      // spam, in the trash, or merged into another
	Since        desk.Time // when the customer began to wait for an answer, 0 where he does not
	FirstAnswer  desk.Time // when a person first answered, 0 before that
	Acknowledged desk.Time // when an acknowledgement left by itself, 0 before that
	Policy       *Policy   // that applies now; nil where none does
}

// pause is why clocks stand still after the fact, "" where they do not. A clock of a policy that no longer applies pauses as the present one does.
func (f *Fact) pause() Why {
	switch {
	case f.Aside:
		return WhyAside
	case f.Status.Finished():
		return WhyFinished
	case f.Policy != nil && slices.Contains(f.Policy.Pauses, f.Status):
		return WhyStatus
	}
	return ""
}

// Set is the newest clock of each kind of one conversation, in the order of Kinds; a zero Clock where there was none.
type Set [5]Clock

// Of returns the newest clock of a kind.
func (s *Set) Of(k Kind) *Clock { return &s[k.index()] }

// Due is the earliest time at which one of the promises is or was due that still has to be kept, and which; desk.Never where none is.
func (s *Set) Due() (due desk.Time, of Kind) {
	due = desk.Never
	for i := range s {
		if c := &s[i]; c.Open() && !c.paused() && c.Due < due {
			due, of = c.Due, c.Kind
		}
	}
	return due, of
}

// Apply brings the clocks up to date with a fact, which is not older than those before it. It returns the clocks that ended and made way for others of their kind.
func (s *Set) Apply(f Fact) (ended []Clock) {
	s.Tick(f.At)
	for i, k := range Kinds {
		if old := s.step(&s[i], k, &f); old.Kind != "" {
			ended = append(ended, old)
		}
	}
	return ended
}

// Tick lets time pass: what became due before now and was not met is breached. It reports the clocks that broke by it.
func (s *Set) Tick(now desk.Time) (broke []Kind) {
	for i := range s {
		if c := &s[i]; c.runs() && c.Due < now {
			c.Breached = c.Due
			broke = append(broke, c.Kind)
		}
	}
	return broke
}

// WarnOf notes that running clocks whose time to warn has come were warned of, and reports which.
func (s *Set) WarnOf(now desk.Time) (close []Kind) {
	for i := range s {
		if c := &s[i]; c.runs() && c.Warned == 0 && c.WarnAt <= now {
			c.Warned = now
			close = append(close, c.Kind)
		}
	}
	return close
}

// step brings one clock up to date. It returns the clock that another took the place of.
func (s *Set) step(c *Clock, k Kind, f *Fact) (old Clock) {
	target := f.Policy.Target(k, f.Priority)
	c.align(f)
	if f.meets(k) && c.Open() {
		c.meet(f.At, f.Policy.calendar())
	}
	c.follow(f, target)
	if !c.Open() && target > 0 {
		if from := f.begins(k); from != 0 {
			old = *c
			*c = Clock{Kind: k, Round: old.Round + 1, Policy: f.Policy.id(), Target: target, Warn: f.Policy.Warn, Started: from, From: from, Calendar: f.Policy.calendarID()}
			c.reckon(f.Policy.calendar())
		}
	}
	c.stand(f)
	if c.Kind != "" {
		c.plan(f.Policy)
	}
	return old
}

// owes reports whether the customer waits for an answer of this kind.
func (f *Fact) owes(k Kind) bool {
	return k.answers() && f.Since != 0 && (k == FirstAnswer) == (f.FirstAnswer == 0)
}

// align has clocks of answers fit what is owed after messages came or went: an answer that never left keeps no promise, a promise counts from when the customer whose
// message is here now began to wait, and where nobody waits any more nothing is owed.
func (c *Clock) align(f *Fact) {
	if f.Did != Moved || !c.Kind.answers() || c.Dropped != 0 {
		return
	}
	owed := f.owes(c.Kind)
	if c.Met != 0 {
		if !owed || c.Kind == NextAnswer && c.Started != f.Since {
			return
		}
		c.Met = 0
		c.reckon(f.Policy.calendar())
	}
	switch {
	case c.late():
	case owed && c.Started != f.Since:
		c.startAt(f.Since, f.Policy.calendar())
	case !owed && !c.paused() && !f.meets(c.Kind):
		c.drop(f.At)
	}
}

func (c *Clock) drop(at desk.Time) {
	c.Dropped, c.Due, c.WarnAt = at, desk.Never, desk.Never
}

// follow has a clock keep to what is promised now, from when it started. What is no longer promised is no longer counted, unless it was broken already.
func (c *Clock) follow(f *Fact, target time.Duration) {
	switch {
	case !c.Open() || c.late():
	case target == 0:
		c.drop(f.At)
	default:
		c.Policy, c.Target, c.Warn, c.Calendar = f.Policy.id(), target, f.Policy.Warn, f.Policy.calendarID()
		c.reckon(f.Policy.calendar())
	}
}

// startAt moves the start. Pauses before it do not matter any more.
func (c *Clock) startAt(since desk.Time, cal Calendar) {
	c.Started, c.From, c.Counted = since, since, 0
	kept := make([]Pause, 0, len(c.Pauses))
	for _, p := range c.Pauses {
		if p.To != 0 && p.To <= since {
			continue
		}
		p.From = max(p.From, since)
		kept = append(kept, p)
	}
	c.Pauses = kept
	c.reckon(cal)
}

// meets reports whether the fact keeps a promise of a kind.
func (f *Fact) meets(k Kind) bool {
	switch k {
	case Acknowledge:
		return f.Did == Answered || f.Acknowledged != 0 || f.FirstAnswer != 0
	case FirstAnswer:
		return f.Did == Answered || f.FirstAnswer != 0
	case NextAnswer:
		return f.Did == Answered
	case Update:
		return f.Did == Answered || f.Status.Finished()
	}
	return f.Status.Finished()
}

// meet ends a clock. One that stood still is due when it would have been, had it gone on then.
func (c *Clock) meet(at desk.Time, cal Calendar) {
	c.Met = max(at, c.Started)
	if c.paused() {
		c.resume(c.Met, cal)
		if !c.late() {
			c.Due = max(c.Due, c.Met) // its target may have become shorter meanwhile
		}
	}
}

// begins is from when a promise counts that the fact brings about, 0 where it brings none.
func (f *Fact) begins(k Kind) desk.Time {
	if f.Aside {
		return 0
	}
	switch k {
	case Acknowledge:
		if f.Did == Opened && f.Acknowledged == 0 && f.FirstAnswer == 0 {
			return f.Since
		}
	case FirstAnswer, NextAnswer:
		if f.owes(k) {
			return f.Since
		}
	case Update, Resolve:
		if f.Status.Finished() {
			return 0
		}
		if f.Did == Opened && f.Since != 0 {
			return f.Since // a conversation that was split off began with its first message
		}
		return f.At
	}
	return 0
}

// stand has a clock pause or go on as the fact says, and finds one broken that became due by the change.
func (c *Clock) stand(f *Fact) {
	if !c.Open() {
		return
	}
	c.breakIfDue(f.At)
	switch why := f.pause(); {
	case why == "" && c.paused():
		c.resume(f.At, f.Policy.calendar())
		c.breakIfDue(f.At)
	case why != "" && !c.paused():
		c.pause(f.At, why, f.Status)
	}
}

func (c *Clock) breakIfDue(now desk.Time) {
	if c.runs() && c.Due < now {
		c.Breached = now
	}
}

// Fold brings the clocks of a conversation about from everything that happened to it, oldest first. It returns the newest of each kind, and those before them.
func Fold(facts []Fact) (s Set, ended []Clock) {
	for _, f := range facts {
		ended = append(ended, s.Apply(f)...)
	}
	return s, ended
}
