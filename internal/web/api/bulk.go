package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/staff"
	"tellus/internal/flow/bulk"
	"tellus/internal/platform/db"
)

// bulkRoutes are work on many conversations: everybody sees his own.
var bulkRoutes = []route{
	{"preview-bulk", post, "/bulk/preview", needs(desk.WriteConversations), "What work on many conversations would come to", option{}},
	{"start-bulk", post, "/bulk", needs(desk.WriteConversations), "Do the same with many conversations, as a job", option{creates: true}},
	{"list-bulk", get, "/bulk", needs(desk.WriteConversations), "The caller's work of the last thirty days, or everybody's for who may read the log of changes", option{}},
	{"get-bulk", get, "/bulk/{id}", needs(desk.WriteConversations), "How far work is", option{}},
	{"list-bulk-lines", get, "/bulk/{id}/lines", needs(desk.WriteConversations), "What became of each conversation", option{}},
	{"cancel-bulk", post, "/bulk/{id}/cancel", needs(desk.WriteConversations), "Stop work; what was done stays done", option{}},
	{"undo-bulk", post, "/bulk/{id}/undo", needs(desk.WriteConversations), "Put back what was changed, where nobody has changed it since", option{}},
}

func (s *Server) registerBulk() {
	handle(s, "preview-bulk", s.previewBulk)
	handle(s, "start-bulk", s.startBulk)
	handle(s, "list-bulk", s.listBulk)
	handle(s, "get-bulk", s.getBulk)
	handle(s, "list-bulk-lines", s.listBulkLines)
	handle(s, "cancel-bulk", s.cancelBulk)
	handle(s, "undo-bulk", s.undoBulk)
}

func (s *Server) bulk(c *Caller) *bulk.Bulk {
	return &bulk.Bulk{DB: s.DB, Staff: s.Staff, Conversations: s.Conversations, Hands: s.hands(),
		MayUse: func(ctx context.Context, tx *db.Tx, _ desk.Scope, id desk.ViewID) error {
			_, err := s.Views.Get(ctx, tx, c.asksForViews(), id)
			return err
		},
		Sender: func(ctx context.Context, tx *db.Tx, scope desk.Scope, box desk.InboxID) (conversation.Sender, error) {
			me, err := s.Staff.Agent(ctx, tx, scope.Agent)
			if err != nil {
				return conversation.Sender{}, err
			}
			return s.sender(ctx, tx, &Caller{Identity: staff.Identity{Agent: me.ID, Name: me.Name, Scope: scope}}, box)
		}}
}

// Bulk is the flow of bulk work, for its jobs.
func (s *Server) Bulk() *bulk.Bulk { return s.bulk(&Caller{}) }

func (s *Server) previewBulk(ctx context.Context, c *Caller, in *body[bulk.Request]) (*reply[bulk.Preview], error) {
	return asking(ctx, s, func(tx *db.Tx) (bulk.Preview, error) {
		return s.bulk(c).Preview(ctx, tx, c.Scope, in.Body, within(patience))
	})
}

func (s *Server) startBulk(ctx context.Context, c *Caller, in *body[bulk.Request]) (*reply[bulk.Work], error) {
	return changing(ctx, s, func(tx *db.Tx) (bulk.Work, error) {
		w, err := s.bulk(c).Begin(ctx, tx, c.Scope, in.Body)
		if err != nil {
			return w, err
		}
		return w, s.audit(ctx, tx, c, "bulk.started", "bulk:"+w.ID.String(), bulk.Deeds(in.Body.Actions))
	})
}

type listBulkInput struct {
	Everybody bool `query:"everybody" doc:"Not the caller's own alone; needs audit.read"`
}

func (s *Server) listBulk(ctx context.Context, c *Caller, in *listBulkInput) (*reply[list[bulk.Work]], error) {
	if in.Everybody && !c.May(desk.ReadAudit) {
		return nil, desk.RefuseField(desk.Forbidden, "query.everybody", "only your own work is yours to see")
	}
	return asking(ctx, s, func(tx *db.Tx) (list[bulk.Work], error) {
		all, err := s.bulk(c).List(ctx, tx, c.Agent, in.Everybody)
		return list[bulk.Work]{all}, err
	})
}

type bulkInput struct {
	ID desk.BulkID `path:"id" minimum:"1"`
}

func (s *Server) getBulk(ctx context.Context, c *Caller, in *bulkInput) (*reply[bulk.Work], error) {
	return asking(ctx, s, func(tx *db.Tx) (bulk.Work, error) { return s.bulk(c).Of(ctx, tx, c.Agent, in.ID) })
}

type bulkLinesInput struct {
	ID    desk.BulkID         `path:"id" minimum:"1"`
	State string              `query:"state" enum:"todo,changed,skipped,failed,undone,kept" doc:"All where absent"`
	After desk.ConversationID `query:"after" doc:"The last conversation of the page before"`
	Limit int                 `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *Server) listBulkLines(ctx context.Context, c *Caller, in *bulkLinesInput) (*reply[list[bulk.Line]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[bulk.Line], error) {
		lines, err := s.bulk(c).Lines(ctx, tx, c.Scope, c.May(desk.ReadAudit), in.ID, in.State, in.After, in.Limit)
		return list[bulk.Line]{lines}, err
	})
}

func (s *Server) cancelBulk(ctx context.Context, c *Caller, in *bulkInput) (*reply[bulk.Work], error) {
	return changing(ctx, s, func(tx *db.Tx) (bulk.Work, error) { return s.bulk(c).Cancel(ctx, tx, c.Agent, in.ID) })
}

func (s *Server) undoBulk(ctx context.Context, c *Caller, in *bulkInput) (*reply[bulk.Work], error) {
	return changing(ctx, s, func(tx *db.Tx) (bulk.Work, error) {
		w, err := s.bulk(c).Undo(ctx, tx, c.Agent, in.ID)
		if err != nil {
			return w, err
		}
		return w, s.audit(ctx, tx, c, "bulk.undone", "bulk:"+w.ID.String(), "")
	})
}
