// Package purchase owns what customers bought: purchases with their lines, which conversations are about them, the shops that tell of them by webhook, and the files that they
// are taken in from. A purchase is known by its source and the id it has there, so that what arrives twice counts once. It never decides what a shop should do.
package purchase

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/field"
	"tellus/internal/engine/money"
	"tellus/internal/engine/ordernumber"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/secret"
)

// Service is the feature.
type Service struct {
	DB            *db.DB
	Customers     *customer.Service
	Conversations *conversation.Service
	Blobs         *blob.Store     // where files wait until they are read
	Secrets       *secret.Keyring // seals what shops sign with
}

// mostItems is how many lines a purchase has.
const mostItems = 500

// Facts are what a source says about a purchase.
type Facts struct {
	Source     string              `json:"source,omitempty" maxLength:"60" pattern:"^$|^[a-z0-9][a-z0-9._-]*$" doc:"Where it comes from, such as erp; api where absent"`
	ExternalID string              `json:"externalId" minLength:"1" maxLength:"200" doc:"What it is called there: the same source and id are the same purchase"`
	Number     string              `json:"number,omitempty" maxLength:"100" doc:"What people quote; the id where absent"`
	Customer   desk.CustomerID     `json:"customer,omitempty" doc:"Who bought it; otherwise he is found, or made, by the addresses that follow"`
	Email      string              `json:"email,omitempty" maxLength:"254"`
	Phone      string              `json:"phone,omitempty" maxLength:"60"`
	Name       string              `json:"name,omitempty" maxLength:"200"`
	Language   string              `json:"language,omitempty" maxLength:"20"`
	Status     desk.PurchaseStatus `json:"status" enum:"placed,paid,sent,done,cancelled,refunded"`
	Currency   string              `json:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217"`
	Total      int64               `json:"total" minimum:"0" maximum:"1000000000000" doc:"In minor units of the currency"`
	Refunded   int64               `json:"refunded,omitempty" minimum:"0" maximum:"1000000000000" doc:"Of the total, in minor units"`
	PlacedAt   desk.Time           `json:"placedAt"`
	ToldAt     desk.Time           `json:"toldAt,omitempty" doc:"When the source last changed it: what is older than what is known changes nothing"`
	Items      []desk.PurchaseItem `json:"items,omitempty" maxItems:"500"`
}

// Outcome says what became of what a source told.
type Outcome string

const (
	Made    Outcome = "made"
	Changed Outcome = "changed"
	Same    Outcome = "same"  // nothing new
	Older   Outcome = "older" // something newer was told before
)

// check brings facts into the form in which they are kept, and refuses what cannot be.
func (f *Facts) check() error {
	f.ExternalID, f.Number = strings.TrimSpace(db.Text(f.ExternalID)), strings.TrimSpace(db.Text(f.Number))
	if f.Number == "" {
		f.Number = f.ExternalID
	}
	if f.Source == "" {
		f.Source = "api"
	}
	f.Email, f.Phone, f.Name = strings.TrimSpace(db.Text(f.Email)), strings.TrimSpace(db.Text(f.Phone)), strings.TrimSpace(db.Text(f.Name))
	f.Currency = strings.ToUpper(f.Currency)
	switch _, known := field.MinorUnits(f.Currency); {
	case f.ExternalID == "":
		return desk.WhyNeeded.At("body.externalId")
	case len(f.ExternalID) > 200:
		return desk.WhyTooLong.At("body.externalId", 200)
	case len(f.Number) > 200:
		return desk.WhyTooLong.At("body.number", 100)
	case !known:
		return desk.WhyNoCurrency.At("body.currency")
	case !slices.Contains(desk.PurchaseStatuses, f.Status):
		return desk.WhyNoStatus.At("body.status", string(f.Status))
	case f.Total < 0 || f.Total > money.Most:
		return desk.WhyOutOfRange.At("body.total")
	case f.Refunded < 0 || f.Refunded > f.Total:
		return desk.WhyRefundTooLarge.At("body.refunded")
	case f.PlacedAt <= 0 || f.PlacedAt >= desk.Never:
		return desk.WhyNeeded.At("body.placedAt")
	case len(f.Items) > mostItems:
		return desk.WhyEnough.At("body.items", mostItems)
	}
	if f.Email != "" {
		if a, err := mail.ParseAddress(f.Email); err != nil || a.Address != f.Email {
			return desk.WhyNoAddress.At("body.email")
		}
	}
	for i := range f.Items {
		if err := checkItem(&f.Items[i]); err != nil {
			return err
		}
	}
	return nil
}

func checkItem(i *desk.PurchaseItem) error {
	i.SKU, i.Name = cut(db.Text(i.SKU), 100), cut(db.Text(i.Name), 300)
	quantity, ok := money.Quantity(i.Quantity, false)
	if !ok {
		return desk.WhyNoQuantity.At("body.items", db.Text(i.Quantity))
	}
	i.Quantity = quantity
	if max(i.Price, i.Total) > money.Most || min(i.Price, i.Total) < -money.Most {
		return desk.WhyOutOfRange.At("body.items")
	}
	return nil
}

func cut(s string, most int) string {
	if s = strings.TrimSpace(s); len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}

// forgottenKey is what a purchase of an erased person is known by: enough to tell it when it arrives again, and nothing about whom it was of.
func forgottenKey(source, external string) string {
	sum := sha256.Sum256([]byte(source + "\x00" + external))
	return "forgotten:" + hex.EncodeToString(sum[:])
}

// Put takes in what a source says about a purchase: made where it is new, changed where something differs. Whom it belongs to is settled the first time, by his mail address
// or, without one, his telephone number; nobody is found by what he only calls himself. A purchase of somebody who was erased is refused with desk.Gone.
func (s *Service) Put(ctx context.Context, tx *db.Tx, by desk.Actor, f Facts) (desk.Purchase, Outcome, error) {
	if err := f.check(); err != nil {
		return desk.Purchase{}, "", err
	}
	var forgotten int
	if err := tx.Row(ctx, `SELECT count(*) FROM purchase WHERE source = $1 AND external_id = $2`, db.Text(f.Source), forgottenKey(f.Source, f.ExternalID)).Scan(&forgotten); err != nil {
		return desk.Purchase{}, "", fmt.Errorf("was a purchase forgotten: %w", err)
	}
	if forgotten > 0 {
		return desk.Purchase{}, "", desk.WhyForgotten.Refuse()
	}
	id, err := known(ctx, tx, f)
	if err != nil {
		return desk.Purchase{}, "", err
	}
	if id == 0 {
		p, made, err := s.add(ctx, tx, by, f)
		if err != nil || made {
			return p, Made, err
		}
		if id, err = known(ctx, tx, f); err != nil { // somebody else recorded it between our look and our insert
			return desk.Purchase{}, "", err
		}
	}
	return s.change(ctx, tx, by, id, f)
}

func known(ctx context.Context, tx *db.Tx, f Facts) (id desk.PurchaseID, err error) {
	err = tx.Row(ctx, `SELECT id FROM purchase WHERE source = $1 AND external_id = $2`, f.Source, f.ExternalID).Scan(&id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("find purchase: %w", err)
	}
	return id, nil
}

func (s *Service) add(ctx context.Context, tx *db.Tx, by desk.Actor, f Facts) (p desk.Purchase, made bool, err error) {
	buyer, err := s.buyer(ctx, tx, by, f)
	if err != nil {
		return p, false, err
	}
	f.into(&p)
	err = tx.Row(ctx, `
		INSERT INTO purchase (source, external_id, number, number_key, customer, status, currency, total, refunded, worth, placed_at, told_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (source, external_id) DO NOTHING
		RETURNING id`, f.Source, f.ExternalID, p.Number, ordernumber.Key(p.Number), buyer, p.Status, p.Currency, p.Total, p.Refunded, p.Worth(), p.PlacedAt, f.ToldAt,
		tx.Now).Scan(&p.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("record purchase: %w", err)
	}
	if err := writeItems(ctx, tx, p.ID, f.Items); err != nil {
		return p, false, err
	}
	if err := told(ctx, tx, by, p.ID, moved("", p.Status), buyer); err != nil {
		return p, false, err
	}
	p, err = s.load(ctx, tx, p.ID)
	return p, true, err
}

// into puts what a source says into a purchase, whom it belongs to aside.
func (f Facts) into(p *desk.Purchase) {
	p.Source, p.ExternalID, p.Number, p.Status, p.Currency = f.Source, f.ExternalID, f.Number, f.Status, f.Currency
	p.Total, p.Refunded, p.PlacedAt, p.Items = f.Total, f.Refunded, f.PlacedAt, f.Items
	p.Decimals, _ = field.MinorUnits(f.Currency)
	if p.Items == nil {
		p.Items = []desk.PurchaseItem{}
	}
}

func (s *Service) change(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.PurchaseID, f Facts) (desk.Purchase, Outcome, error) {
	if err := tx.Lock(ctx, "purchase", int64(id)); err != nil {
		return desk.Purchase{}, "", err
	}
	was, err := s.load(ctx, tx, id)
	if err != nil {
		return was, "", err
	}
	var toldAt desk.Time
	if err := tx.Row(ctx, `SELECT told_at FROM purchase WHERE id = $1`, id).Scan(&toldAt); err != nil {
		return was, "", fmt.Errorf("when was purchase %s told: %w", id, err)
	}
	if f.ToldAt != 0 && f.ToldAt < toldAt {
		return was, Older, nil
	}
	now := was
	f.into(&now)
	if f.Customer != 0 && f.Customer != was.Customer {
		if now.Customer, err = s.buyer(ctx, tx, by, f); err != nil {
			return was, "", err
		}
	}
	if len(desk.Differences(was, now)) == 0 {
		if f.ToldAt > toldAt {
			if _, err := tx.Exec(ctx, `UPDATE purchase SET told_at = $1 WHERE id = $2`, f.ToldAt, id); err != nil {
				return was, "", fmt.Errorf("note when purchase %s was told: %w", id, err)
			}
		}
		return was, Same, nil
	}
	now.Version++
	now.ChangedAt = tx.Now
	if err := save(ctx, tx, now, max(f.ToldAt, toldAt)); err != nil {
		return was, "", err
	}
	if err := told(ctx, tx, by, id, moved(was.Status, now.Status), now.Customer, was.Customer); err != nil {
		return was, "", err
	}
	return now, Changed, nil
}

func save(ctx context.Context, tx *db.Tx, p desk.Purchase, toldAt desk.Time) error {
	if _, err := tx.Exec(ctx, `
		UPDATE purchase
		SET number = $1, number_key = $2, customer = $3, status = $4, currency = $5, total = $6, refunded = $7, worth = $8, placed_at = $9, told_at = $10,
			changed_at = $11, version = $12
		WHERE id = $13`, p.Number, ordernumber.Key(p.Number), orNull(p.Customer), p.Status, p.Currency, p.Total, p.Refunded, p.Worth(), p.PlacedAt, toldAt, p.ChangedAt,
		p.Version, p.ID); err != nil {
		return fmt.Errorf("save purchase %s: %w", p.ID, err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM purchase_item WHERE purchase = $1`, p.ID); err != nil {
		return fmt.Errorf("replace the lines of purchase %s: %w", p.ID, err)
	}
	return writeItems(ctx, tx, p.ID, p.Items)
}

func orNull(id desk.CustomerID) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}

func writeItems(ctx context.Context, tx *db.Tx, id desk.PurchaseID, items []desk.PurchaseItem) error {
	for i, it := range items {
		if err := tx.Soon(ctx, `INSERT INTO purchase_item (purchase, position, sku, name, quantity, price, total) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			id, i, it.SKU, it.Name, it.Quantity, it.Price, it.Total); err != nil {
			return fmt.Errorf("keep a line of purchase %s: %w", id, err)
		}
	}
	return nil
}

// buyer is who bought something. Whoever is named by id must be there. Without an id he is who has the mail address, otherwise who has the number; he is made where nobody has.
func (s *Service) buyer(ctx context.Context, tx *db.Tx, by desk.Actor, f Facts) (desk.CustomerID, error) {
	switch {
	case f.Customer != 0:
		c, err := s.Customers.Get(ctx, tx, f.Customer)
		if desk.IsRefusal(err, desk.NotFound) {
			return 0, desk.RefuseField(desk.Invalid, "body.customer", "there is no such customer")
		}
		return c.ID, err
	case f.Email != "":
		who, err := s.Customers.Identify(ctx, tx, by, customer.Sighting{Kind: desk.AddressEmail, Value: f.Email, Name: f.Name, Language: f.Language})
		if err != nil || !who.Created || len(f.Phone) < 5 {
			return who.ID, err
		}
		// A number that somebody else has stays his: who orders under it proves nothing.
		if _, err := s.Customers.AddAddress(ctx, tx, by, who.ID, customer.NewAddress{Kind: desk.AddressPhone, Value: f.Phone}); err != nil && !refused(err) {
			return 0, err
		}
		return who.ID, nil
	case len(f.Phone) >= 5:
		who, err := s.Customers.Identify(ctx, tx, by, customer.Sighting{Kind: desk.AddressPhone, Value: f.Phone, Name: f.Name, Language: f.Language})
		return who.ID, err
	case f.Name != "":
		c, err := s.Customers.CreateWithoutAddress(ctx, tx, by, f.Name)
		return c.ID, err
	}
	return 0, desk.WhyNoBuyer.At("body.email")
}

func refused(err error) bool {
	var r *desk.Refusal
	return errors.As(err, &r)
}

// told is the fact that a purchase changed, with whom it concerns.
func told(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.PurchaseID, moved map[string]any, customers ...desk.CustomerID) error {
	for i, c := range customers {
		if i > 0 && (c == 0 || c == customers[0]) {
			continue
		}
		facts := map[string]any{"customer": c}
		maps.Copy(facts, moved)
		data, err := json.Marshal(facts)
		if err != nil {
			return fmt.Errorf("tell of purchase %s: %w", id, err)
		}
		if err := eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.PurchaseUpdated, SubjectKind: desk.AboutPurchase, Subject: int64(id), Data: data}); err != nil {
			return err
		}
	}
	return nil
}

// moved is what an event says of a purchase whose status changed; nothing where it did not.
func moved(from, to desk.PurchaseStatus) map[string]any {
	if from == to {
		return nil
	}
	return map[string]any{"from": from, "to": to}
}

// Edit is Facts about a purchase that is known, by somebody who saw a version of it.
type Edit struct {
	Version  int64               `json:"version"`
	Number   string              `json:"number" minLength:"1" maxLength:"100"`
	Customer desk.CustomerID     `json:"customer,omitempty" doc:"Another customer; his own stays where it is absent"`
	Status   desk.PurchaseStatus `json:"status" enum:"placed,paid,sent,done,cancelled,refunded"`
	Currency string              `json:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217"`
	Total    int64               `json:"total" minimum:"0" maximum:"1000000000000"`
	Refunded int64               `json:"refunded,omitempty" minimum:"0" maximum:"1000000000000"`
	PlacedAt desk.Time           `json:"placedAt"`
	Items    []desk.PurchaseItem `json:"items" maxItems:"500"`
}

// Replace changes a purchase that the scope's agent sees. It refuses a stale version with desk.Conflict, and one whose person was erased with desk.Gone.
func (s *Service) Replace(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.PurchaseID, e Edit) (desk.Purchase, error) {
	if err := tx.Lock(ctx, "purchase", int64(id)); err != nil {
		return desk.Purchase{}, err
	}
	was, err := s.Get(ctx, tx, scope, id)
	if err != nil {
		return was, err
	}
	if e.Version != was.Version {
		return was, desk.Stale{Current: was}.Refuse()
	}
	if was.Customer == 0 {
		return was, desk.WhyForgotten.Refuse()
	}
	f := Facts{Source: was.Source, ExternalID: was.ExternalID, Number: e.Number, Customer: e.Customer, Status: e.Status, Currency: e.Currency, Total: e.Total,
		Refunded: e.Refunded, PlacedAt: e.PlacedAt, Items: e.Items}
	if err := f.check(); err != nil {
		return was, err
	}
	if _, _, err := s.change(ctx, tx, by, id, f); err != nil {
		return was, err
	}
	return s.Get(ctx, tx, scope, id)
}
