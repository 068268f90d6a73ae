package automation

import (
	"context"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// FreeOf refuses with desk.WhyRuleUses where an action of a rule is one that uses what is to go, be the rule switched off: it could not be switched on again.
func (s *Service) FreeOf(ctx context.Context, tx *db.Tx, uses func(desk.Action) bool) error {
	all, err := s.load(ctx, tx, "r.deleted_at = 0")
	if err != nil {
		return err
	}
	for _, r := range all {
		if slices.ContainsFunc(r.Actions, uses) {
			return desk.WhyRuleUses.Refuse(r.Name)
		}
	}
	return nil
}
