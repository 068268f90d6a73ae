package query

import (
	"fmt"
	"strings"
	"time"
)

// Years that dates lie in: those before and after count as the first and the last.
const (
	firstYear = 1970
	lastYear  = 2200
)

// Atom is what a document has or has not: all of the terms, in any place unless Phrase. With Prefix the only term is how a word begins.
type Atom struct {
	Terms  []string
	Phrase bool
	Prefix bool
}

// Clause holds where any of its atoms does, or with Not where none does. A query is clauses that must all hold. A clause without atoms holds nowhere,
// with Not everywhere.
type Clause struct {
	Not bool
	Any []Atom
}

// How strictly words are taken.
type Strictness int

const (
	AnyForm Strictness = iota // any form of the word, in any place
	InHead                    // any form, in what the document is about
	AsIs                      // the word as it was written
)

// Names turns the value of a filter into marks, any of which fits; one of several words asks for each of them. It is asked for the fields tag, inbox, team,
// assignee and field; an error is returned as it is.
type Names func(f Field, value string) (marks []string, err error)

// Clauses returns what documents that answer the query have. The states spam, trash and unread are left to the caller: see Asks.
func (q Query) Clauses(how Strictness, names Names) ([]Clause, error) {
	var out []Clause
	for _, p := range q.Parts {
		if p.Kind != Filter {
			of := how
			if p.Not {
				of = AnyForm // what must not be there must not be there in any form
			}
			out = append(out, Clause{p.Not, p.atoms(of)})
			continue
		}
		c, ok, err := p.filter(names)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, c)
		}
	}
	return out, nil
}

// Asks reports whether the query asks for a state, and whether it asks for its absence.
func (q Query) Asks(state string) (yes, no bool) {
	for _, p := range q.Parts {
		if p.Kind == Filter && p.Field == Is && p.Value == state {
			yes, no = yes || !p.Not, no || p.Not
		}
	}
	return yes, no
}

// HasWords reports whether the query asks for words, not for filters alone.
func (q Query) HasWords() bool {
	for _, p := range q.Parts {
		if p.Kind != Filter && !p.Not {
			return true
		}
	}
	return false
}

// atoms are the ways in which words may be found.
func (p Part) atoms(how Strictness) (any []Atom) {
	keys := make([]string, len(p.Words))
	for i, w := range p.Words {
		keys[i] = key(w)
	}
	if p.Kind == Phrase {
		if how == InHead && len(keys) == 1 {
			return []Atom{{Terms: []string{headPrefix + keys[0]}}}
		}
		return []Atom{{Terms: keys, Phrase: len(keys) > 1}}
	}
	prefix := stemPrefix
	switch how {
	case AsIs:
		return []Atom{{Terms: keys[:1]}}
	case InHead:
		prefix = headPrefix
	case AnyForm:
		any = append(any, Atom{Terms: keys[:1], Prefix: p.Kind == Prefix})
	}
	for i, t := range queryTerms(trim(p.Words[0])) {
		if t = bare(t); t != "" && i < maxTermsOfWord {
			any = append(any, Atom{Terms: []string{prefix + t}})
		}
	}
	return any
}

// filter is the clause of a filter; ok is false where the caller looks after it.
func (p Part) filter(names Names) (c Clause, ok bool, err error) {
	c.Not = p.Not
	switch p.Field {
	case From, To:
		c.Any = p.person()
	case Is:
		switch p.Value {
		case "spam", "trash", "unread":
			return c, false, nil
		}
		c.Any = marks("z" + p.Value)
	case Has:
		c.Any = marks("h" + p.Value)
	case Number:
		c.Any = marks("n" + p.Value)
	case Before:
		c.Any = earlier(p.At)
	case After:
		c.Any = later(p.At)
	default:
		found, err := names(p.Field, p.Value)
		if err != nil {
			return c, false, err
		}
		c.Any = marks(found...)
	}
	return c, true, nil
}

func (p Part) person() []Atom {
	prefix := fromPrefix
	if p.Field == To {
		prefix = toPrefix
	}
	if a := addressKey(p.Value); strings.ContainsAny(a, "@.") && !strings.ContainsAny(p.Value, " \t") {
		return []Atom{{Terms: []string{prefix + strings.TrimPrefix(a, "@")}}}
	}
	var all []string
	for _, w := range wordsOf(p.Value) {
		all = append(all, prefix+key(w))
	}
	if len(all) == 0 {
		return nil
	}
	return []Atom{{Terms: all}}
}

func marks(facts ...string) (any []Atom) {
	for _, f := range facts {
		terms := strings.Fields(f)
		for i := range terms {
			terms[i] = markPrefix + terms[i]
		}
		any = append(any, Atom{Terms: terms})
	}
	return any
}

// WordMarks are the marks of the words of a short text, each behind a prefix, at most MaxParts.
func WordMarks(prefix, text string) (marks []string) {
	for _, w := range wordsOf(text) {
		marks = append(marks, prefix+key(w))
	}
	return marks
}

// Marks is the clause that holds where a document has any of the marks.
func Marks(facts ...string) Clause { return Clause{Any: marks(facts...)} }

// DayMarks are the marks of the day on which something was: of the day, its month, year and decade, so that spans are few of them.
func DayMarks(t time.Time) []string {
	t = within(t.UTC())
	return []string{dayMark(t), monthMark(t), yearMark(t.Year()), decadeMark(t.Year())}
}

func within(t time.Time) time.Time {
	switch {
	case t.Year() < firstYear:
		return time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC)
	case t.Year() >= lastYear:
		return time.Date(lastYear-1, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	return t
}

func dayMark(t time.Time) string   { return t.Format("d20060102") }
func monthMark(t time.Time) string { return t.Format("m200601") }
func yearMark(y int) string        { return fmt.Sprintf("y%d", y) }
func decadeMark(y int) string      { return fmt.Sprintf("e%d", y/10) }

// earlier are all days before t.
func earlier(t time.Time) []Atom {
	var all []string
	y, m, d := t.Date()
	for e := firstYear; e < y-y%10; e += 10 {
		all = append(all, decadeMark(e))
	}
	for i := y - y%10; i < y; i++ {
		all = append(all, yearMark(i))
	}
	for i := time.January; i < m; i++ {
		all = append(all, monthMark(time.Date(y, i, 1, 0, 0, 0, 0, time.UTC)))
	}
	for i := 1; i < d; i++ {
		all = append(all, dayMark(time.Date(y, m, i, 0, 0, 0, 0, time.UTC)))
	}
	return marks(all...)
}

// later are all days from t on.
func later(t time.Time) []Atom {
	var all []string
	y, m, d := t.Date()
	next := time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC)
	for i := t; i.Before(next); i = i.AddDate(0, 0, 1) {
		all = append(all, dayMark(i))
	}
	if d == 1 {
		all = []string{monthMark(t)}
	}
	for i := m + 1; i <= time.December; i++ {
		all = append(all, monthMark(time.Date(y, i, 1, 0, 0, 0, 0, time.UTC)))
	}
	for i := y + 1; i < y-y%10+10; i++ {
		all = append(all, yearMark(i))
	}
	for e := y - y%10 + 10; e < lastYear; e += 10 {
		all = append(all, decadeMark(e))
	}
	return marks(all...)
}
