package automate_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/condition"
	"tellus/internal/engine/rule"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/inbox"
	"tellus/internal/flow/automate"
	"tellus/internal/platform/db"
)

// answering is a rule that answers each mail in English or Latvian, at a desk that acknowledges nothing.
func answering(d *desktest.Desk, change func(*automation.Edit)) (id desk.RuleID) {
	d.ChangeInbox(d.Support, func(e *inbox.Edit) { e.Acknowledge = false })
	e := automation.Edit{Name: "Answers", Active: true, Events: []desk.EventKind{desk.MessageReceived}, Actions: []desk.Action{
		{Do: desk.Answer, Hours: 2, Daily: 3, Texts: map[string]string{"en": "<p>Dear {{customer.firstName|friend}}, we look at #{{conversation.number}}.</p>", "lv": "<p>Labdien! Mēs skatāmies.</p>"}},
	}}
	if change != nil {
		change(&e)
	}
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		r, err := d.Rules.Create(ctx, tx, desk.ByAgent(d.Eva), e)
		id = r.ID
		return err
	})
	return id
}

// firings are the states and reasons of what a rule did, the oldest first.
func firings(d *desktest.Desk, id desk.RuleID) (lines []string) {
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		did, err := d.Rules.Firings(ctx, tx, desk.Scope{All: true}, id, 100)
		for _, f := range slices.Backward(did) {
			lines = append(lines, strings.TrimSpace(string(f.State)+" "+f.Why))
		}
		return err
	})
	return lines
}

// TestARuleAnswersInTheCustomersLanguage looks at the mail that goes out, at what the house counts as an answer, and at the other rules.
func TestARuleAnswersInTheCustomersLanguage(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		d.Promise(60)
		id := answering(d, nil)
		ann := d.Receive(desktest.Ann, "Where is my order? I ordered these shoes two weeks ago and have heard nothing since then.")
		d.Receive(desktest.Bob, "Labdien, kur ir mans pasūtījums? Es to pasūtīju pirms divām nedēļām un neko neesmu saņēmis.")
		before := d.Row(ann)
		d.Follow()
		d.Settle()
		mails := d.Outlet.Mails()
		if len(mails) != 2 {
			d.T.Fatalf("%d mails went out, want 2: %v", len(mails), d.Sent())
		}
		for _, m := range mails {
			want := "Dear Ann, we look at #"
			if m.To[0] == desktest.Bob.Address {
				want = "Mēs skatāmies."
			}
			if text := m.Read.Text; !strings.Contains(text, want) {
				d.T.Errorf("to %s: %q, want %q in it", m.To, text, want)
			}
			if auto := m.Read.Header.Get("Auto-Submitted"); auto != "auto-replied" || m.From != "" || m.Read.Header.Get("In-Reply-To") == "" {
				d.T.Errorf("to %s: Auto-Submitted %q, envelope from %q, in reply to %q", m.To, auto, m.From, m.Read.Header.Get("In-Reply-To"))
			}
		}
		after := d.Row(ann)
		if after.WaitingSince != before.WaitingSince || after.DueAt != before.DueAt || after.Status != before.Status || after.Assignee != 0 || before.WaitingSince == 0 {
			d.T.Errorf("the customer does not wait as before: %+v, was %+v", after, before)
		}
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			var first desk.Time
			err := tx.Row(ctx, `SELECT first_answer_at FROM conversation WHERE id = $1`, ann).Scan(&first)
			if first != 0 {
				d.T.Error("it counts as the first answer")
			}
			return err
		})
		if got := firings(d, id); !slices.Equal(got, []string{"done", "done"}) {
			d.T.Errorf("firings %v", got)
		}
	})
}

// TestWhatIsWithheldSaysWhy sends what no machine may answer, and more than a rule answers.
func TestWhatIsWithheldSaysWhy(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		id := answering(d, nil)
		for _, header := range []string{"Auto-Submitted: auto-replied", "List-Id: <shoes.list.example>", "Precedence: bulk", "X-Auto-Response-Suppress: All"} {
			d.Receive(desktest.Person{Name: "Bo", Address: "bo" + header[:1] + header[len(header)-1:] + "@customer.example"}, "About "+header, header)
		}
		d.Arrive(d.Support, d.Mail(desktest.Person{Name: "Bounce", Address: "mailer-daemon@customer.example"}, "Undelivered", "It did not arrive."), channel.Envelope{NullSender: true, To: []string{"support@shop.example"}})
		d.Receive(desktest.Person{Name: "No", Address: "noreply@customer.example"}, "News of the day")
		d.Follow()
		d.Settle()
		if sent := d.Sent(); len(sent) != 0 {
			d.T.Fatalf("answered machines: %v", sent)
		}
		if got := firings(d, id); len(got) < 4 || slices.ContainsFunc(got, func(s string) bool { return s != "stopped answer_machine" }) {
			d.T.Errorf("firings %v, want all withheld", got)
		}
	})
}

// TestTwoMachinesThatLookLikePeopleStop has an address answer every answer at once, first in one conversation, then in ever new ones.
func TestTwoMachinesThatLookLikePeopleStop(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		id := answering(d, nil)
		c := d.Receive(desktest.Ann, "Hello")
		for range 4 {
			d.Follow()
			d.Settle()
			d.ReceiveAbout(desktest.Ann, "Re: Hello [#"+fmt.Sprint(d.Row(c).Number)+"]", "Hello to you")
		}
		d.Follow()
		d.Settle()
		if sent := len(d.Outlet.Mails()); sent != 1 {
			d.T.Errorf("%d mails went out within two hours, want 1: %v", sent, firings(d, id))
		}
		for range 6 {
			d.After(time.Hour)
			d.Receive(desktest.Ann, "Another matter at "+d.Now().Format(time.RFC3339))
			d.Follow()
			d.Settle()
		}
		if sent := len(d.Outlet.Mails()); sent != 3 {
			d.T.Errorf("%d mails went out within a day, want 3: %v", sent, firings(d, id))
		}
		got := firings(d, id)
		if !slices.Contains(got, "stopped answer_recent") || got[len(got)-1] != "stopped answer_daily" {
			d.T.Errorf("firings %v", got)
		}
		d.After(25 * time.Hour)
		d.Receive(desktest.Ann, "A day later")
		d.Follow()
		d.Settle()
		if sent := len(d.Outlet.Mails()); sent != 4 {
			d.T.Errorf("%d mails went out, want one more a day later", sent)
		}
	})
}

// TestAnInboxThatSendsNothingIsNotAnsweredFrom does the rest of what the rule is for, and says so when it is tried.
func TestAnInboxThatSendsNothingIsNotAnsweredFrom(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		var edit automation.Edit
		id := answering(d, func(e *automation.Edit) {
			e.Actions = append(e.Actions, desk.Action{Do: desk.SetPriority, Priority: desk.Urgent})
			e.Condition = condition.Node{}
			edit = *e
		})
		d.ChangeInbox(d.Support, func(e *inbox.Edit) { e.Submit.Host = "" })
		c := d.Receive(desktest.Ann, "Where is it?")
		var trial automate.Trial
		d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
			trial, err = d.Automate.Try(ctx, tx, d.Scope(d.Eva), edit, 10)
			return err
		})
		if len(trial.Items) != 1 || trial.Items[0].Withheld != rule.AnswerUnreachable || len(trial.Items[0].Would) != 1 {
			d.T.Errorf("tried: %+v", trial.Items)
		}
		d.Follow()
		d.Settle()
		if got := firings(d, id); !slices.Equal(got, []string{"done answer_unreachable"}) || d.Row(c).Priority != desk.Urgent || len(d.Sent()) != 0 {
			d.T.Errorf("firings %v, priority %d, sent %v", got, d.Row(c).Priority, d.Sent())
		}
	})
}

// TestAcknowledgementsCountAsAutomaticMails has a rule that may send an address one mail a day keep still where it was acknowledged.
func TestAcknowledgementsCountAsAutomaticMails(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		id := answering(d, func(e *automation.Edit) { e.Actions[0].Daily = 1 })
		d.ChangeInbox(d.Support, func(e *inbox.Edit) { e.Acknowledge = true })
		d.Receive(desktest.Ann, "Where is it?")
		d.Follow()
		d.Settle()
		if got := firings(d, id); len(d.Sent()) != 1 || !slices.Equal(got, []string{"stopped answer_daily"}) {
			d.T.Errorf("sent %v, firings %v", d.Sent(), got)
		}
	})
}

// TestAnAnswerIsRefused where nobody could fill it, or people would do it.
func TestAnAnswerIsRefused(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		whole := desk.Action{Do: desk.Answer, Hours: 1, Daily: 1, Texts: map[string]string{"en": "<p>Hello</p>"}}
		for name, change := range map[string]func(*desk.Action){
			"no text":               func(a *desk.Action) { a.Texts = nil },
			"an empty one":          func(a *desk.Action) { a.Texts = map[string]string{"en": "<p> </p>"} },
			"no such language":      func(a *desk.Action) { a.Texts = map[string]string{"xx": "<p>Hello</p>"} },
			"no such value":         func(a *desk.Action) { a.Texts = map[string]string{"en": "<p>{{customer.shoe}}</p>"} },
			"nobody's name":         func(a *desk.Action) { a.Texts = map[string]string{"en": "<p>{{agent.name}}</p>"} },
			"always":                func(a *desk.Action) { a.Hours = 0 },
			"more than a day bears": func(a *desk.Action) { a.Daily = desk.MostAnswers + 1 },
		} {
			a := whole
			change(&a)
			if err := d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Rules.Create(ctx, tx, desk.ByAgent(d.Eva), automation.Edit{Name: name, Events: []desk.EventKind{desk.MessageReceived}, Actions: []desk.Action{a}})
				return err
			}); !desk.IsRefusal(err, desk.Invalid) {
				d.T.Errorf("%s: %v", name, err)
			}
		}
		if err := desk.CheckActions("body.actions", []desk.Action{whole}); err == nil {
			d.T.Error("a macro answers by itself")
		}
		if err := desk.CheckRuleActions("body.actions", []desk.Action{whole}); err != nil {
			d.T.Error(err)
		}
	})
}
