package api

import (
	"testing"

	"tellus/internal/desk"
)

func TestAFormIsSetUpPerInbox(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		admin := h.as(h.d.Agent("Ada", desk.Administrator))
		path := "/inboxes/" + h.d.Support.String() + "/form"
		var usual, kept object
		admin.do(get, path, nil, &usual)
		if usual["active"] != false || usual["key"] != nil || usual["version"] != float64(0) {
			h.t.Errorf("the usual form %v", usual)
		}
		delete(usual, "inbox")
		usual["active"], usual["privacy"] = true, "https://shop.example/privacy"
		admin.do(put, path, usual, &kept)
		if key, _ := kept["key"].(string); len(key) != 12 || kept["version"] != float64(1) {
			h.t.Errorf("kept %v", kept)
		}
		if p := admin.refused(desk.Conflict, put, path, usual); p.Status != 409 {
			h.t.Errorf("a stale version: %+v", p)
		}
		usual["version"], usual["origins"] = 1, []string{"*"}
		admin.refused(desk.Invalid, put, path, usual)
		admin.refused(desk.NotFound, get, "/inboxes/777700/form", nil)
		h.as(h.d.Agent("Otto", desk.AgentRole)).refused(desk.Forbidden, get, path, nil)
		var n int
		h.ask(&n, `SELECT count(*) FROM audit WHERE action = 'form.updated'`)
		if n != 1 {
			h.t.Errorf("%d lines in the log", n)
		}
	})
}
