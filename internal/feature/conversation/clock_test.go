package conversation_test

import (
	"context"
	"database/sql"
	"testing"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/deadline"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/hours"
	"tellus/internal/platform/db"
)

// TestClocksKeepInStepWithTheRows plays every use case at random under a policy: nobody who waits is without a promise that still has to be kept, nothing is due that lies
// aside or is over, and a row is due when the first of its promises is.
func TestClocksKeepInStepWithTheRows(t *testing.T) {
	t.Parallel()
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		for _, counts := range []string{conversation.CountClock, conversation.CountOpening} {
			t.Run(string(e)+" "+counts, func(t *testing.T) {
				t.Parallel()
				p := newPlay(t, e)
				p.Write(func(ctx context.Context, tx *db.Tx) error {
					cal := desk.CalendarEdit{Name: "Short days", Zone: "Europe/Riga", Week: make([][]desk.OpenHours, 7), Standard: true}
					for d := range cal.Week {
						cal.Week[d] = []desk.OpenHours{{From: 540, To: 550}, {From: 720, To: 726}}
					}
					if _, err := (&hours.Service{}).Create(ctx, tx, desk.System, cal); err != nil {
						return err
					}
					_, err := tx.Exec(ctx, `INSERT INTO service_policy (name, position, condition, targets, pauses, warn, created_at, counts)
					VALUES ('All', 1, '{}', '{"first_answer":[8,4,2,1],"next_answer":[8,4,2,1],"update":[60,60,60,30],"resolve":[90,90,60,30]}', '["waiting"]', 50, 1, $1)`, counts)
					if err != nil {
						return err
					}
					_, err = tx.Exec(ctx, `UPDATE service_policy_stamp SET stamp = stamp + 1`)
					return err
				})
				rapid.Check(t, func(rt *rapid.T) {
					for range 6 {
						p.act(rt)
					}
					if rapid.IntRange(0, 3).Draw(rt, "fire") == 0 {
						if err := p.Try(func(ctx context.Context, tx *db.Tx) error {
							_, err := p.Conversations.FireClocks(ctx, tx, 50)
							return err
						}); err != nil {
							rt.Fatal(err)
						}
					}
					p.inStep(rt)
				})
			})
		}
	}
}

// promised is a conversation with what its clocks come to.
type promised struct {
	id                      desk.ConversationID
	status                  desk.Status
	aside                   bool
	due, since              desk.Time
	dueFor                  string
	earliest                desk.Time // of the promises that have to be kept and do not stand still
	into                    desk.ConversationID
	also                    desk.Time // the first of what else is owed in it and in what was merged into it
	owed, awake, newest, by int       // open clocks of answers; open ones that do not stand still; newest of one kind at most; those to be told of in time
}

func (p *play) inStep(rt *rapid.T) {
	p.T.Helper()
	var all []promised
	type owed struct {
		id  desk.ConversationID
		due desk.Time
	}
	var also []owed
	p.Read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT c.id, c.status, c.spam OR c.trashed_at <> 0 OR c.merged_into <> 0, c.due_at, c.waiting_since, c.due_for, c.merged_into,
				COALESCE(MIN(CASE WHEN k.newest AND k.met_at = 0 AND k.dropped_at = 0 AND k.paused_at = 0 THEN k.due_at END), $1),
				COUNT(CASE WHEN k.newest AND k.met_at = 0 AND k.dropped_at = 0 AND k.kind IN ('first_answer', 'next_answer') THEN 1 END),
				COUNT(CASE WHEN k.newest AND k.met_at = 0 AND k.dropped_at = 0 AND k.paused_at = 0 THEN 1 END),
				COUNT(CASE WHEN k.newest THEN 1 END),
				COUNT(CASE WHEN k.next_at < $1 AND (NOT k.newest OR k.met_at <> 0 OR k.dropped_at <> 0 OR k.breached_at <> 0 OR k.due_at >= $1) THEN 1 END)
			FROM conversation c LEFT JOIN clock k ON k.conversation = c.id
			GROUP BY c.id, c.status, c.spam, c.trashed_at, c.merged_into, c.due_at, c.waiting_since, c.due_for, c.merged_into ORDER BY c.id`, desk.Never)
		all, err = db.Rows(rows, err, func(r *sql.Rows, o *promised) error {
			return r.Scan(&o.id, &o.status, &o.aside, &o.due, &o.since, &o.dueFor, &o.into, &o.earliest, &o.owed, &o.awake, &o.newest, &o.by)
		})
		if err != nil {
			return err
		}
		rows, err = tx.Query(ctx, `SELECT conversation, due_at FROM owed`)
		also, err = db.Rows(rows, err, func(r *sql.Rows, o *owed) error { return r.Scan(&o.id, &o.due) })
		return err
	})
	at := map[desk.ConversationID]*promised{}
	for i := range all {
		all[i].also = desk.Never
		at[all[i].id] = &all[i]
	}
	for _, o := range also {
		c := at[o.id]
		for c.into != 0 {
			c = at[c.into]
		}
		if !c.status.Finished() {
			c.also = min(c.also, o.due)
		}
	}
	for _, o := range all {
		if o.into != 0 {
			o.earliest = min(o.earliest, o.due) // out of sight, and nobody asks when it is due
		}
		switch {
		case o.newest > len(deadline.Kinds):
			rt.Fatalf("conversation %s has %d newest clocks", o.id, o.newest)
		case o.by > 0:
			rt.Fatalf("conversation %s: %d clocks would be told of that need not be", o.id, o.by)
		case (o.aside || o.status.Finished()) && o.awake > 0:
			rt.Fatalf("conversation %s is aside (%v) or %s, and %d of its clocks run", o.id, o.aside, o.status, o.awake)
		case !o.aside && !o.status.Finished() && o.since != 0 && o.owed == 0:
			rt.Fatalf("in conversation %s (%s) somebody waits since %s, and no answer is promised", o.id, o.status, o.since)
		case o.dueFor != "" && o.due != min(o.earliest, o.also):
			rt.Fatalf("conversation %s is due at %s for %q, its first promise at %s, and what else is owed at %s", o.id, o.due, o.dueFor, o.earliest, o.also)
		case o.due > o.also:
			rt.Fatalf("conversation %s is due at %s, though something is owed at %s", o.id, o.due, o.also)
		case o.dueFor == "" && o.earliest < desk.Never && o.into == 0:
			rt.Fatalf("conversation %s is due by the inbox, though a promise is due at %s", o.id, o.earliest)
		}
	}
}
