package act

import (
	"context"
	"strconv"

	"tellus/internal/desk"
	"tellus/internal/engine/hook"
	"tellus/internal/feature/webhook"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// callable reports whether the webhook of an action is there and switched on.
func (h *Hands) callable(ctx context.Context, tx *db.Tx, a desk.Action) (bool, error) {
	w, err := h.Webhooks.Get(ctx, tx, a.Webhook)
	if desk.IsRefusal(err, desk.NotFound) {
		return false, nil
	}
	return w.Active, err
}

// call leaves the webhooks among a rule's actions to be called, with the conversation as it is after everything else that the rule did. Nothing is sent before the transaction is committed.
func (h *Hands) call(ctx context.Context, tx *db.Tx, by desk.RuleID, row desk.Conversation, actions []desk.Action) error {
	var body *hook.Body
	var said desk.MessageID
	for _, a := range actions {
		if a.Do != desk.CallWebhook {
			continue
		}
		on, err := h.callable(ctx, tx, a)
		if err != nil {
			return err
		}
		if !on {
			continue
		}
		if body == nil {
			if body, said, err = h.body(ctx, tx, by, row); err != nil {
				return err
			}
		}
		if _, err := h.Webhooks.Call(ctx, tx, webhook.New{Webhook: a.Webhook, Rule: by, Event: eventlog.Cause(tx), Row: row, Message: said, Body: *body}); err != nil {
			return err
		}
	}
	return nil
}

// body is what webhooks are told, and whose text is in it.
func (h *Hands) body(ctx context.Context, tx *db.Tx, by desk.RuleID, row desk.Conversation) (*hook.Body, desk.MessageID, error) {
	name, err := h.Webhooks.RuleName(ctx, tx, by)
	if err != nil {
		return nil, 0, err
	}
	e, err := eventlog.One(ctx, tx, eventlog.Cause(tx))
	if err != nil {
		return nil, 0, err
	}
	kind := string(e.Kind)
	if e.Kind == desk.RuleDue {
		kind = "time.passed"
	}
	c := hook.Conversation{ID: int64(row.ID), Number: row.Number, Subject: row.Subject, Status: string(row.Status), Priority: priorities[row.Priority], Tags: []string{},
		Customer: hook.Customer{ID: int64(row.Customer), Name: row.CustomerName, Address: row.Address}, Link: h.URL() + "/app/view/all/" + strconv.FormatInt(row.Number, 10)}
	if err := h.places(ctx, tx, row, &c); err != nil {
		return nil, 0, err
	}
	m, err := h.Conversations.LastSaid(ctx, tx, row.ID)
	if err != nil {
		return nil, 0, err
	}
	if m.ID != 0 {
		text, cut := hook.Cut(m.Text)
		c.LastMessage = &hook.Message{ID: int64(m.ID), Kind: string(m.Kind), At: m.At.Time(), Text: text, Cut: cut}
	}
	at := tx.Now.Time()
	data := hook.Data{Rule: &hook.Named{ID: int64(by), Name: name}, Conversation: &c}
	if e.Seq != 0 {
		at = e.At.Time()
		data.Event = &hook.Event{Kind: kind, ID: int64(e.Seq), At: e.At.Time()}
	}
	return &hook.Body{Type: hook.ByRule, Timestamp: at, Data: data}, m.ID, nil
}

// places fills in what a conversation's inbox, team, agent and tags are called.
func (h *Hands) places(ctx context.Context, tx *db.Tx, row desk.Conversation, c *hook.Conversation) error {
	house, err := h.Inboxes.House(ctx, tx)
	if err != nil {
		return err
	}
	c.Inbox = hook.Named{ID: int64(row.Inbox)}
	if box, ok := house.Inbox(row.Inbox); ok {
		c.Inbox.Name = box.Name
	}
	if row.Team != 0 {
		teams, err := h.Staff.Teams(ctx, tx)
		if err != nil {
			return err
		}
		for _, t := range teams {
			if t.ID == row.Team {
				c.Team = &hook.Named{ID: int64(t.ID), Name: t.Name}
			}
		}
	}
	if row.Assignee != 0 {
		who, err := h.Staff.Agent(ctx, tx, row.Assignee)
		if err != nil {
			return err
		}
		c.Assignee = &hook.Named{ID: int64(who.ID), Name: who.Name}
	}
	if len(row.Tags) == 0 {
		return nil
	}
	tags, err := h.Conversations.Tags(ctx, tx)
	if err != nil {
		return err
	}
	names := map[desk.TagID]string{}
	for _, t := range tags {
		names[t.ID] = t.Name
	}
	for _, id := range row.Tags {
		c.Tags = append(c.Tags, names[id])
	}
	return nil
}

var priorities = map[desk.Priority]string{desk.Low: "low", desk.Normal: "normal", desk.High: "high", desk.Urgent: "urgent"}
