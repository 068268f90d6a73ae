package conversation

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Side is a question to somebody else about a conversation, by a mail that begins a conversation of its own: the customer is not in it, and mails to one never land in
// the other. With messages it forwards them.
type Side struct {
	Inbox       desk.InboxID        `json:"inbox,omitempty" doc:"That sends; the conversation's own where absent"`
	To          []desk.NamedAddress `json:"to" minItems:"1"`
	Cc          []desk.NamedAddress `json:"cc"`
	Bcc         []desk.NamedAddress `json:"bcc"`
	Subject     string              `json:"subject" minLength:"1" maxLength:"998"`
	HTML        string              `json:"html" maxLength:"1000000" doc:"May be empty where messages are forwarded"`
	Attachments []desk.AttachmentID `json:"attachments"`
	Forward     []desk.MessageID    `json:"forward,omitempty" maxItems:"500" doc:"Messages to forward, in the order of the conversation; notes are left out"`
	ForwardAll  bool                `json:"forwardAll,omitempty" doc:"Forward the whole conversation, notes aside"`
	Files       bool                `json:"files,omitempty" doc:"With the files of what is forwarded, those that are held back aside"`
	Leave       []desk.AttachmentID `json:"leave,omitempty" maxItems:"500" doc:"Of these files, those that stay here"`

	forwarded string // HTML of what goes along
}

// forwards tells whether messages go along.
func (in Side) forwards() bool { return in.ForwardAll || len(in.Forward) > 0 }

// AskAside opens a side conversation with whom the first mail goes to, and links it. It is seen by those who see the conversation: restricted like it. quote words the
// head of a forwarded message.
func (s *Service) AskAside(ctx context.Context, tx *db.Tx, from Sender, id desk.ConversationID, who desk.Customer, subjectKey int64, in Side, quote Quoter) (desk.ConversationID, error) {
	c, err := holdVisible(ctx, tx, from.Scope, id)
	if err != nil {
		return 0, err
	}
	if len(in.To) == 0 {
		return 0, desk.WhyNoRecipient.At("body.to")
	}
	parents := []desk.ConversationID{c.ID}
	if sides, err := sidesOf(ctx, tx, c.ID); err != nil {
		return 0, err
	} else if len(sides) > 0 { // asked from within a side conversation: those who are kept out of it are kept out here too
		parents = append(parents, sides...)
	}
	if err := keepOut(ctx, tx, parents, in.To, in.Cc, in.Bcc); err != nil {
		return 0, err
	}
	kind := LinkSide
	if in.forwards() {
		kind = LinkForward
		if err := s.forward(ctx, tx, from, c, &in, quote); err != nil {
			return 0, err
		}
	}
	side, err := open(ctx, tx, from.By, opening{inbox: from.Inbox, customer: who.ID, name: who.Name, address: in.To[0].Address, channel: desk.Email,
		subject: strings.Join(strings.Fields(in.Subject), " "), subjectKey: subjectKey, status: desk.StatusOpen, assignee: from.By.Agent()})
	if err != nil {
		return 0, err
	}
	if err := side.seenLike(ctx, tx, c); err != nil {
		return 0, err
	}
	if err := addParticipant(ctx, tx, side.ID, desk.Participant{Customer: who.ID, Name: who.Name, Address: in.To[0].Address, Role: desk.Requester}); err != nil {
		return 0, err
	}
	if err := link(ctx, tx, c.ID, side.ID, string(kind)); err != nil {
		return 0, err
	}
	m, err := s.queue(ctx, tx, from, side, outgoing{subject: side.Subject + fmt.Sprintf(" [#%d]", side.Number),
		Reply: Reply{HTML: in.HTML, To: in.To, Cc: in.Cc, Bcc: in.Bcc, Attachments: in.Attachments}, forwarded: in.forwarded})
	if err != nil {
		return 0, err
	}
	if err := afterAnswer(ctx, tx, from.By, side, Wait); err != nil {
		return 0, err
	}
	if err := markRead(ctx, tx, from.By.Agent(), side.ID, m.ID); err != nil {
		return 0, err
	}
	return side.ID, tellLink(ctx, tx, from.By, c, side, desk.ConversationsLinked, kind)
}

// seenLike restricts a conversation to those who see another one, where that is restricted.
func (c *row) seenLike(ctx context.Context, tx *db.Tx, other *row) error {
	if c.Restricted = other.Restricted; !c.Restricted {
		return nil
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO conversation_access (conversation, agent)
		SELECT $1, agent FROM conversation_access WHERE conversation = $2`, c.ID, other.ID); err != nil {
		return fmt.Errorf("restrict conversation %s: %w", c.ID, err)
	}
	return nil
}

// sidesOf are the conversations beside which one is held: where it is a side conversation.
func sidesOf(ctx context.Context, tx *db.Tx, id desk.ConversationID) ([]desk.ConversationID, error) {
	members, err := family(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		SELECT from_conversation FROM conversation_link
		WHERE to_conversation IN `+db.In(len(members), 1)+` AND kind IN ('side', 'forward')
		ORDER BY from_conversation`, db.Args(members)...)
	list, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return nil, fmt.Errorf("beside what is conversation %s: %w", id, err)
	}
	for i := range list {
		if list[i], err = livesIn(ctx, tx, list[i]); err != nil {
			return nil, err
		}
	}
	return sorted(list...), nil
}

// keepOut refuses whoever takes part in one of the conversations: what is said beside them is not for him.
func keepOut(ctx context.Context, tx *db.Tx, parents []desk.ConversationID, lists ...[]desk.NamedAddress) error {
	if len(parents) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT address_key FROM participant WHERE conversation IN `+db.In(len(parents), 1), db.Args(parents)...)
	there, err := db.Rows(rows, err, func(r *sql.Rows, key *string) error { return r.Scan(key) })
	if err != nil {
		return fmt.Errorf("who takes part in the conversation itself: %w", err)
	}
	for i, field := range []string{"body.to", "body.cc", "body.bcc"} {
		if i >= len(lists) {
			break
		}
		for j, a := range lists[i] {
			if slices.Contains(there, strings.ToLower(db.Text(a.Address))) {
				return desk.WhySideCustomer.At(fmt.Sprintf("%s[%d]", field, j), a.Address)
			}
		}
	}
	return nil
}

// apart refuses to bring together what is said beside a conversation and what is not.
func apart(ctx context.Context, tx *db.Tx, ids []desk.ConversationID) error {
	var sides int
	for _, id := range ids {
		parents, err := sidesOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(parents) > 0 {
			sides++
		}
	}
	if sides > 0 && sides < len(ids) {
		return desk.WhySideApart.Refuse()
	}
	return nil
}

// tellParents tells the conversations beside which an answer came.
func (c *row) tellParents(ctx context.Context, tx *db.Tx, by desk.Actor, m desk.MessageID) error {
	parents, err := sidesOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, id := range parents {
		e := c.event(by, desk.SideAnswered, map[string]any{"side": c.ID, "number": c.Number, "answer": m})
		e.Subject, e.Conversation = int64(id), id
		if err := eventlog.Append(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

// keepsOut refuses a mail of a side conversation to whom it is kept from.
func (c *row) keepsOut(ctx context.Context, tx *db.Tx, out outgoing) error {
	if out.automatic {
		return nil
	}
	parents, err := sidesOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	return keepOut(ctx, tx, parents, out.To, out.Cc, out.Bcc)
}
