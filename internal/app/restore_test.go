package app

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/migrations"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// backedUp fills from and returns a backup of it.
func backedUp(t *testing.T, from Config) (file string) {
	t.Helper()
	fill(t, from)
	file = filepath.Join(t.TempDir(), "desk.tar")
	if _, err := Backup(t.Context(), from, file); err != nil {
		t.Fatalf("Backup: %v", err)
	}
	return file
}

func TestRestoreRefusesADeskThatIsUsed(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, from, to Config) {
		file := backedUp(t, from)
		fill(t, to)
		write(t, to, func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO tag (name, name_key) VALUES ('only here', 'only here')`)
			return err
		})
		before := contents(t, to)
		if _, err := Restore(t.Context(), to, file, false); err == nil || !strings.Contains(err.Error(), "--force") {
			t.Errorf("Restore over a desk = %v, want a refusal that names --force", err)
		}
		if diff := cmp.Diff(before, contents(t, to)); diff != "" {
			t.Errorf("a refused restore changed the desk:\n%s", diff)
		}
		r, err := Restore(t.Context(), to, file, true)
		if err != nil {
			t.Fatalf("Restore with force: %v", err)
		}
		if tags := contents(t, to)["tag"]; len(tags) != 0 {
			t.Errorf("what was there before is still there: %v", tags)
		}
		aside, err := filepath.Glob(strings.TrimPrefix(to.Database, "sqlite:") + ".before-restore-*")
		if err != nil || !to.postgres() && (len(aside) != 1 || !strings.Contains(strings.Join(r.Notes, ""), aside[0])) {
			t.Errorf("the former database was not kept: %v %v %v", aside, r.Notes, err)
		}
	})
}

func TestRestoreRefusesADatabaseThatAServerWorksOn(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, from, to Config) {
		file := backedUp(t, from)
		if _, err := Migrate(t.Context(), to); err != nil {
			t.Fatal(err)
		}
		d := open(t, to)
		defer closed(t, d)
		node, err := cluster.Join(t.Context(), d, cluster.Options{Instance: "serve", Name: "desk-1", Level: migrations.Level})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(t.Context(), to, file, true); err == nil || !strings.Contains(err.Error(), "desk-1 works on this database") {
			t.Errorf("Restore beside a server = %v, want a refusal that names it", err)
		}
		if err := node.Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestRestoreForgetsTheProcessesOfTheBackup(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, from, to Config) {
		if _, err := Migrate(t.Context(), from); err != nil {
			t.Fatal(err)
		}
		d := open(t, from)
		node, err := cluster.Join(t.Context(), d, cluster.Options{Instance: "serve", Name: "desk-1", Level: migrations.Level})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := node.Acquire(t.Context(), "upkeep"); err != nil {
			t.Fatal(err)
		}
		dbtest.Exec(t, d, `INSERT INTO consumer_cursor (name, position, owner) VALUES ('live', 4, 99)`)
		file := filepath.Join(t.TempDir(), "desk.tar")
		if _, err := Backup(t.Context(), from, file); err != nil {
			t.Fatal(err)
		}
		if err := node.Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
		closed(t, d)
		if _, err := Restore(t.Context(), to, file, false); err != nil {
			t.Fatal(err)
		}
		d = open(t, to)
		defer closed(t, d)
		for query, want := range map[string]int64{
			"SELECT COUNT(*) FROM node":                                      0,
			"SELECT COUNT(*) FROM lease":                                     0,
			"SELECT owner FROM consumer_cursor WHERE name = 'live'":          0,
			"SELECT position FROM consumer_cursor WHERE name = 'live'":       4,
			"SELECT COUNT(*) FROM schema_migration WHERE oldest_binary <= 1": int64(len(contents(t, from)["schema_migration"])),
		} {
			if got := dbtest.Int(t, d, query); got != want {
				t.Errorf("%s = %d, want %d", query, got, want)
			}
		}
	})
}

func TestRestoreRefusesADamagedBackup(t *testing.T) {
	t.Parallel()
	from := Config{Data: t.TempDir(), Logger: dbtest.Logger(t)}
	data, err := os.ReadFile(backedUp(t, from))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(data, []byte("scan of a letter"))
	flipped := bytes.Clone(data)
	flipped[at] ^= 1
	for name, bad := range map[string][]byte{
		"a flipped bit":         flipped,
		"cut off in the middle": data[:len(data)/2],
		"without its checksums": data[:bytes.LastIndex(data, []byte(checksumsEntry))],
		"empty":                 {},
		"something else":        bytes.Repeat([]byte("not a backup "), 1000),
	} {
		file := filepath.Join(t.TempDir(), "bad.tar")
		if err := os.WriteFile(file, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		to := Config{Data: filepath.Join(t.TempDir(), "data"), Logger: dbtest.Logger(t)}
		if _, err := Restore(t.Context(), to, file, false); err == nil {
			t.Errorf("%s: Restore succeeds", name)
		}
		if _, err := os.Stat(to.Data); !os.IsNotExist(err) {
			t.Errorf("%s: a refused restore left a data folder", name)
		}
	}
}

// archive writes a tar of the given entries, with right checksums.
func archive(t *testing.T, entries ...[2]string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "made.tar")
	a, err := createArchive(file, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := a.addBytes(e[0], []byte(e[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.finish(); err != nil {
		t.Fatal(err)
	}
	return file
}

func manifest(change func(*Manifest)) string {
	m := Manifest{Format: archiveFormat, Version: "9.9", Database: "sqlite", Migrations: []string{"0001_platform"}}
	change(&m)
	data, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func TestRestoreRefusesWhatItCannotTake(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, want string }{
		{"a newer schema", archive(t, [2]string{manifestEntry, manifest(func(m *Manifest) { m.Migrations = append(m.Migrations, "9999_future") })}), "newer Tellus (9.9)"},
		{"a newer format", archive(t, [2]string{manifestEntry, manifest(func(m *Manifest) { m.Format = 2 })}), "format 2"},
		{"another database", archive(t, [2]string{manifestEntry, manifest(func(m *Manifest) { m.Database = "postgres" })}), "is of a database on postgres"},
		{"a path out of the folder", archive(t, [2]string{manifestEntry, manifest(func(*Manifest) {})}, [2]string{"blobs/../../evil", "x"}), "evil"},
		{"a file of another name", archive(t, [2]string{"readme", "x"}), "readme"},
		{"a file before the manifest", archive(t, [2]string{redactionsEntry, ""}, [2]string{manifestEntry, manifest(func(*Manifest) {})}), "begins with"},
		{"a file under another's hash", archive(t, [2]string{manifestEntry, manifest(func(*Manifest) {})}, [2]string{blobPrefix + sum("a"), "b"}), "another hash"},
	} {
		to := Config{Data: t.TempDir(), Logger: dbtest.Logger(t)}
		if _, err := Restore(t.Context(), to, c.file, false); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Restore = %v, want an error that says %q", c.name, err, c.want)
		}
		if _, err := os.Stat(to.in(databaseFile)); !os.IsNotExist(err) {
			t.Errorf("%s: Restore left a database", c.name)
		}
	}
}

func TestRestoreRedactsAgain(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, from, to Config) {
		file := backedUp(t, from)
		// Redacted after the backup; the journal is that of the folder restored into.
		erased := conversation.Erasure{Message: 21, At: 50, Kind: "erase"}
		if err := journal(to.in(redactionsFile))(erased); err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(t.Context(), to, file, false); err != nil {
			t.Fatalf("Restore: %v", err)
		}
		d := open(t, to)
		defer closed(t, d)
		for query, want := range map[string]int64{
			`SELECT COUNT(*) FROM message WHERE id = 21 AND text = '' AND erased_at = 50`: 1,
			`SELECT COUNT(*) FROM message WHERE id = 22 AND text <> ''`:                   1,
			`SELECT COUNT(*) FROM raw_mail`:                                               0,
			`SELECT COUNT(*) FROM attachment`:                                             0,
		} {
			if got := dbtest.Int(t, d, query); got != want {
				t.Errorf("%s = %d, want %d", query, got, want)
			}
		}
	})
}

func TestTheJournalIsMergedOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), redactionsFile)
	one := conversation.Erasure{Message: 1, At: desk.Time(1e15), Kind: "redact", Spans: []conversation.Span{{Start: 2, End: 5}}}
	two := conversation.Erasure{Message: 2, At: desk.Time(2e15), Kind: "erase"}
	write := journal(path)
	if err := write(two); err != nil {
		t.Fatal(err)
	}
	line := func(e conversation.Erasure) string {
		data, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return string(data) + "\n"
	}
	other := line(one) + line(two) + `{"message":3,"at":` // its machine stopped while it wrote
	want := []conversation.Erasure{one, two}
	for range 2 {
		got, err := mergeErasures(path, []byte(other))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("mergeErasures (-want +got):\n%s%v", diff, err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil || string(data) != line(one)+line(two) {
		t.Errorf("journal = %q, %v", data, err)
	}
}

func FuzzReadErasures(f *testing.F) {
	f.Add([]byte(`{"message":1,"at":"2026-01-01T00:00:00Z","kind":"redact","spans":[{"start":1,"end":2}]}` + "\n"))
	f.Add([]byte("{}\n\n{"))
	f.Add([]byte("x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := readErasures(data)
		if err == nil && len(entries) > bytes.Count(data, []byte("\n")) {
			t.Errorf("%d entries from %d lines", len(entries), bytes.Count(data, []byte("\n")))
		}
	})
}

func FuzzVerifyArchive(f *testing.F) {
	var whole bytes.Buffer
	w := tar.NewWriter(&whole)
	for _, e := range [][2]string{{manifestEntry, "{}"}, {checksumsEntry, sum("{}") + "  " + manifestEntry + "\n"}} {
		if err := w.WriteHeader(&tar.Header{Name: e[0], Size: int64(len(e[1])), Mode: 0o600}); err != nil {
			f.Fatal(err)
		}
		if _, err := io.WriteString(w, e[1]); err != nil {
			f.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0})
	f.Add([]byte{0x1f, 0x8b, 8, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := verifyEntries(bytes.NewReader(data))
		if err == nil && m.Format != archiveFormat {
			t.Errorf("took a backup of format %d", m.Format)
		}
	})
}
