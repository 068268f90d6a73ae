// Package routing owns how teams give out what waits for somebody, whose turn it is, and why each conversation was given to whom it was.
package routing

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/assign"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Edit is what people decide about a team's distribution.
type Edit struct {
	Method        assign.Method `json:"method" enum:",in_turn,least_busy,most_idle,weighted" doc:"Empty: nobody is given anything, people take. in_turn: whom nothing was given to for longest; least_busy: who has least for what he may have; most_idle: who answered or finished something longest ago; weighted: each his share by weight"`
	Capacity      int           `json:"capacity" minimum:"1" maximum:"500" doc:"How many conversations may wait for somebody's answer, of all his teams, until he is given no more"`
	PreviousDays  int           `json:"previousDays" minimum:"0" maximum:"365" doc:"Who had the customer's last conversation, in which something was said within so many days, comes first; 0: nobody does"`
	OnlyNext      bool          `json:"onlyNext,omitempty" doc:"Work of the team is taken by next only: who may not manage teams gives nothing that waits to anybody, himself included, and answers nothing that nobody has"`
	AcceptMinutes int           `json:"acceptMinutes,omitempty" minimum:"0" maximum:"240" doc:"What somebody was given and neither opened nor did anything in within so many minutes goes to the next; 0: it stays his"`
	Speak         assign.Need   `json:"speak,omitempty" enum:",preferred,required" doc:"Of who answers in the language that the conversation is recognised to be in: preferred: they come first; required: nobody else is given it until that is waived. Where no language is recognised nothing is asked"`
	WaiveMinutes  int           `json:"waiveMinutes,omitempty" minimum:"0" maximum:"1440" doc:"After so many minutes of the customer's waiting a required language and required skills are waived; at least 1 where something is required"`
	Skills        []SkillNeed   `json:"skills,omitempty" maxItems:"500" doc:"Skills that it asks for of who is given a conversation, by its type"`
	Weights       []Weight      `json:"weights,omitempty" maxItems:"2000" doc:"Of members of the team, where it gives out by weight; who is not in it weighs one"`
	Version       int64         `json:"version" doc:"The version that was seen; 0 where nothing was ever set"`
}

// Distribution is how a team gives out what waits.
type Distribution struct {
	Team desk.TeamID `json:"team"`
	Edit
}

// unset is how a team gives out until somebody decides.
var unset = Edit{Capacity: 20, PreviousDays: 30}

// Assignment is why a conversation was given to somebody.
type Assignment struct {
	At         desk.Time           `json:"at"`
	Agent      desk.AgentID        `json:"agent"`
	Team       desk.TeamID         `json:"team"`
	Method     assign.Method       `json:"method" enum:"in_turn,least_busy,most_idle,weighted"`
	How        assign.How          `json:"how" enum:"previous,only,method" doc:"previous: he had this customer before; only: no other could take it; method: he came first by the method"`
	Considered []assign.Considered `json:"considered" doc:"The people of the team as they stood then, those who could take it first"`
	Unlisted   int                 `json:"unlisted,omitempty" doc:"How many more were considered"`
	Language   string              `json:"language,omitempty" doc:"Of the conversation, ISO 639-1, where it counted"`
	Speak      assign.Need         `json:"speak,omitempty" enum:",preferred,required" doc:"How much it counted that somebody answers in that language"`
	Skills     []SkillAsked        `json:"skills,omitempty" doc:"That were asked for"`
	Waived     bool                `json:"waived,omitempty" doc:"Something was required, and the customer had waited for so long that it was waived"`
}

// Service is the feature.
type Service struct{}

const columns = `team, method, capacity, previous_days, only_next, accept_minutes, speak, waive_minutes, version`

func scan(r *sql.Rows, d *Distribution) error {
	return r.Scan(&d.Team, &d.Method, &d.Capacity, &d.PreviousDays, &d.OnlyNext, &d.AcceptMinutes, &d.Speak, &d.WaiveMinutes, &d.Version)
}

// Of is how a team gives out what waits.
func (s *Service) Of(ctx context.Context, tx *db.Tx, team desk.TeamID) (Distribution, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM distribution WHERE team = $1`, team)
	all, err := db.Rows(rows, err, scan)
	if err != nil {
		return Distribution{}, fmt.Errorf("distribution of team %s: %w", team, err)
	}
	if len(all) == 0 {
		return Distribution{team, unset}, nil
	}
	if all[0].Weights, err = weights(ctx, tx, team); err != nil {
		return all[0], err
	}
	asked, err := needs(ctx, tx, "team = $1", team)
	all[0].Skills = asked[team]
	return all[0], err
}

// Giving are the teams that give out what waits, by id.
func (s *Service) Giving(ctx context.Context, tx *db.Tx) ([]Distribution, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM distribution WHERE method <> '' ORDER BY team`)
	all, err := db.Rows(rows, err, scan)
	if err != nil {
		return nil, fmt.Errorf("teams that give out: %w", err)
	}
	asked, err := needs(ctx, tx, "TRUE")
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Skills = asked[all[i].Team]
	}
	return all, nil
}

// Set decides how a team gives out what waits, or refuses with Conflict where somebody else did meanwhile.
func (s *Service) Set(ctx context.Context, tx *db.Tx, by desk.Actor, team desk.TeamID, in Edit) (before, after Distribution, err error) {
	if in.Method != assign.ByHand && !slices.Contains(assign.Methods, in.Method) {
		return before, after, desk.RefuseField(desk.Invalid, "body.method", "there is no such method")
	}
	if in.Speak != assign.Indifferent && in.Speak != assign.Preferred && in.Speak != assign.Required {
		return before, after, desk.RefuseField(desk.Invalid, "body.speak", "preferred, required or empty")
	}
	if (in.Speak == assign.Required || in.requires()) && in.WaiveMinutes < 1 {
		return before, after, desk.WhyNeeded.At("body.waiveMinutes")
	}
	if err := tx.Lock(ctx, "team", int64(team)); err != nil {
		return before, after, err
	}
	if before, err = s.Of(ctx, tx, team); err != nil {
		return before, after, err
	}
	if in.Version != before.Version {
		return before, after, desk.Stale{Current: before}.Refuse()
	}
	after = Distribution{team, in}
	after.Version++
	if _, err := tx.Exec(ctx, `
		INSERT INTO distribution (team, method, capacity, previous_days, only_next, accept_minutes, speak, waive_minutes, waived_to, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)
		ON CONFLICT (team) DO UPDATE SET method = excluded.method, capacity = excluded.capacity, previous_days = excluded.previous_days, only_next = excluded.only_next,
			accept_minutes = excluded.accept_minutes, speak = excluded.speak, waive_minutes = excluded.waive_minutes, waived_to = 0, version = excluded.version`,
		team, string(in.Method), in.Capacity, in.PreviousDays, in.OnlyNext, in.AcceptMinutes, string(in.Speak), in.WaiveMinutes, after.Version); err != nil {
		return before, after, fmt.Errorf("distribution of team %s: %w", team, err)
	}
	if err := weigh(ctx, tx, team, in.Weights); err != nil {
		return before, after, err
	}
	if err := need(ctx, tx, team, in.Skills); err != nil {
		return before, after, err
	}
	return before, after, eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.DistributionUpdated, SubjectKind: desk.AboutTeam, Subject: int64(team)})
}

// Turn is when somebody was given something last, and when he was busy last.
type Turn struct{ Given, Busy desk.Time }

// Turns are those of agents; who is not in it never had one.
func (s *Service) Turns(ctx context.Context, tx *db.Tx, agents []desk.AgentID) (map[desk.AgentID]Turn, error) {
	turns := map[desk.AgentID]Turn{}
	for part := range slices.Chunk(agents, 500) {
		rows, err := tx.Query(ctx, `SELECT agent, given_at, busy_at FROM distribution_turn WHERE agent IN `+db.In(len(part), 1), db.Args(part)...)
		if _, err := db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
			var agent desk.AgentID
			var t Turn
			if err := r.Scan(&agent, &t.Given, &t.Busy); err != nil {
				return err
			}
			turns[agent] = t
			return nil
		}); err != nil {
			return nil, fmt.Errorf("turns: %w", err)
		}
	}
	return turns, nil
}

// Busy notes that somebody answered or finished something.
func (s *Service) Busy(ctx context.Context, tx *db.Tx, agent desk.AgentID, at desk.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO distribution_turn (agent, busy_at) SELECT id, $2 FROM agent WHERE id = $1
		ON CONFLICT (agent) DO UPDATE SET busy_at = excluded.busy_at`, agent, at)
	if err != nil {
		return fmt.Errorf("note that agent %s was busy: %w", agent, err)
	}
	return nil
}

// Gave writes down that a conversation was given to somebody, and why.
func (s *Service) Gave(ctx context.Context, tx *db.Tx, id desk.ConversationID, d Distribution, asked assign.Item, how assign.Decision, at desk.Time) error {
	considered, err := json.Marshal(how.Considered)
	if err != nil {
		return fmt.Errorf("why conversation %s was given: %w", id, err)
	}
	if asked.Speak == assign.Indifferent || asked.Language == "" {
		asked.Speak, asked.Language = "", "" // no language counted
	}
	skills, err := named(ctx, tx, asked.Skills)
	if err != nil {
		return err
	}
	if err := tx.Soon(ctx, `
		INSERT INTO assignment (conversation, at, agent, team, method, how, considered, unlisted, language, speak, waived, skills) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		id, tx.Now, how.To, d.Team, string(d.Method), string(how.How), string(considered), how.Left, asked.Language, string(asked.Speak), asked.Waived, skills); err != nil {
		return fmt.Errorf("why conversation %s was given: %w", id, err)
	}
	if err := tx.Soon(ctx, `
		INSERT INTO distribution_turn (agent, given_at) VALUES ($1, $2)
		ON CONFLICT (agent) DO UPDATE SET given_at = excluded.given_at`, how.To, at); err != nil {
		return fmt.Errorf("turn of agent %s: %w", how.To, err)
	}
	if d.Method != assign.Weighted {
		return nil
	}
	return turned(ctx, tx, d.Team, how.To, how.Turn)
}

// Assignments are why a conversation was given to people, the latest first; asked for by who may see it.
func (s *Service) Assignments(ctx context.Context, tx *db.Tx, id desk.ConversationID) ([]Assignment, error) {
	rows, err := tx.Query(ctx, `SELECT at, agent, team, method, how, considered, unlisted, language, speak, waived, skills FROM assignment WHERE conversation = $1 ORDER BY id DESC LIMIT 50`, id)
	all, err := db.Rows(rows, err, func(r *sql.Rows, a *Assignment) error { return a.scan(r) })
	if err != nil {
		return nil, fmt.Errorf("why conversation %s was given: %w", id, err)
	}
	return append([]Assignment{}, all...), nil
}

func (a *Assignment) scan(r *sql.Rows) error {
	var considered, skills string
	if err := r.Scan(&a.At, &a.Agent, &a.Team, &a.Method, &a.How, &considered, &a.Unlisted, &a.Language, &a.Speak, &a.Waived, &skills); err != nil {
		return err
	}
	if skills != "" {
		if err := json.Unmarshal([]byte(skills), &a.Skills); err != nil {
			return err
		}
	}
	return json.Unmarshal([]byte(considered), &a.Considered)
}
