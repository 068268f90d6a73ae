package customer

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
)

// nearest is how many addresses are looked at for somebody who does not see all customers.
const nearest = 1000

// Correspondents returns at most limit mail addresses of customers whom the scope's agent sees and whose name or address begins with q, those found by name first. It
// reads two ranges of indexes, whatever the number of customers; the empty q finds nobody.
func (s *Service) Correspondents(ctx context.Context, tx *db.Tx, scope desk.Scope, q string, limit int) ([]desk.Correspondent, error) {
	q = strings.TrimSpace(db.Text(q))
	if q == "" {
		return []desk.Correspondent{}, nil
	}
	found := []desk.Correspondent{}
	seen := map[string]bool{}
	for _, part := range []struct{ column, order, from string }{
		{"customer.name_key", "customer.name_key, customer.id, address.id", language.Fold(q)},
		{"address.value_key", "address.value_key", strings.ToLower(q)},
	} {
		if part.from == "" {
			continue // nothing but accents: it would find everybody
		}
		list, err := correspondents(ctx, tx, scope, part.column, part.order, part.from, limit)
		if err != nil {
			return nil, fmt.Errorf("find correspondents: %w", err)
		}
		for _, c := range list {
			if key := Key(desk.AddressEmail, c.Address); !seen[key] && len(found) < limit {
				seen[key] = true
				found = append(found, c)
			}
		}
	}
	return found, nil
}

func correspondents(ctx context.Context, tx *db.Tx, scope desk.Scope, column, order, from string, limit int) ([]desk.Correspondent, error) {
	var q query
	text := `
		SELECT customer.id AS id, customer.made_by AS made_by, customer.name AS name, address.value AS value, address.bounced_at > 0 AS bounced
		FROM customer JOIN address ON address.customer = customer.id
		WHERE address.kind = 'email' AND ` + column + ` >= ` + q.arg(from) + ` AND ` + column + ` < ` + q.arg(from+"\U0010FFFF") + `
		ORDER BY ` + order + ` LIMIT `
	if scope.All {
		text += q.arg(limit)
	} else {
		text = `SELECT s.id, s.made_by, s.name, s.value, s.bounced FROM (` + text + q.arg(nearest) + `) s WHERE ` + Seen(scope, "s", q.arg) + ` LIMIT ` + q.arg(limit)
	}
	rows, err := tx.Query(ctx, text, q.args...)
	return db.Rows(rows, err, func(r *sql.Rows, c *desk.Correspondent) error {
		var maker int64
		return r.Scan(&c.Customer, &maker, &c.Name, &c.Address, &c.Bounced)
	})
}
