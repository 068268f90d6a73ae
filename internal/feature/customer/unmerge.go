package customer

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/engine/duplicate"
	"tellus/internal/platform/db"
)

// Merges are the records that were merged into a customer's and can be parted from it, the latest first.
func (s *Service) Merges(ctx context.Context, tx *db.Tx, id desk.CustomerID) ([]desk.CustomerMerge, error) {
	rows, err := tx.Query(ctx, `
		SELECT m.id, m.from_customer, c.name, m.agent, m.at
		FROM customer_merge m
		JOIN customer c ON c.id = m.from_customer
		WHERE m.into_customer = $1 AND m.undone_at = 0 AND c.erased_at = 0
		ORDER BY m.id DESC`, id)
	list, err := db.Rows(rows, err, func(r *sql.Rows, m *desk.CustomerMerge) error {
		return r.Scan(&m.ID, &m.Customer, &m.Name, &m.Agent, &m.At)
	})
	if err != nil {
		return nil, fmt.Errorf("what was merged into customer %s: %w", id, err)
	}
	if list == nil {
		list = []desk.CustomerMerge{}
	}
	return list, nil
}

// Parting is a merge that is taken back: what its owners need to give back what moved.
type Parting struct {
	Merge            int64
	Into, From       desk.CustomerID
	At               desk.Time
	LastMessage      desk.MessageID // the newest when they were merged
	LastConversation desk.ConversationID
}

// Unmerge takes a merge into a customer's record back: he gets what it changed of his, unless somebody changed it since, and the other one gets back what he brought.
// desk.NotFound where there is none that stands. What came later for the other one's addresses, his again from here on, follows by their owners.
func (s *Service) Unmerge(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CustomerID, merge int64) (p Parting, err error) {
	gone := desk.Refuse(desk.NotFound, "no merge %d that stands", merge)
	p = Parting{Merge: merge, Into: id}
	list, err := s.Merges(ctx, tx, id)
	if err != nil {
		return p, err
	}
	for _, m := range list {
		if m.ID == merge {
			p.From = m.Customer
		}
	}
	if p.From == 0 {
		return p, gone
	}
	if err := lockBoth(ctx, tx, id, p.From); err != nil {
		return p, err
	}
	now, err := s.alone(ctx, tx, id)
	if err != nil {
		return p, err
	}
	given, later, ids, err := p.records(ctx, tx)
	if err != nil {
		return p, err
	}
	if p.At == 0 { // somebody else took it back while we waited
		return p, gone
	}
	after, later, err := duplicate.Part(now, given, later)
	if err != nil {
		return p, fmt.Errorf("part customer %s from %s: %w", p.From, id, err)
	}
	if err := stillMember(ctx, tx, &after); err != nil {
		return p, err
	}
	after.Version++
	if err := save(ctx, tx, by, after); err != nil {
		return p, err
	}
	for i, l := range later {
		text, err := json.Marshal(l)
		if err != nil {
			return p, fmt.Errorf("record of merge %d: %w", ids[i], err)
		}
		if _, err := tx.Exec(ctx, `UPDATE customer_merge SET record = $1 WHERE id = $2`, db.Text(string(text)), ids[i]); err != nil {
			return p, fmt.Errorf("record of merge %d: %w", ids[i], err)
		}
	}
	for _, step := range []struct {
		text string
		args []any
	}{
		{`UPDATE address SET customer = $1 WHERE customer = $2 AND ` + Moved("id", ItemAddress, "$3"), []any{p.From, id, merge}},
		{`UPDATE customer_consent SET customer = $1 WHERE customer = $2 AND ` + Moved("id", ItemConsent, "$3"), []any{p.From, id, merge}},
		{`UPDATE customer SET merged_into = 0, version = version + 1, changed_at = $2, changed_by = $3 WHERE id = $1`, []any{p.From, tx.Now, changer(by)}},
		{`UPDATE customer_merge SET undone_at = $1, record = '{}' WHERE id = $2`, []any{tx.Now, merge}},
	} {
		if _, err := tx.Exec(ctx, step.text, step.args...); err != nil {
			return p, fmt.Errorf("part customer %s from %s: %w", p.From, id, err)
		}
	}
	return p, tellMerge(ctx, tx, by, desk.CustomersParted, merge, id, p.From)
}

// records reads what the merge gave, and what those gave that came after it and stand.
func (p *Parting) records(ctx context.Context, tx *db.Tx) (given duplicate.Given, later []duplicate.Given, ids []int64, err error) {
	type row struct {
		id     int64
		at     desk.Time
		text   string
		m, c   int64
		record duplicate.Given
	}
	rows, err := tx.Query(ctx, `
		SELECT id, at, record, last_message, last_conversation
		FROM customer_merge
		WHERE into_customer = $1 AND undone_at = 0 AND id >= $2
		ORDER BY id`, p.Into, p.Merge)
	list, err := db.Rows(rows, err, func(r *sql.Rows, m *row) error {
		if err := r.Scan(&m.id, &m.at, &m.text, &m.m, &m.c); err != nil {
			return err
		}
		return json.Unmarshal([]byte(m.text), &m.record)
	})
	if err != nil {
		return given, nil, nil, fmt.Errorf("what was merged into customer %s: %w", p.Into, err)
	}
	for _, m := range list {
		if m.id == p.Merge {
			given, p.At = m.record, m.at
			p.LastMessage, p.LastConversation = desk.MessageID(m.m), desk.ConversationID(m.c)
			continue
		}
		later, ids = append(later, m.record), append(ids, m.id)
	}
	return given, later, ids, nil
}

// stillMember has a customer belong to nobody where his organisation was deleted meanwhile, and names it as it is called now.
func stillMember(ctx context.Context, tx *db.Tx, c *desk.Customer) error {
	if c.OrganisationID == 0 {
		return nil
	}
	err := named(ctx, tx, c)
	if desk.IsRefusal(err, desk.Invalid) {
		c.OrganisationID, c.Organisation = 0, ""
		return nil
	}
	return err
}
