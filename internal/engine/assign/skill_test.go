package assign

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tellus/internal/desk"
)

var someSkills = []desk.SkillID{1, 2, 3}

// train gives people some of three skills.
func train(t *rapid.T, people []Person) {
	for i := range people {
		people[i].Skills = rapid.SliceOfDistinct(rapid.SampledFrom(someSkills), rapid.ID).Draw(t, "skills")
	}
}

// want has an item ask for some of three skills, each required or preferred.
func want(t *rapid.T, it *Item) {
	for _, s := range rapid.SliceOfDistinct(rapid.SampledFrom(someSkills), rapid.ID).Draw(t, "wanted") {
		it.Skills = append(it.Skills, Wanted{s, rapid.SampledFrom([]Need{Preferred, Required}).Draw(t, "need")})
	}
}

// short counts, apart from the engine, what somebody lacks of what is asked for with a need, the language among it.
func short(it Item, p Person, need Need) (n int) {
	if it.Speak == need && stranger(it, p) {
		n++
	}
	for _, s := range someSkills {
		if slices.Contains(it.Skills, Wanted{s, need}) && !slices.Contains(p.Skills, s) {
			n++
		}
	}
	return n
}

// able says, apart from the engine, whether somebody may be given an item now, by skills as well.
func able(m Method, it Item, p Person) bool {
	return suits(m, it, p) && (it.Waived || short(it, p, Required) == 0)
}

func TestNobodyIsGivenWhatHeLacksASkillFor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people, it, m := somePeople(t), someItem(t), rapid.SampledFrom(Methods).Draw(t, "method")
		endow(t, people)
		train(t, people)
		ask(t, &it)
		want(t, &it)
		d := m.Choose(it, people)
		for _, c := range d.Considered {
			p := byID(people, c.Agent)
			if c.Out == NoSkill && (it.Waived || short(it, p, Required) == 0) || (c.Out == Fit) != able(m, it, p) {
				t.Fatalf("of %+v: %+v, who is %+v", it, c, p)
			}
			for _, w := range it.Skills {
				if slices.Contains(c.Lacks, w.Skill) == slices.Contains(p.Skills, w.Skill) {
					t.Fatalf("of %+v: %+v, who is %+v", it, c, p)
				}
			}
			if len(c.Lacks) > len(it.Skills) {
				t.Fatalf("of %+v he lacks %v", it, c.Lacks)
			}
		}
		if (d.To != 0) != slices.ContainsFunc(people, func(p Person) bool { return able(m, it, p) }) {
			t.Fatalf("given to %s", d.To)
		}
		if d.To == 0 {
			return
		}
		got := byID(people, d.To)
		for _, p := range people {
			if !able(m, it, p) || p.Agent == d.To {
				continue
			}
			// What was required and is waived comes first, then who had the customer before, then what is preferred.
			was, is := short(it, got, Required), short(it, p, Required)
			switch {
			case is < was:
				t.Fatalf("given to %+v, not to %+v who has more of what is required", got, p)
			case is > was || d.To == it.Previous:
			case p.Agent == it.Previous:
				t.Fatalf("given to %+v, not to who had the customer before", got)
			case short(it, p, Preferred) < short(it, got, Preferred):
				t.Fatalf("given to %+v, not to %+v who has more of what is preferred", got, p)
			}
		}
	})
}

// Among people who are alike in what an item asks for, it goes as if it asked for nothing.
func TestAmongEquallyAbleItGoesByTheMethod(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people, it, m := somePeople(t), someItem(t), rapid.SampledFrom(Methods).Draw(t, "method")
		plain := m.Choose(it, people)
		want(t, &it)
		all := rapid.Bool().Draw(t, "all of it")
		it.Waived = !all
		for i := range people {
			if all {
				people[i].Skills = someSkills
			}
		}
		asked := m.Choose(it, people)
		for i := range asked.Considered {
			if all == (asked.Considered[i].Lacks != nil) && len(it.Skills) > 0 {
				t.Fatalf("of %+v: %+v", it, asked.Considered[i])
			}
			asked.Considered[i].Lacks = nil
		}
		if !reflect.DeepEqual(plain, asked) {
			t.Fatalf("%+v, where skills are asked for %+v", plain, asked)
		}
	})
}

// Where no skill is asked for, what people can says nothing; what is waived, and what is only preferred, keeps nothing from being given to somebody.
func TestSkillsThatDoNotCountSayNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people, it, m := somePeople(t), someItem(t), rapid.SampledFrom(Methods).Draw(t, "method")
		plain := m.Choose(it, people)
		train(t, people)
		if able := m.Choose(it, people); !reflect.DeepEqual(plain, able) {
			t.Fatalf("%+v, of people who can something %+v", plain, able)
		}
		want(t, &it)
		it.Waived = it.Asks() || rapid.Bool().Draw(t, "waived")
		if with := m.Choose(it, people); (with.To == 0) != (plain.To == 0) {
			t.Fatalf("without skills given to %s, with waived ones to %s", plain.To, with.To)
		}
	})
}

// With skills as well: the order of people says nothing, nobody is above his capacity, and after draining nothing waits that somebody could have.
func TestSkillsKeepOrderAndDraining(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people, m := somePeople(t), rapid.SampledFrom(Methods).Draw(t, "method")
		endow(t, people)
		train(t, people)
		items := make([]Item, rapid.IntRange(0, 15).Draw(t, "items"))
		for i := range items {
			items[i] = someItem(t)
			ask(t, &items[i])
			want(t, &items[i])
		}
		decided, after := m.Drain(items, people, 100)
		again, _ := m.Drain(items, rapid.Permutation(people).Draw(t, "otherwise"), 100)
		if !reflect.DeepEqual(decided, again) {
			t.Fatalf("%+v, in another order %+v", decided, again)
		}
		for i, d := range decided {
			for _, p := range after {
				if d.To == 0 && able(m, items[i], p) {
					t.Fatalf("item %d waits while %+v is free", i, p)
				}
				if d.To != p.Agent {
					continue
				}
				if owes := short(items[i], p, Required) > 0; p.Load > p.Capacity || owes && !items[i].Waived || items[i].Able(p) == owes {
					t.Fatalf("item %d, %+v, went to %+v", i, items[i], p)
				}
			}
		}
	})
}
