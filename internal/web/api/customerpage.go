package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/privacy"
	"tellus/internal/platform/db"
)

// customerPage is a customer with all that his page shows at first.
type customerPage struct {
	Customer      desk.Customer        `json:"customer"`
	Organisation  *desk.Organisation   `json:"organisation,omitempty"`
	Consents      []desk.Consent       `json:"consents" doc:"Newest first: of each purpose the first one holds"`
	Conversations conversation.Figures `json:"conversations"`
	Timeline      saidPage             `json:"timeline"`
	Colleagues    []desk.Conversation  `json:"colleagues" doc:"Conversations of others of his organisation, where it shares them"`
}

// saidPage is a part of what was said with a customer.
type saidPage struct {
	Items []conversation.Said `json:"items"`
	Next  string              `json:"next,omitempty" doc:"Opaque; give it back as cursor to get what follows"`
}

// Parts of the page.
const (
	saidAtOnce      = 40
	colleaguesShown = 20
)

func (s *Server) openCustomer(ctx context.Context, c *Caller, in *CustomerInput) (*reply[customerPage], error) {
	page, err := asking(ctx, s, func(tx *db.Tx) (out customerPage, err error) {
		if out.Customer, err = s.Customers.See(ctx, tx, c.Scope, in.ID); err != nil {
			return out, err
		}
		if out.Consents, err = s.Customers.Consents(ctx, tx, in.ID); err != nil {
			return out, err
		}
		if out.Conversations, err = s.Conversations.FiguresOf(ctx, tx, c.Scope, in.ID); err != nil {
			return out, err
		}
		if out.Timeline, err = s.said(ctx, tx, c, in.ID, conversation.SaidFilter{}, saidAtOnce); err != nil {
			return out, err
		}
		out.Colleagues = []desk.Conversation{}
		if out.Customer.OrganisationID == 0 {
			return out, nil
		}
		org, err := s.Customers.Organisation(ctx, tx, out.Customer.OrganisationID)
		if err != nil {
			return out, err
		}
		out.Organisation = &org
		if !org.Shared {
			return out, nil
		}
		all, err := s.Conversations.OfOrganisation(ctx, tx, c.Scope, org.ID, 2*colleaguesShown)
		for _, row := range all {
			if row.Customer != in.ID && len(out.Colleagues) < colleaguesShown {
				out.Colleagues = append(out.Colleagues, row)
			}
		}
		return out, err
	})
	if err == nil {
		s.Watch.Note(c.Agent, in.ID, privacy.ByPage, 0)
	}
	return page, err
}

func (s *Server) said(ctx context.Context, tx *db.Tx, c *Caller, id desk.CustomerID, f conversation.SaidFilter, limit int) (out saidPage, err error) {
	if out.Items, err = s.Conversations.SaidWith(ctx, tx, c.Scope, id, f, limit); err != nil {
		return out, err
	}
	if len(out.Items) == limit {
		last := out.Items[limit-1]
		out.Next, err = placeCursor(&conversation.SaidBefore{At: last.At, ID: last.Message})
	}
	return out, err
}

type saidInput struct {
	CustomerInput
	Channel string `query:"channel" enum:",email,form,phone,visit,letter" doc:"What was said there only"`
	Kind    string `query:"kind" enum:",incoming,outgoing,note"`
	Paging
}

func (s *Server) customerTimeline(ctx context.Context, c *Caller, in *saidInput) (*reply[saidPage], error) {
	f := conversation.SaidFilter{Channel: desk.ChannelKind(in.Channel), Kind: desk.MessageKind(in.Kind)}
	before, err := placeIn[conversation.SaidBefore](in.Cursor)
	if err != nil {
		return nil, err
	}
	if before != nil {
		f.Before = *before
	}
	out, err := asking(ctx, s, func(tx *db.Tx) (saidPage, error) {
		if err := s.Customers.MaySee(ctx, tx, c.Scope, in.ID); err != nil {
			return saidPage{}, err
		}
		return s.said(ctx, tx, c, in.ID, f, in.Limit)
	})
	if err == nil {
		s.Watch.Note(c.Agent, in.ID, privacy.ByPage, 0)
	}
	return out, err
}
