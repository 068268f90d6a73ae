package api

import (
	"context"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/segment"
	"tellus/internal/platform/db"
)

// segmentRoutes are segments: everybody has his own, and those that are shared with him. Whom one sees of their customers is said in customer.Seen.
var segmentRoutes = []route{
	{"list-segments", get, "/segments", needs(desk.ReadConversations), "The segments that the caller has, by name", option{}},
	{"create-segment", post, "/segments", needs(desk.ReadConversations), "Save a segment; view.manage for a shared one", option{creates: true}},
	{"preview-segment", post, "/segments/preview", needs(desk.ReadConversations), "How many customers a condition finds, and the first of them", option{}},
	{"get-segment", get, "/segments/{id}", needs(desk.ReadConversations), "A segment", option{}},
	{"change-segment", put, "/segments/{id}", needs(desk.ReadConversations), "Replace a segment; view.manage for a shared one", option{}},
	{"delete-segment", del, "/segments/{id}", needs(desk.ReadConversations), "Delete a segment that no view asks for", option{}},
	{"count-segment", get, "/segments/{id}/count", needs(desk.ReadConversations), "How many customers belong to it whom the caller sees", option{}},
	{"list-customer-attributes", get, "/customers/attributes", needs(desk.ReadConversations), "What conditions on customers can ask for", option{}},
}

func (s *Server) registerSegments() {
	handle(s, "list-segments", s.listSegments)
	handle(s, "create-segment", s.createSegment)
	handle(s, "preview-segment", s.previewSegment)
	handle(s, "get-segment", s.getSegment)
	handle(s, "change-segment", s.changeSegment)
	handle(s, "delete-segment", s.deleteSegment)
	handle(s, "count-segment", s.countSegment)
	handle(s, "list-customer-attributes", s.listCustomerAttributes)
}

func (s *Server) listSegments(ctx context.Context, c *Caller, _ *none) (*reply[list[segment.Segment]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[segment.Segment], error) {
		all, err := s.Segments.List(ctx, tx, c.asksForViews())
		return list[segment.Segment]{all}, err
	})
}

func aboutSegment(id desk.SegmentID) string { return "segment:" + id.String() }

// auditSegment keeps personal segments out of the log: they are nobody else's business.
func (s *Server) auditSegment(ctx context.Context, tx *db.Tx, c *Caller, action string, id desk.SegmentID, before, after segment.Edit) error {
	private := func(e segment.Edit) bool { return e.Audience == desk.Personal || e.Audience == "" }
	if private(before) && private(after) {
		return nil
	}
	return s.auditChange(ctx, tx, c, action, aboutSegment(id), desk.Differences(before, after))
}

func (s *Server) createSegment(ctx context.Context, c *Caller, in *body[segment.Edit]) (*reply[segment.Segment], error) {
	return changing(ctx, s, func(tx *db.Tx) (segment.Segment, error) {
		made, err := s.Segments.Create(ctx, tx, c.asksForViews(), in.Body)
		if err != nil {
			return made, err
		}
		return made, s.auditSegment(ctx, tx, c, "segment.created", made.ID, segment.Edit{}, made.Edit)
	})
}

type segmentInput struct {
	ID desk.SegmentID `path:"id" minimum:"1"`
}

func (s *Server) getSegment(ctx context.Context, c *Caller, in *segmentInput) (*reply[segment.Segment], error) {
	return asking(ctx, s, func(tx *db.Tx) (segment.Segment, error) { return s.Segments.Get(ctx, tx, c.asksForViews(), in.ID) })
}

type changeSegmentInput struct {
	ID   desk.SegmentID `path:"id" minimum:"1"`
	Body segment.Edit
}

func (s *Server) changeSegment(ctx context.Context, c *Caller, in *changeSegmentInput) (*reply[segment.Segment], error) {
	return changing(ctx, s, func(tx *db.Tx) (segment.Segment, error) {
		before, err := s.Segments.Get(ctx, tx, c.asksForViews(), in.ID)
		if err != nil {
			return before, err
		}
		made, err := s.Segments.Change(ctx, tx, c.asksForViews(), in.ID, in.Body)
		if err != nil {
			return made, s.stale(ctx, tx, err, in.Body, aboutSegment(in.ID), "segment.created", "segment.updated")
		}
		return made, s.auditSegment(ctx, tx, c, "segment.updated", in.ID, before.Edit, made.Edit)
	})
}

func (s *Server) deleteSegment(ctx context.Context, c *Caller, in *segmentInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		if _, err := s.Segments.Get(ctx, tx, c.asksForViews(), in.ID); err != nil {
			return err
		}
		if asking, err := s.Views.AskingFor(ctx, tx, in.ID); err != nil {
			return err
		} else if len(asking) > 0 {
			return desk.WhySegmentAsked.Refuse(len(asking))
		}
		gone, err := s.Segments.Delete(ctx, tx, c.asksForViews(), in.ID)
		if err != nil {
			return err
		}
		return s.auditSegment(ctx, tx, c, "segment.deleted", in.ID, gone.Edit, segment.Edit{})
	})
}

func (s *Server) countSegment(ctx context.Context, c *Caller, in *segmentInput) (*reply[segment.Tally], error) {
	return asking(ctx, s, func(tx *db.Tx) (t segment.Tally, err error) {
		if _, err := s.Segments.Get(ctx, tx, c.asksForViews(), in.ID); err != nil {
			return t, err
		}
		return s.Segments.Count(ctx, tx, c.Scope, in.ID, within(patience))
	})
}

type previewSegmentBody struct {
	Condition condition.Node `json:"condition"`
	Zone      string         `json:"zone,omitempty" maxLength:"60" doc:"The caller's where empty"`
}

type previewedSegment struct {
	segment.Tally
	Items []desk.Customer `json:"items" doc:"The first by name"`
}

func (s *Server) previewSegment(ctx context.Context, c *Caller, in *body[previewSegmentBody]) (*reply[previewedSegment], error) {
	return asking(ctx, s, func(tx *db.Tx) (out previewedSegment, err error) {
		out.Items, out.Tally, err = s.Segments.Preview(ctx, tx, c.Scope, c.asksForViews(), segment.Edit{Condition: in.Body.Condition, Zone: in.Body.Zone}, within(patience))
		return out, err
	})
}

func (s *Server) listCustomerAttributes(ctx context.Context, _ *Caller, _ *none) (*reply[list[condition.Attribute]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[condition.Attribute], error) {
		all, err := s.Segments.Attributes(ctx, tx)
		return list[condition.Attribute]{all.Described()}, err
	})
}

// listedCustomer is a customer in a list.
type listedCustomer struct {
	desk.Customer
	LastContact desk.Time `json:"lastContact,omitempty" doc:"When something was last said in a conversation of his"`
}

// customersSorted is a page of customers in an order or of a segment.
func (s *Server) customersSorted(ctx context.Context, tx *db.Tx, c *Caller, in *customersInput, f customer.Filter) (items []desk.Customer, cursor string, err error) {
	after, err := placeIn[segment.Place](in.Cursor)
	if err != nil {
		return nil, "", err
	}
	if after != nil {
		after.Key = db.Text(after.Key)
	}
	by := segment.Order(in.Sort)
	if by == "" {
		by = segment.ByName
	}
	items, next, err := s.Segments.Find(ctx, tx, c.Scope, segment.Ask{Segment: in.Segment, Filter: f, By: by, Desc: in.Desc, After: after, Limit: in.Limit, More: within(patience)})
	if err != nil {
		return nil, "", err
	}
	cursor, err = placeCursor(next)
	return items, cursor, err
}

// sorted reports whether a list of customers is asked for that the search by words does not give.
func (in *customersInput) sorted() bool {
	return strings.TrimSpace(in.Q) == "" && (in.Segment != 0 || in.Desc || in.Sort != "" && in.Sort != string(segment.ByName))
}
