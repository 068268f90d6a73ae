package route_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/assign"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/routing"
	"tellus/internal/platform/db"
)

// One desk lives through all draws, so that a failure is read from what happened to it, not by drawing less.
func init() {
	for name, value := range map[string]string{"rapid.shrinktime": "0s", "rapid.nofailfile": "true", "rapid.checks": "25"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
}

// world is a desk with a team that gives out what comes to Support.
type world struct {
	*desktest.Desk
	team   desk.TeamID
	people []desk.AgentID
}

func both(t *testing.T, test func(t *testing.T, w *world)) {
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			w := &world{Desk: desktest.New(t, e)}
			for _, name := range []string{"Anna", "Bruno", "Carla"} {
				w.people = append(w.people, w.Agent(name, desk.AgentRole))
			}
			w.team = w.Team("Helpers", w.people...)
			w.ChangeInbox(w.Support, func(e *inbox.Edit) { e.Team = w.team })
			test(t, w)
		})
	}
}

// set decides how the team gives out.
func (w *world) set(m assign.Method, capacity, days int) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		now, err := w.Router.Routing.Of(ctx, tx, w.team)
		if err != nil {
			return err
		}
		_, _, err = w.Router.Routing.Set(ctx, tx, desk.ByAgent(w.Eva), w.team, routing.Edit{Method: m, Capacity: capacity, PreviousDays: days, Version: now.Version})
		return err
	})
	w.Distribute()
}

// here has exactly these people at their desks.
func (w *world) here(people ...desk.AgentID) {
	w.T.Helper()
	clear(w.Here)
	for _, p := range people {
		w.Here[p] = desk.At(w.Now())
	}
	w.After(2 * time.Minute) // longer than the grace time of who has gone
	for _, p := range people {
		w.Here[p] = desk.At(w.Now())
	}
	w.Distribute()
}

func (w *world) reply(agent desk.AgentID, c desk.ConversationID) {
	w.T.Helper()
	if _, err := w.ReplyAs(agent, c, conversation.Reply{HTML: "<p>So it is.</p>", Then: conversation.Wait, Anyway: true}); err != nil {
		w.T.Fatal(err)
	}
}

func (w *world) why(c desk.ConversationID) (all []routing.Assignment) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = w.Router.Routing.Assignments(ctx, tx, c)
		return err
	})
	return all
}

func (w *world) receive(n int) desk.ConversationID {
	w.T.Helper()
	return w.ReceiveAbout(desktest.Person{Name: fmt.Sprint("Customer ", n), Address: fmt.Sprintf("c%d@home.example", n)}, fmt.Sprint("Matter ", n, " of ", w.Now().Unix()), "Hello?")
}

func TestWaitingWorkIsGivenToWhoComes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.set(assign.InTurn, 2, 0)
		first, second, third := w.receive(1), w.receive(2), w.receive(3)
		w.Distribute()
		if who := w.Row(first).Assignee; who != 0 {
			t.Fatalf("given to %d, who is not there", who)
		}
		w.here(w.people[1])
		for _, c := range []desk.ConversationID{first, second} {
			if row := w.Row(c); row.Assignee != w.people[1] || row.Status != desk.StatusOpen {
				t.Errorf("conversation %d is with %d, %s", c, row.Assignee, row.Status)
			}
		}
		if who := w.Row(third).Assignee; who != 0 {
			t.Errorf("the third was given to %d, who has two", who)
		}
		why := w.why(first)
		if len(why) != 1 || why[0].How != assign.Only || len(why[0].Considered) != 3 || why[0].Considered[1].Out != assign.Away {
			t.Errorf("why: %+v", why)
		}
		// Answering makes room, the moment it happens.
		w.reply(w.people[1], first)
		w.Distribute()
		if who := w.Row(third).Assignee; who != w.people[1] {
			t.Errorf("the third is with %d", who)
		}
		// A colleague comes: in turn it is his.
		w.here(w.people[0], w.people[1])
		w.Distribute()
		fourth := w.receive(4)
		w.Distribute()
		if who := w.Row(fourth).Assignee; who != w.people[0] {
			t.Errorf("the fourth is with %d", who)
		}
	})
}

func TestWhoHadTheCustomerComesFirst(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.set(assign.LeastBusy, 5, 30)
		w.here(w.people[2])
		first := w.receive(1)
		w.Distribute()
		w.here(w.people...)
		again := w.receive(1)
		w.Distribute()
		if row, why := w.Row(again), w.why(again); row.Assignee != w.people[2] || why[0].How != assign.WasBefore {
			t.Errorf("with %d: %+v", row.Assignee, why)
		}
		w.After(31 * 24 * time.Hour)
		w.here(w.people...)
		late := w.receive(1)
		w.Distribute()
		if row := w.Row(late); row.Assignee == w.people[2] {
			t.Errorf("a month later still with who had %d", first)
		}
	})
}

func TestARestrictedOneGoesToWhoMaySeeItAlone(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.set(assign.InTurn, 5, 0)
		c := w.receive(1)
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			return w.Conversations.SetAccess(ctx, tx, desk.ByAgent(w.Eva), w.Scope(w.Eva), c, conversation.Access{Restricted: true, Agents: []desk.AgentID{w.Eva, w.people[2]}})
		})
		w.here(w.people[0], w.people[1])
		if who := w.Row(c).Assignee; who != 0 {
			t.Fatalf("given to %d", who)
		}
		w.here(w.people...)
		if who := w.Row(c).Assignee; who != w.people[2] {
			t.Errorf("with %d", who)
		}
	})
}

func (w *world) take(agent desk.AgentID) (row desk.Conversation, err error) {
	err = w.Try(func(ctx context.Context, tx *db.Tx) (err error) {
		row, err = w.Conversations.TakeNext(ctx, tx, w.Scope(agent), w.Segments.Worth)
		return err
	})
	return row, err
}

// TestTheNextIsTheMostImportant has what is due soon come first, then the priority, then the customer's value, then who waits longest.
func TestTheNextIsTheMostImportant(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.ChangeInbox(w.Support, func(e *inbox.Edit) { e.AnswerWithin = 600 })
		late := w.receive(1)
		w.After(9 * time.Hour)
		first, second, worthy, high := w.receive(2), w.receive(3), w.receive(4), w.receive(5)
		raised := desk.High
		w.Change(high, conversation.Change{Priority: &raised})
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO customer_figure (customer, name_key, value, next_at) VALUES ($1, 'c', 12000, $2)
				ON CONFLICT (customer) DO UPDATE SET value = excluded.value`, w.Row(worthy).Customer, desk.Never)
			return err
		})
		for i, want := range []desk.ConversationID{late, high, worthy, first, second} {
			if row, err := w.take(w.people[i%3]); err != nil || row.ID != want {
				t.Errorf("took %d as number %d, want %d: %v", row.ID, i, want, err)
			}
		}
	})
}

func TestTheNextIsTakenOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		first := w.receive(1)
		w.After(time.Minute)
		second := w.receive(2)
		for i, want := range []desk.ConversationID{first, second} {
			if row, err := w.take(w.people[i]); err != nil || row.ID != want || row.Assignee != w.people[i] {
				t.Errorf("took %d for %d: %v", row.ID, row.Assignee, err)
			}
		}
		if _, err := w.take(w.people[0]); !desk.IsRefusal(err, desk.NotFound) {
			t.Errorf("took of nothing: %v", err)
		}
	})
}

// TestWorkIsTakenByNextOnly refuses what chooses: taking, giving to a colleague, taking from him, answering what nobody has. Next, one's own work, and who manages teams go on.
func TestWorkIsTakenByNextOnly(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		me, other := w.people[0], w.people[1]
		change := func(by desk.AgentID, c desk.ConversationID, ch conversation.Change) error {
			return w.Try(func(ctx context.Context, tx *db.Tx) error {
				ch.Version = w.Row(c).Version
				_, err := w.Conversations.Update(ctx, tx, desk.ByAgent(by), w.Scope(by), c, ch)
				return err
			})
		}
		give := func(by desk.AgentID, c desk.ConversationID, to desk.AgentID) error {
			return change(by, c, conversation.Change{Assignee: &to})
		}
		refused := func(what string, err error) {
			t.Helper()
			if r := (*desk.Refusal)(nil); !errors.As(err, &r) || r.Why != desk.WhyOnlyNext || r.Code != desk.Forbidden {
				t.Errorf("%s: %v", what, err)
			}
		}
		allowed := func(what string, err error) {
			t.Helper()
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		answer := func(by desk.AgentID, c desk.ConversationID) error {
			_, err := w.ReplyAs(by, c, conversation.Reply{HTML: "<p>So it is.</p>", Then: conversation.Wait, Anyway: true})
			return err
		}
		first, second := w.receive(1), w.receive(2)
		allowed("taking before it was said", give(me, first, me))
		w.only(true)
		allowed("handing over one's own", give(me, first, other))
		refused("taking from a colleague", give(me, first, me))
		refused("taking", give(me, second, me))
		refused("giving to a colleague", give(me, second, other))
		team := desk.TeamID(0)
		refused("taking out of the team and for oneself", change(me, second, conversation.Change{Team: &team, Assignee: &me}))
		refused("answering", answer(me, second))
		if row := w.Row(second); row.Assignee != 0 || row.Team != w.team || row.Messages != 1 {
			t.Errorf("what was refused left %+v", row)
		}
		allowed("who manages teams", give(w.Eva, second, other))
		allowed("giving back", give(other, second, 0))
		if row, err := w.take(me); err != nil || row.ID != second {
			t.Errorf("next: %d, %v", row.ID, err)
		}
		allowed("answering one's own", answer(me, second))
		allowed("giving back what waits for the customer", give(me, second, 0))
		allowed("taking what next does not serve", give(other, second, other))
		w.only(false)
		allowed("taking once it was taken back", give(me, first, me))
	})
}

// only has work of the team taken by next only, or not.
func (w *world) only(on bool) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		now, err := w.Router.Routing.Of(ctx, tx, w.team)
		if err != nil {
			return err
		}
		now.OnlyNext = on
		_, _, err = w.Router.Routing.Set(ctx, tx, desk.ByAgent(w.Eva), w.team, now.Edit)
		return err
	})
}

// TestSharesFollowTheWeights gives out twelve by weights of two, one and none, over restarts of the count in memory: shares are kept in the database.
func TestSharesFollowTheWeights(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.weigh(routing.Weight{Agent: w.people[0], Weight: 2}, routing.Weight{Agent: w.people[2], Weight: 0})
		w.here(w.people...)
		had := map[desk.AgentID]int{}
		for i := range 12 {
			c := w.receive(i)
			w.Distribute()
			had[w.Row(c).Assignee]++
		}
		if had[w.people[0]] != 8 || had[w.people[1]] != 4 {
			t.Errorf("given: %v to %v", had, w.people)
		}
		c := w.receive(20)
		w.Distribute()
		for _, who := range w.why(c)[0].Considered {
			if out := who.Agent == w.people[2]; out != (who.Out == assign.Weightless) || who.Agent == w.people[0] && who.Weight != 2 {
				t.Errorf("considered: %+v", who)
			}
		}
	})
}

func (w *world) weigh(weights ...routing.Weight) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		now, err := w.Router.Routing.Of(ctx, tx, w.team)
		if err != nil {
			return err
		}
		now.Method, now.Weights = assign.Weighted, weights
		_, _, err = w.Router.Routing.Set(ctx, tx, desk.ByAgent(w.Eva), w.team, now.Edit)
		return err
	})
	w.Distribute()
}

// Over random days: whatever happens, nothing waits that fits somebody, nobody is given more than he may, and each thing that was given says why, once.
func TestNothingWaitsThatFitsSomebody(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		customers := 0
		rapid.Check(t, func(rt *rapid.T) {
			capacity := rapid.IntRange(1, 3).Draw(rt, "capacity")
			w.set(rapid.SampledFrom(assign.Methods).Draw(rt, "method"), capacity, rapid.SampledFrom([]int{0, 30}).Draw(rt, "days"))
			had := map[desk.AgentID]int{}
			for range rapid.IntRange(3, 12).Draw(rt, "steps") {
				for _, p := range w.people {
					had[p] = w.load(p)
				}
				switch rapid.SampledFrom([]string{"mail", "mail", "mail", "here", "answer", "resolve", "give back", "take"}).Draw(rt, "step") {
				case "mail":
					customers++
					w.receive(customers % 7)
				case "here":
					w.here(rapid.SliceOfNDistinct(rapid.SampledFrom(w.people), 0, 3, rapid.ID).Draw(rt, "who")...)
				case "answer":
					if c := w.one(rt, `assignee IS NOT NULL`); c != 0 {
						w.reply(w.Row(c).Assignee, c)
					}
				case "resolve":
					if c := w.one(rt, `TRUE`); c != 0 {
						to := desk.StatusResolved
						w.Change(c, conversation.Change{Status: &to})
					}
				case "give back":
					if c := w.one(rt, `assignee IS NOT NULL`); c != 0 {
						var nobody desk.AgentID
						w.Change(c, conversation.Change{Assignee: &nobody})
					}
				case "take":
					if c := w.one(rt, `assignee IS NULL`); c != 0 {
						who := rapid.SampledFrom(w.people).Draw(rt, "who")
						w.Change(c, conversation.Change{Assignee: &who})
						had[who]++
					}
				}
				w.Distribute()
				w.check(rt, capacity, had)
			}
		})
	})
}

func (w *world) load(agent desk.AgentID) (n int) {
	w.Read(func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, `/* test */ SELECT count(*) FROM conversation WHERE assignee = $1 AND shelf = 0 AND status <> 'waiting'`, agent).Scan(&n)
	})
	return n
}

// one picks a conversation on the active shelf.
func (w *world) one(rt *rapid.T, where string) desk.ConversationID {
	var all []int64
	w.Read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `/* test */ SELECT id FROM conversation WHERE shelf = 0 AND `+where+` ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			all = append(all, id)
		}
		return rows.Err()
	})
	if len(all) == 0 {
		return 0
	}
	return desk.ConversationID(rapid.SampledFrom(all).Draw(rt, "conversation"))
}

func (w *world) check(rt *rapid.T, capacity int, had map[desk.AgentID]int) {
	var takers map[desk.AgentID]bool
	var waiting []conversation.InQueue
	w.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		if takers, err = w.Presence.Takers(ctx, tx, "mail"); err != nil {
			return err
		}
		waiting, err = w.Conversations.Queue(ctx, tx, w.team, nil, 100)
		return err
	})
	for _, p := range w.people {
		n := w.load(p)
		if takers[p] && n < capacity && len(waiting) > 0 {
			rt.Fatalf("%d wait while %d has %d of %d", len(waiting), p, n, capacity)
		}
		if n > max(capacity, had[p]) {
			rt.Fatalf("%d had %d, may have %d, and has %d", p, had[p], capacity, n)
		}
	}
	// What the system assigned and what says why are the same.
	var given, told int
	w.Read(func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Row(ctx, `/* test */ SELECT count(*) FROM event WHERE kind = 'assignee.changed' AND actor_kind = 'system'`).Scan(&given); err != nil {
			return err
		}
		return tx.Row(ctx, `/* test */ SELECT count(*) FROM assignment`).Scan(&told)
	})
	if given != told {
		rt.Fatalf("%d were given, of %d it is known why", given, told)
	}
}

func TestNobodyIsGivenAnythingByHand(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.here(w.people...)
		c := w.receive(1)
		w.Distribute()
		if who := w.Row(c).Assignee; who != 0 {
			t.Errorf("given to %d", who)
		}
	})
}

// TestWhatFitsNobodyHoldsUpNothing has more restricted conversations than are looked at at once wait before one that anybody may have.
func TestWhatFitsNobodyHoldsUpNothing(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		for i := range 103 {
			w.Receive(desktest.Person{Name: "Ann", Address: fmt.Sprintf("ann%d@mail.example", i)}, "For few eyes")
		}
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE conversation SET restricted = TRUE`)
			return err
		})
		last := w.Receive(desktest.Ann, "For anybody")
		w.set(assign.InTurn, 20, 30)
		w.here(w.people[0])
		if got := w.Row(last).Assignee; got != w.people[0] {
			t.Errorf("given to %s, want %s", got, w.people[0])
		}
	})
}

// TestWhoTookSomethingMeanwhileIsNotGivenMore has somebody reach his capacity by hand, or leave, between the decision and its writing.
func TestWhoTookSomethingMeanwhileIsNotGivenMore(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		me := w.people[0]
		w.set(assign.InTurn, 1, 0)
		mine := w.Receive(desktest.Ann, "Mine")
		waits := w.ReceiveAbout(desktest.Ann, "Another matter", "Theirs")
		w.here()
		w.Here[me] = desk.At(w.Now())
		if _, err := w.Presence.Review(t.Context(), w.DB); err != nil {
			t.Fatal(err)
		}
		plan := func() (do func(context.Context, *db.Tx) error) {
			if err := w.DB.Look(func(tx *db.Tx) (err error) {
				do, err = w.Router.Plan(t.Context(), tx, []desk.Event{{Kind: desk.PresenceChanged}})
				return err
			}); err != nil || do == nil {
				t.Fatal("nothing was decided", err)
			}
			return do
		}
		do := plan()
		w.Change(waits, conversation.Change{Assignee: &me})
		w.Write(do)
		if got := w.Row(mine).Assignee; got != 0 {
			t.Errorf("given to %s, who had as much as he may", got)
		}
		nobody := desk.AgentID(0)
		w.Change(waits, conversation.Change{Assignee: &nobody})
		do = plan()
		clear(w.Here)
		for range 2 { // that he has gone, and that he did not come back within the grace time
			w.After(2 * time.Minute)
			if _, err := w.Presence.Review(t.Context(), w.DB); err != nil {
				t.Fatal(err)
			}
		}
		w.Write(do)
		if a, b := w.Row(mine).Assignee, w.Row(waits).Assignee; a != 0 || b != 0 {
			t.Errorf("given to %s and %s, who had left", a, b)
		}
		w.here(me)
		if a, b := w.Row(mine).Assignee, w.Row(waits).Assignee; a != me && b != me {
			t.Errorf("nothing was given to who came back: %s, %s", a, b)
		}
	})
}
