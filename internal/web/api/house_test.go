package api

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/staff"
	"tellus/internal/feature/webhook"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/secret"
)

// house is a whole front door over a real database: what a browser would talk to, with a clock that tests set and a mailbox that they read.
type house struct {
	t      *testing.T
	db     *db.DB
	staff  *staff.Service
	server *Server
	url    string // by host name, since passkeys need one

	mu      sync.Mutex
	now     time.Time
	mails   []mailed
	log     bytes.Buffer
	closed  bool     // the test closed the database itself
	secrets []string // must appear in no log, audit line or event
}

type mailed struct {
	to       staff.Recipient
	template string
	data     map[string]string
}

// each runs f in a house on both databases. At its end no secret that passed through may stand in a log, the audit or an event.
func each(t *testing.T, f func(h *house)) {
	t.Helper()
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, url(t))
			f(h)
			if !h.closed {
				h.keptSecrets()
			}
		})
	}
}

func newHouse(t *testing.T, databaseURL string) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	h.db = dbtest.Open(t, databaseURL, db.Options{Clock: h.clock})
	keys, err := secret.OpenKeyring(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewJSONHandler(locked{&h.mu, &h.log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.staff = staff.New(staff.Config{DB: h.db, Keys: keys, Passwords: secret.NewPasswords(secret.Cost{Memory: 64, Passes: 1, Threads: 1}),
		Mail: h.mail, URL: func() string { return h.url }, Log: log})
	h.server = New(Deps{DB: h.db, Staff: h.staff, Keys: keys, URL: func() string { return h.url }, Version: "test", Log: log,
		Conversations: &conversation.Service{}, Rules: &automation.Service{Conversations: &conversation.Service{}}, Webhooks: &webhook.Service{Secrets: keys}})
	ts := httptest.NewServer(h.server.Handler())
	t.Cleanup(ts.Close)
	h.url = strings.Replace(ts.URL, "127.0.0.1", "localhost", 1)
	return h
}

type locked struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) wait(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *house) mail(_ context.Context, tx *db.Tx, to staff.Recipient, template string, data map[string]string) error {
	tx.AfterCommit(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.mails = append(h.mails, mailed{to, template, data})
	})
	return nil
}

// lastMail returns the newest mail to an address with a template, or fails.
func (h *house) lastMail(address, template string) mailed {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := len(h.mails) - 1; i >= 0; i-- {
		if m := h.mails[i]; m.to.Address == address && m.template == template {
			return m
		}
	}
	h.t.Fatalf("no mail %q to %s among %v", template, address, h.mails)
	return mailed{}
}

func (h *house) secret(s string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.secrets = append(h.secrets, s)
	return s
}

// token cuts the token out of a link.
func (h *house) token(link string) string {
	h.t.Helper()
	i := strings.LastIndexAny(link, "/=")
	if i < 0 || !strings.HasPrefix(link, h.url) {
		h.t.Fatalf("%q is no link of ours", link)
	}
	return h.secret(link[i+1:])
}

// stands reports whether a secret stands in a text. A code of digits alone must stand by itself: durations and ids hold six digits by chance.
func stands(text, secret string) bool {
	if strings.Trim(secret, "0123456789") != "" {
		return strings.Contains(text, secret)
	}
	return regexp.MustCompile(`(^|[^0-9A-Za-z.])` + secret + `($|[^0-9A-Za-z])`).MatchString(text)
}

func (h *house) keptSecrets() {
	h.t.Helper()
	h.mu.Lock()
	everything := h.log.String()
	secrets := h.secrets
	h.mu.Unlock()
	err := h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		for _, q := range []string{`SELECT action || subject || ip || device || detail FROM audit`, `SELECT data FROM event`,
			`SELECT body FROM idempotency`, `SELECT device || ip FROM session`, `SELECT scopes || prefix FROM api_token`} {
			rows, err := tx.Query(h.t.Context(), q)
			all, err := db.Rows(rows, err, func(r *sql.Rows, s *string) error { return r.Scan(s) })
			if err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
			everything += strings.Join(all, "\n")
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, s := range secrets {
		if len(s) > 5 && stands(everything, s) {
			h.t.Errorf("the secret %q stands in a log, the audit, an event or a stored answer", s)
		}
	}
}

// browser is one device with its cookies.
type browser struct {
	h      *house
	client *http.Client
	header http.Header
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{h: h, client: &http.Client{Jar: jar}, header: http.Header{
		"User-Agent": {"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}}}
}

// program talks with an API token and no cookies.
func (h *house) program(token string) *browser {
	return &browser{h: h, client: &http.Client{}, header: http.Header{"Authorization": {"Bearer " + token}}}
}

// with is the same device with one more header.
func (b *browser) with(name, value string) *browser {
	c := *b
	c.header = b.header.Clone()
	c.header.Set(name, value)
	return &c
}

func (b *browser) send(method, path string, in any) (status int, body []byte, header http.Header) {
	b.h.t.Helper()
	var content io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			b.h.t.Fatal(err)
		}
		content = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(b.h.t.Context(), method, b.h.url+base+path, content)
	if err != nil {
		b.h.t.Fatal(err)
	}
	req.Header = b.header.Clone()
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.h.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	body, err = io.ReadAll(res.Body)
	if err != nil {
		b.h.t.Fatalf("%s %s: %v", method, path, err)
	}
	for _, c := range res.Cookies() {
		b.h.secret(c.Value)
	}
	return res.StatusCode, body, res.Header
}

// do expects success and reads the answer into out, where out is given.
func (b *browser) do(method, path string, in, out any) {
	b.h.t.Helper()
	status, body, _ := b.send(method, path, in)
	if status < 200 || status > 299 {
		b.h.t.Fatalf("%s %s: %d %s", method, path, status, body)
	}
	if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			b.h.t.Fatalf("%s %s: %v in %s", method, path, err, body)
		}
	}
}

// refused expects a problem with that code and returns it.
func (b *browser) refused(code desk.Code, method, path string, in any) ProblemDetails {
	b.h.t.Helper()
	status, body, header := b.send(method, path, in)
	var p ProblemDetails
	if err := json.Unmarshal(body, &p); err != nil || p.Code != code || p.Status != status {
		b.h.t.Fatalf("%s %s = %d %s; want a problem with the code %s", method, path, status, body, code)
	}
	if got := header.Get("Content-Type"); got != "application/problem+json" {
		b.h.t.Errorf("%s %s: content type %q", method, path, got)
	}
	if p.Errors == nil {
		b.h.t.Errorf("%s %s: errors is null", method, path)
	}
	return p
}

type object = map[string]any

const ownerMail, ownerPassword = "inga@example.test", "gaišs rīts virs Gaujas"

// settled makes the first owner and returns her browser.
func (h *house) settled() *browser {
	h.t.Helper()
	b := h.browser()
	h.secret(ownerPassword)
	b.do(post, "/setup", object{"token": h.setupToken(), "name": "Inga Kalna", "email": ownerMail, "password": ownerPassword,
		"language": "lv", "timeZone": "Europe/Riga", "company": "Kalna un meitas"}, nil)
	return b
}

func (h *house) setupToken() string {
	h.t.Helper()
	var link string
	err := h.db.Write(h.t.Context(), func(tx *db.Tx) (err error) {
		link, err = h.staff.SetupLink(h.t.Context(), tx)
		return err
	})
	if err != nil {
		h.t.Fatalf("SetupLink: %v", err)
	}
	return h.token(link)
}

// hired invites somebody, accepts for him, and returns his browser and himself.
func (h *house) hired(by *browser, email string, role desk.Role, teams ...desk.TeamID) (*browser, desk.Profile) {
	h.t.Helper()
	if teams == nil {
		teams = []desk.TeamID{}
	}
	var invited invitedAgent
	by.do(post, "/agents", object{"name": "Somebody of " + string(role), "email": email, "role": role, "language": "en", "teams": teams}, &invited)
	b := h.browser()
	var p desk.Profile
	b.do(post, "/links/"+h.token(invited.Link), object{"password": h.secret("a password of " + email)}, &p)
	return b, p
}

func (h *house) signIn(b *browser, email, password string) signedInBody {
	h.t.Helper()
	var out signedInBody
	b.do(post, "/session", object{"email": email, "password": h.secret(password)}, &out)
	return out
}

// audited returns the actions of the audit log, oldest first.
func (h *house) audited() (actions []string) {
	h.t.Helper()
	err := h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		all, err := h.staff.AuditLog(h.t.Context(), tx, 0, 1000)
		for i := len(all) - 1; i >= 0; i-- {
			actions = append(actions, all[i].Action)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return actions
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
