package conversation

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Tags returns all tags by name.
func (s *Service) Tags(ctx context.Context, tx *db.Tx) ([]desk.Tag, error) {
	rows, err := tx.Query(ctx, `SELECT id, name, colour, version FROM tag ORDER BY name_key`)
	list, err := db.Rows(rows, err, func(r *sql.Rows, t *desk.Tag) error { return r.Scan(&t.ID, &t.Name, &t.Colour, &t.Version) })
	if err != nil {
		return nil, fmt.Errorf("load tags: %w", err)
	}
	return some(list), nil
}

// Tag returns a tag and holds it until the transaction ends.
func (s *Service) Tag(ctx context.Context, tx *db.Tx, id desk.TagID) (desk.Tag, error) {
	t := desk.Tag{ID: id}
	if err := tx.Lock(ctx, "tag", int64(id)); err != nil {
		return t, err
	}
	found, err := oneOf(tx.Row(ctx, `SELECT name, colour, version FROM tag WHERE id = $1`, id).Scan(&t.Name, &t.Colour, &t.Version))
	if err != nil {
		return t, fmt.Errorf("load tag %d: %w", id, err)
	}
	if !found {
		return t, desk.Refuse(desk.NotFound, "no such tag")
	}
	return t, nil
}

// SaveTag makes a tag, or changes the one with t.ID. It refuses a stale version with desk.Conflict.
func (s *Service) SaveTag(ctx context.Context, tx *db.Tx, by desk.Actor, t desk.Tag) (desk.Tag, error) {
	t.Name = strings.Join(strings.Fields(db.Text(t.Name)), " ")
	if t.Name == "" {
		return t, desk.WhyNeeded.At("body.name")
	}
	if t.Colour == "" {
		t.Colour = "grey"
	}
	if t.ID != 0 {
		now, err := s.Tag(ctx, tx, t.ID)
		if err != nil {
			return t, err
		}
		if now.Version != t.Version {
			return now, desk.Stale{Current: now}.Refuse()
		}
	}
	key := language.Fold(t.Name)
	var taken bool
	if err := tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM tag WHERE name_key = $1 AND id <> $2)`, key, t.ID).Scan(&taken); err != nil {
		return t, fmt.Errorf("is tag taken: %w", err)
	}
	if taken {
		return t, desk.WhyNameTaken.At("body.name")
	}
	text := `INSERT INTO tag (name, name_key, colour) VALUES ($1, $2, $3) ON CONFLICT (name_key) DO UPDATE SET name = excluded.name, version = tag.version + 1 RETURNING id, version`
	args := []any{t.Name, key, t.Colour}
	if t.ID != 0 {
		text = `UPDATE tag SET name = $1, name_key = $2, colour = $3, version = version + 1 WHERE id = $4 RETURNING id, version`
		args = append(args, t.ID)
	}
	found, err := oneOf(tx.Row(ctx, text, args...).Scan(&t.ID, &t.Version))
	if err != nil {
		return t, fmt.Errorf("save tag: %w", err)
	}
	if !found {
		return t, desk.Refuse(desk.NotFound, "no such tag")
	}
	return t, eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.TagUpdated, SubjectKind: desk.AboutTag, Subject: int64(t.ID)})
}

// DeleteTag removes a tag that no conversation carries; desk.Invalid says that some do.
func (s *Service) DeleteTag(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.TagID) error {
	var used int
	if err := tx.Row(ctx, `SELECT count(*) FROM (SELECT 1 FROM conversation_tag WHERE tag = $1 LIMIT 1000) few`, id).Scan(&used); err != nil {
		return fmt.Errorf("is tag used: %w", err)
	}
	if used > 0 {
		return desk.WhyTagUsed.Refuse().With(map[string]any{"conversations": used})
	}
	n, err := tx.Exec(ctx, `DELETE FROM tag WHERE id = $1`, id)
	if err != nil {
		return fmt.Errorf("delete tag: %w", err)
	}
	if n == 0 {
		return desk.Refuse(desk.NotFound, "no such tag")
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.TagUpdated, SubjectKind: desk.AboutTag, Subject: int64(id)})
}
