package blob

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"time"

	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
)

// BackupLease is the cluster's lease that a backup holds from before it copies the database until it has copied the blobs: nothing is swept meanwhile.
const BackupLease = "backup"

// unusedFor is how long a file must have had no reference before it is swept.
const unusedFor = 24 * time.Hour

// Keep adds a reference to a stored file. Each row that names a hash holds one; Release gives it back.
func Keep(ctx context.Context, tx *db.Tx, ref Ref) error {
	if !validHash(ref.Hash) {
		return fmt.Errorf("keep blob: %w", ErrInvalidHash)
	}
	_, err := tx.Exec(ctx, `INSERT INTO blob (hash, size, refs, touched_at) VALUES ($1, $2, 1, $3)
		ON CONFLICT (hash) DO UPDATE SET refs = blob.refs + 1, touched_at = EXCLUDED.touched_at`, ref.Hash, ref.Size, tx.Now)
	if err != nil {
		return fmt.Errorf("keep blob: %w", err)
	}
	return nil
}

// Release gives one reference back. The last one leaves the file to the sweep.
func Release(ctx context.Context, tx *db.Tx, hash string) error {
	n, err := tx.Exec(ctx, "UPDATE blob SET refs = refs - 1, touched_at = $2 WHERE hash = $1 AND refs > 0", hash, tx.Now)
	if err != nil {
		return fmt.Errorf("release blob: %w", err)
	}
	if n == 0 {
		return fmt.Errorf("release blob: no reference to %q", hash)
	}
	return nil
}

// Erase removes a file at once, for the erasure of a message or a person, and reports whether it did. It does not where others still refer to the file,
// and not within ten minutes of a Put of the same content, whose reference may not be committed yet: then the caller asks again later, or leaves
// the file to the sweep.
func (s *Store) Erase(ctx context.Context, d *db.DB, hash string) (bool, error) {
	if !validHash(hash) {
		return false, fmt.Errorf("erase blob: %w", ErrInvalidHash)
	}
	lock := s.lock(hash)
	lock.Lock()
	defer lock.Unlock()
	if s.recent.has(hash) {
		return false, nil
	}
	var refs int64
	err := d.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM blob WHERE hash = $1 AND refs = 0", hash); err != nil {
			return err
		}
		return tx.Row(ctx, "SELECT COUNT(*) FROM blob WHERE hash = $1", hash).Scan(&refs)
	})
	if err == nil && refs == 0 {
		err = s.remove(hash)
	}
	if err != nil {
		return false, fmt.Errorf("erase blob: %w", err)
	}
	return refs == 0, nil
}

// Swept tells what a sweep removed.
type Swept struct {
	Files int
	Bytes int64
}

// Sweep removes files that have had no reference for 24 hours: those whose last reference was given back, and those that never had a row because their
// transaction failed. It does nothing while a backup runs. It is meant to run about once a day, on one node.
func (s *Store) Sweep(ctx context.Context, d *db.DB, log *slog.Logger) (Swept, error) {
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

// sweepRows deletes rows without references, a few at a time so that no writer waits long; the files follow in sweepFiles, which finds them without a row.
func (s *Store) sweepRows(ctx context.Context, d *db.DB, done *Swept) error {
	for {
		var hashes []string
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := backupRuns(ctx, tx); err != nil {
				return err
			}
			rows, err := tx.Query(ctx, `DELETE FROM blob WHERE refs = 0 AND hash IN (
				SELECT hash FROM blob WHERE refs = 0 AND touched_at < $1 ORDER BY touched_at LIMIT 100) RETURNING hash`, tx.Now.Add(-unusedFor))
			hashes, err = db.Rows(rows, err, func(r *sql.Rows, h *string) error { return r.Scan(h) })
			return err
		})
		if errors.Is(err, errBackup) {
			return nil
		}
		if err != nil || len(hashes) == 0 {
			return err
		}
		for _, h := range hashes {
			if err := s.removeUnused(h, d.Now().Time(), done); err != nil {
				return err
			}
		}
	}
}

// sweepFiles walks the folders for files without a row.
func (s *Store) sweepFiles(ctx context.Context, d *db.DB, done *Swept) error {
	return fs.WalkDir(s.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if !e.IsDir() {
			return nil
		}
		if name == incoming {
			if err := s.sweepIncoming(d.Now().Time()); err != nil {
				return err
			}
			return fs.SkipDir
		}
		if path.Dir(name) == "." {
			return nil // the outer folders hold only folders
		}
		return s.sweepFolder(ctx, d, name, done)
	})
}

// sweepFolder removes a folder's old files that no row names.
func (s *Store) sweepFolder(ctx context.Context, d *db.DB, name string, done *Swept) error {
	entries, err := fs.ReadDir(s.root.FS(), name)
	if err != nil {
		return err
	}
	var old []string
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && validHash(e.Name()) && info.ModTime().Before(d.Now().Time().Add(-unusedFor)) {
			old = append(old, e.Name())
		}
	}
	if len(old) == 0 {
		return nil
	}
	known := map[string]bool{}
	err = d.Read(ctx, func(tx *db.Tx) error {
		if err := backupRuns(ctx, tx); err != nil {
			return err
		}
		for _, h := range old {
			var n int
			if err := tx.Row(ctx, "SELECT COUNT(*) FROM blob WHERE hash = $1", h).Scan(&n); err != nil {
				return err
			}
			known[h] = n > 0
		}
		return nil
	})
	if errors.Is(err, errBackup) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, h := range old {
		if known[h] {
			continue
		}
		if err := s.removeUnused(h, d.Now().Time(), done); err != nil {
			return err
		}
	}
	return nil
}

// removeUnused removes a file unless Put was asked for its content within the last day: its new reference may not be committed yet.
func (s *Store) removeUnused(hash string, now time.Time, done *Swept) error {
	lock := s.lock(hash)
	lock.Lock()
	defer lock.Unlock()
	info, err := s.root.Stat(fileOf(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || info.ModTime().After(now.Add(-unusedFor)) {
		return err
	}
	if err := s.root.Remove(fileOf(hash)); err != nil {
		return err
	}
	done.Files++
	done.Bytes += info.Size()
	return nil
}

// sweepIncoming removes what a crash left half written.
func (s *Store) sweepIncoming(now time.Time) error {
	entries, err := fs.ReadDir(s.root.FS(), incoming)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || info.ModTime().After(now.Add(-unusedFor)) {
			continue
		}
		if err := s.root.Remove(path.Join(incoming, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
