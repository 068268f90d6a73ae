package conversation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Filling is how far the members of a saved view were found.
type Filling struct {
	Done   bool  `json:"done" doc:"The view's list and count come from its members; until then they are looked up, which is slower"`
	Looked int64 `json:"looked" doc:"Conversations looked at"`
	Total  int64 `json:"total" doc:"Of so many, about"`
}

// Fill looks at the next conversations, at most limit of them, for a view whose members are not found yet, and reports how far it is. A view that was deleted is done.
func (s *Service) Fill(ctx context.Context, tx *db.Tx, view desk.ViewID, limit int) (f Filling, err error) {
	if err := tx.Lock(ctx, "saved_view", int64(view)); err != nil {
		return f, err
	}
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return f, err
	}
	v := d.byID[view]
	if v == nil {
		if _, err := tx.Exec(ctx, `DELETE FROM view_fill WHERE view = $1`, view); err != nil {
			return f, fmt.Errorf("forget view %s: %w", view, err)
		}
		return Filling{Done: true}, s.dropMembers(ctx, tx, view)
	}
	reached, f, err := s.beginFill(ctx, tx, v)
	if err != nil || f.Done {
		return f, err
	}
	if !v.live() || v.cond == nil {
		if err := s.dropMembers(ctx, tx, view); err != nil {
			return f, err
		}
		return s.endFill(ctx, tx, v, f)
	}
	rows, err := tx.Query(ctx, `
		SELECT id FROM conversation
		WHERE shelf IN (0, 1) AND id > $1
		ORDER BY id
		LIMIT $2`, reached, limit)
	ids, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return f, fmt.Errorf("fill view %s: %w", view, err)
	}
	for _, id := range ids {
		c, err := hold(ctx, tx, id)
		if err != nil {
			return f, err
		}
		if _, err := c.place(ctx, tx, d, []desk.ViewID{view}); err != nil {
			return f, err
		}
	}
	f.Looked += int64(len(ids))
	if len(ids) < limit {
		return s.endFill(ctx, tx, v, f)
	}
	if _, err := tx.Exec(ctx, `UPDATE view_fill SET reached = $2, looked = $3 WHERE view = $1`, view, ids[len(ids)-1], f.Looked); err != nil {
		return f, fmt.Errorf("fill view %s: %w", view, err)
	}
	return f, nil
}

// beginFill finds out where filling stands. It begins anew where the view's content changed.
func (s *Service) beginFill(ctx context.Context, tx *db.Tx, v *savedView) (reached desk.ConversationID, f Filling, err error) {
	var content int64
	var finished desk.Time
	err = tx.Row(ctx, `SELECT content, reached, looked, total, finished_at FROM view_fill WHERE view = $1`, v.id).Scan(&content, &reached, &f.Looked, &f.Total, &finished)
	if err == nil && content == v.content {
		f.Done = finished != 0
		return reached, f, nil
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, f, fmt.Errorf("how far view %s is: %w", v.id, err)
	}
	f = Filling{}
	if err := tx.Row(ctx, `SELECT COUNT(*) FROM conversation WHERE shelf IN (0, 1)`).Scan(&f.Total); err != nil {
		return 0, f, fmt.Errorf("count unfinished conversations: %w", err)
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO view_fill (view, content, total) VALUES ($1, $2, $3)
		ON CONFLICT (view) DO UPDATE SET content = excluded.content, reached = 0, looked = 0, total = excluded.total, finished_at = 0`,
		v.id, v.content, f.Total); err != nil {
		return 0, f, fmt.Errorf("begin to fill view %s: %w", v.id, err)
	}
	return 0, f, nil
}

func (s *Service) endFill(ctx context.Context, tx *db.Tx, v *savedView, f Filling) (Filling, error) {
	f.Done = true
	if _, err := tx.Exec(ctx, `UPDATE view_fill SET finished_at = $2, looked = $3 WHERE view = $1`, v.id, tx.Now, f.Looked); err != nil {
		return f, fmt.Errorf("finish view %s: %w", v.id, err)
	}
	return f, nil
}

// dropMembers empties a view whose members are not kept any more.
func (s *Service) dropMembers(ctx context.Context, tx *db.Tx, view desk.ViewID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM view_member WHERE view = $1`, view); err != nil {
		return fmt.Errorf("empty view %s: %w", view, err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM view_moment WHERE view = $1`, view); err != nil {
		return fmt.Errorf("empty view %s: %w", view, err)
	}
	return nil
}

// Fillings are how far all saved views are, by view.
func (s *Service) Fillings(ctx context.Context, tx *db.Tx) (map[desk.ViewID]Filling, error) {
	type line struct {
		view    desk.ViewID
		current bool
		Filling
	}
	rows, err := tx.Query(ctx, `
		SELECT v.id, COALESCE(f.content, 0) = v.content, COALESCE(f.finished_at, 0) > 0, COALESCE(f.looked, 0), COALESCE(f.total, 0)
		FROM saved_view v LEFT JOIN view_fill f ON f.view = v.id
		WHERE v.deleted_at = 0`)
	lines, err := db.Rows(rows, err, func(r *sql.Rows, l *line) error { return r.Scan(&l.view, &l.current, &l.Done, &l.Looked, &l.Total) })
	if err != nil {
		return nil, fmt.Errorf("how far views are: %w", err)
	}
	all := map[desk.ViewID]Filling{}
	for _, l := range lines {
		if !l.current {
			l.Filling = Filling{}
		}
		all[l.view] = l.Filling
	}
	return all, nil
}

// filled reports whether a view's members are all found.
func (s *Service) filled(ctx context.Context, tx *db.Tx, v *savedView) (done bool, err error) {
	err = tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM view_fill WHERE view = $1 AND content = $2 AND finished_at > 0)`, v.id, v.content).Scan(&done)
	if err != nil {
		return false, fmt.Errorf("is view %s filled: %w", v.id, err)
	}
	return done, nil
}
