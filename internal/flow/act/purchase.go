package act

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/placeholder"
	"tellus/internal/feature/purchase"
	"tellus/internal/platform/db"
	"tellus/internal/platform/locale"
)

// bought adds what {{purchase.…}} stands for: the latest purchase that the conversation is linked with, else the customer's latest that the agent may see. Days are those of the
// agent's zone, words and numbers those of the customer's language.
func (h *Hands) bought(ctx context.Context, tx *db.Tx, scope desk.Scope, of desk.ConversationID, who desk.CustomerID, zone string, k Known) error {
	var list []desk.Purchase
	var err error
	if of != 0 {
		if list, err = h.Purchases.Linked(ctx, tx, scope, of); err != nil {
			return err
		}
	}
	if len(list) == 0 && who != 0 {
		if list, _, err = h.Purchases.List(ctx, tx, scope, purchase.Filter{Customer: who}, nil, 1); err != nil {
			return err
		}
	}
	if len(list) == 0 {
		return nil
	}
	place, err := time.LoadLocation(zone)
	if err != nil {
		place = time.UTC // of a database of zones that has lost his
	}
	p, language := list[0], k.speaks()
	k.Values[placeholder.PurchaseNumber] = p.Number
	k.Values[placeholder.PurchaseDate] = locale.Date(language, p.PlacedAt.Time().In(place))
	k.Values[placeholder.PurchaseAmount] = locale.Number(language, float64(p.Total)/math.Pow10(p.Decimals), p.Decimals) + " " + p.Currency
	k.Values[placeholder.PurchaseStatus] = locale.T(language, "customer.purchase."+string(p.Status), nil)
	return nil
}

// speaks is the first language of what is known that customers are written to in; English where there is none.
func (k Known) speaks() string {
	for _, language := range append([]string{k.Language}, k.Fallbacks...) {
		base, _, _ := strings.Cut(strings.ToLower(language), "-")
		if slices.Contains(locale.Languages, base) {
			return base
		}
	}
	return "en"
}
