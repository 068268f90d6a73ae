package live

import (
	"testing"
	"time"

	"tellus/internal/desk"
)

func TestWhoDidNothingOfLateIsNotAtTheDesk(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	window := func(agent desk.AgentID, ago time.Duration) *client {
		c := &client{active: now.Add(-ago)}
		c.seen.Store(&desk.Scope{Agent: agent})
		return c
	}
	got := seated([]*client{window(3, time.Minute), window(1, time.Hour), window(3, 2*idleAfter), window(2, idleAfter-1), window(2, 0), window(4, idleAfter)}, now)
	if want := "2 3"; got != want {
		t.Errorf("seated = %q, want %q", got, want)
	}
}
