package desktest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// together runs functions at once and returns their errors in order.
func together(fns ...func() error) []error {
	errs := make([]error, len(fns))
	gate := make(chan struct{})
	var done sync.WaitGroup
	for i, fn := range fns {
		done.Go(func() {
			<-gate
			errs[i] = fn()
		})
	}
	close(gate)
	done.Wait()
	return errs
}

// arrivals keeps mails without anybody to read them, and returns their ids.
func arrivals(d *desktest.Desk, mails ...string) (ids []desk.ArrivalID) {
	for i, m := range mails {
		d.Accept(d.Support, fmt.Sprintf("race/%d/%d", d.Now().UnixMicro(), i), m, channel.Envelope{})
	}
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id FROM arrival WHERE state = 'kept' ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close() // read to its end
		for rows.Next() {
			var id desk.ArrivalID
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return rows.Err()
	})
	return ids
}

const rounds = 15

func TestTwoMailsOfOneNewPersonAtOnce(t *testing.T) {
	t.Parallel()
	idleEach(t, func(d *desktest.Desk) {
		for i := range rounds {
			who := desktest.Person{Name: "New", Address: fmt.Sprintf("new%d@customer.example", i)}
			ids := arrivals(d, d.Mail(who, "My order", "Where is it?"), d.Mail(who, "Re: My order", "I mean number 7."))
			for _, err := range together(process(d, ids[0]), process(d, ids[1])) {
				if err != nil {
					d.T.Fatalf("Process: %v", err)
				}
			}
			if n := dbtest.Int(d.T, d.DB, `SELECT count(DISTINCT customer) FROM address WHERE value_key = $1`, who.Address); n != 1 {
				d.T.Errorf("round %d: %d customers", i, n)
			}
			if n := dbtest.Int(d.T, d.DB, `SELECT count(*) FROM conversation WHERE address = $1`, who.Address); n != 1 {
				d.T.Errorf("round %d: %d conversations, want both mails in one", i, n)
			}
		}
		if n := dbtest.Int(d.T, d.DB, `SELECT count(*) FROM customer WHERE NOT EXISTS (SELECT 1 FROM address WHERE address.customer = customer.id)`); n != 0 {
			d.T.Errorf("%d customers without an address are left over", n)
		}
	})
}

func process(d *desktest.Desk, id desk.ArrivalID) func() error {
	return func() error {
		_, err := d.Intake.Process(d.T.Context(), id)
		return err
	}
}

// TestArrivalsThatComeAtOnce has some of one moment be the same mail, one be for an inbox that is gone, and some senders hang up: each other's fate is not theirs.
func TestArrivalsThatComeAtOnce(t *testing.T) {
	t.Parallel()
	idleEach(t, func(d *desktest.Desk) {
		for round := range 5 {
			var fns []func() error
			want := map[string]int{}
			for i := range 60 {
				box, source, ctx := d.Support, fmt.Sprintf("at once/%d/%d", round, i/2), d.T.Context()
				if i == 20 {
					box, source = 999, "nowhere"
				} else if i%7 == 3 {
					over, cancel := context.WithCancel(ctx)
					ctx = over
					fns = append(fns, func() error { cancel(); return nil })
				}
				if ctx == d.T.Context() && box == d.Support {
					want[source] = 1
				}
				mail := d.Mail(desktest.Person{Name: "Ann", Address: fmt.Sprintf("ann%d@customer.example", i/2)}, "At once", source)
				fns = append(fns, func() error {
					err := d.Intake.Accept(ctx, channel.Arrival{Inbox: box, SourceID: source, Body: strings.NewReader(mail)})
					switch {
					case box != d.Support && err == nil:
						return errors.New("kept for an inbox that is not there")
					case box != d.Support, ctx.Err() != nil && errors.Is(err, context.Canceled):
						return nil
					}
					return err
				})
			}
			for _, err := range together(fns...) {
				if err != nil {
					d.T.Fatalf("Accept: %v", err)
				}
			}
			for source := range want {
				if n := dbtest.Int(d.T, d.DB, `SELECT count(*) FROM arrival WHERE source_id = $1`, source); n != 1 {
					d.T.Errorf("%s is kept %d times", source, n)
				}
			}
			for what, query := range map[string]string{
				"arrivals without their mail":    `SELECT count(*) FROM arrival WHERE NOT EXISTS (SELECT 1 FROM raw_mail WHERE raw_mail.arrival = arrival.id)`,
				"arrivals without a job of them": `SELECT count(*) FROM arrival WHERE (SELECT count(*) FROM job WHERE payload = '{"a":' || arrival.id || '}') <> 1`,
			} {
				if n := dbtest.Int(d.T, d.DB, query); n != 0 {
					d.T.Errorf("%d %s", n, what)
				}
			}
		}
		for _, id := range arrivals(d, d.Mail(desktest.Ann, "And after", "all of that")) {
			if err := process(d, id)(); err != nil {
				d.T.Fatalf("Process: %v", err)
			}
		}
		if n := dbtest.Int(d.T, d.DB, `SELECT count(*) FROM arrival WHERE state = 'kept'`); n != 0 {
			d.T.Errorf("%d arrivals were not read", n)
		}
	})
}

func TestOneArrivalReadByTwoWorkers(t *testing.T) {
	t.Parallel()
	idleEach(t, func(d *desktest.Desk) {
		for i := range rounds {
			who := desktest.Person{Name: "Once", Address: fmt.Sprintf("once%d@customer.example", i)}
			ids := arrivals(d, d.Mail(who, "Once", "Only once."))
			for _, err := range together(process(d, ids[0]), process(d, ids[0])) {
				if err != nil && !conversation.IsSeen(err) { // such a job runs again, and finds it
					d.T.Fatalf("Process: %v", err)
				}
			}
			if n := dbtest.Int(d.T, d.DB, `SELECT count(*) FROM message WHERE kind = 'incoming' AND customer = (SELECT customer FROM address WHERE value_key = $1)`, who.Address); n != 1 {
				d.T.Errorf("round %d: the mail is there %d times", i, n)
			}
		}
		if n := dbtest.Int(d.T, d.DB, `SELECT count(*) FROM conversation`); n != rounds {
			d.T.Errorf("%d conversations, want %d", n, rounds)
		}
	})
}

func TestTwoAgentsChangeAtOnce(t *testing.T) {
	t.Parallel()
	idleEach(t, func(d *desktest.Desk) {
		process(d, arrivals(d, d.Mail(desktest.Ann, "Lamp", "It is broken."))[0])()
		scope := d.Scope(d.Eva)
		for i := range rounds {
			var row desk.Conversation
			d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
				row, err = d.Conversations.Get(ctx, tx, scope, 1)
				return err
			})
			change := func(p desk.Priority) func() error {
				return func() error {
					return d.DB.Write(d.T.Context(), func(tx *db.Tx) error {
						_, err := d.Conversations.Update(d.T.Context(), tx, desk.ByAgent(d.Eva), scope, 1, conversation.Change{Version: row.Version, Priority: &p})
						return err
					})
				}
			}
			refused := 0
			for _, err := range together(change(desk.Low), change(desk.High), change(desk.Urgent)) {
				switch {
				case desk.IsRefusal(err, desk.Conflict):
					refused++
				case err != nil:
					d.T.Fatalf("round %d: Update: %v", i, err)
				}
			}
			if refused != 2 {
				d.T.Errorf("round %d: %d of three changes were refused as stale, want 2", i, refused)
			}
		}
	})
}

// TestMailArrivesWhileItIsResolved resolves a conversation at the moment when the customer writes: whichever comes first, a mail is never left in a
// conversation that nobody looks at any more.
func TestMailArrivesWhileItIsResolved(t *testing.T) {
	t.Parallel()
	idleEach(t, func(d *desktest.Desk) {
		outcomes := map[string]int{}
		for i := range rounds {
			who := desktest.Person{Name: "Late", Address: fmt.Sprintf("late%d@customer.example", i)}
			process(d, arrivals(d, d.Mail(who, "Lamp", "It is broken."))[0])()
			var c desk.ConversationID
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				return tx.Row(ctx, `SELECT id FROM conversation WHERE address = $1`, who.Address).Scan(&c)
			})
			row := d.Row(c)
			next := arrivals(d, d.Mail(who, "Re: Lamp", "And the chair is."))
			resolved := desk.StatusResolved
			scope := d.Scope(d.Eva)
			errs := together(process(d, next[0]), func() error {
				return d.DB.Write(d.T.Context(), func(tx *db.Tx) error {
					_, err := d.Conversations.Update(d.T.Context(), tx, desk.ByAgent(d.Eva), scope, c, conversation.Change{Version: row.Version, Status: &resolved})
					return err
				})
			})
			if errs[0] != nil || errs[1] != nil && !desk.IsRefusal(errs[1], desk.Conflict) {
				d.T.Fatalf("round %d: %v", i, errors.Join(errs...))
			}
			now := d.Row(c)
			if now.Status.Finished() || now.WaitingSince == 0 || now.Messages != 2 {
				d.T.Errorf("round %d: the conversation is %s with %d messages after the customer wrote", i, now.Status, now.Messages)
			}
			outcomes[fmt.Sprint(errs[1] == nil)]++
		}
		d.T.Logf("resolved first: %d of %d", outcomes["true"], rounds)
	})
}

// TestMovesBothWaysAtOnce moves messages of two conversations into each other: neither waits for the other for ever, and each message is in one place.
func TestMovesBothWaysAtOnce(t *testing.T) {
	t.Parallel()
	idleEach(t, func(d *desktest.Desk) {
		for _, id := range arrivals(d, d.Mail(desktest.Ann, "Lamp", "One."), d.Mail(desktest.Bob, "Chair", "Two.")) {
			if err := process(d, id)(); err != nil {
				d.T.Fatal(err)
			}
		}
		scope := d.Scope(d.Eva)
		box := desk.Inbox{ID: d.Support}
		move := func(m desk.MessageID, to desk.ConversationID) func() error {
			return func() error {
				return d.DB.Write(d.T.Context(), func(tx *db.Tx) error {
					_, err := d.Conversations.Move(d.T.Context(), tx, desk.ByAgent(d.Eva), scope, m, to, box)
					return err
				})
			}
		}
		var ms []desk.MessageID
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			var a, b desk.MessageID
			err := tx.Row(ctx, `SELECT min(id), max(id) FROM message WHERE kind = 'incoming'`).Scan(&a, &b)
			ms = []desk.MessageID{a, b}
			return err
		})
		for i := range rounds {
			to := []desk.ConversationID{2, 1}
			if i%2 == 1 {
				slices.Reverse(to)
			}
			for _, err := range together(move(ms[0], to[0]), move(ms[1], to[1])) {
				if err != nil && !desk.IsRefusal(err, desk.Conflict) {
					d.T.Fatalf("round %d: Move: %v", i, err)
				}
			}
		}
		got := []int64{dbtest.Int(d.T, d.DB, `SELECT sum(messages) FROM conversation`), dbtest.Int(d.T, d.DB, `SELECT count(*) FROM message WHERE kind = 'incoming'`)}
		if diff := cmp.Diff([]int64{2, 2}, got); diff != "" {
			d.T.Errorf("messages counted and there (-want +got):\n%s", diff)
		}
	})
}

// TestTheSameMessageIsSentOnceByTwoJobs begins to send one message twice at once: one does, the other is told to come later, nobody calls it unsure.
func TestTheSameMessageIsSentOnceByTwoJobs(t *testing.T) {
	t.Parallel()
	idleEach(t, func(d *desktest.Desk) {
		process(d, arrivals(d, d.Mail(desktest.Ann, "Lamp", "It is broken."))[0])()
		for i := range rounds {
			var m desk.Message
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				from, err := d.Sender(ctx, tx, d.Eva, d.Support)
				if err != nil {
					return err
				}
				m, err = d.Conversations.Reply(ctx, tx, from, 1, conversation.Reply{HTML: "<p>Sent once.</p>", To: []desk.NamedAddress{{Address: desktest.Ann.Address}}, Anyway: true, Then: conversation.Wait})
				return err
			})
			var mu sync.Mutex
			begun := 0
			begin := func() error {
				ok := false
				err := d.DB.Write(d.T.Context(), func(tx *db.Tx) (err error) {
					_, ok, err = d.Conversations.Begin(d.T.Context(), tx, m.ID, false)
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				if err == nil && ok {
					begun++
				}
				return err
			}
			later := 0
			for _, err := range together(begin, begin) {
				if errors.Is(err, conversation.ErrSending) {
					later++
				} else if err != nil {
					d.T.Fatalf("Begin: %v", err)
				}
			}
			if begun != 1 || later != 1 {
				d.T.Errorf("round %d: %d began to send and %d were told to wait, want one each", i, begun, later)
			}
		}
	})
}

func idleEach(t *testing.T, f func(d *desktest.Desk)) {
	t.Helper()
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			f(desktest.Idle(t, e))
		})
	}
}
