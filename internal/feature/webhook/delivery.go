package webhook

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/hook"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

// State is how far a delivery is.
type State string

const (
	Waiting State = "waiting" // it is sent, or tried again
	Taken   State = "taken"
	Failed  State = "failed" // given up; see why
)

// Why is why a delivery was not taken.
type Why string

const (
	WhyStatus      Why = "status"      // it answered, but not with success
	WhyGone        Why = "gone"        // 410: nobody is there any more
	WhyTimeout     Why = "timeout"     // it did not answer in time
	WhyForbidden   Why = "forbidden"   // the address is one of an inner network that the operator did not let through
	WhyCertificate Why = "certificate" // the connection cannot be trusted
	WhyUnreachable Why = "unreachable" // there is no such name, or no connection
	WhyOff         Why = "off"         // the webhook was switched off meanwhile
	WhyErased      Why = "erased"      // a person in it was erased before it was sent
)

// HookDelivery is a call of a webhook, as it is shown: without what was sent.
type HookDelivery struct {
	ID           desk.WebhookDeliveryID `json:"id"`
	Webhook      desk.WebhookID         `json:"webhook"`
	UID          string                 `json:"uid" doc:"Its webhook-id: the same each time that it is sent"`
	Kind         string                 `json:"kind" enum:"rule.called,webhook.test"`
	Rule         desk.RuleID            `json:"rule,omitempty"`
	Event        desk.Seq               `json:"event,omitempty"`
	Conversation desk.ConversationID    `json:"conversation,omitempty"`
	Number       int64                  `json:"number,omitempty" doc:"Of the conversation"`
	State        State                  `json:"state" enum:"waiting,taken,failed"`
	Why          Why                    `json:"why,omitempty" doc:"Why the last try was not taken"`
	Tries        int                    `json:"tries"`
	Status       int                    `json:"status,omitempty" doc:"Of the last answer"`
	Took         int64                  `json:"took,omitempty" doc:"Microseconds of the last try"`
	Answer       string                 `json:"answer,omitempty" doc:"The beginning of the last answer, 1 KB at most"`
	Erased       bool                   `json:"erased,omitempty" doc:"What was sent is not kept any more, so that it cannot be sent again"`
	TriedAt      desk.Time              `json:"triedAt,omitempty"`
	NextAt       desk.Time              `json:"nextAt,omitempty" doc:"When it is tried next"`
	CreatedAt    desk.Time              `json:"createdAt"`

	Body    string    `json:"-"`
	round   int       // tries since begunAt
	begunAt desk.Time // when it was last begun
}

// New is what is to be sent.
type New struct {
	Webhook desk.WebhookID
	Rule    desk.RuleID
	Event   desk.Seq
	Row     desk.Conversation // nothing of a test
	Message desk.MessageID    // whose text is in it
	Body    hook.Body
}

// Send is the job that sends a delivery.
type Send struct {
	Delivery desk.WebhookDeliveryID `json:"delivery"`
}

// JobKind names the job.
func (Send) JobKind() string { return "webhook.send" }

// JobQueue names its queue: receivers that hang must not hold up other work.
func (Send) JobQueue() string { return "webhook" }

// Call leaves a call to be made once tx is committed.
func (s *Service) Call(ctx context.Context, tx *db.Tx, n New) (id desk.WebhookDeliveryID, err error) {
	body, err := json.Marshal(n.Body)
	if err != nil {
		return 0, fmt.Errorf("write a call of webhook %s: %w", n.Webhook, err)
	}
	if err := tx.Row(ctx, `
		INSERT INTO webhook_delivery (webhook, uid, kind, rule, event, conversation, number, customer, message, body, state, begun_at, next_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, $11, $11) RETURNING id`,
		n.Webhook, "msg_"+strings.ToLower(rand.Text()), n.Body.Type, n.Rule, int64(n.Event), n.Row.ID, n.Row.Number, n.Row.Customer, n.Message, db.Text(string(body)), tx.Now).Scan(&id); err != nil {
		return 0, fmt.Errorf("keep a call of webhook %s: %w", n.Webhook, err)
	}
	_, err = jobs.Enqueue(ctx, tx, tx.Now, Send{id})
	return id, err
}

const selectDelivery = `SELECT id, webhook, uid, kind, rule, event, conversation, number, state, why, tries, round, status, took, answer, begun_at, tried_at, next_at, created_at, body FROM webhook_delivery`

func scanDelivery(r interface{ Scan(...any) error }, d *HookDelivery) error {
	err := r.Scan(&d.ID, &d.Webhook, &d.UID, &d.Kind, &d.Rule, &d.Event, &d.Conversation, &d.Number, &d.State, &d.Why, &d.Tries, &d.round, &d.Status, &d.Took, &d.Answer, &d.begunAt, &d.TriedAt,
		&d.NextAt, &d.CreatedAt, &d.Body)
	d.Erased = d.Body == ""
	return err
}

// Delivery returns a call, or refuses with NotFound.
func (s *Service) Delivery(ctx context.Context, tx *db.Tx, id desk.WebhookDeliveryID) (d HookDelivery, err error) {
	err = scanDelivery(tx.Row(ctx, selectDelivery+` WHERE id = $1`, id), &d)
	if errors.Is(err, sql.ErrNoRows) {
		return d, desk.Refuse(desk.NotFound, "no such delivery")
	}
	if err != nil {
		return d, fmt.Errorf("delivery %s: %w", id, err)
	}
	return d, nil
}

// Deliveries are calls of a webhook before one (0: the newest), the latest first, limit of them at most.
func (s *Service) Deliveries(ctx context.Context, tx *db.Tx, id desk.WebhookID, before desk.WebhookDeliveryID, limit int) ([]HookDelivery, error) {
	if before == 0 {
		before = desk.WebhookDeliveryID(desk.Never)
	}
	rows, err := tx.Query(ctx, selectDelivery+` WHERE webhook = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, id, before, limit)
	all, err := db.Rows(rows, err, func(r *sql.Rows, d *HookDelivery) error { return scanDelivery(r, d) })
	if err != nil {
		return nil, fmt.Errorf("deliveries of webhook %s: %w", id, err)
	}
	return append([]HookDelivery{}, all...), nil
}

// Again begins a delivery anew, with the same id. It refuses one that waits anyway, one whose content is gone, and those of a webhook that is off.
func (s *Service) Again(ctx context.Context, tx *db.Tx, of desk.WebhookID, id desk.WebhookDeliveryID) (HookDelivery, error) {
	w, err := s.hold(ctx, tx, of)
	if err != nil {
		return HookDelivery{}, err
	}
	d, err := s.Delivery(ctx, tx, id)
	if err == nil && d.Webhook != of {
		err = desk.Refuse(desk.NotFound, "no such delivery")
	}
	switch {
	case err != nil:
		return d, err
	case !w.Active:
		return d, desk.WhyWebhookOff.Refuse()
	case d.State == Waiting || d.Erased:
		return d, desk.Refuse(desk.Conflict, "it waits to be sent, or what was sent is not kept any more")
	}
	if _, err := tx.Exec(ctx, `UPDATE webhook_delivery SET state = 'waiting', why = '', round = 0, begun_at = $2, next_at = $2 WHERE id = $1`, id, tx.Now); err != nil {
		return d, fmt.Errorf("send delivery %s again: %w", id, err)
	}
	if _, err := jobs.Enqueue(ctx, tx, tx.Now, Send{id}); err != nil {
		return d, err
	}
	return s.Delivery(ctx, tx, id)
}

// Test leaves a call to be made that says nothing but that it is one.
func (s *Service) Test(ctx context.Context, tx *db.Tx, id desk.WebhookID) (HookDelivery, error) {
	w, err := s.Get(ctx, tx, id)
	if err != nil {
		return HookDelivery{}, err
	}
	if !w.Active {
		return HookDelivery{}, desk.WhyWebhookOff.Refuse()
	}
	made, err := s.Call(ctx, tx, New{Webhook: id, Body: hook.Body{Type: hook.Test, Timestamp: tx.Now.Time()}})
	if err != nil {
		return HookDelivery{}, err
	}
	return s.Delivery(ctx, tx, made)
}

// Try is how a try went.
type Try struct {
	Status int // 0 where nothing answered
	Why    Why // '' where it was taken
	Took   time.Duration
	Answer string
	Asked  time.Duration // for how long the receiver wants to be left alone
	Chance float64       // from 0 to 1, spreads what is tried again
}

// Tried notes a try, and what follows: next is when it is tried again, 0 where it is not; off says that the webhook was switched off by it, and why.
func (s *Service) Tried(ctx context.Context, tx *db.Tx, id desk.WebhookDeliveryID, t Try) (next desk.Time, off string, err error) {
	d, err := s.Delivery(ctx, tx, id)
	if err != nil {
		return 0, "", err
	}
	w, err := s.hold(ctx, tx, d.Webhook)
	if err != nil {
		return 0, "", err
	}
	if d, err = s.Delivery(ctx, tx, id); err != nil || d.State != Waiting { // somebody erased it meanwhile
		return 0, "", err
	}
	d.round++
	outcome := hook.Judge(t.Status)
	state := Failed
	switch {
	case outcome == hook.Taken:
		state, t.Why = Taken, ""
	case outcome == hook.Gone || t.Why == WhyForbidden || d.Erased || !w.Active:
	default:
		if at, ok := hook.Next(d.round, d.begunAt.Time(), tx.Now.Time(), t.Asked, t.Chance); ok {
			state, next = Waiting, desk.At(at)
		}
	}
	if d.Erased {
		t.Answer = "" // it may repeat what was sent
	}
	if _, err := tx.Exec(ctx, `
		UPDATE webhook_delivery SET state = $2, why = $3, tries = tries + 1, round = $4, status = $5, took = $6, answer = $7, tried_at = $8, next_at = $9 WHERE id = $1`,
		id, state, t.Why, d.round, t.Status, t.Took.Microseconds(), db.Text(t.Answer), tx.Now, next); err != nil {
		return 0, "", fmt.Errorf("note a try of delivery %s: %w", id, err)
	}
	off, err = s.fares(ctx, tx, w, outcome)
	return next, off, err
}

// fares notes of a webhook how its calls fare, and switches it off where nobody is there or it only fails.
func (s *Service) fares(ctx context.Context, tx *db.Tx, w Webhook, outcome hook.Outcome) (off string, err error) {
	since := w.FailingSince
	if since == 0 {
		since = tx.Now
	}
	switch {
	case outcome == hook.Taken:
		_, err = tx.Exec(ctx, `UPDATE webhook SET failing_since = 0, taken_at = $2 WHERE id = $1`, w.ID, tx.Now)
	case outcome == hook.Gone && w.Active:
		off = "gone"
	case hook.Hopeless(since.Time(), tx.Now.Time()) && w.Active:
		off = "failing"
	default:
		_, err = tx.Exec(ctx, `UPDATE webhook SET failing_since = $2 WHERE id = $1`, w.ID, since)
	}
	if off != "" {
		if _, err = tx.Exec(ctx, `UPDATE webhook SET active = $4, off_why = $2, off_at = $3, failing_since = $5, version = version + 1 WHERE id = $1`, w.ID, off, tx.Now, false, since); err == nil {
			err = tell(ctx, tx, desk.System, w.ID)
		}
	}
	if err != nil {
		return "", fmt.Errorf("note how webhook %s fares: %w", w.ID, err)
	}
	return off, nil
}

// GiveUp ends a delivery that cannot be sent.
func (s *Service) GiveUp(ctx context.Context, tx *db.Tx, id desk.WebhookDeliveryID, why Why) error {
	if _, err := tx.Exec(ctx, `UPDATE webhook_delivery SET state = 'failed', why = $2, next_at = 0 WHERE id = $1 AND state = 'waiting'`, id, why); err != nil {
		return fmt.Errorf("give up delivery %s: %w", id, err)
	}
	return nil
}

// Drop forgets at most limit deliveries that are older than 30 days; it returns how many.
func (s *Service) Drop(ctx context.Context, tx *db.Tx, limit int) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM webhook_delivery WHERE id IN (SELECT id FROM webhook_delivery WHERE created_at < $1 AND state <> 'waiting' ORDER BY created_at LIMIT $2)`, tx.Now.Add(-kept), limit)
	if err != nil {
		return 0, fmt.Errorf("drop old deliveries: %w", err)
	}
	return int(n), nil
}

// RuleName is what a rule is called, for those who are told of it.
func (s *Service) RuleName(ctx context.Context, tx *db.Tx, id desk.RuleID) (name string, err error) {
	err = tx.Row(ctx, `SELECT name FROM rule WHERE id = $1`, id).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("name of rule %s: %w", id, err)
	}
	return name, nil
}
