package email

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWaitsGrowAndVaryAndEnd(t *testing.T) {
	t.Parallel()
	for problem, want := range map[string]struct{ first, longest time.Duration }{
		"timeout": {time.Second, 5 * time.Minute},
		"refused": {time.Second, 5 * time.Minute},
		"auth":    {30 * time.Second, 15 * time.Minute},
		"folder":  {30 * time.Second, 15 * time.Minute},
	} {
		for failures := range 100 {
			full := want.longest
			if failures < 20 {
				full = min(want.first<<failures, want.longest)
			}
			if got := (Backoff{}).wait(failures, problem); got < full/2 || got > full {
				t.Errorf("wait(%d, %s) = %v, want between %v and %v", failures, problem, got, full/2, full)
			}
		}
	}
}

func TestTheMarkForgetsNoMailThatWasRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var m mark
		kept, refused := map[uint32]bool{}, map[uint32]bool{}
		top := uint32(0)
		for range rapid.IntRange(1, 20).Draw(t, "batches") {
			var no, yes []uint32
			if len(m.Refused) > 0 && rapid.Bool().Draw(t, "retry") { // some of the refused once more
				for _, uid := range m.Refused {
					if rapid.Bool().Draw(t, "kept") {
						yes = append(yes, uid)
					} else {
						no = append(no, uid)
					}
				}
				m = m.with(m.Refused[0], no, yes)
			} else {
				for range rapid.IntRange(1, 10).Draw(t, "mails") {
					top += uint32(rapid.IntRange(1, 5).Draw(t, "gap"))
					if rapid.Bool().Draw(t, "kept") {
						yes = append(yes, top)
					} else {
						no = append(no, top)
					}
				}
				m = m.with(top, no, yes)
			}
			for _, uid := range yes {
				kept[uid] = true
				delete(refused, uid)
			}
			for _, uid := range no {
				refused[uid] = true
			}
		}
		if m.UID != top || len(m.Refused) != len(refused) || !slices.IsSorted(m.Refused) {
			t.Fatalf("mark %+v, want up to %d without %v", m, top, refused)
		}
		for _, uid := range m.Refused {
			if !refused[uid] || kept[uid] {
				t.Fatalf("mark %+v holds %d, which was kept", m, uid)
			}
		}
	})
}
