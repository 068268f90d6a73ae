package cluster

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"tellus/internal/platform/db"
)

// Lease is the right to do alone what its name stands for.
type Lease struct {
	Name string

	node   *Node
	holder int64
	lost   chan struct{}
	once   sync.Once
}

// Acquire takes a lease that is free or held by a dead node. It returns ErrTaken where a living node has it, this one included.
func (n *Node) Acquire(ctx context.Context, name string) (_ *Lease, err error) {
	n.mu.Lock()
	id := n.id
	l := &Lease{Name: name, node: n, holder: id, lost: make(chan struct{})}
	if n.leases[name] != nil {
		n.mu.Unlock()
		return nil, fmt.Errorf("acquire lease %s: %w", name, ErrTaken)
	}
	n.leases[name] = l
	n.mu.Unlock()
	defer func() {
		if err != nil {
			n.forget(l)
		}
	}()
	err = n.db.Write(ctx, func(tx *db.Tx) error {
		changed, err := tx.Exec(ctx, `INSERT INTO lease (name, node, taken_at) VALUES ($1, $2, `+tx.Clock()+`)
			ON CONFLICT (name) DO UPDATE SET node = EXCLUDED.node, taken_at = EXCLUDED.taken_at
			WHERE lease.node = EXCLUDED.node OR NOT `+n.Alive(tx, "lease.node", 3), name, id, n.DeadAfter())
		if err == nil && changed == 0 {
			return ErrTaken
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("acquire lease %s: %w", name, err)
	}
	return l, nil
}

func (n *Node) forget(l *Lease) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.leases[l.Name] == l {
		delete(n.leases, l.Name)
	}
}

// AcquireWait takes a lease as soon as it can be had, trying each second.
func (n *Node) AcquireWait(ctx context.Context, name string) (*Lease, error) {
	for {
		l, err := n.Acquire(ctx, name)
		if err == nil || !errors.Is(err, ErrTaken) {
			return l, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// Lost is closed once the lease may be somebody else's. It comes before another node can take the lease as long as this process's clock runs;
// work that must never be done twice also calls Check in its transaction.
func (l *Lease) Lost() <-chan struct{} { return l.lost }

func (l *Lease) lose() { l.once.Do(func() { close(l.lost) }) }

// Check returns ErrLost where the lease is no longer this node's, and else keeps others from taking it until tx ends.
func (l *Lease) Check(ctx context.Context, tx *db.Tx) error {
	var node int64
	err := tx.Row(ctx, "SELECT node FROM lease WHERE name = $1 FOR SHARE", l.Name).Scan(&node)
	if errors.Is(err, sql.ErrNoRows) || err == nil && node != l.holder {
		return fmt.Errorf("%s: %w", l.Name, ErrLost)
	}
	return err
}

// Release gives the lease up; releasing a lost lease does nothing.
func (l *Lease) Release(ctx context.Context) error {
	l.lose()
	defer l.node.forget(l)
	err := l.node.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM lease WHERE name = $1 AND node = $2", l.Name, l.holder)
		return err
	})
	if err != nil {
		return fmt.Errorf("release lease %s: %w", l.Name, err)
	}
	return nil
}

// Held reports whether any living node holds the lease of that name, for who must stand back from it. Silence is judged by the slowest beat.
func Held(ctx context.Context, tx *db.Tx, name string) (bool, error) {
	var n int64
	err := tx.Row(ctx, `SELECT COUNT(*) FROM lease JOIN node ON node.id = lease.node
		WHERE lease.name = $1 AND node.heartbeat_at > `+tx.Clock()+` - $2`, name, (deadAfterBeats * 15 * time.Second).Microseconds()).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look at lease %s: %w", name, err)
	}
	return n > 0, nil
}
