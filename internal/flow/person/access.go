package person

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/privacy"
	"tellus/internal/platform/db"
)

// Watch notes who saw whose record, without holding up the reading: lines gather in memory and are written together, each second and when the desk stops. What a process that
// dies at once has not written is lost: at most a second of it.
type Watch struct {
	DB      *db.DB
	Privacy *privacy.Service
	Log     *slog.Logger

	mu     sync.Mutex
	lines  []privacy.Access
	lately map[seen]desk.Time
}

type seen struct {
	agent        desk.AgentID
	customer     desk.CustomerID
	how          privacy.How
	conversation desk.ConversationID
}

// again is for how long looking again is the same look; an export is a line each time.
const again = 10 * time.Minute

// mostLines is how many lines wait at most; beyond it the oldest are given up, which is logged.
const mostLines = 50_000

// Note notes that an agent saw a customer's record.
func (w *Watch) Note(agent desk.AgentID, customer desk.CustomerID, how privacy.How, conversation desk.ConversationID) {
	if w == nil || agent == 0 || customer == 0 {
		return
	}
	now := w.DB.Now()
	key := seen{agent, customer, how, conversation}
	w.mu.Lock()
	defer w.mu.Unlock()
	if at, ok := w.lately[key]; ok && how != privacy.ByExport && now.Sub(at) < again {
		return
	}
	if w.lately == nil {
		w.lately = map[seen]desk.Time{}
	}
	if len(w.lately) >= mostLines {
		clear(w.lately) // a line too many does no harm
	}
	w.lately[key] = now
	if len(w.lines) >= mostLines {
		w.lines = w.lines[mostLines/10:]
		w.Log.Error("lines of the access log given up: they could not be written", "lines", mostLines/10)
	}
	w.lines = append(w.lines, privacy.Access{At: now, Agent: agent, Customer: customer, How: how, Conversation: conversation})
}

// Run writes what gathers until ctx ends, and then the rest.
func (w *Watch) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			return w.Flush(last)
		case <-tick.C:
			if err := w.Flush(ctx); err != nil && ctx.Err() == nil {
				w.Log.WarnContext(ctx, "access log not written, trying again", "error", err)
			}
		}
	}
}

// Flush writes what has gathered. What could not be written gathers on.
func (w *Watch) Flush(ctx context.Context) error {
	w.mu.Lock()
	lines := w.lines
	w.lines = nil
	w.mu.Unlock()
	if len(lines) == 0 {
		return nil
	}
	err := w.DB.Write(ctx, func(tx *db.Tx) error { return w.Privacy.AddAccess(ctx, tx, lines) })
	if err != nil {
		w.mu.Lock()
		w.lines = append(lines, w.lines...)
		w.mu.Unlock()
	}
	return err
}
