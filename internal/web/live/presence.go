package live

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// present is somebody who has a conversation open.
type present struct {
	Agent  desk.AgentID `json:"agent"`
	Typing bool         `json:"typing,omitempty"`
}

// presence is who looks at what, on all nodes. What a node told and did not repeat is forgotten.
type presence struct {
	mu     *sync.Mutex
	remote map[int64]told // by node
}

type told struct {
	at   time.Time
	open map[desk.ConversationID][]present
}

func newPresence() presence { return presence{mu: &sync.Mutex{}, remote: map[int64]told{}} }

const (
	presenceTopic = "presence"
	repeatEvery   = 15 * time.Second
	forgetAfter   = 40 * time.Second
)

// look notes what a client has open, and tells those who have the same or had the former one open.
func (h *Hub) look(c *client, id desk.ConversationID, typing bool) {
	c.mu.Lock()
	before, known := c.open, c.open == id
	c.mu.Unlock()
	if id != 0 && !known && !h.maySee(c, id) {
		return
	}
	c.mu.Lock()
	changed := !known || c.typing != typing
	c.open, c.typing = id, typing && id != 0
	c.mu.Unlock()
	if !changed {
		return
	}
	h.tellPresence(before, id)
	h.publish()
}

// lookAway ends a client's look at a conversation that it may not see any more; 0 stands for whatever it looks at.
func (h *Hub) lookAway(c *client, id desk.ConversationID) {
	c.mu.Lock()
	looks := c.open != 0 && (id == 0 || c.open == id)
	c.mu.Unlock()
	if looks {
		h.leave(c)
	}
}

func (h *Hub) leave(c *client) {
	c.mu.Lock()
	before := c.open
	c.open, c.typing = 0, false
	c.mu.Unlock()
	h.tellPresence(before)
	h.publish()
}

func (h *Hub) maySee(c *client, id desk.ConversationID) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := h.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := h.Conversations.Get(ctx, tx, c.scope(), id)
		return err
	})
	return err == nil
}

// here is who of this node has each conversation open.
func (h *Hub) here() map[desk.ConversationID][]present {
	open := map[desk.ConversationID][]present{}
	for _, c := range h.all() {
		c.mu.Lock()
		id, p := c.open, present{c.scope().Agent, c.typing}
		c.mu.Unlock()
		if id != 0 {
			open[id] = join(open[id], p)
		}
	}
	return open
}

// join adds somebody once; typing in any window counts.
func join(list []present, p present) []present {
	i := slices.IndexFunc(list, func(q present) bool { return q.Agent == p.Agent })
	if i < 0 {
		return append(list, p)
	}
	list[i].Typing = list[i].Typing || p.Typing
	return list
}

func (h *Hub) tellPresence(ids ...desk.ConversationID) {
	here := h.here()
	for i, id := range ids {
		if id == 0 || slices.Contains(ids[:i], id) {
			continue
		}
		agents := slices.Clone(here[id])
		h.presence.mu.Lock()
		for _, t := range h.presence.remote {
			for _, p := range t.open[id] {
				agents = join(agents, p)
			}
		}
		h.presence.mu.Unlock()
		slices.SortFunc(agents, func(a, b present) int { return int(a.Agent - b.Agent) })
		if agents == nil {
			agents = []present{}
		}
		data := encode(struct {
			Type         string              `json:"type"`
			Conversation desk.ConversationID `json:"conversation"`
			Agents       []present           `json:"agents"`
		}{"presence", id, agents})
		for _, c := range h.all() {
			c.mu.Lock()
			looks := c.open == id
			c.mu.Unlock()
			if looks {
				c.push(data)
			}
		}
	}
}

// report is what a node tells the others: all that it has open.
type report struct {
	Node int64                             `json:"node"`
	Open map[desk.ConversationID][]present `json:"open"`
}

func (h *Hub) publish() {
	if !h.DB.Postgres() {
		return // SQLite has one node
	}
	data, err := json.Marshal(report{h.Node.ID(), h.here()})
	if err != nil || len(data) > 6000 {
		return // a very busy node: presence is a courtesy
	}
	h.Node.Publish(presenceTopic, string(data))
}

// listen takes what other nodes tell, and repeats what this one has open.
func (h *Hub) listen(ctx context.Context) {
	messages, stop := h.Node.Subscribe(presenceTopic, 100)
	defer stop()
	repeat := time.NewTicker(repeatEvery)
	defer repeat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-repeat.C:
			h.tellPresence(h.presence.expire(time.Now())...)
			if len(h.all()) > 0 {
				h.publish()
			}
		case m := <-messages:
			var r report
			if err := json.Unmarshal([]byte(m.Payload), &r); err != nil || r.Node == h.Node.ID() {
				continue
			}
			h.tellPresence(h.presence.hear(r, time.Now())...)
		}
	}
}

// hear takes another node's report and returns the conversations at which somebody else looks now.
func (p *presence) hear(r report, now time.Time) []desk.ConversationID {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.remote[r.Node].open
	p.remote[r.Node] = told{now, r.Open}
	var changed []desk.ConversationID
	for id, agents := range r.Open {
		if !slices.Equal(agents, before[id]) {
			changed = append(changed, id)
		}
	}
	for id := range before {
		if r.Open[id] == nil {
			changed = append(changed, id)
		}
	}
	return changed
}

// expire forgets nodes that were silent for too long and returns the conversations at which they looked.
func (p *presence) expire(now time.Time) []desk.ConversationID {
	p.mu.Lock()
	defer p.mu.Unlock()
	var changed []desk.ConversationID
	for node, t := range p.remote {
		if now.Sub(t.at) <= forgetAfter {
			continue
		}
		for id := range t.open {
			changed = append(changed, id)
		}
		delete(p.remote, node)
	}
	return changed
}
