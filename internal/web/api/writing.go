package api

import (
	"context"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/thread"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

func (s *Server) registerWriting() {
	handle(s, "start-conversation", s.startConversation)
	handle(s, "record-conversation", s.recordConversation)
	handle(s, "add-record", s.addRecord)
	handle(s, "send-reply", s.sendReply)
	handle(s, "add-note", s.addNote)
	handle(s, "save-draft", s.saveDraft)
	handle(s, "ask-review", s.askReview)
	handle(s, "answer-review", s.answerReview)
	handle(s, "drop-draft", s.dropDraft)
	handle(s, "list-drafts", s.listDrafts)
	handle(s, "create-draft", s.createDraft)
	handle(s, "change-draft", s.changeDraft)
	handle(s, "delete-draft", s.deleteDraft)
}

// sender is what the caller's answer from an inbox is written with. It leaves after the seconds in which it can be undone.
func (s *Server) sender(ctx context.Context, tx *db.Tx, c *Caller, box desk.InboxID) (conversation.Sender, error) {
	house, err := s.Inboxes.House(ctx, tx)
	if err != nil {
		return conversation.Sender{}, err
	}
	in, ok := house.Inbox(box)
	if !ok {
		return conversation.Sender{}, desk.RefuseField(desk.Invalid, "body.inbox", "there is no such inbox")
	}
	if !in.Active || in.Submit.Host == "" {
		return conversation.Sender{}, desk.WhySilentInbox.Refuse(in.Name)
	}
	settings, err := s.Settings.Get(ctx, tx)
	if err != nil {
		return conversation.Sender{}, err
	}
	return conversation.Sender{By: c.By(), Scope: c.Scope, Name: c.Name, Inbox: in, NewID: s.NewMailID, OwnParty: house.Own,
		SendAt: tx.Now.Add(time.Duration(settings.UndoSeconds) * time.Second), Enqueue: s.Outbox}, nil
}

type replyInput struct {
	ConversationInput
	Body struct {
		conversation.Reply
		Also
		Promised
	}
}

func (s *Server) sendReply(ctx context.Context, c *Caller, in *replyInput) (*reply[desk.Message], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Message, error) {
		row, err := s.Conversations.Get(ctx, tx, c.Scope, in.ID)
		if err != nil {
			return desk.Message{}, err
		}
		from, err := s.sender(ctx, tx, c, row.Inbox)
		if err != nil {
			return desk.Message{}, err
		}
		var before conversation.Standing
		if len(in.Body.Actions) > 0 {
			if before, _, err = s.Conversations.Standing(ctx, tx, c.Scope, in.ID); err != nil {
				return desk.Message{}, err
			}
		}
		left, err := s.ahead(ctx, tx, c, in.ID, in.Body.Also)
		if err != nil {
			return desk.Message{}, err
		}
		m, err := s.Conversations.Reply(ctx, tx, from, in.ID, in.Body.Reply)
		if err != nil {
			return m, err
		}
		if err := s.promised(ctx, tx, c, m, in.Body.Commitments); err != nil {
			return m, err
		}
		if err := s.also(ctx, tx, c, in.ID, left); err != nil || len(in.Body.Actions) == 0 {
			return m, err
		}
		return m, s.Conversations.KeepStanding(ctx, tx, c.Scope, in.ID, m.ID, before)
	})
}

type noteInput struct {
	ConversationInput
	Body struct {
		conversation.NewNote
		Also
		Promised
	}
}

func (s *Server) addNote(ctx context.Context, c *Caller, in *noteInput) (*reply[desk.Message], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Message, error) {
		m, err := s.Conversations.AddNote(ctx, tx, c.By(), c.Scope, in.ID, in.Body.NewNote, s.Staff.Scope)
		if err != nil {
			return m, err
		}
		if err := s.promised(ctx, tx, c, m, in.Body.Commitments); err != nil {
			return m, err
		}
		return m, s.also(ctx, tx, c, in.ID, in.Body.Also)
	})
}

// startBody is a new mail with what is done together with it.
type startBody struct {
	conversation.Start
	Also
}

func (s *Server) startConversation(ctx context.Context, c *Caller, in *body[startBody]) (*reply[openedBody], error) {
	return changing(ctx, s, func(tx *db.Tx) (out openedBody, err error) {
		from, err := s.sender(ctx, tx, c, in.Body.Inbox)
		if err != nil {
			return out, err
		}
		if !conversation.Visible(c.Scope, desk.Conversation{Inbox: in.Body.Inbox}, nil) {
			return out, desk.RefuseField(desk.Forbidden, "body.inbox", "you do not see this inbox")
		}
		if len(in.Body.To) == 0 {
			return out, desk.WhyNoRecipient.At("body.to")
		}
		to := in.Body.To[0]
		who, err := s.Customers.Identify(ctx, tx, c.By(), customer.Sighting{Kind: desk.AddressEmail, Value: to.Address, Name: to.Name})
		if err != nil {
			return out, err
		}
		id, err := s.Conversations.StartWith(ctx, tx, from, who.ID, who.Name, conversation.SubjectKey(thread.Normalise(in.Body.Subject)), in.Body.Start)
		if err != nil {
			return out, err
		}
		if err := s.also(ctx, tx, c, id, in.Body.Also); err != nil {
			return out, err
		}
		return s.opened(ctx, tx, c, id)
	})
}

// recordBody is a call, visit or letter with whom it was.
type recordBody struct {
	Inbox    desk.InboxID    `json:"inbox"`
	Customer desk.CustomerID `json:"customer,omitempty" doc:"Or name and address of somebody new"`
	Name     string          `json:"name,omitempty" maxLength:"200"`
	Address  string          `json:"address,omitempty" maxLength:"320" doc:"Mail address or phone number"`
	Subject  string          `json:"subject" minLength:"1" maxLength:"998"`
	conversation.NewRecord
}

func (s *Server) recordConversation(ctx context.Context, c *Caller, in *body[recordBody]) (*reply[openedBody], error) {
	return changing(ctx, s, func(tx *db.Tx) (out openedBody, err error) {
		house, err := s.Inboxes.House(ctx, tx)
		if err != nil {
			return out, err
		}
		box, ok := house.Inbox(in.Body.Inbox)
		if !ok || !conversation.Visible(c.Scope, desk.Conversation{Inbox: box.ID}, nil) {
			return out, desk.RefuseField(desk.Invalid, "body.inbox", "there is no such inbox")
		}
		who, address, err := s.recordedCustomer(ctx, tx, c, in.Body)
		if err != nil {
			return out, err
		}
		id, err := s.Conversations.RecordNew(ctx, tx, c.By(), who, address, box, in.Body.Subject, conversation.SubjectKey(thread.Normalise(in.Body.Subject)), in.Body.NewRecord)
		if err != nil {
			return out, err
		}
		return s.opened(ctx, tx, c, id)
	})
}

func (s *Server) recordedCustomer(ctx context.Context, tx *db.Tx, c *Caller, in recordBody) (desk.Customer, string, error) {
	if in.Customer != 0 {
		who, err := s.Customers.See(ctx, tx, c.Scope, in.Customer)
		if err != nil {
			return who, "", err
		}
		address := ""
		if len(who.Addresses) > 0 {
			address = who.Addresses[0].Value
		}
		return who, address, nil
	}
	kind := desk.AddressEmail
	if !customer.LooksLikeMail(in.Address) {
		kind = desk.AddressPhone
	}
	if in.Address == "" {
		who, err := s.Customers.CreateWithoutAddress(ctx, tx, c.By(), in.Name)
		return who, "", err
	}
	found, err := s.Customers.Identify(ctx, tx, c.By(), customer.Sighting{Kind: kind, Value: in.Address, Name: in.Name})
	if err != nil {
		return desk.Customer{}, "", err
	}
	who, err := s.Customers.Get(ctx, tx, found.ID)
	return who, in.Address, err
}

type addRecordInput struct {
	ConversationInput
	Body struct {
		conversation.NewRecord
		Promised
	}
}

func (s *Server) addRecord(ctx context.Context, c *Caller, in *addRecordInput) (*reply[desk.Message], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Message, error) {
		row, err := s.Conversations.Get(ctx, tx, c.Scope, in.ID)
		if err != nil {
			return desk.Message{}, err
		}
		house, err := s.Inboxes.House(ctx, tx)
		if err != nil {
			return desk.Message{}, err
		}
		box, _ := house.Inbox(row.Inbox)
		m, err := s.Conversations.RecordIn(ctx, tx, c.By(), c.Scope, in.ID, box, in.Body.NewRecord)
		if err != nil {
			return m, err
		}
		return m, s.promised(ctx, tx, c, m, in.Body.Commitments)
	})
}

// savedDraft is what the composer holds, and the version that it last heard of: a draft has one author, whose last word counts.
type savedDraft struct {
	desk.DraftBody
	Version int64 `json:"version,omitempty"`
}

type draftInput struct {
	ConversationInput
	Body savedDraft
}

func (s *Server) saveDraft(ctx context.Context, c *Caller, in *draftInput) (*reply[desk.Draft], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Draft, error) {
		return s.Conversations.SaveDraft(ctx, tx, c.Scope, in.ID, in.Body.DraftBody)
	})
}

func (s *Server) dropDraft(ctx context.Context, c *Caller, in *ConversationInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Conversations.DropDraft(ctx, tx, c.Scope, in.ID) })
}

type askReviewInput struct {
	ConversationInput
	Body conversation.ReviewAsk
}

func (s *Server) askReview(ctx context.Context, c *Caller, in *askReviewInput) (*reply[list[desk.DraftReview]], error) {
	return changing(ctx, s, func(tx *db.Tx) (out list[desk.DraftReview], err error) {
		out.Items, err = s.Conversations.AskReview(ctx, tx, c.Scope, in.ID, in.Body, s.Staff.Scope)
		return out, err
	})
}

type answerReviewInput struct {
	ConversationInput
	Author desk.AgentID `path:"author"`
	Body   conversation.ReviewAnswer
}

func (s *Server) answerReview(ctx context.Context, c *Caller, in *answerReviewInput) (*reply[list[desk.DraftReview]], error) {
	return changing(ctx, s, func(tx *db.Tx) (out list[desk.DraftReview], err error) {
		out.Items, err = s.Conversations.AnswerReview(ctx, tx, c.Scope, in.ID, in.Author, in.Body, s.Staff.Scope)
		return out, err
	})
}

func (s *Server) listDrafts(ctx context.Context, c *Caller, _ *none) (*reply[list[desk.Draft]], error) {
	all, err := read(ctx, s, func(tx *db.Tx) ([]desk.Draft, error) { return s.Conversations.Drafts(ctx, tx, c.Agent) })
	if err != nil {
		return nil, err
	}
	return answer(list[desk.Draft]{all}), nil
}

func (s *Server) createDraft(ctx context.Context, c *Caller, in *body[savedDraft]) (*reply[desk.Draft], error) {
	return s.saveNewDraft(ctx, c, 0, in.Body.DraftBody)
}

type newDraftInput struct {
	ID   desk.DraftID `path:"id"`
	Body savedDraft
}

func (s *Server) changeDraft(ctx context.Context, c *Caller, in *newDraftInput) (*reply[desk.Draft], error) {
	return s.saveNewDraft(ctx, c, in.ID, in.Body.DraftBody)
}

func (s *Server) saveNewDraft(ctx context.Context, c *Caller, id desk.DraftID, d desk.DraftBody) (*reply[desk.Draft], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Draft, error) { return s.Conversations.SaveNew(ctx, tx, c.Scope, id, d) })
}

func (s *Server) deleteDraft(ctx context.Context, c *Caller, in *struct {
	ID desk.DraftID `path:"id"`
}) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Conversations.DropNew(ctx, tx, c.Agent, in.ID) })
}
