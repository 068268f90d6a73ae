package promise_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/sla"
	"tellus/internal/platform/db"
)

// BenchmarkArrival is what a mail of a new conversation costs, with how many statements: without policies, and with twenty of which the last holds, which counts opening hours.
func BenchmarkArrival(b *testing.B) {
	for _, policies := range []int{0, 20} {
		b.Run(fmt.Sprintf("policies=%d", policies), func(b *testing.B) {
			d := desktest.New(b, desktest.SQLite)
			w := &world{Desk: d}
			w.calendar(desk.CalendarEdit{Name: "Days", Zone: "Europe/Riga", Country: "LV", Week: weekdays(9*60, 17*60), Inboxes: []desk.InboxID{w.Support}})
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				for i := range policies {
					e := usual()
					e.Name, e.Counts = fmt.Sprint("Policy ", i), conversation.CountOpening
					if i < policies-1 {
						e.Condition = condition.Node{Attr: "priority", Op: condition.Is, Values: []string{"urgent"}}
					}
					if _, err := (&sla.Service{Conversations: d.Conversations}).Create(ctx, tx, desk.ByAgent(d.Eva), e); err != nil {
						return err
					}
				}
				return nil
			})
			d.Settle()
			d.Receive(desktest.Ann, "The first one compiles what is remembered.")
			var statements atomic.Int64
			d.Trace(func(string, []any) { statements.Add(1) })
			n := 0
			for b.Loop() {
				n++
				d.ReceiveAbout(desktest.Ann, fmt.Sprint("Matter ", n), fmt.Sprintf("What about matter %d?", n))
			}
			b.ReportMetric(float64(statements.Load())/float64(n), "statements/op")
		})
	}
}
