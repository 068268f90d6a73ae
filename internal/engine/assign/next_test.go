package assign

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tellus/internal/desk"
)

const thisMoment = desk.Time(1000)

func someWaiting(t *rapid.T) []Waiting {
	all := make([]Waiting, rapid.IntRange(0, 25).Draw(t, "waiting"))
	for i := range all {
		at := func(what string) desk.Time { return desk.Time(rapid.IntRange(990, 1010).Draw(t, what)) }
		all[i] = Waiting{
			ID: desk.ConversationID(i + 1), Due: at("due"), Created: at("created"), Priority: desk.Priority(rapid.IntRange(0, 3).Draw(t, "priority")),
			Value: int64(rapid.IntRange(0, 3).Draw(t, "value")), Left: rapid.IntRange(0, 4).Draw(t, "left") == 0,
		}
		if rapid.Bool().Draw(t, "waits") {
			all[i].Since = at("since")
		}
		switch rapid.IntRange(0, 3).Draw(t, "promise") {
		case 0:
			all[i].Due = desk.Never
		case 1:
			all[i].Soon = at("soon")
		}
	}
	return all
}

func TestTheNextIsTheMostImportant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := someWaiting(t)
		got := Next(all, thisMoment)
		for i := 1; i < len(got); i++ {
			a, b := got[i-1], got[i]
			if a.Left != b.Left {
				if b.Left {
					t.Fatalf("%+v, which nobody accepted, comes after %+v", b, a)
				}
				continue
			}
			switch x, y := a.Close(thisMoment), b.Close(thisMoment); {
			case !x && y:
				t.Fatalf("%+v, which is close, comes after %+v", b, a)
			case x && y && a.Due > b.Due:
				t.Fatalf("%+v is due before %+v", b, a)
			case x != y || x && a.Due != b.Due:
			case a.Priority < b.Priority, a.Priority == b.Priority && a.Value < b.Value, a.Priority == b.Priority && a.Value == b.Value && a.age() > b.age():
				t.Fatalf("%+v comes before %+v", a, b)
			}
		}
		if other := Next(rapid.Permutation(all).Draw(t, "otherwise"), thisMoment); !slices.Equal(got, other) {
			t.Fatalf("%+v, in another order %+v", got, other)
		}
	})
}

// Whatever raises one of them moves it no further back.
func TestWhatIsRaisedComesNoLater(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := someWaiting(t)
		if len(all) == 0 {
			return
		}
		at := func(id desk.ConversationID) int {
			return slices.IndexFunc(Next(all, thisMoment), func(w Waiting) bool { return w.ID == id })
		}
		one := &all[rapid.IntRange(0, len(all)-1).Draw(t, "one")]
		was := at(one.ID)
		switch rapid.SampledFrom([]string{"priority", "value", "age"}).Draw(t, "raised") {
		case "priority":
			one.Priority++
		case "value":
			one.Value++
		case "age": // as far as that does not put off when it is close
			one.Created--
		}
		if now := at(one.ID); now > was {
			t.Fatalf("%+v went from %d to %d", *one, was, now)
		}
	})
}

func TestWhatIsCloseIsWhatTheListsShowSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		w    Waiting
		want bool
	}{
		"nothing promised":                    {Waiting{Due: desk.Never, Since: 1}, false},
		"over":                                {Waiting{Due: 1000}, true},
		"as the policy warns":                 {Waiting{Due: 2000, Soon: 1000, Since: 999}, true},
		"before the policy warns":             {Waiting{Due: 1001, Soon: 1001, Since: 1}, false},
		"the last quarter of the wait":        {Waiting{Due: 1100, Since: 700}, true},
		"the third quarter of the wait":       {Waiting{Due: 1104, Since: 700}, false},
		"promised to somebody who waits not":  {Waiting{Due: 1001}, false},
		"due before he waits, and not yet so": {Waiting{Due: 1001, Since: 1002}, false},
	} {
		if got := c.w.Close(thisMoment); got != c.want {
			t.Errorf("%s: close %t, want %t", name, got, c.want)
		}
	}
}
