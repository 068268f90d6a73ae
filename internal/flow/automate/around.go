package automate

import (
	"context"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/engine/presence"
	"tellus/internal/platform/db"
)

// around says how who has a conversation stands, and its team, when a rule asks for it.
func (a *Automate) around(ctx context.Context, tx *db.Tx) func(c desk.Conversation, key string) condition.Value {
	return func(c desk.Conversation, key string) condition.Value {
		v, err := a.stands(ctx, tx, c, key)
		if err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "a rule asked for what could not be read", "conversation", c.ID, "what", key, "error", err) // the transaction fails with it
		}
		return v
	}
}

func (a *Automate) stands(ctx context.Context, tx *db.Tx, c desk.Conversation, key string) (v condition.Value, err error) {
	switch key {
	case "agent.state", "agent.absent":
		if c.Assignee == 0 {
			return v, nil
		}
		state, why, err := a.Presence.StateOf(ctx, tx, c.Assignee)
		if err != nil || state == "" {
			return v, err
		}
		if key == "agent.absent" {
			return condition.YesNo(why == presence.Absent), nil
		}
		return condition.Code(string(state)), nil
	case "agent.load":
		if c.Assignee == 0 {
			return v, nil
		}
		loads, err := a.Conversations.Loads(ctx, tx, []desk.AgentID{c.Assignee})
		return condition.Num(float64(loads[c.Assignee])), err
	}
	if c.Team == 0 {
		return v, nil
	}
	switch key {
	case "team.queue":
		n, err := a.Conversations.QueueLength(ctx, tx, c.Team)
		return condition.Num(float64(n)), err
	case "team.online":
		members, err := a.Hands.Staff.Members(ctx, tx, c.Team)
		if err != nil {
			return v, err
		}
		takers, err := a.Presence.Takers(ctx, tx, presence.Mail)
		members = slices.DeleteFunc(members, func(id desk.AgentID) bool { return !takers[id] })
		return condition.Num(float64(len(members))), err
	}
	return v, nil
}
