package email_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"tellus/internal/channel"
	"tellus/internal/channel/email"
	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
)

// patience is how long a test waits for what must happen: long, since it costs nothing where the driver works.
const patience = time.Minute

// memory is a channel.State that a test can look into.
type memory struct {
	mu     sync.Mutex
	data   []byte
	health desk.Health
	heard  chan struct{} // closed and replaced with each report
}

func newMemory() *memory { return &memory{heard: make(chan struct{})} }

func (m *memory) Load(context.Context) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.data, nil
}

func (m *memory) Save(_ context.Context, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.data = data
	return nil
}

func (m *memory) Health(h desk.Health) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.health = h
	close(m.heard)
	m.heard = make(chan struct{})
}

func (m *memory) kept() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return string(m.data)
}

// await waits for a report that satisfies want.
func (m *memory) await(t *testing.T, what string, want func(desk.Health) bool) desk.Health {
	t.Helper()
	timeout := time.After(patience)
	for {
		m.mu.Lock()
		h, heard := m.health, m.heard
		m.mu.Unlock()
		if want(h) {
			return h
		}
		select {
		case <-heard:
		case <-timeout:
			t.Fatalf("health: waited for %s, got %+v", what, h)
		}
	}
}

// arrival is what a store kept.
type arrival struct {
	channel.Arrival
	Raw string
}

// store accepts arrivals, once per source id, as intake does.
type store struct {
	mu      sync.Mutex
	byID    map[string]arrival
	order   []string
	twice   int
	changed chan struct{}
	refuse  func(a arrival) error
	active  int
	most    int
	delay   chan struct{} // accept waits for it where it is set
}

func newStore() *store {
	return &store{byID: map[string]arrival{}, changed: make(chan struct{})}
}

func (s *store) accept(ctx context.Context, a channel.Arrival) error {
	s.mu.Lock()
	s.active++
	s.most = max(s.most, s.active)
	delay := s.delay
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.active--
		s.mu.Unlock()
	}()
	if delay != nil {
		select {
		case <-delay:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	raw, err := io.ReadAll(a.Body)
	if err != nil {
		return fmt.Errorf("read %s: %w", a.SourceID, err)
	}
	got := arrival{Arrival: a, Raw: string(raw)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		if err := s.refuse(got); err != nil {
			return err
		}
	}
	if _, known := s.byID[a.SourceID]; known {
		s.twice++
		return nil
	}
	s.byID[a.SourceID] = got
	s.order = append(s.order, a.SourceID)
	close(s.changed)
	s.changed = make(chan struct{})
	return nil
}

func (s *store) arrivals() []arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []arrival
	for _, id := range s.order {
		all = append(all, s.byID[id])
	}
	return all
}

func (s *store) await(t testing.TB, count int) []arrival {
	t.Helper()
	timeout := time.After(patience)
	for {
		s.mu.Lock()
		n, changed := len(s.order), s.changed
		s.mu.Unlock()
		if n >= count {
			return s.arrivals()
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("waited for %d mails, have %d", count, n)
		}
	}
}

func (s *store) refusing(f func(a arrival) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = f
}

func mailOf(n int) string {
	return fmt.Sprintf("From: Ann <ann@customer.test>\r\nTo: desk@example.test\r\nSubject: mail %d\r\nMessage-ID: <%d@customer.test>\r\n\r\nWhere is order %d?\r\n", n, n, n)
}

func subjects(all []arrival) map[string]int {
	found := map[string]int{}
	for _, a := range all {
		for line := range strings.SplitSeq(a.Raw, "\r\n") {
			if subject, ok := strings.CutPrefix(line, "Subject: "); ok {
				found[subject]++
				break
			}
		}
	}
	return found
}

// logTo passes the driver's log to the test's.
func logTo(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func settingsFor(d *mailtest.Dovecot) channel.Settings {
	return channel.Settings{
		Inbox: desk.Inbox{
			ID: 7, Kind: desk.Email, Address: d.User,
			Receive: desk.Receive{Method: "imap", Host: d.Host, Port: d.Port, Security: "none", User: d.User, Auth: "password"},
		},
		ReceiveSecret: d.Password,
	}
}

// supervised runs a mailbox until the test ends, or until the function it returns is called.
func supervised(t *testing.T, d *email.Driver, settings channel.Settings, state channel.State, s *store) (stop func()) {
	t.Helper()
	d.Log = logTo(t)
	conn, err := d.Open(t.Context(), settings, state)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		email.Supervise(ctx, conn, s.accept, email.Backoff{First: 20 * time.Millisecond, Longest: 200 * time.Millisecond, Stubborn: 50 * time.Millisecond})
	}()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			<-done
			if err := conn.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}
