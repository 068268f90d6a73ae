package promise_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/deadline"
	"tellus/internal/feature/sla"
	"tellus/internal/platform/db"
)

// TestATargetIsMeasuredByThePast answers ten mails after ten minutes, twenty and so on: what is promised is measured by them before a policy is saved, and the same way by its clocks.
func TestATargetIsMeasuredByThePast(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		live := func(prefix string) {
			var all []desk.ConversationID
			for i := range 10 {
				all = append(all, w.ReceiveAbout(desktest.Ann, fmt.Sprintf("%s %d", prefix, i), fmt.Sprintf("What about %s %d?", prefix, i)))
			}
			begun := w.Now()
			for i, c := range all {
				w.After(begun.Add(time.Duration(i+1)*10*time.Minute - 5*time.Minute).Sub(w.Now()))
				w.Reply(c, "It is on its way.")
			}
		}
		measure := func(id desk.PolicyID, minutes int64, scope desk.Scope) (h sla.Honesty) {
			w.Read(func(ctx context.Context, tx *db.Tx) (err error) {
				h, err = w.Policies.Honest(ctx, tx, scope, id, sla.Edit{Name: "Soon", Active: true,
					Targets: []sla.Target{{Kind: deadline.FirstAnswer, Minutes: []int64{0, minutes, 0, 0}}, {Kind: deadline.Resolve, Minutes: []int64{0, minutes, 0, 0}}}})
				return err
			})
			return h
		}
		eva := w.Scope(w.Eva)
		if h := measure(0, 60, eva); h.Looked != 0 || h.Shares[0].Looked != 0 || h.Shares[0].Bold {
			t.Errorf("with nothing to measure by: %+v", h)
		}
		live("Parcel")
		h := measure(0, 60, eva)
		near := func(got int64, minutes int64) bool { return got > (minutes-6)*60 && got <= minutes*60 }
		if s := h.Shares[0]; h.Looked != 10 || s.Looked != 10 || s.Kept != 6 || !s.Bold || !near(s.Half, 50) || !near(s.Aimed, 90) || h.Aim != 90 {
			t.Errorf("an hour: %+v", h)
		}
		if s := h.Shares[1]; s.Looked != 0 || s.Bold {
			t.Errorf("of solutions nothing is known: %+v", s)
		}
		if s := measure(0, 90, eva).Shares[0]; s.Kept != 9 || s.Bold {
			t.Errorf("an hour and a half: %+v", s)
		}
		// With a policy its clocks are measured, by its own place in the order and by any other's behind it not at all.
		p := w.create(usual())
		live("Invoice")
		if s := measure(p.ID, 60, eva).Shares[0]; s.Looked != 20 || s.Kept != 12 {
			t.Errorf("by clocks and without: %+v", s)
		}
		if s := measure(0, 60, eva).Shares[0]; s.Looked != 0 {
			t.Errorf("behind a policy that takes all: %+v", s)
		}
		// What somebody does not see is not measured for him.
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE conversation SET restricted = TRUE`)
			return err
		})
		if diff := cmp.Diff(0, measure(p.ID, 60, eva).Looked); diff != "" {
			t.Errorf("restricted:\n%s", diff)
		}
	})
}
