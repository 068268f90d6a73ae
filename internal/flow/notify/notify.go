// Package notify tells agents what concerns them. It follows the event log with a cursor of its own, so that each event is looked at once whatever dies; it
// asks engine/notify whom an event concerns and by which ways he wants to be told; and it brings pushes and mails on their way. Whether somebody may see what
// he is told of is asked when the notice is made, and again when it leaves.
package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/notify"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/duty"
	"tellus/internal/feature/notice"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

// Notify is the flow.
type Notify struct {
	DB            *db.DB
	Notices       *notice.Service
	Conversations *conversation.Service
	Staff         *staff.Service
	Duty          *duty.Service
	Mail          staff.Mailer
	HTTP          *http.Client  // for push services, whose addresses browsers name: one that keeps away from the own network
	URL           func() string // of the desk, without a slash at its end
	Log           *slog.Logger
	// Rest says until when somebody has time off now, 0 where he has not.
	Rest func(ctx context.Context, tx *db.Tx, agent desk.AgentID) (desk.Time, error)
	// AtDesk reports whether somebody is at the desk now: he is not mailed.
	AtDesk func(ctx context.Context, tx *db.Tx, agent desk.AgentID) (bool, error)
}

// Register adds the jobs to the workers.
func (n *Notify) Register(w *jobs.Workers) {
	jobs.Register(w, n.push)
	jobs.Register(w, n.send)
	jobs.Register(w, n.digest)
	jobs.Register(w, n.mail)
	w.Every("notify.digest", time.Minute, Digest{})
}

// Consumer follows the log. Events gather a moment, so that what is done in one go is told in one go.
func (n *Notify) Consumer() eventlog.Consumer {
	return eventlog.Consumer{Name: "notices", Handle: n.Take, Batch: 500, Pause: 100 * time.Millisecond, FromNow: true}
}

// Run follows the log until ctx ends.
func (n *Notify) Run(ctx context.Context, events *eventlog.Log) error {
	return events.Run(ctx, n.Consumer())
}

// data is what events say that matter here.
type data struct {
	Agent desk.AgentID `json:"agent"`
	To    int64        `json:"to"`
	By    desk.AgentID `json:"by"`
	conversation.Told
}

// Take keeps notices of what events tell: the handler of the consumer.
func (n *Notify) Take(ctx context.Context, tx *db.Tx, events []desk.Event) error {
	people := people{n: n, known: map[desk.AgentID]*person{}}
	happenings, rows, err := n.happenings(ctx, tx, events)
	if err != nil {
		return err
	}
	changed := map[desk.AgentID]bool{}
	pushes := map[desk.AgentID]desk.Time{}
	for _, c := range notify.Concerns(happenings) {
		p, err := people.get(ctx, tx, c.Agent)
		if err != nil {
			return err
		}
		row := rows[c.Conversation]
		p.Sees = p.active && conversation.Visible(p.scope, row.Row, row.Named)
		ways := notify.Decide(c, p.Person, tx.Now)
		if !ways.Any() {
			continue
		}
		if err := n.Notices.Add(ctx, tx, c, ways); err != nil {
			return err
		}
		if c.Loud && ways.Mail != 0 { // not with the digest, which looks once a minute
			if _, err := jobs.Enqueue(ctx, tx, ways.Mail, Mail{c.Agent}, jobs.Unique(c.Agent.String())); err != nil {
				return err
			}
		}
		changed[c.Agent] = changed[c.Agent] || ways.Shown
		if at, waits := pushes[c.Agent]; ways.Push != 0 && (!waits || ways.Push < at) {
			pushes[c.Agent] = ways.Push
		}
	}
	for _, agent := range slices.Sorted(maps.Keys(changed)) {
		if changed[agent] {
			if err := n.Notices.Tell(ctx, tx, people.known[agent].scope); err != nil {
				return err
			}
		}
	}
	for _, agent := range slices.Sorted(maps.Keys(pushes)) {
		if err := n.enqueuePush(ctx, tx, agent, pushes[agent]); err != nil {
			return err
		}
	}
	return n.read(ctx, tx, events)
}

// happenings are the events that may concern somebody, with what is known of their conversations. Spam and what lies in the trash concern nobody.
func (n *Notify) happenings(ctx context.Context, tx *db.Tx, events []desk.Event) ([]notify.Happening, map[desk.ConversationID]conversation.Seen, error) {
	var ids []desk.ConversationID
	var messages []desk.MessageID
	var telling []desk.Event
	opened := map[desk.ConversationID]desk.Time{}
	for _, e := range events {
		if e.Kind == desk.ConversationOpened {
			opened[e.Conversation] = e.At
		}
		if e.Conversation == 0 || !notify.Tells(e.Kind) {
			continue
		}
		telling = append(telling, e)
		ids = append(ids, e.Conversation)
		if e.Kind == desk.MessageReceived || e.Kind == desk.MessageQueued {
			messages = append(messages, e.Message)
		}
	}
	if len(telling) == 0 {
		return nil, nil, nil
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	list, err := n.Conversations.SeenBy(ctx, tx, ids, nil)
	if err != nil {
		return nil, nil, err
	}
	rows := map[desk.ConversationID]conversation.Seen{}
	for _, s := range list {
		if !s.Row.Spam && s.Row.TrashedAt == 0 {
			rows[s.Row.ID] = s
		}
	}
	followers, err := n.Conversations.FollowersOf(ctx, tx, ids)
	if err != nil {
		return nil, nil, err
	}
	machines, err := n.Conversations.WrittenByMachines(ctx, tx, messages)
	if err != nil {
		return nil, nil, err
	}
	members := map[desk.TeamID][]desk.AgentID{}
	all := make([]notify.Happening, 0, len(telling))
	for _, e := range telling {
		row, found := rows[e.Conversation]
		if !found {
			continue
		}
		h := notify.Happening{Kind: e.Kind, By: e.By, At: e.At, Conversation: e.Conversation, Message: e.Message, Assignee: row.Row.Assignee,
			Followers: followers[e.Conversation], Automatic: machines[e.Message] && e.Message != 0, First: opened[e.Conversation] == e.At}
		var d data
		if len(e.Data) > 0 {
			if err := json.Unmarshal(e.Data, &d); err != nil && (e.Kind == desk.AgentMentioned || e.Kind == desk.AssigneeChanged || e.Kind == desk.TeamChanged || e.Kind == desk.PeopleTold) {
				n.Log.WarnContext(ctx, "event says nothing that can be told", "event", e.Seq, "kind", e.Kind, "error", err)
				continue
			}
		}
		if notify.Urges(e.Kind) && row.Row.Assignee == 0 {
			if h.Members, err = n.members(ctx, tx, members, row.Row.Team); err != nil {
				return nil, nil, err
			}
		}
		if notify.OfLaw(e.Kind) && row.Row.Team != 0 {
			if h.Leads, err = n.Staff.Leads(ctx, tx, row.Row.Team); err != nil {
				return nil, nil, err
			}
		}
		switch e.Kind {
		case desk.AgentMentioned:
			h.Named = d.Agent
		case desk.AssigneeChanged:
			h.Named = desk.AgentID(d.To)
		case desk.ClockWarned, desk.ClockBreached:
			h.Named, h.Promised = d.Agent, d.By
		case desk.PeopleTold:
			h.Loudly = d.Loud
			if h.Told, err = n.told(ctx, tx, members, d.Told, row.Row); err != nil {
				return nil, nil, err
			}
			if h.Called, err = n.called(ctx, tx, d.Duty); err != nil {
				return nil, nil, err
			}
		case desk.TeamChanged:
			if h.Members, err = n.members(ctx, tx, members, desk.TeamID(d.To)); err != nil {
				return nil, nil, err
			}
		}
		all = append(all, h)
	}
	return all, rows, nil
}

// told are the people whom an event asks to look.
func (n *Notify) told(ctx context.Context, tx *db.Tx, known map[desk.TeamID][]desk.AgentID, t conversation.Told, row desk.Conversation) ([]desk.AgentID, error) {
	all := slices.Clone(t.Agents)
	if t.Holder && row.Assignee != 0 {
		all = append(all, row.Assignee)
	}
	if t.Leads && row.Team != 0 {
		leads, err := n.Staff.Leads(ctx, tx, row.Team)
		if err != nil {
			return nil, err
		}
		all = append(all, leads...)
	}
	for _, team := range t.Teams {
		list, err := n.members(ctx, tx, known, team)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// called are who is on duty, and where nobody is, who is next.
func (n *Notify) called(ctx context.Context, tx *db.Tx, rosters []desk.RosterID) (all []notify.Called, err error) {
	for _, id := range rosters {
		who, from, err := n.Duty.OnDuty(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		for _, agent := range who {
			all = append(all, notify.Called{Agent: agent, From: from})
		}
	}
	return all, nil
}

func (n *Notify) members(ctx context.Context, tx *db.Tx, known map[desk.TeamID][]desk.AgentID, team desk.TeamID) ([]desk.AgentID, error) {
	if team == 0 {
		return nil, nil
	}
	if list, ok := known[team]; ok {
		return list, nil
	}
	list, err := n.Staff.Members(ctx, tx, team)
	known[team] = list
	return list, err
}

// read marks as read what an agent has seen in its conversation meanwhile.
func (n *Notify) read(ctx context.Context, tx *db.Tx, events []desk.Event) error {
	for _, e := range events {
		agent := e.By.Agent()
		if e.Kind != desk.ReadMarked || e.Message == 0 || agent == 0 {
			continue
		}
		scope, err := n.Staff.Scope(ctx, tx, agent)
		if desk.IsRefusal(err, desk.NotFound) {
			continue
		}
		if err == nil {
			err = n.Notices.Read(ctx, tx, scope, notice.Which{Conversation: e.Conversation})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// person is somebody who may be told, with what he may see.
type person struct {
	notify.Person
	agent  desk.Agent
	active bool
	scope  desk.Scope
	wishes notice.Wishes
}

// people are looked up once for a batch.
type people struct {
	n     *Notify
	known map[desk.AgentID]*person
}

func (l *people) get(ctx context.Context, tx *db.Tx, id desk.AgentID) (*person, error) {
	if p := l.known[id]; p != nil {
		return p, nil
	}
	p, err := l.n.person(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	l.known[id] = p
	return p, nil
}

// person looks an agent up; one who has left is not active and sees nothing.
func (n *Notify) person(ctx context.Context, tx *db.Tx, id desk.AgentID) (*person, error) {
	p := &person{Person: notify.Person{Agent: id, Zone: time.UTC}, scope: desk.Scope{Agent: id}}
	a, err := n.Staff.Agent(ctx, tx, id)
	if desk.IsRefusal(err, desk.NotFound) || err == nil && !a.Active {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	p.agent, p.active = a, true
	if zone, err := time.LoadLocation(a.TimeZone); err == nil {
		p.Zone = zone
	}
	if p.scope, err = n.Staff.Scope(ctx, tx, id); err != nil {
		return nil, err
	}
	wishes, err := n.Notices.WishesOf(ctx, tx, []desk.AgentID{id})
	if err != nil {
		return nil, fmt.Errorf("what agent %s wants: %w", id, err)
	}
	if n.Rest != nil {
		if p.Rest, err = n.Rest(ctx, tx, id); err != nil {
			return nil, err
		}
	}
	p.wishes = wishes[id]
	p.Wishes = p.wishes.Wishes
	return p, nil
}
