package field

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Bounds of checklists.
const (
	mostTemplates = 200
	MostChecks    = 100 // items of a checklist
)

// Templates returns all templates of checklists by name, also those that were archived.
func (s *Service) Templates(ctx context.Context, tx *db.Tx) ([]desk.ChecklistTemplate, error) {
	return Templates(ctx, tx)
}

// Templates is [Service.Templates].
func Templates(ctx context.Context, tx *db.Tx) ([]desk.ChecklistTemplate, error) {
	rows, err := tx.Query(ctx, `SELECT id, name, items, types, archived_at, version FROM checklist_template ORDER BY name, id`)
	list, err := db.Rows(rows, err, func(r *sql.Rows, t *desk.ChecklistTemplate) error {
		var items, types string
		if err := r.Scan(&t.ID, &t.Name, &items, &types, &t.ArchivedAt, &t.Version); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(items), &t.Items); err != nil {
			return fmt.Errorf("items of template %d: %w", t.ID, err)
		}
		if err := json.Unmarshal([]byte(types), &t.Types); err != nil {
			return fmt.Errorf("types of template %d: %w", t.ID, err)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load templates of checklists: %w", err)
	}
	return filled(list), nil
}

// TemplateEdit is what is said about a template.
type TemplateEdit struct {
	Version  int64            `json:"version,omitempty" doc:"The one that was seen; absent for a new template"`
	Name     string           `json:"name" minLength:"1" maxLength:"80"`
	Items    []desk.CheckWord `json:"items" minItems:"1" maxItems:"100"`
	Types    []desk.TypeID    `json:"types,omitempty" maxItems:"100"`
	Archived bool             `json:"archived,omitempty"`
}

// SaveTemplate makes a template, or replaces the one with an id. It refuses a stale version with desk.Conflict. Checklists that were made of it stay as they are.
func (s *Service) SaveTemplate(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.TemplateID, e TemplateEdit) (t desk.ChecklistTemplate, err error) {
	if err := tx.Lock(ctx, "checklist_template", 0); err != nil {
		return t, err
	}
	all, err := s.Templates(ctx, tx)
	if err != nil {
		return t, err
	}
	t = desk.ChecklistTemplate{ID: id}
	if id != 0 {
		i := slices.IndexFunc(all, func(t desk.ChecklistTemplate) bool { return t.ID == id })
		if i < 0 {
			return t, desk.Refuse(desk.NotFound, "no such template")
		}
		if t = all[i]; t.Version != e.Version {
			return t, desk.Stale{Current: t}.Refuse()
		}
	} else if len(all) >= mostTemplates {
		return t, desk.WhyEnough.Refuse(mostTemplates)
	}
	t.Name, t.Items, t.Types = db.Text(line(e.Name)), filled(e.Items), filled(slices.Compact(slices.Sorted(slices.Values(e.Types))))
	if t.Name == "" {
		return t, desk.WhyNeeded.At("body.name")
	}
	for i := range t.Items {
		if t.Items[i].Words = db.Text(line(t.Items[i].Words)); t.Items[i].Words == "" {
			return t, desk.WhyNeeded.At(fmt.Sprintf("body.items[%d].words", i))
		}
	}
	if err := exist(ctx, tx, desk.Field{Types: t.Types}); err != nil {
		return t, err
	}
	switch {
	case !e.Archived:
		t.ArchivedAt = 0
	case t.ArchivedAt == 0:
		t.ArchivedAt = tx.Now
	}
	items, err := json.Marshal(t.Items)
	if err != nil {
		return t, fmt.Errorf("items of template: %w", err)
	}
	types, err := json.Marshal(t.Types)
	if err != nil {
		return t, fmt.Errorf("types of template: %w", err)
	}
	text := `INSERT INTO checklist_template (name, items, types, archived_at, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id, version`
	args := []any{t.Name, string(items), string(types), t.ArchivedAt, tx.Now}
	if id != 0 {
		text = `UPDATE checklist_template SET name = $1, items = $2, types = $3, archived_at = $4, version = version + 1 WHERE id = $5 RETURNING id, version`
		args[4] = id
	}
	if err := tx.Row(ctx, text, args...).Scan(&t.ID, &t.Version); err != nil {
		return t, fmt.Errorf("save template: %w", err)
	}
	return t, told(ctx, tx, by, desk.TemplateUpdated, desk.AboutTemplate, int64(t.ID))
}
