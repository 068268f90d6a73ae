package commitment

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"tellus/internal/desk"
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

// Fire tells of commitments that have come close or whose time has passed, at most limit of them, what was due first before the rest. Several nodes may call it at once: who
// comes second finds nothing left to tell.
func (s *Service) Fire(ctx context.Context, tx *db.Tx, limit int) error {
	rows, err := tx.Query(ctx, `SELECT id FROM commitment WHERE next_at <= $1 ORDER BY next_at, id LIMIT $2`, tx.Now, limit)
	ids, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.CommitmentID) error { return r.Scan(id) })
	if err != nil || len(ids) == 0 {
		return err
	}
	rows, err = tx.Query(ctx, `SELECT `+columns+` FROM commitment WHERE next_at <= $1 AND id IN `+db.In(len(ids), 2)+` ORDER BY id FOR UPDATE`, db.Args(ids, any(tx.Now))...)
	found, err := db.Rows(rows, err, func(r *sql.Rows, c *Commitment) error { return scan(r, tx.Now, c) })
	if err != nil {
		return fmt.Errorf("commitments that are due: %w", err)
	}
	events := make([]*desk.Event, 0, len(found))
	for i := range found {
		c := &found[i]
		home, team, err := s.Conversations.Home(ctx, tx, c.Conversation)
		if err != nil {
			return err
		}
		kind := desk.ClockWarned
		if tx.Now >= c.standing.Due {
			kind = desk.ClockBreached
			c.standing.Broken, c.team = tx.Now, team
		} else {
			c.standing.Warned = tx.Now
		}
		if _, err := tx.Exec(ctx, `UPDATE commitment SET warned_at = $2, broken_at = $3, team = $4, next_at = $5 WHERE id = $1`,
			c.ID, c.standing.Warned, c.standing.Broken, c.team, c.standing.Next()); err != nil {
			return fmt.Errorf("tell of commitment %s: %w", c.ID, err)
		}
		events = append(events, event(home, c.Message, desk.System, kind, map[string]any{"kind": desk.OwedCommitment, "commitment": c.ID, "due": c.Due, "agent": c.Agent, "by": c.MadeBy}))
	}
	return eventlog.Append(ctx, tx, events...)
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
