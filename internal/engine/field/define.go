package field

import (
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
)

// Bounds of definitions.
const (
	mostOptions = 500
	mostDepth   = 6 // of a tree
)

// Define returns a field as it is kept, or refuses it: only what counts for its kind stays in its form, and options have names that differ and
// parents that exist. next is the id that the first new option gets; was are the options that there are, none of which may go.
func Define(f desk.Field, was []desk.FieldOption, next desk.OptionID) (desk.Field, desk.OptionID, error) {
	if f.Name = line(f.Name); f.Name == "" {
		return f, next, desk.WhyNeeded.At("body.name")
	}
	f.Hint = line(f.Hint)
	if !slices.Contains(desk.FieldKinds, f.Kind) {
		return f, next, desk.WhyNeeded.At("body.kind")
	}
	form := desk.FieldForm{}
	switch f.Kind {
	case desk.TextField:
		form.Lines, form.Most = f.Form.Lines, f.Form.Most
	case desk.NumberField:
		form.Decimals, form.Min, form.Max, form.Unit = f.Form.Decimals, f.Form.Min, f.Form.Max, line(f.Form.Unit)
	case desk.MoneyField:
		form.Min, form.Max, form.Currency = f.Form.Min, f.Form.Max, f.Form.Currency
		if form.Currency == "" {
			form.Currency = "EUR"
		}
		if _, ok := MinorUnits(form.Currency); !ok {
			return f, next, desk.WhyNoCurrency.At("body.form.currency")
		}
	case desk.ChoiceField, desk.PeopleField:
		form.Several = f.Form.Several
	}
	if form.Min != nil && form.Max != nil && *form.Min > *form.Max {
		return f, next, desk.WhyOutOfRange.At("body.form.max")
	}
	f.Form = form
	if f.Target != desk.OnConversation {
		f.Types, f.Inboxes, f.Required = nil, nil, false
	}
	slices.Sort(f.Types)
	slices.Sort(f.Inboxes)
	f.Types, f.Inboxes = slices.Compact(f.Types), slices.Compact(f.Inboxes)
	return options(f, was, next)
}

func options(f desk.Field, was []desk.FieldOption, next desk.OptionID) (desk.Field, desk.OptionID, error) {
	if f.Kind != desk.ChoiceField && f.Kind != desk.TreeField {
		f.Options = []desk.FieldOption{}
		return f, next, nil
	}
	if len(f.Options) > mostOptions {
		return f, next, desk.WhyEnough.At("body.options", mostOptions)
	}
	f.Options = slices.Clone(f.Options)
	for _, o := range was {
		if _, kept := f.Option(o.ID); !kept {
			o.Archived = true // values may name it
			f.Options = append(f.Options, o)
		}
	}
	// A new option of a tree may lie below another new one: that one is named by a negative number of the asker's choice.
	given := map[desk.OptionID]desk.OptionID{}
	for i := range f.Options {
		o := &f.Options[i]
		if o.ID > 0 {
			if !slices.ContainsFunc(was, func(w desk.FieldOption) bool { return w.ID == o.ID }) {
				return f, next, desk.WhyNoOption.At(fmt.Sprintf("body.options[%d].id", i), f.Name)
			}
			continue
		}
		if o.ID < 0 {
			given[o.ID] = next
		}
		o.ID = next
		next++
	}
	if len(f.Options) == 0 {
		return f, next, desk.WhyNeeded.At("body.options")
	}
	for i := range f.Options {
		o := &f.Options[i]
		at := fmt.Sprintf("body.options[%d]", i)
		if id, ok := given[o.Parent]; ok {
			o.Parent = id
		}
		if f.Kind == desk.ChoiceField {
			o.Parent = 0
		}
		if o.Name = line(o.Name); o.Name == "" {
			return f, next, desk.WhyNeeded.At(at + ".name")
		}
		if _, ok := f.Option(o.Parent); o.Parent != 0 && !ok {
			return f, next, desk.WhyNoOption.At(at+".parent", f.Name)
		}
		if _, ok := f.Option(o.Into); o.Into != 0 && !ok || o.Into == o.ID {
			return f, next, desk.WhyNoOption.At(at+".into", f.Name)
		}
	}
	for i, o := range f.Options {
		at := fmt.Sprintf("body.options[%d]", i)
		if round(f, o.ID, func(o desk.FieldOption) desk.OptionID { return o.Into }, len(f.Options)) {
			return f, next, desk.WhyNoOption.At(at+".into", f.Name)
		}
		if round(f, o.ID, func(o desk.FieldOption) desk.OptionID { return o.Parent }, mostDepth) {
			return f, next, desk.WhyEnough.At(at+".parent", mostDepth)
		}
		for _, other := range f.Options[:i] {
			if other.Parent == o.Parent && !o.Archived && !other.Archived && o.Into == 0 && other.Into == 0 && strings.EqualFold(other.Name, o.Name) {
				return f, next, desk.WhyNameTaken.At(at + ".name")
			}
		}
	}
	return f, next, nil
}

// round reports whether following an option never ends, or not within a number of steps.
func round(f desk.Field, id desk.OptionID, to func(desk.FieldOption) desk.OptionID, steps int) bool {
	for range steps {
		o, ok := f.Option(id)
		if !ok {
			return false
		}
		if id = to(o); id == 0 {
			return false
		}
	}
	return true
}

func line(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")), " ")
}
