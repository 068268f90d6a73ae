package purchase

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/field"
	"tellus/internal/engine/ordernumber"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// query builds SQL with numbered arguments.
type query struct {
	strings.Builder
	args []any
}

func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// seen is the condition under which the purchase b is seen: by whoever sees its customer, or a conversation that is about it.
func (q *query) seen(scope desk.Scope) string {
	if scope.All {
		return "TRUE"
	}
	return `(EXISTS (SELECT 1 FROM customer p WHERE p.id = b.customer AND ` + customer.Seen(scope, "p", q.arg) + `)
		OR EXISTS (SELECT 1 FROM purchase_link l JOIN conversation c ON c.id = l.conversation WHERE l.purchase = b.id AND ` + staff.Seen(scope, "c", q.arg) + `))`
}

const columns = `b.id, b.source, b.external_id, b.number, COALESCE(b.customer, 0), b.status, b.currency, b.total, b.refunded, b.placed_at, b.created_at, b.changed_at, b.version`

func scan(r interface{ Scan(...any) error }, p *desk.Purchase) error {
	err := r.Scan(&p.ID, &p.Source, &p.ExternalID, &p.Number, &p.Customer, &p.Status, &p.Currency, &p.Total, &p.Refunded, &p.PlacedAt, &p.CreatedAt, &p.ChangedAt, &p.Version)
	p.Decimals, _ = field.MinorUnits(p.Currency)
	p.Items, p.Conversations = []desk.PurchaseItem{}, []desk.ConversationID{}
	return err
}

// load returns a purchase with its lines, whoever asks; links are left to who knows what the caller sees.
func (s *Service) load(ctx context.Context, tx *db.Tx, id desk.PurchaseID) (p desk.Purchase, err error) {
	err = scan(tx.Row(ctx, `SELECT `+columns+` FROM purchase b WHERE b.id = $1`, id), &p)
	if errors.Is(err, sql.ErrNoRows) {
		return p, desk.Refuse(desk.NotFound, "no purchase %s", id)
	}
	if err != nil {
		return p, fmt.Errorf("purchase %s: %w", id, err)
	}
	list := []desk.Purchase{p}
	err = items(ctx, tx, list)
	return list[0], err
}

// Get returns a purchase that the scope's agent may see; desk.NotFound otherwise.
func (s *Service) Get(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.PurchaseID) (p desk.Purchase, err error) {
	var q query
	text := `SELECT ` + columns + ` FROM purchase b WHERE b.id = ` + q.arg(int64(id)) + ` AND ` + q.seen(scope)
	err = scan(tx.Row(ctx, text, q.args...), &p)
	if errors.Is(err, sql.ErrNoRows) {
		return p, desk.Refuse(desk.NotFound, "no purchase %s", id)
	}
	if err != nil {
		return p, fmt.Errorf("purchase %s: %w", id, err)
	}
	list := []desk.Purchase{p}
	err = s.fill(ctx, tx, scope, list)
	return list[0], err
}

// fill adds lines and the conversations that the agent sees.
func (s *Service) fill(ctx context.Context, tx *db.Tx, scope desk.Scope, list []desk.Purchase) error {
	if len(list) == 0 {
		return nil
	}
	if err := items(ctx, tx, list); err != nil {
		return err
	}
	var q query
	marks := make([]string, len(list))
	at := map[desk.PurchaseID]int{}
	for i, p := range list {
		marks[i], at[p.ID] = q.arg(int64(p.ID)), i
	}
	type link struct {
		purchase     desk.PurchaseID
		conversation desk.ConversationID
	}
	text := `SELECT l.purchase, l.conversation FROM purchase_link l JOIN conversation c ON c.id = l.conversation WHERE l.purchase IN (` + strings.Join(marks, ",") + `) AND ` +
		staff.Seen(scope, "c", q.arg) + ` ORDER BY l.purchase, l.conversation`
	rows, err := tx.Query(ctx, text, q.args...)
	links, err := db.Rows(rows, err, func(r *sql.Rows, l *link) error { return r.Scan(&l.purchase, &l.conversation) })
	if err != nil {
		return fmt.Errorf("conversations about %d purchases: %w", len(list), err)
	}
	for _, l := range links {
		p := &list[at[l.purchase]]
		p.Conversations = append(p.Conversations, l.conversation)
	}
	return nil
}

func items(ctx context.Context, tx *db.Tx, list []desk.Purchase) error {
	if len(list) == 0 {
		return nil
	}
	ids, at := make([]desk.PurchaseID, len(list)), map[desk.PurchaseID]int{}
	for i, p := range list {
		ids[i], at[p.ID] = p.ID, i
	}
	type line struct {
		desk.PurchaseItem
		purchase desk.PurchaseID
	}
	rows, err := tx.Query(ctx, `SELECT purchase, sku, name, quantity, price, total FROM purchase_item WHERE purchase IN `+db.In(len(ids), 1)+` ORDER BY purchase, position`,
		db.Args(ids)...)
	lines, err := db.Rows(rows, err, func(r *sql.Rows, l *line) error {
		return r.Scan(&l.purchase, &l.SKU, &l.Name, &l.Quantity, &l.Price, &l.Total)
	})
	if err != nil {
		return fmt.Errorf("lines of %d purchases: %w", len(ids), err)
	}
	for _, l := range lines {
		p := &list[at[l.purchase]]
		p.Items = append(p.Items, l.PurchaseItem)
	}
	return nil
}

// Filter says which purchases are wanted; its zero value wants all.
type Filter struct {
	Customer desk.CustomerID
	Number   string // what the number is, whatever stands around it
	Source   string
	External string // with Source: what it is called there
	Status   desk.PurchaseStatus
}

// Place is where a page ended.
type Place struct {
	At desk.Time       `json:"a"`
	ID desk.PurchaseID `json:"i"`
}

// List returns purchases that the scope's agent may see, the latest first; next is nil at the end.
func (s *Service) List(ctx context.Context, tx *db.Tx, scope desk.Scope, f Filter, after *Place, limit int) (list []desk.Purchase, next *Place, err error) {
	var q query
	text := `SELECT ` + columns + ` FROM purchase b WHERE ` + q.seen(scope)
	if f.Customer != 0 {
		text += ` AND b.customer = ` + q.arg(int64(f.Customer))
	}
	if f.Number != "" {
		text += ` AND b.number_key = ` + q.arg(ordernumber.Key(db.Text(f.Number))) + ` AND b.number_key <> ''`
	}
	if f.Source != "" {
		text += ` AND b.source = ` + q.arg(db.Text(f.Source))
	}
	if f.External != "" {
		text += ` AND b.external_id = ` + q.arg(db.Text(f.External))
	}
	if f.Status != "" {
		text += ` AND b.status = ` + q.arg(string(f.Status))
	}
	if after != nil {
		text += ` AND (b.placed_at, b.id) < (` + q.arg(int64(after.At)) + `, ` + q.arg(int64(after.ID)) + `)`
	}
	text += ` ORDER BY b.placed_at DESC, b.id DESC LIMIT ` + q.arg(limit)
	rows, err := tx.Query(ctx, text, q.args...)
	if list, err = db.Rows(rows, err, func(r *sql.Rows, p *desk.Purchase) error { return scan(r, p) }); err != nil {
		return nil, nil, fmt.Errorf("list purchases: %w", err)
	}
	if list == nil {
		list = []desk.Purchase{}
	}
	if len(list) == limit {
		last := list[limit-1]
		next = &Place{last.PlacedAt, last.ID}
	}
	return list, next, s.fill(ctx, tx, scope, list)
}

// Count is how many purchases a customer has. Who may see him is the caller's affair.
func (s *Service) Count(ctx context.Context, tx *db.Tx, id desk.CustomerID) (n int64, err error) {
	if err := tx.Row(ctx, `SELECT count(*) FROM purchase WHERE customer = $1`, id).Scan(&n); err != nil {
		return 0, fmt.Errorf("count purchases of customer %s: %w", id, err)
	}
	return n, nil
}

// Values are what the purchases of customers are worth that they made in the twelve months up to now, by currency, the largest number of purchases first. They are summed up
// from an index each time, so that what was refunded, moved, changed or has aged out is never counted. Who may see the customers is the caller's affair.
func (s *Service) Values(ctx context.Context, tx *db.Tx, customers []desk.CustomerID) (map[desk.CustomerID][]desk.Value, error) {
	all := make(map[desk.CustomerID][]desk.Value, len(customers))
	if len(customers) == 0 {
		return all, nil
	}
	type sum struct {
		customer desk.CustomerID
		desk.Value
	}
	since := desk.At(tx.Now.Time().AddDate(-1, 0, 0))
	rows, err := tx.Query(ctx, `
		SELECT customer, currency, CAST(sum(worth) AS BIGINT), count(*) FROM purchase
		WHERE customer IN `+db.In(len(customers), 3)+` AND placed_at > $1 AND placed_at <= $2 AND worth <> 0
		GROUP BY customer, currency
		ORDER BY customer, count(*) DESC, currency`, db.Args(customers, since, tx.Now)...)
	sums, err := db.Rows(rows, err, func(r *sql.Rows, v *sum) error { return r.Scan(&v.customer, &v.Currency, &v.Amount, &v.Purchases) })
	if err != nil {
		return nil, fmt.Errorf("value of %d customers: %w", len(customers), err)
	}
	for _, v := range sums {
		v.Decimals, _ = field.MinorUnits(v.Currency)
		all[v.customer] = append(all[v.customer], v.Value)
	}
	return all, nil
}
