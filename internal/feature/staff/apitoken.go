package staff

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/secret"
)

// tokenStart begins every API token, so that programs that look for leaked secrets know one when they see it.
const tokenStart = "tellus_"

const maxTokens = 100 // of one agent

// NewToken is what an API token is made of.
type NewToken struct {
	Name      string
	Scopes    []string
	ExpiresAt desk.Time // 0 for never
}

// CreateToken makes an API token for the asker and returns its text, which is shown once.
func (s *Service) CreateToken(ctx context.Context, tx *db.Tx, id Identity, from Visitor, n NewToken) (t desk.Token, text string, err error) {
	if n.Name, err = checkName("body.name", n.Name, 60); err != nil {
		return desk.Token{}, "", err
	}
	if n.ExpiresAt != 0 && !tx.Now.Before(n.ExpiresAt) {
		return desk.Token{}, "", desk.WhyDatePast.At("body.expiresAt")
	}
	scopes := slices.Compact(slices.Sorted(slices.Values(n.Scopes)))
	if len(scopes) == 0 {
		return desk.Token{}, "", desk.WhyNeeded.At("body.scopes")
	}
	for _, scope := range scopes {
		if !id.May(desk.Permission(scope)) {
			return desk.Token{}, "", desk.WhyScopes.At("body.scopes")
		}
	}
	var count int
	if err := tx.Row(ctx, `SELECT COUNT(*) FROM api_token WHERE agent = $1`, id.Agent).Scan(&count); err != nil {
		return desk.Token{}, "", fmt.Errorf("count API tokens: %w", err)
	}
	if count >= maxTokens {
		return desk.Token{}, "", desk.WhyEnough.Refuse(maxTokens)
	}
	random, _ := secret.NewToken()
	text = tokenStart + random
	t = desk.Token{Name: n.Name, Agent: id.Agent, Scopes: scopes, Prefix: text[:len(tokenStart)+5], CreatedAt: tx.Now, ExpiresAt: n.ExpiresAt}
	err = tx.Row(ctx, `
		INSERT INTO api_token (agent, name, token_hash, prefix, scopes, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		RETURNING id`, id.Agent, n.Name, secret.HashToken(text), t.Prefix, strings.Join(scopes, " "), tx.Now, n.ExpiresAt).Scan(&t.ID)
	if err != nil {
		return desk.Token{}, "", fmt.Errorf("make API token: %w", err)
	}
	return t, text, s.Audit(ctx, tx, Entry{By: id.By(), Action: "token.created", Subject: aboutToken(t.ID), From: from,
		Changes: desk.Differences(desk.Token{}, t, "name", "scopes", "expiresAt")})
}

func aboutToken(id desk.TokenID) string { return fmt.Sprintf("token:%d", id) }

// Tokens lists the asker's API tokens; whoever manages people sees everybody's.
func (s *Service) Tokens(ctx context.Context, tx *db.Tx, id Identity) ([]desk.Token, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, agent, name, prefix, scopes, created_at, seen_at, expires_at
		FROM api_token
		WHERE agent = $1 OR $2
		ORDER BY id
		LIMIT 1000`, id.Agent, id.May(desk.ManagePeople))
	all, err := db.Rows(rows, err, func(r *sql.Rows, t *desk.Token) error {
		var scopes string
		err := r.Scan(&t.ID, &t.Agent, &t.Name, &t.Prefix, &scopes, &t.CreatedAt, &t.SeenAt, &t.ExpiresAt)
		t.Scopes = strings.Fields(scopes)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list API tokens: %w", err)
	}
	return all, nil
}

// RevokeToken ends an API token of the asker's own, or of somebody whom he manages.
func (s *Service) RevokeToken(ctx context.Context, tx *db.Tx, id Identity, from Visitor, token desk.TokenID) error {
	all, err := s.Tokens(ctx, tx, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(t desk.Token) bool { return t.ID == token })
	if i < 0 {
		return desk.Refuse(desk.NotFound, "no token %d", token)
	}
	if all[i].Agent != id.Agent {
		if _, err := s.manage(ctx, tx, id, all[i].Agent); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM api_token WHERE id = $1`, token); err != nil {
		return fmt.Errorf("revoke API token %d: %w", token, err)
	}
	return s.Audit(ctx, tx, Entry{By: id.By(), Action: "token.revoked", Subject: aboutToken(token), From: from})
}
