package conversation

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// Visible reports whether an agent may see a conversation; named are those whom a restricted one names. It says the same as the
// condition that visible puts into queries (TestVisibleAgreesWithQueries).
func Visible(s desk.Scope, c desk.Conversation, named []desk.AgentID) bool {
	if c.Restricted {
		return slices.Contains(named, s.Agent)
	}
	return s.All || c.Assignee == s.Agent && s.Agent != 0 || slices.Contains(s.Inboxes, c.Inbox) || c.Team != 0 && slices.Contains(s.Teams, c.Team)
}

// query builds SQL with numbered arguments.
type query struct {
	strings.Builder
	args []any
}

// arg adds an argument and returns its placeholder.
func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

func list[T ~int64](q *query, ids []T) string {
	if len(ids) == 0 {
		return "(NULL)"
	}
	marks := make([]string, len(ids))
	for i, id := range ids {
		marks[i] = q.arg(int64(id))
	}
	return "(" + strings.Join(marks, ",") + ")"
}

// visible is the condition under which conversation c is seen by the scope's agent: part of every query about conversations.
// What was merged into another one is seen there, and not by itself.
func (q *query) visible(s desk.Scope) string { return "c.shelf <> 5 AND " + staff.Seen(s, "c", q.arg) }

func accessOf(ctx context.Context, tx *db.Tx, id desk.ConversationID) ([]desk.AgentID, error) {
	rows, err := tx.Query(ctx, `SELECT agent FROM conversation_access WHERE conversation = $1 ORDER BY agent`, id)
	agents, err := db.Rows(rows, err, func(r *sql.Rows, a *desk.AgentID) error { return r.Scan(a) })
	if err != nil {
		return nil, fmt.Errorf("who sees conversation %s: %w", id, err)
	}
	return agents, nil
}
