package person_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/field"
	"tellus/internal/feature/privacy"
	"tellus/internal/flow/person"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

// woven is a desk on which one of Ann's conversations and one of Bob's are one; both have written there since.
type woven struct {
	anns, bobs, living desk.ConversationID
	merge              int64
	who                desk.CustomerID // Ann
}

func weave(d *desktest.Desk, intoBobs bool) (w woven) {
	d.T.Helper()
	w.anns = d.ReceiveAbout(ann, "My giraffe", "The okapi is late.")
	d.Reply(w.anns, "Dear Ann Zebrowska, the okapi comes tomorrow.")
	w.bobs = d.ReceiveAbout(desktest.Bob, "Marimba", "my marimba")
	d.Reply(w.bobs, "your marimba comes")
	w.who = d.Row(w.anns).Customer
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		f, err := (&field.Service{}).Create(ctx, tx, desk.System, field.Edit{Name: "Order", Kind: desk.TextField, Personal: true})
		if err != nil {
			return err
		}
		row, err := d.Conversations.Get(ctx, tx, d.Scope(d.Eva), w.anns)
		if err != nil {
			return err
		}
		_, err = d.Conversations.Update(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), w.anns,
			conversation.Change{Version: row.Version, Fields: desk.FieldValues{f.ID: {Form: desk.TextValue, Text: "quagga 5"}}})
		return err
	})
	annsMail, bobsMail := mailOf(d, w.anns), mailOf(d, w.bobs)
	into, from := w.anns, w.bobs
	if intoBobs {
		into, from = from, into
	}
	w.living = into
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		m, err := d.Conversations.Merge(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), into, []desk.ConversationID{from})
		w.merge = m.ID
		return err
	})
	for _, c := range []desk.ConversationID{d.ReceiveAbout(ann, "Re: My giraffe", "okapi again", "In-Reply-To: "+annsMail),
		d.ReceiveAbout(desktest.Bob, "Re: Marimba", "marimba again", "In-Reply-To: "+bobsMail)} {
		if c != into {
			d.T.Fatalf("a mail to what was merged went to conversation %s, want %s", c, into)
		}
	}
	return w
}

// says returns which of the words a conversation's timeline holds.
func says(d *desktest.Desk, c desk.ConversationID, words ...string) (held []string) {
	d.T.Helper()
	text := strings.Join(d.Timeline(c), "\n")
	for _, w := range words {
		if strings.Contains(text, w) {
			held = append(held, w)
		}
	}
	return held
}

// TestErasingOneOfTwoWhoseConversationsAreOne: her words are gone everywhere, his stay, whichever went into the other, and undoing gives him back what is his.
func TestErasingOneOfTwoWhoseConversationsAreOne(t *testing.T) {
	t.Parallel()
	for name, intoBobs := range map[string]bool{"hers went into his": true, "his went into hers": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			desktest.Each(t, func(d *desktest.Desk) {
				w := weave(d, intoBobs)
				hers, his := []string{"zebra", "zebrowska", "giraffe", "okapi", "quagga"}, []string{"my marimba", "your marimba comes", "marimba again"}
				if places := found(d, hers); len(places) < 8 {
					t.Fatalf("the desk should hold a lot on her, found %q", places)
				}
				before := stand(d)
				if _, err := erase(d, w.who, ann.Name); err != nil {
					t.Fatal(err)
				}
				check := func(when string, in desk.ConversationID) {
					if places := found(d, hers); len(places) > 0 {
						t.Errorf("%s: still held on her: %q", when, places)
					}
					if held := says(d, in, his...); !slices.Equal(held, his) {
						t.Errorf("%s: of his words %q are left:\n%s", when, held, strings.Join(d.Timeline(in), "\n"))
					}
				}
				check("erased", w.living)
				before.check(t, d)
				o, err := d.Opened(d.Eva, w.living)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(o.Participants, func(p desk.Participant) bool { return p.Address == desktest.Bob.Address }) {
					t.Errorf("he no longer takes part: %+v", o.Participants)
				}
				d.Write(func(ctx context.Context, tx *db.Tx) error {
					_, err := d.Conversations.UndoMerge(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), w.merge)
					return err
				})
				check("undone", w.bobs)
				if row := d.Row(w.bobs); row.CustomerName != desktest.Bob.Name || row.Subject != "Marimba" {
					t.Errorf("his conversation is %+v", row)
				}
			})
		})
	}
}

// TestAHoldOnWhatWasMergedKeepsEachMessage: no message of the living conversation is erased or redacted while a hold stands on what lives in it, or on its customer.
func TestAHoldOnWhatWasMergedKeepsEachMessage(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		w := weave(d, true)
		scope := d.Scope(d.Eva)
		o, err := d.Opened(d.Eva, w.living)
		if err != nil {
			t.Fatal(err)
		}
		take := func() (refused int) {
			for i, m := range o.Timeline.Messages {
				err := d.Try(func(ctx context.Context, tx *db.Tx) (err error) {
					if i%2 == 0 {
						_, err = d.Conversations.Redact(ctx, tx, desk.ByAgent(d.Eva), scope, m.ID, []conversation.Span{{Start: 0, End: 1}})
					} else {
						_, err = d.Conversations.Erase(ctx, tx, desk.ByAgent(d.Eva), scope, m.ID)
					}
					return err
				})
				if desk.IsRefusal(err, desk.Conflict) {
					refused++
				} else if err != nil {
					t.Errorf("message %s: %v", m.ID, err)
				}
			}
			return refused
		}
		for name, in := range map[string]privacy.NewHold{"on what was merged": {Conversation: w.anns}, "on its customer": {Customer: w.who}} {
			in.Reason = "claim 9"
			var h desk.Hold
			d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				h, err = d.Persons.Hold(ctx, tx, scope, in)
				return err
			})
			if n := take(); n != len(o.Timeline.Messages) {
				t.Errorf("%s: %d of %d messages were refused", name, n, len(o.Timeline.Messages))
			}
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Privacy.EndHold(ctx, tx, d.Eva, h.ID)
				return err
			})
		}
		if n := take(); n != 0 {
			t.Errorf("without a hold %d were refused", n)
		}
	})
}

// TestRetentionFollowsWhereAConversationLives: what was merged is kept as long as what it lives in, and goes with it; a hold on either keeps both.
func TestRetentionFollowsWhereAConversationLives(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		w := weave(d, true)
		words := []string{"okapi", "marimba", "giraffe"}
		var hold desk.Hold
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			// As if hers had been finished before the merge.
			if _, err = tx.Exec(ctx, `/* test */ UPDATE conversation SET status = 'resolved', resolved_at = $2 WHERE id = $1`, w.anns, tx.Now); err != nil {
				return err
			}
			_, err = d.Privacy.AddRule(ctx, tx, d.Eva, privacy.RuleBody{Inbox: d.Support, Months: 6, Persons: true})
			return err
		})
		halfAYear := func() {
			d.After(200 * 24 * time.Hour)
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := jobs.Enqueue(ctx, tx, tx.Now, person.Retain{})
				return err
			})
			d.Settle()
		}
		kept := func(when string) {
			t.Helper()
			if held := says(d, w.living, "okapi", "marimba"); len(held) != 2 {
				t.Errorf("%s: only %q are kept", when, held)
			}
		}
		halfAYear()
		kept("while the other is open")
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			hold, err = d.Persons.Hold(ctx, tx, d.Scope(d.Eva), privacy.NewHold{Customer: w.who, Reason: "claim"})
			return err
		})
		resolved := desk.StatusResolved
		d.Change(w.living, conversation.Change{Status: &resolved})
		halfAYear()
		kept("held")
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Privacy.EndHold(ctx, tx, d.Eva, hold.ID)
			return err
		})
		halfAYear()
		if places := found(d, append(words, "zebra", "zebrowska", "bob kalns")); len(places) > 0 {
			t.Errorf("still held: %q", places)
		}
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			rules, err := d.Privacy.Rules(ctx, tx)
			if err == nil && (len(rules) != 1 || rules[0].Emptied != 1 || rules[0].Erased != 2) {
				t.Errorf("the rule says it did %+v, want one conversation and two customers", rules)
			}
			return err
		})
	})
}
