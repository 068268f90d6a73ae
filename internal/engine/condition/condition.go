// Package condition says what belongs to a view, a segment or a rule: comparisons of typed attributes, joined by "all of" and "any of". One condition
// is evaluated on a row in memory and translated to SQL; the two agree (TestTheListIsWhatTheConditionSays). Which attributes there are is said by a
// registry that whoever uses the package fills: conversations, customers, custom fields.
package condition

import (
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
)

// Node is a condition as people write it down: either a group (All or Any) or a comparison (Attr, Op and what it compares with). The empty node
// holds for everything.
type Node struct {
	All    []Node   `json:"all,omitempty" maxItems:"50" doc:"Holds where all of these hold"`
	Any    []Node   `json:"any,omitempty" maxItems:"50" doc:"Holds where at least one of these holds"`
	Attr   string   `json:"attr,omitempty" maxLength:"80" doc:"What is compared, such as status or field:12"`
	Op     Op       `json:"op,omitempty" maxLength:"20" doc:"How; which ones an attribute takes hangs on its kind"`
	Values []string `json:"values,omitempty" maxItems:"100" doc:"Codes, ids as text (me: whoever looks), words, numbers with a point, days as 2026-03-31, or one of today, yesterday, tomorrow, this_week, last_week, this_month, last_month"`
	Amount int      `json:"amount,omitempty" minimum:"0" maximum:"100000" doc:"older, within, ahead: how many units"`
	Unit   Unit     `json:"unit,omitempty" enum:",minutes,hours,days,weeks" doc:"older, within, ahead"`
}

// Empty reports whether the node holds for everything.
func (n Node) Empty() bool { return len(n.All) == 0 && len(n.Any) == 0 && n.Attr == "" }

// Bounds of a condition.
const (
	MostDepth  = 5  // groups within each other
	MostLeaves = 60 // comparisons
)

// Unit is a length of time. A day is 24 hours and a week seven of them, whatever the clocks are set to.
type Unit string

const (
	Minutes Unit = "minutes"
	Hours   Unit = "hours"
	Days    Unit = "days"
	Weeks   Unit = "weeks"
)

var lengths = map[Unit]time.Duration{Minutes: time.Minute, Hours: time.Hour, Days: 24 * time.Hour, Weeks: 7 * 24 * time.Hour}

// Me stands among values for the agent who looks.
const Me = "me"

// Env is what a condition means to somebody: whose days begin when, and who "me" is.
type Env struct {
	Zone *time.Location // UTC where nil
	Me   int64          // 0 for whoever looks: comparisons with "me" then hold for every row, see Condition.Match
}

// Condition is a compiled node. It is safe for concurrent use.
type Condition struct {
	root     leaf
	attrs    map[string]*Attribute
	personal bool
	timed    bool
	worded   bool
	env      Env
}

// leaf is a compiled node: a group or a comparison.
type leaf struct {
	group group
	nodes []leaf
	test
}

type group byte

const (
	comparison group = iota
	allOf
	anyOf
)

// Compile checks a node against a registry. It refuses with the place of what is wrong below field, such as body.condition.all[1].values.
func Compile(reg Registry, field string, n Node, env Env) (*Condition, error) {
	if env.Zone == nil {
		env.Zone = time.UTC
	}
	c := &Condition{attrs: map[string]*Attribute{}, env: env}
	left := MostLeaves
	root, err := c.compile(reg, field, n, 0, &left)
	if err != nil {
		return nil, err
	}
	c.root = root
	return c, nil
}

func (c *Condition) compile(reg Registry, field string, n Node, depth int, left *int) (leaf, error) {
	if n.Attr != "" {
		if *left--; *left < 0 {
			return leaf{}, desk.WhyEnough.At(field, MostLeaves)
		}
		if len(n.All) > 0 || len(n.Any) > 0 {
			return leaf{}, desk.WhyConditionShape.At(field)
		}
		return c.compare(reg, field, n)
	}
	if depth >= MostDepth {
		return leaf{}, desk.WhyEnough.At(field, MostDepth)
	}
	nodes, g, name := n.All, allOf, ".all"
	if len(n.Any) > 0 {
		if len(n.All) > 0 {
			return leaf{}, desk.WhyConditionShape.At(field)
		}
		nodes, g, name = n.Any, anyOf, ".any"
	}
	out := leaf{group: g}
	for i, child := range nodes {
		if child.Empty() {
			continue // an empty group says nothing
		}
		l, err := c.compile(reg, field+name+"["+itoa(i)+"]", child, depth+1, left)
		if err != nil {
			return leaf{}, err
		}
		out.nodes = append(out.nodes, l)
	}
	if len(out.nodes) == 0 {
		out.group = allOf // nothing is asked
	}
	return out, nil
}

func (c *Condition) compare(reg Registry, field string, n Node) (leaf, error) {
	a, ok := reg.Find(n.Attr)
	if !ok {
		return leaf{}, desk.WhyNoAttribute.At(field + ".attr")
	}
	if !slices.Contains(a.Ops(), n.Op) {
		return leaf{}, desk.WhyNoOperator.At(field + ".op")
	}
	t := test{attr: a, op: n.Op, env: c.env}
	if err := t.read(field, n); err != nil {
		return leaf{}, err
	}
	c.attrs[a.Key] = a
	c.personal = c.personal || t.me
	c.timed = c.timed || t.timed()
	c.worded = c.worded || t.texts != nil && a.Kind == Text
	return leaf{test: t}, nil
}

// Attributes are those that the condition looks at, by key.
func (c *Condition) Attributes() map[string]*Attribute { return c.attrs }

// Personal reports whether the condition means something else to everybody who looks.
func (c *Condition) Personal() bool { return c.personal }

// Exact reports whether SQL says as much as Match does.
func (c *Condition) Exact() bool { return !c.worded }

// Timed reports whether what it says of a row can change by time alone.
func (c *Condition) Timed() bool { return c.timed }

// For returns the same condition as another agent sees it.
func (c *Condition) For(me int64) *Condition {
	if !c.personal || c.env.Me == me {
		return c
	}
	other := *c
	other.env.Me = me
	other.root = c.root.forAgent(me)
	return &other
}

func (l leaf) forAgent(me int64) leaf {
	l.env.Me = me
	if l.nodes != nil {
		nodes := make([]leaf, len(l.nodes))
		for i, n := range l.nodes {
			nodes[i] = n.forAgent(me)
		}
		l.nodes = nodes
	}
	return l
}

// Sole returns the ids that an attribute must be one of, where that comparison alone means something else to everybody who looks: what holds for somebody then holds for
// this agent if it has one of them.
func (c *Condition) Sole(key string) (ids []int64, sole bool) {
	var needed *test
	personal := 0
	var look func(l *leaf, always bool)
	look = func(l *leaf, always bool) {
		if l.group != comparison {
			for i := range l.nodes {
				look(&l.nodes[i], always && (l.group == allOf || len(l.nodes) == 1))
			}
			return
		}
		if !l.me {
			return
		}
		personal++
		if always && l.attr.Key == key && l.op == Is {
			needed = &l.test
		}
	}
	look(&c.root, true)
	if personal != 1 || needed == nil || c.env.Me == 0 {
		return nil, false
	}
	return needed.wanted(), true
}

// Match reports whether the condition holds for a row at a time, and until when that is certain: not before next can time alone change it
// (desk.Never where it cannot). Where Env.Me is 0 a comparison with "me" holds: then Match is true for at least all rows that belong to somebody.
func (c *Condition) Match(r Row, now desk.Time) (holds bool, next desk.Time) {
	return c.root.match(r, now)
}

func (l *leaf) match(r Row, now desk.Time) (bool, desk.Time) {
	if l.group == comparison {
		return l.test.match(r, now)
	}
	// "all" turns as soon as one part does while it holds, and not before its last part does while it does not; "any" is the reverse.
	want := l.group == allOf
	same, other := desk.Never, desk.Time(0)
	differs := false
	for i := range l.nodes {
		holds, next := l.nodes[i].match(r, now)
		if holds == want {
			same = min(same, next)
			continue
		}
		differs, other = true, max(other, next)
	}
	if differs {
		return !want, other
	}
	return want, same
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

// custom is how attributes of custom fields begin.
const custom = "field:"

// IsField reports whether an attribute's key is that of a custom field, and returns what follows "field:".
func IsField(key string) (string, bool) { return strings.CutPrefix(key, custom) }
