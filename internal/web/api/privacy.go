package api

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/privacy"
	"tellus/internal/flow/person"
	"tellus/internal/platform/db"
)

// privacyRoutes are what is owed to people whose data lie here. What they are about must be seen by the caller besides.
var privacyRoutes = []route{
	{"export-customer", post, "/customers/{id}/export", needs(desk.ManagePrivacy), "Write all that is held on a customer to a file, as a job", option{creates: true}},
	{"preview-erasure", get, "/customers/{id}/erasure", needs(desk.ManagePrivacy), "What erasing a customer would come to, and what stands in its way", option{}},
	{"erase-customer", post, "/customers/{id}/erasure", needs(desk.ManagePrivacy), "Erase a customer: figures stay, no person does", option{creates: true}},
	{"list-privacy-tasks", get, "/privacy/tasks", needs(desk.ManagePrivacy), "The log of exports and erasures, newest first", option{}},
	{"get-privacy-task", get, "/privacy/tasks/{id}", needs(desk.ManagePrivacy), "How far an export or an erasure is", option{}},
	{"get-privacy-file", get, "/privacy/tasks/{id}/file", needs(desk.ManagePrivacy), "The file of an export, for seven days, for who asked for it", option{}},
	{"list-holds", get, "/privacy/holds", needs(desk.ManagePrivacy), "Legal holds, newest first", option{}},
	{"set-hold", post, "/privacy/holds", needs(desk.ManagePrivacy), "Keep a customer or a conversation from erasure while a claim may run", option{creates: true}},
	{"list-retention-rules", get, "/privacy/rules", needs(desk.ManagePrivacy), "How long finished conversations are kept, and what each rule has done", option{}},
	{"preview-retention-rule", post, "/privacy/rules/preview", needs(desk.ManagePrivacy), "What a rule would erase if it were made now", option{}},
	{"create-retention-rule", post, "/privacy/rules", needs(desk.ManagePrivacy), "Erase what was said in finished conversations after some months, day by day", option{creates: true}},
	{"end-retention-rule", del, "/privacy/rules/{id}", needs(desk.ManagePrivacy), "End a rule; what it did stays", option{}},
	{"list-accesses", get, "/privacy/access", needs(desk.ManagePrivacy), "Who saw which customer's record, newest first", option{}},
	{"get-accesses-file", get, "/privacy/access.csv", needs(desk.ManagePrivacy), "The same as comma-separated values, by the same filters", option{}},
	{"end-hold", post, "/privacy/holds/{id}/end", needs(desk.ManagePrivacy), "End a legal hold", option{}},
}

func (s *Server) registerPrivacy() {
	handle(s, "export-customer", s.exportCustomer)
	handle(s, "preview-erasure", s.previewErasure)
	handle(s, "erase-customer", s.eraseCustomer)
	handle(s, "list-privacy-tasks", s.listPrivacyTasks)
	handle(s, "get-privacy-task", s.getPrivacyTask)
	stream(s, "get-privacy-file", []string{"application/zip"}, s.privacyFile)
	handle(s, "list-holds", s.listHolds)
	handle(s, "set-hold", s.setHold)
	handle(s, "end-hold", s.endHold)
	handle(s, "list-retention-rules", s.listRules)
	handle(s, "preview-retention-rule", s.previewRule)
	handle(s, "create-retention-rule", s.createRule)
	handle(s, "end-retention-rule", s.endRule)
	handle(s, "list-accesses", s.listAccesses)
	stream(s, "get-accesses-file", []string{"text/csv"}, s.accessesFile)
}

func about(id desk.CustomerID) string { return "customer:" + id.String() }

func (s *Server) exportCustomer(ctx context.Context, c *Caller, in *CustomerInput) (*reply[privacy.Task], error) {
	return changing(ctx, s, func(tx *db.Tx) (privacy.Task, error) {
		t, err := s.Persons.BeginExport(ctx, tx, c.Scope, in.ID)
		if err != nil {
			return t, err
		}
		return t, s.audit(ctx, tx, c, "export.customer", about(in.ID), "")
	})
}

func (s *Server) previewErasure(ctx context.Context, c *Caller, in *CustomerInput) (*reply[person.ErasurePreview], error) {
	return asking(ctx, s, func(tx *db.Tx) (person.ErasurePreview, error) { return s.Persons.Preview(ctx, tx, c.Scope, in.ID) })
}

type eraseCustomerInput struct {
	CustomerInput
	Body struct {
		Typed string `json:"typed" maxLength:"300" doc:"What the preview asks to be typed: the customer's name"`
	}
}

func (s *Server) eraseCustomer(ctx context.Context, c *Caller, in *eraseCustomerInput) (*reply[privacy.Task], error) {
	return changing(ctx, s, func(tx *db.Tx) (privacy.Task, error) {
		t, err := s.Persons.BeginErasure(ctx, tx, c.Scope, in.ID, in.Body.Typed)
		if err != nil {
			return t, err
		}
		return t, s.audit(ctx, tx, c, "customer.erased", about(in.ID), "")
	})
}

type privacyTasksInput struct {
	Customer desk.CustomerID `query:"customer" doc:"His only"`
	Paging
}

func (s *Server) listPrivacyTasks(ctx context.Context, _ *Caller, in *privacyTasksInput) (*reply[page[privacy.Task]], error) {
	before, err := numberCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	return asking(ctx, s, func(tx *db.Tx) (out page[privacy.Task], err error) {
		out.Items, err = s.Persons.Privacy.Tasks(ctx, tx, in.Customer, desk.PrivacyTaskID(before), in.Limit)
		if len(out.Items) == in.Limit {
			out.Next = cursorOf(int64(out.Items[in.Limit-1].ID))
		}
		return out, err
	})
}

type privacyTaskInput struct {
	ID desk.PrivacyTaskID `path:"id" minimum:"1"`
}

func (s *Server) getPrivacyTask(ctx context.Context, _ *Caller, in *privacyTaskInput) (*reply[privacy.Task], error) {
	return asking(ctx, s, func(tx *db.Tx) (privacy.Task, error) { return s.Persons.Privacy.Task(ctx, tx, in.ID) })
}

// privacyFile hands out the file of an export to who asked for it: it holds what that agent may see.
func (s *Server) privacyFile(w http.ResponseWriter, r *http.Request, c *Caller) error {
	id, err := pathID[desk.PrivacyTaskID](r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	t, err := write(ctx, s, func(tx *db.Tx) (privacy.Task, error) {
		t, err := s.Persons.File(ctx, tx, id)
		if err == nil && t.Agent != c.Agent {
			err = desk.Refuse(desk.NotFound, "no such file")
		}
		if err != nil {
			return t, err
		}
		return t, s.audit(ctx, tx, c, "export.fetched", about(t.Customer), "")
	})
	if err != nil {
		return err
	}
	s.Watch.Note(c.Agent, t.Customer, privacy.ByExport, 0)
	file, err := s.Blobs.Open(ctx, t.Blob)
	if err != nil {
		return err
	}
	defer file.Close() // read side only
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Length", strconv.FormatInt(t.Size, 10))
	name := fmt.Sprintf("tellus-customer-%s-%s.zip", t.Customer, t.CreatedAt.Time().Format(time.DateOnly))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	if _, err := io.Copy(w, file); err != nil {
		s.Log.WarnContext(ctx, "export not sent whole", "task", id, "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

type holdsInput struct {
	Ended bool `query:"ended" doc:"Those that were ended, rather than those that stand"`
	Paging
}

func (s *Server) listHolds(ctx context.Context, c *Caller, in *holdsInput) (*reply[page[HeldBody]], error) {
	before, err := numberCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	return asking(ctx, s, func(tx *db.Tx) (out page[HeldBody], err error) {
		all, err := s.Persons.Privacy.Holds(ctx, tx, in.Ended, desk.HoldID(before), in.Limit)
		if err != nil {
			return out, err
		}
		if len(all) == in.Limit {
			out.Next = cursorOf(int64(all[in.Limit-1].ID))
		}
		out.Items, err = s.named(ctx, tx, c, all)
		return out, err
	})
}

// HeldBody is a hold with what it is on in words, as far as the caller may see it.
type HeldBody struct {
	desk.Hold
	Name   string `json:"name,omitempty" doc:"Of the customer"`
	Number int64  `json:"number,omitempty" doc:"Of the conversation"`
}

func (s *Server) named(ctx context.Context, tx *db.Tx, c *Caller, all []desk.Hold) ([]HeldBody, error) {
	out := make([]HeldBody, 0, len(all))
	for _, h := range all {
		b := HeldBody{Hold: h}
		if h.Customer != 0 {
			who, err := s.Customers.See(ctx, tx, c.Scope, h.Customer)
			if err != nil && !desk.IsRefusal(err, desk.NotFound) {
				return nil, err
			}
			b.Name = who.Name
		} else {
			row, err := s.Conversations.Get(ctx, tx, c.Scope, h.Conversation)
			if err != nil && !desk.IsRefusal(err, desk.NotFound) {
				return nil, err
			}
			b.Name, b.Number = row.CustomerName, row.Number
		}
		out = append(out, b)
	}
	return out, nil
}

func (s *Server) setHold(ctx context.Context, c *Caller, in *body[privacy.NewHold]) (*reply[desk.Hold], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Hold, error) {
		h, err := s.Persons.Hold(ctx, tx, c.Scope, in.Body)
		if err != nil {
			return h, err
		}
		return h, s.audit(ctx, tx, c, "hold.set", heldSubject(h), "")
	})
}

func heldSubject(h desk.Hold) string {
	if h.Customer != 0 {
		return about(h.Customer)
	}
	return "conversation:" + h.Conversation.String()
}

type holdInput struct {
	ID desk.HoldID `path:"id" minimum:"1"`
}

func (s *Server) endHold(ctx context.Context, c *Caller, in *holdInput) (*reply[desk.Hold], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Hold, error) {
		h, err := s.Persons.Privacy.EndHold(ctx, tx, c.Agent, in.ID)
		if err != nil {
			return h, err
		}
		return h, s.audit(ctx, tx, c, "hold.ended", heldSubject(h), "")
	})
}
