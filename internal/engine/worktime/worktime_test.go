package worktime_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	. "tellus/internal/engine/worktime"
)

const hour = time.Hour

// office is open from Monday to Friday from nine to five, in a zone.
func office(zone string, days ...Day) Plan {
	p := Plan{Zone: zone, Days: days}
	for d := time.Monday; d <= time.Friday; d++ {
		p.Week[d] = []Hours{{9 * hour, 17 * hour}}
	}
	return p
}

// each is the same hours on every day.
func each(zone string, hours ...Hours) Plan {
	p := Plan{Zone: zone}
	for d := range p.Week {
		p.Week[d] = hours
	}
	return p
}

func utc(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestAdd(t *testing.T) {
	t.Parallel()
	riga := office("Europe/Riga")
	night := each("Europe/Riga", Hours{22 * hour, 30 * hour})
	for name, c := range map[string]struct {
		plan Plan
		from string
		d    time.Duration
		want string // "" where it is never
	}{
		"within the day":                       {riga, "2026-03-05T08:00:00Z", hour, "2026-03-05T09:00:00Z"},
		"over the weekend":                     {riga, "2026-03-06T14:30:00Z", hour, "2026-03-09T07:30:00Z"},
		"up to closing time":                   {riga, "2026-03-06T14:30:00Z", hour / 2, "2026-03-06T15:00:00Z"},
		"nothing, while it is closed":          {riga, "2026-03-07T10:00:00Z", 0, "2026-03-07T10:00:00Z"},
		"over the clock put forward":           {riga, "2026-03-27T14:30:00Z", hour, "2026-03-30T06:30:00Z"},
		"over the clock put back":              {riga, "2026-10-23T13:30:00Z", hour, "2026-10-26T07:30:00Z"},
		"a week of forty hours":                {riga, "2026-03-02T07:00:00Z", 40 * hour, "2026-03-06T15:00:00Z"},
		"a night of seven hours":               {night, "2026-03-28T20:00:00Z", 7 * hour, "2026-03-29T03:00:00Z"},
		"a night of nine hours":                {night, "2026-10-24T19:00:00Z", 9 * hour, "2026-10-25T04:00:00Z"},
		"over the end of a year":               {night, "2026-12-31T20:00:00Z", 9 * hour, "2027-01-01T21:00:00Z"},
		"over a leap day":                      {riga, "2028-02-28T14:30:00Z", 9 * hour, "2028-03-01T07:30:00Z"},
		"a closed date":                        {office("Europe/Riga", Day{Date: desk.On(2026, 3, 6)}), "2026-03-05T14:30:00Z", hour, "2026-03-09T07:30:00Z"},
		"other hours":                          {office("Europe/Riga", Day{desk.On(2026, 3, 7), []Hours{{10 * hour, 11 * hour}}}), "2026-03-06T14:30:00Z", hour, "2026-03-07T08:30:00Z"},
		"of two exceptions the last":           {office("Europe/Riga", Day{Date: desk.On(2026, 3, 6)}, Day{desk.On(2026, 3, 6), []Hours{{9 * hour, 10 * hour}}}), "2026-03-05T14:30:00Z", hour, "2026-03-06T07:30:00Z"},
		"a night runs into a closed date":      {Plan{Zone: "UTC", Week: night.Week, Days: []Day{{Date: desk.On(2026, 3, 6)}}}, "2026-03-05T22:00:00Z", 8*hour + 1, "2026-03-07T22:00:00.000000001Z"},
		"hours that the clock leaps over":      {each("Europe/Riga", Hours{3 * hour, 3*hour + hour/2}), "2026-03-29T00:00:00Z", hour / 2, "2026-03-30T00:30:00Z"},
		"hours that the clock shows twice":     {each("Europe/Riga", Hours{3 * hour, 3*hour + hour/2}), "2026-10-25T00:00:00Z", hour, "2026-10-26T01:30:00Z"},
		"a date that a zone left out":          {office("Pacific/Apia"), "2011-12-30T02:00:00Z", 3 * hour, "2012-01-01T21:00:00Z"},
		"a zone that moved by half an hour":    {office("Asia/Pyongyang"), "2018-05-04T07:30:00Z", hour + hour/2, "2018-05-07T00:30:00Z"},
		"the last day of a leap year to come":  {each("Europe/Riga", Hours{0, 24 * hour}), "2040-12-30T12:00:00Z", 72 * hour, "2041-01-02T12:00:00Z"},
		"back over the weekend":                {riga, "2026-03-09T07:30:00Z", -hour, "2026-03-06T14:30:00Z"},
		"back to when doors open":              {riga, "2026-03-09T07:30:00Z", -hour / 2, "2026-03-09T07:00:00Z"},
		"back over a year":                     {riga, "2027-03-05T15:00:00Z", -53 * 40 * hour, "2026-03-02T07:00:00Z"},
		"an exception once in nine years":      {Plan{Days: []Day{{desk.On(2035, 1, 1), []Hours{{0, hour}}}}}, "2026-03-09T07:30:00Z", hour, "2035-01-01T01:00:00Z"},
		"an exception too far away":            {Plan{Days: []Day{{desk.On(2037, 1, 1), []Hours{{0, hour}}}}}, "2026-03-09T07:30:00Z", hour, ""},
		"an exception too long ago":            {Plan{Days: []Day{{desk.On(2006, 1, 1), []Hours{{0, hour}}}}}, "2026-03-09T07:30:00Z", -hour, ""},
		"never":                                {Plan{}, "2026-03-09T07:30:00Z", 1, ""},
		"more than ten years hold":             {riga, "2026-03-09T07:30:00Z", 30000 * hour, ""},
		"the longest duration":                 {riga, "2026-03-09T07:30:00Z", 1<<63 - 1, ""},
		"the longest duration back":            {riga, "2026-03-09T07:30:00Z", -1 << 63, ""},
		"a year of hours without end":          {each("Europe/Riga", Hours{0, 24 * hour}), "2026-03-09T07:30:00Z", 365 * 24 * hour, "2027-03-09T07:30:00Z"},
		"hours of a day longer than its clock": {each("UTC", Hours{23 * hour, 47 * hour}), "2026-03-09T07:30:00Z", 1000 * hour, "2026-04-19T23:30:00Z"},
	} {
		got, ok := compile(t, c.plan).Add(utc(t, c.from), c.d)
		if c.want == "" {
			if ok {
				t.Errorf("%s: Add(%s, %s) = %s, want never", name, c.from, c.d, got)
			}
			continue
		}
		if !ok || !got.Equal(utc(t, c.want)) {
			t.Errorf("%s: Add(%s, %s) = %s, %t; want %s", name, c.from, c.d, got.UTC().Format(time.RFC3339Nano), ok, c.want)
		}
	}
}

func TestOpensAndCloses(t *testing.T) {
	t.Parallel()
	breaks := each("Europe/Riga", Hours{9 * hour, 12 * hour}, Hours{12 * hour, 13 * hour}, Hours{14 * hour, 26 * hour})
	for _, c := range []struct {
		name       string
		plan       Plan
		at         string
		open       bool
		next, ends string // "" where it is never
	}{
		{"before the doors open", breaks, "2026-03-06T06:59:59.999999999Z", false, "2026-03-06T07:00:00Z", "2026-03-06T06:59:59.999999999Z"},
		{"as they open", breaks, "2026-03-06T07:00:00Z", true, "2026-03-06T07:00:00Z", "2026-03-06T11:00:00Z"},
		{"hours that meet", breaks, "2026-03-06T10:30:00Z", true, "2026-03-06T10:30:00Z", "2026-03-06T11:00:00Z"},
		{"as they close", breaks, "2026-03-06T11:00:00Z", false, "2026-03-06T12:00:00Z", "2026-03-06T11:00:00Z"},
		{"past midnight", breaks, "2026-03-06T23:00:00Z", true, "2026-03-06T23:00:00Z", "2026-03-07T00:00:00Z"},
		{"without end", each("Europe/Riga", Hours{0, 24 * hour}), "2026-03-06T23:00:00Z", true, "2026-03-06T23:00:00Z", ""},
		{"until a closed date", Plan{Week: each("", Hours{0, 24 * hour}).Week, Days: []Day{{Date: desk.On(2030, 1, 1)}}}, "2026-03-06T23:00:00Z", true, "2026-03-06T23:00:00Z", "2030-01-01T00:00:00Z"},
		{"never", Plan{}, "2026-03-06T23:00:00Z", false, "", "2026-03-06T23:00:00Z"},
	} {
		cal, at := compile(t, c.plan), utc(t, c.at)
		if got := cal.OpenAt(at); got != c.open {
			t.Errorf("%s: OpenAt(%s) = %t", c.name, c.at, got)
		}
		say := func(at time.Time, ok bool) string {
			if !ok {
				return ""
			}
			return at.UTC().Format(time.RFC3339Nano)
		}
		if got := say(cal.NextOpen(at)); got != c.next {
			t.Errorf("%s: NextOpen(%s) = %q, want %q", c.name, c.at, got, c.next)
		}
		if got := say(cal.NextClose(at)); got != c.ends {
			t.Errorf("%s: NextClose(%s) = %q, want %q", c.name, c.at, got, c.ends)
		}
	}
}

func TestAlwaysIsOpen(t *testing.T) {
	t.Parallel()
	at := utc(t, "2026-03-06T23:00:00Z")
	if due, ok := Always.Add(at, 100_000*hour); !ok || !due.Equal(at.Add(100_000*hour)) {
		t.Errorf("Always.Add = %s, %t", due, ok)
	}
	if due, ok := Always.Add(at, -hour); !ok || !due.Equal(at.Add(-hour)) {
		t.Errorf("Always.Add back = %s, %t", due, ok)
	}
	if d := Always.Between(at, at.Add(hour)); d != hour {
		t.Errorf("Always.Between = %s", d)
	}
	if spans := Always.Spans(at, at.Add(hour)); len(spans) != 1 || !spans[0].From.Equal(at) || !spans[0].To.Equal(at.Add(hour)) {
		t.Errorf("Always.Spans = %v", spans)
	}
	if _, ok := Always.NextClose(at); ok || !Always.OpenAt(at) || !Always.Workday(desk.On(2026, 12, 25)) {
		t.Error("Always closes")
	}
}

func TestNilIsNeverOpen(t *testing.T) {
	t.Parallel()
	var none *Calendar
	at := utc(t, "2026-03-06T23:00:00Z")
	if _, ok := none.Add(at, 1); ok || none.OpenAt(at) || none.Between(at, at.Add(hour)) != 0 || none.Spans(at, at.Add(hour)) != nil || none.Workday(1) {
		t.Error("a calendar that is none is open")
	}
}

func TestSpansMeet(t *testing.T) {
	t.Parallel()
	cal := compile(t, each("Europe/Riga", Hours{0, 12 * hour}, Hours{12 * hour, 24 * hour}))
	from, to := utc(t, "2026-03-20T12:00:00Z"), utc(t, "2026-04-03T12:00:00Z")
	zone := cal.Zone()
	if diff := cmp.Diff([]Span{{from.In(zone), to.In(zone)}}, cal.Spans(from, to), cmp.Comparer(time.Time.Equal)); diff != "" {
		t.Error(diff)
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]Plan{
		"a zone that there is not": {Zone: "Europe/Rigo"},
		"the zone of the server":   {Zone: "Local"},
		"hours of nothing":         each("UTC", Hours{9 * hour, 9 * hour}),
		"hours that end before":    each("UTC", Hours{9 * hour, 8 * hour}),
		"more than a day":          each("UTC", Hours{9 * hour, 34 * hour}),
		"a beginning on tomorrow":  each("UTC", Hours{24 * hour, 25 * hour}),
		"less than a second":       each("UTC", Hours{0, hour + 1}),
		"a date of nothing":        {Days: []Day{{Hours: []Hours{{hour, hour}}}}},
	} {
		if _, err := Compile(p); err == nil {
			t.Errorf("%s: Compile takes it", name)
		}
	}
}

func TestWorkdays(t *testing.T) {
	t.Parallel()
	cal := compile(t, office("Europe/Riga", Day{Date: desk.On(2026, 5, 1)}, Day{Date: desk.On(2026, 5, 4)}))
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-04-30", 1, "2026-05-05"}, {"2026-04-30", 0, "2026-04-30"}, {"2026-05-02", 1, "2026-05-05"}, {"2026-05-05", -1, "2026-04-30"}, {"2026-04-30", 15, "2026-05-25"},
	} {
		if got, ok := cal.AddWorkdays(dateOf(t, c.from), c.n); !ok || got.String() != c.want {
			t.Errorf("AddWorkdays(%s, %d) = %s, %t; want %s", c.from, c.n, got, ok, c.want)
		}
	}
	if _, ok := compile(t, Plan{}).AddWorkdays(0, 1); ok {
		t.Error("a week without workdays has one")
	}
	if n := cal.Workdays(desk.On(2026, 4, 27), desk.On(2026, 5, 10)); n != 8 {
		t.Errorf("Workdays = %d, want 8", n)
	}
}

func BenchmarkAdd(b *testing.B) {
	holidays := make([]Day, 0, 300)
	for y := 2020; y < 2040; y++ {
		for m := time.January; m <= time.December; m++ {
			holidays = append(holidays, Day{Date: desk.On(y, m, 17)})
		}
	}
	cal := compile(b, office("Europe/Riga", holidays...))
	from := time.Date(2026, 3, 6, 14, 30, 0, 0, time.UTC)
	for name, d := range map[string]time.Duration{"40h": 40 * hour, "1000h": 1000 * hour, "-40h": -40 * hour} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, ok := cal.Add(from, d); !ok {
					b.Fatal("never")
				}
			}
		})
	}
}
