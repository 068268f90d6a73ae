// Package wake brings conversations back that were snoozed until something happens. It follows the event log with a cursor of its own, so that it does not matter who made
// it happen: an agent, a mail, a shop, bulk work. What ends a snooze is said by engine/wake.
package wake

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/wake"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/purchase"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Wake is the flow.
type Wake struct {
	Conversations *conversation.Service
	Purchases     *purchase.Service
}

// Run follows the log until ctx ends.
func (w *Wake) Run(ctx context.Context, events *eventlog.Log) error {
	return events.Run(ctx, eventlog.Consumer{Name: "wake", Handle: w.Take, Batch: 500, Pause: 100 * time.Millisecond, FromNow: true})
}

// data is what events say that matters here.
type data struct {
	Side     desk.ConversationID `json:"side"`
	Customer desk.CustomerID     `json:"customer"`
	To       json.RawMessage     `json:"to"`
}

// Take ends the snoozes that events end: the handler of the consumer.
func (w *Wake) Take(ctx context.Context, tx *db.Tx, events []desk.Event) error {
	var waited map[desk.WakeEvent]bool
	for _, e := range events {
		if !wake.Tells(e.Kind) {
			continue
		}
		if waited == nil {
			var err error
			if waited, err = w.Conversations.Waited(ctx, tx); err != nil {
				return err
			}
		}
		if !waited[wake.Awaits(e.Kind)] {
			continue
		}
		var d data
		if len(e.Data) > 0 {
			if err := json.Unmarshal(e.Data, &d); err != nil {
				return fmt.Errorf("data of event %d: %w", e.Seq, err)
			}
		}
		var linked []desk.ConversationID
		if e.Kind == desk.PurchaseUpdated {
			if len(d.To) == 0 {
				continue // it is what it was: somebody linked it, or mended a line
			}
			var err error
			if linked, err = w.Purchases.LinkedWith(ctx, tx, desk.PurchaseID(e.Subject)); err != nil {
				return err
			}
		}
		if err := w.Conversations.WakeOn(ctx, tx, e, d.Side, linked, d.Customer); err != nil {
			return fmt.Errorf("wake by event %d: %w", e.Seq, err)
		}
	}
	return nil
}
