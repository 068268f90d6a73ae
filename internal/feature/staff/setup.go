package staff

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/secret"
)

// NeedsSetup reports whether nobody could administrate Tellus yet: there is no owner who has accepted.
func (s *Service) NeedsSetup(ctx context.Context, tx *db.Tx) (bool, error) {
	var n int
	err := tx.Row(ctx, `SELECT COUNT(*) FROM agent WHERE role = 'owner' AND active AND accepted_at > 0`).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("count owners: %w", err)
	}
	return n == 0, nil
}

// SetupLink returns the address at which the first owner makes his account, "" where there is one already. It counts once, for 24 hours. serve prints
// it: there is one such link, which every node with the key file can print, so that nodes that start together do not end each other's.
func (s *Service) SetupLink(ctx context.Context, tx *db.Tx) (string, error) {
	token, err := s.setupToken(ctx, tx)
	if err != nil {
		return "", err
	}
	// Only now: where somebody was using the link, setupToken waited on PostgreSQL until he was done.
	needed, err := s.NeedsSetup(ctx, tx)
	if err != nil {
		return "", err
	}
	if !needed {
		return "", s.dropLinks(ctx, tx, linkSetup, 0)
	}
	return s.linkURL(linkSetup, token), nil
}

// setupContext is what the set-up link's token is sealed with.
const setupContext = "setup link"

// setupToken returns the token of the set-up link that there is, where it still counts for most of its life and our key opens it; else that of a new one.
func (s *Service) setupToken(ctx context.Context, tx *db.Tx) (string, error) {
	for range 2 {
		token, hash := secret.NewToken()
		made, err := tx.Exec(ctx, `
			INSERT INTO one_time_link (token_hash, purpose, sealed, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (purpose) WHERE purpose = 'setup' AND used_at = 0 DO NOTHING`, hash, linkSetup,
			base64.StdEncoding.EncodeToString(s.keys.Seal([]byte(token), setupContext)), tx.Now, tx.Now.Add(SetupLife))
		if err != nil {
			return "", fmt.Errorf("make set-up link: %w", err)
		}
		if made == 1 {
			return token, nil
		}
		var text string
		var expires desk.Time
		err = tx.Row(ctx, `SELECT sealed, expires_at FROM one_time_link WHERE purpose = 'setup' AND used_at = 0`).Scan(&text, &expires)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return "", fmt.Errorf("find set-up link: %w", err)
		}
		if sealed, err := base64.StdEncoding.DecodeString(text); err == nil && tx.Now.Add(SetupLife/2).Before(expires) {
			if plain, err := s.keys.Open(sealed, setupContext); err == nil {
				return string(plain), nil
			}
		}
		if err := s.dropLinks(ctx, tx, linkSetup, 0); err != nil {
			return "", err
		}
	}
	return "", errors.New("make set-up link: other nodes make it at the same time")
}

// FirstOwner is what set-up asks for.
type FirstOwner struct {
	Token    string
	Name     string
	Email    string
	Password string
	Language string
	TimeZone string
}

// Setup makes the first owner for a set-up link and signs him in. also runs in the same transaction, for what set-up asks beyond the
// person.
func (s *Service) Setup(ctx context.Context, from Visitor, f FirstOwner, also func(tx *db.Tx, by desk.Actor) error) (SignedIn, error) {
	link, err := s.look(ctx, from, f.Token)
	if err != nil {
		return SignedIn{}, err
	}
	if link.Purpose != linkSetup {
		return SignedIn{}, errGone
	}
	if f.Name, err = checkName("body.name", f.Name, 100); err != nil {
		return SignedIn{}, err
	}
	email, key, err := checkEmail("body.email", f.Email)
	if err != nil {
		return SignedIn{}, err
	}
	if err := checkLanguage(f.Language); err != nil {
		return SignedIn{}, err
	}
	if err := checkTimeZone("body.timeZone", f.TimeZone); err != nil {
		return SignedIn{}, err
	}
	if err := checkPassword("body.password", f.Password, f.Name, email); err != nil {
		return SignedIn{}, err
	}
	hash, err := s.passwords.Hash(ctx, f.Password)
	if err != nil {
		return SignedIn{}, fmt.Errorf("hash password: %w", err)
	}
	var out SignedIn
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.useLink(ctx, tx, f.Token); err != nil {
			return err
		}
		needed, err := s.NeedsSetup(ctx, tx)
		if err != nil {
			return err
		}
		if !needed {
			return errGone
		}
		who := doorRow{name: f.Name, email: email, role: desk.Owner, language: f.Language, active: true}
		err = tx.Row(ctx, `
			INSERT INTO agent (name, email, email_key, role, password_hash, language, time_zone, accepted_at, created_at)
			VALUES ($1, $2, $3, 'owner', $4, $5, $6, $7, $7)
			ON CONFLICT (email_key) DO UPDATE
			SET name = excluded.name, role = 'owner', password_hash = excluded.password_hash, language = excluded.language,
				time_zone = excluded.time_zone, active = TRUE, accepted_at = excluded.accepted_at, version = agent.version + 1
			RETURNING id`, f.Name, email, key, hash, f.Language, f.TimeZone, tx.Now).Scan(&who.id)
		if err != nil {
			return fmt.Errorf("make first owner: %w", err)
		}
		// Whoever had this address before, with keys of his own, is not who set Tellus up.
		if err := s.dropFactors(ctx, tx, who.id); err != nil {
			return err
		}
		if err := s.endSessions(ctx, tx, who.id, 0); err != nil {
			return err
		}
		if err := s.Audit(ctx, tx, Entry{By: desk.ByAgent(who.id), Action: "setup", Subject: subject(who.id), From: from}); err != nil {
			return err
		}
		if err := s.appendAgent(ctx, tx, desk.ByAgent(who.id), who.id, "created"); err != nil {
			return err
		}
		if also != nil {
			if err := also(tx, desk.ByAgent(who.id)); err != nil {
				return err
			}
		}
		if out.Cookie, err = s.startSession(ctx, tx, who.id, stageFull, from); err != nil {
			return err
		}
		out, err = s.welcome(ctx, tx, SignedIn{Agent: who.id, Cookie: out.Cookie}, from, "setup")
		return err
	})
	return out, err
}

// Rescue lets the operator of the machine back in: it makes an owner of that address, or makes the agent who has it an active owner, and returns a link
// that sets a password. Where dropFactors is set his second factors are removed. It asks nobody's leave: whoever runs the binary beside its data may
// do anything anyway.
func (s *Service) Rescue(ctx context.Context, tx *db.Tx, name, email string, dropFactors bool) (link string, err error) {
	shown, key, err := checkEmail("email", email)
	if err != nil {
		return "", err
	}
	var id desk.AgentID
	err = tx.Row(ctx, `SELECT id FROM agent WHERE email_key = $1`, key).Scan(&id)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		if name, err = checkName("name", name, 100); err != nil {
			return "", err
		}
		err = tx.Row(ctx, `INSERT INTO agent (name, email, email_key, role, created_at) VALUES ($1, $2, $3, 'owner', $4) RETURNING id`,
			name, shown, key, tx.Now).Scan(&id)
	case err == nil:
		_, err = tx.Exec(ctx, `UPDATE agent SET role = 'owner', active = TRUE, version = version + 1 WHERE id = $1`, id)
	}
	if err != nil {
		return "", fmt.Errorf("rescue %s: %w", shown, err)
	}
	if dropFactors {
		if err := s.dropFactors(ctx, tx, id); err != nil {
			return "", err
		}
	}
	token, err := s.makeLink(ctx, tx, linkReset, id, SetupLife)
	if err != nil {
		return "", err
	}
	if err := s.Audit(ctx, tx, Entry{By: desk.System, Action: "agent.rescued", Subject: subject(id)}); err != nil {
		return "", err
	}
	if err := s.appendAgent(ctx, tx, desk.System, id, "role", "active"); err != nil {
		return "", err
	}
	return s.linkURL(linkReset, token), s.AccessChanged(ctx, tx, desk.System, id)
}

// dropFactors removes an agent's second factors, all of them.
func (s *Service) dropFactors(ctx context.Context, tx *db.Tx, id desk.AgentID) error {
	for _, q := range []string{
		`UPDATE agent SET totp_secret = NULL, totp_step = 0 WHERE id = $1`,
		`DELETE FROM passkey WHERE agent = $1`,
		`DELETE FROM recovery_code WHERE agent = $1`,
	} {
		if _, err := tx.Exec(ctx, q, id); err != nil {
			return fmt.Errorf("remove second factors of agent %s: %w", id, err)
		}
	}
	return nil
}
