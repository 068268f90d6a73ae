package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/engine/carry"
	"tellus/internal/feature/automation"
)

func TestRulesAreCarriedInAFile(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		otto, sara := h.as(s.otto), h.as(s.sara)
		otto.refused(desk.Forbidden, get, "/rules/export", nil)
		otto.refused(desk.Forbidden, post, "/rules/import", object{"file": "{}"})
		var late, odd desk.Tag
		sara.do(post, "/tags", object{"name": "late", "colour": "red"}, &late)
		sara.do(post, "/tags", object{"name": "odd", "colour": "red"}, &odd)
		var first, second automation.EventRule
		sara.do(post, "/rules", newRule("Late ones", object{"condition": object{"any": []object{{"attr": "tags", "op": "any_of", "values": []string{fmt.Sprint(late.ID)}},
			{"attr": "inbox", "op": "is", "values": []string{fmt.Sprint(h.d.Support)}}}}, "actions": []object{{"do": "add_tags", "tags": []desk.TagID{odd.ID}}, {"do": "assign", "agent": s.sara}}}), &first)
		sara.do(post, "/rules", newRule("Broken", nil), &second)
		var all, one ruleFileBody
		sara.do(get, "/rules/export", nil, &all)
		sara.do(get, "/rules/export?rules="+second.ID.String(), nil, &one)
		sara.refused(desk.NotFound, get, "/rules/export?rules=4711", nil)
		if !strings.Contains(all.File, `"odd"`) || strings.Contains(one.File, "Late ones") || !strings.Contains(one.File, "Broken") {
			h.t.Fatalf("all: %s\none: %s", all.File, one.File)
		}
		run := func(file string, more object, will ...string) (out importedRulesBody) {
			h.t.Helper()
			ask := object{"file": file}
			for k, v := range more {
				ask[k] = v
			}
			sara.do(post, "/rules/import", ask, &out)
			got := []string{}
			for _, l := range out.Items {
				got = append(got, l.Will)
			}
			if !slices.Equal(got, will) {
				h.t.Fatalf("import %v: %q, want %q: %+v", more, got, will, out)
			}
			return out
		}
		rules := func() []automation.EventRule {
			var now list[automation.EventRule]
			sara.do(get, "/rules", nil, &now)
			return now.Items
		}
		run(all.File, nil, "same", "same")
		// Names that nothing here has: nothing is made until something stands for them.
		file := strings.ReplaceAll(strings.ReplaceAll(all.File, `"odd"`, `"strange"`), `"name": "Broken"`, `"name": "Torn"`)
		plan := run(file, object{"dry": true}, "lacks", "make")
		if len(plan.Lacks) != 1 || plan.Lacks[0].Name != "strange" || plan.Lacks[0].Kind != carry.OfTag || len(plan.Lacks[0].Offers) < 2 || plan.Made != 1 {
			h.t.Fatalf("the plan: %+v", plan)
		}
		if n := len(rules()); n != 2 {
			h.t.Fatalf("looking made %d rules", n-2)
		}
		run(file, object{"leave": []int{1}}, "lacks", "leave")
		run(file, nil, "lacks", "make")
		swaps := object{"swaps": []object{{"kind": "tag", "name": "strange", "with": late.ID}}}
		run(file, swaps, "make", "same")
		run(file, swaps, "same", "same")
		now := rules()
		if len(now) != 4 || now[2].Active || now[3].Active || now[2].Name != "Torn" || now[3].Name != "Late ones" {
			h.t.Fatalf("there are %+v", now)
		}
		if a := now[3].Actions[0]; !slices.Equal(a.Tags, []desk.TagID{late.ID}) || fmt.Sprint(now[3].Condition) != fmt.Sprint(first.Condition) {
			h.t.Errorf("imported: %+v", now[3])
		}
		var log int
		h.ask(&log, `SELECT count(*) FROM audit WHERE subject = $1 AND action = 'rule.created'`, aboutRule(now[3].ID))
		if log != 1 {
			h.t.Errorf("%d lines in the log about an imported rule, want 1", log)
		}
		// A desk that lost its rules has them again as they were, but off.
		for _, r := range now {
			sara.do(del, "/rules/"+r.ID.String(), nil, nil)
		}
		run(all.File, nil, "make", "make")
		for i, r := range rules() {
			want := []automation.EventRule{first, second}[i]
			want.Active, want.Version = r.Active, r.Version
			if r.Active || fmt.Sprintf("%+v", r.Edit) != fmt.Sprintf("%+v", want.Edit) {
				h.t.Errorf("rule %d came back as %+v, want %+v", i, r.Edit, want.Edit)
			}
		}
		// What is no file, and what is no rule.
		for text, why := range map[string]desk.Why{"{": desk.WhyFileUnread, `{"format":"tellus.macros","version":1}`: desk.WhyNoRuleFile,
			`{"format":"tellus.rules","version":2}`: desk.WhyFileNewer, strings.Replace(all.File, `"attr"`, `"attribute"`, 1): desk.WhyFileUnknown} {
			if got := sara.refused(desk.Invalid, post, "/rules/import", object{"file": text}); len(got.Errors) != 1 || string(got.Errors[0].Reason) != string(why) {
				h.t.Errorf("%.40s is refused with %+v, want %s", text, got, why)
			}
		}
		for part, why := range map[string]desk.Why{`"events":["draft.saved"],"actions":[{"do":"wake"}]`: desk.WhyConditionValue, `"events":["message.received"],"actions":[]`: desk.WhyMacroDoesNone,
			`"events":["message.received"],"actions":[{"do":"wake"}],"condition":{"attr":"mood","op":"is","values":["x"]}`: desk.WhyNoAttribute,
			`"events":["message.received"],"actions":[{"do":"add_note","note":"` + strings.Repeat("x", 20_001) + `"}]`:     desk.WhyOutOfRange} {
			out := run(`{"format":"tellus.rules","version":1,"rules":[{"name":"x",`+part+`}]}`, object{"dry": true}, "refuse")
			if out.Items[0].Why != why || out.Items[0].At == "" {
				h.t.Errorf("%.80s: %+v, want %s", part, out.Items[0], why)
			}
		}
	})
}
