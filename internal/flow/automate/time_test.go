package automate_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/conversation"
	"tellus/internal/flow/automate"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// silentFor is a time rule that writes a note where the customer has not answered for so many days.
func silentFor(days int) automation.Edit {
	return automation.Edit{Name: "Silent", Active: true, Events: []desk.EventKind{desk.TimePassed},
		Condition: condition.Node{Attr: "silent", Op: condition.Older, Amount: days, Unit: condition.Days}, Actions: []desk.Action{{Do: desk.WriteNote, Note: "<p>Silence.</p>"}}}
}

func makeRule(d *desktest.Desk, e automation.Edit) (made automation.EventRule) {
	d.T.Helper()
	d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		made, err = d.Rules.Create(ctx, tx, desk.ByAgent(d.Eva), e)
		return err
	})
	d.Settle()
	d.Follow()
	return made
}

// pass lets so much time go by, with time rules looking once at its end, and rules acting on what they found.
func pass(d *desktest.Desk, span time.Duration) {
	d.T.Helper()
	d.After(span)
	if _, err := d.Automate.Pass(d.T.Context()); err != nil {
		d.T.Fatal(err)
	}
	d.Follow()
}

func wantNotes(d *desktest.Desk, want int, when string) {
	d.T.Helper()
	if notes, firings := noted(d); notes != want || firings != want {
		d.T.Fatalf("%s: %d notes and %d firings, want %d", when, notes, firings, want)
	}
}

const day = 24 * time.Hour

// TestATimeRuleActsOnceForEachSilence follows a conversation through two silences.
func TestATimeRuleActsOnceForEachSilence(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		c := d.Receive(desktest.Ann, "Where is it?")
		makeRule(d, silentFor(7))
		pass(d, 8*day)
		wantNotes(d, 0, "nobody has answered her")
		d.Reply(c, "On its way.")
		d.Follow()
		pass(d, 6*day)
		wantNotes(d, 0, "after six days")
		pass(d, 2*day)
		wantNotes(d, 1, "after eight days")
		pass(d, 30*day)
		wantNotes(d, 1, "in the same silence")
		d.Reply(c, "Did it come?")
		d.Follow()
		pass(d, 6*day)
		wantNotes(d, 1, "six days after we asked again")
		pass(d, 2*day)
		wantNotes(d, 2, "eight days after we asked again")
	})
}

// TestACustomerWhoWritesInTimeKeepsItFromActing has her write before the time, and, harder, after the rule came due and before it acts.
func TestACustomerWhoWritesInTimeKeepsItFromActing(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		makeRule(d, silentFor(7))
		c := d.Receive(desktest.Ann, "Where is it?")
		d.Reply(c, "On its way.")
		write := func() {
			if got := d.Receive(desktest.Ann, "Thank you, but when?", "In-Reply-To: <"+d.Outlet.Mails()[0].ID+">"); got != c {
				d.T.Fatalf("her answer came into conversation %s, want %s", got, c)
			}
		}
		d.Follow()
		d.After(6 * day)
		write()
		d.Follow()
		pass(d, 2*day)
		wantNotes(d, 0, "she wrote after six days")
		d.Reply(c, "Tomorrow.")
		d.Follow()
		d.After(8 * day)
		if _, err := d.Automate.Pass(d.T.Context()); err != nil {
			d.T.Fatal(err)
		}
		write()
		d.Follow()
		wantNotes(d, 0, "she wrote between its coming due and its acting")
		if due := dbtest.Int(d.T, d.DB, `SELECT COUNT(*) FROM event WHERE kind = 'rule.due'`); due != 1 {
			d.T.Errorf("it came due %d times, want once", due)
		}
	})
}

// TestNodesLookOnceTogether has three nodes look at what came due, one of which dies before its commit.
func TestNodesLookOnceTogether(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		makeRule(d, silentFor(7))
		const talks = 60
		for i := range talks {
			d.Reply(d.Receive(desktest.Person{Name: "Ann", Address: fmt.Sprintf("ann%d@mail.example", i)}, "Where is it?"), "On its way.")
		}
		d.Follow()
		d.After(8 * day)
		died := errors.New("died")
		if err := d.DB.Write(t.Context(), func(tx *db.Tx) error {
			for c := range desk.ConversationID(talks) {
				if err := d.Rules.CameDue(t.Context(), tx, 1, c+1, tx.Now); err != nil {
					return err
				}
			}
			return died
		}); !errors.Is(err, died) {
			d.T.Fatal(err)
		}
		var nodes sync.WaitGroup
		for range 3 {
			nodes.Go(func() {
				if _, err := d.Automate.Pass(d.T.Context()); err != nil {
					d.T.Error(err)
				}
			})
		}
		nodes.Wait()
		d.Follow()
		wantNotes(d, talks, "three nodes looked")
	})
}

// TestWhatATimeRuleLeavesAlone has it not act on what only named people see, on spam, and while it is off.
func TestWhatATimeRuleLeavesAlone(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		made := makeRule(d, silentFor(7))
		for i, set := range []string{"restricted = TRUE", "spam = TRUE, shelf = 3", "status = 'resolved', shelf = 2"} {
			c := d.Receive(desktest.Person{Name: "Ann", Address: fmt.Sprintf("ann%d@mail.example", i)}, "Where is it?")
			d.Reply(c, "On its way.")
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `/* test */ UPDATE conversation SET `+set+` WHERE id = $1`, c)
				return err
			})
			d.Follow()
		}
		pass(d, 8*day)
		wantNotes(d, 0, "nothing that it may look at")
		d.Reply(d.Receive(desktest.Bob, "And mine?"), "On its way.")
		d.Follow()
		change := func(active bool) {
			d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				made.Edit.Active = active
				made, err = d.Rules.Change(ctx, tx, desk.ByAgent(d.Eva), made.ID, made.Edit)
				return err
			})
			d.Settle()
			d.Follow()
		}
		change(false)
		pass(d, 8*day)
		wantNotes(d, 0, "it is off")
		change(true)
		wantNotes(d, 1, "switched on, it acts on what is true already")
		change(false)
		change(true)
		wantNotes(d, 1, "switched off and on, it acts on nothing twice")
	})
}

// TestATimeRuleIsTriedBeforeItIsMade says what is true now, and when the rest will be.
func TestATimeRuleIsTriedBeforeItIsMade(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		d.Receive(desktest.Ann, "Nobody answers me")
		old := d.Receive(desktest.Bob, "An old one")
		d.Reply(old, "On its way.")
		d.After(8 * day)
		young := d.Receive(desktest.Person{Name: "Zoe", Address: "zoe@mail.example"}, "A young one")
		d.Reply(young, "On its way.")
		began := d.Now()
		var trial automate.Trial
		d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
			trial, err = d.Automate.Try(ctx, tx, d.Scope(d.Eva), silentFor(7), 200)
			return err
		})
		if len(trial.Items) != 2 || trial.Holds != 1 || trial.Looked != 3 || trial.Items[0].Conversation != old || !trial.Items[0].Holds || len(trial.Items[0].Would) != 1 {
			d.T.Fatalf("tried: %+v", trial)
		}
		if one := trial.Items[1]; one.Conversation != young || one.When.Time().Sub(began).Round(time.Hour) != 7*day {
			d.T.Errorf("the young one: %+v", one)
		}
		if _, firings := noted(d); firings != 0 {
			d.T.Error("trying did something")
		}
	})
}

// TestATimeRuleActsOnWhatIsInAStatusForLong has it close what was resolved a while ago, and wait anew after it was reopened.
func TestATimeRuleActsOnWhatIsInAStatusForLong(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		makeRule(d, automation.Edit{Name: "Close", Active: true, Events: []desk.EventKind{desk.TimePassed}, Condition: condition.Node{All: []condition.Node{
			{Attr: "status", Op: condition.Is, Values: []string{"resolved"}}, {Attr: "status_since", Op: condition.Older, Amount: 2, Unit: condition.Days}}},
			Actions: []desk.Action{{Do: desk.SetStatus, Status: desk.StatusClosed}}})
		c := d.Receive(desktest.Ann, "Where is it?")
		to := func(s desk.Status) {
			d.Change(c, conversation.Change{Status: &s})
			d.Follow()
		}
		to(desk.StatusResolved)
		pass(d, day)
		to(desk.StatusOpen)
		to(desk.StatusResolved)
		pass(d, day+time.Hour)
		if got := d.Row(c).Status; got != desk.StatusResolved {
			d.T.Fatalf("resolved for a day, it is %s", got)
		}
		pass(d, day)
		if got := d.Row(c).Status; got != desk.StatusClosed {
			d.T.Fatalf("resolved for two days, it is %s", got)
		}
	})
}
