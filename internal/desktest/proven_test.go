package desktest_test

import (
	"context"
	"testing"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

// TestAnAddressIsProvenByItsDomain: only a mail for which the sender's own domain vouches proves an address, and the first one tells when.
func TestAnAddressIsProvenByItsDomain(t *testing.T) {
	t.Parallel()
	pass := func(domain string) *desk.Verdicts {
		return &desk.Verdicts{SPF: "pass", DKIM: "pass", DMARC: "pass", From: domain}
	}
	for name, c := range map[string]struct {
		verdicts []*desk.Verdicts // of his mails, one after the other
		proven   int              // by which of them, from 1; 0 for none
	}{
		"nobody judged":         {[]*desk.Verdicts{nil}, 0},
		"it failed":             {[]*desk.Verdicts{{SPF: "pass", DKIM: "pass", DMARC: "fail", From: "customer.example"}}, 0},
		"the domain says none":  {[]*desk.Verdicts{{SPF: "pass", DKIM: "pass", DMARC: "none", From: "customer.example"}}, 0},
		"another domain's word": {[]*desk.Verdicts{pass("evil.example")}, 0},
		"the first":             {[]*desk.Verdicts{pass("customer.example"), pass("customer.example")}, 1},
		"the second":            {[]*desk.Verdicts{nil, pass("Customer.example")}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			desktest.Each(t, func(d *desktest.Desk) {
				at := []desk.Time{0}
				for i, v := range c.verdicts {
					d.Arrive(d.Support, d.Mail(desktest.Ann, "Sizes", []string{"Do they run small?", "And in blue?"}[i]),
						channel.Envelope{From: desktest.Ann.Address, To: []string{"support@shop.example"}, Verdicts: v})
					d.Read(func(_ context.Context, tx *db.Tx) error {
						at = append(at, tx.Now)
						return nil
					})
					d.After(60e9)
				}
				d.Read(func(ctx context.Context, tx *db.Tx) error {
					found, _, err := d.Customers.Find(ctx, tx, d.Scope(d.Eva), customer.Filter{Q: desktest.Ann.Address}, nil, 5)
					if err != nil || len(found) != 1 || len(found[0].Addresses) != 1 {
						d.T.Fatalf("found %+v, %v", found, err)
					}
					if got := found[0].Addresses[0].VerifiedAt; (got > 0) != (c.proven > 0) || got > at[c.proven] || c.proven > 1 && got <= at[c.proven-1] {
						d.T.Errorf("proven at %v, want with mail %d (%v)", got, c.proven, at)
					}
					return nil
				})
			})
		})
	}
}
