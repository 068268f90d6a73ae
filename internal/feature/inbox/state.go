package inbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// State returns what an inbox's connection wrote down; nil where nothing was.
func (s *Service) State(ctx context.Context, tx *db.Tx, id desk.InboxID) ([]byte, error) {
	var state []byte
	err := tx.Row(ctx, `SELECT state FROM inbox_state WHERE inbox = $1`, id).Scan(&state)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("state of inbox %s: %w", id, err)
	}
	return state, nil
}

// SaveState keeps what an inbox's connection must remember.
func (s *Service) SaveState(ctx context.Context, tx *db.Tx, id desk.InboxID, state []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO inbox_state (inbox, state, updated_at)
		VALUES ($1, $2, $3)
		ON CONFLICT (inbox) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at`, id, state, tx.Now)
	if err != nil {
		return fmt.Errorf("save state of inbox %s: %w", id, err)
	}
	return nil
}

// SaveHealth keeps how an inbox's connection fares.
func (s *Service) SaveHealth(ctx context.Context, tx *db.Tx, h desk.Health) error {
	text, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("health of inbox %s: %w", h.Inbox, err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO inbox_state (inbox, health, updated_at)
		SELECT id, $2, $3 FROM inbox WHERE id = $1
		ON CONFLICT (inbox) DO UPDATE SET health = excluded.health, updated_at = excluded.updated_at`, h.Inbox, db.Text(string(text)), tx.Now)
	if err != nil {
		return fmt.Errorf("save health of inbox %s: %w", h.Inbox, err)
	}
	return nil
}

// Health returns how each inbox fares: what its connection reported, with what waits in the house.
func (s *Service) Health(ctx context.Context, tx *db.Tx) ([]desk.Health, error) {
	receiving, err := s.Receiving(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		SELECT i.id, i.active, i.receive, COALESCE(s.health, '{}'),
			(SELECT count(*) FROM arrival a WHERE a.state = 'kept' AND a.inbox = i.id),
			(SELECT count(*) FROM message m WHERE m.state IN ('queued', 'sending') AND m.inbox = i.id)
		FROM inbox i
		LEFT JOIN inbox_state s ON s.inbox = i.id
		ORDER BY i.name_key, i.id`)
	list, err := db.Rows(rows, err, func(r *sql.Rows, h *desk.Health) error {
		var id desk.InboxID
		var active bool
		var receive, text string
		var backlog, waiting int
		if err := r.Scan(&id, &active, &receive, &text, &backlog, &waiting); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), h); err != nil {
			return fmt.Errorf("health of inbox %s: %w", id, err)
		}
		h.Inbox, h.Waiting = id, waiting
		h.Backlog += backlog
		if h.Outgoing == "" {
			h.Outgoing = "off"
		}
		if !active || h.State == "" {
			h.State = "off"
			return nil
		}
		return receivesBy(receive, receiving, h)
	})
	if err != nil {
		return nil, fmt.Errorf("health of inboxes: %w", err)
	}
	if list == nil {
		list = []desk.Health{}
	}
	return list, nil
}

// receivesBy has an inbox without a mailbox of its own fare as the mail receiver does, where it has its mail from there.
func receivesBy(settings string, receiving desk.Problem, h *desk.Health) error {
	var by desk.Receive
	if err := json.Unmarshal([]byte(settings), &by); err != nil {
		return fmt.Errorf("how inbox %s receives: %w", h.Inbox, err)
	}
	if by.Method != "smtp" {
		return nil
	}
	h.State, h.Problem = "ok", receiving
	if receiving.Code != "" {
		h.State = "failing"
	}
	return nil
}

// HealthOf returns how one inbox's connection fares, as it last reported.
func (s *Service) HealthOf(ctx context.Context, tx *db.Tx, id desk.InboxID) (desk.Health, error) {
	h := desk.Health{Inbox: id}
	var text string
	err := tx.Row(ctx, `SELECT health FROM inbox_state WHERE inbox = $1`, id).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return h, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &h)
	}
	if err != nil {
		return h, fmt.Errorf("health of inbox %s: %w", id, err)
	}
	h.Inbox = id
	return h, nil
}
