package deadline_test

import (
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
)

// TestWhatHappensToClocks holds what the glossary says of them: one course of things each. Monday is 2 March 2026; the office is open from nine to five.
func TestWhatHappensToClocks(t *testing.T) {
	t.Parallel()
	monday := desk.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	at := func(text string) desk.Time {
		if text == "" || text == "never" {
			return desk.Never
		}
		when, err := time.Parse("2 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return desk.At(when.AddDate(2026, 2, 0))
	}
	const hour = time.Hour
	for name, course := range map[string]struct {
		does  func(c *talk)
		kind  deadline.Kind
		state deadline.State
		due   string
		round int
		none  bool // given up, or never begun
	}{
		"the first answer is due after eight open hours":              {func(c *talk) {}, deadline.FirstAnswer, deadline.Running, "2 17:00", 1, false},
		"urgent ones after one":                                       {func(c *talk) { c.now.Priority = desk.Urgent; c.tell(0, deadline.Changed) }, deadline.FirstAnswer, deadline.Running, "2 10:00", 1, false},
		"a lower priority gives more time, from the start":            {func(c *talk) { c.now.Priority = desk.Low; c.tell(3*hour, deadline.Changed) }, deadline.FirstAnswer, deadline.Running, "3 17:00", 1, false},
		"a higher priority may break it at once":                      {func(c *talk) { c.now.Priority = desk.Urgent; c.tell(3*hour, deadline.Changed) }, deadline.FirstAnswer, deadline.Breached, "2 10:00", 1, false},
		"an automatic acknowledgement does not meet the first answer": {func(c *talk) { c.now.Acknowledged = c.now.At; c.tell(0, deadline.Acknowledged) }, deadline.FirstAnswer, deadline.Running, "2 17:00", 1, false},
		"but it acknowledges":                                         {func(c *talk) { c.now.Acknowledged = c.now.At; c.tell(0, deadline.Acknowledged) }, deadline.Acknowledge, deadline.Met, "2 10:00", 1, false},
		"an answer acknowledges too":                                  {func(c *talk) { c.answered(hour, desk.StatusOpen) }, deadline.Acknowledge, deadline.Met, "2 10:00", 1, false},
		"an answer in the last second counts":                         {func(c *talk) { c.answered(8*hour, desk.StatusOpen) }, deadline.FirstAnswer, deadline.Met, "2 17:00", 1, false},
		"a later one does not":                                        {func(c *talk) { c.answered(8*hour+time.Second, desk.StatusOpen) }, deadline.FirstAnswer, deadline.Breached, "2 17:00", 1, false},
		"a status that pauses stops it":                               {func(c *talk) { c.becomes(hour, desk.StatusWaiting) }, deadline.FirstAnswer, deadline.Paused, "never", 1, false},
		"and it goes on afterwards with what was left":                {func(c *talk) { c.becomes(hour, desk.StatusWaiting); c.wrote(24 * hour) }, deadline.FirstAnswer, deadline.Running, "3 17:00", 1, false},
		"what the customer writes again starts nothing anew":          {func(c *talk) { c.wrote(2 * hour) }, deadline.FirstAnswer, deadline.Running, "2 17:00", 1, false},
		"resolving does not answer":                                   {func(c *talk) { c.becomes(hour, desk.StatusResolved) }, deadline.FirstAnswer, deadline.Paused, "never", 1, false},
		"reopening lets the answer run on":                            {func(c *talk) { c.becomes(hour, desk.StatusResolved); c.wrote(hour) }, deadline.FirstAnswer, deadline.Running, "3 10:00", 1, false},
		"resolving resolves":                                          {func(c *talk) { c.becomes(hour, desk.StatusResolved) }, deadline.Resolve, deadline.Met, "6 17:00", 1, false},
		"reopening begins the promise to resolve anew":                {func(c *talk) { c.becomes(hour, desk.StatusResolved); c.wrote(hour) }, deadline.Resolve, deadline.Running, "9 11:00", 2, false},
		"after the first answer the next one is owed":                 {func(c *talk) { c.answered(hour, desk.StatusWaiting); c.wrote(hour) }, deadline.NextAnswer, deadline.Running, "3 11:00", 1, false},
		"each has a clock of its own": {func(c *talk) {
			c.answered(hour, desk.StatusWaiting)
			c.wrote(hour)
			c.answered(hour, desk.StatusOpen)
			c.wrote(hour)
		}, deadline.NextAnswer, deadline.Running, "3 13:00", 2, false},
		"who hears from us is owed an update from then on": {func(c *talk) { c.answered(2*hour, desk.StatusOpen) }, deadline.Update, deadline.Running, "5 11:00", 2, false},
		"an update is not owed after the end":              {func(c *talk) { c.becomes(2*hour, desk.StatusResolved) }, deadline.Update, deadline.Met, "4 17:00", 1, false},
		"an answer that never left met nothing": {func(c *talk) {
			c.answered(hour, desk.StatusOpen)
			c.now.FirstAnswer, c.now.Since = 0, monday
			c.tell(hour, deadline.Moved)
		}, deadline.FirstAnswer, deadline.Running, "2 17:00", 1, false},
		"found out too late it is late": {func(c *talk) {
			c.answered(hour, desk.StatusOpen)
			c.now.FirstAnswer, c.now.Since = 0, monday
			c.tell(24*hour, deadline.Moved)
		}, deadline.FirstAnswer, deadline.Breached, "2 17:00", 1, false},
		"a merge brings an earlier wait along": {func(c *talk) {
			c.now.Since = monday.Add(-66 * hour) // Friday, three in the afternoon
			c.tell(hour, deadline.Moved)
		}, deadline.FirstAnswer, deadline.Running, "2 15:00", 1, false},
		"a merge into what was answered owes the next answer": {func(c *talk) {
			c.answered(hour, desk.StatusWaiting)
			c.now.Since, c.now.Status = monday, desk.StatusOpen
			c.tell(hour, deadline.Moved)
		}, deadline.NextAnswer, deadline.Running, "2 17:00", 1, false},
		"a split takes the wait along": {func(c *talk) {
			c.answered(hour, desk.StatusWaiting)
			c.wrote(hour)
			c.now.Since = 0
			c.tell(hour, deadline.Moved)
		}, deadline.NextAnswer, "", "never", 1, true},
		"a split leaves the later wait": {func(c *talk) {
			c.now.Since = monday.Add(2 * hour)
			c.tell(3*hour, deadline.Moved)
		}, deadline.FirstAnswer, deadline.Running, "3 11:00", 1, false},
		"what is merged away stands still": {func(c *talk) { c.now.Aside = true; c.tell(hour, deadline.Moved) }, deadline.Resolve, deadline.Paused, "never", 1, false},
		"and goes on when it parts again": {func(c *talk) {
			c.now.Aside = true
			c.tell(hour, deadline.Moved)
			c.now.Aside = false
			c.tell(2*hour, deadline.Moved)
		}, deadline.Resolve, deadline.Running, "9 11:00", 1, false},
		"spam stands still":                    {func(c *talk) { c.now.Aside = true; c.tell(hour, deadline.Changed) }, deadline.FirstAnswer, deadline.Paused, "never", 1, false},
		"another policy counts from the start": {func(c *talk) { c.now.Policy = shorter; c.tell(0, deadline.Changed) }, deadline.Resolve, deadline.Running, "2 18:00", 1, false},
		"what it does not promise is given up": {func(c *talk) { c.now.Policy = shorter; c.tell(0, deadline.Changed) }, deadline.Update, "", "never", 1, true},
		"without a policy nothing is promised": {func(c *talk) { c.now.Policy = nil; c.tell(0, deadline.Changed) }, deadline.FirstAnswer, "", "never", 1, true},
		"a broken promise stays broken":        {func(c *talk) { c.now.Policy = nil; c.tell(24*hour, deadline.Changed) }, deadline.FirstAnswer, deadline.Breached, "2 17:00", 1, false},
		"a promise to resolve that comes later counts from then": {func(c *talk) {
			c.now.Policy = nil
			c.tell(0, deadline.Changed)
			c.now.Policy = promised
			c.tell(4*hour, deadline.Changed)
		}, deadline.Resolve, deadline.Running, "9 13:00", 2, false},
		"one to answer counts from when the customer began to wait": {func(c *talk) {
			c.now.Policy = nil
			c.tell(0, deadline.Changed)
			c.now.Policy = promised
			c.tell(4*hour, deadline.Changed)
		}, deadline.FirstAnswer, deadline.Running, "2 17:00", 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := begin(monday, promised)
			course.does(c)
			s, _ := deadline.Fold(c.facts)
			got := s.Of(course.kind)
			if course.none {
				if got.Open() || got.Due != desk.Never {
					t.Errorf("%s is %s, due at %s, want none", course.kind, got.State(), got.Due)
				}
				return
			}
			if got.State() != course.state || got.Due != at(course.due) || got.Round != course.round {
				t.Errorf("%s is %s, due at %s, round %d; want %s, %s, %d", course.kind, got.State(), got.Due, got.Round, course.state, at(course.due), course.round)
			}
		})
	}
}

// TestManyPausesAreFolded: a clock that pauses often is due as if it remembered each.
func TestManyPausesAreFolded(t *testing.T) {
	t.Parallel()
	c := begin(desk.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)), promised)
	var p time.Duration
	for range 120 {
		c.becomes(7*time.Minute, desk.StatusWaiting)
		from := c.now.At
		c.becomes(2*time.Hour, desk.StatusOpen)
		p += week.Between(from.Time(), c.now.At.Time())
	}
	s, _ := deadline.Fold(c.facts)
	got := s.Of(deadline.Resolve)
	want, _ := week.Add(c.facts[0].At.Time(), p+promised.Targets[deadline.Resolve][desk.Normal])
	if got.State() != deadline.Running || got.Due.Time() != want || len(got.Pauses) > 40 {
		t.Errorf("after 120 pauses it is %s, due at %s, with %d pauses kept; want %s", got.State(), got.Due, len(got.Pauses), want)
	}
	if told := got.Explain(week, c.now.At); told[0].What != deadline.WhatFolded || len(told) > deadline.MostStretches {
		t.Errorf("%d stretches, the first %+v", len(told), told[0])
	}
}

// TestAWarningComesOnce at its share of the target, and not while the clock stands still.
func TestAWarningComesOnce(t *testing.T) {
	t.Parallel()
	c := begin(desk.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)), promised)
	s, _ := deadline.Fold(c.facts)
	if next := s.Of(deadline.FirstAnswer).Next(); next != c.now.At.Add(6*time.Hour) {
		t.Errorf("it is warned of at %s", next)
	}
	if close := s.WarnOf(c.now.At.Add(time.Minute)); len(close) > 0 {
		t.Errorf("warned of %v after a minute", close)
	}
	if close := s.WarnOf(c.now.At.Add(6 * time.Hour)); len(close) != 2 || close[1] != deadline.FirstAnswer {
		t.Errorf("after six hours warned of %v", close)
	}
	if close := s.WarnOf(c.now.At.Add(7 * time.Hour)); len(close) > 0 {
		t.Errorf("warned again of %v", close)
	}
	if next := s.Of(deadline.FirstAnswer).Next(); next != c.now.At.Add(8*time.Hour) {
		t.Errorf("next is told of it at %s", next)
	}
}
