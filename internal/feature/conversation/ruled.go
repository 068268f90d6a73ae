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
	var sender, to, automatic string
	read := func(where string, arg any) error {
		return tx.Row(ctx, `SELECT id, kind, sender, recipients, subject, text, language, automatic FROM message WHERE `+where, arg).
			Scan(&id, &m.Kind, &sender, &to, &m.Subject, &m.Text, &m.Language, &automatic)
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
	if err := errors.Join(json.Unmarshal([]byte(sender), &from), json.Unmarshal([]byte(to), &rec)); err != nil {
		return nil, fmt.Errorf("message %s for rules: %w", id, err)
	}
	m.From, m.Automatic = addressed(from), automatic != ""
	all := make([]string, 0, len(rec.To)+len(rec.Cc))
	for _, a := range append(rec.To, rec.Cc...) {
		all = append(all, addressed(a))
	}
	m.To = strings.Join(all, ", ")
	rows, err := tx.Query(ctx, `SELECT name, type FROM attachment WHERE message = $1 AND NOT inline ORDER BY position, id`, id)
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var name, kind string
		err := r.Scan(&name, &kind)
		m.FileNames, m.FileTypes = append(m.FileNames, name), append(m.FileTypes, kind)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("files of message %s for rules: %w", id, err)
	}
	return m, nil
}

func addressed(a desk.NamedAddress) string { return strings.TrimSpace(a.Name + " <" + a.Address + ">") }
