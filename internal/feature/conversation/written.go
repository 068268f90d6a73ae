package conversation

import (
	"context"
	"database/sql"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Written is the beginning of what the customer wrote last in a conversation, without quoted history: at most five messages of 20,000 characters, the latest first. Who may
// see it is the caller's affair.
func (s *Service) Written(ctx context.Context, tx *db.Tx, id desk.ConversationID) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT substr(text, 1, 20000) FROM message WHERE conversation = $1 AND kind = 'incoming' ORDER BY id DESC LIMIT 5`, id)
	all, err := db.Rows(rows, err, func(r *sql.Rows, text *string) error { return r.Scan(text) })
	if err != nil {
		return nil, fmt.Errorf("what was written in conversation %s: %w", id, err)
	}
	return all, nil
}
