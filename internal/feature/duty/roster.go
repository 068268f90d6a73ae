// Package duty owns who is on duty: the tables roster and absence. It stores; engine/duty decides whose turn it is.
package duty

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/duty"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Service is the feature. Its zero value is ready.
type Service struct{}

// mostRosters is how many a desk has.
const mostRosters = 100

func (s *Service) load(ctx context.Context, tx *db.Tx, where string, args ...any) ([]desk.Roster, error) {
	rows, err := tx.Query(ctx, `SELECT id, name, zone, turns, version FROM roster WHERE `+where+` ORDER BY name_key`, args...)
	all, err := db.Rows(rows, err, func(r *sql.Rows, to *desk.Roster) error {
		var turns string
		if err := r.Scan(&to.ID, &to.Name, &to.Zone, &turns, &to.Version); err != nil {
			return err
		}
		return json.Unmarshal([]byte(turns), &to.Turns)
	})
	if err != nil {
		return nil, fmt.Errorf("load rosters: %w", err)
	}
	return slices.Concat([]desk.Roster{}, all), nil
}

// Rosters returns all of them by name.
func (s *Service) Rosters(ctx context.Context, tx *db.Tx) ([]desk.Roster, error) {
	return s.load(ctx, tx, "TRUE")
}

// Roster returns one; desk.NotFound where there is none.
func (s *Service) Roster(ctx context.Context, tx *db.Tx, id desk.RosterID) (desk.Roster, error) {
	all, err := s.load(ctx, tx, "id = $1", id)
	if err != nil {
		return desk.Roster{}, err
	}
	if len(all) == 0 {
		return desk.Roster{}, desk.Refuse(desk.NotFound, "there is no such roster")
	}
	return all[0], nil
}

// Compiled is a roster that can be asked. A zone that the database of zones has lost is UTC.
func Compiled(e desk.RosterEdit) duty.Roster {
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		zone = time.UTC
	}
	return duty.Roster{Zone: zone, Turns: e.Turns}
}

// OnDuty are those of a roster who are called first: from now on where somebody is on duty, else from when somebody is next. Nobody where that is farther away than duty.Horizon, or there
// is no such roster. Who has left the desk is never called: the next is.
func (s *Service) OnDuty(ctx context.Context, tx *db.Tx, id desk.RosterID) (who []desk.AgentID, from desk.Time, err error) {
	roster, err := s.Roster(ctx, tx, id)
	if desk.IsRefusal(err, desk.NotFound) {
		return nil, desk.Never, nil
	}
	if err != nil {
		return nil, 0, err
	}
	r, away, err := s.Ready(ctx, tx, roster.RosterEdit)
	if err != nil {
		return nil, 0, err
	}
	from, who = r.Next(tx.Now, away)
	return who, from, nil
}

// Ready is a roster that can be asked, without those who have left, and the absences that matter to it from now on.
func (s *Service) Ready(ctx context.Context, tx *db.Tx, e desk.RosterEdit) (duty.Roster, []desk.Absence, error) {
	r := Compiled(e)
	active, err := activeAgents(ctx, tx)
	if err != nil {
		return r, nil, err
	}
	r.Turns = slices.DeleteFunc(slices.Clone(r.Turns), func(t desk.Turn) bool { return !active[t.Agent] })
	away, err := s.absences(ctx, tx, "to_at > $1", tx.Now)
	for i := range away {
		if !active[away[i].Deputy] {
			away[i].Deputy = 0
		}
	}
	return r, away, err
}

func activeAgents(ctx context.Context, tx *db.Tx) (map[desk.AgentID]bool, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM agent WHERE active`)
	active := map[desk.AgentID]bool{}
	_, err = db.Rows(rows, err, func(r *sql.Rows, id *desk.AgentID) error {
		defer func() { active[*id] = true }()
		return r.Scan(id)
	})
	if err != nil {
		return nil, fmt.Errorf("who is there to be on duty: %w", err)
	}
	return active, nil
}

// Create adds a roster.
func (s *Service) Create(ctx context.Context, tx *db.Tx, by desk.Actor, e desk.RosterEdit) (desk.Roster, error) {
	turns, err := s.Check(ctx, tx, &e, nil)
	if err != nil {
		return desk.Roster{}, err
	}
	var n int
	if err := tx.Row(ctx, `SELECT count(*) FROM roster`).Scan(&n); err != nil {
		return desk.Roster{}, fmt.Errorf("count rosters: %w", err)
	}
	if n >= mostRosters {
		return desk.Roster{}, desk.WhyEnough.Refuse(mostRosters)
	}
	var id desk.RosterID
	if err := unique(ctx, tx, func() error {
		return tx.Row(ctx, `INSERT INTO roster (name, name_key, zone, turns, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			e.Name, language.Fold(e.Name), e.Zone, turns, tx.Now).Scan(&id)
	}); err != nil {
		return desk.Roster{}, err
	}
	if err := tellRoster(ctx, tx, by, id); err != nil {
		return desk.Roster{}, err
	}
	return s.Roster(ctx, tx, id)
}

// Change replaces a roster. It refuses a stale version with desk.Conflict.
func (s *Service) Change(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.RosterID, e desk.RosterEdit) (desk.Roster, error) {
	if err := tx.Lock(ctx, "roster", int64(id)); err != nil {
		return desk.Roster{}, err
	}
	now, err := s.Roster(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if now.Version != e.Version {
		return now, desk.Stale{Current: now}.Refuse()
	}
	turns, err := s.Check(ctx, tx, &e, now.Turns)
	if err != nil {
		return now, err
	}
	if err := unique(ctx, tx, func() error {
		_, err := tx.Exec(ctx, `UPDATE roster SET name = $2, name_key = $3, zone = $4, turns = $5, version = version + 1 WHERE id = $1`, id, e.Name, language.Fold(e.Name), e.Zone, turns)
		return err
	}); err != nil {
		return now, err
	}
	if err := tellRoster(ctx, tx, by, id); err != nil {
		return now, err
	}
	return s.Roster(ctx, tx, id)
}

// Delete removes a roster. Rules and policies that name it call nobody by it any more.
func (s *Service) Delete(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.RosterID) (desk.Roster, error) {
	if err := tx.Lock(ctx, "roster", int64(id)); err != nil {
		return desk.Roster{}, err
	}
	now, err := s.Roster(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM roster WHERE id = $1`, id); err != nil {
		return now, fmt.Errorf("delete roster %s: %w", id, err)
	}
	return now, tellRoster(ctx, tx, by, id)
}

// Check brings a roster into the form in which it is kept, and returns its turns as the column holds them. Who has left may stay where he is, in had, and cannot be added.
func (s *Service) Check(ctx context.Context, tx *db.Tx, e *desk.RosterEdit, had []desk.Turn) (string, error) {
	if e.Name = strings.Join(strings.Fields(e.Name), " "); e.Name == "" {
		return "", desk.WhyNeeded.At("body.name")
	}
	if _, err := time.LoadLocation(e.Zone); err != nil || e.Zone == "" || e.Zone == "Local" {
		return "", desk.WhyZone.At("body.zone")
	}
	active, err := activeAgents(ctx, tx)
	if err != nil {
		return "", err
	}
	for i, t := range e.Turns {
		at := fmt.Sprintf("body.turns[%d]", i)
		stays := slices.ContainsFunc(had, func(h desk.Turn) bool { return h.Agent == t.Agent })
		switch {
		case t.Agent == 0:
			return "", desk.WhyNeeded.At(at + ".agent")
		case !active[t.Agent] && !stays:
			return "", desk.RefuseField(desk.Invalid, at+".agent", "nobody who is here")
		case t.Days <= 0:
			return "", desk.WhyNeeded.At(at + ".days")
		case t.Weeks > 1 && t.First == 0:
			return "", desk.WhyNeeded.At(at + ".first")
		case t.Last != 0 && t.Last < t.First:
			return "", desk.WhyOutOfRange.At(at + ".last")
		case !duty.Valid(t):
			return "", desk.WhyOutOfRange.At(at)
		}
	}
	turns, err := json.Marshal(slices.Concat([]desk.Turn{}, e.Turns))
	if err != nil {
		return "", fmt.Errorf("keep roster: %w", err)
	}
	return string(turns), nil
}

func unique(ctx context.Context, tx *db.Tx, do func() error) error {
	err := tx.Savepoint(ctx, do) // a unique violation would spoil the whole transaction on PostgreSQL
	if db.IsUnique(err) {
		return desk.WhyNameTaken.At("body.name")
	}
	if err != nil {
		return fmt.Errorf("keep roster: %w", err)
	}
	return nil
}

func tellRoster(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.RosterID) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.RosterUpdated, SubjectKind: desk.AboutRoster, Subject: int64(id)})
}
