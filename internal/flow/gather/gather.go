// Package gather keeps saved views full: it finds the members of new and changed ones in slices, moves conversations that time alone moves between views, and looks again at
// those whose customer, organisation or fields changed. It also writes lists to files.
package gather

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/segment"
	"tellus/internal/feature/staff"
	"tellus/internal/feature/view"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

// Gather is the flow.
type Gather struct {
	DB            *db.DB
	Views         *view.Service
	Conversations *conversation.Service
	Segments      *segment.Service
	Staff         *staff.Service
	Inboxes       *inbox.Service
	Log           *slog.Logger
}

// Register adds the jobs to the workers.
func (g *Gather) Register(w *jobs.Workers) {
	jobs.Register(w, g.fill)
	jobs.Register(w, g.followCustomers)
	jobs.Register(w, g.followOrganisations)
	jobs.Register(w, g.export)
}

// slice is how many conversations one transaction looks at, so that nobody waits long for it.
const slice = 100

// fill finds the members of a view, and tells of it a few times and at the end.
func (g *Gather) fill(ctx context.Context, job *jobs.Job[view.Fill]) error {
	id := job.Payload.View
	for n := 1; ; n++ {
		var f conversation.Filling
		err := g.DB.Write(ctx, func(tx *db.Tx) (err error) {
			if f, err = g.Conversations.Fill(ctx, tx, id, slice); err != nil {
				return err
			}
			if !f.Done && n%20 != 0 {
				return nil
			}
			return tellView(ctx, tx, id, f)
		})
		if err != nil {
			return fmt.Errorf("fill view %s: %w", id, err)
		}
		if f.Done {
			return nil
		}
	}
}

func tellView(ctx context.Context, tx *db.Tx, id desk.ViewID, f conversation.Filling) error {
	data, err := json.Marshal(map[string]any{"looked": f.Looked, "total": f.Total, "done": f.Done})
	if err != nil {
		return fmt.Errorf("tell of view %s: %w", id, err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.System, Kind: desk.ViewUpdated, SubjectKind: desk.AboutView, Subject: int64(id), Data: data})
}

// Run moves conversations when their time comes and follows changes of customers and fields, until ctx ends.
func (g *Gather) Run(ctx context.Context, events *eventlog.Log) error {
	var work sync.WaitGroup
	defer work.Wait()
	work.Go(func() { g.move(ctx) })
	return events.Run(ctx, eventlog.Consumer{Name: "views", Handle: g.follow, Batch: 1000, Pause: 500 * time.Millisecond, FromNow: true})
}

// longest is how long moving sleeps at most, should a signal be lost.
const longest = 10 * time.Minute

// move sleeps until time moves a conversation. Each node does so: who comes second finds nothing left to do.
func (g *Gather) move(ctx context.Context) {
	woken, stop := g.DB.Listen(conversation.MomentsChanged)
	defer stop()
	for {
		wait, err := g.MoveDue(ctx)
		if err != nil && ctx.Err() == nil {
			g.Log.WarnContext(ctx, "views not kept up with time", "error", err)
			wait = 5 * time.Second
		}
		timer := time.NewTimer(min(wait, longest))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		case <-woken:
			timer.Stop()
			if !pause(ctx, time.Second) { // changes come in flocks
				return
			}
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// MoveDue moves all conversations whose time has come, and returns how long it is until the next.
func (g *Gather) MoveDue(ctx context.Context) (time.Duration, error) {
	for {
		var next desk.Time
		if err := g.DB.Look(func(tx *db.Tx) (err error) {
			next, err = g.Conversations.NextMove(ctx, tx)
			return err
		}); err != nil {
			return 0, err
		}
		if now := g.DB.Now(); next > now {
			return min(next.Sub(now)+time.Millisecond, longest), nil
		}
		if err := g.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := g.Conversations.MoveViews(ctx, tx, slice)
			return err
		}); err != nil {
			return 0, fmt.Errorf("move conversations between views: %w", err)
		}
	}
}

// Customers is the job that looks again at the conversations of customers who were changed.
type Customers struct {
	IDs []desk.CustomerID `json:"ids"`
}

// JobKind names the job.
func (Customers) JobKind() string { return "view.customers" }

// Organisations is the job that looks again at the conversations of the people of organisations that were changed.
type Organisations struct {
	IDs []desk.OrganisationID `json:"ids"`
}

// JobKind names the job.
func (Organisations) JobKind() string { return "view.organisations" }

// follow queues what follows from changes of customers, organisations and fields.
func (g *Gather) follow(ctx context.Context, tx *db.Tx, events []desk.Event) error {
	var customers []desk.CustomerID
	var organisations []desk.OrganisationID
	fields, segments := false, false
	for _, e := range events {
		switch e.SubjectKind {
		case desk.AboutCustomer:
			customers = append(customers, desk.CustomerID(e.Subject))
		case desk.AboutOrganisation:
			organisations = append(organisations, desk.OrganisationID(e.Subject))
		case desk.AboutField:
			fields = true
		case desk.AboutSegment:
			segments = segments || found(e)
		}
	}
	if segments {
		if err := g.Views.SegmentsChanged(ctx, tx); err != nil {
			return err
		}
	}
	if fields {
		if err := g.Views.FieldsChanged(ctx, tx); err != nil {
			return err
		}
	}
	if len(customers)+len(organisations) == 0 {
		return nil
	}
	asked, err := g.Conversations.ViewsAskForCustomers(ctx, tx)
	if err != nil || !asked {
		return err
	}
	if slices.Sort(customers); len(customers) > 0 {
		if _, err := jobs.Enqueue(ctx, tx, tx.Now, Customers{slices.Compact(customers)}); err != nil {
			return err
		}
	}
	if slices.Sort(organisations); len(organisations) > 0 {
		_, err = jobs.Enqueue(ctx, tx, tx.Now, Organisations{slices.Compact(organisations)})
	}
	return err
}

// found reports whether an event says that all members of a segment were found.
func found(e desk.Event) bool {
	var f struct{ Done bool }
	return len(e.Data) > 0 && json.Unmarshal(e.Data, &f) == nil && f.Done
}

func (g *Gather) followCustomers(ctx context.Context, job *jobs.Job[Customers]) error {
	return g.lookAgain(ctx, job.Payload.IDs)
}

// followOrganisations goes through their people: what an organisation is called and what its fields hold is asked for with each of them.
func (g *Gather) followOrganisations(ctx context.Context, job *jobs.Job[Organisations]) error {
	for part := range slices.Chunk(job.Payload.IDs, 200) {
		var after desk.CustomerID
		for {
			var people []desk.CustomerID
			if err := g.DB.Look(func(tx *db.Tx) (err error) {
				people, err = g.Conversations.PeopleOf(ctx, tx, part, after, 1000)
				return err
			}); err != nil {
				return fmt.Errorf("follow changed organisations: %w", err)
			}
			if err := g.lookAgain(ctx, people); err != nil {
				return err
			}
			if len(people) < 1000 {
				break
			}
			after = people[len(people)-1]
		}
	}
	return nil
}

func (g *Gather) lookAgain(ctx context.Context, customers []desk.CustomerID) error {
	for part := range slices.Chunk(customers, 200) {
		var after desk.ConversationID
		for again := true; again; {
			var next desk.ConversationID
			if err := g.DB.Write(ctx, func(tx *db.Tx) (err error) {
				next, err = g.Conversations.FollowCustomers(ctx, tx, part, after, slice)
				return err
			}); err != nil {
				return fmt.Errorf("follow changed customers: %w", err)
			}
			after, again = next, next != 0
		}
	}
	return nil
}
