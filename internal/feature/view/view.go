// Package view owns the saved views: conditions over conversations with an order, columns and a layout, and whose they are. Which conversations belong to a view is kept by the
// conversations themselves, as they change. It also owns the lists that are written to files.
package view

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Edit is what people decide about a view.
type Edit struct {
	Name      string         `json:"name" minLength:"1" maxLength:"80"`
	Audience  desk.Audience  `json:"audience" enum:"personal,teams,everyone" doc:"Who has it"`
	Teams     []desk.TeamID  `json:"teams" maxItems:"100" doc:"Where the audience is teams"`
	Icon      string         `json:"icon" enum:"list,inbox,clock,alert,star,tag,person,people,bolt,box,card,flag,globe,shield,check,mail"`
	Colour    string         `json:"colour" enum:"grey,green,amber,red,blue,violet"`
	Shelves   []string       `json:"shelves" maxItems:"5" doc:"Which conversations it looks through: active (where none is named), snoozed, finished, spam, trash"`
	Condition condition.Node `json:"condition" doc:"What belongs to it among those"`
	Sort      condition.Sort `json:"sort" doc:"By last only where it looks through finished conversations, spam or trash"`
	Layout    string         `json:"layout" enum:"list,table"`
	Columns   []Column       `json:"columns" maxItems:"40" doc:"Of the table"`
	Pinned    bool           `json:"pinned" doc:"Among the views that are always in sight, unless somebody decides otherwise for himself"`
	Zone      string         `json:"zone" maxLength:"60" doc:"Whose days count, such as Europe/Riga; the maker's where empty"`
	Version   int64          `json:"version" doc:"The version that was seen; 0 for a new one"`
}

// Column is one of a table.
type Column struct {
	Key   string `json:"key" maxLength:"80" doc:"An attribute, or one of customer, preview"`
	Width int    `json:"width,omitempty" minimum:"0" maximum:"1000" doc:"In pixels; 0 for the usual one"`
}

// View is a view as somebody has it.
type View struct {
	ID    desk.ViewID  `json:"id"`
	Owner desk.AgentID `json:"owner"`
	Edit
	Position  int64                `json:"position" doc:"In the asker's rail"`
	MayChange bool                 `json:"mayChange"`
	Live      bool                 `json:"live" doc:"Its count and its list are kept up as conversations change; otherwise it looks through finished ones when it is opened"`
	Broken    bool                 `json:"broken,omitempty" doc:"Its condition asks for something that is not there any more: nothing belongs to it until it is mended"`
	Filling   conversation.Filling `json:"filling"`

	content int64
}

// Asker is who uses or changes views.
type Asker = staff.Asker

// Service is the feature.
type Service struct {
	Conversations *conversation.Service
}

const selectView = `
	SELECT v.id, v.owner, v.audience, v.name, v.icon, v.colour, v.shelves, v.condition, v.sort_by, v.sort_desc, v.zone, v.layout, v.columns,
		COALESCE(p.pinned, v.pinned), COALESCE(p.position, 1000000 + v.id), v.content, v.version
	FROM saved_view v
	LEFT JOIN saved_view_place p ON p.view = v.id AND p.agent = $1`

func scan(r *sql.Rows, v *View) error {
	var shelves, text, columns string
	if err := r.Scan(&v.ID, &v.Owner, &v.Audience, &v.Name, &v.Icon, &v.Colour, &shelves, &text, &v.Sort.By, &v.Sort.Desc, &v.Zone, &v.Layout, &columns,
		&v.Pinned, &v.Position, &v.content, &v.Version); err != nil {
		return err
	}
	v.Teams = []desk.TeamID{}
	if err := errors.Join(json.Unmarshal([]byte(shelves), &v.Shelves), json.Unmarshal([]byte(text), &v.Condition), json.Unmarshal([]byte(columns), &v.Columns)); err != nil {
		return fmt.Errorf("view %s: %w", v.ID, err)
	}
	return nil
}

// List returns the views that the asker has, in the order of his rail.
func (s *Service) List(ctx context.Context, tx *db.Tx, by Asker) ([]View, error) {
	rows, err := tx.Query(ctx, selectView+`
		WHERE v.deleted_at = 0 AND (v.audience <> 'personal' OR v.owner = $1)
		ORDER BY COALESCE(p.position, 1000000 + v.id), v.id`, by.Agent)
	all, err := db.Rows(rows, err, scan)
	if err != nil {
		return nil, fmt.Errorf("list views: %w", err)
	}
	out, err := s.finish(ctx, tx, by, all)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Get returns a view; desk.NotFound where there is none that the asker has.
func (s *Service) Get(ctx context.Context, tx *db.Tx, by Asker, id desk.ViewID) (View, error) {
	v, deleted, err := s.load(ctx, tx, by, id)
	if err == nil && deleted != 0 {
		err = noView()
	}
	return v, err
}

func noView() error { return desk.Refuse(desk.NotFound, "no such view") }

func (s *Service) load(ctx context.Context, tx *db.Tx, by Asker, id desk.ViewID) (v View, deleted desk.Time, err error) {
	rows, err := tx.Query(ctx, selectView+` WHERE v.id = $2`, by.Agent, id)
	all, err := db.Rows(rows, err, scan)
	if err != nil {
		return v, 0, fmt.Errorf("load view %s: %w", id, err)
	}
	if all, err = s.finish(ctx, tx, by, all); err != nil {
		return v, 0, err
	}
	if len(all) == 0 {
		return v, 0, noView()
	}
	if err := tx.Row(ctx, `SELECT deleted_at FROM saved_view WHERE id = $1`, id).Scan(&deleted); err != nil {
		return v, 0, fmt.Errorf("is view %s deleted: %w", id, err)
	}
	return all[0], deleted, nil
}

// finish adds what is kept elsewhere, and leaves out what the asker does not see.
func (s *Service) finish(ctx context.Context, tx *db.Tx, by Asker, all []View) ([]View, error) {
	if err := withTeams(ctx, tx, all); err != nil {
		return nil, err
	}
	out := make([]View, 0, len(all))
	if len(all) == 0 {
		return out, nil
	}
	registry, err := s.Conversations.Attributes(ctx, tx)
	if err != nil {
		return nil, err
	}
	fillings, err := s.Conversations.Fillings(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		if !by.Sees(v.Audience, v.Owner, v.Teams) {
			continue
		}
		v.MayChange = by.MayChange(v.Audience, v.Owner)
		v.Live = live(v.Shelves)
		_, err := condition.Compile(registry, "", v.Condition, condition.Env{})
		v.Broken = err != nil
		v.Filling = fillings[v.ID]
		out = append(out, v)
	}
	return out, nil
}

// live reports whether a view looks through unfinished conversations only.
func live(shelves []string) bool {
	return !slices.ContainsFunc(shelves, func(s string) bool { return condition.Shelves[s] > int64(desk.ShelfSnoozed) })
}

func withTeams(ctx context.Context, tx *db.Tx, all []View) error {
	at := map[desk.ViewID]int{}
	ids := []desk.ViewID{}
	for i, v := range all {
		if v.Audience == desk.ForTeams {
			at[v.ID] = i
			ids = append(ids, v.ID)
		}
	}
	for part := range slices.Chunk(ids, 500) {
		rows, err := tx.Query(ctx, `SELECT view, team FROM saved_view_team WHERE view IN `+db.In(len(part), 1)+` ORDER BY view, team`, db.Args(part)...)
		_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
			var id desk.ViewID
			var team desk.TeamID
			if err := r.Scan(&id, &team); err != nil {
				return err
			}
			all[at[id]].Teams = append(all[at[id]].Teams, team)
			return nil
		})
		if err != nil {
			return fmt.Errorf("teams of views: %w", err)
		}
	}
	return nil
}

func told(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.ViewID) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.ViewUpdated, SubjectKind: desk.AboutView, Subject: int64(id)})
}
