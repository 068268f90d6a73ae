package assign

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tellus/internal/desk"
)

func somePeople(t *rapid.T) []Person {
	n := rapid.IntRange(0, 30).Draw(t, "people")
	all := make([]Person, n)
	for i := range all {
		all[i] = Person{
			Agent: desk.AgentID(i + 1), There: rapid.Bool().Draw(t, "there"), Load: rapid.IntRange(0, 6).Draw(t, "load"), Capacity: rapid.IntRange(0, 6).Draw(t, "capacity"),
			Weight: rapid.IntRange(0, Heaviest).Draw(t, "weight"), Turn: int64(rapid.IntRange(0, 5*Whole).Draw(t, "turn")),
			GivenAt: desk.Time(rapid.IntRange(0, 5).Draw(t, "given")), BusyAt: desk.Time(rapid.IntRange(0, 5).Draw(t, "busy")),
		}
	}
	return all
}

func someItem(t *rapid.T) Item {
	it := Item{Previous: desk.AgentID(rapid.IntRange(0, 9).Draw(t, "previous"))}
	for _, id := range rapid.SliceOfNDistinct(rapid.IntRange(1, 9), 0, 3, rapid.ID).Draw(t, "had") {
		it.Had = append(it.Had, desk.AgentID(id))
	}
	if rapid.IntRange(0, 3).Draw(t, "restricted") == 0 {
		it.Allowed = []desk.AgentID{}
		for _, id := range rapid.SliceOfDistinct(rapid.IntRange(1, 9), rapid.ID).Draw(t, "allowed") {
			it.Allowed = append(it.Allowed, desk.AgentID(id))
		}
	}
	return it
}

func byID(people []Person, id desk.AgentID) Person {
	return people[slices.IndexFunc(people, func(p Person) bool { return p.Agent == id })]
}

func TestWhoIsChosenFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people, it, m := somePeople(t), someItem(t), rapid.SampledFrom(Methods).Draw(t, "method")
		d := m.Choose(it, people)
		var fit []Person
		for _, p := range people {
			if m.out(&p, &it) == Fit {
				fit = append(fit, p)
			}
		}
		if (d.To == 0) != (len(fit) == 0) || (d.How == Nobody) != (d.To == 0) {
			t.Fatalf("%d fit, %+v", len(fit), d)
		}
		if len(d.Considered) != min(len(people), Listed) || len(d.Considered)+d.Left != len(people) {
			t.Fatalf("%d and %d of %d were considered", len(d.Considered), d.Left, len(people))
		}
		if d.To == 0 {
			return
		}
		got := byID(people, d.To)
		if !got.There || got.Load >= got.Capacity || it.Allowed != nil && !slices.Contains(it.Allowed, got.Agent) {
			t.Fatalf("given to %+v", got)
		}
		before := slices.ContainsFunc(fit, func(p Person) bool { return p.Agent == it.Previous })
		if before != (d.To == it.Previous) || before != (d.How == WasBefore) {
			t.Fatalf("previous is %d, fits %t: %+v", it.Previous, before, d)
		}
		if !before && d.Considered[0].Agent != d.To {
			t.Fatalf("the first who was considered did not get it: %+v", d)
		}
		if !before && m != Weighted { // whose order is of all who fit: see weight_test.go
			for _, p := range fit {
				if m.before(&p, &got) < 0 {
					t.Fatalf("%+v comes before %+v", p, got)
				}
			}
		}
	})
}

// What nobody accepts is given to everybody whom it fits, once each, and then to nobody.
func TestWhatIsNotAcceptedGoesRoundOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people, it, m := somePeople(t), someItem(t), rapid.SampledFrom(Methods).Draw(t, "method")
		fit := map[desk.AgentID]bool{}
		for _, p := range people {
			if m.out(&p, &it) == Fit {
				fit[p.Agent] = true
			}
		}
		for range people {
			d := m.Choose(it, people)
			if d.To == 0 {
				break
			}
			if !fit[d.To] {
				t.Fatalf("given to %s, whom it does not fit or who had it", d.To)
			}
			delete(fit, d.To)
			it.Had = append(it.Had, d.To)
		}
		if d := m.Choose(it, people); len(fit) > 0 || d.To != 0 {
			t.Fatalf("%d never had it, at the end %+v", len(fit), d)
		}
	})
}

func TestTheOrderOfPeopleSaysNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people, it, m := somePeople(t), someItem(t), rapid.SampledFrom(Methods).Draw(t, "method")
		if a, b := m.Choose(it, people), m.Choose(it, rapid.Permutation(people).Draw(t, "otherwise")); !reflect.DeepEqual(a, b) {
			t.Fatalf("%+v, in another order %+v", a, b)
		}
	})
}

func TestNothingIsGivenOutByHand(t *testing.T) {
	t.Parallel()
	if d := ByHand.Choose(Item{Previous: 1}, []Person{{Agent: 1, There: true, Capacity: 5}}); d.To != 0 {
		t.Fatalf("%+v", d)
	}
}

// What waits after draining fits nobody, nobody has more than he may by what he was given, and what he had stays.
func TestDrainLeavesNothingThatFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people, m := somePeople(t), rapid.SampledFrom(Methods).Draw(t, "method")
		items := make([]Item, rapid.IntRange(0, 25).Draw(t, "items"))
		for i := range items {
			items[i] = someItem(t)
		}
		decided, after := m.Drain(items, people, 100)
		given := map[desk.AgentID]int{}
		for i, d := range decided {
			if d.To != 0 {
				given[d.To]++
				continue
			}
			for _, p := range after {
				if m.out(&p, &items[i]) == Fit {
					t.Fatalf("item %d waits while %+v is free", i, p)
				}
			}
		}
		for i, p := range after {
			if p.Load != people[i].Load+given[p.Agent] {
				t.Fatalf("%+v was given %d", p, given[p.Agent])
			}
			if given[p.Agent] > 0 && (p.Load > p.Capacity || !p.There) {
				t.Fatalf("%+v was given %d", p, given[p.Agent])
			}
		}
	})
}

// In turn, people who are never full and alike get as much as each other, give or take one.
func TestInTurnIsEven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people := make([]Person, rapid.IntRange(1, 12).Draw(t, "people"))
		for i := range people {
			people[i] = Person{Agent: desk.AgentID(i + 1), There: true, Capacity: 1000, GivenAt: desk.Time(rapid.IntRange(0, 50).Draw(t, "given"))}
		}
		n := rapid.IntRange(0, 100).Draw(t, "items")
		_, after := InTurn.Drain(make([]Item, n), people, 100)
		for _, p := range after {
			if p.Load < n/len(people) || p.Load > (n+len(people)-1)/len(people) {
				t.Fatalf("%d of %d items among %d", p.Load, n, len(people))
			}
		}
	})
}

// Least busy, shares of capacity that are taken stay as near to each other as whole items allow.
func TestLeastBusyFillsInProportion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people := make([]Person, rapid.IntRange(2, 8).Draw(t, "people"))
		room := 0
		for i := range people {
			people[i] = Person{Agent: desk.AgentID(i + 1), There: true, Capacity: rapid.IntRange(1, 20).Draw(t, "capacity")}
			room += people[i].Capacity
		}
		_, after := LeastBusy.Drain(make([]Item, rapid.IntRange(0, room).Draw(t, "items")), people, 100)
		for _, a := range after {
			for _, b := range after {
				// Who got his last one had the smaller share just before it.
				if a.Load > 0 && (a.Load-1)*b.Capacity > b.Load*a.Capacity {
					t.Fatalf("%d of %d beside %d of %d", a.Load, a.Capacity, b.Load, b.Capacity)
				}
			}
		}
	})
}

// A day of 200 people and 20,000 items, arrivals and handling times by chance: whenever something happened, nothing waits that fits somebody. The report is printed with -v.
func TestADayOf200People(t *testing.T) {
	t.Parallel()
	for _, m := range Methods {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			r := play(m, 200, 20_000, 3)
			if r.given != 20_000 {
				t.Errorf("%d of 20,000 were given out by the end of the day", r.given)
			}
			if r.idleWhileWaiting > 0 || r.over > 0 {
				t.Errorf("%d times something waited that fitted somebody, %d times somebody had too much", r.idleWhileWaiting, r.over)
			}
			slices.Sort(r.waits)
			slices.Sort(r.perPerson)
			t.Logf("%s: waits p50 %d s, p95 %d s, p99 %d s, longest %d s; given to each: least %d, median %d, most %d", m, r.waits[len(r.waits)/2]/1e6, r.waits[len(r.waits)*95/100]/1e6, r.waits[len(r.waits)*99/100]/1e6,
				r.waits[len(r.waits)-1]/1e6, r.perPerson[0], r.perPerson[100], r.perPerson[199])
			if m == InTurn && r.perPerson[199] > 3*max(1, r.perPerson[100]) {
				t.Errorf("in turn one got %d, half of them at most %d", r.perPerson[199], r.perPerson[100])
			}
		})
	}
}

type report struct {
	given, idleWhileWaiting, over int
	waits                         []int64 // microseconds
	perPerson                     []int
}

// play is a day in microseconds: people come and go every few hours, an item takes some ten minutes of somebody's time, who does up to capacity of them beside each other.
func play(m Method, people, items int, capacity int) (r report) {
	const second, day = int64(1e6), int64(10 * 3600 * 1e6)
	rnd := rand.New(rand.NewPCG(1, 2))
	team := make([]Person, people)
	for i := range team {
		team[i] = Person{Agent: desk.AgentID(i + 1), There: rnd.IntN(4) > 0, Capacity: capacity, Weight: 1 + i%Heaviest}
	}
	type event struct {
		at   int64
		kind int // 0 an item comes, 1 one is done, 2 somebody comes or goes
		who  int
	}
	var ahead []event
	push := func(e event) {
		at, _ := slices.BinarySearchFunc(ahead, e, func(a, b event) int {
			if a.at != b.at {
				return int(b.at - a.at) // the next one last
			}
			return b.kind - a.kind
		})
		ahead = slices.Insert(ahead, at, e)
	}
	for range items {
		push(event{rnd.Int64N(day), 0, 0})
	}
	for i := range team {
		push(event{rnd.Int64N(day), 2, i})
	}
	r.perPerson = make([]int, people)
	var queue []int64
	for len(ahead) > 0 {
		e := ahead[len(ahead)-1]
		ahead = ahead[:len(ahead)-1]
		switch e.kind {
		case 0:
			queue = append(queue, e.at)
		case 1:
			team[e.who].Load--
			team[e.who].BusyAt = desk.Time(e.at)
		case 2:
			team[e.who].There = !team[e.who].There || e.at > day // whoever is away at the end of the day comes back
			if e.at < day {
				push(event{e.at + rnd.Int64N(3*3600*second), 2, e.who})
			}
		}
		decided, after := m.Drain(make([]Item, len(queue)), team, desk.Time(e.at))
		team = after
		var waiting []int64
		for i, d := range decided {
			if d.To == 0 {
				waiting = append(waiting, queue[i])
				continue
			}
			r.given++
			r.waits = append(r.waits, e.at-queue[i])
			r.perPerson[d.To-1]++
			push(event{e.at + 60*second + rnd.Int64N(20*60*second), 1, int(d.To) - 1})
		}
		queue = waiting
		for _, p := range team {
			if p.Load > p.Capacity {
				r.over++
			}
			if len(queue) > 0 && m.out(&p, &Item{}) == Fit {
				r.idleWhileWaiting++
			}
		}
	}
	return r
}

func BenchmarkChoose(b *testing.B) {
	for _, n := range []int{10, 1000} {
		people := make([]Person, n)
		rnd := rand.New(rand.NewPCG(1, 2))
		for i := range people {
			people[i] = Person{Agent: desk.AgentID(i + 1), There: rnd.IntN(3) > 0, Load: rnd.IntN(8), Capacity: 6, Weight: rnd.IntN(11), GivenAt: desk.Time(rnd.IntN(1e6)), BusyAt: desk.Time(rnd.IntN(1e6)),
				Languages: []string{"en", "lt", "lv"}[:rnd.IntN(4)], Skills: []desk.SkillID{1, 2, 3, 4, 5, 6}[:rnd.IntN(7)]}
		}
		for _, m := range Methods {
			b.Run(fmt.Sprintf("%s/%d", m, n), func(b *testing.B) {
				for b.Loop() {
					m.Choose(Item{Previous: 0}, people)
				}
			})
			b.Run(fmt.Sprintf("%s/%d/language", m, n), func(b *testing.B) {
				it := Item{Language: "lv", Speak: Required}
				for b.Loop() {
					m.Choose(it, people)
				}
			})
			b.Run(fmt.Sprintf("%s/%d/skills", m, n), func(b *testing.B) {
				it := Item{Language: "lv", Speak: Preferred, Skills: []Wanted{{2, Required}, {3, Required}, {5, Preferred}}}
				for b.Loop() {
					m.Choose(it, people)
				}
			})
		}
	}
}
