package conversation

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/platform/db"
)

// Belongs says which saved views conversations belong to, to be told with their rows.
type Belongs struct {
	members map[desk.ConversationID][]desk.ViewID
	cases   map[desk.ConversationID]*condition.Case
	d       *definitions
	now     desk.Time
}

// BelongsTo looks up the saved views of conversations.
func (s *Service) BelongsTo(ctx context.Context, tx *db.Tx, ids []desk.ConversationID) (Belongs, error) {
	b := Belongs{now: tx.Now}
	d, err := definitionsOf(ctx, tx)
	if err != nil || !d.any || len(ids) == 0 {
		return b, err
	}
	b.members, b.d = map[desk.ConversationID][]desk.ViewID{}, d
	var q query
	q.WriteString(`SELECT conversation, view FROM view_member WHERE conversation IN ` + list(&q, ids) + ` ORDER BY conversation, view`)
	rows, err := tx.Query(ctx, q.String(), q.args...)
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var id desk.ConversationID
		var view desk.ViewID
		err := r.Scan(&id, &view)
		b.members[id] = append(b.members[id], view)
		return err
	})
	if err != nil {
		return b, fmt.Errorf("views of conversations: %w", err)
	}
	return b, b.loadCases(ctx, tx)
}

// loadCases loads what is needed to say for whom a conversation belongs to views that mean something else to everybody.
func (b *Belongs) loadCases(ctx context.Context, tx *db.Tx) error {
	var ids []desk.ConversationID
	for id, views := range b.members {
		if slices.ContainsFunc(views, b.shifting) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	b.cases = map[desk.ConversationID]*condition.Case{}
	var q query
	q.WriteString(`SELECT ` + rowColumns + ` FROM conversation c WHERE c.id IN ` + list(&q, ids))
	rows, err := tx.Query(ctx, q.String(), q.args...)
	found, err := scanRows(rows, err)
	if err != nil {
		return fmt.Errorf("load conversations: %w", err)
	}
	for _, c := range found {
		if b.cases[c.ID], err = c.asCase(ctx, tx, b.d); err != nil {
			return err
		}
	}
	return nil
}

func (b *Belongs) shifting(view desk.ViewID) bool {
	v := b.d.byID[view]
	return v != nil && v.cond != nil && v.cond.Personal() && v.cond.For(1) != v.cond.For(2)
}

// For are the saved views that a conversation belongs to as an agent sees them, whoever has those views.
func (b Belongs) For(id desk.ConversationID, agent desk.AgentID) []desk.ViewID {
	var all []desk.ViewID
	for _, view := range b.members[id] {
		if c := b.cases[id]; c != nil && b.shifting(view) {
			if holds, _ := b.d.byID[view].cond.For(int64(agent)).Match(c, b.now); !holds {
				continue
			}
		}
		all = append(all, view)
	}
	return all
}
