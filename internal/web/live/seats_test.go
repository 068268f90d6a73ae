package live

import (
	"testing"
	"time"

	"tellus/internal/desk"
)

func TestManyWindowsOfAPersonAreOneSeat(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_772_000_000, 0)
	window := func(agent desk.AgentID, ago time.Duration) *client {
		c := &client{active: now.Add(-ago)}
		c.seen.Store(&desk.Scope{Agent: agent})
		return c
	}
	program := window(5, 0)
	program.program = true
	got := seated([]*client{window(3, time.Minute), window(1, time.Hour), window(3, 2*time.Hour), program, window(1, 30*time.Minute)})
	if want := "1:1771998200 3:1771999940"; got != want {
		t.Errorf("seated = %q, want %q", got, want)
	}
}

func TestABrowserSaysHowLongItsReaderDidNothing(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_772_000_000, 0)
	for name, c := range map[string]struct {
		ago  int64
		want time.Duration
	}{
		"just now":                  {0, 0},
		"minutes ago":               {600, 10 * time.Minute},
		"a clock that went back":    {-5, 0},
		"longer than anybody waits": {1 << 40, longestIdle},
	} {
		if got := now.Sub(ago(now, c.ago)); got != c.want {
			t.Errorf("%s: %v ago, want %v", name, got, c.want)
		}
	}
}
