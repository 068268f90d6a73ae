package deadline_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
)

func TestHonestMeasuresByThePast(t *testing.T) {
	t.Parallel()
	targets := deadline.Targets{deadline.FirstAnswer: {0, time.Hour, time.Hour, time.Hour}}
	var past []deadline.Past
	for i := range 10 { // 10 min, 20 min, … 100 min
		past = append(past, deadline.Past{Kind: deadline.FirstAnswer, Priority: desk.Normal, Took: time.Duration(i+1) * 10 * time.Minute, Done: true})
	}
	past = append(past,
		deadline.Past{Kind: deadline.FirstAnswer, Priority: desk.Normal, Took: 59 * time.Minute},           // may still be kept
		deadline.Past{Kind: deadline.FirstAnswer, Priority: desk.Low, Took: 900 * time.Hour, Done: true},   // nothing is promised
		deadline.Past{Kind: deadline.NextAnswer, Priority: desk.Normal, Took: 900 * time.Hour, Done: true}) // another kind
	want := deadline.Share{Kind: deadline.FirstAnswer, Looked: 10, Kept: 6, Half: 50 * time.Minute, Aimed: 90 * time.Minute}
	if got := deadline.Honest(past, targets, 90); len(got) != 1 || got[0] != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	late := append(past, deadline.Past{Kind: deadline.FirstAnswer, Priority: desk.Urgent, Took: 61 * time.Minute})
	if got := deadline.Honest(late, targets, 90)[0]; got.Looked != 11 || got.Kept != 6 {
		t.Errorf("with one that is late and still owed: %+v", got)
	}
}

// TestWhatIsAimedAtIsReached draws pasts: the target that Honest names keeps the share that is aimed at, a shorter one does not, and a longer target never keeps fewer.
func TestWhatIsAimedAtIsReached(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		past := make([]deadline.Past, rapid.IntRange(1, 60).Draw(t, "n"))
		for i := range past {
			past[i] = deadline.Past{Kind: deadline.Resolve, Priority: desk.Priority(rapid.IntRange(0, 3).Draw(t, "priority")),
				Took: time.Duration(rapid.IntRange(0, 500).Draw(t, "took")) * time.Minute, Done: true}
		}
		aim := rapid.IntRange(1, 100).Draw(t, "aim")
		with := func(d time.Duration) deadline.Share {
			return deadline.Honest(past, deadline.Targets{deadline.Resolve: {d, d, d, d}}, aim)[0]
		}
		target := time.Duration(rapid.IntRange(1, 600).Draw(t, "target")) * time.Minute
		s := with(target)
		if s.Looked != len(past) || s.Kept < 0 || s.Kept > s.Looked {
			t.Fatalf("%+v of %d", s, len(past))
		}
		if longer := with(target + time.Minute); longer.Kept < s.Kept {
			t.Fatalf("%d kept within %s, %d within a minute more", s.Kept, target, longer.Kept)
		}
		if s.Aimed > 0 {
			if reached := with(s.Aimed); reached.Kept*100 < aim*reached.Looked {
				t.Fatalf("%d of %d within %s, want %d %%", reached.Kept, reached.Looked, s.Aimed, aim)
			}
		}
		if s.Aimed > time.Minute {
			if short := with(s.Aimed - time.Minute); short.Kept*100 >= aim*short.Looked {
				t.Fatalf("%d of %d already within %s, want %s", short.Kept, short.Looked, s.Aimed-time.Minute, s.Aimed)
			}
		}
	})
}
