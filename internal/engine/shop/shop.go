// Package shop reads what online shops send when an order is placed or changes, and checks that it was they who sent it. It is pure.
//
// WooCommerce signs the body by HMAC-SHA256 and sends it as base64 in X-WC-Webhook-Signature; Shopify does the same in X-Shopify-Hmac-Sha256. PrestaShop sends nothing of its
// own accord: modules do, and what they agree on is an HMAC-SHA256 of the body; see [PrestaShop].
package shop

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/field"
	"tellus/internal/engine/money"
)

// Kind is the software of a shop.
type Kind string

const (
	WooCommerce Kind = "woocommerce"
	Shopify     Kind = "shopify"
	// PrestaShop is whatever module sends an order as its web service names it (id, reference, current_state, total_paid_tax_incl, date_add, date_upd, order_rows), with the
	// customer's and the currency's particulars beside it, and the HMAC-SHA256 of the body, as hex or base64, in X-Webhook-Signature or X-Hub-Signature-256.
	PrestaShop Kind = "prestashop"
)

// Kinds are all kinds.
var Kinds = []Kind{WooCommerce, PrestaShop, Shopify}

// MostBody is how many bytes a delivery may have.
const MostBody = 2 << 20

// mostLines is how many lines of an order are read; what comes after them is part of the total only.
const mostLines = 500

// signatures are the headers in which each kind may sign.
var signatures = map[Kind][]string{
	WooCommerce: {"X-WC-Webhook-Signature"},
	Shopify:     {"X-Shopify-Hmac-Sha256"},
	PrestaShop:  {"X-Webhook-Signature", "X-Hub-Signature-256", "X-Signature"},
}

// Genuine reports whether a body was signed with the secret, which must not be empty. header returns the value of a header, "" where it is not there.
func (k Kind) Genuine(secret string, header func(string) string, body []byte) bool {
	if secret == "" {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	want := mac.Sum(nil)
	for _, name := range signatures[k] {
		sent := strings.TrimSpace(header(name))
		if sent == "" || len(sent) > 200 {
			continue
		}
		if got, err := base64.StdEncoding.DecodeString(sent); err == nil && hmac.Equal(got, want) {
			return true
		}
		if k != PrestaShop {
			continue
		}
		if got, err := hex.DecodeString(strings.TrimPrefix(strings.ToLower(sent), "sha256=")); err == nil && hmac.Equal(got, want) {
			return true
		}
	}
	return false
}

// Delivery is the name that the shop gave a delivery, the same when it is tried again; "" where it gave none.
func (k Kind) Delivery(header func(string) string) string {
	name := map[Kind]string{WooCommerce: "X-WC-Webhook-Delivery-ID", Shopify: "X-Shopify-Webhook-Id", PrestaShop: "X-Webhook-Id"}[k]
	id := header(name)
	if len(id) > 200 {
		return ""
	}
	return id
}

// Topic is what the shop says a delivery is about.
func (k Kind) Topic(header func(string) string) string {
	name := map[Kind]string{WooCommerce: "X-WC-Webhook-Topic", Shopify: "X-Shopify-Topic", PrestaShop: "X-Webhook-Event"}[k]
	topic := header(name)
	if len(topic) > 100 {
		topic = topic[:100]
	}
	return strings.ToValidUTF8(topic, "")
}

// Ping reports whether a request is what WooCommerce sends, unsigned, when a webhook is saved: it wants nothing but a good answer.
func (k Kind) Ping(body []byte) bool {
	rest, ok := bytes.CutPrefix(body, []byte("webhook_id="))
	return k == WooCommerce && ok && len(rest) > 0 && len(rest) <= 20 && !slices.ContainsFunc(rest, func(b byte) bool { return b < '0' || b > '9' })
}

// Order is an order as a shop tells of it. Amounts are in minor units of its currency, taxes included.
type Order struct {
	ID       string
	Number   string
	Deleted  bool // nothing but the id is known
	Status   desk.PurchaseStatus
	Currency string
	Total    int64
	Refunded int64
	Placed   time.Time
	Changed  time.Time // zero where the shop does not say
	Email    string
	Phone    string
	Name     string
	Language string
	Items    []desk.PurchaseItem
}

// ErrOther is returned for what is no order, or only a test: it is taken and forgotten.
var ErrOther = errors.New("not about an order")

// Fault is what is wrong with an order: a field of it, and what stands there.
type Fault struct {
	Field, Value string
}

// Error implements error.
func (f *Fault) Error() string { return fmt.Sprintf("%s: %.80q", f.Field, f.Value) }

// Read reads the body of a delivery. It returns ErrOther for what tells of something else, and a *Fault for an order that cannot be understood.
func (k Kind) Read(topic string, body []byte) (Order, error) {
	if len(body) > MostBody {
		return Order{}, &Fault{"body", "too large"}
	}
	switch k {
	case WooCommerce:
		return readWoo(topic, body)
	case Shopify:
		return readShopify(topic, body)
	case PrestaShop:
		return readPresta(topic, body)
	}
	return Order{}, ErrOther
}

// text is a string, a number as it was written, or nothing: shops do not agree even with themselves about which.
type text string

// UnmarshalJSON implements json.Unmarshaler; what is neither becomes empty.
func (t *text) UnmarshalJSON(data []byte) error {
	switch {
	case len(data) > 0 && data[0] == '"':
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		*t = text(strings.TrimSpace(s))
	case len(data) > 0 && (data[0] == '-' || data[0] >= '0' && data[0] <= '9'):
		*t = text(data)
	default:
		*t = ""
	}
	return nil
}

// some is a list, or nothing: PHP writes an empty list and an empty object alike, and one of a kind may stand alone.
type some[T any] []T

// UnmarshalJSON implements json.Unmarshaler; what is no list is none.
func (l *some[T]) UnmarshalJSON(data []byte) error {
	*l = nil
	if len(data) == 0 || data[0] != '[' {
		return nil
	}
	var all []T
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	*l = all
	return nil
}

// object reads JSON into v.
func object(body []byte, v any) error {
	if err := json.Unmarshal(body, v); err != nil {
		return &Fault{"body", "not JSON of the expected form"}
	}
	return nil
}

// amounts reads amounts of one currency and remembers the first that is none.
type amounts struct {
	decimals int
	err      error
}

func newAmounts(currency string) (*amounts, error) {
	decimals, ok := field.MinorUnits(currency)
	if !ok {
		return nil, &Fault{"currency", currency}
	}
	return &amounts{decimals: decimals}, nil
}

// of is an amount in minor units; 0 where nothing is written.
func (a *amounts) of(name string, t text) int64 {
	if t == "" {
		return 0
	}
	n, ok := money.Parse(string(t), a.decimals, false)
	if !ok && a.err == nil {
		a.err = &Fault{name, string(t)}
	}
	return n
}

// quantity of a line; one where nothing is written.
func (a *amounts) quantity(t text) string {
	if t == "" {
		return "1"
	}
	q, ok := money.Quantity(string(t), false)
	if !ok {
		if a.err == nil {
			a.err = &Fault{"quantity", string(t)}
		}
		return "1"
	}
	return q
}

// instant reads a time in one of the forms that shops write; without a zone it is taken as UTC.
func instant(t text) (time.Time, bool) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
		if at, err := time.Parse(form, string(t)); err == nil && at.Year() >= 1990 && at.Year() < 2200 {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// placed reads when an order was placed, and changed.
func (o *Order) times(placed, changed text) error {
	var ok bool
	if o.Placed, ok = instant(placed); !ok {
		return &Fault{"date", string(placed)}
	}
	o.Changed, _ = instant(changed)
	return nil
}

// first is the first of some texts that is not empty.
func first(all ...text) string {
	for _, t := range all {
		if t != "" {
			return string(t)
		}
	}
	return ""
}

// named joins the parts of a name.
func named(parts ...text) string {
	var all []string
	for _, p := range parts {
		if p != "" {
			all = append(all, string(p))
		}
	}
	return strings.Join(all, " ")
}
