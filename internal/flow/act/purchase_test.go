package act_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/placeholder"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/purchase"
	"tellus/internal/flow/act"
	"tellus/internal/platform/db"
)

// ofPurchase are the values of the purchase in a place, as an agent sees it.
func ofPurchase(d *desktest.Desk, scope desk.Scope, where act.Where) placeholder.Values {
	d.T.Helper()
	found := placeholder.Values{}
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		known, err := d.Bulk.Hands.Values(ctx, tx, scope, where)
		for _, n := range []placeholder.Name{placeholder.PurchaseNumber, placeholder.PurchaseDate, placeholder.PurchaseAmount, placeholder.PurchaseStatus} {
			if v, ok := known.Values[n]; ok {
				found[n] = spaces(v)
			}
		}
		return err
	})
	return found
}

// spaces makes no-break spaces plain ones.
func spaces(v string) string {
	r := []rune(v)
	for i := range r {
		if slices.Contains([]rune("\u00a0\u202f"), r[i]) {
			r[i] = ' '
		}
	}
	return string(r)
}

func TestAPurchaseIsTheLinkedOneElseTheLatest(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		ann, ben := desktest.Person{Name: "Ann Lee", Address: "ann@mail.example"}, desktest.Person{Name: "Ben Ray", Address: "ben@mail.example"}
		id := d.Receive(ann, "Where is it?")
		scope, here := d.Scope(d.Eva), act.Where{Conversation: id}
		if got := ofPurchase(d, scope, here); len(got) > 0 {
			t.Fatalf("without a purchase the values are %v, want none", got)
		}
		buys := func(who desktest.Person, number, currency string, total int64, status desk.PurchaseStatus, day int) (made desk.Purchase) {
			d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				made, _, err = d.Purchases.Put(ctx, tx, desk.System, purchase.Facts{ExternalID: number, Email: who.Address, Status: status, Currency: currency, Total: total,
					PlacedAt: desk.At(time.Date(2026, time.March, day, 12, 0, 0, 0, time.UTC))})
				return err
			})
			return made
		}
		old := buys(ann, "A-1", "JPY", 1200, desk.PurchaseDone, 3)
		buys(ann, "A-2", "EUR", 123_450, desk.PurchaseSent, 7)
		buys(ben, "B-1", "EUR", 100, desk.PurchasePaid, 9)
		latest := placeholder.Values{placeholder.PurchaseNumber: "A-2", placeholder.PurchaseDate: "7 Mar 2026", placeholder.PurchaseAmount: "1,234.50 EUR",
			placeholder.PurchaseStatus: "on its way"}
		speak := func(language string) {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				who, err := d.Customers.ByAddress(ctx, tx, desk.AddressEmail, ann.Address)
				if err != nil {
					return err
				}
				_, err = d.Customers.Update(ctx, tx, desk.ByAgent(d.Eva), who.ID, customer.Change{Version: who.Version, Language: &language})
				return err
			})
		}
		speak("en")
		if diff := cmp.Diff(latest, ofPurchase(d, scope, here)); diff != "" {
			t.Errorf("the customer's latest (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(latest, ofPurchase(d, scope, act.Where{Address: ann.Address})); diff != "" {
			t.Errorf("in a new mail to her (-want +got):\n%s", diff)
		}
		if got := ofPurchase(d, desk.Scope{Agent: d.Agent("Ivo", desk.AgentRole)}, act.Where{Address: ann.Address}); len(got) > 0 {
			t.Errorf("who may not see the customer is told %v", got)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error { return d.Purchases.Link(ctx, tx, scope, id, old.ID, true) })
		speak("lv")
		linked := placeholder.Values{placeholder.PurchaseNumber: "A-1", placeholder.PurchaseDate: "03.03.2026.", placeholder.PurchaseAmount: "1 200 JPY",
			placeholder.PurchaseStatus: "piegādāts"}
		if diff := cmp.Diff(linked, ofPurchase(d, scope, here)); diff != "" {
			t.Errorf("the linked one, in her language (-want +got):\n%s", diff)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error { return d.Purchases.Link(ctx, tx, scope, id, old.ID, false) })
		if got := ofPurchase(d, scope, here)[placeholder.PurchaseNumber]; got != "A-2" {
			t.Errorf("after the link was taken back it is %q, want the latest", got)
		}
	})
}
