package staff

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

func teamKey(name string) string { return strings.ToLower(norm.NFKC.String(name)) }

func aboutTeam(id desk.TeamID) string { return "team:" + id.String() }

func joined(names []string) string { return strings.Join(names, ", ") }

func sameSet[T cmp.Ordered](a, b []T) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

// Teams lists all teams by name.
func (s *Service) Teams(ctx context.Context, tx *db.Tx) ([]desk.Team, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, name, version, EXISTS (SELECT 1 FROM distribution d WHERE d.team = team.id AND d.only_next) FROM team
		ORDER BY name_key, id`)
	all, err := db.Rows(rows, err, func(r *sql.Rows, t *desk.Team) error {
		t.Members, t.Leads = []desk.AgentID{}, []desk.AgentID{}
		return r.Scan(&t.ID, &t.Name, &t.Version, &t.OnlyNext)
	})
	if err != nil {
		return nil, fmt.Errorf("list teams: %w", err)
	}
	at := make(map[desk.TeamID]int, len(all))
	for i, t := range all {
		at[t.ID] = i
	}
	rows, err = tx.Query(ctx, `SELECT team, agent, lead FROM team_member ORDER BY team, agent`)
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var team desk.TeamID
		var agent desk.AgentID
		var leads bool
		if err := r.Scan(&team, &agent, &leads); err != nil {
			return err
		}
		if i, ok := at[team]; ok {
			all[i].Members = append(all[i].Members, agent)
			if leads {
				all[i].Leads = append(all[i].Leads, agent)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list team members: %w", err)
	}
	return all, nil
}

// Team returns a team, or NotFound.
func (s *Service) Team(ctx context.Context, tx *db.Tx, id desk.TeamID) (desk.Team, error) {
	t := desk.Team{ID: id}
	err := tx.Row(ctx, `SELECT name, version, EXISTS (SELECT 1 FROM distribution d WHERE d.team = team.id AND d.only_next) FROM team WHERE id = $1`, id).Scan(&t.Name, &t.Version, &t.OnlyNext)
	if errors.Is(err, sql.ErrNoRows) {
		return desk.Team{}, desk.Refuse(desk.NotFound, "no team %s", id)
	}
	if err != nil {
		return desk.Team{}, fmt.Errorf("read team %s: %w", id, err)
	}
	if t.Members, err = s.members(ctx, tx, id); err != nil {
		return t, err
	}
	t.Leads, err = s.Leads(ctx, tx, id)
	return t, err
}

func (s *Service) members(ctx context.Context, tx *db.Tx, team desk.TeamID) ([]desk.AgentID, error) {
	rows, err := tx.Query(ctx, `SELECT agent FROM team_member WHERE team = $1 ORDER BY agent`, team)
	all, err := db.Rows(rows, err, func(r *sql.Rows, v *desk.AgentID) error { return r.Scan(v) })
	if err != nil {
		return nil, fmt.Errorf("members of team %s: %w", team, err)
	}
	return append([]desk.AgentID{}, all...), nil
}

// Members are the agents of a team, by id.
func (s *Service) Members(ctx context.Context, tx *db.Tx, team desk.TeamID) ([]desk.AgentID, error) {
	return s.members(ctx, tx, team)
}

// Leads are those of a team who lead it, by id.
func (s *Service) Leads(ctx context.Context, tx *db.Tx, team desk.TeamID) ([]desk.AgentID, error) {
	rows, err := tx.Query(ctx, `SELECT agent FROM team_member WHERE team = $1 AND lead ORDER BY agent`, team)
	all, err := db.Rows(rows, err, func(r *sql.Rows, v *desk.AgentID) error { return r.Scan(v) })
	if err != nil {
		return nil, fmt.Errorf("who leads team %s: %w", team, err)
	}
	return append([]desk.AgentID{}, all...), nil
}

// setLeads has exactly these members lead a team. It reports whether that changed anything.
func (s *Service) setLeads(ctx context.Context, tx *db.Tx, team desk.TeamID, want []desk.AgentID) (bool, error) {
	have, err := s.Leads(ctx, tx, team)
	if err != nil || sameSet(have, want) {
		return false, err
	}
	members, err := s.members(ctx, tx, team)
	if err != nil {
		return false, err
	}
	for _, agent := range want {
		if !slices.Contains(members, agent) {
			return false, desk.RefuseField(desk.Invalid, "body.leads", "who leads a team is one of its members")
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE team_member SET lead = FALSE WHERE team = $1 AND lead`, team); err != nil {
		return false, fmt.Errorf("who leads team %s: %w", team, err)
	}
	if len(want) == 0 {
		return true, nil
	}
	if _, err := tx.Exec(ctx, `UPDATE team_member SET lead = TRUE WHERE team = $1 AND agent IN `+db.In(len(want), 2), append([]any{team}, db.Args(want)...)...); err != nil {
		return false, fmt.Errorf("who leads team %s: %w", team, err)
	}
	return true, nil
}

// NewTeam makes a team.
func (s *Service) NewTeam(ctx context.Context, tx *db.Tx, by Identity, from Visitor, name string, members, leads []desk.AgentID) (desk.Team, error) {
	name, err := checkName("body.name", name, 60)
	if err != nil {
		return desk.Team{}, err
	}
	var id desk.TeamID
	err = tx.Row(ctx, `
		INSERT INTO team (name, name_key, created_at) VALUES ($1, $2, $3)
		ON CONFLICT (name_key) DO NOTHING
		RETURNING id`, name, teamKey(name), tx.Now).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return desk.Team{}, desk.WhyNameTaken.At("body.name")
	}
	if err != nil {
		return desk.Team{}, fmt.Errorf("make team: %w", err)
	}
	if _, err := s.setMembers(ctx, tx, by.By(), id, members); err != nil {
		return desk.Team{}, err
	}
	if _, err := s.setLeads(ctx, tx, id, leads); err != nil {
		return desk.Team{}, err
	}
	if err := s.Audit(ctx, tx, Entry{By: by.By(), Action: "team.created", Subject: aboutTeam(id), From: from}); err != nil {
		return desk.Team{}, err
	}
	if err := s.appendTeam(ctx, tx, by.By(), id, "created"); err != nil {
		return desk.Team{}, err
	}
	return s.Team(ctx, tx, id)
}

// TeamChange is what to change of a team; nil stays as it is.
type TeamChange struct {
	Version int64
	Name    *string
	Members *[]desk.AgentID // who is not among them leads it no more
	Leads   *[]desk.AgentID
}

// UpdateTeam changes a team, or refuses with Conflict where somebody else did meanwhile.
func (s *Service) UpdateTeam(ctx context.Context, tx *db.Tx, by Identity, from Visitor, id desk.TeamID, c TeamChange) (desk.Team, error) {
	if err := tx.Lock(ctx, "team", int64(id)); err != nil {
		return desk.Team{}, err
	}
	before, err := s.Team(ctx, tx, id)
	if err != nil {
		return desk.Team{}, err
	}
	if c.Version != before.Version {
		var differs []string
		if c.Name != nil && *c.Name != before.Name {
			differs = append(differs, "name")
		}
		if c.Members != nil && !sameSet(*c.Members, before.Members) {
			differs = append(differs, "members")
		}
		if c.Leads != nil && !sameSet(*c.Leads, before.Leads) {
			differs = append(differs, "leads")
		}
		who, at, err := s.LastChange(ctx, tx, aboutTeam(id), "team.updated", "team.created")
		if err != nil {
			return desk.Team{}, err
		}
		return desk.Team{}, stale(before, differs, who, at)
	}
	var changed []string
	if c.Name != nil {
		name, err := checkName("body.name", *c.Name, 60)
		if err != nil {
			return desk.Team{}, err
		}
		if name != before.Name {
			if err := s.rename(ctx, tx, id, name); err != nil {
				return desk.Team{}, err
			}
			changed = append(changed, "name")
		}
	}
	if c.Members != nil {
		moved, err := s.setMembers(ctx, tx, by.By(), id, *c.Members)
		if err != nil {
			return desk.Team{}, err
		}
		if moved {
			changed = append(changed, "members")
		}
	}
	if c.Leads != nil {
		moved, err := s.setLeads(ctx, tx, id, *c.Leads)
		if err != nil {
			return desk.Team{}, err
		}
		if moved {
			changed = append(changed, "leads")
		}
	}
	if len(changed) == 0 {
		return before, nil
	}
	if _, err := tx.Exec(ctx, `UPDATE team SET version = version + 1 WHERE id = $1`, id); err != nil {
		return desk.Team{}, fmt.Errorf("change team %s: %w", id, err)
	}
	after, err := s.Team(ctx, tx, id)
	if err != nil {
		return desk.Team{}, err
	}
	if err := s.Audit(ctx, tx, Entry{By: by.By(), Action: "team.updated", Subject: aboutTeam(id), From: from, Detail: joined(changed),
		Changes: desk.Differences(before, after)}); err != nil {
		return desk.Team{}, err
	}
	return after, s.appendTeam(ctx, tx, by.By(), id, changed...)
}

func (s *Service) rename(ctx context.Context, tx *db.Tx, id desk.TeamID, name string) error {
	err := tx.Savepoint(ctx, func() error { // a unique violation would spoil the whole transaction on PostgreSQL
		_, err := tx.Exec(ctx, `UPDATE team SET name = $1, name_key = $2 WHERE id = $3`, name, teamKey(name), id)
		return err
	})
	if db.IsUnique(err) {
		return desk.WhyNameTaken.At("body.name")
	}
	if err != nil {
		return fmt.Errorf("rename team %s: %w", id, err)
	}
	return nil
}

// DeleteTeam removes a team that nothing refers to any more. It refuses while an inbox is seen only by teams and this is one of them: without its row
// the inbox could end up seen by everybody.
func (s *Service) DeleteTeam(ctx context.Context, tx *db.Tx, by Identity, from Visitor, id desk.TeamID) error {
	if err := tx.Lock(ctx, "team", int64(id)); err != nil {
		return err
	}
	t, err := s.Team(ctx, tx, id)
	if err != nil {
		return err
	}
	var used struct {
		Inboxes       int  `json:"inboxes"`
		Conversations bool `json:"conversations"`
	}
	err = tx.Row(ctx, `
		SELECT (SELECT COUNT(*) FROM inbox WHERE team = $1 OR EXISTS (SELECT 1 FROM inbox_access a WHERE a.inbox = inbox.id AND a.team = $1)),
			EXISTS (SELECT 1 FROM conversation WHERE team = $1)`, id).Scan(&used.Inboxes, &used.Conversations)
	if err != nil {
		return fmt.Errorf("look where team %s is used: %w", id, err)
	}
	if used.Inboxes > 0 || used.Conversations {
		return desk.WhyTeamUsed.Refuse().With(used)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM team WHERE id = $1`, id); err != nil {
		return fmt.Errorf("delete team %s: %w", id, err)
	}
	if err := s.Audit(ctx, tx, Entry{By: by.By(), Action: "team.deleted", Subject: aboutTeam(id), From: from,
		Changes: desk.Differences(t, desk.Team{}, "name")}); err != nil {
		return err
	}
	if err := s.appendTeam(ctx, tx, by.By(), id, "deleted"); err != nil {
		return err
	}
	return s.moved(ctx, tx, by.By(), t.Members)
}

// setMembers makes exactly these agents a team's members. It reports whether that changed anything, and has told live feeds about it.
func (s *Service) setMembers(ctx context.Context, tx *db.Tx, by desk.Actor, team desk.TeamID, want []desk.AgentID) (bool, error) {
	have, err := s.members(ctx, tx, team)
	if err != nil {
		return false, err
	}
	added, removed := difference(have, want)
	for _, agent := range removed {
		if err := s.part(ctx, tx, team, agent); err != nil {
			return false, err
		}
	}
	for _, agent := range added {
		if err := s.join(ctx, tx, "body.members", team, agent); err != nil {
			return false, err
		}
	}
	return len(added)+len(removed) > 0, s.moved(ctx, tx, by, slices.Concat(added, removed))
}

// setTeamsOf makes exactly these teams an agent's. It reports whether that changed anything, and has told live feeds about the teams; about
// the agent its caller does.
func (s *Service) setTeamsOf(ctx context.Context, tx *db.Tx, by desk.Actor, agent desk.AgentID, want []desk.TeamID) (bool, error) {
	rows, err := tx.Query(ctx, `SELECT team FROM team_member WHERE agent = $1 ORDER BY team`, agent)
	have, err := db.Rows(rows, err, func(r *sql.Rows, v *desk.TeamID) error { return r.Scan(v) })
	if err != nil {
		return false, fmt.Errorf("teams of agent %s: %w", agent, err)
	}
	added, removed := difference(have, want)
	for _, team := range removed {
		if err := s.part(ctx, tx, team, agent); err != nil {
			return false, err
		}
	}
	for _, team := range added {
		if err := s.join(ctx, tx, "body.teams", team, agent); err != nil {
			return false, err
		}
	}
	touched := slices.Sorted(slices.Values(slices.Concat(added, removed)))
	for _, team := range touched {
		if _, err := tx.Exec(ctx, `UPDATE team SET version = version + 1 WHERE id = $1`, team); err != nil {
			return false, fmt.Errorf("change team %s: %w", team, err)
		}
		if err := s.appendTeam(ctx, tx, by, team, "members"); err != nil {
			return false, err
		}
	}
	return len(touched) > 0, nil
}

func difference[T cmp.Ordered](have, want []T) (added, removed []T) {
	want = slices.Compact(slices.Sorted(slices.Values(want)))
	for _, v := range want {
		if !slices.Contains(have, v) {
			added = append(added, v)
		}
	}
	for _, v := range have {
		if !slices.Contains(want, v) {
			removed = append(removed, v)
		}
	}
	return added, removed
}

func (s *Service) join(ctx context.Context, tx *db.Tx, field string, team desk.TeamID, agent desk.AgentID) error {
	n, err := tx.Exec(ctx, `
		INSERT INTO team_member (team, agent)
		SELECT team.id, agent.id FROM team, agent WHERE team.id = $1 AND agent.id = $2
		ON CONFLICT (team, agent) DO NOTHING`, team, agent)
	if err != nil {
		return fmt.Errorf("put agent %s into team %s: %w", agent, team, err)
	}
	if n == 0 {
		return desk.RefuseField(desk.Invalid, field, "no such team or agent")
	}
	return nil
}

func (s *Service) part(ctx context.Context, tx *db.Tx, team desk.TeamID, agent desk.AgentID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM team_member WHERE team = $1 AND agent = $2`, team, agent); err != nil {
		return fmt.Errorf("take agent %s out of team %s: %w", agent, team, err)
	}
	return nil
}

// moved tells live feeds that these agents are in other teams now.
func (s *Service) moved(ctx context.Context, tx *db.Tx, by desk.Actor, agents []desk.AgentID) error {
	for _, agent := range agents {
		if err := s.appendAgent(ctx, tx, by, agent, "teams"); err != nil {
			return err
		}
	}
	return s.AccessChanged(ctx, tx, by, agents...)
}
