package staff

import (
	"context"
	"fmt"
	"time"

	"tellus/internal/platform/db"
)

// Sweep removes sessions, links and ceremonies that are over. Upkeep calls it once an hour.
func (s *Service) Sweep(ctx context.Context, tx *db.Tx) error {
	for _, sweep := range []struct {
		query string
		args  []any
	}{
		{`DELETE FROM session WHERE expires_at < $1 OR seen_at < $2`, []any{tx.Now, tx.Now.Add(-SessionIdle)}},
		{`DELETE FROM one_time_link WHERE expires_at < $1`, []any{tx.Now.Add(-24 * time.Hour)}},
		{`DELETE FROM ceremony WHERE expires_at < $1`, []any{tx.Now}},
	} {
		if _, err := tx.Exec(ctx, sweep.query, sweep.args...); err != nil {
			return fmt.Errorf("sweep doors: %w", err)
		}
	}
	return nil
}
