// Package privacy owns what is owed to people whose data lie here: legal holds, and the log of exports and erasures. It never reads what they hold.
package privacy

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Service is the feature. Its zero value is ready.
type Service struct{}

// NewHold says what is kept, and why: a customer or a conversation.
type NewHold struct {
	Customer     desk.CustomerID     `json:"customer,omitempty" doc:"All that is held on him, or one conversation"`
	Conversation desk.ConversationID `json:"conversation,omitempty"`
	Reason       string              `json:"reason" minLength:"1" maxLength:"500" doc:"Such as the claim and who brings it"`
}

const selectHold = `SELECT h.id, COALESCE(h.customer, 0), COALESCE(h.conversation, 0), h.reason, h.agent, h.created_at, h.ended_at, h.ended_by FROM legal_hold h`

func scanHold(r *sql.Rows, h *desk.Hold) error {
	return r.Scan(&h.ID, &h.Customer, &h.Conversation, &h.Reason, &h.Agent, &h.CreatedAt, &h.EndedAt, &h.EndedBy)
}

// SetHold keeps a customer or a conversation from erasure until the hold is ended. That there is such a one is the caller's affair.
func (s *Service) SetHold(ctx context.Context, tx *db.Tx, by desk.AgentID, in NewHold) (desk.Hold, error) {
	h := desk.Hold{Customer: in.Customer, Conversation: in.Conversation, Reason: strings.TrimSpace(db.Text(in.Reason)), Agent: by, CreatedAt: tx.Now}
	if h.Reason == "" {
		return h, desk.WhyNeeded.At("body.reason")
	}
	if (h.Customer == 0) == (h.Conversation == 0) {
		return h, desk.RefuseField(desk.Invalid, "body.customer", "a customer or a conversation")
	}
	err := tx.Row(ctx, `INSERT INTO legal_hold (customer, conversation, reason, agent, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		nullID(h.Customer), nullID(h.Conversation), h.Reason, by, tx.Now).Scan(&h.ID)
	if err != nil {
		return h, fmt.Errorf("set a hold: %w", err)
	}
	return h, tellHold(ctx, tx, by, h)
}

// EndHold lets go. A hold that was ended before stays as it is.
func (s *Service) EndHold(ctx context.Context, tx *db.Tx, by desk.AgentID, id desk.HoldID) (desk.Hold, error) {
	if _, err := tx.Exec(ctx, `UPDATE legal_hold SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at = 0`, id, tx.Now, by); err != nil {
		return desk.Hold{}, fmt.Errorf("end hold %s: %w", id, err)
	}
	list, err := holds(ctx, tx, ` WHERE h.id = $1`, id)
	if err != nil {
		return desk.Hold{}, err
	}
	if len(list) == 0 {
		return desk.Hold{}, desk.Refuse(desk.NotFound, "no hold %s", id)
	}
	return list[0], tellHold(ctx, tx, by, list[0])
}

func tellHold(ctx context.Context, tx *db.Tx, by desk.AgentID, h desk.Hold) error {
	data, err := json.Marshal(map[string]any{"customer": h.Customer, "conversation": h.Conversation, "held": h.EndedAt == 0})
	if err != nil {
		return fmt.Errorf("tell of hold %s: %w", h.ID, err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.ByAgent(by), Kind: desk.HoldChanged, SubjectKind: desk.AboutHold, Subject: int64(h.ID), Data: data})
}

func holds(ctx context.Context, tx *db.Tx, rest string, args ...any) ([]desk.Hold, error) {
	rows, err := tx.Query(ctx, selectHold+rest, args...)
	list, err := db.Rows(rows, err, scanHold)
	if err != nil {
		return nil, fmt.Errorf("legal holds: %w", err)
	}
	if list == nil {
		list = []desk.Hold{}
	}
	return list, nil
}

// Holds are those that stand, or those that were ended, the latest first.
func (s *Service) Holds(ctx context.Context, tx *db.Tx, ended bool, before desk.HoldID, limit int) ([]desk.Hold, error) {
	if before <= 0 {
		before = 1 << 53
	}
	state := `h.ended_at = 0`
	if ended {
		state = `h.ended_at > 0`
	}
	return holds(ctx, tx, ` WHERE `+state+` AND h.id < $1 ORDER BY h.id DESC LIMIT $2`, before, limit)
}

// HoldsOn are the holds that keep a customer's data: on him, and on conversations with him.
func (s *Service) HoldsOn(ctx context.Context, tx *db.Tx, id desk.CustomerID) ([]desk.Hold, error) {
	return holds(ctx, tx, `
		WHERE h.ended_at = 0 AND (h.customer = $1 OR h.conversation IN (SELECT c.id FROM conversation c WHERE c.customer = $1)
			OR h.conversation IN (SELECT p.conversation FROM participant p WHERE p.customer = $1)
			OR h.conversation IN (SELECT m.conversation FROM message m WHERE m.customer = $1))
		ORDER BY h.id`, id)
}

// Held refuses with the reason where a hold keeps a customer (0 for none) or a conversation (0 for none).
func (s *Service) Held(ctx context.Context, tx *db.Tx, customer desk.CustomerID, id desk.ConversationID) error {
	var reason string
	err := tx.Row(ctx, `SELECT reason FROM legal_hold WHERE ended_at = 0 AND (customer = $1 OR conversation = $2) ORDER BY id LIMIT 1`, customer, id).Scan(&reason)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("is there a hold: %w", err)
	}
	return desk.WhyHeld.Refuse(reason)
}

func nullID[T ~int64](id T) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}
