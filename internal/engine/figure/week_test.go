package figure

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
)

// TestEverythingFallsIntoAnHourOfTheWeek draws spans, places and what came: nothing of a span is lost or counted twice, whatever its clocks do, and each hour is where the clock of the place
// has it.
func TestEverythingFallsIntoAnHourOfTheWeek(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"UTC", "Europe/Riga", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"}).Draw(t, "zone")
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		from := desk.Date(rapid.IntRange(19_000, 21_000).Draw(t, "from"))
		bounds := Days(from, from+desk.Date(rapid.IntRange(0, 90).Draw(t, "days")), zone)
		begin, end := bounds[0], bounds[len(bounds)-1]
		quarters, total := map[int64]int64{}, int64(0)
		for range rapid.IntRange(0, 50).Draw(t, "pieces") {
			at := rapid.Int64Range(int64(begin), int64(end)-1).Draw(t, "at")
			quarters[at/Quarter.Microseconds()]++
			total++
			week := Week(begin, end, zone, map[int64]int64{at / Quarter.Microseconds(): 1})
			local := desk.Time(at).Time().In(zone)
			if h := week[(int(local.Weekday())+6)%7*24+local.Hour()]; h.Received != 1 || h.Hour != local.Hour() || h.Weekday%7 != int(local.Weekday()) {
				t.Fatalf("%s is in %+v", local, h)
			}
		}
		var came int64
		var all int
		for _, h := range Week(begin, end, zone, quarters) {
			came += h.Received
			all += h.Quarters
		}
		if came != total || time.Duration(all)*Quarter != end.Sub(begin) {
			t.Fatalf("%d of %d, in %d quarters of %s", came, total, all, end.Sub(begin))
		}
	})
}

// TestAnHourThatTheClockRepeats has the hour between three and four of a night in October twice, and that of a night in March not at all.
func TestAnHourThatTheClockRepeats(t *testing.T) {
	t.Parallel()
	riga, err := time.LoadLocation("Europe/Riga")
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[time.Time]int{time.Date(2026, 10, 25, 0, 0, 0, 0, riga): 8, time.Date(2026, 3, 29, 0, 0, 0, 0, riga): 0, time.Date(2026, 10, 18, 0, 0, 0, 0, riga): 4} {
		if h := Week(desk.At(day), desk.At(day.AddDate(0, 0, 1)), riga, nil)[6*24+3]; h.Quarters != want || h.PerHour() != 0 {
			t.Errorf("%s: %+v, want %d quarters", day, h, want)
		}
	}
}
