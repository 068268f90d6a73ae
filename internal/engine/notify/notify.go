// Package notify decides who is told of what happens on the desk, and by which channel. It is pure: facts go in, decisions come out. Nobody is told
// of what he did himself, of what he may not see, or of one thing twice.
package notify

import (
	"cmp"
	"slices"

	"tellus/internal/desk"
)

// Kind is what a notice is about.
type Kind string

// Kinds, the one that concerns somebody most first.
const (
	Mention  Kind = "mention"  // a note names me
	Assigned Kind = "assigned" // a conversation became mine
	Told     Kind = "told"     // a rule or a colleague asks me to look
	Reply    Kind = "reply"    // a customer wrote in a conversation of mine
	Overdue  Kind = "overdue"  // a promise of a conversation of mine was not kept in time, or of one of my team's that is nobody's
	DueSoon  Kind = "due_soon" // one comes close
	Woken    Kind = "woken"    // a snooze of a conversation of mine ended
	Team     Kind = "team"     // a conversation came to my team
	Followed Kind = "followed" // something happened in a conversation that I follow
)

// Kinds in the order of how much they concern somebody.
var Kinds = []Kind{Mention, Assigned, Told, Reply, Overdue, DueSoon, Woken, Team, Followed}

// rank is the place of a kind among Kinds.
func rank(k Kind) int { return slices.Index(Kinds, k) }

// Happening is an event that somebody may be told of, with what is known of its conversation now.
type Happening struct {
	Kind         desk.EventKind
	By           desk.Actor
	At           desk.Time
	Conversation desk.ConversationID
	Message      desk.MessageID
	Named        desk.AgentID   // who is mentioned, whose the conversation became, or who is to keep what was promised
	Promised     desk.AgentID   // who promised what comes due
	Told         []desk.AgentID // who is asked to look
	Called       []Called       // who is asked to look as he is on duty
	Loudly       bool           // who is asked to look is told by every means
	Assignee     desk.AgentID   // whose the conversation is
	Followers    []desk.AgentID // of the conversation
	Members      []desk.AgentID // of the team that the conversation came to, or lies with
	Leads        []desk.AgentID // of the team that it lies with, where the law asks for something
	Automatic    bool           // a machine wrote the message
	First        bool           // the message opened the conversation: nobody has waited for it as a reply
}

// Called is who is asked to look as he is on duty, from a time on.
type Called struct {
	Agent desk.AgentID
	From  desk.Time
}

// Concern says that something concerns an agent.
type Concern struct {
	Agent        desk.AgentID
	Kind         Kind
	Conversation desk.ConversationID
	Message      desk.MessageID
	By           desk.Actor
	At           desk.Time
	Loud         bool      // by every means at once, whatever he chose
	OnDuty       bool      // he is called as he is on duty: his quiet hours do not hold
	From         desk.Time // of who is on duty later: when he may be disturbed
}

// followed are the facts that followers are told of.
var followed = map[desk.EventKind]bool{
	desk.MessageReceived: true, desk.MessageQueued: true, desk.NoteAdded: true, desk.RecordAdded: true, desk.StatusChanged: true, desk.AssigneeChanged: true,
	desk.TeamChanged: true, desk.Woken: true, desk.MessageFailed: true, desk.MessageBounced: true, desk.ConversationsMerged: true, desk.MessagesSplit: true,
}

// Tells reports whether an event of a kind may concern anybody, so that others need not be looked into.
func Tells(k desk.EventKind) bool {
	return followed[k] || k == desk.AgentMentioned || k == desk.PeopleTold || Urges(k)
}

// Urges reports whether an event of a kind asks whoever has the conversation to do something, and its team where nobody has it.
func Urges(k desk.EventKind) bool {
	return k == desk.ClockWarned || k == desk.ClockBreached || OfLaw(k)
}

// OfLaw reports whether an event of a kind asks that of a time limit of the law: who leads the team of the conversation is told too.
func OfLaw(k desk.EventKind) bool { return k == desk.StatuteWarned || k == desk.StatuteBreached }

// Concerns returns whom events concern and why, in the order of the events: each person once for what was done in one go, by the kind that concerns him
// most. One go is what one actor did in one conversation at one time, which is what a transaction is.
func Concerns(all []Happening) []Concern {
	type once struct {
		agent        desk.AgentID
		conversation desk.ConversationID
		by           desk.Actor
		at           desk.Time
	}
	at := map[once]int{}
	var list []Concern
	for _, h := range all {
		for agent, kind := range h.concerned() {
			key := once{agent, h.Conversation, h.By, h.At}
			c := Concern{Agent: agent, Kind: kind, Conversation: h.Conversation, Message: h.Message, By: h.By, At: h.At}
			if kind == Told {
				h.call(&c)
			}
			i, known := at[key]
			switch {
			case !known:
				at[key] = len(list)
				list = append(list, c)
			case rank(kind) < rank(list[i].Kind):
				c.also(list[i])
				list[i] = c
			default:
				list[i].also(c)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Concern) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Conversation, b.Conversation), cmp.Compare(a.Agent, b.Agent))
	})
	return list
}

// call completes what concerns who is asked to look.
func (h *Happening) call(c *Concern) {
	c.Loud = h.Loudly
	for _, who := range h.Called {
		if who.Agent == c.Agent {
			c.OnDuty = true
			if !slices.Contains(h.Told, c.Agent) && (c.From == 0 || who.From < c.From) {
				c.From = who.From
			}
		}
	}
}

// also has a concern be as urgent as another that is told in one with it.
func (c *Concern) also(o Concern) {
	c.Loud, c.OnDuty = c.Loud || o.Loud, c.OnDuty || o.OnDuty
	if o.OnDuty {
		c.From = o.From
	}
}

// concerned are those whom one event concerns, its actor aside, each by the kind that concerns him most.
func (h *Happening) concerned() map[desk.AgentID]Kind {
	who := map[desk.AgentID]Kind{}
	add := func(agent desk.AgentID, k Kind) {
		if agent == 0 || h.By == desk.ByAgent(agent) {
			return
		}
		if had, known := who[agent]; !known || rank(k) < rank(had) {
			who[agent] = k
		}
	}
	switch h.Kind {
	case desk.AgentMentioned:
		add(h.Named, Mention)
	case desk.AssigneeChanged:
		add(h.Named, Assigned)
	case desk.TeamChanged:
		for _, m := range h.Members {
			add(m, Team)
		}
	case desk.PeopleTold:
		for _, m := range h.Told {
			add(m, Told)
		}
		for _, m := range h.Called {
			add(m.Agent, Told)
		}
	case desk.MessageReceived:
		if !h.Automatic && !h.First {
			add(h.Assignee, Reply)
		}
	case desk.Woken:
		add(h.Assignee, Woken)
	case desk.ClockWarned, desk.ClockBreached, desk.StatuteWarned, desk.StatuteBreached:
		kind := DueSoon
		if h.Kind == desk.ClockBreached || h.Kind == desk.StatuteBreached {
			kind = Overdue
		}
		switch {
		case h.Named != 0:
			add(h.Named, kind)
		case h.Assignee != 0:
			add(h.Assignee, kind)
		case len(h.Members) == 0:
			add(h.Promised, kind)
		}
		for _, m := range h.Members {
			if h.Named == 0 && h.Assignee == 0 {
				add(m, kind)
			}
		}
		for _, lead := range h.Leads {
			add(lead, kind)
		}
	}
	if followed[h.Kind] && !h.Automatic {
		for _, f := range h.Followers {
			add(f, Followed)
		}
	}
	return who
}
