package conversation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/htmltext"
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
	Quote       bool                `json:"quote,omitempty" doc:"Quote the message that is answered below the text"`
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
	Name     string        // the agent's, for the From line
	Inbox    desk.Inbox    // that sends
	NewID    func() string // a fresh Message-ID without brackets
	SendAt   desk.Time     // now, or a little later so that it can be undone
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
	if err := newerMessages(ctx, tx, c, in); err != nil {
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
	if err := afterAnswer(ctx, tx, from.By, c, in.Then); err != nil {
		return desk.Message{}, err
	}
	if err := c.save(ctx, tx); err != nil {
		return desk.Message{}, err
	}
	if err := dropDraft(ctx, tx, from.By.Agent(), c.ID); err != nil {
		return desk.Message{}, err
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
}

// queue stores an outgoing mail and its job.
func (s *Service) queue(ctx context.Context, tx *db.Tx, from Sender, c *row, out outgoing) (*stored, error) {
	all := slices.Concat(out.To, out.Cc, out.Bcc)
	if len(out.To) == 0 {
		return nil, desk.WhyNoRecipient.At("body.to")
	}
	for i, a := range all {
		if err := checkAddress(fieldOf(out, i), a, from.OwnParty); err != nil {
			return nil, err
		}
	}
	html := htmltext.SanitiseComposed(out.HTML)
	text := htmltext.ToText(html)
	if strings.TrimSpace(text) == "" && len(out.Attachments) == 0 && !strings.Contains(html, "<img") {
		return nil, desk.WhyNothingWritten.At("body.html")
	}
	author := desk.AuthorAgent
	if out.automatic {
		author = desk.AuthorSystem
	}
	m := &stored{
		Message: desk.Message{Conversation: c.ID, Kind: desk.Outgoing, Channel: desk.Email, AuthorKind: author, Agent: from.By.Agent(),
			To: out.To, Cc: out.Cc, Bcc: out.Bcc, Subject: out.subject, At: tx.Now, Text: text, HTML: html, State: desk.Queued},
		inbox: from.Inbox.ID, mailID: from.NewID(), files: len(out.Attachments),
		sender: desk.NamedAddress{Name: senderName(from), Address: from.Inbox.Address},
	}
	if err := insertMessage(ctx, tx, m, facts{Quote: out.Quote, ReplyTo: out.answers, Automatic: out.automatic}); err != nil {
		return nil, err
	}
	if err := attach(ctx, tx, from.By.Agent(), m.ID, out.Attachments); err != nil {
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
	local, domain, ok := strings.Cut(a.Address, "@")
	if !ok || local == "" || domain == "" || strings.ContainsAny(a.Address, " \r\n\t<>,;\"") || len(a.Address) > 320 {
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

// Acknowledge queues the automatic acknowledgement of a conversation, once; it reports whether it did. text is plain.
func (s *Service) Acknowledge(ctx context.Context, tx *db.Tx, from Sender, id desk.ConversationID, subject, text string) (bool, error) {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return false, err
	}
	if c.acknowledgedAt != 0 || c.Spam || !strings.Contains(c.Address, "@") {
		return false, nil
	}
	answers, err := lastIncomingMail(ctx, tx, c.ID)
	if err != nil {
		return false, err
	}
	to := []desk.NamedAddress{{Name: c.CustomerName, Address: c.Address}}
	if _, err := s.queue(ctx, tx, from, c, outgoing{Reply: Reply{HTML: htmltext.FromText(text), To: to}, subject: subject, answers: answers, automatic: true}); err != nil {
		return false, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO automatic_answer (address_key, conversation, at) VALUES ($1, $2, $3)`,
		strings.ToLower(c.Address), c.ID, tx.Now); err != nil {
		return false, fmt.Errorf("note the acknowledgement: %w", err)
	}
	c.acknowledgedAt = tx.Now
	return true, c.save(ctx, tx)
}

// AutomaticAnswersTo counts the mails that went to an address by themselves since a time: what the cap is held against.
func (s *Service) AutomaticAnswersTo(ctx context.Context, tx *db.Tx, address string, since desk.Time) (n int, err error) {
	err = tx.Row(ctx, `SELECT count(*) FROM automatic_answer WHERE address_key = $1 AND at > $2`, db.Text(strings.ToLower(address)), since).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count automatic answers: %w", err)
	}
	return n, nil
}

// DropAutomaticAnswers forgets at most limit counts of automatic answers from before a time; it returns how many.
func (s *Service) DropAutomaticAnswers(ctx context.Context, tx *db.Tx, before desk.Time, limit int) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM automatic_answer WHERE id IN (SELECT id FROM automatic_answer WHERE at < $1 LIMIT $2)`, before, limit)
	if err != nil {
		return 0, fmt.Errorf("drop counts of automatic answers: %w", err)
	}
	return int(n), nil
}

// NewNote is what an agent writes down for colleagues only.
type NewNote struct {
	HTML        string              `json:"html" minLength:"1" maxLength:"1000000"`
	Mentions    []desk.AgentID      `json:"mentions"`
	Attachments []desk.AttachmentID `json:"attachments"`
}

// AddNote stores a note and tells those it mentions. A mentioned agent who may not see the conversation is refused.
func (s *Service) AddNote(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, in NewNote,
	sees func(context.Context, *db.Tx, desk.AgentID) (desk.Scope, error)) (desk.Message, error) {
	c, err := holdVisible(ctx, tx, scope, id)
	if err != nil {
		return desk.Message{}, err
	}
	html := htmltext.SanitiseComposed(in.HTML)
	m := &stored{
		Message: desk.Message{Conversation: c.ID, Kind: desk.Note, Channel: c.Channel, AuthorKind: desk.AuthorAgent, Agent: by.Agent(),
			At: tx.Now, Text: htmltext.ToText(html), HTML: html},
		inbox: c.Inbox, files: len(in.Attachments),
	}
	if strings.TrimSpace(m.Text) == "" && m.files == 0 {
		return desk.Message{}, desk.WhyNothingWritten.At("body.html")
	}
	slices.Sort(in.Mentions)
	in.Mentions = slices.Compact(in.Mentions)
	if err := insertMessage(ctx, tx, m, facts{Mentions: in.Mentions}); err != nil {
		return desk.Message{}, err
	}
	if err := attach(ctx, tx, by.Agent(), m.ID, in.Attachments); err != nil {
		return desk.Message{}, err
	}
	events := []*desk.Event{c.messageEvent(by, desk.NoteAdded, m.ID, nil)}
	for i, agent := range in.Mentions {
		theirs, err := sees(ctx, tx, agent)
		if err != nil {
			return desk.Message{}, err
		}
		if err := mustSee(ctx, tx, theirs, c.Conversation); err != nil {
			return desk.Message{}, desk.WhyCannotSee.At(fmt.Sprintf("body.mentions[%d]", i))
		}
		if _, err := tx.Exec(ctx, `INSERT INTO mention (agent, message, conversation) VALUES ($1, $2, $3)`, agent, m.ID, c.ID); err != nil {
			return desk.Message{}, fmt.Errorf("mention agent %s: %w", agent, err)
		}
		events = append(events, c.messageEvent(by, desk.AgentMentioned, m.ID, map[string]any{"agent": agent}))
	}
	c.noticeMessage(m, "note")
	if err := c.save(ctx, tx); err != nil {
		return desk.Message{}, err
	}
	if err := markRead(ctx, tx, by.Agent(), c.ID, m.ID); err != nil {
		return desk.Message{}, err
	}
	if err := eventlog.Append(ctx, tx, events...); err != nil {
		return desk.Message{}, err
	}
	return s.Message(ctx, tx, scope, m.ID)
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
}

// StartWith opens a conversation with a customer by a mail to him.
func (s *Service) StartWith(ctx context.Context, tx *db.Tx, from Sender, customer desk.CustomerID, name string, subjectKey int64, in Start) (desk.ConversationID, error) {
	if len(in.To) == 0 {
		return 0, desk.WhyNoRecipient.At("body.to")
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
		Reply: Reply{HTML: in.HTML, To: in.To, Cc: in.Cc, Bcc: in.Bcc, Attachments: in.Attachments}})
	if err != nil {
		return 0, err
	}
	if err := afterAnswer(ctx, tx, from.By, c, in.Then); err != nil {
		return 0, err
	}
	if err := c.save(ctx, tx); err != nil {
		return 0, err
	}
	return c.ID, markRead(ctx, tx, from.By.Agent(), c.ID, m.ID)
}

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
	if err := attach(ctx, tx, by.Agent(), m.ID, in.Attachments); err != nil {
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
		c.customerWaits(tx.Now, inbox.AnswerWithin)
	case in.Record.Outcome == "agreed" || in.Record.Outcome == "delivered":
		c.answered()
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
