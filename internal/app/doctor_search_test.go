package app

import (
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/search"
)

func TestDoctorTellsHowFarSearchIsBehind(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, c, _ Config) {
		fill(t, c)
		now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
		var newest int64
		write(t, c, func(tx *db.Tx) error {
			if _, err := tx.Exec(t.Context(), `INSERT INTO event (at, actor_kind, kind, subject_kind) VALUES ($1, 'system', 'x', 'x')`, desk.At(now.Add(-time.Hour))); err != nil {
				return err
			}
			return tx.Row(t.Context(), `SELECT max(seq) FROM event`).Scan(&newest)
		})
		says := func(want string) {
			t.Helper()
			d := open(t, c)
			defer closed(t, d)
			x := &examination{c: c, now: func() time.Time { return now }}
			x.search(t.Context(), d)
			if got := found(x); !strings.Contains(got, want) {
				t.Errorf("the doctor says\n%swant %q", got, want)
			}
		}
		says("note  search index: ")
		for want, s := range map[string]search.State{
			"ok    search index: It knows everything that happened.":         {Format: 1, Position: newest},
			"BAD   search index: It is 1 events behind, the oldest from 1h0": {Format: 1, Position: newest - 1},
			"made: 10 %. Messages below number 900 are still missing":        {Format: 2, Position: newest, Rest: 900, Whole: 1000},
		} {
			d := open(t, c)
			x, err := search.Open(t.Context(), d, c.in(searchFile), nil)
			if err == nil {
				err = x.Apply(t.Context(), search.Batch{State: s})
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := x.Close(); err != nil {
				t.Fatal(err)
			}
			closed(t, d)
			says(want)
		}
	})
}
