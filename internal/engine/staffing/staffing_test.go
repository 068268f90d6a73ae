package staffing

import (
	"container/heap"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// near reports whether two figures are the same to so many decimals.
func near(a, b float64, decimals int) bool { return math.Abs(a-b) <= 0.5000001*math.Pow10(-decimals) }

// TestErlangBIsWhatTablesSay takes traffic at a loss of 1 % as the tables of telephone engineering print it (three figures), and the loss of 25 erlangs on 30 lines, which the documentation of
// Mathematica's ErlangB gives as about 0.05.
func TestErlangBIsWhatTablesSay(t *testing.T) {
	t.Parallel()
	for lines, erlangs := range map[int]float64{1: 0.0101, 2: 0.153, 5: 1.36, 10: 4.46, 20: 12.0, 30: 20.3, 50: 37.9, 100: 84.1} {
		if b := Blocked(erlangs, lines); math.Abs(b-0.01) > 0.0005 {
			t.Errorf("%v erlangs on %d lines: %.5f, want 0.01", erlangs, lines, b)
		}
	}
	if b := Blocked(25, 30); !near(b, 0.05, 2) {
		t.Errorf("25 erlangs on 30 lines: %v, want about 0.05", b)
	}
	if Blocked(0, 3) != 0 || Blocked(3, 0) != 1 {
		t.Error("no load, or nobody")
	}
}

// TestErlangCIsWhatIsPublished compares with a worked example: 100 calls of 180 s in half an hour, of which the documentations of the R package ErlangC and of pyworkforce print every figure.
func TestErlangCIsWhatIsPublished(t *testing.T) {
	t.Parallel()
	calls := Load{PerHour: 200, Handling: 3 * time.Minute}
	o := With(calls, 14, 20*time.Second)
	if o.Erlangs != 10 || !near(o.Waits, 0.1741319335950498, 12) || !near(o.Within, 0.8883500191794669, 12) || !near(o.Wait.Seconds(), 7.83593701177724, 8) || !near(o.Occupancy, 0.7142857142857143, 12) {
		t.Errorf("14 agents: %+v", o)
	}
	if w := Waits(10, 11); !near(w, 0.6821182, 7) {
		t.Errorf("11 agents: %v wait, want 0.6821182", w)
	}
	need, err := Needed(calls, Goal{Share: 0.8, Within: 20 * time.Second, Occupancy: 0.85, Shrinkage: 0.3})
	if err != nil || need.People != 14 || need.Rostered != 20 {
		t.Errorf("needs %+v, %v; want 14, and 20 on the roster", need, err)
	}
}

// TestBoundsHold draws loads and goals: what is needed keeps the goal, one fewer does not, and everybody more makes it better.
func TestBoundsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := Load{PerHour: rapid.Float64Range(0.01, 5000).Draw(t, "an hour"), Handling: time.Duration(rapid.Int64Range(1, 7200).Draw(t, "seconds")) * time.Second}
		g := Goal{Share: rapid.Float64Range(0, 0.999).Draw(t, "share"), Within: time.Duration(rapid.Int64Range(0, 600).Draw(t, "within")) * time.Second,
			Occupancy: rapid.SampledFrom([]float64{0, 0.7, 0.85, 1}).Draw(t, "occupancy"), Shrinkage: rapid.SampledFrom([]float64{0, 0.3}).Draw(t, "shrinkage")}
		need, err := Needed(l, g)
		if err != nil {
			t.Fatal(err)
		}
		o := need.Outcome
		if o.Within < g.Share || g.Occupancy > 0 && o.Occupancy > g.Occupancy+1e-6 || o.People != need.People || need.Rostered < need.People {
			t.Fatalf("%+v for %+v of %+v", need, g, l)
		}
		if fewer := With(l, need.People-1, g.Within); float64(need.People-1) > o.Erlangs && fewer.Within >= g.Share && (g.Occupancy == 0 || fewer.Occupancy <= g.Occupancy-1e-6) {
			t.Fatalf("%d are enough for %+v of %+v", need.People-1, g, l)
		}
		if more := With(l, need.People+1, g.Within); more.Within < o.Within || more.Waits > o.Waits || more.Wait > o.Wait || more.Occupancy > o.Occupancy {
			t.Fatalf("with one more %+v is worse than %+v", more, o)
		}
		for _, share := range []float64{o.Waits, o.Within, o.Occupancy, Blocked(o.Erlangs, need.People)} {
			if !(share >= 0 && share <= 1) {
				t.Fatalf("%v is no share: %+v", share, o)
			}
		}
		if b := Blocked(o.Erlangs, need.People); b > o.Waits+1e-12 {
			t.Fatalf("more are lost (%v) than would wait (%v)", b, o.Waits)
		}
	})
}

func TestWhatIsNoLoad(t *testing.T) {
	t.Parallel()
	for what, l := range map[string]Load{"less than nothing": {-1, time.Minute}, "no time": {1, 0}, "not a number": {math.NaN(), time.Minute}, "endless": {math.Inf(1), time.Minute}, "days": {1, 48 * time.Hour}} {
		if _, err := Needed(l, Goal{Share: 0.8}); !errors.Is(err, ErrLoad) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, g := range map[string]Goal{"everything": {Share: 1}, "not a number": {Share: math.NaN()}, "before it came": {Within: -1}, "nobody left": {Shrinkage: 1}, "busier than busy": {Occupancy: 1.1}} {
		if _, err := Needed(Load{10, time.Minute}, g); !errors.Is(err, ErrGoal) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n, err := Needed(Load{0, time.Minute}, Goal{Share: 0.9}); err != nil || n != (Need{Outcome: Outcome{Within: 1}}) {
		t.Errorf("no load: %+v, %v", n, err)
	}
	if o := With(Load{0, time.Minute}, 3, 0); o != (Outcome{People: 3, Within: 1}) {
		t.Errorf("no load for three: %+v", o)
	}
	if o := With(Load{60, time.Minute}, 1, time.Minute); o.Wait != Endless || o.Within != 0 || o.Waits != 1 || o.Occupancy != 1 {
		t.Errorf("a line that only grows: %+v", o)
	}
	if n, err := Needed(Load{150_000, 4 * time.Minute}, Goal{Share: 0.95, Within: 10 * time.Second}); err != nil || n.People < 10_001 || n.People > 10_400 {
		t.Errorf("10,000 erlangs: %+v, %v", n, err)
	}
	if _, err := Needed(Load{1e6, 24 * time.Hour}, Goal{}); !errors.Is(err, ErrMany) {
		t.Errorf("24 million people: %v", err)
	}
}

// ends is when each of the people is free.
type ends []float64

func (e ends) Len() int           { return len(e) }
func (e ends) Less(i, j int) bool { return e[i] < e[j] }
func (e ends) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *ends) Push(x any)        { *e = append(*e, x.(float64)) }
func (e *ends) Pop() any          { old := *e; x := old[len(old)-1]; *e = old[:len(old)-1]; return x }

// TestASimulatedLineComesToTheSame lets two hundred thousand calls come to a line that knows nothing of formulas.
func TestASimulatedLineComesToTheSame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		perHour float64
		people  int
	}{{30, 3}, {200, 15}, {200, 17}, {720, 52}} {
		l := Load{c.perHour, 4 * time.Minute}
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			t.Parallel()
			want := With(l, c.people, 20*time.Second)
			rnd := rand.New(rand.NewPCG(uint64(c.people), 1917))
			free := make(ends, c.people)
			now, waited, waits, within := 0.0, 0.0, 0, 0
			const calls = 200_000
			for range calls {
				now += rnd.ExpFloat64() * 3600 / c.perHour
				begins := max(now, heap.Pop(&free).(float64))
				heap.Push(&free, begins+rnd.ExpFloat64()*l.Handling.Seconds())
				wait := begins - now
				if waited += wait; wait > 0 {
					waits++
				}
				if wait <= 20 {
					within++
				}
			}
			if got := float64(waits) / calls; math.Abs(got-want.Waits) > 0.03 {
				t.Errorf("%.3f wait, want %.3f", got, want.Waits)
			}
			if got := float64(within) / calls; math.Abs(got-want.Within) > 0.03 {
				t.Errorf("%.3f are answered in time, want %.3f", got, want.Within)
			}
			if got := waited / calls; math.Abs(got-want.Wait.Seconds()) > 0.15*want.Wait.Seconds()+1 {
				t.Errorf("%.1f s on average, want %s", got, want.Wait)
			}
		})
	}
}
