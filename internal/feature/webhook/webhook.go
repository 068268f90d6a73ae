// Package webhook owns the webhooks that rules call, and their deliveries: what was sent, how often it was tried and what came back. It sends nothing itself: whoever handles [Send] does. What
// is sent is kept for 30 days, and goes before where a person in it is erased.
package webhook

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/hook"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/secret"
)

// Service is the feature.
type Service struct {
	Secrets *secret.Keyring
	// Inner are servers of the own network that the operator lets through: they may be called without encryption.
	Inner func(netip.AddrPort) bool
}

// Webhook is one as people see it, without what is secret of it.
type Webhook struct {
	ID           desk.WebhookID `json:"id"`
	Name         string         `json:"name"`
	Host         string         `json:"host" doc:"Of its address"`
	URL          string         `json:"url,omitempty" doc:"Told to who manages settings alone: it may hold a token"`
	Headers      []string       `json:"headers" doc:"Names of further headers that are sent; their values are not told"`
	Active       bool           `json:"active"`
	OffWhy       string         `json:"offWhy,omitempty" enum:"gone,failing" doc:"Why it was switched off by itself: it answered 410, or took nothing for five days"`
	OffAt        desk.Time      `json:"offAt,omitempty"`
	FailingSince desk.Time      `json:"failingSince,omitempty" doc:"Since when no call was taken"`
	TakenAt      desk.Time      `json:"takenAt,omitempty" doc:"When a call was last taken"`
	OldUntil     desk.Time      `json:"oldUntil,omitempty" doc:"Until when calls are signed with the former secret too"`
	CreatedAt    desk.Time      `json:"createdAt"`
	Version      int64          `json:"version"`

	sealed []byte
	held   held
}

// held is what is kept sealed of a webhook.
type held struct {
	URL     string    `json:"url"`
	Key     []byte    `json:"key"`
	Old     []byte    `json:"old,omitempty"`
	Until   desk.Time `json:"until,omitempty"`
	Headers []Header  `json:"headers,omitempty"`
}

// Header is a further one that is sent along, such as a token that the receiver asks for.
type Header struct {
	Name  string `json:"name" minLength:"1" maxLength:"100"`
	Value string `json:"value,omitempty" maxLength:"1000" doc:"Empty: as it was"`
}

// Edit is what people decide about a webhook.
type Edit struct {
	Version int64    `json:"version,omitempty" doc:"The one that was seen; absent for a new one"`
	Name    string   `json:"name" minLength:"1" maxLength:"100"`
	URL     string   `json:"url" maxLength:"2000" doc:"https; http too where the operator named the server (--webhook-servers)"`
	Headers []Header `json:"headers,omitempty" maxItems:"10"`
	Active  bool     `json:"active"`
}

const (
	most     = 50                  // webhooks
	oldSigns = 24 * time.Hour      // for how long the former secret signs too
	kept     = 30 * 24 * time.Hour // deliveries
)

func place(id desk.WebhookID) string { return "webhook/" + id.String() + "/settings" }

// Key returns what whoever calls a webhook needs: where, by which keys it is signed now, and what else is sent.
func (w *Webhook) Key(now desk.Time) (address string, keys [][]byte, headers []Header) {
	keys = [][]byte{w.held.Key}
	if len(w.held.Old) > 0 && now < w.held.Until {
		keys = append(keys, w.held.Old)
	}
	return w.held.URL, keys, w.held.Headers
}

const selectWebhook = `SELECT id, name, host, sealed, active, off_why, off_at, failing_since, taken_at, created_at, version FROM webhook`

func (s *Service) scan(r interface{ Scan(...any) error }, now desk.Time, w *Webhook) error {
	if err := r.Scan(&w.ID, &w.Name, &w.Host, &w.sealed, &w.Active, &w.OffWhy, &w.OffAt, &w.FailingSince, &w.TakenAt, &w.CreatedAt, &w.Version); err != nil {
		return err
	}
	plain, err := s.Secrets.Open(w.sealed, place(w.ID))
	if err != nil {
		return fmt.Errorf("open webhook %s: %w", w.ID, err)
	}
	if err := json.Unmarshal(plain, &w.held); err != nil {
		return errors.New("what is kept of a webhook is damaged") // the decoder's error could quote a secret
	}
	w.URL, w.Headers = w.held.URL, []string{}
	for _, h := range w.held.Headers {
		w.Headers = append(w.Headers, h.Name)
	}
	if w.held.Until > now {
		w.OldUntil = w.held.Until
	}
	return nil
}

// List returns all webhooks by name.
func (s *Service) List(ctx context.Context, tx *db.Tx) ([]Webhook, error) {
	rows, err := tx.Query(ctx, selectWebhook+` ORDER BY name_key`)
	all, err := db.Rows(rows, err, func(r *sql.Rows, w *Webhook) error { return s.scan(r, tx.Now, w) })
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	return append([]Webhook{}, all...), nil
}

// Get returns a webhook, or refuses with NotFound.
func (s *Service) Get(ctx context.Context, tx *db.Tx, id desk.WebhookID) (w Webhook, err error) {
	err = s.scan(tx.Row(ctx, selectWebhook+` WHERE id = $1`, id), tx.Now, &w)
	if errors.Is(err, sql.ErrNoRows) {
		return w, desk.Refuse(desk.NotFound, "no such webhook")
	}
	if err != nil {
		return w, fmt.Errorf("load webhook: %w", err)
	}
	return w, nil
}

// Names are the webhooks that there are, by id.
func (s *Service) Names(ctx context.Context, tx *db.Tx) (map[desk.WebhookID]string, error) {
	all, err := s.List(ctx, tx)
	names := map[desk.WebhookID]string{}
	for _, w := range all {
		names[w.ID] = w.Name
	}
	return names, err
}

// Create makes a webhook, and the secret that signs its calls, which is told this once.
func (s *Service) Create(ctx context.Context, tx *db.Tx, by desk.Actor, e Edit) (made Webhook, told string, err error) {
	host, err := s.check(&e, nil)
	if err != nil {
		return made, "", err
	}
	var n int
	if err := tx.Row(ctx, `SELECT count(*) FROM webhook`).Scan(&n); err != nil {
		return made, "", fmt.Errorf("count webhooks: %w", err)
	}
	if n >= most {
		return made, "", desk.WhyEnough.Refuse(most)
	}
	if err := s.free(ctx, tx, 0, e.Name); err != nil {
		return made, "", err
	}
	var id desk.WebhookID
	if err := tx.Row(ctx, `INSERT INTO webhook (name, name_key, host, active, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		e.Name, language.Fold(e.Name), host, e.Active, tx.Now).Scan(&id); err != nil {
		return made, "", fmt.Errorf("make webhook: %w", err)
	}
	h := held{URL: e.URL, Key: newKey(), Headers: e.Headers}
	if err := s.keep(ctx, tx, id, h); err != nil {
		return made, "", err
	}
	if err := tell(ctx, tx, by, id); err != nil {
		return made, "", err
	}
	made, err = s.Get(ctx, tx, id)
	return made, hook.Secret(h.Key), err
}

// Change replaces what is said of a webhook. One that is switched on begins anew: what failed before does not count. It refuses a stale version with desk.Conflict.
func (s *Service) Change(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.WebhookID, e Edit) (Webhook, error) {
	was, err := s.hold(ctx, tx, id)
	if err != nil {
		return was, err
	}
	if e.Version != was.Version {
		return was, desk.Stale{Current: was}.Refuse()
	}
	host, err := s.check(&e, was.held.Headers)
	if err != nil {
		return was, err
	}
	if err := s.free(ctx, tx, id, e.Name); err != nil {
		return was, err
	}
	if _, err := tx.Exec(ctx, `UPDATE webhook SET name = $2, name_key = $3, host = $4, active = $5, version = version + 1 WHERE id = $1`,
		id, e.Name, language.Fold(e.Name), host, e.Active); err != nil {
		return was, fmt.Errorf("change webhook %s: %w", id, err)
	}
	if e.Active && !was.Active {
		if _, err := tx.Exec(ctx, `UPDATE webhook SET off_why = '', off_at = 0, failing_since = 0 WHERE id = $1`, id); err != nil {
			return was, fmt.Errorf("switch webhook %s on: %w", id, err)
		}
	}
	h := was.held
	h.URL, h.Headers = e.URL, e.Headers
	if err := s.keep(ctx, tx, id, h); err != nil {
		return was, err
	}
	if err := tell(ctx, tx, by, id); err != nil {
		return was, err
	}
	return s.Get(ctx, tx, id)
}

// Rotate makes another secret, which is told this once. For a day calls are signed with the former one too.
func (s *Service) Rotate(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.WebhookID) (Webhook, string, error) {
	was, err := s.hold(ctx, tx, id)
	if err != nil {
		return was, "", err
	}
	h := was.held
	h.Old, h.Until, h.Key = h.Key, tx.Now.Add(oldSigns), newKey()
	if err := s.keep(ctx, tx, id, h); err != nil {
		return was, "", err
	}
	if _, err := tx.Exec(ctx, `UPDATE webhook SET version = version + 1 WHERE id = $1`, id); err != nil {
		return was, "", fmt.Errorf("change the secret of webhook %s: %w", id, err)
	}
	if err := tell(ctx, tx, by, id); err != nil {
		return was, "", err
	}
	now, err := s.Get(ctx, tx, id)
	return now, hook.Secret(h.Key), err
}

// Remove takes a webhook away with its deliveries. Rules that call it do all else that they did.
func (s *Service) Remove(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.WebhookID) error {
	if _, err := s.hold(ctx, tx, id); err != nil {
		return err
	}
	for _, text := range []string{`DELETE FROM webhook_delivery WHERE webhook = $1`, `DELETE FROM webhook WHERE id = $1`} {
		if _, err := tx.Exec(ctx, text, id); err != nil {
			return fmt.Errorf("remove webhook %s: %w", id, err)
		}
	}
	return tell(ctx, tx, by, id)
}

func (s *Service) hold(ctx context.Context, tx *db.Tx, id desk.WebhookID) (Webhook, error) {
	if err := tx.Lock(ctx, "webhook", int64(id)); err != nil {
		return Webhook{}, err
	}
	return s.Get(ctx, tx, id)
}

func (s *Service) keep(ctx context.Context, tx *db.Tx, id desk.WebhookID, h held) error {
	plain, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("keep webhook %s: %w", id, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE webhook SET sealed = $1 WHERE id = $2`, s.Secrets.Seal(plain, place(id)), id); err != nil {
		return fmt.Errorf("keep webhook %s: %w", id, err)
	}
	return nil
}

// free refuses a name that another webhook has: files of rules know them by it.
func (s *Service) free(ctx context.Context, tx *db.Tx, id desk.WebhookID, name string) error {
	var taken bool
	if err := tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM webhook WHERE name_key = $1 AND id <> $2)`, language.Fold(name), id).Scan(&taken); err != nil {
		return fmt.Errorf("look for webhook: %w", err)
	}
	if taken {
		return desk.WhyNameTaken.At("body.name")
	}
	return nil
}

// reserved are headers that calls have anyway, or that are the connection's own.
var reserved = []string{"host", "content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "user-agent", "cookie", "te", "trailer", "upgrade", "keep-alive", "expect"}

// check brings what was said into the form in which it is kept, and returns the address's host. Values of headers that are not said are as they were.
func (s *Service) check(e *Edit, were []Header) (host string, err error) {
	if e.Name = strings.Join(strings.Fields(db.Text(e.Name)), " "); e.Name == "" {
		return "", desk.WhyNeeded.At("body.name")
	}
	e.URL = strings.TrimSpace(db.Text(e.URL))
	u, err := url.Parse(e.URL)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !s.inner(u)) {
		return "", desk.WhyWebhookAddress.At("body.url")
	}
	u.Fragment = ""
	e.URL = u.String()
	seen := map[string]bool{}
	for i := range e.Headers {
		h := &e.Headers[i]
		at := fmt.Sprintf("body.headers[%d]", i)
		h.Name, h.Value = strings.TrimSpace(h.Name), strings.TrimSpace(h.Value)
		key := strings.ToLower(h.Name)
		if !token(h.Name) || seen[key] || strings.HasPrefix(key, "webhook-") || slices.Contains(reserved, key) {
			return "", desk.WhyWebhookHeader.At(at + ".name")
		}
		seen[key] = true
		if h.Value == "" {
			if was := slices.IndexFunc(were, func(o Header) bool { return strings.EqualFold(o.Name, h.Name) }); was >= 0 {
				h.Value = were[was].Value
			}
		}
		if h.Value == "" {
			return "", desk.WhyNeeded.At(at + ".value")
		}
		if strings.ContainsFunc(h.Value, func(r rune) bool { return r < ' ' || r > '~' }) {
			return "", desk.WhyWebhookHeader.At(at + ".value")
		}
	}
	return u.Host, nil
}

// inner reports whether an address names a server of the own network, by number and port, that the operator lets through.
func (s *Service) inner(u *url.URL) bool {
	to, err := netip.ParseAddrPort(u.Host)
	return err == nil && s.Inner != nil && s.Inner(to)
}

// token reports whether a name is one of a header (RFC 9110, 5.6.2).
func token(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
	})
}

func newKey() []byte {
	key := make([]byte, hook.SecretBytes)
	_, _ = rand.Read(key) // never fails
	return key
}

func tell(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.WebhookID) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.WebhookUpdated, SubjectKind: desk.AboutWebhook, Subject: int64(id)})
}
