package automate

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/rule"
	"tellus/internal/feature/automation"
	"tellus/internal/flow/act"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

const (
	slice     = 50               // conversations that one transaction looks at for time rules
	longest   = 10 * time.Minute // that Watch sleeps at most, should a signal be lost
	flock     = time.Second      // within which signals are answered once
	ofOne     = 200              // conversations of a customer that are looked at when he is changed
	triedMost = 1000             // conversations that a time rule is tried on
)

// Register adds the jobs to the workers.
func (a *Automate) Register(w *jobs.Workers) { jobs.Register(w, a.enrol) }

// touched are the conversations that events may have changed, in the order in which they are held, and whether all of them may have.
func (a *Automate) touched(ctx context.Context, tx *db.Tx, events []desk.Event) (ids []desk.ConversationID, all bool, err error) {
	for _, e := range events {
		switch {
		case e.Conversation != 0:
			ids = append(ids, e.Conversation)
		case e.SubjectKind == desk.AboutCustomer:
			his, err := a.Conversations.UnfinishedOf(ctx, tx, desk.CustomerID(e.Subject), ofOne)
			if err != nil {
				return nil, false, err
			}
			ids = append(ids, his...)
		case e.Kind == desk.CalendarUpdated || e.SubjectKind == desk.AboutPolicy && done(e):
			all = true
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), all, nil
}

// done reports whether an event says that all conversations were brought up to the policies.
func done(e desk.Event) bool {
	var p struct{ Done bool }
	return len(e.Data) > 0 && json.Unmarshal(e.Data, &p) == nil && p.Done
}

// moved reports whether events changed what a time rule waits for, or whether it holds: looked at by a reader, so that nobody waits for the writer where they did not.
func (a *Automate) moved(ctx context.Context, tx *db.Tx, set *rule.Set, events []desk.Event) (bool, error) {
	if len(set.Timed()) == 0 {
		return false, nil
	}
	ids, all, err := a.touched(ctx, tx, events)
	if err != nil || all {
		return all, err
	}
	for _, id := range ids {
		looked, err := a.watch(ctx, tx, set.Timed(), id)
		if err != nil || len(looked) > 0 {
			return len(looked) > 0, err
		}
	}
	return false, nil
}

// follow looks for time rules at what events changed.
func (a *Automate) follow(ctx context.Context, tx *db.Tx, set *rule.Set, events []desk.Event) error {
	if len(set.Timed()) == 0 {
		return nil
	}
	ids, all, err := a.touched(ctx, tx, events)
	if err != nil {
		return err
	}
	if all {
		if err := a.Rules.EnrolAll(ctx, tx); err != nil {
			return err
		}
	}
	return a.lookAt(ctx, tx, set.Timed(), ids)
}

// lookAt looks at conversations for time rules, keeps what they wait for, and tells of those that became true.
func (a *Automate) lookAt(ctx context.Context, tx *db.Tx, rules []*rule.Timed, ids []desk.ConversationID) error {
	for _, id := range ids {
		if err := tx.Lock(ctx, "conversation", int64(id)); err != nil {
			return err
		}
		looked, err := a.watch(ctx, tx, rules, id)
		if err != nil {
			return err
		}
		for _, l := range looked {
			if err := a.Rules.Watch(ctx, tx, l.rule, id, l.is); err != nil {
				return err
			}
			if l.since == 0 {
				continue
			}
			if err := a.Rules.CameDue(ctx, tx, l.rule, id, l.since); err != nil {
				return err
			}
		}
	}
	return nil
}

// looked is what a look at a conversation changed.
type looked struct {
	rule  desk.RuleID
	is    rule.Watch
	since desk.Time // by which time it became true, 0 where it did not
}

// watch asks time rules about a conversation and returns what differs from what is kept. What only named people see is left alone, as is what is gone.
func (a *Automate) watch(ctx context.Context, tx *db.Tx, rules []*rule.Timed, id desk.ConversationID) (changed []looked, err error) {
	kept, err := a.Rules.Watches(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	row, err := a.timed(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for _, t := range rules {
		was := kept[t.ID]
		if was.Next == desk.Never {
			was.Next = 0
		}
		one := looked{rule: t.ID}
		if row != nil {
			one.is, one.since = t.Look(row, was, tx.Now)
		}
		same := one.is
		if same.Next == desk.Never {
			same.Next = 0
		}
		if same != was || one.since != 0 {
			changed = append(changed, one)
		}
	}
	return changed, nil
}

// timed is a conversation as time rules are asked about it; nil where they are not.
func (a *Automate) timed(ctx context.Context, tx *db.Tx, id desk.ConversationID) (*rule.Case, error) {
	row, err := a.look(ctx, tx, act.House, desk.Event{Conversation: id, By: desk.System, At: tx.Now})
	if row == nil || row.ID != id { // it was merged into another, which is looked at by itself
		return nil, err
	}
	return row, nil
}

// Watch looks at conversations for time rules as their times come, until ctx ends. Each node does so: who comes second finds that it was looked at.
func (a *Automate) Watch(ctx context.Context) error {
	moved, stop := a.DB.Listen(automation.WatchesMoved)
	defer stop()
	for {
		wait, err := a.Pass(ctx)
		if err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "time rules did not look at what is due", "error", err)
			wait = 5 * time.Second
		}
		due := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			due.Stop()
			return nil
		case <-due.C:
			continue
		case <-moved:
		}
		again := time.NewTimer(flock) // they come in flocks
		select {
		case <-ctx.Done():
		case <-due.C:
		case <-again.C:
		}
		due.Stop()
		again.Stop()
	}
}

// Pass looks at all conversations whose time has come, and returns how long it is until the next.
func (a *Automate) Pass(ctx context.Context) (time.Duration, error) {
	for {
		var next desk.Time
		if err := a.DB.Look(func(tx *db.Tx) (err error) {
			next, err = a.Rules.NextWatch(ctx, tx)
			return err
		}); err != nil {
			return 0, err
		}
		if now := a.DB.Now(); next > now {
			return min(next.Sub(now)+time.Millisecond, longest), nil
		}
		if err := a.DB.Write(ctx, func(tx *db.Tx) error { return a.pass(ctx, tx) }); err != nil {
			return 0, fmt.Errorf("look for time rules: %w", err)
		}
	}
}

func (a *Automate) pass(ctx context.Context, tx *db.Tx) error {
	set, err := a.Rules.Set(ctx, tx)
	if err != nil {
		return err
	}
	ids, err := a.Rules.DueWatches(ctx, tx, slice)
	if err != nil {
		return err
	}
	if err := a.lookAt(ctx, tx, set.Timed(), ids); err != nil {
		return err
	}
	return a.Rules.DropBroken(ctx, tx, set)
}

// enrol looks at all conversations for a rule, in slices: what it is true of already is acted on, a slice after the other. Begun anew it acts on nothing twice.
func (a *Automate) enrol(ctx context.Context, job *jobs.Job[automation.Enrol]) error {
	var after desk.ConversationID
	for {
		var n int
		err := a.DB.Write(ctx, func(tx *db.Tx) error {
			set, err := a.Rules.Set(ctx, tx)
			if err != nil {
				return err
			}
			rules := slices.DeleteFunc(slices.Clone(set.Timed()), func(t *rule.Timed) bool { return job.Payload.Rule != 0 && t.ID != job.Payload.Rule })
			if n = 0; len(rules) == 0 {
				return nil
			}
			finished := slices.ContainsFunc(rules, func(t *rule.Timed) bool { return t.Finished() })
			ids, err := a.Conversations.Following(ctx, tx, after, finished, slice)
			if err != nil || len(ids) == 0 {
				return err
			}
			n = len(ids)
			after = ids[n-1]
			return a.lookAt(ctx, tx, rules, ids)
		})
		if err != nil {
			return fmt.Errorf("have rule %s look at all conversations: %w", job.Payload.Rule, err)
		}
		if n < slice {
			return nil
		}
	}
}

// tryTimed says of which of the newest conversations that the asker sees a time rule is true now, and when it will be of the others.
func (a *Automate) tryTimed(ctx context.Context, tx *db.Tx, scope desk.Scope, t *rule.Timed, most int) (trial Trial, err error) {
	trial.Items = []Tried{}
	all, err := a.Conversations.Latest(ctx, tx, scope, t.Finished(), triedMost)
	if err != nil {
		return trial, err
	}
	later := []Tried{}
	for _, c := range all {
		trial.Looked++
		trial.Since = c.CreatedAt
		row, err := a.timed(ctx, tx, c.ID)
		if err != nil {
			return trial, err
		}
		if row == nil {
			continue
		}
		one := Tried{Event: desk.Event{Kind: desk.RuleDue, At: tx.Now}, Conversation: c.ID, Number: c.Number, Subject: c.Subject, Would: []desk.Action{}}
		switch at := t.When(row, tx.Now); {
		case at == tx.Now:
			if one, err = a.would(ctx, tx, row, t.Actions, one); err != nil {
				return trial, err
			}
			if trial.Holds++; len(trial.Items) < most {
				trial.Items = append(trial.Items, one)
			}
		case at < desk.Never:
			one.When = at
			later = append(later, one)
		}
	}
	slices.SortStableFunc(later, func(x, y Tried) int { return int(min(max(x.When-y.When, -1), 1)) })
	trial.Items = append(trial.Items, later[:min(len(later), most-len(trial.Items))]...)
	return trial, nil
}
