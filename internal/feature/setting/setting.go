// Package setting owns the settings of the whole desk: what an administrator edits that belongs to no inbox, team or person.
package setting

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/phone"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Settings are those of the whole desk.
type Settings struct {
	Company     string   `json:"company" maxLength:"200"`
	URL         string   `json:"url" maxLength:"500" doc:"The public address of this desk: mailed links begin with it"`
	Country     string   `json:"country,omitempty" maxLength:"2" doc:"ISO 3166-1: telephone numbers without a code are from there"`
	Receiver    Receiver `json:"receiver"`
	UndoSeconds int      `json:"undoSeconds" minimum:"0" maximum:"60" doc:"How long an answer can be taken back"`
	Scanner     string   `json:"scanner" maxLength:"500" doc:"Where clamd listens: host:port or the path of its socket; empty for no scanning"`
	Version     int64    `json:"version"`
}

// Receiver is the built-in mail receiver.
type Receiver struct {
	Listen   string `json:"listen" maxLength:"100" doc:"host:port, such as :25; empty for off"`
	Hostname string `json:"hostname" maxLength:"253" doc:"The name it greets with; that of the machine where empty"`
	MaxBytes int64  `json:"maxBytes" minimum:"0" maximum:"1073741824" doc:"Largest mail; 50 MiB where 0"`
}

// Changed is the signal (db.DB.Listen) that the settings were changed.
const Changed = "setting.changed"

// Service is the feature. Its zero value is ready.
type Service struct{}

const name = "desk"

var defaults = Settings{UndoSeconds: 5}

// Get returns the settings, defaults where none were saved.
func (s *Service) Get(ctx context.Context, tx *db.Tx) (Settings, error) {
	out := defaults
	var text string
	var version int64
	err := tx.Row(ctx, `SELECT value, version FROM setting WHERE name = $1`, name).Scan(&text, &version)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("load settings: %w", err)
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return out, fmt.Errorf("load settings: %w", err)
	}
	out.Version = version
	return out, nil
}

// Country is where the company is, "" where it did not say.
func (s *Service) Country(ctx context.Context, tx *db.Tx) (string, error) {
	now, err := s.Get(ctx, tx)
	return now.Country, err
}

// Save replaces the settings. It refuses a stale version with desk.Conflict.
func (s *Service) Save(ctx context.Context, tx *db.Tx, by desk.Actor, in Settings) (Settings, error) {
	now, err := s.Get(ctx, tx)
	if err != nil {
		return now, err
	}
	if now.Version != in.Version {
		return now, desk.Stale{Current: now}.Refuse()
	}
	if err := check(&in); err != nil {
		return now, err
	}
	in.Version++
	text, err := json.Marshal(in)
	if err != nil {
		return now, fmt.Errorf("save settings: %w", err)
	}
	// A writer who lost the race on PostgreSQL finds another version than he read.
	n, err := tx.Exec(ctx, `
		INSERT INTO setting (name, value, updated_at, version)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, version = excluded.version
		WHERE setting.version = $5`, name, db.Text(string(text)), tx.Now, in.Version, now.Version)
	if err != nil {
		return now, fmt.Errorf("save settings: %w", err)
	}
	if n == 0 {
		if now, err = s.Get(ctx, tx); err != nil {
			return now, err
		}
		return now, desk.Stale{Current: now}.Refuse()
	}
	tx.AfterCommit(func() { tx.DB().Signal(Changed) })
	return in, eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.SettingUpdated, SubjectKind: desk.AboutSetting})
}

func check(in *Settings) error {
	in.Company = strings.TrimSpace(in.Company)
	in.URL = strings.TrimRight(strings.TrimSpace(in.URL), "/")
	if in.URL != "" {
		u, err := url.Parse(in.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
			return desk.WhyNoURL.At("body.url")
		}
	}
	if in.Country = strings.ToUpper(strings.TrimSpace(in.Country)); in.Country != "" && !phone.Known(in.Country) {
		return desk.RefuseField(desk.Invalid, "body.country", "a country of ISO 3166-1 whose telephone numbers are known, such as LV")
	}
	if in.Receiver.Listen != "" {
		if _, _, err := net.SplitHostPort(in.Receiver.Listen); err != nil {
			return desk.WhyNoListen.At("body.receiver.listen")
		}
	}
	return nil
}
