// Package blob keeps files by the hash of their content: attachments, large raw mails, recordings. They lie in a folder of the disk or in a bucket of
// an S3-compatible store; the package owns that place and the table blob. A file is durable before Put returns; the caller's transaction then takes
// a reference with Keep. What nothing refers to is swept a day later, so that a file whose transaction failed, or is about to commit, is never missed.
package blob

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"sync"
	"time"

	"tellus/internal/platform/db"
)

// Ref names a stored file.
type Ref struct {
	Hash string `json:"hash"` // SHA-256 of the content, 64 lower-case hexadecimal digits
	Size int64  `json:"size"` // bytes
}

// Store keeps files. It is safe for concurrent use.
type Store struct {
	place    place
	spool    *spool
	shared   *db.DB         // where other processes may remove what is stored here: they are told (claim.go); nil where there are none
	locks    [64]sync.Mutex // by hash, where not shared: between "it is there already" and a removal
	recent   recentPuts
	sweeping sync.Mutex // one sweep at a time, also where two hours come due at once
	listed   time.Time  // when a sweep last searched a shared place
}

// place is where files lie: a folder, a bucket.
type place interface {
	// put makes a spooled file durable under its hash. What is there already is good for another day.
	put(ctx context.Context, f *spooled, ref Ref) error
	// open returns fs.ErrNotExist where there is no such file.
	open(ctx context.Context, hash string) (io.ReadSeekCloser, error)
	// stat returns fs.ErrNotExist where there is no such file.
	stat(ctx context.Context, hash string) (found, error)
	// remove deletes a file for good; a missing one is no error.
	remove(ctx context.Context, hash string) error
	// each tells, a portion at a time, of all files that were last stored before some time.
	each(ctx context.Context, before time.Time, fn func([]found) error) error
	close() error
}

// found is a file that lies in a place.
type found struct {
	hash string
	size int64
	at   time.Time // when it was last stored
}

// ErrInvalidHash is returned for what is not a hash in Ref's form.
var ErrInvalidHash = errors.New("not a blob's hash")

// Share tells the store that other processes, which work with the same database, store and remove files in the same place. Call it before the store is used.
func (s *Store) Share(d *db.DB) { s.shared = d }

// Close gives the place up.
func (s *Store) Close() error { return errors.Join(s.place.close(), s.spool.close()) }

// Put stores what r holds and returns once it survives a power cut. Storing the same content twice stores it once. Nothing is held in memory. ctx is
// looked at between reads.
func (s *Store) Put(ctx context.Context, r io.Reader) (Ref, error) {
	ref, err := s.put(ctx, r)
	if err != nil {
		return Ref{}, fmt.Errorf("store blob: %w", err)
	}
	return ref, nil
}

func (s *Store) put(ctx context.Context, r io.Reader) (ref Ref, err error) {
	f, ref, err := s.spool.fill(ctx, r)
	if err != nil {
		return Ref{}, err
	}
	defer func() { err = errors.Join(err, f.discard()) }()
	if s.shared != nil {
		return ref, s.putShared(ctx, f, ref)
	}
	lock := s.lock(ref.Hash)
	lock.Lock()
	defer lock.Unlock()
	s.recent.add(ref.Hash)
	return ref, s.place.put(ctx, f, ref)
}

// Open opens a stored file for reading, while ctx lives. It returns fs.ErrNotExist where there is none.
func (s *Store) Open(ctx context.Context, hash string) (io.ReadSeekCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !validHash(hash) {
		return nil, fmt.Errorf("open blob: %w", ErrInvalidHash)
	}
	f, err := s.place.open(ctx, hash)
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	return f, nil
}

// Later is Open put off to the first read, for who stands in a transaction, which must not wait for a network.
func (s *Store) Later(ctx context.Context, hash string) io.ReadCloser {
	return &later{open: func() (io.ReadCloser, error) { return s.Open(ctx, hash) }}
}

type later struct {
	open func() (io.ReadCloser, error)
	r    io.ReadCloser
}

func (l *later) Read(p []byte) (int, error) {
	if l.r == nil {
		r, err := l.open()
		if err != nil {
			return 0, err
		}
		l.r = r
	}
	return l.r.Read(p)
}

func (l *later) Close() error {
	if l.r == nil {
		return nil
	}
	return l.r.Close()
}

// ReadAll returns a stored file whole, and an error where it is larger than most bytes.
func (s *Store) ReadAll(ctx context.Context, hash string, most int64) ([]byte, error) {
	f, err := s.Open(ctx, hash)
	if err != nil {
		return nil, err
	}
	defer f.Close() // read side only
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fmt.Errorf("read blob: %w", err)
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("read blob: larger than %d bytes", most)
	}
	return data, nil
}

func (s *Store) lock(hash string) *sync.Mutex {
	b, err := hex.DecodeString(hash[:2])
	if err != nil {
		return &s.locks[0]
	}
	return &s.locks[b[0]%byte(len(s.locks))]
}

// fileOf spreads files over 65,536 folders. It is the same in every place, so that any program that copies folders to a bucket moves a store.
func fileOf(hash string) string { return path.Join(hash[:2], hash[2:4], hash) }

func validHash(hash string) bool {
	if len(hash) != hashDigits {
		return false
	}
	for _, c := range []byte(hash) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// recentPuts remembers what was asked to be stored within the last minutes.
type recentPuts struct {
	mu sync.Mutex
	at map[string]time.Time
}

// recently is how long after a Put its reference may still be uncommitted, for who would erase the file at once.
const recently = 10 * time.Minute

func (r *recentPuts) add(hash string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at == nil {
		r.at = map[string]time.Time{}
	}
	if len(r.at) >= 10_000 {
		for h, at := range r.at {
			if time.Since(at) > recently {
				delete(r.at, h)
			}
		}
	}
	r.at[hash] = time.Now()
}

func (r *recentPuts) has(hash string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.at[hash]
	return ok && time.Since(at) <= recently
}
