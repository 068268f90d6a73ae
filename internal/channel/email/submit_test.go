package email_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"tellus/internal/channel"
	"tellus/internal/channel/email"
	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
)

func submitTo(s *mailtest.Sink, security string) channel.Settings {
	return channel.Settings{Inbox: desk.Inbox{
		ID: 7, Kind: desk.Email,
		Submit: desk.Submit{Host: s.Host, Port: s.Port, Security: security, Auth: "none"},
	}}
}

func withPassword(settings channel.Settings, user, password string) channel.Settings {
	settings.Inbox.Submit.Auth, settings.Inbox.Submit.User = "password", user
	settings.SubmitSecret = password
	return settings
}

func open(t *testing.T, d *email.Driver, settings channel.Settings) channel.Conn {
	t.Helper()
	d.Log = logTo(t)
	c, err := d.Open(t.Context(), settings, newMemory())
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

func reply(raw string, to ...string) channel.Outgoing {
	return channel.Outgoing{
		Message: 1, From: "desk@example.test", To: to, MailID: "1@example.test",
		Raw: func() (io.ReadCloser, int64, error) {
			return io.NopCloser(strings.NewReader(raw)), int64(len(raw)), nil
		},
	}
}

const answer = "From: desk@example.test\r\nSubject: Re: Hello\r\n\r\nIt is on its way.\r\n.hidden dot\r\n"

func TestSendHandsOverEncryptedAndSignedIn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options  mailtest.SinkOptions
		security string
		login    bool
	}{
		"TLS":             {mailtest.SinkOptions{TLS: true}, "tls", false},
		"STARTTLS":        {mailtest.SinkOptions{}, "starttls", false},
		"AUTH LOGIN only": {mailtest.SinkOptions{}, "starttls", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mailtest.StartSink(t, test.options)
			s.Behave(mailtest.Behaviour{User: "desk", Password: "pa ss", LoginOnly: test.login})
			c := open(t, &email.Driver{Roots: s.Authority.Roots}, withPassword(submitTo(s, test.security), "desk", "pa ss"))
			got, err := c.Send(t.Context(), reply(answer, "ann@customer.test", "bob@customer.test"))
			if err != nil {
				t.Fatalf("Send: %v", err)
			}
			for i, address := range []string{"ann@customer.test", "bob@customer.test"} {
				if r := got.Recipients[i]; !r.OK || r.Address != address {
					t.Errorf("recipient %d: %+v", i, r)
				}
			}
			mails := s.Mails()
			if len(mails) != 1 || mails[0].Data != answer || !mails[0].TLS || mails[0].User != "desk" || mails[0].From != "desk@example.test" {
				t.Errorf("the server took %+v", mails)
			}
		})
	}
}

func TestSendTellsWhatBecameOfEachRecipient(t *testing.T) {
	t.Parallel()
	s := mailtest.StartSink(t, mailtest.SinkOptions{MaxBytes: 1000})
	refuse := func(code int, status smtp.EnhancedCode, text string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: status, Message: text}
	}
	c := open(t, &email.Driver{}, submitTo(s, "none"))
	ok := func(a string) channel.Recipient {
		return channel.Recipient{Address: a, OK: true, Code: 250, Text: "2.0.0 OK: queued"}
	}
	for name, test := range map[string]struct {
		behaviour mailtest.Behaviour
		raw       string
		want      []channel.Recipient
		kept      bool
	}{
		"one of two is refused": {
			mailtest.Behaviour{Recipient: func(to string) error {
				if strings.HasPrefix(to, "bob") {
					return refuse(550, smtp.EnhancedCode{5, 1, 1}, "No such user")
				}
				return nil
			}},
			answer,
			[]channel.Recipient{ok("ann@customer.test"), {Address: "bob@customer.test", Code: 550, Status: "5.1.1", Text: "No such user"}},
			true,
		},
		"one is greylisted": {
			mailtest.Behaviour{Recipient: func(to string) error {
				if strings.HasPrefix(to, "ann") {
					return refuse(450, smtp.EnhancedCode{4, 7, 1}, "Come back later")
				}
				return nil
			}},
			answer,
			[]channel.Recipient{{Address: "ann@customer.test", Code: 450, Status: "4.7.1", Text: "Come back later", Later: true}, ok("bob@customer.test")},
			true,
		},
		"both are refused": {
			mailtest.Behaviour{Recipient: func(string) error { return refuse(550, smtp.EnhancedCode{5, 7, 1}, "Go away") }},
			answer,
			[]channel.Recipient{
				{Address: "ann@customer.test", Code: 550, Status: "5.7.1", Text: "Go away"},
				{Address: "bob@customer.test", Code: 550, Status: "5.7.1", Text: "Go away"},
			},
			false,
		},
		"the sender is refused for now": {
			mailtest.Behaviour{Sender: func(string) error { return refuse(451, smtp.EnhancedCode{4, 3, 2}, "Overloaded") }},
			answer,
			[]channel.Recipient{
				{Address: "ann@customer.test", Code: 451, Status: "4.3.2", Text: "Overloaded", Later: true},
				{Address: "bob@customer.test", Code: 451, Status: "4.3.2", Text: "Overloaded", Later: true},
			},
			false,
		},
		"the mail is refused": {
			mailtest.Behaviour{Data: func(mailtest.Mail) error { return refuse(554, smtp.EnhancedCode{5, 7, 1}, "Spam") }},
			answer,
			[]channel.Recipient{
				{Address: "ann@customer.test", Code: 554, Status: "5.7.1", Text: "Spam"},
				{Address: "bob@customer.test", Code: 554, Status: "5.7.1", Text: "Spam"},
			},
			false,
		},
		"the mail is too large": {
			mailtest.Behaviour{},
			answer + strings.Repeat("x", 1000),
			[]channel.Recipient{
				{Address: "ann@customer.test", Code: 552, Status: "5.3.4", Text: "the mail has 1079 bytes, the server takes 1000"},
				{Address: "bob@customer.test", Code: 552, Status: "5.3.4", Text: "the mail has 1079 bytes, the server takes 1000"},
			},
			false,
		},
	} {
		// One after another, so that connections are used again after each kind of refusal.
		t.Run(name, func(t *testing.T) {
			before := len(s.Mails())
			s.Behave(test.behaviour)
			got, err := c.Send(t.Context(), reply(test.raw, "ann@customer.test", "bob@customer.test"))
			if err != nil {
				t.Fatalf("Send: %v", err)
			}
			if diff := cmp.Diff(channel.Receipt{Recipients: test.want}, got); diff != "" {
				t.Errorf("receipt (-want +got):\n%s", diff)
			}
			if kept := len(s.Mails()) > before; kept != test.kept {
				t.Errorf("the server kept it: %v, want %v", kept, test.kept)
			}
		})
	}
	if s.Connections() != 1 {
		t.Errorf("%d connections were made, want one used again", s.Connections())
	}
}

func TestSendIsUnsureOnlyAfterTheWholeMailWasHandedOver(t *testing.T) {
	t.Parallel()
	s := mailtest.StartSink(t, mailtest.SinkOptions{})
	c := open(t, &email.Driver{}, submitTo(s, "none"))

	s.Behave(mailtest.Behaviour{
		HangUp: func(mailtest.Mail) bool { return true },
		Recipient: func(to string) error {
			if strings.HasPrefix(to, "bob") {
				return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such user"}
			}
			return nil
		},
	})
	got, err := c.Send(t.Context(), reply(answer, "ann@customer.test", "bob@customer.test"))
	if err != nil || !got.Unsure {
		t.Fatalf("Send with a hang-up before the answer: %+v, %v; want unsure", got, err)
	}
	if len(got.Recipients) != 1 || got.Recipients[0].Address != "bob@customer.test" || got.Recipients[0].Code != 550 {
		t.Errorf("recipients %+v: want bob refused and no word of ann", got.Recipients)
	}

	s.Behave(mailtest.Behaviour{HangUpWithin: func(string) bool { return true }})
	large := answer + strings.Repeat("line of a large mail\r\n", 500_000)
	got, err = c.Send(t.Context(), reply(large, "ann@customer.test"))
	if err == nil || got.Unsure || len(got.Recipients) != 0 {
		t.Errorf("Send with a hang-up in the middle: %+v, %v; want an error", got, err)
	}
	if email.Permanent(err) {
		t.Errorf("%v is permanent, want it tried again", err)
	}
}

func TestAWrongPasswordIsNotTriedForEveryMail(t *testing.T) {
	t.Parallel()
	s := mailtest.StartSink(t, mailtest.SinkOptions{})
	s.Behave(mailtest.Behaviour{User: "desk", Password: "right"})
	c := open(t, &email.Driver{Roots: s.Authority.Roots}, withPassword(submitTo(s, "starttls"), "desk", "wrong"))
	for range 20 {
		_, err := c.Send(t.Context(), reply(answer, "ann@customer.test"))
		if p := email.ProblemOf(err, 1); p.Code != "auth" || !strings.Contains(p.Detail, "Wrong name or password") {
			t.Fatalf("Send: %+v, want auth with the server's words", p)
		}
		if email.Permanent(err) {
			t.Errorf("%v is permanent, want the mail to wait for the right password", err)
		}
	}
	if n := s.Connections(); n != 1 {
		t.Errorf("the password was tried %d times, want once", n)
	}
}

func TestABrokenOffMailIsNeverEnded(t *testing.T) {
	t.Parallel()
	s := mailtest.StartSink(t, mailtest.SinkOptions{})
	c := open(t, &email.Driver{}, submitTo(s, "none"))
	out := reply(answer, "ann@customer.test")
	out.Raw = func() (io.ReadCloser, int64, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(answer), broken{})), 1000, nil
	}
	if got, err := c.Send(t.Context(), out); err == nil {
		t.Errorf("Send of a mail that cannot be read: %+v, want an error", got)
	}
	if _, err := c.Send(t.Context(), reply(answer, "ann@customer.test")); err != nil {
		t.Errorf("Send after it: %v", err)
	}
	if mails := s.Mails(); len(mails) != 1 || mails[0].Data != answer {
		t.Errorf("the server kept %+v, want the second mail only", mails)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func TestABurstSharesAFewConnectionsAndNothingGoesTwice(t *testing.T) {
	t.Parallel()
	s := mailtest.StartSink(t, mailtest.SinkOptions{})
	c := open(t, &email.Driver{Roots: s.Authority.Roots}, submitTo(s, "starttls"))
	var all sync.WaitGroup
	for n := range 300 {
		all.Go(func() {
			if _, err := c.Send(context.Background(), reply(fmt.Sprintf("Subject: %d\r\n\r\n", n), "ann@customer.test")); err != nil {
				t.Errorf("Send %d: %v", n, err)
			}
		})
	}
	all.Wait()
	seen := map[string]int{}
	for _, m := range s.Mails() {
		seen[m.Data]++
	}
	if len(seen) != 300 || len(s.Mails()) != 300 {
		t.Errorf("%d mails, %d of them different; want 300", len(s.Mails()), len(seen))
	}
	if n := s.Connections(); n > 20 {
		t.Errorf("%d connections for 300 mails, want few", n)
	}
}

func TestAConnectionThatTheServerClosedMeanwhileIsReplaced(t *testing.T) {
	t.Parallel()
	s := mailtest.StartSink(t, mailtest.SinkOptions{})
	proxy := mailtest.StartProxy(t, fmt.Sprintf("%s:%d", s.Host, s.Port))
	settings := submitTo(s, "none")
	settings.Inbox.Submit.Port = proxy.Port
	c := open(t, &email.Driver{}, settings)
	for n := range 3 {
		got, err := c.Send(t.Context(), reply(answer, "ann@customer.test"))
		if err != nil || !got.Recipients[0].OK {
			t.Fatalf("Send %d: %+v, %v", n, got, err)
		}
		proxy.Cut()
	}
	if len(s.Mails()) != 3 || proxy.Connections() != 3 {
		t.Errorf("%d mails on %d connections, want 3 on 3", len(s.Mails()), proxy.Connections())
	}
}

func TestAddressesBeyondASCII(t *testing.T) {
	t.Parallel()
	s := mailtest.StartSink(t, mailtest.SinkOptions{})
	old := mailtest.StartSink(t, mailtest.SinkOptions{NoUTF8: true})

	c := open(t, &email.Driver{}, submitTo(s, "none"))
	if got, err := c.Send(t.Context(), reply(answer, "jānis@piemērs.test")); err != nil || !got.Recipients[0].OK {
		t.Errorf("Send with SMTPUTF8: %+v, %v", got, err)
	}
	if mails := s.Mails(); len(mails) != 1 || !mails[0].UTF8 || mails[0].To[0] != "jānis@piemērs.test" {
		t.Errorf("the server took %+v", mails)
	}

	c = open(t, &email.Driver{}, submitTo(old, "none"))
	got, err := c.Send(t.Context(), reply(answer, "jānis@customer.test", "ann@piemērs.test"))
	if err != nil {
		t.Fatalf("Send without SMTPUTF8: %v", err)
	}
	if jānis, ann := got.Recipients[0], got.Recipients[1]; jānis.Code != 553 || jānis.Later || !ann.OK {
		t.Errorf("recipients %+v: want the first refused for good, the second accepted", got.Recipients)
	}
	if mails := old.Mails(); len(mails) != 1 || mails[0].To[0] != "ann@xn--piemrs-s3a.test" {
		t.Errorf("the old server took %+v, want the domain in ASCII", mails)
	}
}

func TestSendDoesNotWaitLongerThanItsContext(t *testing.T) {
	t.Parallel()
	s := mailtest.StartSink(t, mailtest.SinkOptions{})
	proxy := mailtest.StartProxy(t, fmt.Sprintf("%s:%d", s.Host, s.Port))
	proxy.Silence(true)
	settings := submitTo(s, "none")
	settings.Inbox.Submit.Port = proxy.Port
	c := open(t, &email.Driver{}, settings)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := c.Send(ctx, reply(answer, "ann@customer.test")) // a server may be silent for minutes otherwise
	if p := email.ProblemOf(err, 1); p.Code != "timeout" {
		t.Errorf("Send to a silent server: %v, want a timeout", err)
	}
}
