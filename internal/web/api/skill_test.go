package api

import (
	"slices"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/feature/routing"
)

func TestSkillsAreMadeGivenAndMerged(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		anna := h.d.Agent("Anna", desk.AgentRole)
		team := h.d.Team("Helpers", anna)
		otto, sara, admin := h.as(anna), h.as(h.d.Agent("Sara", desk.Supervisor)), h.as(h.d.Agent("Ada", desk.Administrator))
		otto.refused(desk.Forbidden, get, "/skills", nil)
		otto.refused(desk.Forbidden, post, "/skills", object{"name": "Soldering", "agents": []int{}, "version": 0})
		otto.refused(desk.Forbidden, put, "/agents/"+anna.String()+"/skills", object{"skills": []int{}})
		sara.refused(desk.Invalid, post, "/skills", object{"name": " ", "agents": []int{}, "version": 0})
		sara.refused(desk.Invalid, post, "/skills", object{"name": "Soldering", "agents": []int{4711}, "version": 0})

		var solder, sew desk.Skill
		sara.do(post, "/skills", object{"name": " Soldering  iron", "agents": []desk.AgentID{anna, anna}, "version": 0}, &solder)
		if solder.Name != "Soldering iron" || !slices.Equal(solder.Agents, []desk.AgentID{anna}) || solder.Version != 1 {
			h.t.Errorf("made: %+v", solder)
		}
		sara.refused(desk.Conflict, post, "/skills", object{"name": "SOLDERING iron", "agents": []int{}, "version": 0})
		sara.do(post, "/skills", object{"name": "Sewing", "agents": []int{}, "version": 0}, &sew)
		path := "/skills/" + solder.ID.String()
		sara.refused(desk.Conflict, put, path, object{"name": "sewing", "agents": []int{}, "version": 1})
		sara.refused(desk.NotFound, put, "/skills/4711", object{"name": "Nothing", "agents": []int{}, "version": 1})
		sara.do(put, path, object{"name": "Soldering", "agents": []int{}, "version": 1}, &solder)
		if p := sara.refused(desk.Conflict, put, path, object{"name": "Brazing", "agents": []int{}, "version": 1}); p.More == nil {
			h.t.Errorf("the conflict does not say what differs: %+v", p)
		}

		// Of a person: what is said is all he has.
		of := "/agents/" + anna.String() + "/skills"
		sara.refused(desk.Invalid, put, of, object{"skills": []int{4711}})
		sara.refused(desk.NotFound, put, "/agents/4711/skills", object{"skills": []int{}})
		var has AgentSkills
		sara.do(put, of, object{"skills": []desk.SkillID{solder.ID, sew.ID, sew.ID}}, &has)
		sara.do(put, of, object{"skills": []desk.SkillID{sew.ID}}, &has)
		var all list[desk.Skill]
		if sara.do(get, "/skills", nil, &all); len(all.Items) != 2 || all.Items[0].Name != "Sewing" || !slices.Equal(all.Items[0].Agents, []desk.AgentID{anna}) || len(all.Items[1].Agents) != 0 {
			h.t.Errorf("skills: %+v", all.Items)
		}
		sara.refused(desk.Conflict, put, path, object{"name": "Soldering", "agents": []int{}, "version": 2}) // it was given and taken meanwhile

		// A team asks for one by type.
		var repair desk.ConversationType
		sara.do(post, "/types", object{"name": "Repair", "kind": "other", "icon": "tag", "colour": "grey"}, &repair)
		ask := func(version int64, waive int, needs ...object) object {
			return object{"method": "in_turn", "capacity": 2, "previousDays": 0, "waiveMinutes": waive, "skills": needs, "version": version}
		}
		giving := "/teams/" + team.String() + "/distribution"
		need := func(k desk.TypeID, s desk.SkillID, how string) object {
			return object{"type": k, "skill": s, "need": how}
		}
		sara.refused(desk.Invalid, put, giving, ask(0, 30, need(repair.ID, 4711, "required")))
		sara.refused(desk.Invalid, put, giving, ask(0, 30, need(4711, sew.ID, "required")))
		sara.refused(desk.Invalid, put, giving, ask(0, 30, need(repair.ID, sew.ID, "")))
		sara.refused(desk.Invalid, put, giving, ask(0, 0, need(repair.ID, sew.ID, "required")))
		sara.refused(desk.Invalid, put, giving, ask(0, 30, need(repair.ID, sew.ID, "required"), need(repair.ID, sew.ID, "preferred")))
		var now routing.Distribution
		sara.do(put, giving, ask(0, 30, need(repair.ID, sew.ID, "required")), &now)
		if otto.do(get, giving, nil, &now); len(now.Skills) != 1 || now.Skills[0].Skill != sew.ID || now.Skills[0].Type != repair.ID || now.Skills[0].Need != "required" {
			h.t.Errorf("the team asks for %+v", now.Skills)
		}

		// Merged, what used it uses the other; whoever had the team's distribution open hears of it.
		sew2 := "/skills/" + sew.ID.String()
		sara.refused(desk.Invalid, del, sew2+"?into="+sew.ID.String(), nil)
		sara.refused(desk.NotFound, del, sew2+"?into=4711", nil)
		otto.refused(desk.Forbidden, del, sew2, nil)
		var gone desk.Skill
		if sara.do(del, sew2+"?into="+solder.ID.String(), nil, &gone); len(gone.Agents) != 1 || len(gone.Teams) != 1 {
			h.t.Errorf("gone: %+v", gone)
		}
		if sara.do(get, "/skills", nil, &all); len(all.Items) != 1 || !slices.Equal(all.Items[0].Agents, []desk.AgentID{anna}) || !slices.Equal(all.Items[0].Teams, []desk.TeamID{team}) {
			h.t.Errorf("merged: %+v", all.Items)
		}
		sara.refused(desk.Conflict, put, giving, ask(1, 30))
		for _, action := range []string{"skill.created", "skill.updated", "skill.merged", "skill.deleted"} {
			if line := h.newestLine(admin, action); line.Subject == "" {
				h.t.Errorf("%s: %+v", action, line)
			}
		}
		if sara.do(del, path, nil, &gone); len(gone.Teams) != 1 {
			h.t.Errorf("gone: %+v", gone)
		}
		now = routing.Distribution{} // what is absent from an answer is not read over
		if otto.do(get, giving, nil, &now); len(now.Skills) != 0 || now.Version == 0 {
			h.t.Errorf("the team asks for %+v", now.Skills)
		}
	})
}
