// Package route gives out what waits for somebody. It follows the event log with a cursor of its own, so that it does not matter what made something wait or somebody free: a mail, an
// answer, a person who comes back from lunch, a setting. Who gets what is said by engine/assign; one node follows at a time, and what is given is held and looked at again, so that nothing is
// given twice.
package route

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"

	"tellus/internal/desk"
	"tellus/internal/engine/assign"
	"tellus/internal/engine/presence"
	"tellus/internal/feature/conversation"
	there "tellus/internal/feature/presence"
	"tellus/internal/feature/routing"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Router is the flow.
type Router struct {
	Routing       *routing.Service
	Conversations *conversation.Service
	Staff         *staff.Service
	Presence      *there.Service
	DB            *db.DB
	Log           *slog.Logger

	wakes atomic.Int64 // a desk.Time: when WatchWaits looks again, should nothing signal
}

// Run follows the log until ctx ends.
func (r *Router) Run(ctx context.Context, events *eventlog.Log) error {
	return events.Run(ctx, eventlog.Consumer{Name: "distribution", Plan: r.Plan, Batch: 500, FromNow: true})
}

// matters are the events after which something may wait that did not, or somebody have room who had not. What is given is one itself, so that a long queue is gone on with.
var matters = map[desk.EventKind]bool{
	desk.ConversationOpened: true, desk.ConversationReopened: true, desk.StatusChanged: true, desk.AssigneeChanged: true, desk.TeamChanged: true, desk.Snoozed: true, desk.Woken: true,
	desk.MarkedSpam: true, desk.UnmarkedSpam: true, desk.Trashed: true, desk.Restored: true, desk.AccessRestricted: true, desk.AccessOpened: true, desk.ConversationsMerged: true,
	desk.MergeUndone: true, desk.ConversationParted: true, desk.MessagesSplit: true, desk.PresenceChanged: true, desk.TeamUpdated: true, desk.AgentUpdated: true, desk.DistributionUpdated: true, desk.LanguageWaived: true,
	desk.SkillUpdated: true, desk.TypeChanged: true,
}

// slice is how much of a team's queue is given out in one transaction.
const slice = 100

// give is what a team gives out.
type give struct {
	of   routing.Distribution
	to   assign.Decision
	what desk.ConversationID
	item assign.Item
	turn desk.Time
	wait desk.Time // since when its customer waits
}

// Plan decides, as a reader, what is given to whom after a batch of events, and returns what writes it down.
func (r *Router) Plan(ctx context.Context, tx *db.Tx, events []desk.Event) (func(context.Context, *db.Tx) error, error) {
	busy := map[desk.AgentID]desk.Time{}
	look := false
	for _, e := range events {
		look = look || matters[e.Kind]
		if e.By.Kind == desk.ActorAgent && (e.Kind == desk.MessageQueued || e.Kind == desk.StatusChanged) {
			busy[desk.AgentID(e.By.ID)] = e.At
		}
	}
	if !look && len(busy) == 0 {
		return nil, nil //nolint:nilnil // nothing is to be written
	}
	teams, err := r.Routing.Giving(ctx, tx)
	if err != nil || len(teams) == 0 {
		return nil, err
	}
	var gives []give
	if look {
		if gives, err = r.decide(ctx, tx, teams, busy); err != nil {
			return nil, err
		}
	}
	if len(gives) == 0 && len(busy) == 0 {
		return nil, nil //nolint:nilnil // nothing is to be written
	}
	return func(ctx context.Context, tx *db.Tx) error { return r.write(ctx, tx, gives, busy) }, nil
}

// decide goes through the queues of the teams. What one team gives somebody counts for the next.
func (r *Router) decide(ctx context.Context, tx *db.Tx, teams []routing.Distribution, busy map[desk.AgentID]desk.Time) (gives []give, err error) {
	var takers map[desk.AgentID]bool
	agents := map[desk.AgentID]desk.Agent{}
	added := map[desk.AgentID]int{}
	given := map[desk.AgentID]desk.Time{}
	for _, team := range teams {
		queue, err := r.Conversations.Queue(ctx, tx, team.Team, nil, slice)
		if err != nil {
			return nil, err
		}
		if len(queue) == 0 {
			continue
		}
		if takers == nil { // asked for once, and only where something waits
			if takers, err = r.Presence.Takers(ctx, tx, presence.Mail); err != nil {
				return nil, err
			}
			all, err := r.Staff.Agents(ctx, tx)
			if err != nil {
				return nil, err
			}
			for _, a := range all {
				agents[a.ID] = a
			}
		}
		members, err := r.Staff.Members(ctx, tx, team.Team)
		if err != nil {
			return nil, err
		}
		members = slices.DeleteFunc(members, func(id desk.AgentID) bool { return !agents[id].Active || !agents[id].Role.May(desk.WriteConversations) })
		people, err := r.people(ctx, tx, team, members, agents, takers, busy)
		if err != nil {
			return nil, err
		}
		for i := range people {
			people[i].Load += added[people[i].Agent]
			people[i].GivenAt = max(people[i].GivenAt, given[people[i].Agent])
		}
		gave, after, err := r.drain(ctx, tx, team, queue, people)
		if err != nil {
			return nil, err
		}
		for _, g := range gave {
			added[g.to.To]++
		}
		gives = append(gives, gave...)
		for _, p := range after {
			given[p.Agent] = p.GivenAt
		}
	}
	// Conversations are held in one order everywhere.
	slices.SortFunc(gives, func(a, b give) int { return int(a.what - b.what) })
	return gives, nil
}

func (r *Router) people(ctx context.Context, tx *db.Tx, team routing.Distribution, members []desk.AgentID, agents map[desk.AgentID]desk.Agent, takers map[desk.AgentID]bool, busy map[desk.AgentID]desk.Time) ([]assign.Person, error) {
	loads, err := r.Conversations.Loads(ctx, tx, members)
	if err != nil {
		return nil, err
	}
	turns, err := r.Routing.Turns(ctx, tx, members)
	if err != nil {
		return nil, err
	}
	var shares map[desk.AgentID]routing.Share
	if team.Method == assign.Weighted {
		if shares, err = r.Routing.Shares(ctx, tx, team.Team, members); err != nil {
			return nil, err
		}
	}
	var skills map[desk.AgentID][]desk.SkillID
	if len(team.Skills) > 0 {
		if skills, err = r.Routing.SkillsOf(ctx, tx, members); err != nil {
			return nil, err
		}
	}
	people := make([]assign.Person, len(members))
	for i, id := range members {
		people[i] = assign.Person{Agent: id, There: takers[id], Load: loads[id], Capacity: team.Capacity, GivenAt: turns[id].Given, BusyAt: max(turns[id].Busy, busy[id]),
			Weight: shares[id].Weight, Turn: shares[id].Turn, Languages: agents[id].AnswersIn(), Skills: skills[id]}
	}
	return people, nil
}

// drain gives out a team's queue, of which the head is known, until as much is given as one transaction takes, nobody has room, or all of it was looked at: what fits nobody holds up
// nothing behind it.
func (r *Router) drain(ctx context.Context, tx *db.Tx, team routing.Distribution, queue []conversation.InQueue, people []assign.Person) (gives []give, after []assign.Person, err error) {
	turn := tx.Now
	for {
		fits, waived := able(tx.Now, team, queue, people)
		items, err := r.items(ctx, tx, team, fits)
		if err != nil {
			return nil, nil, err
		}
		var decided []assign.Decision
		decided, people = team.Method.Drain(items, people, turn)
		for i, d := range decided {
			switch {
			case d.To != 0:
				gives = append(gives, give{team, d, fits[i].ID, items[i], turn + desk.Time(i), fits[i].Wait})
			case items[i].Asks():
				waived = min(waived, assign.WaivedAt(fits[i].Since, team.WaiveMinutes))
			}
		}
		r.waits(waived)
		turn += desk.Time(len(queue))
		room := slices.ContainsFunc(people, func(p assign.Person) bool { return p.There && p.Load < p.Capacity })
		if len(queue) < slice || len(gives) >= slice || !room {
			return gives, people, nil
		}
		if queue, err = r.Conversations.Queue(ctx, tx, team.Team, &queue[len(queue)-1], slice); err != nil {
			return nil, nil, err
		}
	}
}

func (r *Router) items(ctx context.Context, tx *db.Tx, team routing.Distribution, queue []conversation.InQueue) ([]assign.Item, error) {
	items := make([]assign.Item, len(queue))
	var offers map[desk.ConversationID]routing.Offer
	if team.AcceptMinutes > 0 {
		ids := make([]desk.ConversationID, len(queue))
		for i, q := range queue {
			ids[i] = q.ID
		}
		var err error
		if offers, err = r.Routing.Offers(ctx, tx, ids); err != nil {
			return nil, err
		}
	}
	for i, q := range queue {
		items[i] = asked(tx.Now, team, q)
		if o, ok := offers[q.ID]; ok && o.Wait == q.Wait {
			items[i].Had = o.Tried
		}
		if team.PreviousDays == 0 {
			continue
		}
		var err error
		if items[i].Previous, err = r.Conversations.Before(ctx, tx, q, tx.Now-desk.Time(team.PreviousDays)*24*3600*1e6); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func (r *Router) write(ctx context.Context, tx *db.Tx, gives []give, busy map[desk.AgentID]desk.Time) error {
	people := make([]desk.AgentID, 0, len(gives))
	for _, g := range gives {
		people = append(people, g.to.To)
	}
	var loads map[desk.AgentID]int
	var takers map[desk.AgentID]bool
	if len(gives) > 0 {
		var err error
		if loads, err = r.Conversations.Loads(ctx, tx, people); err != nil {
			return err
		}
		if takers, err = r.Presence.Takers(ctx, tx, presence.Mail); err != nil {
			return err
		}
	}
	for _, g := range gives {
		if !takers[g.to.To] || loads[g.to.To] >= g.of.Capacity {
			continue // he left, or took something himself since it was decided, which has an event of its own: it is decided anew
		}
		gave, err := r.Conversations.Give(ctx, tx, g.what, g.of.Team, g.to.To)
		if err != nil {
			return err
		}
		if !gave {
			continue // somebody took it meanwhile, which has an event of its own
		}
		loads[g.to.To]++
		if err := r.Routing.Gave(ctx, tx, g.what, g.of, g.item, g.to, g.turn); err != nil {
			return err
		}
		if err := r.Routing.Offer(ctx, tx, g.what, g.to.To, g.wait, g.of.AcceptMinutes); err != nil {
			return err
		}
	}
	for agent, at := range busy {
		if err := r.Routing.Busy(ctx, tx, agent, at); err != nil {
			return err
		}
	}
	return nil
}
