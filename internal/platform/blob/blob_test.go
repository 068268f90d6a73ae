package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

func openStore(t *testing.T) (*Store, string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "files")
	s, err := OpenStore(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, folder
}

func put(t *testing.T, s *Store, content string) Ref {
	t.Helper()
	ref, err := s.Put(t.Context(), strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func exists(t *testing.T, s *Store, hash string) bool {
	t.Helper()
	f, err := s.Open(t.Context(), hash)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	return true
}

func write(t *testing.T, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// files lists what lies in the folder, unfinished files included.
func files(t *testing.T, folder string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, e.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestPutAndOpen(t *testing.T) {
	t.Parallel()
	s, folder := openStore(t)
	const hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // SHA-256 of "hello"
	for range 2 {
		if ref := put(t, s, "hello"); ref != (Ref{hello, 5}) {
			t.Errorf("Put = %+v", ref)
		}
	}
	if names := files(t, folder); len(names) != 1 || names[0] != hello {
		t.Errorf("files %v, want one", names)
	}
	f, err := s.Open(t.Context(), hello)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Seek(1, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(f); err != nil || string(data) != "ello" {
		t.Errorf("read %q, %v", data, err)
	}
	if _, err := s.ReadAll(t.Context(), hello, 4); err == nil {
		t.Error("ReadAll of 5 bytes with a limit of 4 succeeded")
	}
	if info, err := os.Stat(filepath.Join(folder, hello[:2], hello[2:4], hello)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file: %v, %v", info, err)
	}
}

func TestOpenTakesNoPath(t *testing.T) {
	t.Parallel()
	s, _ := openStore(t)
	for _, hash := range []string{"", "..", "../../etc/passwd", strings.Repeat("A", 64), strings.Repeat("/", 64), strings.Repeat("0", 63)} {
		if _, err := s.Open(t.Context(), hash); !errors.Is(err, ErrInvalidHash) {
			t.Errorf("Open(%q): %v, want ErrInvalidHash", hash, err)
		}
	}
	if _, err := s.Open(t.Context(), strings.Repeat("0", 64)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of nothing: %v, want ErrNotExist", err)
	}
}

type brokenReader struct{ left int }

func (r *brokenReader) Read(p []byte) (int, error) {
	if r.left--; r.left < 0 {
		return 0, errors.New("cut off")
	}
	return copy(p, "some bytes"), nil
}

func TestBrokenUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	s, folder := openStore(t)
	if _, err := s.Put(t.Context(), &brokenReader{3}); err == nil {
		t.Error("Put of a broken upload succeeded")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Put(ctx, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("Put with a cancelled context: %v", err)
	}
	if names := files(t, folder); len(names) != 0 {
		t.Errorf("left behind: %v", names)
	}
}

// TestDamagedFileIsReplaced stores content again whose file was cut short.
func TestDamagedFileIsReplaced(t *testing.T) {
	t.Parallel()
	s, folder := openStore(t)
	ref := put(t, s, "whole content")
	if err := os.Truncate(filepath.Join(folder, ref.Hash[:2], ref.Hash[2:4], ref.Hash), 3); err != nil {
		t.Fatal(err)
	}
	put(t, s, "whole content")
	if data, err := s.ReadAll(t.Context(), ref.Hash, 100); err != nil || string(data) != "whole content" {
		t.Errorf("read %q, %v", data, err)
	}
}

func TestPutAtOnce(t *testing.T) {
	t.Parallel()
	s, folder := openStore(t)
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			if _, err := s.Put(t.Context(), bytes.NewReader(bytes.Repeat([]byte{byte(i % 4)}, 50_000))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if names := files(t, folder); len(names) != 4 {
		t.Errorf("%d files, want 4", len(names))
	}
}

func TestSweepTakesOnlyWhatIsLongUnused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, folder := openStore(t)
		age := func(ref Ref, by time.Duration) {
			at := time.Now().Add(-by)
			if err := s.root.Chtimes(fileOf(ref.Hash), at, at); err != nil {
				t.Fatal(err)
			}
			dbtest.Exec(t, d, fmt.Sprintf("UPDATE blob SET touched_at = %d WHERE hash = '%s'", at.UnixMicro(), ref.Hash))
		}
		const old, young = 25 * time.Hour, 23 * time.Hour
		kept, twice, orphan, fresh, released, recently := put(t, s, "kept"), put(t, s, "twice"), put(t, s, "orphan"), put(t, s, "fresh"), put(t, s, "released"), put(t, s, "recently released")
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			for _, r := range []Ref{kept, twice, twice, released, recently} {
				if err := Keep(ctx, tx, r); err != nil {
					return err
				}
			}
			for _, r := range []Ref{twice, released, recently} {
				if err := Release(ctx, tx, r.Hash); err != nil {
					return err
				}
			}
			return nil
		})
		for _, r := range []Ref{kept, twice, orphan, released} {
			age(r, old)
		}
		age(fresh, young)
		age(recently, young)
		half := filepath.Join(folder, incoming, "half")
		if err := os.WriteFile(half, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(half, time.Now().Add(-old), time.Now().Add(-old)); err != nil {
			t.Fatal(err)
		}
		node, err := cluster.Join(t.Context(), d, cluster.Options{Instance: "backup", Logger: dbtest.Logger(t)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := node.Acquire(t.Context(), BackupLease); err != nil {
			t.Fatal(err)
		}
		if swept, err := s.Sweep(t.Context(), d, dbtest.Logger(t)); err != nil || swept.Files != 0 {
			t.Errorf("Sweep during a backup: %+v, %v", swept, err)
		}
		if err := node.Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
		swept, err := s.Sweep(t.Context(), d, dbtest.Logger(t))
		if err != nil || swept != (Swept{Files: 2, Bytes: int64(len("orphan") + len("released"))}) {
			t.Errorf("Sweep = %+v, %v", swept, err)
		}
		for ref, want := range map[Ref]bool{kept: true, twice: true, fresh: true, recently: true, orphan: false, released: false} {
			if got := exists(t, s, ref.Hash); got != want {
				t.Errorf("file of %d bytes exists: %v, want %v", ref.Size, got, want)
			}
		}
		if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("unfinished file: %v, want it gone", err)
		}
	})
}

// TestPutSavesFromTheSweep asks for content that is about to be swept: its file stays until the new reference can be committed.
func TestPutSavesFromTheSweep(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := openStore(t)
		ref := put(t, s, "again")
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			if err := Keep(ctx, tx, ref); err != nil {
				return err
			}
			return Release(ctx, tx, ref.Hash)
		})
		dbtest.Exec(t, d, "UPDATE blob SET touched_at = 1")
		past := time.Now().Add(-30 * time.Hour)
		if err := s.root.Chtimes(fileOf(ref.Hash), past, past); err != nil {
			t.Fatal(err)
		}
		put(t, s, "again")
		if _, err := s.Sweep(t.Context(), d, dbtest.Logger(t)); err != nil {
			t.Fatal(err)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return Keep(ctx, tx, ref) })
		if !exists(t, s, ref.Hash) {
			t.Error("the file was swept between Put and Keep")
		}
	})
}

func TestEraseLeavesWhatOthersUse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := openStore(t)
		ref := put(t, s, "personal")
		erase := func(want bool) {
			t.Helper()
			if got, err := s.Erase(t.Context(), d, ref.Hash); err != nil || got != want || exists(t, s, ref.Hash) == want {
				t.Errorf("Erase = %v, %v, want %v; exists: %v", got, err, want, exists(t, s, ref.Hash))
			}
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return errors.Join(Keep(ctx, tx, ref), Keep(ctx, tx, ref)) })
		erase(false) // just stored
		s.recent.at[ref.Hash] = time.Now().Add(-time.Hour)
		erase(false)
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return Release(ctx, tx, ref.Hash) })
		erase(false)
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return Release(ctx, tx, ref.Hash) })
		erase(true)
		err := d.Write(t.Context(), func(tx *db.Tx) error { return Release(t.Context(), tx, ref.Hash) })
		if err == nil {
			t.Error("Release of what is gone succeeded")
		}
	})
}
