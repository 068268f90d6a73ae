package form_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/form"
	"tellus/internal/platform/db"
	"tellus/internal/platform/secret"
)

func TestSettingsAreKeptAsTheyAreUsed(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		s := &form.Service{}
		save := func(edit func(f *form.Form)) (out form.Form, err error) {
			err = d.Try(func(ctx context.Context, tx *db.Tx) error {
				f, err := s.Get(ctx, tx, d.Support)
				if err != nil {
					return err
				}
				edit(&f)
				out, err = s.Save(ctx, tx, desk.System, f)
				return err
			})
			return out, err
		}
		first, err := save(func(f *form.Form) {
			if f.Key != "" || f.Active || f.Name != "optional" || f.Version != 0 {
				d.T.Errorf("the usual form %+v", f)
			}
			f.Active, f.Greeting = true, map[string]string{"lv": " Sveiki ", "de": "  "}
			f.Origins = []string{" žurnāls.lv ", "https://ŽURNĀLS.lv/lapa?x", "", "http://127.0.0.1:8000"}
			f.Accent = "#FFEE00"
		})
		if err != nil {
			d.T.Fatal(err)
		}
		if len(first.Key) != 12 || first.Version != 1 || len(first.Greeting) != 1 || first.Greeting["lv"] != "Sveiki" || first.Accent != "#ffee00" || first.Ink() != "#000000" {
			d.T.Errorf("kept %+v", first)
		}
		if got := strings.Join(first.Origins, " "); !strings.HasPrefix(got, "https://xn--") || !strings.HasSuffix(got, ".lv http://127.0.0.1:8000") || len(first.Origins) != 2 {
			d.T.Errorf("origins %q", got)
		}
		second, err := save(func(f *form.Form) { f.Active = false })
		if err != nil || second.Key != first.Key || second.Version != 2 {
			d.T.Errorf("second %+v, %v", second, err)
		}
		if _, err := save(func(f *form.Form) { f.Version = 1 }); !desk.IsRefusal(err, desk.Conflict) {
			d.T.Errorf("a stale version: %v", err)
		}
		for what, edit := range map[string]func(f *form.Form){
			"a policy of one's own": func(f *form.Form) { f.Origins = []string{"https://shop.example; script-src *"} },
			"any website by *":      func(f *form.Form) { f.Origins = []string{"*"} },
			"a keyword":             func(f *form.Form) { f.Origins = []string{"'unsafe-inline'"} },
			"another scheme":        func(f *form.Form) { f.Origins = []string{"javascript://shop.example"} },
			"no colour":             func(f *form.Form) { f.Accent = "red;}" },
			"a script as a link":    func(f *form.Form) { f.Privacy = "javascript:alert(1)" },
			"an unknown language":   func(f *form.Form) { f.Greeting = map[string]string{"fi": "Hei"} },
			"a long greeting":       func(f *form.Form) { f.Greeting = map[string]string{"en": strings.Repeat("x", 601)} },
			"a question of its own": func(f *form.Form) { f.Name = "maybe" },
		} {
			if _, err := save(edit); !desk.IsRefusal(err, desk.Invalid) {
				d.T.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestTextOnTheButtonIsAlwaysReadable(t *testing.T) {
	t.Parallel()
	for accent, want := range map[string]string{"#000000": "#ffffff", "#ffffff": "#000000", "#0f6e63": "#ffffff", "#ffee00": "#000000", "#ff0000": "#000000", "#757575": "#ffffff", "#0000ff": "#ffffff"} {
		if got := (form.Form{Settings: form.Settings{Accent: accent}}).Ink(); got != want {
			t.Errorf("text on %s is %s, want %s", accent, got, want)
		}
	}
}

func TestTicketsCountForTheirFormAndTime(t *testing.T) {
	t.Parallel()
	keys, err := secret.OpenKeyring(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		now := desk.At(desktest.Start)
		ticket := form.NewTicket(keys, "abc", now)
		age := time.Duration(rapid.Int64Range(-int64(time.Hour), int64(48*time.Hour)).Draw(rt, "age"))
		_, err := form.OpenTicket(keys, "abc", ticket, now.Add(age))
		age = age.Truncate(time.Microsecond)
		switch {
		case age < form.LeastAge && !errors.Is(err, form.ErrSoon), age > form.MostAge && !errors.Is(err, form.ErrStale),
			age >= form.LeastAge && age <= form.MostAge && err != nil:
			rt.Errorf("after %s: %v", age, err)
		}
		if _, err := form.OpenTicket(keys, "abcd", ticket, now.Add(time.Minute)); !errors.Is(err, form.ErrTicket) {
			rt.Errorf("for another form: %v", err)
		}
		junk := rapid.String().Draw(rt, "junk")
		if _, err := form.OpenTicket(keys, "abc", junk, now); !errors.Is(err, form.ErrTicket) {
			rt.Errorf("%q: %v", junk, err)
		}
	})
}

func TestThePageIsKeptWithoutWhatMayBeSecret(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]string{
		"https://shop.example/a?token=1#x": "https://shop.example/a", "https://u:p@shop.example/": "https://shop.example/", "javascript:alert(1)": "",
		"file:///etc/passwd": "", "": "", "https://" + strings.Repeat("x", form.MostPage): "",
	} {
		w := form.Written{Page: page}
		form.Form{}.Check(&w)
		if w.Page != want {
			t.Errorf("page %.40q is kept as %q, want %q", page, w.Page, want)
		}
	}
}
