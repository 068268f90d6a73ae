package email

import (
	"sync"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
)

// reportEvery is how often health is told while nothing but times and numbers change: whoever keeps it writes to disk.
const reportEvery = 5 * time.Second

// health is what is known of a connection. State hears of what matters at once, of the rest now and then, and of everything in the end.
type health struct {
	state channel.State

	mu     sync.Mutex // held while State is told, so that it hears things in order
	now    desk.Health
	told   desk.Health
	toldAt time.Time
	later  *time.Timer // nil while nothing is kept back
}

// report changes what is known.
func (c *conn) report(change func(h *desk.Health)) { c.health.change(change) }

func (r *health) change(change func(h *desk.Health)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.now)
	wait := reportEvery - time.Since(r.toldAt)
	switch {
	case r.urgent() || wait <= 0:
		r.tell()
	case r.later == nil && r.now != r.told:
		r.later = time.AfterFunc(wait, r.flush)
	}
}

// urgent tells what people look for from figures that just go on.
func (r *health) urgent() bool {
	return r.now.State != r.told.State || r.now.Problem.Code != r.told.Problem.Code || r.now.NextTry != r.told.NextTry ||
		(r.now.Backlog == 0) != (r.told.Backlog == 0)
}

func (r *health) tell() {
	if r.later != nil {
		r.later.Stop() // if it is too late, flush finds nothing to do
		r.later = nil
	}
	r.told, r.toldAt = r.now, time.Now()
	r.state.Health(r.now)
}

// flush tells what was kept back.
func (r *health) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.later != nil {
		r.tell()
	}
}
