package automate_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/field"
	"tellus/internal/feature/inbox"
	"tellus/internal/flow/automate"
	"tellus/internal/platform/db"
)

var (
	ann   = desktest.Person{Name: "Ann Smith", Address: "ann@home.example"}
	berta = desktest.Person{Name: "Berta", Address: "berta@home.example"}
)

// ruling makes a rule for what begins.
func ruling(d *desktest.Desk, actions ...desk.Action) (id desk.RuleID) {
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		r, err := d.Rules.Create(ctx, tx, desk.ByAgent(d.Eva), automation.Edit{Name: fmt.Sprint(actions[0].Do), Active: true, Events: []desk.EventKind{desk.ConversationOpened}, Actions: actions})
		id = r.ID
		return err
	})
	return id
}

// firings are what a rule did, the oldest first.
func firings(d *desktest.Desk, id desk.RuleID) (out []automation.Firing) {
	d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = d.Rules.Firings(ctx, tx, d.Scope(d.Eva), id, 100)
		slices.Reverse(out)
		return err
	})
	return out
}

// lives is the conversation that one is in now.
func lives(d *desktest.Desk, c desk.ConversationID) (in desk.ConversationID) {
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		row, err := d.Conversations.Get(ctx, tx, d.Scope(d.Eva), c)
		in = row.ID
		return err
	})
	return in
}

// TestARuleMergesIntoWhatIsOpen has a customer write about two things: the second becomes part of the first, with what else the rule does. What is finished, older, of somebody else or of
// another inbox is left alone, and so is what somebody took out again.
func TestARuleMergesIntoWhatIsOpen(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		sales := d.Inbox(inbox.Edit{Name: "Sales", Address: "sales@shop.example", Language: "en", Active: true})
		first := d.ReceiveAbout(ann, "Boots", "My boots are too small.")
		d.Follow()
		id := ruling(d, desk.Action{Do: desk.MergeOpen, Minutes: 7 * 24 * 60, Same: true}, desk.Action{Do: desk.SetPriority, Priority: desk.Urgent})

		other := d.ReceiveAbout(berta, "Laces", "I need laces.")
		second := d.ReceiveAbout(ann, "Parcel", "And where is my parcel?")
		d.Follow()
		if lives(d, second) != first || lives(d, other) != other {
			t.Errorf("%v and %v live in %v and %v, want %v and itself", second, other, lives(d, second), lives(d, other), first)
		}
		if row := d.Row(first); row.Priority != desk.Urgent || row.Messages != 2 {
			t.Errorf("merged: priority %v and %d messages, want urgent and 2", row.Priority, row.Messages)
		}
		if f := firings(d, id); len(f) != 2 || fmt.Sprint(f[0].Deeds, f[1].Deeds) != "[set_priority] [merge set_priority]" {
			t.Errorf("fired %+v, want the priority alone and both", f)
		}

		// Taken out again, it stays out, whatever the rule sees of it.
		var merge int64
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `SELECT id FROM conversation_merge WHERE into_conversation = $1`, first).Scan(&merge)
		})
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Conversations.UndoMerge(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), merge)
			return err
		})
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			row, err := d.Conversations.Get(ctx, tx, d.Scope(d.Eva), second)
			if err != nil {
				return err
			}
			into, err := d.Conversations.OpenBefore(ctx, tx, row, 0, false)
			if err == nil && (into != 0 || row.ID != second) {
				t.Errorf("what was taken out would go into %v again", into)
			}
			return err
		})

		// A trial says into which one it would go, and does nothing.
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			now, err := d.Rules.Get(ctx, tx, id)
			if err != nil {
				return err
			}
			now.Active, now.Actions = true, []desk.Action{{Do: desk.MergeOpen, Minutes: 60}}
			_, err = d.Rules.Change(ctx, tx, desk.ByAgent(d.Eva), id, now.Edit)
			return err
		})
		d.After(2 * time.Hour)
		third := d.ReceiveAbout(ann, "Third", "Something else.") // nothing happened within an hour
		d.Follow()
		if lives(d, third) != third {
			t.Errorf("%v went into what was two hours old", third)
		}
		d.Arrive(sales, d.Mail(ann, "An offer", "What does it cost?"), channel.Envelope{From: ann.Address, To: []string{"sales@shop.example"}})
		var fourth desk.ConversationID
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			if err := tx.Row(ctx, `SELECT max(id) FROM conversation`).Scan(&fourth); err != nil {
				return err
			}
			trial, err := d.Automate.Try(ctx, tx, d.Scope(d.Eva), automation.Edit{Name: "x", Events: []desk.EventKind{desk.ConversationOpened}, Actions: []desk.Action{{Do: desk.MergeOpen, Minutes: 60}}}, 10)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(trial.Items, func(one automate.Tried) bool { return one.Conversation == fourth })
			if i < 0 || len(trial.Items[i].Would) != 1 || trial.Items[i].Into != d.Row(third).Number {
				t.Errorf("tried %+v, want it to go into #%d", trial.Items, d.Row(third).Number)
			}
			row, err := d.Conversations.Get(ctx, tx, d.Scope(d.Eva), fourth)
			if err != nil {
				return err
			}
			same, err := d.Conversations.OpenBefore(ctx, tx, row, 0, true)
			if err == nil && same != 0 {
				t.Errorf("within one inbox it would go into %v of another", same)
			}
			return err
		})
		d.Follow()
		if lives(d, fourth) != third {
			t.Errorf("%v lives in %v, want %v", fourth, lives(d, fourth), third)
		}

		done := desk.StatusResolved
		d.Change(third, conversation.Change{Status: &done})
		d.Change(first, conversation.Change{Status: &done})
		d.Change(second, conversation.Change{Status: &done})
		fifth := d.ReceiveAbout(ann, "Fifth", "Nothing of mine is open.")
		d.Follow()
		if lives(d, fifth) != fifth {
			t.Errorf("%v went into what was finished", fifth)
		}
	})
}

// TestARuleAsksAColleague asks somebody by a note that mentions him; where he has left, the rule says that it could not.
func TestARuleAsksAColleague(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		liga := d.Agent("Liga", desk.AgentRole)
		id := ruling(d, desk.Action{Do: desk.AskPeople, Agents: []desk.AgentID{liga}, Note: "<p>{{customer.name}} asks: what do we know?</p>"}, desk.Action{Do: desk.SnoozeFor, Minutes: 600, On: desk.WhenColleague})
		c := d.ReceiveAbout(ann, "Boots", "Are they waterproof?")
		d.Follow()
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			var who desk.AgentID
			var words string
			if err := tx.Row(ctx, `SELECT n.agent, m.text FROM mention n JOIN message m ON m.id = n.message WHERE n.conversation = $1`, c).Scan(&who, &words); err != nil {
				return err
			}
			if who != liga || words != "@Liga\n\nAnn Smith asks: what do we know?" {
				t.Errorf("asked %v: %q", who, words)
			}
			return nil
		})
		if row := d.Row(c); row.SnoozedUntil == 0 {
			t.Error("it does not wait for the colleague")
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Conversations.AddNote(ctx, tx, desk.ByAgent(liga), d.Scope(liga), c, conversation.NewNote{HTML: "<p>They are.</p>"}, d.Staff.Scope)
			return err
		})
		d.Follow()
		if row := d.Row(c); row.SnoozedUntil != 0 {
			t.Error("it still waits though the colleague wrote")
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE agent SET active = $2 WHERE id = $1`, liga, false)
			return err
		})
		d.ReceiveAbout(berta, "Laces", "Have you got red ones?")
		d.Follow()
		if f := firings(d, id); len(f) != 2 || f[0].State != automation.Done || f[1].State != automation.Failed || f[1].Why == "" {
			t.Errorf("fired %+v, want it done once and failed once", f)
		}
	})
}

// TestARuleBeginsAChecklistOnce gives each conversation the checklist once: one that somebody took away is not brought again, but a person may.
func TestARuleBeginsAChecklistOnce(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		var list desk.TemplateID
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			made, err := d.Fields.SaveTemplate(ctx, tx, desk.ByAgent(d.Eva), 0, field.TemplateEdit{Name: "Return", Items: []desk.CheckWord{{Words: "Label sent", Required: true}, {Words: "Money back"}}})
			list = made.ID
			return err
		})
		begin := []desk.Action{{Do: desk.StartList, List: list}}
		var id desk.RuleID
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			r, err := d.Rules.Create(ctx, tx, desk.ByAgent(d.Eva), automation.Edit{Name: "Returns", Active: true, Events: []desk.EventKind{desk.MessageReceived}, Actions: begin})
			id = r.ID
			return err
		})
		lists := func(c desk.ConversationID) (names []string) {
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				all, err := d.Conversations.Checklists(ctx, tx, d.Scope(d.Eva), c)
				for _, l := range all {
					names = append(names, fmt.Sprint(l.Name, len(l.Items)))
				}
				return err
			})
			return names
		}
		c := d.ReceiveAbout(ann, "Boots", "I send them back.")
		d.Follow()
		d.Receive(ann, "Did you get them?", "In-Reply-To: <none@nowhere>")
		d.Follow()
		if got := lists(c); fmt.Sprint(got) != "[Return2]" || d.Row(c).ChecksOwed != 1 {
			t.Fatalf("checklists %v with %d owed, want one with one", got, d.Row(c).ChecksOwed)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			all, err := d.Conversations.Checklists(ctx, tx, d.Scope(d.Eva), c)
			if err != nil {
				return err
			}
			_, err = d.Conversations.RemoveChecklist(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), c, all[0].ID, false)
			return err
		})
		d.ReceiveAbout(ann, "Re: Boots", "Hello? [#"+fmt.Sprint(d.Row(c).Number)+"]")
		d.Follow()
		if got := lists(c); len(got) != 0 {
			t.Errorf("the rule brought %v again", got)
		}
		for range 2 { // twice counts once
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Hands.Do(ctx, tx, d.Scope(d.Eva), c, 0, begin)
				return err
			})
		}
		if got := lists(c); fmt.Sprint(got) != "[Return2]" {
			t.Errorf("by hand: %v, want one", got)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Fields.SaveTemplate(ctx, tx, desk.ByAgent(d.Eva), list, field.TemplateEdit{Version: 1, Name: "Return", Items: []desk.CheckWord{{Words: "x"}}, Archived: true})
			return err
		})
		err := d.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Rules.Create(ctx, tx, desk.ByAgent(d.Eva), automation.Edit{Name: "Gone", Active: true, Events: []desk.EventKind{desk.MessageReceived}, Actions: begin})
			return err
		})
		if !desk.IsRefusal(err, desk.Invalid) {
			t.Errorf("a rule with an archived checklist: %v, want it refused", err)
		}
		d.ReceiveAbout(berta, "Laces", "I send them back.")
		d.Follow()
		if f := firings(d, id); len(f) == 0 || f[len(f)-1].State != automation.Failed {
			t.Errorf("fired %+v, want the last to have failed", f)
		}
	})
}
