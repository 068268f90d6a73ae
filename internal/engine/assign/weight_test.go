package assign

import (
	"testing"

	"pgregory.net/rapid"

	"tellus/internal/desk"
)

func weighed(t *rapid.T) []Person {
	people := make([]Person, rapid.IntRange(1, 12).Draw(t, "people"))
	for i := range people {
		people[i] = Person{Agent: desk.AgentID(i + 1), There: true, Capacity: 1 << 20, Weight: rapid.IntRange(0, Heaviest).Draw(t, "weight")}
	}
	return people
}

// Over any number of items everybody who is there has his share by weight, give or take less than one item; who weighs nothing has none.
func TestSharesAreWithinOneItem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people := weighed(t)
		weights := 0
		for _, p := range people {
			weights += p.Weight
		}
		for n := 1; n <= 300; n++ {
			_, people = Weighted.Drain(make([]Item, 1), people, desk.Time(n))
			for _, p := range people {
				if weights == 0 && p.Load > 0 || p.Weight == 0 && p.Load > 0 {
					t.Fatalf("%+v was given something", p)
				}
				if off := p.Load*weights - n*p.Weight; weights > 0 && (off <= -weights || off >= weights) {
					t.Fatalf("after %d items of which %d/%d were his: %+v", n, p.Weight, weights, p)
				}
			}
		}
	})
}

// Whoever comes, goes or is full meanwhile: nothing is owed to him, so that from any moment on those who stay have their shares, give or take three items.
func TestNobodyIsOwedWhatHeMissed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people := weighed(t)
		for n := range rapid.IntRange(0, 60).Draw(t, "before") {
			for i := range people {
				people[i].There = rapid.IntRange(0, 3).Draw(t, "there") > 0
				people[i].Capacity = people[i].Load + rapid.IntRange(0, 2).Draw(t, "room")
			}
			was := people
			var d []Decision
			d, people = Weighted.Drain(make([]Item, 1), people, desk.Time(n+1))
			if to := d[0].To; to != 0 {
				if p := byID(was, to); !p.There || p.Load >= p.Capacity || p.Weight == 0 {
					t.Fatalf("given to %+v", p)
				}
			}
		}
		weights := 0
		for i := range people {
			people[i].There, people[i].Capacity, people[i].Load = true, 1<<20, 0
			weights += people[i].Weight
		}
		if weights == 0 {
			return
		}
		const n = 300
		_, people = Weighted.Drain(make([]Item, n), people, 1000)
		for _, p := range people {
			if off := p.Load*weights - n*p.Weight; off < -3*weights || off > 3*weights {
				t.Fatalf("of %d items %d/%d were his: %+v", n, p.Weight, weights, p)
			}
		}
	})
}
