package api

import (
	"fmt"
	"testing"
	"time"

	"tellus/internal/desk"
)

// TestStaffingIsReckonedFromWhatOneSees has a supervisor read when conversations began and what answering them at once would take; nobody else may.
func TestStaffingIsReckonedFromWhatOneSees(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		sara, otto := h.as(s.sara), h.as(s.otto)
		h.d.After(time.Hour) // a quarter of an hour counts when it is over
		now := h.d.Now()
		span := "from=" + now.AddDate(0, 0, -6).Format(time.DateOnly) + "&to=" + now.Format(time.DateOnly)
		var figures struct {
			Total struct{ Received int64 }
		}
		sara.do(get, "/figures?"+span, nil, &figures)
		var week weekBody
		sara.do(get, "/figures/week?"+span, nil, &week)
		var came int64
		var hours float64
		for i, one := range week.Hours {
			came += one.Received
			hours += one.Hours
			if one.Weekday != i/24+1 || one.Hour != i%24 || (one.People == 0) != (one.Received == 0) || one.Rostered < one.People {
				h.t.Errorf("hour %d: %+v", i, one)
			}
		}
		if len(week.Hours) != 168 || came != figures.Total.Received || week.Received != came || came == 0 || hours > 7*24 || hours < 6*24 {
			h.t.Errorf("%d hours (%v of the span), %d came, of %d", len(week.Hours), hours, came, figures.Total.Received)
		}
		var none weekBody
		sara.do(get, "/figures/week?channel=letter&"+span, nil, &none)
		if none.Received != 0 {
			h.t.Errorf("%d letters", none.Received)
		}
		var got staffingBody
		sara.do(get, "/figures/staffing?perHour=200&handling=180", nil, &got)
		if got.Erlangs != 10 || got.People != 14 || got.Rostered != 20 || len(got.With) != 7 || fmt.Sprintf("%.3f", got.With[3].Within) != "0.888" || *got.With[3].Wait != 7.8 {
			h.t.Errorf("100 calls of 180 s in half an hour: %+v", got)
		}
		otto.refused(desk.Forbidden, get, "/figures/week?"+span, nil)
		otto.refused(desk.Forbidden, get, "/figures/staffing?perHour=1", nil)
		for _, bad := range []string{"", "perHour=-1", "perHour=10&share=100", "perHour=10&handling=0", "perHour=1000000&handling=86400"} {
			sara.refused(desk.Invalid, get, "/figures/staffing?"+bad, nil)
		}
	})
}
