package promise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// take does what steps are to do, each for itself: what fails is undone, told in the timeline, and stops nothing else.
func (k *Keeper) take(ctx context.Context, tx *db.Tx, steps []conversation.Escalated) error {
	deeds, err := k.Policies.Deeds(ctx, tx)
	if err != nil {
		return err
	}
	for _, s := range steps {
		actions := deeds[s.Policy][s.Step]
		if len(actions) == 0 {
			continue // the policy was changed meanwhile
		}
		err := tx.Savepoint(ctx, func() error {
			return eventlog.Because(tx, s.Event.Seq, func() error {
				_, err := k.Hands.DoByPolicy(ctx, tx, s.Conversation, actions)
				return err
			})
		})
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return err
		}
		if err := k.failed(ctx, tx, s, err); err != nil {
			return err
		}
	}
	return nil
}

// failed tells why a step did nothing.
func (k *Keeper) failed(ctx context.Context, tx *db.Tx, s conversation.Escalated, cause error) error {
	why := "error"
	var refused *desk.Refusal
	switch {
	case !errors.As(cause, &refused):
		k.Log.ErrorContext(ctx, "a step of a policy failed", "policy", s.Policy, "step", s.Step, "conversation", s.Conversation, "error", cause)
	case refused.Why != "":
		why = string(refused.Why)
	default:
		why = string(refused.Code)
	}
	data, err := json.Marshal(map[string]any{"kind": s.Kind, "policy": s.Policy, "step": s.Step, "why": why})
	if err != nil {
		return fmt.Errorf("tell of a step that failed: %w", err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.System, Kind: desk.StepFailed, SubjectKind: desk.AboutConversation, Subject: int64(s.Conversation), Conversation: s.Conversation,
		Cause: s.Event.Seq, Data: data})
}
