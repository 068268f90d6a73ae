package widget_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/hours"
	"tellus/internal/platform/db"
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
