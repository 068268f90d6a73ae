package worktime_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	. "tellus/internal/engine/worktime"
)

// oddZones put their clocks forward and back in all the ways there are: by half an hour and by two, at midnight, over a whole date, several times a year.
var oddZones = []string{
	"UTC", "Europe/Riga", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Havana", "Africa/Casablanca", "America/Sao_Paulo",
	"Asia/Beirut", "Antarctica/Troll", "Pacific/Kiritimati", "Asia/Kathmandu", "America/St_Johns", "Asia/Pyongyang", "America/Caracas",
}

// moment draws a minute, mostly close to where a clock is changed.
func moment(t *rapid.T, zone *time.Location, label string) time.Time {
	at := time.Unix(rapid.Int64Range(946684800/60, 2524608000/60).Draw(t, label)*60, 0)
	if rapid.IntRange(0, 3).Draw(t, label+" near a change") > 0 {
		if begin, _ := at.In(zone).ZoneBounds(); !begin.IsZero() && begin.Year() > 1990 {
			at = begin.Add(time.Duration(rapid.IntRange(-3*1440, 3*1440).Draw(t, label+" from it")) * time.Minute).Truncate(time.Minute)
		}
	}
	return at
}

func hoursGen(t *rapid.T) []Hours {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Hours {
		from := rapid.IntRange(0, 1439).Draw(t, "from")
		return Hours{time.Duration(from) * time.Minute, time.Duration(from+rapid.IntRange(1, 1440).Draw(t, "long")) * time.Minute}
	}), 0, 3).Draw(t, "hours")
}

// drawn is a plan with a moment that its exceptions are close to.
func drawn(t *rapid.T) (Plan, time.Time) {
	p := Plan{Zone: rapid.SampledFrom(oddZones).Draw(t, "zone")}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		t.Fatal(err)
	}
	at := moment(t, zone, "at")
	for d := range p.Week {
		if rapid.IntRange(0, 3).Draw(t, "open") > 0 {
			p.Week[d] = hoursGen(t)
		}
	}
	for range rapid.IntRange(0, 4).Draw(t, "exceptions") {
		d := desk.DateOf(at) + desk.Date(rapid.IntRange(-40, 40).Draw(t, "date"))
		p.Days = append(p.Days, Day{d, hoursGen(t)})
	}
	if rapid.Bool().Draw(t, "shut") {
		p.Shut = shutGen(t, at)
	}
	return p, at
}

// slow is the model: it looks at every minute of a time, and at the clock in each.
type slow struct {
	from time.Time
	open []bool
}

// model goes by the sentence of the package: hours are open from the first minute at which the clock shows their beginning, or later, until the first at which it
// shows their end, or later.
func model(t *rapid.T, p Plan, from time.Time, minutes int) slow {
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		t.Fatal(err)
	}
	const around = 4 * 1440
	shown := make([]int64, minutes+2*around) // what the clock shows, in minutes since 1970
	for i := range shown {
		at := from.Add(time.Duration(i-around) * time.Minute)
		_, offset := at.In(zone).Zone()
		shown[i] = (at.Unix() + int64(offset)) / 60
	}
	reaches := func(wall int64) int {
		for i, s := range shown {
			if s >= wall {
				return i
			}
		}
		return len(shown)
	}
	m := slow{from: from, open: make([]bool, minutes)}
	first := desk.DateOf(from.In(zone)) - 2
	for d := first; int(d-first) < minutes/1440+5; d++ {
		hours := p.Week[d.Weekday()]
		for _, x := range p.Days {
			if x.Date == d {
				hours = x.Hours
			}
		}
		for _, h := range hours {
			a, b := reaches(int64(d)*1440+int64(h.From/time.Minute)), reaches(int64(d)*1440+int64(h.To/time.Minute))
			for i := max(a-around, 0); i < min(b-around, minutes); i++ {
				m.open[i] = true
			}
		}
	}
	for i := range m.open {
		for _, s := range p.Shut {
			if at := from.Add(time.Duration(i) * time.Minute); !at.Before(s.From) && at.Before(s.To) {
				m.open[i] = false
			}
		}
	}
	return m
}

func (m slow) between(a, b int) (n int) {
	for _, open := range m.open[a:b] {
		if open {
			n++
		}
	}
	return n
}

func TestAMinuteByMinuteModelAgrees(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, from := drawn(t)
		cal := compile(t, p)
		minutes := rapid.SampledFrom([]int{3, 9, 40}).Draw(t, "days") * 1440
		m := model(t, p, from, minutes)
		at := func(i int) time.Time { return from.Add(time.Duration(i) * time.Minute) }

		a := rapid.IntRange(0, minutes-1).Draw(t, "a")
		b := rapid.IntRange(a, minutes).Draw(t, "b")
		if got, want := cal.Between(at(a), at(b)), time.Duration(m.between(a, b))*time.Minute; got != want {
			t.Fatalf("Between(%s, %s) = %s, minute by minute %s", at(a), at(b), got, want)
		}
		if got := cal.OpenAt(at(a)); got != m.open[a] {
			t.Fatalf("OpenAt(%s) = %t", at(a), got)
		}
		if n := m.between(a, minutes); n > 0 {
			need := rapid.IntRange(1, n).Draw(t, "need")
			i, left := a, need
			for ; left > 0; i++ {
				if m.open[i] {
					left--
				}
			}
			if due, ok := cal.Add(at(a), time.Duration(need)*time.Minute); !ok || !due.Equal(at(i)) {
				t.Fatalf("Add(%s, %dm) = %s, %t; minute by minute %s", at(a), need, due, ok, at(i))
			}
			for i = a; !m.open[i]; i++ {
			}
			if next, ok := cal.NextOpen(at(a)); !ok || !next.Equal(at(i)) {
				t.Fatalf("NextOpen(%s) = %s, %t; minute by minute %s", at(a), next, ok, at(i))
			}
			for ; i < minutes && m.open[i]; i++ {
			}
			if closes, ok := cal.NextClose(at(i - 1)); i < minutes && (!ok || !closes.Equal(at(i))) {
				t.Fatalf("NextClose(%s) = %s, %t; minute by minute %s", at(i-1), closes, ok, at(i))
			}
		}
		last := at(a)
		for _, s := range cal.Spans(at(a), at(b)) {
			if !s.From.Before(s.To) || !s.From.Equal(at(a)) && !s.From.After(last) {
				t.Fatalf("spans are out of order or meet: %v", cal.Spans(at(a), at(b)))
			}
			last = s.To
		}
	})
}

// length draws a span of time of up to a few months.
func length(t *rapid.T, label string) time.Duration {
	most := rapid.SampledFrom([]int64{1, int64(time.Minute), int64(hour), int64(60 * hour), int64(2000 * hour)}).Draw(t, label+" at most")
	return time.Duration(rapid.Int64Range(0, most).Draw(t, label))
}

func TestAddingTwiceIsAddingTheSum(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, from := drawn(t)
		cal, a, b := compile(t, p), length(t, "a"), length(t, "b")
		whole, ok := cal.Add(from, a+b)
		if !ok {
			return
		}
		first, ok := cal.Add(from, a)
		if !ok {
			t.Fatalf("Add(%s) is never, Add(%s) is %s", a, a+b, whole)
		}
		if second, ok := cal.Add(first, b); !ok || !second.Equal(whole) {
			t.Fatalf("Add(%s, %s) = %s; by way of %s it is %s, %t", from, a+b, whole, first, second, ok)
		}
	})
}

func TestBetweenIsTheInverseOfAdd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, from := drawn(t)
		cal, d := compile(t, p), length(t, "d")
		due, ok := cal.Add(from, d)
		if !ok {
			return
		}
		if got := cal.Between(from, due); got != d {
			t.Fatalf("Between(%s, Add(%s)) = %s", from, d, got)
		}
		if d == 0 {
			return
		}
		if got := cal.Between(from, due.Add(-1)); got != d-1 {
			t.Fatalf("Add(%s, %s) = %s, but it is used up before", from, d, due)
		}
		back, ok := cal.Add(due, -d)
		if !ok || cal.Between(back, due) != d || cal.Between(back.Add(1), due) != d-1 {
			t.Fatalf("Add(%s, -%s) = %s, %t", due, d, back, ok)
		}
	})
}

func TestBetweenAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, from := drawn(t)
		cal := compile(t, p)
		mid := from.Add(length(t, "to the middle"))
		end := mid.Add(length(t, "to the end"))
		if got, want := cal.Between(from, mid)+cal.Between(mid, end), cal.Between(from, end); got != want {
			t.Fatalf("Between(%s, %s) + Between(%s, %s) = %s, want %s", from, mid, mid, end, got, want)
		}
		if got, want := cal.Between(end, from), -cal.Between(from, end); got != want {
			t.Fatalf("Between backwards = %s, want %s", got, want)
		}
		var sum time.Duration
		for _, s := range cal.Spans(from, end) {
			sum += s.To.Sub(s.From)
		}
		if want := cal.Between(from, end); sum != want {
			t.Fatalf("spans sum to %s, want %s", sum, want)
		}
	})
}

func TestTheZoneOfAnInstantDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, from := drawn(t)
		cal, d := compile(t, p), length(t, "d")
		elsewhere, err := time.LoadLocation(rapid.SampledFrom(oddZones).Draw(t, "elsewhere"))
		if err != nil {
			t.Fatal(err)
		}
		here, ok := cal.Add(from.UTC(), d)
		there, ok2 := cal.Add(from.In(elsewhere), d)
		if ok != ok2 || !here.Equal(there) {
			t.Fatalf("Add = %s, %t in UTC, %s, %t in %s", here, ok, there, ok2, elsewhere)
		}
		if a, b := cal.Between(from.UTC(), here), cal.Between(from.In(elsewhere), here.In(elsewhere)); ok && a != b {
			t.Fatalf("Between = %s in UTC, %s in %s", a, b, elsewhere)
		}
	})
}
