package index

import (
	"testing"

	"tellus/internal/platform/search"
)

func TestFilledIsHowMuchIsThere(t *testing.T) {
	t.Parallel()
	const first = 1 << 18
	for _, c := range []struct {
		name string
		s    search.State
		want int
	}{
		{"nothing", search.State{}, 0},
		{"of another format", search.State{Format: format + 1, Whole: 100}, 0},
		{"begun", search.State{Format: format, Rest: 1000, Whole: 1000}, 0},
		{"a part", search.State{Format: format, Rest: 250, Whole: 1000, Customers: allIn, Purchases: allIn}, 75},
		{"a part, and some of a stretch", search.State{Format: format, Rest: first + 1000, Upto: first + 499, Whole: 2 * (first + 500)}, 50},
		{"begun by a former version", search.State{Format: format, Rest: 1000}, 0},
		{"all but customers", search.State{Format: format, Whole: 1000}, 99},
		{"all", search.State{Format: format, Whole: 1000, Customers: allIn, Purchases: allIn}, 100},
		{"all of nothing", search.State{Format: format, Customers: allIn, Purchases: allIn}, 100},
	} {
		if got := Filled(c.s); got != c.want {
			t.Errorf("%s: %d %%, want %d", c.name, got, c.want)
		}
	}
}
