package conversation_test

import (
	"context"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

const twoFiles = `From: Ann Berg <ann@customer.example>
To: support@shop.example
Subject: Lamp
Message-ID: <two@customer.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="m"

--m
Content-Type: text/plain

Here are both.
--m
Content-Type: text/plain; name="invoice.txt"
Content-Disposition: attachment; filename="invoice.txt"

10 EUR
--m
Content-Type: text/plain; name="private.txt"
Content-Disposition: attachment; filename="private.txt"

mine
--m--
`

// TestForwardLeavesChosenFiles forwards a message with one of its two files; the other one stays.
func TestForwardLeavesChosenFiles(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *desktest.Desk) {
		d.Arrive(d.Support, strings.ReplaceAll(twoFiles, "\n", "\r\n"), channel.Envelope{From: "ann@customer.example", To: []string{"support@shop.example"}})
		var c desk.ConversationID
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `/* test */ SELECT id FROM conversation`).Scan(&c)
		})
		opened, err := d.Opened(d.Eva, c)
		if err != nil {
			t.Fatal(err)
		}
		var private desk.AttachmentID
		for _, f := range opened.Timeline.Messages[0].Attachments {
			if f.Name == "private.txt" {
				private = f.ID
			}
		}
		var side desk.ConversationID
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			from, err := d.Sender(ctx, tx, d.Eva, d.Support)
			if err != nil {
				return err
			}
			who, err := d.Customers.Identify(ctx, tx, desk.System, customer.Sighting{Kind: desk.AddressEmail, Value: "parts@supplier.example"})
			if err != nil {
				return err
			}
			side, err = d.Conversations.AskAside(ctx, tx, from, c, desk.Customer{ID: who.ID}, 7, conversation.Side{To: []desk.NamedAddress{{Address: "parts@supplier.example"}}, Subject: "Fwd: Lamp",
				HTML: "<p>Have a <b>look</b>.</p>", ForwardAll: true, Files: true, Leave: []desk.AttachmentID{private}}, func(m desk.Message) []string { return []string{m.From.Address} })
			return err
		})
		if opened, err = d.Opened(d.Eva, side); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range opened.Timeline.Messages[0].Attachments {
			names = append(names, f.Name)
		}
		if diff := gocmp.Diff([]string{"invoice.txt"}, names); private == 0 || diff != "" {
			t.Errorf("forwarded, with private.txt (%s) left (-want +got):\n%s", private, diff)
		}
	})
}

const twoPictures = `From: Ann Berg <ann@customer.example>
To: support@shop.example
Subject: Lamp
Message-ID: <$N@customer.example>
MIME-Version: 1.0
Content-Type: multipart/related; boundary="m"

--m
Content-Type: text/html

<p>Here <img src="cid:image001.png@01"> and <img src="cid:gone@01" alt="lost"></p>
--m
Content-Type: image/png; name="$N.png"
Content-ID: <image001.png@01>
Content-Disposition: inline; filename="$N.png"
Content-Transfer-Encoding: base64

iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==
--m--
`

// TestForwardTakesThePicturesAlong: what stands in the text travels, whether files are asked for or not, and two mails may call theirs the same.
func TestForwardTakesThePicturesAlong(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *desktest.Desk) {
		var c desk.ConversationID
		for _, n := range []string{"one", "two"} {
			mail := strings.ReplaceAll(twoPictures, "$N", n)
			if n == "two" {
				mail = "In-Reply-To: <one@customer.example>\n" + mail
			}
			d.Arrive(d.Support, strings.ReplaceAll(mail, "\n", "\r\n"), channel.Envelope{From: "ann@customer.example", To: []string{"support@shop.example"}})
		}
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `/* test */ SELECT min(id) FROM conversation`).Scan(&c)
		})
		for _, files := range []bool{false, true} {
			var side desk.ConversationID
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				from, err := d.Sender(ctx, tx, d.Eva, d.Support)
				if err != nil {
					return err
				}
				who, err := d.Customers.Identify(ctx, tx, desk.System, customer.Sighting{Kind: desk.AddressEmail, Value: "parts@supplier.example"})
				if err != nil {
					return err
				}
				side, err = d.Conversations.AskAside(ctx, tx, from, c, desk.Customer{ID: who.ID}, 7, conversation.Side{To: []desk.NamedAddress{{Address: "parts@supplier.example"}}, Subject: "Fwd: Lamp",
					ForwardAll: true, Files: files}, func(m desk.Message) []string { return []string{m.From.Address} })
				return err
			})
			opened, err := d.Opened(d.Eva, side)
			if err != nil {
				t.Fatal(err)
			}
			m := opened.Timeline.Messages[0]
			var names []string
			for _, f := range m.Attachments {
				names = append(names, f.Name)
				if !f.Inline || !strings.Contains(m.HTML, `src="cid:`+f.ContentID+`"`) {
					t.Errorf("files %v: %s, inline %v, is not in the text: %s", files, f.ContentID, f.Inline, m.HTML)
				}
			}
			if diff := gocmp.Diff([]string{"one.png", "two.png"}, names); diff != "" || strings.Contains(m.HTML, "gone@01") {
				t.Errorf("files %v: pictures (-want +got):\n%s\n%s", files, diff, m.HTML)
			}
		}
	})
}
