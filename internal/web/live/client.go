package live

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lxzan/gws"

	"tellus/internal/desk"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// client is one browser window.
type client struct {
	gws.BuiltinEventHandler
	hub    *Hub
	socket *gws.Conn
	queue  chan []byte
	gone   chan struct{}
	once   sync.Once
	seen   atomic.Pointer[desk.Scope]
	renew  func(ctx context.Context, tx *db.Tx) (staff.Identity, error)

	mu     sync.Mutex
	counts []byte // as last sent
	open   desk.ConversationID
	typing bool
}

const (
	queued    = 256              // messages that a client may be behind
	silence   = 75 * time.Second // after which a connection counts as dead
	pingEvery = 25 * time.Second
	mostHeard = 4 << 10 // bytes of one message from a browser
)

// Serve upgrades a request of a signed-in agent and serves it until either side ends. renew says who the connection belongs to now; it is asked
// again and again, so that a revoked session ends its connections.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, id staff.Identity, renew func(ctx context.Context, tx *db.Tx) (staff.Identity, error)) error {
	if !sameOrigin(r) {
		return desk.Refuse(desk.Forbidden, "a page of another site asked")
	}
	c := &client{hub: h, queue: make(chan []byte, queued), gone: make(chan struct{}), renew: renew}
	scope := id.Scope
	c.seen.Store(&scope)
	upgrader := gws.NewUpgrader(c, &gws.ServerOption{ReadMaxPayloadSize: mostHeard, ParallelEnabled: false, CheckUtf8Enabled: true,
		Authorize: func(*http.Request, gws.SessionStorage) bool { return true }})
	socket, err := upgrader.Upgrade(w, r)
	if err != nil {
		return desk.Refuse(desk.Invalid, "not a WebSocket request")
	}
	c.socket = socket
	go c.write()
	go h.welcome(c, r.URL.Query().Get("from"))
	socket.ReadLoop() // until the connection ends
	return nil
}

// sameOrigin refuses what a page of another site began: cookies go with WebSockets, and no other check looks at them.
func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true // not a browser
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}

// welcome tells a new client where it stands, and what it missed since its cursor.
func (h *Hub) welcome(c *client, from string) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	h.mu.Lock()
	h.clients[c] = true
	h.mu.Unlock()
	horizon := h.Events.Horizon()
	c.send(message{Type: "hello", Seq: horizon})
	cursor, err := strconv.ParseInt(from, 10, 64)
	if err != nil || cursor <= 0 {
		return
	}
	if desk.Seq(cursor) > horizon {
		// On another node, or before a restore: the cursor says nothing here.
		c.send(message{Type: "reset", Seq: horizon})
		return
	}
	const most = 2000
	events, _, err := h.Events.Settled(ctx, desk.Seq(cursor), most)
	if err != nil || len(events) == most {
		c.send(message{Type: "reset", Seq: horizon})
		return
	}
	if len(events) > 0 {
		if err := h.tell(ctx, events, []*client{c}); err != nil {
			c.send(message{Type: "reset", Seq: horizon})
		}
	}
}

func (c *client) scope() desk.Scope { return *c.seen.Load() }

// setScope reports whether what the client may see changed.
func (c *client) setScope(s desk.Scope) bool {
	if reflect.DeepEqual(*c.seen.Load(), s) {
		return false
	}
	c.seen.Store(&s)
	return true
}

func (c *client) send(m message) { c.push(encode(m)) }

// push queues a message; a client that is too far behind is dropped, and resumes by its cursor.
func (c *client) push(data []byte) {
	select {
	case c.queue <- data:
	case <-c.gone:
	default:
		c.drop("too slow")
	}
}

func (c *client) pushCounts(data []byte) {
	c.mu.Lock()
	same := bytes.Equal(c.counts, data)
	c.counts = data
	c.mu.Unlock()
	if !same {
		c.push(data)
	}
}

// drop ends the connection.
func (c *client) drop(why string) {
	c.once.Do(func() {
		close(c.gone)
		h := c.hub
		h.mu.Lock()
		delete(h.clients, c)
		h.mu.Unlock()
		h.leave(c)
		c.socket.WriteClose(1001, []byte(why))
	})
}

func (c *client) write() {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		var err error
		select {
		case <-c.gone:
			return
		case data := <-c.queue:
			err = c.socket.WriteMessage(gws.OpcodeText, data)
		case <-ping.C:
			err = c.socket.WriteMessage(gws.OpcodeText, []byte(`{"type":"ping"}`))
		}
		if err != nil {
			c.drop("not reachable")
			return
		}
	}
}

// OnOpen starts the clock of silence.
func (c *client) OnOpen(socket *gws.Conn) {
	_ = socket.SetDeadline(time.Now().Add(silence)) // a broken connection shows in the next read
}

// OnClose forgets the client.
func (c *client) OnClose(*gws.Conn, error) { c.drop("closed") }

// heard is what browsers say.
type heard struct {
	Type         string              `json:"type"`
	Conversation desk.ConversationID `json:"conversation"`
	On           bool                `json:"on"`
}

// OnMessage takes what a browser says: what it has open, whether somebody types, and that it lives.
func (c *client) OnMessage(socket *gws.Conn, m *gws.Message) {
	defer m.Close()                                 // gives the buffer back
	_ = socket.SetDeadline(time.Now().Add(silence)) // a broken connection shows in the next read
	var h heard
	if err := json.Unmarshal(m.Bytes(), &h); err != nil {
		return
	}
	switch h.Type {
	case "open":
		c.hub.look(c, h.Conversation, false)
	case "typing":
		c.hub.look(c, h.Conversation, h.On)
	}
}

// watchDoors ends connections whose session is over, and takes up what the agent may see now.
func (h *Hub) watchDoors(ctx context.Context) {
	for wait(ctx, 20*time.Second) {
		for _, c := range h.all() {
			var id staff.Identity
			err := h.DB.Read(ctx, func(tx *db.Tx) (err error) {
				id, err = c.renew(ctx, tx)
				return err
			})
			switch {
			case desk.IsRefusal(err, desk.SignedOut) || err == nil && (id.Agent == 0 || id.Pending):
				c.drop("signed out")
			case err == nil && c.setScope(id.Scope):
				c.send(message{Type: "reset"})
			}
		}
	}
}
