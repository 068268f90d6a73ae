package presence

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/presence"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// House are the rules for everybody.
type House struct {
	IdleMinutes  int               `json:"idleMinutes" minimum:"0" maximum:"480" doc:"Minutes without a key, a click or a touch until somebody is away; 0 for never, else at least 3"`
	GraceSeconds int               `json:"graceSeconds" minimum:"15" maximum:"900" doc:"Seconds without a window until somebody is offline: a line that is cut comes back"`
	Reasons      []desk.AwayReason `json:"reasons" maxItems:"50" doc:"In the order in which they are offered; one without id is new, one left out cannot be chosen any more"`
	Version      int64             `json:"version"`
}

// leastIdle are the minutes of which browsers can tell: they say once a minute at most that somebody is at work.
const leastIdle = 3

// Reasons lists the reasons for being away in their order, those that ended too.
func (s *Service) Reasons(ctx context.Context, tx *db.Tx) ([]desk.AwayReason, error) {
	rows, err := tx.Query(ctx, `SELECT id, code, name, takes, ended_at > 0 FROM away_reason ORDER BY CASE WHEN ended_at > 0 THEN 1 ELSE 0 END, position, id`)
	all, err := db.Rows(rows, err, func(r *sql.Rows, v *desk.AwayReason) error {
		return r.Scan(&v.ID, &v.Code, &v.Name, texts{&v.Takes}, &v.Ended)
	})
	if err != nil {
		return nil, fmt.Errorf("reasons for being away: %w", err)
	}
	return all, nil
}

// House returns the rules for everybody.
func (s *Service) House(ctx context.Context, tx *db.Tx) (h House, err error) {
	if err := tx.Row(ctx, `SELECT idle, grace, version FROM presence_rule WHERE id = 1`).Scan(&h.IdleMinutes, &h.GraceSeconds, &h.Version); err != nil {
		return h, fmt.Errorf("rules of presence: %w", err)
	}
	h.Reasons, err = s.Reasons(ctx, tx)
	return h, err
}

// SaveHouse replaces the rules for everybody, or refuses with Conflict where somebody else did meanwhile.
func (s *Service) SaveHouse(ctx context.Context, tx *db.Tx, by staff.Identity, from staff.Visitor, in House) (House, error) {
	now, err := s.House(ctx, tx)
	if err != nil {
		return now, err
	}
	if in.Version != now.Version {
		return now, desk.Stale{Current: now}.Refuse()
	}
	if in.IdleMinutes != 0 && in.IdleMinutes < leastIdle {
		return now, desk.WhyOutOfRange.At("body.idleMinutes")
	}
	n, err := tx.Exec(ctx, `UPDATE presence_rule SET idle = $1, grace = $2, version = version + 1 WHERE id = 1 AND version = $3`, in.IdleMinutes, in.GraceSeconds, in.Version)
	if err != nil {
		return now, fmt.Errorf("keep rules of presence: %w", err)
	}
	if n == 0 {
		return now, desk.Stale{Current: now}.Refuse()
	}
	if err := s.saveReasons(ctx, tx, now.Reasons, in.Reasons); err != nil {
		return now, err
	}
	after, err := s.House(ctx, tx)
	if err != nil {
		return now, err
	}
	if err := s.Staff.Audit(ctx, tx, staff.Entry{By: by.By(), Action: "presence.rules", From: from, Changes: desk.Differences(now, after, "idleMinutes", "graceSeconds", "reasons")}); err != nil {
		return now, err
	}
	return after, s.tellRules(ctx, tx, by.By(), 0)
}

func (s *Service) tellRules(ctx context.Context, tx *db.Tx, by desk.Actor, agent desk.AgentID) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.PresenceRules, SubjectKind: desk.AboutPresence, Subject: int64(agent)})
}

// saveReasons brings the list to what it shall be. What is left out ends: the log still names it.
func (s *Service) saveReasons(ctx context.Context, tx *db.Tx, now, want []desk.AwayReason) error {
	kept := map[desk.AwayReasonID]bool{}
	for i, r := range want {
		at := fmt.Sprintf("body.reasons[%d]", i)
		known := slices.IndexFunc(now, func(o desk.AwayReason) bool { return o.ID == r.ID })
		if r.ID != 0 && (known < 0 || kept[r.ID]) {
			return desk.RefuseField(desk.Invalid, at+".id", "no such reason")
		}
		r.Name = strings.TrimSpace(r.Name)
		if r.Name == "" && (r.ID == 0 || now[known].Code == "") {
			return desk.WhyNeeded.At(at + ".name")
		}
		takes := []presence.Channel{}
		for _, c := range presence.Channels {
			if slices.Contains(r.Takes, string(c)) {
				takes = append(takes, c)
			}
		}
		list, err := text(takes)
		if err != nil {
			return err
		}
		if r.ID == 0 {
			_, err = tx.Exec(ctx, `INSERT INTO away_reason (name, takes, position) VALUES ($1, $2, $3)`, db.Text(r.Name), list, i+1)
		} else {
			kept[r.ID] = true
			_, err = tx.Exec(ctx, `UPDATE away_reason SET name = $1, takes = $2, position = $3, ended_at = 0 WHERE id = $4`, db.Text(r.Name), list, i+1, r.ID)
		}
		if err != nil {
			return fmt.Errorf("keep reason for being away: %w", err)
		}
	}
	for _, r := range now {
		if kept[r.ID] || r.Ended {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE away_reason SET ended_at = $1 WHERE id = $2`, tx.Now, r.ID); err != nil {
			return fmt.Errorf("end reason for being away: %w", err)
		}
	}
	return nil
}

// Personal are the rules for one person.
type Personal struct {
	IdleMinutes int // -1 as the house, 0 for never
	Week        presence.Week
	Version     int64
}

// PersonalOf returns the rules for one person.
func (s *Service) PersonalOf(ctx context.Context, tx *db.Tx, agent desk.AgentID) (Personal, error) {
	p, err := s.one(ctx, tx, agent)
	if err != nil {
		return Personal{}, err
	}
	return Personal{p.idle, p.facts.Week, p.version}, nil
}

// SavePersonal replaces the rules for one person, or refuses with Conflict where somebody else did meanwhile.
func (s *Service) SavePersonal(ctx context.Context, tx *db.Tx, by staff.Identity, from staff.Visitor, agent desk.AgentID, in Personal) (Personal, error) {
	if err := tx.Lock(ctx, "agent", int64(agent)); err != nil {
		return in, err
	}
	now, err := s.PersonalOf(ctx, tx, agent)
	if err != nil {
		return in, err
	}
	switch {
	case now.Version != in.Version:
		return now, desk.Stale{Current: now}.Refuse()
	case in.IdleMinutes > 0 && in.IdleMinutes < leastIdle:
		return now, desk.WhyOutOfRange.At("body.idleMinutes")
	case !in.Week.Valid():
		return now, desk.WhyOutOfRange.At("body.hours")
	}
	hours, err := text(append(presence.Week{}, in.Week...))
	if err != nil {
		return now, err
	}
	in.Version++
	if _, err := tx.Exec(ctx, `INSERT INTO presence (agent, hours, idle, version) VALUES ($1, $2, $3, $4)
		ON CONFLICT (agent) DO UPDATE SET hours = excluded.hours, idle = excluded.idle, version = excluded.version`, agent, hours, in.IdleMinutes, in.Version); err != nil {
		return now, fmt.Errorf("keep hours of agent %s: %w", agent, err)
	}
	if err := s.Staff.Audit(ctx, tx, staff.Entry{By: by.By(), Action: "presence.hours", Subject: "agent:" + agent.String(), From: from}); err != nil {
		return now, err
	}
	all, seats, house, err := s.everything(ctx, tx, "a.id = $1", agent)
	if err != nil {
		return now, err
	}
	for _, p := range all {
		if err := s.decide(ctx, tx, p, house, seats); err != nil {
			return now, err
		}
	}
	return in, s.tellRules(ctx, tx, by.By(), agent)
}
