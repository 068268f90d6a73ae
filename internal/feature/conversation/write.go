package conversation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/engine/placeholder"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/htmltext"
	"tellus/internal/platform/mailmsg"
)

// Then is what becomes of the conversation once an answer is on its way.
type Then string

const (
	KeepOpen Then = "keep"
	Wait     Then = "waiting" // the customer's turn
	Resolve  Then = "resolve"
)

// Reply is an answer to the customer.
type Reply struct {
	HTML        string              `json:"html" minLength:"1" maxLength:"1000000"`
	To          []desk.NamedAddress `json:"to"`
	Cc          []desk.NamedAddress `json:"cc"`
	Bcc         []desk.NamedAddress `json:"bcc"`
	Attachments []desk.AttachmentID `json:"attachments"`
	Seen        desk.MessageID      `json:"seen" doc:"The newest message that the agent had before him"`
	Anyway      bool                `json:"anyway,omitempty" doc:"Send although a newer message came in"`
	Then        Then                `json:"then" enum:"keep,waiting,resolve"`
	Timing
	Quote     bool         `json:"quote,omitempty" doc:"Quote the message that is answered below the text"`
	KeepDraft bool         `json:"-"` // what the sender has begun to write here is about something else
	DraftOf   desk.AgentID `json:"draftOf,omitempty" minimum:"1" doc:"The colleague who asked the caller to check this draft. It is sent in the caller's name and names who wrote it; the draft and its files go with it, and a conversation of nobody becomes the writer's"`
}

// Queued is an outgoing message that waits to be sent.
type Queued struct {
	Message      desk.Message
	Conversation desk.Conversation
	SendAt       desk.Time
}

// Outbox is told, in the transaction, of a message to send at a time.
type Outbox func(ctx context.Context, tx *db.Tx, message desk.MessageID, at desk.Time) error

// Sender is what an answer is written with.
type Sender struct {
	By       desk.Actor
	Scope    desk.Scope
	Name     string                   // the agent's, for the From line
	Inbox    desk.Inbox               // that sends
	NewID    func(from string) string // a fresh Message-ID, without brackets, for a mail from an address
	SendAt   desk.Time                // now, or a little later so that it can be undone
	Enqueue  Outbox
	OwnParty func(address string) bool // whether an address is one of our own inboxes
}

// Reply stores an answer as queued, with the job that sends it. Where a message came in that the agent had not seen it is refused with
// desk.NewerMessage and those messages, unless in.Anyway.
func (s *Service) Reply(ctx context.Context, tx *db.Tx, from Sender, id desk.ConversationID, in Reply) (desk.Message, error) {
	c, err := holdVisible(ctx, tx, from.Scope, id)
	if err != nil {
		return desk.Message{}, err
	}
	if c.TrashedAt != 0 || c.Spam {
		return desk.Message{}, desk.WhyPutAway.Refuse()
	}
	if c.Assignee == 0 { // whoever answers takes it
		if err := c.onlyByNext(ctx, tx, from.By); err != nil {
			return desk.Message{}, err
		}
	}
	if err := newerMessages(ctx, tx, c, in); err != nil {
		return desk.Message{}, err
	}
	if err := in.check(tx.Now, &from); err != nil {
		return desk.Message{}, err
	}
	if err := c.takeOver(ctx, tx, from.By, &in); err != nil {
		return desk.Message{}, err
	}
	answers, err := lastIncomingMail(ctx, tx, c.ID)
	if err != nil {
		return desk.Message{}, err
	}
	m, err := s.queue(ctx, tx, from, c, outgoing{Reply: in, subject: answerSubject(c.Subject, c.Number), answers: answers})
	if err != nil {
		return desk.Message{}, err
	}
	if err := settle(ctx, tx, from.By, c, m, in.Then, in.Timing); err != nil {
		return desk.Message{}, err
	}
	if err := c.save(ctx, tx); err != nil {
		return desk.Message{}, err
	}
	writer := from.By.Agent()
	if in.DraftOf != 0 {
		writer = in.DraftOf // the sender may have one of his own, which stays
	}
	if !in.KeepDraft {
		if err := dropDraft(ctx, tx, writer, c); err != nil {
			return desk.Message{}, err
		}
	}
	if err := markRead(ctx, tx, from.By.Agent(), c.ID, m.ID); err != nil {
		return desk.Message{}, err
	}
	return s.Message(ctx, tx, from.Scope, m.ID)
}

// newerMessages refuses an answer that was written before the newest incoming message was seen.
func newerMessages(ctx context.Context, tx *db.Tx, c *row, in Reply) error {
	if in.Anyway || c.lastIncoming <= in.Seen {
		return nil
	}
	missed, err := messages(ctx, tx, `WHERE m.conversation = $1 AND m.id > $2 AND m.kind = 'incoming' ORDER BY m.id LIMIT 20`, c.ID, in.Seen)
	if err != nil || len(missed) == 0 {
		return err
	}
	return &desk.Refusal{Code: desk.NewerMessage, Message: "a newer message came in", Details: map[string]any{"messages": missed}}
}

// lastIncomingMail is the message that an answer refers to, 0 where there is none.
func lastIncomingMail(ctx context.Context, tx *db.Tx, id desk.ConversationID) (desk.MessageID, error) {
	var last desk.MessageID
	_, err := oneOf(tx.Row(ctx, `
		SELECT id FROM message
		WHERE conversation = $1 AND kind = 'incoming' AND channel IN ('email', 'form') AND automatic = ''
		ORDER BY id DESC
		LIMIT 1`, id).Scan(&last))
	if err != nil {
		return 0, fmt.Errorf("last mail of conversation %s: %w", id, err)
	}
	return last, nil
}

// answerSubject is the subject of an answer: it carries the number once.
func answerSubject(subject string, number int64) string {
	mark := fmt.Sprintf("[#%d]", number)
	if subject == "" {
		return mark
	}
	if !strings.HasPrefix(strings.ToLower(subject), "re:") {
		subject = "Re: " + subject
	}
	if strings.Contains(subject, mark) {
		return subject
	}
	return subject + " " + mark
}

// outgoing is a mail about to be queued.
type outgoing struct {
	Reply
	subject   string
	answers   desk.MessageID
	automatic bool
	forwarded string // HTML of other messages that go along
}

// later is what becomes of the conversation when a scheduled mail is sent; nothing is kept of others, which moved it on at once.
func (o outgoing) later() Then {
	if o.SendAt == 0 {
		return ""
	}
	return o.Then
}

func (o outgoing) afterwards() Timing {
	if o.SendAt == 0 {
		return Timing{}
	}
	return Timing{Snooze: o.Snooze, Await: o.Await, WakeOn: o.WakeOn}
}

// queue stores an outgoing mail and its job.
func (s *Service) queue(ctx context.Context, tx *db.Tx, from Sender, c *row, out outgoing) (*stored, error) {
	all := slices.Concat(out.To, out.Cc, out.Bcc)
	if len(out.To) == 0 {
		return nil, desk.WhyNoRecipient.At("body.to")
	}
	if err := c.keepsOut(ctx, tx, out); err != nil {
		return nil, err
	}
	for i, a := range all {
		if err := checkAddress(fieldOf(out, i), a, from.OwnParty); err != nil {
			return nil, err
		}
	}
	html := htmltext.SanitiseComposed(out.HTML)
	text := htmltext.ToText(html)
	if strings.TrimSpace(text) == "" && out.forwarded == "" && len(out.Attachments) == 0 && !strings.Contains(html, "<img") {
		return nil, desk.WhyNothingWritten.At("body.html")
	}
	if unfilled := placeholder.Unresolved(html); len(unfilled) > 0 && !out.automatic {
		return nil, desk.WhyPlaceholder.At("body.html", unfilled[0])
	}
	if out.forwarded != "" {
		html += htmltext.SanitiseComposed(out.forwarded)
		text = htmltext.ToText(html)
	}
	author := desk.AuthorAgent
	if out.automatic {
		author = desk.AuthorSystem
	}
	m := &stored{
		Message: desk.Message{Conversation: c.ID, Kind: desk.Outgoing, Channel: desk.Email, AuthorKind: author, Agent: from.By.Agent(),
			To: out.To, Cc: out.Cc, Bcc: out.Bcc, Subject: out.subject, At: tx.Now, Text: text, HTML: html, State: desk.Queued},
		inbox: from.Inbox.ID, mailID: from.NewID(from.Inbox.Address), files: len(out.Attachments),
		sender: desk.NamedAddress{Name: senderName(from), Address: from.Inbox.Address},
	}
	if err := insertMessage(ctx, tx, m, facts{Quote: out.Quote, ReplyTo: out.answers, Automatic: out.automatic, WrittenBy: out.DraftOf, Then: out.later(), After: out.afterwards()}); err != nil {
		return nil, err
	}
	if err := attach(ctx, tx, from.By.Agent(), out.DraftOf, m.ID, out.Attachments); err != nil {
		return nil, err
	}
	if err := insertDeliveries(ctx, tx, m.ID, all, from.SendAt); err != nil {
		return nil, err
	}
	for _, a := range slices.Concat(out.To, out.Cc) {
		if err := addParticipant(ctx, tx, c.ID, desk.Participant{Name: a.Name, Address: a.Address, Role: desk.CopiedIn}); err != nil {
			return nil, err
		}
	}
	if !out.automatic {
		c.noticeMessage(m, "agent")
	}
	kind := desk.MessageQueued
	if out.automatic {
		kind = desk.AcknowledgementQueued
	}
	if err := eventlog.Append(ctx, tx, c.messageEvent(from.By, kind, m.ID, nil)); err != nil {
		return nil, err
	}
	return m, from.Enqueue(ctx, tx, m.ID, from.SendAt)
}

func senderName(from Sender) string {
	switch {
	case from.Name == "":
		return from.Inbox.FromName
	case from.Inbox.FromName == "":
		return from.Name
	}
	return from.Name + " (" + from.Inbox.FromName + ")"
}

func fieldOf(out outgoing, i int) string {
	switch {
	case i < len(out.To):
		return fmt.Sprintf("body.to[%d]", i)
	case i < len(out.To)+len(out.Cc):
		return fmt.Sprintf("body.cc[%d]", i-len(out.To))
	}
	return fmt.Sprintf("body.bcc[%d]", i-len(out.To)-len(out.Cc))
}

func checkAddress(field string, a desk.NamedAddress, own func(string) bool) error {
	if !mailmsg.ValidAddress(a.Address) {
		return desk.WhyNoAddress.At(field)
	}
	if own != nil && own(a.Address) {
		return desk.WhyOwnInbox.At(field, a.Address)
	}
	return nil
}

func insertDeliveries(ctx context.Context, tx *db.Tx, message desk.MessageID, to []desk.NamedAddress, at desk.Time) error {
	for _, a := range to {
		if _, err := tx.Exec(ctx, `
			INSERT INTO delivery (message, recipient, state, next_try_at, updated_at)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT DO NOTHING`, message, db.Text(a.Address), desk.Queued, at, tx.Now); err != nil {
			return fmt.Errorf("queue message %s: %w", message, err)
		}
	}
	return nil
}

// afterAnswer moves the conversation on once it was answered: it is taken by whoever answered, the wait ends, and then what was asked.
func afterAnswer(ctx context.Context, tx *db.Tx, by desk.Actor, c *row, then Then) error {
	if c.firstAnswerAt == 0 {
		c.firstAnswerAt = tx.Now
		if err := learn(ctx, tx, c); err != nil { // whom we answer, we wanted to hear from
			return err
		}
	}
	c.answered()
	c.did(deadline.Answered)
	if c.Assignee == 0 && by.Agent() != 0 {
		if err := c.setAssignee(ctx, tx, by, by.Agent()); err != nil {
			return err
		}
	}
	switch then {
	case Resolve:
		return c.setStatus(ctx, tx, by, desk.StatusResolved)
	case Wait:
		return c.setStatus(ctx, tx, by, desk.StatusWaiting)
	}
	if c.Status != desk.StatusOpen {
		return c.setStatus(ctx, tx, by, desk.StatusOpen)
	}
	return nil
}

// Start is a new mail to a customer: the agent writes first.
type Start struct {
	Inbox       desk.InboxID        `json:"inbox"`
	To          []desk.NamedAddress `json:"to" minItems:"1"`
	Cc          []desk.NamedAddress `json:"cc"`
	Bcc         []desk.NamedAddress `json:"bcc"`
	Subject     string              `json:"subject" minLength:"1" maxLength:"998"`
	HTML        string              `json:"html" minLength:"1" maxLength:"1000000"`
	Attachments []desk.AttachmentID `json:"attachments"`
	Then        Then                `json:"then" enum:"keep,waiting,resolve"`
	Timing
}

// StartWith opens a conversation with a customer by a mail to him.
func (s *Service) StartWith(ctx context.Context, tx *db.Tx, from Sender, customer desk.CustomerID, name string, subjectKey int64, in Start) (desk.ConversationID, error) {
	if len(in.To) == 0 {
		return 0, desk.WhyNoRecipient.At("body.to")
	}
	if err := in.check(tx.Now, &from); err != nil {
		return 0, err
	}
	c, err := open(ctx, tx, from.By, opening{inbox: from.Inbox, customer: customer, name: name, address: in.To[0].Address, channel: desk.Email,
		subject: strings.Join(strings.Fields(in.Subject), " "), subjectKey: subjectKey, status: desk.StatusOpen, assignee: from.By.Agent()})
	if err != nil {
		return 0, err
	}
	if err := addParticipant(ctx, tx, c.ID, desk.Participant{Customer: customer, Name: name, Address: in.To[0].Address, Role: desk.Requester}); err != nil {
		return 0, err
	}
	m, err := s.queue(ctx, tx, from, c, outgoing{subject: c.Subject + fmt.Sprintf(" [#%d]", c.Number),
		Reply: Reply{HTML: in.HTML, To: in.To, Cc: in.Cc, Bcc: in.Bcc, Attachments: in.Attachments, Then: in.Then, Timing: in.Timing}})
	if err != nil {
		return 0, err
	}
	if err := settle(ctx, tx, from.By, c, m, in.Then, in.Timing); err != nil {
		return 0, err
	}
	if err := c.save(ctx, tx); err != nil {
		return 0, err
	}
	return c.ID, markRead(ctx, tx, from.By.Agent(), c.ID, m.ID)
}

func markRead(ctx context.Context, tx *db.Tx, agent desk.AgentID, c desk.ConversationID, message desk.MessageID) error {
	if agent == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO read_mark (agent, conversation, message)
		VALUES ($1, $2, $3)
		ON CONFLICT (agent, conversation) DO UPDATE SET message = GREATEST(read_mark.message, excluded.message)`, agent, c, message)
	if err != nil {
		return fmt.Errorf("mark conversation %s as read: %w", c, err)
	}
	return nil
}
