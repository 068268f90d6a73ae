package email_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"tellus/internal/channel"
	"tellus/internal/channel/email"
	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
)

func clientOf(o *mailtest.OAuth) email.OAuth {
	return email.OAuth{
		Provider: "microsoft", ClientID: o.ClientID, ClientSecret: o.ClientSecret, RedirectURL: o.RedirectURL,
		AuthURL: o.AuthURL(), TokenURL: o.TokenURL(),
	}
}

// granted runs a consent.
func granted(t *testing.T, o *mailtest.OAuth) email.Grant {
	t.Helper()
	client := clientOf(o)
	a, err := client.Begin(o.User)
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	code, state := o.Consent(t, a.URL)
	if state != a.State || len(state) < 20 {
		t.Errorf("state %q came back as %q", a.State, state)
	}
	if _, err := client.Exchange(t.Context(), code, "another verifier of sufficient length 0123456789"); err == nil {
		t.Errorf("Exchange with another verifier succeeded")
	}
	code, _ = o.Consent(t, a.URL)
	g, err := client.Exchange(t.Context(), code, a.Verifier)
	if err != nil {
		t.Fatalf("Exchange: %v", err)
	}
	return g
}

// vault keeps a grant.
type vault struct {
	mu    sync.Mutex
	grant email.Grant
	saved int
	err   error
}

func (v *vault) save(_ context.Context, g email.Grant) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.grant, v.saved = g, v.saved+1
	return v.err
}

func TestMailIsReadAndSentByAuthorisation(t *testing.T) {
	t.Parallel()
	provider := mailtest.StartOAuth(t, "desk@example.test")
	dove := mailtest.StartDovecot(t, mailtest.DovecotOptions{TokenInfo: provider.TokenInfo()})
	sink := mailtest.StartSink(t, mailtest.SinkOptions{Authority: dove.Authority})
	sink.Behave(mailtest.Behaviour{User: dove.User, Token: provider.Valid})
	v := &vault{}
	source := clientOf(provider).Source(granted(t, provider), v.save)

	settings := settingsFor(dove)
	settings.Inbox.Receive.Auth, settings.ReceiveSecret, settings.ReceiveToken = "microsoft", "", source
	settings.Inbox.Submit = desk.Submit{Host: sink.Host, Port: sink.Port, Security: "starttls", Auth: "microsoft", User: dove.User}
	settings.SubmitToken = source
	driver := &email.Driver{Roots: dove.Authority.Roots}
	s, state := newStore(), newMemory()
	supervised(t, driver, settings, state, s)
	dove.Drop(t, mailOf(1))
	s.await(t, 1)
	c := open(t, &email.Driver{Roots: dove.Authority.Roots}, settings)
	if got, err := c.Send(t.Context(), reply(answer, "ann@customer.test")); err != nil || !got.Recipients[0].OK {
		t.Fatalf("Send: %+v, %v", got, err)
	}
	if m := sink.Mails()[0]; m.User != dove.User {
		t.Errorf("the mail was submitted by %q", m.User)
	}

	// A token that the servers take no longer is replaced, although it has not run out.
	provider.RevokeAccess()
	fresh := open(t, &email.Driver{Roots: dove.Authority.Roots}, settings)
	if _, err := fresh.Send(t.Context(), reply(answer, "ann@customer.test")); email.ProblemOf(err, 1).Code != "oauth" {
		t.Errorf("Send with a token that was revoked: %v, want oauth", err)
	}
	if got, err := fresh.Send(t.Context(), reply(answer, "ann@customer.test")); err != nil || !got.Recipients[0].OK {
		t.Errorf("Send after that: %+v, %v", got, err)
	}
	if v.saved == 0 || v.grant.Refresh == "" {
		t.Errorf("the refreshed grant was not saved")
	}

	// When the user takes back the consent, the test says so.
	provider.Revoke()
	in, out := driver.Test(t.Context(), settings)
	for side, p := range map[string]desk.Problem{"in": in, "out": out} {
		if p.Code != "oauth" || !strings.Contains(p.Detail, "invalid_grant") {
			t.Errorf("%s: %+v, want oauth with invalid_grant", side, p)
		}
	}
}

func TestTokensAreRefreshedBeforeTheyRunOutAndOnceForAll(t *testing.T) {
	t.Parallel()
	provider := mailtest.StartOAuth(t, "desk@example.test")
	provider.Lifetime = 4 * time.Minute // less than the five that we are early
	v := &vault{err: errors.New("the database is away")}
	client := clientOf(provider)
	client.Log = logTo(t)
	source := client.Source(granted(t, provider), v.save)
	before := provider.Issued()
	first := take(t, source)
	if provider.Issued() != before+1 || !provider.Valid(provider.User, first) {
		t.Errorf("%d tokens were issued, want one more than %d", provider.Issued(), before)
	}
	// A long-lived one serves everybody.
	provider.Lifetime = time.Hour
	take(t, source)
	before = provider.Issued()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { take(t, source) })
	}
	all.Wait()
	if provider.Issued() != before {
		t.Errorf("%d tokens were issued for 20 askers", provider.Issued()-before)
	}
}

func TestAProviderThatIsAwayDoesNotTakeAGoodTokenAway(t *testing.T) {
	t.Parallel()
	provider := mailtest.StartOAuth(t, "desk@example.test")
	grant := granted(t, provider)
	grant.Expires = time.Now().Add(2 * time.Minute)
	client := clientOf(provider)
	client.TokenURL = "http://127.0.0.1:1/token" // nobody listens there
	if got := take(t, client.Source(grant, nil)); got != grant.Access {
		t.Errorf("token %q, want the one that is still good", got)
	}
	grant.Expires = time.Now().Add(-time.Minute)
	if _, err := client.Source(grant, nil)(t.Context()); email.ProblemOf(err, 1).Code != "refused" {
		t.Errorf("a token that ran out: %v, want refused", err)
	}
}

func TestTheRealProvidersAreAskedForMail(t *testing.T) {
	t.Parallel()
	for provider, want := range map[string][]string{
		"google":    {"https://accounts.google.com/", "mail.google.com", "access_type=offline", "code_challenge_method=S256", "login_hint=desk%40example.test"},
		"microsoft": {"https://login.microsoftonline.com/contoso/oauth2/v2.0/authorize", "IMAP.AccessAsUser.All", "SMTP.Send", "offline_access"},
	} {
		a, err := email.OAuth{Provider: provider, ClientID: "id", Tenant: "contoso"}.Begin("desk@example.test")
		if err != nil {
			t.Fatalf("Begin(%s): %v", provider, err)
		}
		for _, part := range want {
			if !strings.Contains(a.URL, part) {
				t.Errorf("%s: %s lacks %s", provider, a.URL, part)
			}
		}
	}
	if _, err := (email.OAuth{Provider: "yahoo", ClientID: "id"}).Begin(""); err == nil {
		t.Errorf("an unknown provider was accepted")
	}
}

func take(t *testing.T, source channel.TokenSource) string {
	t.Helper()
	token, err := source(context.Background())
	if err != nil {
		t.Errorf("token: %v", err)
	}
	return token
}
