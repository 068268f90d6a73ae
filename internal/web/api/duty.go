package api

import (
	"context"
	"slices"
	"time"

	"tellus/internal/desk"
	engine "tellus/internal/engine/duty"
	"tellus/internal/platform/db"
)

// dutyRoutes are who is on duty, and who will be absent.
var dutyRoutes = []route{
	{"list-rosters", get, "/rosters", needs(desk.ReadConversations), "The rosters by name, with who is on duty now and who is next", option{}},
	{"create-roster", post, "/rosters", needs(desk.ManageTeams), "Add a roster", option{creates: true}},
	{"preview-roster", post, "/rosters/preview", needs(desk.ReadConversations), "Who is on duty in the next weeks by a roster, saved or not", option{}},
	{"change-roster", put, "/rosters/{id}", needs(desk.ManageTeams), "Replace a roster", option{}},
	{"delete-roster", del, "/rosters/{id}", needs(desk.ManageTeams), "Delete a roster; what names it calls nobody by it any more", option{}},
	{"list-absences", get, "/absences", needs(desk.ReadConversations), "Planned absences that are not over, the earliest first", option{}},
	{"plan-absence", post, "/absences", signedIn, "Plan one's own absence, or with permission somebody else's", option{creates: true}},
	{"change-absence", put, "/absences/{id}", signedIn, "Move an absence, or give it another deputy", option{}},
	{"cancel-absence", del, "/absences/{id}", signedIn, "Cancel an absence; one that has begun ends", option{}},
}

func (s *Server) registerDuty() {
	handle(s, "list-rosters", s.listRosters)
	handle(s, "create-roster", s.createRoster)
	handle(s, "preview-roster", s.previewRoster)
	handle(s, "change-roster", s.changeRoster)
	handle(s, "delete-roster", s.deleteRoster)
	handle(s, "list-absences", s.listAbsences)
	handle(s, "plan-absence", s.planAbsence)
	handle(s, "change-absence", s.changeAbsence)
	handle(s, "cancel-absence", s.cancelAbsence)
}

// rosterNow is a roster with whom it calls now.
type rosterNow struct {
	desk.Roster
	Now  []engine.Duty  `json:"now" doc:"Who is on duty, who is called first before the others; nobody where it is empty"`
	Next []desk.AgentID `json:"next,omitempty" doc:"Where nobody is: who is called first next"`
	At   desk.Time      `json:"at,omitempty" doc:"And from when"`
}

func (s *Server) rosterNow(ctx context.Context, tx *db.Tx, of desk.Roster) (rosterNow, error) {
	out := rosterNow{Roster: of, Now: []engine.Duty{}}
	r, away, err := s.Duty.Ready(ctx, tx, of.RosterEdit)
	if err != nil {
		return out, err
	}
	if out.Now = append(out.Now, r.At(tx.Now, away)...); len(out.Now) > 0 {
		return out, nil
	}
	if at, who := r.Next(tx.Now, away); len(who) > 0 {
		out.At, out.Next = at, who
	}
	return out, nil
}

func (s *Server) listRosters(ctx context.Context, _ *Caller, _ *none) (*reply[list[rosterNow]], error) {
	return asking(ctx, s, func(tx *db.Tx) (out list[rosterNow], err error) {
		all, err := s.Duty.Rosters(ctx, tx)
		out.Items = make([]rosterNow, len(all))
		for i := range all {
			if err == nil {
				out.Items[i], err = s.rosterNow(ctx, tx, all[i])
			}
		}
		return out, err
	})
}

func aboutRoster(id desk.RosterID) string { return "roster:" + id.String() }

func (s *Server) createRoster(ctx context.Context, c *Caller, in *body[desk.RosterEdit]) (*reply[rosterNow], error) {
	return changing(ctx, s, func(tx *db.Tx) (rosterNow, error) {
		made, err := s.Duty.Create(ctx, tx, c.By(), in.Body)
		if err != nil {
			return rosterNow{Roster: made}, err
		}
		if err := s.auditChange(ctx, tx, c, "roster.created", aboutRoster(made.ID), desk.Differences(desk.RosterEdit{}, made.RosterEdit)); err != nil {
			return rosterNow{Roster: made}, err
		}
		return s.rosterNow(ctx, tx, made)
	})
}

// RosterInput names a roster.
type RosterInput struct {
	ID desk.RosterID `path:"id" minimum:"1"`
}

type changeRosterInput struct {
	RosterInput
	Body desk.RosterEdit
}

func (s *Server) changeRoster(ctx context.Context, c *Caller, in *changeRosterInput) (*reply[rosterNow], error) {
	return changing(ctx, s, func(tx *db.Tx) (rosterNow, error) {
		before, err := s.Duty.Roster(ctx, tx, in.ID)
		if err != nil {
			return rosterNow{Roster: before}, err
		}
		made, err := s.Duty.Change(ctx, tx, c.By(), in.ID, in.Body)
		if err != nil {
			return rosterNow{Roster: made}, s.stale(ctx, tx, err, in.Body, aboutRoster(in.ID), "roster.created", "roster.updated")
		}
		if err := s.auditChange(ctx, tx, c, "roster.updated", aboutRoster(in.ID), desk.Differences(before.RosterEdit, made.RosterEdit)); err != nil {
			return rosterNow{Roster: made}, err
		}
		return s.rosterNow(ctx, tx, made)
	})
}

func (s *Server) deleteRoster(ctx context.Context, c *Caller, in *RosterInput) (*reply[desk.Roster], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Roster, error) {
		gone, err := s.Duty.Delete(ctx, tx, c.By(), in.ID)
		if err != nil {
			return gone, err
		}
		return gone, s.auditChange(ctx, tx, c, "roster.deleted", aboutRoster(in.ID), desk.Differences(gone.RosterEdit, desk.RosterEdit{}))
	})
}

type previewRosterInput struct {
	Days int `query:"days" minimum:"1" maximum:"62" default:"14"`
	Body desk.RosterEdit
}

// rosterPlan is who is on duty in a time, in parts.
type rosterPlan struct {
	From  desk.Time     `json:"from"`
	To    desk.Time     `json:"to"`
	Parts []engine.Part `json:"parts"`
}

func (s *Server) previewRoster(ctx context.Context, _ *Caller, in *previewRosterInput) (*reply[rosterPlan], error) {
	return asking(ctx, s, func(tx *db.Tx) (p rosterPlan, err error) {
		if _, err := s.Duty.Check(ctx, tx, &in.Body, in.Body.Turns); err != nil {
			return p, err
		}
		r, away, err := s.Duty.Ready(ctx, tx, in.Body)
		if err != nil {
			return p, err
		}
		y, m, d := tx.Now.Time().In(r.Zone).Date()
		p.From = desk.At(time.Date(y, m, d, 0, 0, 0, 0, r.Zone))
		p.To = desk.At(time.Date(y, m, d+in.Days, 0, 0, 0, 0, r.Zone))
		p.Parts = slices.Concat([]engine.Part{}, r.Plan(p.From, p.To, away))
		return p, nil
	})
}

func (s *Server) listAbsences(ctx context.Context, _ *Caller, _ *none) (*reply[list[desk.Absence]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[desk.Absence], error) {
		all, err := s.Duty.Absences(ctx, tx, 0)
		return list[desk.Absence]{slices.Concat([]desk.Absence{}, all)}, err
	})
}

// plans refuses who may not plan when somebody is absent: everybody does so for himself.
func plans(c *Caller, agent desk.AgentID) error {
	if agent == c.Agent || c.Role.May(desk.ManagePresence) {
		return nil
	}
	return desk.Refuse(desk.Forbidden, "only he himself or a supervisor plans when somebody is absent")
}

func (s *Server) auditAbsence(ctx context.Context, tx *db.Tx, c *Caller, action string, before, after desk.Absence) error {
	agent := max(before.Agent, after.Agent)
	return s.auditChange(ctx, tx, c, action, "agent:"+agent.String(), desk.Differences(before.AbsenceEdit, after.AbsenceEdit))
}

type planAbsenceInput struct {
	Body struct {
		Agent desk.AgentID `json:"agent" minimum:"1"`
		desk.AbsenceEdit
	}
}

func (s *Server) planAbsence(ctx context.Context, c *Caller, in *planAbsenceInput) (*reply[desk.Absence], error) {
	if err := plans(c, in.Body.Agent); err != nil {
		return nil, err
	}
	return changing(ctx, s, func(tx *db.Tx) (desk.Absence, error) {
		made, err := s.Duty.Plan(ctx, tx, c.By(), in.Body.Agent, in.Body.AbsenceEdit)
		if err != nil {
			return made, err
		}
		return made, s.auditAbsence(ctx, tx, c, "absence.planned", desk.Absence{}, made)
	})
}

// AbsenceInput names an absence.
type AbsenceInput struct {
	ID desk.AbsenceID `path:"id" minimum:"1"`
}

type changeAbsenceInput struct {
	AbsenceInput
	Body desk.AbsenceEdit
}

func (s *Server) changeAbsence(ctx context.Context, c *Caller, in *changeAbsenceInput) (*reply[desk.Absence], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Absence, error) {
		before, err := s.Duty.Absence(ctx, tx, in.ID)
		if err == nil {
			err = plans(c, before.Agent)
		}
		if err != nil {
			return before, err
		}
		made, err := s.Duty.Move(ctx, tx, c.By(), in.ID, in.Body)
		if err != nil {
			return made, s.stale(ctx, tx, err, in.Body, "agent:"+before.Agent.String(), "absence.planned", "absence.moved")
		}
		return made, s.auditAbsence(ctx, tx, c, "absence.moved", before, made)
	})
}

func (s *Server) cancelAbsence(ctx context.Context, c *Caller, in *AbsenceInput) (*reply[desk.Absence], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Absence, error) {
		before, err := s.Duty.Absence(ctx, tx, in.ID)
		if err == nil {
			err = plans(c, before.Agent)
		}
		if err != nil {
			return before, err
		}
		gone, err := s.Duty.Cancel(ctx, tx, c.By(), in.ID)
		if err != nil {
			return gone, err
		}
		return gone, s.auditAbsence(ctx, tx, c, "absence.cancelled", gone, desk.Absence{})
	})
}
