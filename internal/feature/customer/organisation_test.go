package customer_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

func get(d *desktest.Desk, id desk.CustomerID) (c desk.Customer) {
	d.T.Helper()
	d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = d.Customers.Get(ctx, tx, id)
		return err
	})
	return c
}

func TestNewCustomersJoinByTheirDomain(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		found := func(e customer.OrganisationEdit) (o desk.Organisation, err error) {
			err = d.Try(func(ctx context.Context, tx *db.Tx) (err error) {
				o, err = d.Customers.CreateOrganisation(ctx, tx, desk.ByAgent(d.Eva), e)
				return err
			})
			return o, err
		}
		mill, err := found(customer.OrganisationEdit{Name: "Old Mill", Domains: []string{"@Mill.example", "mill.example.", "žagata.example"}})
		if err != nil {
			d.T.Fatal(err)
		}
		if len(mill.Domains) != 2 || mill.Domains[0] != "mill.example" || !strings.HasPrefix(mill.Domains[1], "xn--") {
			d.T.Errorf("domains = %v", mill.Domains)
		}
		for name, e := range map[string]customer.OrganisationEdit{
			"its name is taken": {Name: "OLD MILL"}, "its domain is taken": {Name: "Another", Domains: []string{"mill.example"}},
		} {
			if _, err := found(e); !desk.IsRefusal(err, desk.Conflict) {
				d.T.Errorf("%s: %v", name, err)
			}
		}
		for _, bad := range []string{"gmail.com", "eu.gmail.com", "INBOX.LV", "no domain", "localhost", "a@b.example", "https://shop.example"} {
			if _, err := found(customer.OrganisationEdit{Name: "Public", Domains: []string{bad}}); !desk.IsRefusal(err, desk.Invalid) {
				d.T.Errorf("domain %q: %v, want a refusal", bad, err)
			}
		}
		ann := get(d, identify(d, "Ann@MILL.example", "Ann").ID)
		if ann.OrganisationID != mill.ID || ann.Organisation != "Old Mill" {
			d.T.Errorf("a new customer at the domain = %+v", ann)
		}
		if other := get(d, identify(d, "ann@sub.mill.example", "Ann").ID); other.OrganisationID != 0 {
			d.T.Errorf("a customer at another domain joined: %+v", other)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Customers.ChangeOrganisation(ctx, tx, desk.ByAgent(d.Eva), mill.ID, customer.OrganisationEdit{Name: "New Mill", Version: mill.Version})
			return err
		})
		if ann = get(d, ann.ID); ann.Organisation != "New Mill" {
			d.T.Errorf("after a new name his organisation is %q", ann.Organisation)
		}
		err = d.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Customers.ChangeOrganisation(ctx, tx, desk.ByAgent(d.Eva), mill.ID, customer.OrganisationEdit{Name: "Mill 3", Version: mill.Version})
			return err
		})
		var conflict *desk.Refusal
		if !errors.As(err, &conflict) || conflict.Code != desk.Conflict || !cmp.Equal(conflict.Details.(desk.Stale).Changed, []string{"name"}) {
			d.T.Errorf("a stale change = %v", err)
		}
		if err := d.Try(func(ctx context.Context, tx *db.Tx) error {
			return d.Customers.DeleteOrganisation(ctx, tx, desk.System, mill.ID)
		}); !desk.IsRefusal(err, desk.Conflict) {
			d.T.Errorf("deleting one that has people = %v", err)
		}
		none := desk.OrganisationID(0)
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := d.Customers.Update(ctx, tx, desk.ByAgent(d.Eva), ann.ID, customer.Change{Version: ann.Version, OrganisationID: &none}); err != nil {
				return err
			}
			return d.Customers.DeleteOrganisation(ctx, tx, desk.System, mill.ID)
		})
		if ann = get(d, ann.ID); ann.Organisation != "" || ann.OrganisationID != 0 {
			d.T.Errorf("who left still belongs: %+v", ann)
		}
	})
}

func TestOrganisationsByNameAreOne(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		ann, bob := identify(d, "ann@a.example", "Ann"), identify(d, "bob@b.example", "Bob")
		for i, name := range []string{"Ērgļu Dzirnavas", "ergļu dzirnavas "} {
			who := []desk.CustomerID{ann.ID, bob.ID}[i]
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Customers.Update(ctx, tx, desk.ByAgent(d.Eva), who, customer.Change{Version: 1, Organisation: &name})
				return err
			})
		}
		a, b := get(d, ann.ID), get(d, bob.ID)
		if a.OrganisationID == 0 || a.OrganisationID != b.OrganisationID || b.Organisation != "Ērgļu Dzirnavas" {
			d.T.Errorf("two spellings of one name: %+v and %+v", a, b)
		}
		// What a binary before organisations wrote is adopted.
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `/* desktest */ UPDATE customer SET organisation = 'Ergli Mill', member_of = NULL WHERE id = $1`, bob.ID); err != nil {
				return err
			}
			if n, err := d.Customers.Adopt(ctx, tx, 10); n != 1 || err != nil {
				t.Errorf("Adopt = %d, %v, want 1", n, err)
			}
			n, err := d.Customers.Adopt(ctx, tx, 10)
			if n != 0 {
				t.Errorf("Adopt again = %d", n)
			}
			return err
		})
		if b = get(d, bob.ID); b.OrganisationID == 0 || b.OrganisationID == a.OrganisationID || b.Organisation != "Ergli Mill" {
			d.T.Errorf("adopted: %+v", b)
		}
	})
}

func TestWhatIsKnownOfACustomer(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		ann := identify(d, "ann@a.example", "Ann")
		text := func(s string) *string { return &s }
		update := func(ch customer.Change) (err error) {
			return d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Customers.Update(ctx, tx, desk.ByAgent(d.Eva), ann.ID, ch)
				return err
			})
		}
		for name, ch := range map[string]customer.Change{
			"no such day": {Birthday: text("2021-02-29")}, "no day": {Birthday: text("soon")}, "no zone": {TimeZone: text("Riga")},
			"hours that end before they begin": {Hours: &desk.ContactHours{From: "17:00", To: "09:00"}},
			"an eighth day":                    {Hours: &desk.ContactHours{From: "09:00", To: "17:00", Days: []int{8}}},
			"a long warning":                   {Warnings: []string{strings.Repeat("ā", 301)}},
		} {
			ch.Version = 1
			if err := update(ch); !desk.IsRefusal(err, desk.Invalid) {
				d.T.Errorf("%s: %v, want a refusal", name, err)
			}
		}
		if err := update(customer.Change{Version: 1, Birthday: text("--02-29"), TimeZone: text("Europe/Riga"), Prefers: text("phone"),
			Hours: &desk.ContactHours{From: "09:00", To: "24:00", Days: []int{5, 1, 5}}, Warnings: []string{" Deaf: write, do not call ", ""}}); err != nil {
			d.T.Fatal(err)
		}
		got := get(d, ann.ID)
		want := got
		want.Birthday, want.TimeZone, want.Prefers, want.Warnings, want.Version = "--02-29", "Europe/Riga", "phone", []string{"Deaf: write, do not call"}, 2
		want.Hours = &desk.ContactHours{From: "09:00", To: "24:00", Days: []int{1, 5}}
		if diff := cmp.Diff(want, got); diff != "" {
			d.T.Errorf("kept (-want +got):\n%s", diff)
		}
		err := update(customer.Change{Version: 1, Name: text("Anna"), Birthday: text("--02-29")})
		var conflict *desk.Refusal
		if !errors.As(err, &conflict) || conflict.Code != desk.Conflict {
			d.T.Fatalf("a stale change = %v", err)
		}
		stale := conflict.Details.(desk.Stale)
		if diff := cmp.Diff([]string{"name"}, stale.Changed); diff != "" || stale.By != desk.ByAgent(d.Eva) || stale.At == 0 {
			d.T.Errorf("the conflict tells %+v", stale)
		}
		if err := update(customer.Change{Version: 2, Hours: &desk.ContactHours{}, Warnings: []string{}, Birthday: text(""), Prefers: text("")}); err != nil {
			d.T.Fatal(err)
		}
		if got = get(d, ann.ID); got.Hours != nil || len(got.Warnings) != 0 || got.Birthday != "" || got.Prefers != "" {
			d.T.Errorf("taken back: %+v", got)
		}
	})
}

func TestAddressesOfAnyKind(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		ann, bob := identify(d, "ann@a.example", "Ann"), identify(d, "bob@b.example", "Bob")
		add := func(id desk.CustomerID, a customer.NewAddress) error {
			return d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Customers.AddAddress(ctx, tx, desk.System, id, a)
				return err
			})
		}
		d.Customers.Country = func(context.Context, *db.Tx) (string, error) { return "LV", nil }
		home := customer.NewAddress{Kind: desk.AddressPost, Value: "Brīvības iela 1, Rīga"}
		for _, id := range []desk.CustomerID{ann.ID, bob.ID} {
			if err := add(id, home); err != nil {
				d.T.Errorf("a household shares its address: %v", err)
			}
		}
		if err := add(ann.ID, customer.NewAddress{Kind: desk.AddressPhone, Value: "29 12-34-56", Label: "office"}); err != nil {
			d.T.Fatal(err)
		}
		if err := add(bob.ID, customer.NewAddress{Kind: desk.AddressPhone, Value: "00371 29123456"}); !desk.IsRefusal(err, desk.Conflict) {
			d.T.Errorf("the same number in another form: %v, want a conflict", err)
		}
		handle := customer.NewAddress{Kind: desk.AddressOther, Value: "@ann", Label: "Telegram"}
		if err := add(ann.ID, handle); err != nil {
			d.T.Fatal(err)
		}
		if err := add(bob.ID, handle); !desk.IsRefusal(err, desk.Conflict) {
			d.T.Errorf("a handle of somebody else: %v, want a conflict", err)
		}
		if err := add(bob.ID, customer.NewAddress{Kind: desk.AddressOther, Value: "@ann", Label: "Signal"}); err != nil {
			d.T.Errorf("the same handle elsewhere: %v", err)
		}
		var got []desk.Address
		for _, a := range get(d, ann.ID).Addresses {
			a.ID = 0
			got = append(got, a)
		}
		want := []desk.Address{{Kind: "email", Value: "ann@a.example"}, {Kind: "post", Value: home.Value}, {Kind: "phone", Value: "+37129123456", Label: "office"},
			{Kind: "other", Value: "@ann", Label: "Telegram"}}
		if diff := cmp.Diff(want, got); diff != "" {
			d.T.Errorf("addresses (-want +got):\n%s", diff)
		}
		var same customer.Identified
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			same, err = d.Customers.Identify(ctx, tx, desk.System, customer.Sighting{Kind: desk.AddressPhone, Value: "29123456"})
			return err
		})
		if same.ID != ann.ID {
			d.T.Errorf("a call from the number as it is dialled at home is from %s, want %s", same.ID, ann.ID)
		}
	})
}

func TestConsentIsALogOfWhichTheLastLineHolds(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		ann := identify(d, "ann@a.example", "Ann")
		var log []desk.Consent
		for _, c := range []customer.NewConsent{{Purpose: desk.ConsentNews, Given: true, Source: "order form"}, {Purpose: desk.ConsentSurvey, Given: true, Source: "by phone"},
			{Purpose: desk.ConsentNews, Given: false, Source: "by mail"}} {
			d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				log, err = d.Customers.Consent(ctx, tx, desk.ByAgent(d.Eva), ann.ID, c)
				return err
			})
		}
		if len(log) != 3 || log[0].Given || log[0].Purpose != desk.ConsentNews || log[0].By != desk.ByAgent(d.Eva) || log[2].Source != "order form" {
			d.T.Errorf("the log = %+v", log)
		}
		for _, bad := range []customer.NewConsent{{Purpose: "all", Given: true, Source: "x"}, {Purpose: desk.ConsentNews, Source: " "}} {
			if err := d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Customers.Consent(ctx, tx, desk.System, ann.ID, bad)
				return err
			}); !desk.IsRefusal(err, desk.Invalid) {
				d.T.Errorf("Consent(%+v) = %v", bad, err)
			}
		}
	})
}
