package db

import (
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

func openSyncing(t *testing.T) *DB {
	t.Helper()
	d, err := Open(t.Context(), filepath.Join(t.TempDir(), "sync.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	err = d.Write(t.Context(), func(tx *Tx) error {
		_, err := tx.Exec(t.Context(), "CREATE TABLE mark (id BIGINT PRIMARY KEY)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestNobodyIsToldBeforeTheSync holds a sync back until readers have seen the commit: they and the writer return only when it is over.
func TestNobodyIsToldBeforeTheSync(t *testing.T) {
	t.Parallel()
	d := openSyncing(t)
	var durable atomic.Bool
	seen := make(chan struct{}, 3)
	flush := d.group.sync.flush
	d.group.sync.flush = func() error {
		for range cap(seen) {
			<-seen
		}
		time.Sleep(20 * time.Millisecond) // who does not wait has returned by now, nearly always
		defer durable.Store(true)
		return flush()
	}
	// Readers begin once the commit is visible, which is found out without waiting as they do: who looked too early would wait for the sync that waits for it.
	visible := make(chan struct{})
	row := func(tx *Tx) error {
		seen <- struct{}{}
		var n int
		if err := tx.Row(t.Context(), "SELECT COUNT(*) FROM mark").Scan(&n); err != nil {
			return err
		}
		if n != 1 {
			return errors.New("the row is not seen")
		}
		return nil
	}
	ended := make(chan error, 4)
	early := errors.New("returned before the sync was over")
	run := func(what func() error) {
		go func() {
			err := what()
			if err == nil && !durable.Load() {
				err = early
			}
			ended <- err
		}()
	}
	run(func() error {
		return d.Write(t.Context(), func(tx *Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO mark (id) VALUES (1)")
			return err
		})
	})
	go func() {
		for n := 0; n == 0 && t.Context().Err() == nil; {
			_ = newTx(d, d.read).Row(t.Context(), "SELECT COUNT(*) FROM mark").Scan(&n) // what fails is tried again
		}
		close(visible)
	}()
	run(func() error {
		<-visible
		return d.Look(row)
	})
	run(func() error {
		<-visible
		return d.Read(t.Context(), row)
	})
	run(func() error {
		<-visible
		seen <- struct{}{}
		var n int
		return d.Ask(t.Context(), "SELECT COUNT(*) FROM mark").Scan(&n)
	})
	for range cap(ended) {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// TestAFailedSyncEndsWriting has the disk refuse a sync: whose commit it was is told so, and nothing is written or read any more, since what the disk holds is unknown.
func TestAFailedSyncEndsWriting(t *testing.T) {
	t.Parallel()
	d := openSyncing(t)
	broken := errors.New("the disk is gone")
	flush := d.group.sync.flush
	d.group.sync.flush = func() error { return broken }
	insert := func() error {
		return d.Write(t.Context(), func(tx *Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO mark (id) VALUES (1)")
			return err
		})
	}
	if err := insert(); !errors.Is(err, broken) {
		t.Errorf("the write whose sync failed returned %v", err)
	}
	d.group.sync.flush = flush
	if err := insert(); !errors.Is(err, broken) {
		t.Errorf("a later write returned %v", err)
	}
	if err := d.Look(func(*Tx) error { return nil }); !errors.Is(err, broken) {
		t.Errorf("a later read returned %v", err)
	}
}

// TestTheLogIsCopiedAndBeginsAnew writes more than the log may hold, without a pause: it stays bounded.
func TestTheLogIsCopiedAndBeginsAnew(t *testing.T) {
	t.Parallel()
	d := openSyncing(t)
	const rounds, size = 600, 300_000 // 180 MB
	err := d.Write(t.Context(), func(tx *Tx) error {
		_, err := tx.Exec(t.Context(), "CREATE TABLE heap (id BIGINT PRIMARY KEY, bytes BYTEA NOT NULL)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range rounds {
		err := d.Write(t.Context(), func(tx *Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO heap (id, bytes) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET bytes = excluded.bytes", i%20, make([]byte, size))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if pages, _ := d.group.log.copy(t.Context(), d.group.log.db); pages > 2*logFull {
		t.Errorf("the log has %d pages, want at most %d", pages, 2*logFull)
	}
}
