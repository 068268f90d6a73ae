// Package wallboard owns screens on a wall: the table wallboard. What they show is read elsewhere.
package wallboard

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
	"tellus/internal/platform/secret"
)

// Service is the feature. Its zero value is ready.
type Service struct{}

// mostBoards is how many a desk has.
const mostBoards = 100

func (s *Service) load(ctx context.Context, tx *db.Tx, where string, args ...any) ([]desk.Wallboard, error) {
	rows, err := tx.Query(ctx, `SELECT id, name, teams, zone, language, theme, COALESCE(field, 0), CASE WHEN link IS NULL THEN 0 ELSE link_at END, version FROM wallboard WHERE `+where+` ORDER BY name_key`, args...)
	all, err := db.Rows(rows, err, func(r *sql.Rows, to *desk.Wallboard) error {
		var teams string
		if err := r.Scan(&to.ID, &to.Name, &teams, &to.Zone, &to.Language, &to.Theme, &to.Field, &to.LinkAt, &to.Version); err != nil {
			return err
		}
		return json.Unmarshal([]byte(teams), &to.Teams)
	})
	if err != nil {
		return nil, fmt.Errorf("load wallboards: %w", err)
	}
	return slices.Concat([]desk.Wallboard{}, all), nil
}

// All returns all of them by name.
func (s *Service) All(ctx context.Context, tx *db.Tx) ([]desk.Wallboard, error) {
	return s.load(ctx, tx, "TRUE")
}

// Get returns one; desk.NotFound where there is none.
func (s *Service) Get(ctx context.Context, tx *db.Tx, id desk.WallboardID) (desk.Wallboard, error) {
	return only(s.load(ctx, tx, "id = $1", id))
}

// Linked returns the one that a link's secret leads to; desk.NotFound where it leads to none any more.
func (s *Service) Linked(ctx context.Context, tx *db.Tx, token string) (desk.Wallboard, error) {
	return only(s.load(ctx, tx, "link = $1", secret.HashToken(token)))
}

func only(all []desk.Wallboard, err error) (desk.Wallboard, error) {
	if err != nil {
		return desk.Wallboard{}, err
	}
	if len(all) == 0 {
		return desk.Wallboard{}, desk.Refuse(desk.NotFound, "there is no such wallboard")
	}
	return all[0], nil
}

// Create adds a board without a link.
func (s *Service) Create(ctx context.Context, tx *db.Tx, e desk.WallboardEdit) (desk.Wallboard, error) {
	teams, err := s.check(ctx, tx, &e, desk.WallboardEdit{})
	if err != nil {
		return desk.Wallboard{}, err
	}
	var n int
	if err := tx.Row(ctx, `SELECT count(*) FROM wallboard`).Scan(&n); err != nil {
		return desk.Wallboard{}, fmt.Errorf("count wallboards: %w", err)
	}
	if n >= mostBoards {
		return desk.Wallboard{}, desk.WhyEnough.Refuse(mostBoards)
	}
	var id desk.WallboardID
	if err := unique(ctx, tx, func() error {
		return tx.Row(ctx, `INSERT INTO wallboard (name, name_key, teams, zone, language, theme, field, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
			e.Name, language.Fold(e.Name), teams, e.Zone, e.Language, e.Theme, orNull(e.Field), tx.Now).Scan(&id)
	}); err != nil {
		return desk.Wallboard{}, err
	}
	return s.Get(ctx, tx, id)
}

// Change replaces what a board shows; its link stays. It refuses a stale version with desk.Conflict.
func (s *Service) Change(ctx context.Context, tx *db.Tx, id desk.WallboardID, e desk.WallboardEdit) (desk.Wallboard, error) {
	if err := tx.Lock(ctx, "wallboard", int64(id)); err != nil {
		return desk.Wallboard{}, err
	}
	now, err := s.Get(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if now.Version != e.Version {
		return now, desk.Stale{Current: now}.Refuse()
	}
	teams, err := s.check(ctx, tx, &e, now.WallboardEdit)
	if err != nil {
		return now, err
	}
	if err := unique(ctx, tx, func() error {
		_, err := tx.Exec(ctx, `UPDATE wallboard SET name = $2, name_key = $3, teams = $4, zone = $5, language = $6, theme = $7, field = $8, version = version + 1 WHERE id = $1`,
			id, e.Name, language.Fold(e.Name), teams, e.Zone, e.Language, e.Theme, orNull(e.Field))
		return err
	}); err != nil {
		return now, err
	}
	return s.Get(ctx, tx, id)
}

// Delete removes a board; its link leads nowhere from then on.
func (s *Service) Delete(ctx context.Context, tx *db.Tx, id desk.WallboardID) (desk.Wallboard, error) {
	now, err := s.Get(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM wallboard WHERE id = $1`, id); err != nil {
		return now, fmt.Errorf("delete wallboard %s: %w", id, err)
	}
	return now, nil
}

// Link gives a board a new link, and returns its secret, which is not kept; the one before leads nowhere from then on.
func (s *Service) Link(ctx context.Context, tx *db.Tx, id desk.WallboardID) (desk.Wallboard, string, error) {
	token, hash := secret.NewToken()
	b, err := s.link(ctx, tx, id, hash, tx.Now)
	return b, token, err
}

// Unlink takes a board's link away.
func (s *Service) Unlink(ctx context.Context, tx *db.Tx, id desk.WallboardID) (desk.Wallboard, error) {
	return s.link(ctx, tx, id, nil, 0)
}

func (s *Service) link(ctx context.Context, tx *db.Tx, id desk.WallboardID, hash []byte, at desk.Time) (desk.Wallboard, error) {
	if _, err := tx.Exec(ctx, `UPDATE wallboard SET link = $2, link_at = $3 WHERE id = $1`, id, hash, at); err != nil {
		return desk.Wallboard{}, fmt.Errorf("link of wallboard %s: %w", id, err)
	}
	return s.Get(ctx, tx, id)
}

// check brings a board into the form in which it is kept, and returns its teams as the column holds them. A team or a field that is no more may stay where it is, in had, and cannot be chosen.
func (s *Service) check(ctx context.Context, tx *db.Tx, e *desk.WallboardEdit, had desk.WallboardEdit) (string, error) {
	if e.Name = strings.Join(strings.Fields(e.Name), " "); e.Name == "" {
		return "", desk.WhyNeeded.At("body.name")
	}
	if _, err := time.LoadLocation(e.Zone); err != nil || e.Zone == "" || e.Zone == "Local" {
		return "", desk.WhyZone.At("body.zone")
	}
	rows, err := tx.Query(ctx, `SELECT id FROM team`)
	there, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.TeamID) error { return r.Scan(id) })
	if err != nil {
		return "", fmt.Errorf("teams of a wallboard: %w", err)
	}
	slices.Sort(e.Teams)
	e.Teams = slices.Compact(e.Teams)
	for _, t := range e.Teams {
		if !slices.Contains(there, t) && !slices.Contains(had.Teams, t) {
			return "", desk.RefuseField(desk.Invalid, "body.teams", "there is no team %s", t)
		}
	}
	if err := s.checkField(ctx, tx, e.Field, had.Field); err != nil {
		return "", err
	}
	teams, err := json.Marshal(slices.Concat([]desk.TeamID{}, e.Teams))
	if err != nil {
		return "", fmt.Errorf("keep wallboard: %w", err)
	}
	return string(teams), nil
}

func (s *Service) checkField(ctx context.Context, tx *db.Tx, id, had desk.FieldID) error {
	if id == 0 || id == had {
		return nil
	}
	all, err := field.All(ctx, tx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(f desk.Field) bool { return f.ID == id && Shows(&f) }) {
		return desk.RefuseField(desk.Invalid, "body.field", "only a field of choice or a tree of conversations can be counted, and none about a person")
	}
	return nil
}

// Shows reports whether a board may count a field: one of conversations with options, in use, and not about a person.
func Shows(f *desk.Field) bool {
	return f.Target == desk.OnConversation && (f.Kind == desk.ChoiceField || f.Kind == desk.TreeField) && !f.Personal && f.ArchivedAt == 0
}

func orNull(id desk.FieldID) any {
	if id == 0 {
		return nil
	}
	return id
}

func unique(ctx context.Context, tx *db.Tx, do func() error) error {
	err := tx.Savepoint(ctx, do) // a unique violation would spoil the whole transaction on PostgreSQL
	if db.IsUnique(err) {
		return desk.WhyNameTaken.At("body.name")
	}
	if err != nil {
		return fmt.Errorf("keep wallboard: %w", err)
	}
	return nil
}
