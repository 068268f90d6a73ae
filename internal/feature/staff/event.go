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
	return &desk.Refusal{Code: desk.Conflict, Message: "somebody changed it meanwhile", Details: Stale{current, changed, by, at}}
}

// Stale says what a conflict is about.
type Stale struct {
	Current any        `json:"current"`
	Changed []string   `json:"changed"` // the fields asked for whose present value is another
	By      desk.Actor `json:"by"`      // who changed it last
	At      desk.Time  `json:"at"`
}

// lastChange looks the newest audit line about a subject up, among the newest thousand.
func (s *Service) lastChange(ctx context.Context, tx *db.Tx, about string) (by desk.Actor, at desk.Time, err error) {
	by = desk.System
	rows, err := tx.Query(ctx, `
		SELECT actor_kind, actor_id, at
		FROM (SELECT id, actor_kind, actor_id, at, subject FROM audit ORDER BY id DESC LIMIT 1000) AS newest
		WHERE subject = $1
		ORDER BY id DESC
		LIMIT 1`, about)
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
