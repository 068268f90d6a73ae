package intake

import (
	"context"
	"slices"
	"sync"

	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
)

// mostTogether bounds how many arrivals share a transaction: 2 MB, where all are as large as a small mail may be.
const mostTogether = 32

// together keeps small arrivals that come at the same time in one transaction. Nobody waits for others to come: while one transaction runs, those
// who come gather for the next, which the first of them runs for all.
type together struct {
	mu      sync.Mutex
	running bool
	waiting []*taking
}

// taking is an arrival on its way into the database.
type taking struct {
	kept

	source, text string // the source id; the envelope as JSON
	size         int64  // bytes of the raw mail
	turn         chan turn
}

// turn is what somebody who waits is told: that his arrival is kept, that he runs the next transaction for these, or that he is to keep his own alone.
type turn struct {
	lead  []*taking
	alone bool
}

// keep returns nil when t is durable, be it by another's transaction.
func (g *together) keep(ctx context.Context, in *Intake, t *taking) error {
	t.turn = make(chan turn, 1)
	g.mu.Lock()
	if g.running {
		g.waiting = append(g.waiting, t)
		g.mu.Unlock()
		var told turn
		select {
		case told = <-t.turn:
		case <-ctx.Done():
			if told = g.leave(t); told.lead == nil {
				return ctx.Err()
			}
		}
		switch {
		case told.alone:
			return in.DB.Write(ctx, func(tx *db.Tx) error { return in.keep(ctx, tx, t, blob.Ref{}) })
		case told.lead == nil:
			return nil
		}
		return g.run(ctx, in, told.lead)
	}
	g.running = true
	g.mu.Unlock()
	return g.run(ctx, in, []*taking{t})
}

// leave has t wait no longer. Who was told to run a transaction meanwhile must do so, since others wait for him.
func (g *together) leave(t *taking) (told turn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.waiting, t); i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
		return turn{}
	}
	select {
	case told = <-t.turn:
	default: // its transaction runs
	}
	return told
}

// run keeps all in one transaction, the first of which is the caller's, and hands the next on. Where that fails, everybody tries alone: the fault may be one arrival's.
func (g *together) run(ctx context.Context, in *Intake, all []*taking) error {
	alone := true // unless it is shown otherwise: a panic leaves nobody waiting
	defer func() {
		for _, t := range all[1:] {
			t.turn <- turn{alone: alone}
		}
		g.hand()
	}()
	err := in.DB.Write(ctx, func(tx *db.Tx) error {
		for _, t := range all {
			if err := in.keep(ctx, tx, t, blob.Ref{}); err != nil {
				return err
			}
		}
		return nil
	})
	alone = err != nil
	if err == nil || len(all) == 1 || ctx.Err() != nil {
		return err
	}
	return in.DB.Write(ctx, func(tx *db.Tx) error { return in.keep(ctx, tx, all[0], blob.Ref{}) })
}

// hand gives the next transaction to who waits first.
func (g *together) hand() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.running = false
		return
	}
	n := min(len(g.waiting), mostTogether)
	all := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n)
	all[0].turn <- turn{lead: all}
}
