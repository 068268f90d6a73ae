package api

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/view"
)

func newView(name string, more object) object {
	o := object{"name": name, "audience": "personal", "teams": []int{}, "icon": "list", "colour": "grey", "shelves": []string{"active"}, "condition": object{},
		"sort": object{"by": "number"}, "layout": "list", "columns": []object{}, "pinned": true, "zone": "Europe/Riga", "version": 0}
	for k, v := range more {
		o[k] = v
	}
	return o
}

func TestSavedViewsAreSeenByWhomTheyAreFor(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		otto, sara := h.as(s.otto), h.as(s.sara)
		var own, shared view.View
		otto.do(post, "/saved-views", newView("Own", nil), &own)
		sara.do(post, "/saved-views", newView("All", object{"audience": "everyone"}), &shared)
		otto.refused(desk.Forbidden, post, "/saved-views", newView("All", object{"audience": "everyone"}))
		ownPath, sharedPath := "/saved-views/"+own.ID.String(), "/saved-views/"+shared.ID.String()
		for _, method := range []string{get, put, del} {
			sara.refused(desk.NotFound, method, ownPath, newView("x", object{"version": 1}))
		}
		sara.refused(desk.NotFound, post, ownPath+"/restore", nil)
		sara.refused(desk.NotFound, get, ownPath+"/count", nil)
		sara.refused(desk.NotFound, get, "/conversations?view=saved:"+own.ID.String(), nil)
		sara.refused(desk.NotFound, post, "/exports", object{"view": "saved:" + own.ID.String(), "columns": []string{"number"}, "titles": []string{}})
		sara.refused(desk.NotFound, post, "/bulk/preview", object{"view": "saved:" + own.ID.String(), "actions": []object{{"do": "trash"}}})
		otto.refused(desk.Forbidden, put, sharedPath, newView("x", object{"version": 1}))
		h.d.Settle()
		for _, c := range []struct {
			who    *browser
			agents string
			want   int
		}{{otto, "agent", 1}, {sara, "supervisor", 2}} {
			var page conversationsBody
			c.who.do(get, "/conversations?view=saved:"+shared.ID.String(), nil, &page)
			var tally conversation.Tally
			c.who.do(get, sharedPath+"/count", nil, &tally)
			var previewed previewedBody
			c.who.do(post, "/conversations/preview", object{"condition": object{}}, &previewed)
			if len(page.Items) != c.want || tally.Count != c.want || previewed.Count != c.want || len(previewed.Items) != c.want {
				h.t.Errorf("a view for everyone shows %d to the %s, counts %d, its preview %d; want %d", len(page.Items), c.agents, tally.Count, previewed.Count, c.want)
			}
			var counts viewsBody
			c.who.do(get, "/views", nil, &counts)
			found := false
			for _, n := range counts.Items {
				found = found || n.ID == conversation.Saved(shared.ID) && n.Count == c.want
			}
			if !found {
				h.t.Errorf("no count of the view for the %s in %+v", c.agents, counts.Items)
			}
		}
		var all list[view.View]
		otto.do(put, "/saved-views/order", object{"order": []desk.ViewID{shared.ID, own.ID}, "hidden": []desk.ViewID{own.ID}}, &all)
		if len(all.Items) != 2 || all.Items[0].ID != shared.ID || all.Items[1].Pinned || all.Items[0].MayChange || !all.Items[1].MayChange {
			h.t.Errorf("arranged %+v", all.Items)
		}
		sara.do(del, sharedPath, nil, nil)
		otto.refused(desk.NotFound, get, sharedPath, nil)
		sara.do(post, sharedPath+"/restore", nil, &shared)
		var log int
		h.ask(&log, `SELECT count(*) FROM audit WHERE subject = $1`, "view:"+shared.ID.String())
		if log != 3 {
			h.t.Errorf("%d lines in the log about the shared view, want 3", log)
		}
		var attributes list[condition.Attribute]
		otto.do(get, "/conversations/attributes", nil, &attributes)
		if len(attributes.Items) < 20 || len(attributes.Items[0].Takes) == 0 {
			h.t.Errorf("attributes %+v", attributes.Items)
		}
		otto.refused(desk.Invalid, post, "/saved-views", newView("Bad", object{"condition": object{"attr": "status", "op": "is", "values": []string{"lost"}}}))
		otto.refused(desk.Invalid, post, "/saved-views", newView("Bad", object{"shelves": []string{"finished"}, "sort": object{"by": "due"}}))
	})
}

func TestAViewIsWrittenToAFile(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		h.receive(h.d.Support, desktest.Ann, `=HYPERLINK("http://evil.example";"x")`)
		for i := range 3 {
			h.receive(h.d.Support, desktest.Ann, fmt.Sprintf("Order, \"%d\"", i))
		}
		otto, sara := h.as(h.d.Agent("Otto", desk.AgentRole)), h.as(h.d.Agent("Sara", desk.Supervisor))
		var v view.View
		otto.do(post, "/saved-views", newView("Mine", nil), &v)
		h.d.Settle()
		var e view.Export
		otto.do(post, "/exports", object{"view": "saved:" + v.ID.String(), "columns": []string{"number", "subject", "status", "created", "inbox"},
			"titles": []string{"No", "-Subject", "Status", "Since", "Inbox"}}, &e)
		h.d.Settle()
		path := "/exports/" + e.ID.String()
		otto.do(get, path, nil, &e)
		if e.State != view.Written || e.Rows != 4 || e.Total != 4 {
			h.t.Fatalf("the file is %+v", e)
		}
		sara.refused(desk.NotFound, get, path, nil)
		sara.refused(desk.NotFound, get, path+"/file", nil)
		sara.refused(desk.NotFound, del, path, nil)
		_, data, _ := otto.send(get, path+"/file", nil)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 5 {
			h.t.Fatalf("the file holds %q: %v", data, err)
		}
		if rows[0][1] != "'-Subject" || rows[1][1] != `'=HYPERLINK("http://evil.example";"x") subject` || rows[2][1] != `Order, "0" subject` || rows[1][2] != "new" || rows[1][4] == "" {
			h.t.Errorf("the file holds %q", rows)
		}
		var log int
		h.ask(&log, `SELECT count(*) FROM audit WHERE action IN ('export.view', 'export.fetched')`)
		if log != 2 {
			h.t.Errorf("%d lines in the log, want 2", log)
		}
		otto.do(del, path, nil, nil)
		otto.refused(desk.NotFound, get, path, nil)
		h.ask(&log, `SELECT count(*) FROM view_export_part`)
		if log != 0 {
			h.t.Errorf("%d parts are left of a file that was dropped", log)
		}
	})
}
