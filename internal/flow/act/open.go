package act

import (
	"context"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/rule"
	"tellus/internal/platform/db"
)

// Would are those of a rule's actions that change a conversation as it is, as [rule.Would] says, without those that the conversation alone cannot tell are needless: a checklist that it had,
// who follows already, a webhook that is off or gone, and merging where the customer has nothing open to merge into. into is what it would be merged into; 0 where nothing merges.
func (h *Hands) Would(ctx context.Context, tx *db.Tx, row desk.Conversation, actions []desk.Action) (would []desk.Action, into desk.ConversationID, err error) {
	for _, a := range rule.Would(row, actions) {
		switch a.Do {
		case desk.StartList:
			had, err := h.Conversations.HadChecklist(ctx, tx, row.ID, a.List)
			if err != nil {
				return nil, 0, err
			}
			if had {
				continue
			}
		case desk.Follow, desk.Unfollow:
			is, err := h.followed(ctx, tx, row.ID, a)
			if err != nil {
				return nil, 0, err
			}
			if is {
				continue
			}
		case desk.CallWebhook:
			on, err := h.callable(ctx, tx, a)
			if err != nil {
				return nil, 0, err
			}
			if !on {
				continue
			}
		case desk.MergeOpen:
			if into, err = h.opened(ctx, tx, row, a); err != nil {
				return nil, 0, err
			}
			if into == 0 {
				continue
			}
		}
		would = append(would, a)
	}
	return would, into, nil
}

// opened is the open conversation that an action merges another one into; 0 where there is none.
func (h *Hands) opened(ctx context.Context, tx *db.Tx, row desk.Conversation, a desk.Action) (desk.ConversationID, error) {
	return h.Conversations.OpenBefore(ctx, tx, row, tx.Now.Add(-time.Duration(a.Minutes)*time.Minute), a.Same)
}

// mergeOpen merges a conversation where the actions say so and the customer has another one that is open. It goes before everything else, which is then done with what it went into.
func (h *Hands) mergeOpen(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.ConversationID, actions []desk.Action) error {
	i := slices.IndexFunc(actions, func(a desk.Action) bool { return a.Do == desk.MergeOpen })
	if i < 0 {
		return nil
	}
	row, err := h.Conversations.Get(ctx, tx, House, id)
	if err != nil {
		return err
	}
	into, err := h.opened(ctx, tx, row, actions[i])
	if err != nil || into == 0 {
		return err
	}
	_, err = h.Conversations.Merge(ctx, tx, by, House, into, []desk.ConversationID{row.ID})
	return err
}

// startList adds a checklist where there is none of its template. What rules and steps add they add once: one that was taken away is not brought again.
func (h *Hands) startList(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, list desk.TemplateID) error {
	had, err := h.Conversations.HadChecklist(ctx, tx, id, list)
	if err != nil {
		return err
	}
	if had && by.Kind != desk.ActorAgent {
		return nil
	}
	return h.Conversations.StartChecklist(ctx, tx, by, scope, id, list)
}
