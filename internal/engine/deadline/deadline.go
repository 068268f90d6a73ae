// Package deadline says when a conversation owes what: service level policies promise answers and solutions within targets, and clocks count the time. It folds what happens
// to a conversation, fact by fact, into clocks that run, pause, are met or breached, and that can explain themselves. It has no I/O and asks nobody for the time.
package deadline

import (
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/engine/worktime"
)

// Kind is what a clock counts to.
type Kind string

const (
	// Acknowledge: the customer hears that his message came. An automatic acknowledgement meets it, and so does an answer.
	Acknowledge Kind = "acknowledge"
	// FirstAnswer: a person answers for the first time. An automatic acknowledgement does not meet it.
	FirstAnswer Kind = "first_answer"
	// NextAnswer: a person answers what the customer wrote after the first answer.
	NextAnswer Kind = "next_answer"
	// Update: the customer hears from a person at least this often, until the conversation is resolved.
	Update Kind = "update"
	// Resolve: the conversation is resolved. Reopening it begins anew.
	Resolve Kind = "resolve"
)

// Kinds are all kinds, in the order in which they come about.
var Kinds = []Kind{Acknowledge, FirstAnswer, NextAnswer, Update, Resolve}

// Valid reports whether the kind exists.
func (k Kind) Valid() bool { return k.index() >= 0 }

func (k Kind) index() int {
	for i, other := range Kinds {
		if k == other {
			return i
		}
	}
	return -1
}

// answers reports whether what is owed is something that a person writes because the customer waits.
func (k Kind) answers() bool { return k == FirstAnswer || k == NextAnswer }

// Calendar says which time counts. It is safe for concurrent use.
type Calendar interface {
	// Add returns when d of counted time has passed since from; false where that never comes.
	Add(from time.Time, d time.Duration) (due time.Time, ok bool)
	// Between is the counted time from one instant to another that is not before it.
	Between(from, to time.Time) time.Duration
	// Spans are the stretches between two instants that count, in order, each within the two.
	Spans(from, to time.Time) []worktime.Span
}

// between is the time that counts from one instant to another, 0 where that is not after the first.
func between(cal Calendar, from, to desk.Time) time.Duration {
	if to <= from {
		return 0
	}
	return cal.Between(from.Time(), to.Time())
}

// Priorities is how many priorities there are: targets are given for each, from low to urgent.
const Priorities = int(desk.Urgent) + 1

// Targets are the times that a policy promises, by priority; 0 is no promise.
type Targets map[Kind][Priorities]time.Duration

// Policy is a service level policy, ready to be asked. It is not changed once it is in use.
type Policy struct {
	ID       desk.PolicyID
	When     *condition.Condition // nil holds for everything
	Targets  Targets
	Opening  bool          // its targets count while the conversation's calendar is open, if it has one
	Calendar Calendar      // by which they count, as it applies to one conversation; nil for clock time
	Pauses   []desk.Status // in which clocks stand still; finished ones always do
	Warn     int           // percent of a target after which it is warned of, 1 to 99; 0: it is not

	Steps      []Step
	Since      desk.Time       // when the policies became what they are: steps whose time was before it are not taken late
	CalendarID desk.CalendarID // of Calendar
}

// Target is what the policy promises, 0 where it promises nothing. A nil policy promises nothing.
func (p *Policy) Target(k Kind, of desk.Priority) time.Duration {
	if p == nil || of < 0 || int(of) >= Priorities {
		return 0
	}
	return p.Targets[k][of]
}

// id is 0 for no policy.
func (p *Policy) id() desk.PolicyID {
	if p == nil {
		return 0
	}
	return p.ID
}

func (p *Policy) calendar() Calendar {
	if p == nil || p.Calendar == nil {
		return worktime.Always
	}
	return p.Calendar
}

func (p *Policy) calendarID() desk.CalendarID {
	if p == nil || p.Calendar == nil {
		return 0
	}
	return p.CalendarID
}

// Choose returns the first policy whose condition holds for a row, nil where none does.
func Choose(policies []*Policy, row condition.Row, now desk.Time) *Policy {
	for _, p := range policies {
		if p.When == nil {
			return p
		}
		if holds, _ := p.When.Match(row, now); holds {
			return p
		}
	}
	return nil
}
