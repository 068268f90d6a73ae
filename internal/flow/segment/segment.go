// Package segment keeps the members of segments right: it follows what happens with customers, their purchases and conversations, moves those whom time alone moves, and finds
// the members of new and changed segments in slices.
package segment

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/segment"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

// Keeper is the flow.
type Keeper struct {
	DB       *db.DB
	Segments *segment.Service
	Log      *slog.Logger
}

// Register adds the jobs to the workers.
func (k *Keeper) Register(w *jobs.Workers) { jobs.Register(w, k.fill) }

// slice is how many customers one transaction looks at, so that nobody waits long for it.
const slice = 100

// fill finds the members of a segment, and tells of it a few times and at the end.
func (k *Keeper) fill(ctx context.Context, job *jobs.Job[segment.Fill]) error {
	id := job.Payload.Segment
	for n := 1; ; n++ {
		var f segment.Filling
		if err := k.DB.Write(ctx, func(tx *db.Tx) (err error) {
			if f, err = k.Segments.Fill(ctx, tx, id, slice); err != nil || !f.Done && n%50 != 0 {
				return err
			}
			return k.Segments.Told(ctx, tx, id, f)
		}); err != nil {
			return fmt.Errorf("fill segment %s: %w", id, err)
		}
		if f.Done {
			return nil
		}
	}
}

// Run follows the event log and the clock until ctx ends.
func (k *Keeper) Run(ctx context.Context, events *eventlog.Log) error {
	var work sync.WaitGroup
	defer work.Wait()
	work.Go(func() {
		if err := k.Begin(ctx); err != nil && ctx.Err() == nil {
			k.Log.WarnContext(ctx, "figures of customers not begun", "error", err) // whoever changes gets his figures nevertheless
		}
	})
	work.Go(func() { k.move(ctx) })
	return events.Run(ctx, eventlog.Consumer{Name: "segments", Plan: k.Plan, Batch: 1000, Pause: 500 * time.Millisecond, FromNow: true})
}

// Begin gives every customer who has none yet a row of figures, in slices: after an upgrade there are as many as there are customers.
func (k *Keeper) Begin(ctx context.Context) error {
	for first := desk.CustomerID(0); ; {
		if err := k.DB.Look(func(tx *db.Tx) (err error) {
			first, err = k.Segments.Unbegun(ctx, tx, first)
			return err
		}); err != nil || first == 0 {
			return err
		}
		if err := k.DB.Write(ctx, func(tx *db.Tx) error { return k.Segments.Begin(ctx, tx, first, 10*slice) }); err != nil {
			return err
		}
	}
}

// longest is how long moving sleeps at most, should a signal be lost.
const longest = 10 * time.Minute

// move sleeps until time moves a customer. Each node does so: who comes second finds nothing left to do.
func (k *Keeper) move(ctx context.Context) {
	woken, stop := k.DB.Listen(segment.MomentsChanged)
	defer stop()
	for {
		wait, err := k.MoveDue(ctx)
		if err != nil && ctx.Err() == nil {
			k.Log.WarnContext(ctx, "segments not kept up with time", "error", err)
			wait = 5 * time.Second
		}
		timer := time.NewTimer(min(wait, longest))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
			continue
		case <-woken:
			timer.Stop()
		}
		select { // changes come in flocks
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// MoveDue looks again at all customers whose time has come, and returns how long it is until the next.
func (k *Keeper) MoveDue(ctx context.Context) (time.Duration, error) {
	for {
		var next desk.Time
		if err := k.DB.Look(func(tx *db.Tx) (err error) {
			next, err = k.Segments.NextMove(ctx, tx)
			return err
		}); err != nil {
			return 0, err
		}
		if now := k.DB.Now(); next > now {
			return min(next.Sub(now)+time.Millisecond, longest), nil
		}
		if err := k.DB.Write(ctx, func(tx *db.Tx) error { return k.Segments.Move(ctx, tx, slice) }); err != nil {
			return 0, fmt.Errorf("move customers between segments: %w", err)
		}
	}
}

// Plan looks for what Follow would write while nobody waits for the writer. Where there are no segments that is figures alone, which are compared by readers.
func (k *Keeper) Plan(ctx context.Context, tx *db.Tx, events []desk.Event) (func(context.Context, *db.Tx) error, error) {
	follow := func(ctx context.Context, tx *db.Tx) error { return k.Follow(ctx, tx, events) }
	if some, err := k.Segments.Any(ctx, tx); err != nil || some {
		return follow, err
	}
	customers, err := concerned(ctx, tx, events)
	if err != nil {
		return nil, err
	}
	var all []segment.Figures
	for part := range slices.Chunk(customers, slice) {
		stale, err := k.Segments.Stale(ctx, tx, part)
		if err != nil {
			return nil, err
		}
		all = append(all, stale...)
	}
	return func(ctx context.Context, tx *db.Tx) error {
		if some, err := k.Segments.Any(ctx, tx); err != nil {
			return err
		} else if some {
			return follow(ctx, tx)
		}
		return k.Segments.Keep(ctx, tx, all)
	}, nil
}

// Follow looks again at everybody whom events concern.
func (k *Keeper) Follow(ctx context.Context, tx *db.Tx, events []desk.Event) error {
	fields := false
	for _, e := range events {
		switch e.SubjectKind {
		case desk.AboutField:
			fields = true
		case desk.AboutOrganisation:
			if err := k.Segments.MembersOfOrganisation(ctx, tx, desk.OrganisationID(e.Subject)); err != nil {
				return err
			}
		}
	}
	if fields {
		if err := k.Segments.FieldsChanged(ctx, tx); err != nil {
			return err
		}
	}
	customers, err := concerned(ctx, tx, events)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(customers, slice) {
		if err := k.Segments.Refresh(ctx, tx, part); err != nil {
			return err
		}
	}
	return nil
}

// concerned are the customers whom events are about, by their conversations and purchases too, each once.
func concerned(ctx context.Context, tx *db.Tx, events []desk.Event) ([]desk.CustomerID, error) {
	var customers, conversations, purchases []int64
	for _, e := range events {
		switch {
		case e.Kind == desk.CustomerMoved: // our own word
		case e.SubjectKind == desk.AboutCustomer:
			customers = append(customers, e.Subject)
		case e.SubjectKind == desk.AboutConversation && e.Kind != desk.ViewMoved:
			conversations = append(conversations, e.Subject)
		case e.SubjectKind == desk.AboutPurchase:
			purchases = append(purchases, e.Subject)
		}
	}
	for _, of := range []struct {
		table string
		ids   []int64
	}{{"conversation", conversations}, {"purchase", purchases}} {
		more, err := customersOf(ctx, tx, of.table, of.ids)
		if err != nil {
			return nil, err
		}
		customers = append(customers, more...)
	}
	slices.Sort(customers)
	customers = slices.Compact(customers)
	ids := make([]desk.CustomerID, len(customers))
	for i, id := range customers {
		ids[i] = desk.CustomerID(id)
	}
	return ids, nil
}

// customersOf are the customers to whom rows of a table belong.
func customersOf(ctx context.Context, tx *db.Tx, table string, ids []int64) (customers []int64, err error) {
	slices.Sort(ids)
	for part := range slices.Chunk(slices.Compact(ids), 500) {
		rows, err := tx.Query(ctx, `SELECT DISTINCT customer FROM `+table+` WHERE customer IS NOT NULL AND id IN `+db.In(len(part), 1), db.Args(part)...)
		more, err := db.Rows(rows, err, func(r *sql.Rows, id *int64) error { return r.Scan(id) })
		if err != nil {
			return nil, fmt.Errorf("customers of %d rows of %s: %w", len(part), table, err)
		}
		customers = append(customers, more...)
	}
	return customers, nil
}
