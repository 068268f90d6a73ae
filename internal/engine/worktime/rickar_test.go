package worktime_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
	. "tellus/internal/engine/worktime"
)

// rickarPeculiar are facts of rickar/cal on which we differ, by line.
var rickarPeculiar = map[int]string{
	16: "it is still open in the very second in which it closes; ours is closed as doors close, so that hours which meet are never counted twice",
}

// rickarCalendars are what its tests call cal1 to cal3, described as plans; dates about the facts hold what it computes by a function of the day.
func rickarCalendar(t *testing.T, function, name string) *Calendar {
	second := 0 * time.Second
	p := office("UTC")
	july := func() { // Independence Day, observed on Friday or Monday
		for y := 2013; y < 2019; y++ {
			d := desk.On(y, time.July, 4)
			switch d.Weekday() {
			case time.Saturday:
				d--
			case time.Sunday:
				d++
			}
			p.Days = append(p.Days, Day{Date: d})
		}
	}
	switch {
	case function == "IsWorkday" && name == "cal2": // the first fifteen days of every month
		p = each("UTC", Hours{9 * hour, 17 * hour})
		for d := desk.On(2015, 1, 1); d < desk.On(2021, 1, 1); d++ {
			if _, _, n := d.Parts(); n > 15 {
				p.Days = append(p.Days, Day{Date: d})
			}
		}
		july()
	case name == "cal3":
		p = each("UTC", Hours{8 * hour, 24 * hour})
	case name == "cal2" || name == "cal":
		if name == "cal" {
			second = 30 * time.Second
		}
		for d := desk.On(2020, 3, 25); d < desk.On(2020, 5, 1); d++ {
			if wd := d.Weekday(); wd == time.Saturday || wd == time.Sunday {
				continue
			}
			_, _, n := d.Parts()
			from := time.Duration(n%12)*hour + hour/2 + second
			p.Days = append(p.Days, Day{d, []Hours{{from, from + 6*hour + hour/4}}})
		}
	case name == "":
		july()
	}
	return compile(t, p)
}

// span of Go source: "6*time.Hour + 15*time.Minute", "5*6*time.Hour + 5*15*time.Minute".
func goDuration(t *testing.T, s string) (sum time.Duration) {
	for _, term := range strings.Split(s, "+") {
		product := time.Duration(1)
		for _, f := range strings.Split(term, "*") {
			switch f = strings.TrimSpace(f); f {
			case "time.Hour":
				product *= hour
			case "time.Minute":
				product *= time.Minute
			default:
				var n int
				if _, err := fmt.Sscan(f, &n); err != nil {
					t.Fatalf("duration %q: %v", s, err)
				}
				product *= time.Duration(n)
			}
		}
		sum += product
	}
	return sum
}

func rickarAnswer(t *testing.T, function string, c *Calendar, args []string) string {
	at := func(i int) time.Time { return utc(t, args[i]) }
	date := func(i int) desk.Date { return dateOf(t, args[i]) }
	ends := func(at time.Time) time.Time { // of this workday, or the next
		next, _ := c.NextOpen(at)
		return closes(c, desk.DateOf(next))
	}
	switch function {
	case "IsWorkday":
		return fmt.Sprint(c.Workday(date(0)))
	case "IsWorkTime", "IsWorkTimeSeconds":
		return fmt.Sprint(c.OpenAt(at(0)))
	case "WorkdaysRemain":
		y, m, _ := date(0).Parts()
		return fmt.Sprint(c.Workdays(date(0)+1, desk.On(y, m+1, 0)))
	case "WorkdaysInRange":
		return fmt.Sprint(c.Workdays(date(0), date(1)))
	case "WorkdaysFrom":
		var n int
		if _, err := fmt.Sscan(args[1], &n); err != nil {
			t.Fatal(err)
		}
		d, _ := c.AddWorkdays(date(0), n)
		return d.String()
	case "WorkingHours":
		return c.Between(date(0).Midnight(), (date(0) + 1).Midnight()).String()
	case "WorkdayStart":
		return opens(c, date(0)).Format(time.RFC3339)
	case "NextWorkdayStart":
		next, _ := c.NextOpen(at(0))
		return next.Format(time.RFC3339)
	case "NextWorkdayEnd":
		return ends(at(0)).Format(time.RFC3339)
	case "WorkHoursInRange":
		return c.Between(at(0), at(1)).String()
	case "AddWorkHours":
		due, _ := c.Add(at(0), goDuration(t, args[1]))
		return due.Format(time.RFC3339)
	}
	t.Fatalf("what is %q?", function)
	return ""
}

func TestFactsOfRickarAgree(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(corpus(t), "rickar_cal_business.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		function, rest, _ := strings.Cut(line, "\t")
		if n == 0 {
			continue // the heading
		}
		args := strings.Split(rest, ", ")
		name := ""
		if strings.HasPrefix(args[0], "cal") {
			name, args = args[0], args[1:]
		}
		want := args[len(args)-1]
		if strings.Contains(want, "time.") {
			want = goDuration(t, want).String()
		}
		got := rickarAnswer(t, function, rickarCalendar(t, function, name), args[:len(args)-1])
		why, differs := rickarPeculiar[n+1]
		switch {
		case got != want && !differs:
			t.Errorf("line %d: %s: %s", n+1, line, got)
		case got == want && differs:
			t.Errorf("line %d agrees; the table says that it does not: %s", n+1, why)
		}
	}
}
