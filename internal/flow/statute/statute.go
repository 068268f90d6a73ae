// Package statute keeps up with the law: it begins the time limits that conversations come to fit, has them know what became of their answers, and tells of those that come close
// or are late the moment they are. It follows the event log with a cursor of its own, so that no message waits for it.
package statute

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/statute"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Keeper is the flow.
type Keeper struct {
	DB       *db.DB
	Statutes *statute.Service
	Log      *slog.Logger
}

const (
	batch   = 50               // events that one transaction looks at
	burst   = 50               // clocks that one transaction tells of
	longest = 10 * time.Minute // that Watch sleeps at most, should a signal be lost
)

// Run follows the log until ctx ends.
func (k *Keeper) Run(ctx context.Context, events *eventlog.Log) error {
	return events.Run(ctx, eventlog.Consumer{Name: "statutes", Plan: k.Plan, Batch: batch, FromNow: true})
}

// Plan looks whether anything is to be done about events while nobody waits for the writer: the planner of the consumer.
func (k *Keeper) Plan(ctx context.Context, tx *db.Tx, events []desk.Event) (func(context.Context, *db.Tx) error, error) {
	begin, deliver, err := k.Statutes.Wanted(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if asks := statute.Asks(e.Kind); e.Conversation != 0 && (begin && asks.Begins || deliver && asks.Delivers) {
			return func(ctx context.Context, tx *db.Tx) error { return k.Take(ctx, tx, events) }, nil
		}
	}
	return nil, nil //nolint:nilnil // there is nothing to write
}

// Take does what events ask for.
func (k *Keeper) Take(ctx context.Context, tx *db.Tx, events []desk.Event) error {
	for _, e := range events {
		asks := statute.Asks(e.Kind)
		if e.Conversation == 0 || !asks.Begins && !asks.Delivers {
			continue
		}
		err := eventlog.Because(tx, e.Seq, func() error {
			if asks.Delivers {
				return k.Statutes.Delivered(ctx, tx, e.Message)
			}
			return k.Statutes.Follow(ctx, tx, e)
		})
		if err != nil {
			return fmt.Errorf("statutes by event %d: %w", e.Seq, err)
		}
	}
	return nil
}

// Watch tells of time limits as their times come, until ctx ends. Each node does so: who comes second finds nothing left to tell.
func (k *Keeper) Watch(ctx context.Context) error {
	moved, stop := k.DB.Listen(statute.ClocksMoved)
	defer stop()
	for {
		wait, err := k.Fire(ctx)
		if err != nil && ctx.Err() == nil {
			k.Log.WarnContext(ctx, "time limits of the law that are due were not told of", "error", err)
			wait = 5 * time.Second
		}
		due := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			due.Stop()
			return nil
		case <-due.C:
		case <-moved:
		}
		due.Stop()
	}
}

// Fire tells of all time limits whose time has come, and returns how long it is until the next.
func (k *Keeper) Fire(ctx context.Context) (time.Duration, error) {
	for {
		var next desk.Time
		if err := k.DB.Look(func(tx *db.Tx) (err error) {
			next, err = k.Statutes.Next(ctx, tx)
			return err
		}); err != nil {
			return 0, err
		}
		if now := k.DB.Now(); next > now {
			return min(next.Sub(now)+time.Millisecond, longest), nil
		}
		if err := k.DB.Write(ctx, func(tx *db.Tx) error { return k.Statutes.Fire(ctx, tx, burst) }); err != nil {
			return 0, fmt.Errorf("tell of time limits: %w", err)
		}
	}
}
