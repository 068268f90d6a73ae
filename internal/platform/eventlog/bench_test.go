package eventlog_test

import (
	"testing"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/eventlog"
)

// BenchmarkAppendToTail measures from the start of a transaction that appends one event until a tail has it.
func BenchmarkAppendToTail(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			l, err := eventlog.Open(b.Context(), d, nil, dbtest.Logger(b))
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			last := desk.Seq(0)
			for b.Loop() {
				e := fact(1)
				if err := d.Write(b.Context(), func(tx *db.Tx) error { return eventlog.Append(b.Context(), tx, e) }); err != nil {
					b.Fatal(err)
				}
				events, err := l.Tail(b.Context(), last, 10)
				if err != nil || len(events) != 1 {
					b.Fatalf("Tail: %v, %v", events, err)
				}
				last = events[0].Seq
			}
		})
	}
}
