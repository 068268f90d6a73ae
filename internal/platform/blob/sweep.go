package blob

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
)

// listEvery is how often a shared place is searched for files without a row. Since a row is written before the file there, such files come only from
// a database that was restored, and a large bucket is not listed for nothing.
const listEvery = 20 * time.Hour

// Swept tells what a sweep removed.
type Swept struct {
	Files int
	Bytes int64
}

// Sweep removes files that have had no reference for 24 hours: those whose last reference was given back, and those that never had a row because their
// transaction failed. It does nothing while a backup runs. It is meant to run about once a day, on one node.
func (s *Store) Sweep(ctx context.Context, d *db.DB, log *slog.Logger) (Swept, error) {
	s.sweeping.Lock()
	defer s.sweeping.Unlock()
	var done Swept
	if err := s.sweepRows(ctx, d, &done); err != nil {
		return done, fmt.Errorf("sweep blobs: %w", err)
	}
	if err := s.sweepFiles(ctx, d, &done); err != nil {
		return done, fmt.Errorf("sweep files: %w", err)
	}
	if done.Files > 0 {
		log.InfoContext(ctx, "unused files removed", "files", done.Files, "bytes", done.Bytes)
	}
	return done, nil
}

var errBackup = errors.New("a backup is running")

// backupRuns holds the answer for as long as tx lasts only on SQLite, so a sweep asks in each transaction and removes few files for one answer.
func backupRuns(ctx context.Context, tx *db.Tx) error {
	held, err := cluster.Held(ctx, tx, BackupLease)
	if err == nil && held {
		return errBackup
	}
	return err
}

// sweepRows takes what has been unused for long, a few rows at a time so that no writer waits long.
func (s *Store) sweepRows(ctx context.Context, d *db.DB, done *Swept) error {
	take := takeUnused
	if s.shared != nil {
		take = markUnused
	}
	for {
		var hashes []string
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			if err := backupRuns(ctx, tx); err != nil {
				return err
			}
			hashes, err = take(ctx, tx)
			return err
		})
		if errors.Is(err, errBackup) {
			return nil
		}
		if err != nil || len(hashes) == 0 {
			return err
		}
		for _, h := range hashes {
			if err := s.sweepFile(ctx, d, h, done); err != nil {
				return err
			}
		}
	}
}

// takeUnused deletes rows; a file that was asked for again meanwhile stays, and is found without a row when it is.
func takeUnused(ctx context.Context, tx *db.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `DELETE FROM blob WHERE refs = 0 AND hash IN (
		SELECT hash FROM blob WHERE refs = 0 AND touched_at < $1 ORDER BY touched_at LIMIT 100) RETURNING hash`, tx.Now.Add(-unusedFor))
	return db.Rows(rows, err, func(r *sql.Rows, h *string) error { return r.Scan(h) })
}

func markUnused(ctx context.Context, tx *db.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `UPDATE blob SET removing_at = $1 WHERE refs = 0 AND put_at < $2 AND removing_at < $3 AND hash IN (
		SELECT hash FROM blob WHERE refs = 0 AND touched_at < $2 AND put_at < $2 AND removing_at < $3 ORDER BY touched_at LIMIT 100) RETURNING hash`,
		tx.Now, tx.Now.Add(-unusedFor), tx.Now.Add(-abandoned))
	return db.Rows(rows, err, func(r *sql.Rows, h *string) error { return r.Scan(h) })
}

// sweepFiles looks for files without a row, and for what a crash left half written.
func (s *Store) sweepFiles(ctx context.Context, d *db.DB, done *Swept) error {
	before := d.Now().Time().Add(-unusedFor)
	if err := s.spool.sweep(before); err != nil {
		return err
	}
	now := d.Now().Time()
	if s.shared != nil && now.Sub(s.listed) < listEvery {
		return nil
	}
	err := s.place.each(ctx, before, func(old []found) error {
		unknown, err := s.withoutRow(ctx, d, old)
		if err != nil {
			return err
		}
		for _, h := range unknown {
			if err := s.sweepFile(ctx, d, h, done); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errBackup) {
		return nil
	}
	if err == nil {
		s.listed = now
	}
	return err
}

// withoutRow returns those files that no row names. In a shared place they have one afterwards, which says that they are being removed.
func (s *Store) withoutRow(ctx context.Context, d *db.DB, files []found) (unknown []string, err error) {
	run := d.Read
	if s.shared != nil {
		run = d.Write
	}
	err = run(ctx, func(tx *db.Tx) error {
		unknown = nil
		if err := backupRuns(ctx, tx); err != nil {
			return err
		}
		for _, f := range files {
			var n int64
			err := tx.Row(ctx, "SELECT COUNT(*) FROM blob WHERE hash = $1", f.hash).Scan(&n)
			if err == nil && n == 0 && s.shared != nil {
				n, err = tx.Exec(ctx, `INSERT INTO blob (hash, size, refs, touched_at, removing_at) VALUES ($1, $2, 0, $3, $3)
					ON CONFLICT (hash) DO NOTHING`, f.hash, f.size, tx.Now)
				n = 1 - n // whoever came first has it
			}
			if err != nil {
				return err
			}
			if n == 0 {
				unknown = append(unknown, f.hash)
			}
		}
		return nil
	})
	return unknown, err
}

// sweepFile removes the file of a row that was taken or marked.
func (s *Store) sweepFile(ctx context.Context, d *db.DB, hash string, done *Swept) error {
	var f found
	var err error
	if s.shared != nil {
		f, err = s.removeMarked(ctx, d, hash)
	} else {
		f, err = s.removeUnused(ctx, hash, d.Now().Time().Add(-unusedFor))
	}
	if err == nil && f.hash != "" {
		done.Files++
		done.Bytes += f.size
	}
	return err
}

// removeUnused removes a file unless Put was asked for its content since: its new reference may not be committed yet.
func (s *Store) removeUnused(ctx context.Context, hash string, before time.Time) (found, error) {
	lock := s.lock(hash)
	lock.Lock()
	defer lock.Unlock()
	f, err := s.place.stat(ctx, hash)
	if errors.Is(err, fs.ErrNotExist) {
		return found{}, nil
	}
	if err != nil || !f.at.Before(before) {
		return found{}, err
	}
	return f, s.place.remove(ctx, hash)
}
