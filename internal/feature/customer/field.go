package customer

import (
	"context"
	"slices"
	"strings"

	"tellus/internal/desk"
	rules "tellus/internal/engine/field"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
)

// withFields returns values of custom fields with those that are to be set, or refuses one that its field does not take.
func withFields(ctx context.Context, tx *db.Tx, target desk.FieldTarget, now, set desk.FieldValues) (desk.FieldValues, error) {
	checked, err := field.Check(ctx, tx, target, set, 0, 0)
	if err != nil {
		return nil, err
	}
	values, _ := now.With(checked)
	return values, nil
}

// fieldsApart names the fields whose values are others than those that somebody wants to set, as a conflict names them: fields.7.
func fieldsApart(now, wanted desk.FieldValues) []string {
	apart := []string{}
	for id, v := range wanted {
		if !now[id].Equal(v) {
			apart = append(apart, "fields."+id.String())
		}
	}
	slices.SortFunc(apart, strings.Compare)
	return apart
}

// ForgetFields takes the values of personal fields from a customer, for erasing him; what is not personal stays for figures. It says whether there were any.
// What his conversations hold is taken by the conversations' method of the same name.
func (s *Service) ForgetFields(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CustomerID) (bool, error) {
	if err := tx.Lock(ctx, "customer", int64(id)); err != nil {
		return false, err
	}
	c, err := s.Get(ctx, tx, id)
	if err != nil || len(c.Fields) == 0 {
		return false, err
	}
	all, err := field.All(ctx, tx)
	if err != nil {
		return false, err
	}
	kept := rules.Kept(all, c.Fields)
	if len(kept) == len(c.Fields) {
		return false, nil
	}
	c.Fields = kept
	c.Version++
	if err := save(ctx, tx, by, c); err != nil {
		return false, err
	}
	return true, told(ctx, tx, by, id)
}
