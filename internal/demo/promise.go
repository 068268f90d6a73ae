package demo

import (
	"context"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/assign"
	"tellus/internal/engine/condition"
	"tellus/internal/engine/deadline"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/hours"
	"tellus/internal/feature/routing"
	"tellus/internal/feature/sla"
	"tellus/internal/platform/db"
)

// promises says when the house is open, what it promises, which rules act, and how Polska gives out its work.
func (p *play) promises(ctx context.Context) error {
	by := p.people["ilze"].by()
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		for _, e := range p.calendars() {
			if _, err := (&hours.Service{}).Create(ctx, tx, by, e); err != nil {
				return err
			}
		}
		for _, e := range p.policies() {
			if _, err := p.a.Promises.Policies.Create(ctx, tx, by, e); err != nil {
				return err
			}
		}
		for _, e := range p.rules() {
			if _, err := p.a.Rules.Rules.Create(ctx, tx, by, e); err != nil {
				return err
			}
		}
		_, _, err := p.a.Router.Routing.Set(ctx, tx, by, p.team["Polska"], routing.Edit{Method: assign.LeastBusy, Capacity: 12, PreviousDays: 30})
		return err
	})
}

func (p *play) calendars() []desk.CalendarEdit {
	week := func(from, to int, saturday []desk.OpenHours) [][]desk.OpenHours {
		all := make([][]desk.OpenHours, 7)
		for d := time.Monday; d <= time.Friday; d++ {
			all[d] = []desk.OpenHours{{From: from, To: to}}
		}
		all[time.Saturday] = saturday
		return all
	}
	return []desk.CalendarEdit{
		{Name: "Rīga", Zone: "Europe/Riga", Country: "LV", Week: week(office.open, office.shut, []desk.OpenHours{{From: 10 * 60, To: 16 * 60}}), Standard: true},
		{Name: "Warszawa", Zone: "Europe/Warsaw", Country: "PL", Week: week(8*60, 18*60, nil), Inboxes: []desk.InboxID{p.inbox[polska].ID}, Teams: []desk.TeamID{p.team["Polska"]}},
	}
}

func (p *play) policies() []sla.Edit {
	const h = 60
	complaint := condition.Node{All: []condition.Node{{Attr: "type", Op: "is", Values: []string{fmt.Sprint(int64(p.own.kinds[desk.Complaint]))}}}}
	repairs := condition.Node{All: []condition.Node{{Attr: "inbox", Op: "is", Values: []string{fmt.Sprint(int64(p.inbox[warranty].ID))}}}}
	every := func(low, normal, high, urgent int64) []int64 {
		return []int64{low * h, normal * h, high * h, urgent * h}
	}
	all := []sla.Edit{
		{Name: "Complaints", Condition: complaint, Targets: []sla.Target{{Kind: deadline.FirstAnswer, Minutes: every(4, 4, 2, 1)}, {Kind: deadline.NextAnswer, Minutes: every(4, 4, 2, 1)},
			{Kind: deadline.Resolve, Minutes: every(46, 34, 23, 12)}}},
		{Name: "Warranty", Condition: repairs, Targets: []sla.Target{{Kind: deadline.FirstAnswer, Minutes: every(23, 16, 12, 4)}, {Kind: deadline.NextAnswer, Minutes: every(23, 16, 12, 4)}}},
		{Name: "Everybody", Targets: []sla.Target{{Kind: deadline.FirstAnswer, Minutes: every(23, 12, 7, 2)}, {Kind: deadline.NextAnswer, Minutes: every(23, 12, 7, 2)}}},
	}
	for i := range all {
		all[i].Active, all[i].Counts, all[i].Warn, all[i].Pauses, all[i].Zone = true, "opening", 75, []desk.Status{desk.StatusWaiting}, "Europe/Riga"
	}
	all[0].Steps = []conversation.PolicyStep{
		{Minutes: -60, Actions: []desk.Action{{Do: desk.TellPeople, Holder: true}}},
		{Minutes: 0, Kinds: []deadline.Kind{deadline.FirstAnswer, deadline.NextAnswer}, Actions: []desk.Action{{Do: desk.SetPriority, Priority: desk.Urgent}, {Do: desk.TellPeople, Leads: true}}},
		{Minutes: 120, Every: 120, Times: 3, Actions: []desk.Action{{Do: desk.TellPeople, Leads: true}}},
	}
	return all
}

func (p *play) rules() []automation.Edit {
	says := func(words ...string) condition.Node {
		n := condition.Node{}
		for _, w := range words {
			n.Any = append(n.Any, condition.Node{Attr: "message.subject", Op: "contains", Values: []string{w}}, condition.Node{Attr: "message.text", Op: "contains", Values: []string{w}})
		}
		return n
	}
	return []automation.Edit{
		{Name: "Damaged goods first", Active: true, Events: []desk.EventKind{desk.MessageReceived}, Zone: "Europe/Riga",
			Condition: says("bojāt", "saskrāpēt", "pažeist", "subraižyt", "uszkodz", "damaged", "поврежд"),
			Actions:   []desk.Action{{Do: desk.SetPriority, Priority: desk.High}, {Do: desk.AddTags, Tags: []desk.TagID{p.tag["damaged"]}}}},
		{Name: "Invoices", Active: true, Events: []desk.EventKind{desk.MessageReceived}, Zone: "Europe/Riga",
			Condition: says("rēķin", "sąskait", "faktur", "invoice"), Actions: []desk.Action{{Do: desk.AddTags, Tags: []desk.TagID{p.tag["invoice"]}}}},
	}
}

// until lets the promises break and warn that do so before a moment, each at its time.
func (p *play) until(ctx context.Context, at time.Time) error {
	for {
		wait, err := p.a.Promises.Fire(ctx)
		if err != nil {
			return err
		}
		next := p.clock.now().Add(wait)
		if !next.Before(at) {
			return nil
		}
		p.clock.set(next)
	}
}
