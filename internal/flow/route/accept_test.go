package route_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/assign"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// within has the team give out in turn, and take back what is not accepted in so many minutes.
func (w *world) within(minutes int) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		now, err := w.Router.Routing.Of(ctx, tx, w.team)
		if err != nil {
			return err
		}
		now.Method, now.PreviousDays, now.AcceptMinutes = assign.InTurn, 0, minutes
		_, _, err = w.Router.Routing.Set(ctx, tx, desk.ByAgent(w.Eva), w.team, now.Edit)
		return err
	})
	w.here(w.people...)
}

// later lets minutes pass, with everybody at his desk, and takes back what is over.
func (w *world) later(minutes int) {
	w.T.Helper()
	w.After(time.Duration(minutes) * time.Minute)
	for _, p := range w.people {
		w.Here[p] = desk.At(w.Now())
	}
	if _, err := w.Router.TakeBack(w.T.Context()); err != nil {
		w.T.Fatal(err)
	}
	w.Distribute()
}

func TestWhatIsNotAcceptedGoesToTheNext(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.within(10)
		c := w.receive(1)
		w.Distribute()
		had := map[desk.AgentID]bool{}
		for range w.people {
			who := w.Row(c).Assignee
			if who == 0 || had[who] {
				t.Fatalf("it is with %s, after %v", who, had)
			}
			had[who] = true
			w.later(9)
			if now := w.Row(c).Assignee; now != who {
				t.Fatalf("it went from %s to %s before the time was over", who, now)
			}
			w.later(2)
			if why := w.why(c); len(why) > len(had) {
				for _, p := range why[0].Considered {
					if (p.Out == assign.HadIt) != had[p.Agent] {
						t.Errorf("after %v: %+v", had, p)
					}
				}
			}
		}
		// Everybody had it: it waits for somebody, and comes first by next, before what is due.
		w.later(60)
		if who := w.Row(c).Assignee; who != 0 {
			t.Fatalf("it went round again, to %s", who)
		}
		if told := w.passed(); told != 3 {
			t.Errorf("%d times it was told that it was not accepted", told)
		}
		if row, err := w.take(w.people[0]); err != nil || row.ID != c {
			t.Errorf("next is %d: %v", row.ID, err)
		}
		w.later(60)
		if who := w.Row(c).Assignee; who != w.people[0] {
			t.Errorf("what he took was taken from him: %s has it", who)
		}
	})
}

func TestWhatIsAcceptedStays(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.within(10)
		changed, read, answered, moved := w.receive(1), w.receive(2), w.receive(3), w.receive(4)
		w.Distribute()
		who := map[desk.ConversationID]desk.AgentID{}
		for _, c := range []desk.ConversationID{changed, read, answered, moved} {
			who[c] = w.Row(c).Assignee
		}
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			high := desk.High
			by := who[changed]
			if _, err := w.Conversations.Update(ctx, tx, desk.ByAgent(by), w.Scope(by), changed, conversation.Change{Version: w.Row(changed).Version, Priority: &high}); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `INSERT INTO read_mark (agent, conversation, message) SELECT $1, id, last_incoming FROM conversation WHERE id = $2`, who[read], read)
			return err
		})
		w.reply(who[answered], answered)
		who[moved] = w.Eva
		w.Change(moved, conversation.Change{Assignee: &w.Eva})
		w.later(11)
		for c, p := range who {
			if now := w.Row(c).Assignee; now != p {
				t.Errorf("conversation %d went from %s to %s", c, p, now)
			}
		}
		if told := w.passed(); told != 0 {
			t.Errorf("%d were told to be not accepted", told)
		}
	})
}

// TestTwoNodesTakeBackOnce has two nodes look at once at what is over.
func TestTwoNodesTakeBackOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.within(10)
		for i := range 9 {
			w.receive(i)
		}
		w.Distribute()
		w.After(11 * time.Minute)
		var nodes sync.WaitGroup
		for range 2 {
			nodes.Go(func() {
				if _, err := w.Router.TakeBack(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		if told := w.passed(); told != 9 {
			t.Errorf("of 9 that were not accepted it was told %d times", told)
		}
	})
}

// passed is how often it was told that somebody did not accept something.
func (w *world) passed() (n int) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, `/* test */ SELECT count(*) FROM event WHERE kind = 'assignee.changed' AND data LIKE '%minutes%'`).Scan(&n)
	})
	return n
}
