package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// doorRow is what the doors need of an agent. It is never part of an answer or a log.
type doorRow struct {
	id       desk.AgentID
	name     string
	email    string
	role     desk.Role
	language string
	timeZone string
	password string // its hash; "" before the invitation is accepted
	totp     []byte // sealed
	totpStep int64
	active   bool
	accepted desk.Time
	version  int64
}

func (s *Service) doorRow(ctx context.Context, tx *db.Tx, query string, arg any) (d doorRow, found bool, err error) {
	err = tx.Row(ctx, query, arg).Scan(&d.id, &d.name, &d.email, &d.role, &d.language, &d.timeZone, &d.password, &d.totp, &d.totpStep, &d.active,
		&d.accepted, &d.version)
	if errors.Is(err, sql.ErrNoRows) {
		return doorRow{}, false, nil
	}
	if err != nil {
		return doorRow{}, false, fmt.Errorf("read agent at the door: %w", err)
	}
	return d, true, nil
}

// hold locks an agent's row and reads it. An unknown or inactive agent is refused as signed out.
func (s *Service) hold(ctx context.Context, tx *db.Tx, id desk.AgentID) (doorRow, error) {
	if err := tx.Lock(ctx, "agent", int64(id)); err != nil {
		return doorRow{}, err
	}
	d, found, err := s.doorRow(ctx, tx, sqlDoorByID, id)
	if err != nil {
		return doorRow{}, err
	}
	if !found || !d.active {
		return doorRow{}, errSignedOut
	}
	return d, nil
}

func (d doorRow) recipient() Recipient {
	return Recipient{Name: d.name, Address: d.email, Language: d.language, TimeZone: d.timeZone}
}

func subject(id desk.AgentID) string { return "agent:" + id.String() }

// deviceOf returns the bucket of a device that has signed in to this account before, "" where the cookie is none of it. The cookie lets a device
// be known, not be signed in.
func (s *Service) deviceOf(cookie string, agent desk.AgentID) string {
	payload, ok := s.keys.Verify("device", cookie)
	if !ok {
		return ""
	}
	id, err := strconv.ParseInt(beforeDot(string(payload)), 10, 64)
	if err != nil || desk.AgentID(id) != agent || agent == 0 {
		return ""
	}
	return "device:" + string(payload)
}

func beforeDot(s string) string {
	for i := range len(s) {
		if s[i] == '.' {
			return s[:i]
		}
	}
	return ""
}
