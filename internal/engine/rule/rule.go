// Package rule decides which rules act on an event, in which order, and which of them are kept from going round. A set of rules is compiled once and found by the kind of the
// event; each is asked on the conversation as the rules before it left it. The package does nothing by itself: whoever asks does what is decided, and asks on.
package rule

import (
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
)

// Rule is a rule as the engine needs it.
type Rule struct {
	ID      desk.RuleID
	Version int64
	Kinds   []desk.EventKind
	When    condition.Node
	Zone    *time.Location
	Actions []desk.Action
	Stop    bool // the rules behind it are not asked where it acted
	Off     bool // of a time rule: it only keeps in mind of what it was true
}

// Bounds against going round.
const (
	Deepest    = 5  // rules that follow from each other's acts, one after the other
	MostAnHour = 20 // times that one rule acts on one conversation within an hour, whatever set it off
)

// Why a rule was kept from acting.
type Why string

const (
	Acts     Why = ""
	Repeated Why = "repeated" // it acted on this conversation before in the same chain
	Deep     Why = "deep"     // the chain is too long
	Often    Why = "often"    // it acted on this conversation too often within an hour
)

// Chain is what led to an event: rules that acted on its conversation since somebody who is no rule did something.
type Chain struct {
	Depth  int                   // 0 where no rule led to it
	Acted  []desk.RuleID         // in this chain
	Lately map[desk.RuleID]int64 // how often each acted on the conversation within the last hour
}

// Set is compiled rules in their order. It is safe for concurrent use.
type Set struct {
	byKind map[desk.EventKind][]*compiled
	timed  []*Timed
}

type compiled struct {
	Rule
	when *condition.Condition
}

// Compile makes a set of rules in their order. What cannot be compiled, since what it asks for is not there any more, is left out and named.
func Compile(registry condition.Registry, rules []Rule) (set *Set, broken []desk.RuleID) {
	set = &Set{byKind: map[desk.EventKind][]*compiled{}}
	for _, r := range rules {
		when, err := Check(registry, "", r.When, r.Zone)
		if err != nil {
			broken = append(broken, r.ID)
			continue
		}
		if r.ByTime() {
			set.timed = append(set.timed, &Timed{compiled{r, when}, reaches(r.When)})
			continue
		}
		kinds := slices.Clone(r.Kinds)
		slices.Sort(kinds)
		for _, kind := range slices.Compact(kinds) {
			set.byKind[kind] = append(set.byKind[kind], &compiled{r, when})
		}
	}
	return set, broken
}

// Check compiles a rule's condition. It refuses one that means something else to everybody who looks: nobody looks when a rule is asked.
func Check(registry condition.Registry, field string, when condition.Node, zone *time.Location) (*condition.Condition, error) {
	c, err := condition.Compile(registry, field, when, condition.Env{Zone: zone})
	if err != nil {
		return nil, err
	}
	if c.Personal() {
		return nil, desk.WhyConditionValue.At(field)
	}
	return c, nil
}

// Asks reports whether any rule is asked about events of a kind.
func (s *Set) Asks(kind desk.EventKind) bool { return len(s.byKind[kind]) > 0 }

// Run is the rules that are asked about one event, one after the other.
type Run struct {
	rules []*compiled
	chain Chain
}

// Begin begins to ask about an event.
func (s *Set) Begin(kind desk.EventKind, chain Chain) *Run { return &Run{s.byKind[kind], chain} }

// Decision is a rule whose condition holds.
type Decision struct {
	Rule
	Why Why // why it may not act; Acts where it may
}

// Next returns the next rule whose condition holds for the conversation as it is now; false where no more does. A rule that acts and stops is the last one.
func (r *Run) Next(row condition.Row, now desk.Time) (Decision, bool) {
	for len(r.rules) > 0 {
		next := r.rules[0]
		r.rules = r.rules[1:]
		if holds, _ := next.when.Match(row, now); !holds {
			continue
		}
		d := Decision{next.Rule, r.chain.keeps(next.ID)}
		if d.Why == Acts && d.Stop {
			r.rules = nil
		}
		return d, true
	}
	return Decision{}, false
}

func (c Chain) keeps(id desk.RuleID) Why {
	switch {
	case slices.Contains(c.Acted, id):
		return Repeated
	case c.Depth >= Deepest:
		return Deep
	case c.Lately[id] >= MostAnHour:
		return Often
	}
	return Acts
}

// Would are those of a rule's actions that change a conversation as it is: what is so already is not done again.
func Would(c desk.Conversation, actions []desk.Action) []desk.Action {
	return slices.DeleteFunc(slices.Clone(actions), func(a desk.Action) bool {
		switch a.Do {
		case desk.SetStatus:
			return c.Status == a.Status
		case desk.SetPriority:
			return c.Priority == a.Priority
		case desk.Assign:
			return a.OnDuty == 0 && c.Assignee == a.Agent // who is on duty is looked up when it is done
		case desk.SetTeam:
			return c.Team == a.Team
		case desk.SetType:
			return c.TypeID == a.Type
		case desk.AddTags:
			return !slices.ContainsFunc(a.Tags, func(t desk.TagID) bool { return !slices.Contains(c.Tags, t) })
		case desk.RemoveTags:
			return !slices.ContainsFunc(a.Tags, func(t desk.TagID) bool { return slices.Contains(c.Tags, t) })
		case desk.Wake:
			return c.SnoozedUntil == 0
		case desk.PutInSpam, desk.NotSpam:
			return c.Spam == (a.Do == desk.PutInSpam)
		case desk.PutInTrash, desk.Restore:
			return (c.TrashedAt != 0) == (a.Do == desk.PutInTrash)
		}
		return false // notes and snoozes are made anew, and a field's value may be worded otherwise
	})
}
