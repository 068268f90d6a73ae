package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

// duplicateRoutes are records that may be one person, and merging them by hand. Of whom one does not see both records, one is told nothing.
var duplicateRoutes = []route{
	{"list-duplicates", get, "/duplicates", needs(desk.ReadConversations), "Customers who may be one person, the most certain first", option{}},
	{"dismiss-duplicate", post, "/customers/{id}/duplicates/dismiss", needs(desk.WriteConversations), "Say for good that two records are not one person", option{status: 204}},
	{"list-customer-duplicates", get, "/customers/{id}/duplicates", needs(desk.ReadConversations), "Who may be the same person as this customer, and who was merged into this record", option{}},
	{"merge-customers", post, "/customers/{id}/merge", needs(desk.WriteConversations), "Have another record go into this one, with all that hangs on it", option{}},
	{"undo-customer-merge", post, "/customers/{id}/merges/{merge}/undo", needs(desk.WriteConversations), "Part a record from this one again: it gets back what it brought, what came later stays", option{}},
}

func (s *Server) registerDuplicates() {
	handle(s, "list-duplicates", s.listDuplicates)
	handle(s, "dismiss-duplicate", s.dismissDuplicate)
	handle(s, "list-customer-duplicates", s.customerDuplicates)
	handle(s, "merge-customers", s.mergeCustomers)
	handle(s, "undo-customer-merge", s.undoCustomerMerge)
}

func (s *Server) listDuplicates(ctx context.Context, c *Caller, in *Paging) (*reply[page[customer.Duplicate]], error) {
	after, err := placeIn[customer.DuplicatePlace](in.Cursor)
	if err != nil {
		return nil, err
	}
	return asking(ctx, s, func(tx *db.Tx) (out page[customer.Duplicate], err error) {
		items, next, err := s.Customers.Duplicates(ctx, tx, c.Scope, after, in.Limit)
		if err != nil {
			return out, err
		}
		out.Items = items
		out.Next, err = placeCursor(next)
		return out, err
	})
}

// sameAs is who may be the same person as a customer, and who was found to be.
type sameAs struct {
	Suggested []customer.Duplicate `json:"suggested"`
	Merged    []desk.CustomerMerge `json:"merged" doc:"Records that can be parted from this one again, the latest first"`
}

func (s *Server) customerDuplicates(ctx context.Context, c *Caller, in *CustomerInput) (*reply[sameAs], error) {
	return asking(ctx, s, func(tx *db.Tx) (out sameAs, err error) {
		if err := s.Customers.MaySee(ctx, tx, c.Scope, in.ID); err != nil {
			return out, err
		}
		if out.Suggested, err = s.Customers.DuplicatesOf(ctx, tx, c.Scope, in.ID); err != nil {
			return out, err
		}
		out.Merged, err = s.Customers.Merges(ctx, tx, in.ID)
		return out, err
	})
}

type dismissInput struct {
	CustomerInput
	Body struct {
		Other desk.CustomerID `json:"other" doc:"The record that is somebody else"`
	}
}

func (s *Server) dismissDuplicate(ctx context.Context, c *Caller, in *dismissInput) (*none, error) {
	_, err := seeing(ctx, s, c, in.ID, func(tx *db.Tx) (none, error) {
		if err := s.Customers.MaySee(ctx, tx, c.Scope, in.Body.Other); err != nil {
			return none{}, err
		}
		return none{}, s.Customers.Dismiss(ctx, tx, c.By(), in.ID, in.Body.Other)
	})
	return &none{}, err
}

type mergeCustomersInput struct {
	CustomerInput
	Body customer.MergeWish
}

func (s *Server) mergeCustomers(ctx context.Context, c *Caller, in *mergeCustomersInput) (*reply[desk.Customer], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Customer, error) {
		into, err := s.Persons.Merge(ctx, tx, c.Scope, in.ID, in.Body)
		if err != nil {
			return into, err
		}
		return into, s.audit(ctx, tx, c, "customer.merged", about(in.ID), about(in.Body.From))
	})
}

type undoCustomerMergeInput struct {
	CustomerInput
	Merge int64 `path:"merge" minimum:"1"`
}

func (s *Server) undoCustomerMerge(ctx context.Context, c *Caller, in *undoCustomerMergeInput) (*reply[desk.Customer], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Customer, error) {
		into, err := s.Persons.Unmerge(ctx, tx, c.Scope, in.ID, in.Merge)
		if err != nil {
			return into, err
		}
		return into, s.audit(ctx, tx, c, "customer.parted", about(in.ID), "")
	})
}
