package api

import (
	"context"
	"net/http"

	"tellus/internal/desk"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/setting"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

// Connections is what runs the channels of the inboxes.
type Connections interface {
	// Test tries settings and explains in words what fails; secrets that are not given are those stored for the inbox.
	Test(ctx context.Context, e inbox.Edit) (in, out desk.Problem, err error)
	// Reconnect ends an inbox's back-off.
	Reconnect(id desk.InboxID)
	// BeginOAuth returns the address at which the operator authorises the desk for one side of an inbox.
	BeginOAuth(ctx context.Context, by desk.Actor, in OAuth) (url string, err error)
	// FinishOAuth exchanges the code that the provider sent the browser back with.
	FinishOAuth(ctx context.Context, by desk.Actor, state, code string) (desk.InboxID, error)
}

// OAuth asks for the authorisation of one side of an inbox.
type OAuth struct {
	Inbox        desk.InboxID `json:"-"`
	Side         string       `json:"side" enum:"receive,submit,both"`
	Provider     string       `json:"provider" enum:"google,microsoft"`
	ClientID     string       `json:"clientId" minLength:"1" maxLength:"500"`
	ClientSecret string       `json:"clientSecret" maxLength:"500"`
	Tenant       string       `json:"tenant,omitempty" maxLength:"100" doc:"Of Microsoft Entra; common where empty"`
}

func (s *Server) registerInboxes() {
	handle(s, "list-inboxes", s.listInboxes)
	handle(s, "create-inbox", s.createInbox)
	handle(s, "get-inbox", s.getInbox)
	handle(s, "change-inbox", s.changeInbox)
	handle(s, "delete-inbox", s.deleteInbox)
	handle(s, "test-inbox", s.testInbox)
	handle(s, "list-health", s.listHealth)
	handle(s, "reconnect-inbox", s.reconnectInbox)
	handle(s, "begin-oauth", s.beginOAuth)
	stream(s, "finish-oauth", []string{"text/html"}, s.finishOAuth)
	handle(s, "get-settings", s.getSettings)
	handle(s, "change-settings", s.changeSettings)
	handle(s, "list-dead-jobs", s.listDeadJobs)
	handle(s, "retry-job", s.retryJob)
	handle(s, "discard-job", s.discardJob)
}

type InboxInput struct {
	ID desk.InboxID `path:"id"`
}

// listInboxes gives administrators everything and others what they need to name an inbox.
func (s *Server) listInboxes(ctx context.Context, c *Caller, _ *none) (*reply[list[desk.Inbox]], error) {
	all, err := read(ctx, s, func(tx *db.Tx) ([]desk.Inbox, error) { return s.Inboxes.All(ctx, tx) })
	if err != nil {
		return nil, err
	}
	if all == nil {
		all = []desk.Inbox{}
	}
	if c.May(desk.ManageInboxes) {
		return answer(list[desk.Inbox]{all}), nil
	}
	for i := range all {
		all[i].Receive = desk.Receive{Method: all[i].Receive.Method}
		sends := desk.Submit{}
		if all[i].Submit.Host != "" {
			sends.Host = "configured"
		}
		all[i].Submit = sends
		all[i].AcknowledgeText = nil
	}
	return answer(list[desk.Inbox]{all}), nil
}

func (s *Server) getInbox(ctx context.Context, _ *Caller, in *InboxInput) (*reply[desk.Inbox], error) {
	return asking(ctx, s, func(tx *db.Tx) (desk.Inbox, error) { return s.Inboxes.Get(ctx, tx, in.ID) })
}

func (s *Server) createInbox(ctx context.Context, c *Caller, in *body[inbox.Edit]) (*reply[desk.Inbox], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Inbox, error) {
		made, err := s.Inboxes.Create(ctx, tx, c.By(), in.Body)
		if err != nil {
			return made, err
		}
		return made, s.audit(ctx, tx, c, "inbox.created", "inbox:"+made.ID.String(), "")
	})
}

type changeInboxInput struct {
	InboxInput
	Body inbox.Edit
}

func (s *Server) changeInbox(ctx context.Context, c *Caller, in *changeInboxInput) (*reply[desk.Inbox], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Inbox, error) {
		edit := in.Body
		edit.ID = in.ID
		made, err := s.Inboxes.Update(ctx, tx, c.By(), edit)
		if err != nil {
			return made, err
		}
		return made, s.audit(ctx, tx, c, "inbox.updated", "inbox:"+made.ID.String(), "")
	})
}

func (s *Server) deleteInbox(ctx context.Context, c *Caller, in *InboxInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		if err := s.Inboxes.Delete(ctx, tx, c.By(), in.ID); err != nil {
			return err
		}
		return s.audit(ctx, tx, c, "inbox.deleted", "inbox:"+in.ID.String(), "")
	})
}

// audit writes a line of the log of changes.
func (s *Server) audit(ctx context.Context, tx *db.Tx, c *Caller, action, subject, detail string) error {
	return s.Staff.Audit(ctx, tx, staff.Entry{By: c.By(), Action: action, Subject: subject, From: c.Visitor, Detail: detail})
}

type testBody struct {
	In  desk.Problem `json:"in" doc:"Empty where receiving works"`
	Out desk.Problem `json:"out" doc:"Empty where sending works"`
}

func (s *Server) testInbox(ctx context.Context, _ *Caller, in *body[inbox.Edit]) (*reply[testBody], error) {
	received, sent, err := s.Connections.Test(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	return answer(testBody{received, sent}), nil
}

func (s *Server) listHealth(ctx context.Context, _ *Caller, _ *none) (*reply[list[desk.Health]], error) {
	all, err := read(ctx, s, func(tx *db.Tx) ([]desk.Health, error) { return s.Inboxes.Health(ctx, tx) })
	if err != nil {
		return nil, err
	}
	return answer(list[desk.Health]{all}), nil
}

func (s *Server) reconnectInbox(ctx context.Context, _ *Caller, in *InboxInput) (*none, error) {
	s.Connections.Reconnect(in.ID)
	return nil, nil
}

type oauthInput struct {
	InboxInput
	Body OAuth
}

type addressBody struct {
	URL string `json:"url"`
}

func (s *Server) beginOAuth(ctx context.Context, c *Caller, in *oauthInput) (*reply[addressBody], error) {
	ask := in.Body
	ask.Inbox = in.ID
	address, err := s.Connections.BeginOAuth(ctx, c.By(), ask)
	if err != nil {
		return nil, err
	}
	return answer(addressBody{address}), nil
}

// finishOAuth takes the browser back to the inbox's settings, with what came of it in the address.
func (s *Server) finishOAuth(w http.ResponseWriter, r *http.Request, c *Caller) error {
	q := r.URL.Query()
	if refused := q.Get("error"); refused != "" {
		http.Redirect(w, r, "/app/settings/inboxes?oauth=refused", http.StatusSeeOther)
		return nil
	}
	id, err := s.Connections.FinishOAuth(r.Context(), c.By(), q.Get("state"), q.Get("code"))
	if err != nil {
		return err
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		return s.audit(r.Context(), tx, c, "inbox.authorised", "inbox:"+id.String(), "")
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/app/settings/inboxes/"+id.String()+"?oauth=ok", http.StatusSeeOther)
	return nil
}

func (s *Server) getSettings(ctx context.Context, _ *Caller, _ *none) (*reply[setting.Settings], error) {
	return asking(ctx, s, func(tx *db.Tx) (setting.Settings, error) { return s.Settings.Get(ctx, tx) })
}

func (s *Server) changeSettings(ctx context.Context, c *Caller, in *body[setting.Settings]) (*reply[setting.Settings], error) {
	return changing(ctx, s, func(tx *db.Tx) (setting.Settings, error) {
		made, err := s.Settings.Save(ctx, tx, c.By(), in.Body)
		if err != nil {
			return made, err
		}
		return made, s.audit(ctx, tx, c, "setting.updated", "", "")
	})
}

func (s *Server) listDeadJobs(ctx context.Context, _ *Caller, _ *none) (*reply[list[jobs.Info]], error) {
	all, err := read(ctx, s, func(tx *db.Tx) ([]jobs.Info, error) { return jobs.Dead(ctx, tx, desk.Never, 0, 200) })
	if err != nil {
		return nil, err
	}
	if all == nil {
		all = []jobs.Info{}
	}
	return answer(list[jobs.Info]{all}), nil
}

type jobInput struct {
	ID desk.JobID `path:"id"`
}

func (s *Server) retryJob(ctx context.Context, _ *Caller, in *jobInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return jobs.Retry(ctx, tx, in.ID) })
}

func (s *Server) discardJob(ctx context.Context, c *Caller, in *jobInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		if err := jobs.Discard(ctx, tx, in.ID); err != nil {
			return err
		}
		return s.audit(ctx, tx, c, "job.discarded", "", "")
	})
}
