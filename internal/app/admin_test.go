package app

import (
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/secret"
)

func TestAdminMakesAndResetsAnOwner(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, c, _ Config) {
		c.URL = "https://help.shop.test/"
		link, err := MakeAdmin(t.Context(), c, Admin{Name: "Ann Rescuer", Email: "ann@shop.test"})
		if err != nil || !strings.HasPrefix(link, "https://help.shop.test/app/link/") {
			t.Fatalf("MakeAdmin = %q, %v, want a link below the public URL", link, err)
		}
		const password = "four words in a row"
		link, err = MakeAdmin(t.Context(), c, Admin{Email: "Ann@shop.test", Password: password})
		if err != nil || link != "" {
			t.Fatalf("MakeAdmin with a password = %q, %v, want no link", link, err)
		}
		d := open(t, c)
		defer closed(t, d)
		keys, err := openKeys(c)
		if err != nil {
			t.Fatal(err)
		}
		people := staff.New(staff.Config{DB: d, Keys: keys, Passwords: secret.NewPasswords(secret.Recommended), URL: func() string { return "" }})
		in, err := people.SignIn(t.Context(), staff.Visitor{IP: "192.0.2.1", Device: "test"}, "", "ann@shop.test", password)
		if err != nil || in.Cookie == "" {
			t.Fatalf("SignIn after MakeAdmin = %+v, %v", in, err)
		}
		if got := dbtest.Int(t, d, `SELECT COUNT(*) FROM agent WHERE role = 'owner'`); got != 1 {
			t.Errorf("%d owners, want 1", got)
		}
	})
}

func TestAdminRefusesAWeakPassword(t *testing.T) {
	t.Parallel()
	c := Config{Data: t.TempDir(), Logger: dbtest.Logger(t)}
	_, err := MakeAdmin(t.Context(), c, Admin{Name: "Ann", Email: "ann@shop.test", Password: "12345"})
	if !desk.IsRefusal(err, desk.Invalid) {
		t.Errorf("MakeAdmin with a weak password = %v, want a refusal", err)
	}
}

func TestPublicURLIsThatOfTheSettings(t *testing.T) {
	t.Parallel()
	c := Config{Data: t.TempDir(), Listen: "0.0.0.0:9000", Logger: dbtest.Logger(t)}
	if _, err := Migrate(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	look := func() string {
		d := open(t, c)
		defer closed(t, d)
		got, err := c.publicURL(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := look(); got != "http://localhost:9000" {
		t.Errorf("publicURL = %q, want where it listens", got)
	}
	write(t, c, func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO setting (name, value, updated_at) VALUES ('desk', '{"url":"https://desk.shop.test"}', 1)`)
		return err
	})
	if got := look(); got != "https://desk.shop.test" {
		t.Errorf("publicURL = %q, want that of the settings", got)
	}
}
