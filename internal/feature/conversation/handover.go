package conversation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// HandOver takes a conversation that waits for our answer from somebody who is absent until a time, and gives it to another, or back to its team where to is 0. It tells of it, and reports
// whether it did: it is left where somebody else has it by now, and where it waits for nothing of ours. allowed says of a row that is held whom else it can go to.
func (s *Service) HandOver(ctx context.Context, tx *db.Tx, id desk.ConversationID, from desk.AgentID, until desk.Time, to func(desk.Conversation) (desk.AgentID, error)) (bool, error) {
	c, err := hold(ctx, tx, id)
	if desk.IsRefusal(err, desk.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if c.Assignee != from || from == 0 || !c.waitsForUs() {
		return false, nil
	}
	next, err := to(c.Conversation)
	if err != nil {
		return false, err
	}
	c.Assignee = next
	if err := eventlog.Append(ctx, tx, c.event(desk.System, desk.AssigneeChanged, map[string]any{"from": from, "to": next, "absent": until})); err != nil {
		return false, err
	}
	return true, c.save(ctx, tx)
}

// WaitsFor are conversations that wait for an answer of somebody, what is due first before the others, at most limit of them behind one.
func (s *Service) WaitsFor(ctx context.Context, tx *db.Tx, agent desk.AgentID, behind InQueue, limit int) ([]InQueue, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.id, c.due_at FROM conversation c
		WHERE c.assignee = $1 AND c.shelf = 0 AND c.status <> 'waiting' AND (c.due_at, c.id) > ($3, $4)
		ORDER BY c.due_at, c.id
		LIMIT $2`, agent, limit, behind.Due, behind.ID)
	all, err := db.Rows(rows, err, func(r *sql.Rows, q *InQueue) error { return r.Scan(&q.ID, &q.Due) })
	if err != nil {
		return nil, fmt.Errorf("what waits for agent %s: %w", agent, err)
	}
	return all, nil
}

// HolderOf is who has a conversation, 0 for nobody; the one that it went into where it was merged.
func (s *Service) HolderOf(ctx context.Context, tx *db.Tx, id desk.ConversationID) (agent desk.AgentID, err error) {
	err = tx.Row(ctx, `SELECT COALESCE(assignee, 0) FROM conversation WHERE id = $1`, id).Scan(&agent)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("who has conversation %s: %w", id, err)
	}
	return agent, nil
}
