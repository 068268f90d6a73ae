package promise_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/deadline"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/sla"
	"tellus/internal/platform/db"
)

// stepped is a policy of one promise, an hour, with steps before, at and after its due time.
func stepped(eva desk.AgentID) sla.Edit {
	tell := []desk.Action{{Do: desk.TellPeople, Agents: []desk.AgentID{eva}, Leads: true}}
	return sla.Edit{Name: "Everybody", Active: true, Targets: []sla.Target{{Kind: deadline.FirstAnswer, Minutes: []int64{60, 60, 60, 60}}}, Steps: []conversation.PolicyStep{
		{Minutes: -20, Actions: tell},
		{Minutes: 0, Kinds: []deadline.Kind{deadline.FirstAnswer}, Actions: []desk.Action{{Do: desk.SetPriority, Priority: desk.Urgent}}},
		{Minutes: 30, Every: 30, Times: 3, Actions: tell},
		{Minutes: 0, Kinds: []deadline.Kind{deadline.Resolve}, Actions: tell},
	}}
}

// steps are what steps did to a conversation, in order, with what they caused.
func (w *world) steps(c desk.ConversationID) (lines []string) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT e.seq, e.kind, COALESCE(e.data, ''), e.cause, COALESCE((SELECT o.kind FROM event o WHERE o.seq = e.cause), '') FROM event e
			WHERE e.conversation = $1 AND (e.kind IN ('clock.escalated', 'clock.step_failed') OR e.cause <> 0) ORDER BY e.seq`, c)
		_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
			var kind, data, because string
			var seq, cause int64
			if err := r.Scan(&seq, &kind, &data, &cause, &because); err != nil {
				return err
			}
			var d struct {
				Kind         string
				Nth, Minutes int64
				Why          string
			}
			if kind == "clock.escalated" || kind == "clock.step_failed" {
				if err := json.Unmarshal([]byte(data), &d); err != nil {
					return err
				}
				kind += fmt.Sprintf(" %s %d %d", d.Kind, d.Minutes, d.Nth) + d.Why
			}
			if cause != 0 {
				kind += " because of " + because
			}
			lines = append(lines, kind)
			return nil
		})
		return err
	})
	return lines
}

func TestStepsAreTakenBeforeAndAfterTheDueTime(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		p := w.create(stepped(w.Eva))
		c := w.Receive(desktest.Ann, "Where is my parcel?")
		w.After(35 * time.Minute)
		w.fire()
		if got := w.steps(c); len(got) > 0 {
			t.Fatalf("taken too early: %v", got)
		}
		if next := w.clocks(c)[0].Step; next != w.Row(c).DueAt.Add(-20*time.Minute) {
			t.Errorf("the next step is shown at %s, due is %s", next, w.Row(c).DueAt)
		}
		want := []string{"clock.escalated first_answer -20 1", "people.told because of clock.escalated"}
		w.After(10 * time.Minute)
		w.fire()
		w.fire()
		if diff := cmp.Diff(want, w.steps(c)); diff != "" {
			t.Fatalf("before it was due:\n%s", diff)
		}
		want = append(want, "clock.escalated first_answer 0 1", "conversation.changed because of clock.escalated")
		w.After(20 * time.Minute)
		w.fire()
		got := w.steps(c)
		if len(got) < 4 || w.Row(c).Priority != desk.Urgent {
			t.Fatalf("when it was due: %v, priority %d", got, w.Row(c).Priority)
		}
		want[3] = got[3]
		// Nobody looks for long: what was missed is taken as one.
		w.After(70 * time.Minute)
		w.fire()
		want = append(want, "clock.escalated first_answer 60 2", "people.told because of clock.escalated")
		if diff := cmp.Diff(want, w.steps(c)); diff != "" {
			t.Fatalf("after it was due:\n%s", diff)
		}
		// The policy is changed: nothing that was taken is taken again, and nothing that would have been is taken late.
		e := p.Edit
		e.Steps = append(e.Steps, conversation.PolicyStep{Minutes: 10, Actions: e.Steps[0].Actions})
		w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			p, err = w.Policies.Change(ctx, tx, desk.ByAgent(w.Eva), p.ID, e)
			return err
		})
		w.Settle()
		w.fire()
		if diff := cmp.Diff(want, w.steps(c)); diff != "" {
			t.Fatalf("after the policy changed:\n%s", diff)
		}
		if p.Steps[0].ID != 1 || p.Steps[4].ID != 5 {
			t.Errorf("steps have the ids %d and %d", p.Steps[0].ID, p.Steps[4].ID)
		}
		// An answer ends it.
		w.Reply(c, "It is on its way.")
		w.After(5 * time.Hour)
		w.fire()
		if diff := cmp.Diff(want, w.steps(c)); diff != "" {
			t.Errorf("after the answer:\n%s", diff)
		}
	})
}

func TestSeveralNodesTakeAStepOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.create(stepped(w.Eva))
		const many = 30
		var all []desk.ConversationID
		for i := range many {
			all = append(all, w.ReceiveAbout(desktest.Ann, fmt.Sprintf("Matter %d", i), fmt.Sprintf("What about %d?", i)))
		}
		w.After(50 * time.Minute)
		done := make(chan error)
		for range 3 {
			go func() {
				_, err := w.Promises.Fire(t.Context())
				done <- err
			}()
		}
		for range 3 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		for _, c := range all {
			if diff := cmp.Diff([]string{"clock.escalated first_answer -20 1", "people.told because of clock.escalated"}, w.steps(c)); diff != "" {
				t.Errorf("conversation %s:\n%s", c, diff)
			}
		}
	})
}

// TestAStepThatCannotBeTakenSaysSo has a step meet a conversation that only named people see: it is left alone, the timeline says so, and others get theirs.
func TestAStepThatCannotBeTakenSaysSo(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.create(stepped(w.Eva))
		mine, other := w.Receive(desktest.Ann, "A matter of mine"), w.ReceiveAbout(desktest.Ann, "Another", "And this?")
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE conversation SET restricted = TRUE WHERE id = $1`, mine)
			return err
		})
		w.After(50 * time.Minute)
		w.fire()
		if diff := cmp.Diff([]string{"clock.escalated first_answer -20 1", "clock.step_failed first_answer 0 0not_found because of clock.escalated"}, w.steps(mine)); diff != "" {
			t.Errorf("what only named people see:\n%s", diff)
		}
		if got := w.steps(other); len(got) != 2 {
			t.Errorf("the other: %v", got)
		}
	})
}
