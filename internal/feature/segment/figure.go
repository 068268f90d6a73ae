package segment

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/engine/field"
	"tellus/internal/platform/db"
)

// known is a customer with what segments ask of him. next is when time alone may change his figures.
type known struct {
	condition.CustomerCase
	next desk.Time
}

// Cases are customers with what segments ask of them, in the order of the ids, at most 500. Those who were erased or merged are left out.
func (s *Service) Cases(ctx context.Context, tx *db.Tx, ids []desk.CustomerID) ([]*condition.CustomerCase, error) {
	known, err := s.cases(ctx, tx, ids, false)
	if err != nil {
		return nil, err
	}
	all := make([]*condition.CustomerCase, len(known))
	for i, k := range known {
		all[i] = &k.CustomerCase
	}
	return all, nil
}

// cases are those of the customers who have a record of their own, in the order of the ids, at most 500. Figures are worked out anew where fresh is set, and otherwise read.
func (s *Service) cases(ctx context.Context, tx *db.Tx, ids []desk.CustomerID, fresh bool) ([]*known, error) {
	living, err := s.Customers.Living(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	all, err := figures(ctx, tx, ids, living, fresh)
	if err != nil || len(all) == 0 {
		return all, err
	}
	return all, beside(ctx, tx, all)
}

// named are the customers with their figures worked out anew and nothing of what only segments ask for.
func named(ctx context.Context, tx *db.Tx, ids []desk.CustomerID) ([]*known, error) {
	rows, err := tx.Query(ctx, `SELECT id, name FROM customer WHERE erased_at = 0 AND merged_into = 0 AND id IN `+db.In(len(ids), 1), db.Args(ids)...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, c *desk.Customer) error { return r.Scan(&c.ID, &c.Name) })
	if err != nil {
		return nil, fmt.Errorf("names of %d customers: %w", len(ids), err)
	}
	living := make(map[desk.CustomerID]desk.Customer, len(list))
	for _, c := range list {
		living[c.ID] = c
	}
	return figures(ctx, tx, ids, living, true)
}

// figures puts figures beside those of the customers who live, in the order of the ids.
func figures(ctx context.Context, tx *db.Tx, ids []desk.CustomerID, living map[desk.CustomerID]desk.Customer, fresh bool) ([]*known, error) {
	all := make([]*known, 0, len(living))
	at := make(map[desk.CustomerID]*known, len(living))
	there := make([]desk.CustomerID, 0, len(living))
	for _, id := range ids {
		if c, ok := living[id]; ok && at[id] == nil {
			k := &known{next: desk.Never}
			k.Customer, k.Agreed = c, map[desk.Purpose]bool{}
			at[id], all, there = k, append(all, k), append(there, id)
		}
	}
	if len(there) == 0 {
		return all, nil
	}
	if !fresh {
		return all, kept(ctx, tx, there, at)
	}
	if err := bought(ctx, tx, there, at); err != nil {
		return nil, err
	}
	return all, spoken(ctx, tx, there, at)
}

// bought works out what purchases say: the value as purchase.Service.Values does.
func bought(ctx context.Context, tx *db.Tx, ids []desk.CustomerID, at map[desk.CustomerID]*known) error {
	type sum struct {
		customer            desk.CustomerID
		currency            string
		worth, count        int64
		last, first, toCome desk.Time
	}
	since := desk.At(tx.Now.Time().AddDate(-1, 0, 0))
	rows, err := tx.Query(ctx, `
		SELECT customer, currency, CAST(COALESCE(sum(worth) FILTER (WHERE placed_at > $1 AND placed_at <= $2), 0) AS BIGINT), count(*), max(placed_at),
			COALESCE(min(placed_at) FILTER (WHERE placed_at > $1 AND placed_at <= $2 AND worth <> 0), 0), COALESCE(min(placed_at) FILTER (WHERE placed_at > $2), 0)
		FROM purchase
		WHERE customer IN `+db.In(len(ids), 3)+`
		GROUP BY customer, currency`, db.Args(ids, since, tx.Now)...)
	sums, err := db.Rows(rows, err, func(r *sql.Rows, v *sum) error {
		return r.Scan(&v.customer, &v.currency, &v.worth, &v.count, &v.last, &v.first, &v.toCome)
	})
	if err != nil {
		return fmt.Errorf("purchases of %d customers: %w", len(ids), err)
	}
	for _, v := range sums {
		k := at[v.customer]
		decimals, _ := field.MinorUnits(v.currency)
		k.Figures.Value = max(k.Figures.Value, condition.Hundredths(v.worth, decimals))
		k.Purchases += v.count
		k.PurchasedAt = max(k.PurchasedAt, v.last)
		if v.first > 0 {
			k.next = min(k.next, max(ages(v.first), tx.Now+1))
		}
		if v.toCome > 0 {
			k.next = min(k.next, v.toCome)
		}
	}
	return nil
}

// ages is when a purchase is twelve months old. One of 29 February is so when the February of the next year is over.
func ages(placed desk.Time) desk.Time {
	t := placed.Time()
	if t.Month() == time.February && t.Day() == 29 {
		return desk.At(time.Date(t.Year()+1, time.March, 1, 0, 0, 0, 0, t.Location()))
	}
	return desk.At(t.AddDate(1, 0, 0))
}

// spoken works out what conversations say; spam and trash do not count. The shelf is reckoned with, lest SQLite read whole shelves for many customers instead of theirs.
func spoken(ctx context.Context, tx *db.Tx, ids []desk.CustomerID, at map[desk.CustomerID]*known) error {
	type sum struct {
		customer desk.CustomerID
		last     desk.Time
		open     int64
	}
	rows, err := tx.Query(ctx, `
		SELECT customer, max(last_at), count(*) FILTER (WHERE shelf IN (0, 1))
		FROM conversation
		WHERE customer IN `+db.In(len(ids), 1)+` AND shelf + 0 IN (0, 1, 2)
		GROUP BY customer`, db.Args(ids)...)
	sums, err := db.Rows(rows, err, func(r *sql.Rows, v *sum) error { return r.Scan(&v.customer, &v.last, &v.open) })
	if err != nil {
		return fmt.Errorf("conversations of %d customers: %w", len(ids), err)
	}
	for _, v := range sums {
		at[v.customer].ContactAt, at[v.customer].Unfinished = v.last, v.open
	}
	return nil
}

// kept reads figures that were worked out before.
func kept(ctx context.Context, tx *db.Tx, ids []desk.CustomerID, at map[desk.CustomerID]*known) error {
	type figure struct {
		customer desk.CustomerID
		condition.Figures
	}
	rows, err := tx.Query(ctx, `
		SELECT customer, value, purchases, purchased_at, contact_at, unfinished
		FROM customer_figure
		WHERE customer IN `+db.In(len(ids), 1), db.Args(ids)...)
	all, err := db.Rows(rows, err, func(r *sql.Rows, f *figure) error {
		return r.Scan(&f.customer, &f.Value, &f.Purchases, &f.PurchasedAt, &f.ContactAt, &f.Unfinished)
	})
	if err != nil {
		return fmt.Errorf("figures of %d customers: %w", len(ids), err)
	}
	for _, f := range all {
		at[f.customer].Figures = f.Figures
	}
	return nil
}

// Worth is what customers bought in the last twelve months, in hundredths of the currency in which they bought most, as it was last worked out; who is not in it bought nothing.
func (s *Service) Worth(ctx context.Context, tx *db.Tx, ids []desk.CustomerID) (map[desk.CustomerID]int64, error) {
	type figure struct {
		customer desk.CustomerID
		value    int64
	}
	worth := map[desk.CustomerID]int64{}
	for part := range slices.Chunk(ids, 500) {
		rows, err := tx.Query(ctx, `SELECT customer, value FROM customer_figure WHERE value > 0 AND customer IN `+db.In(len(part), 1), db.Args(part)...)
		all, err := db.Rows(rows, err, func(r *sql.Rows, f *figure) error { return r.Scan(&f.customer, &f.value) })
		if err != nil {
			return nil, fmt.Errorf("value of %d customers: %w", len(part), err)
		}
		for _, f := range all {
			worth[f.customer] = f.value
		}
	}
	return worth, nil
}

// beside adds what customers agreed to and the fields of their organisations.
func beside(ctx context.Context, tx *db.Tx, all []*known) error {
	ids := make([]desk.CustomerID, len(all))
	at := make(map[desk.CustomerID]*known, len(all))
	for i, k := range all {
		ids[i], at[k.ID] = k.ID, k
	}
	type line struct {
		customer desk.CustomerID
		purpose  desk.Purpose
		given    bool
	}
	rows, err := tx.Query(ctx, `SELECT customer, purpose, given FROM customer_consent WHERE customer IN `+db.In(len(ids), 1)+` ORDER BY customer, id`, db.Args(ids)...)
	lines, err := db.Rows(rows, err, func(r *sql.Rows, l *line) error { return r.Scan(&l.customer, &l.purpose, &l.given) })
	if err != nil {
		return fmt.Errorf("consents of %d customers: %w", len(ids), err)
	}
	for _, l := range lines {
		at[l.customer].Agreed[l.purpose] = l.given // the last one holds
	}
	rows, err = tx.Query(ctx, `
		SELECT p.id, o.fields
		FROM customer p JOIN organisation o ON o.id = p.member_of
		WHERE p.id IN `+db.In(len(ids), 1)+` AND o.fields <> '{}'`, db.Args(ids)...)
	type of struct {
		customer desk.CustomerID
		fields   string
	}
	fields, err := db.Rows(rows, err, func(r *sql.Rows, o *of) error { return r.Scan(&o.customer, &o.fields) })
	if err != nil {
		return fmt.Errorf("organisations of %d customers: %w", len(ids), err)
	}
	for _, o := range fields {
		if at[o.customer].OrganisationFields, err = desk.ReadFieldValues(o.fields); err != nil {
			return fmt.Errorf("organisation of customer %s: %w", o.customer, err)
		}
	}
	return nil
}
