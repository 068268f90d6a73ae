package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Signature is what an agent puts below his answers, as HTML; "" where he has none.
func (s *Service) Signature(ctx context.Context, tx *db.Tx, id desk.AgentID) (string, error) {
	var signature string
	err := tx.Row(ctx, `SELECT signature FROM agent WHERE id = $1`, id).Scan(&signature)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("signature of agent %s: %w", id, err)
	}
	return signature, nil
}
