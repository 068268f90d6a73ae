package route

import (
	"context"
	"fmt"
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
	return assign.Item{Allowed: q.Allowed, Language: q.Language, Speak: team.Speak, Waived: team.Speak == assign.Required && assign.WaivedAt(q.Since, team.WaiveMinutes) <= now}
}

// spoken is what waits in a team without what nobody who has room may be given for its language: looking at each of a thousand letters in Latvian whenever anything happens would hold up
// who speaks none. It returns also when the first of what it left out is waived, desk.Never where it left out nothing.
func spoken(now desk.Time, team routing.Distribution, queue []conversation.InQueue, people []assign.Person) (fits []conversation.InQueue, waived desk.Time) {
	if team.Speak != assign.Required {
		return queue, desk.Never
	}
	speaks := map[string]bool{}
	for _, p := range people {
		if p.There && p.Load < p.Capacity {
			for _, l := range p.Languages {
				speaks[l] = true
			}
		}
	}
	waived = desk.Never
	for _, q := range queue {
		if it := asked(now, team, q); it.Asks() && !speaks[q.Language] {
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

// WatchWaits tells of what has waited so long that its language is waived, the moment it has, until ctx ends. Each node does so. What it tells is an event, after which it is given out.
func (r *Router) WatchWaits(ctx context.Context) error {
	moved, stop := r.DB.Listen(routing.WaitsMoved)
	defer stop()
	for {
		wait, err := r.Waive(ctx)
		if err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "what waits for somebody who speaks its language was not looked at", "error", err)
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
				since, err := r.Conversations.WaitsNext(ctx, tx, w.Team, w.To)
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
			return 0, fmt.Errorf("waive languages: %w", err)
		}
	}
}
