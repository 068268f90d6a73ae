package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/engine/personal"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/webhook"
	"tellus/internal/platform/db"
)

func (s *Server) registerMessages() {
	handle(s, "cancel-message", s.cancelMessage)
	handle(s, "retry-message", s.retryMessage)
	handle(s, "reschedule-message", s.rescheduleMessage)
	handle(s, "list-scheduled", s.listScheduled)
	handle(s, "move-message", s.moveMessage)
	handle(s, "suggest-redactions", s.suggestRedactions)
	handle(s, "redact-message", s.redactMessage)
	handle(s, "erase-message", s.eraseMessage)
}

// MessageInput names a message.
type MessageInput struct {
	ID desk.MessageID `path:"id"`
}

func (s *Server) cancelMessage(ctx context.Context, c *Caller, in *MessageInput) (*reply[conversation.TakenBack], error) {
	return changing(ctx, s, func(tx *db.Tx) (conversation.TakenBack, error) {
		back, err := s.Conversations.Cancel(ctx, tx, c.By(), c.Scope, in.ID)
		if err != nil {
			return back, err
		}
		return back, s.Commitments.Unsaid(ctx, tx, c.By(), in.ID)
	})
}

type retryInput struct {
	MessageInput
	Body struct {
		Recipients []string          `json:"recipients,omitempty" doc:"All who did not get it where absent"`
		Replace    map[string]string `json:"replace,omitempty" doc:"Another address for a recipient"`
	}
}

func (s *Server) retryMessage(ctx context.Context, c *Caller, in *retryInput) (*reply[desk.Message], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Message, error) {
		m, err := s.Conversations.Message(ctx, tx, c.Scope, in.ID)
		if err != nil {
			return m, err
		}
		row, err := s.Conversations.Get(ctx, tx, c.Scope, m.Conversation)
		if err != nil {
			return m, err
		}
		from, err := s.sender(ctx, tx, c, row.Inbox)
		if err != nil {
			return m, err
		}
		from.SendAt = tx.Now
		return s.Conversations.Retry(ctx, tx, from, in.ID, in.Body.Recipients, in.Body.Replace)
	})
}

type rescheduleInput struct {
	MessageInput
	Body struct {
		SendAt desk.Time `json:"sendAt,omitempty" doc:"At once where absent"`
	}
}

func (s *Server) rescheduleMessage(ctx context.Context, c *Caller, in *rescheduleInput) (*reply[desk.Message], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Message, error) {
		m, err := s.Conversations.Message(ctx, tx, c.Scope, in.ID)
		if err != nil {
			return m, err
		}
		row, err := s.Conversations.Get(ctx, tx, c.Scope, m.Conversation)
		if err != nil {
			return m, err
		}
		from, err := s.sender(ctx, tx, c, row.Inbox)
		if err != nil {
			return m, err
		}
		from.SendAt = tx.Now
		return s.Conversations.Reschedule(ctx, tx, from, in.ID, conversation.Timing{SendAt: in.Body.SendAt})
	})
}

func (s *Server) listScheduled(ctx context.Context, c *Caller, _ *none) (*reply[list[conversation.Scheduled]], error) {
	all, err := read(ctx, s, func(tx *db.Tx) ([]conversation.Scheduled, error) {
		return s.Conversations.ListScheduled(ctx, tx, c.Scope)
	})
	if err != nil {
		return nil, err
	}
	return answer(list[conversation.Scheduled]{all}), nil
}

type moveInput struct {
	MessageInput
	Body struct {
		Conversation desk.ConversationID `json:"conversation" doc:"0 for a new one"`
	}
}

func (s *Server) moveMessage(ctx context.Context, c *Caller, in *moveInput) (*reply[openedBody], error) {
	return changing(ctx, s, func(tx *db.Tx) (out openedBody, err error) {
		m, err := s.Conversations.Message(ctx, tx, c.Scope, in.ID)
		if err != nil {
			return out, err
		}
		row, err := s.Conversations.Get(ctx, tx, c.Scope, m.Conversation)
		if err != nil {
			return out, err
		}
		house, err := s.Inboxes.House(ctx, tx)
		if err != nil {
			return out, err
		}
		box, _ := house.Inbox(row.Inbox)
		id, err := s.Conversations.Move(ctx, tx, c.By(), c.Scope, in.ID, in.Body.Conversation, box)
		if err != nil {
			return out, err
		}
		return s.opened(ctx, tx, c, id)
	})
}

// suggestion is a part of a text that is better blackened, in bytes of UTF-8 and in UTF-16 units as browsers count.
type suggestion struct {
	conversation.Span
	Kind string `json:"kind" enum:"card,personal_code,account"`
}

func (s *Server) suggestRedactions(ctx context.Context, c *Caller, in *MessageInput) (*reply[list[suggestion]], error) {
	m, err := read(ctx, s, func(tx *db.Tx) (desk.Message, error) { return s.Conversations.Message(ctx, tx, c.Scope, in.ID) })
	if err != nil {
		return nil, err
	}
	out := list[suggestion]{Items: []suggestion{}}
	for _, f := range personal.Find(m.Text) {
		out.Items = append(out.Items, suggestion{conversation.Span{Start: f.Start, End: f.End}, f.Kind})
	}
	return answer(out), nil
}

type redactInput struct {
	MessageInput
	Body struct {
		Spans []conversation.Span `json:"spans" minItems:"1" maxItems:"200" doc:"In bytes of the text as UTF-8"`
	}
}

func (s *Server) redactMessage(ctx context.Context, c *Caller, in *redactInput) (*reply[desk.Message], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Message, error) {
		m, err := s.Conversations.Redact(ctx, tx, c.By(), c.Scope, in.ID, in.Body.Spans)
		if err != nil {
			return m, err
		}
		return m, s.forgetMessage(ctx, tx, in.ID)
	})
}

func (s *Server) eraseMessage(ctx context.Context, c *Caller, in *MessageInput) (*reply[desk.Message], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Message, error) {
		m, err := s.Conversations.Erase(ctx, tx, c.By(), c.Scope, in.ID)
		if err != nil {
			return m, err
		}
		return m, s.forgetMessage(ctx, tx, in.ID)
	})
}

// forgetMessage takes a message that was redacted or erased out of what others keep of it.
func (s *Server) forgetMessage(ctx context.Context, tx *db.Tx, id desk.MessageID) error {
	if err := webhook.ForgetMessage(ctx, tx, id, tx.Now); err != nil {
		return err
	}
	return s.Commitments.ForgetMessage(ctx, tx, id, tx.Now)
}
