package staff

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tellus/internal/desk"
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

// Reseal brings every sealed secret of this package over to the newest key; see secret.Keyring.Rotate.
func (s *Service) Reseal(ctx context.Context, tx *db.Tx, again func(sealed []byte, context string) ([]byte, error)) error {
	type row struct {
		id     desk.AgentID
		sealed []byte
	}
	rows, err := tx.Query(ctx, `SELECT id, totp_secret FROM agent WHERE totp_secret IS NOT NULL ORDER BY id`)
	all, err := db.Rows(rows, err, func(r *sql.Rows, v *row) error { return r.Scan(&v.id, &v.sealed) })
	if err != nil {
		return fmt.Errorf("list authenticators: %w", err)
	}
	for _, v := range all {
		fresh, err := again(v.sealed, totpContext(v.id))
		if err != nil {
			return fmt.Errorf("reseal authenticator of agent %s: %w", v.id, err)
		}
		// Only where it is still the one that was read: the person may be changing it.
		if _, err := tx.Exec(ctx, `UPDATE agent SET totp_secret = $1 WHERE id = $2 AND totp_secret = $3`, fresh, v.id, v.sealed); err != nil {
			return fmt.Errorf("store authenticator of agent %s: %w", v.id, err)
		}
	}
	return nil
}
