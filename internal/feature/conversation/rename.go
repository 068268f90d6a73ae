package conversation

import (
	"context"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// CarryName gives at most limit of a customer's conversations the name that he has now, the unfinished first; it returns how many. Nothing is left to do once
// that is less than limit.
func (s *Service) CarryName(ctx context.Context, tx *db.Tx, customer desk.CustomerID, limit int) (int, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.id
		FROM conversation c
		JOIN customer p ON p.id = c.customer
		WHERE c.customer = $1 AND c.customer_name <> p.name
		ORDER BY c.shelf, c.id
		LIMIT $2`, customer, limit)
	ids, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return 0, fmt.Errorf("conversations of customer %s by a former name: %w", customer, err)
	}
	var name string
	if len(ids) > 0 {
		// Held, so that nobody renames him between this look and the rows; customer before conversation, as everywhere.
		if err := tx.Lock(ctx, "customer", int64(customer)); err != nil {
			return 0, err
		}
		if err := tx.Row(ctx, `SELECT name FROM customer WHERE id = $1`, customer).Scan(&name); err != nil {
			return 0, fmt.Errorf("name of customer %s: %w", customer, err)
		}
	}
	for _, id := range ids {
		merged, err := renameMerged(ctx, tx, id, customer, name)
		if err != nil {
			return 0, err
		}
		if merged {
			continue
		}
		c, err := hold(ctx, tx, id)
		if err != nil {
			return 0, err
		}
		if c.Customer != customer {
			continue // moved to somebody else meanwhile
		}
		c.CustomerName = name
		if err := c.save(ctx, tx); err != nil {
			return 0, err
		}
		if err := eventlog.Append(ctx, tx, c.event(desk.System, desk.CustomerRenamed, nil)); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
