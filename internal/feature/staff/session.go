package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/secret"
)

// How long a sign-in lasts.
const (
	SessionIdle    = 30 * 24 * time.Hour // since it was last used
	SessionMax     = 90 * 24 * time.Hour // since the sign-in
	factorWait     = 10 * time.Minute    // to come up with the second factor
	seenResolution = 10 * time.Minute    // "last seen" is written at most so often
)

const (
	stageFull   = "full"
	stageFactor = "second_factor"
)

// Authenticate returns who holds the text of a session's cookie. It refuses with SignedOut where the session is unknown, over or revoked, or
// its agent is no longer active. Where stale is true the caller should call Touch in a writing transaction.
func (s *Service) Authenticate(ctx context.Context, tx *db.Tx, token string) (id Identity, stale bool, err error) {
	var stage string
	var created, seen, expires desk.Time
	err = tx.Row(ctx, sqlSessionByHash, secret.HashToken(token)).Scan(&id.Session, &stage, &created, &seen, &expires,
		&id.Agent, &id.Name, &id.Role, &id.Language, &id.TimeZone)
	if errors.Is(err, sql.ErrNoRows) {
		return Identity{}, false, errSignedOut
	}
	if err != nil {
		return Identity{}, false, fmt.Errorf("find session: %w", err)
	}
	if !tx.Now.Before(expires) || tx.Now.Sub(seen) > SessionIdle {
		return Identity{}, false, errSignedOut
	}
	if stage != stageFull {
		id.Pending = true
		return id, false, nil
	}
	id.Permissions = desk.Roles[id.Role]
	id.Scope, err = s.scope(ctx, tx, id.Agent, id.May(desk.SeeAll))
	return id, tx.Now.Sub(seen) > seenResolution, err
}

// AuthenticateToken is Authenticate for the text of an API token, whose scopes narrow what the agent may.
func (s *Service) AuthenticateToken(ctx context.Context, tx *db.Tx, token string) (id Identity, stale bool, err error) {
	var scopes string
	var seen, expires desk.Time
	err = tx.Row(ctx, sqlTokenByHash, secret.HashToken(token)).Scan(&id.Token, &scopes, &seen, &expires,
		&id.Agent, &id.Name, &id.Role, &id.Language, &id.TimeZone)
	if errors.Is(err, sql.ErrNoRows) {
		return Identity{}, false, errSignedOut
	}
	if err != nil {
		return Identity{}, false, fmt.Errorf("find API token: %w", err)
	}
	if expires != 0 && !tx.Now.Before(expires) {
		return Identity{}, false, errSignedOut
	}
	id.Permissions = narrow(id.Role, strings.Fields(scopes))
	id.Scope, err = s.scope(ctx, tx, id.Agent, id.May(desk.SeeAll))
	return id, tx.Now.Sub(seen) > seenResolution, err
}

// Touch notes that an identity was used now.
func (s *Service) Touch(ctx context.Context, tx *db.Tx, id Identity, from Visitor) error {
	var err error
	if id.Token != 0 {
		_, err = tx.Exec(ctx, `UPDATE api_token SET seen_at = $1 WHERE id = $2`, tx.Now, id.Token)
	} else {
		_, err = tx.Exec(ctx, `UPDATE session SET seen_at = $1, ip = $2 WHERE id = $3`, tx.Now, from.IP, id.Session)
	}
	if err != nil {
		return fmt.Errorf("note use: %w", err)
	}
	if _, err = tx.Exec(ctx, `UPDATE agent SET seen_at = $1 WHERE id = $2`, tx.Now, id.Agent); err != nil {
		return fmt.Errorf("note agent seen: %w", err)
	}
	return nil
}

// startSession signs a device in and returns the text for its cookie.
func (s *Service) startSession(ctx context.Context, tx *db.Tx, agent desk.AgentID, stage string, from Visitor) (token string, err error) {
	token, hash := secret.NewToken()
	expires := tx.Now.Add(SessionMax)
	if stage != stageFull {
		expires = tx.Now.Add(factorWait)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO session (agent, token_hash, stage, device, ip, created_at, seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7)`, agent, hash, stage, db.Text(from.Device), db.Text(from.IP), tx.Now, expires)
	if err != nil {
		return "", fmt.Errorf("start session of agent %s: %w", agent, err)
	}
	if stage != stageFull {
		return token, nil
	}
	if _, err = tx.Exec(ctx, `UPDATE agent SET seen_at = $1 WHERE id = $2`, tx.Now, agent); err != nil {
		return "", fmt.Errorf("note agent seen: %w", err)
	}
	return token, nil
}

// finishSession turns a session that waited for its second factor into a full one, with a new cookie, so that a cookie from before the
// second factor is worth nothing after it.
func (s *Service) finishSession(ctx context.Context, tx *db.Tx, id desk.SessionID, agent desk.AgentID) (token string, err error) {
	token, hash := secret.NewToken()
	n, err := tx.Exec(ctx, `
		UPDATE session SET token_hash = $1, stage = 'full', seen_at = $2, expires_at = $3
		WHERE id = $4 AND agent = $5 AND stage = 'second_factor' AND expires_at > $2`,
		hash, tx.Now, tx.Now.Add(SessionMax), id, agent)
	if err != nil {
		return "", fmt.Errorf("finish session %d: %w", id, err)
	}
	if n == 0 {
		return "", errSignedOut
	}
	if _, err = tx.Exec(ctx, `UPDATE agent SET seen_at = $1 WHERE id = $2`, tx.Now, agent); err != nil {
		return "", fmt.Errorf("note agent seen: %w", err)
	}
	return token, nil
}

// Leave ends the session that a browser held before it signed in anew, so that a list of devices shows each once. An unknown cookie is none.
func (s *Service) Leave(ctx context.Context, tx *db.Tx, cookie string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM session WHERE token_hash = $1`, secret.HashToken(cookie)); err != nil {
		return fmt.Errorf("end former session: %w", err)
	}
	return nil
}

// Sessions lists an agent's signed-in devices, the last used first.
func (s *Service) Sessions(ctx context.Context, tx *db.Tx, agent desk.AgentID, current desk.SessionID) ([]desk.Session, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, device, ip, created_at, seen_at
		FROM session
		WHERE agent = $1 AND stage = 'full' AND expires_at > $2 AND seen_at > $3
		ORDER BY seen_at DESC, id DESC
		LIMIT 200`, agent, tx.Now, tx.Now.Add(-SessionIdle))
	all, err := db.Rows(rows, err, func(r *sql.Rows, v *desk.Session) error {
		err := r.Scan(&v.ID, &v.Device, &v.IP, &v.CreatedAt, &v.SeenAt)
		v.Current = v.ID == current
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list sessions of agent %s: %w", agent, err)
	}
	return all, nil
}

// SignOut ends the asker's own session.
func (s *Service) SignOut(ctx context.Context, tx *db.Tx, id Identity, from Visitor) error {
	if _, err := tx.Exec(ctx, `DELETE FROM session WHERE id = $1`, id.Session); err != nil {
		return fmt.Errorf("end session %d: %w", id.Session, err)
	}
	if err := s.AccessChanged(ctx, tx, id.By(), id.Agent); err != nil {
		return err
	}
	return s.Audit(ctx, tx, Entry{By: id.By(), Action: "signout", From: from})
}

// RevokeSession ends one of the agent's own sessions.
func (s *Service) RevokeSession(ctx context.Context, tx *db.Tx, id Identity, from Visitor, session desk.SessionID) error {
	n, err := tx.Exec(ctx, `DELETE FROM session WHERE id = $1 AND agent = $2`, session, id.Agent)
	if err != nil {
		return fmt.Errorf("end session %d: %w", session, err)
	}
	if n == 0 {
		return desk.Refuse(desk.NotFound, "no session %d", session)
	}
	if err := s.AccessChanged(ctx, tx, id.By(), id.Agent); err != nil {
		return err
	}
	return s.Audit(ctx, tx, Entry{By: id.By(), Action: "session.revoked", From: from})
}

// RevokeOtherSessions ends all of the agent's sessions but the one that asks.
func (s *Service) RevokeOtherSessions(ctx context.Context, tx *db.Tx, id Identity, from Visitor) error {
	if err := s.endSessions(ctx, tx, id.Agent, id.Session); err != nil {
		return err
	}
	return s.Audit(ctx, tx, Entry{By: id.By(), Action: "session.revoked_others", From: from})
}

// endSessions ends every session of an agent but keep (0: every one). His live feeds start anew, and those without a session end.
func (s *Service) endSessions(ctx context.Context, tx *db.Tx, agent desk.AgentID, keep desk.SessionID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM session WHERE agent = $1 AND id <> $2`, agent, keep); err != nil {
		return fmt.Errorf("end sessions of agent %s: %w", agent, err)
	}
	return s.AccessChanged(ctx, tx, desk.System, agent)
}
