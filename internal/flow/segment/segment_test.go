package segment_test

import (
	"context"
	"fmt"
	"testing"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/customer"
	flow "tellus/internal/flow/segment"
	"tellus/internal/platform/db"
)

// TestEverybodyGetsFigures: after an upgrade nobody has figures; beginning gives them to all, slice by slice, and a second time changes nothing.
func TestEverybodyGetsFigures(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		d.Arrive(d.Support, d.Mail(desktest.Ann, "Sizes", "Do they run small?"), channel.Envelope{From: desktest.Ann.Address, To: []string{"support@shop.example"}})
		const people = 1005 // more than one slice
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			for i := range people {
				if _, err := d.Customers.Create(ctx, tx, desk.System, fmt.Sprintf("Customer %d", i), []customer.NewAddress{}); err != nil {
					return err
				}
			}
			return nil
		})
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM customer_figure`)
			return err
		})
		keeper := &flow.Keeper{DB: d.DB, Segments: d.Segments}
		for range 2 {
			if err := keeper.Begin(context.Background()); err != nil {
				d.T.Fatal(err)
			}
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				var with, without int
				if err := tx.Row(ctx, `SELECT count(*) FROM customer_figure`).Scan(&with); err != nil {
					return err
				}
				if err := tx.Row(ctx, `SELECT count(*) FROM customer p WHERE p.erased_at = 0 AND p.merged_into = 0
					AND NOT EXISTS (SELECT 1 FROM customer_figure f WHERE f.customer = p.id)`).Scan(&without); err != nil {
					return err
				}
				if without != 0 || with < people {
					d.T.Errorf("%d have figures, %d have none", with, without)
				}
				return nil
			})
		}
		// Nobody made a segment: what lists are sorted by is worked out nevertheless.
		if wait, err := keeper.MoveDue(context.Background()); err != nil || wait <= 0 {
			d.T.Errorf("after all were looked at the next is due in %v, %v", wait, err)
		}
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			var right int
			err := tx.Row(ctx, `SELECT count(*) FROM customer_figure f JOIN conversation c ON c.customer = f.customer WHERE f.contact_at = c.last_at AND f.unfinished = 1`).Scan(&right)
			if err == nil && right != 1 {
				d.T.Errorf("%d customers have the figures of their conversation, want 1", right)
			}
			return err
		})
	})
}
