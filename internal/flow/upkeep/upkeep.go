// Package upkeep is what happens by time alone: snoozed conversations wake, files that nothing refers to are swept, and what is kept for a while
// only is dropped.
package upkeep

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/notice"
	"tellus/internal/feature/presence"
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
	Customers     *customer.Service
	Staff         *staff.Service
	Notices       *notice.Service
	Presence      *presence.Service
	// DropAnswers forgets answers to repeated calls of the API.
	DropAnswers func(ctx context.Context, tx *db.Tx, before desk.Time, limit int) (int, error)
	// DropExports drops files of exports whose time is over.
	DropExports func(ctx context.Context, tx *db.Tx, before desk.Time, limit int) (int, error)
	Log         *slog.Logger
}

// Hourly is the periodic job that drops what is over.
type Hourly struct{}

// JobKind names the job.
func (Hourly) JobKind() string { return "upkeep.hourly" }

// Register adds the jobs of upkeep to the workers.
func (u *Upkeep) Register(w *jobs.Workers) {
	jobs.Register(w, u.wake)
	jobs.Register(w, u.hourly)
	jobs.Register(w, u.eraseFile)
	jobs.Register(w, u.carryName)
	jobs.Register(w, u.redue)
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

// carryName has a renamed customer's conversations show his name.
func (u *Upkeep) carryName(ctx context.Context, job *jobs.Job[customer.Renamed]) error {
	for {
		var n int
		if err := u.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = u.Conversations.CarryName(ctx, tx, job.Payload.Customer, slice)
			return err
		}); err != nil {
			return fmt.Errorf("carry a name to conversations: %w", err)
		}
		if n < slice {
			return nil
		}
	}
}

// redue works out anew what is due, after opening hours changed.
func (u *Upkeep) redue(ctx context.Context, _ *jobs.Job[conversation.Redue]) error {
	for more := true; more; {
		if err := u.DB.Write(ctx, func(tx *db.Tx) (err error) {
			more, err = u.Conversations.RedueSlice(ctx, tx, slice)
			return err
		}); err != nil {
			return fmt.Errorf("work out what is due: %w", err)
		}
	}
	return nil
}

// How long is kept what is kept for a while only.
const (
	keepAnswers = 48 * time.Hour // to calls with an Idempotency-Key
	keepUploads = 48 * time.Hour // that were put into no message; a draft that names them says so when it is sent
	keepCounts  = 48 * time.Hour // of automatic answers, for the cap per address
	keepNotices = 60 * 24 * time.Hour
	keepStays   = 400 * 24 * time.Hour // lines about who was there when: a month can be held against that of the year before
)

func (u *Upkeep) hourly(ctx context.Context, _ *jobs.Job[Hourly]) error {
	for _, drop := range []struct {
		keep time.Duration
		drop func(ctx context.Context, tx *db.Tx, before desk.Time, limit int) (int, error)
	}{
		{keepAnswers, u.DropAnswers}, {keepCounts, u.Conversations.DropAutomaticAnswers}, {keepUploads, u.Conversations.DropUploads},
		{keepNotices, u.Notices.Sweep}, {keepStays, u.Presence.Sweep},
	} {
		if err := u.slices(ctx, drop.keep, drop.drop); err != nil {
			return err
		}
	}
	if err := u.slices(ctx, 0, u.DropExports); err != nil {
		return err
	}
	if err := u.DB.Write(ctx, func(tx *db.Tx) error { return u.Staff.Sweep(ctx, tx) }); err != nil {
		return err
	}
	adopt := func(ctx context.Context, tx *db.Tx, _ desk.Time, limit int) (int, error) {
		return u.Customers.Adopt(ctx, tx, limit)
	}
	if err := u.slices(ctx, 0, adopt); err != nil {
		return err
	}
	if err := u.DB.RefreshStatistics(ctx); err != nil {
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

// slices drops what is older than keep, in transactions of few rows each.
func (u *Upkeep) slices(ctx context.Context, keep time.Duration, drop func(ctx context.Context, tx *db.Tx, before desk.Time, limit int) (int, error)) error {
	for {
		var n int
		if err := u.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = drop(ctx, tx, tx.Now.Add(-keep), slice)
			return err
		}); err != nil {
			return err
		}
		if n < slice {
			return nil
		}
	}
}

// eraseFile removes a file of an erased message, unless others refer to it.
func (u *Upkeep) eraseFile(ctx context.Context, job *jobs.Job[conversation.EraseFile]) error {
	gone, err := u.Blobs.Erase(ctx, u.DB, job.Payload.Hash)
	if err != nil {
		return err
	}
	if !gone && u.DB.Now().Sub(job.EnqueuedAt) < time.Hour {
		return jobs.Later(11*time.Minute, nil) // the same content was stored a moment ago, perhaps for somebody else
	}
	return nil
}
