package cluster_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

func notices(t *testing.T, d *db.DB) (all []string) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		all, err = cluster.Notices(t.Context(), tx, "listener")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all) // nodes may be of the same millisecond
	return all
}

func TestNoticesStandWhileTheirNodeLives(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := join(t, d, "a", time.Hour), join(t, d, "b", time.Hour)
		say := func(n *cluster.Node, name, notice string) {
			t.Helper()
			if err := n.Say(t.Context(), name, notice); err != nil {
				t.Fatal(err)
			}
		}
		say(a, "listener", "fails")
		say(a, "listener", "works")
		say(a, "something else", "fails")
		say(b, "listener", "fails")
		if got := notices(t, d); !slices.Equal(got, []string{"fails", "works"}) {
			t.Errorf("notices = %q, want the last of each node", got)
		}
		say(b, "listener", "")
		if got := notices(t, d); !slices.Equal(got, []string{"works"}) {
			t.Errorf("notices = %q after b took its own back", got)
		}
		// The former process of an instance leaves nothing to the next one.
		leave(t, join(t, d, "a", time.Hour))
		if got := notices(t, d); len(got) != 0 {
			t.Errorf("notices = %q after a was replaced and left", got)
		}
		if err := a.Leave(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("Leave of the replaced node: %v", err)
		}
		leave(t, b)
	})
}

// TestANodeTakenForDeadSaysAgainWhatItSaid removes a node's row as another one does that waited too long for its heart to beat.
func TestANodeTakenForDeadSaysAgainWhatItSaid(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	n := join(t, d, "a", time.Second)
	defer leave(t, n)
	if err := n.Say(t.Context(), "listener", "works"); err != nil {
		t.Fatal(err)
	}
	before := n.ID()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "DELETE FROM node WHERE id = $1", before)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Eventually(t, "it joins anew with its notice", func() bool { return n.ID() != before && slices.Equal(notices(t, d), []string{"works"}) })
}
