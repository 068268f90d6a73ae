package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/sla"
	"tellus/internal/platform/db"
)

// policyRoutes are the service level policies, and what they promise about a conversation.
var policyRoutes = []route{
	{"list-policies", get, "/policies", needs(desk.ReadConversations), "The service level policies, in the order in which they are asked", option{}},
	{"create-policy", post, "/policies", needs(desk.ManagePolicies), "Add a policy behind the others", option{creates: true}},
	{"change-policy", put, "/policies/{id}", needs(desk.ManagePolicies), "Replace a policy; clocks that run follow from when they started", option{}},
	{"delete-policy", del, "/policies/{id}", needs(desk.ManagePolicies), "Take a policy out of use", option{}},
	{"order-policies", put, "/policies/order", needs(desk.ManagePolicies), "Put the policies into an order", option{}},
	{"try-policy", post, "/policies/try", needs(desk.ManagePolicies), "How many unfinished conversations a policy would have", option{}},
	{"measure-policy", post, "/policies/honest", needs(desk.ManagePolicies), "What share of its promises a policy that need not be saved would have kept in the conversations that the caller sees", option{}},
	{"list-clocks", get, "/conversations/{id}/clocks", needs(desk.ReadConversations), "What is promised about a conversation, and why each promise is due when it is", option{}},
}

func (s *Server) registerPolicies() {
	handle(s, "list-policies", s.listPolicies)
	handle(s, "create-policy", s.createPolicy)
	handle(s, "change-policy", s.changePolicy)
	handle(s, "delete-policy", s.deletePolicy)
	handle(s, "order-policies", s.orderPolicies)
	handle(s, "try-policy", s.tryPolicy)
	handle(s, "measure-policy", s.measurePolicy)
	handle(s, "list-clocks", s.listClocks)
}

func (s *Server) listPolicies(ctx context.Context, _ *Caller, _ *none) (*reply[sla.All], error) {
	return asking(ctx, s, func(tx *db.Tx) (sla.All, error) { return s.Policies.List(ctx, tx) })
}

func aboutPolicy(id desk.PolicyID) string { return "policy:" + id.String() }

func (s *Server) createPolicy(ctx context.Context, c *Caller, in *body[sla.Edit]) (*reply[sla.Policy], error) {
	return changing(ctx, s, func(tx *db.Tx) (sla.Policy, error) {
		made, err := s.Policies.Create(ctx, tx, c.By(), in.Body)
		if err != nil {
			return made, err
		}
		return made, s.auditChange(ctx, tx, c, "policy.created", aboutPolicy(made.ID), desk.Differences(sla.Edit{}, made.Edit))
	})
}

// PolicyInput names a policy.
type PolicyInput struct {
	ID desk.PolicyID `path:"id" minimum:"1"`
}

type changePolicyInput struct {
	PolicyInput
	Body sla.Edit
}

func (s *Server) changePolicy(ctx context.Context, c *Caller, in *changePolicyInput) (*reply[sla.Policy], error) {
	return changing(ctx, s, func(tx *db.Tx) (sla.Policy, error) {
		before, err := s.Policies.Get(ctx, tx, in.ID)
		if err != nil {
			return before, err
		}
		made, err := s.Policies.Change(ctx, tx, c.By(), in.ID, in.Body)
		if err != nil {
			return made, s.stale(ctx, tx, err, in.Body, aboutPolicy(in.ID), "policy.updated")
		}
		return made, s.auditChange(ctx, tx, c, "policy.updated", aboutPolicy(in.ID), desk.Differences(before.Edit, made.Edit))
	})
}

func (s *Server) deletePolicy(ctx context.Context, c *Caller, in *PolicyInput) (*reply[sla.Policy], error) {
	return changing(ctx, s, func(tx *db.Tx) (sla.Policy, error) {
		gone, err := s.Policies.Delete(ctx, tx, c.By(), in.ID)
		if err != nil {
			return gone, err
		}
		return gone, s.auditChange(ctx, tx, c, "policy.deleted", aboutPolicy(in.ID), desk.Differences(gone.Edit, sla.Edit{}))
	})
}

type orderPoliciesInput struct {
	Body struct {
		Order []desk.PolicyID `json:"order" maxItems:"200"`
	}
}

func (s *Server) orderPolicies(ctx context.Context, c *Caller, in *orderPoliciesInput) (*reply[sla.All], error) {
	return changing(ctx, s, func(tx *db.Tx) (sla.All, error) {
		all, err := s.Policies.Arrange(ctx, tx, c.By(), in.Body.Order)
		if err != nil {
			return all, err
		}
		return all, s.auditChange(ctx, tx, c, "policy.ordered", "policy:0", nil)
	})
}

type tryPolicyInput struct {
	Body struct {
		ID     desk.PolicyID `json:"id" minimum:"0" doc:"The policy that is changed; 0 for a new one, behind the others"`
		Policy sla.Edit      `json:"policy"`
	}
}

func (s *Server) tryPolicy(ctx context.Context, c *Caller, in *tryPolicyInput) (*reply[conversation.Tried], error) {
	return asking(ctx, s, func(tx *db.Tx) (conversation.Tried, error) {
		return s.Policies.Try(ctx, tx, c.Scope, in.Body.ID, in.Body.Policy)
	})
}

func (s *Server) measurePolicy(ctx context.Context, c *Caller, in *tryPolicyInput) (*reply[sla.Honesty], error) {
	return asking(ctx, s, func(tx *db.Tx) (sla.Honesty, error) {
		return s.Policies.Honest(ctx, tx, c.Scope, in.Body.ID, in.Body.Policy)
	})
}

func (s *Server) listClocks(ctx context.Context, c *Caller, in *ConversationInput) (*reply[list[conversation.Clock]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[conversation.Clock], error) {
		all, err := s.Conversations.Clocks(ctx, tx, c.Scope, in.ID)
		return list[conversation.Clock]{all}, err
	})
}
