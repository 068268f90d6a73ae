package carry

import (
	"slices"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
)

// Custom fields are called by what they are of and by their keys in files: "field:conversation.reason" where a desk says "field:12".
const custom = "field:"

// NamedCondition is a condition with names for ids. What is gone is called by its number.
func (n Names) NamedCondition(attributes condition.Registry, c condition.Node) condition.Node {
	n.Whole = true
	out := c
	out.All, out.Any = each(c.All, func(c condition.Node) condition.Node { return n.NamedCondition(attributes, c) }), each(c.Any, func(c condition.Node) condition.Node { return n.NamedCondition(attributes, c) })
	if c.Attr == "" {
		return out
	}
	f, isField := n.numbered(c.Attr)
	if isField {
		out.Attr = custom + string(f.Target) + "." + f.Key
	}
	a, ok := attributes.Find(c.Attr)
	if !ok || a.Of == "" {
		return out
	}
	out.Values = each(c.Values, func(v string) string {
		id, err := strconv.ParseInt(v, 10, 64)
		if err != nil || id <= 0 {
			return v // me
		}
		if isField {
			return n.value(f, id)
		}
		switch Kind(a.Of) {
		case OfAgent:
			return called(n, n.Agents, desk.AgentID(id))
		case OfTeam:
			return called(n, n.Teams, desk.TeamID(id))
		case OfTag:
			return called(n, n.Tags, desk.TagID(id))
		case OfType:
			return called(n, n.Types, desk.TypeID(id))
		case OfInbox:
			return called(n, n.Inboxes, desk.InboxID(id))
		case OfSegment:
			return called(n, n.Segments, desk.SegmentID(id))
		}
		return "#" + v
	})
	return out
}

// ConditionHere is a condition of a file as this desk asks it, and the names that nothing has here. Where any is lacking the condition is not one to be used: what is left of
// it would hold for others than those who were meant.
func (n Names) ConditionHere(attributes condition.Registry, c condition.Node) (out condition.Node, lacks []Lack) {
	out = c
	inner := func(c condition.Node) condition.Node {
		child, more := n.ConditionHere(attributes, c)
		lacks = append(lacks, more...)
		return child
	}
	out.All, out.Any = each(c.All, inner), each(c.Any, inner)
	if c.Attr == "" {
		return out, lacks
	}
	var f desk.Field
	name, isField := strings.CutPrefix(c.Attr, custom)
	_, key, _ := strings.Cut(name, ".")
	if isField {
		target, _, _ := strings.Cut(name, ".")
		var lack *Lack
		if f, lack = n.field(desk.FieldTarget(target), key); lack != nil {
			return out, append(lacks, *lack)
		}
		out.Attr = custom + f.ID.String()
	}
	a, ok := attributes.Find(out.Attr)
	if !ok || a.Of == "" {
		return out, lacks
	}
	ids, more := n.ids(Kind(a.Of), f, key, c.Values)
	out.Values = ids
	return out, append(lacks, more...)
}

// ids are the values of a comparison as this desk has them.
func (n Names) ids(kind Kind, f desk.Field, key string, names []string) (ids []string, lacks []Lack) {
	for _, name := range names {
		var found []int64
		var more []Lack
		switch {
		case kind == OfAgent && name == condition.Me:
			ids = append(ids, name)
			continue
		case f.ID != 0:
			found, more = n.values(f, key, []string{name})
		case kind == OfAgent:
			found, more = one(n, kind, n.Agents, name)
		case kind == OfTeam:
			found, more = one(n, kind, n.Teams, name)
		case kind == OfTag:
			found, more = one(n, kind, n.Tags, name)
		case kind == OfType:
			found, more = one(n, kind, n.Types, name)
		case kind == OfInbox:
			found, more = one(n, kind, n.Inboxes, name)
		case kind == OfSegment:
			found, more = one(n, kind, n.Segments, name)
		default:
			more = []Lack{{Kind: kind, Name: name}}
		}
		for _, id := range found {
			ids = append(ids, strconv.FormatInt(id, 10))
		}
		lacks = append(lacks, more...)
	}
	return ids, lacks
}

func one[T ~int64](n Names, kind Kind, here map[T]string, name string) ([]int64, []Lack) {
	found, lacks := all(n, kind, here, []string{name}, 1)
	return each(found, func(id T) int64 { return int64(id) }), lacks
}

// numbered is the field that an attribute is about.
func (n Names) numbered(attr string) (desk.Field, bool) {
	number, ok := strings.CutPrefix(attr, custom)
	i := slices.IndexFunc(n.Fields, func(f desk.Field) bool { return ok && f.ID.String() == number })
	if i < 0 {
		return desk.Field{}, false
	}
	return n.Fields[i], true
}

// each is a list with something done to each of it; nil of nil.
func each[A, B any](list []A, do func(A) B) []B {
	if list == nil {
		return nil
	}
	out := make([]B, len(list))
	for i, v := range list {
		out[i] = do(v)
	}
	return out
}
