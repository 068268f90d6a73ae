// Package segment owns the segments: conditions over customers, whose they are, and who fulfils them. It keeps of each customer the figures that conditions and lists ask for,
// which follow what happens, and a row for each segment that he belongs to, so that a segment of any size is counted and listed at once.
package segment

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Edit is what people decide about a segment.
type Edit struct {
	Name      string         `json:"name" minLength:"1" maxLength:"80"`
	Audience  desk.Audience  `json:"audience" enum:"personal,teams,everyone" doc:"Who has it"`
	Teams     []desk.TeamID  `json:"teams" maxItems:"100" doc:"Where the audience is teams"`
	Condition condition.Node `json:"condition" doc:"Which customers belong to it"`
	Zone      string         `json:"zone" maxLength:"60" doc:"Whose days count, such as Europe/Riga; the maker's where empty"`
	Version   int64          `json:"version" doc:"The version that was seen; 0 for a new one"`
}

// Filling is how far the members of a segment were found.
type Filling struct {
	Done   bool  `json:"done" doc:"Its list and count come from its members; until then they are looked up by name, which is slower"`
	Looked int64 `json:"looked" doc:"Customers looked at"`
	Total  int64 `json:"total" doc:"Of so many, about"`
}

// Segment is a segment as somebody has it.
type Segment struct {
	ID    desk.SegmentID `json:"id"`
	Owner desk.AgentID   `json:"owner"`
	Edit
	MayChange bool    `json:"mayChange"`
	Broken    bool    `json:"broken,omitempty" doc:"Its condition asks for something that is not there any more: nobody belongs to it until it is mended"`
	Filling   Filling `json:"filling"`

	content, filled int64
	reached         desk.CustomerID
	deleted         desk.Time
	cond            *condition.Condition // nil where it cannot be compiled
}

// Service is the feature.
type Service struct {
	Customers *customer.Service
}

// query builds SQL with numbered arguments.
type query struct {
	strings.Builder
	args []any
}

func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// Arg implements condition.Query.
func (q *query) Arg(v any) string { return q.arg(v) }

// Attributes are what conditions on customers can ask for.
func (s *Service) Attributes(ctx context.Context, tx *db.Tx) (condition.List, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, target, name, kind, options
		FROM field
		WHERE archived_at = 0 AND target IN ('customer', 'organisation')
		ORDER BY target, position, id`)
	fields, err := db.Rows(rows, err, func(r *sql.Rows, f *desk.Field) error {
		var options string
		if err := r.Scan(&f.ID, &f.Target, &f.Name, &f.Kind, &options); err != nil {
			return err
		}
		return json.Unmarshal([]byte(options), &f.Options)
	})
	if err != nil {
		return nil, fmt.Errorf("load fields: %w", err)
	}
	return condition.Customers(fields), nil
}

// load returns segments with their conditions compiled, those that are being emptied too. The id 0 is for all.
func (s *Service) load(ctx context.Context, tx *db.Tx, id desk.SegmentID) ([]Segment, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, owner, audience, name, condition, zone, content, filled, reached, looked, total, deleted_at, version
		FROM segment
		WHERE $1 = 0 OR id = $1
		ORDER BY sort_key, id`, id)
	all, err := db.Rows(rows, err, func(r *sql.Rows, g *Segment) error {
		var text string
		g.Teams = []desk.TeamID{}
		if err := r.Scan(&g.ID, &g.Owner, &g.Audience, &g.Name, &text, &g.Zone, &g.content, &g.filled, &g.reached, &g.Filling.Looked, &g.Filling.Total, &g.deleted,
			&g.Version); err != nil {
			return err
		}
		g.Filling.Done = g.filled == g.content
		return json.Unmarshal([]byte(text), &g.Condition)
	})
	if err != nil {
		return nil, fmt.Errorf("load segments: %w", err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	registry, err := s.Attributes(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i := range all {
		g := &all[i]
		if g.cond, err = condition.Compile(registry, "", g.Condition, g.env()); err != nil {
			g.cond, g.Broken = nil, true
		}
	}
	return all, nil
}

// env is what the condition means: days of the segment's zone, and in a personal one "me" is its owner.
func (g *Segment) env() condition.Env {
	zone, err := time.LoadLocation(g.Zone)
	if err != nil {
		zone = time.UTC
	}
	env := condition.Env{Zone: zone}
	if g.Audience == desk.Personal {
		env.Me = int64(g.Owner)
	}
	return env
}

// List returns the segments that the asker has, by name.
func (s *Service) List(ctx context.Context, tx *db.Tx, by staff.Asker) ([]Segment, error) {
	return s.had(ctx, tx, by, 0)
}

// Get returns a segment; desk.NotFound where there is none that the asker has.
func (s *Service) Get(ctx context.Context, tx *db.Tx, by staff.Asker, id desk.SegmentID) (Segment, error) {
	if id <= 0 {
		return Segment{}, none()
	}
	all, err := s.had(ctx, tx, by, id)
	if err != nil {
		return Segment{}, err
	}
	if len(all) == 0 {
		return Segment{}, none()
	}
	return all[0], nil
}

func none() error { return desk.Refuse(desk.NotFound, "no such segment") }

func (s *Service) had(ctx context.Context, tx *db.Tx, by staff.Asker, id desk.SegmentID) ([]Segment, error) {
	all, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	type share struct {
		segment desk.SegmentID
		team    desk.TeamID
	}
	rows, err := tx.Query(ctx, `SELECT segment, team FROM segment_team WHERE $1 = 0 OR segment = $1 ORDER BY segment, team`, id)
	shares, err := db.Rows(rows, err, func(r *sql.Rows, x *share) error { return r.Scan(&x.segment, &x.team) })
	if err != nil {
		return nil, fmt.Errorf("teams of segments: %w", err)
	}
	out := make([]Segment, 0, len(all))
	for _, g := range all {
		for _, x := range shares {
			if x.segment == g.ID {
				g.Teams = append(g.Teams, x.team)
			}
		}
		if g.deleted == 0 && by.Sees(g.Audience, g.Owner, g.Teams) {
			g.MayChange = by.MayChange(g.Audience, g.Owner)
			out = append(out, g)
		}
	}
	return out, nil
}

// Contains reports whether a customer belongs to a segment now, by looking at him rather than at the members; desk.NotFound where there is no such segment. One who was erased
// belongs to none, and one who was merged into another is that one. It is for rules, outreach and reports: whose segment it is, is for the caller to know.
func (s *Service) Contains(ctx context.Context, tx *db.Tx, id desk.CustomerID, segment desk.SegmentID) (bool, error) {
	all, err := s.load(ctx, tx, segment)
	if err != nil {
		return false, err
	}
	if len(all) == 0 || segment <= 0 || all[0].deleted != 0 {
		return false, none()
	}
	if id, err = s.Customers.Leads(ctx, tx, id); err != nil {
		return false, err
	}
	cases, err := s.cases(ctx, tx, []desk.CustomerID{id}, true)
	if err != nil || len(cases) == 0 || all[0].cond == nil {
		return false, err
	}
	holds, _ := all[0].cond.Match(&cases[0].CustomerCase, tx.Now)
	return holds, nil
}

func told(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.SegmentID, f *Filling) error {
	e := &desk.Event{By: by, Kind: desk.SegmentUpdated, SubjectKind: desk.AboutSegment, Subject: int64(id)}
	if f != nil {
		data, err := json.Marshal(f)
		if err != nil {
			return fmt.Errorf("tell of segment %s: %w", id, err)
		}
		e.Data = data
	}
	return eventlog.Append(ctx, tx, e)
}

// alone has whoever works on members wait for the others who do, so that none writes what it read before another one's change.
func alone(ctx context.Context, tx *db.Tx) error {
	if !tx.Postgres() {
		return nil // there is one writer
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(7340055)`); err != nil {
		return fmt.Errorf("wait for who works on segments: %w", err)
	}
	return nil
}

func sorted[T ~int64](ids []T) []T {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}
