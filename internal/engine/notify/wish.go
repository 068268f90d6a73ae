package notify

import (
	"time"

	"tellus/internal/desk"
)

// Channel is a way to tell an agent.
type Channel string

const (
	InApp Channel = "in_app" // the bell of the desk
	Push  Channel = "push"   // the browser, also while the desk is closed
	Mail  Channel = "mail"   // summed up, to who is not at the desk
)

// Channels in the order in which they are shown.
var Channels = []Channel{InApp, Push, Mail}

// Wishes are what an agent wants to be told, how, and when not.
type Wishes struct {
	By       map[Kind]map[Channel]bool `json:"by"`
	Quiet    Hours                     `json:"quiet"`
	Subjects bool                      `json:"subjects"` // pushes and mails name customer and subject
	MailWait int                       `json:"mailWait"` // minutes that a notice stays unread before it is mailed, 5 to 1440
	MailGap  int                       `json:"mailGap"`  // minutes between two mails at least, 15 to 1440
}

// Default is what everybody wants at first: everything of his own in the desk and on devices that take pushes, mails only of what asks for him by name, and
// nothing of his team, which would be told of everything that comes.
func Default() Wishes {
	w := Wishes{By: map[Kind]map[Channel]bool{}, MailWait: 30, MailGap: 120,
		Quiet: Hours{From: 19 * 60, To: 8 * 60, Days: Everyday}}
	for _, k := range Kinds {
		mine := k != Team
		w.By[k] = map[Channel]bool{InApp: mine, Push: mine && k != Followed, Mail: k == Mention || k == Assigned || k == Told}
	}
	return w
}

// Wants reports whether somebody wants a kind by a channel; what was not known when he chose is as at first.
func (w Wishes) Wants(k Kind, c Channel) bool {
	if want, chosen := w.By[k][c]; chosen {
		return want
	}
	return Default().By[k][c]
}

// Person is an agent as far as telling him matters.
type Person struct {
	Agent  desk.AgentID
	Sees   bool // the conversation, now; false for who has left
	Wishes Wishes
	Zone   *time.Location
	Rest   desk.Time // until when he has time off, 0 where he has not: he is not disturbed
}

// Ways is what becomes of a concern.
type Ways struct {
	Shown bool      // on the bell
	Push  desk.Time // when it is pushed unless it was read, 0 for never: at once, or when quiet hours end
	Mail  desk.Time // when it is mailed unless it was read, 0 for never
}

// Any reports whether somebody is told at all.
func (w Ways) Any() bool { return w.Shown || w.Push != 0 || w.Mail != 0 }

// Decide says by which ways a person is told of a concern.
func Decide(c Concern, p Person, now desk.Time) (w Ways) {
	if !p.Sees || c.Agent != p.Agent || c.By == desk.ByAgent(p.Agent) {
		return Ways{}
	}
	from, wait := max(now, c.From), time.Duration(p.Wishes.MailWait)*time.Minute
	if c.Loud {
		wait = 0
	}
	w.Shown = c.Loud || p.Wishes.Wants(c.Kind, InApp)
	if c.Loud || p.Wishes.Wants(c.Kind, Push) {
		w.Push = c.awake(p, from)
	}
	if c.Loud || p.Wishes.Wants(c.Kind, Mail) {
		w.Mail = c.awake(p, from.Add(wait))
	}
	return w
}

// awake is the first instant from at on at which somebody may be disturbed. Who is called since he is on duty may be at once: that is what duty is. What is told by every means
// keeps to the hours of duty alone, and without any to no hours at all.
func (c *Concern) awake(p Person, at desk.Time) desk.Time {
	if c.OnDuty || c.Loud {
		return at
	}
	return p.Awake(at)
}

// Awake is the first instant from at on, which is not before now, that is neither within quiet hours nor in time off.
func (p *Person) Awake(at desk.Time) desk.Time {
	if at = p.Wishes.Awake(at, p.Zone); p.Rest > at {
		return p.Wishes.Awake(p.Rest, p.Zone)
	}
	return at
}

// Urgency is how much a notice overrides what somebody chose.
type Urgency int

const (
	Ordinary Urgency = iota
	Duty             // it does not wait for the end of quiet hours or time off
	Loud             // nor does a mail wait until he leaves his desk, or some time after the last
)

// Urgency says how urgent a concern is.
func (c *Concern) Urgency() Urgency {
	switch {
	case c.Loud:
		return Loud
	case c.OnDuty:
		return Duty
	default:
		return Ordinary
	}
}

// Awake is the first instant from at on that is not within quiet hours.
func (w Wishes) Awake(at desk.Time, zone *time.Location) desk.Time {
	if until, quiet := w.Quiet.During(at, zone); quiet {
		return until
	}
	return at
}

// MostApart is how many notices are pushed one by one at a time; more are pushed as one that counts them.
const MostApart = 3

// Summed reports whether notices that are pushed together are pushed as one: many at once, and what came in quiet hours.
func Summed(n int, held bool) bool { return n > MostApart || held && n > 1 }
