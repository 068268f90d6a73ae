package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

func scanAgent(scan func(...any) error, a *desk.Agent) error {
	var accepted desk.Time
	var answers string
	err := scan(&a.ID, &a.Name, &a.Email, &a.Role, &a.Language, &a.TimeZone, &answers, &a.Active, &accepted, &a.SeenAt, &a.CreatedAt, &a.Version,
		&a.TwoFactor)
	a.Invited = accepted == 0
	a.Teams = []desk.TeamID{}
	a.Answers = append([]string{}, strings.Fields(answers)...)
	return err
}

// Agent returns an agent, or NotFound.
func (s *Service) Agent(ctx context.Context, tx *db.Tx, id desk.AgentID) (desk.Agent, error) {
	var a desk.Agent
	err := scanAgent(tx.Row(ctx, sqlAgentByID, id).Scan, &a)
	if errors.Is(err, sql.ErrNoRows) {
		return desk.Agent{}, desk.Refuse(desk.NotFound, "no agent %s", id)
	}
	if err != nil {
		return desk.Agent{}, fmt.Errorf("read agent %s: %w", id, err)
	}
	rows, err := tx.Query(ctx, `SELECT team FROM team_member WHERE agent = $1 ORDER BY team`, id)
	teams, err := db.Rows(rows, err, func(r *sql.Rows, v *desk.TeamID) error { return r.Scan(v) })
	if err != nil {
		return desk.Agent{}, fmt.Errorf("teams of agent %s: %w", id, err)
	}
	a.Teams = append(a.Teams, teams...)
	return a, nil
}

// Agents lists everybody, those who left too, by id.
func (s *Service) Agents(ctx context.Context, tx *db.Tx) ([]desk.Agent, error) {
	rows, err := tx.Query(ctx, sqlAllAgents)
	all, err := db.Rows(rows, err, func(r *sql.Rows, a *desk.Agent) error { return scanAgent(r.Scan, a) })
	if err != nil {
		return nil, fmt.Errorf("list agents: %w", err)
	}
	at := make(map[desk.AgentID]int, len(all))
	for i, a := range all {
		at[a.ID] = i
	}
	type member struct {
		team  desk.TeamID
		agent desk.AgentID
	}
	rows, err = tx.Query(ctx, `SELECT team, agent FROM team_member ORDER BY team, agent`)
	members, err := db.Rows(rows, err, func(r *sql.Rows, m *member) error { return r.Scan(&m.team, &m.agent) })
	if err != nil {
		return nil, fmt.Errorf("list team members: %w", err)
	}
	for _, m := range members {
		if i, ok := at[m.agent]; ok {
			all[i].Teams = append(all[i].Teams, m.team)
		}
	}
	return all, nil
}
