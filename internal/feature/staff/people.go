package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// NewAgent is whom to invite.
type NewAgent struct {
	Name     string
	Email    string
	Role     desk.Role
	Language string
	Teams    []desk.TeamID
}

// Invite makes an account that its owner still has to accept, mails him the link, and returns it too, for where no mail can be sent yet.
func (s *Service) Invite(ctx context.Context, tx *db.Tx, by Identity, from Visitor, n NewAgent) (agent desk.Agent, link string, err error) {
	if err := mayGive(by, n.Role); err != nil {
		return desk.Agent{}, "", err
	}
	if n.Name, err = checkName("body.name", n.Name, 100); err != nil {
		return desk.Agent{}, "", err
	}
	email, key, err := checkEmail("body.email", n.Email)
	if err != nil {
		return desk.Agent{}, "", err
	}
	if err := checkLanguage(n.Language); err != nil {
		return desk.Agent{}, "", err
	}
	var id desk.AgentID
	err = tx.Row(ctx, `
		INSERT INTO agent (name, email, email_key, role, language, time_zone, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (email_key) DO NOTHING
		RETURNING id`, n.Name, email, key, n.Role, n.Language, by.TimeZone, tx.Now).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return desk.Agent{}, "", desk.WhyAddressTaken.At("body.email")
	}
	if err != nil {
		return desk.Agent{}, "", fmt.Errorf("make agent: %w", err)
	}
	if _, err := s.setTeamsOf(ctx, tx, by.By(), id, n.Teams); err != nil {
		return desk.Agent{}, "", err
	}
	if err := s.Audit(ctx, tx, Entry{By: by.By(), Action: "agent.invited", Subject: subject(id), From: from, Detail: string(n.Role)}); err != nil {
		return desk.Agent{}, "", err
	}
	if err := s.appendAgent(ctx, tx, by.By(), id, "created"); err != nil {
		return desk.Agent{}, "", err
	}
	if link, err = s.sendLink(ctx, tx, by, doorRow{id: id, name: n.Name, email: email, language: n.Language}); err != nil {
		return desk.Agent{}, "", err
	}
	agent, err = s.Agent(ctx, tx, id)
	return agent, link, err
}

// sendLink mails an invitation, or a reset to who has accepted, and returns its address.
func (s *Service) sendLink(ctx context.Context, tx *db.Tx, by Identity, who doorRow) (string, error) {
	purpose, template, life := linkInvitation, "invitation", InvitationLife
	if who.accepted != 0 {
		purpose, template, life = linkReset, "reset", ResetLife
	}
	token, err := s.makeLink(ctx, tx, purpose, who.id, life)
	if err != nil {
		return "", err
	}
	link := s.linkURL(purpose, token)
	if err := s.mail(ctx, tx, who.recipient(), template, map[string]string{"name": who.name, "by": by.Name, "link": link}); err != nil {
		return "", fmt.Errorf("mail %s: %w", template, err)
	}
	return link, nil
}

// InviteAgain makes a new link for somebody who lost his invitation, or his password. The one before no longer counts.
func (s *Service) InviteAgain(ctx context.Context, tx *db.Tx, by Identity, from Visitor, agent desk.AgentID) (link string, err error) {
	who, err := s.manage(ctx, tx, by, agent)
	if err != nil {
		return "", err
	}
	if !who.active {
		return "", desk.WhyInactive.Refuse()
	}
	action := "agent.invited"
	if who.accepted != 0 {
		action = "password.reset_made"
	}
	if err := s.Audit(ctx, tx, Entry{By: by.By(), Action: action, Subject: subject(agent), From: from}); err != nil {
		return "", err
	}
	return s.sendLink(ctx, tx, by, who)
}

// manage holds and returns somebody whom by may change.
func (s *Service) manage(ctx context.Context, tx *db.Tx, by Identity, agent desk.AgentID) (doorRow, error) {
	if err := tx.Lock(ctx, "agent", int64(agent)); err != nil {
		return doorRow{}, err
	}
	who, found, err := s.doorRow(ctx, tx, sqlDoorByID, agent)
	if err != nil {
		return doorRow{}, err
	}
	if !found {
		return doorRow{}, desk.Refuse(desk.NotFound, "no agent %s", agent)
	}
	return who, mayManage(by, who.role)
}

// EndSessions signs somebody out everywhere.
func (s *Service) EndSessions(ctx context.Context, tx *db.Tx, by Identity, from Visitor, agent desk.AgentID) error {
	if _, err := s.manage(ctx, tx, by, agent); err != nil {
		return err
	}
	if err := s.endSessions(ctx, tx, agent, 0); err != nil {
		return err
	}
	return s.Audit(ctx, tx, Entry{By: by.By(), Action: "agent.signed_out", Subject: subject(agent), From: from})
}

// AgentChange is what to change of somebody; nil stays as it is.
type AgentChange struct {
	Version   int64
	Name      *string
	Role      *desk.Role
	Teams     *[]desk.TeamID
	Answers   *[]string // in which languages he answers customers
	Active    *bool
	TwoFactor *bool // only false: removes the second factors of somebody who lost them
}

// UpdateAgent changes somebody. It refuses with Conflict where somebody else did meanwhile, and with Forbidden where the role table does.
func (s *Service) UpdateAgent(ctx context.Context, tx *db.Tx, by Identity, from Visitor, agent desk.AgentID, c AgentChange) (desk.Agent, error) {
	if c.Role != nil || c.Active != nil {
		// Owners are held in the order of their ids before anybody else, so that two such changes cannot wait for each other.
		if err := s.holdOwners(ctx, tx); err != nil {
			return desk.Agent{}, err
		}
	}
	who, err := s.manage(ctx, tx, by, agent)
	if err != nil {
		return desk.Agent{}, err
	}
	before, err := s.Agent(ctx, tx, agent)
	if err != nil {
		return desk.Agent{}, err
	}
	if c.Version != before.Version {
		at, when, err := s.LastChange(ctx, tx, subject(agent), "agent.updated", "agent.invited")
		if err != nil {
			return desk.Agent{}, err
		}
		return desk.Agent{}, stale(before, c.differs(before), at, when)
	}
	changed, reach, err := s.applyAgent(ctx, tx, by, before, c)
	if err != nil || len(changed) == 0 {
		return before, err
	}
	if _, err := tx.Exec(ctx, `UPDATE agent SET version = version + 1 WHERE id = $1`, agent); err != nil {
		return desk.Agent{}, fmt.Errorf("change agent %s: %w", agent, err)
	}
	after, err := s.Agent(ctx, tx, agent)
	if err != nil {
		return desk.Agent{}, err
	}
	if err := s.Audit(ctx, tx, Entry{By: by.By(), Action: "agent.updated", Subject: subject(agent), From: from, Detail: joined(changed),
		Changes: desk.Differences(before, after, changed...)}); err != nil {
		return desk.Agent{}, err
	}
	if slices.Contains(changed, "twoFactor") {
		if err := s.mail(ctx, tx, who.recipient(), "second_factor_changed", map[string]string{"name": who.name, "device": "", "ip": ""}); err != nil {
			return desk.Agent{}, fmt.Errorf("mail about second factor: %w", err)
		}
	}
	if err := s.appendAgent(ctx, tx, by.By(), agent, changed...); err != nil {
		return desk.Agent{}, err
	}
	if reach {
		if err := s.AccessChanged(ctx, tx, by.By(), agent); err != nil {
			return desk.Agent{}, err
		}
	}
	return after, nil
}

// applyAgent writes what differs and returns the names of the fields that did, and whether what the agent may see changed.
func (s *Service) applyAgent(ctx context.Context, tx *db.Tx, by Identity, now desk.Agent, c AgentChange) (changed []string, reach bool, err error) {
	set := func(field, query string, value any) error {
		if _, err := tx.Exec(ctx, query, value, now.ID); err != nil {
			return fmt.Errorf("change %s of agent %s: %w", field, now.ID, err)
		}
		changed = append(changed, field)
		return nil
	}
	if c.Name != nil {
		name, err := checkName("body.name", *c.Name, 100)
		if err != nil {
			return nil, false, err
		}
		if name != now.Name {
			if err := set("name", `UPDATE agent SET name = $1 WHERE id = $2`, name); err != nil {
				return nil, false, err
			}
		}
	}
	if c.Role != nil && *c.Role != now.Role {
		if err := mayGive(by, *c.Role); err != nil {
			return nil, false, err
		}
		if now.Role == desk.Owner {
			if err := s.keepAnOwner(ctx, tx, now.ID); err != nil {
				return nil, false, err
			}
		}
		if err := set("role", `UPDATE agent SET role = $1 WHERE id = $2`, *c.Role); err != nil {
			return nil, false, err
		}
		reach = true
	}
	if c.Active != nil && *c.Active != now.Active {
		if !*c.Active {
			if err := s.leave(ctx, tx, by, now); err != nil {
				return nil, false, err
			}
		}
		if err := set("active", `UPDATE agent SET active = $1 WHERE id = $2`, *c.Active); err != nil {
			return nil, false, err
		}
		reach = true
	}
	if c.TwoFactor != nil && *c.TwoFactor != now.TwoFactor {
		if *c.TwoFactor {
			return nil, false, desk.RefuseField(desk.Invalid, "body.twoFactor", "only the person can turn it on")
		}
		if now.ID == by.Agent {
			return nil, false, desk.RefuseField(desk.Forbidden, "body.twoFactor", "remove your own in your profile")
		}
		if err := s.dropFactors(ctx, tx, now.ID); err != nil {
			return nil, false, err
		}
		changed = append(changed, "twoFactor")
	}
	if c.Answers != nil {
		answers, err := checkAnswers(*c.Answers)
		if err != nil {
			return nil, false, err
		}
		if !slices.Equal(answers, now.Answers) {
			if err := set("answers", `UPDATE agent SET answers = $1 WHERE id = $2`, strings.Join(answers, " ")); err != nil {
				return nil, false, err
			}
		}
	}
	if c.Teams != nil {
		moved, err := s.setTeamsOf(ctx, tx, by.By(), now.ID, *c.Teams)
		if err != nil {
			return nil, false, err
		}
		if moved {
			changed, reach = append(changed, "teams"), true
		}
	}
	return changed, reach, nil
}

// leave ends every way in of somebody who is deactivated.
func (s *Service) leave(ctx context.Context, tx *db.Tx, by Identity, who desk.Agent) error {
	if who.ID == by.Agent {
		return desk.WhyYourself.At("body.active")
	}
	if who.Role == desk.Owner {
		if err := s.keepAnOwner(ctx, tx, who.ID); err != nil {
			return err
		}
	}
	if err := s.endSessions(ctx, tx, who.ID, 0); err != nil {
		return err
	}
	for _, q := range []string{`DELETE FROM api_token WHERE agent = $1`, `DELETE FROM one_time_link WHERE agent = $1`} {
		if _, err := tx.Exec(ctx, q, who.ID); err != nil {
			return fmt.Errorf("end ways in of agent %s: %w", who.ID, err)
		}
	}
	return nil
}

// differs names the fields of a change whose present value is another.
func (c AgentChange) differs(now desk.Agent) []string {
	var all []string
	if c.Name != nil && *c.Name != now.Name {
		all = append(all, "name")
	}
	if c.Role != nil && *c.Role != now.Role {
		all = append(all, "role")
	}
	if c.Active != nil && *c.Active != now.Active {
		all = append(all, "active")
	}
	if c.Teams != nil && !sameSet(*c.Teams, now.Teams) {
		all = append(all, "teams")
	}
	if c.Answers != nil && !sameSet(*c.Answers, now.Answers) {
		all = append(all, "answers")
	}
	if c.TwoFactor != nil && *c.TwoFactor != now.TwoFactor {
		all = append(all, "twoFactor")
	}
	return all
}
