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

// message is what browsers get.
type message struct {
	Type         string               `json:"type"`
	Log          string               `json:"log,omitempty"`
	Seq          desk.Seq             `json:"seq,omitempty"`
	Row          *desk.Conversation   `json:"row,omitempty"`
	Views        []desk.ViewID        `json:"views,omitempty"` // saved ones that the row belongs to
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
var hides = []desk.EventKind{desk.AssigneeChanged, desk.TeamChanged, desk.InboxChanged, desk.AccessRestricted, desk.AccessOpened, desk.ConversationsMerged, desk.MergeUndone}

// unit is what one message tells: what happened to one conversation within a batch, or one event that is not a conversation's.
type unit struct {
	conversation desk.ConversationID
	events       []desk.Event
}

// units sorts a batch into units by their first events.
func units(events []desk.Event) (all []unit, conversations []desk.ConversationID) {
	at := map[desk.ConversationID]int{}
	for _, e := range events {
		i, known := at[e.Conversation]
		if known && e.Conversation != 0 {
			all[i].events = append(all[i].events, e)
			continue
		}
		at[e.Conversation] = len(all)
		all = append(all, unit{e.Conversation, []desk.Event{e}})
		if e.Conversation != 0 {
			conversations = append(conversations, e.Conversation)
		}
	}
	return all, conversations
}

// tell brings a batch of events to clients. Each message carries the number up to which all was told with it: a line that is cut within a
// batch misses nothing.
func (h *Hub) tell(ctx context.Context, events []desk.Event, clients []*client) error {
	last := events[len(events)-1].Seq
	clients = slices.DeleteFunc(clients, func(c *client) bool { return c.upTo >= last })
	if len(clients) == 0 {
		return nil
	}
	// Before any row is shown it must be known who may see it.
	if err := h.accessChanged(ctx, events, clients); err != nil {
		return err
	}
	all, conversations := units(events)
	rows := map[desk.ConversationID]conversation.Seen{}
	var belongs conversation.Belongs
	if len(conversations) > 0 {
		h.markStale()
		err := h.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := h.Conversations.SeenBy(ctx, tx, conversations, agentsOf(clients))
			for _, s := range list {
				rows[s.Row.ID] = s
			}
			if err == nil {
				belongs, err = h.Conversations.BelongsTo(ctx, tx, conversations)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("load changed rows: %w", err)
		}
	}
	for i, u := range all {
		upTo := last
		if i+1 < len(all) {
			upTo = all[i+1].events[0].Seq - 1
		}
		if u.conversation == 0 {
			tellSingle(u.events[0], upTo, clients)
			continue
		}
		row, found := rows[u.conversation]
		h.tellRow(row, found, u, upTo, clients, belongs)
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

func (h *Hub) tellRow(row conversation.Seen, found bool, u unit, upTo desk.Seq, clients []*client, belongs conversation.Belongs) {
	type version struct {
		unread bool
		agent  desk.AgentID // 0 where it holds nothing of somebody's own
		views  string
	}
	built := map[version][]byte{}
	hidden := slices.ContainsFunc(u.events, func(e desk.Event) bool { return slices.Contains(hides, e.Kind) })
	for _, c := range clients {
		scope := c.scope()
		if !found || !conversation.Visible(scope, row.Row, row.Named) {
			if hidden || !found {
				c.send(message{Type: "gone", Seq: upTo, ID: u.conversation})
				h.lookAway(c, u.conversation)
			}
			continue
		}
		theirs, own := toldTo(u.events, scope.Agent)
		if len(theirs) == 0 {
			continue
		}
		v := version{unread: row.LastIncoming > row.Read[scope.Agent]}
		if own {
			v.agent = scope.Agent
		}
		views := belongs.For(row.Row.ID, scope.Agent)
		v.views = fmt.Sprint(views)
		if built[v] == nil {
			r := row.Row
			r.Unread = v.unread
			built[v] = encode(message{Type: "row", Seq: upTo, Row: &r, Views: views, Events: theirs})
		}
		c.push(built[v])
	}
}

// toldTo is what an agent is told of events: all but the marks and drafts of others. own reports whether some are of himself.
func toldTo(events []desk.Event, agent desk.AgentID) (theirs []desk.Event, own bool) {
	for _, e := range events {
		if e.Kind == desk.ReadMarked || e.Kind == desk.DraftSaved {
			if e.By.Agent() != agent {
				continue
			}
			own = true
		}
		theirs = append(theirs, e)
	}
	return theirs, own
}

func tellSingle(e desk.Event, upTo desk.Seq, clients []*client) {
	if e.Kind == desk.AccessUpdated {
		return // whom it concerns was told to start anew
	}
	told := encode(single{Type: "event", Seq: upTo, Event: e})
	for _, c := range clients {
		if e.SubjectKind == desk.AboutNotice && int64(c.scope().Agent) != e.Subject {
			continue // what somebody is told is nobody else's concern
		}
		c.push(told)
	}
}

// accessChanged has those whom a change of access may concern be looked at anew.
func (h *Hub) accessChanged(ctx context.Context, events []desk.Event, clients []*client) error {
	concerned := map[*client]bool{}
	var seq desk.Seq
	for _, e := range events {
		if e.Kind != desk.AccessUpdated {
			continue
		}
		seq = e.Seq
		for _, c := range clients {
			if e.SubjectKind != desk.AboutAgent || int64(c.scope().Agent) == e.Subject {
				concerned[c] = true
			}
		}
	}
	if seq == 0 {
		return nil
	}
	err := h.askAtDoor(ctx, seq, slices.Collect(maps.Keys(concerned)))
	h.markStale()
	return err
}

// askAtDoor asks anew who each client is and what he may see: whose session is over is dropped, whose sight changed fetches everything again.
func (h *Hub) askAtDoor(ctx context.Context, seq desk.Seq, clients []*client) error {
	if len(clients) == 0 {
		return nil
	}
	return h.DB.Read(ctx, func(tx *db.Tx) error {
		for _, c := range clients {
			id, err := c.renew(ctx, tx)
			switch {
			case desk.IsRefusal(err, desk.SignedOut) || err == nil && (id.Agent == 0 || id.Pending):
				c.drop("signed out")
			case err != nil:
				return fmt.Errorf("who agent %s is now: %w", c.scope().Agent, err)
			case c.setScope(id.Scope):
				h.lookAway(c, 0) // what it looks at it says again once it has fetched that
				c.send(message{Type: "reset", Seq: seq})
			}
		}
		return nil
	})
}

// watchEvery is how often sessions are looked at that may have run out; what ends one earlier is an event.
const watchEvery = time.Minute

func (h *Hub) watchDoors(ctx context.Context) {
	for wait(ctx, watchEvery) {
		at, _ := h.told()
		if err := h.askAtDoor(ctx, at, h.all()); err != nil && ctx.Err() == nil {
			h.Log.WarnContext(ctx, "live feed: sessions not looked at", "error", err)
		}
	}
}

func (h *Hub) markStale() {
	select {
	case h.stale <- struct{}{}:
	default:
	}
}

// Counts are sent at most once each countEvery, and where many readers make that much work at most for one part in restful of the time.
const (
	countEvery = time.Second
	restful    = 5
)

// count sends changed counts.
func (h *Hub) count(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.stale:
		}
		began := time.Now()
		if err := h.sendCounts(ctx); err != nil && ctx.Err() == nil {
			h.Log.WarnContext(ctx, "live feed: counts", "error", err)
		}
		if !wait(ctx, max(countEvery, (restful-1)*time.Since(began))) {
			return
		}
	}
}

func (h *Hub) sendCounts(ctx context.Context) error {
	h.Conversations.ForgetCounts()
	round := h.Conversations.Round()
	byAgent := map[desk.AgentID][]*client{}
	for _, c := range h.all() {
		byAgent[c.scope().Agent] = append(byAgent[c.scope().Agent], c)
	}
	for _, list := range byAgent {
		var counts []conversation.Count
		// A transaction for each agent, so that a long round holds no snapshot open.
		err := h.DB.Read(ctx, func(tx *db.Tx) (err error) {
			counts, err = h.Counts(ctx, tx, list[0].scope(), round)
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
