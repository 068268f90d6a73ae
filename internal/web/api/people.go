package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

func (s *Server) listAgents(ctx context.Context, c *Caller, _ *none) (*reply[list[desk.Agent]], error) {
	all, err := read(ctx, s, func(tx *db.Tx) ([]desk.Agent, error) { return s.Staff.Agents(ctx, tx) })
	if err != nil {
		return nil, err
	}
	return answer(list[desk.Agent]{all}), nil
}

type newAgentBody struct {
	Name     string        `json:"name" minLength:"1" maxLength:"100"`
	Email    string        `json:"email" maxLength:"320"`
	Role     desk.Role     `json:"role" enum:"owner,administrator,supervisor,agent,light_agent"`
	Language string        `json:"language" enum:"en,lv,lt,pl"`
	Teams    []desk.TeamID `json:"teams" maxItems:"200"`
}

type invitedAgent struct {
	desk.Agent
	Link string `json:"link" doc:"Where the invitation is accepted, to be passed on where no mail can be sent yet"`
}

func (s *Server) createAgent(ctx context.Context, c *Caller, in *body[newAgentBody]) (*reply[invitedAgent], error) {
	return create(ctx, s, func(tx *db.Tx) (invitedAgent, error) {
		b := in.Body
		a, link, err := s.Staff.Invite(ctx, tx, c.Identity, c.Visitor,
			staff.NewAgent{Name: b.Name, Email: b.Email, Role: b.Role, Language: b.Language, Teams: b.Teams})
		return invitedAgent{a, link}, err
	})
}

type agentInput struct {
	ID desk.AgentID `path:"id" minimum:"1"`
}

type agentChangeInput struct {
	ID   desk.AgentID `path:"id" minimum:"1"`
	Body struct {
		Version   int64          `json:"version"`
		Name      *string        `json:"name,omitempty" minLength:"1" maxLength:"100"`
		Role      *desk.Role     `json:"role,omitempty" enum:"owner,administrator,supervisor,agent,light_agent"`
		Teams     *[]desk.TeamID `json:"teams,omitempty" maxItems:"200"`
		Answers   *[]string      `json:"answers,omitempty" maxItems:"20" enum:"en,lv,lt,pl,ru,uk,et,de" doc:"In which languages he answers customers; empty: in that of his desk"`
		Active    *bool          `json:"active,omitempty"`
		TwoFactor *bool          `json:"twoFactor,omitempty" doc:"Only false: removes the second factors of somebody who lost them"`
	}
}

func (s *Server) updateAgent(ctx context.Context, c *Caller, in *agentChangeInput) (*reply[desk.Agent], error) {
	b := in.Body
	ch := staff.AgentChange{Version: b.Version, Name: b.Name, Role: b.Role, Teams: b.Teams, Answers: b.Answers, Active: b.Active, TwoFactor: b.TwoFactor}
	a, err := write(ctx, s, func(tx *db.Tx) (desk.Agent, error) {
		return s.Staff.UpdateAgent(ctx, tx, c.Identity, c.Visitor, in.ID, ch)
	})
	if err != nil {
		return nil, err
	}
	return answer(a), nil
}

type madeLinkBody struct {
	Link string `json:"link"`
}

func (s *Server) inviteAgent(ctx context.Context, c *Caller, in *agentInput) (*reply[madeLinkBody], error) {
	link, err := write(ctx, s, func(tx *db.Tx) (string, error) {
		return s.Staff.InviteAgain(ctx, tx, c.Identity, c.Visitor, in.ID)
	})
	if err != nil {
		return nil, err
	}
	return answer(madeLinkBody{link}), nil
}

func (s *Server) signOutAgent(ctx context.Context, c *Caller, in *agentInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Staff.EndSessions(ctx, tx, c.Identity, c.Visitor, in.ID) })
}

func (s *Server) listTeams(ctx context.Context, c *Caller, _ *none) (*reply[list[desk.Team]], error) {
	all, err := read(ctx, s, func(tx *db.Tx) ([]desk.Team, error) { return s.Staff.Teams(ctx, tx) })
	if err != nil {
		return nil, err
	}
	return answer(list[desk.Team]{all}), nil
}

type newTeamBody struct {
	Name    string         `json:"name" minLength:"1" maxLength:"60"`
	Members []desk.AgentID `json:"members" maxItems:"2000"`
	Leads   []desk.AgentID `json:"leads,omitempty" maxItems:"50" doc:"Those of its members who lead it"`
}

func (s *Server) createTeam(ctx context.Context, c *Caller, in *body[newTeamBody]) (*reply[desk.Team], error) {
	return create(ctx, s, func(tx *db.Tx) (desk.Team, error) {
		return s.Staff.NewTeam(ctx, tx, c.Identity, c.Visitor, in.Body.Name, in.Body.Members, in.Body.Leads)
	})
}

type teamInput struct {
	ID desk.TeamID `path:"id" minimum:"1"`
}

type teamChangeInput struct {
	ID   desk.TeamID `path:"id" minimum:"1"`
	Body struct {
		Version int64           `json:"version"`
		Name    *string         `json:"name,omitempty" minLength:"1" maxLength:"60"`
		Members *[]desk.AgentID `json:"members,omitempty" maxItems:"2000"`
		Leads   *[]desk.AgentID `json:"leads,omitempty" maxItems:"50"`
	}
}

func (s *Server) updateTeam(ctx context.Context, c *Caller, in *teamChangeInput) (*reply[desk.Team], error) {
	ch := staff.TeamChange{Version: in.Body.Version, Name: in.Body.Name, Members: in.Body.Members, Leads: in.Body.Leads}
	t, err := write(ctx, s, func(tx *db.Tx) (desk.Team, error) {
		return s.Staff.UpdateTeam(ctx, tx, c.Identity, c.Visitor, in.ID, ch)
	})
	if err != nil {
		return nil, err
	}
	return answer(t), nil
}

func (s *Server) deleteTeam(ctx context.Context, c *Caller, in *teamInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Staff.DeleteTeam(ctx, tx, c.Identity, c.Visitor, in.ID) })
}

func (s *Server) listAudit(ctx context.Context, c *Caller, in *Paging) (*reply[page[desk.AuditEntry]], error) {
	before, err := numberCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	all, err := read(ctx, s, func(tx *db.Tx) ([]desk.AuditEntry, error) {
		return s.Staff.AuditLog(ctx, tx, before, in.Limit+1)
	})
	if err != nil {
		return nil, err
	}
	out := page[desk.AuditEntry]{Items: all}
	if len(all) > in.Limit {
		out.Items = all[:in.Limit]
		out.Next = cursorOf(out.Items[in.Limit-1].ID)
	}
	return answer(out), nil
}

type roleBody struct {
	Role        desk.Role         `json:"role" enum:"owner,administrator,supervisor,agent,light_agent"`
	Permissions []desk.Permission `json:"permissions"`
}

func (s *Server) listRoles(context.Context, *Caller, *none) (*reply[list[roleBody]], error) {
	var out list[roleBody]
	for _, r := range []desk.Role{desk.LightAgent, desk.AgentRole, desk.Supervisor, desk.Administrator, desk.Owner} {
		out.Items = append(out.Items, roleBody{r, desk.Roles[r]})
	}
	return answer(out), nil
}
