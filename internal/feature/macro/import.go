package macro

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/carry"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
)

// What becomes of an entry of a file.
const (
	WillMake   = "make"
	WillChange = "change"
	WillStay   = "same"
	WillRefuse = "refuse"
)

// Line says what becomes of an entry of a file.
type Line struct {
	Folder   string        `json:"folder"`
	Name     string        `json:"name"`
	Audience desk.Audience `json:"audience" enum:"personal,teams,everyone" doc:"personal where whoever imports may not share macros"`
	Will     string        `json:"will" enum:"make,change,same,refuse"`
	Why      desk.Why      `json:"why,omitempty" doc:"Why it is refused"`
	Missing  []string      `json:"missing" doc:"Names that nothing has here; what needs them is left out"`
	ID       desk.MacroID  `json:"id,omitempty" doc:"The macro that there is"`

	Before Edit `json:"-"`
	After  Edit `json:"-"`
}

// Import makes and changes macros as a file says, or only says what it would do where dry is set. An entry is the macro of the same folder and name that is shared in the
// same way, so that a file which is imported twice changes nothing the second time. What the asker may not change, and what is no macro, is refused line by line.
func (s *Service) Import(ctx context.Context, tx *db.Tx, by Asker, f File, n carry.Names, dry bool) ([]Line, error) {
	have, err := s.all(ctx, tx, by)
	if err != nil {
		return nil, err
	}
	lines := make([]Line, 0, len(f.Macros))
	for _, entry := range f.Macros {
		e, missing := edit(n, entry)
		if !by.Manage {
			e.Audience = desk.Personal
		}
		if missing == nil {
			missing = []string{}
		}
		l := Line{Folder: carry.Short(e.Folder), Name: carry.Short(e.Name), Audience: e.Audience, Missing: missing}
		var r *desk.Refusal
		switch err := e.check(ctx, tx, by); {
		case errors.As(err, &r):
			l.Will, l.Why = WillRefuse, r.Why
			if l.Audience = desk.Personal; entry.Audience == desk.Everyone || entry.Audience == desk.ForTeams {
				l.Audience = entry.Audience
			}
			lines = append(lines, l)
			continue
		case err != nil:
			return nil, err
		}
		l.Folder, l.Name, l.Audience, l.After = e.Folder, e.Name, e.Audience, e
		at := slices.IndexFunc(have, func(m Macro) bool { return m.answers(by, e) })
		switch {
		case at < 0:
			l.Will = WillMake
			made := Macro{Edit: e, Owner: by.Agent}
			if !dry {
				if made, err = s.Create(ctx, tx, by, e); err != nil {
					return nil, err
				}
				l.ID = made.ID
			}
			have = append(have, made)
		case have[at].says(e):
			l.Will, l.ID = WillStay, have[at].ID
		default:
			m := &have[at]
			l.Will, l.ID, l.Before = WillChange, m.ID, m.Edit
			e.Version = m.Version
			if dry {
				m.Edit = e
			} else if *m, err = s.Change(ctx, tx, by, m.ID, e); err != nil {
				return nil, err
			}
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// all are the macros that the asker sees, with their texts.
func (s *Service) all(ctx context.Context, tx *db.Tx, by Asker) ([]Macro, error) {
	rows, err := tx.Query(ctx, selectMacro+` WHERE m.deleted_at = 0 AND (m.audience <> 'personal' OR m.owner = $1) ORDER BY m.sort_key, m.id`, by.Agent)
	all, err := db.Rows(rows, err, scan)
	if err != nil {
		return nil, err
	}
	if err := withTeams(ctx, tx, all); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(m Macro) bool { return !by.sees(&m) }), nil
}

// Export returns the macros that the asker may change, with their texts.
func (s *Service) Export(ctx context.Context, tx *db.Tx, by Asker) ([]Macro, error) {
	all, err := s.all(ctx, tx, by)
	return slices.DeleteFunc(all, func(m Macro) bool { return by.mayChange(m) != nil }), err
}

// answers reports whether an entry is about the macro.
func (m Macro) answers(by Asker, e Edit) bool {
	return by.mayChange(m) == nil && (m.Audience == desk.Personal) == (e.Audience == desk.Personal) &&
		language.Fold(m.Folder) == language.Fold(e.Folder) && language.Fold(m.Name) == language.Fold(e.Name)
}

// says reports whether the macro is already as an entry would make it.
func (m Macro) says(e Edit) bool {
	e.Version = m.Version
	a, aErr := texts(m.Edit)
	b, bErr := texts(e)
	return aErr == nil && bErr == nil && a == b && m.Folder == e.Folder && m.Name == e.Name && m.Audience == e.Audience && m.Active == e.Active &&
		reflect.DeepEqual(append([]desk.TeamID{}, m.Teams...), append([]desk.TeamID{}, e.Teams...))
}

func texts(e Edit) (string, error) {
	t, a, err := e.json()
	return t + a, err
}
