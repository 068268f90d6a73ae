package statute_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/holiday"
	. "tellus/internal/engine/statute"
)

func at(t *testing.T, text string) desk.Time {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return desk.At(parsed)
}

func date(t *testing.T, text string) desk.Date {
	t.Helper()
	d, err := desk.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func ready(key string) Term {
	for _, r := range ReadyMade() {
		if r.Key == key {
			return r.Term
		}
	}
	panic("no ready-made limit " + key)
}

func rolling(t Term) Term {
	t.Rolls = true
	return t
}

// TestCountedByHand has limits that were counted on a wall calendar.
func TestCountedByHand(t *testing.T) {
	t.Parallel()
	lv, lt, pl := ready("complaint_lv"), ready("complaint_lt"), ready("complaint_pl")
	for name, c := range map[string]struct {
		term     Term
		received string
		last     string
		off      []string
	}{
		"Latvia, over the Proclamation Day of 2026": {lv, "2026-11-03T09:00:00Z", "2026-11-25",
			[]string{"2026-11-07", "2026-11-08", "2026-11-14", "2026-11-15", "2026-11-18 republic_proclaimed", "2026-11-21", "2026-11-22"}},
		"Latvia, late in the evening it is the next day there": {lv, "2026-11-02T22:30:00Z", "2026-11-25",
			[]string{"2026-11-07", "2026-11-08", "2026-11-14", "2026-11-15", "2026-11-18 republic_proclaimed", "2026-11-21", "2026-11-22"}},
		"Latvia, over Christmas and the year's end": {Term{Country: "LV", Zone: "Europe/Riga", Days: 3, Count: WorkingDays}, "2026-12-23T10:00:00Z", "2026-12-30",
			[]string{"2026-12-24 christmas_eve", "2026-12-25 christmas_day", "2026-12-26 second_christmas_day", "2026-12-27"}},
		"Latvia, received on a Sunday":                     {Term{Country: "LV", Zone: "Europe/Riga", Days: 1, Count: WorkingDays}, "2026-11-22T10:00:00Z", "2026-11-23", nil},
		"Lithuania, fourteen days and no more":             {lt, "2026-11-07T10:00:00Z", "2026-11-21", nil},
		"Lithuania, where a Saturday moves":                {rolling(lt), "2026-11-07T10:00:00Z", "2026-11-23", []string{"2026-11-21", "2026-11-22"}},
		"Poland, the last day is Independence Day":         {pl, "2026-10-28T10:00:00Z", "2026-11-11", nil},
		"Poland, where Independence Day moves":             {rolling(pl), "2026-10-28T10:00:00Z", "2026-11-12", []string{"2026-11-11 independence"}},
		"Poland, through the night when clocks are put on": {pl, "2026-03-28T23:30:00Z", "2026-04-12", nil},
	} {
		got, err := c.term.Reckon(at(t, c.received))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var off []string
		for _, d := range got.Off {
			line := d.Date.String()
			if d.Holiday != "" {
				line += " " + d.Holiday
			}
			off = append(off, line)
		}
		if diff := cmp.Diff(c.off, off); got.Last.String() != c.last || diff != "" {
			t.Errorf("%s: from %s until %s, want %s; not counted (-want +got):\n%s", name, c.received, got.Last, c.last, diff)
		}
	}
}

func TestEndsWithTheLastHourOfTheDayThere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, day, want string }{
		{"Europe/Riga", "2026-11-25", "2026-11-25T22:00:00Z"},
		{"Europe/Riga", "2026-07-01", "2026-07-01T21:00:00Z"},
		{"Europe/Warsaw", "2026-10-25", "2026-10-25T23:00:00Z"}, // the day has 25 hours
		{"Europe/Warsaw", "2026-03-29", "2026-03-29T22:00:00Z"}, // and this one 23
	} {
		got, err := Term{Zone: c.zone}.End(date(t, c.day))
		if err != nil || got+1 != at(t, c.want) {
			t.Errorf("%s ends in %s just before %s, %v; want %s", c.day, c.zone, got+1, err, c.want)
		}
	}
}

func TestWarnsInTheMorningsOfWorkingDays(t *testing.T) {
	t.Parallel()
	lt := ready("complaint_lt")
	got, err := lt.Warnings(date(t, "2026-11-21"), []int{0, 5, 1, 1}) // a Saturday
	want := []desk.Time{at(t, "2026-11-13T06:00:00Z"), at(t, "2026-11-19T06:00:00Z"), at(t, "2026-11-20T06:00:00Z")}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("warnings %v, %v; want %v", got, err, want)
	}
}

func TestWhatCannotBeCountedIsRefused(t *testing.T) {
	t.Parallel()
	lv := ready("complaint_lv")
	for want, change := range map[error]func(*Term){
		ErrCountry: func(t *Term) { t.Country = "XX" },
		ErrZone:    func(t *Term) { t.Zone = "Local" },
		ErrDays:    func(t *Term) { t.Days = 0 },
	} {
		bad := lv
		change(&bad)
		if _, err := bad.Reckon(at(t, "2026-11-03T09:00:00Z")); !errors.Is(err, want) {
			t.Errorf("%+v: %v, want %v", bad, err, want)
		}
	}
	for _, r := range ReadyMade() {
		if err := r.Term.Check(); err != nil {
			t.Errorf("%s: %v", r.Key, err)
		}
	}
}

var zones = []string{"Europe/Riga", "Europe/Vilnius", "Europe/Warsaw", "Europe/London", "America/New_York", "Asia/Tokyo", "UTC"}

func drawTerm(t *rapid.T) Term {
	c := rapid.SampledFrom(holiday.Countries()).Draw(t, "country")
	return Term{Country: c.Code, Part: rapid.SampledFrom(append([]string{""}, c.Parts...)).Draw(t, "part"), Zone: rapid.SampledFrom(zones).Draw(t, "zone"),
		Days: rapid.IntRange(1, 60).Draw(t, "days"), Count: rapid.SampledFrom([]Count{WorkingDays, CalendarDays}).Draw(t, "count"), Rolls: rapid.Bool().Draw(t, "rolls")}
}

func drawTime(t *rapid.T) desk.Time {
	return desk.Time(rapid.Int64Range(1_300_000_000_000_000, 2_500_000_000_000_000).Draw(t, "received"))
}

func reckon(t *rapid.T, term Term, received desk.Time) (Reckoning, desk.Time) {
	r, err := term.Reckon(received)
	if err != nil {
		t.Fatal(err)
	}
	due, err := term.End(r.Last)
	if err != nil {
		t.Fatal(err)
	}
	return r, due
}

// TestWhatHoldsOfEveryLimit counts back day by day: what lies between receipt and end are as many days of the kind that is counted as the term has.
func TestWhatHoldsOfEveryLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		term, received := drawTerm(t), drawTime(t)
		r, due := reckon(t, term, received)
		if due <= received {
			t.Fatalf("due at %s, received at %s", due, received)
		}
		if must := term.Rolls || term.Count == WorkingDays; must && !term.Works(r.Last) {
			t.Fatalf("ends on %s, which is no working day", r.Last)
		}
		counted, rolled := 0, 0
		for d := r.Received + 1; d <= r.Last; d++ {
			off := slices.ContainsFunc(r.Off, func(o DayOff) bool { return o.Date == d })
			if off == term.Works(d) && (off || term.Count == WorkingDays) {
				t.Fatalf("%s works: %v, and is listed as off: %v", d, term.Works(d), off)
			}
			if term.Count == CalendarDays || term.Works(d) {
				counted++
			}
		}
		if term.Count == CalendarDays && term.Rolls {
			rolled = counted - term.Days
			for d := r.Received + desk.Date(term.Days); d < r.Last; d++ {
				if term.Works(d) {
					t.Fatalf("moved over %s, which is a working day", d)
				}
			}
		}
		if counted-rolled != term.Days || rolled < 0 {
			t.Fatalf("%d days counted until %s, of %d", counted, r.Last, term.Days)
		}
	})
}

// TestLaterReceiptIsNeverDueEarlier, nor is a longer term.
func TestLaterReceiptIsNeverDueEarlier(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		term, received := drawTerm(t), drawTime(t)
		later := received + desk.Time(rapid.Int64Range(0, 40*86_400_000_000).Draw(t, "later"))
		_, a := reckon(t, term, received)
		_, b := reckon(t, term, later)
		if b < a {
			t.Fatalf("received at %s due %s, at %s due %s", received, a, later, b)
		}
		longer := term
		longer.Days++
		if _, c := reckon(t, longer, received); c < a {
			t.Fatalf("a day more is due at %s, before %s", c, a)
		}
	})
}

// TestWarningsComeBeforeTheEnd whatever their numbers are.
func TestWarningsComeBeforeTheEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		term, received := drawTerm(t), drawTime(t)
		r, due := reckon(t, term, received)
		before := rapid.SliceOfN(rapid.IntRange(0, 30), 0, 5).Draw(t, "before")
		all, err := term.Warnings(r.Last, before)
		if err != nil || !slices.IsSorted(all) || len(all) > len(before) {
			t.Fatalf("warnings %v, %v", all, err)
		}
		zone, err := time.LoadLocation(term.Zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range all {
			if d := desk.DateOf(w.Time().In(zone)); w >= due || !term.Works(d) {
				t.Fatalf("warned at %s, due at %s", w, due)
			}
		}
	})
}

// TestEachThingIsToldOnce plays time, extensions, answers and bounces, and looks at what was told.
func TestEachThingIsToldOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var warnings []desk.Time
		for _, w := range rapid.SliceOfNDistinct(rapid.Int64Range(1, 99), 0, 4, rapid.ID[int64]).Draw(t, "warnings") {
			warnings = append(warnings, desk.Time(w))
		}
		slices.Sort(warnings)
		c := Clock{Due: 100, Warnings: warnings}
		now := desk.Time(0)
		warned, late := 0, 0
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now += desk.Time(rapid.Int64Range(1, 30).Draw(t, "passes"))
			before := c
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				c.Met = now
			case 1:
				c.Met = 0 // it came back
			case 2:
				due := now + desk.Time(rapid.Int64Range(-50, 50).Draw(t, "until"))
				if c.Extend(due, []desk.Time{due - 10}, now) {
					late, warned = 0, 0
					warnings = c.Warnings
				}
				if c.Due < before.Due {
					t.Fatalf("an extension shortened %d to %d", before.Due, c.Due)
				}
			default:
				w, l := c.Tick(now)
				if (w || l) && !before.Runs() || w && l || l && now <= c.Due || w && now > c.Due {
					t.Fatalf("%+v at %d: warns %v, late %v", before, now, w, l)
				}
				if w {
					warned++
				}
				if l {
					late++
				}
				if c.Runs() && now > c.Due && !c.Overdue {
					t.Fatalf("%+v is late at %d and nobody was told", c, now)
				}
			}
			if late > 1 || warned > len(warnings) {
				t.Fatalf("told %d times that it is late, and %d warnings of %d", late, warned, len(warnings))
			}
			if again := c; !c.Runs() {
				if w, l := again.Tick(now); w || l || again.Next() != desk.Never {
					t.Fatalf("%+v tells though it does not run", c)
				}
			}
		}
	})
}

func TestHowAClockStands(t *testing.T) {
	t.Parallel()
	for want, c := range map[State]Clock{
		Running: {Due: 10}, Late: {Due: 9}, Met: {Due: 9, Met: 9}, MetLate: {Due: 8, Met: 9}, Withdrawn: {Due: 8, Withdrawn: 9},
	} {
		if got := c.Stands(10); got != want {
			t.Errorf("%+v is %s, want %s", c, got, want)
		}
	}
}
