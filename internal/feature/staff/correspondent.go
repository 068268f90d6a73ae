package staff

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
)

// Correspondents returns at most limit agents who still work here, where a word of the name or the address begins with q; the empty q finds
// nobody. Agents are few, so all of them are looked at.
func (s *Service) Correspondents(ctx context.Context, tx *db.Tx, q string, limit int) ([]desk.Correspondent, error) {
	found := []desk.Correspondent{}
	name, address := language.Fold(strings.TrimSpace(q)), strings.ToLower(strings.TrimSpace(q))
	if name == "" {
		return found, nil
	}
	rows, err := tx.Query(ctx, `SELECT id, name, email FROM agent WHERE active AND accepted_at > 0 ORDER BY name, id`)
	all, err := db.Rows(rows, err, func(r *sql.Rows, c *desk.Correspondent) error { return r.Scan(&c.Agent, &c.Name, &c.Address) })
	if err != nil {
		return nil, fmt.Errorf("find colleagues: %w", err)
	}
	for _, c := range all {
		if len(found) < limit && (strings.HasPrefix(strings.ToLower(c.Address), address) || strings.Contains(" "+language.Fold(c.Name), " "+name)) {
			found = append(found, c)
		}
	}
	return found, nil
}
