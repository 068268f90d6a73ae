package setting_test

import (
	"context"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/setting"
	"tellus/internal/platform/db"
)

func TestSettingsAreSavedOnceAtEachVersion(t *testing.T) {
	t.Parallel()
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			d := desktest.Idle(t, e)
			get := func() (s setting.Settings) {
				d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
					s, err = d.Settings.Get(ctx, tx)
					return err
				})
				return s
			}
			save := func(s setting.Settings) error {
				return d.Try(func(ctx context.Context, tx *db.Tx) error {
					_, err := d.Settings.Save(ctx, tx, desk.System, s)
					return err
				})
			}
			first := get()
			if first.UndoSeconds != 5 || first.Version != 0 {
				t.Errorf("defaults = %+v", first)
			}
			first.Company, first.URL, first.UndoSeconds = " Shop ", "https://help.shop.example/", 0
			if err := save(first); err != nil {
				t.Fatal(err)
			}
			got := get()
			if got.Company != "Shop" || got.URL != "https://help.shop.example" || got.UndoSeconds != 0 || got.Version != 1 {
				t.Errorf("saved = %+v", got)
			}
			if err := save(first); !desk.IsRefusal(err, desk.Conflict) {
				t.Errorf("Save of a stale version = %v, want a conflict", err)
			}
			for _, bad := range []func(s *setting.Settings){
				func(s *setting.Settings) { s.URL = "javascript:alert(1)" }, func(s *setting.Settings) { s.URL = "https://x.example/?q=1" },
				func(s *setting.Settings) { s.Receiver.Listen = "no port" },
			} {
				s := got
				bad(&s)
				if err := save(s); !desk.IsRefusal(err, desk.Invalid) {
					t.Errorf("Save(%+v) = %v, want a refusal", s, err)
				}
			}
		})
	}
}
