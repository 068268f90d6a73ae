package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/automation"
	"tellus/internal/flow/automate"
	"tellus/internal/platform/db"
)

// ruleRoutes are the rules: what the desk does by itself.
var ruleRoutes = []route{
	{"list-event-rules", get, "/rules", needs(desk.ReadConversations), "The rules in their order, with how often each acted", option{}},
	{"create-rule", post, "/rules", needs(desk.ManageRules), "Add a rule behind the others", option{creates: true}},
	{"list-deleted-rules", get, "/rules/deleted", needs(desk.ManageRules), "The rules that were deleted last, which can be taken back", option{}},
	{"export-rules", get, "/rules/export", needs(desk.ManageRules), "Rules as a file, with names in place of ids", option{}},
	{"import-rules", post, "/rules/import", needs(desk.ManageRules), "Make rules as a file says, switched off and behind the others, or say what it would do; nothing is doubled by a repeat", option{max: 10 << 20}},
	{"rule-attributes", get, "/rules/attributes", needs(desk.ManageRules), "What rules can ask for, and the events that they can be asked about", option{}},
	{"order-rules", put, "/rules/order", needs(desk.ManageRules), "Put the rules into an order", option{}},
	{"try-rule", post, "/rules/try", needs(desk.ManageRules), "What a rule that need not be saved would have done by the last events with conversations that the caller sees", option{}},
	{"change-rule", put, "/rules/{id}", needs(desk.ManageRules), "Replace a rule, switch it on or off", option{}},
	{"delete-rule", del, "/rules/{id}", needs(desk.ManageRules), "Take a rule out of use; what it was can be brought back", option{}},
	{"copy-rule", post, "/rules/{id}/copy", needs(desk.ManageRules), "Add a copy of a rule behind the others, switched off", option{creates: true}},
	{"rule-history", get, "/rules/{id}/history", needs(desk.ManageRules), "What a rule was, who changed it and when", option{}},
	{"take-back-rule", post, "/rules/{id}/take-back", needs(desk.ManageRules), "Make a rule again what it was at a version, a deleted one too", option{}},
	{"list-firings", get, "/rules/{id}/firings", needs(desk.ReadConversations), "What a rule did last, with conversations that the caller sees", option{}},
}

func (s *Server) registerRules() {
	handle(s, "list-event-rules", s.listEventRules)
	handle(s, "create-rule", s.createEventRule)
	handle(s, "list-deleted-rules", s.listDeletedRules)
	handle(s, "export-rules", s.exportRules)
	handle(s, "import-rules", s.importRules)
	handle(s, "rule-attributes", s.ruleAttributes)
	handle(s, "order-rules", s.orderRules)
	handle(s, "try-rule", s.tryRule)
	handle(s, "change-rule", s.changeEventRule)
	handle(s, "delete-rule", s.deleteEventRule)
	handle(s, "copy-rule", s.copyRule)
	handle(s, "rule-history", s.ruleHistory)
	handle(s, "take-back-rule", s.takeBackRule)
	handle(s, "list-firings", s.listFirings)
}

func (s *Server) listEventRules(ctx context.Context, _ *Caller, _ *none) (*reply[list[automation.EventRule]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[automation.EventRule], error) {
		all, err := s.Rules.List(ctx, tx)
		return list[automation.EventRule]{all}, err
	})
}

func (s *Server) listDeletedRules(ctx context.Context, _ *Caller, _ *none) (*reply[list[automation.Gone]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[automation.Gone], error) {
		all, err := s.Rules.Gone(ctx, tx)
		return list[automation.Gone]{all}, err
	})
}

// ruleAttributesBody says what rules can be made of.
type ruleAttributesBody struct {
	Items  []condition.Attribute `json:"items"`
	Events []desk.EventKind      `json:"events"`
}

func (s *Server) ruleAttributes(ctx context.Context, _ *Caller, _ *none) (*reply[ruleAttributesBody], error) {
	return asking(ctx, s, func(tx *db.Tx) (ruleAttributesBody, error) {
		all, err := s.Rules.Attributes(ctx, tx)
		return ruleAttributesBody{all, desk.RuleEvents}, err
	})
}

func aboutRule(id desk.RuleID) string { return "rule:" + id.String() }

func (s *Server) createEventRule(ctx context.Context, c *Caller, in *body[automation.Edit]) (*reply[automation.EventRule], error) {
	return changing(ctx, s, func(tx *db.Tx) (automation.EventRule, error) { return s.makeRule(ctx, tx, c, in.Body) })
}

func (s *Server) makeRule(ctx context.Context, tx *db.Tx, c *Caller, e automation.Edit) (automation.EventRule, error) {
	made, err := s.Rules.Create(ctx, tx, c.By(), e)
	if err != nil {
		return made, err
	}
	return made, s.auditChange(ctx, tx, c, "rule.created", aboutRule(made.ID), desk.Differences(automation.Edit{}, made.Edit))
}

// RuleInput names a rule.
type RuleInput struct {
	ID desk.RuleID `path:"id" minimum:"1"`
}

type changeEventRuleInput struct {
	RuleInput
	Body automation.Edit
}

func (s *Server) changeEventRule(ctx context.Context, c *Caller, in *changeEventRuleInput) (*reply[automation.EventRule], error) {
	return changing(ctx, s, func(tx *db.Tx) (automation.EventRule, error) {
		before, err := s.Rules.Get(ctx, tx, in.ID)
		if err != nil {
			return before, err
		}
		made, err := s.Rules.Change(ctx, tx, c.By(), in.ID, in.Body)
		if err != nil {
			return made, s.stale(ctx, tx, err, in.Body, aboutRule(in.ID), "rule.updated")
		}
		return made, s.auditChange(ctx, tx, c, "rule.updated", aboutRule(in.ID), desk.Differences(before.Edit, made.Edit))
	})
}

func (s *Server) deleteEventRule(ctx context.Context, c *Caller, in *RuleInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		gone, err := s.Rules.Delete(ctx, tx, c.By(), in.ID)
		if err != nil {
			return err
		}
		return s.auditChange(ctx, tx, c, "rule.deleted", aboutRule(in.ID), desk.Differences(gone.Edit, automation.Edit{}))
	})
}

func (s *Server) copyRule(ctx context.Context, c *Caller, in *RuleInput) (*reply[automation.EventRule], error) {
	return changing(ctx, s, func(tx *db.Tx) (automation.EventRule, error) {
		from, err := s.Rules.Get(ctx, tx, in.ID)
		if err != nil {
			return from, err
		}
		from.Active = false
		return s.makeRule(ctx, tx, c, from.Edit)
	})
}

type orderRulesInput struct {
	Body struct {
		Order []desk.RuleID `json:"order" maxItems:"1000"`
	}
}

func (s *Server) orderRules(ctx context.Context, c *Caller, in *orderRulesInput) (*reply[list[automation.EventRule]], error) {
	return changing(ctx, s, func(tx *db.Tx) (list[automation.EventRule], error) {
		all, err := s.Rules.Arrange(ctx, tx, c.By(), in.Body.Order)
		if err != nil {
			return list[automation.EventRule]{all}, err
		}
		return list[automation.EventRule]{all}, s.auditChange(ctx, tx, c, "rule.ordered", "rule:0", nil)
	})
}

func (s *Server) ruleHistory(ctx context.Context, _ *Caller, in *RuleInput) (*reply[list[automation.Former]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[automation.Former], error) {
		all, err := s.Rules.History(ctx, tx, in.ID)
		return list[automation.Former]{all}, err
	})
}

type takeBackRuleInput struct {
	RuleInput
	Body struct {
		Version int64 `json:"version" minimum:"1" doc:"The version that it shall be again"`
	}
}

func (s *Server) takeBackRule(ctx context.Context, c *Caller, in *takeBackRuleInput) (*reply[automation.EventRule], error) {
	return changing(ctx, s, func(tx *db.Tx) (automation.EventRule, error) {
		made, err := s.Rules.TakeBack(ctx, tx, c.By(), in.ID, in.Body.Version)
		if err != nil {
			return made, err
		}
		return made, s.auditChange(ctx, tx, c, "rule.taken_back", aboutRule(in.ID), nil)
	})
}

type tryRuleInput struct {
	Body struct {
		Rule automation.Edit `json:"rule"`
		Most int             `json:"most" minimum:"1" maximum:"200" doc:"Events of its kinds, the last ones"`
	}
}

func (s *Server) tryRule(ctx context.Context, c *Caller, in *tryRuleInput) (*reply[automate.Trial], error) {
	flow := &automate.Automate{DB: s.DB, Rules: s.Rules, Conversations: s.Conversations, Hands: s.hands(), Log: s.Log}
	return asking(ctx, s, func(tx *db.Tx) (automate.Trial, error) { return flow.Try(ctx, tx, c.Scope, in.Body.Rule, in.Body.Most) })
}

func (s *Server) listFirings(ctx context.Context, c *Caller, in *RuleInput) (*reply[list[automation.Firing]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[automation.Firing], error) {
		all, err := s.Rules.Firings(ctx, tx, c.Scope, in.ID, 100)
		return list[automation.Firing]{all}, err
	})
}
