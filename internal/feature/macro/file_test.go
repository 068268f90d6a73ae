package macro

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/engine/carry"
)

var reason = desk.Field{ID: 4, Target: desk.OnConversation, Key: "reason", Kind: desk.TreeField, Options: []desk.FieldOption{{ID: 1, Name: "Delivery"}, {ID: 2, Name: "Late", Parent: 1}}}

var here = carry.Names{Agents: map[desk.AgentID]string{7: "eva@shop.example"}, Teams: map[desk.TeamID]string{3: "Repairs"}, Tags: map[desk.TagID]string{5: "late", 6: "vip"},
	Types: map[desk.TypeID]string{2: "Complaint"}, Fields: []desk.Field{reason}, Rosters: map[desk.RosterID]string{9: "Managers"}}

func TestAFileComesBackAsItWent(t *testing.T) {
	t.Parallel()
	value, text := desk.IDsOf[int64](2), map[string]string{"en": "<p>Dear {{customer.name}}</p>"}
	m := Macro{Edit: Edit{Folder: "A/B", Name: "Late", Audience: desk.ForTeams, Teams: []desk.TeamID{3}, Texts: text, Active: true, Actions: []desk.Action{
		{Do: desk.AddTags, Tags: []desk.TagID{5, 6}}, {Do: desk.Assign, Agent: 7}, {Do: desk.SetTeam, Team: 3}, {Do: desk.SetType, Type: 2}, {Do: desk.SetField, Field: 4, Value: &value},
		{Do: desk.SnoozeUntil, Day: "monday", Clock: "09:00"}, {Do: desk.TellPeople, Duty: []desk.RosterID{9}, Loud: true}}}}
	data, err := WriteFile(here, []Macro{m})
	if err != nil {
		t.Fatal(err)
	}
	f, err := ReadFile(data)
	if err != nil {
		t.Fatal(err)
	}
	got, missing := edit(here, f.Macros[0])
	if diff := cmp.Diff(m.Edit, got); diff != "" || len(missing) > 0 {
		t.Errorf("came back (-want +got):\n%s missing %q", diff, missing)
	}
	// On a desk that has none of it only what needs no name is left, and what is missing is told.
	got, missing = edit(carry.Names{}, f.Macros[0])
	if len(got.Actions) != 1 || got.Audience != desk.Personal {
		t.Errorf("elsewhere it is %+v", got)
	}
	if want := []string{"Repairs", "late", "vip", "eva@shop.example", "Complaint", "reason", "Managers"}; !cmp.Equal(missing, want) {
		t.Errorf("missing %q, want %q", missing, want)
	}
}

func TestNoFileOfMacrosIsRefused(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{"nothing": "", "no JSON": "{", "another file": `{"format":"x","version":1}`, "a later version": `{"format":"tellus.macros","version":2}`,
		"more behind it": `{"format":"tellus.macros","version":1}{}`, "too large": `{"format":"` + strings.Repeat("x", MostFile) + `"}`,
		"too many": `{"format":"tellus.macros","version":1,"macros":[` + strings.Repeat(`{},`, mostLines) + `{}]}`} {
		var r *desk.Refusal
		if _, err := ReadFile([]byte(data)); !errors.As(err, &r) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}

func FuzzReadFile(f *testing.F) {
	f.Add([]byte(`{"format":"tellus.macros","version":1,"macros":[{"name":"a","audience":"everyone","actions":[{"do":"set_field","field":"reason","names":["Delivery / Late"]}]}]}`))
	f.Add([]byte(`{"format":"tellus.macros","version":1,"macros":[{"actions":[{"do":"add_tags","tags":["late","gone"]},{"do":"assign","agent":"x"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := ReadFile(data)
		if err != nil {
			return
		}
		for _, e := range file.Macros {
			edit, missing := edit(here, e)
			if len(missing) > 50 {
				t.Errorf("%d names are missing", len(missing))
			}
			for _, a := range edit.Actions {
				if a.Do == "" {
					t.Errorf("an action without a deed: %+v", a)
				}
			}
		}
	})
}
