package desktest_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/inbox"
	"tellus/internal/platform/db"
)

// TestWhoSeesACustomer: whoever sees a conversation sees who takes part in it, and nobody else unless he made him.
func TestWhoSeesACustomer(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		tom, uno := d.Agent("Tom", desk.AgentRole), d.Agent("Uno", desk.AgentRole)
		team := d.Team("Closed", tom)
		closed := d.Inbox(inbox.Edit{Name: "Closed", Address: "closed@shop.example", Language: "en", AnswerWithin: 60, Reopen: "never", Teams: []desk.TeamID{team}})
		d.Arrive(closed, "From: Ann <ann@customer.example>\nTo: closed@shop.example\nSubject: x\nMessage-ID: <1@x>\n\nhello", channel.Envelope{From: "ann@customer.example"})
		d.Arrive(d.Support, "From: Bob <bob@customer.example>\nTo: support@shop.example\nSubject: y\nMessage-ID: <2@x>\n\nhello", channel.Envelope{From: "bob@customer.example"})
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Customers.Create(ctx, tx, desk.ByAgent(uno), "Made by Uno", []customer.NewAddress{{Kind: desk.AddressPhone, Value: "+37129000000"}})
			return err
		})
		for agent, want := range map[desk.AgentID][]string{
			d.Eva: {"Ann", "Bob", "Made by Uno"}, tom: {"Ann", "Bob"}, uno: {"Bob", "Made by Uno"},
		} {
			scope := d.Scope(agent)
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				found, _, err := d.Customers.Find(ctx, tx, scope, customer.Filter{}, nil, 50)
				if err != nil {
					return err
				}
				if diff := cmp.Diff(want, customerNames(found)); diff != "" {
					d.T.Errorf("agent %s finds (-want +got):\n%s", agent, diff)
				}
				all, _, err := d.Customers.Find(ctx, tx, d.Scope(d.Eva), customer.Filter{}, nil, 50)
				if err != nil {
					return err
				}
				seen := 0
				for _, c := range all {
					switch _, err := d.Customers.See(ctx, tx, scope, c.ID); {
					case err == nil:
						seen++
					case !desk.IsRefusal(err, desk.NotFound):
						return err
					}
				}
				if seen != len(want) {
					d.T.Errorf("agent %s may open %d of them, want %d", agent, seen, len(want))
				}
				for _, q := range []string{"ann@", "+37129000000"} {
					found, _, err := d.Customers.Find(ctx, tx, scope, customer.Filter{Q: q}, nil, 50)
					if err != nil {
						return err
					}
					if hidden := agent == uno && q == "ann@" || agent == tom && q != "ann@"; (len(found) == 0) != hidden {
						d.T.Errorf("agent %s finds %v by %q", agent, customerNames(found), q)
					}
				}
				mails, err := d.Customers.Correspondents(ctx, tx, scope, "ann", 5)
				if err != nil {
					return err
				}
				if (len(mails) == 0) != (agent == uno) {
					d.T.Errorf("agent %s is offered %v", agent, mails)
				}
				return nil
			})
		}
	})
}

func customerNames(all []desk.Customer) (out []string) {
	for _, c := range all {
		out = append(out, c.Name)
	}
	return out
}
