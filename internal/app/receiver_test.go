package app

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
	"tellus/internal/platform/db/dbtest"
)

// TestTheReceiverShowsItsCertificateAndBelievesItsRelay shakes hands as a mail server that verifies does, and hands over what a relay has judged.
func TestTheReceiverShowsItsCertificateAndBelievesItsRelay(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, c, _ Config) {
		authority := mailtest.NewAuthority(t)
		certificate, key := authority.Issue(t, "mx.shop.example")
		folder := t.TempDir()
		c.SMTPCert, c.SMTPKey = filepath.Join(folder, "fullchain.pem"), filepath.Join(folder, "privkey.pem")
		for name, content := range map[string][]byte{c.SMTPCert: certificate, c.SMTPKey: key} {
			if err := os.WriteFile(name, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		c.SMTPListen, c.SMTPAuthserv = mailtest.FreeAddress(t), "relay.shop.example"
		r := start(t, c)
		r.settle()
		sink := mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true})
		r.do("POST", "/inboxes", box(sink, desk.Receive{Method: "smtp"}), nil)

		mail := strings.ReplaceAll("Authentication-Results: relay.shop.example; spf=fail smtp.mailfrom=customer.example; dmarc=fail header.from=customer.example\n"+
			"Authentication-Results: elsewhere.example; dmarc=pass header.from=customer.example\n"+
			"From: ann@customer.example\nTo: support@shop.example\nSubject: Through a relay\nMessage-ID: <r@customer.example>\n\nHello\n", "\n", "\r\n")
		var client *smtp.Client
		dbtest.Eventually(t, "the receiver listens", func() bool {
			var err error
			client, err = smtp.DialStartTLS(c.SMTPListen, &tls.Config{RootCAs: authority.Roots, ServerName: "mx.shop.example"})
			return err == nil
		})
		defer client.Close() // Quit has said goodbye
		if err := client.SendMail("ann@customer.example", []string{"support@shop.example"}, strings.NewReader(mail)); err != nil {
			t.Fatalf("mail over STARTTLS: %v", err)
		}
		if err := client.Quit(); err != nil {
			t.Errorf("Quit: %v", err)
		}
		var rows []desk.Conversation
		dbtest.Eventually(t, "the mail is a conversation", func() bool { // on either shelf: a failed DMARC weighs heavily
			rows = append(r.rows("spam"), r.rows("all")...)
			return len(rows) == 1
		})
		got := r.open(rows[0].ID).Timeline.Messages[0].Verdicts
		if diff := cmp.Diff(&desk.Verdicts{SPF: "fail", DMARC: "fail", From: "customer.example"}, got); diff != "" {
			t.Errorf("verdicts (-want +got):\n%s", diff)
		}
	})
}
