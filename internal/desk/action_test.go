package desk

import (
	"errors"
	"testing"
	"time"
)

func TestActionsThatCannotBeDoneAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		actions []Action
		field   string
		why     Why
	}{
		"none":                 {nil, "", ""},
		"many":                 {make([]Action, MostActions+1), "body.actions", WhyEnough},
		"all kinds":            {[]Action{{Do: SetStatus, Status: StatusOpen}, {Do: SetPriority}, {Do: Assign}, {Do: SetTeam}, {Do: AddTags, Tags: []TagID{1}}, {Do: SnoozeFor, Minutes: 5}, {Do: WriteNote, Note: "x"}}, "", ""},
		"twice":                {[]Action{{Do: SetPriority}, {Do: SetPriority}}, "body.actions[1]", WhyActionTwice},
		"two snoozes":          {[]Action{{Do: SnoozeFor, Minutes: 5}, {Do: SnoozeUntil, Day: "monday", Clock: "09:00"}}, "body.actions[1]", WhyActionTwice},
		"new is no choice":     {[]Action{{Do: SetStatus, Status: StatusNew}}, "body.actions[0].status", WhyNeeded},
		"no tags":              {[]Action{{Do: AddTags}}, "body.actions[0].tags", WhyNeeded},
		"no minutes":           {[]Action{{Do: SnoozeFor}}, "body.actions[0].minutes", WhyNeeded},
		"no day":               {[]Action{{Do: SnoozeUntil, Day: "someday", Clock: "09:00"}}, "body.actions[0].day", WhyNeeded},
		"no clock":             {[]Action{{Do: SnoozeUntil, Day: "friday", Clock: "25:00"}}, "body.actions[0].clock", WhyNeeded},
		"no note":              {[]Action{{Do: WriteNote}}, "body.actions[0].note", WhyNeeded},
		"nothing that is done": {[]Action{{Do: "dance"}}, "body.actions[0].do", WhyNeeded},
		"a finished one is not snoozed": {[]Action{{Do: SnoozeFor, Minutes: 5}, {Do: SetStatus, Status: StatusResolved}}, "body.actions[0]",
			WhyNotSnoozable},
	} {
		var r *Refusal
		err := CheckActions("body.actions", c.actions)
		if c.why == "" {
			if err != nil {
				t.Errorf("%s: CheckActions: %v", name, err)
			}
			continue
		}
		if !errors.As(err, &r) || r.Why != c.why || r.Field != c.field {
			t.Errorf("%s: CheckActions: %v, want %s at %s", name, err, c.why, c.field)
		}
	}
}

func TestASnoozeEndsByTheClockOfItsPlace(t *testing.T) {
	t.Parallel()
	riga, err := time.LoadLocation("Europe/Riga")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		now  string
		a    Action
		want string
	}{
		"for":                       {"2026-03-27T22:30:00Z", Action{Do: SnoozeFor, Minutes: 90}, "2026-03-28T00:00:00Z"},
		"tomorrow, there":           {"2026-03-27T22:30:00Z", Action{Do: SnoozeUntil, Day: "tomorrow", Clock: "09:00"}, "2026-03-29T06:00:00Z"}, // Saturday in Riga; summer time on Sunday
		"the same day is in a week": {"2026-03-27T12:00:00Z", Action{Do: SnoozeUntil, Day: "friday", Clock: "23:59"}, "2026-04-03T20:59:00Z"},
		"across a week":             {"2026-03-27T12:00:00Z", Action{Do: SnoozeUntil, Day: "monday", Clock: "08:15"}, "2026-03-30T05:15:00Z"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.a.Wakes(now, riga).Time().Format(time.RFC3339); got != c.want {
			t.Errorf("%s: Wakes(%s) = %s, want %s", name, c.now, got, c.want)
		}
	}
	if got := (Action{Do: AddTags}).Wakes(time.Now(), riga); got != 0 {
		t.Errorf("a tag snoozes until %s", got)
	}
}
