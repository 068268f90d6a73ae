// Package automate has the rules of the desk act. It follows the event log with a cursor of its own, so that what rules do comes after what happened and can neither undo nor
// delay it; cursor and acts are one transaction, so that an event is acted on once, whichever node does it and whatever dies meanwhile.
package automate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/courtesy"
	"tellus/internal/engine/rule"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/hours"
	"tellus/internal/feature/presence"
	"tellus/internal/flow/act"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Automate is the flow.
type Automate struct {
	DB            *db.DB
	Rules         *automation.Service
	Conversations *conversation.Service
	Hands         *act.Hands
	Presence      *presence.Service
	Log           *slog.Logger
}

// batch is how many events one transaction acts on, so that nobody waits long for it.
const batch = 20

// Run follows the log until ctx ends.
func (a *Automate) Run(ctx context.Context, events *eventlog.Log) error {
	return events.Run(ctx, eventlog.Consumer{Name: "rules", Plan: a.Plan, Batch: batch, FromNow: true})
}

// Plan looks whether any rule is asked about the events while nobody waits for the writer: the planner of the consumer.
func (a *Automate) Plan(ctx context.Context, tx *db.Tx, events []desk.Event) (func(context.Context, *db.Tx) error, error) {
	set, err := a.Rules.Set(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if asked(set, e) {
			return func(ctx context.Context, tx *db.Tx) error { return a.Take(ctx, tx, events) }, nil
		}
	}
	moved, err := a.moved(ctx, tx, set, events)
	if err != nil || !moved {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error { return a.Take(ctx, tx, events) }, nil
}

func asked(set *rule.Set, e desk.Event) bool {
	return e.Conversation != 0 && (set.Asks(e.Kind) || e.Kind == desk.RuleDue)
}

// Take has rules act on events.
func (a *Automate) Take(ctx context.Context, tx *db.Tx, events []desk.Event) error {
	set, err := a.Rules.Set(ctx, tx)
	if err != nil {
		return err
	}
	for _, e := range events {
		if !asked(set, e) {
			continue
		}
		if err := a.event(ctx, tx, set, e); err != nil {
			return err
		}
	}
	if err := a.follow(ctx, tx, set, events); err != nil {
		return err
	}
	_, err = a.Rules.Forget(ctx, tx, batch)
	return err
}

// begin begins to ask about an event, and says for which time: about a rule that came due, that rule alone, for the time that made it true. What befell the conversation
// meanwhile counts, since it is asked as it is now.
func begin(set *rule.Set, e desk.Event, chain rule.Chain, now desk.Time) (*rule.Run, desk.Time, error) {
	if e.Kind != desk.RuleDue {
		return set.Begin(e.Kind, chain), now, nil
	}
	var due automation.Due
	if err := json.Unmarshal(e.Data, &due); err != nil {
		return nil, 0, fmt.Errorf("data of event %d: %w", e.Seq, err)
	}
	run, ok := set.BeginTimed(due.Rule, chain)
	if !ok {
		return nil, 0, nil
	}
	return run, desk.Time(due.At), nil
}

// event asks the rules about one event, each on the conversation as the rules before it left it.
func (a *Automate) event(ctx context.Context, tx *db.Tx, set *rule.Set, e desk.Event) error {
	if err := tx.Lock(ctx, "conversation", int64(e.Conversation)); err != nil {
		return err
	}
	row, err := a.look(ctx, tx, act.House, e)
	if err != nil || row == nil {
		return err
	}
	chain, name, err := a.Rules.Chain(ctx, tx, e, row.ID)
	if err != nil {
		return err
	}
	run, at, err := begin(set, e, chain, tx.Now)
	if err != nil || run == nil {
		return err
	}
	if e.Kind == desk.RuleDue {
		row.At = at
	}
	for {
		d, ok := run.Next(row, at)
		if !ok {
			return nil
		}
		f := automation.Firing{Rule: d.ID, RuleVersion: d.Version, Conversation: row.ID, Event: e.Seq, Chain: name, Depth: chain.Depth + 1, State: automation.Stopped, Why: string(d.Why)}
		if d.Why != rule.Acts {
			if would, _, err := a.Hands.Would(ctx, tx, row.Conversation, d.Actions); err != nil {
				return err
			} else if len(would) == 0 {
				continue // all is as it would make it: there is nothing to say
			}
		}
		if d.Why == rule.Acts {
			if f, err = a.act(ctx, tx, d, row, f); err != nil {
				return err
			}
			if f.State == automation.Done && len(f.Deeds) == 0 && !d.Stop {
				continue // all is as it would make it
			}
		}
		if err := a.Rules.Fired(ctx, tx, f); err != nil {
			return err
		}
		if len(f.Deeds) == 0 {
			continue
		}
		cases, err := a.Conversations.Cases(ctx, tx, []desk.Conversation{row.Conversation})
		if err != nil {
			return err
		}
		row = row.After(cases[0])
	}
}

// act does what a rule would change. What fails is undone by itself and told.
func (a *Automate) act(ctx context.Context, tx *db.Tx, d rule.Decision, row *rule.Case, f automation.Firing) (automation.Firing, error) {
	f.State = automation.Done
	actions, _, err := a.Hands.Would(ctx, tx, row.Conversation, d.Actions)
	if err != nil || len(actions) == 0 {
		return f, err
	}
	began := a.DB.Now()
	var after desk.Conversation
	var unsent courtesy.Why
	err = tx.Savepoint(ctx, func() error {
		return eventlog.Because(tx, f.Event, func() (err error) {
			after, unsent, err = a.Hands.DoByRule(ctx, tx, d.ID, d.Zone, row.ID, actions)
			return err
		})
	})
	f.Took = a.DB.Now().Sub(began).Microseconds()
	if err == nil {
		row.Conversation, f.Conversation = after, after.ID // what it was merged into, where it was
		for _, one := range actions {
			if one.Do != desk.SendAnswer || unsent == "" {
				f.Deeds = append(f.Deeds, one.Do)
			}
		}
		if f.Why = string(unsent); unsent != "" && len(f.Deeds) == 0 {
			f.State = automation.Stopped
		}
		return f, nil
	}
	if ctx.Err() != nil {
		return f, err
	}
	f.State, f.Why = automation.Failed, "error"
	var refused *desk.Refusal
	switch {
	case !errors.As(err, &refused):
		a.Log.ErrorContext(ctx, "rule failed", "rule", d.ID, "conversation", row.ID, "error", err)
	case refused.Why != "":
		f.Why = string(refused.Why)
	default:
		f.Why = string(refused.Code)
	}
	return f, nil
}

// look returns what happened with the conversation as it is now; nil where the scope does not see it, or it is gone.
func (a *Automate) look(ctx context.Context, tx *db.Tx, scope desk.Scope, e desk.Event) (*rule.Case, error) {
	c, err := a.Conversations.Get(ctx, tx, scope, e.Conversation)
	if desk.IsRefusal(err, desk.NotFound) {
		return nil, nil //nolint:nilnil // nothing to act on
	}
	if err != nil {
		return nil, err
	}
	cases, err := a.Conversations.Cases(ctx, tx, []desk.Conversation{c})
	if err != nil {
		return nil, err
	}
	row := &rule.Case{Case: cases[0], By: e.By.Kind, At: e.At, Around: a.around(ctx, tx)} // when it happened, not when the rule comes to it
	if e.Message != 0 || e.Kind == desk.ConversationOpened {
		if row.Message, err = a.Conversations.ForRules(ctx, tx, c.ID, e.Message); err != nil {
			return nil, err
		}
	}
	open, known, err := hours.OfInbox(ctx, tx, c.Inbox)
	if err != nil {
		return nil, err
	}
	row.Open = func(at desk.Time) (bool, bool, desk.Time) { return openAt(open, known, at) }
	return row, nil
}

// openAt reports whether a house is open, whether that is known, and until when it stays so; 0 for always.
func openAt(h hours.Hours, known bool, at desk.Time) (open, sure bool, until desk.Time) {
	if !known {
		return false, false, 0
	}
	t := at.Time().In(h.Zone())
	open = h.OpenAt(t)
	turn := h.NextOpen
	if open {
		turn = h.NextClose
	}
	if then, ok := turn(t); ok {
		until = desk.At(then)
		if until <= at { // a part of a microsecond
			until = at + 1
		}
	}
	return open, true, until
}

// Tried is what a rule would have done by an event.
type Tried struct {
	Event        desk.Event          `json:"event"`
	Conversation desk.ConversationID `json:"conversation"`
	Number       int64               `json:"number"`
	Subject      string              `json:"subject"`
	Holds        bool                `json:"holds" doc:"Its condition holds for the conversation as it is now"`
	Would        []desk.Action       `json:"would" doc:"What it would change; nothing where all is so already"`
	Into         int64               `json:"into,omitempty" doc:"The number of the conversation that it would be merged into"`
	Unsent       courtesy.Why        `json:"unsent,omitempty" doc:"Why its answer would not be sent as of now: such as answer_machine"`
	When         desk.Time           `json:"when,omitempty" doc:"Of a time rule that does not hold: when it will, if nobody does anything"`
}

// Trial is a rule tried on what happened last.
type Trial struct {
	Items  []Tried   `json:"items" doc:"The newest first"`
	Looked int       `json:"looked" doc:"Events that were looked through, of all kinds; of a time rule: conversations"`
	Holds  int       `json:"holds"`
	Since  desk.Time `json:"since,omitempty" doc:"When the oldest event that was looked at happened"`
}

// Bounds of a trial.
const (
	MostTried = 200    // events of the rule's kinds
	farthest  = 20_000 // events of all kinds
)

// would says what a rule that holds would do with a conversation as it is.
func (a *Automate) would(ctx context.Context, tx *db.Tx, row *rule.Case, actions []desk.Action, one Tried) (Tried, error) {
	one.Holds = true
	would, into, err := a.Hands.Would(ctx, tx, row.Conversation, actions)
	if err != nil {
		return one, err
	}
	if one.Would = append(one.Would, would...); into != 0 {
		other, err := a.Conversations.Get(ctx, tx, act.House, into)
		if err != nil {
			return one, err
		}
		one.Into = other.Number
	}
	why, err := a.Hands.Unsent(ctx, tx, row.Conversation, one.Would)
	if one.Unsent = why; why != "" {
		one.Would = slices.DeleteFunc(one.Would, func(a desk.Action) bool { return a.Do == desk.SendAnswer })
	}
	return one, err
}

// Try runs a rule that need not be saved on the last events of its kinds, with conversations that the asker sees, and changes nothing. Conversations are taken as they are now.
func (a *Automate) Try(ctx context.Context, tx *db.Tx, scope desk.Scope, e automation.Edit, most int) (t Trial, err error) {
	t.Items = []Tried{}
	set, err := a.Rules.Trial(ctx, tx, e)
	if err != nil {
		return t, err
	}
	if timed := set.Timed(); len(timed) > 0 {
		return a.tryTimed(ctx, tx, scope, timed[0], most)
	}
	before := desk.Seq(0)
	for t.Looked < farthest {
		events, err := eventlog.Latest(ctx, tx, before, 500)
		if err != nil || len(events) == 0 {
			return t, err
		}
		for _, event := range events {
			before = event.Seq
			t.Looked++
			t.Since = event.At
			if !asked(set, event) {
				continue
			}
			row, err := a.look(ctx, tx, scope, event)
			if err != nil {
				return t, err
			}
			if row == nil {
				continue
			}
			one := Tried{Event: event, Conversation: row.ID, Number: row.Number, Subject: row.Subject, Would: []desk.Action{}}
			if d, ok := set.Begin(event.Kind, rule.Chain{}).Next(row, tx.Now); ok {
				if one, err = a.would(ctx, tx, row, d.Actions, one); err != nil {
					return t, err
				}
				t.Holds++
			}
			if t.Items = append(t.Items, one); len(t.Items) == most {
				return t, nil
			}
		}
	}
	return t, nil
}
