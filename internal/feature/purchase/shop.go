package purchase

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/shop"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Shop is an online shop that tells of its orders by webhook. Its address holds a token that names it; what counts is the signature.
type Shop struct {
	ID        desk.ShopID `json:"id"`
	Name      string      `json:"name"`
	Kind      shop.Kind   `json:"kind" enum:"woocommerce,prestashop,shopify"`
	Address   string      `json:"address" doc:"Where the shop sends its webhooks"`
	HasSecret bool        `json:"hasSecret"`
	Active    bool        `json:"active"`
	HeardAt   desk.Time   `json:"heardAt,omitempty" doc:"The last delivery that was signed by it"`
	FailedAt  desk.Time   `json:"failedAt,omitempty" doc:"The last one that was not taken"`
	FailedWhy string      `json:"failedWhy,omitempty" doc:"signature, or the reason of a refusal"`
	Purchases int64       `json:"purchases"`
	CreatedAt desk.Time   `json:"createdAt"`
	Version   int64       `json:"version"`
	token     string
	sealed    []byte
}

// ShopEdit is what is said about a shop.
type ShopEdit struct {
	Version int64     `json:"version,omitempty" doc:"The one that was seen; absent for a new one"`
	Name    string    `json:"name" minLength:"1" maxLength:"100"`
	Kind    shop.Kind `json:"kind,omitempty" enum:"woocommerce,prestashop,shopify" doc:"Of a new one; it stays"`
	Secret  *string   `json:"secret,omitempty" maxLength:"200" doc:"What it signs with: Shopify gives one; for the others one is made where none is said"`
	Active  *bool     `json:"active,omitempty"`
}

// mostShops is how many shops there are, keptDeliveries how many of its last deliveries a shop shows, quiet how long a wrong signature is not noted again.
const (
	mostShops      = 50
	keptDeliveries = 50
	quiet          = 60_000_000 // microseconds
)

func shopContext(id desk.ShopID) string { return "shop/" + id.String() + "/secret" }

const selectShop = `SELECT s.id, s.name, s.kind, s.token, s.secret, s.active, s.heard_at, s.failed_at, s.failed_why, s.created_at, s.version FROM shop s`

func scanShop(r interface{ Scan(...any) error }, s *Shop) error {
	if err := r.Scan(&s.ID, &s.Name, &s.Kind, &s.token, &s.sealed, &s.Active, &s.HeardAt, &s.FailedAt, &s.FailedWhy, &s.CreatedAt, &s.Version); err != nil {
		return err
	}
	s.HasSecret, s.Address = len(s.sealed) > 0, "/hooks/shop/"+s.token
	return nil
}

// Shops returns all shops by name. Their addresses are paths below the desk's own address.
func (s *Service) Shops(ctx context.Context, tx *db.Tx) ([]Shop, error) {
	rows, err := tx.Query(ctx, selectShop+` ORDER BY s.name, s.id`)
	all, err := db.Rows(rows, err, func(r *sql.Rows, v *Shop) error { return scanShop(r, v) })
	if err != nil {
		return nil, fmt.Errorf("list shops: %w", err)
	}
	if all == nil {
		all = []Shop{}
	}
	for i := range all {
		if err := tx.Row(ctx, `SELECT count(*) FROM purchase WHERE source = $1`, sourceOf(all[i].ID)).Scan(&all[i].Purchases); err != nil {
			return nil, fmt.Errorf("count purchases of shop %s: %w", all[i].ID, err)
		}
	}
	return all, nil
}

// sourceOf is the source of a shop's purchases. No program can say it: sources of programs have no colon.
func sourceOf(id desk.ShopID) string { return "shop:" + id.String() }

func (s *Service) shop(ctx context.Context, tx *db.Tx, where string, arg any) (v Shop, err error) {
	err = scanShop(tx.Row(ctx, selectShop+` WHERE `+where, arg), &v)
	if errors.Is(err, sql.ErrNoRows) {
		return v, desk.Refuse(desk.NotFound, "no such shop")
	}
	if err != nil {
		return v, fmt.Errorf("load shop: %w", err)
	}
	return v, nil
}

// AddShop connects a shop. secret is what it signs with where none was said: it is told this once.
func (s *Service) AddShop(ctx context.Context, tx *db.Tx, by desk.Actor, e ShopEdit) (made Shop, secret string, err error) {
	if e.Name = strings.TrimSpace(db.Text(e.Name)); e.Name == "" {
		return made, "", desk.WhyNeeded.At("body.name")
	}
	if e.Kind == "" {
		return made, "", desk.WhyNeeded.At("body.kind")
	}
	var n int
	if err := tx.Row(ctx, `SELECT count(*) FROM shop`).Scan(&n); err != nil {
		return made, "", fmt.Errorf("count shops: %w", err)
	}
	if n >= mostShops {
		return made, "", desk.WhyEnough.Refuse(mostShops)
	}
	var id desk.ShopID
	if err := tx.Row(ctx, `INSERT INTO shop (name, kind, token, created_at) VALUES ($1, $2, $3, $4) RETURNING id`,
		e.Name, string(e.Kind), strings.ToLower(rand.Text()), tx.Now).Scan(&id); err != nil {
		return made, "", fmt.Errorf("add shop: %w", err)
	}
	if e.Secret == nil && e.Kind != shop.Shopify {
		secret = rand.Text()
		e.Secret = &secret
	}
	if err := s.seal(ctx, tx, id, e.Secret); err != nil {
		return made, "", err
	}
	if err := toldShop(ctx, tx, by, id); err != nil {
		return made, "", err
	}
	made, err = s.shop(ctx, tx, `s.id = $1`, id)
	return made, secret, err
}

func (s *Service) seal(ctx context.Context, tx *db.Tx, id desk.ShopID, secret *string) error {
	if secret == nil {
		return nil
	}
	var sealed any
	if text := strings.TrimSpace(*secret); text != "" {
		sealed = s.Secrets.Seal([]byte(text), shopContext(id))
	}
	if _, err := tx.Exec(ctx, `UPDATE shop SET secret = $1 WHERE id = $2`, sealed, id); err != nil {
		return fmt.Errorf("keep the secret of shop %s: %w", id, err)
	}
	return nil
}

// ChangeShop renames a shop, gives it another secret, or switches it off and on. It refuses a stale version with desk.Conflict.
func (s *Service) ChangeShop(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.ShopID, e ShopEdit) (Shop, error) {
	if err := tx.Lock(ctx, "shop", int64(id)); err != nil {
		return Shop{}, err
	}
	was, err := s.shop(ctx, tx, `s.id = $1`, id)
	if err != nil {
		return was, err
	}
	if e.Version != was.Version {
		return was, desk.Stale{Current: was}.Refuse()
	}
	if e.Name = strings.TrimSpace(db.Text(e.Name)); e.Name == "" {
		return was, desk.WhyNeeded.At("body.name")
	}
	active := was.Active
	if e.Active != nil {
		active = *e.Active
	}
	if _, err := tx.Exec(ctx, `UPDATE shop SET name = $1, active = $2, version = version + 1 WHERE id = $3`, e.Name, active, id); err != nil {
		return was, fmt.Errorf("change shop %s: %w", id, err)
	}
	if err := s.seal(ctx, tx, id, e.Secret); err != nil {
		return was, err
	}
	if err := toldShop(ctx, tx, by, id); err != nil {
		return was, err
	}
	return s.shop(ctx, tx, `s.id = $1`, id)
}

// RemoveShop disconnects a shop: its address answers no more. What was bought there stays.
func (s *Service) RemoveShop(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.ShopID) (Shop, error) {
	was, err := s.shop(ctx, tx, `s.id = $1`, id)
	if err != nil {
		return was, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM shop WHERE id = $1`, id); err != nil {
		return was, fmt.Errorf("remove shop %s: %w", id, err)
	}
	return was, toldShop(ctx, tx, by, id)
}

func toldShop(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.ShopID) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.ShopUpdated, SubjectKind: desk.AboutShop, Subject: int64(id)})
}

// Delivery is one webhook that came in, without what it said.
type Delivery struct {
	ID       int64           `json:"id"`
	Topic    string          `json:"topic"`
	Outcome  string          `json:"outcome" enum:"made,changed,same,older,ignored,refused" doc:"refused: see why"`
	Why      string          `json:"why,omitempty" doc:"signature; fault: field; or the reason of a refusal"`
	Purchase desk.PurchaseID `json:"purchase,omitempty"`
	At       desk.Time       `json:"at"`
}

// Deliveries are the last webhooks of a shop, the latest first.
func (s *Service) Deliveries(ctx context.Context, tx *db.Tx, id desk.ShopID) ([]Delivery, error) {
	if _, err := s.shop(ctx, tx, `s.id = $1`, id); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT id, topic, outcome, why, purchase, at FROM shop_delivery WHERE shop = $1 ORDER BY id DESC LIMIT $2`, id, keptDeliveries)
	all, err := db.Rows(rows, err, func(r *sql.Rows, d *Delivery) error {
		return r.Scan(&d.ID, &d.Topic, &d.Outcome, &d.Why, &d.Purchase, &d.At)
	})
	if err != nil {
		return nil, fmt.Errorf("deliveries of shop %s: %w", id, err)
	}
	if all == nil {
		all = []Delivery{}
	}
	return all, nil
}
