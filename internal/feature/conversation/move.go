package conversation

import (
	"context"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Move takes a message out of its conversation into another one, or into a new one where to is 0, and returns where it is now. The message
// keeps the conversation in which it first landed as its origin. Answers to it follow it, since they are found by its Message-ID.
func (s *Service) Move(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.MessageID, to desk.ConversationID, inbox desk.Inbox) (desk.ConversationID, error) {
	to, err := livesIn(ctx, tx, to)
	if err != nil {
		return 0, err
	}
	var in desk.ConversationID
	found, err := oneOf(tx.Row(ctx, `SELECT conversation FROM message WHERE id = $1`, id).Scan(&in))
	if err != nil {
		return 0, fmt.Errorf("message %s: %w", id, err)
	}
	if !found {
		return 0, desk.Refuse(desk.NotFound, "no message %s", id)
	}
	if in == to {
		return to, nil
	}
	if to != 0 && to < in { // conversations are held in the order of their ids, so that two moves cannot wait for each other
		if _, err := hold(ctx, tx, to); err != nil {
			return 0, err
		}
	}
	m, from, err := oneMessage(ctx, tx, scope, id)
	if err != nil {
		return 0, err
	}
	target, err := s.moveTarget(ctx, tx, by, scope, m, from, to, inbox)
	if err != nil {
		return 0, err
	}
	if err := apart(ctx, tx, sorted(from.ID, target.ID)); err != nil {
		return 0, err
	}
	if err := moveMessage(ctx, tx, *m, from, target); err != nil {
		return 0, err
	}
	for _, c := range []*row{from, target} {
		if err := c.settle(ctx, tx, by); err != nil {
			return 0, err
		}
		if err := eventlog.Append(ctx, tx, c.messageEvent(by, desk.MessageMoved, id, change[desk.ConversationID]{from.ID, target.ID})); err != nil {
			return 0, err
		}
	}
	return target.ID, nil
}

func (s *Service) moveTarget(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, m *read, from *row, to desk.ConversationID, inbox desk.Inbox) (*row, error) {
	if to != 0 {
		return holdVisible(ctx, tx, scope, to)
	}
	if from.Messages <= 1 {
		return nil, desk.WhyOnlyMessage.Refuse()
	}
	customer, name, address := from.Customer, from.CustomerName, from.Address
	if m.Kind == desk.Incoming && m.Customer != 0 {
		customer, name, address = m.Customer, m.From.Name, m.From.Address
		if name == "" {
			name = address
		}
	}
	subject := m.Subject
	if subject == "" {
		subject = from.Subject
	}
	c, err := open(ctx, tx, by, opening{inbox: inbox, customer: customer, name: name, address: address, channel: m.Channel,
		subject: subject, subjectKey: from.subjectKey, status: desk.StatusOpen, language: m.Language})
	if err != nil {
		return nil, err
	}
	c.Restricted = from.Restricted
	if c.Restricted { // what only named people see stays among them
		if _, err := tx.Exec(ctx, `
			INSERT INTO conversation_access (conversation, agent)
			SELECT $1, agent FROM conversation_access WHERE conversation = $2`, c.ID, from.ID); err != nil {
			return nil, fmt.Errorf("restrict conversation %s: %w", c.ID, err)
		}
	}
	if address != "" {
		if err := addParticipant(ctx, tx, c.ID, desk.Participant{Customer: customer, Name: name, Address: address, Role: desk.Requester}); err != nil {
			return nil, err
		}
	}
	if err := link(ctx, tx, from.ID, c.ID, "split"); err != nil {
		return nil, err
	}
	if err := stayAside(ctx, tx, from, c); err != nil {
		return nil, err
	}
	return c, eventlog.Append(ctx, tx, from.event(by, desk.ConversationsLinked, linked(c, LinkSplit)))
}

// leaveEmpty puts a conversation whose last message was moved away into the trash: nothing is left in it to answer, and it can be restored.
func (c *row) leaveEmpty(ctx context.Context, tx *db.Tx, by desk.Actor) error {
	if c.Messages > 0 || c.TrashedAt != 0 {
		return nil
	}
	c.TrashedAt = tx.Now
	return eventlog.Append(ctx, tx, c.event(by, desk.Trashed, nil))
}

// counted is what the summary of a conversation is made of: what people said. Acknowledgements and answers that were taken back are not.
const counted = `author_kind <> 'system' AND state <> 'cancelled'`

// recount works the row's summary of its messages out anew.
func (c *row) recount(ctx context.Context, tx *db.Tx) error {
	var attachments int
	err := tx.Row(ctx, `
		SELECT count(*), COALESCE(sum(attachments), 0), COALESCE(max(CASE WHEN kind = 'incoming' THEN id END), 0), COALESCE(max(at), $2)
		FROM message WHERE conversation = $1 AND `+counted, c.ID, c.CreatedAt).Scan(&c.Messages, &attachments, &c.lastIncoming, &c.LastAt)
	if err != nil {
		return fmt.Errorf("recount conversation %s: %w", c.ID, err)
	}
	c.Attachments = attachments > 0
	c.Preview, c.PreviewBy = "", "customer"
	list, err := messages(ctx, tx, `
		WHERE m.conversation = $1 AND `+counted+`
		ORDER BY m.id DESC LIMIT 1`, c.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	last := list[0]
	c.Preview = preview(last.Text)
	switch last.Kind {
	case desk.Outgoing:
		c.PreviewBy = "agent"
		if last.Record != nil {
			c.PreviewBy = recordedBy(last.Channel, last.Record.Direction)
			c.Preview = recordPreview(*last.Record, last.Text)
		}
	case desk.Note:
		c.PreviewBy = "note"
	}
	return nil
}
