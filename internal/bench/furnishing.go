package bench

import (
	"context"
	"fmt"
)

// seededTags are how many tags there are; every second conversation has one of them.
const seededTags = 12

// settings makes what a company describes its conversations by: tags, types and custom fields. Their ids are those that Seed writes: an empty desk counts from 1.
func (s *server) settings(ctx context.Context) error {
	for i := range seededTags {
		if err := s.post(ctx, "/tags", map[string]any{"name": fmt.Sprint("tag ", i+1)}); err != nil {
			return err
		}
	}
	for _, kind := range []string{"question", "order", "complaint"} {
		if err := s.post(ctx, "/types", map[string]any{"name": kind, "kind": kind, "icon": kind, "colour": "grey"}); err != nil {
			return err
		}
	}
	options := func(n int) (all []map[string]any) {
		for i := range n {
			all = append(all, map[string]any{"id": 0, "name": fmt.Sprint("Option ", i+1)})
		}
		return all
	}
	for _, f := range []map[string]any{
		{"name": "Weight", "kind": "number", "form": map[string]any{"decimals": 1}},
		{"name": "Reason", "kind": "choice", "options": options(8)},
		{"name": "Value", "kind": "money", "form": map[string]any{"currency": "EUR"}},
		{"name": "Order", "kind": "text"},
		{"name": "Promised", "kind": "date"},
		{"name": "Segment", "kind": "choice", "target": "customer", "options": options(5)},
	} {
		if err := s.post(ctx, "/fields", f); err != nil {
			return err
		}
	}
	return nil
}

// mixed is a number that follows from another without any order in it.
func mixed(i, salt int) int {
	x := uint64(i)*0x9e3779b97f4a7c15 + uint64(salt)*0xd1342543de82ef95
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	return int(x >> 33)
}

// priority: of a hundred one is urgent, nine are high, ten low.
func (s Seed) priority(i int) int {
	switch n := mixed(i, 1) % 100; {
	case n == 0:
		return 3
	case n < 10:
		return 2
	case n < 20:
		return 0
	}
	return 1
}

// fields are the values of custom fields of a conversation, as they are kept; every one of them is empty in some.
func (s Seed) fields(i int) string {
	text := fmt.Sprintf(`{"1":%d.%d`, mixed(i, 2)%300, mixed(i, 3)%10)
	if mixed(i, 4)%10 > 0 {
		text += fmt.Sprintf(`,"2":[%d]`, 1+mixed(i, 5)%8)
	}
	if mixed(i, 6)%5 > 0 {
		text += fmt.Sprintf(`,"3":{"amount":%d,"currency":"EUR"}`, mixed(i, 7)%90_000)
	}
	if mixed(i, 8)%3 > 0 {
		text += fmt.Sprintf(`,"4":"LV-%06d"`, mixed(i, 9)%1_000_000)
	}
	if mixed(i, 10)%2 > 0 {
		text += fmt.Sprintf(`,"5":"2026-%02d-%02d"`, 1+mixed(i, 11)%12, 1+mixed(i, 12)%28)
	}
	return text + "}"
}

func customerFields(i int) string { return fmt.Sprintf(`{"6":[%d]}`, 1+mixed(i, 13)%5) }
