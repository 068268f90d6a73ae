package worktime_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	. "tellus/internal/engine/worktime"
)

// shutGen draws events around a moment, in whole minutes: short ones, nights, days and months, which may overlap and meet.
func shutGen(t *rapid.T, at time.Time) []Span {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Span {
		from := at.Add(time.Duration(rapid.IntRange(-50*1440, 50*1440).Draw(t, "shut from")) * time.Minute)
		if rapid.Bool().Draw(t, "close by") {
			from = at.Add(time.Duration(rapid.IntRange(-1440, 4*1440).Draw(t, "shut from close by")) * time.Minute)
		}
		most := rapid.SampledFrom([]int{1, 90, 600, 1440, 3 * 1440, 40 * 1440}).Draw(t, "shut at most")
		return Span{from, from.Add(time.Duration(rapid.IntRange(1, most).Draw(t, "shut for")) * time.Minute)}
	}), 1, 5).Draw(t, "shut")
}

// within reports whether an instant lies in any of the spans.
func within(spans []Span, at time.Time) bool {
	for _, s := range spans {
		if !at.Before(s.From) && at.Before(s.To) {
			return true
		}
	}
	return false
}

// What is open with events is what is open without them, at every instant outside of them, and nothing within. Events begin and end at any nanosecond here: what
// they touch of a second is shut.
func TestNothingIsOpenWithinAnEventAndAllElseStays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, from := drawn(t)
		p.Shut = shutGen(t, from)
		var widened []Span
		for i := range p.Shut {
			s := &p.Shut[i]
			if rapid.Bool().Draw(t, "odd") {
				s.From = s.From.Add(time.Duration(rapid.Int64Range(0, int64(30*time.Second)).Draw(t, "odd from")))
				s.To = s.To.Add(time.Duration(rapid.Int64Range(0, int64(30*time.Second)).Draw(t, "odd to")))
			}
			widened = append(widened, Span{s.From.Truncate(time.Second), s.To.Add(time.Second - 1).Truncate(time.Second)})
		}
		with := compile(t, p)
		p.Shut = nil
		without := compile(t, p)

		instants := []time.Time{from, from.Add(time.Duration(rapid.Int64Range(-int64(60*24*hour), int64(60*24*hour)).Draw(t, "instant")))}
		for _, s := range widened {
			instants = append(instants, s.From.Add(-1), s.From, s.From.Add(s.To.Sub(s.From)/2), s.To.Add(-1), s.To)
		}
		for _, s := range without.Spans(from.AddDate(0, 0, -4), from.AddDate(0, 0, 4)) {
			instants = append(instants, s.From.Add(-1), s.From, s.To.Add(-1), s.To)
		}
		for _, at := range instants {
			if got, want := with.OpenAt(at), without.OpenAt(at) && !within(widened, at); got != want {
				t.Fatalf("open at %s: %t, without events %t, within one %t", at, got, without.OpenAt(at), within(widened, at))
			}
		}
		start, end := from.AddDate(0, 0, -60), from.AddDate(0, 0, 60)
		want := without.Between(start, end)
		for _, open := range without.Spans(start, end) {
			want -= covered(widened, open)
		}
		if got := with.Between(start, end); got != want {
			t.Fatalf("open for %s, without what events cover it is %s", got, want)
		}
	})
}

// covered is how much of an open span lies within events, which may overlap.
func covered(events []Span, open Span) (sum time.Duration) {
	for at := open.From; at.Before(open.To); {
		next := open.To
		for _, e := range events {
			for _, edge := range []time.Time{e.From, e.To} {
				if edge.After(at) && edge.Before(next) {
					next = edge
				}
			}
		}
		if within(events, at) {
			sum += next.Sub(at)
		}
		at = next
	}
	return sum
}

// A date whose hours are all within events is no workday, and one that has any left is.
func TestWorkdaysGoByWhatEventsLeave(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := office(rapid.SampledFrom([]string{"UTC", "Europe/Riga", "America/New_York"}).Draw(t, "zone"))
		zone, err := time.LoadLocation(p.Zone)
		if err != nil {
			t.Fatal(err)
		}
		d := desk.On(2026, time.March, rapid.IntRange(1, 31).Draw(t, "day"))
		p.Shut = shutGen(t, d.Midnight().In(zone))
		cal := compile(t, p)
		y, m, dd := d.Parts()
		open := cal.Between(time.Date(y, m, dd, 0, 0, 0, 0, zone), time.Date(y, m, dd+1, 0, 0, 0, 0, zone))
		if got := cal.Workday(d); got != (open > 0) {
			t.Fatalf("%s is a workday: %t, open for %s", d, got, open)
		}
	})
}

func TestShut(t *testing.T) {
	t.Parallel()
	night := each("Europe/Riga", Hours{22 * hour, 30 * hour})
	for name, c := range map[string]struct {
		plan     Plan
		shut     [][2]string
		from, to string
		want     [][2]string
	}{
		"an hour at noon": {
			office("Europe/Riga"), [][2]string{{"2026-03-06T10:00:00Z", "2026-03-06T11:00:00Z"}}, "2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z",
			[][2]string{{"2026-03-06T07:00:00Z", "2026-03-06T10:00:00Z"}, {"2026-03-06T11:00:00Z", "2026-03-06T15:00:00Z"}},
		},
		"a whole day cuts the end of the night before it and leaves that of its own": {
			night, [][2]string{{"2026-03-05T22:00:00Z", "2026-03-06T22:00:00Z"}}, "2026-03-05T12:00:00Z", "2026-03-07T12:00:00Z",
			[][2]string{{"2026-03-05T20:00:00Z", "2026-03-05T22:00:00Z"}, {"2026-03-06T22:00:00Z", "2026-03-07T04:00:00Z"}},
		},
		"across midnight": {
			night, [][2]string{{"2026-03-05T21:30:00Z", "2026-03-05T23:00:00Z"}}, "2026-03-05T12:00:00Z", "2026-03-06T12:00:00Z",
			[][2]string{{"2026-03-05T20:00:00Z", "2026-03-05T21:30:00Z"}, {"2026-03-05T23:00:00Z", "2026-03-06T04:00:00Z"}},
		},
		"events that meet": {
			office("UTC"), [][2]string{{"2026-03-06T12:00:00Z", "2026-03-06T13:00:00Z"}, {"2026-03-06T10:00:00Z", "2026-03-06T12:00:00Z"}}, "2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z",
			[][2]string{{"2026-03-06T09:00:00Z", "2026-03-06T10:00:00Z"}, {"2026-03-06T13:00:00Z", "2026-03-06T17:00:00Z"}},
		},
		"half a second shuts the second": {
			office("UTC"), [][2]string{{"2026-03-06T10:00:00.25Z", "2026-03-06T10:00:00.75Z"}}, "2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z",
			[][2]string{{"2026-03-06T09:00:00Z", "2026-03-06T10:00:00Z"}, {"2026-03-06T10:00:01Z", "2026-03-06T17:00:00Z"}},
		},
		"for thousands of years": {
			office("UTC"), [][2]string{{"0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z"}}, "2026-03-06T00:00:00Z", "2026-06-07T00:00:00Z", nil,
		},
		"the hour that comes twice": { // Riga puts its clock back at 01:00 UTC
			each("Europe/Riga", Hours{0, 24 * hour}), [][2]string{{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"}}, "2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z",
			[][2]string{{"2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"}, {"2026-10-25T01:30:00Z", "2026-10-25T03:00:00Z"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, s := range c.shut {
				c.plan.Shut = append(c.plan.Shut, Span{utc(t, s[0]), utc(t, s[1])})
			}
			var got [][2]string
			for _, s := range compile(t, c.plan).Spans(utc(t, c.from), utc(t, c.to)) {
				got = append(got, [2]string{s.From.UTC().Format(time.RFC3339Nano), s.To.UTC().Format(time.RFC3339Nano)})
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

// Weeks are leapt over before, between and after events, and not over them.
func TestAddPassesEventsOnItsWay(t *testing.T) {
	t.Parallel()
	p := office("Europe/Riga")
	from := utc(t, "2026-03-02T00:00:00Z") // a Monday
	before, ok := compile(t, p).Add(from, 1000*hour)
	if !ok {
		t.Fatal("never")
	}
	p.Shut = []Span{{utc(t, "2026-05-04T00:00:00Z"), utc(t, "2026-05-09T00:00:00Z")}, {utc(t, "2040-01-01T00:00:00Z"), utc(t, "2041-01-01T00:00:00Z")}}
	cal := compile(t, p)
	after, ok := cal.Add(from, 960*hour)
	if !ok || !after.Equal(before) {
		t.Fatalf("25 weeks are over at %s; of 24 weeks and one that is shut at %s, %t", before, after, ok)
	}
}

func TestShutThatIsNoTimeIsRefused(t *testing.T) {
	t.Parallel()
	at := utc(t, "2026-03-02T00:00:00Z")
	for _, s := range []Span{{at, at}, {at, at.Add(-1)}, {at, time.Time{}}} {
		p := office("UTC")
		p.Shut = []Span{s}
		if _, err := Compile(p); err == nil {
			t.Errorf("%v was taken", s)
		}
	}
}
