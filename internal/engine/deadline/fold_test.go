package deadline_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/engine/worktime"
)

var promised = &deadline.Policy{ID: 1, Calendar: week, Warn: 75, Pauses: []desk.Status{desk.StatusWaiting}, Targets: deadline.Targets{
	deadline.Acknowledge: {time.Hour, time.Hour, time.Hour, time.Hour},
	deadline.FirstAnswer: {16 * time.Hour, 8 * time.Hour, 4 * time.Hour, time.Hour},
	deadline.NextAnswer:  {16 * time.Hour, 8 * time.Hour, 4 * time.Hour, time.Hour},
	deadline.Update:      {0, 24 * time.Hour, 16 * time.Hour, 4 * time.Hour},
	deadline.Resolve:     {0, 40 * time.Hour, 24 * time.Hour, 8 * time.Hour},
}}

var shorter = &deadline.Policy{ID: 2, Targets: deadline.Targets{
	deadline.FirstAnswer: {time.Hour, time.Hour, time.Hour, time.Hour},
	deadline.NextAnswer:  {2 * time.Hour, 2 * time.Hour, time.Hour, time.Hour},
	deadline.Resolve:     {9 * time.Hour, 9 * time.Hour, 9 * time.Hour, 9 * time.Hour},
}}

// talk is a conversation as far as clocks see it: what happens to it becomes facts, as feature/conversation tells them.
type talk struct {
	now   deadline.Fact
	facts []deadline.Fact
}

func (t *talk) tell(after time.Duration, did deadline.Did) {
	t.now.At, t.now.Did = t.now.At.Add(after), did
	t.facts = append(t.facts, t.now)
}

func begin(at desk.Time, p *deadline.Policy) *talk {
	t := &talk{now: deadline.Fact{At: at, Status: desk.StatusNew, Priority: desk.Normal, Since: at, Policy: p}}
	t.tell(0, deadline.Opened)
	return t
}

func (t *talk) wrote(after time.Duration) {
	if t.now.Since == 0 {
		t.now.Since = t.now.At.Add(after)
	}
	if t.now.Status != desk.StatusNew {
		t.now.Status = desk.StatusOpen
	}
	t.tell(after, deadline.Wrote)
}

func (t *talk) answered(after time.Duration, then desk.Status) {
	if t.now.FirstAnswer == 0 {
		t.now.FirstAnswer = t.now.At.Add(after)
	}
	t.now.Since, t.now.Status = 0, then
	t.tell(after, deadline.Answered)
}

func (t *talk) becomes(after time.Duration, s desk.Status) {
	if t.now.Status = s; s.Finished() || s == desk.StatusWaiting {
		t.now.Since = 0
	}
	t.tell(after, deadline.Changed)
}

// draw is any course of things. Without moves nothing is merged, split or withdrawn.
func draw(rt *rapid.T, moves bool) []deadline.Fact {
	policies := []*deadline.Policy{promised, promised, shorter, nil}
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 7*24*60).Draw(rt, "start")) * time.Minute)
	t := begin(desk.At(start), rapid.SampledFrom(policies).Draw(rt, "policy"))
	for i := range rapid.IntRange(0, 25).Draw(rt, "facts") {
		after := time.Duration(rapid.IntRange(0, 30*60).Draw(rt, fmt.Sprint("after", i))) * time.Minute
		switch rapid.IntRange(0, 9).Draw(rt, fmt.Sprint("what", i)) {
		case 0, 1:
			t.wrote(after)
		case 2, 3:
			t.answered(after, rapid.SampledFrom([]desk.Status{desk.StatusOpen, desk.StatusWaiting, desk.StatusResolved}).Draw(rt, "then"))
		case 4, 5:
			t.becomes(after, rapid.SampledFrom([]desk.Status{desk.StatusOpen, desk.StatusWaiting, desk.StatusResolved, desk.StatusClosed}).Draw(rt, "status"))
		case 6:
			t.now.Priority = desk.Priority(rapid.IntRange(0, 3).Draw(rt, "priority"))
			t.tell(after, deadline.Changed)
		case 7:
			t.now.Aside = !t.now.Aside
			t.tell(after, deadline.Changed)
		case 8:
			t.now.Policy = rapid.SampledFrom(policies).Draw(rt, "other policy")
			t.tell(after, deadline.Changed)
		case 9:
			if !moves {
				t.now.Acknowledged = t.now.At.Add(after)
				t.tell(after, deadline.Acknowledged)
				continue
			}
			t.now.Since = rapid.SampledFrom([]desk.Time{0, t.now.At - 3_600_000_000, t.now.At.Add(after)}).Draw(rt, "since")
			if rapid.Bool().Draw(rt, "withdrawn") {
				t.now.FirstAnswer = 0
			}
			t.tell(after, deadline.Moved)
		}
	}
	return t.facts
}

// kept is a clock after a stay in a table.
func kept(t *rapid.T, s deadline.Set) (back deadline.Set) {
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	// Times that never come are written as null by desk.Time; tables hold the number.
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	for i := range back {
		if s[i].Due == desk.Never {
			back[i].Due = desk.Never
		}
		if s[i].WarnAt == desk.Never {
			back[i].WarnAt = desk.Never
		}
		if s[i].StepAt == desk.Never {
			back[i].StepAt = desk.Never
		}
	}
	return back
}

func TestFoldingAtOnceEqualsFoldingStepByStep(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		facts := draw(rt, true)
		whole, ended := deadline.Fold(facts)
		var s deadline.Set
		var gone []deadline.Clock
		for _, f := range facts {
			s = kept(rt, s)
			gone = append(gone, s.Apply(f)...)
			for range rapid.IntRange(0, 2).Draw(rt, "looked at") { // time that is looked at changes nothing
				s.Tick(f.At)
			}
		}
		if diff := cmp.Diff(whole, kept(rt, s)); diff != "" {
			rt.Fatalf("step by step (+) differs from at once (-):\n%s", diff)
		}
		if diff := cmp.Diff(len(ended), len(gone)); diff != "" {
			rt.Fatalf("ended clocks: %s", diff)
		}
	})
}

func TestDueIsNeverBeforeStartAndWhatWasMetIsNeverBrokenLater(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		facts := draw(rt, false)
		type name struct {
			kind  deadline.Kind
			round int
		}
		met := map[name]deadline.Clock{}
		var s deadline.Set
		for _, f := range facts {
			ended := s.Apply(f)
			for _, c := range append(ended, s[:]...) {
				if c.Kind == "" {
					continue
				}
				if c.Due < c.Started || c.WarnAt < c.Started || c.Met != 0 && c.Met < c.Started || c.Breached != 0 && c.Breached < c.Due {
					rt.Fatalf("after %+v: %+v", f, c)
				}
				if c.Met != 0 && c.Breached == 0 && c.Due < c.Met {
					rt.Fatalf("%s was met %s after it was due, and nobody said that it was late", c.Kind, c.Met.Sub(c.Due))
				}
				if c.State() == deadline.Running && c.Open() && c.Due < f.At {
					rt.Fatalf("%s runs although it was due at %s, and it is %s", c.Kind, c.Due, f.At)
				}
				before, was := met[name{c.Kind, c.Round}]
				if was && (c.Met != before.Met || c.Breached != before.Breached) {
					rt.Fatalf("what was met as %+v became %+v", before, c)
				}
				if c.Met != 0 {
					met[name{c.Kind, c.Round}] = c
				}
			}
			later := s
			later.Tick(f.At.Add(10_000 * time.Hour))
			for i := range later {
				if s[i].Met != 0 && later[i].Breached != s[i].Breached {
					rt.Fatalf("time broke what was met: %+v", s[i])
				}
			}
		}
	})
}

func TestAPauseMovesTheDueTimeByItsCountedTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		monday := desk.At(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
		minutes := func(name string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(rt, name)) * time.Minute
		}
		c := begin(monday.Add(minutes("start", 7*24*60)), promised)
		s, _ := deadline.Fold(c.facts)
		due := s.Of(deadline.Resolve).Due
		c.becomes(minutes("until", 24*60), desk.StatusWaiting)
		paused := c.now.At
		c.becomes(minutes("pause", 20*24*60), desk.StatusOpen)
		s, _ = deadline.Fold(c.facts)
		p := week.Between(paused.Time(), c.now.At.Time())
		want, _ := week.Add(due.Time(), p)
		got := *s.Of(deadline.Resolve)
		if got.State() != deadline.Running || week.Between(due.Time(), got.Due.Time()) != p || p > 0 && got.Due != desk.At(want) {
			rt.Fatalf("a pause of %s of open time moved the due time from %s to %s, want %s", p, due, got.Due, want)
		}
	})
}

func TestAnExplanationAddsUpToTheTarget(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		facts := draw(rt, true)
		var s deadline.Set
		for _, f := range facts {
			s.Apply(f)
			for i := range s {
				c := &s[i]
				if c.Kind == "" || c.Dropped != 0 {
					continue
				}
				cal := deadline.Calendar(week)
				if c.Policy == shorter.ID {
					cal = worktime.Always
				}
				var sum time.Duration
				at := c.Started
				for _, line := range c.Explain(cal, f.At) {
					if line.From != at || line.To != 0 && line.To < line.From {
						rt.Fatalf("%s: %+v does not go on at %s", c.Kind, line, at)
					}
					sum, at = sum+line.Counted, line.To
				}
				if c.State() == deadline.Running && c.Due != desk.Never && (sum != c.Target && c.Due > f.At || at != c.Due && c.Due > c.Started) {
					rt.Fatalf("%s: %s were counted until %s, and %s by %s are promised", c.Kind, sum, at, c.Target, c.Due)
				}
			}
		}
	})
}

func BenchmarkOneEvaluation(b *testing.B) {
	c := begin(desk.At(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)), promised)
	c.answered(time.Hour, desk.StatusWaiting)
	s, _ := deadline.Fold(c.facts)
	c.wrote(30 * time.Hour)
	f := c.facts[len(c.facts)-1]
	clockwise := *promised
	clockwise.Calendar = nil
	f.Policy = &clockwise
	for b.Loop() {
		next := s
		next.Apply(f)
	}
}
