package segment

import (
	"context"
	"database/sql"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// CountCap is up to how many customers are counted.
const CountCap = 10_000

// Order is what a list of customers is sorted by.
type Order string

const (
	ByName    Order = "name"
	ByValue   Order = "value"   // of twelve months
	ByContact Order = "contact" // when something was last said
)

func (o Order) column() string {
	switch o {
	case ByValue:
		return "value"
	case ByContact:
		return "contact_at"
	}
	return "name_key"
}

// Place is where a page ended.
type Place struct {
	Key  string          `json:"k,omitempty"`
	N    int64           `json:"n,omitempty"`
	Text bool            `json:"t,omitempty"` // Key counts
	ID   desk.CustomerID `json:"i"`
}

func (p *Place) value() any {
	if p.Text {
		return p.Key
	}
	return p.N
}

// Ask is a question for customers in an order.
type Ask struct {
	Segment desk.SegmentID // 0 for all customers
	Filter  customer.Filter
	By      Order
	Desc    bool
	After   *Place
	Limit   int
	More    func() bool // reports whether there is time to look at another slice, where it comes to looking; always where nil
}

// Tally is how many customers there are, up to CountCap.
type Tally struct {
	Count    int  `json:"count"`
	Capped   bool `json:"capped,omitempty" doc:"There are more"`
	Estimate bool `json:"estimate,omitempty" doc:"Judged by those whose names come first: not all were looked at"`
}

func tally(n int) Tally { return Tally{Count: min(n, CountCap), Capped: n > CountCap} }

// window is how many customers are looked at in one query where not all of them are wanted.
const window = 5000

// Find returns a page of customers whom the scope's agent may see. Whether he has the segment is for the caller to know. A page may be short, or empty, and still have a next
// one. The order of a segment whose members are still being found is by name.
func (s *Service) Find(ctx context.Context, tx *db.Tx, scope desk.Scope, in Ask) (list []desk.Customer, next *Place, err error) {
	from := `customer_figure`
	if in.Segment != 0 {
		all, err := s.load(ctx, tx, in.Segment)
		if err != nil || len(all) == 0 {
			return nil, nil, err
		}
		if g := &all[0]; !g.Filling.Done {
			ids, next, _, err := s.look(ctx, tx, scope, g.cond, in)
			if err != nil {
				return nil, nil, err
			}
			list, err := s.inOrder(ctx, tx, ids)
			return list, next, err
		}
		from = `segment_member`
	}
	f := in.Filter
	f.Segment = 0
	places, next, err := in.page(ctx, tx, scope, from, f)
	if err != nil {
		return nil, nil, fmt.Errorf("list customers: %w", err)
	}
	ids := make([]desk.CustomerID, len(places))
	for i, p := range places {
		ids[i] = p.ID
	}
	list, err = s.inOrder(ctx, tx, ids)
	return list, next, err
}

// page reads from rows that hold what they are sorted by. Where all of them are wanted that is one look into an index; otherwise it looks at the next of them.
func (in Ask) page(ctx context.Context, tx *db.Tx, scope desk.Scope, from string, f customer.Filter) (places []Place, next *Place, err error) {
	column := in.By.column()
	compare, direction := ">", ""
	if in.Desc {
		compare, direction = "<", " DESC"
	}
	order := fmt.Sprintf(" ORDER BY m.%s%s, m.customer%s LIMIT ", column, direction, direction)
	// Both texts name the same rows, each with its own arguments.
	rows := func(q *query) string {
		text := ` FROM ` + from + ` m WHERE TRUE`
		if in.Segment != 0 {
			text += ` AND m.segment = ` + q.arg(int64(in.Segment))
		}
		if in.After != nil {
			text += fmt.Sprintf(" AND (m.%s, m.customer) %s (%s, %s)", column, compare, q.arg(in.After.value()), q.arg(int64(in.After.ID)))
		}
		return text
	}
	span := window
	if scope.All && f == (customer.Filter{}) {
		span = in.Limit + 20 // some may have gone a moment ago
	}
	var ends, wanted query
	ends.WriteString(`SELECT m.` + column + `, m.customer` + rows(&ends) + order + `1 OFFSET ` + ends.arg(span-1))
	last, err := in.places(ctx, tx, &ends)
	if err != nil {
		return nil, nil, err
	}
	wanted.WriteString(`SELECT m.` + column + `, m.customer FROM (SELECT m.` + column + `, m.customer` + rows(&wanted) + order + wanted.arg(span) + `) m
		CROSS JOIN customer p
		WHERE p.id = m.customer AND ` + f.Where("p", wanted.arg) + ` AND ` + customer.Seen(scope, "p", wanted.arg) + order + wanted.arg(in.Limit))
	if places, err = in.places(ctx, tx, &wanted); err != nil {
		return nil, nil, err
	}
	switch {
	case len(places) == in.Limit:
		next = &places[in.Limit-1]
	case len(last) == 1:
		next = &last[0]
	}
	return places, next, nil
}

func (in Ask) places(ctx context.Context, tx *db.Tx, q *query) ([]Place, error) {
	rows, err := tx.Query(ctx, q.String(), q.args...)
	return db.Rows(rows, err, func(r *sql.Rows, p *Place) error {
		if p.Text = in.By.column() == "name_key"; p.Text {
			return r.Scan(&p.Key, &p.ID)
		}
		return r.Scan(&p.N, &p.ID)
	})
}

func (s *Service) inOrder(ctx context.Context, tx *db.Tx, ids []desk.CustomerID) ([]desk.Customer, error) {
	all, err := s.Customers.Many(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]desk.Customer, 0, len(ids))
	for _, id := range ids {
		if c, ok := all[id]; ok {
			list = append(list, c)
		}
	}
	return list, nil
}

// Count counts the customers of a segment whom the scope's agent may see. more is as in Ask.
func (s *Service) Count(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.SegmentID, more func() bool) (Tally, error) {
	all, err := s.load(ctx, tx, id)
	if err != nil || len(all) == 0 || id <= 0 {
		return Tally{}, err
	}
	g := &all[0]
	if !g.Filling.Done {
		_, _, n, err := s.look(ctx, tx, scope, g.cond, Ask{Limit: CountCap + 1, More: more})
		return n, err
	}
	if scope.All {
		var n int
		if err := tx.Row(ctx, `SELECT count(*) FROM (SELECT 1 FROM segment_member WHERE segment = $1 LIMIT $2) few`, id, CountCap+1).Scan(&n); err != nil {
			return Tally{}, fmt.Errorf("count segment %s: %w", id, err)
		}
		return tally(n), nil
	}
	in := Ask{Segment: id, By: ByName, Limit: window}
	n, looked := 0, 0
	for {
		places, next, err := in.page(ctx, tx, scope, `segment_member`, customer.Filter{})
		if err != nil {
			return Tally{}, fmt.Errorf("count segment %s: %w", id, err)
		}
		if n += len(places); next == nil || n > CountCap {
			return tally(n), nil
		}
		looked += window
		if in.After = next; more == nil || more() {
			continue
		}
		var total int
		if err := tx.Row(ctx, `SELECT count(*) FROM segment_member WHERE segment = $1`, id).Scan(&total); err != nil {
			return Tally{}, fmt.Errorf("count segment %s: %w", id, err)
		}
		t := tally(int(float64(n) * float64(max(total, looked)) / float64(looked)))
		t.Estimate = true
		return t, nil
	}
}

// Preview is how many customers a condition finds, and the first of them by name.
func (s *Service) Preview(ctx context.Context, tx *db.Tx, scope desk.Scope, by staff.Asker, e Edit, more func() bool) ([]desk.Customer, Tally, error) {
	if e.Zone == "" {
		e.Zone = by.Zone
	}
	registry, err := s.Attributes(ctx, tx)
	if err != nil {
		return nil, Tally{}, err
	}
	g := Segment{Owner: by.Agent, Edit: e}
	g.Audience = desk.Personal
	cond, err := condition.Compile(registry, "body.condition", e.Condition, g.env())
	if err != nil {
		return nil, Tally{}, err
	}
	ids, _, n, err := s.look(ctx, tx, scope, cond, Ask{Limit: CountCap + 1, More: more})
	if err != nil {
		return nil, n, err
	}
	list, err := s.inOrder(ctx, tx, ids[:min(5, len(ids))])
	return list, n, err
}

// columns are what conditions ask of a customer's own row, and what says who sees him.
const columns = `p.id, p.name, p.name_key, p.language, p.time_zone, p.organisation, p.member_of, p.birthday, p.prefers, p.warnings, p.fields, p.created_at, p.made_by`

// look goes through customers by name and takes those for whom a condition holds and whom the scope's agent sees, until there are as many as were asked for or time is over.
func (s *Service) look(ctx context.Context, tx *db.Tx, scope desk.Scope, cond *condition.Condition, in Ask) (ids []desk.CustomerID, next *Place, n Tally, err error) {
	if cond == nil {
		return nil, nil, n, nil
	}
	in.By, in.Desc, in.Segment = ByName, false, 0
	if in.After != nil && !in.After.Text {
		in.After = nil // of another order: the segment was found anew meanwhile
	}
	looked := 0
	for {
		end, found, err := s.slice(ctx, tx, scope, cond, in)
		if err != nil {
			return nil, nil, n, err
		}
		for _, p := range found {
			if ids = append(ids, p.ID); len(ids) == in.Limit {
				return ids, &p, tally(len(ids)), nil
			}
		}
		if end == nil {
			return ids, nil, tally(len(ids)), nil
		}
		looked += window
		if in.After = end; in.More == nil || in.More() {
			continue
		}
		var total int
		if err := tx.Row(ctx, `SELECT count(*) FROM customer_figure`).Scan(&total); err != nil {
			return nil, nil, n, fmt.Errorf("count customers: %w", err)
		}
		n = tally(int(float64(len(ids)) * float64(max(total, looked)) / float64(looked)))
		n.Estimate = true
		return ids, end, n, nil
	}
}

// slice are those of the next customers for whom the condition holds; end is the last who was looked at, nil where there are no more.
func (s *Service) slice(ctx context.Context, tx *db.Tx, scope desk.Scope, cond *condition.Condition, in Ask) (end *Place, found []Place, err error) {
	rows := func(q *query) string {
		text := ` FROM customer p WHERE ` + in.Filter.Where("p", q.arg)
		if in.After != nil {
			text += ` AND (p.name_key, p.id) > (` + q.arg(db.Text(in.After.Key)) + `, ` + q.arg(int64(in.After.ID)) + `)`
		}
		return text + ` ORDER BY p.name_key, p.id LIMIT `
	}
	var ends, q query
	ends.WriteString(`SELECT p.name_key, p.id` + rows(&ends) + `1 OFFSET ` + ends.arg(window-1))
	last, err := in.places(ctx, tx, &ends)
	if err != nil {
		return nil, nil, fmt.Errorf("look for customers: %w", err)
	}
	if len(last) == 1 {
		end = &last[0]
	}
	q.WriteString(`SELECT p.name_key, p.id FROM (SELECT ` + columns + rows(&q) + q.arg(window) + `) p JOIN customer_figure f ON f.customer = p.id WHERE `)
	text, exact := cond.SQL(&q, tx.Postgres(), tx.Now)
	q.WriteString(text + ` AND ` + customer.Seen(scope, "p", q.arg) + ` ORDER BY p.name_key, p.id`)
	if found, err = in.places(ctx, tx, &q); err != nil {
		return nil, nil, fmt.Errorf("look for customers: %w", err)
	}
	if exact {
		return end, found, nil
	}
	sure := found[:0]
	for len(found) > 0 {
		part := found[:min(500, len(found))]
		found = found[len(part):]
		ids := make([]desk.CustomerID, len(part))
		for i, p := range part {
			ids[i] = p.ID
		}
		cases, err := s.cases(ctx, tx, ids, false)
		if err != nil {
			return nil, nil, err
		}
		holds := make(map[desk.CustomerID]bool, len(cases))
		for _, k := range cases {
			holds[k.ID], _ = cond.Match(&k.CustomerCase, tx.Now)
		}
		for _, p := range part {
			if holds[p.ID] {
				sure = append(sure, p)
			}
		}
	}
	return end, sure, nil
}

// Contacts are when something was last said in a conversation of each customer; those with whom nothing was said are left out.
func (s *Service) Contacts(ctx context.Context, tx *db.Tx, ids []desk.CustomerID) (map[desk.CustomerID]desk.Time, error) {
	figures, err := figuresOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	all := make(map[desk.CustomerID]desk.Time, len(figures))
	for id, f := range figures {
		if f.contact > 0 {
			all[id] = f.contact
		}
	}
	return all, nil
}
