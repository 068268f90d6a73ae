package blob

import (
	"context"
	"fmt"
	"time"

	"tellus/internal/platform/db"
)

// BackupLease is the cluster's lease that a backup holds from before it copies the database until it has copied the blobs: nothing is swept meanwhile.
const BackupLease = "backup"

// unusedFor is how long a file must have had no reference before it is swept.
const unusedFor = 24 * time.Hour

// Keep adds a reference to a stored file. Each row that names a hash holds one; Release gives it back. It returns ErrRemoving where the file was not stored
// within the last day and is being removed.
func Keep(ctx context.Context, tx *db.Tx, ref Ref) error {
	if !validHash(ref.Hash) {
		return fmt.Errorf("keep blob: %w", ErrInvalidHash)
	}
	n, err := tx.Exec(ctx, `INSERT INTO blob (hash, size, refs, touched_at) VALUES ($1, $2, 1, $3)
		ON CONFLICT (hash) DO UPDATE SET refs = blob.refs + 1, touched_at = EXCLUDED.touched_at, removing_at = 0
		WHERE blob.removing_at < $4`, ref.Hash, ref.Size, tx.Now, tx.Now.Add(-abandoned))
	if err == nil && n == 0 {
		err = ErrRemoving
	}
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
	erase := s.eraseAlone
	if s.shared != nil {
		erase = s.eraseShared
	}
	gone, err := erase(ctx, d, hash)
	if err != nil {
		return false, fmt.Errorf("erase blob: %w", err)
	}
	return gone, nil
}

func (s *Store) eraseAlone(ctx context.Context, d *db.DB, hash string) (bool, error) {
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
		err = s.place.remove(ctx, hash)
	}
	return err == nil && refs == 0, err
}

func (s *Store) eraseShared(ctx context.Context, d *db.DB, hash string) (bool, error) {
	var marked int64
	err := d.Write(ctx, func(tx *db.Tx) (err error) {
		// A file without a row is marked too.
		marked, err = tx.Exec(ctx, `INSERT INTO blob (hash, size, refs, touched_at, removing_at) VALUES ($1, 0, 0, $2, $2)
			ON CONFLICT (hash) DO UPDATE SET removing_at = EXCLUDED.removing_at
			WHERE blob.refs = 0 AND blob.put_at < $3 AND blob.removing_at < $4`, hash, tx.Now, tx.Now.Add(-recently), tx.Now.Add(-abandoned))
		return err
	})
	if err != nil || marked == 0 {
		return false, err
	}
	_, err = s.removeMarked(ctx, d, hash)
	return err == nil, err
}
