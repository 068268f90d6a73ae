package live

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// accessChanged has those whom a change of access may concern be looked at anew.
func (h *Hub) accessChanged(ctx context.Context, events []desk.Event, clients []*client) error {
	concerned := map[*client]bool{}
	var seq desk.Seq
	for _, e := range events {
		if e.Kind != desk.AccessUpdated {
			continue
		}
		seq = e.Seq
		for _, c := range clients {
			if e.SubjectKind != desk.AboutAgent || int64(c.scope().Agent) == e.Subject {
				concerned[c] = true
			}
		}
	}
	if seq == 0 {
		return nil
	}
	err := h.askAtDoor(ctx, seq, slices.Collect(maps.Keys(concerned)))
	h.markStale()
	return err
}

// askAtDoor asks anew who each client is and what he may see: whose session is over is dropped, whose sight changed fetches everything again.
func (h *Hub) askAtDoor(ctx context.Context, seq desk.Seq, clients []*client) error {
	if len(clients) == 0 {
		return nil
	}
	return h.DB.Read(ctx, func(tx *db.Tx) error {
		for _, c := range clients {
			id, err := c.renew(ctx, tx)
			switch {
			case desk.IsRefusal(err, desk.SignedOut) || err == nil && (id.Agent == 0 || id.Pending):
				c.drop("signed out")
			case err != nil:
				return fmt.Errorf("who agent %s is now: %w", c.scope().Agent, err)
			case c.setScope(id.Scope):
				h.lookAway(c, 0) // what it looks at it says again once it has fetched that
				c.send(message{Type: "reset", Seq: seq})
			}
		}
		return nil
	})
}

// watchEvery is how often sessions are looked at that may have run out; what ends one earlier is an event.
const watchEvery = time.Minute

func (h *Hub) watchDoors(ctx context.Context) {
	for wait(ctx, watchEvery) {
		at, _ := h.told()
		if err := h.askAtDoor(ctx, at, h.all()); err != nil && ctx.Err() == nil {
			h.Log.WarnContext(ctx, "live feed: sessions not looked at", "error", err)
		}
	}
}
