package customer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Get returns a customer with his addresses.
func (s *Service) Get(ctx context.Context, tx *db.Tx, id desk.CustomerID) (desk.Customer, error) {
	var c desk.Customer
	err := scanCustomer(tx.Row(ctx, selectCustomer+` WHERE id = $1`, id), &c)
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
	var fields string
	err := row.Scan(&c.ID, &c.Name, &c.Language, &c.TimeZone, &c.Organisation, &c.Note, &c.CreatedAt, &c.Version, &fields)
	if err != nil {
		return err
	}
	if c.Fields, err = desk.ReadFieldValues(fields); err != nil {
		return fmt.Errorf("customer %s: %w", c.ID, err)
	}
	return nil
}

func addresses(ctx context.Context, tx *db.Tx, id desk.CustomerID) ([]desk.Address, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, kind, value, verified_at, bounced_at <> 0
		FROM address
		WHERE customer = $1
		ORDER BY id`, id)
	list, err := db.Rows(rows, err, func(r *sql.Rows, a *desk.Address) error {
		return r.Scan(&a.ID, &a.Kind, &a.Value, &a.VerifiedAt, &a.Bounced)
	})
	if err != nil {
		return nil, fmt.Errorf("addresses of customer %s: %w", id, err)
	}
	if list == nil {
		list = []desk.Address{}
	}
	return list, nil
}

// Change is what may be changed of a customer; nil leaves a field as it is.
type Change struct {
	Version      int64   `json:"version"`
	Name         *string `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Language     *string `json:"language,omitempty" maxLength:"20"`
	TimeZone     *string `json:"timeZone,omitempty" maxLength:"60"`
	Organisation *string `json:"organisation,omitempty" maxLength:"200"`
	Note         *string `json:"note,omitempty" maxLength:"10000"`
}

// Update changes a customer. It refuses a stale version with desk.Conflict.
func (s *Service) Update(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CustomerID, ch Change) (desk.Customer, error) {
	if err := tx.Lock(ctx, "customer", int64(id)); err != nil {
		return desk.Customer{}, err
	}
	c, err := s.Get(ctx, tx, id)
	if err != nil {
		return c, err
	}
	if ch.Version != c.Version {
		return c, &desk.Refusal{Code: desk.Conflict, Message: "the customer was changed meanwhile", Details: map[string]any{"current": c}}
	}
	former := c.Name
	set(&c.Name, ch.Name)
	set(&c.Language, ch.Language)
	set(&c.TimeZone, ch.TimeZone)
	set(&c.Organisation, ch.Organisation)
	set(&c.Note, ch.Note)
	if c.Name = strings.TrimSpace(c.Name); c.Name == "" {
		return c, desk.WhyNeeded.At("body.name")
	}
	c.Version++
	if _, err := tx.Exec(ctx, `
		UPDATE customer SET name = $1, name_key = $2, language = $3, time_zone = $4, organisation = $5, note = $6, version = $7
		WHERE id = $8`, c.Name, language.Fold(c.Name), c.Language, c.TimeZone, c.Organisation, c.Note, c.Version, id); err != nil {
		return c, fmt.Errorf("update customer %s: %w", id, err)
	}
	if c.Name != former {
		if err := renamed(ctx, tx, id); err != nil {
			return c, err
		}
	}
	return c, eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.CustomerUpdated, SubjectKind: desk.AboutCustomer, Subject: int64(id)})
}

func set(to *string, from *string) {
	if from != nil {
		*to = db.Text(*from)
	}
}

// AddAddress gives a customer one more address. An address of somebody else is refused with desk.Conflict and whose it is.
func (s *Service) AddAddress(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CustomerID, kind desk.AddressKind, value string) (desk.Customer, error) {
	key := Key(kind, value)
	if kind == desk.AddressEmail && !strings.Contains(key, "@") || len(key) < 3 || len(key) > 320 {
		return desk.Customer{}, desk.WhyNoAddress.At("body.value")
	}
	if err := tx.Lock(ctx, "customer", int64(id)); err != nil {
		return desk.Customer{}, err
	}
	added, err := tx.Exec(ctx, insertAddress, id, kind, db.Text(strings.TrimSpace(value)), db.Text(key), tx.Now)
	if err != nil {
		return desk.Customer{}, fmt.Errorf("add address to customer %s: %w", id, err)
	}
	if added == 0 {
		var owner desk.CustomerID
		if err := tx.Row(ctx, `SELECT customer FROM address WHERE kind = $1 AND value_key = $2`, kind, db.Text(key)).Scan(&owner); err != nil {
			return desk.Customer{}, fmt.Errorf("who uses the address: %w", err)
		}
		if owner != id {
			return desk.Customer{}, desk.WhyOtherCustomer.At("body.value").With(map[string]any{"customer": owner})
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
	if _, err := tx.Exec(ctx, `UPDATE customer SET version = version + 1 WHERE id = $1`, id); err != nil {
		return fmt.Errorf("touch customer %s: %w", id, err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.CustomerUpdated, SubjectKind: desk.AboutCustomer, Subject: int64(id)})
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

// Find lists customers whose name or address begins with q, by name; the empty q lists all. after is the last row of the page before.
func (s *Service) Find(ctx context.Context, tx *db.Tx, q string, after *desk.Customer, limit int) ([]desk.Customer, error) {
	key := language.Fold(strings.TrimSpace(db.Text(q)))
	fromKey, fromID := "", desk.CustomerID(0)
	if after != nil {
		fromKey, fromID = language.Fold(after.Name), after.ID
	}
	// Byte order on both databases: a prefix is the range up to the prefix followed by the highest code point.
	rows, err := tx.Query(ctx, selectCustomer+`
		WHERE name_key >= $1 AND name_key < $2 AND (name_key, id) > ($3, $4)
		ORDER BY name_key, id
		LIMIT $5`, key, key+"\U0010FFFF", fromKey, fromID, limit)
	list, err := db.Rows(rows, err, func(r *sql.Rows, c *desk.Customer) error { return scanCustomer(r, c) })
	if err != nil {
		return nil, fmt.Errorf("find customers: %w", err)
	}
	if key != "" && after == nil && len(list) < limit {
		more, err := s.byAddress(ctx, tx, strings.ToLower(strings.TrimSpace(db.Text(q))), limit-len(list))
		if err != nil {
			return nil, err
		}
		list = appendNew(list, more)
	}
	for i := range list {
		if list[i].Addresses, err = addresses(ctx, tx, list[i].ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *Service) byAddress(ctx context.Context, tx *db.Tx, prefix string, limit int) ([]desk.Customer, error) {
	rows, err := tx.Query(ctx, selectCustomer+`
		WHERE id IN (SELECT customer FROM address WHERE kind IN ('email', 'phone') AND value_key >= $1 AND value_key < $2 LIMIT $3)
		ORDER BY id`, prefix, prefix+"\U0010FFFF", limit)
	list, err := db.Rows(rows, err, func(r *sql.Rows, c *desk.Customer) error { return scanCustomer(r, c) })
	if err != nil {
		return nil, fmt.Errorf("find customers by address: %w", err)
	}
	return list, nil
}

func appendNew(list, more []desk.Customer) []desk.Customer {
	seen := map[desk.CustomerID]bool{}
	for _, c := range list {
		seen[c.ID] = true
	}
	for _, c := range more {
		if !seen[c.ID] {
			list = append(list, c)
		}
	}
	return list
}

// LooksLikeMail reports whether an address is meant as a mail address rather than as a phone number.
func LooksLikeMail(address string) bool { return strings.Contains(address, "@") }

// CreateWithoutAddress makes a customer who has no address yet: somebody who came by or called without a number.
func (s *Service) CreateWithoutAddress(ctx context.Context, tx *db.Tx, by desk.Actor, name string) (desk.Customer, error) {
	if strings.TrimSpace(name) == "" {
		return desk.Customer{}, desk.WhyNameOrAddress.At("body.name")
	}
	return s.create(ctx, tx, by, desk.Customer{Name: name, Addresses: []desk.Address{}})
}
