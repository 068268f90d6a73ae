package conversation

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Round counts for one reader after the other, and counts but once what is the same for many of them: the live feed counts for everybody who is there. What a round
// says is no older than its beginning. It is for one goroutine.
type Round struct {
	s      *Service
	common map[View]commonCount
}

// commonCount is how many conversations a view holds that are not restricted, up to CountCap + beyond.
type commonCount struct {
	n    int
	asOf desk.Seq
}

// Round returns a new round, which is to be used for a moment and then left.
func (s *Service) Round() *Round { return &Round{s: s, common: map[View]commonCount{}} }

// Counts returns the counts of the given views for the scope's agent, as Service.Counts does, yet never those that were kept from before.
func (r *Round) Counts(ctx context.Context, tx *db.Tx, scope desk.Scope, views []View) ([]Count, error) {
	var named bool // some restricted conversation may be seen by this agent
	if err := tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM conversation_access WHERE agent = $1)`, scope.Agent).Scan(&named); err != nil {
		return nil, fmt.Errorf("what names agent %s: %w", scope.Agent, err)
	}
	return r.s.countAll(ctx, tx, scope, views, func(v View, newest desk.Seq) (int, desk.Seq, error) {
		same, err := r.s.shared(ctx, tx, scope, v, named)
		if err != nil {
			return 0, 0, err
		}
		if !same {
			n, err := r.s.countView(ctx, tx, scope, v)
			return n, newest, err
		}
		c, known := r.common[v]
		if !known {
			// Nobody in particular, who sees every inbox: what is not restricted.
			if c.n, err = r.s.countView(ctx, tx, desk.Scope{All: true}, v); err != nil {
				return 0, 0, err
			}
			c.asOf = newest
			r.common[v] = c
		}
		if c.n < 0 || !named {
			return c.n, c.asOf, nil
		}
		own, err := countNamed(ctx, tx, scope.Agent, v)
		return c.n + own, c.asOf, err
	})
}

// shared reports whether a round may count for others too what an agent sees of a view. Of saved views only those who are named nowhere share.
func (s *Service) shared(ctx context.Context, tx *db.Tx, scope desk.Scope, v View, named bool) (bool, error) {
	id := v.SavedID()
	if id == 0 {
		return alike(scope, v), nil
	}
	if !scope.All || named {
		return false, nil
	}
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return false, err
	}
	saved := d.byID[id]
	return saved != nil && saved.cond != nil && !saved.cond.Personal(), nil
}

// alike reports whether a view that is not a saved one holds the same for the scope's agent as for everybody who sees all inboxes, those conversations aside that are
// restricted. Who sees only some inboxes also sees what he has of others, so that of his views only those of his inboxes and teams are alike.
func alike(scope desk.Scope, v View) bool {
	name, number, _ := strings.Cut(string(v), ":")
	id, _ := strconv.ParseInt(number, 10, 64) // 0 where it has none
	switch name {
	case "unassigned", "all", "waiting", "snoozed", "finished", "spam", "trash":
		return scope.All
	case "inbox":
		return scope.All || slices.Contains(scope.Inboxes, desk.InboxID(id))
	case "team":
		return scope.All || slices.Contains(scope.Teams, desk.TeamID(id))
	}
	return false
}

// countNamed counts the conversations of a view that are restricted and name an agent.
func countNamed(ctx context.Context, tx *db.Tx, agent desk.AgentID, v View) (int, error) {
	var q query
	belongs, err := v.condition(&q, agent)
	if err != nil {
		return 0, err
	}
	return q.count(ctx, tx, v, belongs+" AND c.shelf <> 5 AND c.restricted = TRUE AND c.id IN (SELECT a.conversation FROM conversation_access a WHERE a.agent = "+q.arg(int64(agent))+")")
}
