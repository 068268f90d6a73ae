package conversation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/engine/rule"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Incoming is a message from outside, read and understood.
type Incoming struct {
	Inbox        desk.Inbox
	Channel      desk.ChannelKind
	Customer     desk.CustomerID
	CustomerName string
	From         desk.NamedAddress
	ReplyTo      string // where an answer goes, if not to From
	To, Cc       []desk.NamedAddress
	Subject      string
	SubjectKey   int64
	MailID       string   // without brackets
	References   []string // newest last
	Identity     []byte   // Message-ID and digest without trace headers, hashed: what arrives twice counts once
	ReceivedAt   desk.Time
	SentAt       desk.Time
	Text, Folded string
	HTML         string // sanitised
	FoldedHTML   string
	RemoteImages int
	Language     string
	Automatic    string // why the mail counts as automatic; such mails never reopen and nobody waits for an answer
	NoReply      bool   // no machine may answer it, whoever wrote it
	Headers      []rule.Header
	Verdicts     *desk.Verdicts
	Spam         bool
	SpamScore    float64
	SpamReasons  []desk.Reason
	Threading    []desk.Reason
	Invitation   *desk.Invitation
	Attachments  []File
	Arrival      desk.ArrivalID
	Page         string // of a website, where the form stood
	Unreadable   bool
	Participants []desk.Participant // people beside the customer; our own addresses left out
}

// File is an attachment whose content is in the blobs already.
type File struct {
	Name, Type, ContentID, Held, Blob string
	Size                              int64
	Inline                            bool
	Unscanned                         bool // the virus scanner was asked and did not answer
}

// Received says where a message landed.
type Received struct {
	Conversation desk.ConversationID
	Message      desk.MessageID
	Opened       bool // it began the conversation
	Reopened     bool
	Seen         bool // it was stored before; nothing changed
}

// Receive stores a message from outside in a conversation, or in a new one where into is 0. follows links a new one to that which it continues.
func (s *Service) Receive(ctx context.Context, tx *db.Tx, in Incoming, into, follows desk.ConversationID) (Received, error) {
	if seen, ok, err := alreadySeen(ctx, tx, in); err != nil || ok {
		return seen, err
	}
	by := desk.ByCustomer(in.Customer)
	m := &stored{
		Message: desk.Message{Kind: desk.Incoming, Channel: in.Channel, AuthorKind: desk.AuthorCustomer, Customer: in.Customer,
			To: in.To, Cc: in.Cc, Subject: in.Subject, At: tx.Now, SentAt: in.SentAt, Text: in.Text, Folded: in.Folded,
			ForeignHTML: in.HTML, ForeignFolded: in.FoldedHTML, Language: in.Language, Automatic: in.Automatic, SpamScore: in.SpamScore},
		inbox: in.Inbox.ID, mailID: in.MailID, identity: in.Identity, arrival: in.Arrival, files: len(in.Attachments), sender: in.From,
	}
	done := Received{Opened: into == 0}
	c, err := in.place(ctx, tx, into)
	if err != nil {
		return Received{}, err
	}
	if in.Automatic == "" {
		done.Reopened = c.customerWrote(tx.Now, in.Inbox.AnswerWithin)
		if !done.Opened {
			if err := holdBack(ctx, tx, c); err != nil {
				return Received{}, err
			}
		}
	}
	c.noticeMessage(m, "customer")
	if c.Language == "" {
		c.Language = in.Language
	}
	if done.Opened {
		// Written once with all that lists sort by: moving a row through every index a second time costs more than everything else here.
		c.Version = 1
		if err := c.insert(ctx, tx, true); err != nil {
			return Received{}, err
		}
		m.ID = c.lastIncoming
	}
	m.Conversation, done.Conversation = c.ID, c.ID
	err = insertMessage(ctx, tx, m, facts{Verdicts: in.Verdicts, SpamReasons: in.SpamReasons, Threading: in.Threading, Invitation: in.Invitation,
		RemoteImages: in.RemoteImages, Unreadable: in.Unreadable, References: in.References, NoReply: in.NoReply, Headers: in.Headers, Page: in.Page})
	if err != nil {
		return Received{}, err // another node stored it this moment (see IsSeen): running the job again finds it
	}
	done.Message, c.lastIncoming = m.ID, m.ID
	if err := insertFiles(ctx, tx, m.ID, in.Attachments); err != nil {
		return Received{}, err
	}
	if err := takePart(ctx, tx, c, in); err != nil {
		return Received{}, err
	}
	var events []*desk.Event
	if done.Opened {
		events = append(events, c.opened(by))
	}
	events = append(events, c.messageEvent(by, desk.MessageReceived, m.ID, nil))
	if done.Reopened {
		events = append(events, c.messageEvent(by, desk.ConversationReopened, m.ID, nil))
	}
	switch {
	case !done.Opened:
		err = c.save(ctx, tx)
	case !tx.Postgres():
		err = c.saveLastIncoming(ctx, tx)
	}
	if err != nil {
		return Received{}, err
	}
	if follows != 0 && done.Opened {
		if err := link(ctx, tx, c.ID, follows, "follows"); err != nil {
			return Received{}, err
		}
		events = append(events, c.event(desk.System, desk.ConversationsLinked, map[string]any{"to": follows, "kind": "follows"}))
	}
	if err := eventlog.Append(ctx, tx, events...); err != nil || done.Opened {
		return done, err
	}
	return done, c.tellParents(ctx, tx, by, m.ID)
}

// place holds the conversation that the message belongs to, or begins one that is not stored yet.
func (in Incoming) place(ctx context.Context, tx *db.Tx, into desk.ConversationID) (*row, error) {
	if into != 0 {
		return hold(ctx, tx, into)
	}
	return begin(ctx, tx, opening{
		inbox: in.Inbox, customer: in.Customer, name: in.CustomerName, address: in.answerTo(), channel: in.Channel,
		subject: in.Subject, subjectKey: in.SubjectKey, spam: in.Spam, language: in.Language,
	})
}

func (in Incoming) answerTo() string {
	if in.ReplyTo != "" {
		return in.ReplyTo
	}
	return in.From.Address
}

// alreadySeen finds a mail that came before by its identity.
func alreadySeen(ctx context.Context, tx *db.Tx, in Incoming) (Received, bool, error) {
	if in.Identity == nil {
		return Received{}, false, nil
	}
	r := Received{Seen: true}
	found, err := oneOf(tx.Row(ctx, seenText, in.Inbox.ID, in.Identity).Scan(&r.Message, &r.Conversation))
	if err != nil {
		return Received{}, false, fmt.Errorf("was the mail seen before: %w", err)
	}
	return r, found, nil
}

const seenText = `SELECT id, conversation FROM message WHERE inbox = $1 AND identity = $2`

// Ask asks ahead for what Receive will look at: whether a mail came before, what views there are, and what begins in the inbox (see db.Tx.Ahead).
func (s *Service) Ask(ctx context.Context, tx *db.Tx, inbox desk.InboxID, identity []byte) error {
	if err := field.AskDefaultType(ctx, tx, inbox); err != nil {
		return err
	}
	if err := tx.Ahead(ctx, stampText); err != nil || identity == nil {
		return err
	}
	return tx.Ahead(ctx, seenText, inbox, identity)
}

// customerWrote turns the conversation to us: it wakes, waits for an answer, and reopens where the customer's turn or the end was.
func (c *row) customerWrote(now desk.Time, answerWithin int) (reopened bool) {
	c.SnoozedUntil = 0
	c.did(deadline.Wrote)
	c.customerWaits(now, answerWithin)
	switch c.Status {
	case desk.StatusWaiting, desk.StatusResolved, desk.StatusClosed:
		reopened = c.Status != desk.StatusWaiting
		c.Status = desk.StatusOpen
		c.resolvedAt = 0
	}
	return reopened
}

// noticeMessage brings the row's summary of its messages up to date. by is a value of
// desk.Conversation.PreviewBy.
func (c *row) noticeMessage(m *stored, by string) {
	c.Messages++
	c.LastAt = max(c.LastAt, m.At)
	c.Preview = preview(m.Text)
	c.PreviewBy = by
	if m.files > 0 {
		c.Attachments = true
	}
}

// preview is the beginning of a text on one line, at most 160 characters.
func preview(text string) string {
	const most, looked = 160, 2000
	if len(text) > looked {
		end := looked
		for end > 0 && !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end]
	}
	line := make([]rune, 0, most+1)
	blank := false
	for _, r := range text { // what is not UTF-8 comes as U+FFFD
		switch {
		case unicode.IsSpace(r):
			blank = len(line) > 0
			continue
		case r == 0:
			continue // PostgreSQL stores none
		case blank:
			line = append(line, ' ')
			blank = false
		}
		if line = append(line, r); len(line) > most {
			return string(line[:most-1]) + "…"
		}
	}
	return string(line)
}

// opening is what a new conversation begins with.
type opening struct {
	inbox      desk.Inbox
	customer   desk.CustomerID
	name       string
	address    string
	channel    desk.ChannelKind
	subject    string
	subjectKey int64
	spam       bool
	language   string
	status     desk.Status
	assignee   desk.AgentID
}

// open begins a conversation, stores it and tells it; whoever opens it saves it again once it holds its first message.
func open(ctx context.Context, tx *db.Tx, by desk.Actor, o opening) (*row, error) {
	c, err := begin(ctx, tx, o)
	if err != nil {
		return nil, err
	}
	if err := c.insert(ctx, tx, false); err != nil {
		return nil, err
	}
	return c, eventlog.Append(ctx, tx, c.opened(by))
}

// begin makes a conversation without storing it.
func begin(ctx context.Context, tx *db.Tx, o opening) (*row, error) {
	var number int64
	if !tx.Postgres() {
		var err error
		if number, err = nextNumber(ctx, tx); err != nil {
			return nil, err
		}
	}
	if o.status == "" {
		o.status = desk.StatusNew
	}
	kind, err := field.DefaultType(ctx, tx, o.inbox.ID)
	if err != nil {
		return nil, err
	}
	c := &row{subjectKey: o.subjectKey, owedAt: desk.Never}
	c.Conversation = desk.Conversation{Number: number, Inbox: o.inbox.ID, Customer: o.customer, CustomerName: db.Text(o.name), Address: db.Text(o.address),
		Channel: o.channel, Subject: db.Text(o.subject), Status: o.status, Priority: desk.Normal, Assignee: o.assignee, Team: o.inbox.Team, Tags: []desk.TagID{}, TypeID: kind, Fields: desk.FieldValues{},
		Spam: o.spam, Language: o.language, DueAt: desk.Never, CreatedAt: tx.Now, LastAt: tx.Now, PreviewBy: "customer"}
	return c, nil
}

// opened is the fact that the conversation began.
func (c *row) opened(by desk.Actor) *desk.Event {
	return c.event(by, desk.ConversationOpened, map[string]any{"inbox": c.Inbox, "spam": c.Spam})
}

// insert stores a conversation that was begun; whoever calls it tells that it was opened. Where a message from outside begins it, PostgreSQL takes the
// message's id in advance, so that the row need not be written again for its sake.
func (c *row) insert(ctx context.Context, tx *db.Tx, incoming bool) error {
	if err := beginning(ctx, tx); err != nil {
		return err
	}
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return err
	}
	c.keepMoments(tx.Now)
	c.happened = deadline.Opened
	promised, err := c.keepClocks(ctx, tx, d)
	if err != nil {
		return err
	}
	args := []any{c.Number, c.Inbox, c.Customer, c.CustomerName, c.Address, c.Channel, c.Subject, c.subjectKey, c.Status, c.Shelf(), nullID(c.Assignee),
		nullID(c.Team), c.Spam, c.DueAt, c.WaitingSince, c.Language, c.Preview, c.PreviewBy, c.Messages, c.Attachments, c.CreatedAt, c.LastAt, c.Version, nullID(c.TypeID), c.DueFor, c.DueSoonAt, c.statusAt}
	number, last := "$1", "0"
	if tx.Postgres() {
		number = "COALESCE(NULLIF(CAST($1 AS BIGINT), 0), nextval('conversation_number'))" // a row would make all writers queue for it
		if incoming {
			last = "nextval('message_id_seq')"
		}
	}
	err = tx.Row(ctx, `
		INSERT INTO conversation (number, inbox, customer, customer_name, address, channel, subject, subject_key, status, shelf, assignee, team,
			spam, due_at, waiting_since, language, preview, preview_by, messages, attachments, created_at, last_at, version, type_id, due_for, due_soon_at, status_at, last_incoming)
		VALUES (`+number+`, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, `+last+`)
		RETURNING id, number, last_incoming`, args...).Scan(&c.ID, &c.Number, &c.lastIncoming)
	if err != nil {
		return fmt.Errorf("open conversation: %w", err)
	}
	if err := c.firstLists(ctx, tx); err != nil {
		return err
	}
	if err := promised.write(ctx, tx, c.ID); err != nil {
		return err
	}
	return c.keepPlace(ctx, tx, d)
}

// saveLastIncoming writes what a conversation could not know before its first message was stored.
func (c *row) saveLastIncoming(ctx context.Context, tx *db.Tx) error {
	if err := tx.Soon(ctx, `UPDATE conversation SET last_incoming = $1 WHERE id = $2`, c.lastIncoming, c.ID); err != nil {
		return fmt.Errorf("save conversation %s: %w", c.ID, err)
	}
	return nil
}

// nextNumber takes the next number that people will quote, on SQLite.
func nextNumber(ctx context.Context, tx *db.Tx) (n int64, err error) {
	if err := tx.Row(ctx, `/* sqlite */ UPDATE number_series SET value = value + 1 WHERE name = 'conversation_number' RETURNING value`).Scan(&n); err != nil {
		return 0, fmt.Errorf("number the conversation: %w", err)
	}
	return n, nil
}

// takePart records who is in the conversation: the customer, those copied in, and a writer nobody had addressed.
func takePart(ctx context.Context, tx *db.Tx, c *row, in Incoming) error {
	role := desk.Contributor
	if in.Customer == c.Customer {
		role = desk.Requester
	}
	if in.Automatic != "" && role != desk.Requester {
		return nil // the machine that sends bounces is nobody to talk to
	}
	writer := desk.Participant{Customer: in.Customer, Name: in.From.Name, Address: in.From.Address, Role: role}
	for _, p := range append([]desk.Participant{writer}, in.Participants...) {
		if p.Address == "" {
			continue
		}
		if err := addParticipant(ctx, tx, c.ID, p); err != nil {
			return err
		}
	}
	return nil
}

func addParticipant(ctx context.Context, tx *db.Tx, c desk.ConversationID, p desk.Participant) error {
	err := tx.Soon(ctx, `
		INSERT INTO participant (conversation, address_key, address, name, customer, role, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (conversation, address_key) DO UPDATE SET
			name = CASE WHEN excluded.name <> '' THEN excluded.name ELSE participant.name END,
			customer = COALESCE(participant.customer, excluded.customer)`,
		c, db.Text(strings.ToLower(p.Address)), db.Text(p.Address), db.Text(p.Name), nullID(p.Customer), p.Role, tx.Now)
	if err != nil {
		return fmt.Errorf("add participant to conversation %s: %w", c, err)
	}
	return nil
}

func link(ctx context.Context, tx *db.Tx, from, to desk.ConversationID, kind string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO conversation_link (from_conversation, to_conversation, kind, created_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, from, to, kind, tx.Now)
	if err != nil {
		return fmt.Errorf("link conversation %s to %s: %w", from, to, err)
	}
	return nil
}

// IsSeen reports whether Receive failed because another node stored the same mail this moment.
func IsSeen(err error) bool { return errors.Is(err, errSeen) || db.IsUnique(err) }

func without[T comparable](list []T, v T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(x T) bool { return x == v })
}

// First is what an acknowledgement looks at.
type First struct {
	Inbox     desk.InboxID
	Number    int64
	Name      string
	Address   string
	Language  string
	Automatic bool // a machine wrote, or nobody could be answered
	Spam      bool
}

// Acknowledgeable returns the facts about the message that began a conversation.
func (s *Service) Acknowledgeable(ctx context.Context, tx *db.Tx, message desk.MessageID) (First, error) {
	var f First
	var automatic, text string
	err := tx.Row(ctx, `
		SELECT c.inbox, c.number, c.customer_name, c.address, m.language, m.automatic, c.spam, m.facts
		FROM message m
		JOIN conversation c ON c.id = m.conversation
		WHERE m.id = $1`, message).Scan(&f.Inbox, &f.Number, &f.Name, &f.Address, &f.Language, &automatic, &f.Spam, &text)
	var known facts
	if err == nil {
		err = json.Unmarshal([]byte(text), &known)
	}
	if err != nil {
		return f, fmt.Errorf("message %s to acknowledge: %w", message, err)
	}
	f.Automatic = automatic != "" || known.NoReply || strings.HasSuffix(strings.ToLower(f.Address), ".invalid")
	return f, nil
}
