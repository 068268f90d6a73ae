package customer_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

// TestPagesOfFewAmongMany: whoever sees few customers gets them all, however his pages are cut.
func TestPagesOfFewAmongMany(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		tom := d.Agent("Tom", desk.AgentRole)
		var want []string
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			for i := range 40 {
				by := desk.System
				name := fmt.Sprintf("Person %02d", i)
				if i%7 == 0 {
					by = desk.ByAgent(tom)
					want = append(want, name)
				}
				if _, err := d.Customers.CreateWithoutAddress(ctx, tx, by, name); err != nil {
					return err
				}
			}
			return nil
		})
		for limit := 1; limit <= 8; limit++ {
			var got []string
			var after *customer.Place
			for {
				var page []desk.Customer
				d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
					page, after, err = d.Customers.Find(ctx, tx, d.Scope(tom), customer.Filter{}, after, limit)
					return err
				})
				got = append(got, names(page)...)
				if after == nil {
					break
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				d.T.Errorf("by %d (-want +got):\n%s", limit, diff)
			}
		}
	})
}

func names(all []desk.Customer) (out []string) {
	for _, c := range all {
		out = append(out, c.Name)
	}
	return out
}
