// Package staffing says how many people answering live (calls, chats) takes: the formulas of A. K. Erlang for work that comes at random, each piece of it for one person at a time. It is pure.
//
// The model is M/M/n: pieces come independently of each other, take a time that is distributed exponentially, and wait in one line, in which nobody gives up. Whoever gives up makes the lines
// shorter than it says, so that it errs towards too many people.
package staffing

import (
	"errors"
	"math"
	"time"
)

// Load is work that comes in.
type Load struct {
	PerHour  float64       // pieces that come in an hour, 0 or more
	Handling time.Duration // that a piece keeps somebody busy on average, what is done after it among it; more than 0
}

// Erlangs is how many people the load alone keeps busy.
func (l Load) Erlangs() float64 { return l.PerHour * l.Handling.Hours() }

func (l Load) valid() bool {
	return l.PerHour >= 0 && l.PerHour <= mostPerHour && l.Handling > 0 && l.Handling <= longest
}

const (
	mostPerHour = 1e6
	longest     = 24 * time.Hour
	mostPeople  = 100_000 // that Needed looks for
)

// Blocked is the share of pieces, 0 to 1, that find everybody busy where none can wait (Erlang B). It is reckoned by the recurrence over people, which neither overflows nor cancels out.
// Nobody at all blocks everything. erlangs is 0 or more.
func Blocked(erlangs float64, people int) float64 {
	b := 1.0
	for n := 1; n <= people; n++ {
		b = erlangs * b / (float64(n) + erlangs*b)
	}
	return b
}

// Waits is the share of pieces, 0 to 1, that have to wait at all (Erlang C): 1 where there are no more people than the load keeps busy, since then the line only grows.
func Waits(erlangs float64, people int) float64 {
	if float64(people) <= erlangs {
		return 1
	}
	b := Blocked(erlangs, people)
	return b / (1 - erlangs/float64(people)*(1-b))
}

// Outcome is what a load comes to with so many people.
type Outcome struct {
	People    int
	Erlangs   float64
	Waits     float64       // share that has to wait, 0 to 1
	Within    float64       // share that is answered within the time that was asked for, 0 to 1
	Wait      time.Duration // on average, of those too that need not wait; Endless where the line only grows
	Occupancy float64       // share of their time that people are busy, 0 to 1
}

// Endless is the wait in a line that only grows.
const Endless = time.Duration(math.MaxInt64)

// With is what a load comes to with so many people, and what share is answered within a time.
func With(l Load, people int, within time.Duration) Outcome {
	a := l.Erlangs()
	if a == 0 { // what does not come does not wait, not even for nobody
		return Outcome{People: people, Within: 1}
	}
	o := Outcome{People: people, Erlangs: a, Waits: Waits(a, people), Occupancy: 1}
	free := float64(people) - a
	if free <= 0 {
		o.Wait = Endless
		return o
	}
	o.Occupancy = a / float64(people)
	o.Within = 1 - o.Waits*math.Exp(-free*max(within, 0).Seconds()/l.Handling.Seconds())
	o.Wait = span(o.Waits * float64(l.Handling) / free)
	return o
}

func span(nanoseconds float64) time.Duration {
	if nanoseconds >= float64(Endless) {
		return Endless
	}
	return time.Duration(nanoseconds)
}

// Goal is what is promised, and what people can bear.
type Goal struct {
	Share     float64       // of pieces that are answered in time, 0 to less than 1
	Within    time.Duration // 0 or more
	Occupancy float64       // that nobody is to be busier than, more than 0 to 1; 0 for no bound
	Shrinkage float64       // share of paid hours that go to breaks, training and absence, 0 to less than 1
}

// Errors of Needed.
var (
	ErrLoad = errors.New("the load is none: pieces are 0 to 1,000,000 an hour, each of more than nothing and at most a day")
	ErrGoal = errors.New("the goal is none: shares are 0 to less than 1, the time is 0 or more")
	ErrMany = errors.New("more people than can be reckoned with")
)

// Need is how many people a goal takes.
type Need struct {
	People   int // at the desk at the same time
	Rostered int // so many have to be on the roster for them, for the breaks and absences of all
	Outcome  Outcome
}

// Needed is the fewest people with whom a load is answered as a goal says: 0 for no load.
func Needed(l Load, g Goal) (Need, error) {
	switch {
	case !l.valid():
		return Need{}, ErrLoad
	case !(g.Share >= 0 && g.Share < 1 && g.Within >= 0 && g.Occupancy >= 0 && g.Occupancy <= 1 && g.Shrinkage >= 0 && g.Shrinkage < 1): //nolint:staticcheck // what is not a number is refused too
		return Need{}, ErrGoal
	}
	a := l.Erlangs()
	if a == 0 {
		return Need{Outcome: With(l, 0, g.Within)}, nil
	}
	least := math.Floor(a) + 1
	if g.Occupancy > 0 {
		least = max(least, math.Ceil(a/g.Occupancy-1e-9))
	}
	if least > mostPeople {
		return Need{}, ErrMany
	}
	// Within grows with people: what is needed lies between the least and what halving finds.
	low, high := int(least), int(least)
	for With(l, high, g.Within).Within < g.Share {
		if low = high + 1; high > mostPeople {
			return Need{}, ErrMany
		}
		high = 2*high + 1
	}
	for low < high {
		if mid := (low + high) / 2; With(l, mid, g.Within).Within >= g.Share {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return Need{People: high, Rostered: int(math.Ceil(float64(high)/(1-g.Shrinkage) - 1e-9)), Outcome: With(l, high, g.Within)}, nil
}
