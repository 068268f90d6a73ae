package staff

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// fields is the data of an event about an agent or a team: which fields changed, never to what.
type fields struct {
	Fields []string `json:"fields"`
}

func (s *Service) appendAbout(ctx context.Context, tx *db.Tx, by desk.Actor, kind desk.EventKind, about desk.SubjectKind, id int64, changed []string) error {
	data, err := json.Marshal(fields{changed})
	if err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: kind, SubjectKind: about, Subject: id, Data: data})
}

func (s *Service) appendAgent(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.AgentID, changed ...string) error {
	return s.appendAbout(ctx, tx, by, desk.AgentUpdated, desk.AboutAgent, int64(id), changed)
}

func (s *Service) appendTeam(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.TeamID, changed ...string) error {
	return s.appendAbout(ctx, tx, by, desk.TeamUpdated, desk.AboutTeam, int64(id), changed)
}

// AccessChanged records that what these agents may see changed, so that their live feeds start anew. Whoever changes the teams that see
// an inbox calls it too.
func (s *Service) AccessChanged(ctx context.Context, tx *db.Tx, by desk.Actor, agents ...desk.AgentID) error {
	slices.Sort(agents)
	agents = slices.Compact(agents)
	events := make([]*desk.Event, len(agents))
	for i, id := range agents {
		events[i] = &desk.Event{By: by, Kind: desk.AccessUpdated, SubjectKind: desk.AboutAgent, Subject: int64(id)}
	}
	return eventlog.Append(ctx, tx, events...)
}

// stale is the refusal of a change to something that somebody else changed meanwhile.
func stale(current any, changed []string, by desk.Actor, at desk.Time) error {
	return desk.Stale{Current: current, Changed: changed, By: by, At: at}.Refuse()
}

// LastChange looks up who changed a subject of the audit log ("inbox:3") last, by the actions that change its kind; the system at 0 where the log does
// not say.
func (s *Service) LastChange(ctx context.Context, tx *db.Tx, about string, actions ...string) (by desk.Actor, at desk.Time, err error) {
	by = desk.System
	rows, err := tx.Query(ctx, `
		SELECT actor_kind, actor_id, at
		FROM audit
		WHERE subject = $1 AND action IN `+db.In(len(actions), 2)+`
		ORDER BY id DESC
		LIMIT 1`, db.Args(actions, any(about))...)
	if err != nil {
		return by, 0, fmt.Errorf("find last change of %s: %w", about, err)
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&by.Kind, &by.ID, &at)
	}
	if err == nil {
		err = rows.Err()
	}
	return by, at, err
}
