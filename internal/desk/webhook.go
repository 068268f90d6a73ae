package desk

import "strconv"

// WebhookID names an address of another program that rules call.
type WebhookID int64

func (id WebhookID) String() string { return strconv.FormatInt(int64(id), 10) }

// WebhookDeliveryID names a call of a webhook.
type WebhookDeliveryID int64

func (id WebhookDeliveryID) String() string { return strconv.FormatInt(int64(id), 10) }

// Facts about webhooks.
const (
	WebhookUpdated EventKind = "webhook.updated"

	AboutWebhook SubjectKind = "webhook"
)
