package automate_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/courtesy"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/macro"
	"tellus/internal/flow/automate"
	"tellus/internal/platform/db"
)

// answering makes a macro with texts, and a rule that answers each mail with it and marks its conversation as urgent.
func answering(d *desktest.Desk, texts map[string]string) (id desk.MacroID) {
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		m, err := (&macro.Service{}).Create(ctx, tx, macro.Asker{Agent: d.Eva, Manage: true}, macro.Edit{Name: "We are closed", Audience: desk.Everyone, Active: true, Texts: texts})
		if err != nil {
			return err
		}
		id = m.ID
		_, err = d.Rules.Create(ctx, tx, desk.ByAgent(d.Eva), automation.Edit{Name: "Closed", Active: true, Events: []desk.EventKind{desk.MessageReceived},
			Actions: []desk.Action{{Do: desk.SendAnswer, Macro: id}, {Do: desk.SetPriority, Priority: desk.Urgent}}})
		return err
	})
	return id
}

// fired is why each firing sent nothing, the oldest first; a dash where it did.
func fired(d *desktest.Desk) (whys []string) {
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT why, deeds FROM firing ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var why, deeds string
			if err := rows.Scan(&why, &deeds); err != nil {
				return err
			}
			if strings.Contains(deeds, `"answer"`) {
				why = "-" + why
			}
			whys = append(whys, why)
		}
		return rows.Err()
	})
	return whys
}

func quiet(d *desktest.Desk) {
	d.ChangeInbox(d.Support, func(e *inbox.Edit) { e.Acknowledge = false })
}

// TestARuleAnswersInTheCustomersLanguage has customers of two languages write: each gets the text in his own, as a mail that says that no person wrote it. It is no first answer, and the customer
// waits on. What goes on in the rule is done whether the answer was fit or not.
func TestARuleAnswersInTheCustomersLanguage(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		quiet(d)
		d.Promise(60)
		answering(d, map[string]string{"en": "<p>Dear {{customer.firstName|customer}}, we are closed until Monday. Your number is {{conversation.number}}.</p>", "lv": "<p>Labdien! Mēs atvērsim pirmdien.</p>"})
		lv := d.ReceiveAbout(desktest.Person{Name: "Jānis", Address: "janis@home.example"}, "Zābaki", "Labdien! Vakar es pie jums nopirku zābakus, bet tie man ir par mazu. Vai es varu tos apmainīt pret lielākiem? Paldies jau iepriekš par atbildi.")
		en := d.ReceiveAbout(desktest.Person{Name: "Ann Smith", Address: "ann@home.example"}, "Boots", "Good morning, yesterday I bought a pair of boots from you, but they are too small for me. May I exchange them for larger ones? Thank you very much.")
		d.Follow()
		d.Settle()
		got := map[string]string{}
		for _, m := range d.Outlet.Mails() {
			got[m.To[0]] = fmt.Sprint(m.Read.Subject, " | ", m.Read.Header.Get("Auto-Submitted"), " | ", strings.Join(strings.Fields(m.Read.Text), " "))
		}
		want := map[string]string{
			"janis@home.example": fmt.Sprintf("Re: Zābaki [#%d] | auto-replied | Labdien! Mēs atvērsim pirmdien.", d.Row(lv).Number),
			"ann@home.example":   fmt.Sprintf("Re: Boots [#%d] | auto-replied | Dear Ann, we are closed until Monday. Your number is %d.", d.Row(en).Number, d.Row(en).Number),
		}
		for to, text := range want {
			if got[to] != text {
				d.T.Errorf("to %s went %q, want %q", to, got[to], text)
			}
		}
		for _, c := range []desk.ConversationID{lv, en} {
			if row := d.Row(c); row.Priority != desk.Urgent || row.WaitingSince == 0 || row.DueAt == desk.Never {
				d.T.Errorf("afterwards: %+v", row)
			}
		}
		var answered int
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `SELECT COUNT(*) FROM conversation WHERE first_answer_at > 0`).Scan(&answered)
		})
		if answered != 0 {
			d.T.Error("an answer that nobody wrote counts as the first one")
		}
		if whys := fired(d); !slices.Equal(whys, []string{"-", "-"}) {
			d.T.Errorf("firings: %q", whys)
		}
	})
}

// TestNoMachineIsAnsweredAndNobodyOften has machines, lists, ourselves and an impatient customer write: what is not answered says why, and the rest of the rule is done.
func TestNoMachineIsAnsweredAndNobodyOften(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		quiet(d)
		id := answering(d, map[string]string{"en": "<p>We are closed.</p>"})
		who := func(n string) desktest.Person { return desktest.Person{Name: n, Address: n + "@home.example"} }
		steps := []struct {
			about string
			do    func() desk.ConversationID
			why   string
		}{
			{"a machine", func() desk.ConversationID {
				return d.ReceiveAbout(who("vacation"), "Out", "I am away.", "Auto-Submitted: auto-replied")
			}, "answer_machine"},
			{"a list", func() desk.ConversationID {
				return d.ReceiveAbout(who("list"), "Digest", "News of the week.", "List-Id: <news.home.example>", "Precedence: list")
			}, "answer_machine"},
			{"a customer", func() desk.ConversationID { return d.ReceiveAbout(who("zoe"), "One", "Where is it?") }, "-"},
			{"he again", func() desk.ConversationID { return d.ReceiveAbout(who("zoe"), "Two", "And the other?") }, "-"},
			{"and again", func() desk.ConversationID { return d.ReceiveAbout(who("zoe"), "Three", "And a third?") }, "-"},
			{"once too often", func() desk.ConversationID { return d.ReceiveAbout(who("zoe"), "Four", "And a fourth?") }, "answer_often"},
			{"an hour later", func() desk.ConversationID {
				d.After(61 * time.Minute)
				return d.ReceiveAbout(who("zoe"), "Five", "And a fifth?")
			}, "-"},
		}
		var whys []string
		for _, s := range steps {
			c := s.do()
			d.Follow()
			whys = append(whys, s.why)
			if row := d.Row(c); row.Priority != desk.Urgent {
				d.T.Errorf("%s: the rest of the rule was not done", s.about)
			}
		}
		// In the conversation that was answered the same is not said twice, and once a day has passed it is.
		subject := "Mine"
		again := func(why string) {
			c := d.ReceiveAbout(who("mia"), subject, "Hello? "+fmt.Sprint(len(whys)))
			subject = fmt.Sprintf("Re: Mine [#%d]", d.Row(c).Number)
			d.Follow()
			whys = append(whys, why)
		}
		again("-")
		again("answer_given")
		d.After(25 * time.Hour)
		again("-")
		if got := fired(d); !slices.Equal(got, whys) {
			d.T.Errorf("firings:\n%q, want\n%q", got, whys)
		}
		d.Settle()
		if n := len(d.Sent()); n != 6 {
			d.T.Errorf("%d mails went out: %q", n, d.Sent())
		}

		// A macro that is gone, or whose text lacks a value, answers nobody.
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := (&macro.Service{}).Delete(ctx, tx, macro.Asker{Agent: d.Eva, Manage: true}, id)
			return err
		})
		d.Receive(who("leo"), "Hello?")
		d.Follow()
		if got := fired(d); got[len(got)-1] != "answer_gone" {
			d.T.Errorf("with a macro that was deleted: %q", got[len(got)-1])
		}
	})
}

// TestAnAnswerWithoutAValueIsNotSent has a text that names who writes: nobody does.
func TestAnAnswerWithoutAValueIsNotSent(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		quiet(d)
		answering(d, map[string]string{"en": "<p>Regards, {{agent.name}}</p>"})
		d.Receive(desktest.Ann, "Hello?")
		d.Follow()
		d.Settle()
		if got := fired(d); !slices.Equal(got, []string{"answer_unfilled"}) || len(d.Sent()) != 0 {
			d.T.Errorf("firings %q, sent %q", got, d.Sent())
		}
	})
}

// TestOnlySharedMacrosAnswer refuses rules that answer with what only its owner uses, or has no text, and macros that would answer by themselves.
func TestOnlySharedMacrosAnswer(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		macros := &macro.Service{}
		by := macro.Asker{Agent: d.Eva, Manage: true}
		for _, e := range []macro.Edit{{Name: "Mine", Audience: desk.Personal, Active: true, Texts: map[string]string{"en": "<p>Hello</p>"}},
			{Name: "No words", Audience: desk.Everyone, Active: true, Actions: []desk.Action{{Do: desk.SetPriority, Priority: desk.High}}}} {
			err := d.Try(func(ctx context.Context, tx *db.Tx) error {
				m, err := macros.Create(ctx, tx, by, e)
				if err != nil {
					d.T.Fatal(err)
				}
				_, err = d.Rules.Create(ctx, tx, desk.ByAgent(d.Eva), automation.Edit{Name: "By itself", Active: true, Events: []desk.EventKind{desk.MessageReceived}, Actions: []desk.Action{{Do: desk.SendAnswer, Macro: m.ID}}})
				return err
			})
			if !desk.IsRefusal(err, desk.Invalid) {
				d.T.Errorf("%s: %v", e.Name, err)
			}
		}
		err := d.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := macros.Create(ctx, tx, by, macro.Edit{Name: "By itself", Audience: desk.Everyone, Active: true, Actions: []desk.Action{{Do: desk.SendAnswer, Macro: 1}}})
			return err
		})
		if !desk.IsRefusal(err, desk.Invalid) {
			d.T.Errorf("a macro that answers by itself: %v", err)
		}
	})
}

// TestATrialSaysWhatWouldNotBeAnswered has a rule tried on a customer's mail and a machine's, as somebody reads: nothing is sent by it.
func TestATrialSaysWhatWouldNotBeAnswered(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		quiet(d)
		id := answering(d, map[string]string{"en": "<p>We are closed.</p>"})
		d.Receive(desktest.Ann, "Where is it?")
		d.Receive(desktest.Bob, "I am away", "Auto-Submitted: auto-replied")
		try := func(actions ...desk.Action) (trial automate.Trial) {
			if err := d.DB.Look(func(tx *db.Tx) (err error) {
				trial, err = d.Automate.Try(t.Context(), tx, d.Scope(d.Eva), automation.Edit{Name: "Try", Events: []desk.EventKind{desk.MessageReceived}, Actions: actions}, 10)
				return err
			}); err != nil || len(trial.Items) != 2 || trial.Holds != 2 {
				d.T.Fatalf("tried: %+v, %v", trial, err)
			}
			return trial
		}
		trial := try(desk.Action{Do: desk.SendAnswer, Macro: id}, desk.Action{Do: desk.SetPriority, Priority: desk.Urgent})
		if machine, person := trial.Items[0], trial.Items[1]; machine.Unsent != courtesy.Machine || len(machine.Would) != 1 || person.Unsent != "" || len(person.Would) != 2 {
			d.T.Errorf("tried: %+v", trial.Items)
		}
		trial = try(desk.Action{Do: desk.SendAnswer, Macro: id}, desk.Action{Do: desk.PutInSpam})
		if person := trial.Items[1]; person.Unsent != courtesy.Unwanted || len(person.Would) != 1 {
			d.T.Errorf("tried with spam: %+v", person)
		}
		d.Settle()
		if sent := d.Sent(); len(sent) != 0 {
			d.T.Errorf("trying sent %v", sent)
		}
	})
}
