package condition

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
)

var fields = []desk.Field{
	{ID: 1, Target: desk.OnConversation, Name: "Order", Kind: desk.TextField},
	{ID: 2, Target: desk.OnConversation, Name: "Weight", Kind: desk.NumberField},
	{ID: 3, Target: desk.OnConversation, Name: "Paid", Kind: desk.MoneyField},
	{ID: 4, Target: desk.OnConversation, Name: "Delivery", Kind: desk.DateField},
	{ID: 5, Target: desk.OnConversation, Name: "Cause", Kind: desk.TreeField, Options: []desk.FieldOption{{ID: 1, Name: "Damage"}, {ID: 2, Name: "Glass", Parent: 1},
		{ID: 3, Name: "Late"}, {ID: 4, Name: "Lateness", Into: 3}}},
	{ID: 6, Target: desk.OnConversation, Name: "Urgent", Kind: desk.YesNoField},
	{ID: 7, Target: desk.OnCustomer, Name: "Keeper", Kind: desk.PeopleField},
}

func leafOf(attr string, op Op, values ...string) Node {
	return Node{Attr: attr, Op: op, Values: values}
}

func TestComparisonsHoldForWhatTheySay(t *testing.T) {
	t.Parallel()
	riga, err := time.LoadLocation("Europe/Riga")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) desk.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return desk.At(v)
	}
	now := at("2026-03-04T22:30:00Z") // Thursday the 5th, half past midnight in Riga
	c := &Case{Conversation: desk.Conversation{Status: desk.StatusOpen, Priority: desk.High, Assignee: 4, Tags: []desk.TagID{7, 9}, Subject: "Pasūtījums 12345 nav saņemts",
		DueAt: desk.Never, LastAt: at("2026-03-01T12:00:00Z"), CreatedAt: at("2026-03-04T21:59:00Z"), WaitingSince: at("2026-03-04T22:10:00Z"), Messages: 3,
		Fields: desk.FieldValues{2: desk.NumberOf(2.5), 3: desk.MoneyOf(1999, "EUR"), 4: desk.TextOf("2026-03-06"), 5: desk.IDsOf[int64](2)}}}
	for name, want := range map[string]struct {
		node Node
		yes  bool
	}{
		"everything":             {Node{}, true},
		"status":                 {leafOf("status", Is, "new", "open"), true},
		"status is not":          {leafOf("status", IsNot, "open"), false},
		"me":                     {leafOf("assignee", Is, "me"), true},
		"no team":                {leafOf("team", Unset), true},
		"not of team 3":          {leafOf("team", IsNot, "3"), true},
		"has both tags":          {leafOf("tags", AllOf, "7", "9"), true},
		"has not both":           {leafOf("tags", AllOf, "7", "8"), false},
		"has none":               {leafOf("tags", NoneOf, "8"), true},
		"words without marks":    {leafOf("subject", Contains, "PASUTIJUMS"), true},
		"lacks":                  {leafOf("subject", Lacks, "refund"), true},
		"nothing is due":         {leafOf("due", Unset), true},
		"three days old":         {Node{Attr: "last", Op: Older, Amount: 3, Unit: Days}, true},
		"not four":               {Node{Attr: "last", Op: Older, Amount: 4, Unit: Days}, false},
		"yesterday in the zone":  {leafOf("created", During, "yesterday"), true},
		"today in the zone":      {leafOf("waiting", During, "today"), true},
		"before a day":           {leafOf("created", Before, "2026-03-05"), true},
		"more than":              {leafOf("field:2", More, "2"), true},
		"money in major units":   {leafOf("field:3", Equal, "19.99"), true},
		"day to come":            {Node{Attr: "field:4", Op: Ahead, Amount: 1, Unit: Days}, true},
		"day after tomorrow not": {leafOf("field:4", During, "tomorrow"), true},
		"below in the tree":      {leafOf("field:5", AnyOf, "1"), true},
		"no flag":                {leafOf("field:6", No), true},
		"groups": {Node{All: []Node{leafOf("status", Is, "open"), {Any: []Node{leafOf("priority", Is, "urgent"), leafOf("messages", More, "2")}}}},
			true},
	} {
		cond, err := Compile(Conversations(fields), "body", want.node, Env{Zone: riga, Me: 4})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, _ := cond.Match(c, now); got != want.yes {
			t.Errorf("%s: Match = %v, want %v", name, got, want.yes)
		}
	}
}

func TestWhatCannotBeComparedIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	deep := leafOf("status", Is, "open")
	for range MostDepth + 1 {
		deep = Node{All: []Node{deep}}
	}
	for name, c := range map[string]struct {
		node  Node
		field string
		why   desk.Why
	}{
		"attribute": {leafOf("mood", Is, "x"), "body.condition.attr", desk.WhyNoAttribute},
		"operator":  {leafOf("status", Contains, "x"), "body.condition.op", desk.WhyNoOperator},
		"code":      {Node{Any: []Node{leafOf("status", Is, "open"), leafOf("status", Is, "open", "lost")}}, "body.condition.any[1].values[1]", desk.WhyConditionValue},
		"no value":  {leafOf("status", Is), "body.condition.values", desk.WhyNeeded},
		"number":    {leafOf("messages", More, "many"), "body.condition.values", desk.WhyConditionValue},
		"day":       {leafOf("created", On, "2026-02-30"), "body.condition.values", desk.WhyConditionValue},
		"unit":      {Node{Attr: "created", Op: Older, Amount: 3}, "body.condition.unit", desk.WhyConditionValue},
		"amount":    {Node{Attr: "created", Op: Older, Unit: Days}, "body.condition.amount", desk.WhyNeeded},
		"me":        {leafOf("team", Is, "me"), "body.condition.values[0]", desk.WhyConditionValue},
		"both":      {Node{Attr: "status", Op: Is, Values: []string{"open"}, All: []Node{{}}}, "body.condition", desk.WhyConditionShape},
		"depth":     {deep, "body.condition.all[0].all[0].all[0].all[0].all[0]", desk.WhyEnough},
	} {
		_, err := Compile(Conversations(fields), "body.condition", c.node, Env{})
		var r *desk.Refusal
		if !errors.As(err, &r) || r.Why != c.why || r.Field != c.field {
			t.Errorf("%s: Compile: %v, want %s at %s", name, err, c.why, c.field)
		}
	}
}

// timely is what can change by time alone, among others.
var timely = append(Conversations(fields), Today...)

// drawNode makes comparisons of times: what changes by time alone.
func drawNode(t *rapid.T, depth int) Node {
	if depth > 0 && rapid.Bool().Draw(t, "group") {
		var children []Node
		for range rapid.IntRange(1, 3).Draw(t, "n") {
			children = append(children, drawNode(t, depth-1))
		}
		if rapid.Bool().Draw(t, "any") {
			return Node{Any: children}
		}
		return Node{All: children}
	}
	attr := rapid.SampledFrom([]string{"due", "waiting", "last", "field:4", "status_since", "silent", "clock", "weekday"}).Draw(t, "attr")
	a, _ := timely.Find(attr)
	n := Node{Attr: attr, Op: rapid.SampledFrom(a.Ops()).Draw(t, "op")}
	switch n.Op {
	case Older, Within, Ahead:
		n.Amount, n.Unit = rapid.IntRange(1, 40).Draw(t, "amount"), rapid.SampledFrom([]Unit{Days, Weeks}).Draw(t, "unit")
		if a.Kind == Moment && rapid.Bool().Draw(t, "short") {
			n.Unit = rapid.SampledFrom([]Unit{Minutes, Hours}).Draw(t, "unit")
		}
	case During:
		n.Values = []string{rapid.SampledFrom(Spans).Draw(t, "span")}
	case Is, IsNot:
		n.Values = rapid.SliceOfN(rapid.SampledFrom(weekdays), 1, 6).Draw(t, "weekdays")
	case Before, After, On:
		if a.Kind == Clock {
			n.Values = []string{rapid.SampledFrom([]string{"00:00", "00:30", "03:15", "09:00", "23:59"}).Draw(t, "clock")}
			break
		}
		n.Values = []string{time.Unix(rapid.Int64Range(1_700_000_000, 1_800_000_000).Draw(t, "day"), 0).UTC().Format(time.DateOnly)}
	}
	return n
}

// TestNothingChangesBeforeTheNextMoment holds Match to its word: until the moment that it names, time alone changes nothing.
func TestNothingChangesBeforeTheNextMoment(t *testing.T) {
	t.Parallel()
	var zones []*time.Location
	for _, name := range []string{"Europe/Riga", "America/Sao_Paulo", "Africa/Cairo", "UTC"} { // in some of them midnight was skipped
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, zone)
	}
	rapid.Check(t, func(t *rapid.T) {
		env := Env{Zone: rapid.SampledFrom(zones).Draw(t, "zone")}
		instant := rapid.Map(rapid.Int64Range(1_500_000_000, 1_510_000_000), func(s int64) desk.Time { return desk.Time(s * 1_000_000) })
		c := &Case{Conversation: desk.Conversation{DueAt: instant.Draw(t, "due"), WaitingSince: instant.Draw(t, "waiting"), LastAt: instant.Draw(t, "last"),
			Fields: desk.FieldValues{4: desk.TextOf(instant.Draw(t, "day").Time().Format(time.DateOnly))}}, SilentAt: instant.Draw(t, "silent"),
			StatusAt: rapid.OneOf(instant, rapid.Just(desk.Time(0))).Draw(t, "status")}
		cond, err := Compile(timely, "", drawNode(t, 2), env)
		if err != nil {
			t.Fatal(err)
		}
		now := instant.Draw(t, "now")
		holds, next := cond.Match(c, now)
		if next <= now {
			t.Fatalf("at %s the next moment is %s", now, next)
		}
		before := desk.Time(rapid.Int64Range(int64(now), int64(next)-1).Draw(t, "before"))
		if then, _ := cond.Match(c, before); then != holds {
			t.Fatalf("%v at %s, %v at %s, though nothing was to change before %s", holds, now, then, before, next)
		}
	})
}

// TestKeysOrderAsValuesDo compares keys of values of each kind.
func TestKeysOrderAsValuesDo(t *testing.T) {
	t.Parallel()
	registry := Conversations(fields)
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Float64Range(-1e12, 1e12)
		x, y := number.Draw(t, "x"), number.Draw(t, "y")
		a, _ := registry.Find("field:2")
		key := func(n float64) string {
			return Sort{By: "field:2"}.Key(a, &Case{Conversation: desk.Conversation{Fields: desk.FieldValues{2: desk.NumberOf(n)}}})
		}
		if x < y && key(x) >= key(y) {
			t.Fatalf("%v < %v, but %q >= %q", x, y, key(x), key(y))
		}
		due, _ := registry.Find("due")
		moment := func(at int64) string {
			return Sort{By: "due"}.Key(due, &Case{Conversation: desk.Conversation{DueAt: desk.Time(at)}})
		}
		p, q := rapid.Int64Range(1, int64(desk.Never)-1).Draw(t, "p"), rapid.Int64Range(1, int64(desk.Never)-1).Draw(t, "q")
		if p < q && moment(p) >= moment(q) || moment(p) >= moment(int64(desk.Never)) {
			t.Fatalf("keys of %d and %d: %q, %q", p, q, moment(p), moment(q))
		}
	})
}

// FuzzCompile feeds foreign conditions: whatever comes is compiled or refused, within bounds, and what is compiled can be evaluated and translated.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{`{}`, `{"all":[{"attr":"status","op":"is","values":["open"]}]}`, `{"any":[{"attr":"created","op":"older","amount":3,"unit":"days"}]}`,
		`{"attr":"field:5","op":"any_of","values":["1"]}`, `{"attr":"subject","op":"contains","values":["100%_\\"]}`} {
		f.Add([]byte(seed))
	}
	registry := Conversations(fields)
	f.Fuzz(func(t *testing.T, data []byte) {
		var n Node
		if json.Unmarshal(data, &n) != nil {
			return
		}
		cond, err := Compile(registry, "body", n, Env{Me: 1})
		if err != nil {
			var r *desk.Refusal
			if !errors.As(err, &r) {
				t.Fatalf("Compile: %v", err)
			}
			return
		}
		cond.Match(&Case{}, 1_700_000_000_000_000)
		q := &args{}
		if text, _ := cond.SQL(q, true, 1_700_000_000_000_000); text == "" {
			t.Fatal("no SQL")
		}
	})
}

type args struct{ all []any }

func (a *args) Arg(v any) string { a.all = append(a.all, v); return "$" + strconv.Itoa(len(a.all)) }

func TestASharedConditionMeansSomethingElseToEverybody(t *testing.T) {
	t.Parallel()
	cond, err := Compile(Conversations(nil), "", Node{All: []Node{leafOf("assignee", IsNot, "me"), leafOf("status", Is, "open")}}, Env{})
	if err != nil {
		t.Fatal(err)
	}
	mine := &Case{Conversation: desk.Conversation{Assignee: 3, Status: desk.StatusOpen}}
	match := func(c *Condition) bool { holds, _ := c.Match(mine, 1); return holds }
	if !cond.Personal() || !match(cond) || match(cond.For(3)) || !match(cond.For(4)) {
		t.Errorf("personal %v; for somebody %v, for its assignee %v, for another %v", cond.Personal(), match(cond), match(cond.For(3)), match(cond.For(4)))
	}
	if !slices.Contains([]bool{cond.Timed()}, false) {
		t.Error("it does not hang on time")
	}
}

// TestSole: a list of members may be narrowed by who has them only where nothing else means something else to everybody.
func TestSole(t *testing.T) {
	t.Parallel()
	mine := Node{Attr: "assignee", Op: Is, Values: []string{"me", "9"}}
	unfinished := Node{Attr: "status", Op: Is, Values: []string{"open"}}
	follows := Node{Attr: "followers", Op: AnyOf, Values: []string{"me"}}
	for name, c := range map[string]struct {
		node Node
		want []int64
	}{
		"alone":                {mine, []int64{9, 7}},
		"with others":          {Node{All: []Node{unfinished, {All: []Node{mine}}}}, []int64{9, 7}},
		"one of several":       {Node{Any: []Node{unfinished, mine}}, nil},
		"not the only one":     {Node{All: []Node{mine, follows}}, nil},
		"of another":           {Node{All: []Node{follows}}, nil},
		"not mine":             {Node{Attr: "assignee", Op: IsNot, Values: []string{"me"}}, nil},
		"nobody in particular": {unfinished, nil},
	} {
		compiled, err := Compile(Conversations(nil), "", c.node, Env{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, sole := compiled.For(7).Sole("assignee")
		slices.Sort(got)
		slices.Sort(c.want)
		if sole != (c.want != nil) || !slices.Equal(got, c.want) {
			t.Errorf("%s: Sole = %v, %t; want %v", name, got, sole, c.want)
		}
	}
}

func TestARegularExpressionIsAskedForWhereItIsTaken(t *testing.T) {
	t.Parallel()
	shaped := List{{Key: "subject", Kind: Text, Patterns: true}}
	c := &Case{Conversation: desk.Conversation{Subject: "Order LV-20417 has not come"}}
	for pattern, want := range map[string]bool{`lv-\d{5}\b`: true, `^order`: true, `lv-\d{6}`: false, `a)(b`: false, `(`: false, `(?=x)`: false, `(((a{1000}){1000}){1000})`: false} {
		cond, err := Compile(shaped, "body", leafOf("subject", Matches, pattern), Env{})
		if err != nil {
			if want {
				t.Errorf("Compile(%q): %v", pattern, err)
			}
			continue
		}
		if got, _ := cond.Match(c, 1); got != want {
			t.Errorf("%q matches = %v, want %v", pattern, got, want)
		}
	}
	if _, err := Compile(Conversations(nil), "body", leafOf("subject", Matches, "x"), Env{}); err == nil {
		t.Error("a view takes a regular expression, which databases do not know")
	}
}
