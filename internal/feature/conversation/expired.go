package conversation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Expiring says which finished conversations are not kept: of an inbox (0 for all), of a type (0 for all), finished before a time. What a legal hold keeps, a message that is
// still to be sent, and what was emptied already is never among them. One that was merged goes with what it lives in.
type Expiring struct {
	Inbox  desk.InboxID
	Type   desk.TypeID
	Before desk.Time
}

// heldWithin are the conversations into which others were merged that a hold keeps, on themselves or on their customers.
const heldWithin = `
	WITH RECURSIVE up (id) AS (
		SELECT f.merged_into FROM legal_hold h JOIN conversation f ON f.id = h.conversation WHERE h.ended_at = 0 AND f.merged_into <> 0
		UNION SELECT f.merged_into FROM legal_hold h JOIN conversation f ON f.customer = h.customer WHERE h.ended_at = 0 AND f.merged_into <> 0
		UNION SELECT f.merged_into FROM up JOIN conversation f ON f.id = up.id WHERE f.merged_into <> 0
	)
	SELECT id FROM up`

func (e Expiring) where(q *query) string {
	where := `c.resolved_at > 0 AND c.resolved_at < ` + q.arg(e.Before) + ` AND c.emptied_at = 0 AND c.status IN ('resolved', 'closed')
		AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.conversation = c.id AND h.ended_at = 0)
		AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.customer = c.customer AND h.ended_at = 0)
		AND (c.merged_into = 0 OR EXISTS (SELECT 1 FROM conversation t WHERE t.id = c.merged_into AND t.emptied_at > 0))
		AND c.id NOT IN (` + heldWithin + `)
		AND NOT EXISTS (SELECT 1 FROM message m WHERE m.conversation = c.id AND m.state IN ('queued', 'sending'))`
	if e.Inbox != 0 {
		where += ` AND c.inbox = ` + q.arg(int64(e.Inbox))
	}
	if e.Type != 0 {
		where += ` AND c.type_id = ` + q.arg(int64(e.Type))
	}
	return where
}

// CountExpired counts conversations that are not kept, up to most.
func (s *Service) CountExpired(ctx context.Context, tx *db.Tx, e Expiring, most int) (n int64, err error) {
	var q query
	text := `SELECT count(*) FROM (SELECT 1 FROM conversation c WHERE ` + e.where(&q) + ` LIMIT ` + q.arg(most) + `) x`
	if err := tx.Row(ctx, text, q.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count conversations that are not kept: %w", err)
	}
	return n, nil
}

// Expired is the conversation that was finished first among those that are not kept; 0 where there is none.
func (s *Service) Expired(ctx context.Context, tx *db.Tx, e Expiring) (id desk.ConversationID, err error) {
	var q query
	text := `SELECT c.id FROM conversation c WHERE ` + e.where(&q) + ` ORDER BY c.resolved_at, c.id LIMIT 1`
	err = tx.Row(ctx, text, q.args...).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("find a conversation that is not kept: %w", err)
	}
	return id, nil
}

// Owners are the customers of conversations, each once, in order.
func (s *Service) Owners(ctx context.Context, tx *db.Tx, ids []desk.ConversationID) ([]desk.CustomerID, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT customer FROM conversation WHERE id IN `+db.In(len(ids), 1)+` ORDER BY customer`, db.Args(ids)...)
	list, err := db.Rows(rows, err, scanID[desk.CustomerID])
	if err != nil {
		return nil, fmt.Errorf("customers of %d conversations: %w", len(ids), err)
	}
	return list, nil
}

// Bygone reports whether nothing that was said with a customer is kept: all of his conversations are emptied, and he wrote and takes part nowhere else.
func (s *Service) Bygone(ctx context.Context, tx *db.Tx, customer desk.CustomerID) (bygone bool, err error) {
	err = tx.Row(ctx, `
		SELECT NOT EXISTS (SELECT 1 FROM conversation WHERE customer = $1 AND emptied_at = 0)
			AND NOT EXISTS (SELECT 1 FROM message WHERE customer = $1 AND erased_at = 0)
			AND NOT EXISTS (SELECT 1 FROM participant WHERE customer = $1)`, customer).Scan(&bygone)
	if err != nil {
		return false, fmt.Errorf("is anything of customer %s kept: %w", customer, err)
	}
	return bygone, nil
}

// StartedAt is when a conversation began; 0 where there is none.
func (s *Service) StartedAt(ctx context.Context, tx *db.Tx, id desk.ConversationID) (at desk.Time, err error) {
	err = tx.Row(ctx, `SELECT created_at FROM conversation WHERE id = $1`, id).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("when conversation %s began: %w", id, err)
	}
	return at, nil
}
