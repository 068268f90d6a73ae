package staff

import (
	"context"
	"database/sql"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Entry is a line for the audit log.
type Entry struct {
	By      desk.Actor
	Action  string // such as "signin.ok", "export.conversation", "inbox.updated"
	Subject string // "kind:id", "" where there is none
	From    Visitor
	Detail  string // what changed: names of fields, codes, ids; never a value, a secret or what somebody typed
}

// Audit appends a line to the log of sign-ins, exports and changes of settings. The line stands or falls with the transaction.
func (s *Service) Audit(ctx context.Context, tx *db.Tx, e Entry) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO audit (at, actor_kind, actor_id, action, subject, ip, device, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tx.Now, e.By.Kind, e.By.ID, e.Action, e.Subject, db.Text(e.From.IP), db.Text(e.From.Device), db.Text(e.Detail))
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	return nil
}

// AuditLog returns up to limit lines that are older than the one with id before (0: the newest), newest first.
func (s *Service) AuditLog(ctx context.Context, tx *db.Tx, before int64, limit int) ([]desk.AuditEntry, error) {
	if before <= 0 {
		before = 1 << 53
	}
	rows, err := tx.Query(ctx, `
		SELECT id, at, actor_kind, actor_id, action, subject, ip, device, detail
		FROM audit
		WHERE id < $1
		ORDER BY id DESC
		LIMIT $2`, before, limit)
	all, err := db.Rows(rows, err, func(r *sql.Rows, v *desk.AuditEntry) error {
		return r.Scan(&v.ID, &v.At, &v.By.Kind, &v.By.ID, &v.Action, &v.Subject, &v.IP, &v.Device, &v.Detail)
	})
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	return all, nil
}
