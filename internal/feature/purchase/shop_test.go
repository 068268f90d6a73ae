package purchase_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/shop"
	"tellus/internal/feature/purchase"
	"tellus/internal/platform/db"
)

const wooBody = `{"id":%d,"number":"%d","status":"%s","currency":"EUR","date_created_gmt":"2026-02-11T14:03:20","date_modified_gmt":"2026-02-1%dT14:05:00","total":"30.25",
	"billing":{"first_name":"Ann","last_name":"Berg","email":"ann@customer.example"},"line_items":[]}`

func deliver(d *desktest.Desk, v purchase.Shop, secret, name, body string) error {
	d.T.Helper()
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	headers := map[string]string{"X-WC-Webhook-Signature": base64.StdEncoding.EncodeToString(mac.Sum(nil)), "X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Delivery-ID": name}
	token := v.Address[strings.LastIndexByte(v.Address, '/')+1:]
	return d.Purchases.Deliver(d.T.Context(), purchase.Call{Token: token, Header: func(n string) string { return headers[n] }, Body: []byte(body)})
}

func TestAShopTellsOfItsOrdersOnceAndNobodyElseDoes(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk, _ *purchase.Service) {
		var v purchase.Shop
		var secret string
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			v, secret, err = d.Purchases.AddShop(ctx, tx, desk.ByAgent(d.Eva), purchase.ShopEdit{Name: "Teapots", Kind: shop.WooCommerce})
			return err
		})
		if len(secret) < 20 || !v.HasSecret {
			d.T.Fatalf("made %+v with a secret of %d characters", v, len(secret))
		}
		paid := fmt.Sprintf(wooBody, 7, 7, "processing", 1)
		for _, name := range []string{"a", "a", "b"} {
			if err := deliver(d, v, secret, name, paid); err != nil {
				d.T.Errorf("delivery %s: %v", name, err)
			}
		}
		if err := deliver(d, v, secret, "c", fmt.Sprintf(wooBody, 7, 7, "refunded", 3)); err != nil {
			d.T.Error(err)
		}
		if err := deliver(d, v, secret, "d", fmt.Sprintf(wooBody, 7, 7, "processing", 2)); err != nil { // late
			d.T.Error(err)
		}
		if err := deliver(d, v, secret, "e", `{"id":8,"currency":"EUR","date_created_gmt":"yesterday"}`); err != nil {
			d.T.Errorf("what cannot be read is taken all the same: %v", err)
		}
		for range 3 {
			if err := deliver(d, v, "another", "f", paid); !desk.IsRefusal(err, desk.SignedOut) {
				d.T.Errorf("with another secret: %v", err)
			}
		}
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			list, _, err := d.Purchases.List(ctx, tx, desk.Scope{All: true}, purchase.Filter{}, nil, 50)
			if len(list) != 1 || list[0].Status != desk.PurchaseRefunded || list[0].Total != 3025 {
				d.T.Errorf("purchases: %+v", list)
			}
			if err != nil {
				return err
			}
			all, err := d.Purchases.Deliveries(ctx, tx, v.ID)
			var got []string
			for _, x := range all {
				got = append(got, x.Outcome+" "+x.Why)
			}
			if s := strings.Join(got, ","); s != "refused signature,refused fault: date,older ,changed ,same ,made " {
				d.T.Errorf("deliveries: %s", s)
			}
			return err
		})
		off := false
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Purchases.ChangeShop(ctx, tx, desk.ByAgent(d.Eva), v.ID, purchase.ShopEdit{Version: v.Version, Name: "Teapots", Active: &off})
			return err
		})
		if err := deliver(d, v, secret, "g", paid); !desk.IsRefusal(err, desk.NotFound) {
			d.T.Errorf("one that is switched off: %v", err)
		}
	})
}
