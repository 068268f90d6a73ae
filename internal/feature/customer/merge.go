package customer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/duplicate"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// MergeWish says which record goes into another one, and whose values are kept where they differ.
type MergeWish struct {
	From        desk.CustomerID           `json:"from" doc:"The record that goes into this one"`
	Version     int64                     `json:"version" doc:"Of this one, as it was compared"`
	FromVersion int64                     `json:"fromVersion" doc:"Of the other one"`
	Picks       map[string]duplicate.Pick `json:"picks,omitempty" doc:"By name, language, timeZone, organisation, birthday, prefers, hours or field:ID: into or from. Without one this record's value is kept, or the other's where it has none"`
}

// Leads returns where a customer lives: the record that he was merged into, or his own.
func (s *Service) Leads(ctx context.Context, tx *db.Tx, id desk.CustomerID) (desk.CustomerID, error) {
	for {
		var into desk.CustomerID
		err := tx.Row(ctx, `SELECT merged_into FROM customer WHERE id = $1`, id).Scan(&into)
		if errors.Is(err, sql.ErrNoRows) || err == nil && into == 0 {
			return id, nil
		}
		if err != nil {
			return id, fmt.Errorf("where customer %s lives: %w", id, err)
		}
		id = into // a record goes into one that stands, so this ends
	}
}

// Family are the records that live in a customer's: his own first, then those that were merged into it, and into those.
func (s *Service) Family(ctx context.Context, tx *db.Tx, id desk.CustomerID) ([]desk.CustomerID, error) {
	all := []desk.CustomerID{id}
	for i := 0; i < len(all); i++ {
		rows, err := tx.Query(ctx, `SELECT id FROM customer WHERE merged_into = $1 AND merged_into <> 0 ORDER BY id`, all[i])
		list, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.CustomerID) error { return r.Scan(id) })
		if err != nil {
			return nil, fmt.Errorf("records of customer %s: %w", id, err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// MergedRecords are the records that were merged into a customer's, as each was.
func (s *Service) MergedRecords(ctx context.Context, tx *db.Tx, id desk.CustomerID) ([]desk.Customer, error) {
	family, err := s.Family(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	all, err := s.Many(ctx, tx, family[1:])
	if err != nil {
		return nil, err
	}
	list := make([]desk.Customer, 0, len(family)-1)
	for _, id := range family[1:] {
		list = append(list, all[id])
	}
	return list, nil
}

// alone loads a record that is neither merged nor erased, held until tx ends.
func (s *Service) alone(ctx context.Context, tx *db.Tx, id desk.CustomerID) (desk.Customer, error) {
	there, err := s.Living(ctx, tx, []desk.CustomerID{id})
	if err != nil {
		return desk.Customer{}, err
	}
	c, ok := there[id]
	if !ok {
		return c, desk.Refuse(desk.NotFound, "no customer %s", id)
	}
	return c, nil
}

func lockBoth(ctx context.Context, tx *db.Tx, a, b desk.CustomerID) error {
	for _, id := range []desk.CustomerID{min(a, b), max(a, b)} {
		if err := tx.Lock(ctx, "customer", int64(id)); err != nil {
			return err
		}
	}
	return nil
}

// Merge has one record go into another one: what is known, addresses and consents here; what else hangs on a customer is written down (see [Moved]) and moved by its owners. It
// refuses with desk.Conflict where one of the two is not as it was compared. The order of locks is that of ids.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CustomerID, wish MergeWish) (desk.Customer, int64, error) {
	if wish.From == id {
		return desk.Customer{}, 0, desk.RefuseField(desk.Invalid, "body.from", "two customers are needed")
	}
	if err := lockBoth(ctx, tx, id, wish.From); err != nil {
		return desk.Customer{}, 0, err
	}
	into, err := s.alone(ctx, tx, id)
	if err != nil {
		return into, 0, err
	}
	from, err := s.alone(ctx, tx, wish.From)
	if err != nil {
		return into, 0, err
	}
	if into.Version != wish.Version {
		return into, 0, stale(ctx, tx, into, Change{})
	}
	if from.Version != wish.FromVersion {
		return into, 0, stale(ctx, tx, from, Change{})
	}
	after, given := duplicate.Join(into, from, wish.Picks)
	record, err := json.Marshal(given)
	if err != nil {
		return into, 0, fmt.Errorf("record of merging customer %s: %w", from.ID, err)
	}
	var merge int64
	if err := tx.Row(ctx, `
		INSERT INTO customer_merge (into_customer, from_customer, record, last_message, last_conversation, agent, at)
		VALUES ($1, $2, $3, (SELECT COALESCE(MAX(id), 0) FROM message), (SELECT COALESCE(MAX(id), 0) FROM conversation), $4, $5)
		RETURNING id`, id, from.ID, db.Text(string(record)), changer(by), tx.Now).Scan(&merge); err != nil {
		return into, 0, fmt.Errorf("merge customer %s into %s: %w", from.ID, id, err)
	}
	if err := noteItems(ctx, tx, merge, into, from); err != nil {
		return into, 0, err
	}
	for _, step := range []struct {
		text string
		args []any
	}{
		{`UPDATE address SET customer = $1 WHERE customer = $2 AND ` + Moved("id", ItemAddress, "$3"), []any{id, from.ID, merge}},
		{`UPDATE customer_consent SET customer = $1 WHERE customer = $2`, []any{id, from.ID}},
		{`UPDATE customer SET merged_into = $1, version = version + 1, changed_at = $3, changed_by = $4 WHERE id = $2`, []any{id, from.ID, tx.Now, changer(by)}},
		{`DELETE FROM customer_duplicate WHERE dismissed_at = 0 AND (lower = $1 OR upper = $1)`, []any{from.ID}},
	} {
		if _, err := tx.Exec(ctx, step.text, step.args...); err != nil {
			return into, 0, fmt.Errorf("merge customer %s into %s: %w", from.ID, id, err)
		}
	}
	after.Version++
	if err := save(ctx, tx, by, after); err != nil {
		return into, 0, err
	}
	if err := tellMerge(ctx, tx, by, desk.CustomersMerged, merge, id, from.ID); err != nil {
		return into, 0, err
	}
	into, err = s.Get(ctx, tx, id)
	return into, merge, err
}

// tellMerge tells of both records, and has conversations show the name of whom they are with.
func tellMerge(ctx context.Context, tx *db.Tx, by desk.Actor, kind desk.EventKind, merge int64, into, from desk.CustomerID) error {
	data, err := json.Marshal(map[string]any{"merge": merge, "from": from})
	if err != nil {
		return fmt.Errorf("tell of merge %d: %w", merge, err)
	}
	if err := eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: kind, SubjectKind: desk.AboutCustomer, Subject: int64(into), Data: data}); err != nil {
		return err
	}
	for _, id := range []desk.CustomerID{into, from} {
		if err := told(ctx, tx, by, id); err != nil {
			return err
		}
		if err := renamed(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// Kinds of what moves with a merge. Each is moved by who owns it.
const (
	ItemAddress      = "address"
	ItemConsent      = "consent"
	ItemConversation = "conversation"
	ItemMessage      = "message"
	ItemParticipant  = "participant"
	ItemPurchase     = "purchase"
	ItemHold         = "hold"
	ItemTask         = "task"
	ItemAccess       = "access"
)

// Moved is the condition under which the id in a column stands among what a merge moved; merge is the placeholder of its id.
func Moved(column, kind, merge string) string {
	return column + ` IN (SELECT i.item FROM customer_merge_item i WHERE i.merge = ` + merge + ` AND i.kind = '` + kind + `')`
}

// noteItems writes down all that hangs on the record that goes, the participants by their address.
func noteItems(ctx context.Context, tx *db.Tx, merge int64, into, from desk.Customer) error {
	for _, of := range []struct{ kind, table string }{
		{ItemConsent, "customer_consent"},
		{ItemConversation, "conversation"},
		{ItemMessage, "message"},
		{ItemPurchase, "purchase"},
		{ItemHold, "legal_hold"},
		{ItemTask, "privacy_task"},
		{ItemAccess, "access_entry"},
	} {
		text := `INSERT INTO customer_merge_item (merge, kind, item) SELECT CAST($1 AS BIGINT), '` + of.kind + `', x.id FROM ` + of.table + ` x WHERE x.customer = $2`
		if _, err := tx.Exec(ctx, text, merge, from.ID); err != nil {
			return fmt.Errorf("what hangs on customer %s (%s): %w", from.ID, of.kind, err)
		}
	}
	text := `INSERT INTO customer_merge_item (merge, kind, item, word) SELECT CAST($1 AS BIGINT), 'participant', conversation, address_key FROM participant WHERE customer = $2`
	if _, err := tx.Exec(ctx, text, merge, from.ID); err != nil {
		return fmt.Errorf("where customer %s takes part: %w", from.ID, err)
	}
	for _, a := range from.Addresses {
		if a.Kind == desk.AddressPost && slices.ContainsFunc(into.Addresses, func(o desk.Address) bool { return o.Kind == a.Kind && spelled(o.Value) == spelled(a.Value) }) {
			continue // he has it already
		}
		if _, err := tx.Exec(ctx, `INSERT INTO customer_merge_item (merge, kind, item) VALUES ($1, $2, $3)`, merge, ItemAddress, a.ID); err != nil {
			return fmt.Errorf("addresses of customer %s: %w", from.ID, err)
		}
	}
	return nil
}

// spelled is a postal address without regard to how it is written.
func spelled(value string) string {
	return strings.Join(strings.FieldsFunc(language.Fold(value), func(r rune) bool { return strings.ContainsRune(" ,.;:-/\n\r\t", r) }), " ")
}
