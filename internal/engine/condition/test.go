package condition

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
)

// test is a compiled comparison.
type test struct {
	attr *Attribute
	op   Op
	env  Env

	me     bool             // "me" is among the ids
	ids    []int64          // given ids
	sets   [][]int64        // by given id, what it means; only where some means more than itself
	texts  []string         // codes as they are; words folded
	shapes []*regexp.Regexp // of matches
	number float64
	length time.Duration // of older, within, ahead
	days   int           // the same in days, for a Day
	day    date          // of before, after, on
	during string
	clock  time.Duration // since midnight
}

const longestText = 200 // characters of a value

func (t *test) read(field string, n Node) error {
	switch t.op {
	case Unset, Filled, Yes, No, Past:
		return nil
	case Older, Within, Ahead:
		return t.readLength(field, n)
	}
	if len(n.Values) == 0 {
		return desk.WhyNeeded.At(field + ".values")
	}
	for i, v := range n.Values {
		if utf8.RuneCountInString(v) > longestText {
			return desk.WhyTooLong.At(field+".values["+itoa(i)+"]", longestText)
		}
	}
	if t.op == During {
		if !slices.Contains(Spans, n.Values[0]) {
			return desk.WhyConditionValue.At(field + ".values")
		}
		t.during = n.Values[0]
		return nil
	}
	switch t.attr.Kind {
	case Choice, Weekday:
		return t.readCodes(field, n.Values)
	case Clock:
		return t.readClock(field, n.Values[0])
	case Ref, Refs:
		return t.readIDs(field, n.Values)
	case Text:
		return t.readWords(field, n.Values)
	case Number:
		f, err := strconv.ParseFloat(strings.TrimSpace(n.Values[0]), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) > 1<<53 {
			return desk.WhyConditionValue.At(field + ".values")
		}
		t.number = f
		return nil
	}
	day, ok := parseDay(n.Values[0])
	if !ok {
		return desk.WhyConditionValue.At(field + ".values")
	}
	t.day = day
	return nil
}

func (t *test) readLength(field string, n Node) error {
	unit, ok := lengths[n.Unit]
	if !ok || (t.attr.Kind == Day || t.attr.Kind == Yearly) && n.Unit != Days && n.Unit != Weeks {
		return desk.WhyConditionValue.At(field + ".unit")
	}
	if n.Amount < 1 || n.Amount > 100_000 {
		return desk.WhyNeeded.At(field + ".amount")
	}
	t.length = time.Duration(n.Amount) * unit
	if t.length > 100*366*24*time.Hour || t.length < 0 {
		return desk.WhyConditionValue.At(field + ".amount")
	}
	t.days = int(t.length / (24 * time.Hour))
	if t.attr.Kind == Yearly && t.days > 366 {
		return desk.WhyConditionValue.At(field + ".amount")
	}
	return nil
}

func (t *test) readCodes(field string, values []string) error {
	for i, v := range values {
		if len(t.attr.Choices) > 0 && !slices.Contains(t.attr.Choices, v) || v == "" {
			return desk.WhyConditionValue.At(field + ".values[" + itoa(i) + "]")
		}
	}
	t.texts = values
	return nil
}

func (t *test) readIDs(field string, values []string) error {
	for i, v := range values {
		if v == Me && t.attr.Of == "agent" {
			t.me = true
			continue
		}
		id, err := strconv.ParseInt(v, 10, 64)
		if err != nil || id <= 0 || id >= 1<<53 {
			return desk.WhyConditionValue.At(field + ".values[" + itoa(i) + "]")
		}
		set := []int64{id}
		if t.attr.Also != nil {
			if more := t.attr.Also(id); len(more) > 0 {
				set = more
			}
		}
		t.sets = append(t.sets, set)
		t.ids = append(t.ids, set...)
	}
	slices.Sort(t.ids)
	t.ids = slices.Compact(t.ids)
	return nil
}

func (t *test) readWords(field string, values []string) error {
	for i, v := range values {
		if t.op == Matches {
			shape, err := regexp.Compile("(?i)" + v)
			if err != nil || v == "" {
				return desk.WhyConditionValue.At(field + ".values[" + itoa(i) + "]")
			}
			t.shapes = append(t.shapes, shape)
			continue
		}
		folded := language.Fold(strings.TrimSpace(v))
		if folded == "" {
			return desk.WhyNeeded.At(field + ".values[" + itoa(i) + "]")
		}
		t.texts = append(t.texts, folded)
	}
	return nil
}

func (t *test) timed() bool {
	return slices.Contains([]Op{Older, Within, Ahead, Past, During}, t.op) || t.attr.Timed || t.attr.Kind == Clock || t.attr.Kind == Weekday
}

// wanted are the ids that are asked for, whoever looks among them.
func (t *test) wanted() []int64 {
	if !t.me {
		return t.ids
	}
	return append(slices.Clip(t.ids), t.env.Me)
}

func (t *test) match(r Row, now desk.Time) (bool, desk.Time) {
	if t.me && t.env.Me == 0 {
		return true, desk.Never // it holds for somebody, perhaps
	}
	if t.attr.Kind == Clock || t.attr.Kind == Weekday {
		return t.matchToday(now)
	}
	v := r.Value(t.attr)
	switch t.op {
	case Unset:
		return !v.Has, desk.Never
	case Filled:
		return v.Has, desk.Never
	case Yes:
		return v.Has && v.Yes, v.until()
	case No:
		return !v.Has || !v.Yes, v.until()
	}
	switch t.attr.Kind {
	case Choice:
		return (v.Has && slices.Contains(t.texts, v.Text)) == (t.op == Is), desk.Never
	case Ref:
		return (v.Has && slices.Contains(t.wanted(), v.ID)) == (t.op == Is), desk.Never
	case Refs:
		return t.matchIDs(v.IDs), desk.Never
	case Text:
		if t.op == Matches {
			return t.matchShapes(v.Text), desk.Never
		}
		if f, ok := r.(Folder); ok {
			return t.matchWords(f.Folded(t.attr)), desk.Never
		}
		return t.matchWords(language.Fold(v.Text)), desk.Never
	case Number:
		return v.Has && t.matchNumber(v.Number), desk.Never
	}
	if !v.Has {
		return false, desk.Never
	}
	if t.attr.Kind == Yearly {
		return t.matchYearly(v.Text, now)
	}
	from, to := t.span(v)
	switch {
	case now < from:
		return false, from
	case now < to:
		return true, to
	}
	return false, desk.Never
}

func (t *test) matchIDs(have []int64) bool {
	has := func(set []int64) bool {
		return slices.ContainsFunc(have, func(id int64) bool { return slices.Contains(set, id) })
	}
	switch t.op {
	case AnyOf:
		return has(t.wanted())
	case NoneOf:
		return !has(t.wanted())
	}
	if t.me && !slices.Contains(have, t.env.Me) {
		return false
	}
	for _, set := range t.sets {
		if !has(set) {
			return false
		}
	}
	return true
}

func (t *test) matchWords(text string) bool {
	return t.anyOf(text, t.hasWords) != (t.op == Lacks || t.op == IsNot)
}

// hasWords reports whether one of the given words is where the comparison looks for it, leaving aside that it may be a negated one.
func (t *test) hasWords(text string) bool {
	var found func(string) bool
	switch t.op {
	case Contains, Lacks:
		found = func(w string) bool { return strings.Contains(text, w) }
	case Begins:
		found = func(w string) bool { return strings.HasPrefix(text, w) }
	default:
		found = func(w string) bool { return text == w }
	}
	return slices.ContainsFunc(t.texts, found)
}

// anyOf reports whether one of an attribute's texts is as match wants it.
func (t *test) anyOf(text string, match func(string) bool) bool {
	if !t.attr.Lines {
		return match(text)
	}
	if text == "" {
		return false // no line, not an empty one
	}
	for line := range strings.SplitSeq(text, "\n") {
		if match(line) {
			return true
		}
	}
	return false
}

// longestSearched is how much of a text regular expressions look at, in bytes: each takes time linear in it.
const longestSearched = 64 << 10

func (t *test) matchShapes(text string) bool {
	return t.anyOf(text[:min(len(text), longestSearched)], func(text string) bool {
		return slices.ContainsFunc(t.shapes, func(shape *regexp.Regexp) bool { return shape.MatchString(text) })
	})
}

func (t *test) matchNumber(n float64) bool {
	switch t.op {
	case Less:
		return n < t.number
	case More:
		return n > t.number
	}
	return n == t.number
}
