package segment

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// MomentsChanged is the signal that there may be a new time at which customers move between segments.
const MomentsChanged = "segment.moments"

// row is what is kept of a customer: what lists are sorted by, and his other figures.
type row struct {
	name                         string
	value, purchases, unfinished int64
	purchased, contact, next     desk.Time
}

func (k *known) row(next desk.Time) row {
	return row{language.Fold(k.Name), k.Figures.Value, k.Purchases, k.Unfinished, k.PurchasedAt, k.ContactAt, next}
}

// order is what members hold of it.
func (r row) order() row { return row{name: r.name, value: r.value, contact: r.contact} }

// member is a customer's row in a segment.
type member struct {
	customer desk.CustomerID
	segment  desk.SegmentID
	row      row
}

// Refresh works out the figures of customers and where they belong, writes what differs, and tells of those who moved. There are at most 500 of them.
func (s *Service) Refresh(ctx context.Context, tx *db.Tx, ids []desk.CustomerID) error {
	if err := alone(ctx, tx); err != nil {
		return err
	}
	ids = sorted(ids)
	all, err := s.load(ctx, tx, 0)
	if err != nil {
		return err
	}
	var cases []*known
	var members map[desk.CustomerID][]member
	if len(all) == 0 { // lists are sorted by figures, no more
		cases, err = named(ctx, tx, ids)
	} else if cases, err = s.cases(ctx, tx, ids, true); err == nil {
		members, err = membersOf(ctx, tx, ids, 0)
	}
	if err != nil {
		return err
	}
	figures, err := figuresOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, k := range cases {
		next, in := k.next, []desk.SegmentID{}
		for i := range all {
			g := &all[i]
			if g.cond == nil || g.deleted != 0 {
				continue
			}
			holds, turns := g.cond.Match(&k.CustomerCase, tx.Now)
			if next = min(next, turns); holds {
				in = append(in, g.ID)
			}
		}
		now := k.row(next)
		if had, ok := figures[k.ID]; !ok || had != now {
			if err := keepFigure(ctx, tx, k.ID, now); err != nil {
				return err
			}
		}
		if err := keepMembers(ctx, tx, k.ID, now, in, members[k.ID], true); err != nil {
			return err
		}
		delete(figures, k.ID)
		delete(members, k.ID)
	}
	return leave(ctx, tx, ids, figures, members)
}

// Figures are what is to be kept of a customer, or that nothing is.
type Figures struct {
	customer desk.CustomerID
	now      row
	gone     bool
}

// Any reports whether there is a segment, or one that is being taken away.
func (s *Service) Any(ctx context.Context, tx *db.Tx) (some bool, err error) {
	if err := tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM segment)`).Scan(&some); err != nil {
		return false, fmt.Errorf("look for segments: %w", err)
	}
	return some, nil
}

// Stale returns the figures of those of the customers, at most 500, for whom others are kept. It holds while there is no segment.
func (s *Service) Stale(ctx context.Context, tx *db.Tx, ids []desk.CustomerID) (stale []Figures, err error) {
	cases, err := named(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	kept, err := figuresOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, k := range cases {
		now := k.row(k.next)
		if had, ok := kept[k.ID]; !ok || had != now {
			stale = append(stale, Figures{customer: k.ID, now: now})
		}
		delete(kept, k.ID)
	}
	for _, id := range ids {
		if _, ok := kept[id]; ok {
			stale = append(stale, Figures{customer: id, gone: true})
		}
	}
	return stale, nil
}

// Keep writes figures.
func (s *Service) Keep(ctx context.Context, tx *db.Tx, all []Figures) error {
	if err := alone(ctx, tx); err != nil {
		return err
	}
	for _, f := range all {
		var err error
		if f.gone {
			err = dropFigure(ctx, tx, f.customer)
		} else {
			err = keepFigure(ctx, tx, f.customer, f.now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func dropFigure(ctx context.Context, tx *db.Tx, id desk.CustomerID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM customer_figure WHERE customer = $1`, id); err != nil {
		return fmt.Errorf("forget figures of customer %s: %w", id, err)
	}
	return nil
}

// leave lets go of who is there no more: erased, or merged into another.
func leave(ctx context.Context, tx *db.Tx, ids []desk.CustomerID, figures map[desk.CustomerID]row, members map[desk.CustomerID][]member) error {
	for _, id := range ids {
		if _, ok := figures[id]; ok {
			if err := dropFigure(ctx, tx, id); err != nil {
				return err
			}
		}
		if had := members[id]; len(had) > 0 {
			if err := keepMembers(ctx, tx, id, row{}, nil, had, true); err != nil {
				return err
			}
		}
	}
	return nil
}

func figuresOf(ctx context.Context, tx *db.Tx, ids []desk.CustomerID) (map[desk.CustomerID]row, error) {
	type figure struct {
		customer desk.CustomerID
		row      row
	}
	rows, err := tx.Query(ctx, `
		SELECT customer, name_key, value, purchases, unfinished, purchased_at, contact_at, next_at
		FROM customer_figure
		WHERE customer IN `+db.In(len(ids), 1), db.Args(ids)...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, f *figure) error {
		return r.Scan(&f.customer, &f.row.name, &f.row.value, &f.row.purchases, &f.row.unfinished, &f.row.purchased, &f.row.contact, &f.row.next)
	})
	if err != nil {
		return nil, fmt.Errorf("figures of %d customers: %w", len(ids), err)
	}
	all := make(map[desk.CustomerID]row, len(list))
	for _, f := range list {
		all[f.customer] = f.row
	}
	return all, nil
}

func keepFigure(ctx context.Context, tx *db.Tx, id desk.CustomerID, r row) error {
	if _, err := tx.Exec(ctx, `
		INSERT INTO customer_figure (customer, name_key, value, purchases, unfinished, purchased_at, contact_at, next_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (customer) DO UPDATE SET name_key = excluded.name_key, value = excluded.value, purchases = excluded.purchases, unfinished = excluded.unfinished,
			purchased_at = excluded.purchased_at, contact_at = excluded.contact_at, next_at = excluded.next_at`,
		id, r.name, r.value, r.purchases, r.unfinished, r.purchased, r.contact, r.next); err != nil {
		return fmt.Errorf("keep figures of customer %s: %w", id, err)
	}
	if r.next < desk.Never {
		signal(tx)
	}
	return nil
}

type signalled struct{}

func signal(tx *db.Tx) {
	if tx.Value(signalled{}) != nil {
		return
	}
	tx.SetValue(signalled{}, true)
	tx.AfterCommit(func() { tx.DB().Signal(MomentsChanged) })
}

// membersOf are the rows of customers in segments, or in one of them.
func membersOf(ctx context.Context, tx *db.Tx, ids []desk.CustomerID, segment desk.SegmentID) (map[desk.CustomerID][]member, error) {
	rows, err := tx.Query(ctx, `
		SELECT customer, segment, name_key, value, contact_at
		FROM segment_member
		WHERE customer IN `+db.In(len(ids), 2)+` AND ($1 = 0 OR segment = $1)
		ORDER BY customer, segment`, db.Args(ids, segment)...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, m *member) error {
		return r.Scan(&m.customer, &m.segment, &m.row.name, &m.row.value, &m.row.contact)
	})
	if err != nil {
		return nil, fmt.Errorf("segments of %d customers: %w", len(ids), err)
	}
	all := make(map[desk.CustomerID][]member, len(ids))
	for _, m := range list {
		all[m.customer] = append(all[m.customer], m)
	}
	return all, nil
}

// keepMembers makes a customer's rows in segments those given, and tells of him where he moved and that is wanted.
func keepMembers(ctx context.Context, tx *db.Tx, id desk.CustomerID, now row, in []desk.SegmentID, had []member, tell bool) error {
	joined, left := []desk.SegmentID{}, []desk.SegmentID{}
	for _, m := range had {
		if slices.Contains(in, m.segment) {
			continue
		}
		left = append(left, m.segment)
		if _, err := tx.Exec(ctx, `DELETE FROM segment_member WHERE customer = $1 AND segment = $2`, id, m.segment); err != nil {
			return fmt.Errorf("take customer %s out of segment %s: %w", id, m.segment, err)
		}
	}
	for _, segment := range in {
		i := slices.IndexFunc(had, func(m member) bool { return m.segment == segment })
		if i >= 0 && had[i].row == now.order() {
			continue
		}
		if i < 0 {
			joined = append(joined, segment)
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO segment_member (segment, customer, name_key, value, contact_at)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (customer, segment) DO UPDATE SET name_key = excluded.name_key, value = excluded.value, contact_at = excluded.contact_at`,
			segment, id, now.name, now.value, now.contact); err != nil {
			return fmt.Errorf("put customer %s into segment %s: %w", id, segment, err)
		}
	}
	if !tell || len(joined)+len(left) == 0 {
		return nil
	}
	data, err := json.Marshal(map[string][]desk.SegmentID{"in": joined, "out": left})
	if err != nil {
		return fmt.Errorf("tell of customer %s: %w", id, err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.System, Kind: desk.CustomerMoved, SubjectKind: desk.AboutCustomer, Subject: int64(id), Data: data})
}

// MembersOfOrganisation has where they belong worked out again soon.
func (s *Service) MembersOfOrganisation(ctx context.Context, tx *db.Tx, id desk.OrganisationID) error {
	if _, err := tx.Exec(ctx, `UPDATE customer_figure SET next_at = $2 WHERE customer IN (SELECT id FROM customer WHERE member_of = $1)`, id, tx.Now); err != nil {
		return fmt.Errorf("look again at who belongs to organisation %s: %w", id, err)
	}
	signal(tx)
	return nil
}

const unbegun = `p.erased_at = 0 AND p.merged_into = 0 AND NOT EXISTS (SELECT 1 FROM customer_figure f WHERE f.customer = p.id)`

// Unbegun is the first customer after another who has no figures yet, 0 where all have.
func (s *Service) Unbegun(ctx context.Context, tx *db.Tx, after desk.CustomerID) (id desk.CustomerID, err error) {
	err = tx.Row(ctx, `SELECT p.id FROM customer p WHERE p.id > $1 AND `+unbegun+` ORDER BY p.id LIMIT 1`, after).Scan(&id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("customers without figures: %w", err)
	}
	return id, nil
}

// Begin has the figures worked out soon of customers who have none yet: those with ids from first on, at most limit.
func (s *Service) Begin(ctx context.Context, tx *db.Tx, first desk.CustomerID, limit int) error {
	if _, err := tx.Exec(ctx, `
		INSERT INTO customer_figure (customer, name_key, next_at)
		SELECT p.id, p.name_key, $1
		FROM customer p
		WHERE p.id >= $2 AND `+unbegun+`
		ORDER BY p.id
		LIMIT $3
		ON CONFLICT (customer) DO NOTHING`, tx.Now, first, limit); err != nil {
		return fmt.Errorf("begin figures of customers: %w", err)
	}
	signal(tx)
	return nil
}

// NextMove is when time next may move a customer between segments, desk.Never where nothing is to come.
func (s *Service) NextMove(ctx context.Context, tx *db.Tx) (at desk.Time, err error) {
	if err := tx.Row(ctx, `SELECT COALESCE(MIN(next_at), $1) FROM customer_figure`, desk.Never).Scan(&at); err != nil {
		return 0, fmt.Errorf("when customers move: %w", err)
	}
	return at, nil
}

// Move looks again at the customers whose time has come, at most limit of them.
func (s *Service) Move(ctx context.Context, tx *db.Tx, limit int) error {
	rows, err := tx.Query(ctx, `SELECT customer FROM customer_figure WHERE next_at <= $1 ORDER BY next_at, customer LIMIT $2`, tx.Now, limit)
	ids, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.CustomerID) error { return r.Scan(id) })
	if err != nil {
		return fmt.Errorf("who moves: %w", err)
	}
	return s.Refresh(ctx, tx, ids)
}

// Fill looks at the next customers, at most limit of them, for a segment whose members are not found yet, and reports how far it is. One that was deleted loses its members
// and, with the last of them, itself.
func (s *Service) Fill(ctx context.Context, tx *db.Tx, id desk.SegmentID, limit int) (f Filling, err error) {
	if err := alone(ctx, tx); err != nil {
		return f, err
	}
	all, err := s.load(ctx, tx, id)
	if err != nil || len(all) == 0 {
		return Filling{Done: true}, err
	}
	g := &all[0]
	if g.deleted != 0 {
		return s.empty(ctx, tx, id)
	}
	if f = g.Filling; f.Done {
		return f, nil
	}
	if g.reached == 0 {
		if err := tx.Row(ctx, `SELECT COUNT(*) FROM customer_figure`).Scan(&f.Total); err != nil {
			return f, fmt.Errorf("count customers: %w", err)
		}
	}
	rows, err := tx.Query(ctx, `SELECT customer FROM customer_figure WHERE customer > $1 ORDER BY customer LIMIT $2`, g.reached, limit)
	ids, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.CustomerID) error { return r.Scan(id) })
	if err != nil {
		return f, fmt.Errorf("fill segment %s: %w", id, err)
	}
	if err := s.fillWith(ctx, tx, g, ids); err != nil {
		return f, err
	}
	f.Looked += int64(len(ids))
	filled := g.filled
	if f.Done = len(ids) < limit; f.Done {
		filled = g.content
	}
	if len(ids) > 0 {
		g.reached = ids[len(ids)-1]
	}
	if _, err := tx.Exec(ctx, `UPDATE segment SET reached = $2, looked = $3, total = $4, filled = $5 WHERE id = $1`, id, g.reached, f.Looked, f.Total, filled); err != nil {
		return f, fmt.Errorf("fill segment %s: %w", id, err)
	}
	return f, nil
}

// fillWith looks at customers for one segment, by the figures that are kept of them.
func (s *Service) fillWith(ctx context.Context, tx *db.Tx, g *Segment, ids []desk.CustomerID) error {
	cases, err := s.cases(ctx, tx, ids, false)
	if err != nil {
		return err
	}
	members, err := membersOf(ctx, tx, ids, g.ID)
	if err != nil {
		return err
	}
	for _, k := range cases {
		var in []desk.SegmentID
		if g.cond != nil {
			holds, next := g.cond.Match(&k.CustomerCase, tx.Now)
			if holds {
				in = append(in, g.ID)
			}
			if next < desk.Never {
				if _, err := tx.Exec(ctx, `UPDATE customer_figure SET next_at = $2 WHERE customer = $1 AND next_at > $2`, k.ID, next); err != nil {
					return fmt.Errorf("note when customer %s moves: %w", k.ID, err)
				}
				signal(tx)
			}
		}
		if err := keepMembers(ctx, tx, k.ID, k.row(0), in, members[k.ID], false); err != nil {
			return err
		}
	}
	return nil
}

// emptied is how many members of a deleted segment go at once.
const emptied = 2000

func (s *Service) empty(ctx context.Context, tx *db.Tx, id desk.SegmentID) (Filling, error) {
	n, err := tx.Exec(ctx, `DELETE FROM segment_member WHERE segment = $1 AND customer IN (SELECT customer FROM segment_member WHERE segment = $1 LIMIT $2)`, id, emptied)
	if err != nil {
		return Filling{}, fmt.Errorf("empty segment %s: %w", id, err)
	}
	if n == emptied {
		return Filling{}, nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM segment WHERE id = $1`, id); err != nil {
		return Filling{}, fmt.Errorf("remove segment %s: %w", id, err)
	}
	return Filling{Done: true}, nil
}

// Told tells that the members of a segment are being found, and how far that is.
func (s *Service) Told(ctx context.Context, tx *db.Tx, id desk.SegmentID, f Filling) error {
	return told(ctx, tx, desk.System, id, &f)
}
