package api

import (
	"slices"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/routing"
)

func TestDistributionIsSetSeenAndExplained(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		anna := h.d.Agent("Anna", desk.AgentRole)
		team := h.d.Team("Helpers", anna)
		otto, ada, eva := h.as(anna), h.as(h.d.Agent("Ada", desk.Administrator)), h.as(h.d.Eva)
		path := "/teams/" + team.String() + "/distribution"
		edit := func(version int64, more object) object {
			o := object{"method": "in_turn", "capacity": 2, "previousDays": 0, "version": version}
			for k, v := range more {
				o[k] = v
			}
			return o
		}
		var now routing.Distribution
		otto.do(get, path, nil, &now)
		if now.Method != "" || now.Version != 0 {
			h.t.Errorf("before anybody decided: %+v", now)
		}
		otto.refused(desk.Forbidden, put, path, edit(0, nil))
		ada.refused(desk.Invalid, put, path, edit(0, object{"method": "by_dice"}))
		ada.refused(desk.Invalid, put, path, edit(0, object{"capacity": 0}))
		ada.refused(desk.NotFound, put, "/teams/4711/distribution", edit(0, nil))
		ada.do(put, path, edit(0, nil), &now)
		if now.Method != "in_turn" || now.Capacity != 2 || now.Version != 1 {
			h.t.Errorf("set: %+v", now)
		}
		var teams list[desk.Team]
		eva.do(put, path, edit(1, object{"onlyNext": true}), &now)
		if otto.do(get, "/teams", nil, &teams); !now.OnlyNext || !teams.Items[0].OnlyNext {
			h.t.Errorf("by next only: %+v, %+v", now, teams.Items)
		}
		ada.refused(desk.Invalid, put, path, edit(2, object{"acceptMinutes": 241}))
		anybody := object{"agent": anna, "weight": 3}
		ada.refused(desk.Invalid, put, path, edit(2, object{"weights": []object{anybody, anybody}}))
		ada.refused(desk.Invalid, put, path, edit(2, object{"weights": []object{{"agent": anna, "weight": 11}}}))
		ada.refused(desk.Invalid, put, path, edit(2, object{"weights": []object{{"agent": 4711, "weight": 1}}}))
		ada.do(put, path, edit(2, object{"method": "weighted", "weights": []object{anybody}, "acceptMinutes": 240}), &now)
		if otto.do(get, path, nil, &now); now.Method != "weighted" || len(now.Weights) != 1 || now.Weights[0].Weight != 3 || now.AcceptMinutes != 240 {
			h.t.Errorf("by weight: %+v", now)
		}
		ada.refused(desk.Invalid, put, path, edit(3, object{"speak": "fluently"}))
		ada.refused(desk.Invalid, put, path, edit(3, object{"speak": "required"}))
		ada.refused(desk.Invalid, put, path, edit(3, object{"speak": "required", "waiveMinutes": 1441}))
		ada.do(put, path, edit(3, object{"speak": "required", "waiveMinutes": 1440}), &now)
		if otto.do(get, path, nil, &now); now.Speak != "required" || now.WaiveMinutes != 1440 {
			h.t.Errorf("by language: %+v", now)
		}
		eva.do(put, path, edit(4, nil), &now)
		if p := eva.refused(desk.Conflict, put, path, edit(0, object{"capacity": 9})); p.More == nil {
			h.t.Errorf("the conflict does not say what differs: %+v", p)
		}

		// In which languages somebody answers he says himself, or who manages people does.
		var me, him desk.Agent
		if otto.do(get, "/profile", nil, &me); len(me.Answers) != 0 {
			h.t.Errorf("before he said anything he answers in %v", me.Answers)
		}
		otto.refused(desk.Invalid, patch, "/profile", object{"version": me.Version, "answers": []string{"xx"}})
		otto.do(patch, "/profile", object{"version": me.Version, "answers": []string{"lt", "lv", "lv"}}, &me)
		if !slices.Equal(me.Answers, []string{"lv", "lt"}) {
			h.t.Errorf("he answers in %v", me.Answers)
		}
		who := "/agents/" + anna.String()
		eva.refused(desk.Forbidden, patch, who, object{"version": me.Version, "answers": []string{}})
		ada.refused(desk.Invalid, patch, who, object{"version": me.Version, "answers": []string{"english"}})
		if ada.do(patch, who, object{"version": me.Version, "answers": []string{"ru"}}, &him); !slices.Equal(him.Answers, []string{"ru"}) {
			h.t.Errorf("he answers in %v", him.Answers)
		}

		// What waits is taken by hand, the oldest first; who may not see a conversation does not learn why it was given.
		first := h.d.Receive(desktest.Ann, "Where is my parcel?")
		var taken desk.Conversation
		otto.do(post, "/conversations/next", object{}, &taken)
		if taken.ID != first || taken.Assignee != anna {
			h.t.Errorf("took %+v", taken)
		}
		otto.refused(desk.NotFound, post, "/conversations/next", object{})
		h.as(h.d.Agent("Lia", desk.LightAgent)).refused(desk.Forbidden, post, "/conversations/next", object{})
		var why list[routing.Assignment]
		otto.do(get, "/conversations/"+first.String()+"/assignments", nil, &why)
		if why.Items == nil || len(why.Items) != 0 {
			h.t.Errorf("what was taken by hand was given: %+v", why)
		}
		otto.refused(desk.NotFound, get, "/conversations/4711/assignments", nil)
	})
}
