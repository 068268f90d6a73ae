package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/purchase"
	"tellus/internal/platform/db"
)

// addressed puts the desk's own address before a shop's.
func (s *Server) addressed(v purchase.Shop) purchase.Shop {
	v.Address = s.URL() + v.Address
	return v
}

func (s *Server) listShops(ctx context.Context, _ *Caller, _ *none) (*reply[list[purchase.Shop]], error) {
	return asking(ctx, s, func(tx *db.Tx) (out list[purchase.Shop], err error) {
		out.Items, err = s.Purchases.Shops(ctx, tx)
		for i := range out.Items {
			out.Items[i] = s.addressed(out.Items[i])
		}
		return out, err
	})
}

// madeShop is a shop with the secret that was made for it.
type madeShop struct {
	Shop   purchase.Shop `json:"shop"`
	Secret string        `json:"secret,omitempty" doc:"What the shop signs with, told this once; absent where it was given"`
}

func (s *Server) createShop(ctx context.Context, c *Caller, in *body[purchase.ShopEdit]) (*reply[madeShop], error) {
	return changing(ctx, s, func(tx *db.Tx) (out madeShop, err error) {
		made, secret, err := s.Purchases.AddShop(ctx, tx, c.By(), in.Body)
		if err != nil {
			return out, err
		}
		out = madeShop{s.addressed(made), secret}
		return out, s.audit(ctx, tx, c, "shop.created", "shop:"+made.ID.String(), "")
	})
}

type ShopInput struct {
	ID desk.ShopID `path:"id"`
}

type changeShopInput struct {
	ShopInput
	Body purchase.ShopEdit
}

func (s *Server) changeShop(ctx context.Context, c *Caller, in *changeShopInput) (*reply[purchase.Shop], error) {
	return changing(ctx, s, func(tx *db.Tx) (purchase.Shop, error) {
		made, err := s.Purchases.ChangeShop(ctx, tx, c.By(), in.ID, in.Body)
		if err != nil {
			return made, err
		}
		return s.addressed(made), s.audit(ctx, tx, c, "shop.updated", "shop:"+in.ID.String(), "")
	})
}

func (s *Server) deleteShop(ctx context.Context, c *Caller, in *ShopInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		if _, err := s.Purchases.RemoveShop(ctx, tx, c.By(), in.ID); err != nil {
			return err
		}
		return s.audit(ctx, tx, c, "shop.deleted", "shop:"+in.ID.String(), "")
	})
}

func (s *Server) listShopDeliveries(ctx context.Context, _ *Caller, in *ShopInput) (*reply[list[purchase.Delivery]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[purchase.Delivery], error) {
		all, err := s.Purchases.Deliveries(ctx, tx, in.ID)
		return list[purchase.Delivery]{all}, err
	})
}
