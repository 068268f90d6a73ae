package staff

import (
	"context"
	"database/sql"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// mayManage refuses where by may not change somebody of that role: whoever manages another must be allowed all that the other is. So only owners
// manage owners, and an API token never gets at more than its scopes by way of somebody else's account.
func mayManage(by Identity, role desk.Role) error {
	if !by.May(desk.ManagePeople) {
		return desk.Refuse(desk.Forbidden, "your role does not allow %s", desk.ManagePeople)
	}
	for _, p := range desk.Roles[role] {
		if !by.May(p) {
			return desk.WhyAboveYou.Refuse().With(map[string]string{"permission": string(p)})
		}
	}
	return nil
}

// mayGive refuses where by may not give that role: nobody gives a role above his own.
func mayGive(by Identity, role desk.Role) error {
	if !role.Valid() {
		return desk.RefuseField(desk.Invalid, "body.role", "no such role")
	}
	if err := mayManage(by, role); err != nil {
		return desk.WhyRoleAbove.At("body.role")
	}
	return nil
}

// holdOwners holds the rows of all owners, in the order of their ids.
func (s *Service) holdOwners(ctx context.Context, tx *db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT id FROM agent WHERE role = 'owner' ORDER BY id`)
	owners, err := db.Rows(rows, err, func(r *sql.Rows, v *desk.AgentID) error { return r.Scan(v) })
	if err != nil {
		return fmt.Errorf("list owners: %w", err)
	}
	for _, id := range owners {
		if err := tx.Lock(ctx, "agent", int64(id)); err != nil {
			return err
		}
	}
	return nil
}

// keepAnOwner refuses where losing agent as an owner would leave nobody who can manage everything. The owners must be held, so that two who demote
// each other at the same time do not both succeed.
func (s *Service) keepAnOwner(ctx context.Context, tx *db.Tx, losing desk.AgentID) error {
	var left int
	err := tx.Row(ctx, `SELECT COUNT(*) FROM agent WHERE role = 'owner' AND active AND accepted_at > 0 AND id <> $1`, losing).Scan(&left)
	if err != nil {
		return fmt.Errorf("count owners: %w", err)
	}
	if left == 0 {
		return desk.WhyLastOwner.Refuse()
	}
	return nil
}
