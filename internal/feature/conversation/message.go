package conversation

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/engine/rule"
	"tellus/internal/platform/db"
)

// MailKey is what a Message-ID (without brackets) is looked up by: 53 bits of its SHA-256. What is found is compared in full.
func MailKey(mailID string) int64 {
	if mailID == "" {
		return 0
	}
	sum := sha256.Sum256([]byte(mailID))
	return int64(binary.BigEndian.Uint64(sum[:8])>>11) | 1
}

// stored is a message as it is written.
type stored struct {
	desk.Message
	inbox    desk.InboxID
	mailID   string
	identity []byte // nil where the message is not a mail from outside
	arrival  desk.ArrivalID
	files    int
	sender   desk.NamedAddress
}

// recipients is the JSON of the column of that name.
type recipients struct {
	To  []desk.NamedAddress `json:"to,omitempty"`
	Cc  []desk.NamedAddress `json:"cc,omitempty"`
	Bcc []desk.NamedAddress `json:"bcc,omitempty"`
}

// facts is the JSON of the column of that name: what is read only when a message is shown.
type facts struct {
	Verdicts     *desk.Verdicts   `json:"verdicts,omitempty"`
	SpamReasons  []desk.Reason    `json:"spamReasons,omitempty"`
	Threading    []desk.Reason    `json:"threading,omitempty"`
	Invitation   *desk.Invitation `json:"invitation,omitempty"`
	Record       *desk.Record     `json:"record,omitempty"`
	Mentions     []desk.AgentID   `json:"mentions,omitempty"`
	RemoteImages int              `json:"remoteImages,omitempty"`
	Unreadable   bool             `json:"unreadable,omitempty"`
	References   []string         `json:"references,omitempty"` // newest last, of incoming mails: what an answer refers to
	Quote        bool             `json:"quote,omitempty"`      // an outgoing mail quotes what it answers
	ReplyTo      desk.MessageID   `json:"replyTo,omitempty"`    // the message that an outgoing one answers
	Automatic    bool             `json:"automatic,omitempty"`  // an outgoing mail that nobody wrote
	NoReply      bool             `json:"noReply,omitempty"`    // an incoming mail that no machine may answer
	Headers      []rule.Header    `json:"headers,omitempty"`    // of an incoming mail: what rules can ask for
	Page         string           `json:"page,omitempty"`       // of a website, where a form stood
	WrittenBy    desk.AgentID     `json:"writtenBy,omitempty"`  // whose draft it was, where a colleague sent it
	Then         Then             `json:"then,omitempty"`       // of a scheduled mail: what becomes of the conversation when it is sent
	After        Timing           `json:"after,omitzero"`       // of a scheduled mail: for how long the conversation is snoozed then
}

var errSeen = errors.New("the message is stored already")

// insertMessage stores a message; errSeen where one of the same identity is there. Under an id that was taken in advance it is stored soon (see db.Tx.Soon), and one of the
// same identity breaks the transaction (db.IsUnique).
func insertMessage(ctx context.Context, tx *db.Tx, m *stored, f facts) error {
	sender, err1 := json.Marshal(m.sender)
	to, err2 := json.Marshal(recipients{m.To, m.Cc, m.Bcc})
	fact, err3 := json.Marshal(f)
	if err := errors.Join(err1, err2, err3); err != nil {
		return fmt.Errorf("store message: %w", err)
	}
	if m.Origin == 0 {
		m.Origin = m.Conversation
	}
	var identity any
	if m.identity != nil {
		identity = m.identity
	}
	args := []any{m.Conversation, m.Origin, m.inbox, m.Kind, m.Channel, m.AuthorKind, nullID(m.Agent), nullID(m.Customer), m.At, m.SentAt,
		db.Text(m.mailID), MailKey(db.Text(m.mailID)), identity, db.Text(m.Subject), db.Text(string(sender)), db.Text(string(to)), db.Text(m.Text), db.Text(m.Folded),
		db.Text(htmlOf(m)), db.Text(m.ForeignFolded), db.Text(string(fact)), m.Language, m.Automatic, m.SpamScore, m.State, m.files,
		nullID(m.arrival)}
	column, value := "", ""
	if m.ID != 0 {
		column, value = "id, ", "$28, "
		args = append(args, m.ID)
	}
	text := `
		INSERT INTO message (` + column + `conversation, origin, inbox, kind, channel, author_kind, agent, customer, at, sent_at, mail_id, mail_key, identity,
			subject, sender, recipients, text, folded, html, folded_html, facts, language, automatic, spam_score, state, attachments, arrival)
		VALUES (` + value + `$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)`
	if m.ID != 0 {
		if err := tx.Soon(ctx, text, args...); err != nil {
			return fmt.Errorf("store message: %w", err)
		}
		return nil
	}
	err := tx.Row(ctx, text+` ON CONFLICT (inbox, identity) WHERE identity IS NOT NULL DO NOTHING RETURNING id`, args...).Scan(&m.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return errSeen
	}
	if err != nil {
		return fmt.Errorf("store message: %w", err)
	}
	return nil
}

// htmlOf is the one column for HTML: what an agent composed, or what a sender's mail had.
func htmlOf(m *stored) string {
	if m.Kind == desk.Incoming {
		return m.ForeignHTML
	}
	return m.HTML
}

const messageColumns = `m.id, m.conversation, m.origin, m.kind, m.channel, m.author_kind, m.agent, m.customer, m.at, m.sent_at, m.subject, m.sender,
	m.recipients, m.text, m.folded, m.html, m.folded_html, m.facts, m.language, m.automatic, m.spam_score, m.state, m.attachments,
	m.arrival IS NOT NULL, m.redacted_at, m.erased_at, m.send_at`

// read is a message as it is loaded, with the facts of its column.
type read struct {
	desk.Message
	facts facts
	files int
}

func scanMessage(r *sql.Rows, m *read) error {
	var agent, customer sql.NullInt64
	var sender, to, fact, html string
	err := r.Scan(&m.ID, &m.Conversation, &m.Origin, &m.Kind, &m.Channel, &m.AuthorKind, &agent, &customer, &m.At, &m.SentAt, &m.Subject,
		&sender, &to, &m.Text, &m.Folded, &html, &m.ForeignFolded, &fact, &m.Language, &m.Automatic, &m.SpamScore, &m.State, &m.files,
		&m.Raw, &m.RedactedAt, &m.ErasedAt, &m.SendAt)
	if err != nil {
		return err
	}
	m.Agent, m.Customer = desk.AgentID(agent.Int64), desk.CustomerID(customer.Int64)
	var rec recipients
	if err := errors.Join(json.Unmarshal([]byte(sender), &m.From), json.Unmarshal([]byte(to), &rec), json.Unmarshal([]byte(fact), &m.facts)); err != nil {
		return fmt.Errorf("message %s: %w", m.ID, err)
	}
	m.To, m.Cc, m.Bcc = some(rec.To), some(rec.Cc), some(rec.Bcc)
	if m.Kind == desk.Incoming {
		m.ForeignHTML = html
	} else {
		m.HTML = html
	}
	m.Rich, m.RichFolded = m.ForeignHTML != "", m.ForeignFolded != ""
	f := m.facts
	m.Verdicts, m.SpamReasons, m.Threading, m.Invitation, m.Record = f.Verdicts, f.SpamReasons, f.Threading, f.Invitation, f.Record
	m.Mentions, m.RemoteImages, m.Unreadable, m.Page = f.Mentions, f.RemoteImages, f.Unreadable, f.Page
	m.WrittenBy = f.WrittenBy
	m.Attachments = []desk.Attachment{}
	return nil
}

func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// messages loads messages by a condition on m, with their attachments and deliveries.
func messages(ctx context.Context, tx *db.Tx, where string, args ...any) ([]desk.Message, error) {
	full, err := readMessages(ctx, tx, where, args...)
	if err != nil {
		return nil, err
	}
	plain := make([]desk.Message, len(full))
	for i := range full {
		plain[i] = full[i].Message
	}
	return plain, nil
}

func readMessages(ctx context.Context, tx *db.Tx, where string, args ...any) ([]read, error) {
	rows, err := tx.Query(ctx, `SELECT `+messageColumns+` FROM message m `+where, args...)
	list, err := db.Rows(rows, err, scanMessage)
	if err != nil {
		return nil, fmt.Errorf("load messages: %w", err)
	}
	byID := map[desk.MessageID]*read{}
	var withFiles, sent []desk.MessageID
	for i := range list {
		m := &list[i]
		byID[m.ID] = m
		if m.files > 0 {
			withFiles = append(withFiles, m.ID)
		}
		if m.Kind == desk.Outgoing && m.State != desk.NotSent {
			sent = append(sent, m.ID)
		}
	}
	if err := loadAttachments(ctx, tx, withFiles, byID); err != nil {
		return nil, err
	}
	return list, loadDeliveries(ctx, tx, sent, byID)
}

func loadAttachments(ctx context.Context, tx *db.Tx, ids []desk.MessageID, byID map[desk.MessageID]*read) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, selectAttachment+` WHERE message IN `+db.In(len(ids), 1)+` ORDER BY message, position, id`, db.Args(ids)...)
	list, err := db.Rows(rows, err, scanAttachment)
	if err != nil {
		return fmt.Errorf("load attachments: %w", err)
	}
	for _, a := range list {
		m := byID[a.Message]
		m.Attachments = append(m.Attachments, a)
	}
	return nil
}

func loadDeliveries(ctx context.Context, tx *db.Tx, ids []desk.MessageID, byID map[desk.MessageID]*read) error {
	if len(ids) == 0 {
		return nil
	}
	type of struct {
		desk.Delivery
		message desk.MessageID
	}
	rows, err := tx.Query(ctx, `
		SELECT message, recipient, state, status, error, attempts, next_try_at, updated_at
		FROM delivery
		WHERE message IN `+db.In(len(ids), 1)+`
		ORDER BY message, recipient`, db.Args(ids)...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, d *of) error {
		return r.Scan(&d.message, &d.Recipient, &d.State, &d.Status, &d.Error, &d.Attempts, &d.NextTryAt, &d.UpdatedAt)
	})
	if err != nil {
		return fmt.Errorf("load deliveries: %w", err)
	}
	for _, d := range list {
		m := byID[d.message]
		m.Deliveries = append(m.Deliveries, d.Delivery)
		m.HeldBack = m.HeldBack || d.State == desk.Queued && d.NextTryAt >= desk.Never
	}
	return nil
}

// oneMessage loads a message that the scope's agent may see, with its held conversation.
func oneMessage(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.MessageID) (*read, *row, error) {
	var in desk.ConversationID
	err := tx.Row(ctx, `SELECT conversation FROM message WHERE id = $1`, id).Scan(&in)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, desk.Refuse(desk.NotFound, "no message %s", id)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("message %s: %w", id, err)
	}
	c, err := holdVisible(ctx, tx, scope, in)
	if desk.IsRefusal(err, desk.NotFound) { // in the words for one that is not there
		return nil, nil, desk.Refuse(desk.NotFound, "no message %s", id)
	}
	if err != nil {
		return nil, nil, err
	}
	list, err := readMessages(ctx, tx, `WHERE m.id = $1`, id)
	if err != nil {
		return nil, nil, err
	}
	if len(list) == 0 || list[0].Conversation != c.ID { // moved between the two looks
		return nil, nil, desk.Refuse(desk.Conflict, "the message was just moved")
	}
	return &list[0], c, nil
}
