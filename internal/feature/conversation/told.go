package conversation

import (
	"context"
	"database/sql"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// FollowersOf returns who follows conversations, by id.
func (s *Service) FollowersOf(ctx context.Context, tx *db.Tx, ids []desk.ConversationID) (map[desk.ConversationID][]desk.AgentID, error) {
	var q query
	q.WriteString(`SELECT conversation, agent FROM follower WHERE conversation IN ` + list(&q, ids) + ` ORDER BY conversation, agent`)
	type follower struct {
		conversation desk.ConversationID
		agent        desk.AgentID
	}
	rows, err := tx.Query(ctx, q.String(), q.args...)
	all, err := db.Rows(rows, err, func(r *sql.Rows, f *follower) error { return r.Scan(&f.conversation, &f.agent) })
	if err != nil {
		return nil, fmt.Errorf("followers of conversations: %w", err)
	}
	out := map[desk.ConversationID][]desk.AgentID{}
	for _, f := range all {
		out[f.conversation] = append(out[f.conversation], f.agent)
	}
	return out, nil
}

// WrittenByMachines returns which of some messages no person wrote.
func (s *Service) WrittenByMachines(ctx context.Context, tx *db.Tx, ids []desk.MessageID) (map[desk.MessageID]bool, error) {
	var q query
	q.WriteString(`SELECT id FROM message WHERE automatic <> '' AND id IN ` + list(&q, ids))
	rows, err := tx.Query(ctx, q.String(), q.args...)
	all, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.MessageID) error { return r.Scan(id) })
	if err != nil {
		return nil, fmt.Errorf("messages by machines: %w", err)
	}
	out := map[desk.MessageID]bool{}
	for _, id := range all {
		out[id] = true
	}
	return out, nil
}
