package api

import (
	"fmt"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
)

func TestWhatOneLostSightOfIsCountedNoMore(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		c := h.d.Receive(desktest.Ann, "A private matter")
		h.d.Receive(desktest.Bob, "Another matter")
		eva, otto := h.as(h.d.Eva), h.as(h.d.Agent("Otto", desk.AgentRole)) // the clock stands from here on
		all := func() int {
			var views struct{ Items []conversation.Count }
			otto.do(get, "/views", nil, &views)
			for _, v := range views.Items {
				if v.ID == "all" {
					return v.Count
				}
			}
			return -1
		}
		if n := all(); n != 2 {
			t.Fatalf("%d conversations before, want 2", n)
		}
		eva.do(put, fmt.Sprintf("/conversations/%s/access", c), object{"restricted": true, "agents": []desk.AgentID{h.d.Eva}}, nil)
		if n := all(); n != 1 {
			t.Errorf("%d conversations once one of them is restricted to others, want 1", n)
		}
	})
}
