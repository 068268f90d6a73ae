// Package presence decides whether an agent is there: online, away with a reason, or offline. It is pure: what he chose, when he was last seen and did
// something, his working hours and the rules of the house go in, a standing comes out, and when it is to be looked at again. What somebody chose is never
// overruled by what he does; what came about by itself goes by itself.
package presence

import (
	"slices"
	"time"

	"tellus/internal/desk"
)

// State is where an agent stands.
type State string

const (
	Online  State = "online"
	Away    State = "away"
	Offline State = "offline"
)

// Valid reports whether the state exists.
func (s State) Valid() bool { return s == Online || s == Away || s == Offline }

// Why is what a standing rests on.
type Why string

const (
	Chosen Why = "chosen" // by hand: the person, or somebody who may
	Here   Why = "here"   // has the desk open and does something there
	Idle   Why = "idle"   // did nothing for some minutes
	Hours  Why = "hours"  // out of his working hours
	Absent Why = "absent" // a planned absence
	Gone   Why = "gone"   // has no desk open
)

// Channel is a kind of work that can come to an agent.
type Channel string

const (
	Mail    Channel = "mail"
	Chat    Channel = "chat"
	Message Channel = "message" // of a messenger
	Phone   Channel = "phone"
)

// Channels are all that availability can be kept for, in the order in which they are shown.
var Channels = []Channel{Mail, Chat, Message, Phone}

// Existing are those that this program has. What is kept of the others counts from when they come.
var Existing = []Channel{Mail}

// Choice is what was chosen by hand. Its zero value is none.
type Choice struct {
	State  State
	Reason int64     // of being away, 0 for none
	Takes  []Channel // what the reason still takes
	At     desk.Time
	Until  desk.Time // 0 while it stands until something else is chosen
	By     desk.Actor
}

// Facts are what is known of an agent.
type Facts struct {
	Choice  Choice
	Open    bool      // has the desk open in any window
	Active  desk.Time // when he last did something in any of them
	GoneAt  desk.Time // when the last window went, 0 where it was never open
	Was     Why       // what his standing rested on before
	Week    Week
	Absence []desk.Absence // his, that are not over
	Zone    *time.Location
	Idle    time.Duration // without doing anything until he is away, 0 for never
	Grace   time.Duration // without a window until he is offline
	Refuses []Channel     // what he takes none of, whatever his state
}

// Standing is what comes out.
type Standing struct {
	State  State
	Why    Why
	Reason int64
	Until  desk.Time // when he said that he is back, or his hours begin; 0 where nobody knows
	Takes  []Channel // what can come to him now
	By     desk.Actor
}

// Same reports whether colleagues are shown the same.
func (s Standing) Same(o Standing) bool {
	return s.State == o.State && s.Why == o.Why && s.Reason == o.Reason && s.Until == o.Until && s.By == o.By && slices.Equal(s.Takes, o.Takes)
}

// Decide says where an agent stands at an instant, and when that is to be looked at again if nothing else happens; 0 for never.
func Decide(f Facts, now desk.Time) (s Standing, again desk.Time) {
	f.Choice = f.Choice.standing(now)
	look := clock{now: now}
	look.at(f.Choice.Until)
	s = f.state(&look)
	s.Takes = f.takes(s)
	if s.By == (desk.Actor{}) {
		s.By = desk.System
	}
	return s, look.next
}

// standing is a choice as long as it stands.
func (c Choice) standing(now desk.Time) Choice {
	if c.Until != 0 && c.Until <= now {
		return Choice{}
	}
	return c
}

// absent is how somebody stands while he is absent: what he chose before it began does not hold, what he chooses in it does.
func (f Facts) absent(look *clock) (Standing, bool) {
	for i := range f.Absence {
		a := &f.Absence[i]
		look.at(a.From)
		if !a.Covers(look.now) {
			continue
		}
		if f.Choice.State != "" && f.Choice.At >= a.From {
			return Standing{}, false
		}
		look.at(a.To)
		return Standing{State: Away, Why: Absent, Until: a.To}, true
	}
	return Standing{}, false
}

// Rest is until when somebody has time off at an instant: he is absent, or it is out of his working hours and he did not choose to work; 0 where he has none.
func (f Facts) Rest(now desk.Time) desk.Time {
	f.Choice = f.Choice.standing(now)
	if s, absent := f.absent(&clock{now: now}); absent {
		return s.Until
	}
	if working, until := f.Week.At(now, f.Zone); !working && !f.late(now) {
		return until
	}
	return 0
}

func (f Facts) state(look *clock) Standing {
	if s, absent := f.absent(look); absent {
		return s
	}
	chosen := Standing{State: f.Choice.State, Why: Chosen, Reason: f.Choice.Reason, Until: f.Choice.Until, By: f.Choice.By}
	if f.Choice.State == Offline || f.Choice.State == Away && f.Choice.Until != 0 {
		return chosen // who said when he is back may close his desk meanwhile
	}
	if !f.Open {
		offline := f.GoneAt.Add(f.Grace)
		if f.GoneAt == 0 || offline <= look.now {
			return Standing{State: Offline, Why: Gone}
		}
		look.at(offline)
	}
	if f.Choice.State == Away {
		return chosen
	}
	working, until := f.Week.At(look.now, f.Zone)
	look.at(until)
	if !working && !f.late(look.now) {
		return Standing{State: Away, Why: Hours, Until: until}
	}
	if f.idle(look) {
		return Standing{State: Away, Why: Idle}
	}
	if f.Choice.State == Online {
		return chosen
	}
	return Standing{State: Online, Why: Here}
}

// late reports whether somebody chose to work within the free time that it is now: that holds until his next hours begin.
func (f Facts) late(now desk.Time) bool {
	if f.Choice.State != Online {
		return false
	}
	working, begins := f.Week.At(f.Choice.At, f.Zone)
	return !working && (begins == 0 || begins > now)
}

// idle reports whether somebody did nothing for too long. While his line is cut nobody can know: it stays as it was.
func (f Facts) idle(look *clock) bool {
	if f.Idle <= 0 {
		return false
	}
	if !f.Open {
		return f.Was == Idle
	}
	away := f.Active.Add(f.Idle)
	look.at(away)
	return away <= look.now
}

// takes are the channels by which work can come to who stands so: all while he is online, those of the reason while he is away by choice.
func (f Facts) takes(s Standing) []Channel {
	all := []Channel{}
	for _, c := range Channels {
		can := s.State == Online || s.State == Away && s.Why == Chosen && slices.Contains(f.Choice.Takes, c)
		if can && !slices.Contains(f.Refuses, c) {
			all = append(all, c)
		}
	}
	return all
}

// clock gathers when to look again: the first instant to come.
type clock struct{ now, next desk.Time }

func (c *clock) at(t desk.Time) {
	if t > c.now && (c.next == 0 || t < c.next) {
		c.next = t
	}
}
