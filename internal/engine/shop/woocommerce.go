package shop

import (
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/money"
)

// wooOrder is an order of WooCommerce's REST API, version 3, which its webhooks send.
type wooOrder struct {
	ID       text `json:"id"`
	Number   text `json:"number"`
	Status   text `json:"status"`
	Currency text `json:"currency"`
	Created  text `json:"date_created_gmt"`
	Modified text `json:"date_modified_gmt"`
	Paid     text `json:"date_paid_gmt"`
	Total    text `json:"total"`
	Billing  struct {
		First text `json:"first_name"`
		Last  text `json:"last_name"`
		Firm  text `json:"company"`
		Email text `json:"email"`
		Phone text `json:"phone"`
	} `json:"billing"`
	Refunds some[struct {
		Total text `json:"total"`
	}] `json:"refunds"`
	Lines some[struct {
		SKU      text `json:"sku"`
		Name     text `json:"name"`
		Quantity text `json:"quantity"`
		Total    text `json:"total"`
		Tax      text `json:"total_tax"`
	}] `json:"line_items"`
}

func readWoo(topic string, body []byte) (o Order, err error) {
	if topic != "" && !strings.HasPrefix(topic, "order.") {
		return o, ErrOther
	}
	var in wooOrder
	if err := object(body, &in); err != nil {
		return o, err
	}
	if in.ID == "" {
		return o, &Fault{"id", ""}
	}
	o.ID, o.Number = string(in.ID), first(in.Number, in.ID)
	if topic == "order.deleted" {
		o.Deleted = true
		return o, nil
	}
	o.Currency, o.Status = strings.ToUpper(string(in.Currency)), wooStatus(in)
	o.Email, o.Phone, o.Name = string(in.Billing.Email), string(in.Billing.Phone), first(text(named(in.Billing.First, in.Billing.Last)), in.Billing.Firm)
	if err := o.times(in.Created, in.Modified); err != nil {
		return o, err
	}
	a, err := newAmounts(o.Currency)
	if err != nil {
		return o, err
	}
	o.Total = a.of("total", in.Total)
	for _, r := range in.Refunds[:min(len(in.Refunds), mostLines)] {
		n := a.of("refunds", r.Total) // below zero, as WooCommerce writes it
		o.Refunded += max(n, -n)
	}
	o.Refunded = max(min(o.Refunded, o.Total), 0)
	for _, l := range in.Lines[:min(len(in.Lines), mostLines)] {
		q, total := a.quantity(l.Quantity), a.of("line_items.total", l.Total)+a.of("line_items.total_tax", l.Tax)
		o.Items = append(o.Items, desk.PurchaseItem{SKU: string(l.SKU), Name: string(l.Name), Quantity: q, Price: money.Each(total, q), Total: total})
	}
	return o, a.err
}

// wooStatus is WooCommerce's status in our words. Shops add statuses of their own: then it is told by whether the order is paid.
func wooStatus(in wooOrder) desk.PurchaseStatus {
	switch strings.TrimPrefix(string(in.Status), "wc-") {
	case "pending", "on-hold", "checkout-draft":
		return desk.PurchasePlaced
	case "processing":
		return desk.PurchasePaid
	case "shipped", "sent":
		return desk.PurchaseSent
	case "completed", "delivered":
		return desk.PurchaseDone
	case "cancelled", "failed", "trash":
		return desk.PurchaseCancelled
	case "refunded":
		return desk.PurchaseRefunded
	}
	if in.Paid != "" {
		return desk.PurchasePaid
	}
	return desk.PurchasePlaced
}
