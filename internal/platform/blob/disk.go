package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"
)

// disk is a folder.
type disk struct {
	root *os.Root
}

// OpenStore opens a folder, making it where it is missing.
func OpenStore(folder string) (*Store, error) {
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	waiting, err := openSpool(root, incoming)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open blob store: %w", err), root.Close())
	}
	return &Store{place: disk{root}, spool: waiting}, nil
}

func (d disk) close() error { return nil } // the folder is closed with the spool in it

func (d disk) put(_ context.Context, f *spooled, ref Ref) error {
	if there, err := d.touch(ref); err != nil || there {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := d.move(f.name, ref.Hash); err != nil {
		return err
	}
	f.name = ""
	return f.Close()
}

// touch reports whether the file is stored already, and keeps the sweep from it for another day.
func (d disk) touch(ref Ref) (bool, error) {
	name := fileOf(ref.Hash)
	info, err := d.root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || info.Size() != ref.Size {
		return false, err // a wrong size is a file that was damaged: it is replaced
	}
	now := time.Now()
	err = d.root.Chtimes(name, now, now)
	if errors.Is(err, fs.ErrNotExist) { // removed by another process this moment
		return false, nil
	}
	return err == nil, err
}

// move puts a synced file where it belongs and syncs the folders whose entries are new.
func (d disk) move(temp, hash string) error {
	name := fileOf(hash)
	outer, inner := hash[:2], path.Dir(name)
	for _, made := range []struct{ folder, parent string }{{outer, "."}, {inner, outer}} {
		err := d.root.Mkdir(made.folder, folderMode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil {
			err = d.syncFolder(made.parent)
		}
		if err != nil {
			return err
		}
	}
	if err := d.root.Rename(temp, name); err != nil {
		return err
	}
	if err := d.syncFolder(inner); err != nil {
		// Left there, it would pass for durable when the same content is stored again.
		return errors.Join(err, d.root.Rename(name, temp))
	}
	return nil
}

func (d disk) syncFolder(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (d disk) open(_ context.Context, hash string) (io.ReadSeekCloser, error) {
	f, err := d.root.Open(fileOf(hash))
	if err != nil {
		return nil, err // a nil *os.File would not be a nil interface
	}
	return f, nil
}

func (d disk) stat(_ context.Context, hash string) (found, error) {
	info, err := d.root.Stat(fileOf(hash))
	if err != nil {
		return found{}, err
	}
	return found{hash, info.Size(), info.ModTime()}, nil
}

func (d disk) remove(_ context.Context, hash string) error {
	err := d.root.Remove(fileOf(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.syncFolder(path.Dir(fileOf(hash)))
}

// each tells of a folder at a time.
func (d disk) each(ctx context.Context, before time.Time, fn func([]found) error) error {
	return fs.WalkDir(d.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
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
			return fs.SkipDir
		}
		if path.Dir(name) == "." {
			return nil // the outer folders hold only folders
		}
		old, err := d.old(name, before)
		if err != nil || len(old) == 0 {
			return err
		}
		return fn(old)
	})
}

func (d disk) old(folder string, before time.Time) (old []found, err error) {
	entries, err := fs.ReadDir(d.root.FS(), folder)
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && validHash(e.Name()) && info.ModTime().Before(before) {
			old = append(old, found{e.Name(), info.Size(), info.ModTime()})
		}
	}
	return old, err
}
