package routing

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// mostSkills is how many a desk has.
const mostSkills = 200

// Skills are all of them by name, with who has each and which teams ask for it.
func (s *Service) Skills(ctx context.Context, tx *db.Tx) ([]desk.Skill, error) {
	return skills(ctx, tx, "TRUE")
}

// Skill is one; desk.NotFound where there is none.
func (s *Service) Skill(ctx context.Context, tx *db.Tx, id desk.SkillID) (desk.Skill, error) {
	all, err := skills(ctx, tx, "k.id = $1", id)
	if err != nil {
		return desk.Skill{}, err
	}
	if len(all) == 0 {
		return desk.Skill{}, desk.Refuse(desk.NotFound, "there is no such skill")
	}
	return all[0], nil
}

func skills(ctx context.Context, tx *db.Tx, where string, args ...any) ([]desk.Skill, error) {
	rows, err := tx.Query(ctx, `SELECT k.id, k.name, k.version FROM skill k WHERE `+where+` ORDER BY k.name_key`, args...)
	all, err := db.Rows(rows, err, func(r *sql.Rows, k *desk.Skill) error { return r.Scan(&k.ID, &k.Name, &k.Version) })
	if err != nil {
		return nil, fmt.Errorf("skills: %w", err)
	}
	at := make(map[desk.SkillID]*desk.Skill, len(all))
	for i := range all {
		all[i].Agents, all[i].Teams = []desk.AgentID{}, []desk.TeamID{}
		at[all[i].ID] = &all[i]
	}
	rows, err = tx.Query(ctx, `SELECT k.id, a.agent FROM skill k JOIN agent_skill a ON a.skill = k.id WHERE `+where+` ORDER BY a.agent`, args...)
	if _, err := db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var id desk.SkillID
		var agent desk.AgentID
		if err := r.Scan(&id, &agent); err != nil {
			return err
		}
		at[id].Agents = append(at[id].Agents, agent)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("who has which skill: %w", err)
	}
	rows, err = tx.Query(ctx, `SELECT DISTINCT k.id, d.team FROM skill k JOIN distribution_skill d ON d.skill = k.id WHERE `+where+` ORDER BY d.team`, args...)
	if _, err := db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var id desk.SkillID
		var team desk.TeamID
		if err := r.Scan(&id, &team); err != nil {
			return err
		}
		at[id].Teams = append(at[id].Teams, team)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("which team asks for which skill: %w", err)
	}
	return slices.Concat([]desk.Skill{}, all), nil
}

// CreateSkill makes a skill, and says who has it.
func (s *Service) CreateSkill(ctx context.Context, tx *db.Tx, by desk.Actor, e desk.SkillEdit) (made desk.Skill, err error) {
	if err := tx.Lock(ctx, "skill", 0); err != nil {
		return made, err
	}
	if err := checkSkill(ctx, tx, 0, &e); err != nil {
		return made, err
	}
	var n int
	if err := tx.Row(ctx, `SELECT count(*) FROM skill`).Scan(&n); err != nil {
		return made, fmt.Errorf("count skills: %w", err)
	}
	if n >= mostSkills {
		return made, desk.WhyEnough.Refuse(mostSkills)
	}
	var id desk.SkillID
	if err := tx.Row(ctx, `INSERT INTO skill (name, name_key, created_at) VALUES ($1, $2, $3) RETURNING id`, e.Name, language.Fold(e.Name), tx.Now).Scan(&id); err != nil {
		return made, fmt.Errorf("create skill: %w", err)
	}
	if err := endow(ctx, tx, id, e.Agents); err != nil {
		return made, err
	}
	if err := skillUpdated(ctx, tx, by, id); err != nil {
		return made, err
	}
	return s.Skill(ctx, tx, id)
}

// ChangeSkill renames a skill and says who has it; what asks for it asks for it by its new name. It refuses a stale version with desk.Conflict.
func (s *Service) ChangeSkill(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.SkillID, e desk.SkillEdit) (before, after desk.Skill, err error) {
	if err := tx.Lock(ctx, "skill", 0); err != nil {
		return before, after, err
	}
	if before, err = s.Skill(ctx, tx, id); err != nil {
		return before, after, err
	}
	if before.Version != e.Version {
		return before, after, desk.Stale{Current: before}.Refuse()
	}
	if err := checkSkill(ctx, tx, id, &e); err != nil {
		return before, after, err
	}
	if _, err := tx.Exec(ctx, `UPDATE skill SET name = $2, name_key = $3, version = version + 1 WHERE id = $1`, id, e.Name, language.Fold(e.Name)); err != nil {
		return before, after, fmt.Errorf("change skill %s: %w", id, err)
	}
	if err := endow(ctx, tx, id, e.Agents); err != nil {
		return before, after, err
	}
	if err := skillUpdated(ctx, tx, by, id); err != nil {
		return before, after, err
	}
	after, err = s.Skill(ctx, tx, id)
	return before, after, err
}

// DropSkill deletes a skill, and returns it with what used it. Where into is not 0 it is merged: who has it has into, and what asks for it asks for into, required where either was.
func (s *Service) DropSkill(ctx context.Context, tx *db.Tx, by desk.Actor, id, into desk.SkillID) (gone desk.Skill, err error) {
	if err := tx.Lock(ctx, "skill", 0); err != nil {
		return gone, err
	}
	if gone, err = s.Skill(ctx, tx, id); err != nil {
		return gone, err
	}
	if into == id {
		return gone, desk.RefuseField(desk.Invalid, "query.into", "a skill is not merged into itself")
	}
	if into != 0 {
		if _, err := s.Skill(ctx, tx, into); err != nil {
			return gone, err
		}
		for _, do := range []string{
			`INSERT INTO agent_skill (agent, skill) SELECT agent, $2 FROM agent_skill WHERE skill = $1 ON CONFLICT (agent, skill) DO NOTHING`,
			`INSERT INTO distribution_skill (team, type, skill, need) SELECT team, type, $2, need FROM distribution_skill WHERE skill = $1
			ON CONFLICT (team, type, skill) DO UPDATE SET need = CASE WHEN excluded.need = 'required' THEN excluded.need ELSE distribution_skill.need END`,
			`UPDATE skill SET version = version + 1 WHERE id = $2 AND id <> $1`,
		} {
			if _, err := tx.Exec(ctx, do, id, into); err != nil {
				return gone, fmt.Errorf("merge skill %s into %s: %w", id, into, err)
			}
		}
	}
	// Who changes a team's distribution meanwhile has seen one that asks for the skill.
	if _, err := tx.Exec(ctx, `UPDATE distribution SET version = version + 1 WHERE team IN (SELECT team FROM distribution_skill WHERE skill = $1)`, id); err != nil {
		return gone, fmt.Errorf("teams that ask for skill %s: %w", id, err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM skill WHERE id = $1`, id); err != nil {
		return gone, fmt.Errorf("delete skill %s: %w", id, err)
	}
	return gone, skillUpdated(ctx, tx, by, id)
}

// SetSkillsOf says which skills somebody has, and which he had.
func (s *Service) SetSkillsOf(ctx context.Context, tx *db.Tx, by desk.Actor, agent desk.AgentID, has []desk.SkillID) (before []desk.SkillID, err error) {
	if err := tx.Lock(ctx, "skill", 0); err != nil {
		return nil, err
	}
	had, err := s.SkillsOf(ctx, tx, []desk.AgentID{agent})
	if err != nil {
		return nil, err
	}
	before = had[agent]
	for i, id := range has {
		if slices.Contains(before, id) || slices.Contains(has[:i], id) {
			continue
		}
		n, err := tx.Exec(ctx, `INSERT INTO agent_skill (agent, skill) SELECT $1, id FROM skill WHERE id = $2`, agent, id)
		if err != nil {
			return before, fmt.Errorf("skill %s of agent %s: %w", id, agent, err)
		}
		if n == 0 {
			return before, desk.RefuseField(desk.Invalid, fmt.Sprintf("body.skills[%d]", i), "there is no such skill")
		}
		if err := skillMoved(ctx, tx, by, id); err != nil {
			return before, err
		}
	}
	for _, id := range before {
		if slices.Contains(has, id) {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM agent_skill WHERE agent = $1 AND skill = $2`, agent, id); err != nil {
			return before, fmt.Errorf("skill %s of agent %s: %w", id, agent, err)
		}
		if err := skillMoved(ctx, tx, by, id); err != nil {
			return before, err
		}
	}
	return before, nil
}

// SkillsOf are the skills of agents, each one's by id; who has none is not in it.
func (s *Service) SkillsOf(ctx context.Context, tx *db.Tx, agents []desk.AgentID) (map[desk.AgentID][]desk.SkillID, error) {
	all := map[desk.AgentID][]desk.SkillID{}
	for part := range slices.Chunk(agents, 500) {
		rows, err := tx.Query(ctx, `SELECT agent, skill FROM agent_skill WHERE agent IN `+db.In(len(part), 1)+` ORDER BY agent, skill`, db.Args(part)...)
		if _, err := db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
			var agent desk.AgentID
			var id desk.SkillID
			if err := r.Scan(&agent, &id); err != nil {
				return err
			}
			all[agent] = append(all[agent], id)
			return nil
		}); err != nil {
			return nil, fmt.Errorf("skills of agents: %w", err)
		}
	}
	return all, nil
}

// checkSkill brings a skill into the form in which it is kept.
func checkSkill(ctx context.Context, tx *db.Tx, id desk.SkillID, e *desk.SkillEdit) error {
	if e.Name = strings.Join(strings.Fields(e.Name), " "); e.Name == "" {
		return desk.WhyNeeded.At("body.name")
	}
	var taken bool
	if err := tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM skill WHERE name_key = $1 AND id <> $2)`, language.Fold(e.Name), id).Scan(&taken); err != nil {
		return fmt.Errorf("name of a skill: %w", err)
	}
	if taken {
		return desk.WhyNameTaken.At("body.name")
	}
	return nil
}

// endow says who has a skill.
func endow(ctx context.Context, tx *db.Tx, id desk.SkillID, agents []desk.AgentID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM agent_skill WHERE skill = $1`, id); err != nil {
		return fmt.Errorf("who has skill %s: %w", id, err)
	}
	for i, agent := range agents {
		if slices.Contains(agents[:i], agent) {
			continue
		}
		n, err := tx.Exec(ctx, `INSERT INTO agent_skill (agent, skill) SELECT id, $2 FROM agent WHERE id = $1`, agent, id)
		if err != nil {
			return fmt.Errorf("skill %s of agent %s: %w", id, agent, err)
		}
		if n == 0 {
			return desk.RefuseField(desk.Invalid, fmt.Sprintf("body.agents[%d]", i), "there is no such agent")
		}
	}
	return nil
}

func skillMoved(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.SkillID) error {
	if _, err := tx.Exec(ctx, `UPDATE skill SET version = version + 1 WHERE id = $1`, id); err != nil {
		return fmt.Errorf("change skill %s: %w", id, err)
	}
	return skillUpdated(ctx, tx, by, id)
}

func skillUpdated(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.SkillID) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.SkillUpdated, SubjectKind: desk.AboutSkill, Subject: int64(id)})
}
