package staff

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/rate"
)

const (
	passkeyWait = 10 * time.Minute
	maxPasskeys = 20 // of one agent
)

var errPasskey = desk.WhyPasskey.Refuse()

// relyingParty is who browsers make passkeys for: the host of the public URL. Browsers make none for bare IP addresses.
func (s *Service) relyingParty() (*webauthn.WebAuthn, error) {
	u, err := url.Parse(s.url())
	if err != nil || u.Hostname() == "" {
		return nil, desk.WhyPasskeyURL.Refuse()
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return nil, desk.WhyPasskeyURL.Refuse()
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID:                  u.Hostname(),
		RPDisplayName:         "Tellus",
		RPOrigins:             []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey:      protocol.ResidentKeyRequirementPreferred,
			UserVerification: protocol.VerificationPreferred,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys for %s: %w", u.Hostname(), err)
	}
	return w, nil
}

// keyHolder is an agent as WebAuthn knows him. The handle is his id: it says nothing about the person.
type keyHolder struct {
	doorRow
	credentials []webauthn.Credential
}

func (h keyHolder) WebAuthnID() []byte                         { return binary.BigEndian.AppendUint64(nil, uint64(h.id)) }
func (h keyHolder) WebAuthnName() string                       { return h.email }
func (h keyHolder) WebAuthnDisplayName() string                { return h.name }
func (h keyHolder) WebAuthnCredentials() []webauthn.Credential { return h.credentials }

func (s *Service) keyHolder(ctx context.Context, tx *db.Tx, agent desk.AgentID) (keyHolder, error) {
	who, err := s.hold(ctx, tx, agent)
	if err != nil {
		return keyHolder{}, err
	}
	h := keyHolder{doorRow: who}
	rows, err := tx.Query(ctx, `SELECT credential FROM passkey WHERE agent = $1 ORDER BY id`, agent)
	h.credentials, err = db.Rows(rows, err, func(r *sql.Rows, c *webauthn.Credential) error {
		var data string
		if err := r.Scan(&data); err != nil {
			return err
		}
		return json.Unmarshal([]byte(data), c)
	})
	if err != nil {
		return keyHolder{}, fmt.Errorf("passkeys of agent %s: %w", agent, err)
	}
	return h, nil
}

// ceremonyOfKey is what is remembered of a ceremony between its two halves. It is found by its challenge, which nobody can guess.
type ceremonyOfKey struct {
	Agent   desk.AgentID         `json:"agent,omitempty"`
	Session desk.SessionID       `json:"session,omitempty"`
	Data    webauthn.SessionData `json:"data"`
}

func (s *Service) keepKeyCeremony(ctx context.Context, tx *db.Tx, purpose string, c ceremonyOfKey) error {
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write %s ceremony: %w", purpose, err)
	}
	return s.KeepCeremony(ctx, tx, purpose, c.Data.Challenge, string(data), passkeyWait)
}

func (s *Service) takeKeyCeremony(ctx context.Context, tx *db.Tx, purpose, challenge string) (c ceremonyOfKey, err error) {
	data, found, err := s.TakeCeremony(ctx, tx, purpose, challenge)
	if err != nil {
		return c, err
	}
	if !found {
		return c, desk.WhyTookTooLong.Refuse()
	}
	if err := json.Unmarshal([]byte(data), &c); err != nil {
		return c, fmt.Errorf("read %s ceremony: %w", purpose, err)
	}
	return c, nil
}

// Passkeys lists an agent's passkeys.
func (s *Service) Passkeys(ctx context.Context, tx *db.Tx, agent desk.AgentID) ([]desk.Passkey, error) {
	rows, err := tx.Query(ctx, `SELECT id, name, created_at, seen_at FROM passkey WHERE agent = $1 ORDER BY id`, agent)
	all, err := db.Rows(rows, err, func(r *sql.Rows, v *desk.Passkey) error { return r.Scan(&v.ID, &v.Name, &v.CreatedAt, &v.SeenAt) })
	if err != nil {
		return nil, fmt.Errorf("passkeys of agent %s: %w", agent, err)
	}
	return all, nil
}

// BeginPasskey returns what navigator.credentials.create takes.
func (s *Service) BeginPasskey(ctx context.Context, tx *db.Tx, id Identity) (*protocol.CredentialCreation, error) {
	party, err := s.relyingParty()
	if err != nil {
		return nil, err
	}
	h, err := s.keyHolder(ctx, tx, id.Agent)
	if err != nil {
		return nil, err
	}
	if len(h.credentials) >= maxPasskeys {
		return nil, desk.WhyEnough.Refuse(maxPasskeys)
	}
	options, data, err := party.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.credentials).CredentialDescriptors()))
	if err != nil {
		return nil, fmt.Errorf("begin passkey of agent %s: %w", id.Agent, err)
	}
	return options, s.keepKeyCeremony(ctx, tx, "passkey.add", ceremonyOfKey{Agent: id.Agent, Session: id.Session, Data: *data})
}

// AddPasskey keeps the credential that a browser made after BeginPasskey.
func (s *Service) AddPasskey(ctx context.Context, tx *db.Tx, id Identity, from Visitor, name string, credential []byte) (desk.Passkey, error) {
	name, err := checkName("body.name", name, 60)
	if err != nil {
		return desk.Passkey{}, err
	}
	party, err := s.relyingParty()
	if err != nil {
		return desk.Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(credential)
	if err != nil {
		return desk.Passkey{}, desk.RefuseField(desk.Invalid, "body.credential", "not a credential that a browser made")
	}
	c, err := s.takeKeyCeremony(ctx, tx, "passkey.add", parsed.Response.CollectedClientData.Challenge)
	if err != nil {
		return desk.Passkey{}, err
	}
	if c.Agent != id.Agent || c.Session != id.Session {
		return desk.Passkey{}, errPasskey
	}
	h, err := s.keyHolder(ctx, tx, id.Agent)
	if err != nil {
		return desk.Passkey{}, err
	}
	made, err := party.CreateCredential(h, c.Data, parsed)
	if err != nil {
		return desk.Passkey{}, errPasskey
	}
	made.Attestation = webauthn.CredentialAttestation{} // not asked for, not judged, and long
	data, err := json.Marshal(made)
	if err != nil {
		return desk.Passkey{}, fmt.Errorf("write passkey: %w", err)
	}
	p := desk.Passkey{Name: name, CreatedAt: tx.Now}
	err = tx.Row(ctx, `
		INSERT INTO passkey (agent, credential_id, credential, name, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (credential_id) DO NOTHING
		RETURNING id`, id.Agent, made.ID, string(data), name, tx.Now).Scan(&p.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return desk.Passkey{}, desk.WhyPasskeyKnown.Refuse()
	}
	if err != nil {
		return desk.Passkey{}, fmt.Errorf("store passkey: %w", err)
	}
	return p, s.factorChanged(ctx, tx, id.By(), h.doorRow, from, "passkey.added")
}

// RemovePasskey forgets one of the agent's own passkeys.
func (s *Service) RemovePasskey(ctx context.Context, tx *db.Tx, id Identity, from Visitor, passkey desk.PasskeyID) error {
	who, err := s.hold(ctx, tx, id.Agent)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `DELETE FROM passkey WHERE id = $1 AND agent = $2`, passkey, id.Agent)
	if err != nil {
		return fmt.Errorf("remove passkey %d: %w", passkey, err)
	}
	if n == 0 {
		return desk.Refuse(desk.NotFound, "no passkey %d", passkey)
	}
	return s.factorChanged(ctx, tx, id.By(), who, from, "passkey.removed")
}

// BeginPasskeySignIn returns what navigator.credentials.get takes: as a second factor where id waits for one, and otherwise for any passkey that
// the browser offers, which then must have verified its user (by finger, face or PIN) since it stands for the password too.
func (s *Service) BeginPasskeySignIn(ctx context.Context, tx *db.Tx, id Identity, from Visitor) (*protocol.CredentialAssertion, error) {
	party, err := s.relyingParty()
	if err != nil {
		return nil, err
	}
	if !s.limits.Take(rate.Try{Rate: perBegin, Key: "begin:" + rate.Network(from.IP)}) {
		return nil, errTooMany
	}
	var options *protocol.CredentialAssertion
	var data *webauthn.SessionData
	c := ceremonyOfKey{}
	if id.Pending {
		h, err := s.keyHolder(ctx, tx, id.Agent)
		if err != nil {
			return nil, err
		}
		if len(h.credentials) == 0 {
			return nil, desk.Refuse(desk.NotFound, "there is no passkey")
		}
		c.Agent, c.Session = id.Agent, id.Session
		options, data, err = party.BeginLogin(h)
		if err != nil {
			return nil, fmt.Errorf("begin sign-in by passkey: %w", err)
		}
	} else {
		options, data, err = party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
		if err != nil {
			return nil, fmt.Errorf("begin sign-in by passkey: %w", err)
		}
	}
	c.Data = *data
	return options, s.keepKeyCeremony(ctx, tx, "passkey.signin", c)
}

// FinishPasskeySignIn completes what BeginPasskeySignIn began.
func (s *Service) FinishPasskeySignIn(ctx context.Context, id Identity, from Visitor, credential []byte) (SignedIn, error) {
	party, err := s.relyingParty()
	if err != nil {
		return SignedIn{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(credential)
	if err != nil {
		return SignedIn{}, desk.RefuseField(desk.Invalid, "body.credential", "not a credential that a browser gave")
	}
	var out SignedIn
	var wrong bool // outside the transaction, since the ceremony must be over even where the passkey is refused
	var meant desk.AgentID
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		wrong, meant = false, 0
		c, err := s.takeKeyCeremony(ctx, tx, "passkey.signin", parsed.Response.CollectedClientData.Challenge)
		if err != nil {
			return err
		}
		agent := c.Agent
		if agent == 0 && len(parsed.Response.UserHandle) == 8 {
			agent = desk.AgentID(binary.BigEndian.Uint64(parsed.Response.UserHandle))
		}
		if c.Agent != 0 && (id.Session != c.Session || id.Agent != c.Agent || !id.Pending) {
			wrong = true
			return nil
		}
		h, err := s.keyHolder(ctx, tx, agent)
		if wrong = refused(err) != nil; wrong {
			return nil //nolint:nilerr // nobody has this key any more: told as a refusal, after the commit
		}
		if err != nil {
			return err
		}
		meant = h.id
		var used *webauthn.Credential
		if c.Agent != 0 {
			used, err = party.ValidateLogin(h, c.Data, parsed)
		} else {
			_, used, err = party.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return h, nil }, c.Data, parsed)
		}
		// A counter that went back means that the key was copied (WebAuthn section 6.1.1).
		if wrong = err != nil || used.Authenticator.CloneWarning; wrong {
			return nil //nolint:nilerr // a key that is refused is no failure of ours
		}
		if err := s.keepUse(ctx, tx, h.id, used); err != nil {
			return err
		}
		out = SignedIn{Agent: h.id}
		if c.Agent != 0 {
			out.Cookie, err = s.finishSession(ctx, tx, c.Session, h.id)
		} else {
			out.Cookie, err = s.startSession(ctx, tx, h.id, stageFull, from)
		}
		if err != nil {
			return err
		}
		out, err = s.welcome(ctx, tx, out, from, "passkey")
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	if wrong {
		return SignedIn{}, s.failed(ctx, from, meant, "signin.passkey_failed", errPasskey)
	}
	return out, nil
}

// keepUse stores the counter and flags that a passkey was used with.
func (s *Service) keepUse(ctx context.Context, tx *db.Tx, agent desk.AgentID, c *webauthn.Credential) error {
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write passkey: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE passkey SET credential = $1, seen_at = $2 WHERE agent = $3 AND credential_id = $4`,
		string(data), tx.Now, agent, c.ID)
	if err != nil {
		return fmt.Errorf("note use of passkey: %w", err)
	}
	return nil
}
