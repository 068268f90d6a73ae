package live

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
)

// seatsNotice is the notice by which a node says who sits at it. It goes with the node, so that nobody stays at a desk that is gone.
const seatsNotice = "seats"

const (
	lookEvery = 10 * time.Second
	idleAfter = 10 * time.Minute // without a key, a click or a touch nobody counts as being at the desk, though a browser is open
)

// seats tells the other nodes who is at the desk here.
func (h *Hub) seats(ctx context.Context) {
	said := ""
	for wait(ctx, lookEvery) {
		now := seated(h.all(), time.Now())
		if now == said {
			continue
		}
		if err := h.Node.Say(ctx, seatsNotice, now); err != nil {
			if ctx.Err() == nil && !errors.Is(err, db.ErrClosed) {
				h.Log.WarnContext(ctx, "live feed: who is at the desk was not said", "error", err)
			}
			continue
		}
		said = now
	}
}

// seated are the ids of those who did something of late in any window, each once.
func seated(clients []*client, now time.Time) string {
	var ids []desk.AgentID
	for _, c := range clients {
		c.mu.Lock()
		active := c.active
		c.mu.Unlock()
		if id := c.scope().Agent; now.Sub(active) < idleAfter && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return strings.Join(texts, " ")
}

// AtDesk reports whether an agent has the desk open at any living node and did something there of late.
func (h *Hub) AtDesk(ctx context.Context, tx *db.Tx, agent desk.AgentID) (bool, error) {
	all, err := cluster.Notices(ctx, tx, seatsNotice)
	if err != nil {
		return false, err
	}
	for _, said := range all {
		if slices.Contains(strings.Fields(said), strconv.FormatInt(int64(agent), 10)) {
			return true, nil
		}
	}
	return false, nil
}
