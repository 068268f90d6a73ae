package conversation

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// toldOf is how many unfinished conversations tell at once that they have another customer, the newest first; all show his name a little later (see CarryName).
const toldOf = 200

// GiveTo has all that was said with one customer be with another one, since their records were merged: conversations, messages, and where he takes part. The caller holds both.
func (s *Service) GiveTo(ctx context.Context, tx *db.Tx, by desk.Actor, from, to desk.CustomerID) error {
	rows, err := tx.Query(ctx, `SELECT id FROM conversation WHERE customer = $1 AND shelf IN (0, 1) ORDER BY last_at DESC, id DESC LIMIT $2`, from, toldOf)
	list, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return fmt.Errorf("conversations of customer %s: %w", from, err)
	}
	for _, text := range []string{
		`UPDATE conversation SET customer = $1, version = version + 1 WHERE customer = $2`,
		`UPDATE message SET customer = $1 WHERE customer = $2`,
		`UPDATE participant SET customer = $1 WHERE customer = $2`,
	} {
		if _, err := tx.Exec(ctx, text, to, from); err != nil {
			return fmt.Errorf("give what was said with customer %s to %s: %w", from, to, err)
		}
	}
	return tellGiven(ctx, tx, by, list, from, to)
}

func tellGiven(ctx context.Context, tx *db.Tx, by desk.Actor, list []desk.ConversationID, from, to desk.CustomerID) error {
	data, err := json.Marshal(map[string]any{"from": from, "to": to})
	if err != nil {
		return fmt.Errorf("tell of customer %s: %w", to, err)
	}
	for _, id := range list {
		if err := eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.CustomerChanged, SubjectKind: desk.AboutConversation, Subject: int64(id), Conversation: id, Data: data}); err != nil {
			return err
		}
	}
	return nil
}

// GiveBack undoes GiveTo: what moved then and is still with the record that stayed, and what came since for the other one's addresses, which are his again. What has
// nothing to do with him stays where it is.
func (s *Service) GiveBack(ctx context.Context, tx *db.Tx, by desk.Actor, p customer.Parting) error {
	const his = `(SELECT a.value_key FROM address a WHERE a.customer = $1 AND a.kind = 'email')`
	since, err := writtenBy(ctx, tx, p)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `
		SELECT id FROM conversation
		WHERE customer = $2 AND shelf IN (0, 1) AND (`+customer.Moved("id", customer.ItemConversation, "$3")+` OR id > $4 AND lower(address) IN `+his+`)
		ORDER BY last_at DESC, id DESC LIMIT $5`, p.From, p.Into, p.Merge, p.LastConversation, toldOf)
	list, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return fmt.Errorf("conversations of customer %s: %w", p.From, err)
	}
	type step struct {
		text string
		args []any
	}
	steps := []step{
		{`UPDATE conversation SET customer = $1, version = version + 1
			WHERE customer = $2 AND (` + customer.Moved("id", customer.ItemConversation, "$3") + ` OR id > $4 AND lower(address) IN ` + his + `)`,
			[]any{p.From, p.Into, p.Merge, p.LastConversation}},
		{`UPDATE message SET customer = $1 WHERE customer = $2 AND ` + customer.Moved("id", customer.ItemMessage, "$3"), []any{p.From, p.Into, p.Merge}},
		{`UPDATE participant SET customer = $1
			WHERE customer = $2 AND (created_at > $4 AND address_key IN ` + his + ` OR EXISTS (SELECT 1 FROM customer_merge_item i
				WHERE i.merge = $3 AND i.kind = 'participant' AND i.item = participant.conversation AND i.word = participant.address_key))`,
			[]any{p.From, p.Into, p.Merge, p.At}},
	}
	for _, id := range since {
		steps = append(steps, step{`UPDATE message SET customer = $1 WHERE id = $2`, []any{p.From, id}})
	}
	for _, st := range steps {
		if _, err := tx.Exec(ctx, st.text, st.args...); err != nil {
			return fmt.Errorf("give customer %s back what was said with him: %w", p.From, err)
		}
	}
	return tellGiven(ctx, tx, by, list, p.Into, p.From)
}

// writtenBy are the messages that came since a merge from one of the addresses of who went into the other record.
func writtenBy(ctx context.Context, tx *db.Tx, p customer.Parting) (list []desk.MessageID, err error) {
	rows, err := tx.Query(ctx, `SELECT value_key FROM address WHERE customer = $1 AND kind = 'email'`, p.From)
	keys, err := db.Rows(rows, err, func(r *sql.Rows, key *string) error { return r.Scan(key) })
	if err != nil {
		return nil, fmt.Errorf("addresses of customer %s: %w", p.From, err)
	}
	his := make(map[string]bool, len(keys))
	for _, key := range keys {
		his[key] = true
	}
	type written struct {
		id     desk.MessageID
		sender string
	}
	rows, err = tx.Query(ctx, `SELECT id, sender FROM message WHERE customer = $1 AND id > $2 ORDER BY id`, p.Into, p.LastMessage)
	since, err := db.Rows(rows, err, func(r *sql.Rows, m *written) error { return r.Scan(&m.id, &m.sender) })
	if err != nil {
		return nil, fmt.Errorf("messages of customer %s: %w", p.Into, err)
	}
	for _, m := range since {
		var from desk.NamedAddress
		if err := json.Unmarshal([]byte(m.sender), &from); err != nil {
			return nil, fmt.Errorf("sender of message %s: %w", m.id, err)
		}
		if his[customer.Key(desk.AddressEmail, from.Address)] {
			list = append(list, m.id)
		}
	}
	return list, nil
}
