package db

import (
	"context"
	"database/sql"
	"log/slog"
	"sync/atomic"
	"time"
)

const (
	checkpointAfter = 48              // commits, after which the log is looked at
	checkpointLate  = 2 * time.Second // or so long after a commit
	logFull         = 16_000          // pages, 64 MB: the log is copied to its end, so that it can begin anew
)

// checkpointer copies the log into the database beside the writer, who begins the log anew once all of it is copied and nobody reads from it
// (PRAGMA wal_checkpoint(PASSIVE): waits for nobody, nobody waits for it). A writer without a pause never lets it reach the end: when the log has become long, the writer copies the little that is left.
type checkpointer struct {
	db      *sql.DB
	log     *slog.Logger
	commits int
	full    atomic.Bool   // the writer is to copy the rest
	due     chan struct{} // capacity 1
	later   *time.Timer
	closed  chan struct{}
	stopped chan struct{}
}

func newCheckpointer(path string, log *slog.Logger) *checkpointer {
	c := &checkpointer{
		db: sql.OpenDB(&sqliteConnector{dsn: sqliteDSN(path, "cache_size(-1000)"), keep: 4}), log: log,
		due: make(chan struct{}, 1), closed: make(chan struct{}), stopped: make(chan struct{}),
	}
	c.db.SetMaxOpenConns(1)
	c.later = time.AfterFunc(checkpointLate, c.wake)
	go c.run()
	return c
}

func (c *checkpointer) wake() {
	select {
	case c.due <- struct{}{}:
	default:
	}
}

// committed is called by the writer after each commit.
func (c *checkpointer) committed(ctx context.Context, writer *sql.Conn) {
	if c.full.Swap(false) {
		c.copy(ctx, writer)
	}
	if c.commits++; c.commits%checkpointAfter == 0 {
		c.wake()
		return
	}
	c.later.Reset(checkpointLate)
}

func (c *checkpointer) run() {
	defer close(c.stopped)
	for {
		select {
		case <-c.due:
			pages, copied := c.copy(context.Background(), c.db)
			c.full.Store(pages > logFull && copied < pages)
		case <-c.closed:
			return
		}
	}
}

// copy copies what no reader forbids, and returns how many pages the log has and how many of them are in the database.
func (c *checkpointer) copy(ctx context.Context, conn interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}) (pages, copied int) {
	var busy int // another copies at the same time
	if err := conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &copied); err != nil {
		// Nothing is lost: the log holds it all, and grows until a later one succeeds.
		c.log.Warn("copy the log into the database", "error", err)
	}
	return pages, copied
}

// close stops the copying; the last connection of the database that is closed copies what is left.
func (c *checkpointer) close() {
	c.later.Stop()
	close(c.closed)
	<-c.stopped
	_ = c.db.Close() // it holds nothing
}
