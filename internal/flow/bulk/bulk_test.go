package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/flow/bulk"
	"tellus/internal/platform/db"
)

func receive(d *desktest.Desk, n int) (ids []desk.ConversationID) {
	for i := range n {
		ids = append(ids, d.Receive(desktest.Ann, fmt.Sprint("Matter ", i)))
	}
	return ids
}

func begin(d *desktest.Desk, in bulk.Request) (w bulk.Work) {
	d.T.Helper()
	d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		w, err = d.Bulk.Begin(ctx, tx, d.Scope(d.Eva), in)
		return err
	})
	return w
}

func now(d *desktest.Desk, id desk.BulkID) (w bulk.Work) {
	d.T.Helper()
	d.Read(func(ctx context.Context, tx *db.Tx) (err error) { w, err = d.Bulk.Of(ctx, tx, d.Eva, id); return err })
	return w
}

func standing(d *desktest.Desk, ids []desk.ConversationID) (all []conversation.Standing) {
	d.T.Helper()
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		all = nil
		for _, id := range ids {
			s, _, err := d.Conversations.Standing(ctx, tx, d.Scope(d.Eva), id)
			if err != nil {
				return err
			}
			all = append(all, s)
		}
		return nil
	})
	return all
}

// TestUndoPutsBackWhatNobodyChangedSince does several things at once with conversations in different states, and takes it back.
func TestUndoPutsBackWhatNobodyChangedSince(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		ids := receive(d, 60)
		var tag desk.TagID
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			made, err := d.Conversations.SaveTag(ctx, tx, desk.ByAgent(d.Eva), desk.Tag{Name: "Season", Colour: "red"})
			tag = made.ID
			return err
		})
		closed := desk.StatusClosed
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			for _, id := range ids[:5] {
				if _, err := d.Conversations.Update(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), id, conversation.Change{Version: version(ctx, tx, d, id), Status: &closed}); err != nil {
					return err
				}
			}
			return nil
		})
		before := standing(d, ids)
		w := begin(d, bulk.Request{View: "all", Actions: []desk.Action{{Do: desk.SetStatus, Status: desk.StatusResolved}, {Do: desk.AddTags, Tags: []desk.TagID{tag}},
			{Do: desk.Assign, Me: true}, {Do: desk.SetPriority, Priority: desk.Urgent}}})
		d.Settle()
		if w = now(d, w.ID); w.State != bulk.Done || w.Total != 55 || w.Changed != 55 {
			d.T.Fatalf("the work came to %+v", w)
		}
		low := desk.Low
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Conversations.Update(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), ids[20], conversation.Change{Version: version(ctx, tx, d, ids[20]), Priority: &low})
			return err
		})
		d.Write(func(ctx context.Context, tx *db.Tx) error { _, err := d.Bulk.Undo(ctx, tx, d.Eva, w.ID); return err })
		d.Settle()
		if w = now(d, w.ID); w.State != bulk.Undone || w.Undone != 54 || w.Kept != 1 {
			d.T.Fatalf("undone: %+v", w)
		}
		after := standing(d, ids)
		for i := range ids {
			if i == 20 {
				if after[i].Priority != desk.Low || after[i].Status != desk.StatusResolved {
					d.T.Errorf("what was changed since is %+v", after[i])
				}
				continue
			}
			if diff := cmp.Diff(before[i], after[i]); diff != "" {
				d.T.Errorf("conversation %s differs (-before +after):\n%s", ids[i], diff)
			}
		}
	})
}

func version(ctx context.Context, tx *db.Tx, d *desktest.Desk, id desk.ConversationID) int64 {
	c, err := d.Conversations.Get(ctx, tx, d.Scope(d.Eva), id)
	if err != nil {
		d.T.Fatal(err)
	}
	return c.Version
}

// TestACrashInTheMiddleDoesNothingTwice ends each step of the work in the way a process that dies does, before and after its commit, and has another go on.
func TestACrashInTheMiddleDoesNothingTwice(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		ids := receive(d, 70)
		var w bulk.Work
		crash := errors.New("the process died")
		err := d.Try(func(ctx context.Context, tx *db.Tx) (err error) {
			w, err = d.Bulk.Begin(ctx, tx, d.Scope(d.Eva), bulk.Request{Conversations: ids, Actions: []desk.Action{{Do: desk.WriteNote, Note: "<p>Sale</p>"}}})
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `DELETE FROM job WHERE kind = $1`, bulk.Do{}.JobKind()) // the steps are made by hand
			return err
		})
		if err != nil {
			d.T.Fatal(err)
		}
		for over := false; !over; {
			if err := d.Try(func(ctx context.Context, tx *db.Tx) error {
				if _, err := d.Bulk.Step(ctx, tx, w.ID); err != nil {
					return err
				}
				return crash
			}); !errors.Is(err, crash) {
				d.T.Fatal(err)
			}
			if err := d.Try(func(ctx context.Context, tx *db.Tx) (err error) { over, err = d.Bulk.Step(ctx, tx, w.ID); return err }); err != nil {
				d.T.Fatal(err)
			}
		}
		if err := d.Try(func(ctx context.Context, tx *db.Tx) error { _, err := d.Bulk.Step(ctx, tx, w.ID); return err }); err != nil { // the job is run once more
			d.T.Fatal(err)
		}
		var notes, talks int
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `SELECT count(*), count(DISTINCT conversation) FROM message WHERE kind = 'note'`).Scan(&notes, &talks)
		})
		if w = now(d, w.ID); notes != 70 || talks != 70 || w.Changed != 70 || w.State != bulk.Done {
			d.T.Errorf("%d notes in %d conversations, %+v; want 70", notes, talks, w)
		}
	})
}

func TestWorkIsCancelledInTheMiddle(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		ids := receive(d, 40)
		var w bulk.Work
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			if w, err = d.Bulk.Begin(ctx, tx, d.Scope(d.Eva), bulk.Request{Conversations: ids, Actions: []desk.Action{{Do: desk.PutInTrash}}}); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `DELETE FROM job WHERE kind = $1`, bulk.Do{}.JobKind())
			return err
		})
		for range 2 { // gathers, and does a slice
			d.Write(func(ctx context.Context, tx *db.Tx) error { _, err := d.Bulk.Step(ctx, tx, w.ID); return err })
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error { _, err := d.Bulk.Cancel(ctx, tx, d.Eva, w.ID); return err })
		d.Write(func(ctx context.Context, tx *db.Tx) error { _, err := d.Bulk.Step(ctx, tx, w.ID); return err })
		if w = now(d, w.ID); w.State != bulk.Cancelled || w.Changed != 25 {
			d.T.Errorf("cancelled: %+v", w)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error { _, err := d.Bulk.Undo(ctx, tx, d.Eva, w.ID); return err })
		d.Settle()
		var trashed int
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `SELECT count(*) FROM conversation WHERE trashed_at > 0`).Scan(&trashed)
		})
		if w = now(d, w.ID); w.State != bulk.Undone || trashed != 0 {
			d.T.Errorf("%d still in the trash, %+v", trashed, w)
		}
	})
}
