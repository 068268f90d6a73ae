package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
	"tellus/internal/feature/setting"
	"tellus/internal/platform/db/dbtest"
)

// TestAnInboxIsAuthorisedWithAProvider walks through the consent and then reads and sends by it, with tokens that are refreshed. The provider takes each
// refresh token back once it was used, so that reading, sending and the test of the connection must share one.
func TestAnInboxIsAuthorisedWithAProvider(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, c, _ Config) {
		provider := mailtest.StartOAuth(t, "desk@example.test")
		provider.Lifetime = 2 * time.Minute // so that each sign-in refreshes: a token is good for five at least
		dove := mailtest.StartDovecot(t, mailtest.DovecotOptions{TokenInfo: provider.TokenInfo()})
		sink := mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true})
		sink.Behave(mailtest.Behaviour{User: provider.User, Token: provider.Valid})
		r := start(t, c, func(a *App) {
			a.mail.driver.Roots, a.mail.authURL, a.mail.tokenURL = dove.Authority.Roots, provider.AuthURL(), provider.TokenURL()
		})
		r.settle()
		r.change(func(s *setting.Settings) { s.UndoSeconds, s.URL = 0, r.url })
		dbtest.Eventually(t, "the desk knows its address", func() bool { return r.app.URL() == r.url })
		provider.RedirectURL = r.url + "/api/v1/oauth/callback"
		in := box(sink, desk.Receive{Method: "imap", Host: dove.Host, Port: dove.TLSPort, Security: "tls", User: dove.User, Auth: "google"})
		in["submit"] = desk.Submit{Host: sink.Host, Port: sink.Port, Security: "none", Auth: "google", User: provider.User}
		var made desk.Inbox
		r.do("POST", "/inboxes", in, &made)

		begin := func(secret string) string {
			var answer struct{ URL string }
			r.do("POST", "/inboxes/"+made.ID.String()+"/oauth", object{"side": "both", "provider": "google", "clientId": provider.ClientID, "clientSecret": secret}, &answer)
			return answer.URL
		}
		finish := func(code, state string) (status int, where string, body []byte) {
			status, body, header := r.send("GET", "/oauth/callback?code="+url.QueryEscape(code)+"&state="+url.QueryEscape(state), nil)
			return status, header.Get("Location"), body
		}
		// A client's secret that is wrong is told, not stored.
		code, state := provider.Consent(t, begin("wrong"))
		if status, where, body := finish(code, state); status != 303 || !strings.HasPrefix(where, fmt.Sprintf("/app/settings/inboxes/%s?oauth=refused&reason=provider_refused&what=", made.ID)) {
			t.Errorf("the callback with a wrong client secret: %d %s %s", status, where, body)
		}
		_, state = provider.Consent(t, begin(provider.ClientSecret))
		if status, _, header := r.send("GET", "/oauth/callback?error=access_denied&state="+url.QueryEscape(state), nil); status != 303 ||
			header.Get("Location") != fmt.Sprintf("/app/settings/inboxes/%s?oauth=refused&reason=authorisation_declined", made.ID) {
			t.Errorf("the callback after a refusal at the provider: %d %s", status, header.Get("Location"))
		}
		code, state = provider.Consent(t, begin(provider.ClientSecret))
		if status, where, _ := finish(code, "another state"); status != 303 || where != "/app/settings/inboxes?oauth=refused&reason=took_too_long" {
			t.Errorf("the callback with another state: %d %s", status, where)
		}
		status, where, body := finish(code, state)
		if status != 303 || where != fmt.Sprintf("/app/settings/inboxes/%s?oauth=ok", made.ID) {
			t.Fatalf("the callback: %d %s %s", status, where, body)
		}
		if status, where, _ := finish(code, state); status == 303 && strings.Contains(where, "oauth=ok") {
			t.Error("the callback worked a second time")
		}
		if _, body, _ := r.send("GET", "/inboxes/"+made.ID.String(), nil); strings.Contains(string(body), "refresh-") || strings.Contains(string(body), "client secret") {
			t.Errorf("the inbox tells a secret: %s", body)
		}

		arrives := func(n int) {
			t.Helper()
			subject := fmt.Sprint("Mail ", n)
			dove.Drop(t, fmt.Sprintf("From: Ann <ann%d@customer.example>\nTo: support@shop.example\nSubject: %s\nMessage-ID: <o%d@customer.example>\n\nHello\n", n, subject, n))
			dbtest.Eventually(t, subject+" arrives", func() bool {
				for _, c := range r.rows("all") {
					if c.Subject == subject {
						return true
					}
				}
				return false
			})
			sunk(t, sink, n) // acknowledged
		}
		dbtest.Eventually(t, "the mailbox is read", func() bool {
			var all struct{ Items []desk.Health }
			r.do("GET", "/inboxes/health", nil, &all)
			return len(all.Items) == 1 && all.Items[0].State == "ok"
		})
		arrives(1)
		// The access token is refused: both sides, a test and the connection after it go on with what the refresh gave.
		for n := 2; n < 4; n++ {
			provider.RevokeAccess()
			var tested struct{ In, Out desk.Problem }
			r.do("GET", "/inboxes/"+made.ID.String(), nil, &made)
			in["id"], in["version"] = made.ID, made.Version
			r.do("POST", "/inboxes/test", in, &tested)
			if tested.In.Code != "" || tested.Out.Code != "" {
				t.Fatalf("test %d after the tokens were revoked: %+v", n, tested)
			}
			r.do("POST", "/inboxes/"+made.ID.String()+"/retry", nil, nil)
			arrives(n)
		}
		// After a restart what was refreshed last is used.
		r.stop()
		again := start(t, c, func(a *App) {
			a.mail.driver.Roots, a.mail.authURL, a.mail.tokenURL = dove.Authority.Roots, provider.AuthURL(), provider.TokenURL()
		})
		dove.Drop(t, "From: Bob <bob@customer.example>\nTo: support@shop.example\nSubject: After the restart\nMessage-ID: <r@customer.example>\n\nHello\n")
		dbtest.Eventually(t, "mail arrives after the restart", func() bool {
			var n int64
			if err := again.app.DB.Ask(t.Context(), `SELECT count(*) FROM conversation WHERE subject = 'After the restart'`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n == 1
		})
	})
}
