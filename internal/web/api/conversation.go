package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/privacy"
	"tellus/internal/feature/view"
	"tellus/internal/platform/db"
)

func (s *Server) registerConversations() {
	handle(s, "list-views", s.listViews)
	handle(s, "list-conversations", s.listConversations)
	handle(s, "get-conversation", s.getConversation)
	handle(s, "find-conversation", s.findConversation)
	handle(s, "get-timeline", s.getTimeline)
	handle(s, "change-conversation", s.changeConversation)
	handle(s, "follow-conversation", func(ctx context.Context, c *Caller, in *followInput) (*none, error) {
		return s.follow(ctx, c, in, true)
	})
	handle(s, "unfollow-conversation", func(ctx context.Context, c *Caller, in *followInput) (*none, error) {
		return s.follow(ctx, c, in, false)
	})
	handle(s, "read-conversation", s.readConversation)
	handle(s, "set-access", s.setAccess)
	handle(s, "add-participant", s.addParticipant)
	handle(s, "remove-participant", s.removeParticipant)
	handle(s, "search-desk", s.searchDesk)
	handle(s, "list-tags", s.listTags)
	handle(s, "create-tag", s.createTag)
	handle(s, "change-tag", s.changeTag)
	handle(s, "delete-tag", s.deleteTag)
}

// ConversationInput names a conversation.
type ConversationInput struct {
	ID desk.ConversationID `path:"id"`
}

type viewsBody struct {
	Items     []conversation.Count `json:"items"`
	UpdatedAt desk.Time            `json:"updatedAt"`
}

// views are those that the caller has: the fixed ones, and one for each inbox and team that he sees.
func (s *Server) views(ctx context.Context, tx *db.Tx, scope desk.Scope) ([]conversation.View, error) {
	all := append([]conversation.View{}, conversation.Fixed...)
	inboxes, err := s.Inboxes.All(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, in := range inboxes {
		if conversation.Visible(scope, desk.Conversation{Inbox: in.ID}, nil) {
			all = append(all, conversation.View("inbox:"+in.ID.String()))
		}
	}
	teams, err := s.Staff.Teams(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, t := range teams {
		if conversation.Visible(scope, desk.Conversation{Team: t.ID}, nil) {
			all = append(all, conversation.View("team:"+t.ID.String()))
		}
	}
	saved, err := s.Views.List(ctx, tx, view.Asker{Agent: scope.Agent, Teams: scope.Teams})
	if err != nil {
		return nil, err
	}
	for _, v := range saved {
		all = append(all, conversation.Saved(v.ID))
	}
	return all, nil
}

// Counts returns the counts of all views of somebody within a round: for the live feed.
func (s *Server) Counts(ctx context.Context, tx *db.Tx, scope desk.Scope, round *conversation.Round) ([]conversation.Count, error) {
	views, err := s.views(ctx, tx, scope)
	if err != nil {
		return nil, err
	}
	return round.Counts(ctx, tx, scope, views)
}

func (s *Server) listViews(ctx context.Context, c *Caller, _ *none) (*reply[viewsBody], error) {
	return asking(ctx, s, func(tx *db.Tx) (viewsBody, error) {
		views, err := s.views(ctx, tx, c.Scope)
		if err != nil {
			return viewsBody{}, err
		}
		counts, err := s.Conversations.Counts(ctx, tx, c.Scope, views)
		return viewsBody{counts, tx.Now}, err
	})
}

type listInput struct {
	View conversation.View  `query:"view" default:"all" maxLength:"40" doc:"mine, unassigned, all, waiting, mentions, following, drafts, snoozed, finished, spam, trash, inbox:N, team:N, saved:N"`
	Sort conversation.Order `query:"sort" enum:"due,newest,oldest" doc:"The view's own order where absent"`
	By   string             `query:"by" maxLength:"80" doc:"Of a saved view: an attribute to sort by instead of the view's own"`
	Desc bool               `query:"desc" doc:"With by: the greatest first"`
	Tag  desk.TagID         `query:"tag"`
	Paging
}

// conversationsBody is a page of a view.
type conversationsBody struct {
	Items  []desk.Conversation `json:"items"`
	Next   string              `json:"next,omitempty" doc:"Opaque; give it back as cursor to get what follows"`
	Looked *lookedBody         `json:"looked,omitempty" doc:"Where the page is not full since looking took too long: next goes on from there"`
}

type lookedBody struct {
	Count int       `json:"count" doc:"Conversations looked at for this page"`
	Back  desk.Time `json:"back" doc:"The last message of the last one that was looked at"`
}

func (s *Server) listConversations(ctx context.Context, c *Caller, in *listInput) (*reply[conversationsBody], error) {
	if in.View.SavedID() != 0 {
		return s.listSaved(ctx, c, in)
	}
	after, err := listCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	return asking(ctx, s, func(tx *db.Tx) (p conversationsBody, err error) {
		var next *conversation.Cursor
		p.Items, next, err = s.Conversations.List(ctx, tx, c.Scope, conversation.ListQuery{View: in.View, Order: in.Sort, Tag: in.Tag, After: after, Limit: in.Limit})
		p.Next = listCursorText(next)
		return p, err
	})
}

// listCursor reads where a page ended.
func listCursor(text string) (*conversation.Cursor, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // the first page has no cursor
	}
	var c conversation.Cursor
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil {
		return nil, desk.RefuseField(desk.Invalid, "query.cursor", "not a cursor that this list gave")
	}
	return &c, nil
}

func listCursorText(c *conversation.Cursor) string {
	if c == nil {
		return ""
	}
	data, err := json.Marshal(c)
	if err != nil {
		return "" // two numbers are always JSON
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// openedBody is an opened conversation with its customer.
type openedBody struct {
	conversation.Opened
	Customer desk.Customer `json:"customer"`
}

func (s *Server) opened(ctx context.Context, tx *db.Tx, c *Caller, id desk.ConversationID) (out openedBody, err error) {
	house, err := s.Inboxes.House(ctx, tx)
	if err != nil {
		return out, err
	}
	if out.Opened, err = s.Conversations.Open(ctx, tx, c.Scope, id, house.Own); err != nil {
		return out, err
	}
	if out.Customer, err = s.Customers.Get(ctx, tx, out.Conversation.Customer); err == nil {
		s.Watch.Note(c.Agent, out.Customer.ID, privacy.ByConversation, out.Conversation.ID)
	}
	return out, err
}

func (s *Server) getConversation(ctx context.Context, c *Caller, in *ConversationInput) (*reply[openedBody], error) {
	return asking(ctx, s, func(tx *db.Tx) (openedBody, error) { return s.opened(ctx, tx, c, in.ID) })
}

type numberInput struct {
	Number int64 `path:"number" minimum:"1"`
}

func (s *Server) findConversation(ctx context.Context, c *Caller, in *numberInput) (*reply[openedBody], error) {
	return asking(ctx, s, func(tx *db.Tx) (out openedBody, err error) {
		id, err := s.Conversations.Number(ctx, tx, in.Number)
		if err != nil {
			return out, err
		}
		if out, err = s.opened(ctx, tx, c, id); desk.IsRefusal(err, desk.NotFound) {
			err = desk.Refuse(desk.NotFound, "no conversation #%d", in.Number) // in the words for one that is not there
		}
		return out, err
	})
}

type timelineInput struct {
	ConversationInput
	Before desk.MessageID `query:"before"`
}

func (s *Server) getTimeline(ctx context.Context, c *Caller, in *timelineInput) (*reply[conversation.Timeline], error) {
	return asking(ctx, s, func(tx *db.Tx) (conversation.Timeline, error) {
		return s.Conversations.Timeline(ctx, tx, c.Scope, in.ID, in.Before)
	})
}

type changeInput struct {
	ConversationInput
	Body conversation.Change
}

func (s *Server) changeConversation(ctx context.Context, c *Caller, in *changeInput) (*reply[desk.Conversation], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Conversation, error) {
		return s.Conversations.Update(ctx, tx, c.By(), c.Scope, in.ID, in.Body)
	})
}

type followInput struct {
	ConversationInput
	Agent desk.AgentID `path:"agent"`
}

// follow is for oneself; whom others follow is changed by who may change the conversation.
func (s *Server) follow(ctx context.Context, c *Caller, in *followInput, on bool) (*none, error) {
	if in.Agent != c.Agent && !c.May(desk.WriteConversations) {
		return nil, desk.Refuse(desk.Forbidden, "you may follow it yourself: your role does not allow changing whom else does")
	}
	return change(ctx, s, func(tx *db.Tx) error {
		return s.Conversations.Follow(ctx, tx, c.By(), c.Scope, in.ID, in.Agent, on)
	})
}

type readInput struct {
	ConversationInput
	Body struct {
		Message desk.MessageID `json:"message" doc:"0 marks as unread"`
	}
}

func (s *Server) readConversation(ctx context.Context, c *Caller, in *readInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		return s.Conversations.Read(ctx, tx, c.Scope, in.ID, in.Body.Message)
	})
}

type accessInput struct {
	ConversationInput
	Body conversation.Access
}

func (s *Server) setAccess(ctx context.Context, c *Caller, in *accessInput) (*none, error) {
	out, err := change(ctx, s, func(tx *db.Tx) error {
		return s.Conversations.SetAccess(ctx, tx, c.By(), c.Scope, in.ID, in.Body)
	})
	if err == nil {
		s.Conversations.ForgetCounts() // whoever lost sight of it must not count it either
	}
	return out, err
}

type participantInput struct {
	ConversationInput
	Body desk.NamedAddress
}

func (s *Server) addParticipant(ctx context.Context, c *Caller, in *participantInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		return s.Conversations.AddParticipant(ctx, tx, c.By(), c.Scope, in.ID, in.Body)
	})
}

type participantAddress struct {
	ConversationInput
	Address string `path:"address" maxLength:"320"`
}

func (s *Server) removeParticipant(ctx context.Context, c *Caller, in *participantAddress) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		return s.Conversations.RemoveParticipant(ctx, tx, c.By(), c.Scope, in.ID, in.Address)
	})
}

type searchInput struct {
	Q string `query:"q" maxLength:"200" required:"true"`
}

type searchBody struct {
	Conversations []desk.Conversation `json:"conversations"`
	Customers     []desk.Customer     `json:"customers"`
}

func (s *Server) searchDesk(ctx context.Context, c *Caller, in *searchInput) (*reply[searchBody], error) {
	return asking(ctx, s, func(tx *db.Tx) (out searchBody, err error) {
		if out.Conversations, err = s.Conversations.Search(ctx, tx, c.Scope, in.Q, 8); err != nil {
			return out, err
		}
		out.Customers, _, err = s.Customers.Find(ctx, tx, c.Scope, customer.Filter{Q: in.Q}, nil, 5)
		return out, err
	})
}

func (s *Server) listTags(ctx context.Context, _ *Caller, _ *none) (*reply[list[desk.Tag]], error) {
	all, err := read(ctx, s, func(tx *db.Tx) ([]desk.Tag, error) { return s.Conversations.Tags(ctx, tx) })
	if err != nil {
		return nil, err
	}
	return answer(list[desk.Tag]{all}), nil
}

// tagBody is a tag as it is written.
type tagBody struct {
	Name   string `json:"name" minLength:"1" maxLength:"60"`
	Colour string `json:"colour,omitempty" enum:"grey,green,amber,red,blue,violet"`
}

type tagInput struct {
	ID   desk.TagID `path:"id"`
	Body struct {
		Name    string `json:"name" minLength:"1" maxLength:"60"`
		Colour  string `json:"colour,omitempty" enum:"grey,green,amber,red,blue,violet"`
		Version int64  `json:"version" doc:"The version that was seen"`
	}
}

func (s *Server) createTag(ctx context.Context, c *Caller, in *body[tagBody]) (*reply[desk.Tag], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Tag, error) {
		made, err := s.Conversations.SaveTag(ctx, tx, c.By(), desk.Tag{Name: in.Body.Name, Colour: in.Body.Colour})
		if err != nil {
			return made, err
		}
		return made, s.auditChange(ctx, tx, c, "tag.created", aboutTag(made.ID), desk.Differences(desk.Tag{}, made))
	})
}

func (s *Server) changeTag(ctx context.Context, c *Caller, in *tagInput) (*reply[desk.Tag], error) {
	asked := desk.Tag{ID: in.ID, Name: in.Body.Name, Colour: in.Body.Colour, Version: in.Body.Version}
	return changing(ctx, s, func(tx *db.Tx) (desk.Tag, error) {
		before, err := s.Conversations.Tag(ctx, tx, in.ID)
		if err != nil {
			return before, err
		}
		made, err := s.Conversations.SaveTag(ctx, tx, c.By(), asked)
		if err != nil {
			return made, s.stale(ctx, tx, err, asked, aboutTag(in.ID), "tag.updated", "tag.created")
		}
		return made, s.auditChange(ctx, tx, c, "tag.updated", aboutTag(in.ID), desk.Differences(before, made))
	})
}

func aboutTag(id desk.TagID) string { return fmt.Sprintf("tag:%d", id) }

func (s *Server) deleteTag(ctx context.Context, c *Caller, in *struct {
	ID desk.TagID `path:"id"`
}) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		before, err := s.Conversations.Tag(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if err := s.Conversations.DeleteTag(ctx, tx, c.By(), in.ID); err != nil {
			return err
		}
		return s.auditChange(ctx, tx, c, "tag.deleted", aboutTag(in.ID), desk.Differences(before, desk.Tag{}))
	})
}
