package app

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lxzan/gws"

	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
	"tellus/internal/feature/setting"
	"tellus/internal/platform/db/dbtest"
)

// TestNothingToDoCostsNothing counts what the whole program, with an inbox and an open window, asks of its database while nothing happens: at most a
// statement a second.
func TestNothingToDoCostsNothing(t *testing.T) {
	t.Parallel()
	const span = 12 * time.Second
	for name, address := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := &statements{by: map[string]int{}}
			idle(t, Config{Data: t.TempDir(), Database: address(t), Logger: dbtest.Logger(t), trace: asked.note})
			time.Sleep(2 * time.Second) //nolint:forbidigo // a span without anything to wait for is what is measured
			for left := 5; ; left-- {
				asked.forget()
				time.Sleep(span) //nolint:forbidigo // as above
				n, list := asked.list()
				t.Logf("%d statements in %v:\n%s", n, span, list)
				if n <= int(span.Seconds()) {
					return
				}
				if left == 0 { // on a busy machine what followed the mail may come late; what is asked for ever comes in every span
					t.Fatalf("%d statements in %v, want one a second at most", n, span)
				}
			}
		})
	}
}

// statements counts statements.
type statements struct {
	mu sync.Mutex
	by map[string]int
}

func (s *statements) note(query string, _ []any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by[strings.Join(strings.Fields(query), " ")]++
}

func (s *statements) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.by)
}

func (s *statements) list() (n int, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for query, times := range s.by {
		n += times
		text += fmt.Sprintf("%4d %.150s\n", times, query)
	}
	return n, text
}

// idle is a desk with an inbox that is read, one mail, and an open window.
func idle(t *testing.T, c Config) *running {
	t.Helper()
	r := start(t, c)
	r.settle()
	sink := mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true})
	at := mailtest.FreeAddress(t)
	r.change(func(s *setting.Settings) { s.UndoSeconds, s.Receiver.Listen = 0, at })
	r.do("POST", "/inboxes", box(sink, desk.Receive{Method: "smtp"}), nil)
	dbtest.Eventually(t, "a mail is taken", func() bool {
		return r.deliver(at, "ann@customer.example", "support@shop.example", "From: ann@customer.example\nSubject: Hello\nMessage-ID: <i@x.example>\n\nHello\n") == nil
	})
	sunk(t, sink, 1)
	window := r.window()
	t.Cleanup(func() { _ = window.NetConn().Close() })
	return r
}

// window opens the live line of the signed-in owner and reads it.
func (r *running) window() *gws.Conn { return r.windowTo(gws.BuiltinEventHandler{}) }

func (r *running) windowTo(handler gws.Event) *gws.Conn {
	r.t.Helper()
	u, err := url.Parse(r.url)
	if err != nil {
		r.t.Fatal(err)
	}
	var cookies []string
	for _, c := range r.client.Jar.Cookies(u) {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	socket, _, err := gws.NewClient(handler, &gws.ClientOption{Addr: strings.Replace(r.url, "http", "ws", 1) + "/api/v1/live",
		RequestHeader: map[string][]string{"Cookie": {strings.Join(cookies, "; ")}}})
	if err != nil {
		r.t.Fatal(err)
	}
	go socket.ReadLoop()
	return socket
}
