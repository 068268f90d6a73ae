package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/macro"
	"tellus/internal/flow/act"
	"tellus/internal/platform/db"
)

// macroRoutes are macros: everybody has his own, and those that are shared with him.
var macroRoutes = []route{
	{"list-macros", get, "/macros", needs(desk.WriteNotes), "The macros that the caller can use, by folder and name", option{}},
	{"create-macro", post, "/macros", needs(desk.WriteNotes), "Make a macro; macro.manage for a shared one", option{creates: true}},
	{"export-macros", get, "/macros/export", needs(desk.WriteNotes), "The macros that the caller may change, as a file", option{}},
	{"import-macros", post, "/macros/import", needs(desk.WriteNotes), "Make and change macros as a file says, or say what it would do; nothing is doubled by a repeat", option{max: 10 << 20}},
	{"get-macro", get, "/macros/{id}", needs(desk.WriteNotes), "A macro with its texts", option{}},
	{"change-macro", put, "/macros/{id}", needs(desk.WriteNotes), "Replace a macro; macro.manage for a shared one", option{}},
	{"delete-macro", del, "/macros/{id}", needs(desk.WriteNotes), "Delete a macro; it can be restored for 30 days", option{}},
	{"restore-macro", post, "/macros/{id}/restore", needs(desk.WriteNotes), "Bring a deleted macro back", option{}},
	{"preview-macro", post, "/macros/preview", needs(desk.WriteNotes), "What a macro's text says in a conversation, and which values are missing", option{}},
	{"run-actions", post, "/conversations/{id}/actions", needs(desk.WriteConversations), "Do what a macro does, at once", option{}},
}

func (s *Server) registerMacros() {
	handle(s, "list-macros", s.listMacros)
	handle(s, "create-macro", s.createMacro)
	handle(s, "export-macros", s.exportMacros)
	handle(s, "import-macros", s.importMacros)
	handle(s, "get-macro", s.getMacro)
	handle(s, "change-macro", s.changeMacro)
	handle(s, "delete-macro", s.deleteMacro)
	handle(s, "restore-macro", s.restoreMacro)
	handle(s, "preview-macro", s.previewMacro)
	handle(s, "run-actions", s.runActions)
}

func (c *Caller) asksForMacros() macro.Asker {
	return macro.Asker{Agent: c.Agent, Teams: c.Scope.Teams, Manage: c.May(desk.ManageMacros)}
}

func (s *Server) hands() *act.Hands {
	return &act.Hands{Staff: s.Staff, Customers: s.Customers, Inboxes: s.Inboxes, Conversations: s.Conversations, Purchases: s.Purchases, Duty: s.Duty, Macros: s.Macros}
}

func (s *Server) listMacros(ctx context.Context, c *Caller, _ *none) (*reply[list[macro.Listed]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[macro.Listed], error) {
		all, err := s.Macros.List(ctx, tx, c.asksForMacros())
		return list[macro.Listed]{all}, err
	})
}

func aboutMacro(id desk.MacroID) string { return "macro:" + id.String() }

func (s *Server) createMacro(ctx context.Context, c *Caller, in *body[macro.Edit]) (*reply[macro.Macro], error) {
	return changing(ctx, s, func(tx *db.Tx) (macro.Macro, error) {
		made, err := s.Macros.Create(ctx, tx, c.asksForMacros(), in.Body)
		if err != nil {
			return made, err
		}
		return made, s.auditMacro(ctx, tx, c, "macro.created", made.ID, macro.Edit{}, made.Edit)
	})
}

// auditMacro keeps personal macros out of the log: they are nobody else's business.
func (s *Server) auditMacro(ctx context.Context, tx *db.Tx, c *Caller, action string, id desk.MacroID, before, after macro.Edit) error {
	private := func(e macro.Edit) bool { return e.Audience == desk.Personal || e.Audience == "" }
	if private(before) && private(after) {
		return nil
	}
	return s.auditChange(ctx, tx, c, action, aboutMacro(id), desk.Differences(before, after))
}

type macroInput struct {
	ID desk.MacroID `path:"id"`
}

func (s *Server) getMacro(ctx context.Context, c *Caller, in *macroInput) (*reply[macro.Macro], error) {
	return asking(ctx, s, func(tx *db.Tx) (macro.Macro, error) { return s.Macros.Get(ctx, tx, c.asksForMacros(), in.ID) })
}

type changeMacroInput struct {
	ID   desk.MacroID `path:"id"`
	Body macro.Edit
}

func (s *Server) changeMacro(ctx context.Context, c *Caller, in *changeMacroInput) (*reply[macro.Macro], error) {
	return changing(ctx, s, func(tx *db.Tx) (macro.Macro, error) {
		before, err := s.Macros.Get(ctx, tx, c.asksForMacros(), in.ID)
		if err != nil {
			return before, err
		}
		if !answerable(in.Body) {
			if err := s.Rules.FreeOf(ctx, tx, answersWith(in.ID)); err != nil {
				return before, err
			}
		}
		made, err := s.Macros.Change(ctx, tx, c.asksForMacros(), in.ID, in.Body)
		if err != nil {
			return made, s.stale(ctx, tx, err, in.Body, aboutMacro(in.ID), "macro.created", "macro.updated")
		}
		return made, s.auditMacro(ctx, tx, c, "macro.updated", in.ID, before.Edit, made.Edit)
	})
}

// answerable reports whether rules could answer with a macro.
func answerable(e macro.Edit) bool {
	return e.Active && e.Audience != desk.Personal && len(e.Texts) > 0
}

func answersWith(id desk.MacroID) func(desk.Action) bool {
	return func(a desk.Action) bool { return a.Do == desk.SendAnswer && a.Macro == id }
}

func (s *Server) deleteMacro(ctx context.Context, c *Caller, in *macroInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		if err := s.Rules.FreeOf(ctx, tx, answersWith(in.ID)); err != nil {
			return err
		}
		gone, err := s.Macros.Delete(ctx, tx, c.asksForMacros(), in.ID)
		if err != nil {
			return err
		}
		return s.auditMacro(ctx, tx, c, "macro.deleted", in.ID, gone.Edit, macro.Edit{})
	})
}

func (s *Server) restoreMacro(ctx context.Context, c *Caller, in *macroInput) (*reply[macro.Macro], error) {
	return changing(ctx, s, func(tx *db.Tx) (macro.Macro, error) {
		back, err := s.Macros.Restore(ctx, tx, c.asksForMacros(), in.ID)
		if err != nil {
			return back, err
		}
		return back, s.auditMacro(ctx, tx, c, "macro.restored", in.ID, macro.Edit{}, back.Edit)
	})
}

// previewBody is what is to be shown, and where.
type previewBody struct {
	Macro        desk.MacroID        `json:"macro,omitempty" doc:"Or texts that need not be saved"`
	Texts        map[string]string   `json:"texts,omitempty"`
	Conversation desk.ConversationID `json:"conversation,omitempty" doc:"Or whom a new mail goes to"`
	Inbox        desk.InboxID        `json:"inbox,omitempty"`
	Address      string              `json:"address,omitempty" maxLength:"320"`
	Name         string              `json:"name,omitempty" maxLength:"200"`
	Language     string              `json:"language,omitempty" maxLength:"35" doc:"Instead of the customer's"`
}

func (s *Server) previewMacro(ctx context.Context, c *Caller, in *body[previewBody]) (*reply[act.Filled], error) {
	ask := in.Body
	return asking(ctx, s, func(tx *db.Tx) (act.Filled, error) {
		of := macro.Edit{Texts: ask.Texts}
		if ask.Macro != 0 {
			m, err := s.Macros.Get(ctx, tx, c.asksForMacros(), ask.Macro)
			if err != nil {
				return act.Filled{}, err
			}
			of = m.Edit
		}
		return s.hands().Fill(ctx, tx, c.Scope, act.Where{Conversation: ask.Conversation, Inbox: ask.Inbox, Address: ask.Address, Name: ask.Name}, of, ask.Language)
	})
}

// Also is what is done together with an answer or a note.
type Also struct {
	Actions []desk.Action  `json:"actions,omitempty" maxItems:"20" doc:"Done together with it: types and fields first, the others after it; needs conversation.write"`
	Macros  []desk.MacroID `json:"macros,omitempty" maxItems:"20" doc:"Which macros were used, to be counted"`
}

// ahead does those of the actions that resolving may ask for, types and fields, and returns the others. It goes before an answer that resolves.
func (s *Server) ahead(ctx context.Context, tx *db.Tx, c *Caller, id desk.ConversationID, a Also) (Also, error) {
	first := []desk.Action{}
	left := []desk.Action{}
	for _, action := range a.Actions {
		if action.Do == desk.SetType || action.Do == desk.SetField {
			first = append(first, action)
		} else {
			left = append(left, action)
		}
	}
	if len(first) == 0 {
		return a, nil
	}
	if err := desk.CheckActions("body.actions", a.Actions); err != nil {
		return a, err
	}
	a.Actions = left
	return a, s.also(ctx, tx, c, id, Also{Actions: first})
}

// also does what goes along, in the transaction of what it goes along with.
func (s *Server) also(ctx context.Context, tx *db.Tx, c *Caller, id desk.ConversationID, a Also) error {
	if len(a.Actions) > 0 {
		if !c.May(desk.WriteConversations) {
			return &desk.Refusal{Code: desk.Forbidden, Field: "body.actions", Message: "your role does not allow " + string(desk.WriteConversations)}
		}
		if _, err := s.hands().Do(ctx, tx, c.Scope, id, 0, a.Actions); err != nil {
			return err
		}
	}
	return s.Macros.Used(ctx, tx, c.asksForMacros(), a.Macros)
}

type actionsInput struct {
	ConversationInput
	Body struct {
		Version int64          `json:"version" minimum:"1"`
		Actions []desk.Action  `json:"actions" minItems:"1" maxItems:"20"`
		Macros  []desk.MacroID `json:"macros,omitempty" maxItems:"20" doc:"Which macros were used, to be counted"`
	}
}

func (s *Server) runActions(ctx context.Context, c *Caller, in *actionsInput) (*reply[desk.Conversation], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Conversation, error) {
		row, err := s.hands().Do(ctx, tx, c.Scope, in.ID, in.Body.Version, in.Body.Actions)
		if err != nil {
			return row, err
		}
		return row, s.Macros.Used(ctx, tx, c.asksForMacros(), in.Body.Macros)
	})
}
