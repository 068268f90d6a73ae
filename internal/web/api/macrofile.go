package api

import (
	"context"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/carry"
	"tellus/internal/feature/macro"
	"tellus/internal/platform/db"
)

// macroFileBody is a file of macros.
type macroFileBody struct {
	File string `json:"file" doc:"JSON, with names in place of ids, to be imported here or at another desk"`
}

type importMacrosBody struct {
	File string `json:"file" minLength:"1" maxLength:"4194304"`
	Dry  bool   `json:"dry,omitempty" doc:"Only say what it would do"`
}

// importedBody says what an import did, or would do.
type importedBody struct {
	Items   []macro.Line `json:"items"`
	Made    int          `json:"made"`
	Changed int          `json:"changed"`
}

func (s *Server) exportMacros(ctx context.Context, c *Caller, _ *none) (*reply[macroFileBody], error) {
	return asking(ctx, s, func(tx *db.Tx) (out macroFileBody, err error) {
		names, err := s.names(ctx, tx)
		if err != nil {
			return out, err
		}
		all, err := s.Macros.Export(ctx, tx, c.asksForMacros())
		if err != nil {
			return out, err
		}
		data, err := macro.WriteFile(names, all)
		return macroFileBody{string(data)}, err
	})
}

func (s *Server) importMacros(ctx context.Context, c *Caller, in *body[importMacrosBody]) (*reply[importedBody], error) {
	file, err := macro.ReadFile([]byte(in.Body.File))
	if err != nil {
		return nil, err
	}
	work := func(tx *db.Tx) (out importedBody, err error) {
		names, err := s.names(ctx, tx)
		if err != nil {
			return out, err
		}
		if out.Items, err = s.Macros.Import(ctx, tx, c.asksForMacros(), file, names, in.Body.Dry); err != nil {
			return out, err
		}
		for _, l := range out.Items {
			switch l.Will {
			case macro.WillMake:
				out.Made++
				err = s.auditImported(ctx, tx, c, "macro.created", l, in.Body.Dry)
			case macro.WillChange:
				out.Changed++
				err = s.auditImported(ctx, tx, c, "macro.updated", l, in.Body.Dry)
			}
			if err != nil {
				return out, err
			}
		}
		return out, nil
	}
	if in.Body.Dry {
		return asking(ctx, s, work)
	}
	return changing(ctx, s, work)
}

func (s *Server) auditImported(ctx context.Context, tx *db.Tx, c *Caller, action string, l macro.Line, dry bool) error {
	if dry {
		return nil
	}
	return s.auditMacro(ctx, tx, c, action, l.ID, l.Before, l.After)
}

// names are what this desk calls what it numbers.
func (s *Server) names(ctx context.Context, tx *db.Tx) (n carry.Names, err error) {
	n = carry.Names{Agents: map[desk.AgentID]string{}, Teams: map[desk.TeamID]string{}, Tags: map[desk.TagID]string{}, Types: map[desk.TypeID]string{}, Rosters: map[desk.RosterID]string{}, Macros: map[desk.MacroID]string{},
		Lists: map[desk.TemplateID]string{}}
	agents, err := s.Staff.Agents(ctx, tx)
	if err != nil {
		return n, err
	}
	for _, a := range agents {
		n.Agents[a.ID] = a.Email
	}
	teams, err := s.Staff.Teams(ctx, tx)
	if err != nil {
		return n, err
	}
	for _, t := range teams {
		n.Teams[t.ID] = t.Name
	}
	tags, err := s.Conversations.Tags(ctx, tx)
	if err != nil {
		return n, err
	}
	for _, t := range tags {
		n.Tags[t.ID] = t.Name
	}
	types, err := s.Fields.Types(ctx, tx)
	if err != nil {
		return n, err
	}
	for _, t := range types {
		if t.ArchivedAt == 0 {
			n.Types[t.ID] = t.Name
		}
	}
	rosters, err := s.Duty.Rosters(ctx, tx)
	if err != nil {
		return n, err
	}
	for _, r := range rosters {
		n.Rosters[r.ID] = r.Name
	}
	macros, err := s.Macros.List(ctx, tx, macro.Asker{Manage: true})
	if err != nil {
		return n, err
	}
	for _, m := range macros {
		if m.Audience != desk.Personal && len(m.Languages) > 0 {
			n.Macros[m.ID] = strings.TrimPrefix(m.Folder+"/"+m.Name, "/")
		}
	}
	lists, err := s.Fields.Templates(ctx, tx)
	if err != nil {
		return n, err
	}
	for _, l := range lists {
		if l.ArchivedAt == 0 {
			n.Lists[l.ID] = l.Name
		}
	}
	if n.Webhooks, err = s.Webhooks.Names(ctx, tx); err != nil {
		return n, err
	}
	n.Fields, err = s.Fields.All(ctx, tx)
	return n, err
}
