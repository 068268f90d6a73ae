package rate

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
)

// However tries come, no bucket gives more than its burst and what has flowed in since.
func TestRateIsNeverExceeded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		now := desk.At(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
		start := now
		l := New(func() desk.Time { return now }, 100)
		shape := Rate{Burst: float64(rapid.IntRange(1, 20).Draw(r, "burst")), Refill: time.Duration(rapid.IntRange(1, 60).Draw(r, "refill")) * time.Second}
		given := 0.0
		for range rapid.IntRange(1, 100).Draw(r, "tries") {
			now = now.Add(time.Duration(rapid.IntRange(-5, 90).Draw(r, "wait")) * time.Second)
			if l.Take(Try{shape, "k"}) {
				given++
			}
		}
		most := shape.Burst
		if passed := now.Sub(start); passed > 0 {
			most += float64(passed) / float64(shape.Refill)
		}
		// A clock that steps back may give a little more, never more than what the steps were worth.
		if given > most+100*5/shape.Refill.Seconds() {
			r.Fatalf("%v tries given, at most %v allowed", given, most)
		}
	})
}

func TestFloodOfAddressesStaysBounded(t *testing.T) {
	t.Parallel()
	const most = 5000
	l := New(func() desk.Time { return 1 }, most)
	for i := range most + 1000 {
		l.Take(Try{Rate{30, 10 * time.Second}, time.Duration(i).String()})
	}
	if n := len(l.buckets); n > most {
		t.Errorf("%d buckets", n)
	}
}

func TestOneBucketPerHome(t *testing.T) {
	t.Parallel()
	same := [][2]string{{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9"}, {"::ffff:192.0.2.1", "192.0.2.1"}, {"fe80::1%eth0", "fe80::1%eth1"}}
	for _, c := range same {
		if Network(c[0]) != Network(c[1]) {
			t.Errorf("%s and %s have buckets of their own", c[0], c[1])
		}
	}
	other := [][2]string{{"2001:db8:1:2::1", "2001:db8:1:3::1"}, {"192.0.2.1", "192.0.2.2"}, {"", "@"}}
	for _, c := range other {
		if Network(c[0]) == Network(c[1]) {
			t.Errorf("%s and %s share a bucket", c[0], c[1])
		}
	}
}

func TestNoneIsTakenWhereOneIsEmpty(t *testing.T) {
	t.Parallel()
	l := New(func() desk.Time { return 1 }, 100)
	wide, narrow := Try{Rate{2, time.Hour}, "wide"}, Try{Rate{1, time.Hour}, "narrow"}
	if !l.Take(wide, narrow) || l.Take(wide, narrow) {
		t.Fatal("the narrow bucket gives one")
	}
	if !l.Take(wide) {
		t.Error("a try that was refused took from the wide bucket")
	}
	l.GiveBack(narrow)
	if !l.Take(narrow) || l.Take(narrow) {
		t.Error("one was given back")
	}
}
