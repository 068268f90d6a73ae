package eventlog_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/eventlog"
)

func open(t *testing.T, d *db.DB, instance string) *eventlog.Log {
	t.Helper()
	node, err := cluster.Join(t.Context(), d, cluster.Options{Instance: instance, Logger: dbtest.Logger(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := node.Leave(context.Background()); err != nil {
			t.Error(err)
		}
	})
	l, err := eventlog.Open(t.Context(), d, node, dbtest.Logger(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func fact(conversation int64) *desk.Event {
	return &desk.Event{By: desk.ByAgent(3), Kind: desk.StatusChanged, SubjectKind: desk.AboutConversation, Subject: conversation,
		Conversation: desk.ConversationID(conversation), Message: 9, Cause: 1, Data: json.RawMessage(`{"from":"new","to":"open"}`)}
}

func TestAppendAndTail(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d, "a")
		var all []*desk.Event
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			first := fact(1)
			if err := eventlog.Append(t.Context(), tx, first); err != nil {
				return err
			}
			undone := tx.Savepoint(t.Context(), func() error {
				if err := eventlog.Append(t.Context(), tx, fact(2)); err != nil {
					return err
				}
				if n := len(eventlog.Appended(tx)); n != 2 {
					t.Errorf("%d appended within the savepoint, want 2", n)
				}
				return errors.New("undo")
			})
			if undone == nil {
				t.Error("savepoint was not undone")
			}
			more := []*desk.Event{fact(3), fact(4), {Kind: desk.TagUpdated, By: desk.System, SubjectKind: desk.AboutTag, At: 77}}
			if err := eventlog.Append(t.Context(), tx, more...); err != nil {
				return err
			}
			all = append([]*desk.Event{first}, more...)
			unnumbered := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Seq" }, cmp.Ignore())
			if diff := cmp.Diff([]desk.Event{*first, *more[0], *more[1], *more[2]}, eventlog.Appended(tx), unnumbered); diff != "" {
				t.Errorf("Appended: %s", diff)
			}
			return nil
		})
		want := make([]desk.Event, len(all))
		for i, e := range all {
			want[i] = *e // numbered now
		}
		if err != nil {
			t.Fatal(err)
		}
		var got []desk.Event
		for from := desk.Seq(0); len(got) < 4; from = got[len(got)-1].Seq {
			events, err := l.Tail(t.Context(), from, 3)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, events...)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("appended (-) and tailed (+):\n%s", diff)
		}
		err = d.Read(t.Context(), func(tx *db.Tx) error {
			list, err := eventlog.OfConversation(t.Context(), tx, 3, 0, 10)
			if diff := cmp.Diff(want[1:2], list); diff != "" {
				t.Errorf("OfConversation: %s", diff)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		if events, err := l.Tail(ctx, got[3].Seq, 3); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Tail at the end returned %v, %v", events, err)
		}
	})
}

// TestNothingIsSkippedOrReordered has writers at once, some slow between append and commit, some rolled back, some in savepoints, on two nodes, while a
// consumer and a tail read on both: each sees every committed event exactly once, in the order of the numbers.
func TestNothingIsSkippedOrReordered(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		d := dbtest.SQLite(t)
		noSkip(t, d, d, 2500)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := dbtest.PostgresURL(t)
		noSkip(t, dbtest.Open(t, url, db.Options{ReadConns: 30}), dbtest.Open(t, url, db.Options{ReadConns: 30}), 2500)
	})
}

func noSkip(t *testing.T, one, two *db.DB, transactions int64) {
	dbtest.Exec(t, one, "CREATE TABLE seen (id BIGINT PRIMARY KEY, seq BIGINT NOT NULL)", "CREATE TABLE last (seq BIGINT NOT NULL)", "INSERT INTO last VALUES (0)")
	logs := []*eventlog.Log{open(t, one, "one"), open(t, two, "two")}
	ctx, cancel := context.WithCancel(t.Context())
	var wg, writers sync.WaitGroup
	for _, l := range logs {
		wg.Go(func() {
			_ = l.Run(ctx, eventlog.Consumer{Name: "test", Batch: 50, Handle: record}) // ends with ctx
		})
	}
	var next, committed atomic.Int64
	for i := range 16 {
		d := []*db.DB{one, two}[i%2]
		writers.Go(func() {
			for next.Add(1) <= transactions {
				n, err := appendSomehow(t.Context(), d)
				if err != nil {
					t.Error(err)
				}
				committed.Add(n)
			}
		})
	}
	tailed := make(chan int64)
	var reached atomic.Int64
	go func() {
		n, last := int64(0), desk.Seq(0)
		for {
			events, err := logs[1].Tail(ctx, last, 100)
			if err != nil {
				tailed <- n
				return
			}
			for _, e := range events {
				if e.Seq <= last {
					t.Errorf("tail: %d after %d", e.Seq, last)
				}
				last = e.Seq
				n++
			}
			reached.Store(int64(last))
		}
	}()
	writers.Wait()
	newest := dbtest.Int(t, one, "SELECT MAX(seq) FROM event")
	for _, l := range logs {
		dbtest.Eventually(t, "the horizon reaches the end", func() bool { return int64(l.Horizon()) >= newest })
	}
	dbtest.Eventually(t, "the consumer reaches the end", func() bool {
		return dbtest.Int(t, one, "SELECT position FROM consumer_cursor WHERE name = 'test'") >= newest
	})
	dbtest.Eventually(t, "the tail reaches the end", func() bool { return reached.Load() >= newest })
	cancel() // what the tail lacks now it never gets
	if n := <-tailed; n != committed.Load() {
		t.Errorf("tail saw %d events, %d were committed", n, committed.Load())
	}
	wg.Wait()
	if n := dbtest.Int(t, one, "SELECT COUNT(*) FROM seen"); n != committed.Load() {
		t.Errorf("consumer saw %d events, %d were committed", n, committed.Load())
	}
	if n := dbtest.Int(t, one, "SELECT COUNT(*) FROM event"); n != committed.Load() {
		t.Errorf("log has %d events, %d were committed", n, committed.Load())
	}
}

// record keeps each event once, and fails where one comes out of order.
func record(ctx context.Context, tx *db.Tx, events []desk.Event) error {
	var last desk.Seq
	if err := tx.Row(ctx, "SELECT seq FROM last").Scan(&last); err != nil {
		return err
	}
	for _, e := range events {
		if e.Seq <= last {
			return fmt.Errorf("%d came after %d", e.Seq, last)
		}
		last = e.Seq
		if _, err := tx.Exec(ctx, "INSERT INTO seen (id, seq) VALUES ($1, $1)", e.Seq); err != nil {
			return err
		}
	}
	if rand.N(20) == 0 {
		return errors.New("the handler fails now and then")
	}
	_, err := tx.Exec(ctx, "UPDATE last SET seq = $1", last)
	return err
}

var errUndo = errors.New("undo")

// appendSomehow runs one transaction and returns how many events it committed.
func appendSomehow(ctx context.Context, d *db.DB) (n int64, err error) {
	slow, fails, savepoint, many := rand.N(20) == 0, rand.N(5) == 0, rand.N(4) == 0, rand.N(4)
	err = d.Write(ctx, func(tx *db.Tx) error {
		n = 0
		for range many + 1 {
			if err := eventlog.Append(ctx, tx, fact(1)); err != nil {
				return err
			}
			n++
		}
		if slow && d.Postgres() {
			time.Sleep(rand.N(30 * time.Millisecond))
		}
		if savepoint {
			err := tx.Savepoint(ctx, func() error {
				if err := eventlog.Append(ctx, tx, fact(2), fact(3)); err != nil {
					return err
				}
				return errUndo
			})
			if !errors.Is(err, errUndo) {
				return err
			}
		}
		if fails {
			return errUndo
		}
		return nil
	})
	if errors.Is(err, errUndo) {
		return 0, nil
	}
	return n, err
}

// TestConsumerMovesToAnotherNode stops the node that runs a consumer: the other goes on where it was. A failing event is tried again and not skipped.
func TestConsumerMovesToAnotherNode(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		logs := []*eventlog.Log{open(t, d, "one"), open(t, d, "two")}
		var ran [2]atomic.Int64
		var failed atomic.Int64
		consumer := func(node int) eventlog.Consumer {
			return eventlog.Consumer{Name: "moving", Handle: func(ctx context.Context, tx *db.Tx, events []desk.Event) error {
				for _, e := range events {
					if e.Subject == 5 && failed.Add(1) < 3 {
						return errors.New("not yet")
					}
				}
				tx.AfterCommit(func() { ran[node].Add(int64(len(events))) })
				return nil
			}}
		}
		write := func(from, to int64) {
			t.Helper()
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				for i := from; i < to; i++ {
					if err := eventlog.Append(t.Context(), tx, fact(i)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		first, stopFirst := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _ = logs[0].Run(first, consumer(0)) })
		write(0, 10)
		dbtest.Eventually(t, "the first node handles ten", func() bool { return ran[0].Load() == 10 })
		if failed.Load() < 3 {
			t.Errorf("the failing event was tried %d times", failed.Load())
		}
		second, stopSecond := context.WithCancel(t.Context())
		wg.Go(func() { _ = logs[1].Run(second, consumer(1)) })
		write(10, 20)
		dbtest.Eventually(t, "twenty are handled", func() bool { return ran[0].Load()+ran[1].Load() == 20 })
		stopFirst()
		write(20, 30)
		dbtest.Eventually(t, "the second node takes over", func() bool { return ran[0].Load()+ran[1].Load() == 30 && ran[1].Load() > 0 })
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			list, err := logs[1].Progress(t.Context(), tx)
			if len(list) != 1 || list[0].Name != "moving" || list[0].Behind != 0 || list[0].Problem != "" {
				t.Errorf("Progress = %+v", list)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		stopSecond()
		wg.Wait()
	})
}

// TestUnknownKindIsLeftToANewerNode has an old node meet a kind that it does not know: it gives the cursor up, and the newer node handles all.
func TestUnknownKindIsLeftToANewerNode(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		logs := []*eventlog.Log{open(t, d, "old"), open(t, d, "new")}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		defer wg.Wait()
		defer cancel()
		met, handled := make(chan struct{}, 99), make(chan desk.EventKind, 99)
		wg.Go(func() {
			_ = logs[0].Run(ctx, eventlog.Consumer{Name: "mixed", Handle: func(_ context.Context, _ *db.Tx, events []desk.Event) error {
				met <- struct{}{}
				return fmt.Errorf("event %d: %w", events[0].Seq, eventlog.ErrUnknown)
			}})
		})
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			return eventlog.Append(t.Context(), tx, &desk.Event{Kind: "test.of_tomorrow", SubjectKind: desk.AboutSetting})
		})
		if err != nil {
			t.Fatal(err)
		}
		<-met
		wg.Go(func() {
			_ = logs[1].Run(ctx, eventlog.Consumer{Name: "mixed", Handle: func(_ context.Context, tx *db.Tx, events []desk.Event) error {
				tx.AfterCommit(func() { handled <- events[0].Kind })
				return nil
			}})
		})
		if kind := <-handled; kind != "test.of_tomorrow" {
			t.Errorf("handled %q", kind)
		}
	})
}

// TestNewConsumerFromNow skips what was before it.
func TestNewConsumerFromNow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d, "one")
		add := func(n int64) desk.Seq {
			e := fact(n)
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return eventlog.Append(t.Context(), tx, e) }); err != nil {
				t.Fatal(err)
			}
			return e.Seq
		}
		old := add(1)
		dbtest.Eventually(t, "the first is settled", func() bool { return l.Horizon() >= old })
		got := make(chan int64, 10)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			_ = l.Run(ctx, eventlog.Consumer{Name: "fresh", FromNow: true, Handle: func(_ context.Context, tx *db.Tx, events []desk.Event) error {
				tx.AfterCommit(func() {
					for _, e := range events {
						got <- e.Subject
					}
				})
				return nil
			}})
		})
		dbtest.Eventually(t, "the cursor exists", func() bool {
			return dbtest.Int(t, d, "SELECT COUNT(*) FROM consumer_cursor WHERE name = 'fresh'") == 1
		})
		add(2)
		if n := <-got; n != 2 {
			t.Errorf("first event seen is %d, want 2", n)
		}
		cancel()
		wg.Wait()
	})
}
