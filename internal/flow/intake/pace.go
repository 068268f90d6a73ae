package intake

import (
	"context"
	"fmt"
	"sync"
	"time"

	"tellus/internal/platform/db"
)

// Keeping a mail costs a fraction of reading it: a flood would be taken faster than it can be read, and agents would see each mail later than the one before. Whoever
// hands mail over is made to wait a moment instead, as long as more than enough waits to be read; a sender's server waits minutes for an answer (RFC 5321 4.5.3.2).
const (
	enough    = 1000 // arrivals that wait to be read
	lookAgain = 250 * time.Millisecond
	moment    = 200 * time.Millisecond
)

// pace knows whether reading falls behind.
type pace struct {
	mu     sync.Mutex
	looked time.Time
	behind bool
}

// yield lets reading go ahead where it is behind: for a moment at most, so that mail is taken whatever holds it up.
func (p *pace) yield(ctx context.Context, d *db.DB) error {
	behind, err := p.isBehind(ctx, d)
	if err != nil || !behind {
		return err
	}
	select {
	case <-time.After(moment):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pace) isBehind(ctx context.Context, d *db.DB) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.looked) < lookAgain {
		return p.behind, nil
	}
	waiting, err := waiting(ctx, d)
	if err != nil {
		return false, err
	}
	p.looked, p.behind = time.Now(), waiting > enough
	return p.behind, nil
}

// waiting counts the arrivals that wait to be read, up to one more than enough.
func waiting(ctx context.Context, d *db.DB) (n int, err error) {
	if err := d.Ask(ctx, `SELECT count(*) FROM (SELECT id FROM arrival WHERE state = 'kept' AND id > 0 LIMIT $1) kept`, enough+1).Scan(&n); err != nil {
		return 0, fmt.Errorf("count what waits to be read: %w", err)
	}
	return n, nil
}
