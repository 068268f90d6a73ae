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
	if id != 0 && !h.maySee(c, id) {
		return
	}
	c.mu.Lock()
	before := c.open
	changed := before != id || c.typing != typing
	c.open, c.typing = id, typing
	c.mu.Unlock()
	if !changed {
		return
	}
	h.tellPresence(before, id)
	h.publish(before, id)
}

func (h *Hub) leave(c *client) {
	c.mu.Lock()
	before := c.open
	c.open, c.typing = 0, false
	c.mu.Unlock()
	h.tellPresence(before)
	h.publish(before)
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
			if time.Since(t.at) > forgetAfter {
				continue
			}
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

// report is what a node tells the others: all that it has open, and which conversations changed.
type report struct {
	Node    int64                             `json:"node"`
	Open    map[desk.ConversationID][]present `json:"open"`
	Changed []desk.ConversationID             `json:"changed"`
}

func (h *Hub) publish(changed ...desk.ConversationID) {
	data, err := json.Marshal(report{h.Node.ID(), h.here(), changed})
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
			if h.DB.Postgres() && len(h.all()) > 0 {
				h.publish()
			}
		case m := <-messages:
			var r report
			if err := json.Unmarshal([]byte(m.Payload), &r); err != nil || r.Node == h.Node.ID() {
				continue
			}
			h.presence.mu.Lock()
			h.presence.remote[r.Node] = told{time.Now(), r.Open}
			h.presence.mu.Unlock()
			h.tellPresence(r.Changed...)
		}
	}
}
