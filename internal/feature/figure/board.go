package figure

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/figure"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// standing counts what is unfinished of conversations c as it stands: how many there are, in how many a customer waits and since when at longest, how many are late, and when the others are due.
func (w *where) standing(now desk.Time) string {
	at := w.arg(now)
	return "COUNT(*), COALESCE(SUM(CASE WHEN c.waiting_since > 0 THEN 1 ELSE 0 END), 0), COALESCE(MIN(CASE WHEN c.waiting_since > 0 THEN c.waiting_since END), 0), " +
		"COALESCE(SUM(CASE WHEN c.due_at <= " + at + " THEN 1 ELSE 0 END), 0), " +
		"COALESCE(MIN(CASE WHEN c.due_at > " + at + " THEN c.due_at END), " + w.arg(desk.Never) + "), COALESCE(MIN(CASE WHEN c.due_at > " + at + " THEN c.due_soon_at END), " + w.arg(desk.Never) + ")"
}

func standing(q *figure.Queue) []any {
	return []any{&q.Open, &q.Waiting, &q.Since, &q.Late, &q.Due, &q.Soon}
}

// Queues are what is unfinished, by team, in no order; without names. A team of which nothing is unfinished is not among them.
func (s *Service) Queues(ctx context.Context, tx *db.Tx, scope desk.Scope) ([]figure.Queue, error) {
	var w where
	query := "SELECT COALESCE(c.team, 0) AS grp, " + w.standing(tx.Now) + " FROM conversation c WHERE c.shelf IN (0, 1) AND " + staff.Seen(scope, "c", w.arg) + " GROUP BY grp"
	rows, err := tx.Query(ctx, query, w.args...)
	all, err := db.Rows(rows, err, func(r *sql.Rows, q *figure.Queue) error { return r.Scan(append([]any{&q.Team}, standing(q)...)...) })
	if err != nil {
		return nil, fmt.Errorf("count queues: %w", err)
	}
	return all, nil
}

// Complaints is what is unfinished of the types of complaints, and has to be seen to by some time.
func (s *Service) Complaints(ctx context.Context, tx *db.Tx, scope desk.Scope) (q figure.Queue, err error) {
	var w where
	query := "SELECT " + w.standing(tx.Now) + " FROM conversation c WHERE c.type_id IN (SELECT id FROM conversation_type WHERE kind = " + w.arg(string(desk.Complaint)) +
		") AND c.shelf IN (0, 1) AND c.due_at < " + w.arg(desk.Never) + " AND " + staff.Seen(scope, "c", w.arg)
	if err := tx.Row(ctx, query, w.args...).Scan(standing(&q)...); err != nil {
		return q, fmt.Errorf("count complaints: %w", err)
	}
	return q, nil
}

// FirstAnswers are how long customers waited for the first answer of a person, of those that got it in the span, by the clock: from what a customer wrote first.
func (s *Service) FirstAnswers(ctx context.Context, tx *db.Tx, scope desk.Scope, span Span) ([]time.Duration, error) {
	var w where
	query := "SELECT c.first_answer_at, (SELECT MIN(m.at) FROM message m WHERE m.conversation = c.id AND m.kind = 'incoming') AS asked" + span.from(figure.Answered) +
		w.condition(figure.Answered, &span) + " AND c.last_incoming > 0 AND " + staff.Seen(scope, "c", w.arg)
	rows, err := tx.Query(ctx, query, w.args...)
	var all []time.Duration
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var answered desk.Time
		var asked sql.NullInt64
		if err := r.Scan(&answered, &asked); err != nil {
			return err
		}
		if at := desk.Time(asked.Int64); asked.Valid && at <= answered {
			all = append(all, answered.Sub(at))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("how long first answers took: %w", err)
	}
	return all, nil
}

// OnFirstContact are how many became finished in the span, and of how many of them one answer was enough.
func (s *Service) OnFirstContact(ctx context.Context, tx *db.Tx, scope desk.Scope, span Span) (resolved, once int64, err error) {
	err = s.groups(ctx, tx, scope, figure.Resolved, &span, "SUM(CASE WHEN "+onceAnswered+" THEN 1 ELSE 0 END)", func(_ string, count, first int64) {
		resolved, once = resolved+count, once+first
	})
	return resolved, once, err
}

// Chosen counts the options of a field of what began since some time and is neither spam nor in the trash. Options that were merged into others count as those.
func (s *Service) Chosen(ctx context.Context, tx *db.Tx, scope desk.Scope, f *desk.Field, since desk.Time) ([]figure.Share, error) {
	var w where
	query := "SELECT c.fields FROM conversation c WHERE c.shelf IN (0, 1, 2) AND c.last_at >= " + w.arg(since) + " AND c.created_at >= " + w.arg(since) +
		" AND c.fields LIKE " + w.arg(`%"`+f.ID.String()+`":%`) + " AND " + staff.Seen(scope, "c", w.arg)
	rows, err := tx.Query(ctx, query, w.args...)
	counts := map[desk.OptionID]int64{}
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var column string
		if err := r.Scan(&column); err != nil {
			return err
		}
		values, err := desk.ReadFieldValues(column)
		if err != nil {
			return err
		}
		for _, id := range values[f.ID].IDs {
			counts[f.Meant(desk.OptionID(id))]++
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count what was chosen of field %s: %w", f.ID, err)
	}
	shares := []figure.Share{}
	for id, n := range counts {
		if o, ok := f.Option(id); ok {
			shares = append(shares, figure.Share{Name: o.Name, Count: n})
		}
	}
	return shares, nil
}
