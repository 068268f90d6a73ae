package routing

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/assign"
	"tellus/internal/platform/db"
)

// SkillNeed is a skill that a team asks for of who is given a conversation of a type.
type SkillNeed struct {
	Type  desk.TypeID  `json:"type" minimum:"1"`
	Skill desk.SkillID `json:"skill" minimum:"1"`
	Need  assign.Need  `json:"need" enum:"preferred,required" doc:"preferred: who has it comes first; required: nobody else is given it until that is waived"`
}

// SkillAsked is a skill that was asked for when a conversation was given to somebody.
type SkillAsked struct {
	Skill desk.SkillID `json:"skill"`
	Name  string       `json:"name" doc:"That it had then"`
	Need  assign.Need  `json:"need" enum:"preferred,required"`
}

// Wants are the skills that a team asks for of who is given a conversation of a type.
func (e Edit) Wants(t desk.TypeID) (out []assign.Wanted) {
	for _, n := range e.Skills {
		if t != 0 && n.Type == t {
			out = append(out, assign.Wanted{Skill: n.Skill, Need: n.Need})
		}
	}
	return out
}

// requires reports whether some skill is required for conversations of some type.
func (e Edit) requires() bool {
	return slices.ContainsFunc(e.Skills, func(n SkillNeed) bool { return n.Need == assign.Required })
}

// needs are the skills that teams ask for, by team.
func needs(ctx context.Context, tx *db.Tx, where string, args ...any) (map[desk.TeamID][]SkillNeed, error) {
	all := map[desk.TeamID][]SkillNeed{}
	rows, err := tx.Query(ctx, `SELECT team, type, skill, need FROM distribution_skill WHERE `+where+` ORDER BY team, type, skill`, args...)
	if _, err := db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var team desk.TeamID
		var n SkillNeed
		if err := r.Scan(&team, &n.Type, &n.Skill, &n.Need); err != nil {
			return err
		}
		all[team] = append(all[team], n)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("skills that teams ask for: %w", err)
	}
	return all, nil
}

// need says which skills a team asks for. It refuses skills and types that are not there, and one skill twice for a type.
func need(ctx context.Context, tx *db.Tx, team desk.TeamID, all []SkillNeed) error {
	if _, err := tx.Exec(ctx, `DELETE FROM distribution_skill WHERE team = $1`, team); err != nil {
		return fmt.Errorf("skills that team %s asks for: %w", team, err)
	}
	for i, n := range all {
		field := fmt.Sprintf("body.skills[%d]", i)
		if n.Need != assign.Preferred && n.Need != assign.Required {
			return desk.RefuseField(desk.Invalid, field, "preferred or required")
		}
		if slices.ContainsFunc(all[:i], func(o SkillNeed) bool { return o.Type == n.Type && o.Skill == n.Skill }) {
			return desk.RefuseField(desk.Invalid, field, "a skill is named twice for a type")
		}
		wrote, err := tx.Exec(ctx, `
			INSERT INTO distribution_skill (team, type, skill, need) SELECT $1, t.id, k.id, $4 FROM conversation_type t, skill k WHERE t.id = $2 AND k.id = $3`, team, n.Type, n.Skill, string(n.Need))
		if err != nil {
			return fmt.Errorf("skill %s that team %s asks for: %w", n.Skill, team, err)
		}
		if wrote == 0 {
			return desk.RefuseField(desk.Invalid, field, "there is no such skill or type")
		}
	}
	return nil
}

// named is what was asked for as an assignment keeps it, "" where nothing was.
func named(ctx context.Context, tx *db.Tx, wanted []assign.Wanted) (string, error) {
	if len(wanted) == 0 {
		return "", nil
	}
	ids := make([]desk.SkillID, len(wanted))
	for i, w := range wanted {
		ids[i] = w.Skill
	}
	names := map[desk.SkillID]string{}
	rows, err := tx.Query(ctx, `SELECT id, name FROM skill WHERE id IN `+db.In(len(ids), 1)+` ORDER BY id`, db.Args(ids)...)
	if _, err := db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var id desk.SkillID
		var name string
		if err := r.Scan(&id, &name); err != nil {
			return err
		}
		names[id] = name
		return nil
	}); err != nil {
		return "", fmt.Errorf("names of skills: %w", err)
	}
	asked := make([]SkillAsked, len(wanted))
	for i, w := range wanted {
		asked[i] = SkillAsked{w.Skill, names[w.Skill], w.Need}
	}
	out, err := json.Marshal(asked)
	if err != nil {
		return "", fmt.Errorf("skills that were asked for: %w", err)
	}
	return string(out), nil
}
