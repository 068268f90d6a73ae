package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tellus/internal/platform/blob/blobtest"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// home is a store in a test, with what can be done to it past its own door.
type home struct {
	*Store
	folder string // of a disk, or where content waits for its hash
	server *blobtest.Server
}

// kinds are the places that every rule of this package is held to.
var kinds = []struct {
	name   string
	bucket bool
	shared bool
}{{"disk", false, false}, {"shared disk", false, true}, {"bucket", true, true}}

// eachPlace runs f on every kind of place, with a database where the kind needs one.
func eachPlace(t *testing.T, f func(t *testing.T, h home)) {
	t.Helper()
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			h := openHome(t, k.bucket)
			if k.shared {
				h.Share(dbtest.SQLite(t))
			}
			f(t, h)
		})
	}
}

// eachPlaceAndDatabase is eachPlace on either database.
func eachPlaceAndDatabase(t *testing.T, f func(t *testing.T, h home, d *db.DB)) {
	t.Helper()
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				h := openHome(t, k.bucket)
				if k.shared {
					h.Share(d)
				}
				f(t, h, d)
			})
		})
	}
}

func openHome(t *testing.T, inBucket bool) home {
	t.Helper()
	h := home{folder: filepath.Join(t.TempDir(), "files")}
	var err error
	if inBucket {
		h.server = blobtest.Start(t)
		h.Store, err = OpenS3(h.server.Location(), h.folder)
	} else {
		h.Store, err = OpenStore(h.folder)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// names lists what lies in the place, and what is unfinished.
func (h home) names(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir(h.folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, e.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if h.server != nil {
		for _, key := range h.server.Keys() {
			names = append(names, path.Base(key))
		}
	}
	return names
}

// replace puts something else where a file lies, as old as that.
func (h home) replace(t *testing.T, hash, content string, old time.Duration) {
	t.Helper()
	if h.server != nil {
		h.server.Age(old)
		h.server.Replace("desk/"+fileOf(hash), content)
		h.server.Age(0)
		return
	}
	file := filepath.Join(h.folder, fileOf(hash))
	err := os.WriteFile(file, []byte(content), 0o600)
	at := time.Now().Add(-old)
	if err = errors.Join(err, os.Chtimes(file, at, at)); err != nil {
		t.Fatal(err)
	}
}

// age makes a file, and what the database says of it, older.
func (h home) age(t *testing.T, d *db.DB, ref Ref, content string, by time.Duration) {
	t.Helper()
	h.replace(t, ref.Hash, content, by)
	at := time.Now().Add(-by).UnixMicro()
	dbtest.Exec(t, d, fmt.Sprintf("UPDATE blob SET touched_at = %d, put_at = put_at * 0 + %d WHERE hash = '%s'", at, at, ref.Hash))
}

func put(t *testing.T, s home, content string) Ref {
	t.Helper()
	ref, err := s.Put(t.Context(), strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func exists(t *testing.T, s home, hash string) bool {
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

func TestPutAndOpen(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, h home) {
		const hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // SHA-256 of "hello"
		for range 2 {
			if ref := put(t, h, "hello"); ref != (Ref{hello, 5}) {
				t.Errorf("Put = %+v", ref)
			}
		}
		if names := h.names(t); len(names) != 1 || names[0] != hello {
			t.Errorf("files %v, want one", names)
		}
		f, err := h.Open(t.Context(), hello)
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
		if _, err := h.ReadAll(t.Context(), hello, 4); err == nil {
			t.Error("ReadAll of 5 bytes with a limit of 4 succeeded")
		}
		if h.server != nil {
			return
		}
		if info, err := os.Stat(filepath.Join(h.folder, hello[:2], hello[2:4], hello)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("file: %v, %v", info, err)
		}
	})
}

func TestNothingIsAFileToo(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, h home) {
		ref := put(t, h, "")
		if data, err := h.ReadAll(t.Context(), ref.Hash, 0); err != nil || len(data) != 0 {
			t.Errorf("ReadAll of an empty file = %q, %v", data, err)
		}
	})
}

// TestARangeIsServed is what a browser does that goes on with a download, and what it gets.
func TestARangeIsServed(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, h home) {
		content := strings.Repeat("0123456789", 50_000)
		ref := put(t, h, content)
		for asked, want := range map[string]string{"": content, "bytes=499990-": "0123456789", "bytes=3-6": "3456", "bytes=-4": "6789", "bytes=0-": content} {
			f, err := h.Open(t.Context(), ref.Hash)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			if asked != "" {
				r.Header.Set("Range", asked)
			}
			w := httptest.NewRecorder()
			http.ServeContent(w, r, "", time.Time{}, f)
			if got := w.Body.String(); got != want {
				t.Errorf("Range %q: %d bytes, want %d", asked, len(got), len(want))
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestLaterOpensWithTheFirstRead(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, h home) {
		f := h.Later(t.Context(), put(t, h, "raw mail").Hash)
		if data, err := io.ReadAll(f); err != nil || string(data) != "raw mail" {
			t.Errorf("read %q, %v", data, err)
		}
		missing := h.Later(t.Context(), strings.Repeat("0", 64))
		if _, err := io.ReadAll(missing); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("read of nothing: %v, want ErrNotExist", err)
		}
		if err := errors.Join(f.Close(), missing.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestOpenTakesNoPath(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, h home) {
		for _, hash := range []string{"", "..", "../../etc/passwd", strings.Repeat("A", 64), strings.Repeat("/", 64), strings.Repeat("0", 63)} {
			if _, err := h.Open(t.Context(), hash); !errors.Is(err, ErrInvalidHash) {
				t.Errorf("Open(%q): %v, want ErrInvalidHash", hash, err)
			}
		}
		if _, err := h.Open(t.Context(), strings.Repeat("0", 64)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open of nothing: %v, want ErrNotExist", err)
		}
	})
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
	eachPlace(t, func(t *testing.T, h home) {
		if _, err := h.Put(t.Context(), &brokenReader{3}); err == nil {
			t.Error("Put of a broken upload succeeded")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := h.Put(ctx, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
			t.Errorf("Put with a cancelled context: %v", err)
		}
		if names := h.names(t); len(names) != 0 {
			t.Errorf("left behind: %v", names)
		}
	})
}

// TestDamagedFileIsReplaced stores content again whose file was cut short.
func TestDamagedFileIsReplaced(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, h home) {
		ref := put(t, h, "whole content")
		h.replace(t, ref.Hash, "who", 0)
		put(t, h, "whole content")
		if data, err := h.ReadAll(t.Context(), ref.Hash, 100); err != nil || string(data) != "whole content" {
			t.Errorf("read %q, %v", data, err)
		}
	})
}

func TestPutAtOnce(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, h home) {
		var wg sync.WaitGroup
		for i := range 32 {
			wg.Go(func() {
				if _, err := h.Put(t.Context(), bytes.NewReader(bytes.Repeat([]byte{byte(i % 4)}, 50_000))); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if names := h.names(t); len(names) != 4 {
			t.Errorf("%d files, want 4", len(names))
		}
	})
}

func TestSweepTakesOnlyWhatIsLongUnused(t *testing.T) {
	t.Parallel()
	eachPlaceAndDatabase(t, func(t *testing.T, h home, d *db.DB) {
		const old, young = 25 * time.Hour, 23 * time.Hour
		refs := map[string]Ref{}
		for _, content := range []string{"kept", "twice", "orphan", "fresh", "released", "recently released"} {
			refs[content] = put(t, h, content)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			for _, content := range []string{"kept", "twice", "twice", "released", "recently released"} {
				if err := Keep(ctx, tx, refs[content]); err != nil {
					return err
				}
			}
			for _, content := range []string{"twice", "released", "recently released"} {
				if err := Release(ctx, tx, refs[content].Hash); err != nil {
					return err
				}
			}
			return nil
		})
		for content, ref := range refs {
			by := old
			if content == "fresh" || content == "recently released" {
				by = young
			}
			h.age(t, d, ref, content, by)
		}
		// What a database knows nothing of: one that was restored to a time before.
		stranger := put(t, h, "stranger")
		dbtest.Exec(t, d, "DELETE FROM blob WHERE hash = '"+stranger.Hash+"'")
		h.replace(t, stranger.Hash, "stranger", old)
		half := filepath.Join(h.folder, incoming, "half")
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
		if swept, err := h.Sweep(t.Context(), d, dbtest.Logger(t)); err != nil || swept.Files != 0 {
			t.Errorf("Sweep during a backup: %+v, %v", swept, err)
		}
		if err := node.Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
		swept, err := h.Sweep(t.Context(), d, dbtest.Logger(t))
		if err != nil || swept != (Swept{Files: 3, Bytes: int64(len("orphan") + len("released") + len("stranger"))}) {
			t.Errorf("Sweep = %+v, %v", swept, err)
		}
		for content, want := range map[string]bool{"kept": true, "twice": true, "fresh": true, "recently released": true, "orphan": false, "released": false} {
			if got := exists(t, h, refs[content].Hash); got != want {
				t.Errorf("the file %q exists: %v, want %v", content, got, want)
			}
		}
		if exists(t, h, stranger.Hash) {
			t.Error("a file without a row is still there")
		}
		if n := dbtest.Int(t, d, "SELECT COUNT(*) FROM blob WHERE removing_at > 0"); n != 0 {
			t.Errorf("%d rows still say that their file is being removed", n)
		}
		if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("unfinished file: %v, want it gone", err)
		}
	})
}

// TestPutSavesFromTheSweep asks for content that is about to be swept: its file stays until the new reference can be committed.
func TestPutSavesFromTheSweep(t *testing.T) {
	t.Parallel()
	eachPlaceAndDatabase(t, func(t *testing.T, h home, d *db.DB) {
		ref := put(t, h, "again")
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			if err := Keep(ctx, tx, ref); err != nil {
				return err
			}
			return Release(ctx, tx, ref.Hash)
		})
		h.age(t, d, ref, "again", 30*time.Hour)
		put(t, h, "again")
		if _, err := h.Sweep(t.Context(), d, dbtest.Logger(t)); err != nil {
			t.Fatal(err)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return Keep(ctx, tx, ref) })
		if !exists(t, h, ref.Hash) {
			t.Error("the file was swept between Put and Keep")
		}
	})
}

func TestEraseLeavesWhatOthersUse(t *testing.T) {
	t.Parallel()
	eachPlaceAndDatabase(t, func(t *testing.T, h home, d *db.DB) {
		ref := put(t, h, "personal")
		erase := func(want bool) {
			t.Helper()
			if got, err := h.Erase(t.Context(), d, ref.Hash); err != nil || got != want || exists(t, h, ref.Hash) == want {
				t.Errorf("Erase = %v, %v, want %v; exists: %v", got, err, want, exists(t, h, ref.Hash))
			}
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return errors.Join(Keep(ctx, tx, ref), Keep(ctx, tx, ref)) })
		erase(false)
		release := func() {
			write(t, d, func(ctx context.Context, tx *db.Tx) error { return Release(ctx, tx, ref.Hash) })
		}
		release()
		erase(false)
		release()
		erase(false) // it was just stored, perhaps for somebody else
		h.recent.add(ref.Hash)
		h.recent.at[ref.Hash] = time.Now().Add(-time.Hour)
		dbtest.Exec(t, d, fmt.Sprintf("UPDATE blob SET put_at = %d", time.Now().Add(-time.Hour).UnixMicro()))
		erase(true)
		err := d.Write(t.Context(), func(tx *db.Tx) error { return Release(t.Context(), tx, ref.Hash) })
		if err == nil {
			t.Error("Release of what is gone succeeded")
		}
		put(t, h, "personal")
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return Keep(ctx, tx, ref) })
		if !exists(t, h, ref.Hash) {
			t.Error("content that was erased cannot be stored again")
		}
	})
}
