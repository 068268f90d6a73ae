package index_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/query"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/purchase"
	"tellus/internal/flow/index"
	"tellus/internal/platform/db"
)

// who returns the names of customers and the numbers of purchases that an agent finds.
func (f *found) who(agent desk.AgentID, text string, typing bool) (names []string) {
	f.T.Helper()
	f.upToDate()
	q, err := query.Parse(text, typing)
	if err != nil {
		f.T.Fatalf("Parse(%q): %v", text, err)
	}
	f.Read(func(ctx context.Context, tx *db.Tx) error {
		p, err := f.index.FindPeople(ctx, tx, index.Ask{Query: q, Scope: f.Scope(agent), Limit: 5})
		for _, c := range p.Customers {
			names = append(names, c.Name)
		}
		for _, b := range p.Purchases {
			names = append(names, b.Number)
		}
		return err
	})
	return names
}

func TestCustomersAndPurchasesAreFound(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		made := func(name string, addresses ...customer.NewAddress) (c desk.Customer) {
			d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				c, err = d.Customers.Create(ctx, tx, desk.ByAgent(d.Eva), name, addresses)
				return err
			})
			return c
		}
		buy := func(of desk.Customer, number, item string) {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, _, err := d.Purchases.Put(ctx, tx, desk.ByAgent(d.Eva), purchase.Facts{Source: "test", ExternalID: number, Number: number, Customer: of.ID, Status: desk.PurchasePaid,
					Currency: "EUR", Total: 100, PlacedAt: tx.Now, Items: []desk.PurchaseItem{{Name: item, SKU: "sku-77", Quantity: "1", Price: 100, Total: 100}}})
				return err
			})
		}
		zofia := made("Zofia Wiśniewska", customer.NewAddress{Kind: desk.AddressPhone, Value: "+371 26 123 456"})
		buy(zofia, "A-1001", "Walnut wardrobe")
		f := searching(d) // what was there before is found too
		janis := made("Jānis Ozols", customer.NewAddress{Kind: desk.AddressEmail, Value: "janis@home.example"})
		buy(janis, "A-1002", "Oak table")
		seller := d.Agent("Sid", desk.AgentRole, d.Team("Sales"))
		for text, want := range map[string][]string{
			"wisniewska":         {"Zofia Wiśniewska"},
			"ozols janis":        {"Jānis Ozols"},
			"janis@home.example": {"Jānis Ozols"},
			"26123456":           {"Zofia Wiśniewska"},
			"26 123-456":         {"Zofia Wiśniewska"},
			"+371 26 123 456":    {"Zofia Wiśniewska"},
			"a-1001":             {"A-1001"},
			"A1002":              {"A-1002"},
			"wardrobes":          {"A-1001"},
			"sku-77 oak":         {"A-1002"},
			"ozols from:ann":     nil,
			"ozols -janis":       nil,
			"rosenkreutz":        nil,
		} {
			if diff := cmp.Diff(want, f.who(d.Eva, text, false)); diff != "" {
				t.Errorf("%q finds (-want +got):\n%s", text, diff)
			}
		}
		if diff := cmp.Diff([]string{"Zofia Wiśniewska"}, f.who(d.Eva, "wiśn", true)); diff != "" {
			t.Errorf("while it is typed (-want +got):\n%s", diff)
		}
		if got := f.who(seller, "wisniewska", false); got != nil {
			t.Errorf("who sees no conversation of hers finds %v", got)
		}
		if got := f.who(seller, "wardrobe", false); got != nil {
			t.Errorf("who does not see the customer finds %v", got)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := d.Customers.Forget(ctx, tx, desk.ByAgent(d.Eva), zofia.ID); err != nil {
				return err
			}
			_, err := d.Purchases.Forget(ctx, tx, zofia.ID)
			return err
		})
		for _, text := range []string{"wisniewska", "26123456", "wardrobe", "a-1001"} {
			if got := f.who(d.Eva, text, false); got != nil {
				t.Errorf("%q still finds %v", text, got)
			}
		}
	})
}
