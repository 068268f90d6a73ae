package field

import (
	"slices"
	"strconv"
	"strings"

	"tellus/internal/desk"
)

// Words are what values are written with that no field knows.
type Words struct {
	Yes, No string
	Agent   func(desk.AgentID) string
}

// Show writes a value as text: numbers and dates as programs write them, options by their present names, a tree's from its root. What names
// nothing any more is left out.
func Show(f desk.Field, v desk.FieldValue, w Words) string {
	switch v.Form {
	case desk.TextValue:
		return v.Text
	case desk.NumberValue:
		text := strconv.FormatFloat(v.Number, 'f', -1, 64)
		if f.Form.Unit != "" {
			text += " " + f.Form.Unit
		}
		return text
	case desk.MoneyValue:
		return Amount(v.Money)
	case desk.YesNoValue:
		if v.Yes {
			return w.Yes
		}
		return w.No
	case desk.IDsValue:
		var names []string
		for _, id := range v.IDs {
			var name string
			if f.Kind == desk.PeopleField {
				name = w.Agent(desk.AgentID(id))
			} else {
				name = path(f, f.Meant(desk.OptionID(id)))
			}
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		return strings.Join(names, ", ")
	}
	return ""
}

// path is the name of an option after those that it lies below.
func path(f desk.Field, id desk.OptionID) string {
	var names []string
	for range mostDepth {
		o, ok := f.Option(id)
		if !ok {
			break
		}
		names = append(names, o.Name)
		id = o.Parent
	}
	slices.Reverse(names)
	return strings.Join(names, " › ")
}

// Amount writes money as "12.50 EUR", with as many decimals as its currency has.
func Amount(m desk.Money) string {
	minor, _ := MinorUnits(m.Currency)
	digits := strconv.FormatInt(m.Amount, 10)
	sign := ""
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		sign, digits = "-", rest
	}
	if minor > 0 {
		if len(digits) <= minor {
			digits = strings.Repeat("0", minor-len(digits)+1) + digits
		}
		digits = digits[:len(digits)-minor] + "." + digits[len(digits)-minor:]
	}
	return sign + digits + " " + m.Currency
}
