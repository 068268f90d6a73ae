package routing

import (
	"context"
	"database/sql"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/engine/assign"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// WaitsMoved is the signal that something waits in a team whose language is waived earlier than was known.
const WaitsMoved = "distribution.waits"

// Waiving is a team that requires the customer's language of who is given something, until that is waived.
type Waiving struct {
	Team    desk.TeamID
	Minutes int
	To      desk.Time // of waits that began up to then it is waived, and was told
}

// Waivings are the teams that give out and require a language, by id.
func (s *Service) Waivings(ctx context.Context, tx *db.Tx) ([]Waiving, error) {
	rows, err := tx.Query(ctx, `SELECT team, waive_minutes, waived_to FROM distribution WHERE method <> '' AND speak = $1 ORDER BY team`, string(assign.Required))
	all, err := db.Rows(rows, err, func(r *sql.Rows, w *Waiving) error { return r.Scan(&w.Team, &w.Minutes, &w.To) })
	if err != nil {
		return nil, fmt.Errorf("teams that require a language: %w", err)
	}
	return all, nil
}

// Waive tells that the language is waived of what has waited in a team since some time or longer. Of two nodes one does: who comes second finds it told.
func (s *Service) Waive(ctx context.Context, tx *db.Tx, w Waiving, since desk.Time) error {
	n, err := tx.Exec(ctx, `UPDATE distribution SET waived_to = $3 WHERE team = $1 AND waived_to = $2`, w.Team, w.To, since)
	if err != nil {
		return fmt.Errorf("waive the language in team %s: %w", w.Team, err)
	}
	if n == 0 {
		return nil
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.System, Kind: desk.LanguageWaived, SubjectKind: desk.AboutTeam, Subject: int64(w.Team)})
}
