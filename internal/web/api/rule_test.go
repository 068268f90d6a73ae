package api

import (
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/automation"
	"tellus/internal/flow/automate"
)

func newRule(name string, more object) object {
	o := object{"name": name, "active": true, "events": []desk.EventKind{desk.MessageReceived}, "condition": object{"attr": "message.text", "op": "contains", "values": []string{"broken"}},
		"zone": "Europe/Riga", "actions": []object{{"do": "set_priority", "priority": 3}}, "stop": false, "version": 0}
	for k, v := range more {
		o[k] = v
	}
	return o
}

func TestRulesAreMadeTriedAndTakenBack(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		otto, sara := h.as(s.otto), h.as(s.sara)
		ann := desktest.Person{Name: "Ann Lee", Address: "ann@mail.example"}
		earlier := h.d.Receive(ann, "It came broken")
		h.d.Follow()
		for _, path := range []string{"/rules", "/rules/try", "/rules/1/copy"} {
			otto.refused(desk.Forbidden, post, path, newRule("x", nil))
		}
		for field, wrong := range map[string]object{"body.events[0]": {"events": []string{"draft.saved"}}, "body.actions[0].agent": {"actions": []object{{"do": "assign", "me": true}}},
			"body.condition.values[0]": {"condition": object{"attr": "message.text", "op": "matches", "values": []string{"("}}}, "body.condition": {"condition": object{"attr": "assignee", "op": "is", "values": []string{"me"}}},
			"body.zone": {"zone": "Riga"}, "body.actions": {"actions": []object{}}} {
			if got := sara.refused(desk.Invalid, post, "/rules", newRule("x", wrong)); len(got.Errors) != 1 || got.Errors[0].Location != field {
				h.t.Errorf("%v is refused at %+v, want %q", wrong, got.Errors, field)
			}
		}
		var trial automate.Trial
		sara.do(post, "/rules/try", object{"rule": newRule("Broken", nil), "most": 200}, &trial)
		held := 0
		for _, one := range trial.Items {
			if one.Holds {
				held++
				if one.Conversation != earlier || len(one.Would) != 1 {
					h.t.Errorf("tried: %+v", one)
				}
			}
		}
		if held != 1 || trial.Holds != 1 {
			h.t.Fatalf("the rule would have acted %d times (%d), want 1: %+v", held, trial.Holds, trial)
		}
		var first, second, now automation.EventRule
		sara.do(post, "/rules", newRule("Broken", nil), &first)
		path := "/rules/" + first.ID.String()
		sara.do(post, path+"/copy", nil, &second)
		if second.Active || second.Name != "Broken" {
			h.t.Errorf("the copy is %+v", second)
		}
		sara.do(put, path, newRule("Broken things", object{"version": first.Version}), &now)
		sara.refused(desk.Conflict, put, path, newRule("Mine", object{"version": first.Version}))
		var all list[automation.EventRule]
		sara.do(put, "/rules/order", object{"order": []desk.RuleID{second.ID}}, &all)
		if len(all.Items) != 2 || all.Items[0].ID != second.ID {
			h.t.Errorf("in order: %+v", all.Items)
		}
		later := h.d.Receive(desktest.Person{Name: "Bob", Address: "bob@mail.example"}, "Mine is BROKEN too")
		h.d.Follow()
		var did list[automation.Firing]
		sara.do(get, path+"/firings", nil, &did)
		if len(did.Items) != 1 || did.Items[0].Conversation != later || did.Items[0].State != automation.Done || did.Items[0].RuleVersion != now.Version {
			h.t.Fatalf("the rule did %+v, want one with conversation %s", did.Items, later)
		}
		if f := did.Items[0]; f.On != desk.MessageReceived || f.Number == 0 || f.Subject == "" {
			h.t.Errorf("it is not said with what and by what it acted: %+v", f)
		}
		otto.do(get, path+"/firings", nil, &did)
		for _, f := range did.Items {
			h.t.Errorf("an agent who does not see conversation %s is told of it", f.Conversation)
		}
		sara.do(del, path, nil, nil)
		sara.refused(desk.NotFound, del, path, nil)
		var history list[automation.Former]
		sara.do(get, path+"/history", nil, &history)
		if len(history.Items) != 3 || history.Items[0].What != automation.Deleted || history.Items[0].By != s.sara || history.Items[2].Rule.Name != "Broken" {
			h.t.Errorf("its history is %+v", history.Items)
		}
		var gone list[automation.Gone]
		sara.do(get, "/rules/deleted", nil, &gone)
		if len(gone.Items) != 1 || gone.Items[0].ID != first.ID || gone.Items[0].By != s.sara || gone.Items[0].Name != "Broken things" {
			h.t.Errorf("deleted are %+v", gone.Items)
		}
		sara.do(post, path+"/take-back", object{"version": gone.Items[0].Version}, &now)
		if now.Name != "Broken things" || !now.Active {
			h.t.Errorf("brought back it is %+v", now)
		}
		sara.do(post, path+"/take-back", object{"version": first.Version}, &now)
		if now.Name != "Broken" || !now.Active || now.Fired != 1 || now.Version != 5 {
			h.t.Errorf("taken back it is %+v", now)
		}
		sara.refused(desk.NotFound, post, path+"/take-back", object{"version": 99})
	})
}
