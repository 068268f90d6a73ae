package promise_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/deadline"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/sla"
	"tellus/internal/flow/act"
	"tellus/internal/flow/promise"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

const faultEnv = "TELLUS_TEST_FIRING"

// The promises that are due at once, and those of them that have a step.
const dueAtOnce, withSteps = 10_000, 500

// TestANodeThatDiesAmongDueClocksLosesNothing has ten thousand promises break at once and kills the node that tells of them in the middle: another goes on, each is told of once, and
// each step is taken once. On PostgreSQL two nodes tell of them side by side.
func TestANodeThatDiesAmongDueClocksLosesNothing(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.create(sla.Edit{Name: "All", Active: true, Targets: []sla.Target{{Kind: deadline.FirstAnswer, Minutes: []int64{60, 60, 60, 60}}, {Kind: deadline.Resolve, Minutes: []int64{60, 60, 60, 60}}},
			Steps: []conversation.PolicyStep{{Kinds: []deadline.Kind{deadline.Resolve}, Actions: []desk.Action{{Do: desk.TellPeople, Agents: []desk.AgentID{w.Eva}}}}}})
		seedDue(w)
		count := func(kind string) int64 {
			return dbtest.Int(t, w.DB, `SELECT COUNT(*) FROM event WHERE kind = $1`, kind)
		}
		begun := time.Now()
		first := fireElsewhere(t, w)
		if w.DB.Postgres() {
			fireElsewhere(t, w)
		}
		grows(t, "a fifth is told of", dueAtOnce/5, func() int64 { return count("clock.breached") })
		if err := first.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = first.Wait() // it was killed
		left := dueAtOnce + withSteps - count("clock.breached")
		if !w.DB.Postgres() {
			fireElsewhere(t, w)
		}
		grows(t, "all are told of", dueAtOnce+2*withSteps, func() int64 { return count("clock.breached") + count("people.told") })
		t.Logf("%d promises in %s, %d of them after the kill", dueAtOnce+withSteps, time.Since(begun), left)
		if left <= 0 {
			t.Error("the node was killed too late to show anything")
		}
		for kind, want := range map[string]int64{"clock.breached": dueAtOnce + withSteps, "clock.escalated": withSteps, "people.told": withSteps, "clock.step_failed": 0} {
			once := dbtest.Int(t, w.DB, `SELECT COUNT(*) FROM (SELECT DISTINCT conversation, data FROM event WHERE kind = $1) told`, kind)
			if n := count(kind); n != want || once != want {
				t.Errorf("%s: %d events about %d different ones, want %d", kind, n, once, want)
			}
		}
	})
}

// grows waits until a number has come to so many, and fails where it stands still for long.
func grows(t *testing.T, what string, to int64, n func() int64) {
	t.Helper()
	was, moved := int64(-1), time.Now()
	for now := n(); now < to; now = n() {
		if now != was {
			was, moved = now, time.Now()
		} else if time.Since(moved) > dbtest.Patience {
			t.Fatalf("did not happen: %s, but %d of %d", what, now, to)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// seedDue copies a conversation and its clocks until there are so many that are due.
func seedDue(w *world) {
	w.T.Helper()
	c := w.Receive(desktest.Ann, "Where is my parcel?")
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		for _, statement := range []string{
			fmt.Sprintf(`INSERT INTO conversation (number, inbox, customer, customer_name, address, channel, subject, subject_key, status, due_at, due_for, waiting_since, created_at, last_at)
				WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
				SELECT 20000 + i, inbox, customer, customer_name, address, channel, subject, subject_key, status, due_at, due_for, waiting_since, created_at, last_at
				FROM n, conversation WHERE id = $1`, dueAtOnce-1),
			fmt.Sprintf(`INSERT INTO clock (conversation, kind, round, newest, policy, target, warn, started_at, due_at, warn_at, warned_at, met_at, breached_at, paused_at, dropped_at, pauses, counted_from,
				counted, next_at, calendar, steps, step_at)
				SELECT c.id, kind, round, newest, policy, target, warn, started_at, k.due_at, warn_at, warned_at, met_at, breached_at, paused_at, dropped_at, pauses, counted_from, counted, next_at,
				calendar, steps, step_at FROM clock k, conversation c WHERE k.conversation = $1 AND c.number > 20000 AND (kind = 'first_answer' OR c.number < 20000 + %d)`, withSteps),
		} {
			if _, err := tx.Exec(ctx, statement, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// fireElsewhere starts a process that tells of promises that are due, until the test ends.
func fireElsewhere(t *testing.T, w *world) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestFiringNode$")
	cmd.Env = append(os.Environ(), faultEnv+"="+w.URL)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Kill(); err == nil {
			_ = cmd.Wait() // it was killed
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "firing") {
			return cmd
		}
	}
	t.Fatalf("the process ended: %v", lines.Err())
	return nil
}

// TestFiringNode is the process that the test above kills.
func TestFiringNode(t *testing.T) {
	url := os.Getenv(faultEnv)
	if url == "" {
		t.Skip("runs as a child of TestANodeThatDiesAmongDueClocksLosesNothing")
	}
	d, err := db.Open(t.Context(), url, db.Options{Clock: func() time.Time { return desktest.Start.Add(10 * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	conversations := &conversation.Service{}
	keeper := &promise.Keeper{DB: d, Conversations: conversations, Policies: &sla.Service{Conversations: conversations}, Hands: &act.Hands{Conversations: conversations}, Log: dbtest.Logger(t)}
	fmt.Println("firing")
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute) // should its parent be gone
	defer stop()
	if err := keeper.Run(ctx); err != nil {
		t.Fatal(err)
	}
}
