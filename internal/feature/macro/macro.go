// Package macro owns the macros: text that is put into an answer, by language, and what is done together with it. A canned reply is a macro with text
// only. The package keeps them, says who may use and change which, and counts their use; it sends nothing and changes no conversation.
package macro

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Edit is what people decide about a macro.
type Edit struct {
	Folder   string            `json:"folder" maxLength:"200" doc:"A path such as Delivery/Damaged; empty for the top"`
	Name     string            `json:"name" minLength:"1" maxLength:"120"`
	Audience desk.Audience     `json:"audience" enum:"personal,teams,everyone" doc:"Who can use it"`
	Teams    []desk.TeamID     `json:"teams" maxItems:"100" doc:"Where the audience is teams"`
	Texts    map[string]string `json:"texts" doc:"HTML by language (ISO 639-1), with placeholders such as {{customer.firstName|there}}; empty for a macro that only acts"`
	Actions  []desk.Action     `json:"actions" maxItems:"20"`
	Active   bool              `json:"active" doc:"Whether it is offered"`
	Version  int64             `json:"version" doc:"The version that was seen; 0 for a new one"`
}

// Macro is a macro as it is kept.
type Macro struct {
	ID    desk.MacroID `json:"id"`
	Owner desk.AgentID `json:"owner" doc:"Who made it"`
	Edit
	Use
}

// Use says how much a macro is used.
type Use struct {
	Uses   int64     `json:"uses" doc:"How often everybody used it"`
	Mine   int64     `json:"mine" doc:"How often the asker did"`
	UsedAt desk.Time `json:"usedAt,omitempty" doc:"When it was last used"`
}

// Listed is a macro in a list: its texts are asked for when they are needed.
type Listed struct {
	ID        desk.MacroID  `json:"id"`
	Owner     desk.AgentID  `json:"owner"`
	Folder    string        `json:"folder"`
	Name      string        `json:"name"`
	Audience  desk.Audience `json:"audience" enum:"personal,teams,everyone"`
	Teams     []desk.TeamID `json:"teams"`
	Languages []string      `json:"languages" doc:"In which it has a text; none where it only acts"`
	Actions   []desk.Action `json:"actions"`
	Active    bool          `json:"active"`
	Version   int64         `json:"version"`
	Use
}

// Asker is who uses or changes macros.
type Asker struct {
	Agent  desk.AgentID
	Teams  []desk.TeamID
	Manage bool // sees and changes the shared ones of all teams
}

func (a Asker) sees(m *Macro) bool {
	switch m.Audience {
	case desk.Everyone:
		return true
	case desk.ForTeams:
		return a.Manage || slices.ContainsFunc(m.Teams, func(t desk.TeamID) bool { return slices.Contains(a.Teams, t) })
	}
	return m.Owner == a.Agent
}

// Service is the feature. Its zero value is ready.
type Service struct{}

// List returns the macros that the asker sees, by folder and name, those that are switched off among them.
func (s *Service) List(ctx context.Context, tx *db.Tx, by Asker) ([]Listed, error) {
	rows, err := tx.Query(ctx, selectMacro+`
		WHERE m.deleted_at = 0 AND (m.audience <> 'personal' OR m.owner = $1)
		ORDER BY m.sort_key, m.id`, by.Agent)
	all, err := db.Rows(rows, err, scan)
	if err != nil {
		return nil, fmt.Errorf("list macros: %w", err)
	}
	if err := withTeams(ctx, tx, all); err != nil {
		return nil, err
	}
	out := make([]Listed, 0, len(all))
	for i := range all {
		if m := &all[i]; by.sees(m) {
			out = append(out, m.listed())
		}
	}
	return out, nil
}

func (m *Macro) listed() Listed {
	l := Listed{ID: m.ID, Owner: m.Owner, Folder: m.Folder, Name: m.Name, Audience: m.Audience, Teams: m.Teams, Languages: []string{}, Actions: m.Actions,
		Active: m.Active, Version: m.Version, Use: m.Use}
	for lang := range m.Texts {
		l.Languages = append(l.Languages, lang)
	}
	slices.Sort(l.Languages)
	return l
}

// Get returns a macro; desk.NotFound where there is none that the asker sees.
func (s *Service) Get(ctx context.Context, tx *db.Tx, by Asker, id desk.MacroID) (Macro, error) {
	m, deleted, err := s.load(ctx, tx, by, id)
	if err != nil {
		return m, err
	}
	if deleted != 0 {
		return m, desk.Refuse(desk.NotFound, "no such macro")
	}
	return m, nil
}

// Shared returns a macro that not only its owner uses, for what the desk does by itself; desk.NotFound where there is none, or it is switched off.
func (s *Service) Shared(ctx context.Context, tx *db.Tx, id desk.MacroID) (Macro, error) {
	m, err := s.Get(ctx, tx, Asker{Manage: true}, id)
	if err == nil && (m.Audience == desk.Personal || !m.Active) {
		err = desk.Refuse(desk.NotFound, "no such macro")
	}
	return m, err
}

func (s *Service) load(ctx context.Context, tx *db.Tx, by Asker, id desk.MacroID) (m Macro, deleted desk.Time, err error) {
	rows, err := tx.Query(ctx, selectMacro+` WHERE m.id = $2`, by.Agent, id)
	all, err := db.Rows(rows, err, scan)
	if err != nil {
		return m, 0, fmt.Errorf("load macro %s: %w", id, err)
	}
	if err := withTeams(ctx, tx, all); err != nil {
		return m, 0, err
	}
	if len(all) == 0 || !by.sees(&all[0]) {
		return m, 0, desk.Refuse(desk.NotFound, "no such macro")
	}
	if err := tx.Row(ctx, `SELECT deleted_at FROM macro WHERE id = $1`, id).Scan(&deleted); err != nil {
		return m, 0, fmt.Errorf("is macro %s deleted: %w", id, err)
	}
	return all[0], deleted, nil
}

const selectMacro = `
	SELECT m.id, m.owner, m.audience, m.folder, m.name, m.texts, m.actions, m.active, m.version,
	       COALESCE((SELECT SUM(u.uses) FROM macro_use u WHERE u.macro = m.id), 0),
	       COALESCE((SELECT u.uses FROM macro_use u WHERE u.macro = m.id AND u.agent = $1), 0),
	       COALESCE((SELECT MAX(u.used_at) FROM macro_use u WHERE u.macro = m.id), 0)
	FROM macro m`

func scan(r *sql.Rows, m *Macro) error {
	var texts, actions string
	if err := r.Scan(&m.ID, &m.Owner, &m.Audience, &m.Folder, &m.Name, &texts, &actions, &m.Active, &m.Version, &m.Uses, &m.Mine, &m.UsedAt); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(texts), &m.Texts); err != nil {
		return fmt.Errorf("texts of macro %s: %w", m.ID, err)
	}
	if err := json.Unmarshal([]byte(actions), &m.Actions); err != nil {
		return fmt.Errorf("actions of macro %s: %w", m.ID, err)
	}
	m.Teams = []desk.TeamID{}
	return nil
}

func withTeams(ctx context.Context, tx *db.Tx, all []Macro) error {
	at := make(map[desk.MacroID]int, len(all))
	ids := make([]desk.MacroID, 0, len(all))
	for i, m := range all {
		if m.Audience == desk.ForTeams {
			at[m.ID] = i
			ids = append(ids, m.ID)
		}
	}
	for part := range slices.Chunk(ids, 500) {
		rows, err := tx.Query(ctx, `SELECT macro, team FROM macro_team WHERE macro IN `+db.In(len(part), 1)+` ORDER BY macro, team`, db.Args(part)...)
		_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
			var id desk.MacroID
			var team desk.TeamID
			if err := r.Scan(&id, &team); err != nil {
				return err
			}
			all[at[id]].Teams = append(all[at[id]].Teams, team)
			return nil
		})
		if err != nil {
			return fmt.Errorf("teams of macros: %w", err)
		}
	}
	return nil
}

// Used counts that an agent used macros just now. Those that he does not see are left out.
func (s *Service) Used(ctx context.Context, tx *db.Tx, by Asker, ids []desk.MacroID) error {
	ids = slices.Clone(ids)
	slices.Sort(ids) // locks are taken in one order everywhere
	for _, id := range slices.Compact(ids) {
		if _, err := s.Get(ctx, tx, by, id); desk.IsRefusal(err, desk.NotFound) {
			continue
		} else if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO macro_use (macro, agent, uses, used_at)
			VALUES ($1, $2, 1, $3)
			ON CONFLICT (macro, agent) DO UPDATE SET uses = macro_use.uses + 1, used_at = excluded.used_at`, id, by.Agent, tx.Now); err != nil {
			return fmt.Errorf("count the use of macro %s: %w", id, err)
		}
	}
	return nil
}

func told(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.MacroID) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.MacroUpdated, SubjectKind: desk.AboutMacro, Subject: int64(id)})
}

// kept is how long a deleted macro can be taken back.
const kept = 30 * 24 * time.Hour
