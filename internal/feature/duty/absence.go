package duty

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// AbsencesMoved is the signal that there is a new time at which somebody goes or comes back.
const AbsencesMoved = "absence.moved"

// Bounds of absences.
const (
	longestAbsence = 2 * 366 * 24 * time.Hour
	mostAbsences   = 100 // that are to come, of a person
)

func (s *Service) absences(ctx context.Context, tx *db.Tx, where string, args ...any) ([]desk.Absence, error) {
	rows, err := tx.Query(ctx, `SELECT id, agent, from_at, to_at, COALESCE(deputy, 0), version FROM absence WHERE `+where+` ORDER BY from_at, id`, args...)
	all, err := db.Rows(rows, err, func(r *sql.Rows, a *desk.Absence) error {
		return r.Scan(&a.ID, &a.Agent, &a.From, &a.To, &a.Deputy, &a.Version)
	})
	if err != nil {
		return nil, fmt.Errorf("load absences: %w", err)
	}
	return all, nil
}

// Absences are those that are not over, the earliest first: of one person, of everybody where agent is 0.
func (s *Service) Absences(ctx context.Context, tx *db.Tx, agent desk.AgentID) ([]desk.Absence, error) {
	if agent == 0 {
		return s.absences(ctx, tx, "to_at > $1", tx.Now)
	}
	return s.absences(ctx, tx, "agent = $2 AND to_at > $1", tx.Now, agent)
}

// Absence returns one; desk.NotFound where there is none.
func (s *Service) Absence(ctx context.Context, tx *db.Tx, id desk.AbsenceID) (desk.Absence, error) {
	all, err := s.absences(ctx, tx, "id = $1", id)
	if err != nil {
		return desk.Absence{}, err
	}
	if len(all) == 0 {
		return desk.Absence{}, desk.Refuse(desk.NotFound, "there is no such absence")
	}
	return all[0], nil
}

// Plan keeps an absence of somebody. One that overlaps another of his is refused: what would hold of two?
func (s *Service) Plan(ctx context.Context, tx *db.Tx, by desk.Actor, agent desk.AgentID, e desk.AbsenceEdit) (desk.Absence, error) {
	if err := tx.Lock(ctx, "agent", int64(agent)); err != nil {
		return desk.Absence{}, err
	}
	if err := s.checkAbsence(ctx, tx, 0, agent, &e); err != nil {
		return desk.Absence{}, err
	}
	var id desk.AbsenceID
	if err := tx.Row(ctx, `INSERT INTO absence (agent, from_at, to_at, deputy, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		agent, e.From, e.To, orNull(e.Deputy), tx.Now).Scan(&id); err != nil {
		return desk.Absence{}, fmt.Errorf("keep absence of agent %s: %w", agent, err)
	}
	return s.told(ctx, tx, by, id)
}

// Move replaces an absence. It refuses a stale version with desk.Conflict.
func (s *Service) Move(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.AbsenceID, e desk.AbsenceEdit) (desk.Absence, error) {
	now, err := s.held(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if now.Version != e.Version {
		return now, desk.Stale{Current: now}.Refuse()
	}
	if err := s.checkAbsence(ctx, tx, id, now.Agent, &e); err != nil {
		return now, err
	}
	if _, err := tx.Exec(ctx, `UPDATE absence SET from_at = $2, to_at = $3, deputy = $4, stage = 0, version = version + 1 WHERE id = $1`, id, e.From, e.To, orNull(e.Deputy)); err != nil {
		return now, fmt.Errorf("move absence %s: %w", id, err)
	}
	return s.told(ctx, tx, by, id)
}

// Cancel removes an absence, be it that it has begun: he is back.
func (s *Service) Cancel(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.AbsenceID) (desk.Absence, error) {
	now, err := s.held(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM absence WHERE id = $1`, id); err != nil {
		return now, fmt.Errorf("cancel absence %s: %w", id, err)
	}
	_, err = s.tell(ctx, tx, by, now)
	return now, err
}

// held is an absence whose person is held.
func (s *Service) held(ctx context.Context, tx *db.Tx, id desk.AbsenceID) (desk.Absence, error) {
	now, err := s.Absence(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if err := tx.Lock(ctx, "agent", int64(now.Agent)); err != nil {
		return now, err
	}
	return s.Absence(ctx, tx, id)
}

func (s *Service) checkAbsence(ctx context.Context, tx *db.Tx, id desk.AbsenceID, agent desk.AgentID, e *desk.AbsenceEdit) error {
	active, err := activeAgents(ctx, tx)
	if err != nil {
		return err
	}
	switch {
	case !active[agent]:
		return desk.Refuse(desk.NotFound, "no agent %s", agent)
	case e.From <= 0:
		return desk.WhyNeeded.At("body.from")
	case e.To <= e.From:
		return desk.WhyOutOfRange.At("body.to")
	case e.To <= tx.Now:
		return desk.WhyDatePast.At("body.to")
	case e.To.Sub(e.From) > longestAbsence || e.From.Sub(tx.Now) > longestAbsence:
		return desk.WhyTooFarAhead.At("body.to")
	case e.Deputy == agent:
		return desk.WhyYourself.At("body.deputy")
	case e.Deputy != 0 && !active[e.Deputy]:
		return desk.RefuseField(desk.Invalid, "body.deputy", "nobody who is here")
	}
	others, err := s.absences(ctx, tx, "agent = $1 AND to_at > $2 AND id <> $3", agent, tx.Now, id)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.From < e.To && e.From < o.To {
			return desk.WhyAbsentThen.At("body.from")
		}
	}
	if len(others) >= mostAbsences {
		return desk.WhyEnough.Refuse(mostAbsences)
	}
	return nil
}

func (s *Service) told(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.AbsenceID) (desk.Absence, error) {
	a, err := s.Absence(ctx, tx, id)
	if err != nil {
		return a, err
	}
	return s.tell(ctx, tx, by, a)
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, by desk.Actor, a desk.Absence) (desk.Absence, error) {
	tx.AfterCommit(func() { tx.DB().Signal(AbsencesMoved) })
	return a, eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.AbsenceUpdated, SubjectKind: desk.AboutAbsence, Subject: int64(a.ID)})
}

// NextTurn is when the next absence begins or is over, desk.Never where none is to come.
func (s *Service) NextTurn(ctx context.Context, tx *db.Tx) (at desk.Time, err error) {
	if err := tx.Row(ctx, `SELECT COALESCE(MIN(CASE stage WHEN 0 THEN from_at ELSE to_at END), $1) FROM absence WHERE stage < 2`, desk.Never).Scan(&at); err != nil {
		return 0, fmt.Errorf("when the next absence begins or ends: %w", err)
	}
	return at, nil
}

// Going are the absences that have begun and are not over, of which that is not noted yet.
func (s *Service) Going(ctx context.Context, tx *db.Tx) ([]desk.Absence, error) {
	return s.absences(ctx, tx, "stage = 0 AND from_at <= $1 AND to_at > $1", tx.Now)
}

// Turned notes that these absences have begun, where they were not moved meanwhile, and which ones are over.
func (s *Service) Turned(ctx context.Context, tx *db.Tx, gone []desk.Absence) error {
	for _, a := range gone {
		if _, err := tx.Exec(ctx, `UPDATE absence SET stage = 1 WHERE id = $1 AND version = $2 AND stage = 0`, a.ID, a.Version); err != nil {
			return fmt.Errorf("note that absence %s began: %w", a.ID, err)
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE absence SET stage = 2 WHERE stage < 2 AND to_at <= $1`, tx.Now); err != nil {
		return fmt.Errorf("note which absences are over: %w", err)
	}
	return nil
}

func orNull(id desk.AgentID) any {
	if id == 0 {
		return nil
	}
	return id
}
