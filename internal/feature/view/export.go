package view

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

// ExportState is how far a file is.
type ExportState string

const (
	Writing   ExportState = "writing"
	Written   ExportState = "written"
	Cancelled ExportState = "cancelled"
)

// ExportRequest says what is written to a file.
type ExportRequest struct {
	View    conversation.View `json:"view,omitempty" maxLength:"40" doc:"A saved view, as saved:12, or a built-in one; this or a segment"`
	Segment desk.SegmentID    `json:"segment,omitempty" minimum:"1" doc:"Whose customers are written, by name"`
	Columns []string          `json:"columns" minItems:"1" maxItems:"60" doc:"Attributes; of a view also customer, preview and id, of a segment addresses.email, addresses.phone, addresses.post and id"`
	Titles  []string          `json:"titles" maxItems:"60" doc:"What the columns are called, in their order; their keys where absent"`
	// All is whether the asker saw everything when he asked.
	All bool `json:"-"`
}

// Export is a list that is or was written to a file.
type Export struct {
	ID         desk.ExportID     `json:"id"`
	Agent      desk.AgentID      `json:"agent"`
	View       conversation.View `json:"view,omitempty"`
	Segment    desk.SegmentID    `json:"segment,omitempty"`
	State      ExportState       `json:"state" enum:"writing,written,cancelled"`
	Rows       int64             `json:"rows" doc:"Written until now"`
	Looked     int64             `json:"looked" doc:"Conversations looked at beyond those that are written"`
	Total      int64             `json:"total" doc:"Rows in all, about; 0 where it is not known"`
	Size       int64             `json:"size" doc:"Bytes as they are kept"`
	CreatedAt  desk.Time         `json:"createdAt"`
	FinishedAt desk.Time         `json:"finishedAt,omitempty"`
}

// storedExport is how a request is kept.
type storedExport struct {
	ExportRequest
	All bool `json:"all"`
}

// Task is a file that is being written.
type Task struct {
	Export
	Request ExportRequest
	Reached json.RawMessage // where the list goes on, as who reads it says; empty at its beginning
	Part    int64
}

// WriteFile is the job that writes a file.
type WriteFile struct {
	Export desk.ExportID `json:"export"`
}

// JobKind names the job.
func (WriteFile) JobKind() string { return "view.export" }

// keptFiles is how long a file can be fetched; mostWriting how many somebody may have written at once.
const (
	keptFiles   = 3 * 24 * time.Hour
	mostWriting = 5
)

// extra are columns beside the attributes.
var extra = map[bool][]string{
	false: {"id", "customer", "preview"},
	true:  {"id", "addresses.email", "addresses.phone", "addresses.post"}, // of a segment
}

// BeginExport queues a file to be written. The registry is that of conversations, or of customers for a segment; total is how many rows are expected. Files that are older than
// three days are dropped.
func (s *Service) BeginExport(ctx context.Context, tx *db.Tx, agent desk.AgentID, in ExportRequest, registry condition.List, total int64) (Export, error) {
	if (in.View == "") == (in.Segment == 0) {
		return Export{}, desk.WhyNeeded.At("body.view")
	}
	if len(in.Titles) != 0 && len(in.Titles) != len(in.Columns) {
		return Export{}, desk.RefuseField(desk.Invalid, "body.titles", "as many as columns, or none")
	}
	for i, key := range in.Columns {
		if _, ok := registry.Find(key); !ok && !slices.Contains(extra[in.Segment != 0], key) {
			return Export{}, desk.WhyNoAttribute.At(fmt.Sprintf("body.columns[%d]", i))
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM view_export WHERE created_at < $1`, tx.Now.Add(-keptFiles)); err != nil {
		return Export{}, fmt.Errorf("drop old files: %w", err)
	}
	var writing int
	if err := tx.Row(ctx, `SELECT COUNT(*) FROM view_export WHERE agent = $1 AND state = 'writing'`, agent).Scan(&writing); err != nil {
		return Export{}, fmt.Errorf("count files: %w", err)
	}
	if writing >= mostWriting {
		return Export{}, desk.WhyEnough.Refuse(mostWriting)
	}
	request, err := json.Marshal(storedExport{in, in.All})
	if err != nil {
		return Export{}, fmt.Errorf("keep what is to be written: %w", err)
	}
	var id desk.ExportID
	if err := tx.Row(ctx, `INSERT INTO view_export (agent, request, state, total, created_at) VALUES ($1, $2, 'writing', $3, $4) RETURNING id`,
		agent, db.Text(string(request)), total, tx.Now).Scan(&id); err != nil {
		return Export{}, fmt.Errorf("begin a file: %w", err)
	}
	if _, err := jobs.Enqueue(ctx, tx, tx.Now, WriteFile{id}); err != nil {
		return Export{}, err
	}
	t, err := s.task(ctx, tx, id)
	return t.Export, err
}

func (s *Service) task(ctx context.Context, tx *db.Tx, id desk.ExportID) (t Task, err error) {
	err = scanTask(tx.Row(ctx, selectExport+` WHERE id = $1`, id), &t)
	if errors.Is(err, sql.ErrNoRows) {
		return t, desk.Refuse(desk.NotFound, "no such file")
	}
	if err != nil {
		return t, fmt.Errorf("file %s: %w", id, err)
	}
	return t, nil
}

const selectExport = `SELECT id, agent, request, state, reached, written, looked, total, size, created_at, finished_at,
	(SELECT COUNT(*) FROM view_export_part p WHERE p.export = view_export.id) FROM view_export`

func scanTask(r interface{ Scan(...any) error }, t *Task) error {
	var request, reached string
	if err := r.Scan(&t.ID, &t.Agent, &request, &t.State, &reached, &t.Rows, &t.Looked, &t.Total, &t.Size, &t.CreatedAt, &t.FinishedAt, &t.Part); err != nil {
		return err
	}
	var stored storedExport
	if err := json.Unmarshal([]byte(request), &stored); err != nil {
		return err
	}
	t.Request = stored.ExportRequest
	t.Request.All, t.View, t.Segment = stored.All, stored.ExportRequest.View, stored.Segment
	t.Reached = json.RawMessage(reached)
	return nil
}

// HeldExport is a file to be written on, held until the transaction ends.
func (s *Service) HeldExport(ctx context.Context, tx *db.Tx, id desk.ExportID) (Task, error) {
	if err := tx.Lock(ctx, "view_export", int64(id)); err != nil {
		return Task{}, err
	}
	return s.task(ctx, tx, id)
}

// Part is the next part of a file.
type Part struct {
	Data         []byte // compressed
	Rows, Looked int64
	Next         json.RawMessage // where the list goes on; empty where it is whole
}

// Wrote keeps the next part of a file.
func (s *Service) Wrote(ctx context.Context, tx *db.Tx, t Task, p Part) (Export, error) {
	if len(p.Data) > 0 {
		if _, err := tx.Exec(ctx, `INSERT INTO view_export_part (export, part, data) VALUES ($1, $2, $3)`, t.ID, t.Part, p.Data); err != nil {
			return t.Export, fmt.Errorf("keep a part of file %s: %w", t.ID, err)
		}
	}
	t.Rows, t.Looked, t.Size = t.Rows+p.Rows, t.Looked+p.Looked, t.Size+int64(len(p.Data))
	if len(p.Next) == 0 {
		t.State, t.FinishedAt, t.Total = Written, tx.Now, t.Rows
	}
	if _, err := tx.Exec(ctx, `UPDATE view_export SET state = $2, reached = $3, written = $4, looked = $5, total = $6, size = $7, finished_at = $8 WHERE id = $1`,
		t.ID, t.State, db.Text(string(p.Next)), t.Rows, t.Looked, t.Total, t.Size, t.FinishedAt); err != nil {
		return t.Export, fmt.Errorf("note how far file %s is: %w", t.ID, err)
	}
	return t.Export, tellExport(ctx, tx, t.Export)
}

func tellExport(ctx context.Context, tx *db.Tx, e Export) error {
	data, err := json.Marshal(map[string]any{"agent": e.Agent, "rows": e.Rows, "total": e.Total, "state": e.State})
	if err != nil {
		return fmt.Errorf("tell of file %s: %w", e.ID, err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.ByAgent(e.Agent), Kind: desk.ExportUpdated, SubjectKind: desk.AboutExport, Subject: int64(e.ID), Data: data})
}

// Exports are somebody's own files, the latest first.
func (s *Service) Exports(ctx context.Context, tx *db.Tx, agent desk.AgentID) ([]Export, error) {
	rows, err := tx.Query(ctx, selectExport+` WHERE agent = $1 ORDER BY id DESC LIMIT 50`, agent)
	tasks, err := db.Rows(rows, err, func(r *sql.Rows, t *Task) error { return scanTask(r, t) })
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	out := make([]Export, len(tasks))
	for i, t := range tasks {
		out[i] = t.Export
	}
	return out, nil
}

// ExportOf is one of somebody's own files.
func (s *Service) ExportOf(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.ExportID) (Export, error) {
	t, err := s.task(ctx, tx, id)
	if err == nil && t.Agent != agent {
		err = desk.Refuse(desk.NotFound, "no such file")
	}
	return t.Export, err
}

// CancelExport ends the writing of a file, or drops a file that was written.
func (s *Service) CancelExport(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.ExportID) error {
	e, err := s.ExportOf(ctx, tx, agent, id)
	if err != nil {
		return err
	}
	e.State = Cancelled
	if err := tellExport(ctx, tx, e); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM view_export WHERE id = $1`, id); err != nil {
		return fmt.Errorf("drop file %s: %w", id, err)
	}
	return nil
}

// PartOf is a part of a file, as it was kept; nil behind the last.
func (s *Service) PartOf(ctx context.Context, tx *db.Tx, id desk.ExportID, part int64) (data []byte, err error) {
	err = tx.Row(ctx, `SELECT data FROM view_export_part WHERE export = $1 AND part = $2`, id, part).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("part %d of file %s: %w", part, id, err)
	}
	return data, nil
}
