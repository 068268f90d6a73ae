package desktest_test

import (
	"context"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/flow/intake"
	"tellus/internal/platform/db"
)

func TestAMessageFromAFormNamesItsPage(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		const page = "https://www.shop.example/chairs/blue?from=letter"
		var box desk.Inbox
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			house, err := d.Inboxes.House(ctx, tx)
			box, _ = house.Inbox(d.Support)
			return err
		})
		err := d.Intake.AcceptWritten(t.Context(), intake.Written{Inbox: box, Nonce: "n", Name: "Ann", Email: desktest.Ann.Address, Text: "Is it blue?", Page: page})
		if err != nil {
			d.T.Fatal(err)
		}
		d.Settle()
		d.Receive(desktest.Bob, "Hello", "X-Form-Page: https://elsewhere.example/")
		for id, want := range map[desk.MessageID]string{1: page, 3: ""} {
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				m, err := d.Conversations.Message(ctx, tx, desk.Scope{All: true, Agent: d.Eva}, id)
				if m.Page != want || m.Kind != desk.Incoming {
					d.T.Errorf("message %s, %s, names the page %q, want %q", id, m.Kind, m.Page, want)
				}
				return err
			})
		}
	})
}
