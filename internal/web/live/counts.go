package live

import (
	"context"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

func (h *Hub) markStale() {
	select {
	case h.stale <- struct{}{}:
	default:
	}
}

// Counts are sent at most once each countEvery, and where many readers make that much work at most for one part in restful of the time.
const (
	countEvery = time.Second
	restful    = 5
)

// count sends changed counts.
func (h *Hub) count(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.stale:
		}
		began := time.Now()
		if err := h.sendCounts(ctx); err != nil && ctx.Err() == nil {
			h.Log.WarnContext(ctx, "live feed: counts", "error", err)
		}
		if !wait(ctx, max(countEvery, (restful-1)*time.Since(began))) {
			return
		}
	}
}

func (h *Hub) sendCounts(ctx context.Context) error {
	h.Conversations.ForgetCounts()
	round := h.Conversations.Round()
	byAgent := map[desk.AgentID][]*client{}
	for _, c := range h.all() {
		byAgent[c.scope().Agent] = append(byAgent[c.scope().Agent], c)
	}
	for _, list := range byAgent {
		var counts []conversation.Count
		// A transaction for each agent, so that a long round holds no snapshot open.
		err := h.DB.Read(ctx, func(tx *db.Tx) (err error) {
			counts, err = h.Counts(ctx, tx, list[0].scope(), round)
			return err
		})
		if err != nil {
			return err
		}
		told := encode(message{Type: "counts", Items: counts})
		for _, c := range list {
			c.pushCounts(told)
		}
	}
	return nil
}
