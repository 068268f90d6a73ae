package conversation_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// TestALargeViewIsCountedAgainInTime fills a view far beyond the cap, where it need not be counted each time, and takes conversations out of it, an event
// each: the count is exact as soon as the view holds no more than the cap.
func TestALargeViewIsCountedAgainInTime(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		d.Receive(desktest.Ann, "Where is my parcel?")
		scope := d.Scope(d.Eva)
		fill := func(n int) {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `
					INSERT INTO conversation (id, number, inbox, customer, customer_name, address, channel, subject, subject_key, status, due_at, created_at, last_at)
					WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
					SELECT 1000 + i, 100000 + i, c.inbox, c.customer, '', '', 'email', '', 0, 'new', i, 0, i
					FROM n
					JOIN conversation c ON c.id = 1`, n)
				return err
			})
		}
		take := func(from, to int) {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.Exec(ctx, `UPDATE conversation SET shelf = 4 WHERE id > $1 AND id <= $2`, 1000+from, 1000+to); err != nil {
					return err
				}
				for i := from; i < to; i++ {
					id := desk.ConversationID(1001 + i)
					if err := eventlog.Append(ctx, tx, &desk.Event{By: desk.System, Kind: desk.Trashed, SubjectKind: desk.AboutConversation,
						Subject: int64(id), Conversation: id}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		expect := func(want conversation.Count) {
			d.T.Helper()
			d.After(2 * time.Second) // counts are kept for one
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				got, err := d.Conversations.Counts(ctx, tx, scope, []conversation.View{"all"})
				if err == nil && got[0] != want {
					d.T.Errorf("counts as %+v, want %+v", got[0], want)
				}
				return err
			})
		}
		var counted atomic.Int64
		d.Trace(func(query string, _ []any) {
			if len(query) > 20 && query[:20] == "SELECT count(*) FROM" {
				counted.Add(1)
			}
		})
		fill(conversation.CountCap + 1999) // and Ann's
		many := conversation.Count{ID: "all", Count: conversation.CountCap, Capped: true}
		expect(many)
		before := counted.Load()
		take(0, 500)
		expect(many)
		if counted.Load() != before {
			d.T.Errorf("a view far beyond the cap was counted again")
		}
		for taken := 500; taken < 2500; taken += 250 {
			take(taken, taken+250)
			left := conversation.CountCap + 2000 - taken - 250
			want := conversation.Count{ID: "all", Count: min(left, conversation.CountCap), Capped: left > conversation.CountCap}
			expect(want)
		}
		if counted.Load() == before {
			d.T.Error("the view was never counted again")
		}
	})
}
