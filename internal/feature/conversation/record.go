package conversation

import (
	"context"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/htmltext"
)

// NewRecord is a call, visit or letter written down by hand.
type NewRecord struct {
	Channel     desk.ChannelKind    `json:"channel" enum:"phone,visit,letter"`
	Record      desk.Record         `json:"record"`
	At          desk.Time           `json:"at,omitempty" doc:"When it took place; now where absent"`
	HTML        string              `json:"html" maxLength:"1000000"`
	Attachments []desk.AttachmentID `json:"attachments"`
}

// RecordIn writes a call, visit or letter down in a conversation.
func (s *Service) RecordIn(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, inbox desk.Inbox, in NewRecord) (desk.Message, error) {
	c, err := holdVisible(ctx, tx, scope, id)
	if err != nil {
		return desk.Message{}, err
	}
	m, err := s.record(ctx, tx, by, c, inbox, in)
	if err != nil {
		return desk.Message{}, err
	}
	return s.Message(ctx, tx, scope, m.ID)
}

// RecordNew opens a conversation with a call, visit or letter written down.
func (s *Service) RecordNew(ctx context.Context, tx *db.Tx, by desk.Actor, customer desk.Customer, address string, inbox desk.Inbox, subject string, subjectKey int64, in NewRecord) (desk.ConversationID, error) {
	c, err := open(ctx, tx, by, opening{inbox: inbox, customer: customer.ID, name: customer.Name, address: address, channel: in.Channel,
		subject: strings.Join(strings.Fields(subject), " "), subjectKey: subjectKey, status: desk.StatusOpen, assignee: by.Agent()})
	if err != nil {
		return 0, err
	}
	if address != "" {
		if err := addParticipant(ctx, tx, c.ID, desk.Participant{Customer: customer.ID, Name: customer.Name, Address: address, Role: desk.Requester}); err != nil {
			return 0, err
		}
	}
	_, err = s.record(ctx, tx, by, c, inbox, in)
	return c.ID, err
}

func (s *Service) record(ctx context.Context, tx *db.Tx, by desk.Actor, c *row, inbox desk.Inbox, in NewRecord) (*stored, error) {
	if in.At == 0 {
		in.At = tx.Now
	}
	if in.At > tx.Now {
		return nil, desk.WhyDateFuture.At("body.at")
	}
	html := htmltext.SanitiseComposed(in.HTML)
	m := &stored{
		Message: desk.Message{Conversation: c.ID, Kind: desk.Outgoing, Channel: in.Channel, AuthorKind: desk.AuthorAgent, Agent: by.Agent(),
			At: in.At, Text: htmltext.ToText(html), HTML: html},
		inbox: c.Inbox, files: len(in.Attachments),
	}
	if in.Record.Direction == "in" {
		m.Customer = c.Customer
	}
	if err := insertMessage(ctx, tx, m, facts{Record: &in.Record}); err != nil {
		return nil, err
	}
	if err := attach(ctx, tx, by.Agent(), 0, m.ID, in.Attachments); err != nil {
		return nil, err
	}
	m.At = tx.Now // the list sorts by when it was written down
	c.noticeMessage(m, recordedBy(in.Channel, in.Record.Direction))
	c.Preview = recordPreview(in.Record, m.Text)
	switch {
	case in.Record.Direction == "in" && (in.Record.Outcome == "call_back" || in.Channel == desk.Letter):
		if c.Status == desk.StatusWaiting || c.Status.Finished() { // it is our turn again
			if err := c.setStatus(ctx, tx, by, desk.StatusOpen); err != nil {
				return nil, err
			}
		}
		c.did(deadline.Wrote)
		c.customerWaits(tx.Now, inbox.AnswerWithin)
	case in.Record.Outcome == "agreed" || in.Record.Outcome == "delivered":
		c.answered()
		c.did(deadline.Answered)
		if c.firstAnswerAt == 0 {
			c.firstAnswerAt = tx.Now
		}
	}
	if err := c.save(ctx, tx); err != nil {
		return nil, err
	}
	if err := markRead(ctx, tx, by.Agent(), c.ID, m.ID); err != nil {
		return nil, err
	}
	return m, eventlog.Append(ctx, tx, c.messageEvent(by, desk.RecordAdded, m.ID, map[string]any{"channel": in.Channel}))
}
