package conversation

import (
	"context"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// onlyByNext refuses to let an agent choose what his team has taken by "next" only: what TakeNext would serve is not given to anybody, himself included, by who may not manage teams,
// unless he has it himself. Rules, distribution and supervisors give as ever, and what waits for nothing of ours is everybody's.
func (c *row) onlyByNext(ctx context.Context, tx *db.Tx, by desk.Actor) error {
	if by.Agent() == 0 || c.Assignee == by.Agent() || c.Team == 0 || !c.waitsForUs() {
		return nil
	}
	var only bool
	if err := tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM distribution WHERE team = $1 AND only_next)`, c.Team).Scan(&only); err != nil {
		return fmt.Errorf("how team %s takes work: %w", c.Team, err)
	}
	if !only {
		return nil
	}
	var role desk.Role
	if err := tx.Row(ctx, `SELECT role FROM agent WHERE id = $1`, by.Agent()).Scan(&role); err != nil {
		return fmt.Errorf("role of agent %s: %w", by.Agent(), err)
	}
	if role.May(desk.ManageTeams) {
		return nil
	}
	return desk.WhyOnlyNext.Refuse()
}
