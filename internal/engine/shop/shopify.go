package shop

import (
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/money"
)

// shopifyOrder is the Order resource of Shopify's Admin REST API, which its webhooks orders/… send.
type shopifyOrder struct {
	ID        text `json:"id"`
	Name      text `json:"name"`
	Test      bool `json:"test"`
	Email     text `json:"email"`
	Contact   text `json:"contact_email"`
	Phone     text `json:"phone"`
	Locale    text `json:"customer_locale"`
	Created   text `json:"created_at"`
	Processed text `json:"processed_at"`
	Updated   text `json:"updated_at"`
	Cancelled text `json:"cancelled_at"`
	Currency  text `json:"currency"`
	Total     text `json:"total_price"`
	Financial text `json:"financial_status"`
	Fulfilled text `json:"fulfillment_status"`
	Customer  struct {
		First text `json:"first_name"`
		Last  text `json:"last_name"`
		Email text `json:"email"`
		Phone text `json:"phone"`
	} `json:"customer"`
	Billing struct {
		Name  text `json:"name"`
		Phone text `json:"phone"`
	} `json:"billing_address"`
	Refunds some[struct {
		Transactions some[struct {
			Kind   text `json:"kind"`
			Status text `json:"status"`
			Amount text `json:"amount"`
		}] `json:"transactions"`
	}] `json:"refunds"`
	Lines some[struct {
		SKU      text `json:"sku"`
		Title    text `json:"title"`
		Name     text `json:"name"`
		Quantity text `json:"quantity"`
		Price    text `json:"price"`
		Discount text `json:"total_discount"`
	}] `json:"line_items"`
}

// shopifyTopics are those whose body is an order; of orders/delete it is only the id.
var shopifyTopics = " orders/create orders/updated orders/paid orders/cancelled orders/fulfilled orders/partially_fulfilled orders/delete "

func readShopify(topic string, body []byte) (o Order, err error) {
	if topic != "" && !strings.Contains(shopifyTopics, " "+topic+" ") {
		return o, ErrOther
	}
	var in shopifyOrder
	if err := object(body, &in); err != nil {
		return o, err
	}
	if in.Test {
		return o, ErrOther
	}
	if in.ID == "" {
		return o, &Fault{"id", ""}
	}
	o.ID, o.Number = string(in.ID), first(in.Name, in.ID)
	if topic == "orders/delete" {
		o.Deleted = true
		return o, nil
	}
	o.Currency, o.Status = strings.ToUpper(string(in.Currency)), shopifyStatus(in)
	o.Email, o.Phone = first(in.Email, in.Contact, in.Customer.Email), first(in.Phone, in.Customer.Phone, in.Billing.Phone)
	o.Name, o.Language = first(text(named(in.Customer.First, in.Customer.Last)), in.Billing.Name), string(in.Locale)
	if len(o.Language) > 20 {
		o.Language = ""
	}
	if err := o.times(text(first(in.Processed, in.Created)), in.Updated); err != nil {
		return o, err
	}
	a, err := newAmounts(o.Currency)
	if err != nil {
		return o, err
	}
	o.Total = a.of("total_price", in.Total)
	for _, r := range in.Refunds[:min(len(in.Refunds), mostLines)] {
		for _, t := range r.Transactions[:min(len(r.Transactions), mostLines)] {
			if t.Kind == "refund" && (t.Status == "" || t.Status == "success") {
				o.Refunded = min(o.Refunded+a.of("refunds.amount", t.Amount), o.Total)
			}
		}
	}
	o.Refunded = max(o.Refunded, 0)
	for _, l := range in.Lines[:min(len(in.Lines), mostLines)] {
		q, price := a.quantity(l.Quantity), a.of("line_items.price", l.Price)
		total, ok := money.Times(price, q)
		if !ok {
			return o, &Fault{"line_items.price", string(l.Price)}
		}
		o.Items = append(o.Items, desk.PurchaseItem{SKU: string(l.SKU), Name: first(l.Name, l.Title), Quantity: q, Price: price, Total: total - a.of("total_discount", l.Discount)})
	}
	return o, a.err
}

func shopifyStatus(in shopifyOrder) desk.PurchaseStatus {
	switch {
	case in.Financial == "refunded":
		return desk.PurchaseRefunded
	case in.Cancelled != "" || in.Financial == "voided":
		return desk.PurchaseCancelled
	case in.Fulfilled == "fulfilled":
		return desk.PurchaseSent
	case in.Financial == "paid" || in.Financial == "partially_refunded":
		return desk.PurchasePaid
	}
	return desk.PurchasePlaced
}
