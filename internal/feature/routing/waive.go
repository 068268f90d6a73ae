package routing

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/assign"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// WaitsMoved is the signal that something waits in a team of which what is required is waived earlier than was known.
const WaitsMoved = "distribution.waits"

// Waiving is a team that requires the customer's language or a skill of who is given something, until that is waived.
type Waiving struct {
	Team     desk.TeamID
	Minutes  int
	To       desk.Time // of waits that began up to then it is waived, and was told
	Language bool
	Types    []desk.TypeID // for which some skill is required
}

// Waivings are the teams that give out and require a language or a skill, by id.
func (s *Service) Waivings(ctx context.Context, tx *db.Tx) ([]Waiving, error) {
	asked, err := needs(ctx, tx, "need = $1", string(assign.Required))
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT team, waive_minutes, waived_to, speak = $1 FROM distribution WHERE method <> '' ORDER BY team`, string(assign.Required))
	all, err := db.Rows(rows, err, func(r *sql.Rows, w *Waiving) error { return r.Scan(&w.Team, &w.Minutes, &w.To, &w.Language) })
	if err != nil {
		return nil, fmt.Errorf("teams that require something: %w", err)
	}
	for i := range all {
		for _, n := range asked[all[i].Team] {
			all[i].Types = append(all[i].Types, n.Type)
		}
		all[i].Types = slices.Compact(all[i].Types) // they come by type
	}
	return slices.DeleteFunc(all, func(w Waiving) bool { return !w.Language && len(w.Types) == 0 }), nil
}

// Waive tells that what is required is waived of what has waited in a team since some time or longer. Of two nodes one does: who comes second finds it told.
func (s *Service) Waive(ctx context.Context, tx *db.Tx, w Waiving, since desk.Time) error {
	n, err := tx.Exec(ctx, `UPDATE distribution SET waived_to = $3 WHERE team = $1 AND waived_to = $2`, w.Team, w.To, since)
	if err != nil {
		return fmt.Errorf("waive what is required in team %s: %w", w.Team, err)
	}
	if n == 0 {
		return nil
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.System, Kind: desk.LanguageWaived, SubjectKind: desk.AboutTeam, Subject: int64(w.Team)})
}
