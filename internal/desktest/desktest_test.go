package desktest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desktest"
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
