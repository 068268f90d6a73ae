package assign

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tellus/internal/desk"
)

// endow gives people some of three languages.
func endow(t *rapid.T, people []Person) {
	for i := range people {
		people[i].Languages = rapid.SliceOfDistinct(rapid.SampledFrom([]string{"en", "lt", "lv"}), rapid.ID).Draw(t, "languages")
	}
}

func ask(t *rapid.T, it *Item) {
	it.Language = rapid.SampledFrom([]string{"", "en", "lt", "lv"}).Draw(t, "language")
	it.Speak = rapid.SampledFrom([]Need{Indifferent, Preferred, Required}).Draw(t, "speak")
	it.Waived = rapid.Bool().Draw(t, "waived")
}

// stranger says, apart from the engine, whether somebody does not answer in the language of an item.
func stranger(it Item, p Person) bool {
	return it.Language != "" && !slices.Contains(p.Languages, it.Language)
}

// suits says, apart from the engine, whether somebody may be given an item now.
func suits(m Method, it Item, p Person) bool {
	return p.There && p.Load < p.Capacity && (m != Weighted || p.Weight > 0) && !slices.Contains(it.Had, p.Agent) &&
		(it.Allowed == nil || slices.Contains(it.Allowed, p.Agent)) && (it.Speak != Required || it.Waived || !stranger(it, p))
}

func TestNobodyIsGivenWhatHeDoesNotSpeak(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people, it, m := somePeople(t), someItem(t), rapid.SampledFrom(Methods).Draw(t, "method")
		endow(t, people)
		ask(t, &it)
		d := m.Choose(it, people)
		for _, c := range d.Considered {
			p := byID(people, c.Agent)
			if c.Out == NoLanguage && (it.Waived || it.Speak != Required || !stranger(it, p)) || (c.Out == Fit) != suits(m, it, p) {
				t.Fatalf("of %+v: %+v, who is %+v", it, c, p)
			}
			if c.Foreign != (it.Speak != Indifferent && stranger(it, p)) {
				t.Fatalf("of %+v: %+v, who answers in %v", it, c, p.Languages)
			}
		}
		if (d.To != 0) != slices.ContainsFunc(people, func(p Person) bool { return suits(m, it, p) }) {
			t.Fatalf("given to %s", d.To)
		}
		if d.To == 0 {
			return
		}
		got := byID(people, d.To)
		if !suits(m, it, got) {
			t.Fatalf("given to %+v", got)
		}
		for _, p := range people {
			switch {
			case !suits(m, it, p) || it.Speak == Indifferent:
			case stranger(it, got) && !stranger(it, p) && (it.Speak == Required || d.To != it.Previous):
				t.Fatalf("given to %+v, not to %+v who speaks it", got, p)
			case p.Agent == it.Previous && d.To != it.Previous && (it.Speak == Preferred || stranger(it, got) == stranger(it, p)):
				t.Fatalf("given to %+v, not to who had the customer before", got)
			}
		}
	})
}

// What is waived, and what is only preferred, keeps nothing from being given to somebody.
func TestWhatIsWaivedStarvesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people, it, m := somePeople(t), someItem(t), rapid.SampledFrom(Methods).Draw(t, "method")
		endow(t, people)
		without := m.Choose(it, people)
		ask(t, &it)
		it.Waived = it.Waived || it.Speak == Required
		if with := m.Choose(it, people); (with.To == 0) != (without.To == 0) {
			t.Fatalf("without a language given to %s, with a waived one to %s", without.To, with.To)
		}
	})
}

// Where no language counts, what people speak says nothing.
func TestWhatIsNotAskedForSaysNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people, it, m := somePeople(t), someItem(t), rapid.SampledFrom(Methods).Draw(t, "method")
		plain := m.Choose(it, people)
		endow(t, people)
		ask(t, &it)
		if rapid.Bool().Draw(t, "unknown") {
			it.Language = ""
		} else {
			it.Speak = Indifferent
		}
		if able := m.Choose(it, people); !reflect.DeepEqual(plain, able) {
			t.Fatalf("%+v, of people who speak something %+v", plain, able)
		}
	})
}

// With languages as well: the order of people says nothing, nobody is above his capacity, and after draining nothing waits that suits somebody.
func TestLanguagesKeepOrderAndDraining(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people, m := somePeople(t), rapid.SampledFrom(Methods).Draw(t, "method")
		endow(t, people)
		items := make([]Item, rapid.IntRange(0, 15).Draw(t, "items"))
		for i := range items {
			items[i] = someItem(t)
			ask(t, &items[i])
		}
		decided, after := m.Drain(items, people, 100)
		again, _ := m.Drain(items, rapid.Permutation(people).Draw(t, "otherwise"), 100)
		if !reflect.DeepEqual(decided, again) {
			t.Fatalf("%+v, in another order %+v", decided, again)
		}
		for i, d := range decided {
			for _, p := range after {
				if d.To == 0 && suits(m, items[i], p) {
					t.Fatalf("item %d waits while %+v is free", i, p)
				}
				if d.To == p.Agent && (p.Load > p.Capacity || items[i].Asks() && stranger(items[i], p)) {
					t.Fatalf("item %d, %+v, went to %+v", i, items[i], p)
				}
			}
		}
	})
}

func TestItIsWaivedByTheMinute(t *testing.T) {
	t.Parallel()
	if got, want := WaivedAt(desk.Time(5), 30), desk.Time(5+30*60*1e6); got != want {
		t.Errorf("WaivedAt(5 µs, 30) = %d, want %d", got, want)
	}
}
