package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"tellus/internal/platform/db"
)

// Where several processes share a place, a lock of one of them says nothing to the others; the row of a file does. Who is asked to store a
// file writes put_at first, and nobody removes it for a while. Who removes one writes removing_at first, and nobody counts on it: a Put waits until it is
// gone, a Keep fails. Both are writes to one row, so that one of two comes first.

// abandoned is how long a removal may take. What has lasted longer was given up with its process.
const abandoned = 3 * time.Minute

// removalTakes bounds what is asked of the place between the marks of a removal; it is well below abandoned.
const removalTakes = time.Minute

// longPut is how long storing may take before it is claimed anew, since who erases looks at the last claim.
const longPut = time.Minute

// ErrRemoving is returned for a reference to a file that is being removed: whoever asks stores it again.
var ErrRemoving = errors.New("the blob is being removed")

func (s *Store) putShared(ctx context.Context, f *spooled, ref Ref) error {
	if err := s.claim(ctx, ref); err != nil {
		return err
	}
	began := time.Now()
	if err := s.place.put(ctx, f, ref); err != nil {
		return err
	}
	if time.Since(began) > longPut {
		return s.claim(ctx, ref)
	}
	return nil
}

// claim keeps a file, which may not be there yet, from being removed within the next minutes, and from being swept within a day.
func (s *Store) claim(ctx context.Context, ref Ref) error {
	for {
		var claimed int64
		err := s.shared.Write(ctx, func(tx *db.Tx) (err error) {
			claimed, err = tx.Exec(ctx, `INSERT INTO blob (hash, size, refs, touched_at, put_at) VALUES ($1, $2, 0, $3, $3)
				ON CONFLICT (hash) DO UPDATE SET touched_at = EXCLUDED.touched_at, put_at = EXCLUDED.put_at, removing_at = 0
				WHERE blob.removing_at < $4`, ref.Hash, ref.Size, tx.Now, tx.Now.Add(-abandoned))
			return err
		})
		if err != nil {
			return fmt.Errorf("claim: %w", err)
		}
		if claimed > 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// removeMarked removes a file whose row was marked by the caller, and then the row.
func (s *Store) removeMarked(ctx context.Context, d *db.DB, hash string) (f found, err error) {
	short, cancel := context.WithTimeout(ctx, removalTakes)
	defer cancel()
	f, err = s.place.stat(short, hash)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return found{}, err
	}
	if err == nil {
		err = s.place.remove(short, hash)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return found{}, err
	}
	return f, d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM blob WHERE hash = $1 AND refs = 0 AND removing_at > 0", hash)
		return err
	})
}
