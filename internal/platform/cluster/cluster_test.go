package cluster_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

func join(t *testing.T, d *db.DB, instance string, beat time.Duration) *cluster.Node {
	t.Helper()
	n, err := cluster.Join(t.Context(), d, cluster.Options{Instance: instance, Name: "host " + instance, Level: 4, Beat: beat, Logger: dbtest.Logger(t)})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func leave(t *testing.T, n *cluster.Node) {
	t.Helper()
	if err := n.Leave(context.Background()); err != nil {
		t.Error(err)
	}
}

func acquire(t *testing.T, n *cluster.Node, name string) *cluster.Lease {
	t.Helper()
	l, err := n.Acquire(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func held(t *testing.T, d *db.DB, name string) (ok bool) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		ok, err = cluster.Held(t.Context(), tx, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func TestOneNodeHoldsALease(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		one, two := join(t, d, "one", time.Hour), join(t, d, "two", time.Hour)
		defer leave(t, two)
		if held(t, d, "x") {
			t.Error("x is held before anybody took it")
		}
		lease := acquire(t, one, "x")
		for _, n := range []*cluster.Node{one, two} {
			if _, err := n.Acquire(t.Context(), "x"); !errors.Is(err, cluster.ErrTaken) {
				t.Errorf("second Acquire: %v, want ErrTaken", err)
			}
		}
		if !held(t, d, "x") || held(t, d, "y") {
			t.Error("x is not held, or y is")
		}
		check := func(l *cluster.Lease) error {
			return d.Write(t.Context(), func(tx *db.Tx) error { return l.Check(t.Context(), tx) })
		}
		if err := check(lease); err != nil {
			t.Errorf("Check of a held lease: %v", err)
		}
		if err := lease.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		second := acquire(t, two, "x")
		if err := check(lease); !errors.Is(err, cluster.ErrLost) {
			t.Errorf("Check of a released lease: %v, want ErrLost", err)
		}
		if err := lease.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := check(second); err != nil {
			t.Errorf("a stale Release took the lease of another: %v", err)
		}
		third := acquire(t, one, "z")
		leave(t, one)
		<-third.Lost()
		acquire(t, two, "z")
	})
}

// TestRestartedInstanceTakesItsPlace joins with the instance of a process that was killed: its leases are free at once.
func TestRestartedInstanceTakesItsPlace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		killed := join(t, d, "serve", 200*time.Millisecond)
		lease := acquire(t, killed, "x")
		again := join(t, d, "serve", time.Hour)
		defer leave(t, again)
		acquire(t, again, "x")
		select {
		case <-lease.Lost():
		case <-time.After(dbtest.Patience):
			t.Error("the former process still believes in its lease")
		}
		leave(t, killed)
	})
}

// TestSilentNodeLosesItsLeases cuts a node off from its database: it knows before another can take over, and joins anew when it is back.
func TestSilentNodeLosesItsLeases(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const beat = time.Second // a node is dead after four: longer than a busy machine holds one up
		silent, other := join(t, d, "silent", beat), join(t, d, "other", beat)
		defer leave(t, other)
		lease := acquire(t, silent, "x")
		id := silent.ID()
		// As if it had been stopped for an hour.
		dbtest.Exec(t, d, "UPDATE node SET heartbeat_at = 1 WHERE instance = 'silent'")
		acquire(t, other, "x")
		select {
		case <-lease.Lost():
		case <-time.After(dbtest.Patience):
			t.Fatal("the lease was not lost")
		}
		dbtest.Eventually(t, "the node joins anew", func() bool { return silent.ID() != id })
		if _, err := silent.Acquire(t.Context(), "x"); !errors.Is(err, cluster.ErrTaken) {
			t.Errorf("Acquire after coming back: %v, want ErrTaken", err)
		}
		acquire(t, silent, "y")
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			nodes, err := cluster.Nodes(t.Context(), tx)
			if len(nodes) != 2 || nodes[1].ID != silent.ID() || nodes[1].Level != 4 || nodes[1].Name != "host silent" {
				t.Errorf("Nodes = %+v", nodes)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		leave(t, silent)
	})
}

// TestRacersForALease has many ask at once: at each time one works.
func TestRacersForALease(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var inside, turns atomic.Int64
		var wg sync.WaitGroup
		for _, name := range []string{"a", "b", "c", "d"} {
			n := join(t, d, name, time.Hour)
			wg.Go(func() {
				defer leave(t, n)
				for turns.Load() < 40 {
					l, err := n.Acquire(t.Context(), "x")
					if errors.Is(err, cluster.ErrTaken) {
						continue
					}
					if err != nil {
						t.Error(err)
						return
					}
					if inside.Add(1) != 1 {
						t.Error("two hold one lease")
					}
					turns.Add(1)
					inside.Add(-1)
					if err := l.Release(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	})
}
