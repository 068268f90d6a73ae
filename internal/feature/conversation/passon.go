package conversation

import (
	"context"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Given is what somebody had to accept: it was his since then, and so many minutes are over.
type Given struct {
	Conversation desk.ConversationID
	Agent        desk.AgentID
	Since        desk.Time
	Minutes      int
}

// PassOn takes from somebody what he was given and did not accept, and tells of it. It reports whether it did: it is left where somebody else has it by now, where it waits for nothing of
// ours, and where he did anything in it since, or has read what the customer wrote, be it before it was given to him. claim is asked once the conversation is held, always: whether this
// is still to be done.
func (s *Service) PassOn(ctx context.Context, tx *db.Tx, g Given, claim func() (bool, error)) (bool, error) {
	c, err := hold(ctx, tx, g.Conversation)
	gone := desk.IsRefusal(err, desk.NotFound)
	if err != nil && !gone {
		return false, err
	}
	if claimed, err := claim(); err != nil || !claimed || gone {
		return false, err
	}
	if c.ID != g.Conversation || c.Assignee != g.Agent || !c.waitsForUs() {
		return false, nil
	}
	var accepted bool
	if err := tx.Row(ctx, `
		SELECT EXISTS (SELECT 1 FROM read_mark WHERE agent = $1 AND conversation = $2 AND message >= $3)
			OR EXISTS (SELECT 1 FROM event WHERE conversation = $2 AND actor_kind = 'agent' AND actor_id = $1 AND at >= $4)`,
		g.Agent, c.ID, c.lastIncoming, g.Since).Scan(&accepted); err != nil {
		return false, fmt.Errorf("whether agent %s accepted conversation %s: %w", g.Agent, c.ID, err)
	}
	if accepted {
		return false, nil
	}
	c.Assignee = 0
	if err := eventlog.Append(ctx, tx, c.event(desk.System, desk.AssigneeChanged, map[string]any{"from": g.Agent, "to": 0, "minutes": g.Minutes})); err != nil {
		return false, err
	}
	return true, c.save(ctx, tx)
}
