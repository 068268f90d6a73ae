package conversation

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/wake"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

// wakesAfter is when a conversation that waits for an event comes back at the latest, where nobody said when.
const wakesAfter = 14 * 24 * time.Hour

// snoozed is what an event says of a snooze, and of its end.
func snoozed(until desk.Time, on desk.WakeOn) map[string]any {
	data := map[string]any{}
	if until != 0 {
		data["until"] = until
	}
	if until >= desk.Never {
		data["until"] = nil
	}
	if on.Event != "" {
		data["on"] = on.Event
	}
	if on.Number != 0 {
		data["number"] = on.Number
	}
	return data
}

// waitFor checks what a conversation is to wait for, and completes it.
func (c *row) waitFor(ctx context.Context, tx *db.Tx, by desk.Actor, on desk.WakeOn) (desk.WakeOn, error) {
	on.By, on.Since, on.Number = by.Agent(), tx.Now, 0
	switch on.Event {
	case desk.WhenResolved, desk.WhenAnswered:
		on.Purchase = 0
	case desk.WhenPurchase:
		on.Conversation = 0
	default:
		return desk.WakeOn{Event: on.Event, By: on.By, Since: on.Since}, nil
	}
	if on.Conversation == 0 {
		return on, nil
	}
	kinds, err := linkedAs(ctx, tx, c.ID, on.Conversation)
	if err != nil {
		return on, err
	}
	beside := slices.Contains(kinds, LinkSide) || slices.Contains(kinds, LinkForward)
	if len(kinds) == 0 || on.Event == desk.WhenAnswered && !beside {
		return on, desk.WhyNotLinked.At("body.wakeOn.conversation")
	}
	if on.Event == desk.WhenResolved {
		over, err := isOver(ctx, tx, on.Conversation)
		if err != nil {
			return on, err
		}
		if over {
			return on, desk.WhyOverAlready.At("body.wakeOn.conversation")
		}
	}
	if err := tx.Row(ctx, `SELECT number FROM conversation WHERE id = $1`, on.Conversation).Scan(&on.Number); err != nil {
		return on, fmt.Errorf("number of conversation %s: %w", on.Conversation, err)
	}
	return on, nil
}

// linkedAs are the kinds of links between two conversations, as the first one sees the other, with all that was merged into both.
func linkedAs(ctx context.Context, tx *db.Tx, id, other desk.ConversationID) ([]LinkKind, error) {
	here, err := family(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	lives, err := livesIn(ctx, tx, other)
	if err != nil {
		return nil, err
	}
	there, err := family(ctx, tx, lives)
	if err != nil {
		return nil, err
	}
	a, b := db.In(len(here), 1), db.In(len(there), 1+len(here))
	type end struct {
		from desk.ConversationID
		kind LinkKind
	}
	rows, err := tx.Query(ctx, `
		SELECT from_conversation, kind FROM conversation_link
		WHERE from_conversation IN `+a+` AND to_conversation IN `+b+` OR from_conversation IN `+b+` AND to_conversation IN `+a,
		append(db.Args(here), db.Args(there)...)...)
	ends, err := db.Rows(rows, err, func(r *sql.Rows, e *end) error { return r.Scan(&e.from, &e.kind) })
	if err != nil {
		return nil, fmt.Errorf("links between conversations %s and %s: %w", id, other, err)
	}
	var kinds []LinkKind
	for _, e := range ends {
		if slices.Contains(here, e.from) {
			kinds = append(kinds, e.kind)
			continue
		}
		kinds = append(kinds, back[e.kind])
	}
	return kinds, nil
}

// isOver reports whether nothing more is to be done in a conversation, wherever it lives: it is finished or put away, or there is none.
func isOver(ctx context.Context, tx *db.Tx, id desk.ConversationID) (bool, error) {
	id, err := livesIn(ctx, tx, id)
	if err != nil {
		return false, err
	}
	var status desk.Status
	var spam bool
	var trashed desk.Time
	found, err := oneOf(tx.Row(ctx, `SELECT status, spam, trashed_at FROM conversation WHERE id = $1`, id).Scan(&status, &spam, &trashed))
	if err != nil {
		return false, fmt.Errorf("does conversation %s go on: %w", id, err)
	}
	return !found || status.Finished() || spam || trashed != 0, nil
}

// resnooze has a conversation that gets a former snooze back wake in time: at once where what it waits for has come meanwhile.
func (c *row) resnooze(ctx context.Context, tx *db.Tx) error {
	if c.SnoozedUntil == 0 {
		return nil
	}
	if c.WakeOn.Event == desk.WhenResolved && c.WakeOn.Conversation != 0 {
		over, err := isOver(ctx, tx, c.WakeOn.Conversation)
		if err != nil {
			return err
		}
		if over {
			c.SnoozedUntil = min(c.SnoozedUntil, tx.Now)
		}
	}
	_, err := jobs.Enqueue(ctx, tx, max(c.SnoozedUntil, tx.Now), WakeUp{})
	return err
}

// Waited are the kinds of events that conversations wait for now.
func (s *Service) Waited(ctx context.Context, tx *db.Tx) (map[desk.WakeEvent]bool, error) {
	waited := map[desk.WakeEvent]bool{}
	for _, on := range desk.WakeEvents {
		var any bool
		if err := tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM conversation WHERE wake_on = $1 AND wake_on <> '')`, on).Scan(&any); err != nil {
			return nil, fmt.Errorf("does anything wait: %w", err)
		}
		waited[on] = any
	}
	return waited, nil
}

// WakeOn ends the snoozes that an event ends. partners are conversations that are linked with its purchase; other links are looked up here. customer is whose purchase it is.
func (s *Service) WakeOn(ctx context.Context, tx *db.Tx, e desk.Event, side desk.ConversationID, partners []desk.ConversationID, customer desk.CustomerID) error {
	f, err := factOf(ctx, tx, e, side)
	if err != nil {
		return err
	}
	f.Customer, f.Partners = customer, append(f.Partners, partners...)
	waiting, err := waitingFor(ctx, tx, f)
	if err != nil {
		return err
	}
	for _, id := range waiting {
		c, err := hold(ctx, tx, id)
		if desk.IsRefusal(err, desk.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if c.ID != id || c.SnoozedUntil == 0 || !wake.Ends(wake.Waiting{ID: c.ID, Customer: c.Customer, For: c.WakeOn}, f) {
			continue
		}
		told := c.event(desk.System, desk.Woken, snoozed(0, c.WakeOn))
		told.Cause = e.Seq
		c.SnoozedUntil = 0
		if err := c.save(ctx, tx); err != nil {
			return err
		}
		if err := eventlog.Append(ctx, tx, told); err != nil {
			return err
		}
	}
	return nil
}

// factOf looks up what is around an event.
func factOf(ctx context.Context, tx *db.Tx, e desk.Event, side desk.ConversationID) (f wake.Fact, err error) {
	f = wake.Fact{Kind: e.Kind, At: e.At, By: e.By}
	on := e.Conversation
	switch wake.Awaits(e.Kind) {
	case desk.WhenPurchase:
		f.Purchase = desk.PurchaseID(e.Subject)
		return f, nil
	case desk.WhenAnswered:
		lives, err := livesIn(ctx, tx, e.Conversation)
		if err != nil {
			return f, err
		}
		f.Partners, on = append(f.Partners, lives), side
	}
	if on, err = livesIn(ctx, tx, on); err != nil {
		return f, err
	}
	if f.Conversations, err = family(ctx, tx, on); err != nil || wake.Awaits(e.Kind) != desk.WhenResolved {
		return f, err
	}
	if f.Finished, err = isOver(ctx, tx, on); err != nil {
		return f, err
	}
	in := db.In(len(f.Conversations), 1)
	rows, err := tx.Query(ctx, `
		SELECT CASE WHEN from_conversation IN `+in+` THEN to_conversation ELSE from_conversation END
		FROM conversation_link WHERE from_conversation IN `+in+` OR to_conversation IN `+in, db.Args(f.Conversations)...)
	linked, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return f, fmt.Errorf("links of conversation %s: %w", on, err)
	}
	for _, id := range linked {
		if id, err = livesIn(ctx, tx, id); err != nil {
			return f, err
		}
		f.Partners = append(f.Partners, id)
	}
	return f, nil
}

// waitingFor are the conversations that may wait for a fact, in the order in which they are held.
func waitingFor(ctx context.Context, tx *db.Tx, f wake.Fact) ([]desk.ConversationID, error) {
	targets := slices.Clone(f.Conversations)
	if f.Purchase != 0 {
		targets = []desk.ConversationID{desk.ConversationID(f.Purchase)}
	}
	here := sorted(slices.Concat(f.Conversations, f.Partners)...)
	if len(here) == 0 {
		here = []desk.ConversationID{0}
	}
	args := append([]any{wake.Awaits(f.Kind), f.Customer}, db.Args(targets)...)
	rows, err := tx.Query(ctx, `
		SELECT id FROM conversation
		WHERE wake_on = $1 AND wake_on <> '' AND shelf <> 5
			AND (customer = $2 OR wake_for IN `+db.In(len(targets), 3)+` OR id IN `+db.In(len(here), 3+len(targets))+`)
		ORDER BY id`, append(args, db.Args(here)...)...)
	list, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return nil, fmt.Errorf("find who waits for %s: %w", f.Kind, err)
	}
	return list, nil
}
