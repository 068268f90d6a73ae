package person_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/duplicate"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/privacy"
	"tellus/internal/feature/purchase"
	"tellus/internal/platform/db"
)

// holding are the tables that name a customer, and what of their rows a merge and its undoing must leave as it was. Versions and who changed last are not part of it.
var holding = []string{
	`SELECT 'customer', id, name, language, time_zone, organisation, COALESCE(member_of, 0), note, warnings, birthday, prefers, hours, fields, merged_into FROM customer ORDER BY id`,
	`SELECT 'address', id, customer, kind, value, value_key, label FROM address ORDER BY id`,
	`SELECT 'consent', id, customer, purpose, given FROM customer_consent ORDER BY id`,
	`SELECT 'conversation', id, customer, customer_name, shelf, status FROM conversation ORDER BY id`,
	`SELECT 'message', id, COALESCE(customer, 0), conversation FROM message ORDER BY id`,
	`SELECT 'participant', conversation, address_key, COALESCE(customer, 0), role FROM participant ORDER BY conversation, address_key`,
	`SELECT 'purchase', id, COALESCE(customer, 0), total FROM purchase ORDER BY id`,
	`SELECT 'hold', id, COALESCE(customer, 0), reason FROM legal_hold ORDER BY id`,
	`SELECT 'task', id, customer FROM privacy_task ORDER BY id`,
	`SELECT 'access', id, customer FROM access_entry ORDER BY id`,
}

func snapshot(d *desktest.Desk) (lines []string) {
	d.T.Helper()
	d.Settle()
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		for _, text := range holding {
			rows, err := tx.Query(ctx, "/* test */ "+text)
			if err != nil {
				return err
			}
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			for rows.Next() {
				values, to := make([]any, len(columns)), make([]any, len(columns))
				for i := range values {
					to[i] = &values[i]
				}
				if err := rows.Scan(to...); err != nil {
					return err
				}
				lines = append(lines, strings.TrimSpace(fmt.Sprintln(values...)))
			}
			if err := rows.Close(); err != nil {
				return err
			}
		}
		return nil
	})
	return lines
}

func versions(d *desktest.Desk, ids ...desk.CustomerID) (list []int64) {
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		for _, id := range ids {
			c, err := d.Customers.Get(ctx, tx, id)
			if err != nil {
				return err
			}
			list = append(list, c.Version)
		}
		return nil
	})
	return list
}

// merge has one record go into another and returns the id of the merge.
func merge(d *desktest.Desk, into, from desk.CustomerID, picks map[string]duplicate.Pick) (id int64) {
	d.T.Helper()
	v := versions(d, into, from)
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := d.Persons.Merge(ctx, tx, d.Scope(d.Eva), into, customer.MergeWish{From: from, Version: v[0], FromVersion: v[1], Picks: picks})
		if err != nil {
			return err
		}
		list, err := d.Customers.Merges(ctx, tx, into)
		if err != nil {
			return err
		}
		id = list[0].ID
		return nil
	})
	d.Settle()
	return id
}

func unmerge(d *desktest.Desk, into desk.CustomerID, id int64) {
	d.T.Helper()
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := d.Persons.Unmerge(ctx, tx, d.Scope(d.Eva), into, id)
		return err
	})
	d.Settle()
}

func whoHas(d *desktest.Desk, address string) (id desk.CustomerID) {
	d.T.Helper()
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		c, err := d.Customers.ByAddress(ctx, tx, desk.AddressEmail, address)
		id = c.ID
		return err
	})
	return id
}

// furnish gives a customer something of each kind.
func furnish(d *desktest.Desk, id desk.CustomerID, n int, kinds []string) {
	d.T.Helper()
	eva := desk.ByAgent(d.Eva)
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		c, err := d.Customers.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		text, org := fmt.Sprint("note ", n), fmt.Sprint("House ", n%2)
		for _, kind := range kinds {
			switch kind {
			case "address":
				_, err = d.Customers.AddAddress(ctx, tx, eva, id, customer.NewAddress{Kind: desk.AddressPost, Value: fmt.Sprint("Iela ", n%2)})
			case "consent":
				_, err = d.Customers.Consent(ctx, tx, eva, id, customer.NewConsent{Purpose: "news", Given: n%2 == 0, Source: "by phone"})
			case "purchase":
				_, _, err = d.Purchases.Put(ctx, tx, eva, purchase.Facts{Source: "shop", ExternalID: fmt.Sprint(id, "-", n), Customer: id, Status: desk.PurchasePaid, Currency: "EUR", Total: 100, PlacedAt: tx.Now})
			case "hold":
				_, err = d.Privacy.SetHold(ctx, tx, d.Eva, privacy.NewHold{Customer: id, Reason: text})
			case "access":
				err = d.Privacy.AddAccess(ctx, tx, []privacy.Access{{At: tx.Now, Agent: d.Eva, Customer: id, How: privacy.ByPage}})
			case "facts":
				_, err = d.Customers.Update(ctx, tx, eva, id, customer.Change{Version: c.Version, Note: &text, Organisation: &org, Language: &[]string{"lv", "en"}[n%2], Warnings: []string{text}})
			}
			if err != nil {
				return fmt.Errorf("%s of customer %s: %w", kind, id, err)
			}
			if c, err = d.Customers.Get(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestUndoingAMergeOfCustomersGivesBackAllThatItChanged(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		n := 0
		rapid.Check(d.T, func(rt *rapid.T) {
			if n >= 3*20 {
				return // each costs a dozen mails: twenty desks of three people are looked at
			}
			var ids []desk.CustomerID
			var people []desktest.Person
			for range 3 {
				n++
				p := desktest.Person{Name: fmt.Sprint("Person ", n), Address: fmt.Sprintf("p%d@customer.example", n)}
				d.Receive(p, "first words")
				people, ids = append(people, p), append(ids, whoHas(d, p.Address))
				kinds := []string{}
				for _, kind := range []string{"address", "consent", "purchase", "hold", "access", "facts"} {
					if rapid.Bool().Draw(rt, kind) {
						kinds = append(kinds, kind)
					}
				}
				furnish(d, ids[len(ids)-1], n, kinds)
			}
			d.ReceiveAbout(people[0], "shared", "with the others", "Cc: "+people[1].String()+", "+people[2].String())
			before := snapshot(d)
			picks := map[string]duplicate.Pick{}
			for _, key := range duplicate.Attributes {
				picks[key] = rapid.SampledFrom([]duplicate.Pick{"", duplicate.PickHis, duplicate.PickOther}).Draw(rt, key)
			}
			first := merge(d, ids[0], ids[1], picks)
			chain := rapid.Bool().Draw(rt, "into a third one")
			into := ids[0]
			var second int64
			if chain {
				into = ids[2]
				second = merge(d, ids[2], ids[0], nil)
			} else {
				second = merge(d, ids[0], ids[2], nil)
			}
			for _, p := range people {
				if who := whoHas(d, p.Address); who != into {
					rt.Fatalf("once merged, %s is of customer %s, want %s", p.Address, who, into)
				}
			}
			switch {
			case chain:
				unmerge(d, ids[2], second)
				unmerge(d, ids[0], first)
			case rapid.Bool().Draw(rt, "the first one first"):
				unmerge(d, ids[0], first)
				unmerge(d, ids[0], second)
			default:
				unmerge(d, ids[0], second)
				unmerge(d, ids[0], first)
			}
			if diff := cmp.Diff(before, snapshot(d)); diff != "" {
				rt.Fatalf("merged and undone (-before +after):\n%s", diff)
			}
		})
	})
}

func TestWhatComesAfterAMergeBelongsToTheMergedAndStaysWithWhoWroteIt(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		work, home := desktest.Person{Name: "Ann Lee", Address: "ann@work.example"}, desktest.Person{Name: "Ann Lee", Address: "ann@home.example"}
		early := d.Receive(work, "from work")
		d.Receive(home, "from home")
		into, from := whoHas(d, home.Address), whoHas(d, work.Address)
		id := merge(d, into, from, nil)
		late, other := d.ReceiveAbout(work, "after", "after the merge"), d.ReceiveAbout(home, "also after", "after the merge")
		for what, c := range map[string]desk.ConversationID{"what was there": early, "mail to the merged address": late, "mail to the other one": other} {
			if got := d.Row(c).Customer; got != into {
				d.T.Errorf("after merging, %s is with customer %s, want %s", what, got, into)
			}
		}
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			c, err := d.Customers.See(ctx, tx, d.Scope(d.Eva), from)
			if err != nil || c.ID != into {
				d.T.Errorf("See(%s), the merged one, gives %s and %v, want %s", from, c.ID, err, into)
			}
			list, _, err := d.Customers.Find(ctx, tx, d.Scope(d.Eva), customer.Filter{Q: "Ann L"}, nil, 10)
			if err != nil || len(list) != 1 || list[0].ID != into {
				d.T.Errorf("the list holds %v (%v), want %s alone", list, err, into)
			}
			return nil
		})
		furnish(d, into, 7, []string{"facts", "purchase"})
		unmerge(d, into, id)
		for what, c := range map[string][2]int64{
			"what was there": {int64(early), int64(from)}, "later mail from the merged address": {int64(late), int64(from)}, "later mail from the other one": {int64(other), int64(into)},
		} {
			if got := d.Row(desk.ConversationID(c[0])).Customer; int64(got) != c[1] {
				d.T.Errorf("after undoing, %s is with customer %s, want %d", what, got, c[1])
			}
		}
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			c, err := d.Customers.Get(ctx, tx, into)
			if err != nil {
				return err
			}
			bought, err := d.Purchases.Export(ctx, tx, into)
			if c.Note != "note 7" || len(bought) != 1 {
				d.T.Errorf("undoing took what came later: note %q, %d purchases", c.Note, len(bought))
			}
			return err
		})
	})
}

func TestErasingAMergedCustomerForgetsBothRecords(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		who, _, _ := known(d)
		other := desktest.Person{Name: "A. Zebrowska", Address: "zebra@elsewhere.example"}
		d.Receive(other, "the quagga is ill")
		from := whoHas(d, other.Address)
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			c, err := d.Customers.Get(ctx, tx, from)
			if err != nil {
				return err
			}
			note := "okapi again"
			_, err = d.Customers.Update(ctx, tx, desk.ByAgent(d.Eva), from, customer.Change{Version: c.Version, Note: &note, Warnings: []string{"giraffe!"}})
			return err
		})
		merge(d, who, from, map[string]duplicate.Pick{"name": duplicate.PickOther})
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			return d.Customers.Compare(ctx, tx, []desk.CustomerID{who, from})
		})
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			preview, err := d.Persons.Preview(ctx, tx, d.Scope(d.Eva), who)
			if err != nil {
				return err
			}
			_, err = d.Persons.BeginErasure(ctx, tx, d.Scope(d.Eva), who, preview.Type)
			return err
		})
		d.Settle()
		if places := found(d, traces); len(places) > 0 {
			d.T.Errorf("after erasing a merged customer his words stand in %v", places)
		}
		var erased []desk.CustomerID
		for _, e := range d.Erasures {
			erased = append(erased, e.Customer)
		}
		if !slices.Contains(erased, who) || !slices.Contains(erased, from) {
			d.T.Errorf("the journal names customers %v, want %s and %s", erased, who, from)
		}
	})
}

func TestDuplicatesAreSuggestedAndDismissedForGood(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		a, b := desktest.Person{Name: "Ann Lee", Address: "ann.lee@gmail.com"}, desktest.Person{Name: "Lee Ann", Address: "AnnLee+shop@googlemail.com"}
		d.Receive(a, "one")
		d.Receive(b, "two")
		first, second := whoHas(d, a.Address), whoHas(d, b.Address)
		compare := func() (list []customer.Duplicate) {
			d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				if err := d.Customers.Compare(ctx, tx, []desk.CustomerID{second}); err != nil {
					return err
				}
				list, _, err = d.Customers.Duplicates(ctx, tx, d.Scope(d.Eva), nil, 10)
				return err
			})
			return list
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			return d.Customers.Compare(ctx, tx, []desk.CustomerID{first})
		})
		list := compare()
		if len(list) != 1 || list[0].First.ID != first || list[0].Second.ID != second || !slices.Equal(list[0].Reasons, []duplicate.Reason{duplicate.SameMail}) {
			d.T.Fatalf("suggested are %+v, want %s and %s by their mailbox", list, first, second)
		}
		stranger := desk.Scope{Agent: d.Agent("Ivo", desk.AgentRole)}
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			seen, _, err := d.Customers.Duplicates(ctx, tx, stranger, nil, 10)
			if len(seen) != 0 {
				d.T.Errorf("who sees neither of them is suggested %+v", seen)
			}
			return err
		})
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			return d.Customers.Dismiss(ctx, tx, desk.ByAgent(d.Eva), second, first)
		})
		if list := compare(); len(list) != 0 {
			d.T.Errorf("what was dismissed is suggested again: %+v", list)
		}
	})
}

func TestASuggestionGoesWithWhatSpokeForIt(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		a, b := desktest.Person{Name: "Ann Lee", Address: "ann@one.example"}, desktest.Person{Name: "Ann Lee", Address: "ann@two.example"}
		d.Receive(a, "one")
		d.Receive(b, "two")
		first, second := whoHas(d, a.Address), whoHas(d, b.Address)
		of := func() (n int) {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				if err := d.Customers.Compare(ctx, tx, []desk.CustomerID{first, second}); err != nil {
					return err
				}
				list, err := d.Customers.DuplicatesOf(ctx, tx, d.Scope(d.Eva), first)
				n = len(list)
				return err
			})
			return n
		}
		if n := of(); n != 1 {
			d.T.Fatalf("%d suggestions for one name with one mailbox name, want 1", n)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			name := "Zoe Roe"
			_, err := d.Customers.Update(ctx, tx, desk.ByAgent(d.Eva), second, customer.Change{Version: 1, Name: &name})
			return err
		})
		if n := of(); n != 0 {
			d.T.Errorf("%d suggestions once she is called otherwise, want none", n)
		}
	})
}
