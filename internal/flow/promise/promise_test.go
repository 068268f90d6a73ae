package promise_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/condition"
	"tellus/internal/engine/deadline"
	"tellus/internal/engine/worktime"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/hours"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/sla"
	"tellus/internal/platform/db"
)

// One desk lives through all draws, so that a failure is read from what happened to it, not by drawing less.
func init() {
	for name, value := range map[string]string{"rapid.shrinktime": "0s", "rapid.nofailfile": "true", "rapid.checks": "40"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
}

// world is a desk with a policy.
type world struct {
	*desktest.Desk
	policy sla.Policy
}

func every(minutes int64) []int64 { return []int64{minutes * 2, minutes, minutes, minutes / 2} }

func usual() sla.Edit {
	return sla.Edit{Name: "Everybody", Active: true, Warn: 75, Pauses: []desk.Status{desk.StatusWaiting}, Targets: []sla.Target{
		{Kind: deadline.FirstAnswer, Minutes: every(120)}, {Kind: deadline.NextAnswer, Minutes: every(240)},
		{Kind: deadline.Update, Minutes: every(1440)}, {Kind: deadline.Resolve, Minutes: every(2880)}}}
}

func (w *world) create(e sla.Edit) (p sla.Policy) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = w.Policies.Create(ctx, tx, desk.ByAgent(w.Eva), e)
		return err
	})
	w.Settle()
	return p
}

func (w *world) fire() {
	w.T.Helper()
	if _, err := w.Promises.Fire(w.T.Context()); err != nil {
		w.T.Fatal(err)
	}
}

// told are the events about promises since the beginning, in order.
func (w *world) told() (lines []string) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT kind, conversation, COALESCE(data, '') FROM event WHERE kind IN ('clock.warned', 'clock.breached') ORDER BY seq`)
		_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
			var kind, data string
			var id int64
			if err := r.Scan(&kind, &id, &data); err != nil {
				return err
			}
			var d struct{ Kind string }
			if err := json.Unmarshal([]byte(data), &d); err != nil {
				return err
			}
			lines = append(lines, fmt.Sprintf("%s %d %s", kind, id, d.Kind))
			return nil
		})
		return err
	})
	return lines
}

func (w *world) clocks(c desk.ConversationID) (all []conversation.Clock) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = w.Conversations.Clocks(ctx, tx, w.Scope(w.Eva), c)
		return err
	})
	return all
}

func both(t *testing.T, test func(t *testing.T, w *world)) {
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			test(t, &world{Desk: desktest.New(t, e)})
		})
	}
}

func TestAPromiseIsWarnedOfAndBrokenOnceEach(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.create(usual())
		first := w.Receive(desktest.Ann, "Where is my parcel?")
		w.After(10 * time.Minute)
		second := w.ReceiveAbout(desktest.Ann, "Another matter", "And the invoice?")
		w.fire()
		if got := w.told(); len(got) > 0 {
			t.Fatalf("told too early: %v", got)
		}
		row := w.Row(second)
		if row.DueFor != string(deadline.FirstAnswer) || row.DueAt != row.CreatedAt.Add(2*time.Hour) {
			t.Errorf("due at %s for %q, want two hours after %s", row.DueAt, row.DueFor, row.CreatedAt)
		}
		w.After(125 * time.Minute)
		for range 3 {
			w.fire()
		}
		want := []string{fmt.Sprintf("clock.breached %d first_answer", first), fmt.Sprintf("clock.breached %d first_answer", second)}
		if diff := cmp.Diff(want, w.told()); diff != "" {
			t.Errorf("told:\n%s", diff)
		}
		w.Reply(first, "It is on its way.")
		clock := w.clocks(first)
		for _, c := range clock {
			if c.Kind == deadline.FirstAnswer && (c.State != deadline.Breached || c.Met == 0) {
				t.Errorf("answered late: %+v", c)
			}
		}
		if row := w.Row(first); row.DueFor == string(deadline.FirstAnswer) {
			t.Errorf("after the answer it is still due for %q", row.DueFor)
		}
	})
}

func TestSeveralNodesTellOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.create(usual())
		const many = 40
		for i := range many {
			w.ReceiveAbout(desktest.Ann, fmt.Sprintf("Matter %d", i), fmt.Sprintf("What about %d?", i))
		}
		w.After(3 * time.Hour)
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
		seen := map[string]int{}
		for _, line := range w.told() {
			seen[line]++
			if seen[line] > 1 {
				t.Errorf("told twice: %s", line)
			}
		}
		if len(seen) != many {
			t.Errorf("%d promises were told of, want %d", len(seen), many)
		}
	})
}

func TestAChangedPolicyIsFollowed(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.ChangeInbox(w.Support, func(e *inbox.Edit) { e.AnswerWithin = 60 })
		c := w.Receive(desktest.Ann, "Where is my parcel?")
		row := w.Row(c)
		if row.DueAt != row.CreatedAt.Add(time.Hour) || row.DueFor != "" {
			t.Fatalf("without a policy it is due at %s for %q", row.DueAt, row.DueFor)
		}
		p := w.create(usual())
		if now := w.Row(c); now.DueAt != row.CreatedAt.Add(2*time.Hour) || now.Version != row.Version {
			t.Errorf("with a policy it is due at %s (version %d), want %s (%d)", now.DueAt, now.Version, row.CreatedAt.Add(2*time.Hour), row.Version)
		}
		e := p.Edit
		e.Targets[0].Minutes = every(480)
		w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			p, err = w.Policies.Change(ctx, tx, desk.ByAgent(w.Eva), p.ID, e)
			return err
		})
		w.Settle()
		if now := w.Row(c); now.DueAt != row.CreatedAt.Add(8*time.Hour) {
			t.Errorf("with another target it is due at %s", now.DueAt)
		}
		w.Read(func(ctx context.Context, tx *db.Tx) error {
			all, err := w.Policies.List(ctx, tx)
			if err == nil && (!all.Progress.Done || all.Progress.Looked != 1) {
				t.Errorf("progress %+v", all.Progress)
			}
			return err
		})
		if err := w.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Policies.Change(ctx, tx, desk.ByAgent(w.Eva), p.ID, e)
			return err
		}); !desk.IsRefusal(err, desk.Conflict) {
			t.Errorf("a stale change: %v", err)
		}
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Policies.Delete(ctx, tx, desk.ByAgent(w.Eva), p.ID)
			return err
		})
		w.Settle()
		if now := w.Row(c); now.DueAt != row.DueAt || now.DueFor != "" {
			t.Errorf("after its policy went it is due at %s for %q, want the inbox's own %s", now.DueAt, now.DueFor, row.DueAt)
		}
	})
}

func TestThePolicyThatFitsFirstApplies(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		urgent := usual()
		urgent.Name, urgent.Condition = "Urgent", condition.Node{Attr: "priority", Op: condition.Is, Values: []string{"urgent"}}
		urgent.Targets = []sla.Target{{Kind: deadline.FirstAnswer, Minutes: []int64{0, 0, 0, 15}}}
		all := w.create(usual())
		narrow := w.create(urgent)
		c := w.Receive(desktest.Ann, "Help!")
		to := desk.Urgent
		w.Change(c, conversation.Change{Priority: &to})
		row := w.Row(c)
		if row.DueAt != row.CreatedAt.Add(time.Hour) {
			t.Errorf("behind the policy for everybody it is due at %s", row.DueAt)
		}
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Policies.Arrange(ctx, tx, desk.ByAgent(w.Eva), []desk.PolicyID{narrow.ID, all.ID})
			return err
		})
		w.Settle()
		if row = w.Row(c); row.DueAt != row.CreatedAt.Add(15*time.Minute) {
			t.Errorf("before it, it is due at %s", row.DueAt)
		}
		w.Read(func(ctx context.Context, tx *db.Tx) error {
			tried, err := w.Policies.Try(ctx, tx, w.Scope(w.Eva), all.ID, all.Edit)
			if err == nil && (tried.Takes != 0 || tried.Fits != 1 || tried.Looked != 1) {
				t.Errorf("tried: %+v, want that it fits one that was looked at, and takes none", tried)
			}
			return err
		})
		timed := usual()
		timed.Condition = condition.Node{Attr: "created", Op: condition.Older, Amount: 2, Unit: condition.Days}
		if err := w.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Policies.Create(ctx, tx, desk.ByAgent(w.Eva), timed)
			return err
		}); !desk.IsRefusal(err, desk.Invalid) {
			t.Errorf("a policy that time alone would change: %v", err)
		}
	})
}

// TestRowsOfClocksEqualTheFoldOfTheHistory plays at random with a conversation, tells the engine the same course of things in its own words, and holds the rows against it:
// by the clock, and by the hours of whichever team has it.
func TestRowsOfClocksEqualTheFoldOfTheHistory(t *testing.T) {
	t.Parallel()
	for _, counts := range []string{conversation.CountClock, conversation.CountOpening} {
		t.Run(counts, func(t *testing.T) {
			t.Parallel()
			both(t, func(t *testing.T, w *world) { rowsEqualTheFold(t, w, counts) })
		})
	}
}

func rowsEqualTheFold(t *testing.T, w *world, counts string) {
	e := usual()
	e.Counts = counts
	w.policy = w.create(e)
	night := w.Team("Night")
	calendars := map[desk.TeamID]deadline.Calendar{0: worktime.Always, night: worktime.Always}
	if counts == conversation.CountOpening {
		calendars[0] = w.calendar(desk.CalendarEdit{Name: "Days", Zone: "Europe/Riga", Week: weekdays(9*60, 17*60), Inboxes: []desk.InboxID{w.Support}})
		calendars[night] = w.calendar(desk.CalendarEdit{Name: "Nights", Zone: "Europe/Riga", Week: weekdays(20*60, 28*60), Teams: []desk.TeamID{night}})
	}
	models := map[desk.TeamID]*deadline.Policy{}
	for team, cal := range calendars {
		model := &deadline.Policy{ID: w.policy.ID, Warn: 75, Pauses: []desk.Status{desk.StatusWaiting}, Targets: deadline.Targets{}, Calendar: cal}
		for _, target := range usual().Targets {
			var times [deadline.Priorities]time.Duration
			for i, m := range target.Minutes {
				times[i] = time.Duration(m) * time.Minute
			}
			model.Targets[target.Kind] = times
		}
		models[team] = model
	}
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		c := w.ReceiveAbout(desktest.Ann, fmt.Sprintf("Matter %d", n), fmt.Sprintf("What about matter %d?", n))
		row := w.Row(c)
		now := deadline.Fact{At: row.CreatedAt, Did: deadline.Opened, Status: row.Status, Priority: row.Priority, Since: row.CreatedAt, Policy: models[0]}
		history := []deadline.Fact{now}
		tell := func(did deadline.Did) {
			now.At, now.Did = desk.At(w.Now()), did
			history = append(history, now)
		}
		for i := range rapid.IntRange(1, 6).Draw(rt, "steps") {
			w.After(time.Duration(rapid.IntRange(1, 300).Draw(rt, "minutes")) * time.Minute)
			row := w.Row(c)
			switch what := rapid.SampledFrom([]string{"answer", "write", "status", "priority", "spam", "team", "fire"}).Draw(rt, fmt.Sprint("step", i)); what {
			case "answer":
				if row.Spam {
					continue
				}
				w.Reply(c, "An answer")
				after := w.Row(c)
				if now.FirstAnswer == 0 {
					now.FirstAnswer = after.LastAt
				}
				now.Since, now.Status = 0, after.Status
				now.At, now.Did = after.LastAt, deadline.Answered
				history = append(history, now)
			case "status":
				to := rapid.SampledFrom([]desk.Status{desk.StatusOpen, desk.StatusWaiting, desk.StatusResolved}).Draw(rt, "status")
				if !row.Status.CanBecome(to) || row.Status == to {
					continue
				}
				now.At = desk.At(w.Now())
				after := w.Change(c, conversation.Change{Status: &to})
				now.Status, now.Since = after.Status, after.WaitingSince
				tell(deadline.Changed)
			case "priority":
				to := desk.Priority(rapid.IntRange(0, 3).Draw(rt, "priority"))
				w.Change(c, conversation.Change{Priority: &to})
				now.Priority = to
				tell(deadline.Changed)
			case "spam":
				spam := !row.Spam
				w.Change(c, conversation.Change{Spam: &spam})
				now.Aside = spam
				tell(deadline.Changed)
			case "team":
				to := rapid.SampledFrom([]desk.TeamID{0, night}).Draw(rt, "team")
				w.Change(c, conversation.Change{Team: &to})
				now.Policy = models[to]
				tell(deadline.Changed)
			case "fire":
				w.fire()
			}
		}
		want, _ := deadline.Fold(history)
		want.Tick(desk.At(w.Now()))
		got := map[deadline.Kind]conversation.Clock{}
		for _, k := range w.clocks(c) {
			got[k.Kind] = k
		}
		for _, kind := range deadline.Kinds {
			m, k := want.Of(kind), got[kind]
			if m.Kind == "" || m.Dropped != 0 {
				if k.Kind != "" {
					rt.Fatalf("%s: %+v, want none", kind, k)
				}
				continue
			}
			if k.State != m.State() || k.Started != m.Started || k.Due != m.Due || k.Met != m.Met || k.Paused != m.PausedSince() {
				rt.Fatalf("%s of %+v:\n got %+v\nwant %s %+v", kind, history, k, m.State(), *m)
			}
		}
		due, of := want.Due()
		var soon desk.Time
		if of != "" {
			soon = want.Of(of).WarnAt
		}
		if row := w.Row(c); row.DueAt != due || row.DueFor != string(of) || row.DueSoonAt != soon {
			rt.Fatalf("due at %s for %q, soon from %s, want %s for %q from %s", row.DueAt, row.DueFor, row.DueSoonAt, due, of, soon)
		}
	})
}

// weekdays are open between two minutes of the day from Monday to Friday.
func weekdays(from, to int) [][]desk.OpenHours {
	week := make([][]desk.OpenHours, 7)
	for d := 1; d <= 5; d++ {
		week[d] = []desk.OpenHours{{From: from, To: to}}
	}
	return week
}

// calendar makes a calendar, and compiles another by itself for the model.
func (w *world) calendar(e desk.CalendarEdit) *worktime.Calendar {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := (&hours.Service{}).Create(ctx, tx, desk.ByAgent(w.Eva), e)
		return err
	})
	plan := worktime.Plan{Zone: e.Zone}
	for d, open := range e.Week {
		for _, h := range open {
			plan.Week[d] = append(plan.Week[d], worktime.Hours{From: time.Duration(h.From) * time.Minute, To: time.Duration(h.To) * time.Minute})
		}
	}
	cal, err := worktime.Compile(plan)
	if err != nil {
		w.T.Fatal(err)
	}
	return cal
}

// TestAMessageThatCameNow is due by the hours that conversations begin with: those of the inbox's team, else its own.
func TestAMessageThatCameNow(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		night := w.Team("Night")
		w.calendar(desk.CalendarEdit{Name: "Days", Zone: "Europe/Riga", Week: weekdays(9*60, 17*60), Inboxes: []desk.InboxID{w.Support}})
		w.calendar(desk.CalendarEdit{Name: "Nights", Zone: "Europe/Riga", Week: weekdays(20*60, 28*60), Teams: []desk.TeamID{night}})
		e := usual() // a normal first answer takes two hours
		e.Counts = conversation.CountOpening
		arriving := func() conversation.Arriving {
			t.Helper()
			var got conversation.Tried
			w.Read(func(ctx context.Context, tx *db.Tx) (err error) {
				got, err = w.Policies.Try(ctx, tx, w.Scope(w.Eva), 0, e)
				return err
			})
			if len(got.Arriving) != 1 || got.Arriving[0].Due[0].Kind != deadline.FirstAnswer {
				t.Fatalf("arriving %+v", got.Arriving)
			}
			return got.Arriving[0]
		}
		at := func(hour int) desk.Time { return desk.At(time.Date(2026, 3, 2, hour, 0, 0, 0, time.UTC)) } // it is ten now, noon in Riga
		if got := arriving(); got.Calendar != "Days" || !got.Open || got.Due[0].At[desk.Normal].Sub(at(12)).Round(time.Minute) != 0 {
			t.Errorf("by the inbox: %+v, want Days, open, due at 12:00", got)
		}
		w.ChangeInbox(w.Support, func(e *inbox.Edit) { e.Team = night })
		if got := arriving(); got.Calendar != "Nights" || got.Open || got.Due[0].At[desk.Normal] != at(20) {
			t.Errorf("by the team: %+v, want Nights, closed, due at 20:00", got)
		}
		e.Counts = ""
		if got := arriving(); got.Calendar != "" || !got.Open || got.Due[0].At[desk.Urgent].Sub(at(11)).Round(time.Minute) != 0 {
			t.Errorf("by the clock: %+v, want no calendar, an urgent one due at 11:00", got)
		}
	})
}
