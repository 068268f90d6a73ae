package demo

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/engine/assign"
	"tellus/internal/feature/routing"
	"tellus/internal/platform/db"
)

// skills says what people can: of Polska only who can settle complaints is given them, until they have waited for half an hour.
func (p *play) skills(ctx context.Context, tx *db.Tx) error {
	by, routes := p.people["ilze"].by(), p.a.Router.Routing
	var settles desk.SkillID
	for _, e := range []struct {
		name string
		who  []string
		id   *desk.SkillID
	}{
		{"Settles complaints", []string{"tomasz", "martins", "rasa"}, &settles},
		{"Repairs wood", []string{"jonas", "oksana"}, new(desk.SkillID)},
		{"Reads invoices", []string{"agnieszka", "rasa"}, new(desk.SkillID)},
	} {
		edit := desk.SkillEdit{Name: e.name}
		for _, key := range e.who {
			edit.Agents = append(edit.Agents, p.people[key].id)
		}
		made, err := routes.CreateSkill(ctx, tx, by, edit)
		if err != nil {
			return err
		}
		*e.id = made.ID
	}
	now, err := routes.Of(ctx, tx, p.team["Polska"])
	if err != nil {
		return err
	}
	now.WaiveMinutes, now.Skills = 30, []routing.SkillNeed{{Type: p.own.kinds[desk.Complaint], Skill: settles, Need: assign.Required}}
	_, _, err = routes.Set(ctx, tx, by, p.team["Polska"], now.Edit)
	return err
}
