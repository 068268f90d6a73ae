package promise_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	engine "tellus/internal/engine/commitment"
	"tellus/internal/engine/deadline"
	"tellus/internal/feature/commitment"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/sla"
	"tellus/internal/platform/db"
)

// promise has an agent promise something in so many minutes.
func (w *world) promise(who desk.AgentID, c desk.ConversationID, words string, minutes int) (made commitment.Commitment) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		made, err = w.Commitments.Make(ctx, tx, w.Scope(who), c, commitment.Edit{Words: words, Due: tx.Now.Add(time.Duration(minutes) * time.Minute)})
		return err
	})
	return made
}

// promised is how the commitments of a conversation stand, as "state words".
func (w *world) promised(c desk.ConversationID) (lines []string) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx *db.Tx) error {
		all, err := w.Commitments.Of(ctx, tx, w.Scope(w.Eva), c)
		for _, m := range all {
			lines = append(lines, string(m.State)+" "+m.Words)
		}
		return err
	})
	return lines
}

func (w *world) due(c desk.ConversationID, at desk.Time, of string) {
	w.T.Helper()
	if row := w.Row(c); row.DueAt != at || row.DueFor != of {
		w.T.Errorf("due at %s for %q, want %s for %q", row.DueAt, row.DueFor, at, of)
	}
}

func TestWhatPeoplePromiseIsDueToldOfAndKept(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		c := w.Receive(desktest.Ann, "Where is my parcel?")
		call := w.promise(w.Eva, c, "I will call you", 120)
		w.Reply(c, "I will call you at one.")
		w.due(c, call.Due, desk.OwedCommitment) // nobody waits for an answer, and yet something is due
		sooner := w.promise(w.Eva, c, "I will look at once", 40)
		w.due(c, sooner.Due, desk.OwedCommitment)
		w.After(29 * time.Minute)
		w.fire()
		if got := w.told(); len(got) > 0 {
			t.Fatalf("told too early: %v", got)
		}
		w.After(2 * time.Minute)
		w.fire()
		w.fire()
		want := []string{"clock.warned 1 commitment"}
		if diff := cmp.Diff(want, w.told()); diff != "" {
			t.Fatalf("as it comes close:\n%s", diff)
		}
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Commitments.End(ctx, tx, w.Scope(w.Eva), sooner.ID, commitment.Ending{Kept: true})
			return err
		})
		w.due(c, call.Due, desk.OwedCommitment)
		w.After(95 * time.Minute)
		w.fire()
		want = append(want, "clock.breached 1 commitment") // one that nobody looked at as it came close is told of as late, once
		if diff := cmp.Diff(want, w.told()); diff != "" {
			t.Fatalf("as its time passed:\n%s", diff)
		}
		if diff := cmp.Diff([]string{"late I will call you", "kept I will look at once"}, w.promised(c)); diff != "" {
			t.Errorf("they stand so:\n%s", diff)
		}
		// What is resolved is not due; its promise is still to be kept.
		resolved := desk.StatusResolved
		w.Change(c, conversation.Change{Status: &resolved})
		w.due(c, desk.Never, "")
		reopened := desk.StatusOpen
		w.Change(c, conversation.Change{Status: &reopened})
		w.due(c, call.Due, desk.OwedCommitment)
		// With another time it was broken, and a new one is promised.
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			now, err := w.Commitments.Change(ctx, tx, w.Scope(w.Eva), call.ID, commitment.Edit{Words: "I will call you", Due: tx.Now.Add(time.Hour), Version: call.Version})
			if err == nil && (now.ID == call.ID || now.State != engine.Open) {
				t.Errorf("a promise that was broken became %+v", now)
			}
			return err
		})
		if diff := cmp.Diff([]string{"open I will call you", "broken I will call you", "kept I will look at once"}, w.promised(c)); diff != "" {
			t.Errorf("they stand so:\n%s", diff)
		}
	})
}

func TestCommitmentsGoWithWhatIsMerged(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		a, b := w.ReceiveAbout(desktest.Ann, "Parcel", "Where is it?"), w.ReceiveAbout(desktest.Ann, "Invoice", "Where is that?")
		w.Reply(a, "Soon")
		w.Reply(b, "Soon")
		made := w.promise(w.Eva, b, "The invoice by noon", 60)
		w.due(a, desk.Never, "")
		var m conversation.Merge
		w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			m, err = w.Conversations.Merge(ctx, tx, desk.ByAgent(w.Eva), w.Scope(w.Eva), a, []desk.ConversationID{b})
			return err
		})
		w.due(a, made.Due, desk.OwedCommitment)
		if diff := cmp.Diff([]string{"open The invoice by noon"}, w.promised(a)); diff != "" {
			t.Errorf("merged:\n%s", diff)
		}
		// It is kept where it was merged into, and that is told there.
		w.After(61 * time.Minute)
		w.fire()
		var at desk.ConversationID
		w.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `SELECT conversation FROM event WHERE kind = 'clock.breached'`).Scan(&at)
		})
		if at != a {
			t.Errorf("told in conversation %s, want %s", at, a)
		}
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Conversations.UndoMerge(ctx, tx, desk.ByAgent(w.Eva), w.Scope(w.Eva), m.ID)
			return err
		})
		w.due(a, desk.Never, "")
		w.due(b, made.Due, desk.OwedCommitment)
		if got := w.promised(a); len(got) > 0 {
			t.Errorf("still promised in what it was merged into: %v", got)
		}
	})
}

func TestSeveralNodesTellOfACommitmentOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		c := w.Receive(desktest.Ann, "Where is my parcel?")
		for i := range 30 {
			w.promise(w.Eva, c, fmt.Sprintf("Promise %d", i), 30+i)
		}
		w.After(2 * time.Hour)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if _, err := w.Promises.Fire(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.Read(func(ctx context.Context, tx *db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT data FROM event WHERE kind IN ('clock.warned', 'clock.breached')`)
			told, err := db.Rows(rows, err, func(r *sql.Rows, s *string) error { return r.Scan(s) })
			if len(told) != 30 {
				t.Errorf("30 promises were told of %d times", len(told))
			}
			return err
		})
	})
}

func TestWhoKeepsIt(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		tom := w.Agent("Tom", desk.AgentRole)
		c := w.Receive(desktest.Ann, "Where is my parcel?")
		w.promise(w.Eva, c, "We will call you", 60)
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Commitments.Make(ctx, tx, w.Scope(w.Eva), c, commitment.Edit{Words: "Tom will write", Due: tx.Now.Add(time.Hour), Agent: tom})
			return err
		})
		mine := func(who desk.AgentID) (words []string) {
			w.Read(func(ctx context.Context, tx *db.Tx) error {
				all, err := w.Commitments.Open(ctx, tx, w.Scope(who), true)
				for _, o := range all {
					words = append(words, o.Words)
				}
				return err
			})
			return words
		}
		if diff := cmp.Diff([]string{"We will call you"}, mine(w.Eva)); diff != "" {
			t.Errorf("nobody has it:\n%s", diff)
		}
		w.Change(c, conversation.Change{Assignee: &tom})
		if diff := cmp.Diff([]string{"We will call you", "Tom will write"}, mine(tom)); diff != "" {
			t.Errorf("Tom has it:\n%s", diff)
		}
		if got := mine(w.Eva); len(got) > 0 {
			t.Errorf("Eva still keeps %v", got)
		}
	})
}

// TestStepsOfPoliciesAreTakenForWhatPeoplePromise: those for all promises and those for commitments are, before and after, once; one that the policy does not have any more is not.
func TestStepsOfPoliciesAreTakenForWhatPeoplePromise(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		tell := []desk.Action{{Do: desk.TellPeople, Agents: []desk.AgentID{w.Eva}}}
		e := sla.Edit{Name: "Everybody", Active: true, Targets: []sla.Target{{Kind: deadline.Resolve, Minutes: []int64{9000, 9000, 9000, 9000}}}, Steps: []conversation.PolicyStep{
			{Minutes: -20, Kinds: []deadline.Kind{deadline.Commitment}, Actions: tell},
			{Minutes: 30, Actions: []desk.Action{{Do: desk.SetPriority, Priority: desk.Urgent}}},
			{Minutes: -10, Kinds: []deadline.Kind{deadline.Resolve}, Actions: tell},
		}}
		c := w.Receive(desktest.Ann, "Where is my parcel?")
		call := w.promise(w.Eva, c, "I will call you", 60)
		p := w.create(e) // made after the promise: its steps hold for it
		w.After(35 * time.Minute)
		w.fire()
		if got := w.steps(c); len(got) > 0 {
			t.Fatalf("taken too early: %v", got)
		}
		w.After(6 * time.Minute)
		w.fire()
		w.fire()
		want := []string{"clock.escalated commitment -20 1", "people.told because of clock.escalated"}
		if diff := cmp.Diff(want, w.steps(c)); diff != "" {
			t.Fatalf("before it was due:\n%s", diff)
		}
		w.After(55 * time.Minute) // late by 36 minutes
		w.fire()
		w.fire()
		want = append(want, "clock.escalated commitment 30 1", "conversation.changed because of clock.escalated")
		got := w.steps(c)
		if len(got) < 4 || w.Row(c).Priority != desk.Urgent {
			t.Fatalf("after it was due: %v, priority %d", got, w.Row(c).Priority)
		}
		if diff := cmp.Diff(want[:3], got[:3]); diff != "" {
			t.Errorf("after it was due:\n%s", diff)
		}
		// What is kept calls for nothing, and a policy without steps neither.
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Commitments.End(ctx, tx, w.Scope(w.Eva), call.ID, commitment.Ending{Kept: true})
			return err
		})
		w.promise(w.Eva, c, "And I will write", 60)
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			e := p.Edit
			e.Steps = nil
			_, err := w.Policies.Change(ctx, tx, desk.ByAgent(w.Eva), p.ID, e)
			return err
		})
		w.Settle()
		w.After(3 * time.Hour)
		w.fire()
		if more := w.steps(c); len(more) != len(got) {
			t.Errorf("steps of a policy that has none: %v", more[len(got):])
		}
	})
}
