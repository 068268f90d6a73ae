package shop

import (
	"encoding/json"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/money"
)

// prestaOrder has the names of the resource "orders" of PrestaShop's web service, and beside them what modules add so that an order can be understood without asking back.
type prestaOrder struct {
	ID        text            `json:"id"`
	IDOrder   text            `json:"id_order"`
	Reference text            `json:"reference"`
	State     text            `json:"current_state"`
	Status    text            `json:"status"`
	Currency  json.RawMessage `json:"currency"` // a code, or an object with iso_code
	ISO       text            `json:"currency_iso_code"`
	Added     text            `json:"date_add"`
	Updated   text            `json:"date_upd"`
	Total     text            `json:"total_paid_tax_incl"`
	TotalPaid text            `json:"total_paid"`
	Refunded  text            `json:"total_refunded_tax_incl"`
	Customer  struct {
		First text `json:"firstname"`
		Last  text `json:"lastname"`
		Email text `json:"email"`
		Phone text `json:"phone"`
		Lang  text `json:"language"`
	} `json:"customer"`
	Email   text `json:"email"`
	Invoice struct {
		Phone  text `json:"phone"`
		Mobile text `json:"phone_mobile"`
	} `json:"address_invoice"`
	Rows  some[prestaRow] `json:"order_rows"`
	Goods some[prestaRow] `json:"products"`
	With  struct {
		Rows some[prestaRow] `json:"order_rows"`
	} `json:"associations"`
}

type prestaRow struct {
	Reference text `json:"product_reference"`
	Name      text `json:"product_name"`
	Quantity  text `json:"product_quantity"`
	Unit      text `json:"unit_price_tax_incl"`
	Total     text `json:"total_price_tax_incl"`
}

func readPresta(topic string, body []byte) (o Order, err error) {
	if topic != "" && !strings.Contains(strings.ToLower(topic), "order") {
		return o, ErrOther
	}
	var envelope struct {
		Order json.RawMessage `json:"order"`
		Data  json.RawMessage `json:"data"`
	}
	if err := object(body, &envelope); err != nil {
		return o, err
	}
	for _, inner := range []json.RawMessage{envelope.Order, envelope.Data} {
		if len(inner) > 0 && inner[0] == '{' {
			body = inner
			break
		}
	}
	var in prestaOrder
	if err := object(body, &in); err != nil {
		return o, err
	}
	if o.ID = first(in.ID, in.IDOrder); o.ID == "" {
		return o, &Fault{"id", ""}
	}
	o.Number = first(in.Reference, text(o.ID))
	if strings.Contains(strings.ToLower(topic), "delete") {
		o.Deleted = true
		return o, nil
	}
	var ok bool
	if o.Status, ok = prestaStatus(in); !ok {
		return o, &Fault{"current_state", first(in.Status, in.State)}
	}
	o.Currency = strings.ToUpper(first(in.ISO, in.code()))
	o.Email, o.Phone = first(in.Customer.Email, in.Email), first(in.Customer.Phone, in.Invoice.Mobile, in.Invoice.Phone)
	o.Name, o.Language = named(in.Customer.First, in.Customer.Last), string(in.Customer.Lang)
	if len(o.Language) > 20 {
		o.Language = ""
	}
	if err := o.times(in.Added, in.Updated); err != nil {
		return o, err
	}
	a, err := newAmounts(o.Currency)
	if err != nil {
		return o, err
	}
	o.Total = a.of("total_paid_tax_incl", text(first(in.Total, in.TotalPaid)))
	o.Refunded = max(min(a.of("total_refunded_tax_incl", in.Refunded), o.Total), 0)
	rows := in.Rows
	if len(rows) == 0 {
		rows = in.Goods
	}
	if len(rows) == 0 {
		rows = in.With.Rows
	}
	for _, r := range rows[:min(len(rows), mostLines)] {
		q, price := a.quantity(r.Quantity), a.of("unit_price_tax_incl", r.Unit)
		total, ok := money.Times(price, q)
		if r.Total != "" {
			total, ok = a.of("total_price_tax_incl", r.Total), true
		}
		if !ok {
			return o, &Fault{"unit_price_tax_incl", string(r.Unit)}
		}
		o.Items = append(o.Items, desk.PurchaseItem{SKU: string(r.Reference), Name: string(r.Name), Quantity: q, Price: price, Total: total})
	}
	return o, a.err
}

// code is the currency, as a code or within an object.
func (in prestaOrder) code() text {
	var code text
	if json.Unmarshal(in.Currency, &code) == nil && code != "" {
		return code
	}
	var object struct {
		ISO text `json:"iso_code"`
	}
	if json.Unmarshal(in.Currency, &object) == nil {
		return object.ISO
	}
	return ""
}

// prestaStates are the order states that PrestaShop is installed with (1 to 13); shops that add others send our word for it as status.
var prestaStates = map[text]desk.PurchaseStatus{
	"1": desk.PurchasePlaced, "2": desk.PurchasePaid, "3": desk.PurchasePaid, "4": desk.PurchaseSent, "5": desk.PurchaseDone, "6": desk.PurchaseCancelled,
	"7": desk.PurchaseRefunded, "8": desk.PurchaseCancelled, "9": desk.PurchasePaid, "10": desk.PurchasePlaced, "11": desk.PurchasePaid, "12": desk.PurchasePlaced,
	"13": desk.PurchasePlaced,
}

func prestaStatus(in prestaOrder) (desk.PurchaseStatus, bool) {
	for _, s := range desk.PurchaseStatuses {
		if string(s) == strings.ToLower(string(in.Status)) {
			return s, true
		}
	}
	s, ok := prestaStates[in.State]
	return s, ok
}
