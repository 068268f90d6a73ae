// Package live brings the event log to browsers over WebSocket: the changed list row itself, built once and sent to whoever may see it, and only
// "gone" to who lost sight of it. Presence and typing are ephemeral and never logged. A client that is too slow is dropped and resumes by
// its cursor.
package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Deps are what the hub works with.
type Deps struct {
	DB            *db.DB
	Events        *eventlog.Log
	Node          *cluster.Node
	Staff         *staff.Service
	Conversations *conversation.Service
	Counts        func(ctx context.Context, tx *db.Tx, scope desk.Scope) ([]conversation.Count, error)
	Log           *slog.Logger
}

// Hub serves all browsers of this node. Use New, then Run.
type Hub struct {
	Deps
	mu       sync.Mutex
	clients  map[*client]bool
	presence presence
	stale    chan struct{} // counts may have changed
}

// New returns a hub.
func New(d Deps) *Hub {
	return &Hub{Deps: d, clients: map[*client]bool{}, presence: newPresence(), stale: make(chan struct{}, 1)}
}

// Run follows the log until ctx ends, then closes all connections.
func (h *Hub) Run(ctx context.Context) error {
	var work sync.WaitGroup
	work.Go(func() { h.follow(ctx) })
	work.Go(func() { h.count(ctx) })
	work.Go(func() { h.listen(ctx) })
	work.Go(func() { h.watchDoors(ctx) })
	<-ctx.Done()
	work.Wait()
	for _, c := range h.all() {
		c.drop("the server stops")
	}
	return nil
}

func (h *Hub) all() []*client {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]*client, 0, len(h.clients))
	for c := range h.clients {
		list = append(list, c)
	}
	return list
}

// batch is how many events are told at once; gather is how long a batch waits for more, so that a burst is told once.
const (
	batch  = 500
	gather = 20 * time.Millisecond
)

func (h *Hub) follow(ctx context.Context) {
	from := h.Events.Horizon()
	for ctx.Err() == nil {
		if len(h.all()) == 0 {
			if !wait(ctx, 50*time.Millisecond) {
				return
			}
			from = h.Events.Horizon() // whoever connects resumes from his own cursor
			continue
		}
		events, err := h.Events.Tail(ctx, from, batch)
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, eventlog.ErrClosed) {
				h.Log.WarnContext(ctx, "live feed", "error", err)
				wait(ctx, time.Second)
			}
			continue
		}
		from = events[len(events)-1].Seq
		if err := h.tell(ctx, events, h.all()); err != nil && ctx.Err() == nil {
			h.Log.WarnContext(ctx, "live feed: events not told", "error", err)
			for _, c := range h.all() {
				c.send(message{Type: "reset", Seq: from})
			}
		}
		if !wait(ctx, gather) {
			return
		}
	}
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

// message is what browsers get.
type message struct {
	Type         string               `json:"type"`
	Seq          desk.Seq             `json:"seq,omitempty"`
	Row          *desk.Conversation   `json:"row,omitempty"`
	Events       []desk.Event         `json:"event,omitempty"`
	ID           desk.ConversationID  `json:"id,omitempty"`
	Items        []conversation.Count `json:"items,omitempty"`
	Conversation desk.ConversationID  `json:"conversation,omitempty"`
	Agents       []present            `json:"agents,omitempty"`
}

// single is a message about one event that is not a conversation's.
type single struct {
	Type  string     `json:"type"`
	Seq   desk.Seq   `json:"seq"`
	Event desk.Event `json:"event"`
}

// hides are the events after which somebody may have lost sight of a conversation.
var hides = []desk.EventKind{desk.AssigneeChanged, desk.TeamChanged, desk.InboxChanged, desk.AccessRestricted, desk.AccessOpened}

// tell brings a batch of events to clients.
func (h *Hub) tell(ctx context.Context, events []desk.Event, clients []*client) error {
	last := events[len(events)-1].Seq
	byConversation := map[desk.ConversationID][]desk.Event{}
	var order []desk.ConversationID
	for _, e := range events {
		if e.Conversation == 0 {
			if err := h.tellSingle(ctx, e, clients); err != nil {
				return err
			}
			continue
		}
		if byConversation[e.Conversation] == nil {
			order = append(order, e.Conversation)
		}
		byConversation[e.Conversation] = append(byConversation[e.Conversation], e)
	}
	if len(order) == 0 {
		return nil
	}
	h.markStale()
	rows := map[desk.ConversationID]conversation.Seen{}
	err := h.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := h.Conversations.SeenBy(ctx, tx, order, agentsOf(clients))
		for _, s := range list {
			rows[s.Row.ID] = s
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("load changed rows: %w", err)
	}
	for _, id := range order {
		row, found := rows[id]
		h.tellRow(row, found, id, byConversation[id], last, clients)
	}
	return nil
}

func agentsOf(clients []*client) []desk.AgentID {
	var list []desk.AgentID
	for _, c := range clients {
		if !slices.Contains(list, c.scope().Agent) {
			list = append(list, c.scope().Agent)
		}
	}
	return list
}

func (h *Hub) tellRow(row conversation.Seen, found bool, id desk.ConversationID, events []desk.Event, last desk.Seq, clients []*client) {
	var built [2][]byte // for who has read it, for who has not
	hidden := slices.ContainsFunc(events, func(e desk.Event) bool { return slices.Contains(hides, e.Kind) })
	owner, private := privateTo(events)
	for _, c := range clients {
		scope := c.scope()
		if private && scope.Agent != owner {
			continue
		}
		if !found || !conversation.Visible(scope, row.Row, row.Named) {
			if hidden || !found {
				c.send(message{Type: "gone", Seq: last, ID: id})
			}
			continue
		}
		unread := 0
		if row.LastIncoming > row.Read[scope.Agent] {
			unread = 1
		}
		if built[unread] == nil {
			r := row.Row
			r.Unread = unread == 1
			built[unread] = encode(message{Type: "row", Seq: last, Row: &r, Events: events})
		}
		c.push(built[unread])
	}
}

// privateTo reports whether events concern one agent's own marks and drafts only.
func privateTo(events []desk.Event) (owner desk.AgentID, private bool) {
	for _, e := range events {
		if e.Kind != desk.ReadMarked && e.Kind != desk.DraftSaved || owner != 0 && e.By.Agent() != owner {
			return 0, false
		}
		owner = e.By.Agent()
	}
	return owner, true
}

func (h *Hub) tellSingle(ctx context.Context, e desk.Event, clients []*client) error {
	if e.Kind == desk.AccessUpdated {
		h.markStale()
		return h.renewScopes(ctx, e.Seq, clients)
	}
	told := encode(single{"event", e.Seq, e})
	for _, c := range clients {
		c.push(told)
	}
	return nil
}

// renewScopes works out anew what each client may see; whose sight changed fetches everything again.
func (h *Hub) renewScopes(ctx context.Context, seq desk.Seq, clients []*client) error {
	return h.DB.Read(ctx, func(tx *db.Tx) error {
		for _, c := range clients {
			now, err := h.Staff.Scope(ctx, tx, c.scope().Agent)
			if err != nil {
				return fmt.Errorf("what agent %s sees: %w", c.scope().Agent, err)
			}
			if c.setScope(now) {
				c.send(message{Type: "reset", Seq: seq})
			}
		}
		return nil
	})
}

func (h *Hub) markStale() {
	select {
	case h.stale <- struct{}{}:
	default:
	}
}

// count sends changed counts, at most once a second.
func (h *Hub) count(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.stale:
		}
		h.Conversations.ForgetCounts()
		if err := h.sendCounts(ctx); err != nil && ctx.Err() == nil {
			h.Log.WarnContext(ctx, "live feed: counts", "error", err)
		}
		if !wait(ctx, time.Second) {
			return
		}
	}
}

func (h *Hub) sendCounts(ctx context.Context) error {
	byAgent := map[desk.AgentID][]*client{}
	for _, c := range h.all() {
		byAgent[c.scope().Agent] = append(byAgent[c.scope().Agent], c)
	}
	for _, list := range byAgent {
		var counts []conversation.Count
		// A transaction for each agent, so that a long round holds no snapshot open.
		err := h.DB.Read(ctx, func(tx *db.Tx) (err error) {
			counts, err = h.Counts(ctx, tx, list[0].scope())
			return err
		})
		if err != nil {
			return err
		}
		told := encode(message{Type: "counts", Items: counts})
		for _, c := range list {
			c.pushCounts(told)
		}
	}
	return nil
}

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("live message is not JSON: %v", err)) // a fault of the program: these are our own types
	}
	return data
}
