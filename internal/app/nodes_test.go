package app

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/lxzan/gws"

	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
	"tellus/internal/feature/setting"
	"tellus/internal/platform/db/dbtest"
)

// listening is a window whose messages are kept.
type listening struct {
	gws.BuiltinEventHandler
	heard chan string
}

func (l *listening) OnMessage(_ *gws.Conn, m *gws.Message) {
	defer m.Close() // gives the buffer back
	select {
	case l.heard <- m.Data.String():
	default:
	}
}

// TestTwoNodesAreOneDesk runs two nodes on one PostgreSQL: a mail that one takes shows at the other, who looks is seen at both, and what one ends is ended
// at the other.
func TestTwoNodesAreOneDesk(t *testing.T) {
	t.Parallel()
	address := dbtest.PostgresURL(t)
	first := Config{Data: t.TempDir(), Database: address, Logger: dbtest.Logger(t)}
	second := Config{Data: t.TempDir(), Database: address, Logger: dbtest.Logger(t)}
	a := start(t, first)
	key, err := os.ReadFile(first.in(keyFile))
	if err == nil {
		err = os.WriteFile(second.in(keyFile), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	b := start(t, second)
	b.settle() // by the link that was printed last
	a.do("POST", "/session", object{"email": "inga@shop.example", "password": "gaišs rīts virs Gaujas"}, nil)
	sink := mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true})
	at := mailtest.FreeAddress(t)
	onA, onB := &listening{heard: make(chan string, 10_000)}, &listening{heard: make(chan string, 10_000)}
	windowA, windowB := a.windowTo(onA), b.windowTo(onB)
	defer windowA.NetConn().Close() // the server may have closed first
	defer windowB.NetConn().Close() // as above
	hears := func(l *listening, what string, words ...string) {
		t.Helper()
		var all []string
		dbtest.Eventually(t, what, func() bool {
			for {
				select {
				case text := <-l.heard:
					all = append(all, text)
					found := true
					for _, w := range words {
						found = found && strings.Contains(text, w)
					}
					if found {
						return true
					}
				default:
					return false
				}
			}
		})
	}
	// Only node A takes mail: the receiver of B finds the port taken, and tries again.
	a.change(func(s *setting.Settings) { s.UndoSeconds, s.Receiver.Listen = 0, at })
	a.do("POST", "/inboxes", box(sink, desk.Receive{Method: "smtp"}), nil)
	mail := "From: ann@customer.example\nTo: support@shop.example\nSubject: To whichever\nMessage-ID: <n@customer.example>\n\nHello\n"
	dbtest.Eventually(t, "a mail is taken", func() bool { return a.deliver(at, "ann@customer.example", "support@shop.example", mail) == nil })
	hears(onA, "the row at A", `"type":"row"`, "To whichever")
	hears(onB, "the row at B", `"type":"row"`, "To whichever")
	sunk(t, sink, 1)
	id := b.rows("all")[0].ID
	say := func(w *gws.Conn, v any) {
		t.Helper()
		data, err := json.Marshal(v)
		if err == nil {
			err = w.WriteMessage(gws.OpcodeText, data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	say(windowB, object{"type": "open", "conversation": id})
	hears(onB, "who looks at B", `"type":"presence"`, `"agents":[{"agent":1}]`)
	say(windowA, object{"type": "typing", "conversation": id, "on": true})
	hears(onB, "that A types", `"type":"presence"`, fmt.Sprintf(`"conversation":%s`, id), `"typing":true`)
	_ = windowA.NetConn().Close() // the browser dies
	hears(onB, "that A has gone", `"type":"presence"`, `"agents":[{"agent":1}]`)
	again := a.windowTo(onA)
	defer again.NetConn().Close() // the server may have closed first
	say(again, object{"type": "typing", "conversation": id, "on": true})
	hears(onB, "that A types again", `"type":"presence"`, `"typing":true`)
	a.stop()
	hears(onB, "that A's node has stopped", `"type":"presence"`, `"agents":[{"agent":1}]`)
	dbtest.Eventually(t, "B takes mail once A does not", func() bool {
		return b.deliver(at, "bob@customer.example", "support@shop.example", strings.NewReplacer("ann@", "bob@", "<n@", "<n2@", "whichever", "the other").Replace(mail)) == nil
	})
	hears(onB, "the second row at B", `"type":"row"`, "To the other")
}
