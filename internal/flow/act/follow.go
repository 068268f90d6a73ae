package act

import (
	"context"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// follow has the people of an action follow a conversation, or follow it no longer. Like asking, it refuses whole where one of them may not see it: what is done with fewer people than were
// named looks done and is not.
func (h *Hands) follow(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, a desk.Action) error {
	who := slices.Clone(a.Agents)
	if a.Me {
		who = append(who, scope.Agent)
	}
	slices.Sort(who)
	for _, agent := range slices.Compact(who) {
		if a.Do == desk.Follow {
			theirs, err := h.Staff.Scope(ctx, tx, agent)
			if err != nil {
				return err
			}
			if _, err := h.Conversations.Get(ctx, tx, theirs, id); desk.IsRefusal(err, desk.NotFound) {
				return desk.WhyCannotSee.Refuse()
			} else if err != nil {
				return err
			}
		}
		if err := h.Conversations.Follow(ctx, tx, by, scope, id, agent, a.Do == desk.Follow); err != nil {
			return err
		}
	}
	return nil
}

// followed reports whether there is nothing to do: those whom an action names follow already, or do not. Who is on duty is looked up when it is done.
func (h *Hands) followed(ctx context.Context, tx *db.Tx, id desk.ConversationID, a desk.Action) (bool, error) {
	if a.OnDuty != 0 {
		return false, nil
	}
	all, err := h.Conversations.FollowersOf(ctx, tx, []desk.ConversationID{id})
	if err != nil {
		return false, err
	}
	for _, agent := range a.Agents {
		if slices.Contains(all[id], agent) != (a.Do == desk.Follow) {
			return false, nil
		}
	}
	return true, nil
}
