package api

import "github.com/danielgtaylor/huma/v2"

// fieldValue describes desk.FieldValue, whose JSON is the bare value.
type fieldValue struct{}

// Schema makes huma describe the forms of a value once, under one name.
func (fieldValue) Schema(r huma.Registry) *huma.Schema {
	const name = "FieldValue"
	longest, most, none := 10_000, 50, 0
	id, least := &huma.Schema{Type: huma.TypeInteger, Format: "int64"}, 1.0
	id.Minimum = &least
	if _, known := r.Map()[name]; !known {
		s := &huma.Schema{
			Description: "What a custom field holds: a string (text; a date as 2026-03-31), a number, an amount of money in minor units, true or false, or ids (options, agents). Null is no value.",
			OneOf: []*huma.Schema{
				{Type: huma.TypeString, MaxLength: &longest, Nullable: true},
				{Type: huma.TypeNumber},
				{Type: huma.TypeBoolean},
				{Type: huma.TypeArray, Items: id, MinItems: &none, MaxItems: &most},
				{Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"amount", "currency"}, Properties: map[string]*huma.Schema{
					"amount":   {Type: huma.TypeInteger, Format: "int64"},
					"currency": {Type: huma.TypeString, Pattern: "^[A-Z]{3}$"},
				}},
			},
		}
		s.PrecomputeMessages()
		r.Map()[name] = s
	}
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}
