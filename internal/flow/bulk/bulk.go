// Package bulk does the same with many conversations, as a job in slices. It owns the tables bulk and bulk_item: which conversations are meant is written down first, and each
// is done in one transaction with its line, so that a crash leaves nothing out and does nothing twice. What a conversation had before stands in its line, so that the work can be
// undone.
package bulk

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
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/staff"
	"tellus/internal/flow/act"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

// Bulk is the flow.
type Bulk struct {
	DB            *db.DB
	Staff         *staff.Service
	Conversations *conversation.Service
	Hands         *act.Hands
	// MayUse reports whether an agent has a saved view: what he has not is no selection of his.
	MayUse func(ctx context.Context, tx *db.Tx, scope desk.Scope, view desk.ViewID) error
	// Sender is what an answer of the scope's agent from an inbox is written with.
	Sender func(ctx context.Context, tx *db.Tx, scope desk.Scope, box desk.InboxID) (conversation.Sender, error)
}

// State is how far the work is.
type State string

const (
	Gathering State = "gathering" // which conversations are meant is being written down
	Running   State = "running"
	Done      State = "done"
	Cancelled State = "cancelled" // what was done stays done
	Undoing   State = "undoing"
	Undone    State = "undone"
)

// Request says what is done with what.
type Request struct {
	Conversations []desk.ConversationID `json:"conversations,omitempty" maxItems:"2000" doc:"These, or those of a view"`
	View          conversation.View     `json:"view,omitempty" maxLength:"40" doc:"All that belong to it when the work begins"`
	Actions       []desk.Action         `json:"actions" minItems:"1" maxItems:"20"`
}

// Work is what was asked for and how it went.
type Work struct {
	ID         desk.BulkID         `json:"id"`
	Agent      desk.AgentID        `json:"agent"`
	State      State               `json:"state" enum:"gathering,running,done,cancelled,undoing,undone"`
	View       conversation.View   `json:"view,omitempty"`
	Actions    []desk.Action       `json:"actions"`
	Problem    desk.ConversationID `json:"problem,omitempty" doc:"The incidents of this conversation are answered"`
	Total      int64               `json:"total" doc:"Conversations that are meant"`
	Changed    int64               `json:"changed"`
	Skipped    int64               `json:"skipped" doc:"There was nothing to change, or it could not be changed so"`
	Failed     int64               `json:"failed" doc:"It was refused"`
	Undone     int64               `json:"undone" doc:"Put back as they were"`
	Kept       int64               `json:"kept" doc:"Not put back, since somebody changed them meanwhile"`
	CreatedAt  desk.Time           `json:"createdAt"`
	FinishedAt desk.Time           `json:"finishedAt,omitempty"`

	all     bool
	answer  *Answer
	ids     []desk.ConversationID
	reached *conversation.Place
}

// stored is how a request is kept.
type stored struct {
	Request
	All    bool    `json:"all"` // the agent saw everything when he asked
	Answer *Answer `json:"answer,omitempty"`
}

// Do is the job.
type Do struct {
	Bulk desk.BulkID `json:"bulk"`
}

// JobKind names the job.
func (Do) JobKind() string { return "bulk.do" }

// kept is how long work can be looked at and undone; mostRunning how much of it somebody may have going on.
const (
	kept        = 30 * 24 * time.Hour
	mostRunning = 3
)

// Register adds the job to the workers.
func (b *Bulk) Register(w *jobs.Workers) {
	jobs.Register(w, b.do)
	jobs.Register(w, b.doAnswer)
}

func (b *Bulk) check(ctx context.Context, tx *db.Tx, scope desk.Scope, in Request) error {
	if (len(in.Conversations) == 0) == (in.View == "") || len(in.Actions) == 0 {
		return desk.WhyBulkEmpty.Refuse()
	}
	if id := in.View.SavedID(); id != 0 {
		if err := b.MayUse(ctx, tx, scope, id); err != nil {
			return err
		}
	}
	return desk.CheckActions("body.actions", in.Actions)
}

// Begin queues work of an agent. What finished more than thirty days ago is forgotten.
func (b *Bulk) Begin(ctx context.Context, tx *db.Tx, scope desk.Scope, in Request) (Work, error) {
	if err := b.check(ctx, tx, scope, in); err != nil {
		return Work{}, err
	}
	w, err := b.begin(ctx, tx, scope, stored{Request: in, All: scope.All})
	if err != nil {
		return w, err
	}
	_, err = jobs.Enqueue(ctx, tx, tx.Now, Do{w.ID})
	return w, err
}

// begin writes work down; its job is for the caller to queue.
func (b *Bulk) begin(ctx context.Context, tx *db.Tx, scope desk.Scope, in stored) (Work, error) {
	if _, err := tx.Exec(ctx, `DELETE FROM bulk WHERE created_at < $1`, tx.Now.Add(-kept)); err != nil {
		return Work{}, fmt.Errorf("forget old work: %w", err)
	}
	var running int
	if err := tx.Row(ctx, `SELECT COUNT(*) FROM bulk WHERE agent = $1 AND state IN ('gathering', 'running', 'undoing')`, scope.Agent).Scan(&running); err != nil {
		return Work{}, fmt.Errorf("count work: %w", err)
	}
	if running >= mostRunning {
		return Work{}, desk.WhyEnough.Refuse(mostRunning)
	}
	request, err := json.Marshal(in)
	if err != nil {
		return Work{}, fmt.Errorf("keep what is to be done: %w", err)
	}
	var id desk.BulkID
	var problem desk.ConversationID
	if in.Answer != nil {
		problem = in.Answer.Problem
	}
	if err := tx.Row(ctx, `INSERT INTO bulk (agent, state, request, problem, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		scope.Agent, Gathering, db.Text(string(request)), problem, tx.Now).Scan(&id); err != nil {
		return Work{}, fmt.Errorf("begin work: %w", err)
	}
	w, err := b.load(ctx, tx, id)
	if err != nil {
		return w, err
	}
	return w, tell(ctx, tx, w)
}

const selectBulk = `SELECT id, agent, state, request, problem, reached, total, changed, skipped, failed, undone, kept, created_at, finished_at FROM bulk`

func scan(r *sql.Rows, w *Work) error { return read(r, w) }

func read(r interface{ Scan(...any) error }, w *Work) error {
	var request, reached string
	if err := r.Scan(&w.ID, &w.Agent, &w.State, &request, &w.Problem, &reached, &w.Total, &w.Changed, &w.Skipped, &w.Failed, &w.Undone, &w.Kept, &w.CreatedAt, &w.FinishedAt); err != nil {
		return err
	}
	var s stored
	if err := json.Unmarshal([]byte(request), &s); err != nil {
		return fmt.Errorf("work %s: %w", w.ID, err)
	}
	w.View, w.Actions, w.ids, w.all, w.answer = s.View, s.Actions, s.Conversations, s.All, s.Answer
	if w.Actions == nil {
		w.Actions = []desk.Action{}
	}
	if reached == "" {
		return nil
	}
	return json.Unmarshal([]byte(reached), &w.reached)
}

func (b *Bulk) load(ctx context.Context, tx *db.Tx, id desk.BulkID) (w Work, err error) {
	err = read(tx.Row(ctx, selectBulk+` WHERE id = $1`, id), &w)
	if errors.Is(err, sql.ErrNoRows) {
		return w, desk.Refuse(desk.NotFound, "no such work")
	}
	if err != nil {
		return w, fmt.Errorf("work %s: %w", id, err)
	}
	return w, nil
}

// held loads work and keeps it from others until the transaction ends.
func (b *Bulk) held(ctx context.Context, tx *db.Tx, id desk.BulkID) (Work, error) {
	if err := tx.Lock(ctx, "bulk", int64(id)); err != nil {
		return Work{}, err
	}
	return b.load(ctx, tx, id)
}

// Of returns work of an agent's own.
func (b *Bulk) Of(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.BulkID) (Work, error) {
	w, err := b.load(ctx, tx, id)
	return w, owned(w, agent, err)
}

func owned(w Work, agent desk.AgentID, err error) error {
	if err == nil && w.Agent != agent {
		return desk.Refuse(desk.NotFound, "no such work")
	}
	return err
}

// mostListed is how much work is listed, the latest.
const mostListed = 50

// List returns an agent's own work, or where everybody is set that of all, the latest first.
func (b *Bulk) List(ctx context.Context, tx *db.Tx, agent desk.AgentID, everybody bool) ([]Work, error) {
	rows, err := tx.Query(ctx, selectBulk+` WHERE agent = $1 OR $2 ORDER BY id DESC LIMIT $3`, agent, everybody, mostListed)
	all, err := db.Rows(rows, err, scan)
	if err != nil {
		return nil, fmt.Errorf("list work: %w", err)
	}
	if all == nil {
		all = []Work{}
	}
	return all, nil
}

// Cancel ends work: what was done stays done. It refuses with Gone where the work is over.
func (b *Bulk) Cancel(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.BulkID) (Work, error) {
	w, err := b.held(ctx, tx, id)
	if err := owned(w, agent, err); err != nil {
		return w, err
	}
	switch w.State {
	case Gathering, Running:
		w.State = Cancelled
	case Undoing:
		w.State = Undone
	default:
		return w, desk.WhyBulkOver.Refuse()
	}
	w.FinishedAt = tx.Now
	return w, b.save(ctx, tx, w)
}

// Undo begins to put back what was changed. It refuses where nothing is left to put back, or the work is still going on.
func (b *Bulk) Undo(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.BulkID) (Work, error) {
	w, err := b.held(ctx, tx, id)
	if err := owned(w, agent, err); err != nil {
		return w, err
	}
	if !slices.Contains([]State{Done, Cancelled, Undone}, w.State) || w.Changed <= w.Undone+w.Kept {
		return w, desk.WhyBulkNoUndo.Refuse()
	}
	w.State, w.FinishedAt = Undoing, 0
	var job jobs.Payload = Do{id}
	if w.answer != nil {
		job = Answering{id}
	}
	if _, err := jobs.Enqueue(ctx, tx, tx.Now, job); err != nil {
		return w, err
	}
	return w, b.save(ctx, tx, w)
}

func (b *Bulk) save(ctx context.Context, tx *db.Tx, w Work) error {
	reached := ""
	if w.reached != nil {
		place, err := json.Marshal(w.reached)
		if err != nil {
			return fmt.Errorf("save work %s: %w", w.ID, err)
		}
		reached = string(place)
	}
	if w.answer != nil && w.FinishedAt != 0 {
		if err := b.forgetWords(ctx, tx, w); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `
		UPDATE bulk SET state = $2, reached = $3, total = $4, changed = $5, skipped = $6, failed = $7, undone = $8, kept = $9, finished_at = $10
		WHERE id = $1`, w.ID, w.State, db.Text(reached), w.Total, w.Changed, w.Skipped, w.Failed, w.Undone, w.Kept, w.FinishedAt); err != nil {
		return fmt.Errorf("save work %s: %w", w.ID, err)
	}
	return tell(ctx, tx, w)
}

// forgetWords leaves of an answer what undoing it needs. What was said lies in the messages, where erasing reaches it.
func (b *Bulk) forgetWords(ctx context.Context, tx *db.Tx, w Work) error {
	request, err := json.Marshal(stored{Request: Request{Conversations: w.ids}, All: w.all, Answer: &Answer{Problem: w.Problem}})
	if err != nil {
		return fmt.Errorf("forget the words of work %s: %w", w.ID, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE bulk SET request = $2 WHERE id = $1`, w.ID, db.Text(string(request))); err != nil {
		return fmt.Errorf("forget the words of work %s: %w", w.ID, err)
	}
	return nil
}

// Forget takes out what a conversation had before it was worked on, the values of its fields among it: it is not put back into one that was emptied.
func Forget(ctx context.Context, tx *db.Tx, id desk.ConversationID) error {
	if _, err := tx.Exec(ctx, `UPDATE bulk_item SET before = '' WHERE conversation = $1 AND before <> ''`, id); err != nil {
		return fmt.Errorf("forget what conversation %s had: %w", id, err)
	}
	return nil
}

func tell(ctx context.Context, tx *db.Tx, w Work) error {
	data, err := json.Marshal(map[string]any{"agent": w.Agent, "state": w.State, "total": w.Total, "changed": w.Changed, "skipped": w.Skipped, "failed": w.Failed,
		"undone": w.Undone, "kept": w.Kept})
	if err != nil {
		return fmt.Errorf("tell of work %s: %w", w.ID, err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.ByAgent(w.Agent), Kind: desk.BulkUpdated, SubjectKind: desk.AboutBulk, Subject: int64(w.ID), Data: data})
}

// Deeds are the kinds of actions, for the audit log.
func Deeds(actions []desk.Action) string {
	kinds := make([]string, len(actions))
	for i, a := range actions {
		kinds[i] = string(a.Do)
	}
	return strings.Join(kinds, ", ")
}
