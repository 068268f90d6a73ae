package automation

import (
	"slices"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/engine/carry"
	"tellus/internal/engine/condition"
)

func FuzzReadFile(f *testing.F) {
	f.Add([]byte(`{"format":"tellus.rules","version":1,"rules":[{"name":"a","events":["message.received"],"condition":{"any":[{"attr":"tags","op":"any_of","values":["late","gone"]}]},"actions":[{"do":"set_field","field":"reason","names":["Late"]}]}]}`))
	f.Add([]byte(`{"format":"tellus.rules","version":1,"rules":[{"condition":{"attr":"field:conversation.reason","values":["Late","x"]},"actions":[{"do":"assign","agent":"x"},{"do":"tell","teams":["y"]}]}]}`))
	f.Add([]byte("{\"format\":\"tellus.rules\",\"version\":1,\n\"rules\":[{\"if\":1}]}"))
	n := carry.Names{Tags: map[desk.TagID]string{5: "late"}, Fields: []desk.Field{{ID: 4, Target: desk.OnConversation, Key: "reason", Kind: desk.ChoiceField, Options: []desk.FieldOption{{ID: 1, Name: "Late"}}}}}
	attributes := condition.Conversations(n.Fields)
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := ReadFile(data)
		if err != nil {
			return
		}
		for _, e := range file.Rules {
			if e.within() != nil {
				continue
			}
			edit, lacks := e.edit(n, attributes)
			if len(edit.Actions) != len(e.Actions) {
				t.Errorf("%d of %d actions", len(edit.Actions), len(e.Actions))
			}
			if len(lacks) == 0 && slices.ContainsFunc(edit.Actions, func(a desk.Action) bool { return a.Do == "" }) != slices.ContainsFunc(e.Actions, func(a carry.Action) bool { return a.Do == "" }) {
				t.Error("an action lost its deed, and nothing is lacking")
			}
			if leaves(edit.Condition) != leaves(e.Condition) {
				t.Errorf("%d comparisons of %d", leaves(edit.Condition), leaves(e.Condition))
			}
		}
	})
}

func leaves(c condition.Node) int {
	n := 0
	if c.Attr != "" {
		n++
	}
	for _, child := range slices.Concat(c.All, c.Any) {
		n += leaves(child)
	}
	return n
}
