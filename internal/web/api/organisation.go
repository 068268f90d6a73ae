package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

func (s *Server) registerOrganisations() {
	handle(s, "list-organisations", s.listOrganisations)
	handle(s, "create-organisation", s.createOrganisation)
	handle(s, "get-organisation", s.getOrganisation)
	handle(s, "change-organisation", s.changeOrganisation)
	handle(s, "delete-organisation", s.deleteOrganisation)
	handle(s, "list-organisation-conversations", s.listOrganisationConversations)
}

type OrganisationInput struct {
	ID desk.OrganisationID `path:"id"`
}

type organisationsInput struct {
	Q string `query:"q" maxLength:"200" doc:"What the name begins with"`
	Paging
}

func (s *Server) listOrganisations(ctx context.Context, _ *Caller, in *organisationsInput) (*reply[page[desk.Organisation]], error) {
	at, err := placeIn[customer.OrganisationPlace](in.Cursor)
	if err != nil {
		return nil, err
	}
	var after customer.OrganisationPlace
	if at != nil {
		after = *at
	}
	return asking(ctx, s, func(tx *db.Tx) (out page[desk.Organisation], err error) {
		items, next, err := s.Customers.Organisations(ctx, tx, in.Q, after, in.Limit)
		if err != nil {
			return out, err
		}
		out.Items = items
		out.Next, err = placeCursor(next)
		return out, err
	})
}

func (s *Server) createOrganisation(ctx context.Context, c *Caller, in *body[customer.OrganisationEdit]) (*reply[desk.Organisation], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Organisation, error) {
		return s.Customers.CreateOrganisation(ctx, tx, c.By(), in.Body)
	})
}

func (s *Server) getOrganisation(ctx context.Context, _ *Caller, in *OrganisationInput) (*reply[desk.Organisation], error) {
	return asking(ctx, s, func(tx *db.Tx) (desk.Organisation, error) { return s.Customers.Organisation(ctx, tx, in.ID) })
}

type changeOrganisationInput struct {
	OrganisationInput
	Body customer.OrganisationEdit
}

func (s *Server) changeOrganisation(ctx context.Context, c *Caller, in *changeOrganisationInput) (*reply[desk.Organisation], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Organisation, error) {
		return s.Customers.ChangeOrganisation(ctx, tx, c.By(), in.ID, in.Body)
	})
}

func (s *Server) deleteOrganisation(ctx context.Context, c *Caller, in *OrganisationInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Customers.DeleteOrganisation(ctx, tx, c.By(), in.ID) })
}

func (s *Server) listOrganisationConversations(ctx context.Context, c *Caller, in *OrganisationInput) (*reply[list[desk.Conversation]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[desk.Conversation], error) {
		if _, err := s.Customers.Organisation(ctx, tx, in.ID); err != nil {
			return list[desk.Conversation]{}, err
		}
		all, err := s.Conversations.OfOrganisation(ctx, tx, c.Scope, in.ID, 100)
		if all == nil {
			all = []desk.Conversation{}
		}
		return list[desk.Conversation]{all}, err
	})
}
