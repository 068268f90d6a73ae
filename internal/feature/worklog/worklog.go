// Package worklog owns the time that agents spend on conversations: entries that were typed or timed, and the one timer that each agent has.
package worklog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Service is the feature.
type Service struct {
	Conversations *conversation.Service
}

// mostEntries is how many entries a conversation has, and mostSeconds the longest entry.
const (
	mostEntries = 1000
	mostSeconds = 24 * 60 * 60
)

// Entry is what is said about time that was spent.
type Entry struct {
	Version int64  `json:"version,omitempty" doc:"The one that was seen; absent for a new entry"`
	Seconds int64  `json:"seconds" minimum:"1" maximum:"86400"`
	Day     string `json:"day,omitempty" pattern:"^$|^[0-9]{4}-[0-9]{2}-[0-9]{2}$" doc:"The day on which it was spent; today by UTC where it is absent"`
	Note    string `json:"note,omitempty" maxLength:"500"`
}

const selectWork = `SELECT id, conversation, agent, seconds, day, note, created_at, version FROM work_entry`

func scan(s interface{ Scan(...any) error }, w *desk.TimeEntry) error {
	return s.Scan(&w.ID, &w.Conversation, &w.Agent, &w.Seconds, &w.Day, &w.Note, &w.CreatedAt, &w.Version)
}

// Of returns the entries of a conversation and of those that were merged into it, oldest first.
func (s *Service) Of(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) ([]desk.TimeEntry, error) {
	c, err := s.Conversations.Get(ctx, tx, scope, id)
	if err != nil {
		return nil, err
	}
	members, err := s.Conversations.Family(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, selectWork+` WHERE deleted_at = 0 AND conversation IN `+db.In(len(members), 1)+` ORDER BY day, id`, db.Args(members)...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, w *desk.TimeEntry) error { return scan(r, w) })
	if err != nil {
		return nil, fmt.Errorf("time spent on conversation %s: %w", id, err)
	}
	return slices.Concat([]desk.TimeEntry{}, list), nil
}

// Add keeps time that the agent of the scope spent.
func (s *Service) Add(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, e Entry) (w desk.TimeEntry, err error) {
	if err := e.check(tx.Now); err != nil {
		return w, err
	}
	c, err := s.Conversations.Get(ctx, tx, scope, id)
	if err != nil {
		return w, err
	}
	if err := tx.Lock(ctx, "conversation", int64(c.ID)); err != nil {
		return w, err
	}
	var count int
	if err := tx.Row(ctx, `SELECT count(*) FROM work_entry WHERE conversation = $1`, c.ID).Scan(&count); err != nil {
		return w, fmt.Errorf("count entries of conversation %s: %w", c.ID, err)
	}
	if count >= mostEntries {
		return w, desk.WhyEnough.Refuse(mostEntries)
	}
	w = desk.TimeEntry{Conversation: c.ID, Agent: scope.Agent, Seconds: e.Seconds, Day: e.Day, Note: e.Note, CreatedAt: tx.Now, Version: 1}
	if err := tx.Row(ctx, `INSERT INTO work_entry (conversation, agent, seconds, day, note, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		w.Conversation, w.Agent, w.Seconds, w.Day, w.Note, tx.Now).Scan(&w.ID); err != nil {
		return w, fmt.Errorf("keep time spent on conversation %s: %w", c.ID, err)
	}
	return w, s.sum(ctx, tx, scope, w)
}

// Change corrects an entry: its owner's own, anybody's where others is set (supervisors). It refuses a stale version with desk.Conflict.
func (s *Service) Change(ctx context.Context, tx *db.Tx, scope desk.Scope, others bool, id desk.WorkID, e Entry) (desk.TimeEntry, error) {
	if err := e.check(tx.Now); err != nil {
		return desk.TimeEntry{}, err
	}
	w, err := s.mine(ctx, tx, scope, others, id, false)
	if err != nil {
		return w, err
	}
	if w.Version != e.Version {
		return w, desk.Stale{Current: w}.Refuse()
	}
	w.Seconds, w.Day, w.Note = e.Seconds, e.Day, e.Note
	w.Version++
	if _, err := tx.Exec(ctx, `UPDATE work_entry SET seconds = $1, day = $2, note = $3, version = $4 WHERE id = $5`, w.Seconds, w.Day, w.Note, w.Version, id); err != nil {
		return w, fmt.Errorf("correct time spent: %w", err)
	}
	return w, s.sum(ctx, tx, scope, w)
}

// Remove takes an entry away; restored brings it back.
func (s *Service) Remove(ctx context.Context, tx *db.Tx, scope desk.Scope, others bool, id desk.WorkID, restored bool) (desk.TimeEntry, error) {
	w, err := s.mine(ctx, tx, scope, others, id, restored)
	if err != nil {
		return w, err
	}
	at := tx.Now
	if restored {
		at = 0
	}
	if _, err := tx.Exec(ctx, `UPDATE work_entry SET deleted_at = $1 WHERE id = $2`, at, id); err != nil {
		return w, fmt.Errorf("remove time spent: %w", err)
	}
	return w, s.sum(ctx, tx, scope, w)
}

// mine returns an entry of a conversation that the agent sees, to be changed by him.
func (s *Service) mine(ctx context.Context, tx *db.Tx, scope desk.Scope, others bool, id desk.WorkID, deleted bool) (w desk.TimeEntry, err error) {
	if err := tx.Lock(ctx, "work_entry", int64(id)); err != nil {
		return w, err
	}
	err = scan(tx.Row(ctx, selectWork+` WHERE id = $1 AND (deleted_at > 0) = $2`, id, deleted), &w)
	if errors.Is(err, sql.ErrNoRows) {
		return w, desk.Refuse(desk.NotFound, "no such entry")
	}
	if err != nil {
		return w, fmt.Errorf("load time spent: %w", err)
	}
	if _, err := s.Conversations.Get(ctx, tx, scope, w.Conversation); err != nil {
		if desk.IsRefusal(err, desk.NotFound) {
			err = desk.Refuse(desk.NotFound, "no such entry")
		}
		return w, err
	}
	if w.Agent != scope.Agent && !others {
		return w, desk.Refuse(desk.Forbidden, "it is the time of somebody else")
	}
	return w, nil
}

// sum brings the conversation's row up to what its entries say.
func (s *Service) sum(ctx context.Context, tx *db.Tx, scope desk.Scope, w desk.TimeEntry) error {
	return s.Conversations.SetSpent(ctx, tx, desk.ByAgent(scope.Agent), scope, w.Conversation, w.ID, func() (total int64, err error) {
		members, err := s.Conversations.Family(ctx, tx, w.Conversation)
		if err != nil {
			return 0, err
		}
		err = tx.Row(ctx, `SELECT COALESCE(sum(seconds), 0) FROM work_entry WHERE deleted_at = 0 AND conversation IN `+db.In(len(members), 1), db.Args(members)...).Scan(&total)
		if err != nil {
			return 0, fmt.Errorf("sum time spent on conversation %s: %w", w.Conversation, err)
		}
		return total, nil
	})
}

func (e *Entry) check(now desk.Time) error {
	e.Note = strings.Join(strings.Fields(db.Text(e.Note)), " ")
	if e.Day == "" {
		e.Day = now.Time().Format(time.DateOnly)
	}
	day, err := time.Parse(time.DateOnly, e.Day)
	switch {
	case err != nil:
		return desk.WhyNoDate.At("body.day")
	case day.After(now.Time().Add(24 * time.Hour)): // somebody east of UTC is a day ahead
		return desk.WhyDateFuture.At("body.day")
	case e.Seconds < 1 || e.Seconds > mostSeconds:
		return desk.WhyOutOfRange.At("body.seconds")
	}
	return nil
}

// told is the fact that an agent's timer changed. It is about him, so that his other browsers hear of it.
func told(ctx context.Context, tx *db.Tx, agent desk.AgentID) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.ByAgent(agent), Kind: desk.TimerChanged, SubjectKind: desk.AboutAgent, Subject: int64(agent)})
}

// ForgetNotes takes out what was noted about time spent on a conversation; the time stays.
func (s *Service) ForgetNotes(ctx context.Context, tx *db.Tx, id desk.ConversationID) error {
	if _, err := tx.Exec(ctx, `UPDATE work_entry SET note = '' WHERE conversation = $1 AND note <> ''`, id); err != nil {
		return fmt.Errorf("forget notes on conversation %s: %w", id, err)
	}
	return nil
}
