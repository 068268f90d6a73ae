package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
)

// ValueForm is the form in which a field's value is written.
type ValueForm string

const (
	NoValue     ValueForm = ""       // null
	TextValue   ValueForm = "text"   // a string: text, and dates as 2026-03-31
	NumberValue ValueForm = "number" // a number
	MoneyValue  ValueForm = "money"  // {"amount": 1250, "currency": "EUR"}
	YesNoValue  ValueForm = "yes_no" // true or false
	IDsValue    ValueForm = "ids"    // a list of ids: options of a choice or a tree, agents
)

// Money is an amount in the minor units of its currency (cents of the euro) and its ISO 4217 code.
type Money struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// FieldValue is what a custom field holds. In JSON it is a string, a number, a boolean, a list of ids or an object of money, as its form says; null is no value.
type FieldValue struct {
	Form   ValueForm
	Text   string
	Number float64
	Yes    bool
	Money  Money
	IDs    []int64
}

// FieldValues are the values of a conversation, a customer or an organisation by field; what has no value is not in it.
type FieldValues map[FieldID]FieldValue

// Values made by hand.
func TextOf(s string) FieldValue    { return FieldValue{Form: TextValue, Text: s} }
func NumberOf(n float64) FieldValue { return FieldValue{Form: NumberValue, Number: n} }
func YesNoOf(yes bool) FieldValue   { return FieldValue{Form: YesNoValue, Yes: yes} }
func MoneyOf(amount int64, currency string) FieldValue {
	return FieldValue{Form: MoneyValue, Money: Money{amount, currency}}
}
func IDsOf[T ~int64](ids ...T) FieldValue {
	v := FieldValue{Form: IDsValue, IDs: make([]int64, len(ids))}
	for i, id := range ids {
		v.IDs[i] = int64(id)
	}
	return v
}

// Empty reports whether the value is none.
func (v FieldValue) Empty() bool { return v.Form == NoValue }

// Equal reports whether two values are the same.
func (v FieldValue) Equal(w FieldValue) bool {
	return v.Form == w.Form && v.Text == w.Text && v.Number == w.Number && v.Yes == w.Yes && v.Money == w.Money && slices.Equal(v.IDs, w.IDs)
}

// MarshalJSON writes the bare value.
func (v FieldValue) MarshalJSON() ([]byte, error) {
	switch v.Form {
	case TextValue:
		return json.Marshal(v.Text)
	case NumberValue:
		if math.IsInf(v.Number, 0) || math.IsNaN(v.Number) {
			return nil, fmt.Errorf("field value: %v is not written in JSON", v.Number)
		}
		return json.Marshal(v.Number)
	case YesNoValue:
		return json.Marshal(v.Yes)
	case MoneyValue:
		return json.Marshal(v.Money)
	case IDsValue:
		if v.IDs == nil {
			return []byte("[]"), nil
		}
		return json.Marshal(v.IDs)
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads a bare value; what fits no form is an error.
func (v *FieldValue) UnmarshalJSON(data []byte) error {
	*v = FieldValue{}
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return fmt.Errorf("field value: nothing there")
	}
	var into any
	switch data[0] {
	case 'n':
		return nil
	case '"':
		v.Form, into = TextValue, &v.Text
	case 't', 'f':
		v.Form, into = YesNoValue, &v.Yes
	case '[':
		v.Form, into = IDsValue, &v.IDs
	case '{':
		v.Form, into = MoneyValue, &v.Money
	default:
		v.Form, into = NumberValue, &v.Number
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("field value: %w", err)
	}
	return nil
}

// MarshalJSON writes an object by the fields' ids; {} for none.
func (v FieldValues) MarshalJSON() ([]byte, error) {
	if len(v) == 0 {
		return []byte("{}"), nil
	}
	return json.Marshal(map[FieldID]FieldValue(v))
}

// ReadFieldValues reads what a column holds.
func ReadFieldValues(column string) (FieldValues, error) {
	values := FieldValues{}
	if column == "{}" || column == "" {
		return values, nil
	}
	if err := json.Unmarshal([]byte(column), (*map[FieldID]FieldValue)(&values)); err != nil {
		return nil, fmt.Errorf("values of fields: %w", err)
	}
	return values, nil
}

// Column is how values are kept.
func (v FieldValues) Column() (string, error) {
	data, err := v.MarshalJSON()
	if err != nil {
		return "", fmt.Errorf("values of fields: %w", err)
	}
	return string(data), nil
}

// With returns the values after some of them were set; an empty value removes one. changed are the fields that differ afterwards, sorted.
func (v FieldValues) With(set FieldValues) (values FieldValues, changed []FieldID) {
	values = FieldValues{}
	maps.Copy(values, v)
	for id, value := range set {
		if value.Equal(values[id]) {
			continue
		}
		changed = append(changed, id)
		if value.Empty() {
			delete(values, id)
			continue
		}
		values[id] = value
	}
	slices.Sort(changed)
	return values, changed
}
