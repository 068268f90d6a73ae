// Package presence owns whether agents are there: the tables presence, presence_change, presence_rule and away_reason. It stores what they choose and how they
// stand; engine/presence decides. Who has a desk open is told by the nodes.
package presence

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/presence"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Service is the feature.
type Service struct {
	Staff *staff.Service
	// Seats says who has the desk open at any living node, and when each did something there last. Nobody has where it is nil.
	Seats func(ctx context.Context, tx *db.Tx) (map[desk.AgentID]desk.Time, error)
	// Absences are the planned ones that are not over: of one person, of everybody where agent is 0. There are none where it is nil.
	Absences func(ctx context.Context, tx *db.Tx, agent desk.AgentID) ([]desk.Absence, error)
}

// person is a row of the table with what else decides.
type person struct {
	agent   desk.AgentID
	zone    string
	facts   presence.Facts
	idle    int
	version int64
	now     presence.Standing
	since   desk.Time
	known   bool // has a row
	seen    bool // has the desk open, as far as the row knows
}

const columns = `a.id, a.time_zone, p.agent IS NOT NULL, COALESCE(p.hours, '[]'), COALESCE(p.idle, -1), COALESCE(p.version, 0), COALESCE(p.refuses, '[]'), COALESCE(p.chosen, ''),
	COALESCE(p.chosen_reason, 0), COALESCE(r.takes, '[]'), COALESCE(p.chosen_at, 0), COALESCE(p.chosen_until, 0), COALESCE(p.chosen_kind, ''), COALESCE(p.chosen_by, 0),
	COALESCE(p.open, FALSE), COALESCE(p.active_at, 0), COALESCE(p.gone_at, 0), COALESCE(p.state, 'offline'), COALESCE(p.why, 'gone'), COALESCE(p.reason, 0),
	COALESCE(p.until_at, 0), COALESCE(p.takes, '[]'), COALESCE(p.by_kind, 'system'), COALESCE(p.by_id, 0), COALESCE(p.since, 0)`

func (s *Service) people(ctx context.Context, tx *db.Tx, where string, args ...any) ([]*person, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+`
		FROM agent a LEFT JOIN presence p ON p.agent = a.id LEFT JOIN away_reason r ON r.id = p.chosen_reason
		WHERE a.active AND `+where+` ORDER BY a.id`, args...)
	all, err := db.Rows(rows, err, func(r *sql.Rows, v **person) error {
		p := &person{}
		*v = p
		f, c := &p.facts, &p.facts.Choice
		if err := r.Scan(&p.agent, &p.zone, &p.known, texts{&f.Week}, &p.idle, &p.version, texts{&f.Refuses}, &c.State, &c.Reason, texts{&c.Takes}, &c.At, &c.Until, &c.By.Kind,
			&c.By.ID, &p.seen, &f.Active, &f.GoneAt, &p.now.State, &p.now.Why, &p.now.Reason, &p.now.Until, texts{&p.now.Takes}, &p.now.By.Kind, &p.now.By.ID, &p.since); err != nil {
			return err
		}
		f.Open, f.Was = p.seen, p.now.Why
		if zone, err := time.LoadLocation(p.zone); err == nil {
			f.Zone = zone
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("who is there: %w", err)
	}
	return all, nil
}

// texts reads and writes what a column holds as JSON.
type texts struct{ v any }

// Scan implements sql.Scanner.
func (t texts) Scan(src any) error {
	switch text := src.(type) {
	case string:
		return json.Unmarshal([]byte(text), t.v)
	case []byte:
		return json.Unmarshal(text, t.v)
	}
	return fmt.Errorf("a column of JSON holds %T", src)
}

func text(v any) (string, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("keep presence: %w", err)
	}
	return string(data), nil
}

// facts completes what a row says by who sits at which window, and by the rules.
func (p *person) complete(house House, seats map[desk.AgentID]desk.Time, now desk.Time) {
	f := &p.facts
	active, open := seats[p.agent]
	if open {
		f.Active, f.GoneAt = max(active, f.Active), 0
	} else if f.Open {
		f.GoneAt = now // it went since this was looked at last, or with a node that died
	}
	f.Open = open
	idle := house.IdleMinutes
	if p.idle >= 0 {
		idle = p.idle
	}
	f.Idle, f.Grace = time.Duration(idle)*time.Minute, time.Duration(house.GraceSeconds)*time.Second
}

func (s *Service) seats(ctx context.Context, tx *db.Tx) (map[desk.AgentID]desk.Time, error) {
	if s.Seats == nil {
		return map[desk.AgentID]desk.Time{}, nil
	}
	return s.Seats(ctx, tx)
}

// stray is how long a window that is open may be left alone before it is asked for again: a node that died says nothing.
const stray = time.Minute

// Review decides anew how everybody stands, and keeps and tells what changed. It returns when to look again if nothing happens before, 0 for never.
func (s *Service) Review(ctx context.Context, d *db.DB) (again desk.Time, err error) {
	var changed []desk.AgentID
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		changed, again, err = s.look(ctx, tx)
		return err
	})
	if err != nil || len(changed) == 0 {
		return again, err
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		again = 0
		all, seats, house, err := s.everything(ctx, tx, "a.id IN "+db.In(len(changed), 1), db.Args(changed)...)
		if err != nil {
			return err
		}
		for _, p := range all {
			if err := s.decide(ctx, tx, p, house, seats); err != nil {
				return err
			}
		}
		_, again, err = s.look(ctx, tx)
		return err
	})
	return again, err
}

func (s *Service) everything(ctx context.Context, tx *db.Tx, where string, args ...any) ([]*person, map[desk.AgentID]desk.Time, House, error) {
	house, err := s.House(ctx, tx)
	if err != nil {
		return nil, nil, house, err
	}
	seats, err := s.seats(ctx, tx)
	if err != nil {
		return nil, nil, house, err
	}
	all, err := s.people(ctx, tx, where, args...)
	if err != nil {
		return nil, seats, house, err
	}
	return all, seats, house, s.plan(ctx, tx, all)
}

// plan completes people by when they are absent.
func (s *Service) plan(ctx context.Context, tx *db.Tx, all []*person) error {
	if s.Absences == nil || len(all) == 0 {
		return nil
	}
	var only desk.AgentID
	if len(all) == 1 {
		only = all[0].agent
	}
	planned, err := s.Absences(ctx, tx, only)
	if err != nil {
		return err
	}
	of := map[desk.AgentID][]desk.Absence{}
	for _, a := range planned {
		of[a.Agent] = append(of[a.Agent], a)
	}
	for _, p := range all {
		p.facts.Absence = of[p.agent]
	}
	return nil
}

// Rest is until when somebody has time off now, 0 where he has none or is nobody.
func (s *Service) Rest(ctx context.Context, tx *db.Tx, agent desk.AgentID) (desk.Time, error) {
	p, err := s.one(ctx, tx, agent)
	if desk.IsRefusal(err, desk.NotFound) {
		return 0, nil
	}
	if err == nil {
		err = s.plan(ctx, tx, []*person{p})
	}
	if err != nil {
		return 0, err
	}
	return p.facts.Rest(tx.Now), nil
}

// look finds those who stand otherwise than their rows say.
func (s *Service) look(ctx context.Context, tx *db.Tx) (changed []desk.AgentID, again desk.Time, err error) {
	all, seats, house, err := s.everything(ctx, tx, "TRUE")
	if err != nil {
		return nil, 0, err
	}
	sooner := func(t desk.Time) {
		if t != 0 && (again == 0 || t < again) {
			again = t
		}
	}
	for _, p := range all {
		p.complete(house, seats, tx.Now)
		standing, next := presence.Decide(p.facts, tx.Now)
		sooner(next)
		if p.facts.Open {
			sooner(tx.Now.Add(stray))
		}
		if !standing.Same(p.now) || p.facts.Open != p.seen {
			changed = append(changed, p.agent)
		}
	}
	return changed, again, nil
}

// decide keeps how somebody stands now. Whoever decides at the same time comes to the same, and one of the two writes it.
func (s *Service) decide(ctx context.Context, tx *db.Tx, p *person, house House, seats map[desk.AgentID]desk.Time) error {
	p.complete(house, seats, tx.Now)
	standing, _ := presence.Decide(p.facts, tx.Now)
	told := !standing.Same(p.now)
	if told {
		p.since = tx.Now
	}
	takes, err := text(standing.Takes)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO presence (agent, open, active_at, gone_at, state, why, reason, until_at, takes, by_kind, by_id, since)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (agent) DO UPDATE SET open = excluded.open, active_at = excluded.active_at, gone_at = excluded.gone_at, state = excluded.state, why = excluded.why,
			reason = excluded.reason, until_at = excluded.until_at, takes = excluded.takes, by_kind = excluded.by_kind, by_id = excluded.by_id, since = excluded.since
		WHERE presence.state <> excluded.state OR presence.why <> excluded.why OR presence.open <> excluded.open OR presence.until_at <> excluded.until_at
			OR COALESCE(presence.reason, 0) <> COALESCE(excluded.reason, 0) OR presence.takes <> excluded.takes OR presence.by_kind <> excluded.by_kind
			OR presence.by_id <> excluded.by_id`,
		p.agent, p.facts.Open, p.facts.Active, p.facts.GoneAt, standing.State, standing.Why, orNull(standing.Reason), standing.Until, takes, standing.By.Kind, standing.By.ID, p.since)
	if err != nil {
		return fmt.Errorf("keep how agent %s stands: %w", p.agent, err)
	}
	p.now = standing
	if n == 0 || !told {
		return nil
	}
	return s.tell(ctx, tx, p)
}

func orNull(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// tell appends to the log and has browsers know.
func (s *Service) tell(ctx context.Context, tx *db.Tx, p *person) error {
	takes, err := text(p.now.Takes)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO presence_change (agent, at, state, why, reason, until_at, takes, by_kind, by_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		p.agent, tx.Now, p.now.State, p.now.Why, orNull(p.now.Reason), p.now.Until, takes, p.now.By.Kind, p.now.By.ID); err != nil {
		return fmt.Errorf("log how agent %s stands: %w", p.agent, err)
	}
	data, err := json.Marshal(p.shown())
	if err != nil {
		return fmt.Errorf("tell of presence: %w", err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: p.now.By, Kind: desk.PresenceChanged, SubjectKind: desk.AboutPresence, Subject: int64(p.agent), Data: data})
}

// shown is how somebody stands, as colleagues see it.
func (p *person) shown() desk.Presence {
	return desk.Presence{Agent: p.agent, State: string(p.now.State), Why: string(p.now.Why), Reason: desk.AwayReasonID(p.now.Reason), Until: p.now.Until, Since: p.since,
		Takes: names(p.now.Takes), By: p.now.By}
}

// names are those of the channels that this program has.
func names(channels []presence.Channel) []string {
	all := []string{}
	for _, c := range presence.Existing {
		if slices.Contains(channels, c) {
			all = append(all, string(c))
		}
	}
	return all
}

// List returns how all agents stand who have not left, by id.
func (s *Service) List(ctx context.Context, tx *db.Tx) ([]desk.Presence, error) {
	all, err := s.people(ctx, tx, "TRUE")
	out := make([]desk.Presence, len(all))
	for i, p := range all {
		out[i] = p.shown()
	}
	return out, err
}

func (s *Service) one(ctx context.Context, tx *db.Tx, agent desk.AgentID) (*person, error) {
	all, err := s.people(ctx, tx, "a.id = $1", agent)
	if err == nil && len(all) == 0 {
		err = desk.Refuse(desk.NotFound, "no agent %s", agent)
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// AtDesk reports whether an agent is online: who is away or offline is mailed what he misses.
func (s *Service) AtDesk(ctx context.Context, tx *db.Tx, agent desk.AgentID) (bool, error) {
	p, err := s.one(ctx, tx, agent)
	if desk.IsRefusal(err, desk.NotFound) {
		return false, nil
	}
	return err == nil && p.now.State == presence.Online, err
}

// StateOf is where an agent stands and what that rests on; empty for one who is not there.
func (s *Service) StateOf(ctx context.Context, tx *db.Tx, agent desk.AgentID) (presence.State, presence.Why, error) {
	p, err := s.one(ctx, tx, agent)
	if desk.IsRefusal(err, desk.NotFound) {
		return "", "", nil
	}
	if err != nil {
		return "", "", err
	}
	return p.now.State, p.now.Why, nil
}

// Takers are the agents to whom work of a channel can come now.
func (s *Service) Takers(ctx context.Context, tx *db.Tx, of presence.Channel) (map[desk.AgentID]bool, error) {
	all, err := s.people(ctx, tx, "p.agent IS NOT NULL")
	if err != nil {
		return nil, err
	}
	takers := map[desk.AgentID]bool{}
	for _, p := range all {
		if slices.Contains(p.now.Takes, of) {
			takers[p.agent] = true
		}
	}
	return takers, nil
}

// Changes are the lines of the log about an agent, the newest first, older than the one with id before (0: from the newest on).
func (s *Service) Changes(ctx context.Context, tx *db.Tx, agent desk.AgentID, before int64, limit int) ([]desk.PresenceChange, error) {
	if before <= 0 {
		before = 1 << 53
	}
	rows, err := tx.Query(ctx, `SELECT id, at, state, why, COALESCE(reason, 0), until_at, takes, by_kind, by_id FROM presence_change
		WHERE agent = $1 AND id < $2 ORDER BY at DESC, id DESC LIMIT $3`, agent, before, limit)
	all, err := db.Rows(rows, err, func(r *sql.Rows, c *desk.PresenceChange) error {
		var takes []presence.Channel
		err := r.Scan(&c.ID, &c.At, &c.State, &c.Why, &c.Reason, &c.Until, texts{&takes}, &c.By.Kind, &c.By.ID)
		c.Agent, c.Since, c.Takes = agent, c.At, names(takes)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("log of agent %s: %w", agent, err)
	}
	return all, nil
}

// Sweep drops lines of the log from before a time, at most limit, and returns how many there were. How somebody stands now is kept apart from it and stays.
func (s *Service) Sweep(ctx context.Context, tx *db.Tx, before desk.Time, limit int) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM presence_change WHERE id IN (SELECT id FROM presence_change WHERE at < $1 ORDER BY at LIMIT `+strconv.Itoa(limit)+`)`, before)
	if err != nil {
		return 0, fmt.Errorf("sweep the log of presence: %w", err)
	}
	return int(n), nil
}
