package email_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"tellus/internal/channel"
	"tellus/internal/channel/email"
	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
)

func TestTheConnectionTestExplainsEitherSide(t *testing.T) {
	t.Parallel()
	dove := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
	sink := mailtest.StartSink(t, mailtest.SinkOptions{Authority: dove.Authority})
	sink.Behave(mailtest.Behaviour{User: "desk", Password: "right"})
	closed := closedPort(t)

	good := settingsFor(dove)
	good.Inbox.Submit = withPassword(submitTo(sink, "starttls"), "desk", "right").Inbox.Submit
	good.SubmitSecret = "right"
	good.Inbox.Receive.Security = "starttls"
	trusting := &email.Driver{Roots: dove.Authority.Roots}

	for name, test := range map[string]struct {
		driver  *email.Driver
		change  func(s *channel.Settings)
		in, out string
	}{
		"all is well":             {trusting, func(*channel.Settings) {}, "", ""},
		"all is well with TLS":    {trusting, func(s *channel.Settings) { s.Inbox.Receive.Security, s.Inbox.Receive.Port = "tls", dove.TLSPort }, "", ""},
		"wrong passwords":         {trusting, func(s *channel.Settings) { s.ReceiveSecret, s.SubmitSecret = "no", "no" }, "auth", "auth"},
		"nobody listens":          {trusting, func(s *channel.Settings) { s.Inbox.Receive.Port, s.Inbox.Submit.Port = closed, closed }, "refused", "refused"},
		"no such folder":          {trusting, func(s *channel.Settings) { s.Inbox.Receive.Folder = "Nowhere" }, "folder", ""},
		"unknown authority":       {&email.Driver{}, func(*channel.Settings) {}, "certificate", "certificate"},
		"TLS where there is none": {trusting, func(s *channel.Settings) { s.Inbox.Receive.Security, s.Inbox.Submit.Security = "tls", "tls" }, "tls", "tls"},
		"no such name": {trusting, func(s *channel.Settings) {
			s.Inbox.Receive.Host, s.Inbox.Submit.Host = "mail..invalid", "mail..invalid" // no name server is asked for what is no name
		}, "dns", "dns"},
		"no authorisation": {trusting, func(s *channel.Settings) { s.Inbox.Receive.Auth, s.Inbox.Submit.Auth = "google", "microsoft" }, "oauth", "oauth"},
		"the built-in receiver": {trusting, func(s *channel.Settings) {
			s.Inbox.Receive = desk.Receive{Method: "smtp"}
		}, "", ""},
		"nothing filled in": {trusting, func(s *channel.Settings) {
			s.Inbox.Receive, s.Inbox.Submit = desk.Receive{Method: "imap", Security: "tls"}, desk.Submit{Security: "tls"}
		}, "other", ""}, // nothing is sent from it: there is nothing to test
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := good
			test.change(&settings)
			in, out := test.driver.Test(t.Context(), settings)
			if in.Code != test.in || out.Code != test.out {
				t.Errorf("Test: in %+v, out %+v; want %q and %q", in, out, test.in, test.out)
			}
			for _, p := range []desk.Problem{in, out} {
				if p.Code != "" && (p.Detail == "" || p.At == 0) {
					t.Errorf("problem %+v lacks detail or time", p)
				}
			}
			if in.Code == "folder" && !strings.Contains(in.Detail, "INBOX") {
				t.Errorf("problem %+v does not say which folders there are", in)
			}
		})
	}
}

func TestAServerThatSaysNothingIsATimeout(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	settings := channel.Settings{Inbox: desk.Inbox{
		Receive: desk.Receive{Method: "imap", Host: "127.0.0.1", Port: port, Security: "none", User: "a"},
		Submit:  desk.Submit{Host: "127.0.0.1", Port: port, Security: "starttls"},
	}}
	d := &email.Driver{TestLimit: 300 * time.Millisecond}
	in, out := d.Test(t.Context(), settings)
	if in.Code != "timeout" || out.Code != "timeout" {
		t.Errorf("Test: in %+v, out %+v; want timeouts", in, out)
	}
	for _, detail := range []string{in.Detail, out.Detail} {
		if !strings.Contains(detail, "no answer in time") {
			t.Errorf("Test says %q, want it to say that no answer came in time", detail)
		}
	}
}

func TestAnInboxThatDoesNotSendHasNoTroubleSending(t *testing.T) {
	t.Parallel()
	settings := channel.Settings{Inbox: desk.Inbox{Receive: desk.Receive{Method: "smtp"}, Submit: desk.Submit{Auth: "none"}}}
	in, out := (&email.Driver{}).Test(t.Context(), settings)
	if in.Code != "" || out.Code != "" {
		t.Errorf("Test: in %+v, out %+v; want no trouble", in, out)
	}
}

func TestNothingUnencryptedLeavesTheMachine(t *testing.T) {
	t.Parallel()
	var outside net.IP
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatalf("interfaces: %v", err)
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() {
			outside = n.IP
		}
	}
	if outside == nil {
		t.Skip("this machine has no address but loopback")
	}
	l, err := net.Listen("tcp", net.JoinHostPort(outside.String(), "0"))
	if err != nil {
		t.Skipf("listen on %s: %v", outside, err)
	}
	defer l.Close()
	settings := channel.Settings{Inbox: desk.Inbox{
		Receive: desk.Receive{Method: "imap", Host: outside.String(), Port: l.Addr().(*net.TCPAddr).Port, Security: "none", User: "a"},
		Submit:  desk.Submit{Host: outside.String(), Port: l.Addr().(*net.TCPAddr).Port, Security: "none"},
	}}
	in, out := (&email.Driver{}).Test(t.Context(), settings)
	if in.Code != "tls" || out.Code != "tls" {
		t.Errorf("Test: in %+v, out %+v; want both refused for lack of TLS", in, out)
	}
}

func closedPort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
