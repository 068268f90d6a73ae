package api

import (
	"fmt"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/feature/webhook"
)

// TestWhatARuleUsesStays refuses to delete a macro and a webhook that a rule uses, and to make the macro one that it could not answer with; once the rule is deleted both go.
func TestWhatARuleUsesStays(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		var macro, rule struct{ ID, Version int64 }
		var hook struct {
			Webhook webhook.Webhook `json:"webhook"`
		}
		text := object{"folder": "", "name": "Closed", "audience": "everyone", "teams": []int{}, "texts": object{"en": "<p>We are closed.</p>"}, "actions": []int{}, "active": true, "version": 0}
		inga.do(post, "/macros", text, &macro)
		inga.do(post, "/webhooks", object{"name": "Stock", "url": "https://stock.example/in", "active": true}, &hook)
		inga.do(post, "/rules", newRule("At night", object{"active": false, "actions": []object{{"do": "answer", "macro": macro.ID}, {"do": "webhook", "webhook": hook.Webhook.ID}}}), &rule)
		macroPath, hookPath := fmt.Sprint("/macros/", macro.ID), "/webhooks/"+hook.Webhook.ID.String()
		for _, path := range []string{macroPath, hookPath} {
			if got := inga.refused(desk.Conflict, del, path, nil); desk.Why(got.Reason) != desk.WhyRuleUses || got.Values["what"] != "At night" {
				h.t.Errorf("%s: %+v", path, got)
			}
		}
		text["version"] = macro.Version
		for key, value := range map[string]any{"active": false, "audience": "personal", "texts": object{}} {
			was := text[key]
			text[key] = value
			inga.refused(desk.Conflict, put, macroPath, text)
			text[key] = was
		}
		text["name"] = "We are closed"
		inga.do(put, macroPath, text, nil)
		inga.do(del, fmt.Sprint("/rules/", rule.ID), nil, nil)
		inga.do(del, macroPath, nil, nil)
		inga.do(del, hookPath, nil, nil)
	})
}
