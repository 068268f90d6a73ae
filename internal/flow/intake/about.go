package intake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// InboxOf tells in which inbox an arrival came in, or refuses with desk.NotFound.
func (*Intake) InboxOf(ctx context.Context, tx *db.Tx, id desk.ArrivalID) (desk.InboxID, error) {
	var in desk.InboxID
	err := tx.Row(ctx, `SELECT inbox FROM arrival WHERE id = $1`, id).Scan(&in)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, desk.Refuse(desk.NotFound, "no arrival %s", id)
	}
	if err != nil {
		return 0, fmt.Errorf("inbox of arrival %s: %w", id, err)
	}
	return in, nil
}
