package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
)

// seatsNotice is the notice by which a node says who has the desk open at it, as AGENT:SECONDS, the seconds since 1970 at which he did something there last.
// It goes with the node, so that nobody stays at a desk that is gone.
const seatsNotice = "seats"

const (
	lookEvery = 30 * time.Second       // while any window is open
	settle    = 300 * time.Millisecond // so that many who come at once are told of once
	retry     = 5 * time.Second
	// back is how long somebody did nothing before it is worth telling at once that he does something again: windows tell once a minute.
	back = 150 * time.Second
)

// attend tells the other nodes who is at the desk here, and has it decided anew how everybody stands, whenever that may have changed.
func (h *Hub) attend(ctx context.Context) {
	said := ""
	for {
		again, err := h.attendOnce(ctx, &said)
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, db.ErrClosed) {
				return
			}
			h.Log.WarnContext(ctx, "live feed: who is at the desk was not said", "error", err)
			again = retry
		}
		if !h.rest(ctx, again) || !wait(ctx, settle) {
			return
		}
	}
}

// attendOnce returns after what time to look again, 0 for not before something happens.
func (h *Hub) attendOnce(ctx context.Context, said *string) (again time.Duration, err error) {
	now := seated(h.all())
	if now != *said {
		if err := h.Node.Say(ctx, seatsNotice, now); err != nil {
			return 0, err
		}
		*said = now
	}
	if now != "" {
		again = lookEvery
	}
	if h.Review == nil {
		return again, nil
	}
	next, err := h.Review(ctx)
	if err != nil {
		return 0, fmt.Errorf("who is there: %w", err)
	}
	if next == 0 {
		return again, nil
	}
	in := max(next.Sub(h.DB.Now()), 0) + time.Millisecond
	if again == 0 || in < again {
		again = in
	}
	return again, nil
}

// rest waits until somebody came, went, or does something again, or until a time has passed.
func (h *Hub) rest(ctx context.Context, most time.Duration) bool {
	var over <-chan time.Time
	if most > 0 {
		t := time.NewTimer(most)
		defer t.Stop()
		over = t.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-h.moved:
	case <-over:
	}
	return true
}

// stir has it looked at now who is at the desk.
func (h *Hub) stir() {
	select {
	case h.moved <- struct{}{}:
	default: // it is known
	}
}

// seated are those who have the desk open in any window, with when they did something in one of them last. A program that follows the feed by an API token is
// nobody who sits there.
func seated(clients []*client) string {
	last := map[desk.AgentID]time.Time{}
	for _, c := range clients {
		if c.program {
			continue
		}
		c.mu.Lock()
		active := c.active
		c.mu.Unlock()
		if id := c.scope().Agent; active.After(last[id]) {
			last[id] = active
		}
	}
	texts := make([]string, 0, len(last))
	for _, id := range slices.Sorted(maps.Keys(last)) {
		texts = append(texts, id.String()+":"+strconv.FormatInt(last[id].Unix(), 10))
	}
	return strings.Join(texts, " ")
}

// Seats says who has the desk open at any living node, and when each did something there last.
func Seats(ctx context.Context, tx *db.Tx) (map[desk.AgentID]desk.Time, error) {
	all, err := cluster.Notices(ctx, tx, seatsNotice)
	if err != nil {
		return nil, err
	}
	seats := map[desk.AgentID]desk.Time{}
	for _, said := range all {
		for _, word := range strings.Fields(said) {
			name, when, _ := strings.Cut(word, ":")
			id, err1 := strconv.ParseInt(name, 10, 64)
			at, err2 := strconv.ParseInt(when, 10, 64)
			if err1 != nil || err2 != nil {
				continue // of a node of the version before
			}
			agent := desk.AgentID(id)
			seats[agent] = max(seats[agent], desk.At(time.Unix(at, 0)))
		}
	}
	return seats, nil
}
