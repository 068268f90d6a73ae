package conversation

import (
	"cmp"
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
	"tellus/internal/engine/worktime"
	"tellus/internal/feature/hours"
	"tellus/internal/platform/db"
)

// ClocksMoved is the signal that there is a new time at which something is to be told of a promise.
const ClocksMoved = "conversation.clocks"

// did notes what a change is to the clocks; of several things in one change the one that says most counts.
func (c *row) did(what deadline.Did) {
	order := []deadline.Did{deadline.Changed, deadline.Wrote, deadline.Acknowledged, deadline.Moved, deadline.Answered, deadline.Opened}
	for _, d := range order {
		if d == c.happened {
			c.happened = what
			return
		}
		if d == what {
			return
		}
	}
}

// fact is how the conversation stands, as clocks see it.
func (c *row) fact(at desk.Time, p *deadline.Policy) deadline.Fact {
	return deadline.Fact{At: at, Did: c.happened, Status: c.Status, Priority: c.Priority, Aside: c.Spam || c.TrashedAt != 0 || c.MergedInto != 0, Since: c.WaitingSince,
		FirstAnswer: c.firstAnswerAt, Acknowledged: c.acknowledgedAt, Policy: p}
}

// clocks are the newest clocks of a conversation as they were stored, and as they are now.
type clocks struct {
	had, now deadline.Set
	ended    []deadline.Clock
}

// keepClocks brings the conversation's clocks up to date with what is about to be saved, and with them when it is due. It costs nothing where no policy was ever made. What
// it returns is written once the conversation has its id.
func (c *row) keepClocks(ctx context.Context, tx *db.Tx, d *definitions) (*clocks, error) {
	c.withoutOwed()
	if c.movedHours(d) {
		c.undue, c.within = true, -1
	}
	if !d.promises {
		return nil, c.dueWithoutPolicy(ctx, tx, d)
	}
	k := &clocks{}
	if c.ID != 0 {
		had, err := clocksOf(ctx, tx, []desk.ConversationID{c.ID})
		if err != nil {
			return nil, err
		}
		if set := had[c.ID]; set != nil {
			k.had = *set
		}
	}
	p, err := c.policy(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	k.now = k.had
	k.ended = k.now.Apply(c.fact(tx.Now, p))
	moved := c.happened == deadline.Moved
	c.happened = deadline.Changed
	err = c.becomeDue(ctx, tx, d, &k.now, moved)
	c.dueByOwed()
	return k, err
}

// dueWithoutPolicy sets when the conversation is due where no policy was ever made.
func (c *row) dueWithoutPolicy(ctx context.Context, tx *db.Tx, d *definitions) error {
	var err error
	if c.undue {
		err = c.dueByInbox(ctx, tx, d)
	}
	c.dueByOwed()
	return err
}

// policy is the policy that applies to the conversation now.
func (c *row) policy(ctx context.Context, tx *db.Tx, d *definitions) (*deadline.Policy, error) {
	if len(d.policies) == 0 {
		return nil, nil
	}
	only := *d
	only.asks = d.policyAsks
	full, err := c.asCase(ctx, tx, &only)
	if err != nil {
		return nil, err
	}
	p := deadline.Choose(d.policies, full, tx.Now)
	if p == nil || !p.Opening {
		return p, nil
	}
	id := d.book.Of(c.Inbox, c.Team)
	open, ok, err := d.book.Open(id, tx.Now)
	if err != nil || !ok {
		return p, err // nobody said when it is open: every hour counts
	}
	here := *p
	here.Calendar, here.CalendarID = open, id
	return &here, nil
}

// becomeDue sets when the conversation is due: with the first promise that has to be kept. Where nothing is promised the inbox's own "answer within" holds, so that nobody
// who waits is forgotten at the bottom of a list.
func (c *row) becomeDue(ctx context.Context, tx *db.Tx, d *definitions, s *deadline.Set, moved bool) error {
	before := c.DueFor
	c.DueFor, c.DueSoonAt = "", 0
	open := false
	for i := range s {
		open = open || s[i].Open()
	}
	if due, kind := s.Due(); open {
		c.DueAt, c.DueFor, c.undue = due, string(kind), false
		if kind != "" {
			c.DueSoonAt = s.Of(kind).WarnAt
		}
		return nil
	}
	if c.WaitingSince == 0 {
		c.DueAt, c.undue = desk.Never, false
		return nil
	}
	if before == "" && !moved && !c.undue {
		return nil // it is the inbox's already; what came from another conversation may be that one's
	}
	return c.dueByInbox(ctx, tx, d)
}

const clockColumns = `conversation, kind, round, policy, target, warn, started_at, due_at, warn_at, warned_at, met_at, breached_at, dropped_at, pauses, counted_from, counted, calendar, steps, step_at`

// scanClock reads a clock. Lengths of time are stored in microseconds.
func scanClock(r interface{ Scan(...any) error }, id *desk.ConversationID, k *deadline.Clock) error {
	var target, counted int64
	var pauses, steps string
	if err := r.Scan(id, &k.Kind, &k.Round, &k.Policy, &target, &k.Warn, &k.Started, &k.Due, &k.WarnAt, &k.Warned, &k.Met, &k.Breached, &k.Dropped, &pauses, &k.From, &counted, &k.Calendar,
		&steps, &k.StepAt); err != nil {
		return err
	}
	k.Target, k.Counted = time.Duration(target)*time.Microsecond, time.Duration(counted)*time.Microsecond
	for _, of := range []struct {
		text string
		to   any
	}{{pauses, &k.Pauses}, {steps, &k.Steps}} {
		if of.text == "[]" {
			continue
		}
		if err := json.Unmarshal([]byte(of.text), of.to); err != nil {
			return fmt.Errorf("a clock of conversation %s: %w", *id, err)
		}
	}
	return nil
}

// clocksOf are the newest clocks of conversations.
func clocksOf(ctx context.Context, tx *db.Tx, ids []desk.ConversationID) (map[desk.ConversationID]*deadline.Set, error) {
	rows, err := tx.Query(ctx, `SELECT `+clockColumns+` FROM clock WHERE conversation IN `+db.In(len(ids), 1)+` AND newest`, db.Args(ids)...)
	all := map[desk.ConversationID]*deadline.Set{}
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var id desk.ConversationID
		var k deadline.Clock
		if err := scanClock(r, &id, &k); err != nil {
			return err
		}
		if all[id] == nil {
			all[id] = &deadline.Set{}
		}
		if k.Kind.Valid() {
			*all[id].Of(k.Kind) = k
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("clocks of conversations: %w", err)
	}
	return all, nil
}

// clockRow is a clock that is to be written.
type clockRow struct {
	of     desk.ConversationID
	newest bool
	clock  *deadline.Clock
}

// changed are the clocks that differ from those that are stored.
func (k *clocks) changed(id desk.ConversationID) (all []clockRow) {
	for i := range k.ended {
		all = append(all, clockRow{id, false, &k.ended[i]})
	}
	for i := range k.now {
		if now := &k.now[i]; now.Kind != "" && !now.Equal(&k.had[i]) {
			all = append(all, clockRow{id, true, now})
		}
	}
	return all
}

// write stores what changed.
func (k *clocks) write(ctx context.Context, tx *db.Tx, id desk.ConversationID) error {
	if k == nil {
		return nil
	}
	return writeClocks(ctx, tx, k.changed(id))
}

func writeClocks(ctx context.Context, tx *db.Tx, all []clockRow) error {
	if len(all) == 0 {
		return nil
	}
	const columns = 22
	var rows strings.Builder
	args := make([]any, 0, len(all)*columns)
	next := desk.Never
	for i, r := range all {
		k := r.clock
		pauses, steps := []byte("[]"), []byte("[]")
		var err error
		if len(k.Pauses) > 0 {
			pauses, err = json.Marshal(k.Pauses)
		}
		if len(k.Steps) > 0 && err == nil {
			steps, err = json.Marshal(k.Steps)
		}
		if err != nil {
			return fmt.Errorf("a clock of conversation %s: %w", r.of, err)
		}
		if i > 0 {
			rows.WriteString(", ")
		}
		rows.WriteString(db.In(columns, len(args)+1))
		at := k.Next()
		next = min(next, at)
		args = append(args, r.of, k.Kind, k.Round, k.Policy, k.Target.Microseconds(), k.Warn, k.Started, k.Due, k.WarnAt, k.Warned, k.Met, k.Breached, k.Dropped, string(pauses),
			k.From, k.Counted.Microseconds(), k.Calendar, string(steps), k.StepAt, r.newest, k.PausedSince(), at)
	}
	if err := tx.Soon(ctx, `INSERT INTO clock (`+clockColumns+`, newest, paused_at, next_at) VALUES `+rows.String()+`
		ON CONFLICT (conversation, kind, round) DO UPDATE SET policy = excluded.policy, target = excluded.target, warn = excluded.warn, started_at = excluded.started_at,
		due_at = excluded.due_at, warn_at = excluded.warn_at, warned_at = excluded.warned_at, met_at = excluded.met_at, breached_at = excluded.breached_at, dropped_at = excluded.dropped_at,
		pauses = excluded.pauses, counted_from = excluded.counted_from, counted = excluded.counted, calendar = excluded.calendar, steps = excluded.steps, step_at = excluded.step_at,
		newest = excluded.newest, paused_at = excluded.paused_at, next_at = excluded.next_at`, args...); err != nil {
		return fmt.Errorf("keep clocks of conversation %s: %w", all[0].of, err)
	}
	if next < desk.Never {
		signalClocks(tx)
	}
	return nil
}

type clocksKey struct{}

func signalClocks(tx *db.Tx) {
	if tx.Value(clocksKey{}) != nil {
		return
	}
	tx.SetValue(clocksKey{}, true)
	tx.AfterCommit(func() { tx.DB().Signal(ClocksMoved) })
}

// In what the targets of a policy count.
const (
	CountClock   = "clock"   // every hour
	CountOpening = "opening" // while the calendar of the conversation is open
)

// PolicyStep is something that is done before or after the promises of a policy are due.
type PolicyStep struct {
	ID      int             `json:"id" doc:"0 for a new one; it stays when others come and go"`
	Kinds   []deadline.Kind `json:"kinds" maxItems:"6" doc:"Of which promises: acknowledge, first_answer, next_answer, update, resolve, and commitment for what people promised; of all where empty"`
	Minutes int64           `json:"minutes" minimum:"-527040" maximum:"527040" doc:"From the due time, counted as the policy counts; before it where negative"`
	Every   int64           `json:"every,omitempty" minimum:"0" maximum:"527040" doc:"Minutes after which it is done again while the promise is not kept; 0: it is done once"`
	Times   int             `json:"times,omitempty" minimum:"0" maximum:"100" doc:"How often it is done at most, where it is done again"`
	Actions []desk.Action   `json:"actions" minItems:"1" maxItems:"20"`
}

// Step is the step as clocks know it.
func (p PolicyStep) Step() deadline.Step {
	return deadline.Step{ID: p.ID, Kinds: p.Kinds, Offset: time.Duration(p.Minutes) * time.Minute, Every: time.Duration(p.Every) * time.Minute, Times: p.Times}
}

// Clock is a promise of a conversation as people see it.
type Clock struct {
	Kind     deadline.Kind  `json:"kind" enum:"acknowledge,first_answer,next_answer,update,resolve"`
	Policy   desk.PolicyID  `json:"policy"`
	State    deadline.State `json:"state" enum:"running,paused,met,breached"`
	Started  desk.Time      `json:"started"`
	Due      desk.Time      `json:"due,omitempty" doc:"Absent while it is paused"`
	Warn     desk.Time      `json:"warn,omitempty" doc:"When it is close"`
	Paused   desk.Time      `json:"paused,omitempty" doc:"Since when it stands still"`
	Met      desk.Time      `json:"met,omitempty" doc:"A breached one that has this was met late"`
	Breached desk.Time      `json:"breached,omitempty"`
	Step     desk.Time      `json:"step,omitempty" doc:"When the next step of its policy is taken"`
	Target   int64          `json:"target" doc:"What is promised, in seconds"`
	Spent    int64          `json:"spent" doc:"What was counted of it until now, in seconds"`
	Explain  []ClockStretch `json:"explain" doc:"Why it is due when it is: what counted and what did not, in order"`
	Counts   string         `json:"counts" enum:"clock,opening" doc:"Whether every hour counts, or those of a calendar"`
	Calendar string         `json:"calendar,omitempty" doc:"Name of the calendar by which it counts"`
	Zone     string         `json:"zone,omitempty" doc:"Whose clock that calendar goes by"`
	Changed  bool           `json:"changed,omitempty" doc:"The calendar is another one than when it was met or broken: what is explained need not add up to its due time"`
}

// ClockStretch is a time that counted for a clock, or did not.
type ClockStretch struct {
	deadline.Stretch
	Seconds int64           `json:"seconds" doc:"How much of it counted"`
	Shut    hours.Shut      `json:"shut,omitempty" enum:"hours,weekday,date,holiday,event" doc:"Why a calendar is closed: outside of the hours of the day, a weekday without any, a date of its own, a public holiday, an event of a feed; the most telling of several"`
	Days    []hours.ShutDay `json:"days,omitempty" doc:"Dates in it that differ from their weekday, and events of feeds that took hours: what date, holiday or event names"`
}

// Clocks are the promises of a conversation, the newest of each kind, in the order of what is due first; kept ones last. What was given up is left out.
func (s *Service) Clocks(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) ([]Clock, error) {
	c, err := s.Get(ctx, tx, scope, id)
	if err != nil {
		return nil, err
	}
	sets, err := clocksOf(ctx, tx, []desk.ConversationID{c.ID})
	if err != nil {
		return nil, err
	}
	all := []Clock{}
	set := sets[c.ID]
	if set == nil {
		return all, nil
	}
	set.Tick(tx.Now)
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i := range set {
		if k := &set[i]; k.Kind != "" && k.Dropped == 0 {
			open, found, err := d.book.Open(k.Calendar, tx.Now)
			if err != nil {
				return nil, err
			}
			shown := shown(k, open, found, tx.Now)
			shown.Calendar = d.book.Name(k.Calendar)
			all = append(all, shown)
		}
	}
	sortClocks(all)
	return all, nil
}

// shown explains a clock by the calendar that it counts by; counted is false where every hour counts, or nobody knows that calendar any more.
func shown(k *deadline.Clock, open hours.Hours, counted bool, now desk.Time) Clock {
	cal := deadline.Calendar(worktime.Always)
	if counted {
		cal = open
	}
	end := now
	if k.Met != 0 {
		end = k.Met
	}
	out := Clock{Kind: k.Kind, Policy: k.Policy, State: k.State(), Started: k.Started, Due: k.Due, Warn: k.WarnAt, Paused: k.PausedSince(), Met: k.Met, Breached: k.Breached,
		Target: int64(k.Target / time.Second), Spent: int64(k.Spent(end, cal) / time.Second), Explain: []ClockStretch{}, Counts: CountClock,
		Changed: k.Differs(cal)}
	if k.Open() && k.StepAt < desk.Never {
		out.Step = k.StepAt
	}
	if k.Calendar != 0 {
		out.Counts = CountOpening
	}
	if counted {
		out.Zone = open.Zone().String()
	}
	for _, line := range k.Explain(cal, now) {
		s := ClockStretch{Stretch: line, Seconds: int64(line.Counted / time.Second)}
		if counted && line.What == deadline.WhatClosed {
			s.Shut, s.Days = open.Shut(line.From.Time(), line.To.Time())
		}
		out.Explain = append(out.Explain, s)
	}
	return out
}

// sortClocks puts what has to be kept first, by when it is due, before what was kept.
func sortClocks(all []Clock) {
	slices.SortStableFunc(all, func(a, b Clock) int {
		return cmp.Or(cmp.Compare(kept(a), kept(b)), cmp.Compare(cmp.Or(a.Due, desk.Never), cmp.Or(b.Due, desk.Never)), cmp.Compare(a.Started, b.Started))
	})
}

func kept(c Clock) int {
	if c.Met != 0 {
		return 1
	}
	return 0
}

// servicePolicy is a policy as it is stored; the table belongs to feature/sla and is only read here.
type servicePolicy struct {
	condition condition.Node
	targets   map[deadline.Kind][deadline.Priorities]int64 // in minutes
	pauses    []desk.Status
	steps     []PolicyStep
}

// loadPolicies compiles the policies in use, in their order. One whose condition asks for something that is gone applies to nothing.
func (d *definitions) loadPolicies(ctx context.Context, tx *db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT id, active AND deleted_at = 0, condition, zone, targets, pauses, warn, counts = 'opening', steps,
		(SELECT changed_at FROM service_policy_stamp) FROM service_policy ORDER BY position, id`)
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		p := &deadline.Policy{}
		var used bool
		var when, zone, targets, pauses, steps string
		if err := r.Scan(&p.ID, &used, &when, &zone, &targets, &pauses, &p.Warn, &p.Opening, &steps, &p.Since); err != nil {
			return err
		}
		d.promises = true
		var stored servicePolicy
		if err := errors.Join(json.Unmarshal([]byte(when), &stored.condition), json.Unmarshal([]byte(targets), &stored.targets), json.Unmarshal([]byte(pauses), &stored.pauses),
			json.Unmarshal([]byte(steps), &stored.steps)); err != nil {
			return fmt.Errorf("service level policy %s: %w", p.ID, err)
		}
		for _, step := range stored.steps {
			p.Steps = append(p.Steps, step.Step())
		}
		p.Pauses, p.Targets = stored.pauses, deadline.Targets{}
		for kind, byPriority := range stored.targets {
			var times [deadline.Priorities]time.Duration
			for i, minutes := range byPriority {
				times[i] = time.Duration(minutes) * time.Minute
			}
			p.Targets[kind] = times
		}
		if !used {
			return nil
		}
		var err error
		if p.When, err = condition.Compile(d.registry, "", stored.condition, condition.Env{Zone: zoneOf(zone)}); err != nil {
			return nil //nolint:nilerr // a field that it asks for was put away: said on its page
		}
		for _, a := range p.When.Attributes() {
			d.policyAsks = d.policyAsks.and(asksOf(a))
		}
		d.policies = append(d.policies, p)
		return nil
	})
	if err != nil {
		return fmt.Errorf("load service level policies: %w", err)
	}
	return nil
}
