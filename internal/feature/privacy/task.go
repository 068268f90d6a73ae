package privacy

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

// Kind is what a task does; State how far it is.
type (
	Kind  string
	State string
)

const (
	Export Kind = "export"
	Erase  Kind = "erase"

	Running State = "running"
	Done    State = "done"
	Ended   State = "ended" // an export whose file is not kept any more
)

// FileKept is how long the file of an export can be fetched.
const FileKept = 7 * 24 * time.Hour

// Task is an export or an erasure of a person, and its line in the log for good.
type Task struct {
	ID         desk.PrivacyTaskID `json:"id"`
	Kind       Kind               `json:"kind" enum:"export,erase"`
	Customer   desk.CustomerID    `json:"customer"`
	Agent      desk.AgentID       `json:"agent" doc:"Who asked for it; 0 where a rule did"`
	State      State              `json:"state" enum:"running,done,ended"`
	Figures    desk.Footprint     `json:"figures" doc:"What was held when it began"`
	Size       int64              `json:"size,omitempty" doc:"Bytes of the file"`
	CreatedAt  desk.Time          `json:"createdAt"`
	FinishedAt desk.Time          `json:"finishedAt,omitempty"`
	ExpiresAt  desk.Time          `json:"expiresAt,omitempty" doc:"Until when the file can be fetched"`

	All  bool   `json:"-"` // who asked saw everything
	Work string `json:"-"` // what it still needs to know
	Blob string `json:"-"`
}

// Do is the job that carries a task out.
type Do struct {
	Task desk.PrivacyTaskID `json:"task"`
}

// JobKind names the job.
func (Do) JobKind() string { return "privacy.do" }

const selectTask = `SELECT id, kind, customer, agent, state, seen_all, work, result, blob, size, created_at, finished_at, expires_at FROM privacy_task`

func scanTask(r interface{ Scan(...any) error }, t *Task) error {
	var figures string
	if err := r.Scan(&t.ID, &t.Kind, &t.Customer, &t.Agent, &t.State, &t.All, &t.Work, &figures, &t.Blob, &t.Size, &t.CreatedAt, &t.FinishedAt, &t.ExpiresAt); err != nil {
		return err
	}
	return json.Unmarshal([]byte(figures), &t.Figures)
}

// Begin writes a task down and queues it. One of a kind runs for a customer at a time.
func (s *Service) Begin(ctx context.Context, tx *db.Tx, t Task) (Task, error) {
	var running int
	if err := tx.Row(ctx, `SELECT count(*) FROM privacy_task WHERE customer = $1 AND kind = $2 AND state = 'running'`, t.Customer, t.Kind).Scan(&running); err != nil {
		return t, fmt.Errorf("is a task of customer %s running: %w", t.Customer, err)
	}
	if running > 0 {
		return t, desk.WhyAlreadyRun.Refuse()
	}
	figures, err := json.Marshal(t.Figures)
	if err != nil {
		return t, fmt.Errorf("figures of a task: %w", err)
	}
	t.State, t.CreatedAt = Running, tx.Now
	err = tx.Row(ctx, `INSERT INTO privacy_task (kind, customer, agent, state, seen_all, work, result, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
		t.Kind, t.Customer, t.Agent, t.State, t.All, db.Text(t.Work), string(figures), tx.Now).Scan(&t.ID)
	if err != nil {
		return t, fmt.Errorf("begin to %s customer %s: %w", t.Kind, t.Customer, err)
	}
	if _, err := jobs.Enqueue(ctx, tx, tx.Now, Do{t.ID}); err != nil {
		return t, err
	}
	return t, tell(ctx, tx, t)
}

func tell(ctx context.Context, tx *db.Tx, t Task) error {
	data, err := json.Marshal(map[string]any{"customer": t.Customer, "agent": t.Agent, "kind": t.Kind, "state": t.State})
	if err != nil {
		return fmt.Errorf("tell of task %s: %w", t.ID, err)
	}
	by := desk.System
	if t.Agent != 0 {
		by = desk.ByAgent(t.Agent)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.PrivacyTaskUpdated, SubjectKind: desk.AboutPrivacyTask, Subject: int64(t.ID), Data: data})
}

// Task is one of them; desk.NotFound where there is none.
func (s *Service) Task(ctx context.Context, tx *db.Tx, id desk.PrivacyTaskID) (t Task, err error) {
	err = scanTask(tx.Row(ctx, selectTask+` WHERE id = $1`, id), &t)
	if errors.Is(err, sql.ErrNoRows) {
		return t, desk.Refuse(desk.NotFound, "no such task")
	}
	if err != nil {
		return t, fmt.Errorf("task %s: %w", id, err)
	}
	return t, nil
}

// Tasks is the log of exports and erasures, the latest first; of one customer, or of all (0).
func (s *Service) Tasks(ctx context.Context, tx *db.Tx, customer desk.CustomerID, before desk.PrivacyTaskID, limit int) ([]Task, error) {
	if before <= 0 {
		before = 1 << 53
	}
	rows, err := tx.Query(ctx, selectTask+` WHERE id < $1 AND ($2 = 0 OR customer = $2) ORDER BY id DESC LIMIT $3`, before, customer, limit)
	list, err := db.Rows(rows, err, func(r *sql.Rows, t *Task) error { return scanTask(r, t) })
	if err != nil {
		return nil, fmt.Errorf("log of exports and erasures: %w", err)
	}
	if list == nil {
		list = []Task{}
	}
	return list, nil
}

// Keep writes down what a task still needs to know.
func (s *Service) Keep(ctx context.Context, tx *db.Tx, id desk.PrivacyTaskID, work string) error {
	if _, err := tx.Exec(ctx, `UPDATE privacy_task SET work = $2 WHERE id = $1`, id, db.Text(work)); err != nil {
		return fmt.Errorf("note how far task %s is: %w", id, err)
	}
	return nil
}

// Finish ends a task; file is where an export lies (Hash "" for none). What it needed to know is forgotten.
func (s *Service) Finish(ctx context.Context, tx *db.Tx, t Task, file blob.Ref) (Task, error) {
	t.State, t.FinishedAt, t.Work = Done, tx.Now, ""
	if file.Hash != "" {
		if err := blob.Keep(ctx, tx, file); err != nil {
			return t, err
		}
		t.Blob, t.Size, t.ExpiresAt = file.Hash, file.Size, tx.Now.Add(FileKept)
	}
	if _, err := tx.Exec(ctx, `UPDATE privacy_task SET state = $2, work = '', blob = $3, size = $4, finished_at = $5, expires_at = $6 WHERE id = $1`,
		t.ID, t.State, t.Blob, t.Size, t.FinishedAt, t.ExpiresAt); err != nil {
		return t, fmt.Errorf("end task %s: %w", t.ID, err)
	}
	return t, tell(ctx, tx, t)
}

// DropFiles gives back at most limit files of exports: those whose time is over, or with a customer all of his. It returns the files' hashes.
func (s *Service) DropFiles(ctx context.Context, tx *db.Tx, customer desk.CustomerID, limit int) ([]string, error) {
	rows, err := tx.Query(ctx, selectTask+` WHERE blob <> '' AND (expires_at <= $1 OR customer = $2) ORDER BY expires_at LIMIT $3`, tx.Now, customer, limit)
	list, err := db.Rows(rows, err, func(r *sql.Rows, t *Task) error { return scanTask(r, t) })
	if err != nil {
		return nil, fmt.Errorf("files whose time is over: %w", err)
	}
	var hashes []string
	for _, t := range list {
		if err := blob.Release(ctx, tx, t.Blob); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, `UPDATE privacy_task SET state = $2, blob = '' WHERE id = $1`, t.ID, Ended); err != nil {
			return nil, fmt.Errorf("drop the file of task %s: %w", t.ID, err)
		}
		t.State = Ended
		if err := tell(ctx, tx, t); err != nil {
			return nil, err
		}
		hashes = append(hashes, t.Blob)
	}
	return hashes, nil
}
