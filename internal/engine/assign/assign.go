// Package assign decides who gets what waits: of the people of a team, one who is there, has room, and whose turn it is.
package assign

import (
	"cmp"
	"slices"

	"tellus/internal/desk"
)

// Method is how a team's waiting conversations are given out.
type Method string

const (
	ByHand      Method = ""           // nobody is given anything: people take
	InTurn      Method = "in_turn"    // to whom nothing was given for longest (round robin)
	LeastBusy   Method = "least_busy" // to whom has most of his capacity free; among equals in turn
	Weighted    Method = "weighted"   // to who is farthest behind his share of what is given out
	LongestIdle Method = "most_idle"  // to who answered or finished something longest ago; among equals in turn
)

// Methods are all that give out, in the order in which they are shown.
var Methods = []Method{InTurn, LeastBusy, LongestIdle, Weighted}

// Person is somebody of the team.
type Person struct {
	Agent    desk.AgentID
	There    bool      // takes work of this channel now
	Load     int       // conversations that wait for his answer, of all his teams
	Capacity int       // how many such he may have to be given one more; 0 for none
	GivenAt  desk.Time // when he was last given something, 0 for never
	BusyAt   desk.Time // when he last answered or finished something, 0 for never
	Weight   int       // of Weighted: how much of what is given out is his, up to Heaviest; 0 for nothing
	Turn     int64     // of Weighted: what he was given, in Whole by weight

	Languages []string // that he answers in, ISO 639-1

	ahead   bool // of Weighted: one more puts him ahead of his share
	foreign bool // does not answer in the item's language, where that counts
}

// Item is something that waits.
type Item struct {
	Previous desk.AgentID   // who had this customer last, 0 for nobody that counts
	Had      []desk.AgentID // who had it already and did not accept it
	Allowed  []desk.AgentID // the only people who may have it, nil for all of the team
	Language string         // of the customer, ISO 639-1; "" where it is not known, which asks for nothing
	Speak    Need           // that somebody answers in Language
	Waived   bool           // it has waited for so long that who does not speak Language may have it too, though that is required
}

// Out is why somebody is not given an item; Fit where he might have been.
type Out string

const (
	Fit        Out = ""
	Away       Out = "away"        // takes nothing of this channel now
	Full       Out = "full"        // has as much as he may
	NotAllowed Out = "not_allowed" // may not see it
	HadIt      Out = "had_it"      // was given it already and did not accept it
	Weightless Out = "weightless"  // is given nothing, as he weighs nothing
	NoLanguage Out = "no_language" // does not answer in the customer's language, which is required
)

// How is why one of those who fit was given it.
type How string

const (
	Nobody    How = ""         // none fits: it waits on
	WasBefore How = "previous" // had this customer before
	Only      How = "only"     // no other fits
	ByMethod  How = "method"   // comes first by the method
)

// Considered is a person as he stood when an item was given out.
type Considered struct {
	Agent    desk.AgentID `json:"agent"`
	Out      Out          `json:"out,omitempty" enum:",away,full,not_allowed,had_it,weightless,no_language"`
	Load     int          `json:"load" doc:"Conversations that waited for his answer"`
	Capacity int          `json:"capacity"`
	GivenAt  desk.Time    `json:"givenAt,omitempty" doc:"When he was last given one"`
	BusyAt   desk.Time    `json:"busyAt,omitempty" doc:"When he last answered or finished one"`
	Weight   int          `json:"weight,omitempty" doc:"His share, where it was given by weight"`
	Foreign  bool         `json:"foreign,omitempty" doc:"Does not answer in the customer's language, where that counted"`
}

// Decision is who is given an item, and why.
type Decision struct {
	To         desk.AgentID // 0 for nobody
	How        How
	Considered []Considered // those who fit first, in the order of the method, then the others by id; of large teams the first Listed
	Left       int          // who were considered too and are not listed
	Turn       int64        // of Weighted: To's from now on
}

// Listed is how many people a decision lists: more would explain nothing.
const Listed = 20

func (m Method) out(p Person, it Item) Out {
	switch {
	case it.Allowed != nil && !slices.Contains(it.Allowed, p.Agent):
		return NotAllowed
	case slices.Contains(it.Had, p.Agent):
		return HadIt
	case m == Weighted && p.Weight == 0:
		return Weightless
	case p.foreign && it.Speak == Required && !it.Waived:
		return NoLanguage
	case !p.There:
		return Away
	case p.Load >= p.Capacity:
		return Full
	default:
		return Fit
	}
}

// before orders people who fit: negative where a comes before b. Who answers in the customer's language, where that counts, comes first, then it goes by the method. It is a total order, by id at the end.
func (m Method) before(a, b Person) int {
	if a.foreign != b.foreign {
		return number(a.foreign) - number(b.foreign)
	}
	turn := cmp.Or(cmp.Compare(a.GivenAt, b.GivenAt), cmp.Compare(a.Agent, b.Agent))
	switch m {
	case LeastBusy: // a.Load/a.Capacity against b.Load/b.Capacity, without dividing
		return cmp.Or(cmp.Compare(a.Load*b.Capacity, b.Load*a.Capacity), turn)
	case Weighted:
		return cmp.Or(cmp.Compare(number(a.ahead), number(b.ahead)), cmp.Compare(a.Turn+a.each(), b.Turn+b.each()), turn)
	case LongestIdle:
		return cmp.Or(cmp.Compare(a.BusyAt, b.BusyAt), turn)
	default:
		return turn
	}
}

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// Choose decides about one item. What it says does not depend on the order in which people are listed.
func (m Method) Choose(it Item, people []Person) Decision {
	people = measured(it, people)
	if m == Weighted {
		people = shared(it, people)
	}
	best, fits := m.best(it, people)
	d := Decision{Considered: m.considered(it, people)}
	d.Left = len(people) - len(d.Considered)
	if best < 0 {
		return d
	}
	d.To, d.How = people[best].Agent, ByMethod
	if m == Weighted {
		d.Turn = people[best].Turn + people[best].each()
	}
	switch {
	case d.To == it.Previous:
		d.How = WasBefore
	case fits == 1:
		d.How = Only
	}
	return d
}

// best is the place of who is given it, -1 for nobody, and how many fit.
func (m Method) best(it Item, people []Person) (best, fits int) {
	best = -1
	if m == ByHand {
		return best, 0
	}
	for i, p := range people {
		if m.out(p, it) != Fit {
			continue
		}
		fits++
		if best < 0 || m.sooner(it, p, people[best]) {
			best = i
		}
	}
	return best, fits
}

// sooner reports whether of two people who fit an item goes to a. Who had this customer before comes ahead of a language that is preferred and of the method, but not of one that was required
// and is waived: who speaks it still answers better.
func (m Method) sooner(it Item, a, b Person) bool {
	switch {
	case it.Speak == Required && a.foreign != b.foreign:
		return b.foreign
	case b.Agent == it.Previous:
		return false
	default:
		return a.Agent == it.Previous || m.before(a, b) < 0
	}
}

func (m Method) considered(it Item, people []Person) []Considered {
	type placed struct {
		Person
		out Out
	}
	before := func(a, b placed) int {
		switch {
		case a.out == Fit && b.out == Fit:
			return m.before(a.Person, b.Person)
		case a.out == Fit:
			return -1
		case b.out == Fit:
			return 1
		default:
			return cmp.Compare(a.Agent, b.Agent)
		}
	}
	first := make([]placed, 0, Listed+1)
	for _, p := range people {
		one := placed{p, m.out(p, it)}
		if len(first) == Listed && before(one, first[Listed-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(first, one, before)
		first = slices.Insert(first, at, one)
		first = first[:min(len(first), Listed)]
	}
	out := make([]Considered, len(first))
	for i, p := range first {
		out[i] = Considered{p.Agent, p.out, p.Load, p.Capacity, p.GivenAt, p.BusyAt, 0, p.foreign}
		if m == Weighted {
			out[i].Weight = p.Weight
		}
	}
	return out
}

// Drain gives out what waits, the most important first, until nothing that waits can be given to anybody. It returns a decision for each item, the zero one for what
// waits on, and people as they stand then. now is the time of the decisions: each is a microsecond after the one before, so that turns have an order.
func (m Method) Drain(items []Item, people []Person, now desk.Time) ([]Decision, []Person) {
	people = slices.Clone(people)
	out := make([]Decision, len(items))
	for i, it := range items {
		if !slices.ContainsFunc(people, func(p Person) bool { return p.There && p.Load < p.Capacity }) {
			break
		}
		d := m.Choose(it, people)
		if d.To == 0 {
			continue
		}
		out[i] = d
		at := slices.IndexFunc(people, func(p Person) bool { return p.Agent == d.To })
		people[at].Load++
		people[at].Turn = d.Turn
		people[at].GivenAt = now + desk.Time(i)
	}
	return out, people
}
