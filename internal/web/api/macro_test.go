package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/macro"
	"tellus/internal/flow/act"
)

func newMacro(name string, more object) object {
	o := object{"folder": "", "name": name, "audience": "personal", "teams": []int{}, "texts": object{}, "actions": []object{}, "active": true, "version": 0}
	for k, v := range more {
		o[k] = v
	}
	return o
}

func TestMacrosAreSeenByWhomTheyAreFor(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		otto, sara := h.as(h.d.Agent("Otto", desk.AgentRole)), h.as(h.d.Agent("Sara", desk.Supervisor))
		var own, shared macro.Macro
		otto.do(post, "/macros", newMacro("Own", object{"texts": object{"en": "<p>zebra</p>"}}), &own)
		sara.do(post, "/macros", newMacro("All", object{"audience": "everyone", "texts": object{"en": "<p>hello</p>"}}), &shared)
		otto.refused(desk.Forbidden, post, "/macros", newMacro("All", object{"audience": "everyone", "texts": object{"en": "<p>x</p>"}}))
		ownPath, sharedPath := "/macros/"+own.ID.String(), "/macros/"+shared.ID.String()
		for _, method := range []string{get, put, del} {
			sara.refused(desk.NotFound, method, ownPath, newMacro("x", object{"version": 1, "texts": object{"en": "x"}}))
		}
		sara.refused(desk.NotFound, post, ownPath+"/restore", nil)
		sara.refused(desk.NotFound, post, "/macros/preview", object{"macro": own.ID})
		otto.refused(desk.Forbidden, put, sharedPath, newMacro("x", object{"audience": "everyone", "version": 1, "texts": object{"en": "x"}}))
		var all list[macro.Listed]
		sara.do(get, "/macros", nil, &all)
		if len(all.Items) != 1 || all.Items[0].Name != "All" || !slices.Equal(all.Items[0].Languages, []string{"en"}) {
			h.t.Errorf("Sara's list %+v", all.Items)
		}
		sara.do(del, sharedPath, nil, nil)
		otto.refused(desk.NotFound, get, sharedPath, nil)
		var back macro.Macro
		sara.do(post, sharedPath+"/restore", nil, &back)
		if back.Name != "All" || back.Version != shared.Version {
			h.t.Errorf("restored %+v", back)
		}
		var log int
		h.ask(&log, `SELECT count(*) FROM audit WHERE subject = $1 AND action IN ('macro.created', 'macro.deleted', 'macro.restored')`, "macro:"+shared.ID.String())
		if log != 3 {
			h.t.Errorf("%d lines in the log about the shared macro, want 3", log)
		}
		h.ask(&log, `SELECT count(*) FROM audit WHERE subject = $1`, "macro:"+own.ID.String())
		if log != 0 {
			h.t.Errorf("%d lines in the log about a personal macro", log)
		}
	})
}

func TestAMacroSaysWhatWillBeSentAndDoesWhatItShows(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		eva := h.as(h.d.Eva)
		c := h.receive(h.d.Support, desktest.Ann, "horse")
		var tag desk.Tag
		eva.do(post, "/tags", object{"name": "damaged", "colour": "red"}, &tag)
		var m macro.Macro
		eva.do(post, "/macros", newMacro("Sorry", object{"texts": object{
			"en": "<p>Dear {{customer.firstName|customer}} ({{customer.phone}}), {{agent.firstName}} writes about #{{conversation.number}}.</p>"},
			"actions": []object{{"do": "add_tags", "tags": []desk.TagID{tag.ID}}, {"do": "set_priority", "priority": 3}, {"do": "assign", "me": true},
				{"do": "set_status", "status": "resolved"}, {"do": "add_note", "note": "<p>For {{customer.email}}</p>"}}}), &m)
		var shown act.Filled
		eva.do(post, "/macros/preview", object{"macro": m.ID, "conversation": c, "language": "pl"}, &shown)
		var number int64
		h.ask(&number, `SELECT number FROM conversation WHERE id = $1`, c)
		want := fmt.Sprintf("<p>Dear Ann ({{customer.phone}}), Eva writes about #%d.</p>", number)
		if shown.HTML != want || shown.Language != "en" || shown.Wanted != "pl" || len(shown.Missing) != 1 || shown.Missing[0] != "customer.phone" || len(shown.Actions) != 5 {
			h.t.Errorf("preview %+v, want %s", shown, want)
		}
		reply := func(html string) object {
			return object{"html": html, "to": []object{{"address": "ann@customer.example"}}, "cc": nobody, "bcc": nobody, "attachments": nobody, "seen": 0,
				"anyway": true, "then": "waiting", "actions": shown.Actions, "macros": []desk.MacroID{m.ID}}
		}
		path := "/conversations/" + c.String()
		status, answer, _ := eva.send(post, path+"/replies", reply(shown.HTML))
		if status != 422 || !strings.Contains(string(answer), `"placeholder_unfilled"`) {
			h.t.Errorf("a reply with an empty placeholder: %d %s", status, answer)
		}
		var sent desk.Message
		eva.do(post, path+"/replies", reply(strings.ReplaceAll(shown.HTML, "{{customer.phone}}", "no phone")), &sent)
		var now openedBody
		eva.do(get, path, nil, &now)
		row := now.Conversation
		if row.Status != desk.StatusResolved || row.Priority != desk.Urgent || row.Assignee != h.d.Eva || !slices.Equal(row.Tags, []desk.TagID{tag.ID}) {
			h.t.Errorf("after the answer %+v", row)
		}
		notes := 0
		for _, said := range now.Timeline.Messages {
			if said.Kind == desk.Note && strings.Contains(said.HTML, "For ann@customer.example") {
				notes++
			}
		}
		if notes != 1 {
			h.t.Errorf("%d notes, want 1", notes)
		}
		var used macro.Macro
		eva.do(get, "/macros/"+m.ID.String(), nil, &used)
		if used.Uses != 1 || used.Mine != 1 {
			h.t.Errorf("use %+v", used.Use)
		}
	})
}

func TestActionsAreDoneAtOnceForWhoSawTheConversation(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		eva, lena := h.as(h.d.Eva), h.as(h.d.Agent("Lena", desk.LightAgent))
		c := h.receive(h.d.Support, desktest.Ann, "horse")
		var before openedBody
		eva.do(get, "/conversations/"+c.String(), nil, &before)
		ask := func(version int64, actions ...object) object { return object{"version": version, "actions": actions} }
		path := "/conversations/" + c.String() + "/actions"
		var row desk.Conversation
		eva.do(post, path, ask(before.Conversation.Version, object{"do": "snooze_until", "day": "monday", "clock": "09:00"}, object{"do": "set_priority", "priority": 2}), &row)
		if row.Priority != desk.High || row.SnoozedUntil.Time().Weekday().String() != "Monday" {
			h.t.Errorf("after the actions %+v", row)
		}
		eva.refused(desk.Conflict, post, path, ask(before.Conversation.Version, object{"do": "set_priority", "priority": 1}))
		eva.refused(desk.Invalid, post, path, ask(row.Version, object{"do": "add_tags", "tags": []int{4711}}))
		eva.refused(desk.Invalid, post, path, ask(row.Version, object{"do": "set_status", "status": "resolved"}, object{"do": "snooze_for", "minutes": 5}))
		lena.refused(desk.Forbidden, post, path, ask(row.Version, object{"do": "set_priority", "priority": 1}))
		lena.refused(desk.Forbidden, post, "/conversations/"+c.String()+"/notes", object{"html": "<p>x</p>", "mentions": nobody, "attachments": nobody,
			"actions": []object{{"do": "set_priority", "priority": 1}}})
		var messages int
		h.ask(&messages, `SELECT count(*) FROM message WHERE conversation = $1 AND kind = 'note'`, c)
		if messages != 0 {
			h.t.Errorf("%d notes of whom the actions were refused", messages)
		}
	})
}
