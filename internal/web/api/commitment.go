package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tellus/internal/desk"
	engine "tellus/internal/engine/commitment"
	"tellus/internal/feature/commitment"
	"tellus/internal/platform/db"
)

// commitmentRoutes are what people promised customers.
var commitmentRoutes = []route{
	{"list-commitments", get, "/conversations/{id}/commitments", needs(desk.ReadConversations), "What people promised in a conversation: what is still to be kept first", option{}},
	{"make-commitment", post, "/conversations/{id}/commitments", needs(desk.WriteConversations), "Keep what somebody promised the customer", option{creates: true}},
	{"list-open-commitments", get, "/commitments", needs(desk.ReadConversations), "What is still to be kept, in the conversations that the caller sees, what is due first before the rest", option{}},
	{"change-commitment", put, "/commitments/{id}", needs(desk.WriteConversations), "Correct a commitment or move its time; one whose time has passed ends as broken, and a new one is made", option{}},
	{"end-commitment", post, "/commitments/{id}/end", needs(desk.WriteConversations), "Say that a commitment was kept, or give it up", option{}},
	{"notice-commitments", post, "/commitments/notice", needs(desk.WriteConversations), "Which sentences of a text promise something by a time, in English, Latvian, Lithuanian or Polish; nothing is kept", option{}},
	{"reopen-commitment", post, "/commitments/{id}/reopen", needs(desk.WriteConversations), "Take back that a commitment ended", option{}},
}

func (s *Server) registerCommitments() {
	handle(s, "list-commitments", func(ctx context.Context, c *Caller, in *ConversationInput) (*reply[list[commitment.Commitment]], error) {
		return asking(ctx, s, func(tx *db.Tx) (out list[commitment.Commitment], err error) {
			out.Items, err = s.Commitments.Of(ctx, tx, c.Scope, in.ID)
			return out, err
		})
	})
	handle(s, "make-commitment", func(ctx context.Context, c *Caller, in *makeCommitmentInput) (*reply[commitment.Commitment], error) {
		return changing(ctx, s, func(tx *db.Tx) (commitment.Commitment, error) {
			if err := s.keeps(ctx, tx, in.Body.Agent, "body.agent"); err != nil {
				return commitment.Commitment{}, err
			}
			return s.Commitments.Make(ctx, tx, c.Scope, in.ID, in.Body)
		})
	})
	handle(s, "list-open-commitments", func(ctx context.Context, c *Caller, in *openCommitmentsInput) (*reply[list[commitment.OpenCommitment]], error) {
		return asking(ctx, s, func(tx *db.Tx) (out list[commitment.OpenCommitment], err error) {
			out.Items, err = s.Commitments.Open(ctx, tx, c.Scope, in.Whose == "mine")
			return out, err
		})
	})
	handle(s, "change-commitment", func(ctx context.Context, c *Caller, in *changeCommitmentInput) (*reply[commitment.Commitment], error) {
		return changing(ctx, s, func(tx *db.Tx) (commitment.Commitment, error) {
			if err := s.keeps(ctx, tx, in.Body.Agent, "body.agent"); err != nil {
				return commitment.Commitment{}, err
			}
			return s.Commitments.Change(ctx, tx, c.Scope, in.ID, in.Body)
		})
	})
	handle(s, "end-commitment", func(ctx context.Context, c *Caller, in *endCommitmentInput) (*reply[commitment.Commitment], error) {
		return changing(ctx, s, func(tx *db.Tx) (commitment.Commitment, error) {
			return s.Commitments.End(ctx, tx, c.Scope, in.ID, in.Body)
		})
	})
	handle(s, "notice-commitments", s.noticeCommitments)
	handle(s, "reopen-commitment", func(ctx context.Context, c *Caller, in *CommitmentInput) (*reply[commitment.Commitment], error) {
		return changing(ctx, s, func(tx *db.Tx) (commitment.Commitment, error) {
			return s.Commitments.Reopen(ctx, tx, c.Scope, in.ID)
		})
	})
}

// CommitmentNoticed is a sentence that promises something by a time.
type CommitmentNoticed struct {
	Sentence string    `json:"sentence"`
	Phrase   string    `json:"phrase" doc:"The words of it that say until when"`
	Due      desk.Time `json:"due" doc:"By the caller's clock; a day without a time ends as the conversation's calendar has it"`
	Language string    `json:"language" enum:"en,lv,lt,pl"`
}

type noticeInput struct {
	Body struct {
		Text         string              `json:"text" maxLength:"20000"`
		Conversation desk.ConversationID `json:"conversation" minimum:"1"`
	}
}

func (s *Server) noticeCommitments(ctx context.Context, c *Caller, in *noticeInput) (*reply[list[CommitmentNoticed]], error) {
	return asking(ctx, s, func(tx *db.Tx) (out list[CommitmentNoticed], err error) {
		row, err := s.Conversations.Get(ctx, tx, c.Scope, in.Body.Conversation)
		if err != nil {
			return out, err
		}
		open, counted, err := s.Conversations.OpenHours(ctx, tx, row)
		if err != nil {
			return out, err
		}
		var cal engine.Calendar
		if counted {
			cal = open
		}
		zone, err := time.LoadLocation(c.TimeZone)
		if err != nil {
			zone = time.UTC
		}
		out.Items = []CommitmentNoticed{}
		for _, n := range engine.Notice(in.Body.Text, tx.Now.Time().In(zone), cal) {
			out.Items = append(out.Items, CommitmentNoticed{Sentence: n.Sentence, Phrase: n.Phrase, Due: desk.At(n.Due), Language: n.Language})
		}
		return out, nil
	})
}

type makeCommitmentInput struct {
	ConversationInput
	Body commitment.Edit
}

type openCommitmentsInput struct {
	Whose string `query:"whose" enum:"mine,all" default:"mine" doc:"mine: what the caller is to keep, by name or since he has the conversation"`
}

// CommitmentInput names a commitment.
type CommitmentInput struct {
	ID desk.CommitmentID `path:"id" minimum:"1"`
}

type changeCommitmentInput struct {
	CommitmentInput
	Body commitment.Edit
}

type endCommitmentInput struct {
	CommitmentInput
	Body commitment.Ending
}

// keeps refuses somebody who cannot keep a commitment: he is not there any more.
func (s *Server) keeps(ctx context.Context, tx *db.Tx, agent desk.AgentID, field string) error {
	if agent == 0 {
		return nil
	}
	a, err := s.Staff.Agent(ctx, tx, agent)
	if desk.IsRefusal(err, desk.NotFound) || err == nil && !a.Active {
		return desk.WhyInactive.At(field)
	}
	return err
}

// Promised is what is promised in what is written.
type Promised struct {
	Commitments []commitment.Edit `json:"commitments,omitempty" maxItems:"10" doc:"What is promised in it; needs conversation.write. Taken back with it where it is before it leaves"`
}

// promised keeps what was promised in a message that was just written.
func (s *Server) promised(ctx context.Context, tx *db.Tx, c *Caller, m desk.Message, all []commitment.Edit) error {
	if len(all) > 0 && !c.May(desk.WriteConversations) {
		return &desk.Refusal{Code: desk.Forbidden, Field: "body.commitments", Message: "your role does not allow " + string(desk.WriteConversations)}
	}
	for i, e := range all {
		at := fmt.Sprintf("body.commitments[%d]", i)
		if err := s.keeps(ctx, tx, e.Agent, at+".agent"); err != nil {
			return err
		}
		e.Message = m.ID
		if _, err := s.Commitments.Make(ctx, tx, c.Scope, m.Conversation, e); err != nil {
			var refused *desk.Refusal
			if errors.As(err, &refused) && strings.HasPrefix(refused.Field, "body.") {
				refused.Field = at + strings.TrimPrefix(refused.Field, "body")
			}
			return err
		}
	}
	return nil
}
