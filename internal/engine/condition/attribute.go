package condition

import (
	"slices"

	"tellus/internal/desk"
)

// Kind is what an attribute holds, and so how it can be compared.
type Kind string

const (
	Choice Kind = "choice" // one code of a list
	Ref    Kind = "ref"    // one id, or none
	Refs   Kind = "refs"   // any number of ids
	Text   Kind = "text"   // words; compared without regard to case and marks
	Number Kind = "number"
	Moment Kind = "moment" // an instant, or none
	Day    Kind = "day"    // a day of the calendar without a zone, or none
	Flag   Kind = "flag"   // yes or no
	Yearly Kind = "yearly" // a day of every year, or none; whoever has 29 February has 28 February in a common year

	// These two ask nothing of a row, and for the time of asking alone.
	Clock   Kind = "clock"   // what the clocks show in the zone
	Weekday Kind = "weekday" // which day of the week it is in the zone
)

// Op is how an attribute is compared.
type Op string

const (
	Is       Op = "is"     // one of the values
	IsNot    Op = "is_not" // none of the values, or nothing at all
	AnyOf    Op = "any_of"
	AllOf    Op = "all_of"
	NoneOf   Op = "none_of"
	Contains Op = "contains" // one of the values stands somewhere in it
	Lacks    Op = "lacks"    // none of the values does
	Begins   Op = "begins"   // with one of the values
	Matches  Op = "matches"  // one of the values, each a regular expression (RE2), whatever the case
	Equal    Op = "equal"
	Less     Op = "less"
	More     Op = "more"
	Before   Op = "before" // the given day; of a clock: from midnight until the given time
	After    Op = "after"  // the given day; of a clock: from the given time until midnight
	On       Op = "on"     // the given day; of a clock: the minute that begins at the given time
	During   Op = "during" // today, yesterday, tomorrow, this_week, last_week, this_month, last_month
	Older    Op = "older"  // longer ago than so much time
	Within   Op = "within" // within so much time past
	Ahead    Op = "ahead"  // within so much time to come
	Past     Op = "past"   // before now
	Yes      Op = "yes"
	No       Op = "no" // where there is no value too
	Unset    Op = "empty"
	Filled   Op = "filled"
)

var ops = map[Kind][]Op{
	Choice: {Is, IsNot},
	Ref:    {Is, IsNot},
	Refs:   {AnyOf, AllOf, NoneOf},
	Text:   {Contains, Lacks, Is, IsNot, Begins},
	Number: {Equal, More, Less},
	Moment: {Older, Within, Ahead, Past, During, Before, After, On},
	Day:    {Before, After, On, During, Older, Within, Ahead},
	Flag:   {Yes, No},
	Yearly: {During, Ahead, Within},

	Clock:   {On, After, Before},
	Weekday: {Is, IsNot},
}

// Attribute is something that rows have.
type Attribute struct {
	Key     string   `json:"key"`
	Kind    Kind     `json:"kind" enum:"choice,ref,refs,text,number,moment,day,flag,yearly,clock,weekday"`
	Of      string   `json:"of,omitempty" doc:"What ids mean: agent, team, inbox, tag, type, customer, organisation, option, segment"`
	Name    string   `json:"name,omitempty" doc:"Of a custom field; the others are worded by the desk"`
	Owner   string   `json:"owner,omitempty" doc:"Whose it is: customer, organisation; the conversation's where absent"`
	Choices []string `json:"choices,omitempty" doc:"The codes of a closed list"`
	Options []Option `json:"options,omitempty" doc:"The options of a custom field"`
	Always  bool     `json:"always,omitempty" doc:"It always has a value"`
	Takes   []Op     `json:"ops" doc:"How it can be compared"`
	Sorts   bool     `json:"sorts,omitempty" doc:"Views can be sorted by it"`

	// Column is what SQL calls the value, an expression over the row's alias. Of Refs it is what follows "AND": a condition that ends where "IN (…)" goes on.
	Column SQL `json:"-"`
	// From begins the subquery that finds a Refs: "SELECT 1 FROM conversation_tag x WHERE x.conversation = c.id".
	From SQL `json:"-"`
	// Absent are numbers that stand for no value, such as 0 and desk.Never. A NULL is no value too.
	Absent []int64 `json:"-"`
	// Codes are what numbers in the database stand for where the column holds numbers for codes, by code.
	Codes map[string]int64 `json:"-"`
	// Also says which ids a value means: an option with those below it, or merged into it. Itself alone where nil.
	Also func(id int64) []int64 `json:"-"`
	// OfLinks is set where it is about links with other conversations, which a row does not say (Case.Linked).
	OfLinks bool `json:"-"`
	// OfReviews is set where it is about drafts that colleagues check, which a row does not say (Case.Reviewers).
	OfReviews bool `json:"-"`
	// Patterns is set where a Text takes regular expressions too. Databases do not know them: only for what is asked of rows in memory.
	Patterns bool `json:"-"`
	// Lines is set where a Text holds any number of texts, one a line: a comparison holds where it does for one of them, a negated one where it does for each. Only for what
	// is asked of rows in memory, as Patterns.
	Lines bool `json:"-"`
	// Timed is set where a Flag changes by time alone, as its values say (Value.At).
	Timed bool `json:"-"`
	// Field is the id of a custom field, 0 for what is none.
	Field desk.FieldID `json:"-"`
}

// Option is what can be chosen in a custom field.
type Option struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// SQL is an expression in the words of both databases.
type SQL struct{ SQLite, Postgres string }

// Both is an expression that both databases understand alike.
func Both(text string) SQL { return SQL{text, text} }

func (s SQL) of(postgres bool) string {
	if postgres {
		return s.Postgres
	}
	return s.SQLite
}

// Ops are the operators that the attribute takes.
func (a *Attribute) Ops() []Op {
	all := ops[a.Kind]
	if a.Patterns && a.Kind == Text {
		all = append(slices.Clip(all), Matches)
	}
	if a.Always || a.Kind == Flag {
		return all
	}
	return append(slices.Clip(all), Filled, Unset)
}

// Registry finds attributes by their keys.
type Registry interface {
	Find(key string) (*Attribute, bool)
}

// List is a registry in an order.
type List []*Attribute

// Find returns the attribute of a key.
func (l List) Find(key string) (*Attribute, bool) {
	for _, a := range l {
		if a.Key == key {
			return a, true
		}
	}
	return nil, false
}

// Described is the list as it is told to people who write conditions.
func (l List) Described() []Attribute {
	out := make([]Attribute, len(l))
	for i, a := range l {
		out[i] = *a
		out[i].Takes = a.Ops()
	}
	return out
}

// Value is what a row has of an attribute. Which part counts is said by the attribute's kind.
type Value struct {
	Has    bool      // not for Refs and Text, which are empty where they hold nothing
	Text   string    // Text; the code of a Choice; a Day as 2026-03-31, a Yearly as 03-31
	Number float64   // Number
	ID     int64     // Ref
	IDs    []int64   // Refs
	At     desk.Time // a Moment; of a Flag until when it stays as it is, 0 for until somebody changes it
	Yes    bool
}

// Values made by hand.
func Code(s string) Value        { return Value{Has: s != "", Text: s} }
func Words(s string) Value       { return Value{Has: s != "", Text: s} }
func DayOf(s string) Value       { return Value{Has: s != "", Text: s} }
func Num(n float64) Value        { return Value{Has: true, Number: n} }
func YesNo(yes bool) Value       { return Value{Has: true, Yes: yes} }
func ID[T ~int64](id T) Value    { return Value{Has: id != 0, ID: int64(id)} }
func Instant(at desk.Time) Value { return Value{Has: at > 0 && at < desk.Never, At: at} }
func IDs[T ~int64](ids []T) Value {
	v := Value{Has: len(ids) > 0, IDs: make([]int64, len(ids))}
	for i, id := range ids {
		v.IDs[i] = int64(id)
	}
	return v
}

// Row is what conditions are evaluated on.
type Row interface {
	// Value returns what the row has of an attribute of its registry.
	Value(a *Attribute) Value
}

// Folder is a row that remembers its texts as comparisons read them (language.Fold): many conditions ask for the same ones.
type Folder interface {
	Folded(a *Attribute) string
}
