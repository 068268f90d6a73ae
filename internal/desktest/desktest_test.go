package desktest_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

func TestACustomerIsAnswered(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		c := d.Receive(desktest.Ann, "Where is my order?")
		d.Reply(c, "Tomorrow.")
		d.Receive(desktest.Ann, "Thank you!", "In-Reply-To: <"+d.Outlet.Mails()[1].ID+">")
		want := []string{
			"from ann@customer.example: Where is my order?",
			"automatic to ann@customer.example: Hello, Thank you for writing to us. We have received your message; its number is 10001. If you want to add something, just reply to this email. Shop This confirmation was sent automatically. [sent]",
			"to ann@customer.example: Tomorrow. [sent]",
			"from ann@customer.example: Thank you!",
		}
		if diff := cmp.Diff(want, d.Timeline(c)); diff != "" {
			d.T.Errorf("Timeline (-want +got):\n%s", diff)
		}
		wantSent := []string{
			"ann@customer.example: We have received your message [#10001] [auto-replied]",
			"ann@customer.example: Re: Where is my order? [#10001]",
		}
		if diff := cmp.Diff(wantSent, d.Sent()); diff != "" {
			d.T.Errorf("Sent (-want +got):\n%s", diff)
		}
	})
}

func TestWhoNamedNoSenderIsAnsweredAtTheAddressGivenLater(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		d.Arrive(d.Support, "To: support@shop.example\nSubject: The door\n\nThe door is broken.\n", channel.Envelope{})
		d.Arrive(d.Support, "To: support@shop.example\nSubject: The door\n\nMine, too.\n", channel.Envelope{})
		offered := func(c desk.ConversationID) (o conversation.Opened) {
			d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
				o, err = d.Conversations.Open(ctx, tx, desk.Scope{All: true, Agent: d.Eva}, c, func(string) bool { return false })
				return err
			})
			return o
		}
		first, second := offered(1), offered(2)
		if len(first.ReplyTo.To) != 0 || first.Conversation.Customer == second.Conversation.Customer || len(second.Earlier) != 0 {
			d.T.Fatalf("reply to %v, customers %s and %s, earlier %v", first.ReplyTo.To, first.Conversation.Customer, second.Conversation.Customer, second.Earlier)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Customers.AddAddress(ctx, tx, desk.ByAgent(d.Eva), first.Conversation.Customer,
				customer.NewAddress{Kind: desk.AddressEmail, Value: desktest.Ann.Address})
			return err
		})
		to := offered(1).ReplyTo.To
		if len(to) != 1 || to[0].Address != desktest.Ann.Address {
			d.T.Errorf("reply to %v, want %s", to, desktest.Ann.Address)
		}
		if to := offered(2).ReplyTo.To; len(to) != 0 {
			d.T.Errorf("the other is answered to %v", to)
		}
		if m, err := d.ReplyAs(d.Eva, 1, conversation.Reply{HTML: "<p>We come.</p>", To: to, Anyway: true, Then: conversation.Wait}); err != nil || m.State == "" {
			d.T.Errorf("reply: %v", err)
		}
		if c := d.Receive(desktest.Ann, "Thank you", "In-Reply-To: <"+d.Outlet.Mails()[0].ID+">"); c != 1 {
			d.T.Errorf("the answer landed in %s", c)
		}
	})
}
