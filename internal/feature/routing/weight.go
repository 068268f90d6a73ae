package routing

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/assign"
	"tellus/internal/platform/db"
)

// Weight is a member's share of what his team gives out by weight.
type Weight struct {
	Agent  desk.AgentID `json:"agent" minimum:"1"`
	Weight int          `json:"weight" minimum:"0" maximum:"10" doc:"0: he is given nothing"`
}

// usual is what somebody weighs for whom nothing was said.
const usual = 1

// Share is what somebody weighs, and how far he is with his share (assign.Person.Turn).
type Share struct {
	Weight int
	Turn   int64
}

// Shares are those of a team; who is not in it weighs one and has had nothing.
func (s *Service) Shares(ctx context.Context, tx *db.Tx, team desk.TeamID, agents []desk.AgentID) (map[desk.AgentID]Share, error) {
	type line struct {
		agent desk.AgentID
		Share
	}
	rows, err := tx.Query(ctx, `SELECT agent, weight, turn FROM distribution_weight WHERE team = $1`, team)
	all, err := db.Rows(rows, err, func(r *sql.Rows, l *line) error { return r.Scan(&l.agent, &l.Weight, &l.Turn) })
	if err != nil {
		return nil, fmt.Errorf("shares of team %s: %w", team, err)
	}
	shares := make(map[desk.AgentID]Share, len(agents))
	for _, agent := range agents {
		shares[agent] = Share{Weight: usual}
	}
	for _, l := range all {
		shares[l.agent] = l.Share
	}
	return shares, nil
}

// weights are those of a team that differ from the usual one, by agent.
func weights(ctx context.Context, tx *db.Tx, team desk.TeamID) ([]Weight, error) {
	rows, err := tx.Query(ctx, `SELECT agent, weight FROM distribution_weight WHERE team = $1 AND weight <> $2 ORDER BY agent`, team, usual)
	all, err := db.Rows(rows, err, func(r *sql.Rows, w *Weight) error { return r.Scan(&w.Agent, &w.Weight) })
	if err != nil {
		return nil, fmt.Errorf("weights in team %s: %w", team, err)
	}
	return append([]Weight{}, all...), nil
}

// weigh gives members of a team their weights, and everybody else the usual one. It refuses agents that are not there, and one that is named twice.
func weigh(ctx context.Context, tx *db.Tx, team desk.TeamID, all []Weight) error {
	if _, err := tx.Exec(ctx, `UPDATE distribution_weight SET weight = $2 WHERE team = $1`, team, usual); err != nil {
		return fmt.Errorf("weights in team %s: %w", team, err)
	}
	for i, w := range all {
		field := fmt.Sprintf("body.weights[%d]", i)
		if w.Weight < 0 || w.Weight > assign.Heaviest {
			return desk.RefuseField(desk.Invalid, field, "a weight is from 0 to %d", assign.Heaviest)
		}
		if slices.ContainsFunc(all[:i], func(o Weight) bool { return o.Agent == w.Agent }) {
			return desk.RefuseField(desk.Invalid, field, "somebody is named twice")
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO distribution_weight (team, agent, weight) SELECT $1, id, $3 FROM agent WHERE id = $2
			ON CONFLICT (team, agent) DO UPDATE SET weight = excluded.weight`, team, w.Agent, w.Weight)
		if err != nil {
			return fmt.Errorf("weight of agent %s in team %s: %w", w.Agent, team, err)
		}
		if n == 0 {
			return desk.RefuseField(desk.Invalid, field, "there is no such agent")
		}
	}
	return nil
}

// turned notes how far somebody is with his share of what a team gives out.
func turned(ctx context.Context, tx *db.Tx, team desk.TeamID, agent desk.AgentID, turn int64) error {
	if err := tx.Soon(ctx, `
		INSERT INTO distribution_weight (team, agent, weight, turn) VALUES ($1, $2, $3, $4)
		ON CONFLICT (team, agent) DO UPDATE SET turn = excluded.turn`, team, agent, usual, turn); err != nil {
		return fmt.Errorf("share of agent %s in team %s: %w", agent, team, err)
	}
	return nil
}
