package deadline_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
)

// TestStepsAreTakenInTheirTimeAndOnce draws a course of things with looks in between: a step is taken at most as often as it says, never before its time, never while the
// clock stands still or after it is met, and nothing whose time has come is left after a look, however long nobody looked.
func TestStepsAreTakenInTheirTimeAndOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := *promised
		for i := range rapid.IntRange(1, 4).Draw(t, "steps") {
			p.Steps = append(p.Steps, deadline.Step{ID: i + 1, Offset: time.Duration(rapid.IntRange(-600, 600).Draw(t, "offset")) * time.Minute,
				Every: time.Duration(rapid.IntRange(0, 120).Draw(t, "every")) * time.Minute, Times: rapid.IntRange(0, 5).Draw(t, "times")})
		}
		c := begin(desk.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)), &p)
		var s deadline.Set
		s.Apply(c.facts[0])
		type run struct {
			kind        deadline.Kind
			round, step int
		}
		times := map[run]int{}
		for range rapid.IntRange(1, 30).Draw(t, "things") {
			after := time.Duration(rapid.IntRange(0, 900).Draw(t, "after")) * time.Minute
			switch rapid.IntRange(0, 5).Draw(t, "does") {
			case 0:
				c.becomes(after, desk.StatusWaiting)
			case 1:
				c.becomes(after, desk.StatusOpen)
			case 2:
				c.answered(after, desk.StatusOpen)
			case 3:
				c.wrote(after)
			case 4:
				c.becomes(after, desk.StatusResolved)
			default:
				c.now.Did, c.now.At = deadline.Changed, c.now.At.Add(after)
				before := s
				for _, e := range s.Escalate(&p, c.now.At) {
					k := before.Of(e.Kind)
					if !k.Open() || k.State() == deadline.Paused || k.PausedSince() != 0 {
						t.Fatalf("step %d of %s was taken though it is %s", e.Step, e.Kind, k.State())
					}
					step := p.Steps[e.Step-1]
					want := k.Target + step.Offset + time.Duration(e.Nth-1)*step.Every
					if spent := k.Spent(c.now.At, week); spent < want || e.At > c.now.At {
						t.Fatalf("step %d of %s was taken after %s, at %s; want %s", e.Step, e.Kind, spent, e.At, want)
					}
					of := run{e.Kind, k.Round, e.Step}
					most := 1
					if step.Every > 0 {
						most = max(1, step.Times)
					}
					if e.Nth <= times[of] || e.Nth > most {
						t.Fatalf("step %d of %s was taken as number %d after %d, of %d at most", e.Step, e.Kind, e.Nth, times[of], most)
					}
					times[of] = e.Nth
				}
				for i := range s {
					if k := &s[i]; k.Kind != "" && k.StepAt <= c.now.At {
						t.Fatalf("%s still has a step at %s, looked at %s", k.Kind, k.StepAt, c.now.At)
					}
				}
				if again := s.Escalate(&p, c.now.At); len(again) > 0 {
					t.Fatalf("taken again: %+v", again)
				}
				continue
			}
			s.Apply(c.facts[len(c.facts)-1])
		}
	})
}

// TestStepsOfAChangedPolicyAreNotTakenLate has steps come to a clock when the time of some of them has passed: only what is still to come is taken, and repeats go on from there.
func TestStepsOfAChangedPolicyAreNotTakenLate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := *promised
		p.Calendar = nil
		started := desk.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
		c := begin(started, &p)
		var s deadline.Set
		s.Apply(c.facts[0])
		changed := started.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "changed")) * time.Minute)
		q := p
		q.Since = changed
		q.Steps = []deadline.Step{{ID: 1, Kinds: []deadline.Kind{deadline.FirstAnswer}, Offset: time.Duration(rapid.IntRange(-300, 300).Draw(t, "offset")) * time.Minute,
			Every: time.Duration(rapid.IntRange(1, 200).Draw(t, "every")) * time.Minute, Times: rapid.IntRange(1, 20).Draw(t, "times")}}
		f := c.facts[0]
		f.At, f.Did, f.Policy = changed, deadline.Changed, &q
		s.Apply(f)
		due := s.Of(deadline.FirstAnswer).Due
		want := 0
		for n := range q.Steps[0].Times {
			if at := max(started, due.Add(q.Steps[0].Offset+time.Duration(n)*q.Steps[0].Every)); at >= changed {
				want++
			}
		}
		got := 0
		for now := changed; now < changed.Add(8000*time.Minute); now = now.Add(time.Minute) {
			for _, e := range s.Escalate(&q, now) {
				if e.At < changed || e.At != now {
					t.Fatalf("taken at %s for %s, changed at %s", now, e.At, changed)
				}
				got++
			}
		}
		same := max(started, due.Add(q.Steps[0].Offset)) == started // several at the beginning are taken as one
		if got != want && !(same && got <= want && got >= min(1, want)) {
			t.Fatalf("taken %d times, want %d", got, want)
		}
	})
}
