package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Hand is what an agent puts below his answers, as HTML, and the time zone in which he reads clocks; empty for nobody.
func (s *Service) Hand(ctx context.Context, tx *db.Tx, id desk.AgentID) (signature, zone string, err error) {
	err = tx.Row(ctx, `SELECT signature, time_zone FROM agent WHERE id = $1`, id).Scan(&signature, &zone)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", "", fmt.Errorf("signature of agent %s: %w", id, err)
	}
	return signature, zone, nil
}
