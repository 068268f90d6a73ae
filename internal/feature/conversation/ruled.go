package conversation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/rule"
	"tellus/internal/platform/db"
)

// ForRules returns what rules ask of a message; nil where it is gone. 0 stands for the first message of the conversation.
func (s *Service) ForRules(ctx context.Context, tx *db.Tx, in desk.ConversationID, id desk.MessageID) (*rule.Message, error) {
	m := &rule.Message{}
	var sender, to, automatic, more string
	read := func(where string, arg any) error {
		return tx.Row(ctx, `SELECT id, kind, sender, recipients, subject, text, language, automatic, facts FROM message WHERE `+where, arg).
			Scan(&id, &m.Kind, &sender, &to, &m.Subject, &m.Text, &m.Language, &automatic, &more)
	}
	var err error
	if id != 0 {
		err = read("id = $1", id)
	} else {
		err = read("conversation = $1 ORDER BY id LIMIT 1", in)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // no message is what conditions can be asked of too
	}
	if err != nil {
		return nil, fmt.Errorf("message %s for rules: %w", id, err)
	}
	var from desk.NamedAddress
	var rec recipients
	var known facts
	if err := errors.Join(json.Unmarshal([]byte(sender), &from), json.Unmarshal([]byte(to), &rec), json.Unmarshal([]byte(more), &known)); err != nil {
		return nil, fmt.Errorf("message %s for rules: %w", id, err)
	}
	m.From, m.Automatic = addressed(from), automatic != ""
	all := make([]string, 0, len(rec.To)+len(rec.Cc))
	for _, a := range append(rec.To, rec.Cc...) {
		all = append(all, addressed(a))
	}
	m.To = strings.Join(all, ", ")
	m.Headers = headers(known, m, rec)
	rows, err := tx.Query(ctx, `SELECT name, type, size FROM attachment WHERE message = $1 AND NOT inline ORDER BY position, id`, id)
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var name, kind string
		var size int64
		err := r.Scan(&name, &kind, &size)
		m.FilesSize += size
		m.FileNames, m.FileTypes = append(m.FileNames, name), append(m.FileTypes, kind)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("files of message %s for rules: %w", id, err)
	}
	return m, nil
}

// headers are what rules can ask of a mail's header; of mails that came before it was kept, what is known otherwise.
func headers(known facts, m *rule.Message, rec recipients) []rule.Header {
	of := append([]rule.Header{}, known.Headers...)
	for name, list := range map[string][]desk.NamedAddress{"to": rec.To, "cc": rec.Cc} {
		for _, a := range list {
			of = append(of, rule.Header{Name: name, Value: addressed(a)})
		}
	}
	return append(of, rule.Header{Name: "from", Value: m.From}, rule.Header{Name: "subject", Value: m.Subject})
}

func addressed(a desk.NamedAddress) string { return strings.TrimSpace(a.Name + " <" + a.Address + ">") }

// dropHeaders forgets the header of a mail of which something was taken out: it may say the same.
func dropHeaders(ctx context.Context, tx *db.Tx, id desk.MessageID) error {
	var text string
	if err := tx.Row(ctx, `SELECT facts FROM message WHERE id = $1`, id).Scan(&text); err != nil {
		return fmt.Errorf("header of message %s: %w", id, err)
	}
	var known map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &known); err != nil {
		return fmt.Errorf("header of message %s: %w", id, err)
	}
	if known["headers"] == nil {
		return nil
	}
	delete(known, "headers")
	data, err := json.Marshal(known)
	if err != nil {
		return fmt.Errorf("header of message %s: %w", id, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE message SET facts = $1 WHERE id = $2`, db.Text(string(data)), id); err != nil {
		return fmt.Errorf("forget the header of message %s: %w", id, err)
	}
	return nil
}
