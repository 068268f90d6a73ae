package duty_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/duty"
)

const everyday, workdays = 1<<7 - 1, 0b0111110

func riga(t interface{ Fatal(...any) }) *time.Location {
	zone, err := time.LoadLocation("Europe/Riga")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func at(t interface{ Fatal(...any) }, text string) desk.Time {
	v, err := time.ParseInLocation("2006-01-02 15:04", text, riga(t))
	if err != nil {
		t.Fatal(err)
	}
	return desk.At(v)
}

func date(t interface{ Fatal(...any) }, text string) desk.Date {
	d, err := desk.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestWhoIsCalled asks a roster of a house with a night that two people take in turn.
func TestWhoIsCalled(t *testing.T) {
	t.Parallel()
	const ilze, jan, ona, kai desk.AgentID = 1, 2, 3, 4
	r := duty.Roster{Zone: riga(t), Turns: []desk.Turn{
		{Agent: jan, Rank: 2, From: 8 * 60, To: 18 * 60, Days: workdays},
		{Agent: ilze, Rank: 1, From: 9 * 60, To: 17 * 60, Days: workdays},
		{Agent: ona, Rank: 1, From: 18 * 60, To: 8 * 60, Days: everyday, Weeks: 2, First: date(t, "2026-11-02")},
		{Agent: kai, Rank: 1, From: 18 * 60, To: 8 * 60, Days: everyday, Weeks: 2, First: date(t, "2026-11-09")},
	}}
	away := []desk.Absence{
		{Agent: ilze, AbsenceEdit: desk.AbsenceEdit{From: at(t, "2026-11-05 00:00"), To: at(t, "2026-11-06 00:00")}},
		{Agent: ilze, AbsenceEdit: desk.AbsenceEdit{From: at(t, "2026-11-06 00:00"), To: at(t, "2026-11-07 00:00"), Deputy: kai}},
	}
	for when, want := range map[string][]desk.AgentID{
		"2026-11-02 12:00": {ilze}, "2026-11-02 08:30": {jan}, "2026-11-02 17:00": {jan}, "2026-11-02 18:00": {ona}, "2026-11-03 07:59": {ona}, "2026-11-03 08:00": {jan},
		"2026-11-08 23:00": {ona}, "2026-11-09 07:00": {ona}, "2026-11-09 18:00": {kai}, "2026-11-16 18:00": {ona}, "2026-11-07 12:00": nil,
		"2026-11-05 12:00": {jan}, "2026-11-06 12:00": {kai}, "2026-11-01 20:00": nil,
	} {
		if diff := cmp.Diff(want, r.First(at(t, when), away)); diff != "" {
			t.Errorf("%s:\n%s", when, diff)
		}
	}
	got := r.At(at(t, "2026-11-06 12:00"), away)
	want := []duty.Duty{{Agent: kai, Rank: 1, For: ilze, Until: at(t, "2026-11-06 17:00")}, {Agent: jan, Rank: 2, Until: at(t, "2026-11-06 18:00")}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if next, who := r.Next(at(t, "2026-11-07 12:00"), away); next != at(t, "2026-11-07 18:00") || !slices.Equal(who, []desk.AgentID{ona}) {
		t.Errorf("next on duty %v at %s", who, next.Time())
	}
}

// TestANightThatLosesAnHour is as long as the night is.
func TestANightThatLosesAnHour(t *testing.T) {
	t.Parallel()
	r := duty.Roster{Zone: riga(t), Turns: []desk.Turn{{Agent: 1, Rank: 1, From: 22 * 60, To: 6 * 60, Days: everyday}}}
	for day, want := range map[string]time.Duration{"2026-03-28": 7 * time.Hour, "2026-03-27": 8 * time.Hour, "2026-10-24": 9 * time.Hour} {
		from := at(t, day+" 22:00")
		if got := r.At(from, nil)[0].Until.Sub(from); got != want {
			t.Errorf("the night of %s is %s, want %s", day, got, want)
		}
	}
}

// TestADayWithoutEnd is on duty always: midnight to midnight on every day is nobody's end.
func TestADayWithoutEnd(t *testing.T) {
	t.Parallel()
	r := duty.Roster{Zone: riga(t), Turns: []desk.Turn{{Agent: 1, Rank: 1, Days: everyday}}}
	if got := r.At(at(t, "2026-11-06 12:00"), nil); len(got) != 1 || got[0].Until != 0 {
		t.Errorf("%+v", got)
	}
}

func turns(t *rapid.T) []desk.Turn {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) desk.Turn {
		turn := desk.Turn{Agent: desk.AgentID(rapid.IntRange(1, 5).Draw(t, "agent")), Rank: rapid.IntRange(1, 3).Draw(t, "rank"), From: rapid.IntRange(0, 1439).Draw(t, "from"),
			To: rapid.IntRange(0, 1439).Draw(t, "to"), Days: rapid.IntRange(1, 127).Draw(t, "days"), Weeks: rapid.IntRange(0, 4).Draw(t, "weeks")}
		turn.First = desk.On(2026, time.February, 20) + desk.Date(rapid.IntRange(0, 40).Draw(t, "first"))
		if rapid.Bool().Draw(t, "ends") {
			turn.Last = turn.First + desk.Date(rapid.IntRange(0, 30).Draw(t, "last"))
		}
		return turn
	}), 0, 6).Draw(t, "turns")
}

func absences(t *rapid.T, begin desk.Time) []desk.Absence {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) desk.Absence {
		from := begin.Add(time.Duration(rapid.IntRange(-48, 20*24).Draw(t, "away from")) * time.Hour)
		return desk.Absence{Agent: desk.AgentID(rapid.IntRange(1, 5).Draw(t, "absent")), AbsenceEdit: desk.AbsenceEdit{From: from,
			To: from.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "hours")) * time.Hour), Deputy: desk.AgentID(rapid.IntRange(0, 5).Draw(t, "deputy"))}}
	}), 0, 5).Draw(t, "absences")
}

// TestPlanIsWhatIsAsked asks at random instants: a plan covers all of its time, and says what asking says; nobody who is absent is on duty, nobody twice, nobody whose turn it is not.
func TestPlanIsWhatIsAsked(t *testing.T) {
	t.Parallel()
	zones := []*time.Location{nil, riga(t)}
	rapid.Check(t, func(t *rapid.T) {
		r := duty.Roster{Zone: rapid.SampledFrom(zones).Draw(t, "zone"), Turns: turns(t)}
		begin := desk.At(time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)).Add(time.Duration(rapid.IntRange(0, 20*24*60).Draw(t, "begin")) * time.Minute)
		end := begin.Add(21 * 24 * time.Hour)
		away := absences(t, begin)
		for _, turn := range r.Turns {
			if !duty.Valid(turn) {
				t.Fatalf("drew %+v", turn)
			}
		}
		plan := r.Plan(begin, end, away)
		last := begin
		for _, p := range plan {
			if p.From != last || p.To <= p.From {
				t.Fatalf("a part from %s to %s after %s", p.From.Time(), p.To.Time(), last.Time())
			}
			last = p.To
		}
		if last != end {
			t.Fatalf("planned until %s", last.Time())
		}
		for range 20 {
			now := begin.Add(time.Duration(rapid.IntRange(0, 21*24*60-1).Draw(t, "minute")) * time.Minute)
			i := slices.IndexFunc(plan, func(p duty.Part) bool { return p.From <= now && now < p.To })
			who := r.At(now, away)
			seen := map[desk.AgentID]bool{}
			for j, d := range who {
				if seen[d.Agent] || duty.Absent(d.Agent, now, away) != nil || j > 0 && who[j-1].Rank > d.Rank {
					t.Fatalf("on duty %+v at %s", who, now.Time())
				}
				seen[d.Agent] = true
				if d.Until != 0 {
					if slices.ContainsFunc(r.At(d.Until, away), func(o duty.Duty) bool { return o.Agent == d.Agent && o.Rank == d.Rank && o.For == d.For }) {
						t.Fatalf("%+v goes on", d)
					}
					before := now + (d.Until-now)/2
					if !slices.ContainsFunc(r.At(before, away), func(o duty.Duty) bool { return o.Agent == d.Agent && o.Rank == d.Rank && o.For == d.For }) {
						t.Fatalf("%+v ended before", d)
					}
				}
				who[j].Until = 0
			}
			if !slices.Equal(plan[i].Who, who) {
				t.Fatalf("planned %+v, asked %+v", plan[i].Who, who)
			}
		}
	})
}

// TestStandIn never is somebody who is absent, and is himself where he is there.
func TestStandIn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		begin := desk.At(time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC))
		away := absences(t, begin)
		now := begin.Add(time.Duration(rapid.IntRange(0, 20*24).Draw(t, "now")) * time.Hour)
		agent := desk.AgentID(rapid.IntRange(1, 5).Draw(t, "agent"))
		who := duty.StandIn(agent, now, away)
		if who != 0 && duty.Absent(who, now, away) != nil {
			t.Fatalf("%d stands in for %d and is absent", who, agent)
		}
		if duty.Absent(agent, now, away) == nil && who != agent {
			t.Fatalf("%d stands in for %d, who is there", who, agent)
		}
	})
}
