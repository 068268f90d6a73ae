// Package field owns what a company defines beyond the product: custom fields, types of conversations and checklists to be used in them. Values lie
// with what they belong to; this package never writes there.
package field

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	rules "tellus/internal/engine/field"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Service is the feature. Its zero value works.
type Service struct{}

// mostFields is how many fields a target has, those that were archived included.
const mostFields = 200

const selectField = `
	SELECT id, target, key, name, hint, kind, form, options, types, inboxes, required, personal, position, archived_at, version, next_option
	FROM field`

func scan(s interface{ Scan(...any) error }, f *desk.Field, next *desk.OptionID) error {
	var form, options, types, inboxes string
	if err := s.Scan(&f.ID, &f.Target, &f.Key, &f.Name, &f.Hint, &f.Kind, &form, &options, &types, &inboxes, &f.Required, &f.Personal, &f.Position, &f.ArchivedAt, &f.Version, next); err != nil {
		return err
	}
	for text, into := range map[string]any{form: &f.Form, options: &f.Options, types: &f.Types, inboxes: &f.Inboxes} {
		if into == &f.Form && text == "{}" || into != &f.Form && text == "[]" {
			continue
		}
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return fmt.Errorf("field %s: %w", f.ID, err)
		}
	}
	f.Options, f.Types, f.Inboxes = filled(f.Options), filled(f.Types), filled(f.Inboxes)
	return nil
}

func filled[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// All returns all fields, also those that were archived, in their order.
func (s *Service) All(ctx context.Context, tx *db.Tx) ([]desk.Field, error) { return All(ctx, tx) }

// All is [Service.All]. Other features need definitions and nothing else, so it wants no service.
func All(ctx context.Context, tx *db.Tx) ([]desk.Field, error) {
	rows, err := tx.Query(ctx, selectField+` ORDER BY position, id`)
	list, err := db.Rows(rows, err, func(r *sql.Rows, f *desk.Field) error { return scan(r, f, new(desk.OptionID)) })
	if err != nil {
		return nil, fmt.Errorf("load fields: %w", err)
	}
	return filled(list), nil
}

// Of returns the fields of a target that are not archived.
func Of(ctx context.Context, tx *db.Tx, target desk.FieldTarget) ([]desk.Field, error) {
	all, err := All(ctx, tx)
	return slices.DeleteFunc(all, func(f desk.Field) bool { return f.Target != target || f.ArchivedAt != 0 }), err
}

// Get returns a field.
func (s *Service) Get(ctx context.Context, tx *db.Tx, id desk.FieldID) (desk.Field, error) {
	f, _, err := load(ctx, tx, id)
	return f, err
}

func load(ctx context.Context, tx *db.Tx, id desk.FieldID) (f desk.Field, next desk.OptionID, err error) {
	err = scan(tx.Row(ctx, selectField+` WHERE id = $1`, id), &f, &next)
	if errors.Is(err, sql.ErrNoRows) {
		return f, next, desk.Refuse(desk.NotFound, "no such field")
	}
	if err != nil {
		return f, next, fmt.Errorf("load field %s: %w", id, err)
	}
	return f, next, nil
}

// Edit is what is said about a field. Target, key and kind count when it is made, and stay.
type Edit struct {
	Version  int64              `json:"version,omitempty" doc:"The one that was seen; absent for a new field"`
	Target   desk.FieldTarget   `json:"target,omitempty" enum:",conversation,customer,organisation"`
	Key      string             `json:"key,omitempty" maxLength:"40" pattern:"^$|^[a-z][a-z0-9_]*$" doc:"Made from the name where it is absent"`
	Name     string             `json:"name" minLength:"1" maxLength:"80"`
	Hint     string             `json:"hint,omitempty" maxLength:"300"`
	Kind     desk.FieldKind     `json:"kind,omitempty" enum:",text,number,money,date,choice,tree,yes_no,people"`
	Form     desk.FieldForm     `json:"form,omitempty"`
	Options  []desk.FieldOption `json:"options,omitempty" maxItems:"500" doc:"All of them in their order; one that is left out is archived. A new one has the id 0, or a negative one by which other new options name it as their parent"`
	Types    []desk.TypeID      `json:"types,omitempty" maxItems:"100"`
	Inboxes  []desk.InboxID     `json:"inboxes,omitempty" maxItems:"500"`
	Required bool               `json:"required,omitempty"`
	Personal bool               `json:"personal,omitempty"`
	Archived bool               `json:"archived,omitempty"`
}

// Create makes a field, behind those of its target.
func (s *Service) Create(ctx context.Context, tx *db.Tx, by desk.Actor, e Edit) (desk.Field, error) {
	f := desk.Field{Target: e.Target, Kind: e.Kind}
	if f.Target == "" {
		f.Target = desk.OnConversation
	}
	e.put(&f)
	f, next, err := rules.Define(f, nil, 1)
	if err != nil {
		return f, err
	}
	if err := exist(ctx, tx, f); err != nil {
		return f, err
	}
	if err := tx.Lock(ctx, "field", 0); err != nil {
		return f, err
	}
	var count int
	if err := tx.Row(ctx, `SELECT count(*), COALESCE(max(position), 0) + 1 FROM field WHERE target = $1`, f.Target).Scan(&count, &f.Position); err != nil {
		return f, fmt.Errorf("count fields: %w", err)
	}
	if count >= mostFields {
		return f, desk.WhyEnough.Refuse(mostFields)
	}
	if f.Key, err = freeKey(ctx, tx, f.Target, e.Key, f.Name); err != nil {
		return f, err
	}
	if e.Archived {
		f.ArchivedAt = tx.Now
	}
	form, options, types, inboxes, err := columns(f)
	if err != nil {
		return f, err
	}
	err = tx.Row(ctx, `
		INSERT INTO field (target, key, name, hint, kind, form, options, next_option, types, inboxes, required, personal, position, created_at, archived_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		RETURNING id, version`, f.Target, f.Key, f.Name, f.Hint, f.Kind, form, options, next, types, inboxes, f.Required, f.Personal, f.Position, tx.Now,
		f.ArchivedAt).Scan(&f.ID, &f.Version)
	if err != nil {
		return f, fmt.Errorf("create field: %w", err)
	}
	return f, told(ctx, tx, by, desk.FieldUpdated, desk.AboutField, int64(f.ID))
}

// Change replaces what is said about a field. It refuses a stale version with desk.Conflict.
func (s *Service) Change(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.FieldID, e Edit) (desk.Field, error) {
	if err := tx.Lock(ctx, "field", int64(id)); err != nil {
		return desk.Field{}, err
	}
	now, next, err := load(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if now.Version != e.Version {
		return now, desk.Stale{Current: now}.Refuse()
	}
	f := now
	e.put(&f)
	if f, next, err = rules.Define(f, now.Options, next); err != nil {
		return now, err
	}
	if err := exist(ctx, tx, f); err != nil {
		return now, err
	}
	switch {
	case !e.Archived:
		f.ArchivedAt = 0
	case f.ArchivedAt == 0:
		f.ArchivedAt = tx.Now
	}
	form, options, types, inboxes, err := columns(f)
	if err != nil {
		return now, err
	}
	f.Version++
	if _, err := tx.Exec(ctx, `
		UPDATE field
		SET name = $1, hint = $2, form = $3, options = $4, next_option = $5, types = $6, inboxes = $7, required = $8, personal = $9, archived_at = $10, version = $11
		WHERE id = $12`, f.Name, f.Hint, form, options, next, types, inboxes, f.Required, f.Personal, f.ArchivedAt, f.Version, id); err != nil {
		return now, fmt.Errorf("change field %s: %w", id, err)
	}
	return f, told(ctx, tx, by, desk.FieldUpdated, desk.AboutField, int64(id))
}

// Order puts the fields of a target in an order; those that are not named follow in the order that they had.
func (s *Service) Order(ctx context.Context, tx *db.Tx, by desk.Actor, ids []desk.FieldID) error {
	if err := tx.Lock(ctx, "field", 0); err != nil {
		return err
	}
	all, err := All(ctx, tx)
	if err != nil {
		return err
	}
	place := func(f desk.Field) int {
		if i := slices.Index(ids, f.ID); i >= 0 {
			return i
		}
		return len(ids)
	}
	slices.SortStableFunc(all, func(a, b desk.Field) int { return place(a) - place(b) })
	for i, f := range all {
		if f.Position == i+1 {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE field SET position = $1 WHERE id = $2`, i+1, f.ID); err != nil {
			return fmt.Errorf("order fields: %w", err)
		}
	}
	return told(ctx, tx, by, desk.FieldUpdated, desk.AboutField, 0)
}

func (e Edit) put(f *desk.Field) {
	f.Name, f.Hint, f.Form, f.Options = db.Text(e.Name), db.Text(e.Hint), e.Form, e.Options
	f.Types, f.Inboxes, f.Required, f.Personal = slices.Clone(filled(e.Types)), slices.Clone(filled(e.Inboxes)), e.Required, e.Personal
}

// exist refuses types and inboxes that there are not.
func exist(ctx context.Context, tx *db.Tx, f desk.Field) error {
	for i, id := range f.Types {
		if err := one(ctx, tx, `SELECT EXISTS (SELECT 1 FROM conversation_type WHERE id = $1)`, int64(id), fmt.Sprintf("body.types[%d]", i), "there is no such type"); err != nil {
			return err
		}
	}
	return inboxesExist(ctx, tx, f.Inboxes)
}

func inboxesExist(ctx context.Context, tx *db.Tx, ids []desk.InboxID) error {
	for i, id := range ids {
		if err := one(ctx, tx, `SELECT EXISTS (SELECT 1 FROM inbox WHERE id = $1)`, int64(id), fmt.Sprintf("body.inboxes[%d]", i), "there is no such inbox"); err != nil {
			return err
		}
	}
	return nil
}

func one(ctx context.Context, tx *db.Tx, query string, id int64, at, why string) error {
	var found bool
	if err := tx.Row(ctx, query, id).Scan(&found); err != nil {
		return fmt.Errorf("check %s: %w", at, err)
	}
	if !found {
		return desk.RefuseField(desk.Invalid, at, "%s", why)
	}
	return nil
}

func columns(f desk.Field) (form, options, types, inboxes string, err error) {
	texts := make([]string, 4)
	for i, v := range []any{f.Form, f.Options, f.Types, f.Inboxes} {
		data, err := json.Marshal(v)
		if err != nil {
			return "", "", "", "", fmt.Errorf("write field %s: %w", f.ID, err)
		}
		if texts[i] = db.Text(string(data)); texts[i] == "null" {
			texts[i] = "[]"
		}
	}
	return texts[0], texts[1], texts[2], texts[3], nil
}

// freeKey is the key that was asked for, or one made of the name that nobody has.
func freeKey(ctx context.Context, tx *db.Tx, target desk.FieldTarget, asked, name string) (string, error) {
	key := asked
	if key == "" {
		key = slug(name)
	}
	for n := 1; ; n++ {
		try := key
		if n > 1 {
			try = fmt.Sprintf("%s_%d", key, n)
		}
		var taken bool
		if err := tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM field WHERE target = $1 AND key = $2)`, target, try).Scan(&taken); err != nil {
			return "", fmt.Errorf("is the key taken: %w", err)
		}
		if !taken {
			return try, nil
		}
		if asked != "" {
			return "", desk.WhyNameTaken.At("body.key")
		}
	}
}

// slug makes a key of a name: Latin letters and digits, the rest as one underscore.
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(language.Fold(name)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
		if b.Len() >= 36 {
			break
		}
	}
	if key := strings.Trim(b.String(), "_"); key != "" {
		return key
	}
	return "field"
}

func told(ctx context.Context, tx *db.Tx, by desk.Actor, kind desk.EventKind, about desk.SubjectKind, id int64) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: kind, SubjectKind: about, Subject: id})
}
