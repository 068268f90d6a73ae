package purchase

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

// Forget takes a customer out of his purchases: amounts, lines by article number and days stay for the figures, nothing says any more whose they were. They are known when they
// arrive again, and refused. What was refused of a file and names one of his addresses goes too. It returns how many purchases he had; it takes part in the caller's transaction.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, id desk.CustomerID) (n int, err error) {
	list, err := ofCustomer(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	for _, p := range list {
		if err := tx.Lock(ctx, "purchase", int64(p.ID)); err != nil {
			return 0, err
		}
		for _, text := range []string{`DELETE FROM purchase_link WHERE purchase = $1`, `UPDATE purchase_item SET name = '' WHERE purchase = $1`} {
			if _, err := tx.Exec(ctx, text, p.ID); err != nil {
				return 0, fmt.Errorf("forget what purchase %s was about: %w", p.ID, err)
			}
		}
		if _, err := tx.Exec(ctx, `
			UPDATE purchase SET customer = NULL, external_id = $1, number = '', number_key = '', forgotten_at = $2, changed_at = $2, version = version + 1
			WHERE id = $3`, forgottenKey(p.Source, p.ExternalID), tx.Now, p.ID); err != nil {
			return 0, fmt.Errorf("forget whose purchase %s was: %w", p.ID, err)
		}
		if err := told(ctx, tx, desk.System, p.ID, nil, id); err != nil {
			return 0, err
		}
	}
	return len(list), s.forgetRefused(ctx, tx, id)
}

// forgetRefused drops lines of files that were refused and name an address of a customer.
func (s *Service) forgetRefused(ctx context.Context, tx *db.Tx, id desk.CustomerID) error {
	c, err := s.Customers.Get(ctx, tx, id)
	if desk.IsRefusal(err, desk.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, a := range c.Addresses {
		if len(a.Value) < 5 {
			continue
		}
		escaped := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(a.Value))
		if _, err := tx.Exec(ctx, `DELETE FROM purchase_import_refusal WHERE lower(cells) LIKE $1 ESCAPE '\' OR lower(what) LIKE $1 ESCAPE '\'`, db.Text("%"+escaped+"%")); err != nil {
			return fmt.Errorf("forget refused lines of customer %s: %w", id, err)
		}
	}
	return nil
}

// Move gives all purchases of one customer to another, for the merging of duplicates, and returns their ids, so that [Service.GiveBack] can undo it.
func (s *Service) Move(ctx context.Context, tx *db.Tx, from, to desk.CustomerID) ([]desk.PurchaseID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM purchase WHERE customer = $1 ORDER BY id`, from)
	ids, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.PurchaseID) error { return r.Scan(id) })
	if err != nil {
		return nil, fmt.Errorf("purchases of customer %s: %w", from, err)
	}
	return ids, s.Give(ctx, tx, ids, from, to)
}

// GiveBack undoes Move for what moved with a merge of customers' records.
func (s *Service) GiveBack(ctx context.Context, tx *db.Tx, p customer.Parting) error {
	rows, err := tx.Query(ctx, `SELECT id FROM purchase WHERE customer = $1 AND `+customer.Moved("id", customer.ItemPurchase, "$2")+` ORDER BY id`, p.Into, p.Merge)
	ids, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.PurchaseID) error { return r.Scan(id) })
	if err != nil {
		return fmt.Errorf("purchases that a merge gave to customer %s: %w", p.Into, err)
	}
	return s.Give(ctx, tx, ids, p.Into, p.From)
}

// Give gives those of the purchases that are still one customer's to another one.
func (s *Service) Give(ctx context.Context, tx *db.Tx, ids []desk.PurchaseID, from, to desk.CustomerID) error {
	for _, id := range ids {
		n, err := tx.Exec(ctx, `UPDATE purchase SET customer = $1, changed_at = $2, version = version + 1 WHERE id = $3 AND customer = $4`, to, tx.Now, id, from)
		if err != nil {
			return fmt.Errorf("give purchase %s to customer %s: %w", id, to, err)
		}
		if n == 0 {
			continue
		}
		if err := told(ctx, tx, desk.System, id, nil, to, from); err != nil {
			return err
		}
	}
	return nil
}

// Export returns all purchases of a customer with their lines and all conversations that are about them, the oldest first: what is held on a person. Who may ask is the
// caller's affair.
func (s *Service) Export(ctx context.Context, tx *db.Tx, id desk.CustomerID) ([]desk.Purchase, error) {
	list, err := ofCustomer(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for from := 0; from < len(list); from += 500 {
		part := list[from:min(from+500, len(list))]
		if err := items(ctx, tx, part); err != nil {
			return nil, err
		}
		for i := range part {
			rows, err := tx.Query(ctx, `SELECT conversation FROM purchase_link WHERE purchase = $1 ORDER BY conversation`, part[i].ID)
			about, err := db.Rows(rows, err, func(r *sql.Rows, c *desk.ConversationID) error { return r.Scan(c) })
			if err != nil {
				return nil, fmt.Errorf("conversations about purchase %s: %w", part[i].ID, err)
			}
			part[i].Conversations = append(part[i].Conversations, about...)
		}
	}
	return list, nil
}

func ofCustomer(ctx context.Context, tx *db.Tx, id desk.CustomerID) ([]desk.Purchase, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM purchase b WHERE b.customer = $1 ORDER BY b.placed_at, b.id`, id)
	list, err := db.Rows(rows, err, func(r *sql.Rows, p *desk.Purchase) error { return scan(r, p) })
	if err != nil {
		return nil, fmt.Errorf("purchases of customer %s: %w", id, err)
	}
	if list == nil {
		list = []desk.Purchase{}
	}
	return list, nil
}
