package field

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	rules "tellus/internal/engine/field"
	"tellus/internal/platform/db"
)

// Check returns the values that are asked to be set as they are kept. It refuses one that its field does not take, and a value of a field that is not
// there, is archived, belongs to something else, or does not apply to the type and inbox; taking a value away is always allowed.
func Check(ctx context.Context, tx *db.Tx, target desk.FieldTarget, set desk.FieldValues, kind desk.TypeID, inbox desk.InboxID) (desk.FieldValues, error) {
	if len(set) == 0 {
		return set, nil
	}
	all, err := All(ctx, tx)
	if err != nil {
		return nil, err
	}
	checked := desk.FieldValues{}
	for id, v := range set {
		at := "body.fields." + id.String()
		i := slices.IndexFunc(all, func(f desk.Field) bool { return f.ID == id && f.Target == target })
		switch {
		case i < 0:
			return nil, desk.RefuseField(desk.Invalid, at, "there is no such field")
		case v.Empty():
			checked[id] = v
			continue
		case target == desk.OnConversation && !all[i].Applies(kind, inbox) || all[i].ArchivedAt != 0:
			return nil, desk.WhyFieldNotHere.At(at, all[i].Name)
		}
		var failed error
		checked[id], err = rules.Check(at, all[i], v, func(agent desk.AgentID) (known bool) {
			if failed == nil {
				failed = tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM agent WHERE id = $1)`, agent).Scan(&known)
			}
			return known
		})
		if failed != nil {
			return nil, fmt.Errorf("is there such an agent: %w", failed)
		}
		if err != nil {
			return nil, err
		}
	}
	return checked, nil
}

// Required refuses to resolve a conversation that lacks values that are required of it, with the fields at fault.
func Required(ctx context.Context, tx *db.Tx, c desk.Conversation) error {
	all, err := All(ctx, tx)
	if err != nil {
		return err
	}
	missing := rules.Missing(all, c.Fields, c.TypeID, c.Inbox)
	if len(missing) == 0 {
		return nil
	}
	var names []string
	for _, f := range all {
		if slices.Contains(missing, f.ID) {
			names = append(names, f.Name)
		}
	}
	return desk.WhyFieldsMissing.At("body.fields", strings.Join(names, ", ")).With(map[string]any{"fields": missing})
}

func line(s string) string { return strings.Join(strings.Fields(s), " ") }
