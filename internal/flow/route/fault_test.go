package route_test

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
	"tellus/internal/engine/assign"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/presence"
	"tellus/internal/feature/routing"
	"tellus/internal/feature/staff"
	"tellus/internal/flow/route"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/eventlog"
)

const faultEnv = "TELLUS_TEST_DISTRIBUTING"

// What waits at once, who is there for it, and how much each may have: a tenth has to wait on, so that nobody is given more is seen by the limit itself.
const waiting, there, room = 1000, 20, 45
const fits = there * room

// TestANodeThatDiesAmongWaitingItemsGivesEachOnce has a thousand conversations wait and kills the node that gives them out in the middle: another goes on, each is given to one person
// once, nobody more than he may have.
func TestANodeThatDiesAmongWaitingItemsGivesEachOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		c := w.receive(1)
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, fmt.Sprintf(`INSERT INTO conversation (number, inbox, customer, customer_name, address, channel, subject, subject_key, status, team, due_at, waiting_since, created_at, last_at)
				WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
				SELECT 20000 + i, inbox, customer, customer_name, address, channel, subject, subject_key, status, team, due_at + i, waiting_since, created_at, last_at FROM n, conversation
				WHERE id = $1`, waiting-1), c)
			return err
		})
		people := w.people
		for i := len(people); i < there; i++ {
			people = append(people, w.Agent(fmt.Sprint("Helper ", i), desk.AgentRole, w.team))
		}
		given := func() int64 {
			return dbtest.Int(t, w.DB, `SELECT COUNT(*) FROM conversation WHERE assignee IS NOT NULL`)
		}
		first := distributeElsewhere(t, w, 1)
		if w.DB.Postgres() {
			distributeElsewhere(t, w, 2)
		}
		w.Write(func(ctx context.Context, tx *db.Tx) error { // from now on the team gives out
			_, _, err := w.Router.Routing.Set(ctx, tx, desk.ByAgent(w.Eva), w.team, routing.Edit{Method: assign.LeastBusy, Capacity: room})
			return err
		})
		dbtest.Eventually(t, "a fifth is given out", func() bool { return given() >= waiting/5 })
		if err := first.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = first.Wait() // it was killed
		left := fits - given()
		if !w.DB.Postgres() {
			distributeElsewhere(t, w, 1)
		}
		dbtest.Eventually(t, "all that fits is given out", func() bool { return given() >= fits })
		t.Logf("%d were given out after the kill", left)
		if n := dbtest.Int(t, w.DB, `SELECT COUNT(*) FROM event WHERE kind = 'assignee.changed'`); n != fits {
			t.Errorf("%d were given, want %d", n, fits)
		}
		if n := dbtest.Int(t, w.DB, `SELECT COUNT(DISTINCT conversation) FROM event WHERE kind = 'assignee.changed'`); n != fits {
			t.Errorf("%d different ones were given, want %d", n, fits)
		}
		most := dbtest.Int(t, w.DB, `SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM conversation WHERE assignee IS NOT NULL GROUP BY assignee) loads`)
		if most != room {
			t.Errorf("the busiest has %d, want as much as he may have, %d", most, room)
		}
	})
}

// distributeElsewhere starts a process that gives out what waits, until the test ends.
func distributeElsewhere(t *testing.T, w *world, node int) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestDistributingNode$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s", faultEnv, node, w.URL))
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
		if strings.Contains(lines.Text(), "distributing") {
			return cmd
		}
	}
	t.Fatalf("the process ended: %v", lines.Err())
	return nil
}

// TestDistributingNode is the process that the test above kills. On SQLite the next one takes the place of the first at once, as a server that is started again does; on PostgreSQL
// the other node takes over when the first has been silent for four beats.
func TestDistributingNode(t *testing.T) {
	name, url, ok := strings.Cut(os.Getenv(faultEnv), " ")
	if !ok {
		t.Skip("runs as a child of TestANodeThatDiesAmongWaitingItemsGivesEachOnce")
	}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute) // should its parent be gone
	defer stop()
	d, err := db.Open(ctx, url, db.Options{Clock: func() time.Time { return desktest.Start.Add(time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	node, err := cluster.Join(ctx, d, cluster.Options{Instance: "node" + name, Name: name, Beat: 250 * time.Millisecond, Logger: dbtest.Logger(t)})
	if err != nil {
		t.Fatal(err)
	}
	events, err := eventlog.Open(ctx, d, node, dbtest.Logger(t))
	if err != nil {
		t.Fatal(err)
	}
	people := &staff.Service{}
	everybody := func(ctx context.Context, tx *db.Tx) (map[desk.AgentID]desk.Time, error) {
		all, err := people.Agents(ctx, tx)
		here := map[desk.AgentID]desk.Time{}
		for _, a := range all {
			here[a.ID] = tx.Now
		}
		return here, err
	}
	present := &presence.Service{Staff: people, Seats: everybody}
	if _, err := present.Review(ctx, d); err != nil {
		t.Fatal(err)
	}
	router := &route.Router{Routing: &routing.Service{}, Conversations: &conversation.Service{}, Staff: people, Presence: present}
	go func() {
		for ctx.Err() == nil {
			if n := dbtest.Int(t, d, `SELECT COUNT(*) FROM consumer_cursor WHERE name = 'distribution' AND owner <> 0`); n > 0 {
				fmt.Println("distributing")
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	if err := router.Run(ctx, events); err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
}
