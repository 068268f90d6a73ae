// Package live brings the event log to browsers over WebSocket: the changed list row itself, built once and sent to whoever may see it, and only
// "gone" to who lost sight of it. Presence and typing are ephemeral and never logged. A client that is too slow is dropped and resumes by
// its cursor.
package live

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Deps are what the hub works with.
type Deps struct {
	DB            *db.DB
	Events        *eventlog.Log
	Node          *cluster.Node
	Conversations *conversation.Service
	Counts        func(ctx context.Context, tx *db.Tx, scope desk.Scope, round *conversation.Round) ([]conversation.Count, error)
	Review        func(ctx context.Context) (again desk.Time, err error) // decides anew who is there, and says when to ask again; nobody is where nil
	Log           *slog.Logger
}

// Hub serves all browsers of this node. Use New, then Run.
type Hub struct {
	Deps
	presence presence
	stale    chan struct{}  // counts may have changed
	woken    chan struct{}  // somebody joined
	moved    chan struct{}  // somebody came, went, or does something again
	started  chan struct{}  // the log is followed
	work     sync.WaitGroup // of connections

	mu        sync.Mutex
	connected map[*client]bool
	clients   map[*client]bool // those who are told what is appended
	position  desk.Seq         // up to which they were told
	closed    bool
}

// New returns a hub.
func New(d Deps) *Hub {
	return &Hub{Deps: d, connected: map[*client]bool{}, clients: map[*client]bool{}, presence: newPresence(), stale: make(chan struct{}, 1),
		woken: make(chan struct{}, 1), moved: make(chan struct{}, 1), started: make(chan struct{})}
}

// Run follows the log until ctx ends, then ends all connections and waits for them.
func (h *Hub) Run(ctx context.Context) error {
	var work sync.WaitGroup
	work.Go(func() { h.follow(ctx) })
	work.Go(func() { h.count(ctx) })
	work.Go(func() { h.listen(ctx) })
	work.Go(func() { h.watchDoors(ctx) })
	work.Go(func() { h.attend(ctx) })
	<-ctx.Done()
	h.mu.Lock()
	h.closed = true
	open := slices.Collect(maps.Keys(h.connected))
	h.mu.Unlock()
	for _, c := range open {
		c.drop("the server stops")
	}
	work.Wait()
	h.work.Wait()
	return nil
}

// enter counts a connection in, unless the hub ends.
func (h *Hub) enter(c *client) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.connected[c] = true
	h.work.Add(1)
	return true
}

// join has a client that was told everything up to a position be told what comes after it. It reports false where the others are further:
// then the client must catch up first.
func (h *Hub) join(c *client, at desk.Seq) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-c.gone:
		return true // it left while it was welcomed
	default:
	}
	if len(h.clients) > 0 && h.position > at {
		return false
	}
	if len(h.clients) == 0 {
		h.position = at
	}
	c.upTo = at
	h.clients[c] = true
	h.stir()
	select {
	case h.woken <- struct{}{}:
	default:
	}
	return true
}

func (h *Hub) forget(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, c)
	delete(h.connected, c)
	h.stir()
}

func (h *Hub) all() []*client {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.clients))
}

// batch is how many events are told at once; gather is how long a batch waits for more, so that a burst is told once.
const (
	batch  = 500
	gather = 20 * time.Millisecond
)

// follow tells clients what is appended. While there are none it rests: whoever comes catches up by himself.
func (h *Hub) follow(ctx context.Context) {
	if !h.begin(ctx) {
		return
	}
	for ctx.Err() == nil {
		from, any := h.told()
		if !any {
			select {
			case <-h.woken:
			case <-ctx.Done():
			}
			continue
		}
		events, err := h.Events.Tail(ctx, from, batch)
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, eventlog.ErrClosed) {
				h.Log.WarnContext(ctx, "live feed", "error", err)
			}
			wait(ctx, time.Second)
			continue
		}
		last := events[len(events)-1].Seq
		clients := h.advance(from, last)
		if err := h.tell(ctx, events, clients); err != nil && ctx.Err() == nil {
			h.Log.WarnContext(ctx, "live feed: events not told", "error", err)
			for _, c := range clients {
				c.send(message{Type: "reset", Seq: last})
			}
		}
		wait(ctx, gather)
	}
}

// begin waits until the log's horizon covers what was there before: on PostgreSQL it is found some time after the start.
func (h *Hub) begin(ctx context.Context) bool {
	for {
		var newest desk.Seq
		err := h.DB.Ask(ctx, "SELECT COALESCE(MAX(seq), 0) FROM event").Scan(&newest)
		if err == nil && newest > 0 {
			_, err = h.Events.Tail(ctx, newest-1, 1)
		}
		if err == nil {
			close(h.started)
			return true
		}
		if ctx.Err() == nil {
			h.Log.WarnContext(ctx, "live feed", "error", err)
		}
		if !wait(ctx, time.Second) {
			return false
		}
	}
}

// told returns how far the clients were told, and whether there are any.
func (h *Hub) told() (desk.Seq, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.position, len(h.clients) > 0
}

// advance moves the position and returns whom to tell what lies between. Where all clients changed meanwhile it returns nobody.
func (h *Hub) advance(from, to desk.Seq) []*client {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.position != from {
		return nil
	}
	h.position = to
	return slices.Collect(maps.Keys(h.clients))
}

func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
