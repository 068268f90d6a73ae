package customer

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/duplicate"
	"tellus/internal/platform/db"
)

// Duplicate is two records of customers that may be one person. Nothing is ever merged because of it: that is for people to do.
type Duplicate struct {
	First     desk.Customer      `json:"first" doc:"The older record"`
	Second    desk.Customer      `json:"second"`
	Certainty int                `json:"certainty" minimum:"50" maximum:"99" doc:"Per cent"`
	Reasons   []duplicate.Reason `json:"reasons" enum:"mail,birthday,phone,post,mailbox,organisation" doc:"The strongest first"`
}

// DuplicatePlace is where a page of suggestions ended.
type DuplicatePlace struct {
	Certainty int             `json:"c"`
	Lower     desk.CustomerID `json:"l"`
	Upper     desk.CustomerID `json:"u"`
}

// shared is how many records may have a trait for it to tell people apart: what more of them share, such as the number of a switchboard, says nothing.
const shared = 20

// Compare brings the words and traits of customers up to date, and what is suggested because of them. It costs the same on a desk of any size. Customers are few: at most 200.
func (s *Service) Compare(ctx context.Context, tx *db.Tx, ids []desk.CustomerID) error {
	country := ""
	if s.Country != nil {
		var err error
		if country, err = s.Country(ctx, tx); err != nil {
			return fmt.Errorf("country of the company: %w", err)
		}
	}
	all, err := s.Living(ctx, tx, ids)
	if err != nil {
		return err
	}
	near := make(map[desk.CustomerID][]desk.CustomerID, len(ids))
	for _, id := range ids {
		var traits []duplicate.Trait
		if c, ok := all[id]; ok {
			traits = duplicate.Traits(record(c), country)
		}
		if err := keepTraits(ctx, tx, id, traits); err != nil {
			return err
		}
		if err := keepWords(ctx, tx, id, all[id].Name); err != nil {
			return err
		}
	}
	var others []desk.CustomerID
	for _, id := range ids {
		if near[id], err = sharing(ctx, tx, id); err != nil {
			return err
		}
		for _, o := range near[id] {
			if _, known := all[o]; !known {
				others = append(others, o)
			}
		}
	}
	slices.Sort(others)
	for part := range slices.Chunk(slices.Compact(others), 200) {
		more, err := s.Living(ctx, tx, part)
		if err != nil {
			return err
		}
		for id, c := range more {
			all[id] = c
		}
	}
	for _, id := range ids {
		if err := suggest(ctx, tx, id, all, near[id], country); err != nil {
			return err
		}
	}
	return nil
}

// Living are those of the customers who have a record of their own: neither erased nor merged.
func (s *Service) Living(ctx context.Context, tx *db.Tx, ids []desk.CustomerID) (map[desk.CustomerID]desk.Customer, error) {
	if len(ids) == 0 {
		return map[desk.CustomerID]desk.Customer{}, nil
	}
	rows, err := tx.Query(ctx, `SELECT id FROM customer WHERE erased_at = 0 AND merged_into = 0 AND id IN `+db.In(len(ids), 1), db.Args(ids)...)
	there, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.CustomerID) error { return r.Scan(id) })
	if err != nil {
		return nil, fmt.Errorf("which of %d customers there are: %w", len(ids), err)
	}
	return s.Many(ctx, tx, there)
}

func record(c desk.Customer) duplicate.Record {
	return duplicate.Record{Name: c.Name, Birthday: c.Birthday, Organisation: c.OrganisationID, Addresses: c.Addresses}
}

// keepTraits makes the traits of a customer those given.
func keepTraits(ctx context.Context, tx *db.Tx, id desk.CustomerID, traits []duplicate.Trait) error {
	rows, err := tx.Query(ctx, `SELECT trait FROM customer_trait WHERE customer = $1`, id)
	kept, err := db.Rows(rows, err, func(r *sql.Rows, t *duplicate.Trait) error { return r.Scan(t) })
	if err != nil {
		return fmt.Errorf("traits of customer %s: %w", id, err)
	}
	for _, t := range kept {
		if slices.Contains(traits, t) {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM customer_trait WHERE customer = $1 AND trait = $2`, id, int64(t)); err != nil {
			return fmt.Errorf("traits of customer %s: %w", id, err)
		}
	}
	for _, t := range traits {
		if slices.Contains(kept, t) {
			continue
		}
		if _, err := tx.Exec(ctx, `INSERT INTO customer_trait (customer, trait) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, int64(t)); err != nil {
			return fmt.Errorf("traits of customer %s: %w", id, err)
		}
	}
	return nil
}

// sharing are the customers who share a trait with one, those left out that too many share.
func sharing(ctx context.Context, tx *db.Tx, id desk.CustomerID) (others []desk.CustomerID, err error) {
	rows, err := tx.Query(ctx, `SELECT trait FROM customer_trait WHERE customer = $1`, id)
	traits, err := db.Rows(rows, err, func(r *sql.Rows, t *int64) error { return r.Scan(t) })
	if err != nil {
		return nil, fmt.Errorf("traits of customer %s: %w", id, err)
	}
	for _, t := range traits {
		rows, err := tx.Query(ctx, `SELECT customer FROM customer_trait WHERE trait = $1 ORDER BY customer LIMIT $2`, t, shared+1)
		list, err := db.Rows(rows, err, func(r *sql.Rows, o *desk.CustomerID) error { return r.Scan(o) })
		if err != nil {
			return nil, fmt.Errorf("who shares a trait with customer %s: %w", id, err)
		}
		if len(list) <= shared {
			others = append(others, list...)
		}
	}
	slices.Sort(others)
	return slices.DeleteFunc(slices.Compact(others), func(o desk.CustomerID) bool { return o == id }), nil
}

// suggest makes the suggestions about a customer those that hold now. What was dismissed stays so.
func suggest(ctx context.Context, tx *db.Tx, id desk.CustomerID, all map[desk.CustomerID]desk.Customer, near []desk.CustomerID, country string) error {
	type pair struct{ lower, upper desk.CustomerID }
	rows, err := tx.Query(ctx, `
		SELECT lower, upper FROM customer_duplicate WHERE lower = $1 AND dismissed_at = 0
		UNION ALL
		SELECT lower, upper FROM customer_duplicate WHERE upper = $1 AND dismissed_at = 0`, id)
	stand, err := db.Rows(rows, err, func(r *sql.Rows, p *pair) error { return r.Scan(&p.lower, &p.upper) })
	if err != nil {
		return fmt.Errorf("suggestions about customer %s: %w", id, err)
	}
	for _, o := range near {
		a, there := all[id]
		b, also := all[o]
		if !there || !also {
			continue
		}
		j := duplicate.Judge(record(a), record(b), country)
		if j.Certainty < duplicate.Least {
			continue
		}
		p := pair{min(id, o), max(id, o)}
		stand = slices.DeleteFunc(stand, func(s pair) bool { return s == p })
		if _, err := tx.Exec(ctx, `
			INSERT INTO customer_duplicate (lower, upper, certainty, reasons, found_at)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (lower, upper) DO UPDATE SET certainty = excluded.certainty, reasons = excluded.reasons`,
			p.lower, p.upper, j.Certainty, joinReasons(j.Reasons), tx.Now); err != nil {
			return fmt.Errorf("suggest that customers %s and %s are one: %w", p.lower, p.upper, err)
		}
	}
	for _, p := range stand {
		if _, err := tx.Exec(ctx, `DELETE FROM customer_duplicate WHERE lower = $1 AND upper = $2 AND dismissed_at = 0`, p.lower, p.upper); err != nil {
			return fmt.Errorf("take a suggestion about customer %s back: %w", id, err)
		}
	}
	return nil
}

func joinReasons(list []duplicate.Reason) string {
	words := make([]string, len(list))
	for i, r := range list {
		words[i] = string(r)
	}
	return strings.Join(words, ",")
}

// found is a row of the suggestions.
type found struct {
	DuplicatePlace
	reasons string
}

func scanFound(r *sql.Rows, f *found) error {
	return r.Scan(&f.Lower, &f.Upper, &f.Certainty, &f.reasons)
}

// Duplicates lists what is suggested among the customers whom the scope's agent sees, the most certain first. next is where the following page begins, nil at the end. A page of
// somebody who does not see all customers may be short, or empty, and still have a next one.
func (s *Service) Duplicates(ctx context.Context, tx *db.Tx, scope desk.Scope, after *DuplicatePlace, limit int) (list []Duplicate, next *DuplicatePlace, err error) {
	var q query
	text := `SELECT d.lower, d.upper, d.certainty, d.reasons FROM customer_duplicate d WHERE d.dismissed_at = 0`
	if after != nil {
		text += ` AND (d.certainty, d.lower, d.upper) < (` + q.arg(after.Certainty) + `, ` + q.arg(int64(after.Lower)) + `, ` + q.arg(int64(after.Upper)) + `)`
	}
	text += ` ORDER BY d.certainty DESC, d.lower DESC, d.upper DESC LIMIT ` + strconv.Itoa(max(limit, 1))
	rows, err := tx.Query(ctx, text, q.args...)
	page, err := db.Rows(rows, err, scanFound)
	if err != nil {
		return nil, nil, fmt.Errorf("suggested duplicates: %w", err)
	}
	if len(page) == limit {
		next = &page[limit-1].DuplicatePlace
	}
	list, err = s.show(ctx, tx, scope, page)
	return list, next, err
}

// DuplicatesOf are the suggestions about a customer, as far as the scope's agent sees the other one, the most certain first.
func (s *Service) DuplicatesOf(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.CustomerID) ([]Duplicate, error) {
	rows, err := tx.Query(ctx, `
		SELECT lower, upper, certainty, reasons FROM customer_duplicate WHERE lower = $1 AND dismissed_at = 0
		UNION ALL
		SELECT lower, upper, certainty, reasons FROM customer_duplicate WHERE upper = $1 AND dismissed_at = 0`, id)
	list, err := db.Rows(rows, err, scanFound)
	if err != nil {
		return nil, fmt.Errorf("suggestions about customer %s: %w", id, err)
	}
	slices.SortFunc(list, func(a, b found) int {
		if a.Certainty != b.Certainty {
			return b.Certainty - a.Certainty
		}
		return int(a.Lower + a.Upper - b.Lower - b.Upper)
	})
	return s.show(ctx, tx, scope, list)
}

// show loads the customers of suggestions; those are left out of which the scope's agent does not see both.
func (s *Service) show(ctx context.Context, tx *db.Tx, scope desk.Scope, list []found) ([]Duplicate, error) {
	var ids []desk.CustomerID
	for _, f := range list {
		ids = append(ids, f.Lower, f.Upper)
	}
	slices.Sort(ids)
	seen, err := s.SeenOf(ctx, tx, scope, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	all, err := s.Living(ctx, tx, seen)
	if err != nil {
		return nil, err
	}
	shown := []Duplicate{}
	for _, f := range list {
		first, ok := all[f.Lower]
		second, also := all[f.Upper]
		if !ok || !also {
			continue
		}
		d := Duplicate{First: first, Second: second, Certainty: f.Certainty}
		for _, r := range strings.Split(f.reasons, ",") {
			d.Reasons = append(d.Reasons, duplicate.Reason(r))
		}
		shown = append(shown, d)
	}
	return shown, nil
}

// SeenOf are those of the customers whom the scope's agent sees.
func (s *Service) SeenOf(ctx context.Context, tx *db.Tx, scope desk.Scope, ids []desk.CustomerID) ([]desk.CustomerID, error) {
	if scope.All || len(ids) == 0 {
		return ids, nil
	}
	var q query
	marks := make([]string, len(ids))
	for i, id := range ids {
		marks[i] = q.arg(int64(id))
	}
	rows, err := tx.Query(ctx, `SELECT p.id FROM customer p WHERE p.id IN (`+strings.Join(marks, ", ")+`) AND `+Seen(scope, "p", q.arg), q.args...)
	seen, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.CustomerID) error { return r.Scan(id) })
	if err != nil {
		return nil, fmt.Errorf("which of %d customers are seen: %w", len(ids), err)
	}
	return seen, nil
}

// Dismiss says for good that two records are not one person. It may be said before anything is suggested.
func (s *Service) Dismiss(ctx context.Context, tx *db.Tx, by desk.Actor, a, b desk.CustomerID) error {
	if a == b {
		return desk.RefuseField(desk.Invalid, "body.other", "two customers are needed")
	}
	for _, id := range []desk.CustomerID{min(a, b), max(a, b)} {
		if err := tx.Lock(ctx, "customer", int64(id)); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO customer_duplicate (lower, upper, certainty, reasons, found_at, dismissed_at, dismissed_by)
		VALUES ($1, $2, 0, '', $3, $3, $4)
		ON CONFLICT (lower, upper) DO UPDATE SET dismissed_at = excluded.dismissed_at, dismissed_by = excluded.dismissed_by`,
		min(a, b), max(a, b), tx.Now, changer(by)); err != nil {
		return fmt.Errorf("say that customers %s and %s are two: %w", a, b, err)
	}
	for _, id := range []desk.CustomerID{a, b} {
		if err := told(ctx, tx, by, id); err != nil {
			return err
		}
	}
	return nil
}
