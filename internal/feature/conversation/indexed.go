package conversation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Indexed is what search keeps of a message: its own words, and what its conversation is found by.
type Indexed struct {
	Message      desk.MessageID
	At           desk.Time
	Kind         desk.MessageKind
	Text         string
	Subject      string
	Language     string
	From         desk.NamedAddress
	Recipients   []desk.NamedAddress
	Files        []IndexedFile // attachments that are not shown in the text
	TakenOut     desk.Time     // when something was last redacted or erased, 0 where nothing was
	Conversation desk.Conversation
	Named        []desk.AgentID // who sees the conversation, where it is restricted
}

// IndexedFile is an attachment as search keeps it.
type IndexedFile struct {
	Name   string
	Text   string // what it says, as far as that is known
	Unread bool   // it is not known yet
}

// mostFileText is how many bytes of attached files count for one message.
const mostFileText = 1 << 20

// said is which messages are found: those that somebody wrote and did not take back.
const said = `m.author_kind <> 'system' AND m.state <> 'cancelled'`

// Indexed returns what search keeps of messages; those that are gone, or that nobody wrote, are left out.
func (s *Service) Indexed(ctx context.Context, tx *db.Tx, ids []desk.MessageID) ([]Indexed, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `
		SELECT m.id, m.at, m.kind, m.text, m.subject, m.language, m.sender, m.recipients,
			CASE WHEN m.redacted_at > m.erased_at THEN m.redacted_at ELSE m.erased_at END, m.conversation
		FROM message m
		WHERE m.id IN `+db.In(len(ids), 1)+` AND `+said, db.Args(ids)...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, m *Indexed) error {
		var sender, to string
		if err := r.Scan(&m.Message, &m.At, &m.Kind, &m.Text, &m.Subject, &m.Language, &sender, &to, &m.TakenOut, &m.Conversation.ID); err != nil {
			return err
		}
		var rec recipients
		if err := errors.Join(json.Unmarshal([]byte(sender), &m.From), json.Unmarshal([]byte(to), &rec)); err != nil {
			return fmt.Errorf("message %s: %w", m.Message, err)
		}
		m.Recipients = append(append(rec.To, rec.Cc...), rec.Bcc...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load messages to index: %w", err)
	}
	return list, s.indexedAround(ctx, tx, list)
}

// indexedAround adds conversations, who may see them, and names of files.
func (s *Service) indexedAround(ctx context.Context, tx *db.Tx, list []Indexed) error {
	in := map[desk.ConversationID]*row{}
	byMessage := map[desk.MessageID]*Indexed{}
	var conversations []desk.ConversationID
	var messages []desk.MessageID
	for i := range list {
		m := &list[i]
		byMessage[m.Message] = m
		messages = append(messages, m.Message)
		if in[m.Conversation.ID] == nil {
			in[m.Conversation.ID] = &row{}
			conversations = append(conversations, m.Conversation.ID)
		}
	}
	if len(list) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT `+rowColumns+` FROM conversation c WHERE c.id IN `+db.In(len(conversations), 1), db.Args(conversations)...)
	if _, err = db.Rows(rows, err, func(r *sql.Rows, c *row) error {
		if err := c.scan(r); err != nil {
			return err
		}
		in[c.ID] = c
		return nil
	}); err != nil {
		return fmt.Errorf("load conversations to index: %w", err)
	}
	named := map[desk.ConversationID][]desk.AgentID{}
	for id, c := range in {
		if !c.Restricted {
			continue
		}
		if named[id], err = accessOf(ctx, tx, id); err != nil {
			return err
		}
	}
	for i := range list {
		list[i].Named = named[list[i].Conversation.ID]
		list[i].Conversation = in[list[i].Conversation.ID].Conversation
	}
	type file struct {
		message desk.MessageID
		IndexedFile
	}
	rows, err = tx.Query(ctx, `
		SELECT a.message, a.name, COALESCE(t.text, ''), a.words = 'unread' AND a.held <> 'virus' AND a.unscanned = FALSE
		FROM attachment a
		LEFT JOIN attachment_text t ON t.attachment = a.id
		WHERE a.message IN `+db.In(len(messages), 1)+` AND a.inline = FALSE
		ORDER BY a.message, a.position, a.id`, db.Args(messages)...)
	files, err := db.Rows(rows, err, func(r *sql.Rows, f *file) error { return r.Scan(&f.message, &f.Name, &f.Text, &f.Unread) })
	if err != nil {
		return fmt.Errorf("load names of files to index: %w", err)
	}
	room := map[desk.MessageID]int{}
	for _, f := range files {
		m := byMessage[f.message]
		if room[f.message] += len(f.Text); room[f.message] > mostFileText {
			f.Text = ""
		}
		m.Files = append(m.Files, f.IndexedFile)
	}
	return nil
}

// MessagesBefore returns ids of messages below one, the greatest first.
func (s *Service) MessagesBefore(ctx context.Context, tx *db.Tx, before desk.MessageID, limit int) ([]desk.MessageID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM message WHERE id < $1 ORDER BY id DESC LIMIT $2`, before, limit)
	return ids(db.Rows(rows, err, scanID[desk.MessageID]))
}

// MessagesBetween returns ids of messages above one and below another, the least first.
func (s *Service) MessagesBetween(ctx context.Context, tx *db.Tx, after, before desk.MessageID, limit int) ([]desk.MessageID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM message WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3`, after, before, limit)
	return ids(db.Rows(rows, err, scanID[desk.MessageID]))
}

// MessagesOf returns the ids of a conversation's messages above one, the least first.
func (s *Service) MessagesOf(ctx context.Context, tx *db.Tx, id desk.ConversationID, after desk.MessageID, limit int) ([]desk.MessageID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM message WHERE conversation = $1 AND id > $2 ORDER BY id LIMIT $3`, id, after, limit)
	return ids(db.Rows(rows, err, scanID[desk.MessageID]))
}

// ConversationsOf returns the ids of a customer's conversations above one, the least first.
func (s *Service) ConversationsOf(ctx context.Context, tx *db.Tx, id desk.CustomerID, after desk.ConversationID, limit int) ([]desk.ConversationID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM conversation WHERE customer = $1 AND id > $2 ORDER BY id LIMIT $3`, id, after, limit)
	list, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return nil, fmt.Errorf("conversations of customer %s: %w", id, err)
	}
	return list, nil
}

func ids(list []desk.MessageID, err error) ([]desk.MessageID, error) {
	if err != nil {
		return nil, fmt.Errorf("list messages to index: %w", err)
	}
	return list, nil
}
