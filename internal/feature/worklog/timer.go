package worklog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Timer returns the timer of an agent, nil where he has none.
func (s *Service) Timer(ctx context.Context, tx *db.Tx, agent desk.AgentID) (*desk.Timer, error) {
	var t desk.Timer
	err := tx.Row(ctx, `
		SELECT t.conversation, c.number, t.since, t.seconds FROM work_timer t JOIN conversation c ON c.id = t.conversation
		WHERE t.agent = $1`, agent).Scan(&t.Conversation, &t.Number, &t.Since, &t.Seconds)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("timer of agent %s: %w", agent, err)
	}
	return &t, nil
}

// Start begins the agent's timer on a conversation, or goes on with it where it pauses there. A timer that counts another conversation is stopped, and
// what it counted is kept there.
func (s *Service) Start(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) (*desk.Timer, error) {
	c, err := s.Conversations.Get(ctx, tx, scope, id)
	if err != nil {
		return nil, err
	}
	now, err := s.held(ctx, tx, scope.Agent)
	if err != nil {
		return nil, err
	}
	if now != nil && now.Conversation != c.ID {
		if err := s.stop(ctx, tx, scope, now, ""); err != nil {
			return nil, err
		}
		now = nil
	}
	if now != nil && now.Since != 0 {
		return now, nil // it runs already
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO work_timer (agent, conversation, since, seconds) VALUES ($1, $2, $3, 0)
		ON CONFLICT (agent) DO UPDATE SET since = excluded.since`, scope.Agent, c.ID, tx.Now); err != nil {
		return nil, fmt.Errorf("start timer on conversation %s: %w", c.ID, err)
	}
	if err := told(ctx, tx, scope.Agent); err != nil {
		return nil, err
	}
	return s.Timer(ctx, tx, scope.Agent)
}

// Pause lets the agent's timer stand still.
func (s *Service) Pause(ctx context.Context, tx *db.Tx, scope desk.Scope) (*desk.Timer, error) {
	now, err := s.held(ctx, tx, scope.Agent)
	if err != nil {
		return nil, err
	}
	if now == nil {
		return nil, desk.WhyTimerNone.Refuse()
	}
	if now.Since == 0 {
		return now, nil
	}
	if _, err := tx.Exec(ctx, `UPDATE work_timer SET since = 0, seconds = $1 WHERE agent = $2`, counted(now, tx.Now), scope.Agent); err != nil {
		return nil, fmt.Errorf("pause timer: %w", err)
	}
	if err := told(ctx, tx, scope.Agent); err != nil {
		return nil, err
	}
	return s.Timer(ctx, tx, scope.Agent)
}

// Stop ends the agent's timer and keeps what it counted as an entry; dropped throws that away.
func (s *Service) Stop(ctx context.Context, tx *db.Tx, scope desk.Scope, note string, dropped bool) error {
	now, err := s.held(ctx, tx, scope.Agent)
	if err != nil {
		return err
	}
	if now == nil {
		return desk.WhyTimerNone.Refuse()
	}
	if !dropped {
		return s.stop(ctx, tx, scope, now, note)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM work_timer WHERE agent = $1`, scope.Agent); err != nil {
		return fmt.Errorf("drop timer: %w", err)
	}
	return told(ctx, tx, scope.Agent)
}

func (s *Service) stop(ctx context.Context, tx *db.Tx, scope desk.Scope, t *desk.Timer, note string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM work_timer WHERE agent = $1`, scope.Agent); err != nil {
		return fmt.Errorf("stop timer: %w", err)
	}
	if err := told(ctx, tx, scope.Agent); err != nil {
		return err
	}
	seconds := min(counted(t, tx.Now), mostSeconds) // one that was forgotten over night is corrected by hand
	if seconds < 1 {
		return nil
	}
	_, err := s.Add(ctx, tx, scope, t.Conversation, Entry{Seconds: seconds, Note: note})
	if desk.IsRefusal(err, desk.NotFound) {
		return nil // he does not see it any more: whoever took it away from him keeps the books
	}
	return err
}

// held is Timer, kept from the agent's other browsers until the transaction ends.
func (s *Service) held(ctx context.Context, tx *db.Tx, agent desk.AgentID) (*desk.Timer, error) {
	if err := tx.Lock(ctx, "agent", int64(agent)); err != nil {
		return nil, err
	}
	return s.Timer(ctx, tx, agent)
}

func counted(t *desk.Timer, now desk.Time) int64 {
	if t.Since == 0 {
		return t.Seconds
	}
	return t.Seconds + int64(now.Sub(t.Since)/time.Second)
}
