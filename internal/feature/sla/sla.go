// Package sla owns the service level policies: what the company promises about which conversations, in which order the policies are asked, and how far conversations have been
// brought up to a change of them. The clocks themselves are kept by the conversations as they change.
package sla

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
	"tellus/internal/engine/condition"
	"tellus/internal/engine/deadline"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

// Edit is what people decide about a policy.
type Edit struct {
	Name      string                    `json:"name" minLength:"1" maxLength:"80"`
	Active    bool                      `json:"active" doc:"One that is off applies to nothing"`
	Condition condition.Node            `json:"condition" doc:"Which conversations it is for; all where empty. What changes by time alone, and what means something else to everybody, cannot be asked for"`
	Zone      string                    `json:"zone" maxLength:"60" doc:"Whose days count in the condition, such as Europe/Riga; UTC where empty"`
	Targets   []Target                  `json:"targets" minItems:"1" maxItems:"5"`
	Pauses    []desk.Status             `json:"pauses" maxItems:"3" doc:"In which clocks stand still: new, open, waiting. Finished ones always do"`
	Counts    string                    `json:"counts,omitempty" enum:"clock,opening" doc:"In what time targets count: every hour, or while the calendar of the conversation is open (that of its team, else of its inbox, else the standard one; every hour where there is none); by the clock where empty"`
	Warn      int                       `json:"warn" minimum:"0" maximum:"99" doc:"Percent of a target after which it is warned of; 0: it is not"`
	Steps     []conversation.PolicyStep `json:"steps,omitempty" maxItems:"20" doc:"What is done before and after its promises are due"`
	Aim       int                       `json:"aim,omitempty" minimum:"0" maximum:"100" doc:"Percent of its promises that the company means to keep; 90 where it is absent"`
	Version   int64                     `json:"version" doc:"The version that was seen; 0 for a new one"`
}

// Target is what is promised of one kind.
type Target struct {
	Kind    deadline.Kind `json:"kind" enum:"acknowledge,first_answer,next_answer,update,resolve"`
	Minutes []int64       `json:"minutes" minItems:"4" maxItems:"4" doc:"By priority: low, normal, high, urgent; 0 where nothing is promised"`
}

// longest is the longest target: a year.
const longest = 366 * 24 * 60

// Policy is a service level policy.
type Policy struct {
	ID desk.PolicyID `json:"id"`
	Edit
	Position int64 `json:"position"`
	Broken   bool  `json:"broken,omitempty" doc:"Its condition asks for something that is not there any more: it applies to nothing until it is mended"`
}

// Progress says how far conversations were brought up to the policies.
type Progress struct {
	Looked int64 `json:"looked"`
	Total  int64 `json:"total"`
	Done   bool  `json:"done"`
}

// All are the policies in the order in which they are asked.
type All struct {
	Items    []Policy `json:"items"`
	Progress Progress `json:"progress"`
}

// Reclock is the job that brings unfinished conversations up to the policies.
type Reclock struct{}

// JobKind names the job.
func (Reclock) JobKind() string { return "policy.reclock" }

// Service is the feature.
type Service struct {
	Conversations *conversation.Service
}

const most = 100 // policies

const columns = `id, name, active, condition, zone, targets, pauses, warn, position, version, counts, steps, aim`

func (s *Service) scan(registry condition.List) func(r *sql.Rows, p *Policy) error {
	return func(r *sql.Rows, p *Policy) error {
		var when, targets, pauses, steps string
		if err := r.Scan(&p.ID, &p.Name, &p.Active, &when, &p.Zone, &targets, &pauses, &p.Warn, &p.Position, &p.Version, &p.Counts, &steps, &p.Aim); err != nil {
			return err
		}
		var stored map[deadline.Kind][deadline.Priorities]int64
		if err := errors.Join(json.Unmarshal([]byte(when), &p.Condition), json.Unmarshal([]byte(targets), &stored), json.Unmarshal([]byte(pauses), &p.Pauses), json.Unmarshal([]byte(steps), &p.Steps)); err != nil {
			return fmt.Errorf("service level policy %s: %w", p.ID, err)
		}
		p.Targets = []Target{}
		for _, k := range deadline.Kinds {
			if times, ok := stored[k]; ok {
				p.Targets = append(p.Targets, Target{k, times[:]})
			}
		}
		_, err := condition.Compile(registry, "", p.Condition, condition.Env{})
		p.Broken = err != nil
		return nil
	}
}

func (s *Service) load(ctx context.Context, tx *db.Tx, where string, args ...any) ([]Policy, error) {
	registry, err := s.Conversations.Attributes(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM service_policy WHERE deleted_at = 0`+where+` ORDER BY position, id`, args...)
	all, err := db.Rows(rows, err, s.scan(registry))
	if err != nil {
		return nil, fmt.Errorf("list service level policies: %w", err)
	}
	return all, nil
}

// List returns the policies in their order, and how far conversations were brought up to them.
func (s *Service) List(ctx context.Context, tx *db.Tx) (all All, err error) {
	if all.Items, err = s.load(ctx, tx, ""); err != nil {
		return all, err
	}
	if all.Items == nil {
		all.Items = []Policy{}
	}
	var stamp, done int64
	if err := tx.Row(ctx, `SELECT stamp, done, looked, total FROM service_policy_stamp`).Scan(&stamp, &done, &all.Progress.Looked, &all.Progress.Total); err != nil {
		return all, fmt.Errorf("how far policies were followed: %w", err)
	}
	all.Progress.Done = stamp == done
	return all, nil
}

// Get returns a policy; desk.NotFound where there is none.
func (s *Service) Get(ctx context.Context, tx *db.Tx, id desk.PolicyID) (Policy, error) {
	all, err := s.load(ctx, tx, ` AND id = $1`, id)
	if err != nil {
		return Policy{}, err
	}
	if len(all) == 0 {
		return Policy{}, desk.Refuse(desk.NotFound, "no such policy")
	}
	return all[0], nil
}

// Create adds a policy behind the others.
func (s *Service) Create(ctx context.Context, tx *db.Tx, by desk.Actor, e Edit) (Policy, error) {
	if err := s.check(ctx, tx, &e); err != nil {
		return Policy{}, err
	}
	var n int
	var position int64
	if err := tx.Row(ctx, `SELECT COUNT(*), COALESCE(MAX(position), 0) FROM service_policy WHERE deleted_at = 0`).Scan(&n, &position); err != nil {
		return Policy{}, fmt.Errorf("count policies: %w", err)
	}
	if n >= most {
		return Policy{}, desk.WhyEnough.Refuse(most)
	}
	next := numbered(e.Steps, nil, 1)
	k := e.stored()
	var id desk.PolicyID
	if err := tx.Row(ctx, `
		INSERT INTO service_policy (name, position, active, condition, zone, targets, pauses, warn, created_at, counts, steps, next_step, aim)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		RETURNING id`, e.Name, position+1, e.Active, k.condition, e.Zone, k.targets, k.pauses, e.Warn, tx.Now, e.Counts, k.steps, next, e.Aim).Scan(&id); err != nil {
		return Policy{}, fmt.Errorf("create policy: %w", err)
	}
	if err := s.changed(ctx, tx, by, id); err != nil {
		return Policy{}, err
	}
	return s.Get(ctx, tx, id)
}

// Change replaces a policy. It refuses a stale version with desk.Conflict. What runs by it follows, from when it started; what was kept or broken stays so.
func (s *Service) Change(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.PolicyID, e Edit) (Policy, error) {
	now, err := s.held(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if now.Version != e.Version {
		return now, desk.Stale{Current: now}.Refuse()
	}
	if err := s.check(ctx, tx, &e); err != nil {
		return now, err
	}
	var next int
	if err := tx.Row(ctx, `SELECT next_step FROM service_policy WHERE id = $1`, id).Scan(&next); err != nil {
		return now, fmt.Errorf("steps of policy %s: %w", id, err)
	}
	next = numbered(e.Steps, now.Steps, next)
	k := e.stored()
	if _, err := tx.Exec(ctx, `
		UPDATE service_policy SET name = $2, active = $3, condition = $4, zone = $5, targets = $6, pauses = $7, warn = $8, counts = $9, steps = $10, next_step = $11, aim = $12, version = version + 1 WHERE id = $1`,
		id, e.Name, e.Active, k.condition, e.Zone, k.targets, k.pauses, e.Warn, e.Counts, k.steps, next, e.Aim); err != nil {
		return now, fmt.Errorf("change policy %s: %w", id, err)
	}
	if err := s.changed(ctx, tx, by, id); err != nil {
		return now, err
	}
	return s.Get(ctx, tx, id)
}

// Delete takes a policy out of use for good. Its row stays, since clocks that it began name it.
func (s *Service) Delete(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.PolicyID) (Policy, error) {
	now, err := s.held(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if _, err := tx.Exec(ctx, `UPDATE service_policy SET deleted_at = $2, version = version + 1 WHERE id = $1`, id, tx.Now); err != nil {
		return now, fmt.Errorf("delete policy %s: %w", id, err)
	}
	return now, s.changed(ctx, tx, by, id)
}

// Arrange puts the policies into an order: those that are named first, the others behind them as before.
func (s *Service) Arrange(ctx context.Context, tx *db.Tx, by desk.Actor, order []desk.PolicyID) (All, error) {
	if err := s.hold(ctx, tx); err != nil {
		return All{}, err
	}
	all, err := s.load(ctx, tx, "")
	if err != nil {
		return All{}, err
	}
	place := func(p Policy) int {
		if i := slices.Index(order, p.ID); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(all, func(a, b Policy) int { return place(a) - place(b) })
	for i, p := range all {
		if _, err := tx.Exec(ctx, `UPDATE service_policy SET position = $2 WHERE id = $1`, p.ID, i+1); err != nil {
			return All{}, fmt.Errorf("arrange policies: %w", err)
		}
	}
	if err := s.changed(ctx, tx, by, 0); err != nil {
		return All{}, err
	}
	return s.List(ctx, tx)
}

// hold has changes of policies wait for each other.
func (s *Service) hold(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, `UPDATE service_policy_stamp SET stamp = stamp`); err != nil {
		return fmt.Errorf("hold the policies: %w", err)
	}
	return nil
}

func (s *Service) held(ctx context.Context, tx *db.Tx, id desk.PolicyID) (Policy, error) {
	if err := s.hold(ctx, tx); err != nil {
		return Policy{}, err
	}
	return s.Get(ctx, tx, id)
}

// changed has conversations follow. Those that begin at this moment are waited for, as with views: either they see the change, or the job sees them.
func (s *Service) changed(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.PolicyID) error {
	if tx.Postgres() {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(7340034)`); err != nil {
			return fmt.Errorf("wait for conversations that begin: %w", err)
		}
	}
	total, err := s.Conversations.Unfinished(ctx, tx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE service_policy_stamp SET stamp = stamp + 1, reached = 0, looked = 0, total = $1, changed_at = $2`, total, tx.Now); err != nil {
		return fmt.Errorf("tell of changed policies: %w", err)
	}
	if _, err := jobs.Enqueue(ctx, tx, tx.Now, Reclock{}, jobs.Unique("policies")); err != nil {
		return err
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.PolicyUpdated, SubjectKind: desk.AboutPolicy, Subject: int64(id)})
}

// Follow brings the next conversations up to the policies, at most limit, and says how far it is. The job calls it until it is done; a change meanwhile begins it anew.
func (s *Service) Follow(ctx context.Context, tx *db.Tx, limit int) (p Progress, err error) {
	if err := s.hold(ctx, tx); err != nil {
		return p, err
	}
	var stamp, done int64
	var reached desk.ConversationID
	if err := tx.Row(ctx, `SELECT stamp, done, reached, looked, total FROM service_policy_stamp`).Scan(&stamp, &done, &reached, &p.Looked, &p.Total); err != nil {
		return p, fmt.Errorf("how far policies were followed: %w", err)
	}
	if stamp == done {
		p.Done = true
		return p, nil
	}
	last, n, err := s.Conversations.Reclock(ctx, tx, reached, limit)
	if err != nil {
		return p, err
	}
	p.Looked += int64(n)
	if p.Done = n < limit; p.Done {
		done, p.Total = stamp, p.Looked
	}
	if _, err := tx.Exec(ctx, `UPDATE service_policy_stamp SET done = $1, reached = $2, looked = $3, total = $4`, done, last, p.Looked, p.Total); err != nil {
		return p, fmt.Errorf("note how far policies were followed: %w", err)
	}
	return p, nil
}

// Try says how many unfinished conversations that somebody sees a policy would have if it were saved, and when a message that came now would be due by it: id is the policy that is changed, 0 for a new one, behind all others.
func (s *Service) Try(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.PolicyID, e Edit) (conversation.Tried, error) {
	when, err := s.compile(ctx, tx, &e)
	if err != nil {
		return conversation.Tried{}, err
	}
	behind, err := s.before(ctx, tx, id)
	if err != nil {
		return conversation.Tried{}, err
	}
	tried, err := s.Conversations.TryPolicy(ctx, tx, scope, when, behind)
	if err != nil {
		return tried, err
	}
	tried.Arriving, err = s.Conversations.Arriving(ctx, tx, e.times(), e.Counts == conversation.CountOpening)
	return tried, err
}

// before are the policies that are asked before one, all where it is a new one.
func (s *Service) before(ctx context.Context, tx *db.Tx, id desk.PolicyID) (all []desk.PolicyID, err error) {
	list, err := s.load(ctx, tx, "")
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		if p.ID == id {
			break
		}
		all = append(all, p.ID)
	}
	return all, nil
}

func (s *Service) compile(ctx context.Context, tx *db.Tx, e *Edit) (*condition.Condition, error) {
	if e.Zone == "" {
		e.Zone = "UTC"
	}
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		return nil, desk.WhyZone.At("body.zone")
	}
	registry, err := s.Conversations.Attributes(ctx, tx)
	if err != nil {
		return nil, err
	}
	when, err := condition.Compile(registry, "body.condition", e.Condition, condition.Env{Zone: zone})
	if err != nil {
		return nil, err
	}
	if when.Timed() || when.Personal() {
		return nil, desk.WhyPolicyLasting.At("body.condition")
	}
	for key, a := range when.Attributes() {
		if a.OfLinks || a.OfReviews || a.Kind == condition.Moment || slices.Contains(fleeting, key) {
			return nil, desk.WhyPolicyLasting.At("body.condition")
		}
	}
	return when, nil
}

// fleeting are attributes by which a policy would come and go as a conversation goes on: what is promised would be taken back by working on it.
var fleeting = []string{"status", "assignee", "awaited", "last_by", "messages", "spent", "checks_open", "checks_owed", "preview", "until_reply", "attachments", "troubled", "followers", "shelf"}

// times are the targets as clocks know them.
func (e *Edit) times() deadline.Targets {
	all := deadline.Targets{}
	for _, t := range e.Targets {
		var times [deadline.Priorities]time.Duration
		for i := range min(len(times), len(t.Minutes)) {
			times[i] = time.Duration(min(max(0, t.Minutes[i]), longest)) * time.Minute
		}
		all[t.Kind] = times
	}
	return all
}

type stored struct{ condition, targets, pauses, steps string }

func (e *Edit) stored() stored {
	text := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			panic("sla: " + err.Error()) // a fault of the program: these are our own types
		}
		return db.Text(string(data))
	}
	targets := map[deadline.Kind][]int64{}
	for _, t := range e.Targets {
		targets[t.Kind] = t.Minutes
	}
	return stored{text(e.Condition), text(targets), text(e.Pauses), text(e.Steps)}
}

// check brings a policy into the form in which it is kept.
func (s *Service) check(ctx context.Context, tx *db.Tx, e *Edit) error {
	if e.Name = strings.Join(strings.Fields(db.Text(e.Name)), " "); e.Name == "" {
		return desk.WhyNeeded.At("body.name")
	}
	if _, err := s.compile(ctx, tx, e); err != nil {
		return err
	}
	promises := false
	seen := map[deadline.Kind]bool{}
	for i, t := range e.Targets {
		at := fmt.Sprintf("body.targets[%d]", i)
		if !t.Kind.Valid() || seen[t.Kind] || len(t.Minutes) != deadline.Priorities {
			return desk.RefuseField(desk.Invalid, at, "there is one target of each kind, with a time for each of %d priorities", deadline.Priorities)
		}
		seen[t.Kind] = true
		for _, m := range t.Minutes {
			if m < 0 || m > longest {
				return desk.RefuseField(desk.Invalid, at+".minutes", "a target is at most %d minutes", longest)
			}
			promises = promises || m > 0
		}
	}
	if !promises {
		return desk.WhyNeeded.At("body.targets")
	}
	if e.Pauses == nil {
		e.Pauses = []desk.Status{}
	}
	slices.Sort(e.Pauses)
	e.Pauses = slices.Compact(e.Pauses)
	for i, p := range e.Pauses {
		if !p.Valid() || p.Finished() {
			return desk.RefuseField(desk.Invalid, fmt.Sprintf("body.pauses[%d]", i), "clocks can pause in new, open and waiting")
		}
	}
	switch e.Counts {
	case "":
		e.Counts = conversation.CountClock
	case conversation.CountClock, conversation.CountOpening:
	default:
		return desk.RefuseField(desk.Invalid, "body.counts", "targets count by the clock or in opening hours")
	}
	if e.Aim == 0 {
		e.Aim = usualAim
	}
	if e.Aim < 0 || e.Aim > 100 {
		return desk.RefuseField(desk.Invalid, "body.aim", "a share is between 1 and 100 percent")
	}
	if err := checkSteps(e); err != nil {
		return err
	}
	if e.Warn < 0 || e.Warn > 99 {
		return desk.RefuseField(desk.Invalid, "body.warn", "a share is between 0 and 99 percent")
	}
	return nil
}
