package presence

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/notify"
)

var zones = []string{"UTC", "Europe/Riga", "Europe/Vilnius", "Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham", "Asia/Kathmandu"}

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func instant(t *testing.T, text string) desk.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return desk.At(at)
}

var office = Week{{From: 9 * 60, To: 12 * 60, Days: notify.Workdays}, {From: 13 * 60, To: 17*60 + 30, Days: notify.Workdays}}

func TestAWeekByTheWallClock(t *testing.T) {
	t.Parallel()
	night := Week{{From: 22 * 60, To: 6 * 60, Days: notify.Everyday}}
	for name, c := range map[string]struct {
		week      Week
		zone      string
		at, until string
		working   bool
	}{
		"before work":               {office, "Europe/Riga", "2026-03-02T06:59:59Z", "2026-03-02T07:00:00Z", false},
		"at work":                   {office, "Europe/Riga", "2026-03-02T07:00:00Z", "2026-03-02T10:00:00Z", true},
		"at lunch":                  {office, "Europe/Riga", "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z", false},
		"over the weekend":          {office, "Europe/Riga", "2026-03-06T15:30:00Z", "2026-03-09T07:00:00Z", false},
		"summer begins on a Sunday": {office, "Europe/Riga", "2026-03-27T15:30:00Z", "2026-03-30T06:00:00Z", false},
		"winter begins on a Sunday": {office, "Europe/Riga", "2026-10-23T14:30:00Z", "2026-10-26T07:00:00Z", false},
		"a night of seven hours":    {night, "Europe/Warsaw", "2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z", true},
		"a night of nine hours":     {night, "Europe/Warsaw", "2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z", true},
		"spans that meet":           {Week{{From: 540, To: 720, Days: notify.Everyday}, {From: 720, To: 900, Days: notify.Everyday}}, "UTC", "2026-03-02T09:00:00Z", "2026-03-02T15:00:00Z", true},
		"always":                    {Week{{From: 0, To: 0, Days: notify.Everyday}}, "Europe/Riga", "2026-03-02T09:00:00Z", "", true},
		"nothing known":             {nil, "Europe/Riga", "2026-03-02T02:00:00Z", "", true},
	} {
		working, until := c.week.At(instant(t, c.at), zone(t, c.zone))
		got := ""
		if until != 0 {
			got = until.Time().Format(time.RFC3339)
		}
		if working != c.working || got != c.until {
			t.Errorf("%s: at %s working %v until %q, want %v until %q", name, c.at, working, got, c.working, c.until)
		}
	}
}

func drawWeek(t *rapid.T) Week {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) notify.Hours {
		return notify.Hours{From: rapid.IntRange(0, 1439).Draw(t, "from"), To: rapid.IntRange(0, 1439).Draw(t, "to"), Days: notify.Days(rapid.IntRange(1, 127).Draw(t, "days"))}
	}), 0, 4).Draw(t, "week")
}

// Nothing changes before the instant that a week names, and there it does. Minutes of the wall clock that a change of the clock leaves out or repeats are
// among those looked at.
func TestAWeekHoldsUntilItSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, z := drawWeek(t), zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		at := desk.Time(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "at") * 1_000_000)
		working, until := w.At(at, z)
		if until == 0 {
			if len(w) > 0 && !working {
				t.Fatalf("%+v at %s: no work ever", w, at)
			}
			return
		}
		if until <= at || until.Sub(at) > 9*24*time.Hour {
			t.Fatalf("%+v at %s: until %s", w, at, until)
		}
		between := at + desk.Time(rapid.Int64Range(0, int64(until-at)-1).Draw(t, "between"))
		if still, same := w.At(between, z); still != working || same != until {
			t.Fatalf("%+v: at %s working %v until %s, but at %s %v until %s", w, at, working, until, between, still, same)
		}
		if then, _ := w.At(until, z); then == working {
			t.Fatalf("%+v: at %s working %v until %s, where nothing changes", w, at, working, until)
		}
	})
}

var (
	me   = desk.ByAgent(1)
	boss = desk.ByAgent(2)
)

func drawFacts(t *rapid.T, now desk.Time) Facts {
	ago := func(name string) desk.Time {
		return now - desk.Time(rapid.Int64Range(0, 3*24*3600).Draw(t, name)*1_000_000)
	}
	f := Facts{Open: rapid.Bool().Draw(t, "open"), Active: ago("active"), GoneAt: ago("gone"), Week: drawWeek(t), Zone: zone(t, rapid.SampledFrom(zones).Draw(t, "zone")),
		Idle: time.Duration(rapid.IntRange(0, 60).Draw(t, "idle")) * time.Minute, Grace: time.Minute, Was: rapid.SampledFrom([]Why{Chosen, Here, Idle, Hours, Gone}).Draw(t, "was"),
		Refuses: rapid.SliceOfNDistinct(rapid.SampledFrom(Channels), 0, 3, rapid.ID).Draw(t, "refuses")}
	if f.Open {
		f.GoneAt = 0
	}
	if rapid.Bool().Draw(t, "chose") {
		f.Choice = Choice{State: rapid.SampledFrom([]State{Online, Away, Offline}).Draw(t, "chosen"), At: ago("chosen at"), By: rapid.SampledFrom([]desk.Actor{me, boss}).Draw(t, "by")}
		if f.Choice.State == Away {
			f.Choice.Reason, f.Choice.Takes = 3, rapid.SliceOfNDistinct(rapid.SampledFrom(Channels), 0, 4, rapid.ID).Draw(t, "takes")
		}
		if rapid.Bool().Draw(t, "until?") {
			f.Choice.Until = now + desk.Time(rapid.Int64Range(-3600, 24*3600).Draw(t, "until")*1_000_000)
		}
	}
	return f
}

func TestAStandingHoldsUntilItIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := desk.Time(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "now") * 1_000_000)
		f := drawFacts(t, now)
		s, again := Decide(f, now)
		if !s.State.Valid() || again != 0 && again <= now {
			t.Fatalf("%+v: %+v, again %s", f, s, again)
		}
		end := again
		if end == 0 {
			end = now.Add(20 * 24 * time.Hour)
		}
		between := now + desk.Time(rapid.Int64Range(0, int64(end-now)-1).Draw(t, "between"))
		if later, _ := Decide(f, between); !later.Same(s) {
			t.Fatalf("%+v: %+v at %s, again at %s, but %+v at %s", f, s, now, again, later, between)
		}
	})
}

func TestWhatSomebodyChoseIsNotOverruledByWhatHeDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := desk.Time(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "now") * 1_000_000)
		f := drawFacts(t, now)
		f.Open, f.Active, f.GoneAt = true, now, 0
		s, _ := Decide(f, now)
		stands := f.Choice.Until == 0 || f.Choice.Until > now
		switch {
		case stands && f.Choice.State == Offline, stands && f.Choice.State == Away:
			if s.State != f.Choice.State || s.Why != Chosen || s.Reason != f.Choice.Reason || s.By != f.Choice.By {
				t.Fatalf("chose %+v, stands %+v", f.Choice, s)
			}
		case s.Why == Idle, s.Why == Gone:
			t.Fatalf("did something just now, and is %+v", s)
		case s.State != Online && s.Why != Hours:
			t.Fatalf("%+v: %+v", f, s)
		}
	})
}

func TestNothingComesToWhoIsNotThere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := desk.Time(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "now") * 1_000_000)
		f := drawFacts(t, now)
		s, _ := Decide(f, now)
		for _, c := range s.Takes {
			if slices.Contains(f.Refuses, c) || s.State == Offline || s.State == Away && !slices.Contains(f.Choice.Takes, c) {
				t.Fatalf("%+v: %+v takes %s", f, s, c)
			}
		}
		if s.State == Online && len(s.Takes)+len(f.Refuses) != len(Channels) {
			t.Fatalf("%+v: %+v is online and takes less than he wants", f, s)
		}
	})
}

// day is a scenario: what happened to one person, and how he stood after it.
func TestADay(t *testing.T) {
	t.Parallel()
	riga := zone(t, "Europe/Riga")
	f := Facts{Week: office, Zone: riga, Idle: 10 * time.Minute, Grace: time.Minute}
	for _, step := range []struct {
		at     string // in UTC, two hours behind Riga
		happen func(now desk.Time)
		state  State
		why    Why
		again  string
	}{
		{"06:00", func(desk.Time) {}, Offline, Gone, ""},
		{"06:50", func(now desk.Time) { f.Open, f.Active = true, now }, Away, Hours, "07:00"},
		{"07:00", func(now desk.Time) { f.Active = now }, Online, Here, "07:10"},
		{"07:10", func(desk.Time) {}, Away, Idle, "10:00"},
		{"07:20", func(now desk.Time) { f.Active = now }, Online, Here, "07:30"},
		{"09:00", func(now desk.Time) {
			f.Choice = Choice{State: Away, Reason: 1, At: now, Until: now.Add(90 * time.Minute), By: me}
		}, Away, Chosen, "10:30"},
		{"09:01", func(now desk.Time) { f.Active = now }, Away, Chosen, "10:30"},
		{"09:30", func(now desk.Time) { f.Open, f.GoneAt = false, now }, Away, Chosen, "10:30"},
		{"10:25", func(now desk.Time) { f.Open, f.GoneAt, f.Active = true, 0, now }, Away, Chosen, "10:30"},
		{"10:30", func(desk.Time) {}, Away, Hours, "11:00"},
		{"11:00", func(now desk.Time) { f.Active = now }, Online, Here, "11:10"},
		{"11:05", func(now desk.Time) { f.Open, f.GoneAt = false, now }, Online, Here, "11:06"},
		{"11:06", func(desk.Time) {}, Offline, Gone, ""},
		{"11:07", func(now desk.Time) { f.Open, f.GoneAt, f.Active = true, 0, now }, Online, Here, "11:17"},
		{"12:00", func(now desk.Time) { f.Choice, f.Active = Choice{State: Away, Reason: 2, At: now, By: boss}, now }, Away, Chosen, ""},
		{"12:01", func(now desk.Time) { f.Open, f.GoneAt = false, now }, Away, Chosen, "12:02"},
		{"12:05", func(desk.Time) {}, Offline, Gone, ""},
		{"12:06", func(now desk.Time) { f.Open, f.GoneAt, f.Active = true, 0, now }, Away, Chosen, ""},
		{"15:31", func(now desk.Time) { f.Choice, f.Active = Choice{State: Online, At: now, By: me}, now }, Online, Chosen, "15:41"},
		{"15:41", func(desk.Time) {}, Away, Idle, ""},
		{"15:42", func(now desk.Time) { f.Choice, f.Active = Choice{State: Offline, At: now, By: me}, now }, Offline, Chosen, ""},
	} {
		now := instant(t, "2026-03-02T"+step.at+":00Z")
		step.happen(now)
		s, again := Decide(f, now)
		f.Was = s.Why
		got := ""
		if again != 0 && again.Sub(now) < 12*time.Hour {
			got = again.Time().Format("15:04")
		}
		if s.State != step.state || s.Why != step.why || got != step.again {
			t.Errorf("%s: %s by %s, again at %q; want %s by %s, again at %q", step.at, s.State, s.Why, got, step.state, step.why, step.again)
		}
	}
}
