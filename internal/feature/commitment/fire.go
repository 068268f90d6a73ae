package commitment

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Next is when something is next to be told of a commitment. desk.Never where nothing is to come.
func (s *Service) Next(ctx context.Context, tx *db.Tx) (at desk.Time, err error) {
	if err := tx.Row(ctx, `SELECT COALESCE(MIN(next_at), $1) FROM commitment WHERE next_at < 9007199254740991`, desk.Never).Scan(&at); err != nil {
		return 0, fmt.Errorf("when commitments come due: %w", err)
	}
	return at, nil
}

// Fire tells of commitments that have come close or whose time has passed, at most limit of them, what was due first before the rest, and returns the steps of policies that are to
// be taken now, noted as taken and told of: the caller takes them in the same transaction. Several nodes may call it at once: who comes second finds nothing left to tell.
func (s *Service) Fire(ctx context.Context, tx *db.Tx, limit int) ([]conversation.Escalated, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM commitment WHERE next_at <= $1 ORDER BY next_at, id LIMIT $2`, tx.Now, limit)
	ids, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.CommitmentID) error { return r.Scan(id) })
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, err = tx.Query(ctx, `SELECT `+columns+` FROM commitment WHERE next_at <= $1 AND id IN `+db.In(len(ids), 2)+` ORDER BY id FOR UPDATE`, db.Args(ids, any(tx.Now))...)
	found, err := db.Rows(rows, err, func(r *sql.Rows, c *Commitment) error { return scan(r, tx.Now, c) })
	if err != nil {
		return nil, fmt.Errorf("commitments that are due: %w", err)
	}
	var events []*desk.Event
	var steps []conversation.Escalated
	for i := range found {
		told, due, err := s.fire(ctx, tx, &found[i])
		if err != nil {
			return nil, err
		}
		events, steps = append(events, told...), append(steps, due...)
	}
	return steps, eventlog.Append(ctx, tx, events...)
}

func (s *Service) fire(ctx context.Context, tx *db.Tx, c *Commitment) (events []*desk.Event, steps []conversation.Escalated, err error) {
	home, team, err := s.Conversations.Home(ctx, tx, c.Conversation)
	if err != nil {
		return nil, nil, err
	}
	if c.standing.Next() <= tx.Now {
		kind := desk.ClockWarned
		if tx.Now >= c.standing.Due {
			kind = desk.ClockBreached
			c.standing.Broken, c.team = tx.Now, team
		} else {
			c.standing.Warned = tx.Now
		}
		events = append(events, event(home, c.Message, desk.System, kind, map[string]any{"kind": desk.OwedCommitment, "commitment": c.ID, "due": c.Due, "agent": c.Agent, "by": c.MadeBy}))
	}
	p, err := s.Conversations.PolicyOf(ctx, tx, c.Conversation)
	if err != nil {
		return nil, nil, err
	}
	clock := deadline.Personal(c.MadeAt, c.standing.Due, c.steps, p)
	for _, e := range clock.Escalate(p, tx.Now) {
		told := event(home, c.Message, desk.System, desk.ClockEscalated,
			map[string]any{"kind": e.Kind, "policy": e.Policy, "step": e.Step, "nth": e.Nth, "minutes": e.Minutes(), "due": e.Due, "commitment": c.ID})
		events = append(events, told)
		steps = append(steps, conversation.Escalated{Escalation: e, Conversation: home, Event: told})
	}
	c.steps, c.stepAt = clock.Steps, clock.StepAt
	taken := []byte("[]")
	if len(c.steps) > 0 {
		if taken, err = json.Marshal(c.steps); err != nil {
			return nil, nil, fmt.Errorf("steps of commitment %s: %w", c.ID, err)
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE commitment SET warned_at = $2, broken_at = $3, team = $4, next_at = $5, steps = $6, step_at = $7 WHERE id = $1`,
		c.ID, c.standing.Warned, c.standing.Broken, c.team, c.next(), string(taken), c.stepAt); err != nil {
		return nil, nil, fmt.Errorf("tell of commitment %s: %w", c.ID, err)
	}
	return events, steps, nil
}

// mostPlanned is how many open commitments are brought up to changed policies; so many are never open but by a fault.
const mostPlanned = 20_000

// Replan works out anew when steps are to be taken, after policies changed.
func (s *Service) Replan(ctx context.Context, tx *db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM commitment WHERE kept_at = 0 AND dropped_at = 0 ORDER BY due_at, id LIMIT $1`, mostPlanned)
	found, err := db.Rows(rows, err, func(r *sql.Rows, c *Commitment) error { return scan(r, tx.Now, c) })
	if err != nil {
		return fmt.Errorf("open commitments: %w", err)
	}
	for i := range found {
		c := &found[i]
		before := c.stepAt
		if err := tx.Lock(ctx, "commitment", int64(c.ID)); err != nil { // as everybody does, before its conversation
			return err
		}
		if err := s.plan(ctx, tx, c); err != nil {
			return err
		}
		if c.stepAt == before {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE commitment SET step_at = $2, next_at = $3 WHERE id = $1`, c.ID, c.stepAt, c.next()); err != nil {
			return fmt.Errorf("when steps are taken for commitment %s: %w", c.ID, err)
		}
		tx.AfterCommit(func() { tx.DB().Signal(Moved) })
	}
	return nil
}

// Forget takes out the words of what was promised in a conversation; that it was, until when and how it ended stay for the figures.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, id desk.ConversationID) error {
	if _, err := tx.Exec(ctx, `UPDATE commitment SET words = '' WHERE conversation = $1 AND words <> ''`, id); err != nil {
		return fmt.Errorf("forget what was promised in conversation %s: %w", id, err)
	}
	return nil
}

// ForgetMessage takes out the words of what was promised in a message until a time: after a restore its id may be given again.
func (s *Service) ForgetMessage(ctx context.Context, tx *db.Tx, id desk.MessageID, until desk.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE commitment SET words = '' WHERE message = $1 AND message <> 0 AND made_at <= $2 AND words <> ''`, id, until); err != nil {
		return fmt.Errorf("forget what was promised in message %s: %w", id, err)
	}
	return nil
}

func event(in desk.ConversationID, message desk.MessageID, by desk.Actor, kind desk.EventKind, data map[string]any) *desk.Event {
	b, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("event data of %s is not JSON: %v", kind, err)) // a fault of the program: data are ids, codes and numbers
	}
	return &desk.Event{By: by, Kind: kind, SubjectKind: desk.AboutConversation, Subject: int64(in), Conversation: in, Message: message, Data: b}
}
