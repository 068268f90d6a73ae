package api

import (
	"testing"

	"tellus/internal/desk"
	"tellus/internal/flow/bulk"
)

// TestBulkWorkTouchesWhatOneSees names conversations that the agent does not see among his own.
func TestBulkWorkTouchesWhatOneSees(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		otto, sara := h.as(s.otto), h.as(s.sara)
		request := object{"conversations": []desk.ConversationID{s.byInbox.conversation, s.byRestriction.conversation, s.mine.conversation},
			"actions": []object{{"do": "set_priority", "priority": 3}}}
		var p bulk.Preview
		otto.do(post, "/bulk/preview", request, &p)
		if p.Total != 3 || p.Changes != 1 || len(p.Skipped) != 1 || p.Skipped[0].Why != bulk.Unseen || p.Skipped[0].Count != 2 || len(p.Skipped[0].Examples) != 0 {
			h.t.Errorf("the preview says %+v", p)
		}
		var w bulk.Work
		otto.do(post, "/bulk", request, &w)
		h.d.Settle()
		path := "/bulk/" + w.ID.String()
		otto.do(get, path, nil, &w)
		if w.State != bulk.Done || w.Changed != 1 || w.Skipped != 2 || w.Total != 3 {
			h.t.Errorf("the work came to %+v", w)
		}
		var touched int
		h.ask(&touched, `SELECT count(*) FROM conversation WHERE priority = 3`)
		if touched != 1 {
			h.t.Errorf("%d conversations were changed, want 1", touched)
		}
		for _, c := range []struct{ method, path string }{{get, path}, {get, path + "/lines"}, {post, path + "/cancel"}, {post, path + "/undo"}} {
			sara.refused(desk.NotFound, c.method, c.path, nil)
		}
		otto.refused(desk.Gone, post, path+"/cancel", nil)
		sara.refused(desk.Forbidden, get, "/bulk?everybody=true", nil)
		ada := h.as(h.d.Agent("Ada", desk.Administrator))
		for who, want := range map[*browser]struct {
			path string
			n    int
		}{otto: {"/bulk", 1}, sara: {"/bulk", 0}, ada: {"/bulk?everybody=true", 1}} {
			var all list[bulk.Work]
			who.do(get, want.path, nil, &all)
			if len(all.Items) != want.n {
				h.t.Errorf("GET %s lists %d, want %d", want.path, len(all.Items), want.n)
			}
		}
		var watched list[bulk.Line] // who may read the log of changes may see what became of each
		ada.do(get, path+"/lines?state=changed", nil, &watched)
		if len(watched.Items) != 1 {
			h.t.Errorf("lines for who may read the log: %+v", watched.Items)
		}
		var lines list[bulk.Line]
		otto.do(get, path+"/lines?state=changed", nil, &lines)
		if len(lines.Items) != 1 || lines.Items[0].Conversation.ID != s.mine.conversation {
			h.t.Errorf("lines %+v", lines.Items)
		}
		otto.do(post, path+"/undo", nil, &w)
		h.d.Settle()
		otto.do(get, path, nil, &w)
		h.ask(&touched, `SELECT count(*) FROM conversation WHERE priority = 3`)
		if w.State != bulk.Undone || w.Undone != 1 || touched != 0 {
			h.t.Errorf("undone: %+v, %d still changed", w, touched)
		}
		otto.refused(desk.Conflict, post, path+"/undo", nil)
		otto.refused(desk.Invalid, post, "/bulk", object{"actions": []object{{"do": "trash"}}})
		h.as(s.lena).refused(desk.Forbidden, post, "/bulk", request)
	})
}
