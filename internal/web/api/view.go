package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/view"
	"tellus/internal/platform/db"
)

// viewRoutes are saved views: everybody has his own, and those that are shared with him.
var viewRoutes = []route{
	{"list-saved-views", get, "/saved-views", needs(desk.ReadConversations), "The saved views that the caller has, in the order of his rail", option{}},
	{"create-saved-view", post, "/saved-views", needs(desk.ReadConversations), "Save a view; view.manage for a shared one", option{creates: true}},
	{"get-saved-view", get, "/saved-views/{id}", needs(desk.ReadConversations), "A saved view", option{}},
	{"change-saved-view", put, "/saved-views/{id}", needs(desk.ReadConversations), "Replace a saved view; view.manage for a shared one", option{}},
	{"delete-saved-view", del, "/saved-views/{id}", needs(desk.ReadConversations), "Delete a saved view; it can be restored for 30 days", option{}},
	{"restore-saved-view", post, "/saved-views/{id}/restore", needs(desk.ReadConversations), "Bring a deleted view back", option{}},
	{"count-saved-view", get, "/saved-views/{id}/count", needs(desk.ReadConversations), "How many conversations it finds; judged by the latest ones where it looks through too many", option{}},
	{"arrange-saved-views", put, "/saved-views/order", needs(desk.ReadConversations), "Which views are in the caller's rail, and in which order", option{}},
	{"list-attributes", get, "/conversations/attributes", needs(desk.ReadConversations), "What conditions can ask for", option{}},
	{"preview-condition", post, "/conversations/preview", needs(desk.ReadConversations), "How many conversations a condition finds, and the first of them", option{}},
	{"list-exports", get, "/exports", needs(desk.ExportData), "The caller's lists that are or were written to files", option{}},
	{"create-export", post, "/exports", needs(desk.ExportData), "Write a view, or the customers of a segment, to a file of comma-separated values", option{creates: true}},
	{"get-export", get, "/exports/{id}", needs(desk.ExportData), "How far a file is", option{}},
	{"delete-export", del, "/exports/{id}", needs(desk.ExportData), "Stop writing a file, or drop it", option{}},
	{"get-export-file", get, "/exports/{id}/file", needs(desk.ExportData), "The file", option{}},
}

func (s *Server) registerViews() {
	handle(s, "list-saved-views", s.listSavedViews)
	handle(s, "create-saved-view", s.createSavedView)
	handle(s, "get-saved-view", s.getSavedView)
	handle(s, "change-saved-view", s.changeSavedView)
	handle(s, "delete-saved-view", s.deleteSavedView)
	handle(s, "restore-saved-view", s.restoreSavedView)
	handle(s, "count-saved-view", s.countSavedView)
	handle(s, "arrange-saved-views", s.arrangeSavedViews)
	handle(s, "list-attributes", s.listAttributes)
	handle(s, "preview-condition", s.previewCondition)
	handle(s, "list-exports", s.listExports)
	handle(s, "create-export", s.createExport)
	handle(s, "get-export", s.getExport)
	handle(s, "delete-export", s.deleteExport)
	stream(s, "get-export-file", []string{"text/csv"}, s.exportFile)
}

func (c *Caller) asksForViews() view.Asker {
	return view.Asker{Agent: c.Agent, Teams: c.Scope.Teams, Zone: c.TimeZone, Manage: c.May(desk.ManageViews)}
}

// patience is how long a list is looked for where it is found by looking; what was found until then is answered with the place to go on from.
const patience = 250 * time.Millisecond

func within(d time.Duration) func() bool {
	until := time.Now().Add(d)
	return func() bool { return time.Now().Before(until) }
}

func (s *Server) listSavedViews(ctx context.Context, c *Caller, _ *none) (*reply[list[view.View]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[view.View], error) {
		all, err := s.Views.List(ctx, tx, c.asksForViews())
		return list[view.View]{all}, err
	})
}

func aboutView(id desk.ViewID) string { return "view:" + id.String() }

// auditView keeps personal views out of the log: they are nobody else's business.
func (s *Server) auditView(ctx context.Context, tx *db.Tx, c *Caller, action string, id desk.ViewID, before, after view.Edit) error {
	private := func(e view.Edit) bool { return e.Audience == desk.Personal || e.Audience == "" }
	if private(before) && private(after) {
		return nil
	}
	return s.auditChange(ctx, tx, c, action, aboutView(id), desk.Differences(before, after))
}

func (s *Server) createSavedView(ctx context.Context, c *Caller, in *body[view.Edit]) (*reply[view.View], error) {
	return changing(ctx, s, func(tx *db.Tx) (view.View, error) {
		made, err := s.Views.Create(ctx, tx, c.asksForViews(), in.Body)
		if err != nil {
			return made, err
		}
		return made, s.auditView(ctx, tx, c, "view.created", made.ID, view.Edit{}, made.Edit)
	})
}

type viewInput struct {
	ID desk.ViewID `path:"id" minimum:"1"`
}

func (s *Server) getSavedView(ctx context.Context, c *Caller, in *viewInput) (*reply[view.View], error) {
	return asking(ctx, s, func(tx *db.Tx) (view.View, error) { return s.Views.Get(ctx, tx, c.asksForViews(), in.ID) })
}

type changeViewInput struct {
	ID   desk.ViewID `path:"id" minimum:"1"`
	Body view.Edit
}

func (s *Server) changeSavedView(ctx context.Context, c *Caller, in *changeViewInput) (*reply[view.View], error) {
	return changing(ctx, s, func(tx *db.Tx) (view.View, error) {
		before, err := s.Views.Get(ctx, tx, c.asksForViews(), in.ID)
		if err != nil {
			return before, err
		}
		made, err := s.Views.Change(ctx, tx, c.asksForViews(), in.ID, in.Body)
		if err != nil {
			return made, s.stale(ctx, tx, err, in.Body, aboutView(in.ID), "view.created", "view.updated")
		}
		return made, s.auditView(ctx, tx, c, "view.updated", in.ID, before.Edit, made.Edit)
	})
}

func (s *Server) deleteSavedView(ctx context.Context, c *Caller, in *viewInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		gone, err := s.Views.Delete(ctx, tx, c.asksForViews(), in.ID)
		if err != nil {
			return err
		}
		return s.auditView(ctx, tx, c, "view.deleted", in.ID, gone.Edit, view.Edit{})
	})
}

func (s *Server) restoreSavedView(ctx context.Context, c *Caller, in *viewInput) (*reply[view.View], error) {
	return changing(ctx, s, func(tx *db.Tx) (view.View, error) {
		back, err := s.Views.Restore(ctx, tx, c.asksForViews(), in.ID)
		if err != nil {
			return back, err
		}
		return back, s.auditView(ctx, tx, c, "view.restored", in.ID, view.Edit{}, back.Edit)
	})
}

func (s *Server) countSavedView(ctx context.Context, c *Caller, in *viewInput) (*reply[conversation.Tally], error) {
	return asking(ctx, s, func(tx *db.Tx) (t conversation.Tally, err error) {
		if _, err := s.Views.Get(ctx, tx, c.asksForViews(), in.ID); err != nil {
			return t, err
		}
		return s.Conversations.CountSaved(ctx, tx, c.Scope, in.ID, within(patience))
	})
}

type arrangeBody struct {
	Order  []desk.ViewID `json:"order" maxItems:"600" doc:"The first ones; the others follow as they were"`
	Pinned []desk.ViewID `json:"pinned,omitempty" maxItems:"600" doc:"To be in sight from now on"`
	Hidden []desk.ViewID `json:"hidden,omitempty" maxItems:"600" doc:"Not to be in sight any more"`
}

func (s *Server) arrangeSavedViews(ctx context.Context, c *Caller, in *body[arrangeBody]) (*reply[list[view.View]], error) {
	return changing(ctx, s, func(tx *db.Tx) (out list[view.View], err error) {
		pinned := map[desk.ViewID]bool{}
		for _, id := range in.Body.Pinned {
			pinned[id] = true
		}
		for _, id := range in.Body.Hidden {
			pinned[id] = false
		}
		if err := s.Views.Arrange(ctx, tx, c.asksForViews(), in.Body.Order, pinned); err != nil {
			return out, err
		}
		out.Items, err = s.Views.List(ctx, tx, c.asksForViews())
		return out, err
	})
}

func (s *Server) listAttributes(ctx context.Context, _ *Caller, _ *none) (*reply[list[condition.Attribute]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[condition.Attribute], error) {
		all, err := s.Conversations.Attributes(ctx, tx)
		return list[condition.Attribute]{all.Described()}, err
	})
}

type previewConditionBody struct {
	Condition condition.Node `json:"condition"`
	Shelves   []string       `json:"shelves,omitempty" maxItems:"5"`
	Zone      string         `json:"zone,omitempty" maxLength:"60" doc:"The caller's where empty"`
}

type previewedBody struct {
	conversation.Tally
	Items []desk.Conversation `json:"items" doc:"The latest"`
}

func (s *Server) previewCondition(ctx context.Context, c *Caller, in *body[previewConditionBody]) (*reply[previewedBody], error) {
	name := in.Body.Zone
	if name == "" {
		name = c.TimeZone
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, desk.WhyZone.At("body.zone")
	}
	ask := conversation.Ask{Condition: in.Body.Condition, Env: condition.Env{Zone: zone}, Limit: 5, More: within(patience)}
	for _, code := range in.Body.Shelves {
		n, ok := condition.Shelves[code]
		if !ok {
			return nil, desk.RefuseField(desk.Invalid, "body.shelves", "there is no shelf %.20q", code)
		}
		ask.Shelves = append(ask.Shelves, desk.Shelf(n))
	}
	return asking(ctx, s, func(tx *db.Tx) (out previewedBody, err error) {
		if out.Tally, err = s.Conversations.CountBy(ctx, tx, c.Scope, ask); err != nil {
			return out, err
		}
		ask.More = within(patience)
		found, err := s.Conversations.FindBy(ctx, tx, c.Scope, ask)
		out.Items = found.Rows
		return out, err
	})
}

// placeText is a cursor of a saved view.
func placeText(p *conversation.Place) string {
	if p == nil {
		return ""
	}
	data, err := json.Marshal(p)
	if err != nil {
		return "" // numbers and a text are always JSON
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

func placeOf(text string) (*conversation.Place, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // the first page has no cursor
	}
	var p conversation.Place
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err != nil {
		return nil, desk.RefuseField(desk.Invalid, "query.cursor", "not a cursor that this list gave")
	}
	p.Key = db.Text(p.Key)
	return &p, nil
}

// listSaved is a page of a saved view.
func (s *Server) listSaved(ctx context.Context, c *Caller, in *listInput) (*reply[conversationsBody], error) {
	after, err := placeOf(in.Cursor)
	if err != nil {
		return nil, err
	}
	var by *condition.Sort
	if in.By != "" {
		by = &condition.Sort{By: in.By, Desc: in.Desc}
	}
	return asking(ctx, s, func(tx *db.Tx) (out conversationsBody, err error) {
		if _, err := s.Views.Get(ctx, tx, c.asksForViews(), in.View.SavedID()); err != nil {
			return out, err
		}
		found, err := s.Conversations.ListSaved(ctx, tx, c.Scope, in.View.SavedID(), by, after, in.Limit, within(patience))
		out.Items, out.Next = found.Rows, placeText(found.Next)
		if found.Looked > 0 && found.Next != nil {
			out.Looked = &lookedBody{found.Looked, found.Back}
		}
		return out, err
	})
}

type exportsBody = list[view.Export]

func (s *Server) listExports(ctx context.Context, c *Caller, _ *none) (*reply[exportsBody], error) {
	return asking(ctx, s, func(tx *db.Tx) (exportsBody, error) {
		all, err := s.Views.Exports(ctx, tx, c.Agent)
		return exportsBody{all}, err
	})
}

func (s *Server) createExport(ctx context.Context, c *Caller, in *body[view.ExportRequest]) (*reply[view.Export], error) {
	return changing(ctx, s, func(tx *db.Tx) (view.Export, error) {
		request := in.Body
		request.All = c.Scope.All
		if request.Segment != 0 {
			return s.exportSegment(ctx, tx, c, request)
		}
		total, err := s.expected(ctx, tx, c, request.View)
		if err != nil {
			return view.Export{}, err
		}
		registry, err := s.Conversations.Attributes(ctx, tx)
		if err != nil {
			return view.Export{}, err
		}
		e, err := s.Views.BeginExport(ctx, tx, c.Agent, request, registry, total)
		if err != nil {
			return e, err
		}
		return e, s.audit(ctx, tx, c, "export.view", string(request.View), "csv")
	})
}

// exportSegment has the customers of a segment that the caller has written to a file.
func (s *Server) exportSegment(ctx context.Context, tx *db.Tx, c *Caller, request view.ExportRequest) (view.Export, error) {
	if _, err := s.Segments.Get(ctx, tx, c.asksForViews(), request.Segment); err != nil {
		return view.Export{}, err
	}
	tally, err := s.Segments.Count(ctx, tx, c.Scope, request.Segment, within(0))
	if err != nil {
		return view.Export{}, err
	}
	if tally.Capped || tally.Estimate {
		tally.Count = 0
	}
	registry, err := s.Segments.Attributes(ctx, tx)
	if err != nil {
		return view.Export{}, err
	}
	e, err := s.Views.BeginExport(ctx, tx, c.Agent, request, registry, int64(tally.Count))
	if err != nil {
		return e, err
	}
	return e, s.audit(ctx, tx, c, "export.segment", aboutSegment(request.Segment), "csv")
}

// expected is about how many rows a view has for the caller, 0 where that is not known. It refuses a view that he does not have.
func (s *Server) expected(ctx context.Context, tx *db.Tx, c *Caller, v conversation.View) (int64, error) {
	if id := v.SavedID(); id != 0 {
		if _, err := s.Views.Get(ctx, tx, c.asksForViews(), id); err != nil {
			return 0, err
		}
		t, err := s.Conversations.CountSaved(ctx, tx, c.Scope, id, within(0))
		if t.Capped {
			return 0, err
		}
		return int64(t.Count), err
	}
	counts, err := s.Conversations.Counts(ctx, tx, c.Scope, []conversation.View{v})
	if err != nil || len(counts) == 0 || counts[0].Capped {
		return 0, err
	}
	return int64(counts[0].Count), nil
}

type exportInput struct {
	ID desk.ExportID `path:"id" minimum:"1"`
}

func (s *Server) getExport(ctx context.Context, c *Caller, in *exportInput) (*reply[view.Export], error) {
	return asking(ctx, s, func(tx *db.Tx) (view.Export, error) { return s.Views.ExportOf(ctx, tx, c.Agent, in.ID) })
}

func (s *Server) deleteExport(ctx context.Context, c *Caller, in *exportInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Views.CancelExport(ctx, tx, c.Agent, in.ID) })
}

// whatOf names what a file holds.
func whatOf(e view.Export) string {
	if e.Segment != 0 {
		return aboutSegment(e.Segment)
	}
	return string(e.View)
}

// exportFile hands a file out part by part, so that no more than one is in memory.
func (s *Server) exportFile(w http.ResponseWriter, r *http.Request, c *Caller) error {
	id, err := pathID[desk.ExportID](r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	e, err := read(ctx, s, func(tx *db.Tx) (view.Export, error) { return s.Views.ExportOf(ctx, tx, c.Agent, id) })
	if err != nil {
		return err
	}
	if e.State != view.Written {
		return desk.Refuse(desk.NotFound, "the file is not written yet")
	}
	if _, err := write(ctx, s, func(tx *db.Tx) (none, error) {
		return none{}, s.audit(ctx, tx, c, "export.fetched", "export:"+id.String(), whatOf(e))
	}); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "tellus-" + e.CreatedAt.Time().Format(time.DateOnly) + "-" + id.String() + ".csv"}))
	h.Set("Cache-Control", "private, no-store")
	for part := int64(0); ; part++ {
		data, err := read(ctx, s, func(tx *db.Tx) ([]byte, error) { return s.Views.PartOf(ctx, tx, id, part) })
		if err == nil && data != nil {
			err = unpack(w, data)
		}
		if err != nil {
			// The answer has begun. A connection that breaks tells the browser that its file is not whole.
			s.Log.WarnContext(ctx, "list not sent whole", "export", id, "error", err)
			panic(http.ErrAbortHandler)
		}
		if data == nil {
			return nil
		}
	}
}

func unpack(w io.Writer, data []byte) error {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	_, err = io.Copy(w, z) //nolint:gosec // what we wrote ourselves, a part of bounded length
	return err
}
