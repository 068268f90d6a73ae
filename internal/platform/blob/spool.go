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
	"time"
)

const (
	folderMode = 0o700
	fileMode   = 0o600
	incoming   = "incoming" // unfinished files
	hashDigits = 2 * sha256.Size
)

// spool is where content waits until its hash, and so its name, is known. A folder's own lies on the same file system, so that files can be renamed; a
// bucket's is the reason why a file of any size takes no memory, and can be sent again where the network failed.
type spool struct {
	root   *os.Root
	folder string // below root
}

func openSpool(root *os.Root, folder string) (*spool, error) {
	if err := root.Mkdir(folder, folderMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return &spool{root, folder}, nil
}

func (s *spool) close() error { return s.root.Close() }

// spooled is a file with content whose hash is known.
type spooled struct {
	*os.File
	root *os.Root
	name string // below root; empty once it has gone to its place
}

// fill writes what r holds to a new file.
func (s *spool) fill(ctx context.Context, r io.Reader) (*spooled, Ref, error) {
	name := path.Join(s.folder, rand.Text())
	file, err := s.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return nil, Ref{}, err
	}
	f := &spooled{file, s.root, name}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(f, sum), contextReader{ctx, r})
	if err != nil {
		return nil, Ref{}, errors.Join(err, f.discard())
	}
	return f, Ref{Hash: hex.EncodeToString(sum.Sum(nil)), Size: size}, nil
}

// discard closes the file and removes it where it has not gone to its place.
func (f *spooled) discard() error {
	if f.name == "" {
		return nil
	}
	err := errors.Join(f.Close(), f.root.Remove(f.name))
	f.name = ""
	return err
}

// sweep removes what a crash left half written before some time.
func (s *spool) sweep(before time.Time) error {
	entries, err := fs.ReadDir(s.root.FS(), s.folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.ModTime().Before(before) {
			continue
		}
		if err := s.root.Remove(path.Join(s.folder, e.Name())); err != nil {
			return fmt.Errorf("remove an unfinished file: %w", err)
		}
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
