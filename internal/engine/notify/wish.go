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
	w.Shown = p.Wishes.Wants(c.Kind, InApp)
	if p.Wishes.Wants(c.Kind, Push) {
		w.Push = p.Wishes.Awake(now, p.Zone)
	}
	if p.Wishes.Wants(c.Kind, Mail) {
		w.Mail = p.Wishes.Awake(now.Add(time.Duration(p.Wishes.MailWait)*time.Minute), p.Zone)
	}
	return w
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
