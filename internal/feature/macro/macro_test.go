package macro_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/macro"
	"tellus/internal/platform/db"
)

func text(html string) map[string]string { return map[string]string{"en": html} }

func edit(name string, audience desk.Audience, teams ...desk.TeamID) macro.Edit {
	return macro.Edit{Name: name, Audience: audience, Teams: teams, Texts: text("<p>" + name + "</p>"), Active: true}
}

type house struct {
	*desktest.Desk
	s macro.Service
}

func (h *house) create(by macro.Asker, e macro.Edit) (m macro.Macro, err error) {
	err = h.Try(func(ctx context.Context, tx *db.Tx) (err error) { m, err = h.s.Create(ctx, tx, by, e); return err })
	return m, err
}

func (h *house) made(by macro.Asker, e macro.Edit) macro.Macro {
	h.T.Helper()
	m, err := h.create(by, e)
	if err != nil {
		h.T.Fatalf("create %q: %v", e.Name, err)
	}
	return m
}

func (h *house) names(by macro.Asker) (names []string) {
	h.Read(func(ctx context.Context, tx *db.Tx) error {
		all, err := h.s.List(ctx, tx, by)
		for _, m := range all {
			names = append(names, m.Name)
		}
		return err
	})
	return names
}

func TestMacrosAreSeenAndChangedByWhomTheyAreFor(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		h := &house{Desk: d}
		otto, lena, sara := d.Agent("Otto", desk.AgentRole), d.Agent("Lena", desk.LightAgent), d.Agent("Sara", desk.Supervisor)
		team := d.Team("Returns", otto)
		asOtto, asLena, asSara := macro.Asker{Agent: otto, Teams: []desk.TeamID{team}}, macro.Asker{Agent: lena}, macro.Asker{Agent: sara, Manage: true}
		own := h.made(asOtto, edit("Own", desk.Personal))
		shared := h.made(asSara, edit("All", desk.Everyone))
		forTeam := h.made(asSara, edit("Team", desk.ForTeams, team, team))
		for who, c := range map[string]struct {
			by   macro.Asker
			want []string
		}{"Otto": {asOtto, []string{"All", "Own", "Team"}}, "Lena": {asLena, []string{"All"}}, "Sara": {asSara, []string{"All", "Team"}}} {
			if got := h.names(c.by); !cmp.Equal(got, c.want) {
				d.T.Errorf("%s sees %q, want %q", who, got, c.want)
			}
		}
		change := func(by macro.Asker, m macro.Macro, e macro.Edit) error {
			e.Version = m.Version
			return d.Try(func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Change(ctx, tx, by, m.ID, e); return err })
		}
		remove := func(by macro.Asker, m macro.Macro) error {
			return d.Try(func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Delete(ctx, tx, by, m.ID); return err })
		}
		for what, c := range map[string]struct {
			err  error
			want desk.Code
		}{
			"another's personal one is not there":         {change(asSara, own, edit("Mine", desk.Personal)), desk.NotFound},
			"a team's is not there for others":            {remove(asLena, forTeam), desk.NotFound},
			"a shared one is changed by who manages them": {change(asOtto, shared, edit("Mine", desk.Everyone)), desk.Forbidden},
			"nor deleted by others":                       {remove(asOtto, forTeam), desk.Forbidden},
			"one's own is shared by who manages them":     {change(asOtto, own, edit("Own", desk.Everyone)), desk.Forbidden},
		} {
			if !desk.IsRefusal(c.err, c.want) {
				d.T.Errorf("%s: %v, want %s", what, c.err, c.want)
			}
		}
		if _, err := h.create(asOtto, edit("For all", desk.Everyone)); !desk.IsRefusal(err, desk.Forbidden) {
			d.T.Errorf("an agent shares: %v", err)
		}
		if err := change(asOtto, own, edit("Own, better", desk.Personal)); err != nil {
			d.T.Errorf("change one's own: %v", err)
		}
		var r *desk.Refusal
		if err := change(asOtto, own, edit("Own, late", desk.Personal)); !errors.As(err, &r) || r.Code != desk.Conflict {
			d.T.Errorf("a stale version: %v", err)
		} else if now := r.Details.(desk.Stale).Current.(macro.Macro); now.Name != "Own, better" {
			d.T.Errorf("the conflict tells %+v", now)
		}
	})
}

func TestADeletedMacroComesBackAsItWas(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		h := &house{Desk: d}
		by := macro.Asker{Agent: d.Eva, Manage: true}
		e := edit("Damaged", desk.Everyone)
		e.Folder, e.Actions = " Delivery // Damaged ", []desk.Action{{Do: desk.SetStatus, Status: desk.StatusResolved}}
		made := h.made(by, e)
		if made.Folder != "Delivery/Damaged" {
			d.T.Errorf("folder %q", made.Folder)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			return h.s.Used(ctx, tx, by, []desk.MacroID{made.ID, made.ID, 4711})
		})
		d.Write(func(ctx context.Context, tx *db.Tx) error { return h.s.Used(ctx, tx, by, []desk.MacroID{made.ID}) })
		d.Write(func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Delete(ctx, tx, by, made.ID); return err })
		if got := h.names(by); got != nil {
			d.T.Errorf("after it was deleted: %q", got)
		}
		if err := d.Try(func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Get(ctx, tx, by, made.ID); return err }); !desk.IsRefusal(err, desk.NotFound) {
			d.T.Errorf("Get of a deleted one: %v", err)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Restore(ctx, tx, by, made.ID); return err })
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			got, err := h.s.Get(ctx, tx, by, made.ID)
			if got.Uses != 2 || got.Mine != 2 || got.UsedAt == 0 {
				d.T.Errorf("used %+v, want twice", got.Use)
			}
			got.Use = macro.Use{}
			if diff := cmp.Diff(made, got); diff != "" {
				d.T.Errorf("it came back changed (-made +got):\n%s", diff)
			}
			return err
		})
		d.Write(func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Delete(ctx, tx, by, made.ID); return err })
		other := h.made(by, edit("Other", desk.Everyone))
		d.After(31 * 24 * 60 * 60 * 1e9)
		d.Write(func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Delete(ctx, tx, by, other.ID); return err })
		if err := d.Try(func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Restore(ctx, tx, by, made.ID); return err }); !desk.IsRefusal(err, desk.NotFound) {
			d.T.Errorf("Restore after a month: %v", err)
		}
	})
}

func TestWhatCannotBeUsedIsRefused(t *testing.T) {
	t.Parallel()
	d := desktest.New(t, desktest.SQLite)
	h := &house{Desk: d}
	by := macro.Asker{Agent: d.Eva, Manage: true}
	for what, c := range map[string]struct {
		e     macro.Edit
		field string
		why   desk.Why
	}{
		"no name":                 {macro.Edit{Name: " ", Audience: desk.Personal, Texts: text("x")}, "body.name", desk.WhyNeeded},
		"nothing in it":           {macro.Edit{Name: "x", Audience: desk.Personal, Texts: text("<p> </p>")}, "", desk.WhyMacroDoesNone},
		"an unknown value":        {macro.Edit{Name: "x", Audience: desk.Personal, Texts: text("{{customer.shoe}}")}, "body.texts.en", desk.WhyNoPlaceholder},
		"one broken up":           {macro.Edit{Name: "x", Audience: desk.Personal, Texts: text("{{customer.<b>name</b>}}")}, "body.texts.en", desk.WhyNoPlaceholder},
		"no team":                 {macro.Edit{Name: "x", Audience: desk.ForTeams, Texts: text("x")}, "body.teams", desk.WhyNeeded},
		"folders without an end":  {macro.Edit{Name: "x", Audience: desk.Personal, Texts: text("x"), Folder: "a/b/c/d/e/f"}, "body.folder", desk.WhyEnough},
		"an action without what":  {macro.Edit{Name: "x", Audience: desk.Personal, Actions: []desk.Action{{Do: desk.AddTags}}}, "body.actions[0].tags", desk.WhyNeeded},
		"an empty note":           {macro.Edit{Name: "x", Audience: desk.Personal, Actions: []desk.Action{{Do: desk.WriteNote, Note: "<p></p>"}}}, "body.actions[0].note", desk.WhyNeeded},
		"an unknown value of it":  {macro.Edit{Name: "x", Audience: desk.Personal, Actions: []desk.Action{{Do: desk.WriteNote, Note: "{{agent.x}}"}}}, "body.actions[0].note", desk.WhyNoPlaceholder},
		"a language that is none": {macro.Edit{Name: "x", Audience: desk.Personal, Texts: map[string]string{"xx": "x"}}, "body.texts", ""},
	} {
		var r *desk.Refusal
		if _, err := h.create(by, c.e); !errors.As(err, &r) || r.Field != c.field || r.Why != c.why {
			t.Errorf("%s: %v, want %s at %q", what, err, c.why, c.field)
		}
	}
	kept := h.made(by, macro.Edit{Name: " Two\n words ", Audience: desk.Personal, Texts: map[string]string{"lv": `<p onclick="x">Sveiki<script>x</script></p>`, "pl": " "}})
	if kept.Name != "Two words" || !cmp.Equal(kept.Texts, map[string]string{"lv": "<p>Sveiki</p>"}) {
		t.Errorf("kept %q %q", kept.Name, kept.Texts)
	}
}

func TestTheTextIsInTheCustomersLanguage(t *testing.T) {
	t.Parallel()
	texts := map[string]string{"en": "Hello", "lv": "Sveiki", "ru": "Привет"}
	for _, c := range []struct {
		wish   string
		others []string
		want   string
	}{
		{"lv", nil, "lv"}, {"lv-LV", []string{"en"}, "lv"}, {"ru", []string{"en"}, "ru"}, {"pl", []string{"lv", "en"}, "lv"}, {"pl", nil, "en"}, {"", []string{"lv"}, "lv"},
		{"fr", []string{"lt", "ru"}, "ru"}, {"%%", nil, "en"},
	} {
		if got, html := macro.Choose(texts, c.wish, c.others...); got != c.want || html != texts[c.want] {
			t.Errorf("Choose(%q, %q) = %q %q, want %q", c.wish, c.others, got, html, c.want)
		}
	}
	if lang, html := macro.Choose(nil, "en", "lv"); lang != "" || html != "" {
		t.Errorf("Choose of nothing = %q %q", lang, html)
	}
}
