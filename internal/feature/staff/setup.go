package staff

import (
	"context"
	"fmt"

	"tellus/internal/platform/db"
)

// NeedsSetup reports whether nobody could administrate Tellus yet: there is no owner who has accepted.
func (s *Service) NeedsSetup(ctx context.Context, tx *db.Tx) (bool, error) {
	var n int
	err := tx.Row(ctx, `SELECT COUNT(*) FROM agent WHERE role = 'owner' AND active AND accepted_at > 0`).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("count owners: %w", err)
	}
	return n == 0, nil
}
