package cluster

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"time"

	"tellus/internal/platform/db"
)

// Note tells all nodes something of this one, in place of what it said before under that name; "" takes it back. It stands while the node lives.
func (n *Node) Note(ctx context.Context, name, note string) error {
	n.mu.Lock()
	if note == "" {
		delete(n.notes, name)
	} else {
		n.notes[name] = note
	}
	id := n.id
	n.mu.Unlock()
	err := n.db.Write(ctx, func(tx *db.Tx) error { return keepNote(ctx, tx, id, name, note) })
	if err != nil {
		return fmt.Errorf("note %s: %w", name, err)
	}
	return nil
}

func keepNote(ctx context.Context, tx *db.Tx, id int64, name, note string) error {
	if note == "" {
		_, err := tx.Exec(ctx, "DELETE FROM node_note WHERE node = $1 AND name = $2", id, name)
		return err
	}
	// A node that is taken for dead just now has no row; it says everything again when it joins anew.
	_, err := tx.Exec(ctx, `
		INSERT INTO node_note (node, name, note)
		SELECT id, $2, $3 FROM node WHERE id = $1
		ON CONFLICT (node, name) DO UPDATE SET note = excluded.note`, id, name, db.Text(note))
	return err
}

// said are this node's notes, for who joins anew.
func (n *Node) said() map[string]string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.notes)
}

// Notes returns what the living nodes say under a name, by the age of the nodes. Silence is judged by the slowest beat.
func Notes(ctx context.Context, tx *db.Tx, name string) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT s.note
		FROM node_note s
		JOIN node n ON n.id = s.node
		WHERE s.name = $1 AND n.heartbeat_at > `+tx.Clock()+` - $2
		ORDER BY n.started_at, n.id`, name, (deadAfterBeats * 15 * time.Second).Microseconds())
	notes, err := db.Rows(rows, err, func(r *sql.Rows, note *string) error { return r.Scan(note) })
	if err != nil {
		return nil, fmt.Errorf("notes %s: %w", name, err)
	}
	return notes, nil
}
