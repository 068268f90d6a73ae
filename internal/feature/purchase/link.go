package purchase

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/ordernumber"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Link says that a conversation is about a purchase; linked false takes that back. Both have to be seen. A conversation that was merged is linked where it lives now. Doing it
// again changes nothing.
func (s *Service) Link(ctx context.Context, tx *db.Tx, scope desk.Scope, conversation desk.ConversationID, id desk.PurchaseID, linked bool) error {
	c, err := s.Conversations.Get(ctx, tx, scope, conversation)
	if err != nil {
		return err
	}
	if _, err := s.Get(ctx, tx, scope, id); err != nil {
		return err
	}
	var n int64
	if linked {
		n, err = tx.Exec(ctx, `INSERT INTO purchase_link (conversation, purchase, agent, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, c.ID, id, scope.Agent, tx.Now)
	} else {
		var family []desk.ConversationID
		if family, err = s.Conversations.Family(ctx, tx, c.ID); err == nil {
			n, err = tx.Exec(ctx, `DELETE FROM purchase_link WHERE purchase = $1 AND conversation IN `+db.In(len(family), 2), db.Args(family, id)...)
		}
	}
	if err != nil {
		return fmt.Errorf("link purchase %s with conversation %s: %w", id, c.ID, err)
	}
	if n == 0 {
		return nil
	}
	data, err := json.Marshal(map[string]any{"conversation": c.ID})
	if err != nil {
		return fmt.Errorf("tell of a link: %w", err)
	}
	about, err := json.Marshal(map[string]any{"purchase": id})
	if err != nil {
		return fmt.Errorf("tell of a link: %w", err)
	}
	kind := desk.PurchaseLinked
	if !linked {
		kind = desk.PurchaseUnlinked
	}
	line := &desk.Event{By: desk.ByAgent(scope.Agent), Kind: kind, SubjectKind: desk.AboutConversation, Subject: int64(c.ID), Conversation: c.ID, Data: about}
	if err := eventlog.Append(ctx, tx, line); err != nil {
		return err
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.ByAgent(scope.Agent), Kind: desk.PurchaseUpdated, SubjectKind: desk.AboutPurchase, Subject: int64(id), Data: data})
}

// Linked are the purchases that a conversation, or what was merged into it, is about, the latest first. The conversation is one that the agent sees.
func (s *Service) Linked(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) ([]desk.Purchase, error) {
	family, err := s.Conversations.Family(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		SELECT `+columns+` FROM purchase b
		WHERE b.id IN (SELECT purchase FROM purchase_link WHERE conversation IN `+db.In(len(family), 1)+`)
		ORDER BY b.placed_at DESC, b.id DESC LIMIT 50`, db.Args(family)...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, p *desk.Purchase) error { return scan(r, p) })
	if err != nil {
		return nil, fmt.Errorf("purchases of conversation %s: %w", id, err)
	}
	if list == nil {
		list = []desk.Purchase{}
	}
	return list, s.fill(ctx, tx, scope, list)
}

// mostSuggested is how many purchases are suggested at once.
const mostSuggested = 3

// Suggest returns purchases whose number the texts name, that the agent sees and that the conversation is not linked with: those of its customer, and those of others
// where the number has letters or at least five digits, since short ones are also sizes, years and house numbers.
func (s *Service) Suggest(ctx context.Context, tx *db.Tx, scope desk.Scope, c desk.Conversation, linked []desk.Purchase, texts ...string) ([]desk.Purchase, error) {
	keys := ordernumber.Candidates(texts...)
	if len(keys) == 0 {
		return []desk.Purchase{}, nil
	}
	var q query
	text := `SELECT ` + columns + ` FROM purchase b WHERE b.number_key <> '' AND b.number_key IN (`
	for i, k := range keys {
		if i > 0 {
			text += ", "
		}
		text += q.arg(db.Text(k))
	}
	text += `) AND ` + q.seen(scope) + ` ORDER BY b.placed_at DESC, b.id DESC LIMIT 200`
	rows, err := tx.Query(ctx, text, q.args...)
	found, err := db.Rows(rows, err, func(r *sql.Rows, p *desk.Purchase) error { return scan(r, p) })
	if err != nil {
		return nil, fmt.Errorf("purchases that conversation %s names: %w", c.ID, err)
	}
	list := []desk.Purchase{}
	for _, own := range []bool{true, false} {
		for _, p := range found {
			known := slices.ContainsFunc(linked, func(l desk.Purchase) bool { return l.ID == p.ID })
			if known || len(list) == mostSuggested || (p.Customer == c.Customer) != own || !own && !ordernumber.Telling(p.Number) {
				continue
			}
			list = append(list, p)
		}
	}
	return list, s.fill(ctx, tx, scope, list)
}

// LinkedWith are the conversations that are about a purchase, each where it lives now. Who may see them is the caller's affair.
func (s *Service) LinkedWith(ctx context.Context, tx *db.Tx, id desk.PurchaseID) ([]desk.ConversationID, error) {
	rows, err := tx.Query(ctx, `SELECT conversation FROM purchase_link WHERE purchase = $1 ORDER BY conversation`, id)
	list, err := db.Rows(rows, err, func(r *sql.Rows, c *desk.ConversationID) error { return r.Scan(c) })
	if err != nil {
		return nil, fmt.Errorf("what is purchase %s linked with: %w", id, err)
	}
	for i := range list {
		if list[i], err = s.Conversations.LivesIn(ctx, tx, list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}
