package conversation

import (
	"context"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Timing says when a mail is sent, and for how long its conversation is out of sight then.
type Timing struct {
	SendAt desk.Time `json:"sendAt,omitempty" doc:"Send it at this time to come, at most a year ahead, instead of now. Until then the conversation is snoozed; where the customer writes before, the mail is held back"`
	Snooze desk.Time `json:"snooze,omitempty" doc:"Snooze the conversation until this time once the mail is sent"`
	// Await stands beside Snooze: there is no time that means it.
	Await  bool         `json:"await,omitempty" doc:"Snooze the conversation until somebody writes"`
	WakeOn *desk.WakeOn `json:"wakeOn,omitempty" doc:"Snooze the conversation until this happens, at the latest until snooze, or for 14 days where that is absent"`
}

// farthest is how far ahead a mail can be scheduled.
const farthest = 366 * 24 * time.Hour

// grace is how long a conversation stays out of sight after the time at which its mail is to be sent, so that it does not come up for the moment of the
// sending; where the mail could not be handed over by then, it does.
const grace = 10 * time.Minute

// check refuses what cannot be, and gives the sender the time.
func (w Timing) check(now desk.Time, from *Sender) error {
	if w.SendAt == 0 {
		return nil
	}
	if w.SendAt <= now {
		return desk.WhyDatePast.At("body.sendAt")
	}
	if w.SendAt > now.Add(farthest) {
		return desk.WhyTooFarAhead.At("body.sendAt")
	}
	from.SendAt = w.SendAt
	return nil
}

// snoozing is the change that Timing asks for once the mail is sent.
func (w Timing) snoozing() (ch Change) {
	switch {
	case w.Await:
		ch.Await = true
	case w.Snooze != 0:
		ch.SnoozedUntil, ch.WakeOn = &w.Snooze, w.WakeOn
	default:
		ch.WakeOn = w.WakeOn
	}
	return ch
}

// settle moves the conversation on: now, or when the mail is really sent.
func settle(ctx context.Context, tx *db.Tx, by desk.Actor, c *row, m *stored, then Then, w Timing) error {
	if w.SendAt == 0 {
		if err := afterAnswer(ctx, tx, by, c, then); err != nil {
			return err
		}
		return w.snoozing().snooze(ctx, tx, by, c)
	}
	if _, err := tx.Exec(ctx, `UPDATE message SET send_at = $1 WHERE id = $2`, w.SendAt, m.ID); err != nil {
		return fmt.Errorf("schedule message %s: %w", m.ID, err)
	}
	if c.Assignee == 0 && by.Agent() != 0 {
		if err := c.setAssignee(ctx, tx, by, by.Agent()); err != nil {
			return err
		}
	}
	if c.Status.Finished() {
		return nil // it is out of sight already
	}
	until := w.SendAt.Add(grace)
	return Change{SnoozedUntil: &until}.snooze(ctx, tx, by, c)
}

// leaves is what becomes of the conversation at the moment its scheduled mail is handed over: what would have become of it at once otherwise. ok is false
// where the conversation was put away meanwhile: the mail is held back then.
func (s *Service) leaves(ctx context.Context, tx *db.Tx, m read) (ok bool, _ error) {
	c, err := hold(ctx, tx, m.Conversation)
	if err != nil {
		return false, err
	}
	if c.TrashedAt != 0 || c.Spam {
		return false, holdBack(ctx, tx, c)
	}
	by := desk.ByAgent(m.Agent)
	if c.SnoozedUntil == m.SendAt.Add(grace) {
		c.SnoozedUntil = 0
	}
	if !c.Status.Finished() { // who resolved it meanwhile wanted it so
		if err := afterAnswer(ctx, tx, by, c, m.facts.Then); err != nil {
			return false, err
		}
	}
	after := m.facts.After
	if after.Snooze != 0 && after.Snooze <= tx.Now { // over while the mail waited
		after.Snooze, after.WakeOn = 0, nil
	}
	if !c.Status.Finished() {
		if err := after.snoozing().snooze(ctx, tx, by, c); err != nil {
			return false, err
		}
	}
	return true, c.save(ctx, tx)
}

// holdBack keeps scheduled mails of a conversation from being sent, since the customer wrote before they were: an agent looks first. They stay queued, for
// a time that does not come.
func holdBack(ctx context.Context, tx *db.Tx, c *row) error {
	rows, err := tx.Query(ctx, `SELECT id FROM message WHERE conversation = $1 AND send_at > 0 AND state = 'queued' ORDER BY id`, c.ID)
	ids, err := db.Rows(rows, err, scanID[desk.MessageID])
	if err != nil {
		return fmt.Errorf("scheduled mails of conversation %s: %w", c.ID, err)
	}
	for _, id := range ids {
		n, err := tx.Exec(ctx, `UPDATE delivery SET next_try_at = $1, updated_at = $2 WHERE message = $3 AND state = 'queued' AND attempts = 0`, desk.Never, tx.Now, id)
		if err != nil {
			return fmt.Errorf("hold message %s back: %w", id, err)
		}
		if n == 0 {
			continue
		}
		if err := eventlog.Append(ctx, tx, c.messageEvent(desk.System, desk.MessageHeld, id, nil)); err != nil {
			return err
		}
	}
	return nil
}

// Reschedule gives a scheduled mail that was not tried yet another time: at once where from.SendAt is now. Whoever may answer in the conversation may do so.
func (s *Service) Reschedule(ctx context.Context, tx *db.Tx, from Sender, id desk.MessageID, w Timing) (desk.Message, error) {
	m, c, err := oneMessage(ctx, tx, from.Scope, id)
	if err != nil {
		return desk.Message{}, err
	}
	if !scheduled(m) {
		return desk.Message{}, desk.WhyOnItsWay.Refuse()
	}
	if err := w.check(tx.Now, &from); err != nil {
		return desk.Message{}, err
	}
	if _, err := tx.Exec(ctx, `UPDATE delivery SET next_try_at = $1, updated_at = $2 WHERE message = $3`, from.SendAt, tx.Now, id); err != nil {
		return desk.Message{}, fmt.Errorf("reschedule message %s: %w", id, err)
	}
	// The time stays above zero: it is by this that the mail's leaving moves the conversation on.
	if _, err := tx.Exec(ctx, `UPDATE message SET send_at = $1 WHERE id = $2`, from.SendAt, id); err != nil {
		return desk.Message{}, fmt.Errorf("reschedule message %s: %w", id, err)
	}
	if w.SendAt != 0 && !c.Status.Finished() {
		until := w.SendAt.Add(grace)
		if err := (Change{SnoozedUntil: &until}).snooze(ctx, tx, from.By, c); err != nil {
			return desk.Message{}, err
		}
	} else if c.SnoozedUntil == m.SendAt.Add(grace) {
		c.SnoozedUntil = from.SendAt.Add(grace)
	}
	if err := c.save(ctx, tx); err != nil {
		return desk.Message{}, err
	}
	if err := eventlog.Append(ctx, tx, c.messageEvent(from.By, desk.MessageQueued, id, nil)); err != nil {
		return desk.Message{}, err
	}
	if err := from.Enqueue(ctx, tx, id, from.SendAt); err != nil {
		return desk.Message{}, err
	}
	return s.Message(ctx, tx, from.Scope, id)
}

// scheduled reports whether a mail waits for a time that was chosen, and was not tried yet.
func scheduled(m *read) bool {
	if m.SendAt == 0 || m.State != desk.Queued {
		return false
	}
	for _, d := range m.Deliveries {
		if d.Attempts > 0 {
			return false
		}
	}
	return true
}

// Scheduled is a mail that waits for its time, as a list shows it.
type Scheduled struct {
	Message      desk.MessageID      `json:"message"`
	Conversation desk.ConversationID `json:"conversation"`
	Number       int64               `json:"number"`
	Subject      string              `json:"subject"`
	To           []desk.NamedAddress `json:"to"`
	Preview      string              `json:"preview"`
	SendAt       desk.Time           `json:"sendAt"`
	Held         bool                `json:"held,omitempty" doc:"The customer wrote meanwhile: it is not sent until somebody says so"`
}

// mostScheduled is how many a list shows.
const mostScheduled = 200

// ListScheduled returns the agent's mails that wait for their time, the next first, at most 200. Those in conversations that he no longer sees are left out.
func (s *Service) ListScheduled(ctx context.Context, tx *db.Tx, scope desk.Scope) ([]Scheduled, error) {
	full, err := readMessages(ctx, tx, `WHERE m.agent = $1 AND m.send_at > 0 AND m.state = 'queued' ORDER BY m.send_at, m.id LIMIT $2`, scope.Agent, mostScheduled)
	if err != nil {
		return nil, err
	}
	out := []Scheduled{}
	for i := range full {
		m := &full[i]
		c, err := s.Get(ctx, tx, scope, m.Conversation)
		if desk.IsRefusal(err, desk.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, Scheduled{Message: m.ID, Conversation: c.ID, Number: c.Number, Subject: c.Subject, To: m.To, Preview: preview(m.Text), SendAt: m.SendAt, Held: m.HeldBack})
	}
	return out, nil
}
