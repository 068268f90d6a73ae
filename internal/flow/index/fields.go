package index

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"tellus/internal/desk"
	fields "tellus/internal/engine/field"
	"tellus/internal/engine/language"
	"tellus/internal/engine/query"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
)

// writeFields adds what custom fields hold: texts as words like others, options and people by their ids, since they may be renamed.
func writeFields(w *query.Writer, values desk.FieldValues, code string) {
	for id, v := range values {
		if v.Empty() {
			continue
		}
		mark := "f" + id.String()
		w.Mark(mark)
		if v.Form == desk.IDsValue {
			for _, of := range v.IDs {
				w.Mark(mark + "o" + strconv.FormatInt(of, 10))
			}
			continue
		}
		text := plainValue(v)
		if v.Form == desk.TextValue {
			w.Text(text, code)
		}
		for _, m := range query.WordMarks(mark+"=", text) {
			w.Mark(m)
		}
	}
}

// plainValue writes a value whose words are looked for as they stand.
func plainValue(v desk.FieldValue) string {
	switch v.Form {
	case desk.YesNoValue:
		if v.Yes {
			return "yes"
		}
		return "no"
	case desk.NumberValue:
		return strconv.FormatFloat(v.Number, 'f', -1, 64)
	case desk.MoneyValue:
		return fields.Amount(v.Money)
	}
	return v.Text
}

// The words for yes and no in the languages of the desk, folded.
var (
	yesWords = []string{"yes", "ja", "taip", "tak", "true", "1"}
	noWords  = []string{"no", "ne", "nie", "false", "0"}
)

// inField returns the marks of field:key=value, or of field:key, which asks for any value. A field goes by its key or its name; several may be called so.
func (x *Index) inField(ctx context.Context, tx *db.Tx, scope desk.Scope, asked string) (marks []string, err error) {
	name, value, valued := strings.Cut(asked, "=")
	name, value = language.Fold(strings.TrimSpace(name)), strings.TrimSpace(value)
	all, err := field.All(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		if f.Target == desk.OnOrganisation || language.Fold(f.Key) != name && language.Fold(f.Name) != name {
			continue
		}
		mark := "f" + f.ID.String()
		if !valued || value == "" {
			marks = append(marks, mark)
			continue
		}
		some, err := x.ofField(ctx, tx, scope, f, mark, value)
		if err != nil {
			return nil, err
		}
		marks = append(marks, some...)
	}
	return marks, nil
}

func (x *Index) ofField(ctx context.Context, tx *db.Tx, scope desk.Scope, f desk.Field, mark, value string) (marks []string, err error) {
	want := language.Fold(value)
	switch f.Kind {
	case desk.ChoiceField, desk.TreeField:
		for _, o := range f.Options {
			if language.Fold(o.Name) != want {
				continue
			}
			for _, id := range f.Under(o.ID) {
				marks = append(marks, mark+"o"+id.String())
			}
		}
		return marks, nil
	case desk.PeopleField:
		people, err := x.names(ctx, tx, scope)(query.Assignee, value)
		for _, p := range people {
			marks = append(marks, mark+"o"+strings.TrimPrefix(p, "u"))
		}
		return marks, err
	case desk.YesNoField:
		switch {
		case slices.Contains(yesWords, want):
			value = "yes"
		case slices.Contains(noWords, want):
			value = "no"
		}
	}
	if words := query.WordMarks(mark+"=", value); len(words) > 0 {
		marks = append(marks, strings.Join(words, " "))
	}
	return marks, nil
}
