// Package indextest gives a desk of a test its search.
package indextest

import (
	"context"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/flow/index"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/search"
)

// Start opens an index in a file and lets it follow the desk until the test ends.
func Start(t testing.TB, d *desktest.Desk, file string) *index.Index {
	t.Helper()
	node, err := cluster.Join(t.Context(), d.DB, cluster.Options{Instance: "search", Logger: dbtest.Logger(t)})
	if err != nil {
		t.Fatal(err)
	}
	events, err := eventlog.Open(t.Context(), d.DB, node, dbtest.Logger(t))
	if err != nil {
		t.Fatal(err)
	}
	store, err := search.Open(t.Context(), d.DB, file, dbtest.Logger(t))
	if err != nil {
		t.Fatal(err)
	}
	x := &index.Index{DB: d.DB, Store: store, Conversations: d.Conversations, Customers: d.Customers, Inboxes: d.Inboxes, Staff: d.Staff, Purchases: d.Purchases, File: d.Blobs.ReadAll, Log: dbtest.Logger(t)}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	over := make(chan error, 1)
	go func() { over <- x.Run(ctx, events, node) }()
	t.Cleanup(func() {
		stop()
		if err := <-over; err != nil {
			t.Errorf("search ended: %v", err)
		}
		events.Close()
		if err := node.Leave(context.Background()); err != nil {
			t.Error(err)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// UpToDate waits until the index has seen all that happened on the desk.
func UpToDate(t testing.TB, d *desktest.Desk, x *index.Index) {
	t.Helper()
	dbtest.Eventually(t, "the index is up to date", func() bool {
		s, err := x.Store.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var newest desk.Seq
		var unread int
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			newest, err = eventlog.Newest(ctx, tx)
			if err != nil {
				return err
			}
			files, err := d.Conversations.UnreadFiles(ctx, tx, desk.AttachmentID(desk.Never), 1)
			unread = len(files)
			return err
		})
		return s.Source != "" && desk.Seq(s.Position) >= newest && index.Complete(s) && !s.Purge && unread == 0
	})
}
