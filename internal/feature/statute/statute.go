// Package statute owns the time limits that the law sets: how they count and for which conversations, the clocks of them that run in conversations, and what people did with
// those. Clocks lie in tables of their own and know nothing of a conversation's status: no pause, snooze, merge, reopening or change of a policy stops them. They follow a
// conversation that is merged, and come back with it, since they stay with the row that they were made for and are read for the whole family.
package statute

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/engine/statute"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Edit is what people decide about a statute.
type Edit struct {
	Name      string         `json:"name" minLength:"1" maxLength:"120"`
	Active    bool           `json:"active" doc:"Whether it begins in conversations; one that is not checked with counsel cannot be"`
	Condition condition.Node `json:"condition" doc:"In which conversations it begins, by itself, the moment they first fit; in none where it is empty"`
	Term      statute.Term   `json:"term"`
	Warn      []int          `json:"warn" maxItems:"10" doc:"So many working days before the last day it is warned of, in the morning; 0 is the last day itself"`
	Note      string         `json:"note,omitempty" maxLength:"2000"`
	CheckedBy string         `json:"checkedBy,omitempty" maxLength:"120" doc:"The counsel who confirmed it. A changed term takes the confirmation back, and switches it off, unless it is confirmed otherwise at once"`
	CheckedOn desk.Date      `json:"checkedOn,omitzero"`
	Version   int64          `json:"version" doc:"The version that was seen; 0 for a new one"`
}

// Statute is a time limit that the law sets.
type Statute struct {
	ID desk.StatuteID `json:"id"`
	Edit
	Broken bool `json:"broken,omitempty" doc:"Its condition asks for something that is not there any more: it begins nowhere until it is mended"`
}

// All are the statutes by name, and those that are offered ready-made.
type All struct {
	Items []Statute       `json:"items"`
	Ready []statute.Ready `json:"ready"`
}

// Service is the feature.
type Service struct {
	Conversations *conversation.Service
}

const most = 100 // statutes

const columns = `id, name, active, condition, term, warn, note, checked_by, checked_on, version`

func (s *Service) load(ctx context.Context, tx *db.Tx, where string, args ...any) ([]Statute, error) {
	registry, err := s.Conversations.Attributes(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM statute WHERE deleted_at = 0`+where+` ORDER BY name, id`, args...)
	all, err := db.Rows(rows, err, func(r *sql.Rows, to *Statute) error {
		var when, term, warn string
		if err := r.Scan(&to.ID, &to.Name, &to.Active, &when, &term, &warn, &to.Note, &to.CheckedBy, &to.CheckedOn, &to.Version); err != nil {
			return err
		}
		if err := errors.Join(json.Unmarshal([]byte(when), &to.Condition), json.Unmarshal([]byte(term), &to.Term), json.Unmarshal([]byte(warn), &to.Warn)); err != nil {
			return fmt.Errorf("statute %s: %w", to.ID, err)
		}
		_, err := compile(registry, to.Edit)
		to.Broken = err != nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list statutes: %w", err)
	}
	return all, nil
}

// List returns the statutes, and what is offered ready-made.
func (s *Service) List(ctx context.Context, tx *db.Tx) (All, error) {
	all, err := s.load(ctx, tx, "")
	return All{slices.Concat([]Statute{}, all), statute.ReadyMade()}, err
}

// Get returns a statute; desk.NotFound where there is none.
func (s *Service) Get(ctx context.Context, tx *db.Tx, id desk.StatuteID) (Statute, error) {
	all, err := s.load(ctx, tx, ` AND id = $1`, id)
	if err != nil {
		return Statute{}, err
	}
	if len(all) == 0 {
		return Statute{}, desk.Refuse(desk.NotFound, "no such statute")
	}
	return all[0], nil
}

// Create adds a statute.
func (s *Service) Create(ctx context.Context, tx *db.Tx, by desk.Actor, e Edit) (Statute, error) {
	k, err := s.check(ctx, tx, &e)
	if err != nil {
		return Statute{}, err
	}
	var n int
	if err := tx.Row(ctx, `SELECT COUNT(*) FROM statute WHERE deleted_at = 0`).Scan(&n); err != nil {
		return Statute{}, fmt.Errorf("count statutes: %w", err)
	}
	if n >= most {
		return Statute{}, desk.WhyEnough.Refuse(most)
	}
	var id desk.StatuteID
	if err := tx.Row(ctx, `
		INSERT INTO statute (name, active, condition, term, warn, note, checked_by, checked_on, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		RETURNING id`, e.Name, e.Active, k.condition, k.term, k.warn, e.Note, e.CheckedBy, e.CheckedOn, tx.Now).Scan(&id); err != nil {
		return Statute{}, fmt.Errorf("create statute: %w", err)
	}
	if err := told(ctx, tx, by, id); err != nil {
		return Statute{}, err
	}
	return s.Get(ctx, tx, id)
}

// Change replaces a statute. It refuses a stale version with desk.Conflict. What runs by it already goes on as it began.
func (s *Service) Change(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.StatuteID, e Edit) (Statute, error) {
	if err := tx.Lock(ctx, "statute", int64(id)); err != nil {
		return Statute{}, err
	}
	now, err := s.Get(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if now.Version != e.Version {
		return now, desk.Stale{Current: now}.Refuse()
	}
	if e.Term != now.Term && e.CheckedBy == now.CheckedBy && e.CheckedOn == now.CheckedOn {
		e.CheckedBy, e.CheckedOn, e.Active = "", 0, false // counsel said nothing about this one
	}
	k, err := s.check(ctx, tx, &e)
	if err != nil {
		return now, err
	}
	if _, err := tx.Exec(ctx, `
		UPDATE statute SET name = $2, active = $3, condition = $4, term = $5, warn = $6, note = $7, checked_by = $8, checked_on = $9, version = version + 1 WHERE id = $1`,
		id, e.Name, e.Active, k.condition, k.term, k.warn, e.Note, e.CheckedBy, e.CheckedOn); err != nil {
		return now, fmt.Errorf("change statute %s: %w", id, err)
	}
	if err := told(ctx, tx, by, id); err != nil {
		return now, err
	}
	return s.Get(ctx, tx, id)
}

// Delete takes a statute out of use for good. What runs by it goes on.
func (s *Service) Delete(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.StatuteID) (Statute, error) {
	now, err := s.Get(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if _, err := tx.Exec(ctx, `UPDATE statute SET deleted_at = $2, active = FALSE, version = version + 1 WHERE id = $1`, id, tx.Now); err != nil {
		return now, fmt.Errorf("delete statute %s: %w", id, err)
	}
	return now, told(ctx, tx, by, id)
}

func told(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.StatuteID) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.StatuteUpdated, SubjectKind: desk.AboutStatute, Subject: int64(id)})
}

// compile makes a condition of what an edit says; nil where it is empty, which begins nowhere by itself.
func compile(registry condition.List, e Edit) (*condition.Condition, error) {
	if e.Condition.Empty() {
		return nil, nil //nolint:nilnil // set by hand only
	}
	zone, err := time.LoadLocation(e.Term.Zone)
	if err != nil {
		return nil, desk.WhyZone.At("body.term.zone")
	}
	when, err := condition.Compile(registry, "body.condition", e.Condition, condition.Env{Zone: zone})
	if err != nil {
		return nil, err
	}
	if when.Timed() || when.Personal() { // nothing happens at the moment at which it would begin to hold
		return nil, desk.WhyPolicyLasting.At("body.condition")
	}
	return when, nil
}

type stored struct{ condition, term, warn string }

// check brings a statute into the form in which it is kept.
func (s *Service) check(ctx context.Context, tx *db.Tx, e *Edit) (k stored, err error) {
	if e.Name = strings.Join(strings.Fields(db.Text(e.Name)), " "); e.Name == "" {
		return k, desk.WhyNeeded.At("body.name")
	}
	e.Note, e.CheckedBy = strings.TrimSpace(db.Text(e.Note)), strings.TrimSpace(db.Text(e.CheckedBy))
	if err := refuseTerm(e.Term); err != nil {
		return k, err
	}
	registry, err := s.Conversations.Attributes(ctx, tx)
	if err != nil {
		return k, err
	}
	if _, err := compile(registry, *e); err != nil {
		return k, err
	}
	if e.Warn == nil {
		e.Warn = []int{}
	}
	for i, n := range e.Warn {
		if n < 0 || n > statute.MostDays {
			return k, desk.WhyOutOfRange.At(fmt.Sprintf("body.warn[%d]", i))
		}
	}
	slices.Sort(e.Warn)
	e.Warn = slices.Compact(e.Warn)
	slices.Reverse(e.Warn)                          // the earliest warning first
	if e.CheckedOn > desk.DateOf(tx.Now.Time())+1 { // somebody east of UTC is a day ahead
		return k, desk.WhyDateFuture.At("body.checkedOn")
	}
	if e.Active && (e.CheckedBy == "" || e.CheckedOn == 0) {
		return k, desk.WhyStatuteUnchecked.At("body.checkedBy")
	}
	return stored{text(e.Condition), text(e.Term), text(e.Warn)}, nil
}

func refuseTerm(t statute.Term) error {
	switch err := t.Check(); {
	case errors.Is(err, statute.ErrZone):
		return desk.WhyZone.At("body.term.zone")
	case errors.Is(err, statute.ErrCountry):
		return desk.RefuseField(desk.Invalid, "body.term.country", "the public holidays of this country are not known")
	case err != nil:
		return desk.WhyOutOfRange.At("body.term.days")
	}
	return nil
}

func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic("statute: " + err.Error()) // a fault of the program: these are our own types
	}
	return db.Text(string(data))
}
