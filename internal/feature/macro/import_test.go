package macro_test

import (
	"context"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/carry"
	"tellus/internal/feature/macro"
	"tellus/internal/platform/db"
)

func TestAFileIsImportedOnce(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		h := &house{Desk: d}
		otto, sara := d.Agent("Otto", desk.AgentRole), d.Agent("Sara", desk.Supervisor)
		asOtto, asSara := macro.Asker{Agent: otto}, macro.Asker{Agent: sara, Manage: true}
		file := macro.File{Format: "tellus.macros", Version: 1, Macros: []macro.Entry{
			{Folder: "A", Name: "Shared", Audience: desk.Everyone, Texts: text("<p>one</p>")},
			{Name: "Own", Audience: desk.Personal, Texts: text("<p>two</p>")},
			{Name: "Empty", Audience: desk.Personal},
			{Folder: " a ", Name: "shared", Audience: desk.Everyone, Texts: text("<p>again</p>")}, // the first one once more
		}}
		run := func(by macro.Asker, dry bool) (will []string) {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				lines, err := h.s.Import(ctx, tx, by, file, carry.Names{}, dry)
				for _, l := range lines {
					will = append(will, l.Will)
				}
				return err
			})
			return will
		}
		want := func(what string, got []string, want ...string) {
			t.Helper()
			if len(got) != len(want) {
				t.Fatalf("%s: %q, want %q", what, got, want)
			}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("%s: line %d: %s, want %s", what, i, got[i], want[i])
				}
			}
		}
		want("looked at", run(asSara, true), "make", "make", "refuse", "change")
		if names := h.names(asSara); len(names) != 0 {
			t.Errorf("looking made %q", names)
		}
		want("done", run(asSara, false), "make", "make", "refuse", "change")
		file.Macros = file.Macros[:3]
		file.Macros[0].Texts = text("<p>again</p>")
		file.Macros[0].Folder, file.Macros[0].Name = "a", "shared"
		want("done again", run(asSara, false), "same", "same", "refuse")
		if names := h.names(asSara); len(names) != 2 {
			t.Errorf("a repeat doubled: %q", names)
		}
		// Who may not share macros gets them for himself, and leaves the shared ones alone.
		want("by an agent", run(asOtto, false), "make", "make", "refuse")
		want("by an agent again", run(asOtto, false), "same", "same", "refuse")
	})
}
