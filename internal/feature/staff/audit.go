package staff

import (
	"context"
	"database/sql"
	"encoding/json"
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
	Detail  string             // codes and ids; never a secret
	Changes []desk.FieldChange // what a change of settings changed, old and new; secrets only as replaced
}

// Audit appends a line to the log of sign-ins, exports and changes of settings. The line stands or falls with the transaction.
func (s *Service) Audit(ctx context.Context, tx *db.Tx, e Entry) error {
	changes := ""
	if len(e.Changes) > 0 {
		data, err := json.Marshal(e.Changes)
		if err != nil {
			return fmt.Errorf("audit %s: %w", e.Action, err)
		}
		changes = string(data)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO audit (at, actor_kind, actor_id, action, subject, ip, device, detail, changes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.Now, e.By.Kind, e.By.ID, e.Action, e.Subject, db.Text(e.From.IP), db.Text(e.From.Device), db.Text(e.Detail), db.Text(changes))
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
		SELECT id, at, actor_kind, actor_id, action, subject, ip, device, detail, changes
		FROM audit
		WHERE id < $1
		ORDER BY id DESC
		LIMIT $2`, before, limit)
	all, err := db.Rows(rows, err, func(r *sql.Rows, v *desk.AuditEntry) error {
		var changes string
		if err := r.Scan(&v.ID, &v.At, &v.By.Kind, &v.By.ID, &v.Action, &v.Subject, &v.IP, &v.Device, &v.Detail, &changes); err != nil || changes == "" {
			return err
		}
		if err := json.Unmarshal([]byte(changes), &v.Changes); err != nil {
			return fmt.Errorf("changes of line %d: %w", v.ID, err)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	return all, nil
}
