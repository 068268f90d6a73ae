package eventlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tellus/internal/platform/db"
	"tellus/internal/platform/secret"
)

// identify returns the name of the log, and gives it one where it has none yet: after the first start, and after a restore.
func identify(ctx context.Context, d *db.DB) (id string, err error) {
	err = d.Ask(ctx, "SELECT id FROM event_log").Scan(&id)
	if err == nil {
		return id, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("identify event log: %w", err)
	}
	chance, _ := secret.NewToken()
	err = d.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO event_log (id) VALUES ($1) ON CONFLICT (only_one) DO NOTHING", chance[:12]); err != nil {
			return err
		}
		return tx.Row(ctx, "SELECT id FROM event_log").Scan(&id)
	})
	if err != nil {
		return "", fmt.Errorf("identify event log: %w", err)
	}
	return id, nil
}

// Forget takes the log's name, so that the next Open gives it another: a log that was restored goes on otherwise than those who followed it know.
func Forget(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, "DELETE FROM event_log"); err != nil {
		return fmt.Errorf("forget the name of the event log: %w", err)
	}
	return nil
}

// ID names the log, in letters, digits, - and _. It stays until a restore.
func (l *Log) ID() string { return l.id }
