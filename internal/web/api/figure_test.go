package api

import (
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/figure"
)

// TestFiguresCountWhatOneSees has a supervisor read figures that hold what he sees, and nobody else read any.
func TestFiguresCountWhatOneSees(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		sara, otto := h.as(s.sara), h.as(s.otto)
		day := h.d.Now().Format(time.DateOnly)
		span := "from=" + h.d.Now().AddDate(0, 0, -6).Format(time.DateOnly) + "&to=" + day
		var f figure.Figures
		sara.do(get, "/figures?"+span, nil, &f)
		var behind list[desk.Conversation]
		sara.do(get, "/figures/conversations?figure=received&"+span, nil, &behind)
		if f.Total.Received == 0 || int(f.Total.Received) != len(behind.Items) || len(f.Days) != 7 {
			h.t.Errorf("received %d, of which %d are shown, on %d days", f.Total.Received, len(behind.Items), len(f.Days))
		}
		for _, c := range behind.Items {
			var seen struct{ Conversation desk.Conversation }
			sara.do(get, "/conversations/"+c.ID.String(), nil, &seen)
		}
		sara.do(get, "/figures/conversations?figure=received&group=%3D&"+span, nil, &behind)
		otto.refused(desk.Forbidden, get, "/figures?"+span, nil)
		otto.refused(desk.Forbidden, get, "/figures/conversations?figure=open&"+span, nil)
		for _, bad := range []string{"from=" + day, "from=tomorrow&to=" + day, "from=" + day + "&to=2020-01-01", "from=2020-01-01&to=" + day, span + "&by=moon"} {
			sara.refused(desk.Invalid, get, "/figures?"+bad, nil)
		}
		sara.refused(desk.Invalid, get, "/figures/conversations?figure=received&group=3&"+span, nil)
	})
}
