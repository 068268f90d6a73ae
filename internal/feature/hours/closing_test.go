package hours_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/feature/hours"
)

// TestWhatFeedsCloseIsToldAsItIs draws weeks with nights and events of feeds: it is open where the hours say so and no event lies; who keeps it closed is named exactly where it would be open without,
// by a title that customers may read if there is one; an explanation names the events that took open time and no others; and the days of the preview say the same as the calendar, to the minute.
func TestWhatFeedsCloseIsToldAsItIs(t *testing.T) {
	t.Parallel()
	day := rapid.SampledFrom([][]desk.OpenHours{{}, {{From: 540, To: 1020}}, {{From: 540, To: 720}, {From: 780, To: 1020}}, {{From: 1320, To: 1800}}, {{From: 0, To: 1440}}})
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Riga", "Asia/Kathmandu"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, time.November, rapid.IntRange(1, 15).Draw(t, "day"), 0, rapid.IntRange(0, 1439).Draw(t, "minute"), 0, 0, zone) // no clock is changed in November
		c := desk.CalendarEdit{Zone: zone.String(), Country: rapid.SampledFrom([]string{"", "LV"}).Draw(t, "country")}
		for range 7 {
			c.Week = append(c.Week, day.Draw(t, "hours"))
		}
		var closings []hours.Closing
		for i := range rapid.IntRange(1, 4).Draw(t, "events") {
			at := now.Add(time.Duration(rapid.IntRange(-2880, 9*1440).Draw(t, "at")) * time.Minute)
			closings = append(closings, hours.Closing{Name: string(rune('A' + i)), From: at, To: at.Add(time.Duration(rapid.IntRange(1, 3*1440).Draw(t, "long")) * time.Minute), Public: rapid.Bool().Draw(t, "public")})
		}
		slices.SortFunc(closings, func(a, b hours.Closing) int { return a.From.Compare(b.From) })
		without, err1 := hours.Compile(c, nil, desk.At(now))
		h, err2 := hours.Compile(c, closings, desk.At(now))
		shown, err3 := hours.Preview(c, closings, desk.At(now), 12)
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(err1, err2, err3)
		}
		for at := now; at.Before(now.AddDate(0, 0, 11)); at = at.Add(time.Duration(rapid.IntRange(1, 97).Draw(t, "step")) * time.Minute) {
			in := slices.DeleteFunc(slices.Clone(closings), func(x hours.Closing) bool { return at.Before(x.From) || !at.Before(x.To) })
			open := without.OpenAt(at) && len(in) == 0
			if h.OpenAt(at) != open {
				t.Fatalf("open at %s: %v, want %v", at, !open, open)
			}
			by, ok := h.ClosedBy(desk.At(at))
			public := slices.ContainsFunc(in, func(x hours.Closing) bool { return x.Public })
			if ok != (without.OpenAt(at) && len(in) > 0) || ok && (!slices.Contains(in, by) || by.Public != public) {
				t.Fatalf("closed at %s by %+v, %v; events %+v", at, by, ok, in)
			}
			if d := desk.DateOf(at); d > shown.Days[0].Date && openOn(shown.Days, at) != open {
				t.Fatalf("the preview has it open at %s: %v, want %v; %+v", at, !open, open, shown.Days)
			}
			if open {
				continue
			}
			until, ok := h.NextOpen(at)
			if !ok {
				continue
			}
			why, days := h.Shut(at, until)
			var want, got []string
			for _, x := range closings {
				from, to := at, until
				if x.From.After(from) {
					from = x.From
				}
				if x.To.Before(to) {
					to = x.To
				}
				if from.Before(to) && without.Between(from, to) > 0 {
					want = append(want, x.Name)
				}
			}
			for _, d := range days {
				if d.Event {
					got = append(got, d.Name)
				}
			}
			if !slices.Equal(want, got) || (why == hours.ShutEvent) != (len(want) > 0) {
				t.Fatalf("from %s to %s shut by %s %v, want %v", at, until, why, got, want)
			}
		}
	})
}

// openOn reports whether days that follow each other have it open at an instant, by its wall clock.
func openOn(days []hours.DayOpen, at time.Time) bool {
	minute := at.Hour()*60 + at.Minute()
	for _, d := range days {
		for _, h := range d.Hours {
			if from := minute + int(desk.DateOf(at)-d.Date)*1440; h.From <= from && from < h.To {
				return true
			}
		}
	}
	return false
}
