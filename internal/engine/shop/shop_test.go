package shop

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
)

const (
	woo = `{"id":4750,"number":"4750","status":"processing","currency":"EUR","date_created_gmt":"2026-02-11T14:03:20","date_modified_gmt":"2026-02-11T14:05:00",
		"total":"30.25","billing":{"first_name":"Ann","last_name":"Berg","email":"ann@customer.example","phone":"+37120000001"},"refunds":[{"id":1,"total":"-5.00"}],
		"line_items":[{"sku":"T-1","name":"Teapot","quantity":2,"price":12.5,"total":"25.00","total_tax":"5.25"}]}`
	shopify = `{"id":820982911946154500,"name":"#1001","test":false,"email":"ann@customer.example","phone":null,"customer_locale":"lv","created_at":"2026-02-11T16:03:20+02:00",
		"updated_at":"2026-02-11T16:05:00+02:00","cancelled_at":null,"currency":"EUR","total_price":"30.25","financial_status":"partially_refunded","fulfillment_status":null,
		"customer":{"first_name":"Ann","last_name":"Berg","phone":"+37120000001"},"refunds":[{"transactions":[{"kind":"refund","status":"success","amount":"5.00"}]}],
		"line_items":[{"sku":"T-1","name":"Teapot","quantity":2,"price":"15.13","total_discount":"0.01"}]}`
	presta = `{"event":"order.updated","order":{"id":"7","reference":"XKBKNABJK","current_state":"2","currency":{"iso_code":"EUR"},"date_add":"2026-02-11 14:03:20",
		"date_upd":"2026-02-11 14:05:00","total_paid_tax_incl":"30.250000","customer":{"firstname":"Ann","lastname":"Berg","email":"ann@customer.example","phone":"+37120000001"},
		"associations":{"order_rows":[{"product_reference":"T-1","product_name":"Teapot","product_quantity":"2","unit_price_tax_incl":"15.125000"}]}}}`
)

func TestOrdersOfEachShopAreReadExactly(t *testing.T) {
	t.Parallel()
	placed := time.Date(2026, 2, 11, 14, 3, 20, 0, time.UTC)
	want := func(id, number, language string, refunded, price, total int64) Order {
		return Order{ID: id, Number: number, Status: desk.PurchasePaid, Currency: "EUR", Total: 3025, Refunded: refunded, Placed: placed, Changed: placed.Add(100 * time.Second),
			Email: "ann@customer.example", Phone: "+37120000001", Name: "Ann Berg", Language: language,
			Items: []desk.PurchaseItem{{SKU: "T-1", Name: "Teapot", Quantity: "2", Price: price, Total: total}}}
	}
	for name, c := range map[string]struct {
		kind  Kind
		topic string
		body  string
		want  Order
	}{
		"WooCommerce": {WooCommerce, "order.updated", woo, want("4750", "4750", "", 500, 1513, 3025)},
		"Shopify":     {Shopify, "orders/updated", shopify, want("820982911946154500", "#1001", "lv", 500, 1513, 3025)},
		"PrestaShop":  {PrestaShop, "order.updated", presta, want("7", "XKBKNABJK", "", 0, 1513, 3026)},
		"deleted":     {WooCommerce, "order.deleted", `{"id":4750}`, Order{ID: "4750", Number: "4750", Deleted: true}},
	} {
		got, err := c.kind.Read(c.topic, []byte(c.body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWhatIsNoOrderIsSaidToBeNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind  Kind
		topic string
		body  string
	}{
		"a product":         {WooCommerce, "product.created", `{"id":1}`},
		"a test":            {Shopify, "orders/create", `{"id":1,"test":true}`},
		"a cart":            {Shopify, "carts/update", `{}`},
		"a PrestaShop cart": {PrestaShop, "cart.saved", `{}`},
	} {
		if _, err := c.kind.Read(c.topic, []byte(c.body)); !errors.Is(err, ErrOther) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var fault *Fault
	for _, body := range []string{``, `[]`, `{`, `{"id":1}`, `{"id":1,"currency":"XXX","date_created_gmt":"2026-01-01T00:00:00"}`, `{"id":1,"currency":"EUR","date_created_gmt":"2026-01-01T00:00:00","total":"free"}`} {
		if _, err := WooCommerce.Read("order.created", []byte(body)); !errors.As(err, &fault) {
			t.Errorf("%s: %v, want a fault", body, err)
		}
	}
}

func TestOnlyWhatWasSignedWithTheSecretIsGenuine(t *testing.T) {
	t.Parallel()
	mac := hmac.New(sha256.New, []byte("secret"))
	mac.Write([]byte(woo))
	sum := mac.Sum(nil)
	in64, inHex := base64.StdEncoding.EncodeToString(sum), hex.EncodeToString(sum)
	for name, c := range map[string]struct {
		kind         Kind
		secret, body string
		header, sent string
		want         bool
	}{
		"WooCommerce":       {WooCommerce, "secret", woo, "X-WC-Webhook-Signature", in64, true},
		"Shopify":           {Shopify, "secret", woo, "X-Shopify-Hmac-Sha256", in64, true},
		"PrestaShop in hex": {PrestaShop, "secret", woo, "X-Hub-Signature-256", "sha256=" + inHex, true},
		"PrestaShop":        {PrestaShop, "secret", woo, "X-Webhook-Signature", in64, true},
		"another secret":    {WooCommerce, "Secret", woo, "X-WC-Webhook-Signature", in64, false},
		"another body":      {WooCommerce, "secret", woo + " ", "X-WC-Webhook-Signature", in64, false},
		"another header":    {WooCommerce, "secret", woo, "X-Shopify-Hmac-Sha256", in64, false},
		"hex":               {WooCommerce, "secret", woo, "X-WC-Webhook-Signature", inHex, false},
		"none":              {WooCommerce, "secret", woo, "X-WC-Webhook-Signature", "", false},
		"no secret":         {WooCommerce, "", woo, "X-WC-Webhook-Signature", in64, false},
	} {
		header := func(name string) string {
			if name == c.header {
				return c.sent
			}
			return ""
		}
		if got := c.kind.Genuine(c.secret, header, []byte(c.body)); got != c.want {
			t.Errorf("%s: genuine = %v", name, got)
		}
	}
	if !WooCommerce.Ping([]byte("webhook_id=12")) || WooCommerce.Ping([]byte("webhook_id=12&x=1")) || Shopify.Ping([]byte("webhook_id=12")) {
		t.Error("the ping of WooCommerce is not told from other things")
	}
}

func FuzzRead(f *testing.F) {
	for i, body := range []string{woo, shopify, presta} {
		f.Add(i, "", []byte(body))
	}
	f.Add(0, "order.deleted", []byte(`{"id":1}`))
	f.Fuzz(func(t *testing.T, kind int, topic string, body []byte) {
		o, err := Kinds[max(kind%len(Kinds), 0)].Read(topic, body)
		if err != nil {
			return
		}
		if o.ID == "" || o.Refunded < 0 || o.Refunded > max(o.Total, 0) || len(o.Items) > mostLines {
			t.Errorf("read %+v", o)
		}
	})
}
