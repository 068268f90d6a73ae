package merge_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/merge"
)

func subset[T ~int64](rt *rapid.T, name string, most int64) (chosen []T) {
	for i := int64(1); i <= most; i++ {
		if rapid.Bool().Draw(rt, fmt.Sprint(name, i)) {
			chosen = append(chosen, T(i))
		}
	}
	return chosen
}

func drawState(rt *rapid.T, name string) merge.State {
	s := merge.State{Tags: subset[desk.TagID](rt, name+" tag", 4), Followers: subset[desk.AgentID](rt, name+" follower", 4), LastAt: desk.Time(rapid.IntRange(1, 50).Draw(rt, name+" last"))}
	s.Turn = merge.Turn{Status: rapid.SampledFrom([]desk.Status{desk.StatusNew, desk.StatusOpen, desk.StatusWaiting, desk.StatusResolved}).Draw(rt, name+" status"), DueAt: desk.Never}
	if s.Turn.Status.Finished() {
		s.Turn.ResolvedAt = 5
	} else if rapid.Bool().Draw(rt, name+" snoozed") {
		s.Turn.SnoozedUntil = 900
		s.Turn.WakeOn.Event = rapid.SampledFrom([]desk.WakeEvent{"", desk.WhenResolved}).Draw(rt, name+" waits for")
	}
	if (s.Turn.Status == desk.StatusNew || s.Turn.Status == desk.StatusOpen) && rapid.Bool().Draw(rt, name+" waits") {
		s.Turn.WaitingSince = desk.Time(rapid.IntRange(1, 9).Draw(rt, name+" since"))
		s.Turn.DueAt = s.Turn.WaitingSince + 100
	}
	for id := range desk.FieldID(4) {
		if rapid.Bool().Draw(rt, fmt.Sprint(name, " field ", id)) {
			if s.Fields == nil {
				s.Fields = desk.FieldValues{}
			}
			s.Fields[id+1] = desk.FieldValue{Form: desk.NumberValue, Number: float64(rapid.IntRange(1, 3).Draw(rt, fmt.Sprint(name, " value ", id)))}
		}
	}
	if rapid.Bool().Draw(rt, name+" restricted") {
		s.Access = merge.Access{Restricted: true, Agents: append(subset[desk.AgentID](rt, name+" access", 4), 9)}
	}
	return s
}

func drawReading(rt *rapid.T, name string) merge.Reading {
	r := merge.Reading{LastIncoming: desk.MessageID(rapid.IntRange(0, 9).Draw(rt, name+" last")), Marks: map[desk.AgentID]desk.MessageID{}}
	for a := range desk.AgentID(3) {
		if n := rapid.IntRange(0, 12).Draw(rt, fmt.Sprint(name, " read ", a)); n > 0 {
			r.Marks[a+1] = desk.MessageID(n)
		}
	}
	return r
}

type world struct {
	state   merge.State
	reading merge.Reading
	stand   []merge.Standing
}

func (w *world) merge(sources []merge.Source, readings []merge.Reading) {
	after, rec := merge.Join(w.state, sources)
	rec.Marks = merge.JoinMarks(w.reading, readings)
	w.state = after
	for _, m := range rec.Marks {
		w.reading.Marks[m.Agent] = m.After
	}
	for _, r := range readings {
		w.reading.LastIncoming = max(w.reading.LastIncoming, r.LastIncoming)
	}
	w.stand = append(w.stand, merge.Standing{Record: rec, Sources: sources})
}

func (w *world) undo(i int, wrote bool) merge.Undone {
	u := merge.Undo(w.state, w.reading.Marks, w.stand[i].Record, w.stand[i].Sources, w.stand[:i], w.stand[i+1:], wrote)
	w.state, w.stand = u.State, append(u.Earlier, u.Later...)
	for a, m := range u.Marks {
		if w.reading.Marks[a] = m; m == 0 {
			delete(w.reading.Marks, a)
		}
	}
	return u
}

func same(a, b any) string { return cmp.Diff(a, b, cmpopts.EquateEmpty()) }

// TestUndoInAnyOrderRestores merges random conversations into one, one after the other, and undoes all of it in any order.
func TestUndoInAnyOrderRestores(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := world{state: drawState(rt, "target"), reading: drawReading(rt, "target")}
		before, read := w.state, merge.Reading{Marks: maps.Clone(w.reading.Marks)}
		for i := range rapid.IntRange(1, 4).Draw(rt, "merges") {
			var sources []merge.Source
			var readings []merge.Reading
			for j := range rapid.IntRange(1, 3).Draw(rt, "sources") {
				name := fmt.Sprint("source ", i, ".", j)
				sources = append(sources, merge.Source{State: drawState(rt, name), PutAway: rapid.IntRange(0, 4).Draw(rt, name+" put away") == 0})
				readings = append(readings, drawReading(rt, name))
			}
			w.merge(sources, readings)
		}
		for len(w.stand) > 0 {
			if u := w.undo(rapid.IntRange(0, len(w.stand)-1).Draw(rt, "undo"), false); !u.TurnRestored {
				rt.Fatal("nobody intervened, and the turn was not restored")
			}
		}
		if diff := same(before, w.state) + same(read.Marks, w.reading.Marks); diff != "" {
			rt.Fatalf("not what it was (-before +now):\n%s", diff)
		}
	})
}

// TestWhatWasMergedIsJoined holds a merge against what it is for.
func TestWhatWasMergedIsJoined(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		target := drawState(rt, "target")
		sources := []merge.Source{{State: drawState(rt, "a")}, {State: drawState(rt, "b")}}
		after, _ := merge.Join(target, sources)
		for id, v := range target.Fields {
			if !v.Equal(after.Fields[id]) {
				rt.Fatalf("the target's own field %s became %+v", id, after.Fields[id])
			}
		}
		for _, s := range append(sources, merge.Source{State: target}) {
			for _, tag := range s.Tags {
				if !slices.Contains(after.Tags, tag) {
					rt.Fatalf("tag %d is lost", tag)
				}
			}
			for _, f := range s.Followers {
				if !slices.Contains(after.Followers, f) {
					rt.Fatalf("follower %s is lost", f)
				}
			}
			for id := range s.Fields {
				if _, has := after.Fields[id]; !has {
					rt.Fatalf("field %s is lost", id)
				}
			}
			if s.Access.Restricted && (!after.Access.Restricted || slices.ContainsFunc(after.Access.Agents, func(a desk.AgentID) bool { return !slices.Contains(s.Access.Agents, a) })) {
				rt.Fatalf("restricted to %v, and now seen by %+v", s.Access.Agents, after.Access)
			}
			if s.Turn.WaitingSince != 0 && (after.Turn.WaitingSince == 0 || after.Turn.WaitingSince > s.Turn.WaitingSince || after.Turn.DueAt > s.Turn.DueAt || after.Turn.Status.Finished() || after.Turn.SnoozedUntil != 0 && s.Turn.SnoozedUntil == 0) {
				rt.Fatalf("a customer waits by %+v, and the merged one is %+v", s.Turn, after.Turn)
			}
		}
	})
}

// TestWhatCameLaterStays changes the merged one by hand before the undoing.
func TestWhatCameLaterStays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := world{state: drawState(rt, "target"), reading: drawReading(rt, "target")}
		w.merge([]merge.Source{{State: drawState(rt, "source")}}, []merge.Reading{drawReading(rt, "source")})
		hand := w.state
		hand.Turn = merge.Turn{Status: desk.StatusClosed, ResolvedAt: 77, DueAt: desk.Never}
		hand.Access = merge.Access{Restricted: true, Agents: []desk.AgentID{9, 10}}
		hand.Tags, hand.Followers = append(slices.Clone(hand.Tags), 50), append(slices.Clone(hand.Followers), 50)
		hand.Fields = desk.FieldValues{1: {Form: desk.NumberValue, Number: 99}, 50: {Form: desk.NumberValue, Number: 50}}
		w.state = hand
		w.reading.Marks[1] = 500
		u := w.undo(0, true)
		if u.TurnRestored || u.Turn != hand.Turn || !u.Access.Equal(hand.Access) || !slices.Contains(u.Tags, 50) || !slices.Contains(u.Followers, 50) || w.reading.Marks[1] != 500 {
			rt.Fatalf("what was done by hand is lost: %+v", u.State)
		}
		if diff := same(hand.Fields, u.Fields); diff != "" {
			rt.Fatalf("values that were set by hand changed (-set +now):\n%s", diff)
		}
	})
}

// TestNobodySeesMoreAfterAnUndo: what was written while the merged one was restricted stays among those who saw it.
func TestNobodySeesMoreAfterAnUndo(t *testing.T) {
	t.Parallel()
	w := world{state: merge.State{Turn: merge.Turn{Status: desk.StatusOpen}}}
	w.merge([]merge.Source{{State: merge.State{Access: merge.Access{Restricted: true, Agents: []desk.AgentID{1}}}}}, nil)
	w.undo(0, true)
	if !w.state.Access.Restricted {
		t.Error("what was written among few is seen by all")
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	homes := map[desk.MessageID]desk.ConversationID{10: 2, 11: 3}
	mails := map[string]desk.MessageID{"own": 1, "two": 10, "three": 11, "answer": 21, "self": 24}
	got := merge.Follow(homes, mails, []merge.Later{
		{ID: 20, References: []string{"two"}},
		{ID: 21, Answers: 20, MailID: "answer"},
		{ID: 22, References: []string{"two", "own"}}, // the newest counts
		{ID: 23, References: []string{"three", "unknown"}},
		{ID: 24, References: []string{"self"}, MailID: "self"},
		{ID: 25, References: []string{"answer"}},
		{ID: 26, Named: 3},
		{ID: 27, Named: 3, References: []string{"own"}}, // what it answers is surer than a number
		{ID: 28},
		{ID: 29, Answers: 1, Named: 2},
	})
	want := map[desk.MessageID]desk.ConversationID{20: 2, 21: 2, 23: 3, 25: 2, 26: 3}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Follow (-want +got):\n%s", diff)
	}
}
