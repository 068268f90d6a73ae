package api

import (
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/feature/webhook"
)

// TestWebhooksAreForWhoManagesSettings has who makes rules see what webhooks are called and nothing else of them; secrets are told once, to who manages settings.
func TestWebhooksAreForWhoManagesSettings(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		sara, _ := h.hired(inga, "sara@example.test", desk.Supervisor)
		var made struct {
			Webhook webhook.Webhook `json:"webhook"`
			Secret  string          `json:"secret"`
		}
		edit := object{"name": "Stock", "url": "https://stock.example/in?token=s3cret", "active": true, "headers": []object{{"name": "X-Key", "value": "k3y"}}}
		inga.do(post, "/webhooks", edit, &made)
		if !strings.HasPrefix(made.Secret, "whsec_") || made.Webhook.URL != edit["url"] || made.Webhook.Host != "stock.example" {
			h.t.Errorf("made %+v", made)
		}
		path := "/webhooks/" + made.Webhook.ID.String()
		var all struct {
			Items []webhook.Webhook `json:"items"`
		}
		sara.do(get, "/webhooks", nil, &all)
		if len(all.Items) != 1 || all.Items[0].Name != "Stock" || all.Items[0].URL != "" || len(all.Items[0].Headers) != 0 {
			h.t.Errorf("who makes rules sees %+v", all.Items)
		}
		sara.refused(desk.Forbidden, post, "/webhooks", edit)
		sara.refused(desk.Forbidden, get, path+"/deliveries", nil)
		sara.refused(desk.Forbidden, post, path+"/secret", object{})
		sara.refused(desk.Forbidden, post, path+"/test", object{})
		inga.refused(desk.Conflict, post, "/webhooks", object{"name": "STOCK", "url": "https://b.example", "active": true})
		inga.refused(desk.Conflict, put, path, object{"version": 0, "name": "Stock", "url": "https://b.example", "active": true})
		for _, headers := range [][]object{{{"name": "Host", "value": "x"}}, {{"name": "webhook-id", "value": "x"}}, {{"name": "a b", "value": "x"}}, {{"name": "X-Key", "value": "ž"}}, {{"name": "X-New"}}} {
			inga.refused(desk.Invalid, put, path, object{"version": made.Webhook.Version, "name": "Stock", "url": "https://b.example", "active": true, "headers": headers})
		}
		var now webhook.Webhook
		inga.do(put, path, object{"version": made.Webhook.Version, "name": "Stock", "url": "https://b.example/", "active": false, "headers": []object{{"name": "x-key"}}}, &now)
		if now.Active || len(now.Headers) != 1 || now.Host != "b.example" {
			h.t.Errorf("changed: %+v", now)
		}
		inga.refused(desk.Conflict, post, path+"/test", object{})
		inga.do(del, path, nil, nil)
		inga.refused(desk.NotFound, get, path+"/deliveries", nil)
	})
}
