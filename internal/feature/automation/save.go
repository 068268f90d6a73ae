package automation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/placeholder"
	"tellus/internal/engine/rule"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
	"tellus/internal/platform/htmltext"
)

// What was done with a rule.
const (
	Made      = "made"
	Changed   = "changed"
	Deleted   = "deleted"
	TakenBack = "taken_back"
)

// Former is a rule as it was at a version.
type Former struct {
	Version int64        `json:"version"`
	At      desk.Time    `json:"at"`
	By      desk.AgentID `json:"by,omitempty"`
	What    string       `json:"what" enum:"made,changed,deleted,taken_back"`
	Rule    Edit         `json:"rule" doc:"As it was from then on"`
}

// Create adds a rule behind the others.
func (s *Service) Create(ctx context.Context, tx *db.Tx, by desk.Actor, e Edit) (EventRule, error) {
	if err := s.check(ctx, tx, &e); err != nil {
		return EventRule{}, err
	}
	if err := hold(ctx, tx); err != nil {
		return EventRule{}, err
	}
	var n int
	var position int64
	if err := tx.Row(ctx, `SELECT COUNT(*), COALESCE(MAX(position), 0) FROM rule WHERE deleted_at = 0`).Scan(&n, &position); err != nil {
		return EventRule{}, fmt.Errorf("count rules: %w", err)
	}
	if n >= most {
		return EventRule{}, desk.WhyEnough.Refuse(most)
	}
	k, err := e.stored()
	if err != nil {
		return EventRule{}, err
	}
	var id desk.RuleID
	if err := tx.Row(ctx, `
		INSERT INTO rule (name, position, active, kinds, condition, zone, actions, stop, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		RETURNING id`, e.Name, position+1, e.Active, k.kinds, k.condition, e.Zone, k.actions, e.Stop, tx.Now).Scan(&id); err != nil {
		return EventRule{}, fmt.Errorf("create rule: %w", err)
	}
	return s.kept(ctx, tx, by, id, Made)
}

// kept writes down what a rule is now, and by whom.
func (s *Service) kept(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.RuleID, what string) (EventRule, error) {
	all, err := s.load(ctx, tx, "r.id = $1", id)
	if err != nil || len(all) == 0 {
		return EventRule{}, fmt.Errorf("rule %s after a change: %w", id, errors.Join(err))
	}
	now := all[0]
	data, err := json.Marshal(now.Edit)
	if err != nil {
		return now, fmt.Errorf("write rule %s down: %w", id, err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO rule_edit (rule, version, at, agent, what, edit) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, now.Version, tx.Now, by.Agent(), what, db.Text(string(data))); err != nil {
		return now, fmt.Errorf("keep what rule %s was: %w", id, err)
	}
	if err := enrol(ctx, tx, now, what); err != nil {
		return now, err
	}
	return now, told(ctx, tx, by, id)
}

// Change replaces a rule. It refuses a stale version with desk.Conflict.
func (s *Service) Change(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.RuleID, e Edit) (EventRule, error) {
	if err := hold(ctx, tx); err != nil {
		return EventRule{}, err
	}
	now, err := s.Get(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if now.Version != e.Version {
		return now, desk.Stale{Current: now}.Refuse()
	}
	return s.write(ctx, tx, by, id, e, Changed)
}

func (s *Service) write(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.RuleID, e Edit, what string) (EventRule, error) {
	if err := s.check(ctx, tx, &e); err != nil {
		return EventRule{}, err
	}
	k, err := e.stored()
	if err != nil {
		return EventRule{}, err
	}
	if _, err := tx.Exec(ctx, `
		UPDATE rule SET name = $2, active = $3, kinds = $4, condition = $5, zone = $6, actions = $7, stop = $8, deleted_at = 0, version = version + 1 WHERE id = $1`,
		id, e.Name, e.Active, k.kinds, k.condition, e.Zone, k.actions, e.Stop); err != nil {
		return EventRule{}, fmt.Errorf("change rule %s: %w", id, err)
	}
	return s.kept(ctx, tx, by, id, what)
}

// Delete takes a rule out of use. Its row stays, since conversations name what it did; what it was can be brought back.
func (s *Service) Delete(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.RuleID) (EventRule, error) {
	if err := hold(ctx, tx); err != nil {
		return EventRule{}, err
	}
	now, err := s.Get(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if _, err := tx.Exec(ctx, `UPDATE rule SET deleted_at = $2, version = version + 1 WHERE id = $1`, id, tx.Now); err != nil {
		return now, fmt.Errorf("delete rule %s: %w", id, err)
	}
	return s.kept(ctx, tx, by, id, Deleted)
}

// TakeBack makes a rule again what it was at a version, a deleted one too. What it then asks for that is not there any more is refused.
func (s *Service) TakeBack(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.RuleID, version int64) (EventRule, error) {
	if err := hold(ctx, tx); err != nil {
		return EventRule{}, err
	}
	var text string
	err := tx.Row(ctx, `SELECT edit FROM rule_edit WHERE rule = $1 AND version = $2`, id, version).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return EventRule{}, desk.Refuse(desk.NotFound, "no such version")
	}
	var e Edit
	if err == nil {
		err = json.Unmarshal([]byte(text), &e)
	}
	if err != nil {
		return EventRule{}, fmt.Errorf("rule %s at version %d: %w", id, version, err)
	}
	return s.write(ctx, tx, by, id, e, TakenBack)
}

// History returns what a rule was, the newest first; of a deleted one too.
func (s *Service) History(ctx context.Context, tx *db.Tx, id desk.RuleID) ([]Former, error) {
	rows, err := tx.Query(ctx, `SELECT version, at, agent, what, edit FROM rule_edit WHERE rule = $1 ORDER BY version DESC LIMIT 200`, id)
	all, err := db.Rows(rows, err, func(r *sql.Rows, f *Former) error {
		var text string
		if err := r.Scan(&f.Version, &f.At, &f.By, &f.What, &text); err != nil {
			return err
		}
		return json.Unmarshal([]byte(text), &f.Rule)
	})
	if err != nil {
		return nil, fmt.Errorf("what rule %s was: %w", id, err)
	}
	if len(all) == 0 {
		return nil, desk.Refuse(desk.NotFound, "no such rule")
	}
	return all, nil
}

// Gone is a deleted rule, which can be brought back.
type Gone struct {
	ID      desk.RuleID  `json:"id"`
	Name    string       `json:"name"`
	At      desk.Time    `json:"at" doc:"When it was deleted"`
	By      desk.AgentID `json:"by,omitempty"`
	Version int64        `json:"version" doc:"What to take it back to"`
}

// Gone returns the rules that were deleted last, the latest first.
func (s *Service) Gone(ctx context.Context, tx *db.Tx) ([]Gone, error) {
	rows, err := tx.Query(ctx, `
		SELECT r.id, r.name, r.deleted_at, e.agent, e.version FROM rule r JOIN rule_edit e ON e.rule = r.id AND e.version = (SELECT MAX(version) FROM rule_edit WHERE rule = r.id)
		WHERE r.deleted_at > 0 ORDER BY r.deleted_at DESC, r.id DESC LIMIT 50`)
	all, err := db.Rows(rows, err, func(r *sql.Rows, g *Gone) error { return r.Scan(&g.ID, &g.Name, &g.At, &g.By, &g.Version) })
	if err != nil {
		return nil, fmt.Errorf("list deleted rules: %w", err)
	}
	return append([]Gone{}, all...), nil
}

type stored struct{ kinds, condition, actions string }

func (e *Edit) stored() (stored, error) {
	kinds, err1 := json.Marshal(e.Events)
	when, err2 := json.Marshal(e.Condition)
	actions, err3 := json.Marshal(e.Actions)
	return stored{string(kinds), db.Text(string(when)), db.Text(string(actions))}, errors.Join(err1, err2, err3)
}

// check brings a rule into the form in which it is kept.
func (s *Service) check(ctx context.Context, tx *db.Tx, e *Edit) error {
	if e.Name = strings.Join(strings.Fields(db.Text(e.Name)), " "); e.Name == "" {
		return desk.WhyNeeded.At("body.name")
	}
	if len(e.Events) == 0 {
		return desk.WhyNeeded.At("body.events")
	}
	for i, kind := range e.Events {
		if !slices.Contains(desk.RuleEvents, kind) && (kind != desk.TimePassed || len(e.Events) > 1) {
			return desk.WhyConditionValue.At(fmt.Sprintf("body.events[%d]", i))
		}
	}
	if e.Zone == "" {
		e.Zone = "UTC"
	}
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		return desk.WhyZone.At("body.zone")
	}
	registry, err := s.registry(ctx, tx)
	if err != nil {
		return err
	}
	if r := (rule.Rule{Kinds: e.Events, When: e.Condition, Zone: zone}); r.ByTime() {
		e.Stop = false // no rule is asked behind it
		err = rule.CheckTimed(registry, "body.condition", &r)
	} else {
		_, err = rule.Check(registry, "body.condition", e.Condition, zone)
	}
	if err != nil {
		return err
	}
	if e.Actions == nil {
		e.Actions = []desk.Action{}
	}
	if err := checkNotes(ctx, tx, e.Actions); err != nil {
		return err
	}
	if len(e.Actions) == 0 && !e.Stop {
		return desk.WhyMacroDoesNone.At("body.actions")
	}
	if err := desk.CheckRuleActions("body.actions", e.Actions); err != nil {
		return err
	}
	return checkThere(ctx, tx, e.Actions)
}

// checkThere refuses to answer or to begin with what is not there: a macro that only its owner uses, one without a text, what was deleted or archived.
func checkThere(ctx context.Context, tx *db.Tx, actions []desk.Action) error {
	for i, a := range actions {
		var err error
		fit, field := true, ""
		switch a.Do {
		case desk.SendAnswer:
			field = "macro"
			err = tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM macro WHERE id = $1 AND deleted_at = 0 AND audience <> 'personal' AND texts <> '{}')`, a.Macro).Scan(&fit)
		case desk.CallWebhook:
			field = "webhook"
			err = tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM webhook WHERE id = $1)`, a.Webhook).Scan(&fit)
		case desk.StartList:
			field = "list"
			err = tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM checklist_template WHERE id = $1 AND archived_at = 0)`, a.List).Scan(&fit)
		}
		if err != nil {
			return fmt.Errorf("is the %s of a rule there: %w", field, err)
		}
		if !fit {
			return desk.WhyNeeded.At(fmt.Sprintf("body.actions[%d].%s", i, field))
		}
	}
	return nil
}

func checkNotes(ctx context.Context, tx *db.Tx, actions []desk.Action) error {
	fields, err := field.All(ctx, tx)
	if err != nil {
		return err
	}
	var more []placeholder.Name
	for _, f := range fields {
		more = append(more, placeholder.FieldName(f.Target, f.Key))
	}
	for i := range actions {
		a := &actions[i]
		a.Note = htmltext.SanitiseComposed(a.Note)
		if bad := placeholder.Undeclared(a.Note, more...); len(bad) > 0 {
			return desk.WhyNoPlaceholder.At(fmt.Sprintf("body.actions[%d].note", i), bad[0])
		}
		if strings.TrimSpace(htmltext.ToText(a.Note)) == "" {
			a.Note = ""
		}
	}
	return nil
}
