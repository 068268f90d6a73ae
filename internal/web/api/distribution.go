package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/routing"
	"tellus/internal/platform/db"
)

// distributionRoutes are how teams give out what waits, why somebody was given a conversation, and taking the next.
var distributionRoutes = []route{
	{"get-distribution", get, "/teams/{id}/distribution", signedIn, "How a team gives out what waits for somebody", option{}},
	{"set-distribution", put, "/teams/{id}/distribution", needs(desk.ManageTeams), "Decide how a team gives out what waits; it begins at once", option{}},
	{"list-assignments", get, "/conversations/{id}/assignments", needs(desk.ReadConversations), "Whom distribution gave a conversation to, and why, the latest first", option{}},
	{"take-next", post, "/conversations/next", needs(desk.WriteConversations), "Take the most important of what nobody has: what is overdue or due soon, then by priority, the customer's value and how long he waits; not found where nothing waits", option{}},
}

func (s *Server) registerDistribution() {
	handle(s, "get-distribution", s.getDistribution)
	handle(s, "set-distribution", s.setDistribution)
	handle(s, "list-assignments", s.listAssignments)
	handle(s, "take-next", s.takeNext)
}

// DistributionInput names a team.
type DistributionInput struct {
	ID desk.TeamID `path:"id" minimum:"1"`
}

func (s *Server) getDistribution(ctx context.Context, _ *Caller, in *DistributionInput) (*reply[routing.Distribution], error) {
	return asking(ctx, s, func(tx *db.Tx) (d routing.Distribution, err error) {
		if _, err = s.Staff.Team(ctx, tx, in.ID); err != nil {
			return d, err
		}
		return s.Routing.Of(ctx, tx, in.ID)
	})
}

type setDistributionInput struct {
	DistributionInput
	Body routing.Edit
}

func (s *Server) setDistribution(ctx context.Context, c *Caller, in *setDistributionInput) (*reply[routing.Distribution], error) {
	return changing(ctx, s, func(tx *db.Tx) (after routing.Distribution, err error) {
		if _, err = s.Staff.Team(ctx, tx, in.ID); err != nil {
			return after, err
		}
		about := "team:" + in.ID.String()
		before, after, err := s.Routing.Set(ctx, tx, c.By(), in.ID, in.Body)
		if err != nil {
			return after, s.stale(ctx, tx, err, in.Body, about, "team.distribution")
		}
		return after, s.auditChange(ctx, tx, c, "team.distribution", about, desk.Differences(before.Edit, after.Edit))
	})
}

func (s *Server) listAssignments(ctx context.Context, c *Caller, in *ConversationInput) (*reply[list[routing.Assignment]], error) {
	return asking(ctx, s, func(tx *db.Tx) (out list[routing.Assignment], err error) {
		if _, err = s.Conversations.Get(ctx, tx, c.Scope, in.ID); err != nil {
			return out, err
		}
		out.Items, err = s.Routing.Assignments(ctx, tx, in.ID)
		return out, err
	})
}

func (s *Server) takeNext(ctx context.Context, c *Caller, _ *none) (*reply[desk.Conversation], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Conversation, error) {
		return s.Conversations.TakeNext(ctx, tx, c.Scope, s.Segments.Worth)
	})
}
