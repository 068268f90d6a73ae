package demo

import (
	"context"
	"database/sql"
	"slices"
	"testing"
	"time"

	"tellus/internal/app"
	"tellus/internal/desk"
	"tellus/internal/engine/duplicate"
	"tellus/internal/platform/db"
)

// sold looks at what the shop told: sums that are right, orders linked with conversations of who bought them, and two records of one person.
func sold(t *testing.T, a *app.App, began time.Time) {
	t.Helper()
	ctx, year := t.Context(), desk.At(began.AddDate(-1, 0, 0))
	for what, c := range map[string]struct {
		least int
		query string
	}{
		"purchases in euros":      {250, `SELECT count(*) FROM purchase WHERE currency = 'EUR'`},
		"purchases in zlotys":     {60, `SELECT count(*) FROM purchase WHERE currency = 'PLN'`},
		"states of purchases":     {5, `SELECT count(DISTINCT status) FROM purchase`},
		"money given back":        {10, `SELECT count(*) FROM purchase WHERE refunded > 0 AND status <> 'cancelled'`},
		"more than one line":      {60, `SELECT count(*) FROM (SELECT purchase FROM purchase_item GROUP BY purchase HAVING count(*) > 1) several`},
		"linked conversations":    {150, `SELECT count(DISTINCT conversation) FROM purchase_link`},
		"those left to suggest":   {10, `SELECT count(*) FROM purchase p JOIN message m ON m.text LIKE '%' || p.number || '%' WHERE NOT EXISTS (SELECT 1 FROM purchase_link l WHERE l.purchase = p.id)`},
		"customers with several":  {20, `SELECT count(*) FROM (SELECT customer FROM purchase WHERE placed_at > $1 AND worth > 0 GROUP BY customer HAVING count(*) > 2) often`},
		"orders before this year": {10, `SELECT count(*) FROM purchase WHERE placed_at < $1`},
	} {
		if n := count(ctx, t, a, c.query, year); n < c.least {
			t.Errorf("%s: %d, want at least %d", what, n, c.least)
		}
	}
	for what, query := range map[string]string{
		"purchases whose lines come to something else":   `SELECT count(*) FROM purchase p WHERE total <> (SELECT COALESCE(sum(total), 0) FROM purchase_item i WHERE i.purchase = p.id)`,
		"purchases of the future":                        `SELECT count(*) FROM purchase WHERE placed_at > $1`,
		"numbers that two purchases have":                `SELECT count(*) FROM (SELECT number FROM purchase GROUP BY number HAVING count(*) > 1) twice`,
		"links with somebody else's conversation":        `SELECT count(*) FROM purchase_link l JOIN purchase p ON p.id = l.purchase JOIN conversation c ON c.id = l.conversation WHERE c.customer <> p.customer`,
		"links with conversations that do not name it":   `SELECT count(*) FROM purchase_link l JOIN purchase p ON p.id = l.purchase WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.conversation = l.conversation AND m.subject || m.text LIKE '%' || p.number || '%')`,
		"orders that were named before they were placed": `SELECT count(*) FROM purchase p JOIN message m ON m.subject || m.text LIKE '%' || p.number || '%' WHERE m.at < p.placed_at`,
		"lines of text left to fill in":                  `SELECT count(*) FROM purchase_item WHERE name LIKE '%\%%' OR name LIKE '%{%' OR sku = ''`,
	} {
		if n := count(ctx, t, a, query, desk.At(began)); n != 0 {
			t.Errorf("there are %d %s", n, what)
		}
	}
	if err := a.DB.Write(ctx, func(tx *db.Tx) error { return twins(ctx, t, a, tx) }); err != nil {
		t.Fatal(err)
	}
}

// twins compares all customers, as the desk does once it is served, and looks whom it suggests.
func twins(ctx context.Context, t *testing.T, a *app.App, tx *db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT id FROM customer ORDER BY id`)
	ids, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.CustomerID) error { return r.Scan(id) })
	if err != nil {
		return err
	}
	for part := range slices.Chunk(ids, 200) {
		if err := a.Customers.Compare(ctx, tx, part); err != nil {
			return err
		}
	}
	pairs, _, err := a.Customers.Duplicates(ctx, tx, desk.Scope{All: true}, nil, 10)
	if err != nil {
		return err
	}
	if len(pairs) != 1 || pairs[0].First.Name != "Ineta Grava" || pairs[0].Second.Name != "Ineta Grava" ||
		!slices.Equal(pairs[0].Reasons, []duplicate.Reason{duplicate.SamePost, duplicate.SameMailbox}) {
		t.Errorf("suggested as one person are %+v, want the two records of Ineta Grava", pairs)
	}
	return nil
}

func count(ctx context.Context, t *testing.T, a *app.App, query string, at desk.Time) (n int) {
	t.Helper()
	var args []any
	if slices.Contains([]byte(query), '$') {
		args = append(args, at)
	}
	if err := a.DB.Ask(ctx, query, args...).Scan(&n); err != nil {
		t.Errorf("%s: %v", query, err)
	}
	return n
}
