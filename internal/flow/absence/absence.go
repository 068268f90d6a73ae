// Package absence has work go on while somebody is away whose absence was planned: what waits for his answer as he goes, and what customers write to him meanwhile, goes to his deputy, or
// back to his team. It follows the event log with a cursor of its own, and wakes as absences begin and end.
package absence

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"tellus/internal/desk"
	engine "tellus/internal/engine/duty"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/duty"
	"tellus/internal/feature/presence"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Keeper is the flow.
type Keeper struct {
	DB            *db.DB
	Duty          *duty.Service
	Conversations *conversation.Service
	Presence      *presence.Service
	Staff         *staff.Service
	Log           *slog.Logger
}

const (
	slice   = 100              // conversations that one transaction hands over
	longest = 10 * time.Minute // that Watch sleeps at most, should a signal be lost
)

// asks are the facts after which a conversation may wait for somebody who is absent.
var asks = map[desk.EventKind]bool{
	desk.MessageReceived: true, desk.ConversationReopened: true, desk.Woken: true, desk.StatusChanged: true, desk.MergeUndone: true, desk.UnmarkedSpam: true, desk.Restored: true,
}

// Run follows the log until ctx ends.
func (k *Keeper) Run(ctx context.Context, events *eventlog.Log) error {
	return events.Run(ctx, eventlog.Consumer{Name: "absence", Plan: k.Plan, Batch: 200, FromNow: true})
}

// Plan looks, as a reader, which of what happened waits for somebody who is absent, and returns what hands it over.
func (k *Keeper) Plan(ctx context.Context, tx *db.Tx, events []desk.Event) (func(context.Context, *db.Tx) error, error) {
	var asked []desk.Event
	for _, e := range events {
		if e.Conversation != 0 && asks[e.Kind] {
			asked = append(asked, e)
		}
	}
	if len(asked) == 0 {
		return nil, nil //nolint:nilnil // nothing is to be written
	}
	away, err := k.Duty.Absences(ctx, tx, 0)
	if err != nil || len(away) == 0 {
		return nil, err
	}
	holders := map[desk.ConversationID]desk.AgentID{}
	for _, e := range asked {
		holder, err := k.Conversations.HolderOf(ctx, tx, e.Conversation)
		if err != nil {
			return nil, err
		}
		if engine.Absent(holder, tx.Now, away) != nil {
			holders[e.Conversation] = holder
		}
	}
	if len(holders) == 0 {
		return nil, nil //nolint:nilnil // nothing is to be written
	}
	return func(ctx context.Context, tx *db.Tx) error {
		for _, e := range asked {
			holder := holders[e.Conversation]
			if holder == 0 {
				continue
			}
			if err := eventlog.Because(tx, e.Seq, func() error { return k.handOver(ctx, tx, e.Conversation, holder) }); err != nil {
				return fmt.Errorf("hand over conversation %s: %w", e.Conversation, err)
			}
		}
		return nil
	}, nil
}

// handOver hands one conversation over if its holder is absent still.
func (k *Keeper) handOver(ctx context.Context, tx *db.Tx, id desk.ConversationID, holder desk.AgentID) error {
	away, err := k.Duty.Absences(ctx, tx, 0)
	if err != nil {
		return err
	}
	a := engine.Absent(holder, tx.Now, away)
	if a == nil {
		return nil // he came back meanwhile
	}
	_, err = k.Conversations.HandOver(ctx, tx, id, holder, a.To, func(c desk.Conversation) (desk.AgentID, error) {
		return k.deputy(ctx, tx, c, engine.StandIn(holder, tx.Now, away))
	})
	return err
}

// deputy is who is given a conversation: who stands in where he may answer it, else nobody, so that it is the team's.
func (k *Keeper) deputy(ctx context.Context, tx *db.Tx, c desk.Conversation, who desk.AgentID) (desk.AgentID, error) {
	if who == 0 {
		return 0, nil
	}
	agent, err := k.Staff.Agent(ctx, tx, who)
	if err != nil || !agent.Active || !agent.Role.May(desk.WriteConversations) {
		return 0, err
	}
	scope, err := k.Staff.Scope(ctx, tx, who)
	if err != nil {
		return 0, err
	}
	seen, err := k.Conversations.SeenBy(ctx, tx, []desk.ConversationID{c.ID}, nil)
	if err != nil || len(seen) == 0 {
		return 0, err
	}
	c.Assignee = 0 // that he would have it is no reason to see it
	if !conversation.Visible(scope, c, seen[0].Named) {
		return 0, nil
	}
	return who, nil
}

// Watch has absences begin and end as their times come, until ctx ends. Each node does so: who comes second finds nothing left to do.
func (k *Keeper) Watch(ctx context.Context) error {
	moved, stop := k.DB.Listen(duty.AbsencesMoved)
	defer stop()
	for {
		wait, err := k.Turn(ctx)
		if err != nil && ctx.Err() == nil {
			k.Log.WarnContext(ctx, "what waits for who is absent was not handed over", "error", err)
			wait = 5 * time.Second
		}
		due := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			due.Stop()
			return nil
		case <-due.C:
		case <-moved:
		}
		due.Stop()
	}
}

// Turn has those go and come back whose time has come, hands over what waits for who went, and returns how long it is until the next.
func (k *Keeper) Turn(ctx context.Context) (time.Duration, error) {
	if _, err := k.Presence.Review(ctx, k.DB); err != nil { // an absence that was moved or cancelled changes who is there too
		return 0, err
	}
	var next desk.Time
	if err := k.DB.Look(func(tx *db.Tx) (err error) {
		next, err = k.Duty.NextTurn(ctx, tx)
		return err
	}); err != nil {
		return 0, err
	}
	if now := k.DB.Now(); next > now {
		return min(next.Sub(now)+time.Millisecond, longest), nil
	}
	// What waits is handed over before it is noted that the absence began: a node that dies between leaves it to be done again, which finds less.
	away, err := k.going(ctx)
	if err != nil {
		return 0, err
	}
	for _, a := range away {
		if err := k.leave(ctx, a); err != nil {
			return 0, err
		}
	}
	if err := k.DB.Write(ctx, func(tx *db.Tx) error { return k.Duty.Turned(ctx, tx, away) }); err != nil {
		return 0, fmt.Errorf("note who went and came back: %w", err)
	}
	return 0, nil
}

// going are the absences that have begun and of which that is not noted yet.
func (k *Keeper) going(ctx context.Context) (list []desk.Absence, err error) {
	err = k.DB.Look(func(tx *db.Tx) error {
		list, err = k.Duty.Going(ctx, tx)
		return err
	})
	return list, err
}

// leave hands over what waits for somebody who went.
func (k *Keeper) leave(ctx context.Context, a desk.Absence) error {
	var behind conversation.InQueue
	for {
		n := 0
		err := k.DB.Write(ctx, func(tx *db.Tx) error {
			list, err := k.Conversations.WaitsFor(ctx, tx, a.Agent, behind, slice)
			if err != nil {
				return err
			}
			for _, q := range list {
				if err := k.handOver(ctx, tx, q.ID, a.Agent); err != nil {
					return err
				}
			}
			if n = len(list); n > 0 {
				behind = list[n-1]
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("hand over what waits for agent %s: %w", a.Agent, err)
		}
		if n < slice {
			return nil
		}
	}
}
