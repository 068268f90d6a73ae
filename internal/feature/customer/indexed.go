package customer

import (
	"context"
	"database/sql"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// After returns the ids of customers above one, the least first.
func (s *Service) After(ctx context.Context, tx *db.Tx, after desk.CustomerID, limit int) ([]desk.CustomerID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM customer WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
	list, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.CustomerID) error { return r.Scan(id) })
	if err != nil {
		return nil, fmt.Errorf("list customers to index: %w", err)
	}
	return list, nil
}

// SeenAmong returns those of some customers whom the scope's agent may see, by their ids.
func (s *Service) SeenAmong(ctx context.Context, tx *db.Tx, scope desk.Scope, ids []desk.CustomerID) (map[desk.CustomerID]desk.Customer, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	q := query{args: db.Args(ids)}
	text := `SELECT p.id FROM customer p WHERE p.id IN ` + db.In(len(ids), 1) + ` AND ` + Seen(scope, "p", q.arg)
	rows, err := tx.Query(ctx, text, q.args...)
	seen, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.CustomerID) error { return r.Scan(id) })
	if err != nil {
		return nil, fmt.Errorf("who of %d customers is seen: %w", len(ids), err)
	}
	return s.Many(ctx, tx, seen)
}
