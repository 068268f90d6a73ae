package customer

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// query builds SQL with numbered arguments.
type query struct {
	strings.Builder
	args []any
}

// arg adds an argument and returns its placeholder.
func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// Seen is the condition under which the customer of the alias p is seen by a scope's agent. Who sees all conversations sees all customers; everyone else sees whom he made,
// and those who take part in a conversation that he sees.
func Seen(s desk.Scope, p string, arg func(v any) string) string {
	if s.All {
		return "TRUE"
	}
	seen := staff.Seen(s, "c", arg)
	return "(" + p + ".made_by = " + arg(int64(s.Agent)) +
		" OR EXISTS (SELECT 1 FROM conversation c WHERE c.customer = " + p + ".id AND " + seen + ")" +
		" OR EXISTS (SELECT 1 FROM participant t JOIN conversation c ON c.id = t.conversation WHERE t.customer = " + p + ".id AND " + seen + "))"
}

// See returns a customer whom the scope's agent may see; desk.NotFound otherwise.
func (s *Service) See(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.CustomerID) (desk.Customer, error) {
	if err := s.MaySee(ctx, tx, scope, id); err != nil {
		return desk.Customer{}, err
	}
	return s.Get(ctx, tx, id)
}

// MaySee refuses with desk.NotFound where the scope's agent does not see a customer, or there is none.
func (s *Service) MaySee(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.CustomerID) error {
	id, err := s.Leads(ctx, tx, id)
	if err != nil {
		return err
	}
	var q query
	q.WriteString(`SELECT count(*) FROM customer p WHERE p.id = ` + q.arg(int64(id)) + ` AND ` + Seen(scope, "p", q.arg))
	var n int
	if err := tx.Row(ctx, q.String(), q.args...).Scan(&n); err != nil {
		return fmt.Errorf("who sees customer %s: %w", id, err)
	}
	if n == 0 {
		return desk.Refuse(desk.NotFound, "no customer %s", id)
	}
	return nil
}

// Filter says which customers are wanted; its zero value wants all.
type Filter struct {
	Q            string // what the name, a word of it, or an address begins with
	Language     string
	Organisation desk.OrganisationID
	Warned       bool // with a warning
	Segment      desk.SegmentID
}

// Place is where a page of customers ended.
type Place struct {
	Key  string          `json:"k"`
	ID   desk.CustomerID `json:"i"`
	Word bool            `json:"w,omitempty"` // among those whom a word of the name found
}

// widest is how many customers are looked at for one page of somebody who does not see all of them, so that a page costs the same on a desk of any size. Such a page may
// be short, or empty, and still have a next one.
const widest = 5000

// Find lists customers that the scope's agent may see, by name: first those whose name begins with what was typed, then those with a word that does. next is where the
// following page begins, nil at the end. On the first page those found by address stand behind those found by name.
func (s *Service) Find(ctx context.Context, tx *db.Tx, scope desk.Scope, f Filter, after *Place, limit int) (list []desk.Customer, next *Place, err error) {
	typed := strings.TrimSpace(db.Text(f.Q))
	key := language.Fold(typed)
	if typed != "" && key == "" {
		return []desk.Customer{}, nil, nil // nothing but accents: it would find everybody
	}
	words := wordsOf(typed)
	if after != nil && after.Word {
		places, end, err := byWord(ctx, tx, scope, f, words, key, after, limit)
		if err != nil {
			return nil, nil, err
		}
		list, err := s.inOrder(ctx, tx, places)
		if len(end) > 0 {
			next = &end[0]
		}
		return list, next, err
	}
	var q query
	where := q.wanted(f)
	// Byte order on both databases: a prefix is the range up to the prefix followed by the highest code point.
	where += ` AND p.name_key >= ` + q.arg(key) + ` AND p.name_key < ` + q.arg(key+"\U0010FFFF")
	if after != nil {
		where += ` AND (p.name_key, p.id) > (` + q.arg(db.Text(after.Key)) + `, ` + q.arg(int64(after.ID)) + `)`
	}
	var places []Place
	if scope.All {
		places, err = q.places(ctx, tx, `SELECT p.name_key, p.id FROM customer p WHERE `+where+` ORDER BY p.name_key, p.id LIMIT `+q.arg(limit))
		if len(places) == limit {
			next = &places[limit-1]
		}
	} else {
		places, next, err = q.amongMany(ctx, tx, scope, where, limit)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("find customers: %w", err)
	}
	if next == nil && len(words) > 0 && len(places) < limit {
		more, end, err := byWord(ctx, tx, scope, f, words, key, nil, limit-len(places))
		if err != nil {
			return nil, nil, err
		}
		if places = append(places, more...); len(end) > 0 {
			next = &end[0]
		}
	}
	ids := make([]desk.CustomerID, 0, limit)
	for _, p := range places {
		ids = append(ids, p.ID)
	}
	if typed != "" && after == nil && len(ids) < limit {
		if ids, err = s.alsoByAddress(ctx, tx, scope, f, typed, ids, limit); err != nil {
			return nil, nil, err
		}
	}
	list, err = s.listed(ctx, tx, ids)
	return list, next, err
}

func (s *Service) inOrder(ctx context.Context, tx *db.Tx, places []Place) ([]desk.Customer, error) {
	ids := make([]desk.CustomerID, len(places))
	for i, p := range places {
		ids[i] = p.ID
	}
	return s.listed(ctx, tx, ids)
}

// listed loads customers in the order of their ids in the list, each once.
func (s *Service) listed(ctx context.Context, tx *db.Tx, ids []desk.CustomerID) ([]desk.Customer, error) {
	all, err := s.Many(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]desk.Customer, 0, len(ids))
	for _, id := range ids {
		if c, ok := all[id]; ok {
			list = append(list, c)
			delete(all, id) // two of his words may have found him
		}
	}
	return list, nil
}

// wanted is the condition of a filter, the words aside.
func (q *query) wanted(f Filter) string { return f.Where("p", q.arg) }

// Where is the condition under which the customer of the alias p is wanted, the words aside; it leaves out who was erased or merged into another.
func (f Filter) Where(p string, arg func(v any) string) string {
	where := p + ".erased_at = 0 AND " + p + ".merged_into = 0"
	if f.Language != "" {
		where += ` AND ` + p + `.language = ` + arg(db.Text(f.Language))
	}
	if f.Organisation != 0 {
		where += ` AND ` + p + `.member_of = ` + arg(int64(f.Organisation))
	}
	if f.Warned {
		where += ` AND ` + p + `.warnings <> '[]'`
	}
	if f.Segment != 0 {
		where += ` AND EXISTS (SELECT 1 FROM segment_member g WHERE g.customer = ` + p + `.id AND g.segment = ` + arg(int64(f.Segment)) + `)`
	}
	return where
}

func (q *query) places(ctx context.Context, tx *db.Tx, text string) ([]Place, error) {
	rows, err := tx.Query(ctx, text, q.args...)
	return db.Rows(rows, err, func(r *sql.Rows, p *Place) error { return r.Scan(&p.Key, &p.ID) })
}

// amongMany is a page of those who are seen among the next of all customers.
func (q *query) amongMany(ctx context.Context, tx *db.Tx, scope desk.Scope, where string, limit int) (seen []Place, next *Place, err error) {
	span := `SELECT p.name_key, p.id, p.made_by FROM customer p WHERE ` + where + ` ORDER BY p.name_key, p.id LIMIT ` + strconv.Itoa(widest)
	// The last of them tells where the next look begins, if there are that many.
	ends, err := q.places(ctx, tx, `SELECT p.name_key, p.id FROM customer p WHERE `+where+` ORDER BY p.name_key, p.id LIMIT 1 OFFSET `+strconv.Itoa(widest-1))
	if err != nil {
		return nil, nil, err
	}
	text := `SELECT s.name_key, s.id FROM (` + span + `) s WHERE ` + Seen(scope, "s", q.arg) + ` ORDER BY s.name_key, s.id LIMIT ` + q.arg(limit)
	if seen, err = q.places(ctx, tx, text); err != nil {
		return nil, nil, err
	}
	switch {
	case len(seen) == limit:
		next = &seen[limit-1]
	case len(ends) == 1:
		next = &ends[0]
	}
	return seen, next, nil
}

// alsoByAddress adds those of whom an address begins with what was typed.
func (s *Service) alsoByAddress(ctx context.Context, tx *db.Tx, scope desk.Scope, f Filter, typed string, ids []desk.CustomerID, limit int) ([]desk.CustomerID, error) {
	keys := []string{strings.ToLower(typed)}
	if key, err := s.key(ctx, tx, desk.AddressPhone, typed); err != nil {
		return nil, err
	} else if len(key) >= 4 && key != keys[0] {
		keys = append(keys, key)
	}
	for _, key := range keys {
		var q query
		text := `SELECT p.name_key, p.id FROM customer p WHERE p.id IN (SELECT a.customer FROM address a WHERE a.kind IN ('email', 'phone', 'other') AND a.value_key >= ` +
			q.arg(db.Text(key)) + ` AND a.value_key < ` + q.arg(db.Text(key)+"\U0010FFFF") + ` LIMIT 200) AND ` + q.wanted(f) + ` AND ` +
			Seen(scope, "p", q.arg) + ` ORDER BY p.name_key, p.id LIMIT ` + q.arg(limit)
		more, err := q.places(ctx, tx, text)
		if err != nil {
			return nil, fmt.Errorf("find customers by address: %w", err)
		}
		for _, p := range more {
			if !slices.Contains(ids, p.ID) && len(ids) < limit {
				ids = append(ids, p.ID)
			}
		}
	}
	return ids, nil
}

// ByAddress returns who uses exactly this address; desk.NotFound where nobody does. Who may see him is the caller's affair.
func (s *Service) ByAddress(ctx context.Context, tx *db.Tx, kind desk.AddressKind, value string) (desk.Customer, error) {
	key, err := s.key(ctx, tx, kind, value)
	if err != nil {
		return desk.Customer{}, err
	}
	var id desk.CustomerID
	if err := tx.Row(ctx, `SELECT COALESCE(max(customer), 0) FROM address WHERE kind = $1 AND value_key = $2`, kind, db.Text(key)).Scan(&id); err != nil {
		return desk.Customer{}, fmt.Errorf("who uses an address: %w", err)
	}
	if id == 0 {
		return desk.Customer{}, desk.Refuse(desk.NotFound, "nobody uses this address")
	}
	return s.Get(ctx, tx, id)
}
