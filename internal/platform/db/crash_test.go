package db_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

const crashEnv = "TELLUS_TEST_CRASH"

// TestAcknowledgedWritesSurviveAKill kills a process that writes from many goroutines, several times: what it had told to be written is there, and each
// transaction is there whole or not at all. (A kill does not test the disk's sync; a system-call trace of the server does.)
func TestAcknowledgedWritesSurviveAKill(t *testing.T) {
	t.Parallel()
	url := dbtest.SQLiteURL(t)
	d := dbtest.Open(t, url, db.Options{})
	dbtest.Exec(t, d, "CREATE TABLE mark (id BIGINT PRIMARY KEY, half BIGINT NOT NULL)")
	acknowledged := map[int64]bool{}
	for round := range 4 {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestCrashingWriter$")
		cmd.Env = append(os.Environ(), crashEnv+"="+strconv.Itoa(round)+" "+url)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if id, err := strconv.ParseInt(lines.Text(), 10, 64); err == nil {
				acknowledged[id] = true
			}
			if n == 150 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait() // it was killed
	}
	if len(acknowledged) < 400 {
		t.Fatalf("only %d writes were acknowledged", len(acknowledged))
	}
	there := map[int64]int{}
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(t.Context(), "SELECT id / 2 FROM mark")
		list, err := db.Rows(rows, err, scanInt)
		for _, id := range list {
			there[id]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for id := range acknowledged {
		if there[id] != 2 {
			t.Errorf("acknowledged write %d: %d of its 2 rows are there", id, there[id])
		}
	}
	for id, n := range there {
		if n != 2 {
			t.Errorf("write %d: %d of its 2 rows are there", id, n)
		}
	}
}

// TestCrashingWriter is the process that the test above kills.
func TestCrashingWriter(t *testing.T) {
	round, url, ok := strings.Cut(os.Getenv(crashEnv), " ")
	if !ok {
		t.Skip("runs as a child of TestAcknowledgedWritesSurviveAKill")
	}
	base, err := strconv.ParseInt(round, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(context.Background(), url, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	next := atomic.Int64{}
	next.Store((base + 1) * 1_000_000)
	end := time.Now().Add(30 * time.Second)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for time.Now().Before(end) {
				id := next.Add(1)
				err := d.Write(context.Background(), func(tx *db.Tx) error {
					for half := range int64(2) {
						if _, err := tx.Exec(context.Background(), "INSERT INTO mark (id, half) VALUES ($1, $2)", 2*id+half, half); err != nil {
							return err
						}
					}
					return nil
				})
				if err == nil {
					fmt.Println(id)
				}
			}
		})
	}
	wg.Wait()
}

// TestFileIsPrivate looks at the mode of a new database's files.
func TestFileIsPrivate(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	files, err := filepath.Glob(d.Path() + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v, want mode 0600", filepath.Base(f), info.Mode(), err)
		}
	}
	if err := d.RefreshStatistics(t.Context()); err != nil {
		t.Error(err)
	}
}
