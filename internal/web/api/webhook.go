package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/webhook"
	"tellus/internal/platform/db"
)

// webhookRoutes are other programs that rules call. Who makes rules sees what they are called; where they lead, and what went there, is for who manages the settings.
var webhookRoutes = []route{
	{"list-webhooks", get, "/webhooks", needs(desk.ManageRules), "Webhooks that rules can call, by name; their addresses are told to who manages settings alone", option{}},
	{"create-webhook", post, "/webhooks", needs(desk.ManageSettings), "Make a webhook; its secret is told once", option{creates: true}},
	{"change-webhook", put, "/webhooks/{id}", needs(desk.ManageSettings), "Replace a webhook, switch it on or off", option{}},
	{"delete-webhook", del, "/webhooks/{id}", needs(desk.ManageSettings), "Take a webhook away with its deliveries", option{}},
	{"rotate-webhook-secret", post, "/webhooks/{id}/secret", needs(desk.ManageSettings), "Make another secret, told once; for a day calls are signed with the former one too", option{}},
	{"test-webhook", post, "/webhooks/{id}/test", needs(desk.ManageSettings), "Send a call that says nothing but that it is a test", option{}},
	{"list-webhook-deliveries", get, "/webhooks/{id}/deliveries", needs(desk.ManageSettings), "Calls of the last 30 days, the latest first", option{}},
	{"resend-webhook-delivery", post, "/webhooks/{id}/deliveries/{delivery}/again", needs(desk.ManageSettings), "Send a call again, with the same id", option{}},
}

func (s *Server) registerWebhooks() {
	handle(s, "list-webhooks", s.listWebhooks)
	handle(s, "create-webhook", s.createWebhook)
	handle(s, "change-webhook", s.changeWebhook)
	handle(s, "delete-webhook", s.deleteWebhook)
	handle(s, "rotate-webhook-secret", s.rotateWebhook)
	handle(s, "test-webhook", s.testWebhook)
	handle(s, "list-webhook-deliveries", s.listWebhookDeliveries)
	handle(s, "resend-webhook-delivery", s.resendWebhook)
}

func (s *Server) listWebhooks(ctx context.Context, c *Caller, _ *none) (*reply[list[webhook.Webhook]], error) {
	return asking(ctx, s, func(tx *db.Tx) (out list[webhook.Webhook], err error) {
		out.Items, err = s.Webhooks.List(ctx, tx)
		if !c.May(desk.ManageSettings) {
			for i := range out.Items {
				out.Items[i].URL, out.Items[i].Headers = "", []string{}
			}
		}
		return out, err
	})
}

// toldWebhook is a webhook with its secret.
type toldWebhook struct {
	Webhook webhook.Webhook `json:"webhook"`
	Secret  string          `json:"secret" doc:"What calls are signed with, told this once: whsec_ and Base64"`
}

func (s *Server) createWebhook(ctx context.Context, c *Caller, in *body[webhook.Edit]) (*reply[toldWebhook], error) {
	return changing(ctx, s, func(tx *db.Tx) (out toldWebhook, err error) {
		if out.Webhook, out.Secret, err = s.Webhooks.Create(ctx, tx, c.By(), in.Body); err != nil {
			return out, err
		}
		return out, s.audit(ctx, tx, c, "webhook.created", "webhook:"+out.Webhook.ID.String(), "")
	})
}

type WebhookInput struct {
	ID desk.WebhookID `path:"id"`
}

type changeWebhookInput struct {
	WebhookInput
	Body webhook.Edit
}

func (s *Server) changeWebhook(ctx context.Context, c *Caller, in *changeWebhookInput) (*reply[webhook.Webhook], error) {
	return changing(ctx, s, func(tx *db.Tx) (webhook.Webhook, error) {
		made, err := s.Webhooks.Change(ctx, tx, c.By(), in.ID, in.Body)
		if err != nil {
			return made, err
		}
		return made, s.audit(ctx, tx, c, "webhook.updated", "webhook:"+in.ID.String(), "")
	})
}

func (s *Server) deleteWebhook(ctx context.Context, c *Caller, in *WebhookInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		if err := s.Rules.FreeOf(ctx, tx, func(a desk.Action) bool { return a.Do == desk.CallWebhook && a.Webhook == in.ID }); err != nil {
			return err
		}
		if err := s.Webhooks.Remove(ctx, tx, c.By(), in.ID); err != nil {
			return err
		}
		return s.audit(ctx, tx, c, "webhook.deleted", "webhook:"+in.ID.String(), "")
	})
}

func (s *Server) rotateWebhook(ctx context.Context, c *Caller, in *WebhookInput) (*reply[toldWebhook], error) {
	return changing(ctx, s, func(tx *db.Tx) (out toldWebhook, err error) {
		if out.Webhook, out.Secret, err = s.Webhooks.Rotate(ctx, tx, c.By(), in.ID); err != nil {
			return out, err
		}
		return out, s.audit(ctx, tx, c, "webhook.secret", "webhook:"+in.ID.String(), "")
	})
}

func (s *Server) testWebhook(ctx context.Context, _ *Caller, in *WebhookInput) (*reply[webhook.HookDelivery], error) {
	return changing(ctx, s, func(tx *db.Tx) (webhook.HookDelivery, error) { return s.Webhooks.Test(ctx, tx, in.ID) })
}

// deliveriesShown is how many calls are listed at once.
const deliveriesShown = 50

type webhookDeliveriesInput struct {
	WebhookInput
	Before desk.WebhookDeliveryID `query:"before" doc:"The last of the page before"`
}

func (s *Server) listWebhookDeliveries(ctx context.Context, _ *Caller, in *webhookDeliveriesInput) (*reply[list[webhook.HookDelivery]], error) {
	return asking(ctx, s, func(tx *db.Tx) (out list[webhook.HookDelivery], err error) {
		if _, err := s.Webhooks.Get(ctx, tx, in.ID); err != nil {
			return out, err
		}
		out.Items, err = s.Webhooks.Deliveries(ctx, tx, in.ID, in.Before, deliveriesShown)
		return out, err
	})
}

type resendInput struct {
	WebhookInput
	Delivery desk.WebhookDeliveryID `path:"delivery"`
}

func (s *Server) resendWebhook(ctx context.Context, c *Caller, in *resendInput) (*reply[webhook.HookDelivery], error) {
	return changing(ctx, s, func(tx *db.Tx) (webhook.HookDelivery, error) {
		d, err := s.Webhooks.Again(ctx, tx, in.ID, in.Delivery)
		if err != nil {
			return d, err
		}
		return d, s.audit(ctx, tx, c, "webhook.resent", "webhook:"+in.ID.String(), d.UID)
	})
}
