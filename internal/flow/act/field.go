package act

import (
	"context"
	"strings"

	"tellus/internal/desk"
	rules "tellus/internal/engine/field"
	"tellus/internal/engine/placeholder"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
)

// yesNo are the words for a field that holds one of them, in the languages that customers are written to.
var yesNo = map[string][2]string{"en": {"yes", "no"}, "lv": {"jā", "nē"}, "lt": {"taip", "ne"}, "pl": {"tak", "nie"}, "et": {"jah", "ei"}, "de": {"ja", "nein"},
	"ru": {"да", "нет"}, "uk": {"так", "ні"}}

// fields adds the values of custom fields: {{conversation.field.KEY}}, {{customer.field.KEY}}, {{organisation.field.KEY}}.
func (h *Hands) fields(ctx context.Context, tx *db.Tx, v placeholder.Values, of desk.FieldValues, who desk.Customer, k Known) error {
	values := map[desk.FieldTarget]desk.FieldValues{desk.OnConversation: of, desk.OnCustomer: who.Fields}
	if who.OrganisationID != 0 {
		o, err := h.Customers.Organisation(ctx, tx, who.OrganisationID)
		if err != nil {
			return err
		}
		values[desk.OnOrganisation] = o.Fields
	}
	if len(values[desk.OnConversation])+len(values[desk.OnCustomer])+len(values[desk.OnOrganisation]) == 0 {
		return nil
	}
	all, err := field.All(ctx, tx)
	if err != nil {
		return err
	}
	agents, err := h.Staff.Agents(ctx, tx)
	if err != nil {
		return err
	}
	words := rules.Words{Yes: "yes", No: "no", Agent: func(id desk.AgentID) string {
		for _, a := range agents {
			if a.ID == id {
				return a.Name
			}
		}
		return ""
	}}
	for _, language := range append([]string{k.Language}, k.Fallbacks...) {
		base, _, _ := strings.Cut(strings.ToLower(language), "-")
		if both, ok := yesNo[base]; ok {
			words.Yes, words.No = both[0], both[1]
			break
		}
	}
	for _, f := range all {
		if value, ok := values[f.Target][f.ID]; ok {
			v[placeholder.FieldName(f.Target, f.Key)] = rules.Show(f, value, words)
		}
	}
	return nil
}
