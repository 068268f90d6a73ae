package customer

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
)

// fields sets values of custom fields.
func (ch Change) fields(ctx context.Context, tx *db.Tx, c *desk.Customer) error {
	set, err := field.Check(ctx, tx, desk.OnCustomer, ch.Fields, 0, 0)
	if err != nil {
		return err
	}
	c.Fields, _ = c.Fields.With(set)
	return nil
}
