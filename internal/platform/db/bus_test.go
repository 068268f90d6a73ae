package db_test

import (
	"fmt"
	"testing"
	"time"

	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

func TestSignalsMerge(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	woken, stop := d.Listen("a")
	for range 3 {
		d.Signal("a")
	}
	d.Signal("b")
	<-woken
	select {
	case <-woken:
		t.Error("woken twice for signals that came before the first look")
	default:
	}
	stop()
	d.Signal("a")
	select {
	case <-woken:
		t.Error("woken after stop")
	default:
	}
}

// TestMessagesReachOtherNodes publishes on one node of a PostgreSQL cluster and listens on another.
func TestMessagesReachOtherNodes(t *testing.T) {
	t.Parallel()
	url := dbtest.PostgresURL(t)
	here, there := dbtest.Open(t, url, db.Options{}), dbtest.Open(t, url, db.Options{})
	woken, stop := there.Listen("news")
	defer stop()
	messages, end := there.Subscribe("typing", 2000)
	defer end()
	own, end := here.Subscribe("typing", 2000)
	defer end()
	receive(t, woken) // it listens
	const n = 1000
	for i := range n {
		here.Publish("typing", fmt.Sprintf("\"%d\" ņ", i))
		here.Signal("news")
	}
	receive(t, woken)
	for i := range n {
		want := fmt.Sprintf("\"%d\" ņ", i)
		if got := receive(t, messages); got.Payload != want {
			t.Fatalf("message %d: got %q, want %q", i, got.Payload, want)
		}
		if got := receive(t, own); got.Payload != want {
			t.Fatalf("own message %d: got %q, want %q", i, got.Payload, want)
		}
	}
	select {
	case m := <-own:
		t.Errorf("own message came twice: %v", m)
	default:
	}
}

// TestForeignCommitWakes writes through another connection to the SQLite file, as a command beside the server does.
func TestForeignCommitWakes(t *testing.T) {
	t.Parallel()
	url := dbtest.SQLiteURL(t)
	server, command := dbtest.Open(t, url, db.Options{}), dbtest.Open(t, url, db.Options{})
	dbtest.Exec(t, server, "CREATE TABLE mark (id BIGINT PRIMARY KEY)")
	woken, stop := server.Listen("anything")
	defer stop()
	select {
	case <-woken: // of what Open wrote above
	case <-time.After(1200 * time.Millisecond):
	}
	dbtest.Exec(t, command, "INSERT INTO mark (id) VALUES (1)")
	receive(t, woken)
}

func receive[T any](t *testing.T, ch <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-ch:
	case <-time.After(dbtest.Patience):
		t.Fatal("nothing came")
	}
	return v
}
