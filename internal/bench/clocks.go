package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tellus/internal/app"
	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// How promises come due while others run: first some a second for a while, then many at one instant.
const (
	clockRate  = 200 // a second
	clockSpan  = 30 * time.Second
	clockBurst = 5000
	clockLead  = 12 * time.Second // between the clocks' being set and the first: the server starts meanwhile
)

// Clocks is how late promises are told of that came due.
type Clocks struct {
	Running int     `json:"running"`
	Due     int     `json:"due"` // so many came due, clockRate a second
	P50     float64 `json:"p50"` // milliseconds from the due time to the transaction that told of it
	P99     float64 `json:"p99"`
	Most    float64 `json:"most"`
	Burst   int     `json:"burst"`   // so many came due at one instant
	Drained float64 `json:"drained"` // a second, until the last of them was told of
}

// clocks gives conversations clocks of a promise that is far off, has some come due, and reads when the server told of them. It returns the server that runs in the end, since a server does not
// look for what another process writes into SQLite.
func (o Options) clocks(ctx context.Context, exe string, c app.Config, srv *server, run *Run) (*server, error) {
	fmt.Fprintf(o.Log, "%d conversations: %d promises, of which %d a second come due\n", run.Conversations, o.Clocks, clockRate)
	h := &Clocks{Running: o.Clocks, Due: clockRate * int(clockSpan/time.Second), Burst: clockBurst}
	if o.Clocks < h.Due+h.Burst || run.Conversations < o.Clocks {
		return srv, fmt.Errorf("%d clocks need as many conversations, and are at least %d", o.Clocks, h.Due+h.Burst)
	}
	far := []int{500_000, 500_000, 500_000, 500_000}
	if err := srv.post(ctx, "/policies", map[string]any{"name": "Far off", "active": true, "counts": "clock", "zone": "Europe/Riga", "warn": 75, "pauses": []string{}, "version": 0, "condition": map[string]any{},
		"targets": []map[string]any{{"kind": "first_answer", "minutes": far}}, "steps": []any{}}); err != nil {
		return srv, err
	}
	d, err := db.Open(ctx, databaseURL(c), db.Options{Logger: quiet()})
	if err != nil {
		return srv, err
	}
	err = h.measure(ctx, d, func() error {
		if err := srv.stop(); err != nil {
			return err
		}
		srv, err = o.start(ctx, exe, c)
		return err
	})
	run.Clocks = h
	return srv, errors.Join(err, d.Close())
}

// measure sets the clocks, restarts the server, and waits for what it tells.
func (h *Clocks) measure(ctx context.Context, d *db.DB, restart func() error) error {
	if err := d.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `
			INSERT INTO clock (conversation, kind, round, newest, policy, target, warn, started_at, due_at, warn_at, warned_at, met_at, breached_at, paused_at, dropped_at, pauses, counted_from,
				counted, next_at, calendar, steps, step_at)
			SELECT id, 'first_answer', 1, $1, (SELECT MIN(id) FROM service_policy), $2, 75, $3, $4, $5, $3, 0, 0, 0, 0, '[]', $3, 0, $4, 0, '[]', $5
			FROM conversation ORDER BY id LIMIT $6
			ON CONFLICT (conversation, kind, round) DO NOTHING`,
			true, time.Hour.Microseconds(), tx.Now, tx.Now.Add(1000*time.Hour), desk.Never, h.Running); err != nil {
			return fmt.Errorf("make clocks: %w", err)
		}
		return nil
	}); err != nil {
		return err
	}
	from, err := number(ctx, d, `SELECT COALESCE(MAX(seq), 0) FROM event`)
	if err != nil {
		return err
	}
	first := desk.At(time.Now().Add(clockLead))
	burst := first.Add(clockSpan + 5*time.Second)
	if err := d.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `
			UPDATE clock SET due_at = n.at, next_at = n.at FROM (
				SELECT conversation AS of, CASE WHEN i < $2 THEN $3 + i * $4 ELSE $5 END AS at
				FROM (SELECT conversation, ROW_NUMBER() OVER (ORDER BY conversation) - 1 AS i FROM clock WHERE kind = 'first_answer' AND target = $6) numbered
				WHERE i < $1) n
			WHERE conversation = n.of AND kind = 'first_answer' AND target = $6`,
			h.Due+h.Burst, h.Due, first, (time.Second / clockRate).Microseconds(), burst, time.Hour.Microseconds()); err != nil {
			return fmt.Errorf("set clocks: %w", err)
		}
		return nil
	}); err != nil {
		return err
	}
	if err := restart(); err != nil {
		return err
	}
	for deadline := burst.Time().Add(time.Minute); ; time.Sleep(500 * time.Millisecond) {
		n, err := number(ctx, d, `SELECT COUNT(*) FROM event WHERE seq > $1 AND kind = 'clock.breached'`, from)
		if err != nil {
			return err
		}
		if n >= int64(h.Due+h.Burst) {
			return h.read(ctx, d, from, burst)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("only %d of %d promises were told of", n, h.Due+h.Burst)
		}
	}
}

func (h *Clocks) read(ctx context.Context, d *db.DB, from int64, burst desk.Time) error {
	var late []float64
	last := burst
	err := d.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT at, data FROM event WHERE seq > $1 AND kind = 'clock.breached'`, from)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var at desk.Time
			var data string
			if err := rows.Scan(&at, &data); err != nil {
				return err
			}
			var told struct {
				Due desk.Time `json:"due"`
			}
			if err := json.Unmarshal([]byte(data), &told); err != nil {
				return err
			}
			if told.Due >= burst {
				last = max(last, at)
			} else {
				late = append(late, milliseconds(at.Sub(told.Due)))
			}
		}
		return rows.Err()
	})
	if err != nil {
		return fmt.Errorf("read what was told: %w", err)
	}
	if len(late) != h.Due {
		return fmt.Errorf("%d promises were told of one by one, %d came due", len(late), h.Due)
	}
	slices.Sort(late)
	h.P50, h.P99, h.Most = late[len(late)/2], late[len(late)*99/100], late[len(late)-1]
	h.Drained = float64(h.Burst) / max(last.Sub(burst).Seconds(), 0.001)
	return nil
}
