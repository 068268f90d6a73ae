package cluster

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"time"

	"tellus/internal/platform/db"
)

// Say tells all nodes something of this one, in place of what it said before under that name; "" takes it back. It stands while the node lives.
func (n *Node) Say(ctx context.Context, name, notice string) error {
	n.mu.Lock()
	if notice == "" {
		delete(n.notices, name)
	} else {
		n.notices[name] = notice
	}
	id := n.id
	n.mu.Unlock()
	err := n.db.Write(ctx, func(tx *db.Tx) error { return keepNotice(ctx, tx, id, name, notice) })
	if err != nil {
		return fmt.Errorf("notice %s: %w", name, err)
	}
	return nil
}

func keepNotice(ctx context.Context, tx *db.Tx, id int64, name, notice string) error {
	if notice == "" {
		_, err := tx.Exec(ctx, "DELETE FROM node_note WHERE node = $1 AND name = $2", id, name)
		return err
	}
	// A node that is taken for dead just now has no row; it says everything again when it joins anew.
	_, err := tx.Exec(ctx, `
		INSERT INTO node_note (node, name, note)
		SELECT id, $2, $3 FROM node WHERE id = $1
		ON CONFLICT (node, name) DO UPDATE SET note = excluded.note`, id, name, db.Text(notice))
	return err
}

// said are this node's notices, for who joins anew.
func (n *Node) said() map[string]string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.notices)
}

// Notices returns what the living nodes say under a name, by the age of the nodes. Silence is judged by the slowest beat.
func Notices(ctx context.Context, tx *db.Tx, name string) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT s.note
		FROM node_note s
		JOIN node n ON n.id = s.node
		WHERE s.name = $1 AND n.heartbeat_at > `+tx.Clock()+` - $2
		ORDER BY n.started_at, n.id`, name, (deadAfterBeats * 15 * time.Second).Microseconds())
	notices, err := db.Rows(rows, err, func(r *sql.Rows, notice *string) error { return r.Scan(notice) })
	if err != nil {
		return nil, fmt.Errorf("notices %s: %w", name, err)
	}
	return notices, nil
}
