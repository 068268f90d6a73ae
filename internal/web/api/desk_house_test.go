package api

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/form"
	"tellus/internal/feature/hours"
	"tellus/internal/feature/macro"
	"tellus/internal/flow/deliver"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/outward"
	"tellus/internal/platform/secret"
)

// desked is a house with a whole desk behind it.
type desked struct {
	*house
	d *desktest.Desk
}

// eachDesk runs f in a house with a desk on each database.
func eachDesk(t *testing.T, f func(h *desked)) {
	t.Helper()
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			f(newDesked(t, e))
		})
	}
}

func newDesked(t *testing.T, e desktest.Engine) *desked {
	t.Helper()
	d := desktest.New(t, e)
	keys, err := secret.OpenKeyring(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	h := &desked{d: d, house: &house{t: t, db: d.DB, staff: d.Staff}}
	h.server = New(Deps{DB: d.DB, Staff: d.Staff, Keys: keys, URL: func() string { return h.url }, Version: "test", Log: dbtest.Logger(t),
		Inboxes: d.Inboxes, Forms: &form.Service{}, Macros: &macro.Service{}, Views: d.Views, Policies: d.Policies, Rules: d.Rules, Segments: d.Segments, Hours: &hours.Service{}, Feeds: d.Feeds.Feeds, Customers: d.Customers, Purchases: d.Purchases, Webhooks: d.Webhooks, Conversations: d.Conversations, Settings: d.Settings, Intake: d.Intake, Persons: d.Persons, Watch: d.Watch, Blobs: d.Blobs,
		Outward: outward.New(outward.Options{}), Outbox: deliver.Outbox, NewMailID: d.NewMailID, Presence: d.Presence})
	ts := httptest.NewServer(h.server.Handler())
	t.Cleanup(ts.Close)
	h.url = ts.URL
	return h
}

// as is a browser in which an agent is signed in.
func (h *desked) as(agent desk.AgentID) *browser {
	h.t.Helper()
	token, hash := secret.NewToken()
	h.d.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO session (agent, token_hash, stage, device, ip, created_at, seen_at, expires_at)
			VALUES ($1, $2, 'full', 'test', '192.0.2.1', $3, $3, $4)`, agent, hash, tx.Now, tx.Now.Add(60*24*time.Hour))
		return err
	})
	return h.browser().with("Cookie", sessionCookie+"="+token)
}

// receive has a mail with a picture, a file and a remote picture arrive in an inbox.
func (h *desked) receive(box desk.InboxID, from desktest.Person, word string) desk.ConversationID {
	h.t.Helper()
	const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
	h.d.Arrive(box, "From: "+from.String()+"\nTo: Shop <support@shop.example>\nSubject: "+word+" subject\n"+
		"Date: "+h.d.Now().Format(time.RFC1123Z)+"\nMessage-ID: <"+word+"@mail.example>\nMIME-Version: 1.0\n"+
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n\n"+
		"<p>"+word+" body 4111 1111 1111 1111</p><img src=\"cid:pic\"><img src=\"https://images.example/"+word+".png\">\n"+
		"--b\nContent-Type: image/png; name="+word+".png\nContent-Disposition: inline; filename="+word+".png\nContent-ID: <pic>\nContent-Transfer-Encoding: base64\n\n"+pixel+"\n"+
		"--b\nContent-Type: text/plain; name="+word+".txt\nContent-Disposition: attachment; filename="+word+".txt\n\n"+word+" file\n--b--\n",
		channel.Envelope{From: from.Address, To: []string{"support@shop.example"}})
	var c desk.ConversationID
	h.ask(&c, `SELECT max(conversation) FROM message`)
	return c
}

// ask reads one value.
func (h *desked) ask(into any, query string, args ...any) {
	h.t.Helper()
	if err := h.db.Ask(h.t.Context(), query, args...).Scan(into); err != nil {
		h.t.Fatalf("%s: %v", query, err)
	}
}
