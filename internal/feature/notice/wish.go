package notice

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/notify"
	"tellus/internal/platform/db"
)

// Wishes are what an agent wants to be told.
type Wishes struct {
	notify.Wishes
	Version  int64
	MailedAt desk.Time // when he was mailed last
}

// WishesOf returns what agents want, by agent; those who never chose want what everybody wants at first, at version 0.
func (s *Service) WishesOf(ctx context.Context, tx *db.Tx, agents []desk.AgentID) (map[desk.AgentID]Wishes, error) {
	out := map[desk.AgentID]Wishes{}
	for _, a := range agents {
		out[a] = Wishes{Wishes: notify.Default()}
	}
	for part := range slices.Chunk(agents, 500) {
		type row struct {
			agent desk.AgentID
			text  string
			w     Wishes
		}
		rows, err := tx.Query(ctx, `SELECT agent, wishes, version, mailed_at FROM notice_wish WHERE agent IN `+db.In(len(part), 1), db.Args(part)...)
		all, err := db.Rows(rows, err, func(r *sql.Rows, w *row) error { return r.Scan(&w.agent, &w.text, &w.w.Version, &w.w.MailedAt) })
		if err != nil {
			return nil, fmt.Errorf("what agents want to be told: %w", err)
		}
		for _, r := range all {
			r.w.Wishes = notify.Default()
			if err := json.Unmarshal([]byte(r.text), &r.w.Wishes); err != nil {
				return nil, fmt.Errorf("what agent %s wants to be told: %w", r.agent, err)
			}
			out[r.agent] = r.w
		}
	}
	return out, nil
}

// Save keeps what an agent wants, or refuses with Conflict where it was changed elsewhere meanwhile.
func (s *Service) Save(ctx context.Context, tx *db.Tx, agent desk.AgentID, in Wishes) (Wishes, error) {
	if err := tx.Lock(ctx, "agent", int64(agent)); err != nil {
		return in, err
	}
	known, err := s.WishesOf(ctx, tx, []desk.AgentID{agent})
	if err != nil {
		return in, err
	}
	now := known[agent]
	if now.Version != in.Version {
		return now, desk.Stale{Current: now, By: desk.ByAgent(agent)}.Refuse()
	}
	if !in.Quiet.Valid() {
		return now, desk.WhyOutOfRange.At("body.quiet")
	}
	text, err := json.Marshal(in.Wishes)
	if err != nil {
		return now, fmt.Errorf("keep wishes: %w", err)
	}
	in.Version++
	if _, err := tx.Exec(ctx, `INSERT INTO notice_wish (agent, wishes, version) VALUES ($1, $2, $3)
		ON CONFLICT (agent) DO UPDATE SET wishes = excluded.wishes, version = excluded.version`, agent, string(text), in.Version); err != nil {
		return now, fmt.Errorf("keep what agent %s wants to be told: %w", agent, err)
	}
	return in, nil
}

// Mailed notes that an agent was mailed now.
func (s *Service) Mailed(ctx context.Context, tx *db.Tx, agent desk.AgentID) error {
	text, err := json.Marshal(notify.Default())
	if err != nil {
		return fmt.Errorf("keep wishes: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO notice_wish (agent, wishes, version, mailed_at) VALUES ($1, $2, 0, $3)
		ON CONFLICT (agent) DO UPDATE SET mailed_at = excluded.mailed_at`, agent, string(text), tx.Now); err != nil {
		return fmt.Errorf("note mail to agent %s: %w", agent, err)
	}
	return nil
}
