// Package field decides what custom fields may hold, which of them apply and which are missing. It is pure.
package field

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tellus/internal/desk"
)

// Bounds of values.
const (
	usualText  = 1000
	usualLines = 10_000
	mostNamed  = 50            // options or agents of one value
	mostNumber = 1e15          // above it not every number with a decimal is a float64
	mostMinor  = 1_000_000_000 // of major units, in money
)

// Check returns a value as it is kept, or refuses it at a field of the request. known says whether an agent may be named. No value is always fine.
func Check(at string, f desk.Field, v desk.FieldValue, known func(desk.AgentID) bool) (desk.FieldValue, error) {
	if v.Empty() {
		return v, nil
	}
	wanted := map[desk.FieldKind]desk.ValueForm{desk.TextField: desk.TextValue, desk.DateField: desk.TextValue, desk.NumberField: desk.NumberValue, desk.MoneyField: desk.MoneyValue,
		desk.YesNoField: desk.YesNoValue, desk.ChoiceField: desk.IDsValue, desk.TreeField: desk.IDsValue, desk.PeopleField: desk.IDsValue}[f.Kind]
	if v.Form != wanted {
		return v, desk.WhyValueForm.At(at, f.Name)
	}
	switch f.Kind {
	case desk.TextField:
		return checkText(at, f, v.Text)
	case desk.DateField:
		return checkDate(at, v.Text)
	case desk.NumberField:
		return checkNumber(at, f, v.Number)
	case desk.MoneyField:
		return checkMoney(at, f, v.Money)
	case desk.ChoiceField, desk.TreeField:
		return checkNamed(at, f, v.IDs, func(id int64) bool {
			o, ok := f.Option(desk.OptionID(id))
			return ok && !(f.Kind == desk.TreeField && parent(f, o.ID))
		})
	case desk.PeopleField:
		return checkNamed(at, f, v.IDs, func(id int64) bool { return known(desk.AgentID(id)) })
	}
	return v, nil // yes or no
}

func checkText(at string, f desk.Field, text string) (v desk.FieldValue, err error) {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
	if f.Form.Lines {
		text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	} else {
		text = strings.Join(strings.Fields(text), " ")
	}
	if text == "" {
		return v, nil
	}
	most := f.Form.Most
	if most == 0 {
		if most = usualText; f.Form.Lines {
			most = usualLines
		}
	}
	if utf8.RuneCountInString(text) > most {
		return v, desk.WhyTooLong.At(at, most)
	}
	return desk.TextOf(text), nil
}

func checkDate(at, text string) (v desk.FieldValue, err error) {
	if text = strings.TrimSpace(text); text == "" {
		return v, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || day.Year() < 1 {
		return v, desk.WhyNoDate.At(at)
	}
	return desk.TextOf(day.Format(time.DateOnly)), nil
}

func checkNumber(at string, f desk.Field, n float64) (v desk.FieldValue, err error) {
	if math.IsNaN(n) || math.Abs(n) > mostNumber || !within(f, n) {
		return v, desk.WhyOutOfRange.At(at)
	}
	// The shortest text of the number, since a product with a power of ten is not exact.
	if _, places, found := strings.Cut(strconv.FormatFloat(n, 'f', -1, 64), "."); found && len(places) > f.Form.Decimals {
		return v, desk.WhyDecimals.At(at, f.Form.Decimals)
	}
	return desk.NumberOf(n + 0), nil // -0 is 0
}

func checkMoney(at string, f desk.Field, m desk.Money) (v desk.FieldValue, err error) {
	minor, ok := MinorUnits(m.Currency)
	if !ok {
		return v, desk.WhyNoCurrency.At(at)
	}
	major := float64(m.Amount) / math.Pow10(minor)
	if math.Abs(major) > mostMinor || !within(f, major) {
		return v, desk.WhyOutOfRange.At(at)
	}
	return desk.MoneyOf(m.Amount, m.Currency), nil
}

func within(f desk.Field, n float64) bool {
	return (f.Form.Min == nil || n >= *f.Form.Min) && (f.Form.Max == nil || n <= *f.Form.Max)
}

func checkNamed(at string, f desk.Field, ids []int64, known func(int64) bool) (v desk.FieldValue, err error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	switch {
	case len(ids) == 0:
		return v, nil
	case len(ids) > mostNamed || len(ids) > 1 && (!f.Form.Several || f.Kind == desk.TreeField):
		return v, desk.WhyOnlyOne.At(at, f.Name)
	case !slices.ContainsFunc(ids, func(id int64) bool { return !known(id) }):
		return desk.IDsOf(ids...), nil
	}
	return v, desk.WhyNoOption.At(at, f.Name)
}

// parent reports whether an option has others below it that are offered: what is kept of a tree is where a branch ends.
func parent(f desk.Field, id desk.OptionID) bool {
	return slices.ContainsFunc(f.Options, func(o desk.FieldOption) bool { return o.Parent == id && !o.Archived && o.Into == 0 })
}

// Missing returns the fields that are required of a conversation of a type and an inbox and have no value, in the order of the fields.
func Missing(fields []desk.Field, values desk.FieldValues, kind desk.TypeID, inbox desk.InboxID) (missing []desk.FieldID) {
	for _, f := range fields {
		if f.Required && f.Target == desk.OnConversation && f.Applies(kind, inbox) && values[f.ID].Empty() {
			missing = append(missing, f.ID)
		}
	}
	return missing
}

// Kept returns the values that stay when a person is erased: those of fields that are not personal. A field that is not known counts as personal.
func Kept(fields []desk.Field, values desk.FieldValues) desk.FieldValues {
	kept := desk.FieldValues{}
	for _, f := range fields {
		if v, ok := values[f.ID]; ok && !f.Personal {
			kept[f.ID] = v
		}
	}
	return kept
}
