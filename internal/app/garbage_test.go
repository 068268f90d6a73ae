package app

import (
	"testing"

	"pgregory.net/rapid"
)

// TestHeapGrowsWithinBounds: a small heap may grow far, a large one no further than while the machine rests.
func TestHeapGrowsWithinBounds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		live uint64
		want int
	}{{0, busyGrowth}, {4 << 20, busyGrowth}, {20 << 20, 500}, {32 << 20, 300}, {60 << 20, restGrowth}, {4 << 30, restGrowth}} {
		if got := growth(tt.live); got != tt.want {
			t.Errorf("growth(%d MB) = %d, want %d", tt.live>>20, got, tt.want)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		live := rapid.Uint64Range(1, 1<<40).Draw(rt, "live")
		if p := growth(live); p > restGrowth && live*uint64(100+p)/100 > busyHeap {
			rt.Errorf("a heap of %d bytes grows by %d %%, past %d bytes", live, p, busyHeap)
		}
	})
}
