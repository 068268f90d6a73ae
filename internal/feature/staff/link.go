package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/rate"
	"tellus/internal/platform/secret"
)

// Purposes of one-time links.
const (
	linkSetup      = "setup"
	linkInvitation = "invitation"
	linkReset      = "reset"
)

// How long one-time links count.
const (
	SetupLife      = 24 * time.Hour
	InvitationLife = 7 * 24 * time.Hour
	ResetLife      = time.Hour
)

var errGone = desk.WhyLinkOver.Refuse()

// makeLink makes a one-time link; earlier ones for the same purpose and agent (0: nobody) no longer count.
func (s *Service) makeLink(ctx context.Context, tx *db.Tx, purpose string, agent desk.AgentID, life time.Duration) (token string, err error) {
	if err := s.dropLinks(ctx, tx, purpose, agent); err != nil {
		return "", err
	}
	token, hash := secret.NewToken()
	var of *int64
	if agent != 0 {
		id := int64(agent)
		of = &id
	}
	_, err = tx.Exec(ctx, `INSERT INTO one_time_link (token_hash, purpose, agent, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		hash, purpose, of, tx.Now, tx.Now.Add(life))
	if err != nil {
		return "", fmt.Errorf("make %s link: %w", purpose, err)
	}
	return token, nil
}

func (s *Service) dropLinks(ctx context.Context, tx *db.Tx, purpose string, agent desk.AgentID) error {
	_, err := tx.Exec(ctx, `DELETE FROM one_time_link WHERE purpose = $1 AND COALESCE(agent, 0) = $2 AND used_at = 0`, purpose, agent)
	if err != nil {
		return fmt.Errorf("drop %s links: %w", purpose, err)
	}
	return nil
}

// linkURL is where a link leads in the desk.
func (s *Service) linkURL(purpose, token string) string {
	if purpose == linkSetup {
		return s.url() + "/app/setup?token=" + token
	}
	return s.url() + "/app/link/" + token
}

// Link is what a one-time link is for.
type Link struct {
	Purpose string
	Email   string
	Name    string
	agent   desk.AgentID
}

// Link looks a one-time link up without using it, or refuses with Gone.
func (s *Service) Link(ctx context.Context, tx *db.Tx, token string) (Link, error) {
	var l Link
	var agent sql.NullInt64
	var used, expires desk.Time
	err := tx.Row(ctx, `SELECT purpose, agent, used_at, expires_at FROM one_time_link WHERE token_hash = $1`,
		secret.HashToken(token)).Scan(&l.Purpose, &agent, &used, &expires)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (used != 0 || !tx.Now.Before(expires)) {
		return Link{}, errGone
	}
	if err != nil {
		return Link{}, fmt.Errorf("find one-time link: %w", err)
	}
	if !agent.Valid {
		return l, nil
	}
	who, found, err := s.doorRow(ctx, tx, sqlDoorByID, agent.Int64)
	if err != nil {
		return Link{}, err
	}
	if !found || !who.active {
		return Link{}, errGone
	}
	l.agent, l.Email, l.Name = who.id, who.email, who.name
	return l, nil
}

// useLink marks a link as used. Of two at the same time one succeeds and the other gets Gone.
func (s *Service) useLink(ctx context.Context, tx *db.Tx, token string) error {
	n, err := tx.Exec(ctx, `UPDATE one_time_link SET used_at = $1 WHERE token_hash = $2 AND used_at = 0 AND expires_at > $1`,
		tx.Now, secret.HashToken(token))
	if err != nil {
		return fmt.Errorf("use one-time link: %w", err)
	}
	if n == 0 {
		return errGone
	}
	return nil
}

// Accepting is what somebody gives who follows an invitation or a reset; empty fields stay as they are.
type Accepting struct {
	Name     string
	Password string
	Language string
	TimeZone string
}

// Accept uses an invitation or a reset link: it sets the password, ends every session that there was, and signs in. Where the agent has a second
// factor, the sign-in still waits for it: who reads somebody's mail does not hold his key.
func (s *Service) Accept(ctx context.Context, from Visitor, token string, a Accepting) (SignedIn, error) {
	link, err := s.look(ctx, from, token)
	if err != nil {
		return SignedIn{}, err
	}
	if link.Purpose == linkSetup {
		return SignedIn{}, desk.Refuse(desk.Invalid, "this link is for setting Tellus up")
	}
	if a.Name != "" {
		if a.Name, err = checkName("body.name", a.Name, 100); err != nil {
			return SignedIn{}, err
		}
	}
	if a.Language != "" {
		if err := checkLanguage(a.Language); err != nil {
			return SignedIn{}, err
		}
	}
	if a.TimeZone != "" {
		if err := checkTimeZone("body.timeZone", a.TimeZone); err != nil {
			return SignedIn{}, err
		}
	}
	if err := checkPassword("body.password", a.Password, link.Name, a.Name, link.Email); err != nil {
		return SignedIn{}, err
	}
	hash, err := s.passwords.Hash(ctx, a.Password)
	if err != nil {
		return SignedIn{}, fmt.Errorf("hash password: %w", err)
	}
	var out SignedIn
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		who, err := s.hold(ctx, tx, link.agent)
		if refused(err) != nil {
			return errGone
		}
		if err != nil {
			return err
		}
		if err := s.useLink(ctx, tx, token); err != nil {
			return err
		}
		if err := s.accept(ctx, tx, who, hash, a); err != nil {
			return err
		}
		action := "invitation.accepted"
		if link.Purpose == linkReset {
			action = "password.reset"
			if err := s.tellPasswordChanged(ctx, tx, who, from); err != nil {
				return err
			}
		}
		by := desk.ByAgent(who.id)
		if err := s.Audit(ctx, tx, Entry{By: by, Action: action, Subject: subject(who.id), From: from}); err != nil {
			return err
		}
		if err := s.appendAgent(ctx, tx, by, who.id, "invited"); err != nil {
			return err
		}
		out, err = s.enter(ctx, tx, who, from, "link")
		return err
	})
	return out, err
}

func (s *Service) accept(ctx context.Context, tx *db.Tx, who doorRow, hash string, a Accepting) error {
	_, err := tx.Exec(ctx, `
		UPDATE agent SET password_hash = $1,
			name = CASE WHEN $2 = '' THEN name ELSE $2 END,
			language = CASE WHEN $3 = '' THEN language ELSE $3 END,
			time_zone = CASE WHEN $4 = '' THEN time_zone ELSE $4 END,
			accepted_at = CASE WHEN accepted_at = 0 THEN $5 ELSE accepted_at END,
			version = version + 1
		WHERE id = $6`, hash, a.Name, a.Language, a.TimeZone, tx.Now, who.id)
	if err != nil {
		return fmt.Errorf("set password of agent %s: %w", who.id, err)
	}
	for _, purpose := range []string{linkReset, linkInvitation} {
		if err := s.dropLinks(ctx, tx, purpose, who.id); err != nil {
			return err
		}
	}
	return s.endSessions(ctx, tx, who.id, 0)
}

func (s *Service) tellPasswordChanged(ctx context.Context, tx *db.Tx, who doorRow, from Visitor) error {
	err := s.mail(ctx, tx, who.recipient(), "password_changed", map[string]string{"name": who.name, "device": from.Device, "ip": from.IP})
	if err != nil {
		return fmt.Errorf("mail about password: %w", err)
	}
	return nil
}

// look is Link for somebody who is not signed in: tries with unknown links are limited by address, before anything is hashed.
func (s *Service) look(ctx context.Context, from Visitor, token string) (l Link, err error) {
	guess := rate.Try{Rate: perLink, Key: "link:" + rate.Network(from.IP)}
	if !s.limits.Take(guess) {
		return Link{}, errTooMany
	}
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		l, err = s.Link(ctx, tx, token)
		return err
	})
	if err == nil {
		s.limits.GiveBack(guess)
	}
	return l, err
}

// Look returns what a one-time link is for, to whoever holds it.
func (s *Service) Look(ctx context.Context, from Visitor, token string) (Link, error) {
	return s.look(ctx, from, token)
}

// RequestReset mails a reset link where there is such an active account. It says nothing either way, and asks nothing of the caller that
// would tell the two apart.
func (s *Service) RequestReset(ctx context.Context, from Visitor, email string) error {
	key := emailKey(email)
	if !s.limits.Take(rate.Try{Rate: perAddress, Key: "reset:" + rate.Network(from.IP)}) {
		return errTooMany
	}
	if !s.limits.Take(rate.Try{Rate: perMail, Key: "reset:" + string(secret.HashToken(key))}) {
		return nil
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		who, found, err := s.doorRow(ctx, tx, sqlDoorByKey, key)
		if err != nil {
			return err
		}
		about := ""
		if found && who.active {
			about = subject(who.id)
			purpose, template, life := linkReset, "reset", ResetLife
			if who.accepted == 0 { // whoever never accepted needs his invitation again
				purpose, template, life = linkInvitation, "invitation", InvitationLife
			}
			token, err := s.makeLink(ctx, tx, purpose, who.id, life)
			if err != nil {
				return err
			}
			err = s.mail(ctx, tx, who.recipient(), template, map[string]string{"name": who.name, "link": s.linkURL(purpose, token), "by": ""})
			if err != nil {
				return fmt.Errorf("mail %s: %w", template, err)
			}
		}
		return s.Audit(ctx, tx, Entry{By: desk.System, Action: "password.reset_requested", Subject: about, From: from})
	})
}
