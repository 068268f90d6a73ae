package widget

import (
	"context"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/hours"
	"tellus/internal/platform/db"
	"tellus/internal/platform/locale"
)

// opening says to a visitor whether somebody is there, by the company's clock.
type opening struct {
	Open bool   `json:"open"`
	Text string `json:"text"`
}

// openingOf is nil where an inbox goes by no calendar, and where it opens or closes too far away to be worth saying.
func openingOf(ctx context.Context, tx *db.Tx, box desk.InboxID, lang string) (*opening, error) {
	h, known, err := hours.OfInbox(ctx, tx, box)
	if err != nil || !known {
		return nil, err
	}
	now := tx.Now.Time().In(h.Zone())
	if h.OpenAt(now) {
		closes, ok := h.NextClose(now)
		if !ok || closes.Sub(now) > 24*time.Hour {
			return nil, nil //nolint:nilnil // who is always there need not say so
		}
		return &opening{true, locale.T(lang, "form.open_until", map[string]any{"Time": locale.Time(lang, closes.In(h.Zone()))})}, nil
	}
	opens, ok := h.NextOpen(now)
	if !ok {
		return nil, nil //nolint:nilnil // nobody knows when
	}
	opens = opens.In(h.Zone())
	key := "form.opens_on"
	switch day := opens.Format(time.DateOnly); day {
	case now.Format(time.DateOnly):
		key = "form.opens_today"
	case now.AddDate(0, 0, 1).Format(time.DateOnly):
		key = "form.opens_tomorrow"
	}
	data := map[string]any{"Time": locale.Time(lang, opens)}
	if key == "form.opens_on" {
		data["Date"] = locale.Date(lang, opens)
	}
	text := locale.T(lang, key, data)
	if x, closed := h.ClosedBy(tx.Now); closed && x.Public {
		text = locale.T(lang, "form.closed_for", map[string]any{"Name": x.Name}) + " " + text
	}
	return &opening{false, text}, nil
}
