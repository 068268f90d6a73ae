package conversation_test

import (
	"context"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// TestARenamedCustomerIsRenamedInAllHisConversations changes a name that more conversations show than one transaction touches.
func TestARenamedCustomerIsRenamedInAllHisConversations(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		d.Receive(desktest.Ann, "Where is my parcel?")
		const more = 450
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `
				INSERT INTO conversation (id, number, inbox, customer, customer_name, address, channel, subject, subject_key, status, shelf, due_at, created_at, last_at)
				WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
				SELECT 1000 + i, 100000 + i, c.inbox, c.customer, c.customer_name, '', 'email', '', 0, 'resolved', 2, 0, 0, i
				FROM n
				JOIN conversation c ON c.id = 1`, more)
			return err
		})
		var from desk.Seq
		var renamed conversation.Opened
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			if from, err = eventlog.Newest(ctx, tx); err != nil {
				return err
			}
			opened, err := d.Conversations.Get(ctx, tx, d.Scope(d.Eva), 1)
			if err != nil {
				return err
			}
			ann, err := d.Customers.Get(ctx, tx, opened.Customer)
			if err != nil {
				return err
			}
			name := "Anna Kalniņa"
			_, err = d.Customers.Update(ctx, tx, desk.ByAgent(d.Eva), ann.ID, customer.Change{Version: ann.Version, Name: &name})
			return err
		})
		d.Settle()
		d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
			if renamed.Conversation, err = d.Conversations.Get(ctx, tx, d.Scope(d.Eva), 1); err != nil {
				return err
			}
			if renamed.Conversation.CustomerName != "Anna Kalniņa" {
				d.T.Errorf("the conversation shows %q", renamed.Conversation.CustomerName)
			}
			var shown, told int
			if err := tx.Row(ctx, `SELECT count(*) FROM conversation WHERE customer_name = 'Anna Kalniņa' AND version = 2`).Scan(&shown); err != nil {
				return err
			}
			err = tx.Row(ctx, `SELECT count(DISTINCT conversation) FROM event WHERE seq > $1 AND kind = $2`, from, desk.CustomerRenamed).Scan(&told)
			if shown < more || told != more+1 {
				d.T.Errorf("%d conversations show the name, %d were told; want %d", shown, told, more+1)
			}
			return err
		})
	})
}
