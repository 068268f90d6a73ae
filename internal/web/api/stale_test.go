package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/setting"
)

// TestConflictsTellWhatChangedAndTheLogKeepsIt changes each kind of thing that settings hold, once by Anna and once by somebody who read it before that.
func TestConflictsTellWhatChangedAndTheLogKeepsIt(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		anna := h.d.Agent("Anna", desk.Owner)
		owner, boss := h.as(anna), h.as(h.d.Agent("Boss", desk.Owner))
		var tag desk.Tag
		owner.do(post, "/tags", object{"name": "rare", "colour": "red"}, &tag)
		var team desk.Team
		owner.do(post, "/teams", object{"name": "Kase", "members": []int{}}, &team)
		var box desk.Inbox
		owner.do(get, "/inboxes/"+h.d.Support.String(), nil, &box)
		edit := func(name, host string) inbox.Edit {
			e := inbox.EditOf(box)
			e.ID = 0
			e.Name, e.Submit.Host = name, host
			return e
		}
		withSecret := edit("Help", "smtp.shop.example")
		word := h.secret("a secret of the inbox")
		withSecret.ReceiveSecret = &word
		var house setting.Settings
		owner.do(get, "/settings", nil, &house)
		settings := func(company string) setting.Settings {
			s := house
			s.Company = company
			return s
		}
		otto := h.d.Agent("Otto", desk.AgentRole)
		var ottoNow desk.Agent
		h.agent(owner, otto, &ottoNow)
		for name, c := range map[string]struct {
			path          string
			first, second any
			action        string
			changed       []string
			log           []desk.FieldChange
		}{
			"tag": {fmt.Sprintf("/tags/%d", tag.ID), object{"version": tag.Version, "name": "seldom", "colour": "red"},
				object{"version": tag.Version, "name": "rarely", "colour": "red"}, "tag.updated", []string{"name"},
				[]desk.FieldChange{{Field: "name", Old: "rare", New: "seldom"}}},
			"team": {"/teams/" + team.ID.String(), object{"version": team.Version, "name": "Kasse"},
				object{"version": team.Version, "name": "Kases"}, "team.updated", []string{"name"},
				[]desk.FieldChange{{Field: "name", Old: "Kase", New: "Kasse"}}},
			"agent": {"/agents/" + otto.String(), object{"version": ottoNow.Version, "role": "supervisor"},
				object{"version": ottoNow.Version, "role": "light_agent"}, "agent.updated", []string{"role"},
				[]desk.FieldChange{{Field: "role", Old: "agent", New: "supervisor"}}},
			"inbox": {"/inboxes/" + h.d.Support.String(), withSecret, edit("Hotline", box.Submit.Host), "inbox.updated", []string{"name", "submit.host"},
				[]desk.FieldChange{{Field: "name", Old: box.Name, New: "Help"}, {Field: "submit.host", Old: box.Submit.Host, New: "smtp.shop.example"},
					{Field: "receive.secret", Replaced: true}}},
			"settings": {"/settings", settings("Kalna"), settings("Leja"), "setting.updated", []string{"company"},
				[]desk.FieldChange{{Field: "company", Old: house.Company, New: "Kalna"}}},
		} {
			owner.do(patch, c.path, c.first, nil)
			p := boss.refused(desk.Conflict, patch, c.path, c.second)
			data, err := json.Marshal(p.More)
			if err != nil {
				h.t.Fatal(err)
			}
			var what struct {
				Current map[string]any
				Changed []string
				By      desk.Actor
				At      desk.Time
			}
			if err := json.Unmarshal(data, &what); err != nil {
				h.t.Fatal(err)
			}
			if diff := cmp.Diff(c.changed, what.Changed); diff != "" || what.By != desk.ByAgent(anna) || what.At == 0 || what.Current["version"] == nil {
				h.t.Errorf("%s: conflict %s (-want +got):\n%s", name, data, diff)
			}
			line := h.newestLine(boss, c.action)
			if diff := cmp.Diff(c.log, line.Changes); diff != "" || line.By != desk.ByAgent(anna) {
				h.t.Errorf("%s: line %+v (-want +got):\n%s", name, line, diff)
			}
		}
		owner.do(del, fmt.Sprintf("/tags/%d", tag.ID), nil, nil)
		if line := h.newestLine(boss, "tag.deleted"); len(line.Changes) == 0 || line.Changes[len(line.Changes)-1].Old != "seldom" {
			h.t.Errorf("tag.deleted: %+v", line)
		}
		_, all, _ := boss.send(get, "/audit", nil)
		if strings.Contains(string(all), word) {
			h.t.Error("the log holds a secret")
		}
	})
}

func (h *desked) agent(b *browser, id desk.AgentID, out *desk.Agent) {
	h.t.Helper()
	var all list[desk.Agent]
	b.do(get, "/agents", nil, &all)
	for _, a := range all.Items {
		if a.ID == id {
			*out = a
			return
		}
	}
	h.t.Fatalf("no agent %s", id)
}

func (h *desked) newestLine(b *browser, action string) desk.AuditEntry {
	h.t.Helper()
	var log page[desk.AuditEntry]
	b.do(get, "/audit", nil, &log)
	for _, e := range log.Items {
		if e.Action == action {
			return e
		}
	}
	h.t.Fatalf("the log has no %s", action)
	return desk.AuditEntry{}
}
