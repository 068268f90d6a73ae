package inbox_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/inbox"
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

func create(d *desktest.Desk, e inbox.Edit) (in desk.Inbox, err error) {
	err = d.Try(func(ctx context.Context, tx *db.Tx) (err error) {
		in, err = d.Inboxes.Create(ctx, tx, desk.System, e)
		return err
	})
	return in, err
}

func TestAnAddressReachesOneInbox(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		sales, err := create(d, inbox.Edit{Name: "Sales", Address: "sales@shop.example", Aliases: []string{"Offers@shop.example"}, Language: "lv", Active: true})
		if err != nil {
			d.T.Fatal(err)
		}
		for address, want := range map[string]desk.InboxID{"SALES@shop.example": sales.ID, "sales+c1-abc@shop.example": sales.ID, "offers@SHOP.example": sales.ID,
			"support@shop.example": d.Support, "nobody@shop.example": 0} {
			var got desk.InboxID
			err := d.DB.Read(d.T.Context(), func(tx *db.Tx) (err error) {
				got, err = d.Inboxes.ByAddress(d.T.Context(), tx, address)
				return err
			})
			if got != want || want == 0 && !desk.IsRefusal(err, desk.NotFound) || want != 0 && err != nil {
				d.T.Errorf("ByAddress(%s) = %s, %v; want %s", address, got, err, want)
			}
		}
		for _, e := range []inbox.Edit{
			{Name: "Twice", Address: "offers@shop.example"}, {Name: "Alias", Address: "other@shop.example", Aliases: []string{"support@shop.example"}},
			{Name: "Plus", Address: "sales+x@shop.example"}, {Name: "None", Address: "no address"}, {Name: " ", Address: "blank@shop.example"},
			{Name: "Plain", Address: "plain@shop.example", Receive: desk.Receive{Method: "imap", Host: "mail.example", Security: "none"}},
			{Name: "Plain", Address: "plain@shop.example", Submit: desk.Submit{Host: "mail.example", Security: "none"}},
			{Name: "Odd", Address: "odd@shop.example", Reopen: "sometimes"},
		} {
			if _, err := create(d, e); !desk.IsRefusal(err, desk.Invalid) {
				d.T.Errorf("Create(%+v) = %v, want a refusal", e, err)
			}
		}
	})
}

func TestWhatNowWasStaysUntilAnotherMailboxIsRead(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		imap := desk.Receive{Method: "imap", Host: "mail.shop.example", User: "help", Begin: "now"}
		in, err := create(d, inbox.Edit{Name: "Help", Address: "help@shop.example", Active: true, Receive: imap})
		if err != nil {
			d.T.Fatal(err)
		}
		began := in.Receive.Since
		if began == 0 || began > d.DB.Now() {
			d.T.Fatalf("reading begins at %v, want the time of now", began)
		}
		change := func(to desk.Receive) error {
			e := inbox.EditOf(in)
			e.Receive = to
			return d.Try(func(ctx context.Context, tx *db.Tx) (err error) {
				var now desk.Inbox
				if now, err = d.Inboxes.Update(ctx, tx, desk.System, e); err == nil {
					in = now
				}
				return err
			})
		}
		d.After(time.Hour)
		if err := change(imap); err != nil || in.Receive.Since != began { // the client echoes nothing of the time
			d.T.Errorf("saved again: since %v, %v; want still %v", in.Receive.Since, err, began)
		}
		imap.Folder = "Support"
		if err := change(imap); err != nil || in.Receive.Since <= began {
			d.T.Errorf("another folder: since %v, %v; want the time of that change", in.Receive.Since, err)
		}
		imap.Begin, imap.Since = "date", began.Add(-24*time.Hour)
		if err := change(imap); err != nil || in.Receive.Since != imap.Since {
			d.T.Errorf("from a date: since %v, %v; want %v", in.Receive.Since, err, imap.Since)
		}
		imap.Begin = "all"
		if err := change(imap); err != nil || in.Receive.Since != 0 {
			d.T.Errorf("all of it: since %v, %v; want none", in.Receive.Since, err)
		}
		for _, wrong := range []desk.Receive{{Begin: "date"}, {Begin: "date", Since: d.DB.Now().Add(time.Hour)}, {Begin: "soon"}} {
			imap.Begin, imap.Since = wrong.Begin, wrong.Since
			if err := change(imap); !desk.IsRefusal(err, desk.Invalid) {
				d.T.Errorf("begin %q since %v: %v, want a refusal", wrong.Begin, wrong.Since, err)
			}
		}
	})
}

func TestSecretsAreSealedAndNeverRead(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		secret, none := "correct horse battery", ""
		in, err := create(d, inbox.Edit{Name: "Box", Address: "box@shop.example", Active: true, ReceiveSecret: &secret,
			Receive: desk.Receive{Method: "imap", Host: "mail.example", Security: "tls"}})
		if err != nil {
			d.T.Fatal(err)
		}
		if !in.Receive.HasSecret || in.Submit.HasSecret {
			d.T.Errorf("HasSecret = %v, %v", in.Receive.HasSecret, in.Submit.HasSecret)
		}
		open := func() (r string) {
			d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
				r, _, err = d.Inboxes.OpenSecrets(ctx, tx, in.ID)
				return err
			})
			return r
		}
		if got := open(); got != secret {
			d.T.Errorf("OpenSecrets = %q", got)
		}
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			var sealed []byte
			err := tx.Row(ctx, `SELECT receive_secret FROM inbox WHERE id = $1`, in.ID).Scan(&sealed)
			if bytes.Contains(sealed, []byte("horse")) {
				d.T.Error("the secret stands in the database")
			}
			return err
		})
		d.ChangeInbox(in.ID, func(e *inbox.Edit) { e.Name = "Renamed" })
		if got := open(); got != secret {
			d.T.Errorf("after a change without a secret OpenSecrets = %q", got)
		}
		d.ChangeInbox(in.ID, func(e *inbox.Edit) { e.ReceiveSecret = &none })
		if got := open(); got != "" {
			d.T.Errorf("after it was removed OpenSecrets = %q", got)
		}
	})
}

func TestAnInboxIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		team := d.Team("North")
		e := inbox.Edit{Kind: desk.Email, Name: "Sales", Address: "sales@shop.example", Aliases: []string{"b@shop.example", "a@shop.example"}, FromName: "Shop", Language: "pl",
			Signature: "<p>S</p>", Team: team, Teams: []desk.TeamID{team}, Acknowledge: true, AcknowledgeText: map[string]string{"pl": "Cześć"}, AnswerWithin: 7, Reopen: "never",
			ReopenDays: 3, ReplyToken: true, Active: true, Receive: desk.Receive{Method: "smtp"}, Submit: desk.Submit{Host: "mail.example", Port: 465, Security: "tls"}}
		in, err := create(d, e)
		if err != nil {
			d.T.Fatal(err)
		}
		e.ID, e.Version = in.ID, in.Version
		if diff := cmp.Diff(e, inbox.EditOf(in)); diff != "" {
			d.T.Errorf("Create (-want +got):\n%s", diff)
		}
		e.Version--
		err = d.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Inboxes.Update(ctx, tx, desk.System, e)
			return err
		})
		if !desk.IsRefusal(err, desk.Conflict) {
			d.T.Errorf("Update of a stale version = %v, want a conflict", err)
		}
		house := func() (h *inbox.House) {
			d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
				h, err = d.Inboxes.House(ctx, tx)
				return err
			})
			return h
		}
		if before := house(); !before.Own("a+tag@shop.example") || before.Own("c@shop.example") {
			d.T.Error("the house does not know its addresses")
		}
		d.ChangeInbox(in.ID, func(e *inbox.Edit) { e.Aliases = []string{"c@shop.example"} })
		if now := house(); now.Own("a@shop.example") || !now.Own("c@shop.example") {
			d.T.Error("the house in memory outlives a change of addresses")
		}
		if err := d.Try(func(ctx context.Context, tx *db.Tx) error { return d.Inboxes.Delete(ctx, tx, desk.System, in.ID) }); err != nil {
			d.T.Errorf("Delete of an unused inbox: %v", err)
		}
		if now := house(); now.Own("c@shop.example") {
			d.T.Error("the house in memory outlives an inbox")
		}
	})
}
