package api

import (
	"testing"

	"tellus/internal/desk"
	"tellus/internal/feature/privacy"
	"tellus/internal/flow/person"
)

// TestPrivacyIsForWhoManagesIt has administrators export, hold and erase a customer, each as far as he may see.
func TestPrivacyIsForWhoManagesIt(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		ada, bea := h.d.Agent("Ada", desk.Administrator), h.d.Agent("Bea", desk.Administrator)
		admin, other, sara := h.as(ada), h.as(bea), h.as(s.sara)
		var who desk.CustomerID
		h.ask(&who, `SELECT customer FROM conversation WHERE id = $1`, s.mine.conversation)
		path := "/customers/" + who.String()
		for _, c := range []call{{post, path + "/export", nil}, {get, path + "/erasure", nil}, {post, path + "/erasure", object{"typed": "Ann Berg"}}, {get, "/privacy/tasks", nil},
			{get, "/privacy/holds", nil}, {post, "/privacy/holds", object{"customer": who, "reason": "x"}}} {
			sara.refused(desk.Forbidden, c.method, c.path, c.body)
		}
		admin.refused(desk.NotFound, post, "/privacy/holds", object{"conversation": s.byRestriction.conversation, "reason": "claim"})
		admin.refused(desk.NotFound, post, "/customers/777701/export", nil)

		var task privacy.Task
		admin.do(post, path+"/export", nil, &task)
		h.d.Settle()
		file := "/privacy/tasks/" + task.ID.String()
		admin.do(get, file, nil, &task)
		if task.State != privacy.Done || task.Figures.Hidden != 1 {
			h.t.Errorf("the export is %+v, want done with one conversation left out", task)
		}
		if status, body, header := admin.send(get, file+"/file", nil); status != 200 || header.Get("Content-Type") != "application/zip" || len(body) != int(task.Size) {
			h.t.Errorf("the file: %d %v, %d bytes of %d", status, header, len(body), task.Size)
		}
		other.refused(desk.NotFound, get, file+"/file", nil)

		var hold desk.Hold
		admin.do(post, "/privacy/holds", object{"customer": who, "reason": "claim 7"}, &hold)
		var preview person.ErasurePreview
		admin.do(get, path+"/erasure", nil, &preview)
		if len(preview.Holds) != 1 || preview.Type == "" || preview.Figures.Conversations != 3 {
			h.t.Errorf("the preview says %+v", preview)
		}
		admin.refused(desk.Conflict, post, path+"/erasure", object{"typed": preview.Type})
		var holds page[HeldBody]
		other.do(get, "/privacy/holds", nil, &holds)
		if len(holds.Items) != 1 || holds.Items[0].Name != preview.Type {
			h.t.Errorf("the holds are %+v", holds)
		}
		other.do(post, "/privacy/holds/"+hold.ID.String()+"/end", nil, &hold)
		if hold.EndedBy != bea {
			h.t.Errorf("the hold was ended by %s", hold.EndedBy)
		}
		admin.refused(desk.Invalid, post, path+"/erasure", object{"typed": "somebody"})
		admin.do(post, path+"/erasure", object{"typed": preview.Type}, &task)
		h.d.Settle()
		admin.refused(desk.Gone, get, file+"/file", nil) // it held what is erased
		admin.refused(desk.Gone, post, path+"/erasure", object{"typed": "#" + who.String()})
		var log page[privacy.Task]
		other.do(get, "/privacy/tasks?customer="+who.String(), nil, &log)
		if len(log.Items) != 2 || log.Items[0].Kind != privacy.Erase || log.Items[0].State != privacy.Done || log.Items[1].State != privacy.Ended {
			h.t.Errorf("the log says %+v", log.Items)
		}
		if line := h.newestLine(admin, "customer.erased"); line.Subject != "customer:"+who.String() {
			h.t.Errorf("the audit says %+v", line)
		}
	})
}
