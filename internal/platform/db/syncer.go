package db

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// syncer makes the commits of a SQLite database durable, and tells their closures so. The writer commits with synchronous=NORMAL, which puts a commit's
// frames at the end of the log without a sync; the log is then synced from here while the writer runs the next closures. The log is one file, written in order: a sync
// of it covers every commit before. (https://www.sqlite.org/wal.html; what is left to SQLite is to sync the log before it is copied into the database, the database before
// the log begins anew, and the new log's header.)
//
// Nobody sees earlier than before what a power cut might take back: whoever reads waits at the end for the commits that were begun until then.
type syncer struct {
	flush func() error // returns when all that was written to the log is on the disk

	begun atomic.Int64 // number of commits that readers may see
	safe  atomic.Int64 // number of commits that are durable; at most begun

	mu      sync.Mutex
	waiting []batch       // committed, not durable yet
	busy    bool          // a sync is under way
	over    chan struct{} // closed, and made anew, when a sync is over
	err     error         // why nothing is durable any more

	work    chan struct{} // capacity 1: something waits
	stopped chan struct{}
}

// batch is one commit with those whose work it holds.
type batch struct {
	number int64
	turns  []*turn
}

// newSyncer syncs the log of the database at path, which must be open in WAL mode, so that the log is there until the database is closed.
// The delay is added to each sync.
func newSyncer(path string, delay time.Duration) (*syncer, error) {
	log, err := os.OpenFile(path+"-wal", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of the database: %w", err)
	}
	// A log that was just created is found after a power cut only where its folder was synced too.
	if err := syncFolder(filepath.Dir(path)); err != nil {
		_ = log.Close() // the folder's error says more
		return nil, err
	}
	s := &syncer{over: make(chan struct{}), work: make(chan struct{}, 1), stopped: make(chan struct{})}
	s.flush = func() error {
		err := syncData(log)
		if delay > 0 {
			time.Sleep(delay)
		}
		return err
	}
	go func() {
		defer log.Close() // nothing was written through it
		s.run()
	}()
	return s, nil
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open the folder of the database: %w", err)
	}
	defer f.Close() // only read
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync the folder of the database: %w", err)
	}
	return nil
}

// begin counts a commit before it is visible to readers. Its number must be handed over, whether it succeeds or not.
func (s *syncer) begin() int64 { return s.begun.Add(1) }

// hand leaves a commit to be made durable: then its turns are told.
func (s *syncer) hand(number int64, turns []*turn) {
	s.mu.Lock()
	s.waiting = append(s.waiting, batch{number, turns})
	s.mu.Unlock()
	select {
	case s.work <- struct{}{}:
	default:
	}
}

// pending returns nil where everything that was handed over is durable; otherwise a channel that is closed at the end of the sync under way.
func (s *syncer) pending() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.busy && len(s.waiting) == 0 {
		return nil
	}
	return s.over
}

// failed returns why no commit can be made durable any more, nil in health.
func (s *syncer) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *syncer) run() {
	defer close(s.stopped)
	for range s.work {
		for s.once() {
		}
	}
}

// once makes durable what waits, and reports whether there was anything.
func (s *syncer) once() bool {
	s.mu.Lock()
	todo, err := s.waiting, s.err
	s.waiting, s.busy = nil, len(todo) > 0
	s.mu.Unlock()
	if len(todo) == 0 {
		return false
	}
	if err == nil {
		if err = s.flush(); err != nil {
			// What the disk holds is unknown from here on, and a sync that succeeds later says nothing of what this one lost.
			err = fmt.Errorf("sync the log of the database; restart when the disk is well: %w", err)
		}
	}
	s.mu.Lock()
	s.err = err
	if err == nil {
		s.safe.Store(todo[len(todo)-1].number)
	}
	s.busy = false
	close(s.over)
	s.over = make(chan struct{})
	s.mu.Unlock()
	for _, b := range todo {
		for _, t := range b.turns {
			t.told <- err
		}
	}
	return true
}

// settled waits until all that a reader can have seen by now is durable.
func (s *syncer) settled(ctx context.Context) error {
	for seen := s.begun.Load(); s.safe.Load() < seen; {
		s.mu.Lock()
		safe, over, err := s.safe.Load(), s.over, s.err
		s.mu.Unlock()
		if err != nil {
			return err
		}
		if safe >= seen {
			return nil
		}
		select {
		case <-over:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// close ends the syncer once what it was handed is told. Nothing may be handed over any more.
func (s *syncer) close() {
	close(s.work)
	<-s.stopped
}
