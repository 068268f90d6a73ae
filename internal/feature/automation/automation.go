// Package automation owns the rules: what the desk does by itself when something happens, in which order, what each rule was before and who changed it, and what rules
// did with which conversations. It does nothing with a conversation itself.
package automation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/engine/rule"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Edit is what people decide about a rule.
type Edit struct {
	Name      string           `json:"name" minLength:"1" maxLength:"80"`
	Active    bool             `json:"active" doc:"One that is off is not asked"`
	Events    []desk.EventKind `json:"events" minItems:"1" maxItems:"40" doc:"What it is asked about, such as message.received; time alone, where it acts once each time that its condition becomes true"`
	Condition condition.Node   `json:"condition" doc:"Which conversations it acts on, as they are when it is asked; all where empty. Beside what views ask for: event.by, hours.open and what begins with agent., team. or message."`
	Zone      string           `json:"zone" maxLength:"60" doc:"Whose days count, such as Europe/Riga; UTC where empty"`
	Actions   []desk.Action    `json:"actions" maxItems:"20" doc:"As those of macros; nobody is me"`
	Stop      bool             `json:"stop" doc:"The rules behind it are not asked about an event that it acted on"`
	Version   int64            `json:"version" doc:"The version that was seen; 0 for a new one"`
}

// EventRule is a rule as it is kept.
type EventRule struct {
	ID desk.RuleID `json:"id"`
	Edit
	Position int64 `json:"position"`
	Broken   bool  `json:"broken,omitempty" doc:"Its condition asks for something that is not there any more: it does nothing until it is mended"`
	Use
}

// Use says what a rule did so far.
type Use struct {
	Fired   int64     `json:"fired" doc:"How often it acted"`
	Failed  int64     `json:"failed" doc:"How often what it wanted to do was refused"`
	Stopped int64     `json:"stopped" doc:"How often it was kept from going round"`
	Took    int64     `json:"took" doc:"Microseconds that all its acting took"`
	FiredAt desk.Time `json:"firedAt,omitempty"`
}

// Service is the feature.
type Service struct {
	Conversations *conversation.Service

	mu   sync.Mutex
	memo *remembered
}

const most = 1000 // rules

const columns = `r.id, r.name, r.active, r.kinds, r.condition, r.zone, r.actions, r.stop, r.position, r.version,
	COALESCE(u.fired, 0), COALESCE(u.failed, 0), COALESCE(u.stopped, 0), COALESCE(u.took, 0), COALESCE(u.fired_at, 0)`

func (s *Service) registry(ctx context.Context, tx *db.Tx) (rule.Registry, error) {
	all, err := s.Conversations.Attributes(ctx, tx)
	return rule.Attributes(all), err
}

func (s *Service) load(ctx context.Context, tx *db.Tx, where string, args ...any) ([]EventRule, error) {
	registry, err := s.registry(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM rule r LEFT JOIN rule_use u ON u.rule = r.id WHERE `+where+` ORDER BY r.position, r.id`, args...)
	all, err := db.Rows(rows, err, func(q *sql.Rows, r *EventRule) error {
		var kinds, when, actions string
		if err := q.Scan(&r.ID, &r.Name, &r.Active, &kinds, &when, &r.Zone, &actions, &r.Stop, &r.Position, &r.Version,
			&r.Fired, &r.Failed, &r.Stopped, &r.Took, &r.FiredAt); err != nil {
			return err
		}
		if err := errors.Join(json.Unmarshal([]byte(kinds), &r.Events), json.Unmarshal([]byte(when), &r.Condition), json.Unmarshal([]byte(actions), &r.Actions)); err != nil {
			return fmt.Errorf("rule %s: %w", r.ID, err)
		}
		_, err := rule.Check(registry, "", r.Condition, nil)
		r.Broken = err != nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list rules: %w", err)
	}
	if all == nil {
		all = []EventRule{}
	}
	return all, nil
}

// List returns the rules in their order.
func (s *Service) List(ctx context.Context, tx *db.Tx) ([]EventRule, error) {
	return s.load(ctx, tx, "r.deleted_at = 0")
}

// Attributes are what a rule can ask for.
func (s *Service) Attributes(ctx context.Context, tx *db.Tx) ([]condition.Attribute, error) {
	all, err := s.registry(ctx, tx)
	return all.Described(), err
}

// Get returns a rule; desk.NotFound where there is none.
func (s *Service) Get(ctx context.Context, tx *db.Tx, id desk.RuleID) (EventRule, error) {
	all, err := s.load(ctx, tx, "r.deleted_at = 0 AND r.id = $1", id)
	if err != nil {
		return EventRule{}, err
	}
	if len(all) == 0 {
		return EventRule{}, desk.Refuse(desk.NotFound, "no such rule")
	}
	return all[0], nil
}

// remembered is a compiled set, and what it was made of.
type remembered struct {
	stamp    int64
	registry *condition.Attribute
	fields   int
	set      *rule.Set
}

// Set returns the rules that are on, compiled. It is made anew where a rule or a custom field changed.
func (s *Service) Set(ctx context.Context, tx *db.Tx) (*rule.Set, error) {
	var stamp int64
	if err := tx.Row(ctx, `SELECT stamp FROM rule_stamp`).Scan(&stamp); err != nil {
		return nil, fmt.Errorf("look for changed rules: %w", err)
	}
	all, err := s.Conversations.Attributes(ctx, tx)
	if err != nil {
		return nil, err
	}
	last := all[len(all)-1] // attributes of custom fields are made anew with every change of one, and stand last
	s.mu.Lock()
	memo := s.memo
	s.mu.Unlock()
	if memo != nil && memo.stamp == stamp && memo.registry == last && memo.fields == len(all) {
		return memo.set, nil
	}
	active, err := s.load(ctx, tx, `r.deleted_at = 0 AND (r.active OR r.kinds = '["time"]')`)
	if err != nil {
		return nil, err
	}
	rules := make([]rule.Rule, len(active))
	for i, r := range active {
		rules[i] = r.compiled()
	}
	set, _ := rule.Compile(rule.Attributes(all), rules)
	s.mu.Lock()
	s.memo = &remembered{stamp, last, len(all), set}
	s.mu.Unlock()
	return set, nil
}

func (r *EventRule) compiled() rule.Rule {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		zone = time.UTC // of a database of zones that has lost it
	}
	return rule.Rule{ID: r.ID, Version: r.Version, Kinds: r.Events, When: r.Condition, Zone: zone, Actions: r.Actions, Stop: r.Stop, Off: !r.Active}
}

// Trial returns a rule that need not be saved, compiled by itself.
func (s *Service) Trial(ctx context.Context, tx *db.Tx, e Edit) (*rule.Set, error) {
	if err := s.check(ctx, tx, &e); err != nil {
		return nil, err
	}
	registry, err := s.registry(ctx, tx)
	if err != nil {
		return nil, err
	}
	e.Active = true
	set, _ := rule.Compile(registry, []rule.Rule{(&EventRule{ID: 1, Edit: e}).compiled()})
	return set, nil
}

func told(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.RuleID) error {
	if _, err := tx.Exec(ctx, `UPDATE rule_stamp SET stamp = stamp + 1`); err != nil {
		return fmt.Errorf("tell of changed rules: %w", err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.RuleUpdated, SubjectKind: desk.AboutRule, Subject: int64(id)})
}

// hold has changes of rules wait for each other.
func hold(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, `UPDATE rule_stamp SET stamp = stamp`); err != nil {
		return fmt.Errorf("hold the rules: %w", err)
	}
	return nil
}

// Arrange puts the rules into an order: those that are named first, the others behind them as before.
func (s *Service) Arrange(ctx context.Context, tx *db.Tx, by desk.Actor, order []desk.RuleID) ([]EventRule, error) {
	if err := hold(ctx, tx); err != nil {
		return nil, err
	}
	all, err := s.List(ctx, tx)
	if err != nil {
		return nil, err
	}
	place := func(r EventRule) int {
		if i := slices.Index(order, r.ID); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(all, func(a, b EventRule) int { return place(a) - place(b) })
	for i, r := range all {
		if _, err := tx.Exec(ctx, `UPDATE rule SET position = $2 WHERE id = $1`, r.ID, i+1); err != nil {
			return nil, fmt.Errorf("arrange rules: %w", err)
		}
	}
	if err := told(ctx, tx, by, 0); err != nil {
		return nil, err
	}
	return s.List(ctx, tx)
}
