package macro

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/engine/placeholder"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
	"tellus/internal/platform/htmltext"
	"tellus/internal/platform/locale"
)

// Bounds of a macro, in characters and pieces.
const (
	mostText  = 50_000
	mostDepth = 5    // folders within each other
	mostAll   = 5000 // macros of a desk
)

// Create keeps a new macro of the asker's.
func (s *Service) Create(ctx context.Context, tx *db.Tx, by Asker, e Edit) (Macro, error) {
	if err := e.check(ctx, tx, by); err != nil {
		return Macro{}, err
	}
	var all int
	if err := tx.Row(ctx, `SELECT count(*) FROM macro WHERE deleted_at = 0`).Scan(&all); err != nil {
		return Macro{}, fmt.Errorf("count macros: %w", err)
	}
	if all >= mostAll {
		return Macro{}, desk.WhyEnough.Refuse(mostAll)
	}
	texts, actions, err := e.json()
	if err != nil {
		return Macro{}, err
	}
	var id desk.MacroID
	if err := tx.Row(ctx, `
		INSERT INTO macro (owner, audience, folder, name, sort_key, texts, actions, active, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		RETURNING id`, by.Agent, e.Audience, e.Folder, e.Name, e.sortKey(), texts, actions, e.Active, tx.Now).Scan(&id); err != nil {
		return Macro{}, fmt.Errorf("create macro: %w", err)
	}
	if err := share(ctx, tx, id, e); err != nil {
		return Macro{}, err
	}
	if err := told(ctx, tx, desk.ByAgent(by.Agent), id); err != nil {
		return Macro{}, err
	}
	return s.Get(ctx, tx, by, id)
}

// Change replaces a macro. It refuses a stale version with desk.Conflict, and one that is not the asker's to change with desk.Forbidden.
func (s *Service) Change(ctx context.Context, tx *db.Tx, by Asker, id desk.MacroID, e Edit) (Macro, error) {
	now, err := s.held(ctx, tx, by, id)
	if err != nil {
		return now, err
	}
	if now.Version != e.Version {
		return now, desk.Stale{Current: now}.Refuse()
	}
	if err := e.check(ctx, tx, by); err != nil {
		return now, err
	}
	texts, actions, err := e.json()
	if err != nil {
		return now, err
	}
	// A shared macro that becomes personal is whose it was made by, so that no other's is taken from him; only he may do it.
	if e.Audience == desk.Personal && now.Owner != by.Agent {
		return now, desk.WhyMacroNotShared.At("body.audience")
	}
	if _, err := tx.Exec(ctx, `
		UPDATE macro
		SET audience = $1, folder = $2, name = $3, sort_key = $4, texts = $5, actions = $6, active = $7, version = version + 1
		WHERE id = $8`, e.Audience, e.Folder, e.Name, e.sortKey(), texts, actions, e.Active, id); err != nil {
		return now, fmt.Errorf("change macro %s: %w", id, err)
	}
	if err := share(ctx, tx, id, e); err != nil {
		return now, err
	}
	if err := told(ctx, tx, desk.ByAgent(by.Agent), id); err != nil {
		return now, err
	}
	return s.Get(ctx, tx, by, id)
}

// Delete puts a macro away; Restore takes that back for thirty days. What was deleted earlier is removed for good.
func (s *Service) Delete(ctx context.Context, tx *db.Tx, by Asker, id desk.MacroID) (Macro, error) {
	now, err := s.held(ctx, tx, by, id)
	if err != nil {
		return now, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM macro WHERE deleted_at > 0 AND deleted_at < $1`, tx.Now.Add(-kept)); err != nil {
		return now, fmt.Errorf("remove macros that were deleted long ago: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE macro SET deleted_at = $1 WHERE id = $2`, tx.Now, id); err != nil {
		return now, fmt.Errorf("delete macro %s: %w", id, err)
	}
	return now, told(ctx, tx, desk.ByAgent(by.Agent), id)
}

// Restore brings a deleted macro back as it was. One that is not deleted stays as it is.
func (s *Service) Restore(ctx context.Context, tx *db.Tx, by Asker, id desk.MacroID) (Macro, error) {
	if err := tx.Lock(ctx, "macro", int64(id)); err != nil {
		return Macro{}, err
	}
	now, _, err := s.load(ctx, tx, by, id)
	if err != nil {
		return now, err
	}
	if err := by.mayChange(now); err != nil {
		return now, err
	}
	if _, err := tx.Exec(ctx, `UPDATE macro SET deleted_at = 0 WHERE id = $1`, id); err != nil {
		return now, fmt.Errorf("restore macro %s: %w", id, err)
	}
	return now, told(ctx, tx, desk.ByAgent(by.Agent), id)
}

// held returns a macro that the asker may change, and holds it until the transaction ends.
func (s *Service) held(ctx context.Context, tx *db.Tx, by Asker, id desk.MacroID) (Macro, error) {
	if err := tx.Lock(ctx, "macro", int64(id)); err != nil {
		return Macro{}, err
	}
	now, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return now, err
	}
	return now, by.mayChange(now)
}

// mayChange: one's own personal ones, and with the permission the shared ones.
func (a Asker) mayChange(m Macro) error {
	if m.Audience == desk.Personal && m.Owner == a.Agent || m.Audience != desk.Personal && a.Manage {
		return nil
	}
	return desk.WhyMacroNotShared.Refuse()
}

func share(ctx context.Context, tx *db.Tx, id desk.MacroID, e Edit) error {
	if _, err := tx.Exec(ctx, `DELETE FROM macro_team WHERE macro = $1`, id); err != nil {
		return fmt.Errorf("share macro %s: %w", id, err)
	}
	for _, team := range e.Teams {
		if _, err := tx.Exec(ctx, `INSERT INTO macro_team (macro, team) VALUES ($1, $2)`, id, team); err != nil {
			return fmt.Errorf("share macro %s with team %s: %w", id, team, err)
		}
	}
	return nil
}

func (e Edit) json() (texts, actions string, err error) {
	t, err := json.Marshal(e.Texts)
	if err != nil {
		return "", "", fmt.Errorf("write a macro's texts: %w", err)
	}
	a, err := json.Marshal(e.Actions)
	if err != nil {
		return "", "", fmt.Errorf("write a macro's actions: %w", err)
	}
	return db.Text(string(t)), db.Text(string(a)), nil
}

// sortKey orders by folder, then by name: what lies in no folder comes first.
func (e Edit) sortKey() string { return language.Fold(e.Folder) + "\x01" + language.Fold(e.Name) }

// check brings a macro into the form in which it is kept.
func (e *Edit) check(ctx context.Context, tx *db.Tx, by Asker) error {
	if e.Name = line(e.Name); e.Name == "" {
		return desk.WhyNeeded.At("body.name")
	}
	var path []string
	for _, folder := range strings.Split(e.Folder, "/") {
		if folder = line(folder); folder != "" {
			path = append(path, folder)
		}
	}
	if len(path) > mostDepth {
		return desk.WhyEnough.At("body.folder", mostDepth)
	}
	e.Folder = strings.Join(path, "/")
	if err := e.checkAudience(ctx, tx, by); err != nil {
		return err
	}
	fields, err := field.All(ctx, tx)
	if err != nil {
		return err
	}
	var more []placeholder.Name
	for _, f := range fields {
		more = append(more, placeholder.FieldName(f.Target, f.Key))
	}
	if err := e.checkTexts(more); err != nil {
		return err
	}
	if e.Actions == nil {
		e.Actions = []desk.Action{}
	}
	for i := range e.Actions {
		a := &e.Actions[i]
		a.Note = htmltext.SanitiseComposed(a.Note)
		if bad := placeholder.Undeclared(a.Note, more...); len(bad) > 0 {
			return desk.WhyNoPlaceholder.At(fmt.Sprintf("body.actions[%d].note", i), bad[0])
		}
		if strings.TrimSpace(htmltext.ToText(a.Note)) == "" {
			a.Note = ""
		}
	}
	if err := desk.CheckActions("body.actions", e.Actions); err != nil {
		return err
	}
	if len(e.Texts) == 0 && len(e.Actions) == 0 {
		return desk.WhyMacroDoesNone.Refuse()
	}
	return nil
}

func (e *Edit) checkAudience(ctx context.Context, tx *db.Tx, by Asker) error {
	switch e.Audience {
	case desk.Personal, desk.Everyone:
		e.Teams = []desk.TeamID{}
	case desk.ForTeams:
		if len(e.Teams) == 0 {
			return desk.WhyNeeded.At("body.teams")
		}
	default:
		return desk.WhyNeeded.At("body.audience")
	}
	if e.Audience != desk.Personal && !by.Manage {
		return desk.WhyMacroNotShared.At("body.audience")
	}
	slices.Sort(e.Teams)
	e.Teams = slices.Compact(e.Teams)
	for i, team := range e.Teams {
		var found bool
		if err := tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM team WHERE id = $1)`, team).Scan(&found); err != nil {
			return fmt.Errorf("is there team %s: %w", team, err)
		}
		if !found {
			return desk.RefuseField(desk.Invalid, fmt.Sprintf("body.teams[%d]", i), "there is no such team")
		}
	}
	return nil
}

func (e *Edit) checkTexts(more []placeholder.Name) error {
	texts := map[string]string{}
	for lang, given := range e.Texts {
		field := "body.texts." + lang
		if !slices.Contains(locale.Languages, lang) {
			return desk.RefuseField(desk.Invalid, "body.texts", "customers are not written to in %.10q", lang)
		}
		if utf8.RuneCountInString(given) > mostText {
			return desk.WhyTooLong.At(field, mostText)
		}
		html := htmltext.SanitiseComposed(db.Text(given))
		if strings.TrimSpace(htmltext.ToText(html)) == "" && !strings.Contains(html, "<img") {
			continue // a text that was emptied is one that is not there
		}
		if bad := placeholder.Undeclared(html, more...); len(bad) > 0 {
			return desk.WhyNoPlaceholder.At(field, bad[0])
		}
		texts[lang] = html
	}
	e.Texts = texts
	return nil
}

func line(s string) string { return strings.Join(strings.Fields(db.Text(s)), " ") }

// Choose returns the text for a customer and its language: in the wished language, else in the first of the others that has one, else in
// any. It returns "" where there is no text at all.
func Choose(texts map[string]string, wish string, others ...string) (lang, html string) {
	candidates := append([]string{}, others...)
	if wish != "" {
		candidates = append([]string{locale.Match(wish)}, candidates...)
		if base, _, _ := strings.Cut(strings.ToLower(wish), "-"); base != candidates[0] {
			candidates = candidates[1:] // Match falls back by itself; the fallback is ours to choose
		}
	}
	for _, lang := range append(candidates, locale.Languages...) {
		if html, ok := texts[lang]; ok {
			return lang, html
		}
	}
	return "", ""
}
