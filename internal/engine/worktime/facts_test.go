package worktime_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
	. "tellus/internal/engine/worktime"
)

// peculiar are the facts of peers on which we differ: the key names the file and the line, the text says why the difference is theirs.
var peculiar = map[string]string{
	"working_hours.jsonl:14": "it rounds what it returns to whole seconds; we keep the fraction",
}

// fact is a line of the transcribed facts.
type fact struct {
	Config struct {
		WorkHours    map[string][2]string         `json:"work_hours"`
		Holidays     []string                     `json:"holidays"`
		Zone         string                       `json:"zone"`
		TimeZone     string                       `json:"time_zone"`
		Hours        json.RawMessage              `json:"working_hours"`
		HolidayHours map[string]map[string]string `json:"holiday_hours"`
	}
	Op       string          `json:"op"`
	N        int             `json:"n"`
	From, To string          // business_time
	Options  []string        `json:"options"`
	Args     []any           `json:"args"` // working_hours
	Expected json.RawMessage `json:"expected"`
}

// railsZones are the names that Rails has for some zones.
var railsZones = map[string]string{"Eastern Time (US & Canada)": "America/New_York", "Tokyo": "Asia/Tokyo", "Paris": "Europe/Paris", "": "UTC", "UTC": "UTC"}

// namedHolidays are constants of the tests that the facts were taken from.
var namedHolidays = map[string]string{"three_day_weekend": "2010-07-05", "july_4": "2010-07-04", "tuesday_holiday": "2022-06-21"}

func (f *fact) plan(t *testing.T) Plan {
	zone, ok := railsZones[f.Config.Zone+f.Config.TimeZone]
	if !ok {
		t.Fatalf("zone %q", f.Config.Zone+f.Config.TimeZone)
	}
	p := Plan{Zone: zone}
	var week map[string]map[string]string
	if json.Unmarshal(f.Config.Hours, &week) == nil {
		for name, hours := range week {
			p.Week[weekday(name)] = spansOf(t, hours)
		}
	} else {
		for d := time.Monday; d <= time.Friday; d++ {
			p.Week[d] = []Hours{{9 * time.Hour, 17 * time.Hour}}
		}
	}
	if f.Config.WorkHours != nil { // "00:00" to "00:00" is the whole day
		p.Week = [7][]Hours{}
		for name, h := range f.Config.WorkHours {
			from, to := clockOf(t, h[0]), clockOf(t, h[1])
			if to <= from {
				to += 24 * time.Hour
			}
			p.Week[weekday(name)] = []Hours{{from, to}}
		}
	}
	for _, d := range f.Config.Holidays {
		p.Days = append(p.Days, Day{Date: dateOf(t, d)})
	}
	for d, hours := range f.Config.HolidayHours {
		p.Days = append(p.Days, Day{Date: dateOf(t, d), Hours: spansOf(t, hours)})
	}
	for _, o := range f.Options {
		if name, ok := strings.CutPrefix(o, "holidays: ["); ok {
			d, known := namedHolidays[strings.TrimSuffix(name, "]")]
			if !known {
				t.Fatalf("holiday %q", name)
			}
			p.Days = append(p.Days, Day{Date: dateOf(t, d)})
		}
	}
	return p
}

func weekday(name string) int {
	return slices.Index([]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, name)
}

func spansOf(t *testing.T, hours map[string]string) (list []Hours) {
	for from, to := range hours {
		list = append(list, Hours{clockOf(t, from), clockOf(t, to)})
	}
	return list
}

func clockOf(t *testing.T, s string) time.Duration {
	var h, m int
	if _, err := fmt.Sscanf(s, "%d:%d", &h, &m); err != nil {
		t.Fatalf("clock %q: %v", s, err)
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
}

func dateOf(t *testing.T, s string) desk.Date {
	t.Helper()
	d, err := desk.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// instant reads "2010-04-10T12:33:00 local", "… zone" and RFC 3339.
func instant(t *testing.T, s string, zone *time.Location) time.Time {
	t.Helper()
	if wall, rest, ok := strings.Cut(s, " "); ok && (rest == "local" || rest == "zone") {
		at, err := time.ParseInLocation("2006-01-02T15:04:05", wall, zone)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// rolled is where peers begin to count workdays from: the next open time, or the beginning of the last workday where they go back. Laws and other peers count from
// the day itself, as AddWorkdays does.
func rolled(c *Calendar, at time.Time, back bool) time.Time {
	if c.OpenAt(at) {
		return at
	}
	if !back {
		next, _ := c.NextOpen(at)
		return next
	}
	last, _ := c.Add(at, -1)
	return opens(c, desk.DateOf(last.In(c.Zone())))
}

// opens is when the first hours of a date begin, closes when the last end.
func opens(c *Calendar, d desk.Date) time.Time {
	y, m, n := d.Parts()
	at, _ := c.NextOpen(time.Date(y, m, n, 0, 0, 0, 0, c.Zone()))
	return at
}

func closes(c *Calendar, d desk.Date) time.Time {
	y, m, n := d.Parts()
	spans := c.Spans(opens(c, d), time.Date(y, m, n+1, 0, 0, 0, 0, c.Zone()))
	return spans[len(spans)-1].To
}

func addDays(t *testing.T, c *Calendar, from string, n int) string {
	if len(from) == len(time.DateOnly) {
		d := dateOf(t, from)
		for step := desk.Date(1); !c.Workday(d); d += step {
			if n < 0 {
				step = -1
			}
			if !c.Workday(d) && n < 0 {
				d--
				for ; !c.Workday(d); d-- {
				}
				break
			}
		}
		d, _ = c.AddWorkdays(d, n)
		return d.String()
	}
	at := rolled(c, instant(t, from, c.Zone()), n < 0).In(c.Zone())
	d, _ := c.AddWorkdays(desk.DateOf(at), n)
	y, m, day := d.Parts()
	h, mi, s := at.Clock()
	return time.Date(y, m, day, h, mi, s, 0, c.Zone()).Format(time.RFC3339Nano)
}

func (f *fact) answer(t *testing.T, c *Calendar) string {
	shown := func(at time.Time, ok bool) string {
		if !ok {
			return "never"
		}
		return at.Format(time.RFC3339Nano)
	}
	at := func(i int) time.Time { return instant(t, f.Args[i].(string), c.Zone()) }
	n := func() time.Duration { return time.Duration(f.Args[1].(float64) * float64(time.Second)) }
	switch f.Op {
	case "business_hours.after":
		return shown(c.Add(instant(t, f.From, c.Zone()), time.Duration(f.N)*time.Hour))
	case "business_hours.before":
		return shown(c.Add(instant(t, f.From, c.Zone()), -time.Duration(f.N)*time.Hour))
	case "business_days.after":
		return addDays(t, c, f.From, f.N)
	case "business_days.before":
		if f.N == 0 { // it goes back without going on
			return rolled(c, instant(t, f.From, c.Zone()), true).Format(time.RFC3339Nano)
		}
		return addDays(t, c, f.From, -f.N)
	case "business_time_until":
		return fmt.Sprint(c.Between(instant(t, f.From, c.Zone()), instant(t, f.To, c.Zone())).Seconds())
	case "business_days_until":
		days := c.Workdays(dateOf(t, f.From), dateOf(t, f.To))
		if !slices.Contains(f.Options, "true") && !slices.Contains(f.Options, "inclusive=true") {
			days-- // without the last
		}
		return fmt.Sprint(days)
	case "beginning_of_workday":
		return opens(c, desk.DateOf(instant(t, f.From, c.Zone()))).Format(time.RFC3339Nano)
	case "end_of_workday":
		return closes(c, desk.DateOf(instant(t, f.From, c.Zone()))).Format(time.RFC3339Nano)
	case "add_days":
		return addDays(t, c, f.Args[0].(string), int(f.Args[1].(float64)))
	case "add_hours":
		return shown(c.Add(at(0), 3600*n()))
	case "add_minutes":
		return shown(c.Add(at(0), 60*n()))
	case "add_seconds":
		return shown(c.Add(at(0), n()))
	case "advance_to_working_time":
		return shown(c.NextOpen(at(0)))
	case "advance_to_closing_time": // the end of the day, over breaks
		next, _ := c.NextOpen(at(0))
		return shown(closes(c, desk.DateOf(next.In(c.Zone()))), true)
	case "next_working_time":
		end, _ := c.NextClose(at(0))
		return shown(c.NextOpen(end))
	case "return_to_working_time":
		back, _ := c.Add(at(0), -1)
		return shown(back.Add(1), true)
	case "working_time_between":
		return fmt.Sprint(c.Between(at(0), at(1)).Truncate(time.Second).Seconds())
	}
	t.Fatalf("what is %q?", f.Op)
	return ""
}

func (f *fact) expects(t *testing.T, c *Calendar) string {
	var s string
	if json.Unmarshal(f.Expected, &s) != nil {
		var n float64
		if err := json.Unmarshal(f.Expected, &n); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(n)
	}
	if len(s) == len(time.DateOnly) {
		return s
	}
	return instant(t, s, c.Zone()).Format(time.RFC3339Nano)
}

// corpus is the folder of facts that others transcribed, outside of the project.
func corpus(t *testing.T) string {
	folder := os.Getenv("TELLUS_CORPUS")
	if folder == "" {
		t.Skip("TELLUS_CORPUS names no folder of facts")
	}
	return filepath.Join(folder, "sla", "sla-facts")
}

func TestFactsOfPeersAgree(t *testing.T) {
	t.Parallel()
	folder := corpus(t)
	for _, name := range []string{"business_time.jsonl", "working_hours.jsonl"} {
		lines, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		scan := bufio.NewScanner(strings.NewReader(string(lines)))
		for n := 1; scan.Scan(); n++ {
			var f fact
			if err := json.Unmarshal(scan.Bytes(), &f); err != nil {
				t.Fatalf("%s:%d: %v", name, n, err)
			}
			c := compile(t, f.plan(t))
			key := fmt.Sprintf("%s:%d", name, n)
			got, want := same(f.answer(t, c)), same(f.expects(t, c))
			why, differs := peculiar[key]
			switch {
			case got != want && !differs:
				t.Errorf("%s: %s says %s, the fact %s\n%s", key, f.Op, got, want, scan.Text())
			case got == want && differs:
				t.Errorf("%s agrees (%s); the table says that it does not: %s", key, got, why)
			}
		}
	}
}

// same is an instant in UTC, so that the way of writing it does not tell two apart.
func same(s string) string {
	if at, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return at.UTC().Format(time.RFC3339Nano)
	}
	return s
}

func compile(t interface{ Fatal(...any) }, p Plan) *Calendar {
	c, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
