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

const selectCorrespondent = `
	SELECT customer.id, customer.name, address.value, address.bounced_at > 0
	FROM customer JOIN address ON address.customer = customer.id
	WHERE address.kind = 'email'`

// Correspondents returns at most limit mail addresses of customers whose name or whose address begins with q, those found by name first. It
// reads two ranges of indexes, whatever the number of customers; the empty q finds nobody.
func (s *Service) Correspondents(ctx context.Context, tx *db.Tx, q string, limit int) ([]desk.Correspondent, error) {
	q = strings.TrimSpace(db.Text(q))
	if q == "" {
		return []desk.Correspondent{}, nil
	}
	name, address := language.Fold(q), strings.ToLower(q)
	found := []desk.Correspondent{}
	seen := map[string]bool{}
	for _, part := range []struct{ query, from string }{
		{selectCorrespondent + ` AND customer.name_key >= $1 AND customer.name_key < $2 ORDER BY customer.name_key, customer.id, address.id LIMIT $3`, name},
		{selectCorrespondent + ` AND address.value_key >= $1 AND address.value_key < $2 ORDER BY address.value_key LIMIT $3`, address},
	} {
		if part.from == "" {
			continue // nothing but accents: it would find everybody
		}
		rows, err := tx.Query(ctx, part.query, part.from, part.from+"\U0010FFFF", limit)
		list, err := db.Rows(rows, err, func(r *sql.Rows, c *desk.Correspondent) error {
			return r.Scan(&c.Customer, &c.Name, &c.Address, &c.Bounced)
		})
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
