// Package form owns the contact forms: one belongs to each inbox, stands on a website or on a page of its own, and what visitors write in it
// arrives in the inbox and is answered from its address. The package checks what was written and who may ask; it keeps no message.
package form

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Form is the contact form of an inbox.
type Form struct {
	Inbox  desk.InboxID `json:"inbox,omitempty" readOnly:"true"`
	Key    string       `json:"key,omitempty" readOnly:"true" doc:"Names the form in its public address; empty before it was first saved"`
	Active bool         `json:"active" doc:"Whether it takes messages; one that is off is a page that does not exist"`
	Settings
	Version int64 `json:"version"`
}

// Settings are what an administrator decides about a form.
type Settings struct {
	Name     string            `json:"name" enum:"off,optional,required" doc:"Whether visitors are asked for their name"`
	Subject  string            `json:"subject" enum:"off,optional,required" doc:"Whether visitors are asked for a subject; otherwise the message's beginning is one"`
	Files    bool              `json:"files" doc:"Whether files can be attached"`
	Origins  []string          `json:"origins" maxItems:"50" doc:"Websites that may show the form, such as https://shop.example or https://*.shop.example; any where empty"`
	Greeting map[string]string `json:"greeting" doc:"What stands above the form, by language, plain text; the usual words where a language has none"`
	Accent   string            `json:"accent" pattern:"^#[0-9a-f]{6}$" doc:"Colour of the button; its text is black or white, whichever is read better"`
	Privacy  string            `json:"privacy" maxLength:"500" doc:"Address of the page about privacy; no link where empty"`
}

// usual are the settings of a form that nobody has changed.
var usual = Settings{Name: "optional", Subject: "off", Files: true, Origins: []string{}, Greeting: map[string]string{}, Accent: "#0f6e63"}

// Service is the feature. Its zero value is ready.
type Service struct{}

// Get returns the form of an inbox: the usual one, switched off, where none was saved; desk.NotFound where there is no such inbox.
func (s *Service) Get(ctx context.Context, tx *db.Tx, inbox desk.InboxID) (Form, error) {
	f, err := scan(tx.Row(ctx, `
		SELECT i.id, COALESCE(f.form_key, ''), COALESCE(f.active, FALSE), COALESCE(f.settings, '{}'), COALESCE(f.version, 0)
		FROM inbox i
		LEFT JOIN form f ON f.inbox = i.id
		WHERE i.id = $1`, inbox))
	if errors.Is(err, sql.ErrNoRows) {
		return f, desk.Refuse(desk.NotFound, "no inbox %s", inbox)
	}
	if err != nil {
		return f, fmt.Errorf("form of inbox %s: %w", inbox, err)
	}
	return f, nil
}

// ByKey returns the form that a public address names; desk.NotFound where none does, or where it or its inbox is switched off.
func (s *Service) ByKey(ctx context.Context, tx *db.Tx, key string) (Form, error) {
	f, err := scan(tx.Row(ctx, `
		SELECT f.inbox, f.form_key, f.active, f.settings, f.version
		FROM form f
		JOIN inbox i ON i.id = f.inbox
		WHERE f.form_key = $1 AND f.active AND i.active`, db.Text(key)))
	if errors.Is(err, sql.ErrNoRows) {
		return f, desk.Refuse(desk.NotFound, "there is no such form")
	}
	if err != nil {
		return f, fmt.Errorf("form by its key: %w", err)
	}
	return f, nil
}

func scan(row interface{ Scan(...any) error }) (f Form, err error) {
	var text string
	if err := row.Scan(&f.Inbox, &f.Key, &f.Active, &text, &f.Version); err != nil {
		return f, err
	}
	f.Settings = usual
	f.Greeting, f.Origins = map[string]string{}, []string{}
	if err := json.Unmarshal([]byte(text), &f.Settings); err != nil {
		return f, fmt.Errorf("settings of the form of inbox %s: %w", f.Inbox, err)
	}
	return f, nil
}

// Save replaces a form's settings. It refuses a stale version with desk.Conflict, and settings that cannot be used with desk.Invalid.
func (s *Service) Save(ctx context.Context, tx *db.Tx, by desk.Actor, f Form) (Form, error) {
	if err := f.check(); err != nil {
		return f, err
	}
	if err := tx.Lock(ctx, "inbox", int64(f.Inbox)); err != nil {
		return f, err
	}
	old, err := s.Get(ctx, tx, f.Inbox)
	if err != nil {
		return f, err
	}
	if old.Version != f.Version {
		return old, desk.Stale{Current: old}.Refuse()
	}
	if old.Key == "" {
		old.Key = newKey()
	}
	text, err := json.Marshal(f.Settings)
	if err != nil {
		return f, fmt.Errorf("save the form of inbox %s: %w", f.Inbox, err)
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO form (inbox, form_key, active, settings, created_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (inbox) DO UPDATE SET active = excluded.active, settings = excluded.settings, version = form.version + 1`,
		f.Inbox, old.Key, f.Active, db.Text(string(text)), tx.Now); err != nil {
		return f, fmt.Errorf("save the form of inbox %s: %w", f.Inbox, err)
	}
	if err := eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.InboxUpdated, SubjectKind: desk.AboutInbox, Subject: int64(f.Inbox)}); err != nil {
		return f, err
	}
	return s.Get(ctx, tx, f.Inbox)
}

// newKey is random enough that nobody finds a form by trying: 60 bits.
func newKey() string {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:])[:12])
}
