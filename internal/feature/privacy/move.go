package privacy

import (
	"context"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

// ofCustomer are the tables that name a customer, and by what name a merge knows what moved of each.
var ofCustomer = []struct{ table, kind string }{{"legal_hold", customer.ItemHold}, {"privacy_task", customer.ItemTask}, {"access_entry", customer.ItemAccess}}

// GiveTo has the holds on one customer, his exports and the log of who saw him be another one's, since their records were merged.
func (s *Service) GiveTo(ctx context.Context, tx *db.Tx, from, to desk.CustomerID) error {
	for _, of := range ofCustomer {
		if _, err := tx.Exec(ctx, `UPDATE `+of.table+` SET customer = $1 WHERE customer = $2`, to, from); err != nil {
			return fmt.Errorf("give the %s of customer %s to %s: %w", of.kind, from, to, err)
		}
	}
	return nil
}

// GiveBack undoes GiveTo for what moved then; what came since stays.
func (s *Service) GiveBack(ctx context.Context, tx *db.Tx, p customer.Parting) error {
	for _, of := range ofCustomer {
		if _, err := tx.Exec(ctx, `UPDATE `+of.table+` SET customer = $1 WHERE customer = $2 AND `+customer.Moved("id", of.kind, "$3"), p.From, p.Into, p.Merge); err != nil {
			return fmt.Errorf("give customer %s back his %s: %w", p.From, of.kind, err)
		}
	}
	return nil
}
