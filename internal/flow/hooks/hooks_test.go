package hooks_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/hook"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/webhook"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

var ann = desktest.Person{Name: "Ann Smith", Address: "ann@home.example"}

// receiver is another program that is called. It answers with what stands in answers, then with 204.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	answers []func(w http.ResponseWriter)
	calls   []call
}

type call struct {
	id, stamp, signature, token string
	body                        []byte
}

func listen(t testing.TB, answers ...func(w http.ResponseWriter)) *receiver {
	r := &receiver{answers: answers}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil {
			t.Error(err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.calls = append(r.calls, call{q.Header.Get("webhook-id"), q.Header.Get("webhook-timestamp"), q.Header.Get("webhook-signature"), q.Header.Get("X-Token"), body})
		if len(r.answers) == 0 {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer := r.answers[0]
		r.answers = r.answers[1:]
		answer(w)
	}))
	t.Cleanup(r.Close)
	return r
}

func status(code int) func(w http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, "no: "+strings.Repeat("x", 5000))
	}
}

func (r *receiver) all() []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// signed reports whether a call is signed with a secret, as a receiver finds out.
func (c call) signed(t testing.TB, secret string) bool {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || !strings.HasPrefix(secret, "whsec_") {
		t.Fatalf("secret %q", secret)
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte(c.id + "." + c.stamp + "."))
	m.Write(c.body)
	return slices.Contains(strings.Fields(c.signature), "v1,"+base64.StdEncoding.EncodeToString(m.Sum(nil)))
}

// hooked makes a webhook to a receiver, and a rule that calls it for what begins and makes it urgent.
func hooked(d *desktest.Desk, r *receiver) (w webhook.Webhook, secret string, rule desk.RuleID) {
	d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		w, secret, err = d.Webhooks.Create(ctx, tx, desk.ByAgent(d.Eva), webhook.Edit{Name: "Stock", URL: r.URL + "/in?k=1", Active: true, Headers: []webhook.Header{{Name: "X-Token", Value: "s3cret"}}})
		if err != nil {
			return err
		}
		made, err := d.Rules.Create(ctx, tx, desk.ByAgent(d.Eva), automation.Edit{Name: "Tell the stock", Active: true, Events: []desk.EventKind{desk.ConversationOpened},
			Actions: []desk.Action{{Do: desk.CallWebhook, Webhook: w.ID}, {Do: desk.SetPriority, Priority: desk.Urgent}}})
		rule = made.ID
		return err
	})
	return w, secret, rule
}

func deliveries(d *desktest.Desk, id desk.WebhookID) (all []webhook.HookDelivery) {
	d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = d.Webhooks.Deliveries(ctx, tx, id, 0, 100)
		return err
	})
	return all
}

func now(d *desktest.Desk, id desk.WebhookID) (w webhook.Webhook) {
	d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		w, err = d.Webhooks.Get(ctx, tx, id)
		return err
	})
	return w
}

// TestACallIsTriedUntilItIsTaken has a receiver fail twice, the second time asking for half an hour: it is left alone for so long, and then takes the call, which is the same each time.
func TestACallIsTriedUntilItIsTaken(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		t := d.T
		r := listen(t, status(500), func(w http.ResponseWriter) { w.Header().Set("Retry-After", "1800"); status(503)(w) })
		w, secret, rule := hooked(d, r)
		c := d.ReceiveAbout(ann, "Boots", "Are the brown ones there?")
		if len(r.all()) != 0 {
			t.Fatal("called before any rule acted")
		}
		d.Follow()
		d.Settle()
		if got := deliveries(d, w.ID); len(r.all()) != 1 || len(got) != 1 || got[0].State != webhook.Waiting || got[0].Why != webhook.WhyStatus || got[0].Status != 500 || len(got[0].Answer) != 1024 || got[0].NextAt == 0 {
			t.Fatalf("after %d calls: %+v", len(r.all()), got)
		}
		d.After(15 * time.Second)
		if got := deliveries(d, w.ID); len(r.all()) != 2 || got[0].Status != 503 || got[0].NextAt.Sub(got[0].TriedAt) < 30*time.Minute {
			t.Fatalf("after %d calls: %+v, want it to wait half an hour", len(r.all()), got)
		}
		d.After(29 * time.Minute)
		if n := len(r.all()); n != 2 {
			t.Fatalf("called %d times though it wants to be left alone", n)
		}
		d.After(5 * time.Minute)
		got, calls := deliveries(d, w.ID), r.all()
		if len(calls) != 3 || got[0].State != webhook.Taken || got[0].Tries != 3 || got[0].Status != 204 || got[0].Answer != "" || now(d, w.ID).FailingSince != 0 {
			t.Fatalf("after %d calls: %+v", len(calls), got)
		}
		for i, one := range calls {
			if !one.signed(t, secret) || one.id != got[0].UID || string(one.body) != string(calls[0].body) || one.token != "s3cret" {
				t.Errorf("call %d: %+v", i, one)
			}
		}
		var told hook.Body
		if err := json.Unmarshal(calls[2].body, &told); err != nil {
			t.Fatal(err)
		}
		said, row := told.Data.Conversation, d.Row(c)
		if told.Type != hook.ByRule || told.Data.Rule.ID != int64(rule) || told.Data.Rule.Name != "Tell the stock" || told.Data.Event.Kind != string(desk.ConversationOpened) || told.Data.Event.ID == 0 {
			t.Errorf("told %+v", told.Data)
		}
		if said.Number != row.Number || said.Subject != "Boots" || said.Priority != "urgent" || said.Status != "new" || said.Inbox.Name != "Support" || said.Team != nil || said.Customer.Name != ann.Name ||
			said.Customer.Address != ann.Address || said.LastMessage.Text != "Are the brown ones there?" || said.Link != fmt.Sprintf("https://desk.example/app/view/all/%d", row.Number) {
			t.Errorf("told %s", calls[2].body)
		}

		// Sent again by hand, it is the same call once more.
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Webhooks.Again(ctx, tx, w.ID, got[0].ID)
			return err
		})
		d.Settle()
		if calls := r.all(); len(calls) != 4 || calls[3].id != got[0].UID || string(calls[3].body) != string(calls[0].body) || deliveries(d, w.ID)[0].Tries != 4 {
			t.Errorf("sent again: %d calls, %+v", len(calls), deliveries(d, w.ID))
		}
		d.After(31 * 24 * time.Hour)
		d.Write(func(ctx context.Context, tx *db.Tx) error { _, err := d.Webhooks.Drop(ctx, tx, 10); return err }) // as the periodic job does, at an hour of its own
		if got := deliveries(d, w.ID); len(got) != 0 {
			t.Errorf("after a month there are still %+v", got)
		}
	})
}

// TestAWebhookIsSwitchedOffByItself has one receiver say that nobody is there, and another one take nothing for days: both are switched off and who manages the settings is mailed, and their
// rules go on with everything else.
func TestAWebhookIsSwitchedOffByItself(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		t := d.T
		d.Agent("Adam", desk.Administrator)
		gone := listen(t, status(410))
		w, _, rule := hooked(d, gone)
		d.ReceiveAbout(ann, "Boots", "One")
		d.Follow()
		d.Settle()
		if got := now(d, w.ID); got.Active || got.OffWhy != "gone" || deliveries(d, w.ID)[0].Why != webhook.WhyGone || deliveries(d, w.ID)[0].State != webhook.Failed {
			t.Errorf("after 410: %+v, %+v", got, deliveries(d, w.ID))
		}
		mails := func() (n int) {
			for _, l := range d.Letters.All() {
				if strings.HasPrefix(l.Template, "webhook_") {
					n++
				}
			}
			return n
		}
		dbtest.Eventually(t, "Adam is mailed once", func() bool { return mails() == 1 }) // letters are kept a moment after their commit
		second := d.ReceiveAbout(desktest.Person{Name: "Ben", Address: "ben@home.example"}, "Laces", "Two")
		d.Follow()
		d.Settle()
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			f, err := d.Rules.Firings(ctx, tx, d.Scope(d.Eva), rule, 10)
			if err == nil && (len(f) != 2 || fmt.Sprint(f[0].Deeds) != "[set_priority]" || f[0].State != automation.Done) {
				t.Errorf("fired %+v, want all but the call", f)
			}
			return err
		})
		if d.Row(second).Priority != desk.Urgent || len(gone.all()) != 1 {
			t.Errorf("priority %v, %d calls", d.Row(second).Priority, len(gone.all()))
		}
		if err := d.Try(func(ctx context.Context, tx *db.Tx) error { _, err := d.Webhooks.Test(ctx, tx, w.ID); return err }); !desk.IsRefusal(err, desk.Conflict) {
			t.Errorf("a test of one that is off: %v", err)
		}

		failing := listen(t)
		failing.Close() // nothing is there
		var other webhook.Webhook
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			other, _, err = d.Webhooks.Create(ctx, tx, desk.ByAgent(d.Eva), webhook.Edit{Name: "Billing", URL: failing.URL, Active: true})
			return err
		})
		began := d.Now()
		for now(d, other.ID).Active {
			if d.Now().Sub(began) > 7*24*time.Hour {
				t.Fatal("it is on after a week of failures")
			}
			d.Write(func(ctx context.Context, tx *db.Tx) error { _, err := d.Webhooks.Test(ctx, tx, other.ID); return err })
			d.Settle()
			for range 3 {
				d.After(8 * time.Hour)
			}
		}
		if span := d.Now().Sub(began); span < hook.Patience {
			t.Errorf("switched off after %v", span)
		}
		for range 4 {
			d.After(8 * time.Hour)
		}
		if got := now(d, other.ID); got.OffWhy != "failing" {
			t.Errorf("after days: %+v", got)
		}
		dbtest.Eventually(t, "Adam is mailed about the other one", func() bool { return mails() == 2 })
		for _, one := range deliveries(d, other.ID) {
			if one.State != webhook.Failed || one.Why != webhook.WhyUnreachable && one.Why != webhook.WhyOff {
				t.Errorf("%+v", one)
			}
		}
	})
}

// TestAnOldSecretSignsForADay changes the secret: for a day whoever knows either takes the calls.
func TestAnOldSecretSignsForADay(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		t := d.T
		r := listen(t)
		w, old, _ := hooked(d, r)
		var fresh string
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			_, fresh, err = d.Webhooks.Rotate(ctx, tx, desk.ByAgent(d.Eva), w.ID)
			return err
		})
		test := func() call {
			d.Write(func(ctx context.Context, tx *db.Tx) error { _, err := d.Webhooks.Test(ctx, tx, w.ID); return err })
			d.Settle()
			all := r.all()
			return all[len(all)-1]
		}
		if c := test(); fresh == old || !c.signed(t, old) || !c.signed(t, fresh) || !strings.Contains(string(c.body), hook.Test) {
			t.Errorf("after the change: %+v", c)
		}
		d.After(25 * time.Hour)
		if c := test(); c.signed(t, old) || !c.signed(t, fresh) {
			t.Errorf("a day later: %+v", c)
		}
		var kept string
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `/* test */ SELECT host FROM webhook WHERE id = $1`, w.ID).Scan(&kept)
		})
		if strings.Contains(kept, "k=1") {
			t.Errorf("what is kept in the open is %q", kept)
		}
	})
}

// TestATrialCallsNothing says that a rule would call, and calls nothing; redirects are not followed; what cannot be called is refused.
func TestATrialCallsNothing(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		t := d.T
		elsewhere := listen(t)
		r := listen(t, func(w http.ResponseWriter) {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(http.StatusTemporaryRedirect)
		})
		d.ReceiveAbout(ann, "Boots", "One")
		d.Follow()
		w, _, _ := hooked(d, r)
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			trial, err := d.Automate.Try(ctx, tx, d.Scope(d.Eva), automation.Edit{Name: "x", Events: []desk.EventKind{desk.ConversationOpened}, Actions: []desk.Action{{Do: desk.CallWebhook, Webhook: w.ID}}}, 10)
			if err == nil && (len(trial.Items) != 1 || len(trial.Items[0].Would) != 1) {
				t.Errorf("tried %+v", trial)
			}
			return err
		})
		d.Settle()
		if len(r.all()) != 0 || len(deliveries(d, w.ID)) != 0 {
			t.Errorf("a trial called: %+v", deliveries(d, w.ID))
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error { _, err := d.Webhooks.Test(ctx, tx, w.ID); return err })
		d.Settle()
		if got := deliveries(d, w.ID); len(elsewhere.all()) != 0 || got[0].Status != 307 || got[0].State != webhook.Waiting {
			t.Errorf("a redirect was followed: %+v", got)
		}
		for _, url := range []string{"", "ftp://x.example", "http://shop.example/", "https://a:b@shop.example/", "http://10.0.0.1:8080/", "https://"} {
			err := d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, _, err := d.Webhooks.Create(ctx, tx, desk.ByAgent(d.Eva), webhook.Edit{Name: "x", URL: url, Active: true})
				return err
			})
			if !desk.IsRefusal(err, desk.Invalid) {
				t.Errorf("%q: %v, want it refused", url, err)
			}
		}
		err := d.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Hands.Do(ctx, tx, d.Scope(d.Eva), 1, 0, []desk.Action{{Do: desk.CallWebhook, Webhook: w.ID}})
			return err
		})
		if !desk.IsRefusal(err, desk.Invalid) {
			t.Errorf("by hand: %v, want it refused", err)
		}
	})
}
