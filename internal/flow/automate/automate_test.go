package automate_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/automation"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/eventlog"
)

// noting makes a rule that writes a note about each mail.
func noting(d *desktest.Desk) {
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := d.Rules.Create(ctx, tx, desk.ByAgent(d.Eva), automation.Edit{Name: "Noted", Active: true, Events: []desk.EventKind{desk.MessageReceived},
			Actions: []desk.Action{{Do: desk.WriteNote, Note: "<p>A mail came.</p>"}}})
		return err
	})
}

// noted is how many notes there are, and how many firings.
func noted(d *desktest.Desk) (notes, firings int) {
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		return errors.Join(tx.Row(ctx, `SELECT COUNT(*) FROM message WHERE kind = 'note'`).Scan(&notes), tx.Row(ctx, `SELECT COUNT(*) FROM firing`).Scan(&firings))
	})
	return notes, firings
}

// TestTwoNodesActOnceOnEachMail has two nodes follow the log while mails come, and one of them go in the middle.
func TestTwoNodesActOnceOnEachMail(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		noting(d)
		var over sync.WaitGroup
		stops := make([]context.CancelFunc, 2)
		for i := range stops {
			node, err := cluster.Join(t.Context(), d.DB, cluster.Options{Instance: fmt.Sprint("node", i), Name: fmt.Sprint(i), Logger: dbtest.Logger(d.T)})
			if err != nil {
				d.T.Fatal(err)
			}
			events, err := eventlog.Open(t.Context(), d.DB, node, dbtest.Logger(d.T))
			if err != nil {
				d.T.Fatal(err)
			}
			ctx, stop := context.WithCancel(context.Background())
			stops[i] = stop
			over.Go(func() {
				if err := d.Automate.Run(ctx, events); !errors.Is(err, context.Canceled) {
					d.T.Errorf("node %d ended: %v", i, err)
				}
				events.Close()
				if err := node.Leave(context.WithoutCancel(ctx)); err != nil {
					d.T.Error(err)
				}
			})
		}
		defer over.Wait()
		defer stops[1]()
		defer stops[0]()
		owned := func() (n int) {
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				return tx.Row(ctx, `SELECT COUNT(*) FROM consumer_cursor WHERE name = 'rules' AND owner <> 0`).Scan(&n)
			})
			return n
		}
		dbtest.Eventually(d.T, "a node follows", func() bool { return owned() == 1 })
		const mails = 24
		for i := range mails {
			d.Receive(desktest.Person{Name: "Ann", Address: fmt.Sprintf("ann%d@mail.example", i)}, "Where is it?")
			if i == mails/2 {
				stops[0]()
			}
		}
		dbtest.Eventually(d.T, "every mail is noted", func() bool { notes, _ := noted(d); return notes >= mails })
		d.Settle()
		if notes, firings := noted(d); notes != mails || firings != mails {
			d.T.Errorf("%d notes and %d firings for %d mails", notes, firings, mails)
		}
	})
}

// TestWhatWasNotCommittedIsActedOnAgain has a node die after it acted and before its commit: nothing of it is there, and the next one acts once.
func TestWhatWasNotCommittedIsActedOnAgain(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		noting(d)
		d.Receive(desktest.Ann, "Where is it?")
		died := errors.New("died")
		err := d.DB.Write(t.Context(), func(tx *db.Tx) error {
			events, err := eventlog.Latest(t.Context(), tx, 0, 100)
			if err != nil {
				return err
			}
			return errors.Join(d.Automate.Take(t.Context(), tx, events), died)
		})
		if !errors.Is(err, died) {
			d.T.Fatal(err)
		}
		if notes, firings := noted(d); notes != 0 || firings != 0 {
			d.T.Fatalf("%d notes and %d firings stayed", notes, firings)
		}
		d.Follow()
		if notes, firings := noted(d); notes != 1 || firings != 1 {
			d.T.Errorf("%d notes and %d firings, want one", notes, firings)
		}
	})
}

// TestNamedPeoplesConversationsAreLeftAlone has a rule not see what only named people see.
func TestNamedPeoplesConversationsAreLeftAlone(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		noting(d)
		id := d.Receive(desktest.Ann, "A matter of mine")
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE conversation SET restricted = TRUE WHERE id = $1`, id)
			return err
		})
		d.Follow()
		if notes, firings := noted(d); notes != 0 || firings != 0 {
			d.T.Errorf("%d notes and %d firings, want none", notes, firings)
		}
	})
}
