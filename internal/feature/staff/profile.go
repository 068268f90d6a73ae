package staff

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/htmltext"
)

// Profile returns what somebody sees of himself. Permissions are those of the identity that asks.
func (s *Service) Profile(ctx context.Context, tx *db.Tx, id Identity) (desk.Profile, error) {
	a, err := s.Agent(ctx, tx, id.Agent)
	if err != nil {
		return desk.Profile{}, err
	}
	p := desk.Profile{Agent: a, Permissions: slices.Clone(id.Permissions)}
	if id.Permissions == nil {
		p.Permissions = slices.Clone(desk.Roles[a.Role])
	}
	err = tx.Row(ctx, `SELECT signature, theme, (SELECT COUNT(*) FROM passkey WHERE passkey.agent = agent.id), totp_secret IS NOT NULL FROM agent WHERE id = $1`,
		id.Agent).Scan(&p.Signature, &p.Theme, &p.Passkeys, &p.TOTP)
	if err != nil {
		return desk.Profile{}, fmt.Errorf("read profile of agent %s: %w", id.Agent, err)
	}
	return p, nil
}

// ProfileChange is what somebody changes of himself; nil stays as it is.
type ProfileChange struct {
	Version   int64
	Name      *string
	Language  *string
	TimeZone  *string
	Answers   *[]string
	Signature *string // HTML, made safe before it is kept
	Theme     *string
}

// UpdateProfile changes the asker's own profile, or refuses with Conflict where it was changed elsewhere meanwhile.
func (s *Service) UpdateProfile(ctx context.Context, tx *db.Tx, id Identity, c ProfileChange) (desk.Profile, error) {
	if _, err := s.hold(ctx, tx, id.Agent); err != nil {
		return desk.Profile{}, err
	}
	before, err := s.Profile(ctx, tx, id)
	if err != nil {
		return desk.Profile{}, err
	}
	if err := c.check(); err != nil {
		return desk.Profile{}, err
	}
	next := before
	var changed []string
	put := func(field string, to *string, value *string) {
		if value != nil && *value != *to {
			*to = *value
			changed = append(changed, field)
		}
	}
	put("name", &next.Name, c.Name)
	put("language", &next.Language, c.Language)
	put("timeZone", &next.TimeZone, c.TimeZone)
	if c.Answers != nil && !slices.Equal(*c.Answers, next.Answers) {
		next.Answers = *c.Answers
		changed = append(changed, "answers")
	}
	put("signature", &next.Signature, c.Signature)
	put("theme", &next.Theme, c.Theme)
	if c.Version != before.Version {
		by, at, err := s.LastChange(ctx, tx, subject(id.Agent), "profile.updated", "agent.updated", "invitation.accepted", "setup")
		if err != nil {
			return desk.Profile{}, err
		}
		return desk.Profile{}, stale(before, changed, by, at)
	}
	if len(changed) == 0 {
		return before, nil
	}
	_, err = tx.Exec(ctx, `
		UPDATE agent SET name = $1, language = $2, time_zone = $3, signature = $4, theme = $5, answers = $6, version = version + 1
		WHERE id = $7`, next.Name, next.Language, next.TimeZone, next.Signature, next.Theme, strings.Join(next.Answers, " "), id.Agent)
	if err != nil {
		return desk.Profile{}, fmt.Errorf("change profile of agent %s: %w", id.Agent, err)
	}
	if err := s.Audit(ctx, tx, Entry{By: id.By(), Action: "profile.updated", Subject: subject(id.Agent), Detail: joined(changed),
		Changes: desk.Differences(before, next, changed...)}); err != nil {
		return desk.Profile{}, err
	}
	if err := s.appendAgent(ctx, tx, id.By(), id.Agent, changed...); err != nil {
		return desk.Profile{}, err
	}
	return s.Profile(ctx, tx, id)
}

// check makes the fields of a change storable.
func (c *ProfileChange) check() error {
	if c.Name != nil {
		name, err := checkName("body.name", *c.Name, 100)
		if err != nil {
			return err
		}
		c.Name = &name
	}
	if c.Language != nil {
		if err := checkLanguage(*c.Language); err != nil {
			return err
		}
	}
	if c.TimeZone != nil {
		if err := checkTimeZone("body.timeZone", *c.TimeZone); err != nil {
			return err
		}
	}
	if c.Answers != nil {
		answers, err := checkAnswers(*c.Answers)
		if err != nil {
			return err
		}
		c.Answers = &answers
	}
	if c.Signature != nil {
		if len(*c.Signature) > 80_000 {
			return desk.RefuseField(desk.TooLarge, "body.signature", "too long")
		}
		html := htmltext.SanitiseComposed(db.Text(*c.Signature))
		c.Signature = &html
	}
	if c.Theme != nil && !slices.Contains([]string{"system", "light", "dark"}, *c.Theme) {
		return desk.RefuseField(desk.Invalid, "body.theme", "system, light or dark")
	}
	return nil
}

// ChangePassword sets a new password for the right present one, ends all other sessions, and tells the person by mail.
func (s *Service) ChangePassword(ctx context.Context, id Identity, from Visitor, current, password string) error {
	if err := s.proveSelf(ctx, id, from, "body.current", current); err != nil {
		return err
	}
	var who doorRow
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		who, _, err = s.doorRow(ctx, tx, sqlDoorByID, id.Agent)
		return err
	})
	if err != nil {
		return err
	}
	if err := checkPassword("body.password", password, who.name, who.email); err != nil {
		return err
	}
	hash, err := s.passwords.Hash(ctx, password)
	if err != nil {
		return fmt.Errorf("hash password: %w", err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		now, err := s.hold(ctx, tx, id.Agent)
		if err != nil {
			return err
		}
		if now.password != who.password {
			return desk.Refuse(desk.Conflict, "the password was changed elsewhere meanwhile")
		}
		if _, err := tx.Exec(ctx, `UPDATE agent SET password_hash = $1 WHERE id = $2`, hash, id.Agent); err != nil {
			return fmt.Errorf("set password of agent %s: %w", id.Agent, err)
		}
		if err := s.endSessions(ctx, tx, id.Agent, id.Session); err != nil {
			return err
		}
		if err := s.dropLinks(ctx, tx, linkReset, id.Agent); err != nil {
			return err
		}
		if err := s.tellPasswordChanged(ctx, tx, now, from); err != nil {
			return err
		}
		return s.Audit(ctx, tx, Entry{By: id.By(), Action: "password.changed", Subject: subject(id.Agent), From: from})
	})
}
