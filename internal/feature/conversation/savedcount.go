package conversation

import (
	"context"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// Tally is how many conversations a condition finds, up to CountCap.
type Tally struct {
	Count    int  `json:"count"`
	Capped   bool `json:"capped,omitempty" doc:"There are more"`
	Estimate bool `json:"estimate,omitempty" doc:"Judged by the latest ones: not all were looked at"`
}

// countSaved counts the members of a saved view that the scope's agent may see, up to limit; -1 for a view that is not counted all the time, since it looks through finished
// conversations.
func (s *Service) countSaved(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ViewID, limit int) (int, error) {
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return 0, err
	}
	v, err := d.view(id)
	if err != nil || v.cond == nil {
		return 0, err
	}
	if !v.live() {
		return -1, nil
	}
	filled, err := s.filled(ctx, tx, v)
	if err != nil {
		return 0, err
	}
	if !filled || !v.readable(scope.Agent) {
		f := finder{scope: scope, d: d, shelves: v.shelves, cond: v.cond.For(int64(scope.Agent))}
		return s.countLooking(ctx, tx, &f, nil, limit)
	}
	var q query
	q.WriteString(`SELECT count(*) FROM (SELECT 1 FROM ` + membersOf(&q, id))
	personal := v.shifts(scope.Agent)
	if personal && v.assignees(scope.Agent) == nil {
		q.WriteString(` JOIN conversation c ON c.id = m.id`)
	}
	q.WriteString(` WHERE ` + staff.Seen(scope, "m", q.arg))
	if personal {
		s.exactly(&q, tx, scope, v)
	}
	q.WriteString(` LIMIT ` + q.arg(limit) + `) few`)
	var n int
	if err := tx.Row(ctx, q.String(), q.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count view %s: %w", id, err)
	}
	return n, nil
}

// CountSaved counts a saved view, whatever it looks through. more is as in Ask.
func (s *Service) CountSaved(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ViewID, more func() bool) (Tally, error) {
	n, err := s.countSaved(ctx, tx, scope, id, CountCap+1)
	if err != nil || n >= 0 {
		return tally(n), err
	}
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return Tally{}, err
	}
	v, err := d.view(id)
	if err != nil {
		return Tally{}, err
	}
	return s.estimate(ctx, tx, &finder{scope: scope, d: d, shelves: v.shelves, cond: v.cond.For(int64(scope.Agent)), more: more})
}

// CountBy counts the conversations for which a condition holds and that the scope's agent may see.
func (s *Service) CountBy(ctx context.Context, tx *db.Tx, scope desk.Scope, in Ask) (Tally, error) {
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return Tally{}, err
	}
	in.Env.Me = int64(scope.Agent)
	cond, err := condition.Compile(d.registry, "body.condition", in.Condition, in.Env)
	if err != nil {
		return Tally{}, err
	}
	if len(in.Shelves) == 0 {
		in.Shelves = []desk.Shelf{desk.ShelfActive}
	}
	return s.estimate(ctx, tx, &finder{scope: scope, d: d, shelves: in.Shelves, cond: cond, more: in.More})
}

func tally(n int) Tally { return Tally{Count: min(n, CountCap), Capped: n > CountCap} }

// estimate counts window by window, the latest first, and judges the rest by what it saw where there is no time for all.
func (s *Service) estimate(ctx context.Context, tx *db.Tx, f *finder) (Tally, error) {
	f.sort = condition.Sort{By: "last", Desc: true}
	n, looked := 0, 0
	for {
		stop, err := s.windowEnd(ctx, tx, f)
		if err != nil {
			return Tally{}, err
		}
		more, err := s.countLooking(ctx, tx, f, stop, CountCap+1)
		if err != nil {
			return Tally{}, err
		}
		n += more
		if stop == nil || n > CountCap {
			return tally(n), nil
		}
		looked += window
		f.after = stop
		if f.more != nil && !f.more() {
			var all int
			var q query
			q.WriteString(`SELECT COUNT(*) FROM conversation WHERE shelf IN ` + onShelves(&q, f.shelves))
			if err := tx.Row(ctx, q.String(), q.args...).Scan(&all); err != nil {
				return Tally{}, fmt.Errorf("count conversations: %w", err)
			}
			t := tally(int(float64(n) * float64(max(all, looked)) / float64(looked)))
			t.Estimate = true
			return t, nil
		}
	}
}

// countLooking counts the conversations of a finder behind its place and up to another.
func (s *Service) countLooking(ctx context.Context, tx *db.Tx, f *finder, stop *Place, limit int) (int, error) {
	var q query
	belongs := func(q *query) (exact bool) {
		q.WriteString(` FROM conversation c WHERE c.shelf IN ` + onShelves(q, f.shelves))
		text, exact := f.cond.SQL(q, tx.Postgres(), tx.Now)
		q.WriteString(" AND " + text + " AND " + q.visible(f.scope))
		if f.after != nil {
			fmt.Fprintf(q, " AND (c.last_at, c.id) < (%s, %s)", q.arg(f.after.Int), q.arg(int64(f.after.ID)))
		}
		if stop != nil {
			fmt.Fprintf(q, " AND (c.last_at, c.id) >= (%s, %s)", q.arg(stop.Int), q.arg(int64(stop.ID)))
		}
		return exact
	}
	if exact := belongs(&q); exact {
		var n int
		text := "SELECT count(*) FROM (SELECT 1" + q.String() + " LIMIT " + q.arg(limit) + ") few"
		if err := tx.Row(ctx, text, q.args...).Scan(&n); err != nil {
			return 0, fmt.Errorf("count conversations: %w", err)
		}
		return n, nil
	}
	rows, err := tx.Query(ctx, "SELECT "+rowColumns+q.String(), q.args...)
	found, err := scanRows(rows, err)
	if err != nil {
		return 0, fmt.Errorf("count conversations: %w", err)
	}
	n, asking := 0, f.d.asking(f.cond)
	for _, c := range found {
		full, err := c.asCase(ctx, tx, asking)
		if err != nil {
			return 0, err
		}
		if holds, _ := f.cond.Match(full, tx.Now); holds {
			n++
		}
		if n >= limit {
			break
		}
	}
	return n, nil
}
