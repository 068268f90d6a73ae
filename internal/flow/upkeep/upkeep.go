// Package upkeep is what happens by time alone: snoozed conversations wake, files that nothing refers to are swept, and what is kept for a while
// only is dropped.
package upkeep

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"tellus/internal/feature/conversation"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

// Upkeep is the flow.
type Upkeep struct {
	DB            *db.DB
	Blobs         *blob.Store
	Conversations *conversation.Service
	Staff         *staff.Service
	Log           *slog.Logger
}

// Hourly is the periodic job that drops what is over.
type Hourly struct{}

// JobKind names the job.
func (Hourly) JobKind() string { return "upkeep.hourly" }

// Register adds the jobs of upkeep to the workers.
func (u *Upkeep) Register(w *jobs.Workers) {
	jobs.Register(w, u.wake)
	jobs.Register(w, u.hourly)
	w.Every("upkeep.hourly", time.Hour, Hourly{})
}

// slice is how many rows one transaction touches, so that nobody waits long for it.
const slice = 200

// wake ends the snoozes whose time has come.
func (u *Upkeep) wake(ctx context.Context, _ *jobs.Job[conversation.WakeUp]) error {
	for {
		var n int
		if err := u.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = u.Conversations.Wake(ctx, tx, slice)
			return err
		}); err != nil {
			return fmt.Errorf("wake snoozed conversations: %w", err)
		}
		if n < slice {
			return nil
		}
	}
}

// How long is kept what is kept for a while only.
const (
	keepAnswers = 24 * time.Hour // to calls with an Idempotency-Key
	keepUploads = 48 * time.Hour // that were put into no message; a draft that names them says so when it is sent
	keepCounts  = 48 * time.Hour // of automatic answers, for the cap per address
)

func (u *Upkeep) hourly(ctx context.Context, _ *jobs.Job[Hourly]) error {
	for _, drop := range []struct {
		what, text string
		keep       time.Duration
	}{
		{"answers to repeated calls", `DELETE FROM idempotency WHERE key_hash IN (SELECT key_hash FROM idempotency WHERE created_at < $1 LIMIT $2)`, keepAnswers},
		{"counts of automatic answers", `DELETE FROM automatic_answer WHERE id IN (SELECT id FROM automatic_answer WHERE at < $1 LIMIT $2)`, keepCounts},
	} {
		if err := u.drop(ctx, drop.text, drop.keep); err != nil {
			return fmt.Errorf("drop old %s: %w", drop.what, err)
		}
	}
	if err := u.DB.Write(ctx, func(tx *db.Tx) error { return u.Staff.Sweep(ctx, tx) }); err != nil {
		return err
	}
	if err := u.uploads(ctx); err != nil {
		return err
	}
	swept, err := u.Blobs.Sweep(ctx, u.DB, u.Log)
	if err != nil {
		return fmt.Errorf("sweep files: %w", err)
	}
	if swept.Files > 0 {
		u.Log.InfoContext(ctx, "files swept", "files", swept.Files)
	}
	return nil
}

func (u *Upkeep) drop(ctx context.Context, text string, keep time.Duration) error {
	for {
		var n int64
		if err := u.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = tx.Exec(ctx, text, tx.Now.Add(-keep), slice)
			return err
		}); err != nil {
			return err
		}
		if n < slice {
			return nil
		}
	}
}

// uploads drops files that an agent put into a draft and never sent.
func (u *Upkeep) uploads(ctx context.Context) error {
	for {
		var n int
		if err := u.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = u.Conversations.DropUploads(ctx, tx, tx.Now.Add(-keepUploads), slice)
			return err
		}); err != nil {
			return fmt.Errorf("drop unsent uploads: %w", err)
		}
		if n < slice {
			return nil
		}
	}
}
