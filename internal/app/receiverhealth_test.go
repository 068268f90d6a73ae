package app

import (
	"net"
	"testing"

	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
	"tellus/internal/feature/setting"
	"tellus/internal/platform/db/dbtest"
)

// TestAnInboxSaysWhetherItsMailIsTaken looks at an inbox without a mailbox while nobody takes its mail, where the port is somebody else's, and when all is well.
func TestAnInboxSaysWhetherItsMailIsTaken(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, c, _ Config) {
		r := start(t, c)
		r.settle()
		sink := mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true})
		in := box(sink, desk.Receive{Method: "smtp"})
		r.do("POST", "/inboxes", in, nil)
		fares := func(state, code string) {
			t.Helper()
			dbtest.Eventually(t, "the inbox is "+state+" "+code, func() bool {
				var list struct{ Items []desk.Health }
				r.do("GET", "/inboxes/health", nil, &list)
				return len(list.Items) == 1 && list.Items[0].State == state && list.Items[0].Problem.Code == code
			})
			var found struct{ In desk.Problem }
			r.do("POST", "/inboxes/test", in, &found)
			if found.In.Code != code {
				t.Errorf("the test says %+v, want the code %q", found.In, code)
			}
		}
		fares("failing", "receiver_off")
		taken, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		r.change(func(s *setting.Settings) { s.Receiver.Listen = taken.Addr().String() })
		fares("failing", "receiver_failed")
		if err := taken.Close(); err != nil {
			t.Fatal(err)
		}
		r.change(func(s *setting.Settings) { s.Receiver.Listen = "127.0.0.1:0" })
		fares("ok", "")
		r.change(func(s *setting.Settings) { s.Receiver.Listen = "" })
		fares("failing", "receiver_off")
	})
}
