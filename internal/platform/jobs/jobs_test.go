package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/jobs"
)

type greet struct{ N int64 }

func (greet) JobKind() string { return "test.greet" }

type odd struct{ N int64 }

func (odd) JobKind() string  { return "test.odd" }
func (odd) JobQueue() string { return "odd" }

func workers(t *testing.T, d *db.DB, o jobs.Options) *jobs.Workers {
	o.Logger = dbtest.Logger(t)
	return jobs.New(d, o)
}

// run starts workers and stops them at the end of the test, or when the returned function is called.
func run(t *testing.T, w *jobs.Workers) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = w.Run(ctx) }) // ends with ctx
	stop = func() { cancel(); wg.Wait() }
	t.Cleanup(stop)
	return stop
}

func enqueue(t testing.TB, d *db.DB, p jobs.Payload, after time.Duration, opts ...jobs.Option) (id desk.JobID) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
		id, err = jobs.Enqueue(t.Context(), tx, tx.Now.Add(after), p, opts...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestJobRunsOnceItsTransactionCommits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := workers(t, d, jobs.Options{})
		var due atomic.Int64
		got := make(chan *jobs.Job[greet], 10)
		var early atomic.Bool
		jobs.Register(w, func(_ context.Context, j *jobs.Job[greet]) error {
			if j.Payload.N == 3 && d.Now() < desk.Time(due.Load()) {
				early.Store(true)
			}
			got <- j
			return nil
		})
		jobs.Register(w, func(_ context.Context, j *jobs.Job[odd]) error { return nil })
		run(t, w)
		undo := errors.New("undo")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := jobs.Enqueue(t.Context(), tx, tx.Now, greet{1}); err != nil {
				return err
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
		const later = 80 * time.Millisecond
		due.Store(int64(d.Now().Add(later)))
		enqueue(t, d, greet{3}, later)
		id := enqueue(t, d, greet{2}, 0)
		enqueue(t, d, odd{2}, 0)
		ran := map[int64]*jobs.Job[greet]{}
		for range 2 { // in either order, where a busy machine comes late to the first
			j := <-got
			ran[j.Payload.N] = j
		}
		if now := ran[2]; now == nil || now.ID != id || now.Attempt != 1 {
			t.Errorf("the job for now is %+v, want job %d", now, id)
		}
		if ran[3] == nil || early.Load() {
			t.Errorf("the job for later is %+v, or ran before its time", ran[3])
		}
		dbtest.Eventually(t, "done jobs are deleted", func() bool { return dbtest.Int(t, d, "SELECT COUNT(*) FROM job") == 0 })
	})
}

// TestEffectsAreExactlyOnce has workers killed in the middle, leases run out, handlers fail, panic and stall, on two nodes: each job's effect, made in the
// transaction that completes it, is there exactly once.
func TestEffectsAreExactlyOnce(t *testing.T) {
	t.Parallel()
	for name, newURL := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			exactlyOnce(t, newURL(t))
		})
	}
}

func exactlyOnce(t *testing.T, url string) {
	const n = 200
	d := dbtest.Open(t, url, db.Options{})
	dbtest.Exec(t, d, "CREATE TABLE effect (id BIGINT NOT NULL)")
	for i := range int64(n) {
		enqueue(t, d, greet{i}, 0, jobs.MaxAttempts(1000))
	}
	// start runs a node; kill takes its database away first, so that it can neither renew, complete nor give back what it holds. slack grows from node
	// to node, so that at last one lives long enough on the slowest machine.
	start := func(slack time.Duration) (kill func()) {
		d, err := db.Open(t.Context(), url, db.Options{Logger: dbtest.Logger(t)})
		if err != nil {
			t.Error(err)
			return func() {}
		}
		w := workers(t, d, jobs.Options{Lease: 150*time.Millisecond + slack, Poll: 20 * time.Millisecond})
		jobs.Register(w, func(ctx context.Context, j *jobs.Job[greet]) error {
			switch rand.N(12) {
			case 0:
				return jobs.Later(time.Millisecond, errors.New("not now"))
			case 1:
				time.Sleep(250*time.Millisecond + slack) // longer than the lease, which is renewed unless the node is killed
			}
			err := d.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
				if _, err := tx.Exec(t.Context(), "INSERT INTO effect (id) VALUES ($1)", j.Payload.N); err != nil {
					return err
				}
				return j.Complete(t.Context(), tx)
			})
			if rand.N(10) == 0 {
				panic("after the commit")
			}
			return err
		})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _ = w.Run(ctx) })
		return func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
			cancel()
			wg.Wait()
		}
	}
	done := func() bool { return dbtest.Int(t, d, "SELECT COUNT(*) FROM job") == 0 }
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			var slack time.Duration
			for end := time.Now().Add(5 * dbtest.Patience); !done() && time.Now().Before(end); slack += 20 * time.Millisecond {
				kill := start(slack)
				time.Sleep(200*time.Millisecond + rand.N(400*time.Millisecond) + 3*slack)
				kill()
			}
		})
	}
	wg.Wait()
	if left := dbtest.Int(t, d, "SELECT COUNT(*) FROM job"); left != 0 {
		t.Errorf("%d jobs left", left)
	}
	all, distinct := dbtest.Int(t, d, "SELECT COUNT(*) FROM effect"), dbtest.Int(t, d, "SELECT COUNT(DISTINCT id) FROM effect")
	if all != n || distinct != n {
		t.Errorf("%d effects of %d jobs, want one of each of %d", all, distinct, n)
	}
}

func TestFailedJobRunsAgainThenDies(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := workers(t, d, jobs.Options{})
		var runs atomic.Int64
		jobs.Register(w, func(_ context.Context, j *jobs.Job[greet]) error {
			runs.Add(1)
			if j.Payload.N == 2 {
				return jobs.Permanent(errors.New("never \x00 works"))
			}
			return fmt.Errorf("attempt %d failed", j.Attempt)
		})
		id := enqueue(t, d, greet{1}, 0, jobs.MaxAttempts(3))
		hopeless := enqueue(t, d, greet{2}, 0)
		for range 3 {
			if err := w.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			dbtest.Exec(t, d, "UPDATE job SET run_at = 0 WHERE state = 'ready'")
		}
		if n := runs.Load(); n != 4 {
			t.Errorf("handlers ran %d times, want 3 and 1", n)
		}
		dead := deadJobs(t, d)
		if len(dead) != 2 || dead[0].ID != id || dead[1].ID != hopeless {
			t.Fatalf("dead jobs %+v, want %d and %d", dead, id, hopeless)
		}
		if dead[0].LastError != "attempt 3 failed" || dead[0].Attempts != 3 || string(dead[0].Payload) != `{"N":1}` {
			t.Errorf("dead job is %+v", dead[0])
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := jobs.Retry(t.Context(), tx, id); err != nil {
				return err
			}
			if err := jobs.Discard(t.Context(), tx, hopeless); err != nil {
				return err
			}
			if err := jobs.Discard(t.Context(), tx, id); !desk.IsRefusal(err, desk.NotFound) {
				t.Errorf("Discard of a living job: %v, want not_found", err)
			}
			if err := jobs.Retry(t.Context(), tx, hopeless); !desk.IsRefusal(err, desk.NotFound) {
				t.Errorf("Retry of a discarded job: %v, want not_found", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := runs.Load(); n != 5 {
			t.Errorf("handlers ran %d times after Retry, want 5", n)
		}
		if dead := deadJobs(t, d); len(dead) != 0 {
			t.Errorf("dead jobs %+v after Retry and Discard", dead)
		}
	})
}

func deadJobs(t *testing.T, d *db.DB) (dead []jobs.Info) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		dead, err = jobs.Dead(t.Context(), tx, desk.Never, desk.JobID(desk.Never), 10)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return dead
}

func TestLaterDoesNotCount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := workers(t, d, jobs.Options{})
		var attempts []int
		jobs.Register(w, func(_ context.Context, j *jobs.Job[greet]) error {
			attempts = append(attempts, j.Attempt)
			if len(attempts) < 5 {
				return fmt.Errorf("server away: %w", jobs.Later(0, errors.New("refused")))
			}
			return nil
		})
		enqueue(t, d, greet{1}, 0, jobs.MaxAttempts(2))
		if err := w.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{1, 1, 1, 1, 1}, attempts); diff != "" {
			t.Errorf("attempts: %s", diff)
		}
	})
}

// TestUniqueJobsWaitOnce also has one enqueued while its like runs and fails: of the two, one is left.
func TestUniqueJobsWaitOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := workers(t, d, jobs.Options{})
		runs := 0
		jobs.Register(w, func(_ context.Context, j *jobs.Job[greet]) error {
			if runs++; runs == 1 {
				enqueue(t, d, greet{2}, time.Hour, jobs.Unique("k"))
				return errors.New("fails once")
			}
			return nil
		})
		late := enqueue(t, d, greet{1}, time.Hour, jobs.Unique("k"))
		soon := enqueue(t, d, greet{9}, 0, jobs.Unique("k"))
		other := enqueue(t, d, greet{1}, time.Hour, jobs.Unique("other"))
		if late != soon || late == other {
			t.Errorf("jobs %d and %d with one key, %d with another", late, soon, other)
		}
		if err := w.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if runs != 1 {
			t.Errorf("ran %d times, want 1", runs)
		}
		if n := dbtest.Int(t, d, "SELECT COUNT(*) FROM job WHERE unique_key = 'k'"); n != 1 {
			t.Errorf("%d jobs of the key wait, want 1", n)
		}
	})
}

func TestUnknownKindsStayQueued(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		enqueue(t, d, greet{1}, 0)
		enqueue(t, d, odd{1}, 0, jobs.Queue(jobs.DefaultQueue))
		w := workers(t, d, jobs.Options{})
		ran := 0
		jobs.Register(w, func(context.Context, *jobs.Job[odd]) error { ran++; return nil })
		w2 := workers(t, d, jobs.Options{Queues: map[string]int{jobs.DefaultQueue: 1}})
		jobs.Register(w2, func(context.Context, *jobs.Job[odd]) error { ran++; return nil })
		for _, w := range []*jobs.Workers{w, w2} {
			if err := w.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if ran != 1 {
			t.Errorf("known kind ran %d times, want 1", ran)
		}
		if n := dbtest.Int(t, d, "SELECT COUNT(*) FROM job WHERE kind = 'test.greet' AND state = 'ready' AND attempt = 0"); n != 1 {
			t.Errorf("%d untouched jobs of the unknown kind, want 1", n)
		}
	})
}

// TestPoisonedJobDies has a job whose node dies each time: its attempts are counted all the same.
func TestPoisonedJobDies(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		enqueue(t, d, greet{1}, 0, jobs.MaxAttempts(2))
		dbtest.Exec(t, d, "UPDATE job SET state = 'running', attempt = 2, leased_by = 'gone', leased_until = 1")
		w := workers(t, d, jobs.Options{Lease: 60 * time.Millisecond})
		jobs.Register(w, func(context.Context, *jobs.Job[greet]) error {
			t.Error("the job ran a third time")
			return nil
		})
		run(t, w)
		dbtest.Eventually(t, "the job is dead", func() bool { return len(deadJobs(t, d)) == 1 })
	})
}

// TestPeriodicJobsRunOncePerCluster has several nodes with the same periods.
func TestPeriodicJobsRunOncePerCluster(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var ran, rare atomic.Int64
		begin := time.Now()
		nodes := 1
		if d.Postgres() {
			nodes = 3
		}
		for range nodes {
			w := workers(t, d, jobs.Options{})
			jobs.Register(w, func(context.Context, *jobs.Job[greet]) error { ran.Add(1); return nil })
			w.Every("test", 100*time.Millisecond, greet{})
			w.Every("rare", time.Hour, odd{})
			jobs.Register(w, func(context.Context, *jobs.Job[odd]) error { rare.Add(1); return nil })
			run(t, w)
		}
		dbtest.Eventually(t, "it ran five times", func() bool { return ran.Load() >= 5 })
		if n, took := ran.Load(), time.Since(begin); n > int64(took/(100*time.Millisecond))+1 {
			t.Errorf("ran %d times in %v", n, took)
		}
		dbtest.Eventually(t, "the rare one ran", func() bool { return rare.Load() > 0 })
		if n := rare.Load(); n != 1 {
			t.Errorf("the rare one ran %d times, want 1", n)
		}
	})
}

// TestStoppingGivesBack stops a node whose worker waits: the job is ready at once, its attempt not counted.
func TestStoppingGivesBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := workers(t, d, jobs.Options{Queues: map[string]int{jobs.DefaultQueue: 1}})
		started := make(chan struct{}, 9)
		jobs.Register(w, func(ctx context.Context, _ *jobs.Job[greet]) error {
			started <- struct{}{}
			<-ctx.Done()
			return fmt.Errorf("waiting: %w", ctx.Err())
		})
		enqueue(t, d, greet{1}, 0)
		enqueue(t, d, greet{2}, 0)
		stop := run(t, w)
		<-started
		stop()
		if n := dbtest.Int(t, d, "SELECT COUNT(*) FROM job WHERE state = 'ready' AND attempt = 0"); n != 2 {
			t.Errorf("%d jobs are ready and unspent, want 2", n)
		}
	})
}

// TestStolenJobIsLost has another node take a job over while its handler runs: the handler's context ends, and it cannot complete the job.
func TestStolenJobIsLost(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := workers(t, d, jobs.Options{Lease: 3 * time.Second})
		lost := make(chan error, 9)
		started := make(chan struct{}, 9)
		jobs.Register(w, func(ctx context.Context, j *jobs.Job[greet]) error {
			started <- struct{}{}
			<-ctx.Done()
			lost <- context.Cause(ctx)
			err := d.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error { return j.Complete(context.WithoutCancel(ctx), tx) })
			lost <- err
			return err
		})
		enqueue(t, d, greet{1}, 0)
		run(t, w)
		<-started
		dbtest.Exec(t, d, "UPDATE job SET leased_by = 'another', leased_until = 9000000000000000")
		for range 2 {
			if err := <-lost; !errors.Is(err, jobs.ErrLost) {
				t.Errorf("got %v, want ErrLost", err)
			}
		}
		if n := dbtest.Int(t, d, "SELECT COUNT(*) FROM job WHERE leased_by = 'another' AND attempt = 1"); n != 1 {
			t.Errorf("%d jobs of the other node, want 1", n)
		}
	})
}

// TestClockThatIsSet runs a job of next week once the clock is set on.
func TestClockThatIsSet(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	d := dbtest.Open(t, dbtest.SQLiteURL(t), db.Options{Clock: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
	w := workers(t, d, jobs.Options{})
	ran := make(chan struct{}, 9)
	jobs.Register(w, func(context.Context, *jobs.Job[greet]) error { ran <- struct{}{}; return nil })
	run(t, w)
	enqueue(t, d, greet{1}, 7*24*time.Hour)
	ahead.Store(int64(8 * 24 * time.Hour))
	w.Wake()
	<-ran
}

func TestBacklogs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		enqueue(t, d, greet{1}, -time.Minute)
		enqueue(t, d, greet{2}, time.Hour)
		enqueue(t, d, odd{3}, 0)
		dbtest.Exec(t, d, "UPDATE job SET state = 'dead' WHERE queue = 'odd'")
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			got, err := jobs.Backlogs(t.Context(), tx)
			if len(got) != 2 || got[0].Oldest < time.Minute || got[0].Oldest > 2*time.Minute {
				t.Fatalf("Backlogs = %+v, %v", got, err)
			}
			got[0].Oldest = 0
			want := []jobs.Backlog{{Queue: "default", Ready: 1, Later: 1}, {Queue: "odd", Dead: 1}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Backlogs: %s", diff)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestRegisterTwicePanics(t *testing.T) {
	t.Parallel()
	w := jobs.New(dbtest.SQLite(t), jobs.Options{})
	h := func(context.Context, *jobs.Job[greet]) error { return nil }
	jobs.Register(w, h)
	defer func() {
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "test.greet") {
			t.Errorf("recovered %v, want a panic that names the kind", p)
		}
	}()
	jobs.Register(w, h)
}

// BenchmarkEnqueueAndRun enqueues with eight goroutines, each job in a transaction with a row of its own, while sixteen workers complete each job in one with
// another row.
func BenchmarkEnqueueAndRun(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			dbtest.Exec(b, d, "CREATE TABLE made (id BIGINT PRIMARY KEY)", "CREATE TABLE effect (id BIGINT PRIMARY KEY)")
			w := jobs.New(d, jobs.Options{Queues: map[string]int{jobs.DefaultQueue: 16}})
			var ran atomic.Int64
			all := make(chan struct{})
			jobs.Register(w, func(ctx context.Context, j *jobs.Job[greet]) error {
				err := d.Write(ctx, func(tx *db.Tx) error {
					if _, err := tx.Exec(ctx, "INSERT INTO effect (id) VALUES ($1)", j.Payload.N); err != nil {
						return err
					}
					return j.Complete(ctx, tx)
				})
				if ran.Add(1) == int64(b.N) {
					close(all)
				}
				return err
			})
			ctx, cancel := context.WithCancel(b.Context())
			var wg sync.WaitGroup
			wg.Go(func() { _ = w.Run(ctx) })
			defer wg.Wait()
			defer cancel()
			var next atomic.Int64
			b.ResetTimer()
			for range 8 {
				wg.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						err := d.Write(ctx, func(tx *db.Tx) error {
							if _, err := tx.Exec(ctx, "INSERT INTO made (id) VALUES ($1)", n); err != nil {
								return err
							}
							_, err := jobs.Enqueue(ctx, tx, tx.Now, greet{n})
							return err
						})
						if err != nil {
							b.Error(err)
						}
					}
				})
			}
			<-all
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
		})
	}
}

// BenchmarkPickUp measures from the start of a transaction that enqueues one job until its handler runs, on an idle queue.
func BenchmarkPickUp(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			w := jobs.New(d, jobs.Options{})
			started := make(chan struct{})
			jobs.Register(w, func(context.Context, *jobs.Job[greet]) error { started <- struct{}{}; return nil })
			ctx, cancel := context.WithCancel(b.Context())
			var wg sync.WaitGroup
			wg.Go(func() { _ = w.Run(ctx) }) // ends with ctx
			defer wg.Wait()
			defer cancel()
			for b.Loop() {
				enqueue(b, d, greet{1}, 0)
				<-started
			}
		})
	}
}
