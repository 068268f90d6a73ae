package figure

import (
	"context"
	"database/sql"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/engine/figure"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// Came is what of the conversations that began counts; the zero value for all.
type Came struct {
	Channel desk.ChannelKind
	Team    desk.TeamID
}

// Quarters counts the conversations that began in a span and in which the customer wrote, by the quarter of an hour (figure.Week).
func (s *Service) Quarters(ctx context.Context, tx *db.Tx, scope desk.Scope, span Span, of Came) (map[int64]int64, error) {
	var w where
	query := "SELECT c.created_at / " + w.arg(figure.Quarter.Microseconds()) + " AS quarter, COUNT(*)" + span.from(figure.Received) + w.condition(figure.Received, &span) + " AND " + staff.Seen(scope, "c", w.arg)
	if of.Channel != "" {
		query += " AND c.channel = " + w.arg(of.Channel)
	}
	if of.Team != 0 {
		query += " AND c.team = " + w.arg(of.Team)
	}
	quarters := map[int64]int64{}
	rows, err := tx.Query(ctx, query+" GROUP BY quarter", w.args...)
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var q, n int64
		err := r.Scan(&q, &n)
		quarters[q] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count what came by the hour: %w", err)
	}
	return quarters, nil
}
