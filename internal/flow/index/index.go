// Package index keeps the search index true to the desk, and answers searches. It follows the event log with a cursor of its own that lies in the
// index, so that what was indexed and how far it came are one; it fills an index that is new from the newest message back; and it never writes to
// the desk's tables. The index holds what messages say, so what is redacted or erased leaves it with the next event, and is not shown from then on.
package index

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/query"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/purchase"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/search"
)

// Slices of work: each is one commit of the index. While mail pours in, documents gather a moment between two of them: many at once cost far less than
// each by itself.
const (
	eventsAtOnce   = 5000
	messagesAtOnce = 400  // that are read at once
	sliceAtOnce    = 2000 // messages in a commit
	filledAtOnce   = 4000 // customers and purchases in a commit, where a new index is filled
	gather         = 100 * time.Millisecond
	many           = 200 // events in a moment: mail pours in
	gatherMany     = time.Second
	quiet          = 2 * time.Second // without anything new: what need not be joined at once may be
)

// Index answers searches, and with Run keeps itself up to date.
type Index struct {
	DB            *db.DB
	Store         *search.Index
	Conversations *conversation.Service
	Customers     *customer.Service
	Inboxes       *inbox.Service
	Staff         *staff.Service
	Purchases     *purchase.Service
	Log           *slog.Logger

	// File returns a stored file whole, or an error where it is larger than most bytes. Where it is nil attached files are not read.
	File func(ctx context.Context, hash string, most int64) ([]byte, error)

	files  chan struct{} // there may be files to read
	once   sync.Once
	writer query.Writer // of whoever follows: it remembers words
	tended bool         // there is nothing to do but to follow
	fills  *stretch     // what of a new index is being filled
	took   time.Time    // when something new was last taken in
	poured time.Time    // when that was much
	again  time.Time    // until when documents gather, before more is taken in
}

// Run follows the log until ctx ends. Where several nodes share the index, one of them does.
func (x *Index) Run(ctx context.Context, events *eventlog.Log, node *cluster.Node) error {
	for ctx.Err() == nil {
		lease, err := node.AcquireWait(ctx, "search")
		if err != nil {
			if ctx.Err() == nil {
				x.Log.WarnContext(ctx, "search index not taken", "error", err)
				pause(ctx, time.Second)
			}
			continue
		}
		x.hold(ctx, events, lease)
		if err := lease.Release(context.WithoutCancel(ctx)); err != nil && !errors.Is(err, db.ErrClosed) {
			x.Log.WarnContext(ctx, "search index not given back", "error", err)
		}
	}
	return nil
}

// hold works until ctx ends or the lease is lost. What fails is tried again with growing pauses.
func (x *Index) hold(ctx context.Context, events *eventlog.Log, lease *cluster.Lease) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-lease.Lost():
			cancel()
		case <-ctx.Done():
		}
	}()
	var reading sync.WaitGroup
	reading.Go(func() { x.readFiles(ctx, lease.Check) })
	defer reading.Wait()
	defer cancel()
	x.fills = nil // another node may have filled meanwhile
	for wait := 100 * time.Millisecond; ctx.Err() == nil; {
		err := x.follow(ctx, events, lease.Check)
		if errors.Is(err, cluster.ErrLost) || errors.Is(err, eventlog.ErrClosed) || errors.Is(err, db.ErrClosed) {
			return
		}
		if err == nil {
			wait = 100 * time.Millisecond
			continue
		}
		if ctx.Err() == nil {
			x.Log.ErrorContext(ctx, "search index stands still", "again in", wait, "error", err)
		}
		pause(ctx, wait)
		wait = min(2*wait, 30*time.Second)
	}
}

type check func(ctx context.Context, tx *db.Tx) error

// follow does the next piece of work: what happened since, or what keeps the index small, or a slice of what is missing, or it waits.
func (x *Index) follow(ctx context.Context, events *eventlog.Log, owns check) error {
	s, err := x.begin(ctx, events)
	if err != nil {
		return err
	}
	if x.tended && Complete(s) && !s.Purge {
		next, err := events.Tail(ctx, desk.Seq(s.Position), eventsAtOnce)
		if err != nil {
			return err
		}
		x.tended = false
		if err := x.take(ctx, s, next, int64(next[len(next)-1].Seq), owns); err != nil || len(next) == eventsAtOnce {
			return err
		}
		pause(ctx, gather)
		return nil
	}
	var next []desk.Event
	looked := desk.Seq(s.Position)
	if !time.Now().Before(x.again) {
		if next, looked, err = events.Settled(ctx, looked, eventsAtOnce); err != nil {
			return err
		}
	}
	if int64(looked) > s.Position {
		if err := x.take(ctx, s, next, int64(looked), owns); err != nil {
			return err
		}
	}
	if len(next) >= many {
		x.poured = time.Now()
		if len(next) < eventsAtOnce {
			x.again = x.poured.Add(gatherMany)
		}
	}
	// Under load batches and slices of tending follow each other. What need not be joined at once waits until nothing has come for a while.
	idle := time.Since(x.took) >= quiet
	leisure := search.Steady
	switch {
	case time.Since(x.poured) < quiet:
		leisure = search.Pressed
	case Complete(s) && idle:
		leisure = search.Idle
	}
	if more, err := x.Store.Tend(ctx, leisure, search.Check(owns)); err != nil || more {
		return err
	}
	switch {
	case int64(looked) > s.Position: // the state has moved on
		return nil
	case time.Now().Before(x.again):
		pause(ctx, time.Until(x.again))
		return nil
	case s.Customers != allIn || s.Purchases != allIn:
		return x.fillPeople(ctx, s, owns)
	case s.Rest > 0:
		return x.fill(ctx, s, owns)
	case s.Purge:
		s.Purge = false
		return x.Store.Apply(ctx, search.Batch{State: s, Check: search.Check(owns)})
	}
	if !idle {
		pause(ctx, gather)
		return nil
	}
	x.tended = true
	return nil
}

// begin returns how far the index has come. One that is new, of another format, or of another desk (a backup was restored) begins with what there is.
func (x *Index) begin(ctx context.Context, events *eventlog.Log) (s search.State, err error) {
	if s, err = x.Store.State(ctx); err != nil {
		return s, err
	}
	if s.Format == format && s.Source == events.ID() {
		return s, nil
	}
	if err := x.settled(ctx, events); err != nil {
		return s, err
	}
	if err := x.Store.Reset(ctx); err != nil {
		return s, err
	}
	x.Log.InfoContext(ctx, "search index begins anew")
	s = search.State{Format: format, Source: events.ID(), Position: int64(events.Horizon())}
	err = x.DB.Read(ctx, func(tx *db.Tx) error {
		newest, err := x.Conversations.MessagesBefore(ctx, tx, desk.MessageID(desk.Never), 1)
		if len(newest) > 0 {
			s.Rest = int64(newest[0]) + 1
			s.Whole = s.Rest
		}
		return err
	})
	if err != nil {
		return s, err
	}
	return s, x.Store.Apply(ctx, search.Batch{State: s})
}

// settled waits until the log knows how far it is settled: on PostgreSQL that takes a moment after a start, and whoever began at zero would read all that
// ever happened.
func (x *Index) settled(ctx context.Context, events *eventlog.Log) error {
	var newest desk.Seq
	err := x.DB.Look(func(tx *db.Tx) (err error) {
		newest, err = eventlog.Newest(ctx, tx)
		return err
	})
	if err != nil || newest == 0 {
		return err
	}
	for events.Horizon() == 0 && ctx.Err() == nil {
		pause(ctx, 20*time.Millisecond)
	}
	return ctx.Err()
}

// take brings the index up to an event. Long conversations are brought in slices before the position moves, which is safe to do twice.
func (x *Index) take(ctx context.Context, s search.State, events []desk.Event, position int64, owns check) error {
	x.took = time.Now()
	t := touchedBy(events)
	s.Purge = s.Purge || t.takenOut
	b := search.Batch{State: s, Purge: t.takenOut, Check: search.Check(owns)}
	// What is read may be newer than the events that are taken, and differ from page to page: each change after them is told by an event of its own.
	read := func(make func(tx *db.Tx) (put []search.Document, drop []int64, err error)) error {
		return x.DB.Read(ctx, func(tx *db.Tx) error {
			put, drop, err := make(tx)
			b.Put, b.Drop = append(b.Put, put...), append(b.Drop, drop...)
			return err
		})
	}
	slice := func(ids []desk.MessageID) error {
		b.Put, b.Drop = nil, nil
		for some := range slices.Chunk(ids, messagesAtOnce) {
			err := read(func(tx *db.Tx) ([]search.Document, []int64, error) { return x.documents(ctx, tx, some) })
			if err != nil {
				return fmt.Errorf("index %d messages: %w", len(ids), err)
			}
		}
		if b.State.Position != position {
			x.fills.hide(b)
			return x.Store.Apply(ctx, b)
		}
		err := read(func(tx *db.Tx) ([]search.Document, []int64, error) {
			put, drop, forgot, err := x.people(ctx, tx, slices.Sorted(maps.Keys(t.people)), slices.Sorted(maps.Keys(t.purchases)))
			b.Purge, b.State.Purge = b.Purge || forgot, b.State.Purge || forgot
			return put, drop, err
		})
		if err != nil {
			return fmt.Errorf("index people and purchases: %w", err)
		}
		x.fills.hide(b)
		return x.Store.Apply(ctx, b)
	}
	last, err := x.each(ctx, t, slice)
	if err != nil {
		return err
	}
	b.State.Position = position
	return slice(last)
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
