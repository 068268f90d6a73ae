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

func each(t *testing.T, f func(d *desktest.Desk)) {
	t.Helper()
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			f(desktest.Idle(t, e))
		})
	}
}

func identify(d *desktest.Desk, value, name string) (who customer.Identified) {
	d.T.Helper()
	d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		who, err = d.Customers.Identify(ctx, tx, desk.System, customer.Sighting{Kind: desk.AddressEmail, Value: value, Name: name})
		return err
	})
	return who
}

func TestOneAddressIsOnePerson(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		first := identify(d, "Ann@Customer.example", "")
		if !first.Created || first.Name != "Ann@Customer.example" {
			d.T.Errorf("first sighting = %+v, want a new customer named after the address", first)
		}
		named := identify(d, "ann@customer.EXAMPLE", "Ann Berg")
		if want := (customer.Identified{ID: first.ID, Name: "Ann Berg"}); named != want {
			d.T.Errorf("second sighting = %+v, want %+v", named, want)
		}
		if again := identify(d, "ann@customer.example", "Somebody Else"); again.Name != "Ann Berg" {
			d.T.Errorf("a name that is there was replaced by %q", again.Name)
		}
		hostile := identify(d, "x\x00\xff@customer.example", "N\x00\xffame")
		if hostile.Name != db.Text("N\x00\xffame") {
			d.T.Errorf("hostile name is stored as %q", hostile.Name)
		}
	})
}

func TestAnAddressIsNotTakenFromSomebody(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		ann, bob := identify(d, "ann@customer.example", "Ann"), identify(d, "bob@customer.example", "Bob")
		add := func(id desk.CustomerID, kind desk.AddressKind, value string) (c desk.Customer, err error) {
			err = d.Try(func(ctx context.Context, tx *db.Tx) (err error) {
				c, err = d.Customers.AddAddress(ctx, tx, desk.System, id, customer.NewAddress{Kind: kind, Value: value})
				return err
			})
			return c, err
		}
		if _, err := add(bob.ID, desk.AddressEmail, "ANN@customer.example"); !desk.IsRefusal(err, desk.Conflict) {
			d.T.Errorf("AddAddress of somebody else's = %v, want a conflict", err)
		}
		for _, bad := range []string{"", "no at sign", "  "} {
			if _, err := add(bob.ID, desk.AddressEmail, bad); !desk.IsRefusal(err, desk.Invalid) {
				d.T.Errorf("AddAddress(%q) = %v, want a refusal", bad, err)
			}
		}
		c, err := add(ann.ID, desk.AddressPhone, "+371 2000-0000")
		if err != nil || len(c.Addresses) != 2 {
			d.T.Fatalf("AddAddress of a phone = %+v, %v", c, err)
		}
		var same customer.Identified
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			same, err = d.Customers.Identify(ctx, tx, desk.System, customer.Sighting{Kind: desk.AddressPhone, Value: "+37120000000"})
			return err
		})
		if same.ID != ann.ID {
			d.T.Errorf("the phone number written otherwise finds customer %s, want %s", same.ID, ann.ID)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Customers.RemoveAddress(ctx, tx, desk.System, ann.ID, c.Addresses[0].ID)
			return err
		})
		if _, err := add(bob.ID, desk.AddressEmail, "ann@customer.example"); err != nil {
			d.T.Errorf("an address that was given up cannot be taken: %v", err)
		}
	})
}

func TestCustomersAreFoundPageByPage(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		for i, name := range []string{"Ēriks", "erik", "Erika", "Eva", "Zofia", "Ženia", "eriks"} {
			identify(d, fmt.Sprintf("c%d@customer.example", i), name)
		}
		find := func(q string, limit int) (names []string) {
			var after *customer.Place
			for {
				var page []desk.Customer
				d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
					page, after, err = d.Customers.Find(ctx, tx, d.Scope(d.Eva), customer.Filter{Q: q}, after, limit)
					return err
				})
				for _, c := range page {
					names = append(names, c.Name)
				}
				if after == nil {
					return names
				}
			}
		}
		for limit := 1; limit <= 8; limit++ {
			if diff := cmp.Diff([]string{"erik", "Erika", "Ēriks", "eriks", "Eva", "Ženia", "Zofia"}, find("", limit)); diff != "" {
				d.T.Errorf("Find all by %d (-want +got):\n%s", limit, diff)
			}
			if diff := cmp.Diff([]string{"erik", "Erika", "Ēriks", "eriks"}, find("ĒRI", limit)); diff != "" {
				d.T.Errorf("Find(ĒRI) by %d (-want +got):\n%s", limit, diff)
			}
		}
		if got := find("c4@", 20); len(got) != 1 || got[0] != "Zofia" {
			d.T.Errorf("Find by address = %v", got)
		}
		if got := find("%", 20); len(got) != 0 {
			d.T.Errorf("Find(%%) = %v, want nobody", got)
		}
	})
}

func TestAStaleCustomerIsNotOverwritten(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		ann := identify(d, "ann@customer.example", "Ann")
		name, blank := "Ann Berg", "  "
		update := func(ch customer.Change) error {
			return d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Customers.Update(ctx, tx, desk.System, ann.ID, ch)
				return err
			})
		}
		if err := update(customer.Change{Version: 1, Name: &name}); err != nil {
			d.T.Fatal(err)
		}
		if err := update(customer.Change{Version: 1, Name: &name}); !desk.IsRefusal(err, desk.Conflict) {
			d.T.Errorf("Update of a stale version = %v, want a conflict", err)
		}
		if err := update(customer.Change{Version: 2, Name: &blank}); !desk.IsRefusal(err, desk.Invalid) {
			d.T.Errorf("Update to no name = %v, want a refusal", err)
		}
	})
}
