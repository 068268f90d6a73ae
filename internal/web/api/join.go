package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/placeholder"
	"tellus/internal/engine/thread"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/flow/bulk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/locale"
)

// joinRoutes are what is done with several conversations together.
var joinRoutes = []route{
	{"merge-conversations", post, "/conversations/{id}/merge", needs(desk.WriteConversations), "Merge others into this one; their numbers and ids lead here from then on", option{creates: true}},
	{"undo-merge", post, "/merges/{id}/undo", needs(desk.WriteConversations), "Take a merge back; what came since stays", option{}},
	{"split-conversation", post, "/conversations/{id}/split", needs(desk.WriteConversations), "Take chosen messages out into a new conversation, linked to this one", option{creates: true}},
	{"link-conversation", post, "/conversations/{id}/links", needs(desk.WriteConversations), "Link to another: related, parent, child, problem or incident", option{status: http.StatusNoContent}},
	{"unlink-conversation", del, "/conversations/{id}/links/{other}", needs(desk.WriteConversations), "Take a link away that people made", option{}},
	{"ask-aside", post, "/conversations/{id}/sides", needs(desk.WriteConversations), "Ask somebody else by mail, or forward messages: a linked conversation of its own", option{creates: true, max: 4 << 20}},
	{"preview-incidents", post, "/conversations/{id}/incidents/preview", needs(desk.WriteConversations), "What an answer would say in each incident of a problem", option{max: 4 << 20}},
	{"answer-incidents", post, "/conversations/{id}/incidents/answer", needs(desk.WriteConversations), "Answer the incidents of a problem, each for itself, as bulk work", option{creates: true, max: 4 << 20}},
}

func (s *Server) registerJoins() {
	handle(s, "merge-conversations", s.mergeConversations)
	handle(s, "undo-merge", s.undoMerge)
	handle(s, "split-conversation", s.splitConversation)
	handle(s, "link-conversation", s.linkConversation)
	handle(s, "unlink-conversation", s.unlinkConversation)
	handle(s, "ask-aside", s.askAside)
	handle(s, "preview-incidents", s.previewIncidents)
	handle(s, "answer-incidents", s.answerIncidents)
}

type mergeInput struct {
	ConversationInput
	Body struct {
		Conversations []desk.ConversationID `json:"conversations" minItems:"1" maxItems:"50" doc:"That go into this one"`
	}
}

// mergedBody is a merge with the conversation that the others live in now.
type mergedBody struct {
	Merge        conversation.Merge `json:"merge"`
	Conversation desk.Conversation  `json:"conversation"`
}

func (s *Server) mergeConversations(ctx context.Context, c *Caller, in *mergeInput) (*reply[mergedBody], error) {
	return changing(ctx, s, func(tx *db.Tx) (out mergedBody, err error) {
		if out.Merge, err = s.Conversations.Merge(ctx, tx, c.By(), c.Scope, in.ID, in.Body.Conversations); err != nil {
			return out, err
		}
		out.Conversation, err = s.Conversations.Get(ctx, tx, c.Scope, in.ID)
		return out, err
	})
}

func (s *Server) undoMerge(ctx context.Context, c *Caller, in *struct {
	ID int64 `path:"id"`
}) (*reply[conversation.Merge], error) {
	return changing(ctx, s, func(tx *db.Tx) (conversation.Merge, error) {
		return s.Conversations.UndoMerge(ctx, tx, c.By(), c.Scope, in.ID)
	})
}

type splitInput struct {
	ConversationInput
	Body struct {
		Messages []desk.MessageID `json:"messages" minItems:"1" maxItems:"500"`
		Subject  string           `json:"subject,omitempty" maxLength:"998" doc:"The first message's own where absent"`
	}
}

func (s *Server) splitConversation(ctx context.Context, c *Caller, in *splitInput) (*reply[openedBody], error) {
	return changing(ctx, s, func(tx *db.Tx) (out openedBody, err error) {
		row, err := s.Conversations.Get(ctx, tx, c.Scope, in.ID)
		if err != nil {
			return out, err
		}
		house, err := s.Inboxes.House(ctx, tx)
		if err != nil {
			return out, err
		}
		box, _ := house.Inbox(row.Inbox)
		id, err := s.Conversations.Split(ctx, tx, c.By(), c.Scope, row.ID, in.Body.Messages, in.Body.Subject, conversation.SubjectKey(thread.Normalise(in.Body.Subject)), box)
		if err != nil {
			return out, err
		}
		return s.opened(ctx, tx, c, id)
	})
}

type relateInput struct {
	ConversationInput
	Body struct {
		Conversation desk.ConversationID   `json:"conversation"`
		Kind         conversation.LinkKind `json:"kind" enum:"related,parent,child,problem,incident" doc:"What the other one is to this"`
	}
}

func (s *Server) linkConversation(ctx context.Context, c *Caller, in *relateInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		return s.Conversations.Link(ctx, tx, c.By(), c.Scope, in.ID, in.Body.Conversation, in.Body.Kind)
	})
}

type unlinkInput struct {
	ConversationInput
	Other desk.ConversationID `path:"other"`
}

func (s *Server) unlinkConversation(ctx context.Context, c *Caller, in *unlinkInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Conversations.Unlink(ctx, tx, c.By(), c.Scope, in.ID, in.Other) })
}

type sideInput struct {
	ConversationInput
	Body conversation.Side
}

func (s *Server) askAside(ctx context.Context, c *Caller, in *sideInput) (*reply[openedBody], error) {
	return changing(ctx, s, func(tx *db.Tx) (out openedBody, err error) {
		row, err := s.Conversations.Get(ctx, tx, c.Scope, in.ID)
		if err != nil {
			return out, err
		}
		box := in.Body.Inbox
		if box == 0 {
			box = row.Inbox
		} else if box != row.Inbox && !conversation.Visible(c.Scope, desk.Conversation{Inbox: box}, nil) {
			return out, desk.RefuseField(desk.Forbidden, "body.inbox", "you do not see this inbox")
		}
		from, err := s.sender(ctx, tx, c, box)
		if err != nil {
			return out, err
		}
		if len(in.Body.To) == 0 {
			return out, desk.WhyNoRecipient.At("body.to")
		}
		to := in.Body.To[0]
		if !customer.LooksLikeMail(to.Address) {
			return out, desk.WhyNoAddress.At("body.to[0]")
		}
		who, err := s.Customers.Identify(ctx, tx, c.By(), customer.Sighting{Kind: desk.AddressEmail, Value: to.Address, Name: to.Name})
		if err != nil {
			return out, err
		}
		quote, err := s.quoter(ctx, tx, c, from.Inbox.Language)
		if err != nil {
			return out, err
		}
		id, err := s.Conversations.AskAside(ctx, tx, from, row.ID, desk.Customer{ID: who.ID, Name: who.Name}, conversation.SubjectKey(thread.Normalise(in.Body.Subject)), in.Body, quote)
		if err != nil {
			return out, err
		}
		return s.opened(ctx, tx, c, id)
	})
}

// quoter words who wrote a forwarded message and when, in the language of the inbox and by the agent's clock.
func (s *Server) quoter(ctx context.Context, tx *db.Tx, c *Caller, lang string) (conversation.Quoter, error) {
	me, err := s.Staff.Agent(ctx, tx, c.Agent)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(me.TimeZone)
	if err != nil {
		zone = time.UTC // of a database of zones that has lost his
	}
	return func(m desk.Message) []string {
		name := m.From.Address
		if m.From.Name != "" {
			name = m.From.Name + " <" + m.From.Address + ">"
		}
		lines := []string{locale.T(locale.Match(lang), "quote.header", map[string]any{"Date": locale.DateTime(locale.Match(lang), m.At.Time().In(zone)), "Name": name})}
		if m.Subject != "" {
			lines = append(lines, m.Subject)
		}
		return lines
	}, nil
}

// Of the incidents of a problem at most mostIncidents are answered at once, and mostShown of them are shown before.
const (
	mostIncidents = 2000
	mostShown     = 200
)

// incidentBody is an incident with what an answer to the problem would say in it.
type incidentBody struct {
	Conversation desk.Conversation   `json:"conversation"`
	To           []desk.NamedAddress `json:"to" doc:"Nobody where it cannot be answered by mail"`
	HTML         string              `json:"html"`
	Missing      []placeholder.Name  `json:"missing" doc:"What has no value and no fallback there; such an answer is not sent"`
	Language     string              `json:"language,omitempty" doc:"The customer's, where it is known"`
}

// incidentsBody are the incidents of a problem, by the languages of their customers.
type incidentsBody struct {
	Items []incidentBody `json:"items" doc:"The first of them"`
	Total int            `json:"total"`
}

type incidentsInput struct {
	ConversationInput
	Body struct {
		HTML string `json:"html" maxLength:"1000000" doc:"With placeholders, which each incident fills for itself"`
	}
}

func (s *Server) previewIncidents(ctx context.Context, c *Caller, in *incidentsInput) (*reply[incidentsBody], error) {
	return asking(ctx, s, func(tx *db.Tx) (out incidentsBody, err error) {
		out.Items = []incidentBody{}
		ids, err := s.incidents(ctx, tx, c, in.ID)
		if err != nil {
			return out, err
		}
		out.Total = len(ids)
		for _, id := range ids[:min(len(ids), mostShown)] {
			one, err := s.bulk(c).Fill(ctx, tx, c.Scope, id, in.Body.HTML)
			if err != nil {
				return out, err
			}
			if one.Missing == nil {
				one.Missing = []placeholder.Name{}
			}
			out.Items = append(out.Items, incidentBody{one.Conversation, one.To, one.HTML, one.Missing, one.Language})
		}
		slices.SortStableFunc(out.Items, func(a, b incidentBody) int { return strings.Compare(a.Language, b.Language) })
		return out, nil
	})
}

// incidents are the unfinished incidents of a problem that the caller sees.
func (s *Server) incidents(ctx context.Context, tx *db.Tx, c *Caller, problem desk.ConversationID) (ids []desk.ConversationID, err error) {
	links, err := s.Conversations.Links(ctx, tx, c.Scope, problem)
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		if l.Kind == conversation.LinkIncident && !l.Status.Finished() && len(ids) < mostIncidents {
			ids = append(ids, l.Conversation)
		}
	}
	return ids, nil
}

type answerIncidentsInput struct {
	ConversationInput
	Body struct {
		HTML        string                `json:"html" minLength:"1" maxLength:"1000000" doc:"With placeholders, which each incident fills for itself"`
		Attachments []desk.AttachmentID   `json:"attachments,omitempty" maxItems:"50" doc:"The caller's own uploads; each incident gets copies"`
		Leave       []desk.ConversationID `json:"leave,omitempty" maxItems:"2000" doc:"Incidents that are not answered"`
		Then        conversation.Then     `json:"then" enum:"keep,waiting,resolve"`
	}
}

func (s *Server) answerIncidents(ctx context.Context, c *Caller, in *answerIncidentsInput) (*reply[bulk.Work], error) {
	return changing(ctx, s, func(tx *db.Tx) (bulk.Work, error) {
		row, err := s.Conversations.Get(ctx, tx, c.Scope, in.ID)
		if err != nil {
			return bulk.Work{}, err
		}
		ids, err := s.incidents(ctx, tx, c, row.ID)
		if err != nil {
			return bulk.Work{}, err
		}
		ids = slices.DeleteFunc(ids, func(id desk.ConversationID) bool { return slices.Contains(in.Body.Leave, id) })
		w, err := s.bulk(c).BeginAnswer(ctx, tx, c.Scope, ids, bulk.Answer{Problem: row.ID, HTML: in.Body.HTML, Attachments: in.Body.Attachments, Then: in.Body.Then})
		if err != nil {
			return w, err
		}
		return w, s.audit(ctx, tx, c, "bulk.started", "bulk:"+w.ID.String(), "answer")
	})
}
