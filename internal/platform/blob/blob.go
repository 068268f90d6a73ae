// Package blob keeps files by the hash of their content: attachments, large raw mails, recordings. It owns the table blob and the folder that it is
// given. A file is on disk, and its folder too, before Put returns; the caller's transaction then takes a reference with Keep. What nothing refers to
// is swept a day later, so that a file whose transaction failed, or is about to commit, is never missed.
package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"
	"time"
)

// Ref names a stored file.
type Ref struct {
	Hash string `json:"hash"` // SHA-256 of the content, 64 lower-case hexadecimal digits
	Size int64  `json:"size"` // bytes
}

// Store keeps files in a folder of the disk.
type Store struct {
	root   *os.Root
	locks  [64]sync.Mutex // by hash: between "it is there already" and a removal
	recent recentPuts
}

// ErrInvalidHash is returned for what is not a hash in Ref's form.
var ErrInvalidHash = errors.New("not a blob's hash")

const (
	folderMode = 0o700
	fileMode   = 0o600
	incoming   = "incoming" // unfinished files; on the same file system, so that they can be renamed
)

// OpenStore opens a folder, making it where it is missing.
func OpenStore(folder string) (*Store, error) {
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	if err := mkdir(root, incoming); err != nil {
		return nil, errors.Join(fmt.Errorf("open blob store: %w", err), root.Close())
	}
	return &Store{root: root}, nil
}

// Close gives the folder up.
func (s *Store) Close() error { return s.root.Close() }

// Put stores what r holds and returns once it survives a power cut. Storing the same content twice stores it once. ctx is looked at between reads.
func (s *Store) Put(ctx context.Context, r io.Reader) (Ref, error) {
	ref, err := s.put(ctx, r)
	if err != nil {
		return Ref{}, fmt.Errorf("store blob: %w", err)
	}
	return ref, nil
}

func (s *Store) put(ctx context.Context, r io.Reader) (ref Ref, err error) {
	temp := path.Join(incoming, rand.Text())
	f, err := s.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return Ref{}, err
	}
	defer func() {
		if temp != "" {
			err = errors.Join(err, f.Close(), s.root.Remove(temp))
		}
	}()
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(f, sum), contextReader{ctx, r})
	if err != nil {
		return Ref{}, err
	}
	ref = Ref{Hash: hex.EncodeToString(sum.Sum(nil)), Size: size}
	lock := s.lock(ref.Hash)
	lock.Lock()
	defer lock.Unlock()
	s.recent.add(ref.Hash)
	if there, err := s.touch(ref); err != nil || there {
		return ref, err
	}
	if err := f.Sync(); err != nil {
		return Ref{}, err
	}
	if err := f.Close(); err != nil {
		return Ref{}, err
	}
	if err := s.place(temp, ref.Hash); err != nil {
		return Ref{}, errors.Join(err, s.root.Remove(temp))
	}
	temp = ""
	return ref, nil
}

// touch reports whether the file is stored already, and keeps the sweep from it for another day.
func (s *Store) touch(ref Ref) (bool, error) {
	name := fileOf(ref.Hash)
	info, err := s.root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || info.Size() != ref.Size {
		return false, err // a wrong size is a file that was damaged: it is replaced
	}
	now := time.Now()
	return true, s.root.Chtimes(name, now, now)
}

// place moves a synced file where it belongs and syncs the folders whose entries are new.
func (s *Store) place(temp, hash string) error {
	name := fileOf(hash)
	outer, inner := hash[:2], path.Dir(name)
	for _, made := range []struct{ folder, parent string }{{outer, "."}, {inner, outer}} {
		err := s.root.Mkdir(made.folder, folderMode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil {
			err = s.syncFolder(made.parent)
		}
		if err != nil {
			return err
		}
	}
	if err := s.root.Rename(temp, name); err != nil {
		return err
	}
	if err := s.syncFolder(inner); err != nil {
		// Left there, it would pass for durable when the same content is stored again.
		return errors.Join(err, s.root.Rename(name, temp))
	}
	return nil
}

func (s *Store) syncFolder(name string) error {
	d, err := s.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open opens a stored file for reading. It returns fs.ErrNotExist where there is none.
func (s *Store) Open(ctx context.Context, hash string) (io.ReadSeekCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !validHash(hash) {
		return nil, fmt.Errorf("open blob: %w", ErrInvalidHash)
	}
	f, err := s.root.Open(fileOf(hash))
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	return f, nil
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

// remove deletes a file for good; a missing one is no error. The caller holds its lock.
func (s *Store) remove(hash string) error {
	err := s.root.Remove(fileOf(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.syncFolder(path.Dir(fileOf(hash)))
}

func (s *Store) lock(hash string) *sync.Mutex {
	b, err := hex.DecodeString(hash[:2])
	if err != nil {
		return &s.locks[0]
	}
	return &s.locks[b[0]%byte(len(s.locks))]
}

// fileOf spreads files over 65,536 folders.
func fileOf(hash string) string { return path.Join(hash[:2], hash[2:4], hash) }

func validHash(hash string) bool {
	if len(hash) != 2*sha256.Size {
		return false
	}
	for _, c := range []byte(hash) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func mkdir(root *os.Root, name string) error {
	if err := root.Mkdir(name, folderMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// recentPuts remembers what was asked to be stored within the last minutes.
type recentPuts struct {
	mu sync.Mutex
	at map[string]time.Time
}

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
