package privacy

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// RuleID names a rule of retention.
type RuleID int64

func (id RuleID) String() string { return strconv.FormatInt(int64(id), 10) }

// RuleBody says what is kept for how long.
type RuleBody struct {
	Inbox   desk.InboxID `json:"inbox,omitempty" doc:"Of this inbox only"`
	Type    desk.TypeID  `json:"type,omitempty" doc:"Of this type only"`
	Months  int          `json:"months" minimum:"1" maximum:"600" doc:"After this many months of being finished, what was said is erased"`
	Persons bool         `json:"persons" doc:"Customers of whom nothing else is kept then are erased too"`
}

// Rule is a rule of retention, and what it has done.
type Rule struct {
	ID RuleID `json:"id"`
	RuleBody
	Agent     desk.AgentID `json:"agent" doc:"Who made it"`
	CreatedAt desk.Time    `json:"createdAt"`
	RanAt     desk.Time    `json:"ranAt,omitempty"`
	Emptied   int64        `json:"emptied" doc:"Conversations whose content it erased"`
	Erased    int64        `json:"erased" doc:"Customers whom it erased"`
}

// Before is when a conversation must have been finished for the rule to concern it at now.
func (b RuleBody) Before(now desk.Time) desk.Time { return desk.At(monthsBefore(now.Time(), b.Months)) }

// monthsBefore goes back by the calendar: a day that the month does not have is its last.
func monthsBefore(t time.Time, months int) time.Time {
	first := time.Date(t.Year(), t.Month()-time.Month(months), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

const selectRule = `SELECT id, COALESCE(inbox, 0), COALESCE(type_id, 0), months, persons, agent, created_at, ran_at, emptied, erased FROM retention_rule`

func scanRule(r *sql.Rows, v *Rule) error {
	return r.Scan(&v.ID, &v.Inbox, &v.Type, &v.Months, &v.Persons, &v.Agent, &v.CreatedAt, &v.RanAt, &v.Emptied, &v.Erased)
}

// Rules are those that hold, in the order in which they were made.
func (s *Service) Rules(ctx context.Context, tx *db.Tx) ([]Rule, error) {
	rows, err := tx.Query(ctx, selectRule+` WHERE ended_at = 0 ORDER BY id`)
	list, err := db.Rows(rows, err, scanRule)
	if err != nil {
		return nil, fmt.Errorf("rules of retention: %w", err)
	}
	if list == nil {
		list = []Rule{}
	}
	return list, nil
}

// AddRule makes a rule. A rule is never edited: it is ended and another one is made, so that what it did stays true.
func (s *Service) AddRule(ctx context.Context, tx *db.Tx, by desk.AgentID, b RuleBody) (Rule, error) {
	r := Rule{RuleBody: b, Agent: by, CreatedAt: tx.Now}
	for _, known := range []struct {
		id              int64
		text, at, named string
	}{
		{int64(b.Inbox), `SELECT id FROM inbox WHERE id = $1`, "body.inbox", "inbox"}, {int64(b.Type), `SELECT id FROM conversation_type WHERE id = $1`, "body.type", "type"},
	} {
		var id int64
		if known.id == 0 {
			continue
		}
		err := tx.Row(ctx, known.text, known.id).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return r, desk.RefuseField(desk.Invalid, known.at, "there is no such %s", known.named)
		}
		if err != nil {
			return r, fmt.Errorf("is there such a %s: %w", known.named, err)
		}
	}
	err := tx.Row(ctx, `INSERT INTO retention_rule (inbox, type_id, months, persons, agent, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		nullID(b.Inbox), nullID(b.Type), b.Months, b.Persons, by, tx.Now).Scan(&r.ID)
	if err != nil {
		return r, fmt.Errorf("make a rule of retention: %w", err)
	}
	return r, nil
}

// EndRule ends a rule; desk.NotFound where there is none that holds.
func (s *Service) EndRule(ctx context.Context, tx *db.Tx, id RuleID) error {
	n, err := tx.Exec(ctx, `UPDATE retention_rule SET ended_at = $2 WHERE id = $1 AND ended_at = 0`, id, tx.Now)
	if err != nil {
		return fmt.Errorf("end rule %s: %w", id, err)
	}
	if n == 0 {
		return desk.Refuse(desk.NotFound, "no rule %s", id)
	}
	return nil
}

// Ran adds what a rule has done.
func (s *Service) Ran(ctx context.Context, tx *db.Tx, id RuleID, emptied, erased int64) error {
	if _, err := tx.Exec(ctx, `UPDATE retention_rule SET ran_at = $2, emptied = emptied + $3, erased = erased + $4 WHERE id = $1`, id, tx.Now, emptied, erased); err != nil {
		return fmt.Errorf("note what rule %s did: %w", id, err)
	}
	return nil
}
