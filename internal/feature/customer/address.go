package customer

import (
	"context"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// NewAddress is one more address of a customer.
type NewAddress struct {
	Kind  desk.AddressKind `json:"kind" enum:"email,phone,post,other"`
	Value string           `json:"value" minLength:"3" maxLength:"500"`
	Label string           `json:"label,omitempty" maxLength:"60"`
}

// AddAddress gives a customer one more address. A mail address, telephone number or handle of somebody else is refused with desk.Conflict and whose it is; one
// that he has already gets the new label.
func (s *Service) AddAddress(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CustomerID, a NewAddress) (desk.Customer, error) {
	key, err := s.key(ctx, tx, a.Kind, a.Value)
	if err != nil {
		return desk.Customer{}, err
	}
	if a.Kind == desk.AddressEmail && !strings.Contains(key, "@") || len(key) < 3 || len(key) > 500 {
		return desk.Customer{}, desk.WhyNoAddress.At("body.value")
	}
	switch a.Kind {
	case desk.AddressPost:
		key += " #" + id.String() // a household shares one, so nobody is told by it
	case desk.AddressOther:
		key = strings.ToLower(strings.TrimSpace(a.Label)) + ":" + key
	}
	if err := tx.Lock(ctx, "customer", int64(id)); err != nil {
		return desk.Customer{}, err
	}
	label := db.Text(strings.TrimSpace(a.Label))
	added, err := tx.Exec(ctx, insertAddress, id, a.Kind, shown(a.Kind, a.Value, key), db.Text(key), tx.Now, label)
	if err != nil {
		return desk.Customer{}, fmt.Errorf("add address to customer %s: %w", id, err)
	}
	if added == 0 {
		var owner desk.CustomerID
		if err := tx.Row(ctx, `SELECT customer FROM address WHERE kind = $1 AND value_key = $2`, a.Kind, db.Text(key)).Scan(&owner); err != nil {
			return desk.Customer{}, fmt.Errorf("who uses the address: %w", err)
		}
		if owner != id {
			return desk.Customer{}, desk.WhyOtherCustomer.At("body.value").With(map[string]any{"customer": owner})
		}
		if _, err := tx.Exec(ctx, `UPDATE address SET label = $1 WHERE kind = $2 AND value_key = $3`, label, a.Kind, db.Text(key)); err != nil {
			return desk.Customer{}, fmt.Errorf("label an address of customer %s: %w", id, err)
		}
	}
	if err := s.touch(ctx, tx, by, id); err != nil {
		return desk.Customer{}, err
	}
	return s.Get(ctx, tx, id)
}

// RemoveAddress takes an address from a customer; it may be used by somebody else afterwards.
func (s *Service) RemoveAddress(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CustomerID, address desk.AddressID) (desk.Customer, error) {
	gone, err := tx.Exec(ctx, `DELETE FROM address WHERE id = $1 AND customer = $2`, address, id)
	if err != nil {
		return desk.Customer{}, fmt.Errorf("remove address of customer %s: %w", id, err)
	}
	if gone == 0 {
		return desk.Customer{}, desk.Refuse(desk.NotFound, "no such address")
	}
	if err := s.touch(ctx, tx, by, id); err != nil {
		return desk.Customer{}, err
	}
	return s.Get(ctx, tx, id)
}

func (s *Service) touch(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CustomerID) error {
	_, err := tx.Exec(ctx, `UPDATE customer SET version = version + 1, changed_at = $1, changed_by = $2 WHERE id = $3`, tx.Now, changer(by), id)
	if err != nil {
		return fmt.Errorf("touch customer %s: %w", id, err)
	}
	return told(ctx, tx, by, id)
}

// Create makes a customer by hand, with his first addresses.
func (s *Service) Create(ctx context.Context, tx *db.Tx, by desk.Actor, name string, addresses []NewAddress) (desk.Customer, error) {
	c, err := s.CreateWithoutAddress(ctx, tx, by, name)
	if err != nil {
		return c, err
	}
	for _, a := range addresses {
		if c, err = s.AddAddress(ctx, tx, by, c.ID, a); err != nil {
			return c, err
		}
		if a.Kind == desk.AddressEmail && c.OrganisationID == 0 {
			if err := join(ctx, tx, c.ID, Key(a.Kind, a.Value)); err != nil {
				return c, err
			}
		}
	}
	return s.Get(ctx, tx, c.ID)
}
