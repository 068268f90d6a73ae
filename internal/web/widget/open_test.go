package widget_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/hours"
	"tellus/internal/platform/db"
	"tellus/internal/platform/ical"
	"tellus/internal/platform/secret"
)

// TestTheFormSaysWhetherSomebodyIsThere lives through a week of opening hours in Riga, from a Monday at noon there.
func TestTheFormSaysWhetherSomebodyIsThere(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		at := func(span time.Duration, lang, want string) {
			h.t.Helper()
			h.After(span)
			page := strings.ReplaceAll(h.get("/form/"+h.form.Key+"?lang="+lang).Body.String(), "\u00a0", " ")
			if want == "" && strings.Contains(page, `class="hours"`) || !strings.Contains(page, want) {
				h.t.Errorf("at %s it does not say %q", h.Now(), want)
			}
		}
		at(0, "en", "") // no calendar: nothing is known
		e := desk.CalendarEdit{Name: "Shop", Zone: "Europe/Riga", Week: make([][]desk.OpenHours, 7), Inboxes: []desk.InboxID{h.Support}}
		for d := 1; d <= 5; d++ {
			e.Week[d] = []desk.OpenHours{{From: 9 * 60, To: 13 * 60}, {From: 14 * 60, To: 18 * 60}}
		}
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := (&hours.Service{}).Create(ctx, tx, desk.ByAgent(h.Eva), e)
			return err
		})
		at(0, "en", "We are here until 13:00.")
		at(90*time.Minute, "en", "We are away now, and back today at 14:00.")
		at(6*time.Hour, "lv", "Šobrīd neesam uz vietas, būsim rīt plkst. 09:00.")
		at(5*time.Hour, "pl", "wrócimy dziś o 09:00.")
		at(4*24*time.Hour, "en", "back on 9 Mar 2026 at 09:00.")
	})
}

// TestTheFormNamesTheEventThatCloses has a feed of whole days close a Monday, and its title be read where the feed says that customers may.
func TestTheFormNamesTheEventThatCloses(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		week := make([][]desk.OpenHours, 7)
		for d := range week {
			week[d] = []desk.OpenHours{{From: 9 * 60, To: 18 * 60}}
		}
		feeds := &hours.Feeds{Secrets: secrets(h.t)}
		var cal desk.Calendar
		var feed hours.Feed
		h.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			if cal, err = (&hours.Service{}).Create(ctx, tx, desk.System, desk.CalendarEdit{Name: "Shop", Zone: "Europe/Riga", Week: week, Inboxes: []desk.InboxID{h.Support}}); err != nil {
				return err
			}
			if feed, err = feeds.Add(ctx, tx, desk.System, cal.ID, hours.FeedEdit{Name: "Fairs", Address: "https://fairs.example/", Shuts: hours.ShutsDays, Active: true}); err != nil {
				return err
			}
			ask, _, err := feeds.Ask(ctx, tx, feed.ID)
			if err != nil {
				return err
			}
			midnight := time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)
			_, err = feeds.Take(ctx, tx, ask, hours.Heard{Events: ical.Calendar{Found: 1, Events: []ical.Event{{Summary: "Fair <of> books", From: midnight, To: midnight.Add(24 * time.Hour), AllDay: true}}}})
			return err
		})
		page := func() string {
			return strings.ReplaceAll(h.get("/form/"+h.form.Key+"?lang=en").Body.String(), "\u00a0", " ")
		}
		if got := page(); !strings.Contains(got, "We are away now, and back tomorrow at 09:00.") || strings.Contains(got, "Fair") {
			h.t.Errorf("a title that customers may not read: %s", got)
		}
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			now, err := feeds.Get(ctx, tx, cal.ID, feed.ID)
			if err != nil {
				return err
			}
			_, _, err = feeds.Change(ctx, tx, desk.System, cal.ID, feed.ID, hours.FeedEdit{Name: "Fairs", Shuts: hours.ShutsDays, Active: true, Public: true, Version: now.Version})
			return err
		})
		if got := page(); !strings.Contains(got, "Closed: Fair &lt;of&gt; books. We are away now, and back tomorrow at 09:00.") {
			h.t.Errorf("the title is missing: %s", got)
		}
	})
}

func secrets(t testing.TB) *secret.Keyring {
	keys, err := secret.OpenKeyring(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
