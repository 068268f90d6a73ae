// Package customer owns the people whom we serve and the addresses by which they reach us. It never decides what they are answered.
package customer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/engine/phone"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Service is the feature. Its zero value is ready.
type Service struct {
	// Country is where the company is (ISO 3166-1 alpha-2, "" where that is not known): telephone numbers without a code are of it. It may be nil.
	Country func(ctx context.Context, tx *db.Tx) (string, error)
}

// Key is what an address is compared by: lower case for mail, digits with a leading + for phones.
func Key(kind desk.AddressKind, value string) string {
	value = strings.TrimSpace(value)
	if kind == desk.AddressPhone {
		var b strings.Builder
		for i, r := range value {
			if r >= '0' && r <= '9' || r == '+' && i == 0 {
				b.WriteRune(r)
			}
		}
		return b.String()
	}
	return strings.ToLower(value)
}

// key is Key, with telephone numbers in E.164 where it can be told from which country they are.
func (s *Service) key(ctx context.Context, tx *db.Tx, kind desk.AddressKind, value string) (string, error) {
	if kind != desk.AddressPhone {
		return Key(kind, value), nil
	}
	country := ""
	if s.Country != nil {
		var err error
		if country, err = s.Country(ctx, tx); err != nil {
			return "", fmt.Errorf("country of the company: %w", err)
		}
	}
	if number, ok := phone.E164(value, country); ok {
		return number, nil
	}
	return Key(kind, value), nil
}

// shown is how an address is kept: a telephone number by its key, everything else as it was written.
func shown(kind desk.AddressKind, value, key string) string {
	if kind == desk.AddressPhone && strings.HasPrefix(key, "+") {
		return db.Text(key)
	}
	return db.Text(strings.TrimSpace(value))
}

// Sighting is somebody who turned up under an address.
type Sighting struct {
	Kind     desk.AddressKind
	Value    string
	Name     string // "" where unknown
	Language string
}

// Identified is who uses an address.
type Identified struct {
	ID      desk.CustomerID
	Name    string
	Created bool
	Bounced bool // mail to the address came back, last we knew
	Proven  bool // the address was proven to be his; see Service.Proven
	into    desk.CustomerID
}

// Identify returns the customer who uses an address, creating one if nobody does. It holds the customer until tx ends, so that two quick
// messages of one person wait for each other.
func (s *Service) Identify(ctx context.Context, tx *db.Tx, by desk.Actor, who Sighting) (Identified, error) {
	key, err := s.key(ctx, tx, who.Kind, who.Value)
	if err != nil {
		return Identified{}, err
	}
	if key == "" {
		return Identified{}, desk.RefuseField(desk.Invalid, "address", "an address is needed")
	}
	found, err := s.hold(ctx, tx, who, key)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return found, err
	}
	made, added, err := s.createWith(ctx, tx, by, who, key)
	if err != nil {
		return Identified{}, err
	}
	if !added { // somebody else recorded the same address between our look and our insert
		return s.hold(ctx, tx, who, key)
	}
	if who.Kind == desk.AddressEmail {
		if err := join(ctx, tx, made.ID, key); err != nil {
			return Identified{}, err
		}
	}
	return Identified{ID: made.ID, Name: made.Name, Created: true}, nil
}

const holdText = `
	SELECT c.id, c.name, c.merged_into, a.bounced_at <> 0, a.verified_at <> 0
	FROM address AS a JOIN customer AS c ON c.id = a.customer
	WHERE a.kind = $1 AND a.value_key IN ($2, $3)
	ORDER BY a.value_key LIMIT 1
	FOR NO KEY UPDATE OF c`

func holdArgs(who Sighting, key string) []any {
	return []any{who.Kind, db.Text(key), db.Text(Key(who.Kind, who.Value))} // a telephone number may have been kept before its country was known
}

// Ask asks ahead for the customer of a mail address whom Identify will look for, and holds him from then on (see db.Tx.Ahead); and for the organisation that the address
// would make a new customer a member of.
func (s *Service) Ask(ctx context.Context, tx *db.Tx, who Sighting) error {
	key := Key(who.Kind, who.Value)
	if domain, ok := companyDomain(key); ok {
		if err := tx.Ahead(ctx, organisationOfDomain, domain); err != nil {
			return err
		}
	}
	return tx.Ahead(ctx, holdText, holdArgs(who, key)...)
}

// hold finds the customer by key and locks the row; a name that was only the address so far is filled in.
func (s *Service) hold(ctx context.Context, tx *db.Tx, who Sighting, key string) (Identified, error) {
	var c Identified
	err := tx.Row(ctx, holdText, holdArgs(who, key)...).Scan(&c.ID, &c.Name, &c.into, &c.Bounced, &c.Proven)
	if err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return c, err
		}
		return c, fmt.Errorf("find customer by %s: %w", who.Kind, err)
	}
	if c.into != 0 { // he was merged while we waited for his row
		if c.ID, err = s.Leads(ctx, tx, c.into); err != nil {
			return c, err
		}
		if err := tx.Row(ctx, `SELECT name FROM customer WHERE id = $1 FOR NO KEY UPDATE`, c.ID).Scan(&c.Name); err != nil {
			return c, fmt.Errorf("find the customer whom %s was merged into: %w", who.Kind, err)
		}
	}
	if name := strings.TrimSpace(db.Text(who.Name)); name != "" && strings.EqualFold(c.Name, who.Value) && name != c.Name {
		if _, err := tx.Exec(ctx, `UPDATE customer SET name = $1, name_key = $2, version = version + 1 WHERE id = $3`,
			cut(name, 200), language.Fold(name), c.ID); err != nil {
			return c, fmt.Errorf("name customer %s: %w", c.ID, err)
		}
		c.Name = cut(name, 200)
		if err := told(ctx, tx, desk.System, c.ID); err != nil {
			return c, err
		}
		return c, renamed(ctx, tx, c.ID)
	}
	return c, nil
}

func (s *Service) create(ctx context.Context, tx *db.Tx, by desk.Actor, c desk.Customer) (desk.Customer, error) {
	c = fresh(tx, c)
	if err := tx.Row(ctx, insertCustomer, newCustomer(tx, by, c)...).Scan(&c.ID); err != nil {
		return c, fmt.Errorf("create customer: %w", err)
	}
	return c, created(ctx, tx, by, c)
}

// createWith creates a customer with the address under which he turned up; added is false, and nobody was created, where somebody has that address.
func (s *Service) createWith(ctx context.Context, tx *db.Tx, by desk.Actor, who Sighting, key string) (c desk.Customer, added bool, err error) {
	c = fresh(tx, desk.Customer{Name: nameOf(who), Language: who.Language})
	customer, address := newCustomer(tx, by, c), []any{who.Kind, shown(who.Kind, who.Value, key), db.Text(key), tx.Now, ""}
	if tx.Postgres() { // one statement in place of two; where somebody has the address it returns no row, and leaves a customer without any
		const insertBoth = `
			WITH made AS (
				INSERT INTO customer (name, name_key, language, time_zone, made_by, created_at, touched_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7)
				RETURNING id
			)
			INSERT INTO address (customer, kind, value, value_key, created_at, label)
			SELECT id, $8, $9, $10, $11, $12 FROM made
			ON CONFLICT (kind, value_key) DO NOTHING
			RETURNING customer`
		err = tx.Row(ctx, insertBoth, append(customer, address...)...).Scan(&c.ID)
		if errors.Is(err, sql.ErrNoRows) {
			_, err = tx.Exec(ctx, `DELETE FROM customer WHERE id = currval('customer_id_seq')`)
			return c, false, err
		}
		if err != nil {
			return c, false, fmt.Errorf("create customer: %w", err)
		}
		return c, true, created(ctx, tx, by, c)
	}
	if err := tx.Row(ctx, insertCustomer, customer...).Scan(&c.ID); err != nil {
		return c, false, fmt.Errorf("create customer: %w", err)
	}
	if _, err := tx.Exec(ctx, insertAddress, append([]any{c.ID}, address...)...); err != nil { // the only writer has just looked
		return c, false, fmt.Errorf("add address of customer %s: %w", c.ID, err)
	}
	return c, true, created(ctx, tx, by, c)
}

func fresh(tx *db.Tx, c desk.Customer) desk.Customer {
	c.Name, c.CreatedAt, c.Version = cut(strings.TrimSpace(db.Text(c.Name)), 200), tx.Now, 1
	c.Addresses, c.Warnings, c.Fields = []desk.Address{}, []string{}, desk.FieldValues{}
	return c
}

// newCustomer are the arguments of insertCustomer.
func newCustomer(tx *db.Tx, by desk.Actor, c desk.Customer) []any {
	maker := int64(0)
	if by.Kind == desk.ActorAgent {
		maker = by.ID
	}
	return []any{c.Name, language.Fold(c.Name), c.Language, db.Text(c.TimeZone), maker, tx.Now, tx.Now}
}

func created(ctx context.Context, tx *db.Tx, by desk.Actor, c desk.Customer) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.CustomerCreated, SubjectKind: desk.AboutCustomer, Subject: int64(c.ID)})
}

func nameOf(who Sighting) string {
	if name := strings.TrimSpace(who.Name); name != "" {
		return name
	}
	return strings.TrimSpace(who.Value)
}

// cut shortens s to at most n runes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n])
}
