package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tellus/internal/channel/email"
	"tellus/internal/desk"
	"tellus/internal/feature/inbox"
	"tellus/internal/platform/db"
	"tellus/internal/web/api"
)

// consent is an authorisation between the two requests of the browser. It is sealed: it holds the client's secret.
type consent struct {
	Ask      api.OAuth    `json:"ask"`
	Inbox    desk.InboxID `json:"inbox"`
	Agent    desk.AgentID `json:"agent"`
	Verifier string       `json:"verifier"`
}

const consentLife = 15 * time.Minute

// BeginOAuth returns the address at which the operator authorises the desk.
func (m *mailroom) BeginOAuth(ctx context.Context, by desk.Actor, ask api.OAuth) (string, error) {
	if m.url() == "" {
		return "", desk.WhyURLNeeded.Refuse()
	}
	var in desk.Inbox
	if err := m.db.Read(ctx, func(tx *db.Tx) (err error) {
		in, err = m.inboxes.Get(ctx, tx, ask.Inbox)
		return err
	}); err != nil {
		return "", err
	}
	user := in.Receive.User
	if ask.Side == "submit" || user == "" {
		user = in.Submit.User
	}
	a, err := m.client(ask.Provider, authorised{ClientID: ask.ClientID, ClientSecret: ask.ClientSecret, Tenant: ask.Tenant}).Begin(user)
	if err != nil {
		return "", fmt.Errorf("begin authorisation: %w", err)
	}
	text, err := json.Marshal(consent{Ask: ask, Inbox: ask.Inbox, Agent: by.Agent(), Verifier: a.Verifier})
	if err != nil {
		return "", fmt.Errorf("begin authorisation: %w", err)
	}
	err = m.db.Write(ctx, func(tx *db.Tx) error {
		return m.staff.KeepCeremony(ctx, tx, "oauth", a.State, encode(m.inboxes.Secrets.Seal(text, "oauth")), consentLife)
	})
	if err != nil {
		return "", fmt.Errorf("begin authorisation: %w", err)
	}
	return a.URL, nil
}

// FinishOAuth exchanges the code and keeps the grant for the sides that were asked for.
func (m *mailroom) FinishOAuth(ctx context.Context, by desk.Actor, got api.OAuthAnswer) (desk.InboxID, error) {
	var sealed string
	var found bool
	err := m.db.Write(ctx, func(tx *db.Tx) (err error) {
		sealed, found, err = m.staff.TakeCeremony(ctx, tx, "oauth", got.State)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("finish authorisation: %w", err)
	}
	if !found {
		return 0, desk.WhyTookTooLong.Refuse()
	}
	data, err := decode(sealed)
	if err == nil {
		data, err = m.inboxes.Secrets.Open(data, "oauth")
	}
	var c consent
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil {
		return 0, fmt.Errorf("finish authorisation: %w", err)
	}
	if c.Agent != by.Agent() {
		return 0, desk.WhyOthersGrant.Refuse()
	}
	if got.Declined {
		return c.Inbox, desk.WhyDeclined.Refuse()
	}
	a := authorised{ClientID: c.Ask.ClientID, ClientSecret: c.Ask.ClientSecret, Tenant: c.Ask.Tenant}
	if a.Grant, err = m.client(c.Ask.Provider, a).Exchange(ctx, got.Code, c.Verifier); err != nil {
		m.log.WarnContext(ctx, "authorisation failed", "inbox", c.Inbox, "error", err)
		return c.Inbox, desk.WhyProvider.Refuse(email.ProblemOf(err, m.db.Now()).Detail)
	}
	text, err := json.Marshal(a)
	if err != nil {
		return 0, fmt.Errorf("keep grant: %w", err)
	}
	return c.Inbox, m.db.Write(ctx, func(tx *db.Tx) error {
		in, err := m.inboxes.Get(ctx, tx, c.Inbox)
		if err != nil {
			return err
		}
		e := inbox.EditOf(in)
		grant := string(text)
		if c.Ask.Side != "submit" {
			e.Receive.Auth, e.ReceiveSecret = c.Ask.Provider, &grant
		}
		if c.Ask.Side != "receive" {
			e.Submit.Auth, e.SubmitSecret = c.Ask.Provider, &grant
		}
		_, err = m.inboxes.Update(ctx, tx, by, e)
		return err
	})
}
