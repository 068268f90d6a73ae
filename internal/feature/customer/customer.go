package customer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Get returns a customer with his addresses; one who was merged into another is that one.
func (s *Service) Get(ctx context.Context, tx *db.Tx, id desk.CustomerID) (desk.Customer, error) {
	var c desk.Customer
	err := scanCustomer(tx.Row(ctx, selectCustomer+` WHERE id = $1 AND merged_into = 0`, id), &c)
	if errors.Is(err, sql.ErrNoRows) {
		into, err := s.Leads(ctx, tx, id)
		if err != nil {
			return c, err
		}
		if into != id {
			return s.Get(ctx, tx, into)
		}
	}
	if errors.Is(err, sql.ErrNoRows) {
		return c, desk.Refuse(desk.NotFound, "no customer %s", id)
	}
	if err != nil {
		return c, fmt.Errorf("customer %s: %w", id, err)
	}
	c.Addresses, err = addresses(ctx, tx, id)
	return c, err
}

func scanCustomer(row interface{ Scan(...any) error }, c *desk.Customer) error {
	var fields, hours, warnings string
	err := row.Scan(&c.ID, &c.Name, &c.Language, &c.TimeZone, &c.Organisation, &c.Note, &c.CreatedAt, &c.Version, &fields, &c.OrganisationID, &c.Birthday,
		&c.Prefers, &hours, &warnings)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(warnings), &c.Warnings); err != nil {
		return fmt.Errorf("warnings of customer %s: %w", c.ID, err)
	}
	if hours != "" {
		c.Hours = &desk.ContactHours{}
		if err := json.Unmarshal([]byte(hours), c.Hours); err != nil {
			return fmt.Errorf("hours of customer %s: %w", c.ID, err)
		}
	}
	if c.Fields, err = desk.ReadFieldValues(fields); err != nil {
		return fmt.Errorf("customer %s: %w", c.ID, err)
	}
	return nil
}

func addresses(ctx context.Context, tx *db.Tx, id desk.CustomerID) ([]desk.Address, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, kind, value, label, verified_at, bounced_at <> 0
		FROM address
		WHERE customer = $1
		ORDER BY id`, id)
	list, err := db.Rows(rows, err, func(r *sql.Rows, a *desk.Address) error {
		return r.Scan(&a.ID, &a.Kind, &a.Value, &a.Label, &a.VerifiedAt, &a.Bounced)
	})
	if err != nil {
		return nil, fmt.Errorf("addresses of customer %s: %w", id, err)
	}
	if list == nil {
		list = []desk.Address{}
	}
	return list, nil
}

// Bounced records that mail to an address came back; an answer from it (bounced = false) clears the mark.
func (s *Service) Bounced(ctx context.Context, tx *db.Tx, address string, bounced bool) error {
	at := desk.Time(0)
	if bounced {
		at = tx.Now
	}
	_, err := tx.Exec(ctx, `UPDATE address SET bounced_at = $1 WHERE kind = 'email' AND value_key = $2 AND bounced_at <> $1`, at, db.Text(Key(desk.AddressEmail, address)))
	if err != nil {
		return fmt.Errorf("mark address as bounced: %w", err)
	}
	return nil
}

// Proven notes that a mail address is its owner's: a mail from it passed the checks by which its domain vouches for the sender (DMARC, RFC 7489 6.6.2). The first time counts.
func (s *Service) Proven(ctx context.Context, tx *db.Tx, address string) error {
	_, err := tx.Exec(ctx, `UPDATE address SET verified_at = $1 WHERE kind = 'email' AND value_key = $2 AND verified_at = 0`, tx.Now, db.Text(Key(desk.AddressEmail, address)))
	if err != nil {
		return fmt.Errorf("mark address as proven: %w", err)
	}
	return nil
}

// LooksLikeMail reports whether an address is meant as a mail address rather than as a phone number.
func LooksLikeMail(address string) bool { return strings.Contains(address, "@") }

// CreateWithoutAddress makes a customer who has no address yet: somebody who came by or called without a number.
func (s *Service) CreateWithoutAddress(ctx context.Context, tx *db.Tx, by desk.Actor, name string) (desk.Customer, error) {
	if strings.TrimSpace(name) == "" {
		return desk.Customer{}, desk.WhyNameOrAddress.At("body.name")
	}
	return s.create(ctx, tx, by, desk.Customer{Name: name})
}
