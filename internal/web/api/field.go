package api

import (
	"context"
	"net/http"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/field"
	"tellus/internal/feature/worklog"
	"tellus/internal/platform/db"
)

// fieldRoutes are custom fields, types of conversations, checklists and time spent.
var fieldRoutes = []route{
	{"list-fields", get, "/fields", needs(desk.ReadConversations), "All custom fields, also those that were archived", option{}},
	{"create-field", post, "/fields", needs(desk.ManageFields), "Make a custom field", option{creates: true}},
	{"change-field", put, "/fields/{id}", needs(desk.ManageFields), "Replace what is said about a field; its kind and key stay", option{}},
	{"order-fields", put, "/fields/order", needs(desk.ManageFields), "Put fields in an order", option{status: http.StatusNoContent}},
	{"list-types", get, "/types", needs(desk.ReadConversations), "All types of conversations, also those that were archived", option{}},
	{"create-type", post, "/types", needs(desk.ManageFields), "Make a type of conversations", option{creates: true}},
	{"change-type", put, "/types/{id}", needs(desk.ManageFields), "Replace what is said about a type", option{}},
	{"order-types", put, "/types/order", needs(desk.ManageFields), "Put types in an order", option{status: http.StatusNoContent}},
	{"list-templates", get, "/checklist-templates", needs(desk.ReadConversations), "All templates of checklists", option{}},
	{"create-template", post, "/checklist-templates", needs(desk.ManageFields), "Make a template of a checklist", option{creates: true}},
	{"change-template", put, "/checklist-templates/{id}", needs(desk.ManageFields), "Replace a template of a checklist", option{}},

	{"list-checklists", get, "/conversations/{id}/checklists", needs(desk.ReadConversations), "The checklists of a conversation", option{}},
	{"add-checklist", post, "/conversations/{id}/checklists", needs(desk.WriteConversations), "Add a checklist, of a template or with items of its own", option{}},
	{"remove-checklist", del, "/conversations/{id}/checklists/{list}", needs(desk.WriteConversations), "Take a checklist away", option{}},
	{"restore-checklist", post, "/conversations/{id}/checklists/{list}/restore", needs(desk.WriteConversations), "Bring a checklist back that was taken away", option{}},
	{"tick-check", put, "/conversations/{id}/checks/{item}", needs(desk.WriteConversations), "Tick an item of a checklist, or take the tick away", option{}},

	{"list-work", get, "/conversations/{id}/work", needs(desk.ReadConversations), "Time that was spent on a conversation", option{}},
	{"add-work", post, "/conversations/{id}/work", needs(desk.WriteConversations), "Keep time that the caller spent", option{creates: true}},
	{"change-work", put, "/work/{id}", needs(desk.WriteConversations), "Correct an entry: one's own, or as a supervisor", option{}},
	{"remove-work", del, "/work/{id}", needs(desk.WriteConversations), "Take an entry away: one's own, or as a supervisor", option{}},
	{"restore-work", post, "/work/{id}/restore", needs(desk.WriteConversations), "Bring an entry back that was taken away", option{}},
	{"get-timer", get, "/timer", needs(desk.WriteConversations), "The caller's timer", option{}},
	{"set-timer", post, "/timer", needs(desk.WriteConversations), "Start, pause, stop or drop the caller's timer", option{}},
}

func (s *Server) registerFields() {
	handle(s, "list-fields", func(ctx context.Context, _ *Caller, _ *none) (*reply[list[desk.Field]], error) {
		return asking(ctx, s, func(tx *db.Tx) (out list[desk.Field], err error) {
			out.Items, err = s.Fields.All(ctx, tx)
			return out, err
		})
	})
	handle(s, "create-field", s.createField)
	handle(s, "change-field", s.changeField)
	handle(s, "order-fields", func(ctx context.Context, c *Caller, in *body[orderBody[desk.FieldID]]) (*none, error) {
		return change(ctx, s, func(tx *db.Tx) error { return s.Fields.Order(ctx, tx, c.By(), in.Body.IDs) })
	})
	handle(s, "list-types", func(ctx context.Context, _ *Caller, _ *none) (*reply[list[desk.ConversationType]], error) {
		return asking(ctx, s, func(tx *db.Tx) (out list[desk.ConversationType], err error) {
			out.Items, err = s.Fields.Types(ctx, tx)
			return out, err
		})
	})
	handle(s, "create-type", s.createType)
	handle(s, "change-type", s.changeType)
	handle(s, "order-types", func(ctx context.Context, c *Caller, in *body[orderBody[desk.TypeID]]) (*none, error) {
		return change(ctx, s, func(tx *db.Tx) error { return s.Fields.OrderTypes(ctx, tx, c.By(), in.Body.IDs) })
	})
	handle(s, "list-templates", func(ctx context.Context, _ *Caller, _ *none) (*reply[list[desk.ChecklistTemplate]], error) {
		return asking(ctx, s, func(tx *db.Tx) (out list[desk.ChecklistTemplate], err error) {
			out.Items, err = s.Fields.Templates(ctx, tx)
			return out, err
		})
	})
	handle(s, "create-template", func(ctx context.Context, c *Caller, in *body[field.TemplateEdit]) (*reply[desk.ChecklistTemplate], error) {
		return s.saveTemplate(ctx, c, 0, in.Body)
	})
	handle(s, "change-template", func(ctx context.Context, c *Caller, in *templateInput) (*reply[desk.ChecklistTemplate], error) {
		return s.saveTemplate(ctx, c, in.ID, in.Body)
	})
	s.registerChecklists()
	s.registerWork()
}

// orderBody is an order of things.
type orderBody[ID ~int64] struct {
	IDs []ID `json:"ids" maxItems:"1000"`
}

func (s *Server) createField(ctx context.Context, c *Caller, in *body[field.Edit]) (*reply[desk.Field], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Field, error) {
		made, err := s.Fields.Create(ctx, tx, c.By(), in.Body)
		if err != nil {
			return made, err
		}
		return made, s.auditChange(ctx, tx, c, "field.created", "field:"+made.ID.String(), desk.Differences(desk.Field{}, made))
	})
}

type fieldInput struct {
	ID   desk.FieldID `path:"id"`
	Body field.Edit
}

func (s *Server) changeField(ctx context.Context, c *Caller, in *fieldInput) (*reply[desk.Field], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Field, error) {
		about := "field:" + in.ID.String()
		before, err := s.Fields.Get(ctx, tx, in.ID)
		if err != nil {
			return before, err
		}
		made, err := s.Fields.Change(ctx, tx, c.By(), in.ID, in.Body)
		if err != nil {
			return made, s.stale(ctx, tx, err, in.Body, about, "field.updated", "field.created")
		}
		return made, s.auditChange(ctx, tx, c, "field.updated", about, desk.Differences(before, made))
	})
}

func (s *Server) createType(ctx context.Context, c *Caller, in *body[field.TypeEdit]) (*reply[desk.ConversationType], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.ConversationType, error) {
		made, err := s.Fields.CreateType(ctx, tx, c.By(), in.Body)
		if err != nil {
			return made, err
		}
		return made, s.auditChange(ctx, tx, c, "type.created", "type:"+made.ID.String(), desk.Differences(desk.ConversationType{}, made))
	})
}

type typeInput struct {
	ID   desk.TypeID `path:"id"`
	Body field.TypeEdit
}

func (s *Server) changeType(ctx context.Context, c *Caller, in *typeInput) (*reply[desk.ConversationType], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.ConversationType, error) {
		about := "type:" + in.ID.String()
		before, err := s.Fields.Type(ctx, tx, in.ID)
		if err != nil {
			return before, err
		}
		made, err := s.Fields.ChangeType(ctx, tx, c.By(), in.ID, in.Body)
		if err != nil {
			return made, s.stale(ctx, tx, err, in.Body, about, "type.updated", "type.created")
		}
		return made, s.auditChange(ctx, tx, c, "type.updated", about, desk.Differences(before, made))
	})
}

type templateInput struct {
	ID   desk.TemplateID `path:"id"`
	Body field.TemplateEdit
}

func (s *Server) saveTemplate(ctx context.Context, c *Caller, id desk.TemplateID, e field.TemplateEdit) (*reply[desk.ChecklistTemplate], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.ChecklistTemplate, error) {
		all, err := s.Fields.Templates(ctx, tx)
		if err != nil {
			return desk.ChecklistTemplate{}, err
		}
		before, action := desk.ChecklistTemplate{}, "template.created"
		for _, t := range all {
			if t.ID == id {
				before, action = t, "template.updated"
			}
		}
		made, err := s.Fields.SaveTemplate(ctx, tx, c.By(), id, e)
		if err != nil {
			return made, s.stale(ctx, tx, err, e, aboutTemplate(id), "template.updated", "template.created")
		}
		return made, s.auditChange(ctx, tx, c, action, aboutTemplate(made.ID), desk.Differences(before, made))
	})
}

func aboutTemplate(id desk.TemplateID) string { return "template:" + desk.FieldID(id).String() }

// checklistInput names a checklist of a conversation.
type checklistInput struct {
	ID   desk.ConversationID `path:"id"`
	List desk.ChecklistID    `path:"list"`
}

type addChecklistInput struct {
	ID   desk.ConversationID `path:"id"`
	Body conversation.NewChecklist
}

type tickInput struct {
	ID   desk.ConversationID `path:"id"`
	Item desk.CheckID        `path:"item"`
	Body struct {
		Done bool `json:"done"`
	}
}

type lists = list[desk.Checklist]

func (s *Server) registerChecklists() {
	changed := func(ctx context.Context, change func(tx *db.Tx) ([]desk.Checklist, error)) (*reply[lists], error) {
		return changing(ctx, s, func(tx *db.Tx) (out lists, err error) {
			out.Items, err = change(tx)
			return out, err
		})
	}
	handle(s, "list-checklists", func(ctx context.Context, c *Caller, in *ConversationInput) (*reply[lists], error) {
		return asking(ctx, s, func(tx *db.Tx) (out lists, err error) {
			out.Items, err = s.Conversations.Checklists(ctx, tx, c.Scope, in.ID)
			return out, err
		})
	})
	handle(s, "add-checklist", func(ctx context.Context, c *Caller, in *addChecklistInput) (*reply[lists], error) {
		return changed(ctx, func(tx *db.Tx) ([]desk.Checklist, error) {
			return s.Conversations.AddChecklist(ctx, tx, c.By(), c.Scope, in.ID, in.Body)
		})
	})
	handle(s, "remove-checklist", func(ctx context.Context, c *Caller, in *checklistInput) (*reply[lists], error) {
		return changed(ctx, func(tx *db.Tx) ([]desk.Checklist, error) {
			return s.Conversations.RemoveChecklist(ctx, tx, c.By(), c.Scope, in.ID, in.List, false)
		})
	})
	handle(s, "restore-checklist", func(ctx context.Context, c *Caller, in *checklistInput) (*reply[lists], error) {
		return changed(ctx, func(tx *db.Tx) ([]desk.Checklist, error) {
			return s.Conversations.RemoveChecklist(ctx, tx, c.By(), c.Scope, in.ID, in.List, true)
		})
	})
	handle(s, "tick-check", func(ctx context.Context, c *Caller, in *tickInput) (*reply[lists], error) {
		return changed(ctx, func(tx *db.Tx) ([]desk.Checklist, error) {
			return s.Conversations.Tick(ctx, tx, c.By(), c.Scope, in.ID, in.Item, in.Body.Done)
		})
	})
}

type addWorkInput struct {
	ID   desk.ConversationID `path:"id"`
	Body worklog.Entry
}

// WorkInput names an entry of time spent.
type WorkInput struct {
	ID desk.WorkID `path:"id"`
}

type changeWorkInput struct {
	WorkInput
	Body worklog.Entry
}

type timerBody struct {
	Timer *desk.Timer `json:"timer,omitempty" doc:"Absent where there is none"`
}

type timerInput struct {
	Action       string              `json:"action" enum:"start,pause,stop,drop"`
	Conversation desk.ConversationID `json:"conversation,omitempty" doc:"Where it starts"`
	Note         string              `json:"note,omitempty" maxLength:"500" doc:"Of the entry that stopping makes"`
}

func (s *Server) registerWork() {
	handle(s, "list-work", func(ctx context.Context, c *Caller, in *ConversationInput) (*reply[list[desk.TimeEntry]], error) {
		return asking(ctx, s, func(tx *db.Tx) (out list[desk.TimeEntry], err error) {
			out.Items, err = s.Worklog.Of(ctx, tx, c.Scope, in.ID)
			return out, err
		})
	})
	handle(s, "add-work", func(ctx context.Context, c *Caller, in *addWorkInput) (*reply[desk.TimeEntry], error) {
		return changing(ctx, s, func(tx *db.Tx) (desk.TimeEntry, error) { return s.Worklog.Add(ctx, tx, c.Scope, in.ID, in.Body) })
	})
	handle(s, "change-work", func(ctx context.Context, c *Caller, in *changeWorkInput) (*reply[desk.TimeEntry], error) {
		return changing(ctx, s, func(tx *db.Tx) (desk.TimeEntry, error) {
			return s.Worklog.Change(ctx, tx, c.Scope, c.May(desk.SeeAll), in.ID, in.Body)
		})
	})
	handle(s, "remove-work", func(ctx context.Context, c *Caller, in *WorkInput) (*none, error) {
		return change(ctx, s, func(tx *db.Tx) error {
			_, err := s.Worklog.Remove(ctx, tx, c.Scope, c.May(desk.SeeAll), in.ID, false)
			return err
		})
	})
	handle(s, "restore-work", func(ctx context.Context, c *Caller, in *WorkInput) (*reply[desk.TimeEntry], error) {
		return changing(ctx, s, func(tx *db.Tx) (desk.TimeEntry, error) {
			return s.Worklog.Remove(ctx, tx, c.Scope, c.May(desk.SeeAll), in.ID, true)
		})
	})
	handle(s, "get-timer", func(ctx context.Context, c *Caller, _ *none) (*reply[timerBody], error) {
		return asking(ctx, s, func(tx *db.Tx) (out timerBody, err error) {
			out.Timer, err = s.Worklog.Timer(ctx, tx, c.Scope.Agent)
			return out, err
		})
	})
	handle(s, "set-timer", func(ctx context.Context, c *Caller, in *body[timerInput]) (*reply[timerBody], error) {
		return changing(ctx, s, func(tx *db.Tx) (out timerBody, err error) {
			switch in.Body.Action {
			case "start":
				out.Timer, err = s.Worklog.Start(ctx, tx, c.Scope, in.Body.Conversation)
			case "pause":
				out.Timer, err = s.Worklog.Pause(ctx, tx, c.Scope)
			default:
				err = s.Worklog.Stop(ctx, tx, c.Scope, in.Body.Note, in.Body.Action == "drop")
			}
			return out, err
		})
	})
}
