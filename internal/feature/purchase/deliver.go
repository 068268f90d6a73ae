package purchase

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/shop"
	"tellus/internal/platform/db"
)

// Call is a request that came to a shop's address.
type Call struct {
	Token  string
	Header func(string) string // "" where it is not there
	Body   []byte
}

// Deliver takes in what a shop sent. It refuses with desk.NotFound where no active shop has the token, and with desk.SignedOut where its signature is wrong. What is signed is
// always taken: a fault in it stands in the shop's list of deliveries, since sending it again would mend nothing. The same delivery counts once.
func (s *Service) Deliver(ctx context.Context, call Call) error {
	var from Shop
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		from, err = s.shop(ctx, tx, `s.token = $1`, db.Text(call.Token))
		return err
	})
	if err != nil {
		return err
	}
	if !from.Active {
		return desk.Refuse(desk.NotFound, "no such shop")
	}
	topic := db.Text(from.Kind.Topic(call.Header))
	secret := []byte{}
	if from.HasSecret {
		if secret, err = s.Secrets.Open(from.sealed, shopContext(from.ID)); err != nil {
			return fmt.Errorf("open the secret of shop %s: %w", from.ID, err)
		}
	}
	if !from.Kind.Genuine(string(secret), call.Header, call.Body) {
		if from.Kind.Ping(call.Body) {
			return nil
		}
		return errors.Join(desk.Refuse(desk.SignedOut, "the signature is wrong"), s.noteForged(ctx, from, topic))
	}
	order, readErr := from.Kind.Read(topic, call.Body)
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		return s.deliver(ctx, tx, from, topic, db.Text(from.Kind.Delivery(call.Header)), order, readErr)
	})
}

// noteForged notes a wrong signature, at most once a minute: whoever knows the address must not fill the database.
func (s *Service) noteForged(ctx context.Context, from Shop, topic string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE shop SET failed_at = $1, failed_why = 'signature' WHERE id = $2 AND (failed_why <> 'signature' OR failed_at < $3)`,
			tx.Now, from.ID, tx.Now-quiet)
		if err != nil || n == 0 {
			return err
		}
		return note(ctx, tx, from.ID, "", Delivery{Topic: topic, Outcome: "refused", Why: "signature"})
	})
}

func (s *Service) deliver(ctx context.Context, tx *db.Tx, from Shop, topic, name string, order shop.Order, readErr error) error {
	if name != "" {
		var known int
		if err := tx.Row(ctx, `SELECT count(*) FROM shop_delivery WHERE shop = $1 AND source_id = $2`, from.ID, name).Scan(&known); err != nil {
			return fmt.Errorf("was it delivered before: %w", err)
		}
		if known > 0 {
			return nil
		}
	}
	d := Delivery{Topic: topic}
	var fault *shop.Fault
	switch {
	case errors.Is(readErr, shop.ErrOther):
		d.Outcome = "ignored"
	case errors.As(readErr, &fault):
		d.Outcome, d.Why = "refused", "fault: "+fault.Field
	case readErr != nil:
		return readErr
	default:
		err := tx.Savepoint(ctx, func() error { return s.takeOrder(ctx, tx, from, order, &d) })
		var r *desk.Refusal
		if errors.As(err, &r) {
			d.Outcome, d.Why, d.Purchase = "refused", string(r.Why), 0
			if r.Why == "" {
				d.Why = string(r.Code)
			}
		} else if err != nil {
			return err
		}
	}
	text, args := `UPDATE shop SET heard_at = $1 WHERE id = $2`, []any{tx.Now, from.ID}
	if d.Outcome == "refused" {
		text, args = `UPDATE shop SET heard_at = $1, failed_at = $1, failed_why = $3 WHERE id = $2`, append(args, db.Text(d.Why))
	}
	if _, err := tx.Exec(ctx, text, args...); err != nil {
		return fmt.Errorf("note a delivery of shop %s: %w", from.ID, err)
	}
	return note(ctx, tx, from.ID, name, d)
}

// takeOrder records an order. One that was deleted in the shop is cancelled here: what was said about it stays readable.
func (s *Service) takeOrder(ctx context.Context, tx *db.Tx, from Shop, o shop.Order, d *Delivery) error {
	f := Facts{Source: sourceOf(from.ID), ExternalID: o.ID, Number: o.Number, Email: o.Email, Phone: o.Phone, Name: o.Name, Language: o.Language, Status: o.Status,
		Currency: o.Currency, Total: o.Total, Refunded: o.Refunded, PlacedAt: desk.At(o.Placed), Items: o.Items}
	if !o.Changed.IsZero() {
		f.ToldAt = desk.At(o.Changed)
	}
	if strings.ContainsAny(f.Email, "<> ,;") {
		f.Email = "" // Put says so where nothing else tells who it is
	}
	if o.Deleted {
		id, err := known(ctx, tx, f)
		if err != nil || id == 0 {
			d.Outcome = "ignored"
			return err
		}
		was, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		f.Number, f.Status, f.Currency, f.Total, f.Refunded, f.PlacedAt, f.Items = was.Number, desk.PurchaseCancelled, was.Currency, was.Total, was.Refunded, was.PlacedAt, was.Items
	}
	p, outcome, err := s.Put(ctx, tx, desk.System, f)
	d.Outcome, d.Purchase = string(outcome), p.ID
	return err
}

// note keeps a delivery among the last ones of its shop.
func note(ctx context.Context, tx *db.Tx, id desk.ShopID, name string, d Delivery) error {
	if _, err := tx.Exec(ctx, `INSERT INTO shop_delivery (shop, source_id, topic, outcome, why, purchase, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		id, name, d.Topic, d.Outcome, db.Text(d.Why), d.Purchase, tx.Now); err != nil {
		return fmt.Errorf("keep a delivery of shop %s: %w", id, err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM shop_delivery WHERE shop = $1 AND id <= (SELECT COALESCE(max(id), 0) FROM
		(SELECT id FROM shop_delivery WHERE shop = $1 ORDER BY id DESC LIMIT 1 OFFSET $2) old)`, id, keptDeliveries); err != nil {
		return fmt.Errorf("forget old deliveries of shop %s: %w", id, err)
	}
	return toldShop(ctx, tx, desk.System, id)
}
