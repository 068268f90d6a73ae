package condition

import (
	"strconv"
	"strings"

	"tellus/internal/desk"
)

// Query is where a translation puts its arguments.
type Query interface {
	// Arg adds an argument and returns its placeholder.
	Arg(v any) string
}

// SQL translates the condition, as it is at a time, for one of the databases. exact is false where the text holds for more rows than the condition does,
// since databases do not compare words as people do: then Match decides among them. It never holds for fewer.
func (c *Condition) SQL(q Query, postgres bool, now desk.Time) (text string, exact bool) {
	return c.root.sql(&writer{q, postgres, now})
}

type writer struct {
	q        Query
	postgres bool
	now      desk.Time
}

func (l *leaf) sql(w *writer) (string, bool) {
	if l.group == comparison {
		return l.test.sql(w)
	}
	if len(l.nodes) == 0 {
		return "TRUE", true
	}
	parts, exact := make([]string, len(l.nodes)), true
	for i := range l.nodes {
		var sure bool
		parts[i], sure = l.nodes[i].sql(w)
		exact = exact && sure
	}
	joint := " AND "
	if l.group == anyOf {
		joint = " OR "
	}
	return "(" + strings.Join(parts, joint) + ")", exact
}

// absent is what the column is where there is no value; "" where that cannot be.
func (t *test) absent(column string) string {
	if t.attr.Kind == Text || t.attr.Kind == Day || t.attr.Kind == Yearly || t.attr.Kind == Choice && t.attr.Codes == nil {
		return "COALESCE(" + column + ", '') = ''"
	}
	parts := []string{column + " IS NULL"}
	for _, n := range t.attr.Absent {
		parts = append(parts, column+" = "+strconv.FormatInt(n, 10))
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

func (t *test) sql(w *writer) (string, bool) {
	if t.me && t.env.Me == 0 {
		return "TRUE", false
	}
	if t.attr.Kind == Clock || t.attr.Kind == Weekday {
		if holds, _ := t.matchToday(w.now); holds {
			return "TRUE", true
		}
		return "FALSE", true
	}
	column := t.attr.Column.of(w.postgres)
	switch t.op {
	case Unset, Filled:
		not := map[Op]string{Unset: "", Filled: "NOT "}[t.op]
		if t.attr.Kind == Refs {
			not = map[Op]string{Unset: "NOT ", Filled: ""}[t.op]
			return not + "EXISTS (" + t.attr.From.of(w.postgres) + ")", true
		}
		return not + t.absent(column), true
	case Yes:
		return "COALESCE(" + column + ", FALSE) = TRUE", true
	case No:
		return "COALESCE(" + column + ", FALSE) = FALSE", true
	}
	switch t.attr.Kind {
	case Choice:
		return t.sqlCodes(w, column), true
	case Ref:
		in := w.in(t.wanted())
		if t.op == Is {
			return column + " IN " + in, true
		}
		return "(" + column + " IS NULL OR " + column + " NOT IN " + in + ")", true
	case Refs:
		return t.sqlIDs(w, column), true
	case Text:
		return t.sqlWords(w, column)
	case Number:
		mark := map[Op]string{Less: " < ", More: " > ", Equal: " = "}[t.op]
		return "COALESCE(" + column + mark + w.q.Arg(t.number) + "::double precision, FALSE)", true
	case Day:
		return t.sqlDay(w, column), true
	case Yearly:
		return t.sqlYearly(w, column), true
	}
	lo, hi := t.bounds(w.now)
	return "(NOT " + t.absent(column) + " AND " + column + " >= " + w.q.Arg(lo) + " AND " + column + " < " + w.q.Arg(hi) + ")", true
}

func (t *test) sqlCodes(w *writer, column string) string {
	marks := make([]string, 0, len(t.texts))
	for _, code := range t.texts {
		if t.attr.Codes != nil {
			marks = append(marks, w.q.Arg(t.attr.Codes[code]))
			continue
		}
		marks = append(marks, w.q.Arg(code))
	}
	in := "(" + strings.Join(marks, ",") + ")"
	if t.op == Is {
		return column + " IN " + in
	}
	return "(" + column + " IS NULL OR " + column + " NOT IN " + in + ")"
}

func (t *test) sqlIDs(w *writer, column string) string {
	from := t.attr.From.of(w.postgres)
	some := func(ids []int64) string { return "EXISTS (" + from + " AND " + column + " IN " + w.in(ids) + ")" }
	switch t.op {
	case AnyOf:
		return some(t.wanted())
	case NoneOf:
		return "NOT " + some(t.wanted())
	}
	var parts []string
	for _, set := range t.sets {
		parts = append(parts, some(set))
	}
	if t.me {
		parts = append(parts, some([]int64{t.env.Me}))
	}
	return "(" + strings.Join(parts, " AND ") + ")"
}

// sqlWords leaves to Match what is written in more than ASCII: databases fold neither case nor marks as we do. Of printable ASCII, folding is lower case.
func (t *test) sqlWords(w *writer, column string) (string, bool) {
	foreign := column + " GLOB '*[^ -~]*'"
	if w.postgres {
		foreign = column + ` COLLATE "C" ~ '[^ -~]'`
	}
	var parts []string
	for _, word := range t.texts {
		if strings.ContainsFunc(word, func(r rune) bool { return r < ' ' || r > '~' }) {
			continue // no text of ASCII holds it
		}
		pattern := likeLiteral.Replace(word)
		switch t.op {
		case Contains, Lacks:
			pattern = "%" + pattern + "%"
		case Begins:
			pattern += "%"
		}
		parts = append(parts, "lower("+column+") LIKE "+w.q.Arg(pattern)+` ESCAPE '\'`)
	}
	found := "FALSE"
	if len(parts) > 0 {
		found = "(" + strings.Join(parts, " OR ") + ")"
	}
	if t.op == Lacks || t.op == IsNot {
		return "(COALESCE(" + foreign + ", FALSE) OR NOT COALESCE(" + found + ", FALSE))", false
	}
	return "COALESCE(" + foreign + " OR " + found + ", FALSE)", false
}

var likeLiteral = strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`)

func (t *test) sqlDay(w *writer, column string) string {
	lo, hi := t.dayBounds(w.now)
	parts := []string{"COALESCE(" + column + ", '') <> ''"}
	compared := column
	if w.postgres {
		compared += ` COLLATE "C"`
	}
	if lo != "" {
		parts = append(parts, compared+" >= "+w.q.Arg(lo))
	}
	if hi != "" {
		parts = append(parts, compared+" < "+w.q.Arg(hi))
	}
	return "(" + strings.Join(parts, " AND ") + ")"
}

func (w *writer) in(ids []int64) string {
	if len(ids) == 0 {
		return "(NULL)"
	}
	marks := make([]string, len(ids))
	for i, id := range ids {
		marks[i] = w.q.Arg(id)
	}
	return "(" + strings.Join(marks, ",") + ")"
}
