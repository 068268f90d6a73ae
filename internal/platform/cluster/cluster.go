// Package cluster says which processes work on a database, and lets one of them alone do what only one may do. Time is measured by the
// database's clock. It owns the tables node, node_note and lease.
//
// A node's heart beats in its row; leases stand while the heart beats, so that one small write keeps any number of them. On SQLite there is one
// server, and beside it at most a command such as a backup; the same rules serve there with a slower beat.
package cluster

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Options describe the joining process.
type Options struct {
	// Instance is the same after a restart (a folder's id, "serve" on SQLite) and different for every process that may live at the same time.
	// Joining ends the former process of this instance: its leases are free at once.
	Instance string
	Name     string        // for people: the host's name
	Level    int           // migrations.Level of the binary
	Beat     time.Duration // between heartbeats: 5 s on PostgreSQL and 15 s on SQLite where 0. A node is dead after four beats of silence.
	Logger   *slog.Logger
}

const deadAfterBeats = 4

// Node is this process in the cluster.
type Node struct {
	db     *db.DB
	o      Options
	log    *slog.Logger
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	id      int64
	leases  map[string]*Lease // held or being acquired
	notices map[string]string // as last said
}

// ErrTaken is returned for a lease that a living node holds.
var ErrTaken = errors.New("lease is taken")

// ErrLost is returned where a lease is no longer held.
var ErrLost = errors.New("lease was lost")

// Join makes this process a node until Leave.
func Join(ctx context.Context, d *db.DB, o Options) (*Node, error) {
	if o.Instance == "" {
		return nil, errors.New("join cluster: no instance named")
	}
	if o.Beat <= 0 {
		o.Beat = 15 * time.Second
		if d.Postgres() {
			o.Beat = 5 * time.Second
		}
	}
	n := &Node{db: d, o: o, log: o.Logger, leases: map[string]*Lease{}, notices: map[string]string{}}
	if n.log == nil {
		n.log = slog.Default()
	}
	if err := n.register(ctx); err != nil {
		return nil, fmt.Errorf("join cluster: %w", err)
	}
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	n.cancel = cancel
	n.wg.Go(func() { n.beat(life) })
	return n, nil
}

// register writes the node's row under a new id and removes that of the instance's former process, and of nodes that died long ago.
func (n *Node) register(ctx context.Context) error {
	id := rand.Int64N(1<<53-1) + 1 // never that of a former node, which SQLite's own numbering could give
	err := n.db.Write(ctx, func(tx *db.Tx) error {
		now := tx.Clock()
		_, err := tx.Exec(ctx, "DELETE FROM node WHERE instance = $1 OR heartbeat_at < "+now+" - $2",
			n.o.Instance, time.Hour.Microseconds())
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO node (id, instance, name, level, started_at, heartbeat_at) VALUES ($1, $2, $3, $4, "+now+", "+now+")",
			id, db.Text(n.o.Instance), db.Text(n.o.Name), n.o.Level)
		for name, notice := range n.said() {
			if err == nil {
				err = keepNotice(ctx, tx, id, name, notice)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	n.mu.Lock()
	n.id = id
	n.mu.Unlock()
	return nil
}

// ID names this process in the database. It changes where the node was taken for dead and has joined anew.
func (n *Node) ID() int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.id
}

// Leave gives up all leases and the node's row.
func (n *Node) Leave(ctx context.Context) error {
	n.cancel()
	n.wg.Wait()
	n.loseAll()
	err := n.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM node WHERE id = $1", n.ID())
		return err
	})
	if err != nil {
		return fmt.Errorf("leave cluster: %w", err)
	}
	return nil
}

func (n *Node) dead() time.Duration { return deadAfterBeats * n.o.Beat }

// beat keeps the node alive. Where the database was not reached for as long as others wait before they take the node for dead (less a beat), all
// leases are lost, and the node joins anew when it can.
func (n *Node) beat(ctx context.Context) {
	tick := time.NewTicker(n.o.Beat)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		began := time.Now()
		alive, err := n.beatOnce(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && alive:
			last = began
			continue
		case err != nil && time.Since(last) < n.dead()-n.o.Beat:
			n.log.Warn("heartbeat failed", "error", err)
			continue
		}
		n.log.Warn("node was taken for dead, joins anew", "node", n.ID(), "silent", time.Since(last).Round(time.Millisecond), "error", err)
		n.loseAll()
		if err := n.register(ctx); err == nil {
			last = began
		}
	}
}

// beatOnce reports false where others may already have taken this node for dead.
func (n *Node) beatOnce(ctx context.Context) (alive bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, n.o.Beat)
	defer cancel()
	err = n.db.Write(ctx, func(tx *db.Tx) error {
		changed, err := tx.Exec(ctx, "UPDATE node SET heartbeat_at = "+tx.Clock()+" WHERE id = $1 AND heartbeat_at > "+tx.Clock()+" - $2",
			n.ID(), n.dead().Microseconds())
		alive = changed == 1
		return err
	})
	return alive, err
}

func (n *Node) loseAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range n.leases {
		l.lose()
	}
	clear(n.leases)
}

// Alive is an SQL condition that the node whose id is the expression idSQL lives: for statements that take over from the dead. It takes one
// argument, placed at $at: DeadAfter.
func (n *Node) Alive(tx *db.Tx, idSQL string, at int) string {
	return fmt.Sprintf("EXISTS (SELECT 1 FROM node WHERE node.id = %s AND node.heartbeat_at > %s - $%d)", idSQL, tx.Clock(), at)
}

// DeadAfter is the silence, in microseconds, after which a node counts as dead: the argument of Alive.
func (n *Node) DeadAfter() int64 { return n.dead().Microseconds() }

// Info describes a node for the administrator.
type Info struct {
	ID          int64     `json:"id"`
	Name        string    `json:"name"`
	Level       int       `json:"level"`
	StartedAt   desk.Time `json:"startedAt"`
	HeartbeatAt desk.Time `json:"heartbeatAt"` // by the database's clock
}

// Nodes lists the nodes, the oldest first, those that died within the last hour included.
func Nodes(ctx context.Context, tx *db.Tx) ([]Info, error) {
	rows, err := tx.Query(ctx, "SELECT id, name, level, started_at, heartbeat_at FROM node ORDER BY started_at, id")
	return db.Rows(rows, err, func(r *sql.Rows, n *Info) error {
		return r.Scan(&n.ID, &n.Name, &n.Level, &n.StartedAt, &n.HeartbeatAt)
	})
}

// Publish sends a small ephemeral message (below 7,000 bytes) to all nodes, this one included; see db.DB.Publish.
func (n *Node) Publish(topic, payload string) { n.db.Publish(topic, payload) }

// Subscribe receives what is published to topic; see db.DB.Subscribe.
func (n *Node) Subscribe(topic string, size int) (messages <-chan db.Message, stop func()) {
	return n.db.Subscribe(topic, size)
}
