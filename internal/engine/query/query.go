package query

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxParts is how many words, phrases and filters a query may have; MaxLength how many bytes.
const (
	MaxParts  = 24
	MaxLength = 500
)

// Kind is what a part of a query is.
type Kind string

// Kinds of parts.
const (
	Plain  Kind = "word"
	Phrase Kind = "phrase"
	Prefix Kind = "prefix" // words that begin so
	Filter Kind = "filter"
)

// Field is what a filter looks at.
type Field string

// Fields of filters. A word before a colon that is none of them is a word like others.
const (
	From     Field = "from"
	To       Field = "to"
	Tag      Field = "tag"
	Is       Field = "is"
	Has      Field = "has"
	InInbox  Field = "inbox"
	OfTeam   Field = "team"
	Assignee Field = "assignee"
	Before   Field = "before"
	After    Field = "after"
	Number   Field = "number"
	Custom   Field = "field" // a custom field: key=value, or key alone for any value
)

// Fields are all filters, in the order in which help shows them.
var Fields = []Field{From, To, Tag, Is, Has, InInbox, OfTeam, Assignee, Before, After, Number, Custom}

// States are what is: may ask for.
var States = []string{"new", "open", "waiting", "resolved", "closed", "unfinished", "snoozed", "spam", "trash", "unread", "note", "restricted"}

// Things are what has: may ask for.
var Things = []string{"attachment"}

// Part is one condition of a query: all parts must hold.
type Part struct {
	Kind  Kind
	Not   bool
	Words []string  // of a word, a phrase or a prefix, as they were written
	Field Field     // of a filter
	Value string    // of a filter, as it was written
	At    time.Time // of before and after: the beginning of a day in UTC
	Start int       // where it stands in the text, in bytes
	End   int
}

// Query is a text that was read.
type Query struct{ Parts []Part }

// Problem is why a query cannot be answered as it stands. Code is one of too_many, is, has, date, number.
type Problem struct {
	Code  string
	Value string // what was not understood
}

func (p *Problem) Error() string {
	switch p.Code {
	case "too_many":
		return "at most " + strconv.Itoa(MaxParts) + " words and filters: leave some out"
	case "is":
		return "is:" + p.Value + " is not known: use one of " + strings.Join(States, ", ")
	case "has":
		return "has:" + p.Value + " is not known: use has:attachment"
	case "date":
		return p.Value + " is not a date: write 2026-03-31, 2026-03 or 2026"
	case "number":
		return p.Value + " is not a number: write number:10025 or #10025"
	}
	return p.Value
}

// Parse reads a query. Any text is one: what is no filter is words, a quotation mark that is not closed reaches to the end. Where typing is true the last
// word is still being typed, and stands for all words that begin so. The error is a *Problem.
func Parse(text string, typing bool) (Query, error) {
	var q Query
	if len(text) > MaxLength {
		cut := MaxLength
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRuneInString(text[at:])
		if unicode.IsSpace(r) {
			at += n
			continue
		}
		p, end, err := part(text, at)
		if err != nil {
			return Query{}, err
		}
		p.Start, p.End = at, end
		at = end
		if p.Kind == Filter || len(p.Words) > 0 {
			q.Parts = append(q.Parts, p)
		}
		if len(q.Parts) > MaxParts {
			return Query{}, &Problem{Code: "too_many"}
		}
	}
	if last := len(q.Parts) - 1; typing && last >= 0 && q.Parts[last].End == len(text) {
		if p := &q.Parts[last]; p.Kind == Plain && !p.Not && len(p.Words) == 1 && endsInWord(text) {
			p.Kind = Prefix
		}
	}
	return q, nil
}

func endsInWord(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return inWord(r)
}

// part reads the part that begins at text[at], which is no space, and returns where it ends.
func part(text string, at int) (p Part, end int, err error) {
	if text[at] == '-' && at+1 < len(text) {
		if r, _ := utf8.DecodeRuneInString(text[at+1:]); !unicode.IsSpace(r) {
			p.Not = true
			at++
		}
	}
	if value, end, ok := quoted(text, at); ok {
		p.Kind, p.Words = Phrase, wordsOf(value)
		if len(p.Words) == 1 {
			p.Kind = Phrase // a word in quotation marks is meant as it stands
		}
		return p, end, nil
	}
	end = at + token(text[at:])
	if name, _, ok := strings.Cut(text[at:end], ":"); ok {
		if f, known := fieldOf(name); known {
			return filter(p, f, text, at+len(name)+1)
		}
	}
	word := text[at:end]
	if n, ok := strings.CutPrefix(word, "#"); ok && isNumber(n) {
		p.Kind, p.Field, p.Value = Filter, Number, n
		return p, end, nil
	}
	p.Words = wordsOf(word)
	p.Kind = Plain
	switch {
	case len(p.Words) > 1: // an address, a date, a hyphenated word: its parts stand together
		p.Kind = Phrase
	case strings.HasSuffix(word, "*"):
		p.Kind = Prefix
	}
	return p, end, nil
}

// quoted reads what stands in quotation marks at text[at], of any kind that keyboards and word processors make.
func quoted(text string, at int) (inside string, end int, ok bool) {
	open, n := utf8.DecodeRuneInString(text[at:])
	var closing string
	switch open {
	case '"':
		closing = "\""
	case '“', '„', '”':
		closing = "”“\""
	case '«':
		closing = "»"
	default:
		return "", 0, false
	}
	rest := text[at+n:]
	i := strings.IndexAny(rest, closing)
	if i < 0 {
		return rest, len(text), true
	}
	_, c := utf8.DecodeRuneInString(rest[i:])
	return rest[:i], at + n + i + c, true
}

// token returns how many bytes reach to the next space, or to a quotation mark behind a colon.
func token(s string) int {
	for i, r := range s {
		if unicode.IsSpace(r) || r == '"' && i > 0 {
			return i
		}
	}
	return len(s)
}

func fieldOf(name string) (Field, bool) {
	name = strings.ToLower(name)
	for _, f := range Fields {
		if string(f) == name {
			return f, true
		}
	}
	return "", false
}

// filter reads the value of a filter, which begins at text[at].
func filter(p Part, f Field, text string, at int) (Part, int, error) {
	p.Kind, p.Field = Filter, f
	end := at
	if at < len(text) {
		if value, e, ok := quoted(text, at); ok {
			p.Value, end = strings.TrimSpace(value), e
		} else {
			end = at + token(text[at:])
			p.Value = text[at:end]
		}
	}
	if p.Value == "" { // "from:" and a space, as while typing: nothing is asked yet
		p.Kind, p.Field = Plain, ""
		return p, end, nil
	}
	switch f {
	case Is:
		p.Value = strings.ToLower(p.Value)
		if !oneOf(States, p.Value) {
			return p, end, &Problem{"is", p.Value}
		}
	case Has:
		p.Value = strings.ToLower(strings.TrimSuffix(strings.ToLower(p.Value), "s"))
		if p.Value == "file" {
			p.Value = "attachment"
		}
		if !oneOf(Things, p.Value) {
			return p, end, &Problem{"has", p.Value}
		}
	case Before, After:
		var ok bool
		if p.At, ok = date(p.Value); !ok {
			return p, end, &Problem{"date", p.Value}
		}
	case Number:
		p.Value = strings.TrimPrefix(p.Value, "#")
		if !isNumber(p.Value) {
			return p, end, &Problem{"number", p.Value}
		}
	}
	return p, end, nil
}

func oneOf(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

func isNumber(s string) bool {
	if s == "" || len(s) > 15 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s[0] != '0'
}

// date reads a day, a month or a year, and returns its first moment. As in other mail programs, before means before that, after from then on.
func date(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02", "2006-01", "2006", "02.01.2006", "2.1.2006"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= firstYear && t.Year() < lastYear {
			return t, true
		}
	}
	return time.Time{}, false
}

func wordsOf(text string) (words []string) {
	Words(text, func(w Word) bool {
		if key(w.Text) != "" {
			words = append(words, w.Text)
		}
		return len(words) < MaxParts
	})
	return words
}
