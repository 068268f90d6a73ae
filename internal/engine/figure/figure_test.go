package figure_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/figure"
)

// TestDaysLieEndToEnd draws spans: days follow each other without gap or overlap, each is as long as a day can be, and a span that is cut in two is the same days.
func TestDaysLieEndToEnd(t *testing.T) {
	t.Parallel()
	var zones []*time.Location
	for _, name := range []string{"UTC", "Europe/Riga", "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Cairo"} {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, z)
	}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		from := desk.Date(rapid.IntRange(15000, 22000).Draw(t, "from"))
		n := rapid.IntRange(1, figure.MostDays).Draw(t, "days")
		days := figure.Days(from, from+desk.Date(n-1), zone)
		if len(days) != n+1 {
			t.Fatalf("%d bounds of %d days", len(days), n)
		}
		for i := 1; i < len(days); i++ {
			if long := days[i].Sub(days[i-1]); long < 22*time.Hour || long > 26*time.Hour {
				t.Fatalf("a day of %s", long)
			}
		}
		cut := rapid.IntRange(0, n-1).Draw(t, "cut")
		first := figure.Days(from, from+desk.Date(cut), zone)
		if last := first[len(first)-1]; last != days[cut+1] {
			t.Fatalf("cut after %d days it ends %s, not %s", cut+1, last, days[cut+1])
		}
		if figure.Days(from, from-1, zone) != nil || figure.Days(from, from+figure.MostDays, zone) != nil {
			t.Fatal("a span that is none has days")
		}
	})
}
