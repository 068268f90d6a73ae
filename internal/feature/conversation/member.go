package conversation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// MomentsChanged is the signal that there is a new time at which conversations may move between views.
const MomentsChanged = "conversation.moments"

// member is a conversation's row in a view.
type member struct {
	view       desk.ViewID
	key        string
	restricted bool
	inbox      desk.InboxID
	team       desk.TeamID
	assignee   desk.AgentID
}

// keepViews brings the conversation's place in all saved views up to date, in the transaction that changed it. It is called with the conversation held and saved.
func (c *row) keepViews(ctx context.Context, tx *db.Tx) error {
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return err
	}
	return c.keepPlace(ctx, tx, d)
}

// keepPlace is keepViews where the definitions are at hand.
func (c *row) keepPlace(ctx context.Context, tx *db.Tx, d *definitions) error {
	if !d.any {
		return nil
	}
	moved, err := c.place(ctx, tx, d, nil)
	_ = moved // whoever saves tells what he did; the live feed says with it where the row belongs
	return err
}

// beginning is called before a conversation is stored: whoever changes views meanwhile waits for it, so that it is seen by him or sees the change (see package view).
func beginning(ctx context.Context, tx *db.Tx) error {
	if !tx.Postgres() {
		return nil // there is one writer
	}
	if err := tx.Soon(ctx, `SELECT pg_advisory_xact_lock_shared(7340034)`); err != nil {
		return fmt.Errorf("hold views as they are: %w", err)
	}
	return nil
}

// place works out which views the conversation belongs to, all of them or only some, and writes what differs. It reports whether it moved into one or out of one.
func (c *row) place(ctx context.Context, tx *db.Tx, d *definitions, only []desk.ViewID) (moved bool, err error) {
	var now []member
	var moments map[desk.ViewID]desk.Time
	if shelf := c.Shelf(); shelf <= desk.ShelfSnoozed {
		full, err := c.asCase(ctx, tx, d)
		if err != nil {
			return false, err
		}
		now, moments = d.membersOf(full, tx.Now, only)
	}
	had, err := c.members(ctx, tx)
	if err != nil {
		return false, err
	}
	if only != nil {
		had = slices.DeleteFunc(had, func(m member) bool { return !slices.Contains(only, m.view) })
	}
	if moved, err = c.writeMembers(ctx, tx, had, now); err != nil {
		return moved, err
	}
	return moved, c.writeMoments(ctx, tx, moments, only)
}

// asCase adds what some view asks for beyond the row.
func (c *row) asCase(ctx context.Context, tx *db.Tx, d *definitions) (*condition.Case, error) {
	full := &condition.Case{Conversation: c.Conversation, ResolvedAt: c.resolvedAt, StatusAt: c.statusAt, SilentAt: c.silentAt}
	if d.asks.followers {
		var err error
		if full.Followers, err = agentsOf(ctx, tx, "follower", c.ID); err != nil {
			return nil, err
		}
	}
	if d.asks.linked {
		var err error
		if full.Linked, err = linkedWithin(ctx, tx, c.ID); err != nil {
			return nil, err
		}
	}
	if d.asks.reviews {
		var err error
		if full.Reviewers, err = reviewersOf(ctx, tx, c.ID); err != nil {
			return nil, err
		}
	}
	if d.asks.segments {
		var err error
		if full.Segments, err = segmentsOf(ctx, tx, c.Customer); err != nil {
			return nil, err
		}
	}
	if !d.asks.customer {
		return full, nil
	}
	var fields, house string
	err := tx.Row(ctx, `
		SELECT cu.language, cu.organisation, cu.fields, COALESCE(o.fields, '{}')
		FROM customer cu LEFT JOIN organisation o ON o.id = cu.member_of
		WHERE cu.id = $1`, c.Customer).Scan(&full.Of.Language, &full.Of.Organisation, &fields, &house)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("customer of conversation %s: %w", c.ID, err)
	}
	if full.Of.Fields, err = desk.ReadFieldValues(fields); err != nil {
		return nil, fmt.Errorf("customer of conversation %s: %w", c.ID, err)
	}
	if full.House, err = desk.ReadFieldValues(house); err != nil {
		return nil, fmt.Errorf("organisation of conversation %s: %w", c.ID, err)
	}
	return full, nil
}

// segmentsOf are the segments that a customer belongs to, as their members say.
func segmentsOf(ctx context.Context, tx *db.Tx, id desk.CustomerID) ([]desk.SegmentID, error) {
	rows, err := tx.Query(ctx, `SELECT segment FROM segment_member WHERE customer = $1 ORDER BY segment`, id)
	all, err := db.Rows(rows, err, scanID[desk.SegmentID])
	if err != nil {
		return nil, fmt.Errorf("segments of customer %s: %w", id, err)
	}
	return all, nil
}

// membersOf evaluates live views on a conversation.
func (d *definitions) membersOf(full *condition.Case, now desk.Time, only []desk.ViewID) (in []member, moments map[desk.ViewID]desk.Time) {
	shelf := full.Shelf()
	for _, v := range d.views {
		if v.cond == nil || !v.live() || !slices.Contains(v.shelves, shelf) || only != nil && !slices.Contains(only, v.id) {
			continue
		}
		holds, next := v.cond.Match(full, now)
		if next < desk.Never {
			if moments == nil {
				moments = map[desk.ViewID]desk.Time{}
			}
			moments[v.id] = next
		}
		if holds {
			in = append(in, member{v.id, v.sort.Key(v.sortAttr, full), full.Restricted, full.Inbox, full.Team, full.Assignee})
		}
	}
	return in, moments
}

func (c *row) members(ctx context.Context, tx *db.Tx) ([]member, error) {
	rows, err := tx.Query(ctx, `SELECT view, key, restricted, inbox, COALESCE(team, 0), COALESCE(assignee, 0) FROM view_member WHERE conversation = $1 ORDER BY view`, c.ID)
	had, err := db.Rows(rows, err, func(r *sql.Rows, m *member) error {
		return r.Scan(&m.view, &m.key, &m.restricted, &m.inbox, &m.team, &m.assignee)
	})
	if err != nil {
		return nil, fmt.Errorf("views of conversation %s: %w", c.ID, err)
	}
	return had, nil
}

func (c *row) writeMembers(ctx context.Context, tx *db.Tx, had, now []member) (moved bool, err error) {
	for _, m := range had {
		if slices.ContainsFunc(now, func(n member) bool { return n.view == m.view }) {
			continue
		}
		moved = true
		if _, err := tx.Exec(ctx, `DELETE FROM view_member WHERE conversation = $1 AND view = $2`, c.ID, m.view); err != nil {
			return moved, fmt.Errorf("take conversation %s out of view %s: %w", c.ID, m.view, err)
		}
	}
	for _, n := range now {
		i := slices.IndexFunc(had, func(m member) bool { return m.view == n.view })
		if i >= 0 && had[i] == n {
			continue
		}
		moved = moved || i < 0
		// A view that was deleted for good meanwhile takes nobody in.
		if _, err := tx.Exec(ctx, `
			INSERT INTO view_member (view, conversation, key, restricted, inbox, team, assignee)
			SELECT v.id, $2, $3, $4, $5, $6, $7 FROM saved_view v WHERE v.id = $1
			ON CONFLICT (conversation, view) DO UPDATE SET key = excluded.key, restricted = excluded.restricted, inbox = excluded.inbox, team = excluded.team,
				assignee = excluded.assignee`, n.view, c.ID, n.key, n.restricted, n.inbox, nullID(n.team), nullID(n.assignee)); err != nil {
			return moved, fmt.Errorf("put conversation %s into view %s: %w", c.ID, n.view, err)
		}
	}
	return moved, nil
}

func (c *row) writeMoments(ctx context.Context, tx *db.Tx, now map[desk.ViewID]desk.Time, only []desk.ViewID) error {
	type moment struct {
		view desk.ViewID
		at   desk.Time
	}
	rows, err := tx.Query(ctx, `SELECT view, at FROM view_moment WHERE conversation = $1`, c.ID)
	had, err := db.Rows(rows, err, func(r *sql.Rows, m *moment) error { return r.Scan(&m.view, &m.at) })
	if err != nil {
		return fmt.Errorf("moments of conversation %s: %w", c.ID, err)
	}
	left := map[desk.ViewID]desk.Time{}
	for _, m := range had {
		left[m.view] = m.at
		if _, still := now[m.view]; still || only != nil && !slices.Contains(only, m.view) {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM view_moment WHERE conversation = $1 AND view = $2`, c.ID, m.view); err != nil {
			return fmt.Errorf("forget a moment of conversation %s: %w", c.ID, err)
		}
	}
	views := make([]desk.ViewID, 0, len(now))
	for view := range now {
		views = append(views, view)
	}
	slices.Sort(views)
	for _, view := range views {
		if left[view] == now[view] {
			continue
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO view_moment (view, conversation, at) SELECT v.id, $2, $3 FROM saved_view v WHERE v.id = $1
			ON CONFLICT (conversation, view) DO UPDATE SET at = excluded.at`, view, c.ID, now[view]); err != nil {
			return fmt.Errorf("note a moment of conversation %s: %w", c.ID, err)
		}
		signalMoments(tx)
	}
	return nil
}

type momentsKey struct{}

func signalMoments(tx *db.Tx) {
	if tx.Value(momentsKey{}) != nil {
		return
	}
	tx.SetValue(momentsKey{}, true)
	tx.AfterCommit(func() { tx.DB().Signal(MomentsChanged) })
}

// NextMove is when time next moves a conversation between views, desk.Never where nothing is to come.
func (s *Service) NextMove(ctx context.Context, tx *db.Tx) (at desk.Time, err error) {
	if err := tx.Row(ctx, `SELECT COALESCE(MIN(at), $1) FROM view_moment`, desk.Never).Scan(&at); err != nil {
		return 0, fmt.Errorf("when conversations move: %w", err)
	}
	return at, nil
}

// MoveViews looks again at the conversations whose time has come, at most limit of them, and returns how many there were. Those that moved are told by desk.ViewMoved.
func (s *Service) MoveViews(ctx context.Context, tx *db.Tx, limit int) (int, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT conversation FROM (SELECT conversation FROM view_moment WHERE at <= $1 ORDER BY at, conversation LIMIT $2) due ORDER BY conversation`,
		tx.Now, limit)
	ids, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return 0, fmt.Errorf("who moves: %w", err)
	}
	return len(ids), replace(ctx, tx, ids)
}

// replace looks again at where conversations belong and tells of those that moved. ids are sorted: locks are taken in one order everywhere.
func replace(ctx context.Context, tx *db.Tx, ids []desk.ConversationID) error {
	for _, id := range ids {
		c, err := hold(ctx, tx, id)
		if err != nil {
			return err
		}
		d, err := definitionsOf(ctx, tx)
		if err != nil {
			return err
		}
		if c.ID != id { // it was merged into another: it is in no view
			if err := forget(ctx, tx, id); err != nil {
				return err
			}
		}
		moved, err := c.place(ctx, tx, d, nil)
		if err != nil {
			return err
		}
		if !moved {
			continue
		}
		if err := eventlog.Append(ctx, tx, c.event(desk.System, desk.ViewMoved, nil)); err != nil {
			return err
		}
	}
	return nil
}

// FollowCustomers looks again at the unfinished conversations of customers who were changed, where some view asks for what customers are: those after the given one, at
// most limit. It returns the last one looked at, 0 where none is left.
func (s *Service) FollowCustomers(ctx context.Context, tx *db.Tx, customers []desk.CustomerID, after desk.ConversationID, limit int) (desk.ConversationID, error) {
	d, err := definitionsOf(ctx, tx)
	if err != nil || !d.asks.customer && !d.asks.segments || len(customers) == 0 {
		return 0, err
	}
	var q query
	q.WriteString(`SELECT c.id FROM conversation c WHERE c.customer IN ` + list(&q, customers) + ` AND c.shelf IN (0, 1) AND c.id > ` + q.arg(int64(after)) +
		` ORDER BY c.id LIMIT ` + q.arg(limit))
	rows, err := tx.Query(ctx, q.String(), q.args...)
	ids, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return 0, fmt.Errorf("conversations of changed customers: %w", err)
	}
	if err := replace(ctx, tx, ids); err != nil || len(ids) < limit {
		return 0, err
	}
	return ids[len(ids)-1], nil
}

// PeopleOf are the customers of organisations, those after the given one, at most limit.
func (s *Service) PeopleOf(ctx context.Context, tx *db.Tx, organisations []desk.OrganisationID, after desk.CustomerID, limit int) ([]desk.CustomerID, error) {
	var q query
	q.WriteString(`SELECT id FROM customer WHERE member_of IN ` + list(&q, organisations) + ` AND id > ` + q.arg(int64(after)) + ` ORDER BY id LIMIT ` + q.arg(limit))
	rows, err := tx.Query(ctx, q.String(), q.args...)
	ids, err := db.Rows(rows, err, scanID[desk.CustomerID])
	if err != nil {
		return nil, fmt.Errorf("people of organisations: %w", err)
	}
	return ids, nil
}

// ViewsAskForCustomers reports whether some view looks at what customers or their organisations are.
func (s *Service) ViewsAskForCustomers(ctx context.Context, tx *db.Tx) (bool, error) {
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return false, err
	}
	return d.asks.customer || d.asks.segments, nil
}

// forget takes a conversation out of all views.
func forget(ctx context.Context, tx *db.Tx, id desk.ConversationID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM view_member WHERE conversation = $1`, id); err != nil {
		return fmt.Errorf("take conversation %s out of views: %w", id, err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM view_moment WHERE conversation = $1`, id); err != nil {
		return fmt.Errorf("forget moments of conversation %s: %w", id, err)
	}
	return nil
}
