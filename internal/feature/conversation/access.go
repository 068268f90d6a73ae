package conversation

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/merge"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Access is who sees a conversation.
type Access struct {
	Restricted bool           `json:"restricted"`
	Agents     []desk.AgentID `json:"agents" doc:"The only people who see it; whoever restricts it is always among them"`
}

// SetAccess restricts a conversation to named people, or opens it again. What was asked beside it goes along, for it tells of the same matter: side conversations and what was
// forwarded, and what is beside those. Where one of them was restricted by itself, those stay who may see both, and it is not opened.
func (s *Service) SetAccess(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, in Access) error {
	c, err := holdVisible(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	before, err := c.access(ctx, tx)
	if err != nil {
		return err
	}
	after := merge.Access{Restricted: in.Restricted}
	if in.Restricted {
		if after.Agents, err = known(ctx, tx, append(without(in.Agents, scope.Agent), scope.Agent)); err != nil {
			return err
		}
	}
	sides, err := beside(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if err := c.restrict(ctx, tx, by, before, after); err != nil {
		return err
	}
	for _, id := range sides {
		if err := restrictSide(ctx, tx, by, id, before, after); err != nil {
			return err
		}
	}
	return nil
}

// restrictSide does to a side conversation what was done to the one that it is beside.
func restrictSide(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.ConversationID, before, after merge.Access) error {
	side, err := hold(ctx, tx, id)
	if err != nil {
		return err
	}
	own, err := side.access(ctx, tx)
	if err != nil {
		return err
	}
	wanted := after
	if own.Restricted && !own.Equal(before) {
		if !after.Restricted {
			return nil
		}
		wanted.Agents = slices.DeleteFunc(slices.Clone(after.Agents), func(a desk.AgentID) bool { return !slices.Contains(own.Agents, a) })
		if len(wanted.Agents) == 0 {
			return nil // nobody could see it: those who were named for it stay
		}
	}
	if own.Equal(wanted) {
		return nil
	}
	return side.restrict(ctx, tx, by, own, wanted)
}

func (c *row) access(ctx context.Context, tx *db.Tx) (a merge.Access, err error) {
	if a.Restricted = c.Restricted; a.Restricted {
		a.Agents, err = accessOf(ctx, tx, c.ID)
	}
	return a, err
}

// restrict writes who may see a held conversation, and tells of it.
func (c *row) restrict(ctx context.Context, tx *db.Tx, by desk.Actor, before, after merge.Access) error {
	c.Restricted = after.Restricted
	if err := c.setAccess(ctx, tx, before, after); err != nil {
		return err
	}
	if err := c.save(ctx, tx); err != nil {
		return err
	}
	kind := desk.AccessOpened
	if after.Restricted {
		kind = desk.AccessRestricted
	}
	return eventlog.Append(ctx, tx, c.event(by, kind, map[string]any{"agents": some(after.Agents)}))
}

// known are those of the agents that there are, in order.
func known(ctx context.Context, tx *db.Tx, agents []desk.AgentID) ([]desk.AgentID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM agent WHERE id IN `+db.In(len(agents), 1)+` ORDER BY id`, db.Args(agents)...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, a *desk.AgentID) error { return r.Scan(a) })
	if err != nil {
		return nil, fmt.Errorf("who is named: %w", err)
	}
	return list, nil
}

// beside are the conversations that were asked or forwarded beside one, and beside those, in the order of their ids.
func beside(ctx context.Context, tx *db.Tx, id desk.ConversationID) (all []desk.ConversationID, err error) {
	for next := []desk.ConversationID{id}; len(next) > 0; {
		one := next[0]
		next = next[1:]
		members, err := family(ctx, tx, one)
		if err != nil {
			return nil, err
		}
		rows, err := tx.Query(ctx, `SELECT to_conversation FROM conversation_link WHERE kind IN ('side', 'forward') AND from_conversation IN `+db.In(len(members), 1), db.Args(members)...)
		list, err := db.Rows(rows, err, scanID[desk.ConversationID])
		if err != nil {
			return nil, fmt.Errorf("what is beside conversation %s: %w", one, err)
		}
		for _, side := range list {
			if side, err = livesIn(ctx, tx, side); err != nil {
				return nil, err
			}
			if side != id && !slices.Contains(all, side) {
				all, next = append(all, side), append(next, side)
			}
		}
	}
	slices.Sort(all)
	return all, nil
}
