package live

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lxzan/gws"

	"tellus/internal/desk"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// Renew says who a connection belongs to now. It refuses with SignedOut once its session is over.
type Renew func(ctx context.Context, tx *db.Tx) (staff.Identity, error)

// client is one browser window.
type client struct {
	gws.BuiltinEventHandler
	hub    *Hub
	socket *gws.Conn
	ready  chan struct{} // something waits to be written
	gone   chan struct{}
	once   sync.Once
	seen   atomic.Pointer[desk.Scope]
	renew  Renew
	upTo   desk.Seq // what it was told before it joined the others; written before that

	mu      sync.Mutex
	pending [][]byte
	counts  []byte // as last sent
	open    desk.ConversationID
	typing  bool
	active  time.Time // when its reader last did something
	program bool      // comes by an API token; written before anybody else sees it
}

const (
	queued    = 4096             // messages that a client may be behind: more than a whole catching-up
	silence   = 75 * time.Second // after which a connection counts as dead
	pingEvery = 25 * time.Second
	goodbye   = 2 * time.Second // for the end of a connection to reach the browser
	mostHeard = 4 << 10         // bytes of one message from a browser
)

// Serve upgrades a request of a signed-in agent and serves it until either side ends.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, id staff.Identity, renew func(ctx context.Context, tx *db.Tx) (staff.Identity, error)) error {
	if !sameOrigin(r) {
		return desk.Refuse(desk.Forbidden, "a page of another site asked")
	}
	c := &client{hub: h, ready: make(chan struct{}, 1), gone: make(chan struct{}), renew: renew, active: time.Now(), program: id.Token != 0}
	scope := id.Scope
	c.seen.Store(&scope)
	upgrader := gws.NewUpgrader(c, &gws.ServerOption{ReadMaxPayloadSize: mostHeard, ParallelEnabled: false, CheckUtf8Enabled: true,
		Authorize: func(*http.Request, gws.SessionStorage) bool { return true }})
	socket, err := upgrader.Upgrade(w, r)
	if err != nil {
		return desk.Refuse(desk.Invalid, "not a WebSocket request")
	}
	c.socket = socket
	if !h.enter(c) {
		_ = socket.WriteClose(1001, []byte("the server stops")) // the browser comes back anyway
		return nil
	}
	defer h.work.Done()
	ctx, end := context.WithCancel(r.Context())
	var both sync.WaitGroup
	both.Go(c.write)
	both.Go(func() { h.welcome(ctx, c, r.URL.Query().Get("from")) })
	socket.ReadLoop() // until the connection ends
	end()
	both.Wait()
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

// mostMissed is how many events a client is told when it comes back; who missed more fetches everything anew.
const mostMissed = 2000

// welcome tells a new client where the log stands and what it missed since its cursor, and has it join the others without a gap: what was
// appended meanwhile is told until nothing is left between.
func (h *Hub) welcome(ctx context.Context, c *client, from string) {
	select {
	case <-h.started:
	case <-ctx.Done():
		return
	}
	at := h.Events.Horizon()
	c.send(message{Type: "hello", Log: h.Events.ID(), Seq: at})
	var err error
	if cursor, given := parseCursor(from, h.Events.ID()); given {
		if cursor < 0 || cursor > at {
			// Of another log, from before a restore, or of another node that is ahead: the cursor says nothing here.
			c.send(message{Type: "reset", Seq: at})
		} else if at, err = h.catchUp(ctx, c, cursor); err != nil {
			c.drop("not to be caught up")
			return
		}
	}
	for !h.join(c, at) {
		if at, err = h.catchUp(ctx, c, at); err != nil {
			c.drop("not to be caught up")
			return
		}
	}
	c.mu.Lock()
	open := c.open
	c.mu.Unlock()
	if open != 0 { // said while it was welcomed
		h.tellPresence(open)
		h.publish()
	}
}

// Cursor says where the log stands now, for who fetches something and then follows the feed from there.
func (h *Hub) Cursor() string {
	return h.Events.ID() + "." + strconv.FormatInt(int64(h.Events.Horizon()), 10)
}

// parseCursor reads where a browser's feed ended: the log and the number as hello named them, LOG.NUMBER, or the number alone. What is neither, or of
// another log than this, is a cursor that says nothing here: -1.
func parseCursor(text, this string) (_ desk.Seq, given bool) {
	log, number, named := strings.Cut(text, ".")
	if !named {
		return parseNumber(text)
	}
	if log != this {
		return -1, true
	}
	n, _ := parseNumber(number)
	return n, true // 0 too: from the beginning of a log that was empty
}

func parseNumber(text string) (_ desk.Seq, given bool) {
	if text == "" || text == "0" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return -1, true
	}
	return desk.Seq(n), true
}

// catchUp tells a client what is settled after a position, and returns how far that is.
func (h *Hub) catchUp(ctx context.Context, c *client, at desk.Seq) (desk.Seq, error) {
	events, looked, err := h.Events.Settled(ctx, at, mostMissed)
	if err != nil {
		return at, err
	}
	if len(events) == mostMissed {
		at = h.Events.Horizon()
		c.send(message{Type: "reset", Seq: at})
		return at, nil
	}
	if len(events) == 0 {
		return looked, nil
	}
	return looked, h.tell(ctx, events, []*client{c})
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

// push queues a message and never waits; a client that is too far behind is dropped, and resumes by its cursor.
func (c *client) push(data []byte) {
	c.mu.Lock()
	full := len(c.pending) >= queued
	if !full {
		c.pending = append(c.pending, data)
	}
	c.mu.Unlock()
	if full {
		c.drop("too slow")
		return
	}
	select {
	case c.ready <- struct{}{}:
	default: // the writer knows
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

// drop ends the connection. It does not wait for the browser, who may be the reason.
func (c *client) drop(why string) {
	c.once.Do(func() {
		close(c.gone)
		c.hub.forget(c)
		c.hub.leave(c)
		c.hub.work.Go(func() {
			_ = c.socket.SetDeadline(time.Now().Add(goodbye)) // ends a write that hangs, and then the reading
			_ = c.socket.WriteClose(1001, []byte(why))        // the browser may have gone first
		})
	})
}

// take returns some of what waits: few at once, so that the rest counts as waiting while they are written.
func (c *client) take() [][]byte {
	const few = 64
	c.mu.Lock()
	defer c.mu.Unlock()
	some := c.pending[:min(few, len(c.pending))]
	c.pending = c.pending[len(some):]
	if len(c.pending) == 0 {
		c.pending = nil
		return some
	}
	select {
	case c.ready <- struct{}{}:
	default: // it is known
	}
	return some
}

func (c *client) write() {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		var some [][]byte
		select {
		case <-c.gone:
			return
		case <-c.ready:
			some = c.take()
		case <-ping.C:
			some = [][]byte{[]byte(`{"type":"ping"}`)}
		}
		for _, data := range some {
			if err := c.socket.WriteMessage(gws.OpcodeText, data); err != nil {
				c.drop("not reachable")
				return
			}
		}
	}
}

// lives gives the connection time until the next sign of life.
func (c *client) lives() {
	select {
	case <-c.gone: // it was given its last deadline
	default:
		_ = c.socket.SetDeadline(time.Now().Add(silence)) // a broken connection shows in the next read
	}
}

// OnOpen starts the clock of silence.
func (c *client) OnOpen(*gws.Conn) { c.lives() }

// OnClose forgets the client.
func (c *client) OnClose(*gws.Conn, error) { c.drop("closed") }

// heard is what browsers say.
type heard struct {
	Type         string              `json:"type"`
	Conversation desk.ConversationID `json:"conversation"`
	On           bool                `json:"on"`
	Ago          int64               `json:"ago"` // seconds since the reader did something
}

// longestIdle is the longest that a browser is believed to have been left alone.
const longestIdle = 24 * time.Hour

// ago is when a reader did something last, by what his browser says.
func ago(now time.Time, seconds int64) time.Time {
	return now.Add(-time.Duration(min(max(seconds, 0), int64(longestIdle.Seconds()))) * time.Second)
}

// OnMessage takes what a browser says: what it has open, whether somebody types, and that it lives.
func (c *client) OnMessage(_ *gws.Conn, m *gws.Message) {
	defer m.Close() // gives the buffer back
	c.lives()
	var h heard
	if err := json.Unmarshal(m.Bytes(), &h); err != nil {
		return
	}
	switch h.Type {
	case "open":
		c.hub.look(c, h.Conversation, false)
	case "typing":
		c.hub.look(c, h.Conversation, h.On)
	case "active":
		at := ago(time.Now(), h.Ago)
		c.mu.Lock()
		moved := at.Sub(c.active).Abs() > back
		c.active = at
		c.mu.Unlock()
		if moved {
			c.hub.stir()
		}
	}
}
