// Package promise keeps up with time and with the policies: it tells of promises that come close or were broken, the moment they do, takes the steps that policies have for then,
// and brings conversations up to policies that changed, in slices. What people promised customers is told of likewise.
package promise

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/commitment"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/sla"
	"tellus/internal/flow/act"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

// Keeper is the flow.
type Keeper struct {
	DB            *db.DB
	Policies      *sla.Service
	Conversations *conversation.Service
	Commitments   *commitment.Service
	Hands         *act.Hands
	Log           *slog.Logger
}

// Register adds the jobs to the workers.
func (k *Keeper) Register(w *jobs.Workers) { jobs.Register(w, k.follow) }

const (
	slice   = 100              // conversations that one transaction brings up to the policies
	burst   = 250              // conversations whose promises one transaction tells of
	longest = 10 * time.Minute // that Run sleeps at most, should a signal be lost
	flock   = time.Second      // within which signals are answered once
)

// follow brings unfinished conversations up to the policies, and tells of it a few times and at the end.
func (k *Keeper) follow(ctx context.Context, _ *jobs.Job[sla.Reclock]) error {
	for n := 1; ; n++ {
		var p sla.Progress
		err := k.DB.Write(ctx, func(tx *db.Tx) (err error) {
			if p, err = k.Policies.Follow(ctx, tx, slice); err != nil || !p.Done && n%10 != 0 {
				return err
			}
			if p.Done {
				if err := k.Commitments.Replan(ctx, tx); err != nil {
					return err
				}
			}
			data, err := json.Marshal(p)
			if err != nil {
				return fmt.Errorf("tell of policies: %w", err)
			}
			return eventlog.Append(ctx, tx, &desk.Event{By: desk.System, Kind: desk.PolicyUpdated, SubjectKind: desk.AboutPolicy, Data: data})
		})
		if err != nil || p.Done {
			return err
		}
	}
}

// Run tells of promises as their times come, until ctx ends. Each node does so: who comes second finds nothing left to tell.
func (k *Keeper) Run(ctx context.Context) error {
	moved, stop := k.DB.Listen(conversation.ClocksMoved)
	defer stop()
	promised, end := k.DB.Listen(commitment.Moved)
	defer end()
	for {
		wait, err := k.Fire(ctx)
		if err != nil && ctx.Err() == nil {
			k.Log.WarnContext(ctx, "promises that are due were not told of", "error", err)
			wait = 5 * time.Second
		}
		due := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			due.Stop()
			return nil
		case <-due.C:
			continue
		case <-moved:
		case <-promised:
		}
		// Clocks change in flocks: what is new is looked for once a second at most, and what was known to come due is told in time.
		again := time.NewTimer(flock)
		select {
		case <-ctx.Done():
		case <-due.C:
		case <-again.C:
		}
		due.Stop()
		again.Stop()
	}
}

// Fire tells of all promises whose time has come, and returns how long it is until the next.
func (k *Keeper) Fire(ctx context.Context) (time.Duration, error) {
	for {
		var next, promised desk.Time
		if err := k.DB.Look(func(tx *db.Tx) (err error) {
			if next, err = k.Conversations.NextClock(ctx, tx); err != nil {
				return err
			}
			promised, err = k.Commitments.Next(ctx, tx)
			return err
		}); err != nil {
			return 0, err
		}
		now := k.DB.Now()
		if next >= now && promised >= now {
			return min(min(next, promised).Sub(now)+time.Millisecond, longest), nil
		}
		if err := k.DB.Write(ctx, func(tx *db.Tx) error {
			if promised < now {
				due, err := k.Commitments.Fire(ctx, tx, burst)
				if err != nil {
					return err
				}
				if err := k.take(ctx, tx, due); err != nil {
					return err
				}
			}
			steps, err := k.Conversations.FireClocks(ctx, tx, burst)
			if err != nil || len(steps) == 0 {
				return err
			}
			return k.take(ctx, tx, steps)
		}); err != nil {
			return 0, fmt.Errorf("tell of promises that are due: %w", err)
		}
	}
}
