package rule

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
)

var timely = Attributes(condition.Conversations(nil))

const (
	monday = desk.Time(1_772_409_600_000_000) // 2 March 2026, midnight in UTC
	minute = desk.Time(60_000_000)
)

// drawTimed makes a condition of whole minutes.
func drawTimed(t *rapid.T, depth int) condition.Node {
	if depth > 0 && rapid.Bool().Draw(t, "group") {
		nodes := make([]condition.Node, rapid.IntRange(1, 3).Draw(t, "n"))
		for i := range nodes {
			nodes[i] = drawTimed(t, depth-1)
		}
		if rapid.Bool().Draw(t, "any") {
			return condition.Node{Any: nodes}
		}
		return condition.Node{All: nodes}
	}
	switch attr := rapid.SampledFrom([]string{"due", "waiting", "status_since", "silent", "clock", "clock", "weekday", "hours.open", "status"}).Draw(t, "attr"); attr {
	case "clock":
		return leaf(attr, rapid.SampledFrom([]condition.Op{condition.On, condition.After, condition.Before}).Draw(t, "op"),
			rapid.SampledFrom([]string{"00:00", "09:00", "13:37", "23:59"}).Draw(t, "at"))
	case "weekday":
		return leaf(attr, rapid.SampledFrom([]condition.Op{condition.Is, condition.IsNot}).Draw(t, "op"), "tue")
	case "hours.open":
		return leaf(attr, rapid.SampledFrom([]condition.Op{condition.Yes, condition.No}).Draw(t, "op"))
	case "status":
		return leaf(attr, condition.Is, "open")
	default:
		op := rapid.SampledFrom([]condition.Op{condition.Older, condition.Within, condition.Ahead, condition.Past}).Draw(t, "op")
		n := condition.Node{Attr: attr, Op: op}
		if op != condition.Past {
			n.Amount, n.Unit = rapid.IntRange(1, 30).Draw(t, "amount"), rapid.SampledFrom([]condition.Unit{condition.Minutes, condition.Hours}).Draw(t, "unit")
		}
		return n
	}
}

// shop is open from eight to five, every day, in UTC.
func shop(at desk.Time) (open, known bool, until desk.Time) {
	day := at - (at-monday)%(24*60*minute)
	from, to := day+8*60*minute, day+17*60*minute
	switch {
	case at < from:
		return false, true, from
	case at < to:
		return true, true, to
	}
	return false, true, from + 24*60*minute
}

func drawTimedRule(t *rapid.T) (*Timed, *Case) {
	zone := rapid.SampledFrom([]*time.Location{time.UTC, time.FixedZone("east", 2*60*60)}).Draw(t, "zone")
	r := Rule{ID: 1, Kinds: []desk.EventKind{desk.TimePassed}, When: drawTimed(t, 2), Zone: zone}
	set, broken := Compile(timely, []Rule{r})
	if len(broken) > 0 {
		t.Fatalf("%+v is broken", r.When)
	}
	instant := rapid.Map(rapid.IntRange(-600, 2000), func(m int) desk.Time { return monday + desk.Time(m)*minute })
	row := &Case{Case: &condition.Case{Conversation: desk.Conversation{Status: desk.StatusOpen, DueAt: instant.Draw(t, "due"), WaitingSince: instant.Draw(t, "waiting"), LastAt: monday},
		StatusAt: instant.Draw(t, "status since"), SilentAt: instant.Draw(t, "silent since")}, Open: shop}
	return set.Timed()[0], row
}

// turns are the times within two days at which a condition becomes true, found by asking at every minute and just behind it, where conditions of whole minutes turn.
func turns(rule *Timed, row *Case) (all []desk.Time) {
	held := false
	for at := monday; at < monday+2*24*60*minute; at += minute {
		for _, at := range []desk.Time{at, at + 1} {
			row.At = at
			holds, _ := rule.when.Match(row, at)
			if holds && !held {
				all = append(all, at)
			}
			held = holds
		}
	}
	return all
}

// TestATimeRuleFiresOnceWheneverItBecomesTrue has somebody look when he was told to, and now and then besides.
func TestATimeRuleFiresOnceWheneverItBecomesTrue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule, row := drawTimedRule(t)
		want := turns(rule, row)
		besides := rapid.SliceOfN(rapid.IntRange(0, 2*24*60-1), 0, 5).Draw(t, "besides")
		var got []desk.Time
		var w Watch
		for now := monday; now < monday+2*24*60*minute; {
			next, since := rule.Look(row, w, now)
			if since != 0 {
				got = append(got, since)
			}
			if next.Next <= now {
				t.Fatalf("at %s it is to be looked at again at %s", now, next.Next)
			}
			w, now = next, next.Next
			for _, m := range besides {
				if at := monday + desk.Time(m)*minute; at > now && at < w.Next {
					now = at
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("it fired at %v, and became true at %v", got, want)
		}
	})
}

// TestWhoLooksLateFiresOnceForWhatHeMissed has nobody look for hours: what became true meanwhile is found once, by the time that it first did.
func TestWhoLooksLateFiresOnceForWhatHeMissed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule, row := drawTimedRule(t)
		first, _ := rule.Look(row, Watch{}, monday)
		late := monday + desk.Time(rapid.IntRange(1, 2*24*60-1).Draw(t, "late"))*minute
		var missed []desk.Time
		for _, at := range turns(rule, row) {
			if at > monday && at <= late {
				missed = append(missed, at)
			}
		}
		second, since := rule.Look(row, first, late)
		if len(missed) == 0 && since != 0 || len(missed) > 0 && since != missed[0] {
			t.Fatalf("looked at %s it fired for %s; it became true at %v", late, since, missed)
		}
		if _, again := rule.Look(row, second, late); again != 0 {
			t.Fatalf("looked at twice it fired twice")
		}
		row.At = late
		if holds, _ := rule.when.Match(row, late); second.Holds != holds {
			t.Fatalf("it is kept that it holds: %v; it does: %v", second.Holds, holds)
		}
		if when := rule.When(row, monday); len(turns(rule, row)) > 0 && when != turns(rule, row)[0] {
			t.Fatalf("it is said to come true at %s, and does at %s", when, turns(rule, row)[0])
		}
	})
}

func TestWhatATimeRuleLooksAt(t *testing.T) {
	t.Parallel()
	day := condition.Node{Attr: "last", Op: condition.Older, Amount: 1, Unit: condition.Days}
	resolved := condition.Node{All: []condition.Node{day, leaf("status", condition.Is, "resolved")}}
	for name, c := range map[string]struct {
		when  condition.Node
		off   bool
		c     desk.Conversation
		fires bool
	}{
		"an open one":                      {day, false, desk.Conversation{Status: desk.StatusOpen}, true},
		"a snoozed one":                    {day, false, desk.Conversation{Status: desk.StatusOpen, SnoozedUntil: desk.Never}, true},
		"a finished one":                   {day, false, desk.Conversation{Status: desk.StatusResolved}, false},
		"a finished one that is asked for": {resolved, false, desk.Conversation{Status: desk.StatusResolved}, true},
		"spam":                             {day, false, desk.Conversation{Status: desk.StatusOpen, Spam: true}, false},
		"in the trash":                     {day, false, desk.Conversation{Status: desk.StatusOpen, TrashedAt: 1}, false},
		"merged":                           {day, false, desk.Conversation{Status: desk.StatusOpen, MergedInto: 7}, false},
		"switched off":                     {day, true, desk.Conversation{Status: desk.StatusOpen}, false},
	} {
		set, _ := Compile(timely, []Rule{{ID: 1, Kinds: []desk.EventKind{desk.TimePassed}, When: c.when, Off: c.off}})
		c.c.LastAt = monday
		row := &Case{Case: &condition.Case{Conversation: c.c}}
		is, since := set.Timed()[0].Look(row, Watch{}, monday+48*60*minute)
		if (since != 0) != c.fires || is.Idle() == c.fires {
			t.Errorf("%s: fires %v, kept %+v", name, since != 0, is)
		}
		if c.off {
			continue
		}
		// What it acted on is remembered while it is off, and forgotten once it is not true any more.
		set, _ = Compile(timely, []Rule{{ID: 1, Kinds: []desk.EventKind{desk.TimePassed}, When: c.when, Off: true}})
		if kept, _ := set.Timed()[0].Look(row, is, monday+49*60*minute); kept.Holds != is.Holds {
			t.Errorf("%s: switched off it is kept as %+v", name, kept)
		}
		row.LastAt = monday + 49*60*minute
		if kept, _ := set.Timed()[0].Look(row, is, monday+49*60*minute); !kept.Idle() {
			t.Errorf("%s: switched off and false it is kept as %+v", name, kept)
		}
	}
}

func TestWhatTimeNeverMakesTrueIsNoTimeRule(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		when condition.Node
		why  desk.Why
	}{
		"nothing":          {condition.Node{}, desk.WhyNotTimed},
		"status alone":     {leaf("status", condition.Is, "open"), desk.WhyNotTimed},
		"a message":        {condition.Node{All: []condition.Node{leaf("clock", condition.On, "09:00"), leaf("message.text", condition.Contains, "x")}}, desk.WhyNoEvent},
		"who did it":       {leaf("event.by", condition.Is, "agent"), desk.WhyNoEvent},
		"no time of a day": {leaf("clock", condition.On, "25:00"), desk.WhyConditionValue},
		"opening":          {leaf("hours.open", condition.Yes), ""},
		"nine o'clock":     {leaf("clock", condition.On, "09:00"), ""},
	} {
		err := CheckTimed(timely, "", &Rule{When: c.when})
		if got := whyOf(err); got != c.why {
			t.Errorf("%s: %q, want %q", name, got, c.why)
		}
	}
}

func whyOf(err error) desk.Why {
	var r *desk.Refusal
	if !errors.As(err, &r) {
		return ""
	}
	return r.Why
}

// BenchmarkFiftyTimeRules is what looking at a conversation costs fifty rules that hang on time.
func BenchmarkFiftyTimeRules(b *testing.B) {
	rules := make([]Rule, 50)
	for i := range rules {
		rules[i] = Rule{ID: desk.RuleID(i + 1), Kinds: []desk.EventKind{desk.TimePassed}, When: condition.Node{All: []condition.Node{
			{Attr: "silent", Op: condition.Older, Amount: i + 1, Unit: condition.Days}, leaf("status", condition.Is, "waiting"), leaf("subject", condition.Lacks, fmt.Sprint("order ", i))}}}
	}
	set, _ := Compile(timely, rules)
	c := &condition.Case{Conversation: desk.Conversation{Status: desk.StatusWaiting, Subject: "Where is my order?"}, SilentAt: monday}
	for b.Loop() {
		row := &Case{Case: c}
		for _, t := range set.Timed() {
			if _, since := t.Look(row, Watch{}, monday+minute); since != 0 {
				b.Fatal("one holds")
			}
		}
	}
}
