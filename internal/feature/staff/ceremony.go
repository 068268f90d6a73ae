package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tellus/internal/platform/db"
	"tellus/internal/platform/secret"
)

// Ceremonies are kept between two requests: purpose and name find them, and they count once.

func ceremonyHash(purpose, name string) []byte { return secret.HashToken(purpose + "\n" + name) }

// KeepCeremony keeps what a ceremony must remember, under its name, for a while. A later one of the same name replaces it.
func (s *Service) KeepCeremony(ctx context.Context, tx *db.Tx, purpose, name, data string, life time.Duration) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO ceremony (token_hash, purpose, data, expires_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`,
		ceremonyHash(purpose, name), purpose, data, tx.Now.Add(life))
	if err != nil {
		return fmt.Errorf("keep %s ceremony: %w", purpose, err)
	}
	return nil
}

func (s *Service) seeCeremony(ctx context.Context, tx *db.Tx, purpose, name string) (data string, found bool, err error) {
	return ceremonyData(purpose, tx.Row(ctx, `SELECT data FROM ceremony WHERE token_hash = $1 AND expires_at > $2`,
		ceremonyHash(purpose, name), tx.Now))
}

// TakeCeremony returns a ceremony and ends it. Of two at the same time one finds it.
func (s *Service) TakeCeremony(ctx context.Context, tx *db.Tx, purpose, name string) (data string, found bool, err error) {
	return ceremonyData(purpose, tx.Row(ctx, `DELETE FROM ceremony WHERE token_hash = $1 AND expires_at > $2 RETURNING data`,
		ceremonyHash(purpose, name), tx.Now))
}

func ceremonyData(purpose string, row *db.Row) (data string, found bool, err error) {
	err = row.Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read %s ceremony: %w", purpose, err)
	}
	return data, true, nil
}
