package statute_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/condition"
	law "tellus/internal/engine/statute"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/statute"
	limits "tellus/internal/flow/statute"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// court is a desk on which Latvian complaints have fifteen working days.
type court struct {
	*desktest.Desk
	law statute.Statute
}

func (w *court) edit() statute.Edit {
	return statute.Edit{Name: "Complaints", Active: true, Term: law.Term{Country: "LV", Zone: "Europe/Riga", Days: 15, Count: law.WorkingDays}, Warn: []int{0, 5, 1},
		Condition: condition.Node{Attr: "subject", Op: "contains", Values: []string{"complaint"}}, CheckedBy: "Counsel", CheckedOn: desk.DateOf(w.Now())}
}

func each(t *testing.T, f func(w *court)) {
	desktest.Each(t, func(d *desktest.Desk) {
		w := &court{Desk: d}
		w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			w.law, err = w.Statutes.Create(ctx, tx, desk.ByAgent(w.Eva), w.edit())
			return err
		})
		f(w)
	})
}

// complaint is a conversation with a complaint in it, received on Monday, 2 March 2026: due on Monday, 23 March.
func (w *court) complaint() desk.ConversationID {
	w.T.Helper()
	c := w.ReceiveAbout(desktest.Ann, "My complaint", "it broke")
	w.Follow()
	return c
}

func (w *court) limits(c desk.ConversationID) (all []statute.Limit) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = w.Statutes.Of(ctx, tx, w.Scope(w.Eva), c)
		return err
	})
	return all
}

// only is the one limit of a conversation.
func (w *court) only(c desk.ConversationID) statute.Limit {
	w.T.Helper()
	all := w.limits(c)
	if len(all) != 1 {
		w.T.Fatalf("%d limits, want one: %+v", len(all), all)
	}
	return all[0]
}

func (w *court) do(fn func(ctx context.Context, tx *db.Tx, scope desk.Scope) (statute.Limit, error)) (l statute.Limit, err error) {
	w.T.Helper()
	scope := w.Scope(w.Eva)
	err = w.Try(func(ctx context.Context, tx *db.Tx) (err error) {
		l, err = fn(ctx, tx, scope)
		return err
	})
	w.Follow()
	return l, err
}

func (w *court) answer(l statute.Limit, m desk.MessageID) (statute.Limit, error) {
	return w.do(func(ctx context.Context, tx *db.Tx, scope desk.Scope) (statute.Limit, error) {
		return w.Statutes.Answer(ctx, tx, scope, l.ID, m)
	})
}

func (w *court) extend(l statute.Limit, until desk.Date, why string) (statute.Limit, error) {
	return w.do(func(ctx context.Context, tx *db.Tx, scope desk.Scope) (statute.Limit, error) {
		return w.Statutes.Extend(ctx, tx, scope, l.ID, until, why)
	})
}

func (w *court) withdraw(l statute.Limit, why string) (statute.Limit, error) {
	return w.do(func(ctx context.Context, tx *db.Tx, scope desk.Scope) (statute.Limit, error) {
		return w.Statutes.Withdraw(ctx, tx, scope, l.ID, why)
	})
}

func (w *court) fire() {
	w.T.Helper()
	if _, err := w.Limits.Fire(w.T.Context()); err != nil {
		w.T.Fatal(err)
	}
}

func (w *court) count(kind desk.EventKind) int64 {
	w.T.Helper()
	return dbtest.Int(w.T, w.DB, `/* test */ SELECT COUNT(*) FROM event WHERE kind = $1`, string(kind))
}

func whats(l statute.Limit) (all []string) {
	for _, e := range l.Entries {
		all = append(all, e.What)
	}
	return all
}

var march23 = desk.On(2026, time.March, 23)

func TestAComplaintGetsItsLimitAndOtherMailsNone(t *testing.T) {
	t.Parallel()
	each(t, func(w *court) {
		c := w.complaint()
		l := w.only(c)
		if l.Last != march23 || l.State != law.Running || l.Received != desk.On(2026, time.March, 2) || l.Message == 0 || len(l.Off) != 6 {
			w.T.Errorf("the complaint has until %s: %+v", l.Last, l)
		}
		if row := w.Row(c); row.DueAt > l.Due {
			w.T.Errorf("the conversation is due at %s, after its limit at %s", row.DueAt, l.Due)
		}
		w.Reply(c, "We look into it.")
		if row := w.Row(c); row.DueAt != l.Due || row.DueFor != desk.OwedStatute {
			w.T.Errorf("answered, it is due at %s for %q; want the limit at %s", row.DueAt, row.DueFor, l.Due)
		}
		other := w.ReceiveAbout(desktest.Bob, "A question", "how much?")
		w.Follow()
		if all := w.limits(other); len(all) != 0 {
			w.T.Errorf("a question has limits: %+v", all)
		}
		// What comes to fit later counts from its receipt, and each statute begins once.
		w.After(50 * time.Hour)
		w.Change(other, conversation.Change{Subject: new("Bob's complaint")})
		w.Follow()
		w.Change(other, conversation.Change{Subject: new("Bob's complaint again")})
		w.Follow()
		if l := w.only(other); l.Last != march23 {
			w.T.Errorf("found out two days later it is due on %s, want as from its receipt", l.Last)
		}
	})
}

func TestNothingStopsIt(t *testing.T) {
	t.Parallel()
	each(t, func(w *court) {
		c := w.complaint()
		before := w.only(c)
		same := func(after string, in desk.ConversationID) {
			w.T.Helper()
			w.Follow()
			if now := w.only(in); now.Due != before.Due || now.State != law.Running || now.ID != before.ID {
				w.T.Errorf("after %s: %s, due %s; want running until %s", after, now.State, now.Due, before.Due)
			}
		}
		status := func(s desk.Status) { w.Change(c, conversation.Change{Status: &s}) }
		w.Promise(60_000) // due weeks after the limit
		same("a policy was made", c)
		status(desk.StatusWaiting)
		same("waiting for the customer", c)
		until := w.DB.Now().Add(1000 * time.Hour)
		w.Change(c, conversation.Change{SnoozedUntil: &until})
		same("a snooze past its end", c)
		status(desk.StatusResolved)
		same("resolving", c)
		if row := w.Row(c); row.DueAt < desk.Never {
			w.T.Errorf("resolved, it is due at %s in the lists", row.DueAt)
		}
		status(desk.StatusOpen)
		same("reopening", c)
		if row := w.Row(c); row.DueFor != desk.OwedStatute {
			w.T.Errorf("reopened, it is due for %q", row.DueFor)
		}
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			e := w.edit()
			e.Version, e.Term.Days, e.CheckedBy = w.law.Version, 30, "Another"
			_, err := w.Statutes.Change(ctx, tx, desk.ByAgent(w.Eva), w.law.ID, e)
			return err
		})
		same("the statute got longer", c)

		other := w.ReceiveAbout(desktest.Ann, "Hello", "hello")
		var m conversation.Merge
		scope := w.Scope(w.Eva)
		w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			m, err = w.Conversations.Merge(ctx, tx, desk.ByAgent(w.Eva), scope, other, []desk.ConversationID{c})
			return err
		})
		same("merging it into another", other)
		if row := w.Row(other); row.DueAt > before.Due {
			w.T.Errorf("what it was merged into is due at %s", row.DueAt)
		}
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Conversations.UndoMerge(ctx, tx, desk.ByAgent(w.Eva), scope, m.ID)
			return err
		})
		same("taking the merge back", c)
		if all := w.limits(other); len(all) != 0 {
			w.T.Errorf("the other one kept %+v", all)
		}
		status(desk.StatusResolved)
		w.After(30 * 24 * time.Hour)
		w.fire()
		if now := w.only(c); now.State != law.Late || w.count(desk.StatuteBreached) != 1 {
			w.T.Errorf("a month later, resolved: %s, told %d times", now.State, w.count(desk.StatuteBreached))
		}
	})
}

func TestOnlyADeliveredAnswerMeetsIt(t *testing.T) {
	t.Parallel()
	each(t, func(w *court) {
		c := w.complaint()
		l := w.only(c)
		incoming := l.Message
		for what, m := range map[string]desk.MessageID{"what was received": incoming, "nothing of ours": 987654} {
			if _, err := w.answer(l, m); !desk.IsRefusal(err, desk.Invalid) {
				w.T.Errorf("%s as the answer: %v, want it refused", what, err)
			}
		}
		elsewhere := w.Reply(w.ReceiveAbout(desktest.Bob, "A question", "how much?"), "So much.")
		if _, err := w.answer(l, elsewhere.ID); !desk.IsRefusal(err, desk.Invalid) {
			w.T.Errorf("an answer to somebody else: %v, want it refused", err)
		}
		w.Reply(c, "We look into it.")
		w.Follow()
		if now := w.only(c); now.State != law.Running {
			w.T.Errorf("any answer made it %s", now.State)
		}

		w.Outlet.Away()
		m := w.Reply(c, "You get your money back.")
		if now, err := w.answer(l, m.ID); err != nil || now.State != law.Running || now.Answer != m.ID {
			w.T.Errorf("marked while it waits: %s, %v", now.State, err)
		}
		w.Outlet.Accept()
		w.After(2 * time.Hour)
		w.Follow()
		now := w.only(c)
		if now.State != law.Met || now.Met == 0 || now.Met > w.DB.Now() {
			w.T.Errorf("delivered, it is %s, met %s", now.State, now.Met)
		}
		if row := w.Row(c); row.DueAt < desk.Never {
			w.T.Errorf("met, it is still due at %s", row.DueAt)
		}

		w.bounce(m)
		w.Follow()
		if now = w.only(c); now.State != law.Running || now.Due != l.Due || now.Answer != m.ID {
			w.T.Errorf("it came back, and the limit is %s until %s", now.State, now.Due)
		}
		if row := w.Row(c); row.DueAt > l.Due {
			w.T.Errorf("it came back, and the conversation is due at %s", row.DueAt)
		}
		again := w.Reply(c, "Once more: you get your money back.")
		if now, err := w.answer(l, again.ID); err != nil || now.State != law.Met {
			w.T.Errorf("another answer, which was delivered: %s, %v", now.State, err)
		}
		want := []string{"started", "answered", "met", "unmet", "answered", "met"}
		if diff := cmp.Diff(want, whats(w.only(c))); diff != "" {
			w.T.Errorf("what was done (-want +got):\n%s", diff)
		}
		if now, err := w.answer(l, 0); err != nil || now.State != law.Running {
			w.T.Errorf("no answer any more: %s, %v", now.State, err)
		}
	})
}

// bounce has the mail of an answer come back.
func (w *court) bounce(m desk.Message) {
	w.T.Helper()
	mails := w.Outlet.Mails()
	i := slices.IndexFunc(mails, func(x desktest.Mail) bool { return strings.Contains(x.Raw, "money back") })
	if i < 0 {
		w.T.Fatalf("message %s never went out", m.ID)
	}
	w.Arrive(w.Support, `From: Mail Delivery <mailer-daemon@mx.example>
To: support@shop.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

No such mailbox.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; `+desktest.Ann.Address+`
Action: failed
Status: 5.1.1
--b
Content-Type: message/rfc822

Message-ID: <`+strings.Trim(mails[i].ID, "<>")+`>
Subject: x

x
--b--
`, channel.Envelope{To: []string{"support@shop.example"}})
}

func TestAnExtensionNeedsAGroundAndNeverShortens(t *testing.T) {
	t.Parallel()
	each(t, func(w *court) {
		c := w.complaint()
		l := w.only(c)
		april := desk.On(2026, time.April, 10)
		if _, err := w.extend(l, april, "  "); !desk.IsRefusal(err, desk.Invalid) {
			w.T.Errorf("without a ground: %v, want it refused", err)
		}
		if _, err := w.extend(l, march23, "needs an expert"); !desk.IsRefusal(err, desk.Invalid) {
			w.T.Errorf("to the day it has: %v, want it refused", err)
		}
		got, err := w.extend(l, april, "An expert looks at it; the customer was told on 9 March.")
		if err != nil || got.Last != april || got.First != march23 {
			w.T.Fatalf("extended: %+v, %v", got, err)
		}
		if e := got.Entries[len(got.Entries)-1]; e.Agent != w.Eva || e.Ground == "" || e.Until != april || e.At == 0 {
			w.T.Errorf("who, why and until when: %+v", e)
		}
		if _, err := w.extend(l, april-1, "shorter"); !desk.IsRefusal(err, desk.Invalid) {
			w.T.Errorf("shortened: %v, want it refused", err)
		}
		if got, err = w.withdraw(l, "Handed in by post on 12 March."); err != nil || got.State != law.Withdrawn {
			w.T.Errorf("withdrawn: %s, %v", got.State, err)
		}
		if row := w.Row(c); row.DueFor == desk.OwedStatute {
			w.T.Error("withdrawn, it is still due by it")
		}
		if _, err := w.extend(l, april+5, "late thoughts"); !desk.IsRefusal(err, desk.Conflict) {
			w.T.Errorf("extended after that: %v, want it refused", err)
		}
		w.Change(c, conversation.Change{Subject: new("My complaint, once more")})
		w.Follow()
		if now := w.only(c); now.State != law.Withdrawn {
			w.T.Errorf("it began anew: %s", now.State)
		}
	})
}

func TestEachWarningIsGivenOnceByTwoNodes(t *testing.T) {
	t.Parallel()
	each(t, func(w *court) {
		const complaints = 20
		for range complaints {
			w.ReceiveAbout(desktest.Ann, "complaint", "it broke", "X-Nothing: none")
		}
		w.Follow()
		n := dbtest.Int(w.T, w.DB, `/* test */ SELECT COUNT(*) FROM statute_clock`)
		second := &limits.Keeper{DB: w.DB, Statutes: &statute.Service{Conversations: w.Conversations}, Log: w.Limits.Log}
		both := func() {
			var nodes sync.WaitGroup
			for _, k := range []*limits.Keeper{w.Limits, second} {
				nodes.Go(func() {
					if _, err := k.Fire(w.T.Context()); err != nil {
						w.T.Error(err)
					}
				})
			}
			nodes.Wait()
		}
		both()
		if got := w.count(desk.StatuteWarned); got != 0 {
			w.T.Errorf("warned %d times on the day of receipt", got)
		}
		w.After(14 * 24 * time.Hour) // Monday the 16th, five working days before
		both()
		both()
		if got := w.count(desk.StatuteWarned); got != n {
			w.T.Errorf("two weeks later warned %d times, want %d", got, n)
		}
		w.After(4 * 24 * time.Hour) // Friday the 20th
		both()
		w.After(3 * 24 * time.Hour) // Monday the 23rd, the last day
		both()
		w.After(24 * time.Hour)
		both()
		both()
		if warned, late := w.count(desk.StatuteWarned), w.count(desk.StatuteBreached); warned != 3*n || late != n {
			w.T.Errorf("warned %d times and late %d times of %d limits, want three and one each", warned, late, n)
		}
	})
}

func TestWhoMayNotSeeTheConversationSeesNothingOfIt(t *testing.T) {
	t.Parallel()
	each(t, func(w *court) {
		c := w.complaint()
		l := w.only(c)
		jon := w.Agent("Jon", desk.Supervisor)
		scope := w.Scope(w.Eva)
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			return w.Conversations.SetAccess(ctx, tx, desk.ByAgent(w.Eva), scope, c, conversation.Access{Restricted: true, Agents: []desk.AgentID{w.Eva}})
		})
		his := w.Scope(jon)
		for what, try := range map[string]func(ctx context.Context, tx *db.Tx) error{
			"reading": func(ctx context.Context, tx *db.Tx) error {
				_, err := w.Statutes.Of(ctx, tx, his, c)
				return err
			},
			"extending": func(ctx context.Context, tx *db.Tx) error {
				_, err := w.Statutes.Extend(ctx, tx, his, l.ID, l.Last+10, "a good ground")
				return err
			},
			"withdrawing": func(ctx context.Context, tx *db.Tx) error {
				_, err := w.Statutes.Withdraw(ctx, tx, his, l.ID, "a good ground")
				return err
			},
			"answering": func(ctx context.Context, tx *db.Tx) error {
				_, err := w.Statutes.Answer(ctx, tx, his, l.ID, 0)
				return err
			},
			"beginning": func(ctx context.Context, tx *db.Tx) error {
				_, err := w.Statutes.Start(ctx, tx, his, c, w.law.ID, l.Received)
				return err
			},
		} {
			if err := w.Try(try); !desk.IsRefusal(err, desk.NotFound) {
				w.T.Errorf("%s: %v, want that it is not there", what, err)
			}
		}
		if now := w.only(c); now.State != law.Running || now.Due != l.Due {
			w.T.Errorf("restricted, it is %s until %s", now.State, now.Due)
		}
	})
}

func TestWhatCounselDidNotCheckDoesNotRun(t *testing.T) {
	t.Parallel()
	each(t, func(w *court) {
		by := desk.ByAgent(w.Eva)
		e := w.edit()
		e.CheckedBy, e.CheckedOn = "", 0
		if err := w.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Statutes.Create(ctx, tx, by, e)
			return err
		}); !desk.IsRefusal(err, desk.Invalid) {
			w.T.Errorf("active and unchecked: %v, want it refused", err)
		}
		// A changed term takes the confirmation back.
		e = w.edit()
		e.Version, e.Term.Days = w.law.Version, 10
		var got statute.Statute
		w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			got, err = w.Statutes.Change(ctx, tx, by, w.law.ID, e)
			return err
		})
		if got.Active || got.CheckedBy != "" || got.CheckedOn != 0 {
			w.T.Errorf("changed, it is still in use: %+v", got)
		}
		c := w.ReceiveAbout(desktest.Ann, "complaint", "it broke")
		w.Follow()
		if all := w.limits(c); len(all) != 0 {
			w.T.Errorf("it began: %+v", all)
		}
		if _, err := w.do(func(ctx context.Context, tx *db.Tx, scope desk.Scope) (statute.Limit, error) {
			return w.Statutes.Start(ctx, tx, scope, c, w.law.ID, desk.On(2026, time.February, 27))
		}); !desk.IsRefusal(err, desk.Invalid) {
			w.T.Errorf("begun by hand: %v, want it refused", err)
		}
		e.Version, e.Active, e.CheckedBy = got.Version, true, "Counsel again"
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Statutes.Change(ctx, tx, by, w.law.ID, e)
			return err
		})
		l, err := w.do(func(ctx context.Context, tx *db.Tx, scope desk.Scope) (statute.Limit, error) {
			return w.Statutes.Start(ctx, tx, scope, c, w.law.ID, desk.On(2026, time.February, 27))
		})
		if err != nil || l.Last != desk.On(2026, time.March, 13) || l.Entries[0].Agent != w.Eva {
			w.T.Errorf("from 27 February: %+v, %v", l, err)
		}
		if _, err := w.do(func(ctx context.Context, tx *db.Tx, scope desk.Scope) (statute.Limit, error) {
			return w.Statutes.Start(ctx, tx, scope, c, w.law.ID, desk.DateOf(w.Now())+5)
		}); !desk.IsRefusal(err, desk.Invalid) {
			w.T.Errorf("received next week: %v, want it refused", err)
		}
	})
}
