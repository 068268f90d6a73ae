package conversation

import (
	"context"
	"database/sql"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/engine/deadline"
	"tellus/internal/engine/worktime"
	"tellus/internal/platform/db"
)

// mostPast is how many of the newest conversations a policy is measured by.
const mostPast = 2000

// Past is how long things took in the newest conversations that somebody sees, finished ones too, and that a policy would have had if it stood behind the given ones: as its
// targets would count them. It says how many conversations it looked at and when the oldest of them began. What was pauses then are pauses here; where no clock was kept, a first
// answer is measured from when the conversation began.
func (s *Service) Past(ctx context.Context, tx *db.Tx, scope desk.Scope, when *condition.Condition, behind []desk.PolicyID, opening bool) (past []deadline.Past, looked int, since desk.Time, err error) {
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return nil, 0, 0, err
	}
	fitting, looked, since, err := s.wouldHave(ctx, tx, scope, d, when, behind)
	if err != nil || len(fitting) == 0 {
		return nil, looked, since, err
	}
	ids := make([]desk.ConversationID, len(fitting))
	byID := make(map[desk.ConversationID]*row, len(fitting))
	for i, c := range fitting {
		ids[i], byID[c.ID] = c.ID, c
	}
	calendars := map[desk.CalendarID]deadline.Calendar{}
	calendar := func(c *row) (deadline.Calendar, error) {
		id := d.book.Of(c.Inbox, c.Team)
		if cal, ok := calendars[id]; ok {
			return cal, nil
		}
		calendars[id] = worktime.Always
		if !opening {
			return worktime.Always, nil
		}
		open, ok, err := d.book.Open(id, tx.Now)
		if ok {
			calendars[id] = open
		}
		return calendars[id], err
	}
	type of struct {
		id   desk.ConversationID
		kind deadline.Kind
	}
	clocked := map[of]bool{}
	rows, err := tx.Query(ctx, `SELECT `+clockColumns+` FROM clock WHERE conversation IN `+db.In(len(ids), 1), db.Args(ids)...)
	if _, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var id desk.ConversationID
		var k deadline.Clock
		if err := scanClock(r, &id, &k); err != nil {
			return err
		}
		clocked[of{id, k.Kind}] = true
		if k.Dropped != 0 {
			return nil
		}
		cal, err := calendar(byID[id])
		end := tx.Now
		if k.Met != 0 {
			end = k.Met
		}
		past = append(past, deadline.Past{Kind: k.Kind, Priority: byID[id].Priority, Took: k.Spent(end, cal), Done: k.Met != 0})
		return err
	}); err != nil {
		return nil, 0, 0, fmt.Errorf("how promises were kept: %w", err)
	}
	for _, c := range fitting {
		if clocked[of{c.ID, deadline.FirstAnswer}] {
			continue
		}
		cal, err := calendar(c)
		if err != nil {
			return nil, 0, 0, err
		}
		switch {
		case c.firstAnswerAt > c.CreatedAt:
			past = append(past, deadline.Past{Kind: deadline.FirstAnswer, Priority: c.Priority, Took: cal.Between(c.CreatedAt.Time(), c.firstAnswerAt.Time()), Done: true})
		case c.firstAnswerAt == 0 && c.WaitingSince != 0 && c.WaitingSince < tx.Now:
			past = append(past, deadline.Past{Kind: deadline.FirstAnswer, Priority: c.Priority, Took: cal.Between(c.WaitingSince.Time(), tx.Now.Time())})
		}
	}
	return past, looked, since, nil
}

// wouldHave are the newest conversations that a policy would have had.
func (s *Service) wouldHave(ctx context.Context, tx *db.Tx, scope desk.Scope, d *definitions, when *condition.Condition, behind []desk.PolicyID) (fitting []*row, looked int, since desk.Time,
	err error) {
	var q query
	q.WriteString(`SELECT ` + rowColumns + ` FROM conversation c WHERE c.shelf IN (0, 1, 2) AND ` + q.visible(scope) + ` ORDER BY c.id DESC LIMIT ` + q.arg(mostPast))
	rows, err := tx.Query(ctx, q.String(), q.args...)
	found, err := db.Rows(rows, err, func(r *sql.Rows, to **row) error {
		*to = &row{}
		return (*to).scan(r)
	})
	if err != nil {
		return nil, 0, 0, fmt.Errorf("measure a policy: %w", err)
	}
	would := d.taking(when, behind)
	for _, c := range found {
		since = c.CreatedAt
		_, takes, err := would(ctx, tx, c)
		if err != nil {
			return nil, 0, 0, err
		}
		if takes {
			fitting = append(fitting, c)
		}
	}
	return fitting, len(found), since, nil
}
