// Package api is the desk's edge to browsers and programs: JSON operations below /api/v1, described by OpenAPI 3.1, and the files of the desk
// itself below /app. It owns the table idempotency. It opens the transactions, asks features for their use cases, and turns refusals into
// HTTP in one place; it decides nothing that a feature should.
package api

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tellus/internal/desk"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/commitment"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/duty"
	"tellus/internal/feature/field"
	"tellus/internal/feature/figure"
	"tellus/internal/feature/form"
	"tellus/internal/feature/hours"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/macro"
	"tellus/internal/feature/notice"
	"tellus/internal/feature/presence"
	"tellus/internal/feature/purchase"
	"tellus/internal/feature/routing"
	"tellus/internal/feature/segment"
	"tellus/internal/feature/setting"
	"tellus/internal/feature/sla"
	"tellus/internal/feature/staff"
	"tellus/internal/feature/statute"
	"tellus/internal/feature/view"
	"tellus/internal/feature/wallboard"
	"tellus/internal/feature/webhook"
	"tellus/internal/feature/worklog"
	"tellus/internal/flow/index"
	"tellus/internal/flow/intake"
	"tellus/internal/flow/person"
	"tellus/internal/flow/wall"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
	"tellus/internal/platform/outward"
	"tellus/internal/platform/secret"
)

const base = "/api/v1"

// Deps are what the server works with.
type Deps struct {
	DB             *db.DB
	Staff          *staff.Service
	Keys           *secret.Keyring
	Setup          SetupHook     // keeps what set-up asks for beyond the first owner; nothing where nil
	URL            func() string // the public base URL without a slash at its end; its scheme decides about Secure cookies and HSTS
	Version        string
	UI             fs.FS // the built desk, see package ui
	Log            *slog.Logger
	Inboxes        *inbox.Service
	Forms          *form.Service
	Macros         *macro.Service
	Views          *view.Service
	Segments       *segment.Service
	Hours          *hours.Service
	Feeds          *hours.Feeds
	Customers      *customer.Service
	Purchases      *purchase.Service
	Webhooks       *webhook.Service
	Conversations  *conversation.Service
	Policies       *sla.Service
	Statutes       *statute.Service
	Duty           *duty.Service
	Routing        *routing.Service
	Rules          *automation.Service
	Settings       *setting.Service
	Intake         *intake.Intake
	Index          *index.Index
	Persons        *person.Person
	Watch          *person.Watch // notes who saw whose record; nobody does where nil
	Blobs          *blob.Store
	Outward        *outward.Client
	Notices        *notice.Service
	Presence       *presence.Service
	WishesChanged  func(ctx context.Context, tx *db.Tx, agent desk.AgentID) error // what an agent wants to be told
	Connections    Connections
	Outbox         conversation.Outbox // queues a message for delivery
	NewMailID      func(from string) string
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
}

// Server answers HTTP. Use New.
type Server struct {
	Deps
	mux     *http.ServeMux
	api     huma.API
	routes  map[string]route
	handled map[string]bool
	desk    *deskFiles
	// frameFont is the desk's font as a stylesheet of the frames declares it.
	frameFont string
	flights   *flights
	live      LiveFeed
	Fields    *field.Service
	Worklog   *worklog.Service
	// Commitments are what people promised customers.
	Commitments *commitment.Service
	Wallboards  *wallboard.Service
	walls       *wall.Walls
	pictures    chan struct{} // places for pictures being made smaller
}

// New returns a server with every operation registered. It panics where an operation and the table of routes disagree, which a test
// would have found.
func New(d Deps) *Server {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	if d.URL == nil {
		d.URL = func() string { return "" }
	}
	s := &Server{Deps: d, mux: http.NewServeMux(), routes: map[string]route{}, handled: map[string]bool{}, flights: newFlights(), pictures: make(chan struct{}, 2),
		Fields: &field.Service{}, Worklog: &worklog.Service{Conversations: d.Conversations}, Commitments: &commitment.Service{Conversations: d.Conversations},
		Wallboards: &wallboard.Service{}, walls: &wall.Walls{DB: d.DB, Figures: &figure.Service{Conversations: d.Conversations}, Staff: d.Staff, Presence: d.Presence}}
	for _, r := range routes {
		if _, twice := s.routes[r.id]; twice {
			panic("api: two routes are called " + r.id)
		}
		s.routes[r.id] = r
	}
	operations := newPatterns(s.mux)
	s.api = humago.NewWithPrefix(operations, base, config(d.Version))
	s.register()
	for id := range s.routes {
		if !s.handled[id] {
			panic("api: nothing handles " + id)
		}
	}
	s.mux.HandleFunc("/api/", operations.others)
	s.mux.HandleFunc("GET "+base+"/openapi.yaml", s.describe)
	if d.UI != nil {
		s.desk = newDeskFiles(d.UI)
		s.frameFont = frameFont(s.desk)
		s.mux.Handle("GET /app/", s.desk)
		s.mux.Handle("GET /app", http.RedirectHandler("/app/", http.StatusTemporaryRedirect))
	}
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/app/", http.StatusTemporaryRedirect)
	})
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(w, "ok")
	})
	return s
}

// Mount lets another edge answer a pattern, within the log, the headers and the limits of this one.
func (s *Server) Mount(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// ClientIP is the network address that a request came from, trusted proxies aside.
func (s *Server) ClientIP(r *http.Request) string { return s.clientIP(r) }

// Handler returns the server with everything that stands around it: log, headers, cross-origin protection, limits and compression.
func (s *Server) Handler() http.Handler {
	var h http.Handler = s.mux
	h = compress(h)
	h = s.protect(h)
	h = s.headers(h)
	return s.watch(h)
}

// describe serves the description of the API to whoever writes a program against it.
func (s *Server) describe(w http.ResponseWriter, r *http.Request) {
	y, err := s.api.OpenAPI().YAML()
	if err != nil {
		writeProblem(w, s.problem(r.Context(), fmt.Errorf("write OpenAPI: %w", err)))
		return
	}
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	_, _ = w.Write(y) // the client may have gone; nothing is left to do then
}

// Spec returns the OpenAPI 3.1 description as YAML. It needs no database.
func Spec() ([]byte, error) {
	y, err := New(Deps{Version: "1"}).api.OpenAPI().YAML()
	if err != nil {
		return nil, fmt.Errorf("write OpenAPI: %w", err)
	}
	return y, nil
}

// https reports whether browsers reach the server by TLS.
func (s *Server) https() bool { return strings.HasPrefix(s.URL(), "https://") }

// origin is the scheme, host and port that browsers know the server by, "" where no URL is configured.
func (s *Server) origin() string {
	u, err := url.Parse(s.URL())
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
