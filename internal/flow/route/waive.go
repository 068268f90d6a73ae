package route

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/assign"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/routing"
	"tellus/internal/platform/db"
)

const (
	pause    = 250 * time.Millisecond // in which what is waived is told together
	mostWait = time.Minute            // that WatchWaits sleeps at most, should a node that had seen something wait have died
)

// asked is what a conversation that waits in a team asks of whoever is given it.
func asked(now desk.Time, team routing.Distribution, q conversation.InQueue) assign.Item {
	it := assign.Item{Allowed: q.Allowed, Language: q.Language, Speak: team.Speak, Skills: team.Wants(q.Type)}
	it.Waived = it.Asks() && assign.WaivedAt(q.Since, team.WaiveMinutes) <= now
	return it
}

// able is what waits in a team without what nobody who has room may be given for its language or a skill: looking at each of a thousand letters in Latvian whenever anything happens would hold up
// who speaks none. It returns also when the first of what it left out is waived, desk.Never where it left out nothing.
func able(now desk.Time, team routing.Distribution, queue []conversation.InQueue, people []assign.Person) (fits []conversation.InQueue, waived desk.Time) {
	type kind struct {
		language string
		of       desk.TypeID
	}
	some := map[kind]bool{} // somebody with room has what conversations of a kind require
	waived = desk.Never
	for _, q := range queue {
		it := asked(now, team, q)
		if !it.Asks() {
			fits = append(fits, q)
			continue
		}
		k := kind{q.Language, q.Type}
		able, known := some[k]
		if !known {
			able = slices.ContainsFunc(people, func(p assign.Person) bool { return p.There && p.Load < p.Capacity && it.Able(p) })
			some[k] = able
		}
		if !able {
			waived = min(waived, assign.WaivedAt(q.Since, team.WaiveMinutes))
			continue
		}
		fits = append(fits, q)
	}
	return fits, waived
}

// waits lets WatchWaits know that what nobody was given is waived at a time, where it would look later than that.
func (r *Router) waits(waived desk.Time) {
	if int64(waived) < r.wakes.Load() {
		r.DB.Signal(routing.WaitsMoved)
	}
}

// WatchWaits tells of what has waited so long that what it requires is waived, the moment it has, until ctx ends. Each node does so. What it tells is an event, after which it is given out.
func (r *Router) WatchWaits(ctx context.Context) error {
	moved, stop := r.DB.Listen(routing.WaitsMoved)
	defer stop()
	for {
		wait, err := r.Waive(ctx)
		if err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "what waits for somebody who speaks its language or has its skills was not looked at", "error", err)
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

// Waive tells of all that has waited so long that its language is waived, and returns how long it is until something next has.
func (r *Router) Waive(ctx context.Context) (time.Duration, error) {
	for {
		now := r.DB.Now()
		r.wakes.Store(int64(desk.Never)) // who sees something wait from here on signals, whatever it is
		next := desk.Never
		var over []routing.Waiving
		if err := r.DB.Look(func(tx *db.Tx) error {
			all, err := r.Routing.Waivings(ctx, tx)
			if err != nil {
				return err
			}
			for _, w := range all {
				since, err := r.Conversations.WaitsNext(ctx, tx, w.Team, w.To, w.Language, w.Types)
				if err != nil {
					return err
				}
				if since == desk.Never {
					continue
				}
				at := assign.WaivedAt(since, w.Minutes)
				next = min(next, at)
				if at <= now {
					over = append(over, w)
				}
			}
			return nil
		}); err != nil {
			return 0, err
		}
		if len(over) == 0 {
			r.wakes.Store(int64(next))
			return max(pause, min(next.Sub(now)+time.Millisecond, mostWait)), nil
		}
		if err := r.DB.Write(ctx, func(tx *db.Tx) error {
			for _, w := range over {
				if err := r.Routing.Waive(ctx, tx, w, tx.Now.Add(-time.Duration(w.Minutes)*time.Minute)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return 0, fmt.Errorf("waive what is required: %w", err)
		}
	}
}
