package automation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/rule"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// State is what became of a rule that held.
type State string

const (
	Done    State = "done"
	Failed  State = "failed"  // what it wanted was refused, and nothing of it was done
	Stopped State = "stopped" // it was kept from going round
)

// Firing is what a rule did with a conversation.
type Firing struct {
	ID           int64               `json:"id"`
	Rule         desk.RuleID         `json:"rule"`
	RuleVersion  int64               `json:"ruleVersion" doc:"What the rule was then is in its history"`
	Conversation desk.ConversationID `json:"conversation"`
	Number       int64               `json:"number" doc:"Of the conversation"`
	Subject      string              `json:"subject" doc:"Of the conversation, as it is now"`
	Event        desk.Seq            `json:"event"`
	On           desk.EventKind      `json:"on,omitempty" doc:"What had happened; absent where the log does not reach back so far"`
	State        State               `json:"state" enum:"done,failed,stopped"`
	Why          string              `json:"why,omitempty" doc:"Why it was refused, or stopped: repeated, deep, often; of an answer that was not sent, though the rest was done: answer_machine and others"`
	Deeds        []desk.Deed         `json:"deeds" doc:"What it did"`
	Took         int64               `json:"took" doc:"Microseconds"`
	At           desk.Time           `json:"at"`

	Chain int64 `json:"-"`
	Depth int   `json:"-"`
}

// kept is for how long firings are kept, and lately how far back a chain can have begun.
const (
	firingsKept = 90 * 24 * time.Hour
	lately      = 7 * 24 * time.Hour
)

// Chain returns what led to an event, and the name of the chain.
func (s *Service) Chain(ctx context.Context, tx *db.Tx, e desk.Event, in desk.ConversationID) (c rule.Chain, name int64, err error) {
	name = int64(e.At) // what is done at one go has one time
	if e.Cause != 0 {
		err := tx.Row(ctx, `SELECT chain, depth FROM firing WHERE event = $1 AND state = 'done' ORDER BY depth DESC, id LIMIT 1`, e.Cause).Scan(&name, &c.Depth)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return c, 0, fmt.Errorf("what led to event %d: %w", e.Seq, err)
		}
	}
	c.Lately = map[desk.RuleID]int64{}
	rows, err := tx.Query(ctx, `
		SELECT rule, SUM(CASE WHEN at > $2 THEN 1 ELSE 0 END), SUM(CASE WHEN chain = $3 THEN 1 ELSE 0 END)
		FROM firing
		WHERE conversation = $1 AND at > $4 AND state = 'done'
		GROUP BY rule`, in, tx.Now.Add(-time.Hour), name, tx.Now.Add(-lately))
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var id desk.RuleID
		var often, here int64
		err := r.Scan(&id, &often, &here)
		if c.Lately[id] = often; here > 0 {
			c.Acted = append(c.Acted, id)
		}
		return err
	})
	if err != nil {
		return c, 0, fmt.Errorf("what rules did with conversation %s: %w", in, err)
	}
	return c, name, nil
}

// Fired keeps what a rule did, and counts it. What it did, and why it did not, is told in the conversation's timeline.
func (s *Service) Fired(ctx context.Context, tx *db.Tx, f Firing) error {
	if f.Deeds == nil {
		f.Deeds = []desk.Deed{}
	}
	deeds, err := json.Marshal(f.Deeds)
	if err != nil {
		return fmt.Errorf("write down what rule %s did: %w", f.Rule, err)
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO firing (rule, version, conversation, event, chain, depth, state, why, deeds, took, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		f.Rule, f.RuleVersion, f.Conversation, int64(f.Event), f.Chain, f.Depth, f.State, f.Why, string(deeds), f.Took, tx.Now); err != nil {
		return fmt.Errorf("keep what rule %s did: %w", f.Rule, err)
	}
	count := map[State]string{Done: "fired", Failed: "failed", Stopped: "stopped"}[f.State]
	if _, err := tx.Exec(ctx, `
		INSERT INTO rule_use (rule, `+count+`, took, fired_at)
		VALUES ($1, 1, $2, $3)
		ON CONFLICT (rule) DO UPDATE SET `+count+` = rule_use.`+count+` + 1, took = rule_use.took + excluded.took, fired_at = excluded.fired_at`,
		f.Rule, f.Took, tx.Now); err != nil {
		return fmt.Errorf("count what rule %s did: %w", f.Rule, err)
	}
	kind := map[State]desk.EventKind{Done: desk.RuleFired, Failed: desk.RuleFailed, Stopped: desk.RuleStopped}[f.State]
	if f.State == Done && len(f.Deeds) == 0 {
		return nil // it kept other rules from being asked: nothing happened to the conversation
	}
	data, err := json.Marshal(map[string]any{"rule": f.Rule, "version": f.RuleVersion, "deeds": f.Deeds, "why": f.Why})
	if err != nil {
		return fmt.Errorf("tell what rule %s did: %w", f.Rule, err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.ByRule(f.Rule), Kind: kind, SubjectKind: desk.AboutConversation, Subject: int64(f.Conversation),
		Conversation: f.Conversation, Cause: f.Event, Data: data})
}

// Firings returns what a rule did last, at most limit of the last 500, with conversations that the asker sees alone.
func (s *Service) Firings(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.RuleID, limit int) ([]Firing, error) {
	rows, err := tx.Query(ctx, `
		SELECT f.id, f.rule, f.version, f.conversation, f.event, COALESCE(e.kind, ''), f.state, f.why, f.deeds, f.took, f.at FROM firing f LEFT JOIN event e ON e.seq = f.event
		WHERE f.rule = $1 ORDER BY f.id DESC LIMIT 500`, id)
	all, err := db.Rows(rows, err, func(r *sql.Rows, f *Firing) error {
		var deeds string
		if err := r.Scan(&f.ID, &f.Rule, &f.RuleVersion, &f.Conversation, &f.Event, &f.On, &f.State, &f.Why, &deeds, &f.Took, &f.At); err != nil {
			return err
		}
		return json.Unmarshal([]byte(deeds), &f.Deeds)
	})
	if err != nil {
		return nil, fmt.Errorf("what rule %s did: %w", id, err)
	}
	ids := make([]desk.ConversationID, 0, len(all))
	for _, f := range all {
		ids = append(ids, f.Conversation)
	}
	seen, err := s.Conversations.Rows(ctx, tx, scope, ids)
	if err != nil {
		return nil, err
	}
	visible := map[desk.ConversationID]desk.Conversation{}
	for _, c := range seen {
		visible[c.ID] = c
	}
	out := []Firing{}
	for _, f := range all {
		if len(out) == limit {
			break
		}
		c, ok := visible[f.Conversation]
		if !ok { // it was merged since, or the asker does not see it
			if c, err = s.Conversations.Get(ctx, tx, scope, f.Conversation); err != nil && !desk.IsRefusal(err, desk.NotFound) {
				return nil, err
			}
			visible[f.Conversation] = c
		}
		if c.ID != 0 {
			f.Number, f.Subject = c.Number, c.Subject
			out = append(out, f)
		}
	}
	return out, nil
}

// Forget removes those of the oldest limit firings that were kept long enough, and returns how many.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, limit int) (int64, error) {
	n, err := tx.Exec(ctx, `DELETE FROM firing WHERE id IN (SELECT id FROM (SELECT id, at FROM firing ORDER BY id LIMIT $2) oldest WHERE at < $1)`, tx.Now.Add(-firingsKept), limit)
	if err != nil {
		return 0, fmt.Errorf("forget what rules did: %w", err)
	}
	return n, nil
}
