package condition

import (
	"math"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
)

// Sort is an order of rows. What has no value comes last, whichever way the others go.
type Sort struct {
	By   string `json:"by" maxLength:"80" doc:"An attribute that sorts, such as due or field:12"`
	Desc bool   `json:"desc,omitempty" doc:"The greatest first"`
}

// longestKey is how much of a text counts for its order, in bytes.
const longestKey = 120

// Key is what a row is sorted by, to be compared byte by byte, backwards where the order is descending.
func (s Sort) Key(a *Attribute, r Row) string {
	v := r.Value(a)
	if !v.Has {
		if s.Desc {
			return ""
		}
		return "~" // behind everything: other keys begin with a digit or a lower-case letter
	}
	switch a.Kind {
	case Number:
		return sortable(math.Float64bits(v.Number), v.Number < 0)
	case Moment:
		return signed(int64(v.At))
	case Ref:
		return signed(v.ID)
	case Flag:
		if v.Yes {
			return "1"
		}
		return "0"
	case Choice:
		if a.Codes != nil {
			return signed(a.Codes[v.Text])
		}
		return v.Text
	}
	key := language.Fold(v.Text)
	if len(key) > longestKey {
		key = strings.ToValidUTF8(key[:longestKey], "")
	}
	return "t" + key
}

func signed(n int64) string { return hex(uint64(n) ^ 1<<63) }

// sortable orders the bits of floats.
func sortable(bits uint64, negative bool) string {
	if negative {
		return hex(^bits)
	}
	return hex(bits | 1<<63)
}

func hex(u uint64) string {
	s := strconv.FormatUint(u, 16)
	return "0000000000000000"[len(s):] + s
}

// SQL is an expression to order by: what Key says as near as a database can; texts by its own lower case.
func (s Sort) SQL(a *Attribute, postgres bool) string {
	column := a.Column.of(postgres)
	last := "9223372036854775807"
	if s.Desc {
		last = "-9223372036854775807"
	}
	switch a.Kind {
	case Moment, Ref:
		if a.Always {
			return column // as it is, so that an index can be walked in this order
		}
		return "CASE WHEN " + (&test{attr: a}).absent(column) + " THEN " + last + " ELSE " + column + " END"
	case Number:
		last = "1e300"
		if s.Desc {
			last = "-1e300"
		}
		return "COALESCE(" + column + ", " + last + ")"
	case Flag:
		return "CASE WHEN " + column + " = TRUE THEN 1 ELSE 0 END"
	case Choice:
		if a.Codes != nil {
			return column
		}
	}
	last = "''"
	if !s.Desc {
		last = "'~~~~'"
	}
	text := "CASE WHEN COALESCE(" + column + ", '') = '' THEN " + last + " ELSE lower(" + column + ") END"
	if postgres {
		text = "(" + text + `) COLLATE "C"`
	}
	return text
}

// Before is a cursor's place in a list that is ordered in memory, kept here so that lists and cursors agree on ties: by key, then by id, both the same way.
func (s Sort) Before(key string, id desk.ConversationID, otherKey string, otherID desk.ConversationID) bool {
	if key != otherKey {
		return (key < otherKey) != s.Desc
	}
	return (id < otherID) != s.Desc
}
