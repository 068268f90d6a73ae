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
	Skills    []desk.SkillID

	ahead bool  // of Weighted: one more puts him ahead of his share
	lacks lacks // of what the item asks for
}

// Item is something that waits.
type Item struct {
	Previous desk.AgentID   // who had this customer last, 0 for nobody that counts
	Had      []desk.AgentID // who had it already and did not accept it
	Allowed  []desk.AgentID // the only people who may have it, nil for all of the team
	Language string         // of the customer, ISO 639-1; "" where it is not known, which asks for nothing
	Speak    Need           // that somebody answers in Language
	Skills   []Wanted       // that it asks for, each once
	Waived   bool           // it has waited for so long that who does not speak Language or lacks some of Skills may have it too, though that is required
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
	NoSkill    Out = "no_skill"    // has not all the skills that are required
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
	Out      Out          `json:"out,omitempty" enum:",away,full,not_allowed,had_it,weightless,no_language,no_skill"`
	Load     int          `json:"load" doc:"Conversations that waited for his answer"`
	Capacity int          `json:"capacity"`
	GivenAt  desk.Time    `json:"givenAt,omitempty" doc:"When he was last given one"`
	BusyAt   desk.Time    `json:"busyAt,omitempty" doc:"When he last answered or finished one"`
	Weight   int          `json:"weight,omitempty" doc:"His share, where it was given by weight"`
	Foreign  bool         `json:"foreign,omitempty" doc:"Does not answer in the customer's language, where that counted"`

	Lacks []desk.SkillID `json:"lacks,omitempty" doc:"Skills that were required or preferred and he does not have"`
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

func (m Method) out(p *Person, it *Item) Out {
	switch {
	case it.Allowed != nil && !slices.Contains(it.Allowed, p.Agent):
		return NotAllowed
	case slices.Contains(it.Had, p.Agent):
		return HadIt
	case m == Weighted && p.Weight == 0:
		return Weightless
	case p.lacks.required > 0 && !it.Waived:
		if p.lacks.foreign && it.Speak == Required {
			return NoLanguage
		}
		return NoSkill
	case !p.There:
		return Away
	case p.Load >= p.Capacity:
		return Full
	default:
		return Fit
	}
}

// before orders people who fit: negative where a comes before b. Who lacks least of what is required and was waived comes first, then of what is preferred, then it goes by the method. It is a total
// order, by id at the end.
func (m Method) before(a, b *Person) int {
	if c := cmp.Or(cmp.Compare(a.lacks.required, b.lacks.required), cmp.Compare(a.lacks.preferred, b.lacks.preferred)); c != 0 {
		return c
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
	if measures := it.measures(); measures || m == Weighted {
		people = slices.Clone(people)
		if measures {
			measure(&it, people)
		}
		if m == Weighted {
			share(&it, people)
		}
	}
	outs := make([]Out, len(people))
	for i := range people {
		outs[i] = m.out(&people[i], &it)
	}
	best, fits := m.best(&it, people, outs)
	d := Decision{Considered: m.considered(&it, people, outs)}
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
func (m Method) best(it *Item, people []Person, outs []Out) (best, fits int) {
	best = -1
	if m == ByHand {
		return best, 0
	}
	for i := range people {
		if outs[i] != Fit {
			continue
		}
		fits++
		if best < 0 || m.sooner(it, &people[i], &people[best]) {
			best = i
		}
	}
	return best, fits
}

// sooner reports whether of two people who fit an item goes to a. Who had this customer before comes ahead of what is preferred and of the method, but not of what was required and is waived: who
// speaks the language and has the skills still answers better.
func (m Method) sooner(it *Item, a, b *Person) bool {
	switch {
	case a.lacks.required != b.lacks.required:
		return a.lacks.required < b.lacks.required
	case b.Agent == it.Previous:
		return false
	default:
		return a.Agent == it.Previous || m.before(a, b) < 0
	}
}

func (m Method) considered(it *Item, people []Person, outs []Out) []Considered {
	before := func(a, b int) int {
		switch {
		case outs[a] == Fit && outs[b] == Fit:
			return m.before(&people[a], &people[b])
		case outs[a] == Fit:
			return -1
		case outs[b] == Fit:
			return 1
		default:
			return cmp.Compare(people[a].Agent, people[b].Agent)
		}
	}
	first := make([]int, 0, Listed+1)
	for i := range people {
		if len(first) == Listed && before(i, first[Listed-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(first, i, before)
		first = slices.Insert(first, at, i)
		first = first[:min(len(first), Listed)]
	}
	out := make([]Considered, len(first))
	for i, at := range first {
		p := &people[at]
		out[i] = Considered{p.Agent, outs[at], p.Load, p.Capacity, p.GivenAt, p.BusyAt, 0, p.lacks.foreign, it.lacked(p)}
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
