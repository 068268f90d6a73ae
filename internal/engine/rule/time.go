package rule

import (
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
)

// ByTime reports whether the rule acts by time, not on events.
func (r *Rule) ByTime() bool { return slices.Contains(r.Kinds, desk.TimePassed) }

// Timed is a compiled rule that acts once each time that its condition becomes true, by time alone or by a change. It is safe for concurrent use.
type Timed struct {
	compiled
	finished bool
}

// Watch is what is kept of a time rule and a conversation between two looks.
type Watch struct {
	Holds bool      // it was true at the last look
	Next  desk.Time // when to look again: not before can time alone change it; desk.Never where it cannot
}

// Idle reports whether there is nothing to keep.
func (w Watch) Idle() bool { return !w.Holds && (w.Next == 0 || w.Next >= desk.Never) }

// CheckTimed is Check for a time rule: it refuses what asks for an event, and what time never changes.
func CheckTimed(registry condition.Registry, field string, r *Rule) error {
	c, err := Check(registry, field, r.When, r.Zone)
	if err != nil {
		return err
	}
	for key := range c.Attributes() {
		if ofNothing(key) {
			return desk.WhyNoEvent.At(field)
		}
	}
	if !c.Timed() {
		return desk.WhyNotTimed.At(field)
	}
	return nil
}

// Timed are the rules that act by time, in their order, those that are off among them.
func (s *Set) Timed() []*Timed { return s.timed }

// BeginTimed begins to ask one time rule alone, as Begin does about an event; false where it is off or gone.
func (s *Set) BeginTimed(id desk.RuleID, chain Chain) (*Run, bool) {
	for _, t := range s.timed {
		if t.ID == id && !t.Off {
			return &Run{[]*compiled{&t.compiled}, chain}, true
		}
	}
	return nil, false
}

// reaches reports whether a condition asks for finished conversations: only then are they looked at, since there is no end of them.
func reaches(n condition.Node) bool {
	switch {
	case n.Attr == "resolved":
		return true
	case n.Attr == "status" && n.Op == condition.Is:
		return slices.ContainsFunc(n.Values, func(v string) bool { return desk.Status(v).Finished() })
	case n.Attr == "shelf" && n.Op == condition.Is:
		return slices.Contains(n.Values, "finished")
	}
	return slices.ContainsFunc(n.All, reaches) || slices.ContainsFunc(n.Any, reaches)
}

// Finished reports whether the rule looks at finished conversations too.
func (t *Timed) Finished() bool { return t.finished }

// looksAt reports whether the rule is about conversations on a shelf: never about spam, the trash, or what was merged.
func (t *Timed) looksAt(c desk.Conversation) bool {
	shelf := c.Shelf()
	return c.MergedInto == 0 && (shelf == desk.ShelfActive || shelf == desk.ShelfSnoozed || shelf == desk.ShelfFinished && t.finished)
}

// mostTurns is how often a look follows a condition that turned and turned again while nobody looked; behind that it looks at now.
const mostTurns = 20

// Look asks the rule about a conversation, as it is now, for all the time since it was to be looked at. It returns what to keep, and by which time the condition became true; 0
// where it did not, or where the rule is off. A condition that was true at the last look has to be false in between.
func (t *Timed) Look(row *Case, was Watch, now desk.Time) (is Watch, since desk.Time) {
	if !t.looksAt(row.Conversation) || t.Off && !was.Holds {
		return Watch{}, 0
	}
	at := now
	if was.Next > 0 && was.Next < now {
		at = was.Next
	}
	for turn := 1; ; turn++ {
		row.At = at
		holds, next := t.when.Match(row, at)
		if holds && !was.Holds && since == 0 && !t.Off {
			since = at
		}
		was.Holds = holds
		if at == now || next > now {
			if was.Next = next; t.Off && !holds {
				return Watch{}, 0
			}
			return was, since
		}
		if at = next; turn >= mostTurns {
			at = now
		}
	}
}

// farthest is how many turns of a condition When looks ahead.
const farthest = 60

// When returns the first time from now on at which the condition is true if nobody does anything; desk.Never where that does not come, or cannot be seen.
func (t *Timed) When(row *Case, now desk.Time) desk.Time {
	if !t.looksAt(row.Conversation) {
		return desk.Never
	}
	for range farthest {
		row.At = now
		holds, next := t.when.Match(row, now)
		if holds {
			return now
		}
		if next >= desk.Never {
			break
		}
		now = next
	}
	return desk.Never
}
