package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strconv"
	"sync"
	"time"

	"tellus/internal/channel"
	"tellus/internal/channel/email"
	"tellus/internal/desk"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
)

// mailroom runs the connections of the inboxes: each mailbox is read by one node of the cluster, and every node sends.
type mailroom struct {
	db      *db.DB
	node    *cluster.Node
	inboxes *inbox.Service
	staff   *staff.Service
	driver  *email.Driver
	accept  channel.Accept
	url     func() string
	log     *slog.Logger

	// authURL and tokenURL stand in for the providers' in tests.
	authURL, tokenURL string

	mu      sync.Mutex
	lines   map[desk.InboxID]*line
	sources map[string]*grantSource // by sourceKey
}

// line is the connection of one inbox with the settings of one version.
type line struct {
	version int64
	conn    channel.Conn
	stop    context.CancelFunc
	done    chan struct{}
}

func (m *mailroom) end(l *line) {
	l.stop()
	<-l.done
	if err := l.conn.Close(); err != nil {
		m.log.Debug("connection closed", "error", err)
	}
}

// again is how soon what could not be opened is tried again.
const again = 30 * time.Second

// reconnectTopic carries the id of an inbox whose connection is to be opened anew, wherever in the cluster it is.
const reconnectTopic = "inbox.reconnect"

// run keeps a connection for each active inbox until ctx ends.
func (m *mailroom) run(ctx context.Context) {
	changed, stop := m.db.Listen(inbox.Changed)
	defer stop()
	asked, end := m.node.Subscribe(reconnectTopic, 100)
	defer end()
	for {
		var retry <-chan time.Time
		if err := m.follow(ctx); err != nil && ctx.Err() == nil {
			m.log.ErrorContext(ctx, "inboxes could not be looked up or opened", "error", err)
			retry = time.After(again)
		}
		select {
		case <-ctx.Done():
			m.endAll()
			return
		case <-changed:
		case <-retry:
		case ask := <-asked:
			if id, err := strconv.ParseInt(ask.Payload, 10, 64); err == nil {
				m.endLine(desk.InboxID(id))
			}
		}
	}
}

// endAll ends all connections side by side: each may need a moment to say goodbye.
func (m *mailroom) endAll() {
	m.mu.Lock()
	lines := m.lines
	m.lines = map[desk.InboxID]*line{}
	m.mu.Unlock()
	var work sync.WaitGroup
	for _, l := range lines {
		work.Go(func() { m.end(l) })
	}
	work.Wait()
}

func (m *mailroom) endLine(id desk.InboxID) {
	m.mu.Lock()
	l := m.lines[id]
	delete(m.lines, id)
	m.mu.Unlock()
	if l != nil {
		m.end(l) // not under the lock: others send meanwhile
	}
}

// follow opens what is new or changed, and ends what is gone.
func (m *mailroom) follow(ctx context.Context) error {
	var all []desk.Inbox
	if err := m.db.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = m.inboxes.All(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	wanted := map[desk.InboxID]desk.Inbox{}
	for _, in := range all {
		if in.Active {
			wanted[in.ID] = in
		}
	}
	m.mu.Lock()
	open := maps.Clone(m.lines)
	m.mu.Unlock()
	for id, l := range open {
		if in, ok := wanted[id]; !ok || in.Version != l.version {
			m.endLine(id)
			delete(open, id)
		}
	}
	var errs []error
	for id, in := range wanted {
		if open[id] == nil {
			errs = append(errs, m.start(ctx, in))
		}
	}
	return errors.Join(errs...)
}

func (m *mailroom) start(ctx context.Context, in desk.Inbox) error {
	settings, err := m.settings(ctx, in)
	if err != nil {
		return err
	}
	conn, err := m.driver.Open(ctx, settings, &state{m: m, inbox: in.ID})
	if err != nil {
		return fmt.Errorf("open inbox %s: %w", in.ID, err)
	}
	life, stop := context.WithCancel(ctx)
	l := &line{version: in.Version, conn: conn, stop: stop, done: make(chan struct{})}
	m.mu.Lock()
	m.lines[in.ID] = l
	m.mu.Unlock()
	go func() {
		defer close(l.done)
		m.receive(life, in.ID, conn)
	}()
	return nil
}

// receive reads the mailbox while this node holds its lease.
func (m *mailroom) receive(ctx context.Context, id desk.InboxID, conn channel.Conn) {
	for ctx.Err() == nil {
		lease, err := m.node.Acquire(ctx, "inbox/"+id.String())
		if errors.Is(err, cluster.ErrTaken) {
			// Another node reads it. The more inboxes wait like this, the more seldom each asks: about once a second together.
			m.mu.Lock()
			wait := time.Duration(max(len(m.lines), 5)) * time.Second
			m.mu.Unlock()
			if !pause(ctx, wait) {
				return
			}
			continue
		}
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			m.log.WarnContext(ctx, "lease of a mailbox not taken", "inbox", id, "error", err)
			if !pause(ctx, time.Second) {
				return
			}
			continue
		}
		held, lost := context.WithCancel(ctx)
		go func() {
			select {
			case <-lease.Lost():
			case <-held.Done():
			}
			lost()
		}()
		email.Supervise(held, conn, m.accept, email.Backoff{})
		lost()
		if err := lease.Release(context.WithoutCancel(ctx)); err != nil && !errors.Is(err, cluster.ErrLost) && !errors.Is(err, db.ErrClosed) {
			m.log.Warn("lease of a mailbox not released", "inbox", id, "error", err)
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// Send hands a mail to the server of an inbox: a deliver.Outlet.
func (m *mailroom) Send(ctx context.Context, id desk.InboxID, out channel.Outgoing) (channel.Receipt, error) {
	m.mu.Lock()
	l := m.lines[id]
	m.mu.Unlock()
	if l == nil {
		return channel.Receipt{}, fmt.Errorf("inbox %s is switched off", id)
	}
	receipt, err := l.conn.Send(ctx, out)
	m.noteSending(ctx, id, err)
	return receipt, err
}

// Permanent reports whether an error of Send will not mend by itself.
func (m *mailroom) Permanent(err error) bool { return email.Permanent(err) }

// noteSending keeps whether sending works, where that changed.
func (m *mailroom) noteSending(ctx context.Context, id desk.InboxID, err error) {
	(&state{m: m, inbox: id}).change(ctx, func(h *desk.Health) bool {
		before := h.Outgoing
		h.Outgoing, h.OutProblem = "ok", desk.Problem{}
		if err != nil {
			h.Outgoing, h.OutProblem = "failing", email.ProblemOf(err, m.db.Now())
		}
		return before != h.Outgoing || err != nil
	})
}

// settings opens an inbox's secrets. With OAuth the secret is a grant with its client, refreshed and saved as providers change it.
func (m *mailroom) settings(ctx context.Context, in desk.Inbox) (channel.Settings, error) {
	out := channel.Settings{Inbox: in}
	err := m.db.Read(ctx, func(tx *db.Tx) (err error) {
		out.ReceiveSecret, out.SubmitSecret, err = m.inboxes.OpenSecrets(ctx, tx, in.ID)
		return err
	})
	if err != nil {
		return out, err
	}
	out.ReceiveToken = m.tokens(in.ID, "receive", in.Receive.Auth, out.ReceiveSecret)
	out.SubmitToken = m.tokens(in.ID, "submit", in.Submit.Auth, out.SubmitSecret)
	return out, nil
}

// authorised is the secret of one side of an inbox that signs in by OAuth.
type authorised struct {
	ClientID     string      `json:"clientId"`
	ClientSecret string      `json:"clientSecret"`
	Tenant       string      `json:"tenant,omitempty"`
	Grant        email.Grant `json:"grant"`
}

// grantSource gives the access tokens of a grant.
type grantSource struct {
	give channel.TokenSource
	kept string // the secret as it is stored, guarded by the mailroom
}

// tokens returns access tokens for one side of an inbox, nil where it signs in by password or was not authorised yet. Where a grant is of no use any more
// it looks whether another node stored a newer one.
func (m *mailroom) tokens(id desk.InboxID, side, provider, secret string) channel.TokenSource {
	source := m.source(id, provider, secret)
	if source == nil {
		return nil
	}
	return func(ctx context.Context) (string, error) {
		token, err := source.give(ctx)
		if err == nil {
			return token, nil
		}
		now, lookErr := m.secretOf(ctx, id, side)
		m.mu.Lock()
		same := now == source.kept
		m.mu.Unlock()
		if lookErr != nil || same {
			return "", err
		}
		newer := m.source(id, provider, now)
		if newer == nil {
			return "", err
		}
		return newer.give(ctx)
	}
}

func (m *mailroom) secretOf(ctx context.Context, id desk.InboxID, side string) (secret string, err error) {
	err = m.db.Read(ctx, func(tx *db.Tx) error {
		receive, submit, err := m.inboxes.OpenSecrets(ctx, tx, id)
		if secret = submit; side == "receive" {
			secret = receive
		}
		return err
	})
	return secret, err
}

// source returns the one source of tokens of a grant. Both sides of an inbox, a test of its connection and its next connection share it: a provider may
// take a refresh token back once it was used, so that two sources of one grant would put each other out of work.
func (m *mailroom) source(id desk.InboxID, provider, secret string) *grantSource {
	var a authorised
	if provider != "google" && provider != "microsoft" || json.Unmarshal([]byte(secret), &a) != nil {
		return nil // also a password from before the switch to OAuth
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	key := sourceKey(id, provider, secret)
	if known := m.sources[key]; known != nil {
		return known
	}
	s := &grantSource{kept: secret}
	s.give = m.client(provider, a).Source(a.Grant, func(ctx context.Context, g email.Grant) error {
		a.Grant = g
		text, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("keep grant of inbox %s: %w", id, err)
		}
		if err := m.keepGrant(ctx, id, s.kept, string(text)); err != nil {
			return err
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.sources, sourceKey(id, provider, s.kept))
		s.kept = string(text)
		m.sources[sourceKey(id, provider, s.kept)] = s
		return nil
	})
	m.sources[key] = s
	return s
}

// sourceKey names a grant without holding it.
func sourceKey(id desk.InboxID, provider, secret string) string {
	sum := sha256.Sum256([]byte(provider + " " + secret))
	return id.String() + " " + hex.EncodeToString(sum[:])
}

// keepGrant stores a changed grant on every side that had it before. A side that was authorised anew meanwhile keeps that.
func (m *mailroom) keepGrant(ctx context.Context, id desk.InboxID, before, now string) error {
	return m.db.Write(ctx, func(tx *db.Tx) error {
		receive, submit, err := m.inboxes.OpenSecrets(ctx, tx, id)
		if err != nil {
			return err
		}
		for side, secret := range map[string]string{"receive": receive, "submit": submit} {
			if secret != before {
				continue
			}
			if err := m.inboxes.KeepSecret(ctx, tx, id, side, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *mailroom) client(provider string, a authorised) email.OAuth {
	return email.OAuth{Provider: provider, ClientID: a.ClientID, ClientSecret: a.ClientSecret, Tenant: a.Tenant, RedirectURL: m.url() + "/api/v1/oauth/callback",
		AuthURL: m.authURL, TokenURL: m.tokenURL, Log: m.log}
}

// state is what a connection remembers, and its health, in the database.
type state struct {
	m     *mailroom
	inbox desk.InboxID
}

func (s *state) Load(ctx context.Context) (data []byte, err error) {
	err = s.m.db.Read(ctx, func(tx *db.Tx) (err error) {
		data, err = s.m.inboxes.State(ctx, tx, s.inbox)
		return err
	})
	return data, err
}

func (s *state) Save(ctx context.Context, data []byte) error {
	return s.m.db.Write(ctx, func(tx *db.Tx) error { return s.m.inboxes.SaveState(ctx, tx, s.inbox, data) })
}

// Health keeps what the receiving side reports; the sending side's part stays.
func (s *state) Health(now desk.Health) {
	s.change(context.Background(), func(h *desk.Health) bool {
		outgoing, problem := h.Outgoing, h.OutProblem
		*h = now
		h.Inbox, h.Outgoing, h.OutProblem = s.inbox, outgoing, problem
		return true
	})
}

func (s *state) change(ctx context.Context, change func(*desk.Health) bool) {
	err := s.m.db.Write(ctx, func(tx *db.Tx) error {
		h, err := s.m.inboxes.HealthOf(ctx, tx, s.inbox)
		if err != nil || !change(&h) {
			return err
		}
		return s.m.inboxes.SaveHealth(ctx, tx, h)
	})
	if err != nil && !errors.Is(err, db.ErrClosed) {
		s.m.log.Warn("health of an inbox not kept", "inbox", s.inbox, "error", err)
	}
}

// Test tries settings; secrets that are not given are those stored for the inbox.
func (m *mailroom) Test(ctx context.Context, e inbox.Edit) (in, out desk.Problem, err error) {
	settings := channel.Settings{Inbox: e.Inbox()}
	if e.ID != 0 {
		if settings, err = m.settings(ctx, e.Inbox()); err != nil {
			return in, out, err
		}
	}
	if e.ReceiveSecret != nil {
		settings.ReceiveSecret = *e.ReceiveSecret
	}
	if e.SubmitSecret != nil {
		settings.SubmitSecret = *e.SubmitSecret
	}
	in, out = m.driver.Test(ctx, settings)
	if e.Receive.Method == "smtp" {
		err = m.db.Read(ctx, func(tx *db.Tx) (err error) {
			in, err = m.inboxes.Receiving(ctx, tx)
			return err
		})
	}
	if settings.ReceiveToken != nil && in.Code == "oauth" || settings.SubmitToken != nil && out.Code == "oauth" {
		in, out = m.driver.Test(ctx, settings) // a token that was refused was replaced by then
	}
	return in, out, err
}

// Reconnect ends an inbox's back-off by opening its connection anew, on whichever node it is.
func (m *mailroom) Reconnect(id desk.InboxID) { m.node.Publish(reconnectTopic, id.String()) }
