package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/statute"
	"tellus/internal/platform/db"
)

// statuteRoutes are the time limits that the law sets, and those that run in a conversation.
var statuteRoutes = []route{
	{"list-statutes", get, "/statutes", needs(desk.ReadConversations), "The time limits that the law sets, and those that are offered ready-made", option{}},
	{"create-statute", post, "/statutes", needs(desk.ManagePolicies), "Add a time limit that the law sets", option{creates: true}},
	{"change-statute", put, "/statutes/{id}", needs(desk.ManagePolicies), "Replace one; what runs by it already goes on as it began", option{}},
	{"delete-statute", del, "/statutes/{id}", needs(desk.ManagePolicies), "Take one out of use; what runs by it goes on", option{}},
	{"list-conversation-statutes", get, "/conversations/{id}/statutes", needs(desk.ReadConversations), "The time limits of the law that run, or ran, in a conversation", option{}},
	{"start-statute", post, "/conversations/{id}/statutes", needs(desk.WriteConversations), "Begin one by hand, from a day of receipt", option{creates: true}},
	{"extend-statute", post, "/statute-clocks/{id}/extension", needs(desk.WriteConversations), "Move its last day to a later one, on a ground that is kept", option{}},
	{"answer-statute", put, "/statute-clocks/{id}/answer", needs(desk.WriteConversations), "Say which message is the written answer; it is met once that is delivered", option{}},
	{"withdraw-statute", post, "/statute-clocks/{id}/withdrawal", needs(desk.WriteConversations), "Say that it does not hold, on a ground that is kept", option{}},
}

func (s *Server) registerStatutes() {
	handle(s, "list-statutes", s.listStatutes)
	handle(s, "create-statute", s.createStatute)
	handle(s, "change-statute", s.changeStatute)
	handle(s, "delete-statute", s.deleteStatute)
	handle(s, "list-conversation-statutes", s.listConversationStatutes)
	handle(s, "start-statute", s.startStatute)
	handle(s, "extend-statute", s.extendStatute)
	handle(s, "answer-statute", s.answerStatute)
	handle(s, "withdraw-statute", s.withdrawStatute)
}

func (s *Server) listStatutes(ctx context.Context, _ *Caller, _ *none) (*reply[statute.All], error) {
	return asking(ctx, s, func(tx *db.Tx) (statute.All, error) { return s.Statutes.List(ctx, tx) })
}

func aboutStatute(id desk.StatuteID) string { return "statute:" + id.String() }

func (s *Server) createStatute(ctx context.Context, c *Caller, in *body[statute.Edit]) (*reply[statute.Statute], error) {
	return changing(ctx, s, func(tx *db.Tx) (statute.Statute, error) {
		made, err := s.Statutes.Create(ctx, tx, c.By(), in.Body)
		if err != nil {
			return made, err
		}
		return made, s.auditChange(ctx, tx, c, "statute.created", aboutStatute(made.ID), desk.Differences(statute.Edit{}, made.Edit))
	})
}

// StatuteInput names a statute.
type StatuteInput struct {
	ID desk.StatuteID `path:"id" minimum:"1"`
}

type changeStatuteInput struct {
	StatuteInput
	Body statute.Edit
}

func (s *Server) changeStatute(ctx context.Context, c *Caller, in *changeStatuteInput) (*reply[statute.Statute], error) {
	return changing(ctx, s, func(tx *db.Tx) (statute.Statute, error) {
		before, err := s.Statutes.Get(ctx, tx, in.ID)
		if err != nil {
			return before, err
		}
		made, err := s.Statutes.Change(ctx, tx, c.By(), in.ID, in.Body)
		if err != nil {
			return made, s.stale(ctx, tx, err, in.Body, aboutStatute(in.ID), "statute.updated")
		}
		return made, s.auditChange(ctx, tx, c, "statute.updated", aboutStatute(in.ID), desk.Differences(before.Edit, made.Edit))
	})
}

func (s *Server) deleteStatute(ctx context.Context, c *Caller, in *StatuteInput) (*reply[statute.Statute], error) {
	return changing(ctx, s, func(tx *db.Tx) (statute.Statute, error) {
		gone, err := s.Statutes.Delete(ctx, tx, c.By(), in.ID)
		if err != nil {
			return gone, err
		}
		return gone, s.auditChange(ctx, tx, c, "statute.deleted", aboutStatute(in.ID), desk.Differences(gone.Edit, statute.Edit{}))
	})
}

func (s *Server) listConversationStatutes(ctx context.Context, c *Caller, in *ConversationInput) (*reply[list[statute.Limit]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[statute.Limit], error) {
		all, err := s.Statutes.Of(ctx, tx, c.Scope, in.ID)
		return list[statute.Limit]{all}, err
	})
}

type startStatuteInput struct {
	ConversationInput
	Body struct {
		Statute  desk.StatuteID `json:"statute" minimum:"1"`
		Received desk.Date      `json:"received" doc:"The day on which it was received; it is not counted"`
	}
}

func (s *Server) startStatute(ctx context.Context, c *Caller, in *startStatuteInput) (*reply[statute.Limit], error) {
	return changing(ctx, s, func(tx *db.Tx) (statute.Limit, error) {
		return s.Statutes.Start(ctx, tx, c.Scope, in.ID, in.Body.Statute, in.Body.Received)
	})
}

// StatuteClockInput names a time limit that runs in a conversation.
type StatuteClockInput struct {
	ID desk.StatuteClockID `path:"id" minimum:"1"`
}

type extendStatuteInput struct {
	StatuteClockInput
	Body struct {
		Until  desk.Date `json:"until" doc:"The new last day"`
		Ground string    `json:"ground" maxLength:"1000" doc:"Why; at least three characters"`
	}
}

func (s *Server) extendStatute(ctx context.Context, c *Caller, in *extendStatuteInput) (*reply[statute.Limit], error) {
	return changing(ctx, s, func(tx *db.Tx) (statute.Limit, error) {
		return s.Statutes.Extend(ctx, tx, c.Scope, in.ID, in.Body.Until, in.Body.Ground)
	})
}

type answerStatuteInput struct {
	StatuteClockInput
	Body struct {
		Message desk.MessageID `json:"message" minimum:"0" doc:"0 where none is the answer any more"`
	}
}

func (s *Server) answerStatute(ctx context.Context, c *Caller, in *answerStatuteInput) (*reply[statute.Limit], error) {
	return changing(ctx, s, func(tx *db.Tx) (statute.Limit, error) {
		return s.Statutes.Answer(ctx, tx, c.Scope, in.ID, in.Body.Message)
	})
}

type withdrawStatuteInput struct {
	StatuteClockInput
	Body struct {
		Ground string `json:"ground" maxLength:"1000" doc:"Why; at least three characters"`
	}
}

func (s *Server) withdrawStatute(ctx context.Context, c *Caller, in *withdrawStatuteInput) (*reply[statute.Limit], error) {
	return changing(ctx, s, func(tx *db.Tx) (statute.Limit, error) {
		return s.Statutes.Withdraw(ctx, tx, c.Scope, in.ID, in.Body.Ground)
	})
}
