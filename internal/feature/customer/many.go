package customer

import (
	"context"
	"database/sql"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Many returns customers by their ids, with their addresses; those that are not there are left out.
func (s *Service) Many(ctx context.Context, tx *db.Tx, ids []desk.CustomerID) (map[desk.CustomerID]desk.Customer, error) {
	all := make(map[desk.CustomerID]desk.Customer, len(ids))
	if len(ids) == 0 {
		return all, nil
	}
	in := db.In(len(ids), 1)
	rows, err := tx.Query(ctx, selectCustomer+` WHERE id IN `+in, db.Args(ids)...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, c *desk.Customer) error { return scanCustomer(r, c) })
	if err != nil {
		return nil, fmt.Errorf("load %d customers: %w", len(ids), err)
	}
	for _, c := range list {
		c.Addresses = []desk.Address{}
		all[c.ID] = c
	}
	type of struct {
		desk.Address
		customer desk.CustomerID
	}
	rows, err = tx.Query(ctx, `
		SELECT id, kind, value, label, verified_at, bounced_at <> 0, customer
		FROM address
		WHERE customer IN `+in+`
		ORDER BY id`, db.Args(ids)...)
	found, err := db.Rows(rows, err, func(r *sql.Rows, a *of) error {
		return r.Scan(&a.ID, &a.Kind, &a.Value, &a.Label, &a.VerifiedAt, &a.Bounced, &a.customer)
	})
	if err != nil {
		return nil, fmt.Errorf("load addresses of %d customers: %w", len(ids), err)
	}
	for _, a := range found {
		c := all[a.customer]
		c.Addresses = append(c.Addresses, a.Address)
		all[a.customer] = c
	}
	return all, nil
}
