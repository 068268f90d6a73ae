package route_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/assign"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/routing"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// letters are long enough for their language to be recognised.
var letters = map[string]string{
	"en": "Hello, I ordered a pair of shoes from you two weeks ago and they still have not arrived. Could you please tell me where they are?",
	"lv": "Labdien, pirms divām nedēļām pasūtīju pie jums kurpes, bet tās vēl nav atnākušas. Vai varat, lūdzu, pateikt, kur tās ir?",
}

// write has a customer write in a language of letters, or in none that is recognised.
func (w *world) write(customer int, language string) desk.ConversationID {
	w.T.Helper()
	text, ok := letters[language]
	if !ok {
		text = "4711"
	}
	c := w.ReceiveAbout(desktest.Person{Name: fmt.Sprint("Customer ", customer), Address: fmt.Sprintf("c%d@home.example", customer)}, fmt.Sprint("4711/", w.Now().Unix()), text)
	if got := w.Row(c).Language; got != language {
		w.T.Fatalf("a letter in %q is recognised as %q", language, got)
	}
	w.Distribute()
	return c
}

// speak has the team prefer or require who answers in the customer's language.
func (w *world) speak(m assign.Method, need assign.Need, minutes, capacity int) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		now, err := w.Router.Routing.Of(ctx, tx, w.team)
		if err != nil {
			return err
		}
		now.Method, now.Capacity, now.PreviousDays, now.Speak, now.WaiveMinutes = m, capacity, 0, need, minutes
		_, _, err = w.Router.Routing.Set(ctx, tx, desk.ByAgent(w.Eva), w.team, now.Edit)
		return err
	})
	w.Distribute()
}

// answers says in which languages somebody answers.
func (w *world) answers(who desk.AgentID, languages ...string) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		now, err := w.Staff.Agent(ctx, tx, who)
		if err != nil {
			return err
		}
		_, err = w.Staff.UpdateAgent(ctx, tx, staff.Identity{Agent: w.Eva, Role: desk.Owner, Permissions: desk.Roles[desk.Owner]}, staff.Visitor{}, who, staff.AgentChange{Version: now.Version, Answers: &languages})
		return err
	})
	w.Distribute()
}

// pass lets minutes pass, with these people at their desks, and has what is waived be told. It returns how long until something next is.
func (w *world) pass(minutes int, here ...desk.AgentID) time.Duration {
	w.T.Helper()
	w.After(time.Duration(minutes) * time.Minute)
	for _, p := range here {
		w.Here[p] = desk.At(w.Now())
	}
	next, err := w.Router.Waive(w.T.Context())
	if err != nil {
		w.T.Fatal(err)
	}
	w.Distribute()
	return next
}

func TestALetterGoesToWhoSpeaksItsLanguage(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		english, latvian := w.people[0], w.people[1]
		w.answers(latvian, "lv", "en")
		w.speak(assign.LeastBusy, assign.Required, 30, 20)
		w.here(english)
		letter := w.write(1, "lv")
		if who := w.Row(letter).Assignee; who != 0 {
			t.Fatalf("given to %s, who does not speak it", who)
		}
		for i, language := range []string{"en", ""} { // whoever knows it, or where it is not recognised anybody
			if who := w.Row(w.write(2+i, language)).Assignee; who != english {
				t.Errorf("a letter in %q is with %s", language, who)
			}
		}
		w.here(english, latvian)
		if who := w.Row(letter).Assignee; who != latvian {
			t.Fatalf("it is with %s, want %s", who, latvian)
		}
		why := w.why(letter)[0]
		if why.How != assign.Only || why.Language != "lv" || why.Speak != assign.Required || why.Waived {
			t.Errorf("why: %+v", why)
		}
		for _, c := range why.Considered {
			if (c.Out == assign.NoLanguage) != (c.Agent != latvian) || c.Foreign != (c.Agent != latvian) {
				t.Errorf("considered: %+v", c)
			}
		}
		// Who learns it is given what waits for it at once; who gave nothing answers in the language of his desk.
		second := w.write(5, "lv")
		w.here(english)
		w.here(english) // the other has gone, and did not come back
		third := w.write(6, "lv")
		w.answers(english, "en", "lv")
		if a, b := w.Row(second).Assignee, w.Row(third).Assignee; a != latvian || b != english {
			t.Errorf("they are with %s and %s", a, b)
		}
	})
}

func TestARequiredLanguageIsWaivedAtItsMinute(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		who := w.people[0]
		w.speak(assign.InTurn, assign.Required, 30, 20)
		w.here(who)
		before := w.Now()
		letter := w.write(1, "lv")
		wait := w.pass(29, who)
		if left := before.Add(30 * time.Minute).Sub(w.Now()); wait <= 0 || wait > left+time.Second {
			t.Errorf("it looks again in %s, and it is waived in %s", wait, left)
		}
		if got := w.Row(letter).Assignee; got != 0 {
			t.Fatalf("given to %s a minute too early", got)
		}
		w.pass(1, who)
		if got := w.Row(letter).Assignee; got != who {
			t.Fatalf("after 30 minutes it is with %s", got)
		}
		if why := w.why(letter)[0]; !why.Waived || why.Speak != assign.Required || !why.Considered[0].Foreign || why.Considered[0].Out != assign.Fit {
			t.Errorf("why: %+v", why)
		}
		// What is told is told once, and what comes later has minutes of its own.
		w.pass(0, who)
		if told := w.told(); told != 1 {
			t.Errorf("it was told %d times", told)
		}
		if again := w.write(2, "lv"); w.Row(again).Assignee != 0 {
			t.Error("a new letter does not wait")
		}
		// Where it is only preferred nothing waits.
		w.speak(assign.InTurn, assign.Preferred, 0, 20)
		if got := w.Row(w.write(3, "lv")).Assignee; got != who {
			t.Errorf("where it is preferred a letter is with %s", got)
		}
	})
}

// TestWhatIsWaivedIsToldOnce has two nodes look at once, and one of them find a moment later that it was told.
func TestWhatIsWaivedIsToldOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.speak(assign.InTurn, assign.Required, 30, 20)
		w.here(w.people...)
		for i := range 5 {
			w.write(i, "lv")
		}
		w.After(31 * time.Minute)
		var seen []routing.Waiving
		w.Read(func(ctx context.Context, tx *db.Tx) (err error) {
			seen, err = w.Router.Routing.Waivings(ctx, tx)
			return err
		})
		if len(seen) != 1 {
			t.Fatalf("%d teams require a language", len(seen))
		}
		var nodes sync.WaitGroup
		for range 2 {
			nodes.Go(func() {
				if _, err := w.Router.Waive(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		w.Write(func(ctx context.Context, tx *db.Tx) error { return w.Router.Routing.Waive(ctx, tx, seen[0], tx.Now) })
		if told := w.told(); told != 1 {
			t.Errorf("it was told %d times", told)
		}
	})
}

// TestWhatBeginsToWaitIsHeardOf has who sleeps until something is waived hear of what is waived earlier, and of nothing else.
func TestWhatBeginsToWaitIsHeardOf(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.speak(assign.InTurn, assign.Required, 30, 20)
		w.here(w.people...)
		moved, stop := w.DB.Listen(routing.WaitsMoved)
		defer stop()
		heard := func() bool {
			select {
			case <-moved:
				return true
			default:
				return false
			}
		}
		w.pass(0, w.people...)
		heard() // whatever came before
		w.write(1, "en")
		if heard() {
			t.Error("what waits for nobody was heard of")
		}
		w.write(2, "lv")
		if !heard() {
			t.Error("what waits was not heard of")
		}
		w.pass(1, w.people...)
		w.write(3, "lv")
		if heard() {
			t.Error("what is waived later than what was known was heard of")
		}
	})
}

// TestItIsToldWhileSomebodyWatches has the watch itself run, and told that something moved.
func TestItIsToldWhileSomebodyWatches(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.speak(assign.InTurn, assign.Required, 30, 20)
		w.here(w.people[0])
		letter := w.write(1, "lv")
		w.After(30 * time.Minute)
		w.Here[w.people[0]] = desk.At(w.Now())
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		events, deaf := w.DB.Listen("eventlog")
		defer deaf()
		var watch sync.WaitGroup
		watch.Go(func() {
			if err := w.Router.WatchWaits(ctx); err != nil {
				t.Error(err)
			}
		})
		for late := time.After(time.Minute); w.told() == 0; {
			select {
			case <-events:
			case <-late:
				t.Fatal("nothing was told")
			}
		}
		stop()
		watch.Wait()
		w.Distribute()
		if got := w.Row(letter).Assignee; got != w.people[0] {
			t.Errorf("it is with %s", got)
		}
	})
}

// told is how often it was told that a language is waived.
func (w *world) told() (n int) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, `/* test */ SELECT count(*) FROM event WHERE kind = $1`, string(desk.LanguageWaived)).Scan(&n)
	})
	return n
}

// Over random days with three languages: nothing waits that suits somebody who is free, nobody is given what he does not speak before it is waived, and nobody more than he may have.
func TestNothingWaitsForALanguageThatSomebodySpeaks(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		spoken := map[desk.AgentID][]string{}
		for _, p := range w.people {
			spoken[p] = []string{"en"}
		}
		here, customers, seen := []desk.AgentID{}, 0, map[desk.ConversationID]int{}
		rapid.Check(t, func(rt *rapid.T) {
			capacity, minutes := rapid.IntRange(1, 3).Draw(rt, "capacity"), rapid.SampledFrom([]int{5, 30}).Draw(rt, "minutes")
			need := rapid.SampledFrom([]assign.Need{assign.Required, assign.Required, assign.Preferred, assign.Indifferent}).Draw(rt, "need")
			w.speak(rapid.SampledFrom(assign.Methods).Draw(rt, "method"), need, minutes, capacity)
			w.checkLanguages(rt, spoken, need, minutes, capacity, seen)
			for range rapid.IntRange(3, 10).Draw(rt, "steps") {
				switch rapid.SampledFrom([]string{"mail", "mail", "mail", "here", "resolve", "learn", "pass"}).Draw(rt, "step") {
				case "mail":
					customers++
					w.write(customers, rapid.SampledFrom([]string{"en", "lv", ""}).Draw(rt, "language"))
				case "here":
					here = rapid.SliceOfNDistinct(rapid.SampledFrom(w.people), 0, 3, rapid.ID).Draw(rt, "who")
					w.here(here...)
					w.pass(0, here...)
				case "resolve":
					if c := w.one(rt, `TRUE`); c != 0 {
						to := desk.StatusResolved
						w.Change(c, conversation.Change{Status: &to})
						w.Distribute()
					}
				case "learn":
					who := rapid.SampledFrom(w.people).Draw(rt, "who")
					spoken[who] = rapid.SampledFrom([][]string{{"en"}, {"lv"}, {"en", "lv"}}).Draw(rt, "languages")
					w.answers(who, spoken[who]...)
				case "pass":
					w.pass(rapid.IntRange(1, 20).Draw(rt, "pass"), here...)
				}
				w.checkLanguages(rt, spoken, need, minutes, capacity, seen)
			}
		})
	})
}

func (w *world) checkLanguages(rt *rapid.T, spoken map[desk.AgentID][]string, need assign.Need, minutes, capacity int, seen map[desk.ConversationID]int) {
	var takers map[desk.AgentID]bool
	var waiting []conversation.InQueue
	w.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		if takers, err = w.Presence.Takers(ctx, tx, "mail"); err != nil {
			return err
		}
		waiting, err = w.Conversations.Queue(ctx, tx, w.team, nil, 1000)
		return err
	})
	given := w.fresh(seen)
	now := desk.At(w.Now())
	for _, p := range w.people {
		if n := w.load(p); takers[p] && n < capacity {
			for _, q := range waiting {
				waived := now >= q.Since.Add(time.Duration(minutes)*time.Minute)
				if need != assign.Required || waived || q.Language == "" || slices.Contains(spoken[p], q.Language) {
					rt.Fatalf("conversation %s in %q waits since %s, now %s, while %s, who answers in %v, has %d of %d", q.ID, q.Language, q.Since.Time(), w.Now(), p, spoken[p], n, capacity)
				}
			}
		}
	}
	for c, a := range given {
		row := w.Row(c)
		for _, p := range a.Considered {
			if p.Agent == a.Agent && p.Load >= p.Capacity {
				rt.Fatalf("conversation %s was given to %s, who had %d of %d", c, a.Agent, p.Load, p.Capacity)
			}
		}
		if need != assign.Required || row.Language == "" || slices.Contains(spoken[a.Agent], row.Language) {
			continue
		}
		if !a.Waived || a.At < row.CreatedAt.Add(time.Duration(minutes)*time.Minute) {
			rt.Fatalf("conversation %s in %q was given to %s, who answers in %v: %+v", c, row.Language, a.Agent, spoken[a.Agent], a)
		}
	}
}

// fresh are the latest assignments of conversations that were given since it was asked last; seen is how many each had then.
func (w *world) fresh(seen map[desk.ConversationID]int) map[desk.ConversationID]routing.Assignment {
	given := map[desk.ConversationID]routing.Assignment{}
	w.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		rows, err := tx.Query(ctx, `/* test */ SELECT conversation, count(*) FROM assignment GROUP BY conversation ORDER BY conversation`)
		if err != nil {
			return err
		}
		defer rows.Close()
		var fresh []desk.ConversationID
		for rows.Next() {
			var c desk.ConversationID
			var n int
			if err := rows.Scan(&c, &n); err != nil {
				return err
			}
			if seen[c] != n {
				seen[c], fresh = n, append(fresh, c)
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, c := range fresh {
			all, err := w.Router.Routing.Assignments(ctx, tx, c)
			if err != nil {
				return err
			}
			given[c] = all[0]
		}
		return nil
	})
	return given
}
