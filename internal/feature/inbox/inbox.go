// Package inbox owns the inboxes: where messages arrive and from where answers go out, with their sealed settings, addresses, who sees
// them, what their connections remember, and how they fare. It never opens a connection.
package inbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/mailmsg"
)

// Sealer encrypts settings at rest; what is sealed opens only under the same context.
type Sealer interface {
	Seal(plain []byte, context string) []byte
	Open(sealed []byte, context string) ([]byte, error)
}

// Changed is the signal (db.DB.Listen) that inboxes were made, changed or deleted.
const Changed = "inbox.changed"

// Service is the feature.
type Service struct {
	Secrets Sealer

	house atomic.Pointer[House]
}

// Edit is an inbox as an administrator writes it. A nil secret keeps what is stored; an empty one removes it.
type Edit struct {
	ID              desk.InboxID      `json:"id,omitempty" doc:"Of the inbox whose stored secrets a test of the connection uses"`
	Kind            desk.ChannelKind  `json:"kind,omitempty" enum:"email"`
	Name            string            `json:"name" minLength:"1" maxLength:"100"`
	Address         string            `json:"address" minLength:"3" maxLength:"320"`
	Aliases         []string          `json:"aliases,omitempty" maxItems:"50"`
	FromName        string            `json:"fromName,omitempty" maxLength:"100"`
	Language        string            `json:"language" enum:"en,lv,lt,pl,ru,uk,et,de"`
	Signature       string            `json:"signature,omitempty" maxLength:"20000" doc:"HTML"`
	Team            desk.TeamID       `json:"team,omitempty"`
	Teams           []desk.TeamID     `json:"teams,omitempty"`
	Acknowledge     bool              `json:"acknowledge"`
	AcknowledgeText map[string]string `json:"acknowledgeText,omitempty"`
	AnswerWithin    int               `json:"answerWithin" minimum:"0" maximum:"43200"`
	Reopen          string            `json:"reopen,omitempty" enum:"always,never,within"`
	ReopenDays      int               `json:"reopenDays,omitempty" minimum:"0" maximum:"3650"`
	ReplyToken      bool              `json:"replyToken"`
	Active          bool              `json:"active"`
	Receive         desk.Receive      `json:"receive"`
	Submit          desk.Submit       `json:"submit"`
	Version         int64             `json:"version,omitempty"`
	ReceiveSecret   *string           `json:"receiveSecret,omitempty" writeOnly:"true" maxLength:"4000"`
	SubmitSecret    *string           `json:"submitSecret,omitempty" writeOnly:"true" maxLength:"4000"`
}

// EditOf is an inbox as it is, to be changed.
func EditOf(in desk.Inbox) Edit {
	return Edit{ID: in.ID, Kind: in.Kind, Name: in.Name, Address: in.Address, Aliases: in.Aliases, FromName: in.FromName, Language: in.Language, Signature: in.Signature,
		Team: in.Team, Teams: in.Teams, Acknowledge: in.Acknowledge, AcknowledgeText: in.AcknowledgeText, AnswerWithin: in.AnswerWithin, Reopen: in.Reopen,
		ReopenDays: in.ReopenDays, ReplyToken: in.ReplyToken, Active: in.Active, Receive: in.Receive, Submit: in.Submit, Version: in.Version}
}

// Inbox is the inbox that the edit describes.
func (e Edit) Inbox() desk.Inbox {
	return desk.Inbox{ID: e.ID, Kind: desk.Email, Name: e.Name, Address: e.Address, Aliases: e.Aliases, FromName: e.FromName, Language: e.Language,
		Signature: e.Signature, Team: e.Team, Teams: e.Teams, Acknowledge: e.Acknowledge, AcknowledgeText: e.AcknowledgeText, AnswerWithin: e.AnswerWithin,
		Reopen: e.Reopen, ReopenDays: e.ReopenDays, ReplyToken: e.ReplyToken, Active: e.Active, Receive: e.Receive, Submit: e.Submit, Version: e.Version}
}

// Get returns an inbox without its secrets.
func (s *Service) Get(ctx context.Context, tx *db.Tx, id desk.InboxID) (desk.Inbox, error) {
	list, err := s.load(ctx, tx, `WHERE id = $1`, id)
	if err != nil {
		return desk.Inbox{}, err
	}
	if len(list) == 0 {
		return desk.Inbox{}, desk.Refuse(desk.NotFound, "no inbox %s", id)
	}
	return list[0], nil
}

// All returns every inbox by name.
func (s *Service) All(ctx context.Context, tx *db.Tx) ([]desk.Inbox, error) {
	return s.load(ctx, tx, `ORDER BY name_key, id`)
}

func (s *Service) load(ctx context.Context, tx *db.Tx, where string, args ...any) ([]desk.Inbox, error) {
	rows, err := tx.Query(ctx, selectInbox+" "+where, args...)
	list, err := db.Rows(rows, err, scanInbox)
	if err != nil {
		return nil, fmt.Errorf("load inboxes: %w", err)
	}
	byID := map[desk.InboxID]*desk.Inbox{}
	for i := range list {
		byID[list[i].ID] = &list[i]
	}
	if err := each(ctx, tx, `SELECT inbox, address FROM inbox_address ORDER BY inbox, position`, func(id desk.InboxID, address string) {
		if in := byID[id]; in != nil && address != in.Address {
			in.Aliases = append(in.Aliases, address)
		}
	}); err != nil {
		return nil, err
	}
	return list, each(ctx, tx, `SELECT inbox, team FROM inbox_access ORDER BY inbox, team`, func(id desk.InboxID, team desk.TeamID) {
		if in := byID[id]; in != nil {
			in.Teams = append(in.Teams, team)
		}
	})
}

func each[V any](ctx context.Context, tx *db.Tx, query string, take func(desk.InboxID, V)) error {
	type pair struct {
		id desk.InboxID
		v  V
	}
	rows, err := tx.Query(ctx, query)
	list, err := db.Rows(rows, err, func(r *sql.Rows, p *pair) error { return r.Scan(&p.id, &p.v) })
	if err != nil {
		return fmt.Errorf("load inboxes: %w", err)
	}
	for _, p := range list {
		take(p.id, p.v)
	}
	return nil
}

func scanInbox(r *sql.Rows, in *desk.Inbox) error {
	var team sql.NullInt64
	var acknowledge, receive, submit string
	err := r.Scan(&in.ID, &in.Kind, &in.Name, &in.Address, &in.FromName, &in.Language, &in.Signature, &team, &in.Acknowledge, &acknowledge,
		&in.AnswerWithin, &in.Reopen, &in.ReopenDays, &in.ReplyToken, &in.Active, &receive, &submit,
		&in.Receive.HasSecret, &in.Submit.HasSecret, &in.Version)
	if err != nil {
		return err
	}
	in.Team, in.Aliases, in.Teams = desk.TeamID(team.Int64), []string{}, []desk.TeamID{}
	hasReceive, hasSubmit := in.Receive.HasSecret, in.Submit.HasSecret
	if err := errors.Join(json.Unmarshal([]byte(acknowledge), &in.AcknowledgeText), json.Unmarshal([]byte(receive), &in.Receive),
		json.Unmarshal([]byte(submit), &in.Submit)); err != nil {
		return fmt.Errorf("settings of inbox %s: %w", in.ID, err)
	}
	in.Receive.HasSecret, in.Submit.HasSecret = hasReceive, hasSubmit
	return nil
}

// Create makes an inbox.
func (s *Service) Create(ctx context.Context, tx *db.Tx, by desk.Actor, e Edit) (desk.Inbox, error) {
	if err := check(&e); err != nil {
		return desk.Inbox{}, err
	}
	if err := e.begin(desk.Receive{}, tx.Now); err != nil {
		return desk.Inbox{}, err
	}
	in := e.Inbox()
	err := tx.Row(ctx, `
		INSERT INTO inbox (kind, name, name_key, address, created_at, version)
		VALUES ($1, $2, $3, $4, $5, 0)
		RETURNING id`, in.Kind, in.Name, language.Fold(in.Name), in.Address, tx.Now).Scan(&in.ID)
	if err != nil {
		return in, fmt.Errorf("create inbox: %w", err)
	}
	e.ID = in.ID
	return s.write(ctx, tx, by, e)
}

// Update replaces an inbox's settings. It refuses a stale version with desk.Conflict.
func (s *Service) Update(ctx context.Context, tx *db.Tx, by desk.Actor, e Edit) (desk.Inbox, error) {
	if err := check(&e); err != nil {
		return desk.Inbox{}, err
	}
	if err := tx.Lock(ctx, "inbox", int64(e.ID)); err != nil {
		return desk.Inbox{}, err
	}
	old, err := s.Get(ctx, tx, e.ID)
	if err != nil {
		return old, err
	}
	if old.Version != e.Version {
		return old, desk.Stale{Current: old}.Refuse()
	}
	if err := e.begin(old.Receive, tx.Now); err != nil {
		return old, err
	}
	return s.write(ctx, tx, by, e)
}

// begin settles since when the mail of a mailbox is taken. What "now" was stays so until another mailbox or folder is read.
func (e *Edit) begin(before desk.Receive, now desk.Time) error {
	r := &e.Receive
	switch r.Begin {
	case "now":
		same := before.Begin == "now" && strings.EqualFold(before.Host, r.Host) && before.User == r.User && before.Folder == r.Folder
		if r.Since = before.Since; !same || r.Since == 0 {
			r.Since = now
		}
	case "date":
		if r.Since == 0 {
			return desk.WhyNeeded.At("body.receive.since")
		}
		if r.Since > now {
			return desk.WhyDateFuture.At("body.receive.since")
		}
	case "", "all":
		r.Since = 0
	default:
		return desk.RefuseField(desk.Invalid, "body.receive.begin", "must be all, now or date")
	}
	return nil
}

func (s *Service) write(ctx context.Context, tx *db.Tx, by desk.Actor, e Edit) (desk.Inbox, error) {
	in := e.Inbox()
	acknowledge, err1 := json.Marshal(in.AcknowledgeText)
	receive, err2 := json.Marshal(in.Receive)
	submit, err3 := json.Marshal(in.Submit)
	if err := errors.Join(err1, err2, err3); err != nil {
		return in, fmt.Errorf("settings of inbox %s: %w", in.ID, err)
	}
	if in.AcknowledgeText == nil {
		acknowledge = []byte("{}")
	}
	if _, err := tx.Exec(ctx, updateInbox, in.ID, in.Name, language.Fold(in.Name), in.Address, in.FromName, in.Language, in.Signature,
		nullTeam(in.Team), in.Acknowledge, string(acknowledge), in.AnswerWithin, in.Reopen, in.ReopenDays, in.ReplyToken, in.Active,
		string(receive), string(submit)); err != nil {
		return in, fmt.Errorf("write inbox %s: %w", in.ID, err)
	}
	if err := s.seal(ctx, tx, in.ID, "receive", e.ReceiveSecret); err != nil {
		return in, err
	}
	if err := s.seal(ctx, tx, in.ID, "submit", e.SubmitSecret); err != nil {
		return in, err
	}
	if err := s.writeAddresses(ctx, tx, in); err != nil {
		return in, err
	}
	if err := s.writeAccess(ctx, tx, in); err != nil {
		return in, err
	}
	s.changed(tx)
	if err := eventlog.Append(ctx, tx,
		&desk.Event{By: by, Kind: desk.InboxUpdated, SubjectKind: desk.AboutInbox, Subject: int64(in.ID)},
		&desk.Event{By: by, Kind: desk.AccessUpdated, SubjectKind: desk.AboutInbox, Subject: int64(in.ID)}); err != nil {
		return in, err
	}
	return s.Get(ctx, tx, in.ID)
}

func nullTeam(id desk.TeamID) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}

// secretContext binds a sealed secret to its place, so that it opens nowhere else.
func secretContext(id desk.InboxID, side string) string { return "inbox/" + id.String() + "/" + side }

func (s *Service) seal(ctx context.Context, tx *db.Tx, id desk.InboxID, side string, secret *string) error {
	if secret == nil {
		return nil
	}
	var sealed any
	if *secret != "" {
		sealed = s.Secrets.Seal([]byte(*secret), secretContext(id, side))
	}
	if _, err := tx.Exec(ctx, `UPDATE inbox SET `+side+`_secret = $1 WHERE id = $2`, sealed, id); err != nil {
		return fmt.Errorf("keep %s secret of inbox %s: %w", side, id, err)
	}
	return nil
}

// Secrets opens what an inbox signs in with; empty where nothing is stored.
func (s *Service) OpenSecrets(ctx context.Context, tx *db.Tx, id desk.InboxID) (receive, submit string, err error) {
	var r, m []byte
	if err := tx.Row(ctx, `SELECT receive_secret, submit_secret FROM inbox WHERE id = $1`, id).Scan(&r, &m); err != nil {
		return "", "", fmt.Errorf("secrets of inbox %s: %w", id, err)
	}
	if receive, err = s.open(id, "receive", r); err != nil {
		return "", "", err
	}
	submit, err = s.open(id, "submit", m)
	return receive, submit, err
}

func (s *Service) open(id desk.InboxID, side string, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := s.Secrets.Open(sealed, secretContext(id, side))
	if err != nil {
		return "", fmt.Errorf("open %s secret of inbox %s: %w", side, id, err)
	}
	return string(plain), nil
}

func (s *Service) writeAddresses(ctx context.Context, tx *db.Tx, in desk.Inbox) error {
	if _, err := tx.Exec(ctx, `DELETE FROM inbox_address WHERE inbox = $1`, in.ID); err != nil {
		return fmt.Errorf("addresses of inbox %s: %w", in.ID, err)
	}
	for i, a := range append([]string{in.Address}, in.Aliases...) {
		added, err := tx.Exec(ctx, `
			INSERT INTO inbox_address (address_key, inbox, address, position)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT (address_key) DO NOTHING`, AddressKey(a), in.ID, a, i)
		if err != nil {
			return fmt.Errorf("addresses of inbox %s: %w", in.ID, err)
		}
		if added == 0 {
			field := "body.address"
			if i > 0 {
				field = fmt.Sprintf("body.aliases[%d]", i-1)
			}
			return desk.WhyReaches.At(field, a)
		}
	}
	return nil
}

func (s *Service) writeAccess(ctx context.Context, tx *db.Tx, in desk.Inbox) error {
	if _, err := tx.Exec(ctx, `DELETE FROM inbox_access WHERE inbox = $1`, in.ID); err != nil {
		return fmt.Errorf("access to inbox %s: %w", in.ID, err)
	}
	for _, team := range in.Teams {
		if _, err := tx.Exec(ctx, `INSERT INTO inbox_access (inbox, team) VALUES ($1, $2) ON CONFLICT DO NOTHING`, in.ID, team); err != nil {
			return fmt.Errorf("access to inbox %s: %w", in.ID, err)
		}
	}
	return nil
}

// Delete removes an inbox that nothing ever arrived in; one with conversations can only be switched off.
func (s *Service) Delete(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.InboxID) error {
	var used bool
	if err := tx.Row(ctx, `
		SELECT EXISTS (SELECT 1 FROM conversation WHERE inbox = $1) OR EXISTS (SELECT 1 FROM arrival WHERE inbox = $1)`, id).Scan(&used); err != nil {
		return fmt.Errorf("is inbox %s used: %w", id, err)
	}
	if used {
		return desk.WhyInboxUsed.Refuse()
	}
	gone, err := tx.Exec(ctx, `DELETE FROM inbox WHERE id = $1`, id)
	if err != nil {
		return fmt.Errorf("delete inbox %s: %w", id, err)
	}
	if gone == 0 {
		return desk.Refuse(desk.NotFound, "no inbox %s", id)
	}
	s.changed(tx)
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.InboxUpdated, SubjectKind: desk.AboutInbox, Subject: int64(id)})
}

// AddressKey is what an inbox's address is compared by: lower case, without a plus-tag (RFC 5233).
func AddressKey(address string) string {
	address = strings.ToLower(strings.TrimSpace(address))
	local, domain, ok := desk.SplitMail(address)
	if !ok {
		return address
	}
	box, _, _ := desk.SplitTag(local)
	return box + "@" + domain
}

// ByAddress returns the active inbox that takes mail for an address, its plus-tag aside; desk.NotFound where none does. What changed on
// another node within the last second may not count yet.
func (s *Service) ByAddress(ctx context.Context, tx *db.Tx, address string) (desk.InboxID, error) {
	house, err := s.LatestHouse(ctx, tx)
	if err != nil {
		return 0, fmt.Errorf("which inbox takes the address: %w", err)
	}
	id, ok := house.Takes(address)
	if !ok {
		return 0, desk.Refuse(desk.NotFound, "nobody reads mail for this address")
	}
	return id, nil
}

// OwnAddresses returns the keys of all addresses that reach some inbox: mail from them is our own.
func (s *Service) OwnAddresses(ctx context.Context, tx *db.Tx) (map[string]desk.InboxID, error) {
	own := map[string]desk.InboxID{}
	err := each(ctx, tx, `SELECT inbox, address_key FROM inbox_address`, func(id desk.InboxID, key string) { own[key] = id })
	return own, err
}

func check(e *Edit) error {
	in := e
	in.Name, in.Address = strings.TrimSpace(db.Text(in.Name)), strings.TrimSpace(in.Address)
	if in.Name == "" {
		return desk.WhyNeeded.At("body.name")
	}
	for i, a := range append([]string{in.Address}, in.Aliases...) {
		field := "body.address"
		if i > 0 {
			field = fmt.Sprintf("body.aliases[%d]", i-1)
		}
		if !mailmsg.ValidAddress(a) {
			return desk.WhyNoAddress.At(field)
		}
	}
	if in.Reopen == "" {
		in.Reopen = "within"
	}
	if !slices.Contains([]string{"always", "never", "within"}, in.Reopen) {
		return desk.RefuseField(desk.Invalid, "body.reopen", "must be always, never or within")
	}
	if in.ReopenDays <= 0 {
		in.ReopenDays = 14
	}
	if in.Receive.Method == "" {
		in.Receive.Method = "none"
	}
	if in.Receive.Method == "imap" && in.Receive.Host == "" {
		return desk.WhyHostNeeded.At("body.receive.host")
	}
	if in.Receive.Security == "none" && in.Receive.Method == "imap" && !loopback(in.Receive.Host) {
		return desk.WhyUnencrypted.At("body.receive.security")
	}
	if in.Submit.Security == "none" && in.Submit.Host != "" && !loopback(in.Submit.Host) {
		return desk.WhyUnencrypted.At("body.submit.security")
	}
	return nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}

// KeepSecret replaces what one side ("receive" or "submit") of an inbox signs in with, without a new version: providers of OAuth change grants by
// themselves.
func (s *Service) KeepSecret(ctx context.Context, tx *db.Tx, id desk.InboxID, side, secret string) error {
	if side != "receive" && side != "submit" {
		return fmt.Errorf("an inbox has no side %q", side)
	}
	return s.seal(ctx, tx, id, side, &secret)
}
