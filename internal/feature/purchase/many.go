package purchase

import (
	"context"
	"database/sql"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// After returns the ids of purchases above one, the least first.
func (s *Service) After(ctx context.Context, tx *db.Tx, after desk.PurchaseID, limit int) ([]desk.PurchaseID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM purchase WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
	list, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.PurchaseID) error { return r.Scan(id) })
	if err != nil {
		return nil, fmt.Errorf("list purchases to index: %w", err)
	}
	return list, nil
}

// Many returns those of some purchases that the scope's agent may see, by their ids, with their lines and without the conversations that are about them.
func (s *Service) Many(ctx context.Context, tx *db.Tx, scope desk.Scope, ids []desk.PurchaseID) (map[desk.PurchaseID]desk.Purchase, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	q := query{args: db.Args(ids)}
	text := `SELECT ` + columns + ` FROM purchase b WHERE b.id IN ` + db.In(len(ids), 1) + ` AND ` + q.seen(scope)
	rows, err := tx.Query(ctx, text, q.args...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, p *desk.Purchase) error { return scan(r, p) })
	if err == nil {
		err = items(ctx, tx, list)
	}
	if err != nil {
		return nil, fmt.Errorf("load %d purchases: %w", len(ids), err)
	}
	all := make(map[desk.PurchaseID]desk.Purchase, len(list))
	for _, p := range list {
		all[p.ID] = p
	}
	return all, nil
}
