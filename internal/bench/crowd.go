package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tellus/internal/app"
	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/secret"
)

// crowdSize is how many people beside the first ask for their counts, each once: counts are kept for a second for each of them, so that only the first
// question of each is answered by counting. Each follows a hundred conversations and is mentioned in ten.
const crowdSize = 110

func crowdToken(i int) string { return fmt.Sprintf("tls_bench_%04d", i) }

// crowd makes supervisors, who see everything, each with a token for the API.
func crowd(ctx context.Context, c app.Config, size int) error {
	d, err := db.Open(ctx, databaseURL(c), db.Options{Logger: quiet()})
	if err != nil {
		return err
	}
	scopes := make([]string, 0, len(desk.Roles[desk.Supervisor]))
	for _, p := range desk.Roles[desk.Supervisor] {
		scopes = append(scopes, string(p))
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		for i := range size {
			id, mail, token := 1000+i, fmt.Sprintf("crowd%d@bench.test", i), crowdToken(i)
			if _, err := tx.Exec(ctx, `
				INSERT INTO agent (id, name, email, email_key, role, accepted_at, created_at)
				VALUES ($1, $2, $3, $3, 'supervisor', $4, $4)
				ON CONFLICT (id) DO NOTHING`, id, fmt.Sprint("Crowd ", i), mail, tx.Now); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `
				INSERT INTO api_token (agent, name, token_hash, prefix, scopes, created_at, seen_at)
				VALUES ($1, 'bench', $2, $3, $4, $5, $5)
				ON CONFLICT (token_hash) DO UPDATE SET seen_at = EXCLUDED.seen_at`,
				id, secret.HashToken(token), token[:10], strings.Join(scopes, " "), tx.Now); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `
				INSERT INTO follower (conversation, agent)
				SELECT conversation, $1::bigint FROM (SELECT c.id AS conversation FROM conversation c ORDER BY c.id DESC LIMIT 100) newest WHERE TRUE
				ON CONFLICT DO NOTHING`, id); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `
				INSERT INTO mention (agent, message, conversation)
				SELECT $1::bigint, m.id, m.conversation FROM (SELECT id, conversation FROM message ORDER BY id DESC LIMIT 10) m WHERE TRUE
				ON CONFLICT DO NOTHING`, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("make a crowd: %w", err)
	}
	return errors.Join(err, d.Close())
}
