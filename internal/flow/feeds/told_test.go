package feeds_test

import (
	"context"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/deadline"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/hours"
	"tellus/internal/feature/sla"
	"tellus/internal/platform/db"
	"tellus/internal/platform/ical"
)

// TestAPromiseSaysWhichEventItWaitedFor reads why a promise in opening hours is due when it is.
func TestAPromiseSaysWhichEventItWaitedFor(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.Policies.Create(ctx, tx, desk.ByAgent(h.Eva), sla.Edit{Name: "Promised", Active: true, Counts: conversation.CountOpening,
				Targets: []sla.Target{{Kind: deadline.FirstAnswer, Minutes: []int64{240, 240, 240, 240}}}})
			return err
		})
		h.Settle()
		c := h.Receive(desktest.Ann, "horse")
		h.sends("SUMMARY:Fire_drill DTSTART:20260302T110000Z DTEND:20260302T113000Z", "SUMMARY:Concert DTSTART:20260302T190000Z DTEND:20260302T230000Z")
		h.add(nil)
		var clocks []conversation.Clock
		h.Read(func(ctx context.Context, tx *db.Tx) (err error) {
			clocks, err = h.Conversations.Clocks(ctx, tx, h.Scope(h.Eva), c)
			return err
		})
		if len(clocks) != 1 || clocks[0].Due.Time().Format("15:04") != "14:30" {
			h.T.Fatalf("clocks %+v", clocks)
		}
		named := 0
		for _, s := range clocks[0].Explain {
			if s.Shut == hours.ShutEvent {
				named++
				if len(s.Days) != 1 || s.Days[0].Name != "Fire_drill" || s.From.Time().Format("15:04") != "11:00" || s.To.Time().Format("15:04") != "11:30" {
					h.T.Errorf("stretch %+v", s)
				}
			}
		}
		if named != 1 {
			h.T.Errorf("%d stretches name an event, want 1: %+v", named, clocks[0].Explain)
		}
	})
}

// TestWhoLookedFirstIsNotHeardLast has one node come back with what it heard after another has looked since.
func TestWhoLookedFirstIsNotHeardLast(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		h.sends("SUMMARY:Outing DTSTART;VALUE=DATE:20260303")
		f := h.add(nil)
		var slow hours.Asking
		h.Read(func(ctx context.Context, tx *db.Tx) (err error) {
			slow, _, err = h.feeds.Ask(ctx, tx, f.ID)
			return err
		})
		h.sends("SUMMARY:Another DTSTART;VALUE=DATE:20260304", "SUMMARY:Outing DTSTART;VALUE=DATE:20260303")
		h.look(f.ID)
		for _, heard := range []hours.Heard{{Why: hours.FeedUnreachable}, {Same: true}, {Events: ical.Calendar{}}} {
			h.Write(func(ctx context.Context, tx *db.Tx) error {
				moved, err := h.feeds.Take(ctx, tx, slow, heard)
				if moved {
					h.T.Errorf("%+v moved what is due", heard)
				}
				return err
			})
			if now := h.feed(f.ID); now.Events != 2 || now.FailedWhy != "" {
				h.T.Errorf("after %+v: %+v", heard, now)
			}
		}
	})
}

// TestTwoFeedsThatCloseTheSameMoveNothing takes one of two away that close the same day.
func TestTwoFeedsThatCloseTheSameMoveNothing(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		h.sends("SUMMARY:Outing DTSTART;VALUE=DATE:20260303")
		one := h.add(nil)
		before := h.redone()
		h.add(func(e *hours.FeedEdit) { e.Name = "The same" })
		if h.redone() != before {
			h.T.Error("what is due was worked out anew for a day that was closed already")
		}
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			_, moved, err := h.feeds.Remove(ctx, tx, desk.System, h.cal, one.ID)
			if moved {
				h.T.Error("what closes as before moved what is due")
			}
			return err
		})
		if h.hours().OpenAt(h.Now().AddDate(0, 0, 1)) {
			h.T.Error("open though another feed closes it")
		}
	})
}

// TestALookThatWasLostIsMadeUpFor drops the job of a feed, as a node does that dies with the last attempt.
func TestALookThatWasLostIsMadeUpFor(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		h.sends("SUMMARY:Outing DTSTART;VALUE=DATE:20260303")
		f := h.add(nil)
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			n, err := tx.Exec(ctx, `DELETE FROM job WHERE kind = 'calendar.look'`)
			if n != 1 {
				h.T.Errorf("%d jobs wait to look at it, want 1", n)
			}
			return err
		})
		asked := h.count()
		h.After(7 * time.Hour)
		h.Write(func(ctx context.Context, tx *db.Tx) error { return h.feeds.LookForLost(ctx, tx) })
		h.Settle()
		if h.count() == asked || h.feed(f.ID).ReadAt <= f.ReadAt {
			h.T.Errorf("nobody looked again: asked %d times, %+v", h.count(), h.feed(f.ID))
		}
	})
}
