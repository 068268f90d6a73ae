package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// skillRoutes are what people can, by which teams choose whom a conversation is given to.
var skillRoutes = []route{
	{"list-skills", get, "/skills", needs(desk.ManageTeams), "The skills by name, with who has each and whose distribution asks for it", option{}},
	{"create-skill", post, "/skills", needs(desk.ManageTeams), "Add a skill", option{creates: true}},
	{"change-skill", put, "/skills/{id}", needs(desk.ManageTeams), "Rename a skill and say who has it; what asks for it goes on to", option{}},
	{"delete-skill", del, "/skills/{id}", needs(desk.ManageTeams), "Delete a skill, or merge it into another; the answer says what used it", option{}},
	{"set-agent-skills", put, "/agents/{id}/skills", needs(desk.ManageTeams), "Say which skills somebody has", option{}},
}

func (s *Server) registerSkills() {
	handle(s, "list-skills", s.listSkills)
	handle(s, "create-skill", s.createSkill)
	handle(s, "change-skill", s.changeSkill)
	handle(s, "delete-skill", s.deleteSkill)
	handle(s, "set-agent-skills", s.setAgentSkills)
}

func aboutSkill(id desk.SkillID) string { return "skill:" + id.String() }

func (s *Server) listSkills(ctx context.Context, _ *Caller, _ *none) (*reply[list[desk.Skill]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[desk.Skill], error) {
		all, err := s.Routing.Skills(ctx, tx)
		return list[desk.Skill]{all}, err
	})
}

func (s *Server) createSkill(ctx context.Context, c *Caller, in *body[desk.SkillEdit]) (*reply[desk.Skill], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Skill, error) {
		made, err := s.Routing.CreateSkill(ctx, tx, c.By(), in.Body)
		if err != nil {
			return made, err
		}
		return made, s.auditChange(ctx, tx, c, "skill.created", aboutSkill(made.ID), desk.Differences(desk.SkillEdit{}, made.SkillEdit))
	})
}

// SkillInput names a skill.
type SkillInput struct {
	ID desk.SkillID `path:"id" minimum:"1"`
}

type changeSkillInput struct {
	SkillInput
	Body desk.SkillEdit
}

func (s *Server) changeSkill(ctx context.Context, c *Caller, in *changeSkillInput) (*reply[desk.Skill], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Skill, error) {
		before, after, err := s.Routing.ChangeSkill(ctx, tx, c.By(), in.ID, in.Body)
		if err != nil {
			return after, s.stale(ctx, tx, err, in.Body, aboutSkill(in.ID), "skill.created", "skill.updated")
		}
		return after, s.auditChange(ctx, tx, c, "skill.updated", aboutSkill(in.ID), desk.Differences(before.SkillEdit, after.SkillEdit))
	})
}

type deleteSkillInput struct {
	SkillInput
	Into desk.SkillID `query:"into" minimum:"0" doc:"Who has the skill has this one then, and what asks for it asks for this one; absent: nobody and nothing does"`
}

func (s *Server) deleteSkill(ctx context.Context, c *Caller, in *deleteSkillInput) (*reply[desk.Skill], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Skill, error) {
		gone, err := s.Routing.DropSkill(ctx, tx, c.By(), in.ID, in.Into)
		if err != nil {
			return gone, err
		}
		if in.Into != 0 {
			if err := s.audit(ctx, tx, c, "skill.merged", aboutSkill(in.Into), gone.Name); err != nil {
				return gone, err
			}
		}
		return gone, s.auditChange(ctx, tx, c, "skill.deleted", aboutSkill(in.ID), desk.Differences(gone.SkillEdit, desk.SkillEdit{}))
	})
}

// AgentSkills are the skills of somebody.
type AgentSkills struct {
	Skills []desk.SkillID `json:"skills" maxItems:"200"`
}

type agentSkillsInput struct {
	ID   desk.AgentID `path:"id" minimum:"1"`
	Body AgentSkills
}

func (s *Server) setAgentSkills(ctx context.Context, c *Caller, in *agentSkillsInput) (*reply[AgentSkills], error) {
	return changing(ctx, s, func(tx *db.Tx) (AgentSkills, error) {
		if _, err := s.Staff.Agent(ctx, tx, in.ID); err != nil {
			return AgentSkills{}, err
		}
		before, err := s.Routing.SetSkillsOf(ctx, tx, c.By(), in.ID, in.Body.Skills)
		if err != nil {
			return AgentSkills{}, err
		}
		return in.Body, s.auditChange(ctx, tx, c, "agent.updated", "agent:"+in.ID.String(), desk.Differences(AgentSkills{before}, in.Body))
	})
}
