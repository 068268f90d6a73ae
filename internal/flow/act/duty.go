package act

import (
	"context"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// named puts a person into each action that assigns to whoever is on duty, asks him or has him follow: who has the conversation already where he is one of them, else the first who may see it. It refuses
// where nobody is on duty now.
func (h *Hands) named(ctx context.Context, tx *db.Tx, row desk.Conversation, actions []desk.Action) ([]desk.Action, error) {
	if !slices.ContainsFunc(actions, func(a desk.Action) bool { return a.OnDuty != 0 }) {
		return actions, nil
	}
	actions = slices.Clone(actions)
	for i, a := range actions {
		if a.OnDuty == 0 {
			continue
		}
		who, from, err := h.Duty.OnDuty(ctx, tx, a.OnDuty)
		if err != nil {
			return nil, err
		}
		if from > tx.Now {
			return nil, desk.WhyNobodyOnDuty.Refuse()
		}
		one := row.Assignee
		if !slices.Contains(who, one) {
			if one, err = h.firstWhoSees(ctx, tx, row.ID, who); err != nil {
				return nil, err
			}
		}
		if a.Do == desk.AskPeople || a.Do == desk.Follow {
			actions[i].Agents = append(slices.Clone(a.Agents), one)
		} else {
			actions[i].Agent = one
		}
	}
	return actions, nil
}

func (h *Hands) firstWhoSees(ctx context.Context, tx *db.Tx, id desk.ConversationID, who []desk.AgentID) (desk.AgentID, error) {
	seen, err := h.Conversations.SeenBy(ctx, tx, []desk.ConversationID{id}, nil)
	if err != nil {
		return 0, err
	}
	for _, agent := range who {
		scope, err := h.Staff.Scope(ctx, tx, agent)
		if err != nil {
			return 0, err
		}
		if len(seen) > 0 && conversation.Visible(scope, seen[0].Row, seen[0].Named) {
			return agent, nil
		}
	}
	return 0, desk.WhyCannotSee.Refuse()
}
