package staff

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Scope is what an agent may see by his role and teams. An inactive or unknown agent sees nothing: NotFound.
func (s *Service) Scope(ctx context.Context, tx *db.Tx, agent desk.AgentID) (desk.Scope, error) {
	return s.ScopeWithin(ctx, tx, agent, true)
}

// ScopeWithin is Scope for work that an agent left to be done later; all is whether he saw everything when he did, which a token may have kept from him.
func (s *Service) ScopeWithin(ctx context.Context, tx *db.Tx, agent desk.AgentID, all bool) (desk.Scope, error) {
	a, err := s.Agent(ctx, tx, agent)
	if err != nil {
		return desk.Scope{}, err
	}
	if !a.Active {
		return desk.Scope{}, desk.Refuse(desk.NotFound, "agent %s is not active", agent)
	}
	return s.scope(ctx, tx, agent, all && a.Role.May(desk.SeeAll))
}

// scope works out what an agent sees: everything where all is set, otherwise the inboxes that no team is named for or one of his. Teams are
// always his own.
func (s *Service) scope(ctx context.Context, tx *db.Tx, agent desk.AgentID, all bool) (desk.Scope, error) {
	scope := desk.Scope{Agent: agent, All: all}
	rows, err := tx.Query(ctx, `SELECT team FROM team_member WHERE agent = $1 ORDER BY team`, agent)
	scope.Teams, err = db.Rows(rows, err, func(r *sql.Rows, v *desk.TeamID) error { return r.Scan(v) })
	if err != nil {
		return scope, fmt.Errorf("teams of agent %s: %w", agent, err)
	}
	if all {
		return scope, nil
	}
	rows, err = tx.Query(ctx, `
		SELECT id FROM inbox
		WHERE NOT EXISTS (SELECT 1 FROM inbox_access WHERE inbox_access.inbox = inbox.id)
		   OR EXISTS (SELECT 1 FROM inbox_access JOIN team_member ON team_member.team = inbox_access.team
		              WHERE inbox_access.inbox = inbox.id AND team_member.agent = $1)
		ORDER BY id`, agent)
	scope.Inboxes, err = db.Rows(rows, err, func(r *sql.Rows, v *desk.InboxID) error { return r.Scan(v) })
	if err != nil {
		return scope, fmt.Errorf("inboxes of agent %s: %w", agent, err)
	}
	return scope, nil
}

// narrow is what a role allows within the scopes of a token.
func narrow(role desk.Role, scopes []string) []desk.Permission {
	allowed := []desk.Permission{}
	for _, p := range desk.Roles[role] {
		for _, scope := range scopes {
			if string(p) == scope {
				allowed = append(allowed, p)
				break
			}
		}
	}
	return allowed
}

// Seen is the condition under which the conversation of the alias c is seen by a scope's agent: part of every query about conversations, and about what hangs on
// them. arg adds an argument to the query and returns its placeholder.
func Seen(s desk.Scope, c string, arg func(v any) string) string {
	me := arg(int64(s.Agent))
	named := c + ".restricted = TRUE AND EXISTS (SELECT 1 FROM conversation_access a WHERE a.conversation = " + c + ".id AND a.agent = " + me + ")"
	if s.All {
		return "(" + c + ".restricted = FALSE OR " + named + ")"
	}
	open := []string{c + ".assignee = " + me}
	if len(s.Inboxes) > 0 {
		open = append(open, c+".inbox IN "+marks(s.Inboxes, arg))
	}
	if len(s.Teams) > 0 {
		open = append(open, c+".team IN "+marks(s.Teams, arg))
	}
	return "(" + c + ".restricted = FALSE AND (" + strings.Join(open, " OR ") + ") OR " + named + ")"
}

func marks[T ~int64](ids []T, arg func(v any) string) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = arg(int64(id))
	}
	return "(" + strings.Join(all, ",") + ")"
}
