package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"tellus/internal/desk"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// Connections is what runs the channels of the inboxes.
type Connections interface {
	// Test tries settings and explains in words what fails; secrets that are not given are those stored for the inbox.
	Test(ctx context.Context, e inbox.Edit) (in, out desk.Problem, err error)
	// Reconnect ends an inbox's back-off.
	Reconnect(id desk.InboxID)
	// BeginOAuth returns the address at which the operator authorises the desk for one side of an inbox.
	BeginOAuth(ctx context.Context, by desk.Actor, in OAuth) (url string, err error)
	// FinishOAuth exchanges the code that the provider sent the browser back with. Where it refuses it still names the inbox, if it is known.
	FinishOAuth(ctx context.Context, by desk.Actor, got OAuthAnswer) (desk.InboxID, error)
}

// OAuthAnswer is what a provider sends the browser back with (RFC 6749, 4.1.2).
type OAuthAnswer struct {
	State, Code string
	Declined    bool // it came back with an error instead of a code
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
	s.registerHouse()
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
		about := "inbox:" + in.ID.String()
		before, err := s.Inboxes.Get(ctx, tx, in.ID)
		if err != nil {
			return before, err
		}
		made, err := s.Inboxes.Update(ctx, tx, c.By(), edit)
		if err != nil {
			return made, s.stale(ctx, tx, err, edit, about, "inbox.updated", "inbox.created", "inbox.authorised")
		}
		return made, s.auditChange(ctx, tx, c, "inbox.updated", about, append(desk.Differences(before, made), secretsOf(edit)...))
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

// secretsOf are the secrets that an edit replaces.
func secretsOf(e inbox.Edit) (all []desk.FieldChange) {
	if e.ReceiveSecret != nil {
		all = append(all, desk.FieldChange{Field: "receive.secret", Replaced: true})
	}
	if e.SubmitSecret != nil {
		all = append(all, desk.FieldChange{Field: "submit.secret", Replaced: true})
	}
	return all
}

// audit writes a line of the log of changes.
func (s *Server) audit(ctx context.Context, tx *db.Tx, c *Caller, action, subject, detail string) error {
	return s.Staff.Audit(ctx, tx, staff.Entry{By: c.By(), Action: action, Subject: subject, From: c.Visitor, Detail: detail})
}

// auditChange writes a line that says what a change of settings changed.
func (s *Server) auditChange(ctx context.Context, tx *db.Tx, c *Caller, action, subject string, changes []desk.FieldChange) error {
	return s.Staff.Audit(ctx, tx, staff.Entry{By: c.By(), Action: action, Subject: subject, From: c.Visitor, Changes: changes})
}

// stale completes the refusal of a change that somebody else was faster with: which of the fields that were asked for differ from what there is now,
// and who changed it last, by the actions of the audit log that do.
func (s *Server) stale(ctx context.Context, tx *db.Tx, err error, asked any, about string, actions ...string) error {
	var r *desk.Refusal
	if !errors.As(err, &r) {
		return err
	}
	what, ok := r.Details.(desk.Stale)
	if !ok {
		return err
	}
	what.Changed = []string{}
	for _, d := range desk.Differences(what.Current, asked) {
		what.Changed = append(what.Changed, d.Field)
	}
	if what.By, what.At, err = s.Staff.LastChange(ctx, tx, about, actions...); err != nil {
		return err
	}
	return r.With(what)
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
	id, err := s.Connections.FinishOAuth(r.Context(), c.By(), OAuthAnswer{State: q.Get("state"), Code: q.Get("code"), Declined: q.Get("error") != ""})
	var why *desk.Refusal
	if errors.As(err, &why) {
		http.Redirect(w, r, refusedOAuth(id, why), http.StatusSeeOther)
		return nil
	}
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

// refusedOAuth is the page of the inbox that was to be authorised, or the list where nobody knows which that was, with the reason in its address.
func refusedOAuth(id desk.InboxID, why *desk.Refusal) string {
	page := "/app/settings/inboxes"
	if id != 0 {
		page += "/" + id.String()
	}
	q := url.Values{"oauth": {"refused"}}
	if why.Why != "" {
		q.Set("reason", string(why.Why))
	}
	if said, ok := why.Values["what"].(string); ok {
		if r := []rune(said); len(r) > 300 {
			said = string(r[:300])
		}
		q.Set("what", said)
	}
	return page + "?" + q.Encode()
}
