package worklog_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/worklog"
	"tellus/internal/platform/db"
)

func TestTimeIsCorrectedByItsOwnerAndSupervisors(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		s := &worklog.Service{Conversations: d.Conversations}
		otto, anna := d.Agent("Otto", desk.AgentRole), d.Agent("Anna", desk.AgentRole)
		scope := func(a desk.AgentID) desk.Scope { return desk.Scope{Agent: a, All: true} }
		c := d.Receive(desktest.Ann, "Hello")
		var w desk.TimeEntry
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			w, err = s.Add(ctx, tx, scope(otto), c, worklog.Entry{Seconds: 75 * 60, Note: " asked  the\nstore "})
			return err
		})
		if w.Day != "2026-03-02" || w.Note != "asked the store" || w.Agent != otto {
			d.T.Errorf("kept %+v", w)
		}
		spent := func(want int64) {
			d.T.Helper()
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				row, err := d.Conversations.Get(ctx, tx, scope(d.Eva), c)
				if row.Spent != want {
					d.T.Errorf("spent %d, want %d", row.Spent, want)
				}
				return err
			})
		}
		spent(4500)
		change := func(who desk.AgentID, others bool, version int64) error {
			return d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := s.Change(ctx, tx, scope(who), others, w.ID, worklog.Entry{Version: version, Seconds: 60, Day: "2026-03-01"})
				return err
			})
		}
		if err := change(anna, false, w.Version); !desk.IsRefusal(err, desk.Forbidden) {
			d.T.Errorf("another's: %v", err)
		}
		if err := change(d.Eva, true, w.Version); err != nil {
			d.T.Errorf("a supervisor: %v", err)
		}
		var r *desk.Refusal
		if err := change(otto, false, w.Version); !errors.As(err, &r) || r.Code != desk.Conflict {
			d.T.Errorf("a stale version: %v", err)
		}
		spent(60)
		for _, restored := range []bool{false, true} {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := s.Remove(ctx, tx, scope(otto), false, w.ID, restored)
				return err
			})
			spent(map[bool]int64{false: 0, true: 60}[restored])
		}
		err := d.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.Change(ctx, tx, desk.Scope{Agent: otto}, false, w.ID, worklog.Entry{Version: 2, Seconds: 5})
			return err
		})
		if !desk.IsRefusal(err, desk.NotFound) {
			d.T.Errorf("of a conversation out of sight: %v", err)
		}
	})
}

func TestAnAgentHasOneTimer(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		s := &worklog.Service{Conversations: d.Conversations}
		scope := desk.Scope{Agent: d.Eva, All: true}
		a, b := d.Receive(desktest.Ann, "Hello"), d.Receive(desktest.Bob, "Good day")
		set := func(f func(ctx context.Context, tx *db.Tx) (*desk.Timer, error)) (timer *desk.Timer) {
			d.T.Helper()
			d.Write(func(ctx context.Context, tx *db.Tx) (err error) { timer, err = f(ctx, tx); return err })
			return timer
		}
		start := func(c desk.ConversationID) *desk.Timer {
			return set(func(ctx context.Context, tx *db.Tx) (*desk.Timer, error) { return s.Start(ctx, tx, scope, c) })
		}
		pause := func() *desk.Timer {
			return set(func(ctx context.Context, tx *db.Tx) (*desk.Timer, error) { return s.Pause(ctx, tx, scope) })
		}
		first := start(a)
		d.After(10 * time.Minute)
		if again := start(a); again.Since != first.Since {
			d.T.Errorf("starting it twice: %+v after %+v", again, first)
		}
		if p := pause(); p.Since != 0 || p.Seconds/60 != 10 { // the clock of a desk also moves by itself, a little
			d.T.Errorf("paused at %+v", p)
		}
		d.After(time.Hour)
		if p := pause(); p.Seconds/60 != 10 {
			d.T.Errorf("paused twice: %+v", p)
		}
		start(a)
		d.After(5 * time.Minute)
		if other := start(b); other.Conversation != b || other.Seconds != 0 {
			d.T.Errorf("on the other: %+v", other)
		}
		works := func(c desk.ConversationID) (seconds []int64) {
			d.T.Helper()
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				all, err := s.Of(ctx, tx, scope, c)
				for _, w := range all {
					seconds = append(seconds, w.Seconds)
				}
				return err
			})
			return seconds
		}
		if got := works(a); len(got) != 1 || got[0]/60 != 15 {
			d.T.Errorf("the first kept %v, want 15 minutes", got)
		}
		d.After(48 * time.Hour)
		d.Write(func(ctx context.Context, tx *db.Tx) error { return s.Stop(ctx, tx, scope, "", false) })
		if got := works(b); len(got) != 1 || got[0] != 24*60*60 {
			d.T.Errorf("a forgotten one kept %v", got)
		}
		if err := d.Try(func(ctx context.Context, tx *db.Tx) error { return s.Stop(ctx, tx, scope, "", false) }); err == nil {
			d.T.Error("stopping none is not refused")
		}
		start(b)
		d.Write(func(ctx context.Context, tx *db.Tx) error { return s.Stop(ctx, tx, scope, "", true) })
		if got := works(b); len(got) != 1 {
			d.T.Errorf("a dropped one kept %v", got)
		}
	})
}
