package hours_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/feature/hours"
)

// TestWhatIsOfferedLeavesNothingOpenWithinAnEvent draws weeks with nights, dates of their own and events, and takes all that is offered: nothing is open within an event from the first date on, and all
// else is as it was, to the minute. What was taken is not offered again.
func TestWhatIsOfferedLeavesNothingOpenWithinAnEvent(t *testing.T) {
	t.Parallel()
	day := rapid.SampledFrom([][]desk.OpenHours{{}, {{From: 540, To: 1020}}, {{From: 540, To: 720}, {From: 780, To: 1020}}, {{From: 1320, To: 1800}}, {{From: 0, To: 1440}}})
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Riga", "Asia/Kathmandu"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		from := desk.On(2026, time.November, rapid.IntRange(1, 28).Draw(t, "day")) // no clock is changed in November
		y, m, d := from.Parts()
		start := time.Date(y, m, d, 0, 0, 0, 0, zone)
		c := desk.CalendarEdit{Zone: zone.String(), Country: rapid.SampledFrom([]string{"", "LV"}).Draw(t, "country")}
		for range 7 {
			c.Week = append(c.Week, day.Draw(t, "hours"))
		}
		if rapid.Bool().Draw(t, "own") {
			c.Days = []desk.CalendarDay{{Date: from + 2, Hours: day.Draw(t, "own hours")}}
		}
		var events []hours.Event
		for range rapid.IntRange(1, 4).Draw(t, "events") {
			at := start.Add(time.Duration(rapid.IntRange(-2880, 9*1440).Draw(t, "at")) * time.Minute)
			if rapid.Bool().Draw(t, "odd") {
				at = at.Add(17 * time.Second)
			}
			events = append(events, hours.Event{Name: rapid.SampledFrom([]string{"", "Fair", "Stocktaking"}).Draw(t, "name"), From: at, To: at.Add(time.Duration(rapid.IntRange(1, 3*1440).Draw(t, "long")) * time.Minute)})
		}
		offered, err := hours.Offer(c, events, from, 100)
		if err != nil {
			t.Fatal(err)
		}
		taken := c
		taken.Days = nil
		for _, d := range c.Days {
			keep := true
			for _, o := range offered {
				keep = keep && o.Date != d.Date
			}
			if keep {
				taken.Days = append(taken.Days, d)
			}
		}
		for _, o := range offered {
			if o.Date < from || cmp.Equal(o.Before, o.Hours) {
				t.Fatalf("offered: %+v", o)
			}
			taken.Days = append(taken.Days, o.CalendarDay)
		}
		now := desk.At(start)
		before, err1 := hours.Compile(c, nil, now)
		after, err2 := hours.Compile(taken, nil, now)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if err := hours.Check(&desk.CalendarEdit{Name: "x", Zone: taken.Zone, Week: taken.Week, Days: taken.Days, Country: taken.Country}, now); err != nil {
			t.Fatalf("what was offered cannot be kept: %v", err)
		}
		begin := start.Add(36 * time.Hour) // the night before the first date is not offered
		for at := begin; at.Before(start.AddDate(0, 0, 12)); at = at.Add(time.Duration(rapid.IntRange(1, 47).Draw(t, "step")) * time.Minute) {
			within, near := false, false
			for _, e := range events {
				within = within || !at.Before(e.From) && at.Before(e.To)
				near = near || !at.Before(e.From.Add(-time.Minute)) && at.Before(e.To.Add(time.Minute))
			}
			switch open := after.OpenAt(at); {
			case within && open:
				t.Fatalf("open at %s, within an event; offered %+v", at, offered)
			case !near && open != before.OpenAt(at):
				t.Fatalf("open at %s: %v, before %v; offered %+v", at, open, before.OpenAt(at), offered)
			}
		}
		again, err := hours.Offer(taken, events, from, 100)
		if err != nil || len(again) > 0 {
			t.Fatalf("offered again: %+v, %v", again, err)
		}
	})
}

func TestOfferedDatesSayWhy(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	office := make([][]desk.OpenHours, 7)
	for d := range office {
		office[d] = []desk.OpenHours{{From: 540, To: 1020}}
	}
	c := desk.CalendarEdit{Zone: "UTC", Week: office}
	got, err := hours.Offer(c, []hours.Event{{"Fair", at("2026-11-24T00:00:00Z"), at("2026-11-26T00:00:00Z")}, {"Inventory", at("2026-11-25T08:00:00Z"), at("2026-11-25T20:00:00Z")},
		{"Lunch", at("2026-11-27T12:00:00Z"), at("2026-11-27T12:30:30Z")}, {"At night", at("2026-11-28T20:00:00Z"), at("2026-11-28T22:00:00Z")}, {"Long ago", at("2020-01-01T00:00:00Z"), at("2020-01-02T00:00:00Z")}},
		desk.On(2026, time.November, 24), 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []hours.Offered{
		{CalendarDay: desk.CalendarDay{Date: desk.On(2026, time.November, 24), Name: "Fair", Hours: []desk.OpenHours{}}, Before: office[0]},
		{CalendarDay: desk.CalendarDay{Date: desk.On(2026, time.November, 25), Name: "Fair, Inventory", Hours: []desk.OpenHours{}}, Before: office[0]},
		{CalendarDay: desk.CalendarDay{Date: desk.On(2026, time.November, 27), Name: "Lunch", Hours: []desk.OpenHours{{From: 540, To: 720}, {From: 751, To: 1020}}}, Before: office[0]},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
