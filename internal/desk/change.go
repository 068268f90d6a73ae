package desk

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
)

// FieldChange is a field that a change of settings gave another value.
type FieldChange struct {
	Field    string `json:"field" doc:"Such as name or receive.host"`
	Old      any    `json:"old,omitempty"`
	New      any    `json:"new,omitempty"`
	Replaced bool   `json:"replaced,omitempty" doc:"A secret was replaced or removed: neither value is told"`
}

// Stale says what a conflict is about: what there is now, which of the asker's fields differ from it, and who changed it last.
type Stale struct {
	Current any      `json:"current"`
	Changed []string `json:"changed"`
	By      Actor    `json:"by"`
	At      Time     `json:"at"`
}

// Refuse is the refusal of a change to something that somebody else changed meanwhile.
func (s Stale) Refuse() *Refusal {
	return &Refusal{Code: Conflict, Message: "somebody changed it meanwhile", Details: s}
}

// longestValue is how many characters of a text the log of changes holds; what is longer ends in an ellipsis.
const longestValue = 300

// apart are fields that say nothing about what was changed.
var apart = []string{"id", "version", "receive.hasSecret", "submit.hasSecret", "seenAt", "createdAt", "effective"}

// Differences compares two values as their JSON says, field by field in the order of their names; objects within are compared by their own
// fields, one level deep, and a field that is absent equals one that is empty. With names, only these fields count.
func Differences(before, after any, names ...string) []FieldChange {
	was, is := flat(before), flat(after)
	all := map[string]bool{}
	for k := range was {
		all[k] = true
	}
	for k := range is {
		all[k] = true
	}
	var out []FieldChange
	for k := range all {
		if slices.Contains(apart, k) || len(names) > 0 && !slices.Contains(names, k) || empty(was[k]) && empty(is[k]) || reflect.DeepEqual(was[k], is[k]) {
			continue
		}
		out = append(out, FieldChange{Field: k, Old: shortened(was[k]), New: shortened(is[k])})
	}
	slices.SortFunc(out, func(a, b FieldChange) int { return cmp.Compare(a.Field, b.Field) })
	return out
}

func flat(v any) map[string]any {
	data, err := json.Marshal(v)
	if err != nil {
		return nil // has no JSON, so nothing of it can be compared
	}
	var top map[string]any
	if json.Unmarshal(data, &top) != nil {
		return nil
	}
	out := make(map[string]any, len(top))
	for k, v := range top {
		inner, ok := v.(map[string]any)
		if !ok {
			out[k] = v
			continue
		}
		for name, v := range inner {
			out[k+"."+name] = v
		}
	}
	return out
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	}
	return reflect.ValueOf(v).IsZero()
}

func shortened(v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	if r := []rune(text); len(r) > longestValue {
		return string(r[:longestValue]) + "…"
	}
	return text
}
