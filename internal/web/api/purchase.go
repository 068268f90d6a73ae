package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/purchase"
	"tellus/internal/platform/db"
)

// purchaseRoutes are what customers bought. Whom one may see is said in feature/purchase.
var purchaseRoutes = []route{
	{"list-purchases", get, "/purchases", needs(desk.ReadConversations), "Purchases, the latest first", option{}},
	{"record-purchase", post, "/purchases", needs(desk.ManagePurchases), "Record a purchase; the same source and id again change it", option{creates: true}},
	{"get-purchase", get, "/purchases/{id}", needs(desk.ReadConversations), "A purchase", option{}},
	{"change-purchase", put, "/purchases/{id}", needs(desk.ManagePurchases), "Replace what is known of a purchase", option{}},
	{"list-customer-values", get, "/purchases/values", needs(desk.ReadConversations), "What customers' purchases of twelve months are worth", option{}},
	{"list-customer-purchases", get, "/customers/{id}/purchases", needs(desk.ReadConversations), "A customer's purchases and what they are worth", option{}},
	{"list-conversation-purchases", get, "/conversations/{id}/purchases", needs(desk.ReadConversations), "Purchases that a conversation is about, names, or whose customer made", option{}},
	{"link-purchase", put, "/conversations/{id}/purchases/{purchase}", needs(desk.WriteConversations), "Say that a conversation is about a purchase", option{status: 204}},
	{"unlink-purchase", del, "/conversations/{id}/purchases/{purchase}", needs(desk.WriteConversations), "Say that it is not", option{status: 204}},
	{"list-shops", get, "/shops", needs(desk.ManagePurchases), "Shops that tell of orders by webhook", option{}},
	{"create-shop", post, "/shops", needs(desk.ManagePurchases), "Connect a shop; its secret is told once", option{creates: true}},
	{"change-shop", put, "/shops/{id}", needs(desk.ManagePurchases), "Rename a shop, switch it off, give it another secret", option{}},
	{"delete-shop", del, "/shops/{id}", needs(desk.ManagePurchases), "Disconnect a shop; what was bought there stays", option{}},
	{"list-shop-deliveries", get, "/shops/{id}/deliveries", needs(desk.ManagePurchases), "The last webhooks of a shop and what became of them", option{}},
}

func (s *Server) registerPurchases() {
	handle(s, "list-purchases", s.listPurchases)
	handle(s, "record-purchase", s.recordPurchase)
	handle(s, "get-purchase", s.getPurchase)
	handle(s, "change-purchase", s.changePurchase)
	handle(s, "list-customer-values", s.listCustomerValues)
	handle(s, "list-customer-purchases", s.listCustomerPurchases)
	handle(s, "list-conversation-purchases", s.listConversationPurchases)
	handle(s, "link-purchase", s.linkPurchase)
	handle(s, "unlink-purchase", s.unlinkPurchase)
	handle(s, "list-shops", s.listShops)
	handle(s, "create-shop", s.createShop)
	handle(s, "change-shop", s.changeShop)
	handle(s, "delete-shop", s.deleteShop)
	handle(s, "list-shop-deliveries", s.listShopDeliveries)
}

type purchasesInput struct {
	Customer   desk.CustomerID `query:"customer"`
	Number     string          `query:"number" maxLength:"100" doc:"The whole number, whatever stands around its letters and digits"`
	Source     string          `query:"source" maxLength:"60"`
	ExternalID string          `query:"externalId" maxLength:"200" doc:"Together with source"`
	Status     string          `query:"status" enum:",placed,paid,sent,done,cancelled,refunded"`
	Paging
}

func (s *Server) listPurchases(ctx context.Context, c *Caller, in *purchasesInput) (*reply[page[desk.Purchase]], error) {
	f := purchase.Filter{Customer: in.Customer, Number: in.Number, Source: in.Source, External: in.ExternalID, Status: desk.PurchaseStatus(in.Status)}
	return s.purchasePage(ctx, c, f, in.Paging)
}

func (s *Server) purchasePage(ctx context.Context, c *Caller, f purchase.Filter, p Paging) (*reply[page[desk.Purchase]], error) {
	after, err := placeIn[purchase.Place](p.Cursor)
	if err != nil {
		return nil, err
	}
	return asking(ctx, s, func(tx *db.Tx) (out page[desk.Purchase], err error) {
		items, next, err := s.Purchases.List(ctx, tx, c.Scope, f, after, p.Limit)
		if err != nil {
			return out, err
		}
		out.Items = items
		out.Next, err = placeCursor(next)
		return out, err
	})
}

func (s *Server) recordPurchase(ctx context.Context, c *Caller, in *body[purchase.Facts]) (*reply[desk.Purchase], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Purchase, error) {
		p, _, err := s.Purchases.Put(ctx, tx, c.By(), in.Body)
		return p, err
	})
}

type PurchaseInput struct {
	ID desk.PurchaseID `path:"id"`
}

func (s *Server) getPurchase(ctx context.Context, c *Caller, in *PurchaseInput) (*reply[desk.Purchase], error) {
	return asking(ctx, s, func(tx *db.Tx) (desk.Purchase, error) { return s.Purchases.Get(ctx, tx, c.Scope, in.ID) })
}

type changePurchaseInput struct {
	PurchaseInput
	Body purchase.Edit
}

func (s *Server) changePurchase(ctx context.Context, c *Caller, in *changePurchaseInput) (*reply[desk.Purchase], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Purchase, error) {
		return s.Purchases.Replace(ctx, tx, c.By(), c.Scope, in.ID, in.Body)
	})
}

type valuesInput struct {
	Customers []int64 `query:"customers" maxItems:"200" doc:"Ids, parted by commas; those whom the caller does not see are left out"`
}

// customerValue is what one customer is worth.
type customerValue struct {
	Customer desk.CustomerID `json:"customer"`
	Values   []desk.Value    `json:"values"`
}

func (s *Server) listCustomerValues(ctx context.Context, c *Caller, in *valuesInput) (*reply[list[customerValue]], error) {
	return asking(ctx, s, func(tx *db.Tx) (out list[customerValue], err error) {
		out.Items = []customerValue{}
		asked := make([]desk.CustomerID, len(in.Customers))
		for i, n := range in.Customers {
			asked[i] = desk.CustomerID(n)
		}
		seen, err := s.Customers.SeenOf(ctx, tx, c.Scope, asked)
		if err != nil {
			return out, err
		}
		all, err := s.Purchases.Values(ctx, tx, seen)
		for _, id := range seen {
			if len(all[id]) > 0 {
				out.Items = append(out.Items, customerValue{id, all[id]})
			}
		}
		return out, err
	})
}

// boughtPage is a part of what a customer bought.
type boughtPage struct {
	Items  []desk.Purchase `json:"items"`
	Next   string          `json:"next,omitempty" doc:"Opaque; give it back as cursor to get what follows"`
	Count  int64           `json:"count" doc:"All of his purchases"`
	Values []desk.Value    `json:"values" doc:"What those of the last twelve months are worth, by currency"`
}

type boughtInput struct {
	CustomerInput
	Paging
}

func (s *Server) listCustomerPurchases(ctx context.Context, c *Caller, in *boughtInput) (*reply[boughtPage], error) {
	after, err := placeIn[purchase.Place](in.Cursor)
	if err != nil {
		return nil, err
	}
	return asking(ctx, s, func(tx *db.Tx) (out boughtPage, err error) {
		if err := s.Customers.MaySee(ctx, tx, c.Scope, in.ID); err != nil {
			return out, err
		}
		return s.bought(ctx, tx, c, in.ID, after, in.Limit)
	})
}

func (s *Server) bought(ctx context.Context, tx *db.Tx, c *Caller, id desk.CustomerID, after *purchase.Place, limit int) (out boughtPage, err error) {
	items, next, err := s.Purchases.List(ctx, tx, c.Scope, purchase.Filter{Customer: id}, after, limit)
	if err != nil {
		return out, err
	}
	out.Items = items
	if out.Next, err = placeCursor(next); err != nil {
		return out, err
	}
	if out.Count, err = s.Purchases.Count(ctx, tx, id); err != nil {
		return out, err
	}
	all, err := s.Purchases.Values(ctx, tx, []desk.CustomerID{id})
	if out.Values = all[id]; out.Values == nil {
		out.Values = []desk.Value{}
	}
	return out, err
}

// aboutPurchases is what a conversation's panel shows of purchases.
type aboutPurchases struct {
	Linked    []desk.Purchase `json:"linked"`
	Suggested []desk.Purchase `json:"suggested" doc:"Not linked: their numbers stand in the subject or in what was written"`
	Latest    boughtPage      `json:"latest" doc:"The customer's last three"`
}

// latestShown is how many of the customer's purchases a conversation shows at once.
const latestShown = 3

func (s *Server) listConversationPurchases(ctx context.Context, c *Caller, in *ConversationInput) (*reply[aboutPurchases], error) {
	return asking(ctx, s, func(tx *db.Tx) (out aboutPurchases, err error) {
		row, err := s.Conversations.Get(ctx, tx, c.Scope, in.ID)
		if err != nil {
			return out, err
		}
		if out.Linked, err = s.Purchases.Linked(ctx, tx, c.Scope, row.ID); err != nil {
			return out, err
		}
		texts, err := s.Conversations.Written(ctx, tx, row.ID)
		if err != nil {
			return out, err
		}
		if out.Suggested, err = s.Purchases.Suggest(ctx, tx, c.Scope, row, out.Linked, append([]string{row.Subject}, texts...)...); err != nil {
			return out, err
		}
		out.Latest, err = s.bought(ctx, tx, c, row.Customer, nil, latestShown)
		return out, err
	})
}

type linkPurchaseInput struct {
	ConversationInput
	Purchase desk.PurchaseID `path:"purchase"`
}

func (s *Server) linkPurchase(ctx context.Context, c *Caller, in *linkPurchaseInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Purchases.Link(ctx, tx, c.Scope, in.ID, in.Purchase, true) })
}

func (s *Server) unlinkPurchase(ctx context.Context, c *Caller, in *linkPurchaseInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Purchases.Link(ctx, tx, c.Scope, in.ID, in.Purchase, false) })
}
