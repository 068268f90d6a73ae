package conversation

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/engine/worktime"
	"tellus/internal/platform/db"
)

// Arriving says what a policy would come to for a message that came now, by one calendar.
type Arriving struct {
	Calendar string        `json:"calendar,omitempty" doc:"Its name; absent where every hour counts"`
	Zone     string        `json:"zone,omitempty" doc:"Whose clock it goes by"`
	Inboxes  int           `json:"inboxes" doc:"Whose conversations go by it, with the teams that they begin with"`
	Open     bool          `json:"open" doc:"Whether it is open now"`
	Due      []ArrivingDue `json:"due"`
}

// ArrivingDue is when one kind of promise would be due.
type ArrivingDue struct {
	Kind deadline.Kind `json:"kind" enum:"acknowledge,first_answer,next_answer,update,resolve"`
	At   []desk.Time   `json:"at" doc:"By priority: low, normal, high, urgent; null where nothing is promised, or where it is not within ten years"`
}

// mostArriving is how many calendars a policy is shown by: those of the most inboxes.
const mostArriving = 5

// Arriving says what targets come to for a message that came now, by each calendar that conversations begin with. Where every hour counts that is one answer.
func (s *Service) Arriving(ctx context.Context, tx *db.Tx, targets deadline.Targets, opening bool) ([]Arriving, error) {
	type begins struct {
		inbox desk.InboxID
		team  desk.TeamID
	}
	rows, err := tx.Query(ctx, `SELECT id, COALESCE(team, 0) FROM inbox ORDER BY id`)
	all, err := db.Rows(rows, err, func(r *sql.Rows, b *begins) error { return r.Scan(&b.inbox, &b.team) })
	if err != nil {
		return nil, fmt.Errorf("which calendars conversations begin with: %w", err)
	}
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	by := map[desk.CalendarID]int{}
	for _, b := range all {
		if opening {
			by[d.book.Of(b.inbox, b.team)]++
		}
	}
	if len(by) == 0 {
		by[0] = len(all)
	}
	var out []Arriving
	for id, inboxes := range by {
		a := Arriving{Calendar: d.book.Name(id), Inboxes: inboxes, Open: true, Due: []ArrivingDue{}}
		cal := deadline.Calendar(worktime.Always)
		open, ok, err := d.book.Open(id, tx.Now)
		if err != nil {
			return nil, err
		}
		if ok {
			cal, a.Zone, a.Open = open, open.Zone().String(), open.OpenAt(tx.Now.Time())
		}
		for _, kind := range deadline.Kinds {
			times, ok := targets[kind]
			if !ok {
				continue
			}
			due := ArrivingDue{kind, make([]desk.Time, len(times))}
			for i, target := range times {
				due.At[i] = dueIn(cal, tx.Now, target)
			}
			a.Due = append(a.Due, due)
		}
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Arriving) int { return cmp.Or(b.Inboxes-a.Inboxes, cmp.Compare(a.Calendar, b.Calendar)) })
	return out[:min(len(out), mostArriving)], nil
}

// dueIn is when so much counted time has passed, 0 for none.
func dueIn(cal deadline.Calendar, now desk.Time, target time.Duration) desk.Time {
	if due, ok := cal.Add(now.Time(), target); ok && target > 0 {
		return desk.At(due)
	}
	return 0
}
