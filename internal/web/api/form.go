package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/form"
	"tellus/internal/platform/db"
)

// formRoutes are the settings of contact forms. What visitors see and send is package widget's.
var formRoutes = []route{
	{"get-form", get, "/inboxes/{id}/form", needs(desk.ManageInboxes), "The contact form of an inbox; the usual one, switched off, before it was first saved", option{}},
	{"change-form", put, "/inboxes/{id}/form", needs(desk.ManageInboxes), "Replace the settings of an inbox's contact form", option{}},
}

func (s *Server) registerForms() {
	handle(s, "get-form", s.getForm)
	handle(s, "change-form", s.changeForm)
}

func (s *Server) getForm(ctx context.Context, _ *Caller, in *InboxInput) (*reply[form.Form], error) {
	return asking(ctx, s, func(tx *db.Tx) (form.Form, error) { return s.Forms.Get(ctx, tx, in.ID) })
}

type changeFormInput struct {
	InboxInput
	Body form.Form
}

func (s *Server) changeForm(ctx context.Context, c *Caller, in *changeFormInput) (*reply[form.Form], error) {
	return changing(ctx, s, func(tx *db.Tx) (form.Form, error) {
		f := in.Body
		f.Inbox = in.ID
		about := "inbox:" + in.ID.String()
		before, err := s.Forms.Get(ctx, tx, in.ID)
		if err != nil {
			return before, err
		}
		made, err := s.Forms.Save(ctx, tx, c.By(), f)
		if err != nil {
			return made, s.stale(ctx, tx, err, f, about, "form.updated")
		}
		return made, s.auditChange(ctx, tx, c, "form.updated", about, desk.Differences(before, made))
	})
}
