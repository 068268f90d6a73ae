package ical_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	. "tellus/internal/platform/ical"
)

var riga = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Riga")
	if err != nil {
		panic(err)
	}
	return zone
}()

// read reads events of which each is lines without its beginning and end, in October and November of 2026, and says what it found by the clock of Riga.
func read(t *testing.T, events ...string) (times, skipped []string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
	for _, e := range events {
		b.WriteString("BEGIN:VEVENT\r\n" + strings.ReplaceAll(e, "\n", "\r\n") + "\r\nEND:VEVENT\r\n")
	}
	return tell(Read(t.Context(), b.String()+"END:VCALENDAR\r\n", riga, time.Date(2026, 10, 1, 0, 0, 0, 0, riga), time.Date(2026, 12, 1, 0, 0, 0, 0, riga)))
}

func tell(c Calendar) (times, skipped []string) {
	for _, e := range c.Events {
		day := ""
		if e.AllDay {
			day = " whole"
		}
		times = append(times, e.From.In(riga).Format("01-02 15:04")+" "+e.To.In(riga).Format("01-02 15:04")+day)
	}
	for _, s := range c.Skipped {
		skipped = append(skipped, strings.TrimSpace(s.Summary+" "+string(s.Why)))
	}
	return times, skipped
}

func TestRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events  []string
		want    []string
		skipped []string
	}{
		"a zone, UTC and none": {
			[]string{"DTSTART;TZID=Europe/Berlin:20261005T090000\nDTEND;TZID=Europe/Berlin:20261005T100000", "DTSTART:20261006T090000Z\nDURATION:PT30M", "DTSTART:20261007T090000\nDTEND:20261007T100000"},
			[]string{"10-05 10:00 10-05 11:00", "10-06 12:00 10-06 12:30", "10-07 09:00 10-07 10:00"}, nil,
		},
		"a Windows name in quotes":          {[]string{"DTSTART;TZID=\"FLE Standard Time\":20261005T090000\nDURATION:PT1H"}, []string{"10-05 09:00 10-05 10:00"}, nil},
		"whole days":                        {[]string{"DTSTART;VALUE=DATE:20261005", "DTSTART;VALUE=DATE:20261024\nDTEND;VALUE=DATE:20261026"}, []string{"10-05 00:00 10-06 00:00 whole", "10-24 00:00 10-26 00:00 whole"}, nil},
		"weekly over a change of the clock": {[]string{"DTSTART;TZID=Europe/Riga:20261020T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3"}, []string{"10-20 09:00 10-20 10:00", "10-27 09:00 10-27 10:00", "11-03 09:00 11-03 10:00"}, nil},
		"until an instant":                  {[]string{"DTSTART;TZID=Europe/Riga:20261005T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261006T060000Z"}, []string{"10-05 09:00 10-05 10:00", "10-06 09:00 10-06 10:00"}, nil},
		"until a date, which counts":        {[]string{"DTSTART;TZID=Europe/Riga:20261005T230000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261006"}, []string{"10-05 23:00 10-06 00:00", "10-06 23:00 10-07 00:00"}, nil},
		"every year since long ago":         {[]string{"DTSTART;VALUE=DATE:19181118\nRRULE:FREQ=YEARLY"}, []string{"11-18 00:00 11-19 00:00 whole"}, nil},
		"left out and added": {
			[]string{"DTSTART;TZID=Europe/Riga:20261005T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE;TZID=Europe/Riga:20261006T090000\nEXDATE;VALUE=DATE:20261007\nRDATE;TZID=Europe/Riga:20261008T090000,20261012T090000\nRDATE;VALUE=PERIOD:20261013T060000Z/PT2H"},
			[]string{"10-05 09:00 10-05 10:00", "10-08 09:00 10-08 10:00", "10-12 09:00 10-12 10:00", "10-13 09:00 10-13 11:00"}, nil,
		},
		"moved and called off": {
			[]string{
				"UID:a\nRECURRENCE-ID:20261006T060000Z\nDTSTART:20261006T120000Z\nDURATION:PT2H", "UID:a\nDTSTART;TZID=Europe/Riga:20261005T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3",
				"UID:a\nRECURRENCE-ID;TZID=Europe/Riga:20261007T090000\nDTSTART;TZID=Europe/Riga:20261007T090000\nDURATION:PT1H\nSTATUS:CANCELLED",
			},
			[]string{"10-05 09:00 10-05 10:00", "10-06 15:00 10-06 17:00"}, nil,
		},
		"cancelled, free, an alarm within": {
			[]string{"DTSTART:20261005T060000Z\nDURATION:PT1H\nSTATUS:CANCELLED", "DTSTART:20261005T060000Z\nDURATION:PT1H\nTRANSP:TRANSPARENT", "DTSTART:20261005T060000Z\nBEGIN:VALARM\nDURATION:PT5H\nEND:VALARM\nDURATION:PT1H"},
			[]string{"10-05 09:00 10-05 10:00"}, nil,
		},
		"reaching in from before": {[]string{"DTSTART:20260930T200000Z\nDURATION:PT2H", "DTSTART:20260930T190000Z\nDURATION:PT2H"}, []string{"09-30 23:00 10-01 01:00"}, nil},
		"what cannot be taken hinders no other": {
			[]string{
				"SUMMARY:a", "SUMMARY:b\nDTSTART;TZID=Custom 1:20261005T060000\nDURATION:PT1H", "SUMMARY:c\nDTSTART:20261005T060000Z", "SUMMARY:d\nDTSTART;VALUE=DATE:20261005\nRRULE:FREQ=NEVER",
				"SUMMARY:e\nDTSTART:20261005T060000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;BYSETPOS=366", "SUMMARY:f\nDTSTART;VALUE=DATE:20261005\nRRULE:FREQ=DAILY\nEXDATE:soon",
				"SUMMARY:g\nDTSTART;VALUE=DATE:20261005\nRECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20261005", "SUMMARY:h\nDTSTART;VALUE=DATE:16000101\nRRULE:FREQ=DAILY", "SUMMARY:i\nDTSTART;VALUE=DATE:20261005",
			},
			[]string{"10-05 00:00 10-06 00:00 whole"}, []string{"a start", "b zone", "c length", "d rule", "e often", "f dates", "g follow", "h toomany"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			times, skipped := read(t, c.events...)
			if diff := cmp.Diff(c.want, times) + cmp.Diff(c.skipped, skipped); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

// Files that break the rules of their form are read for what they hold.
func TestReadTakesFilesAsTheyAre(t *testing.T) {
	t.Parallel()
	event := "BEGIN:VEVENT\nDTSTART:20261005T060000Z\nDURATION:PT1H\nEND:VEVENT\n"
	for name, text := range map[string]string{
		"a mark of byte order":   "\uFEFFBEGIN:VCALENDAR\n" + event,
		"a line without colon":   "BEGIN:VCALENDAR\nwhat is this\n" + event,
		"a stray quote":          "BEGIN:VCALENDAR\nX-A;B=\"c:d\n" + event,
		"small letters":          "begin:vcalendar\n" + strings.ReplaceAll(strings.ReplaceAll(event, "BEGIN:VEVENT", "begin:vevent"), "END:VEVENT", "end:vevent"),
		"cut off":                "BEGIN:VCALENDAR\n" + strings.TrimSuffix(event, "END:VEVENT\n"),
		"folded, old line ends":  strings.ReplaceAll("BEGIN:VCALENDAR\n"+strings.Replace(event, "20261005", "2026\n 1005", 1), "\n", "\r"),
		"bytes that are no text": "BEGIN:VCALENDAR\nX-A:\xff\xfe\n" + event,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			times, skipped := tell(Read(t.Context(), text, riga, time.Date(2026, 10, 1, 0, 0, 0, 0, riga), time.Date(2026, 12, 1, 0, 0, 0, 0, riga)))
			if diff := cmp.Diff([]string{"10-05 09:00 10-05 10:00"}, times); diff != "" || skipped != nil {
				t.Fatal(diff, skipped)
			}
		})
	}
}

func TestReadIsBounded(t *testing.T) {
	t.Parallel()
	from, until := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	c := Read(t.Context(), strings.Repeat("BEGIN:VEVENT\nEND:VEVENT\n", 30_000), riga, from, until)
	if c.Found != 20_000 || !c.Cut {
		t.Errorf("%d events of 30,000, cut: %t", c.Found, c.Cut)
	}
	c = Read(t.Context(), strings.Repeat("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY\nEND:VEVENT\n", 20), riga, from, until)
	if days := 1462; len(c.Events) != 20_000/days*days || len(c.Skipped) != 20-20_000/days || c.Skipped[0].Why != WhyTooMany {
		t.Errorf("%d times, %d skipped", len(c.Events), len(c.Skipped))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if c = Read(ctx, "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nEND:VEVENT\n", riga, from, until); len(c.Events) > 0 || len(c.Skipped) != 1 || c.Skipped[0].Why != WhyTooMany {
		t.Errorf("with no time left: %+v", c)
	}
	if c = Read(t.Context(), strings.Repeat("X", 11<<20), riga, from, until); c.Found > 0 || !c.Cut {
		t.Errorf("of 11 MB without an event: %+v", c)
	}
}

// Whatever a file says, times are in order, take some time and touch what was asked for.
func FuzzRead(f *testing.F) {
	const event = "BEGIN:VEVENT\nUID:a\nDTSTART;TZID=Europe/Riga:20261005T090000\nDURATION:PT1H\nRRULE:%s\nEXDATE;VALUE=DATE:20261006\nRDATE;VALUE=PERIOD:20261013T060000Z/PT2H\nEND:VEVENT\n" +
		"BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20261007T060000Z\nDTSTART;VALUE=DATE:20261008\nEND:VEVENT\n"
	for _, rule := range []string{
		"FREQ=DAILY;COUNT=4", "FREQ=WEEKLY;BYDAY=MO,WE;WKST=SU;INTERVAL=2", "FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=-1", "FREQ=YEARLY;BYWEEKNO=53;BYYEARDAY=-1;BYEASTER=0", "FREQ=HOURLY;BYSETPOS=366",
		"FREQ=DAILY;BYHOUR=1,2;BYMINUTE=0,5;BYSECOND=1;BYSETPOS=3,-1", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20270101",
	} {
		f.Add(fmt.Sprintf(event, rule))
	}
	from, until := time.Date(2026, 10, 1, 0, 0, 0, 0, riga), time.Date(2027, 12, 1, 0, 0, 0, 0, riga)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			return
		}
		c := Read(t.Context(), text, riga, from, until)
		if c.Found < len(c.Skipped) {
			t.Fatalf("%d events, %d of them skipped", c.Found, len(c.Skipped))
		}
		for i, e := range c.Events {
			if !e.From.Before(e.To) || !e.From.Before(until) || !e.To.After(from) || i > 0 && e.From.Before(c.Events[i-1].From) {
				t.Fatalf("from %s to %s", e.From, e.To)
			}
		}
	})
}
