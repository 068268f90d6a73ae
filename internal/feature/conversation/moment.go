package conversation

import (
	"context"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/platform/db"
)

// keepMoments notes, before the conversation is saved, since when its status is what it is, and since when its customer owes an answer.
func (c *row) keepMoments(now desk.Time) {
	if c.Status != c.before.status {
		c.statusAt = now
	}
	switch {
	case c.WaitingSince != 0 || c.happened == deadline.Wrote:
		c.silentAt = 0
	case c.happened == deadline.Answered:
		c.silentAt = now
	}
}

// Following are the conversations behind the given one that time rules look at, by their ids, at most limit: unfinished ones, finished ones too where that is asked for.
func (s *Service) Following(ctx context.Context, tx *db.Tx, after desk.ConversationID, finished bool, limit int) ([]desk.ConversationID, error) {
	last := desk.ShelfSnoozed
	if finished {
		last = desk.ShelfFinished
	}
	rows, err := tx.Query(ctx, `SELECT id FROM conversation WHERE id > $1 AND shelf >= 0 AND shelf <= $2 ORDER BY id LIMIT $3`, after, last, limit)
	ids, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return nil, fmt.Errorf("conversations behind %s: %w", after, err)
	}
	return ids, nil
}

// Latest are those of the same that the asker sees, the newest first, at most limit.
func (s *Service) Latest(ctx context.Context, tx *db.Tx, scope desk.Scope, finished bool, limit int) ([]desk.Conversation, error) {
	last := desk.ShelfSnoozed
	if finished {
		last = desk.ShelfFinished
	}
	var q query
	q.WriteString(`SELECT ` + rowColumns + ` FROM conversation c WHERE c.shelf >= 0 AND c.shelf <= ` + q.arg(int64(last)) + ` AND ` + q.visible(scope) + ` ORDER BY c.id DESC LIMIT ` + q.arg(limit))
	rows, err := tx.Query(ctx, q.String(), q.args...)
	found, err := scanRows(rows, err)
	if err != nil {
		return nil, fmt.Errorf("latest conversations: %w", err)
	}
	all := make([]desk.Conversation, len(found))
	for i, c := range found {
		all[i] = c.Conversation
	}
	return all, nil
}

// UnfinishedOf are the unfinished conversations of a customer, the newest first, at most limit.
func (s *Service) UnfinishedOf(ctx context.Context, tx *db.Tx, id desk.CustomerID, limit int) ([]desk.ConversationID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM conversation WHERE customer = $1 AND shelf IN (0, 1) ORDER BY last_at DESC, id DESC LIMIT $2`, id, limit)
	ids, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return nil, fmt.Errorf("conversations of customer %s: %w", id, err)
	}
	return ids, nil
}
