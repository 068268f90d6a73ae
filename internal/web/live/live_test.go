package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lxzan/gws"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/flow/deliver"
	"tellus/internal/migrations"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/secret"
	"tellus/internal/web/api"
	"tellus/internal/web/live"
)

// house is a desk with the real server in front of it.
type house struct {
	*desktest.Desk
	url    string
	events *eventlog.Log
	hub    *live.Hub
	web    *api.Server
	stop   func() // ends the feed, as the end of the program does
}

// each runs f in a house on each database.
func each(t *testing.T, f func(h *house)) {
	t.Helper()
	desktest.Each(t, func(d *desktest.Desk) { f(open(d)) })
}

func open(d *desktest.Desk) *house {
	t := d.T
	t.Helper()
	log := dbtest.Logger(t)
	keys, err := secret.OpenKeyring(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	node, err := cluster.Join(t.Context(), d.DB, cluster.Options{Instance: "test", Name: "test", Level: migrations.Level, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Desk: d}
	if h.events, err = eventlog.Open(t.Context(), d.DB, node, log); err != nil {
		t.Fatal(err)
	}
	h.web = api.New(api.Deps{DB: d.DB, Staff: d.Staff, Keys: keys, URL: func() string { return h.url }, Version: "test", Log: slog.New(slog.DiscardHandler),
		Inboxes: d.Inboxes, Customers: d.Customers, Conversations: d.Conversations, Settings: d.Settings, Intake: d.Intake, Blobs: d.Blobs,
		Outbox: deliver.Outbox, NewMailID: d.NewMailID})
	h.hub = live.New(live.Deps{DB: d.DB, Events: h.events, Node: node, Conversations: d.Conversations, Counts: h.web.Counts, Log: log})
	h.web.SetLive(h.hub)
	ts := httptest.NewServer(h.web.Handler())
	h.url = ts.URL
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- h.hub.Run(ctx) }()
	h.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-over:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(patience):
			t.Error("the hub does not end")
		}
		ts.Close()
		h.events.Close()
		if err := node.Leave(context.Background()); err != nil {
			t.Errorf("Leave: %v", err)
		}
	})
	t.Cleanup(h.stop)
	return h
}

// signIn returns the cookie of a new session of an agent.
func (h *house) signIn(agent desk.AgentID) (cookie string) {
	h.T.Helper()
	token, hash := secret.NewToken()
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO session (agent, token_hash, stage, device, ip, created_at, seen_at, expires_at)
			VALUES ($1, $2, 'full', 'test', '192.0.2.1', $3, $3, $4)`, agent, hash, tx.Now, tx.Now.Add(time.Hour*24*60))
		return err
	})
	return "tellus_session=" + token
}

// told is what a browser hears.
type told struct {
	Type  string             `json:"type"`
	Log   string             `json:"log"`
	Seq   desk.Seq           `json:"seq"`
	Row   *desk.Conversation `json:"row"`
	Event json.RawMessage    `json:"event"`
	ID    desk.ConversationID
	Items []struct {
		ID    string
		Count int
	}
	Conversation desk.ConversationID
	Agents       []struct {
		Agent  desk.AgentID
		Typing bool
	}

	at time.Time
}

func (m told) events() (list []desk.Event) {
	if m.Type == "event" {
		list = make([]desk.Event, 1)
		_ = json.Unmarshal(m.Event, &list[0]) // a wrong shape shows as an empty kind
		return list
	}
	_ = json.Unmarshal(m.Event, &list) // the same
	return list
}

func (m told) kinds() (kinds []desk.EventKind) {
	for _, e := range m.events() {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// browser is a window with its live line.
type browser struct {
	gws.BuiltinEventHandler
	t      testing.TB
	name   string
	socket *gws.Conn
	heard  chan told
	closed chan error
}

func (b *browser) OnMessage(socket *gws.Conn, m *gws.Message) {
	defer m.Close() // gives the buffer back
	var v told
	if err := json.Unmarshal(m.Bytes(), &v); err != nil {
		b.t.Errorf("%s: %v in %s", b.name, err, m.Bytes())
	}
	if v.Type == "ping" {
		_ = socket.WriteMessage(gws.OpcodeText, []byte(`{"type":"pong"}`)) // the end of the line shows in OnClose
		return
	}
	v.at = time.Now()
	b.heard <- v
}

func (b *browser) OnClose(_ *gws.Conn, err error) { b.closed <- err }

// dial opens a live line; header names the caller. It waits for the greeting.
func (h *house) dial(name string, header http.Header, from desk.Seq) *browser {
	h.T.Helper()
	b, err := h.tryDial(name, header, from)
	if err != nil {
		h.T.Fatalf("%s: %v", name, err)
	}
	b.next("hello")
	return b
}

func (h *house) tryDial(name string, header http.Header, from desk.Seq) (*browser, error) {
	cursor := ""
	if from != 0 {
		cursor = fmt.Sprint(from)
	}
	return h.tryDialAt(name, header, cursor)
}

// tryDialAt opens a live line that goes on from a cursor; "" for none.
func (h *house) tryDialAt(name string, header http.Header, cursor string) (*browser, error) {
	b := &browser{t: h.T, name: name, heard: make(chan told, 100_000), closed: make(chan error, 1)}
	address := strings.Replace(h.url, "http:", "ws:", 1) + "/api/v1/live"
	if cursor != "" {
		address += "?from=" + cursor
	}
	socket, res, err := gws.NewClient(b, &gws.ClientOption{Addr: address, RequestHeader: header})
	if err != nil {
		if res != nil {
			body, _ := io.ReadAll(io.LimitReader(res.Body, 1000)) // for the message only
			err = fmt.Errorf("%w: %d %s", err, res.StatusCode, body)
		}
		return nil, err
	}
	b.socket = socket
	done := make(chan struct{})
	go func() {
		defer close(done)
		socket.ReadLoop()
	}()
	h.T.Cleanup(func() {
		_ = socket.NetConn().Close() // the server may have closed first
		<-done
	})
	return b, nil
}

func (h *house) browser(name string, agent desk.AgentID) *browser {
	h.T.Helper()
	return h.dial(name, http.Header{"Cookie": {h.signIn(agent)}}, 0)
}

func (b *browser) say(v any) {
	b.t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.socket.WriteMessage(gws.OpcodeText, data); err != nil {
		b.t.Fatalf("%s: %v", b.name, err)
	}
}

// patience is shorter than the silence after which the server takes a line for dead: what waits that long for a window that hangs fails.
const patience = time.Minute

// until hears what comes up to and with the first message for which ok holds.
func (b *browser) until(what string, ok func(told) bool) (all []told) {
	b.t.Helper()
	late := time.After(patience)
	for {
		select {
		case m := <-b.heard:
			all = append(all, m)
			if ok(m) {
				return all
			}
		case err := <-b.closed:
			b.t.Fatalf("%s waits for %s: the line was closed: %v", b.name, what, err)
		case <-late:
			b.t.Fatalf("%s waits for %s; heard %s", b.name, what, show(all))
		}
	}
}

// next is the next message of a type.
func (b *browser) next(kind string) told {
	b.t.Helper()
	all := b.until(kind, func(m told) bool { return m.Type == kind })
	return all[len(all)-1]
}

// ends waits for the end of the line.
func (b *browser) ends() {
	b.t.Helper()
	select {
	case <-b.closed:
	case <-time.After(patience):
		b.t.Fatalf("%s: the line does not end", b.name)
	}
}

// marked appends an event that everybody hears and returns what each browser heard before it, counts and pings aside.
func (h *house) marked(all ...*browser) [][]told {
	h.T.Helper()
	var e *desk.Event
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		e = &desk.Event{By: desk.System, Kind: desk.SettingUpdated, SubjectKind: desk.AboutSetting}
		return eventlog.Append(ctx, tx, e)
	})
	mark := e.Seq // known with the commit
	heard := make([][]told, len(all))
	for i, b := range all {
		before := b.until("the mark", func(m told) bool { return m.Type == "event" && m.events()[0].Seq == mark })
		heard[i] = slices.DeleteFunc(before[:len(before)-1], func(m told) bool { return m.Type == "counts" || m.Type == "ping" })
	}
	return heard
}

func show(all []told) string {
	var b strings.Builder
	for i, m := range all {
		if i == 30 {
			fmt.Fprintf(&b, "and %d more", len(all)-i)
			break
		}
		fmt.Fprintf(&b, "%s", m.Type)
		if m.Row != nil {
			fmt.Fprintf(&b, " %s", m.Row.ID)
		}
		if m.ID != 0 {
			fmt.Fprintf(&b, " %s", m.ID)
		}
		if k := m.kinds(); k != nil {
			fmt.Fprintf(&b, " %v", k)
		}
		b.WriteString("; ")
	}
	return b.String()
}

// rows are the conversations of which a row was told, each once.
func rows(all []told) (ids []desk.ConversationID) {
	for _, m := range all {
		if m.Type == "row" && !slices.Contains(ids, m.Row.ID) {
			ids = append(ids, m.Row.ID)
		}
	}
	return ids
}

func gone(all []told) (ids []desk.ConversationID) {
	for _, m := range all {
		if m.Type == "gone" {
			ids = append(ids, m.ID)
		}
	}
	return ids
}
