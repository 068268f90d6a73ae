package route

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/routing"
	"tellus/internal/platform/db"
)

const (
	burst   = 100              // offers whose time is over that one transaction looks at
	longest = 10 * time.Minute // that Watch sleeps at most, should a signal be lost
)

// Watch takes back what was not accepted in time, the moment it is over, until ctx ends. Each node does so: who comes second finds the time ended. What is taken back is an event, after
// which it is given to the next.
func (r *Router) Watch(ctx context.Context) error {
	moved, stop := r.DB.Listen(routing.OffersMoved)
	defer stop()
	for {
		wait, err := r.TakeBack(ctx)
		if err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "what was not accepted was not taken back", "error", err)
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

// TakeBack takes back all that was not accepted in time, and returns how long it is until the next has to be.
func (r *Router) TakeBack(ctx context.Context) (time.Duration, error) {
	for {
		var next desk.Time
		if err := r.DB.Look(func(tx *db.Tx) (err error) {
			next, err = r.Routing.NextOffer(ctx, tx)
			return err
		}); err != nil {
			return 0, err
		}
		if now := r.DB.Now(); next >= now {
			return min(next.Sub(now)+time.Millisecond, longest), nil
		}
		if err := r.DB.Write(ctx, func(tx *db.Tx) error { return r.takeBack(ctx, tx) }); err != nil {
			return 0, fmt.Errorf("take back what was not accepted: %w", err)
		}
	}
}

func (r *Router) takeBack(ctx context.Context, tx *db.Tx) error {
	offers, err := r.Routing.Due(ctx, tx, burst)
	if err != nil {
		return err
	}
	// Conversations are held in one order everywhere.
	slices.SortFunc(offers, func(a, b routing.Offer) int { return cmp.Compare(a.Conversation, b.Conversation) })
	for _, o := range offers {
		claimed := false
		given := conversation.Given{Conversation: o.Conversation, Agent: o.Agent, Since: o.Given, Minutes: o.Minutes}
		passed, err := r.Conversations.PassOn(ctx, tx, given, func() (_ bool, err error) {
			claimed, err = r.Routing.Claim(ctx, tx, o)
			return claimed, err
		})
		if err != nil {
			return err
		}
		if claimed && !passed {
			if err := r.Routing.Settled(ctx, tx, o.Conversation); err != nil {
				return err
			}
		}
	}
	return nil
}
