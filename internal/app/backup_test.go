package app

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/migrations"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// eachStore runs f with an empty data folder and database of either kind, and with a second pair to restore into.
func eachStore(t *testing.T, f func(t *testing.T, from, to Config)) {
	t.Helper()
	config := func(t *testing.T, url string) Config {
		return Config{Data: t.TempDir(), Database: url, Logger: dbtest.Logger(t)}
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, config(t, dbtest.SQLiteURL(t)), config(t, dbtest.SQLiteURL(t)))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, config(t, dbtest.PostgresURL(t)), config(t, dbtest.PostgresURL(t)))
	})
}

// nasty is text that a dump by lines and tabs must not trip over.
const nasty = "tab\there\\N back\\slash\r\nsecond line \\. ūķš „quote“ 'single' \"double\""

var nastyBytes = []byte{0, 1, '\\', '\n', '\t', 0xff, 'x', 0}

// fill writes a small desk and a file, straight into the tables.
func fill(t *testing.T, c Config) (hash string) {
	t.Helper()
	if _, err := Migrate(t.Context(), c); err != nil {
		t.Fatalf("Migrate: %v", err)
	}
	blobs, err := c.openBlobs(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	ref, err := blobs.Put(t.Context(), strings.NewReader("scan of a letter"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, c, func(tx *db.Tx) error {
		if err := blob.Keep(t.Context(), tx, ref); err != nil {
			return err
		}
		for query, args := range map[string][]any{
			`INSERT INTO setting (name, value, sealed, updated_at) VALUES ('company', $1, $2, 5)`: {nasty, nastyBytes},
			`INSERT INTO spam_token (token, spam, ham) VALUES (9007199254740991, 3, 4)`:           nil,
		} {
			if _, err := tx.Exec(t.Context(), query, args...); err != nil {
				return err
			}
		}
		for _, query := range []string{
			`INSERT INTO agent (id, name, email, email_key, role, created_at) VALUES (7, 'Ann', 'ann@desk.test', 'ann@desk.test', 'owner', 1)`,
			`INSERT INTO inbox (id, kind, name, name_key, address, created_at) VALUES (3, 'email', 'Help', 'help', 'help@desk.test', 1)`,
			`INSERT INTO customer (id, name, name_key, created_at, touched_at) VALUES (4, 'Jānis', 'janis', 1, 1)`,
			`INSERT INTO conversation (id, number, inbox, customer, customer_name, address, channel, subject, subject_key, status, due_at, created_at, last_at)
				VALUES (11, 10001, 3, 4, 'Jānis', 'janis@home.test', 'email', 'Order', 1, 'open', 9, 1, 1)`,
			`INSERT INTO message (id, conversation, origin, inbox, kind, channel, author_kind, at, text) VALUES (21, 11, 11, 3, 'incoming', 'email', 'customer', 1, 'Where is it?')`,
			`INSERT INTO message (id, conversation, origin, inbox, kind, channel, author_kind, agent, at, text, state)
				VALUES (22, 11, 11, 3, 'outgoing', 'email', 'agent', 7, 2, 'On its way', 'queued')`,
			`INSERT INTO delivery (message, recipient, state, updated_at) VALUES (22, 'janis@home.test', 'queued', 2)`,
			`INSERT INTO arrival (id, inbox, source_id, received_at, envelope, size, message) VALUES (31, 3, 'a/1', 1, '{}', 8, 21)`,
			`UPDATE message SET arrival = 31 WHERE id = 21`,
		} {
			if _, err := tx.Exec(t.Context(), query); err != nil {
				return fmt.Errorf("%s: %w", query, err)
			}
		}
		if _, err := tx.Exec(t.Context(), `INSERT INTO raw_mail (arrival, data) VALUES (31, $1)`, nastyBytes); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `INSERT INTO attachment (message, name, type, size, blob, created_at) VALUES (21, $1, 'image/png', $2, $3, 1)`,
			nasty, ref.Size, ref.Hash)
		return err
	})
	return ref.Hash
}

func write(t *testing.T, c Config, fn func(tx *db.Tx) error) {
	t.Helper()
	d := open(t, c)
	defer closed(t, d)
	if err := d.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, c Config) *db.DB {
	t.Helper()
	d, err := c.openDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func closed(t *testing.T, d *db.DB) {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

// contents reads every table as rows of text.
func contents(t *testing.T, c Config) map[string][]string {
	t.Helper()
	d := open(t, c)
	defer closed(t, d)
	all := map[string][]string{}
	for _, table := range []string{"agent", "inbox", "customer", "conversation", "message", "delivery", "arrival", "raw_mail", "attachment",
		"setting", "spam_token", "blob", "event", "tag", "schema_migration"} {
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			rows, err := tx.Query(t.Context(), "SELECT * FROM "+table+" ORDER BY 1")
			if err != nil {
				return err
			}
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			all[table], err = db.Rows(rows, err, func(r *sql.Rows, line *string) error {
				values := make([]any, len(columns))
				into := make([]any, len(columns))
				for i := range values {
					into[i] = &values[i]
				}
				err := r.Scan(into...)
				for i, v := range values {
					if columns[i] != "applied_at" {
						*line += fmt.Sprintf("%s=%q ", columns[i], fmt.Sprint(v))
					}
				}
				return err
			})
			return err
		})
		if err != nil {
			t.Fatalf("read %s: %v", table, err)
		}
	}
	return all
}

func TestABackupRestoresEverything(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, from, to Config) {
		for _, end := range []string{".tar", ".tar.gz", ".tar.zst"} {
			if end != ".tar" && from.postgres() {
				continue // compression is the same for both
			}
			to := to
			if end != ".tar" {
				to = Config{Data: t.TempDir(), Database: dbtest.SQLiteURL(t), Logger: from.Logger}
				from = Config{Data: t.TempDir(), Database: dbtest.SQLiteURL(t), Logger: from.Logger}
			}
			hash := fill(t, from)
			file := filepath.Join(t.TempDir(), "desk"+end)
			m, err := Backup(t.Context(), from, file)
			if err != nil {
				t.Fatalf("Backup: %v", err)
			}
			if m.Conversations != 1 || m.Messages != 2 || m.Blobs != 1 {
				t.Errorf("Backup says %s, want 1 conversation, 2 messages, 1 file", m)
			}
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the backup can be read by others: %v %v", info.Mode(), err)
			}
			r, err := Restore(t.Context(), to, file, false)
			if err != nil {
				t.Fatalf("Restore: %v", err)
			}
			want := contents(t, from)
			// What waited to be sent may have gone out since.
			want["message"][1] = strings.Replace(want["message"][1], `state="queued"`, `state="unsure"`, 1)
			want["delivery"][0] = strings.Replace(want["delivery"][0], `state="queued"`, `state="unsure"`, 1)
			want["conversation"][0] = strings.NewReplacer(`troubled="false"`, `troubled="true"`, `troubled="0"`, `troubled="1"`).Replace(want["conversation"][0])
			if diff := cmp.Diff(want, contents(t, to)); diff != "" {
				t.Errorf("restored rows differ (-want +got):\n%s", diff)
			}
			if !strings.Contains(strings.Join(r.Notes, "\n"), "1 messages waited to be sent") {
				t.Errorf("Restore does not say that a message is unsure: %q", r.Notes)
			}
			blobs, err := blob.OpenStore(to.in(blobFolder))
			if err != nil {
				t.Fatal(err)
			}
			if data, err := blobs.ReadAll(t.Context(), hash, 100); err != nil || string(data) != "scan of a letter" {
				t.Errorf("restored file = %q, %v", data, err)
			}
			blobs.Close()
		}
	})
}

func TestIdsGoOnAfterARestore(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, from, to Config) {
		if _, err := Migrate(t.Context(), from); err != nil {
			t.Fatal(err)
		}
		insert := `INSERT INTO event (at, actor_kind, kind, subject_kind) VALUES (1, 'system', 'x', 'x') RETURNING seq`
		add := func(c Config) (seq int64) {
			write(t, c, func(tx *db.Tx) error { return tx.Row(t.Context(), insert).Scan(&seq) })
			return seq
		}
		add(from)
		before := add(from)
		file := filepath.Join(t.TempDir(), "desk.tar")
		if _, err := Backup(t.Context(), from, file); err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(t.Context(), to, file, false); err != nil {
			t.Fatal(err)
		}
		if got := add(to); got <= before {
			t.Errorf("the first event after a restore has number %d, not above %d", got, before)
		}
	})
}

// TestABackupIsOneSnapshot writes pairs while a backup runs: no backup may hold half of one.
func TestABackupIsOneSnapshot(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, from, to Config) {
		fill(t, from)
		d := open(t, from)
		ctx, stop := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		for range 2 {
			writers.Go(func() {
				for n := 0; ctx.Err() == nil; n++ {
					name := fmt.Sprintf("%p-%d", &n, n)
					err := d.Write(ctx, func(tx *db.Tx) error {
						if _, err := tx.Exec(ctx, `INSERT INTO tag (name, name_key) VALUES ($1, $1)`, name); err != nil {
							return err
						}
						_, err := tx.Exec(ctx, `INSERT INTO event (at, actor_kind, kind, subject_kind) VALUES (1, 'system', 'tag', 'tag')`)
						return err
					})
					if err != nil && ctx.Err() == nil {
						t.Errorf("write during a backup: %v", err)
						return
					}
				}
			})
		}
		dbtest.Eventually(t, "somebody writes", func() bool { return dbtest.Int(t, d, "SELECT COUNT(*) FROM tag") > 20 })
		file := filepath.Join(t.TempDir(), "desk.tar")
		_, err := Backup(t.Context(), from, file)
		stop()
		writers.Wait()
		closed(t, d)
		if err != nil {
			t.Fatalf("Backup: %v", err)
		}
		if _, err := Restore(t.Context(), to, file, false); err != nil {
			t.Fatalf("Restore: %v", err)
		}
		d = open(t, to)
		defer closed(t, d)
		tags, events := dbtest.Int(t, d, "SELECT COUNT(*) FROM tag"), dbtest.Int(t, d, "SELECT COUNT(*) FROM event")
		if tags != events || tags <= 20 {
			t.Errorf("the backup holds %d tags and %d events, want the same number above 20", tags, events)
		}
	})
}

func TestABackupHoldsTheLeaseThatStopsTheSweep(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, from, _ Config) {
		if _, err := Migrate(t.Context(), from); err != nil {
			t.Fatal(err)
		}
		d := open(t, from)
		defer closed(t, d)
		release, err := leaseBackup(t.Context(), d, from.Logger)
		if err != nil {
			t.Fatal(err)
		}
		held := func() (held bool) {
			err := d.Read(t.Context(), func(tx *db.Tx) (err error) { held, err = cluster.Held(t.Context(), tx, blob.BackupLease); return err })
			if err != nil {
				t.Fatal(err)
			}
			return held
		}
		if !held() {
			t.Error("the lease is not held while a backup runs")
		}
		release()
		if held() {
			t.Error("the lease is still held after the backup")
		}
	})
}

func TestTwoBackupsDoNotRunAtOnce(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, from, _ Config) {
		fill(t, from)
		d := open(t, from)
		defer closed(t, d)
		other, err := cluster.Join(t.Context(), d, cluster.Options{Instance: "other", Name: "other", Level: migrations.Level})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Leave(context.WithoutCancel(t.Context()))
		if _, err := other.Acquire(t.Context(), blob.BackupLease); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "desk.tar")
		if _, err := Backup(t.Context(), from, file); err == nil || !strings.Contains(err.Error(), "another backup is running") {
			t.Errorf("Backup beside another = %v, want a refusal", err)
		}
		if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) > 0 {
			t.Errorf("a refused backup leaves %v, %v", left, err)
		}
	})
}

func TestTheKeyIsNotInABackup(t *testing.T) {
	t.Parallel()
	from := Config{Data: t.TempDir(), Logger: dbtest.Logger(t)}
	fill(t, from)
	keys, err := openKeys(from)
	if err != nil {
		t.Fatal(err)
	}
	_ = keys.Seal([]byte("x"), "x")
	data, err := os.ReadFile(from.in(keyFile))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "desk.tar")
	if _, err := Backup(t.Context(), from, file); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(whole), string(data[20:60])) || strings.Contains(string(whole), keyFile) {
		t.Error("the backup holds the key file")
	}
}

func TestABackupOfNothingMakesNothing(t *testing.T) {
	t.Parallel()
	c := Config{Data: filepath.Join(t.TempDir(), "nowhere"), Logger: dbtest.Logger(t)}
	if _, err := Backup(t.Context(), c, filepath.Join(t.TempDir(), "x.tar")); err == nil {
		t.Error("Backup of a missing database succeeds")
	}
	if _, err := os.Stat(c.in(databaseFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Backup made a database: %v", err)
	}
}

func TestAMissingFileDoesNotStopABackup(t *testing.T) {
	t.Parallel()
	from := Config{Data: t.TempDir(), Logger: dbtest.Logger(t)}
	hash := fill(t, from)
	if err := os.Remove(filepath.Join(from.in(blobFolder), hash[:2], hash[2:4], hash)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "desk.tar")
	if _, err := Backup(t.Context(), from, file); err != nil {
		t.Fatalf("Backup: %v", err)
	}
	if _, err := verifyArchive(file); err != nil {
		t.Errorf("verify: %v", err)
	}
}

func sum(data string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(data))) }
