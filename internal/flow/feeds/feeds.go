// Package feeds reads the iCalendar feeds that close calendars, and has what is due worked out anew where they close other hours than before. What a server sends is bounded in size and time; one
// that fails leaves everything as it was read last.
package feeds

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"tellus/internal/feature/conversation"
	"tellus/internal/feature/hours"
	"tellus/internal/platform/db"
	"tellus/internal/platform/ical"
	"tellus/internal/platform/jobs"
	"tellus/internal/platform/outward"
)

// Bounds of one look.
const (
	longestAnswer  = 20 * time.Second
	largestFeed    = 5 << 20 // bytes
	longestReading = 10 * time.Second
)

// Client is what reaches the servers of feeds: public ones, and those of the own network that the operator lets through.
func Client(allowed []netip.AddrPort) *outward.Client {
	return outward.New(outward.Options{Timeout: longestAnswer, MaxBytes: largestFeed, StaysSecure: true, Allow: func(to netip.AddrPort) bool { return slices.Contains(allowed, to) }})
}

// Reader is the flow.
type Reader struct {
	DB            *db.DB
	Feeds         *hours.Feeds
	Conversations *conversation.Service
	Client        *outward.Client
	Log           *slog.Logger
}

// FindLost is the periodic job that has feeds looked at whose own job is gone.
type FindLost struct{}

// JobKind names the job.
func (FindLost) JobKind() string { return "calendar.find_lost" }

// Register adds the jobs to the workers.
func (r *Reader) Register(w *jobs.Workers) {
	jobs.Register(w, r.look)
	jobs.Register(w, r.findLost)
	w.Every("calendar.find_lost", time.Hour, FindLost{})
}

func (r *Reader) findLost(ctx context.Context, _ *jobs.Job[FindLost]) error {
	return r.DB.Write(ctx, func(tx *db.Tx) error { return r.Feeds.LookForLost(ctx, tx) })
}

func (r *Reader) look(ctx context.Context, job *jobs.Job[hours.Look]) error {
	var ask hours.Asking
	var ok bool
	err := r.DB.Read(ctx, func(tx *db.Tx) (err error) {
		ask, ok, err = r.Feeds.Ask(ctx, tx, job.Payload.Feed)
		return err
	})
	if err != nil || !ok {
		return err
	}
	heard, err := r.hear(ctx, ask)
	if err != nil {
		return err
	}
	if heard.Why != "" {
		r.Log.WarnContext(ctx, "calendar feed not read", "feed", ask.Feed, "why", string(heard.Why), "status", heard.Status)
	}
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		moved, err := r.Feeds.Take(ctx, tx, ask, heard)
		if err != nil {
			return err
		}
		if moved {
			if err := r.Conversations.RedueAll(ctx, tx); err != nil {
				return err
			}
		}
		return job.Complete(ctx, tx)
	})
}

// hear fetches a feed and reads it. It fails only where the node stops.
func (r *Reader) hear(ctx context.Context, ask hours.Asking) (hours.Heard, error) {
	answer, err := r.Client.GetNewer(ctx, ask.Address, "text/calendar, text/plain;q=0.5, */*;q=0.1", outward.Known{ETag: ask.ETag, LastModified: ask.Since})
	if ctx.Err() != nil {
		return hours.Heard{}, fmt.Errorf("look at feed %s: %w", ask.Feed, ctx.Err())
	}
	if err != nil {
		return hours.Heard{Why: why(err)}, nil
	}
	switch {
	case answer.Status == http.StatusNotModified && ask.ETag+ask.Since != "":
		return hours.Heard{Same: true}, nil
	case answer.Status != http.StatusOK:
		return hours.Heard{Why: hours.FeedStatus, Status: answer.Status}, nil
	}
	text := string(answer.Body)
	if !hours.Whole(text) {
		return hours.Heard{Why: hours.FeedNoCalendar}, nil
	}
	reading, stop := context.WithTimeout(ctx, longestReading)
	defer stop()
	found := ical.Read(reading, text, ask.Zone, ask.From, ask.Until)
	if ctx.Err() != nil {
		return hours.Heard{}, fmt.Errorf("read feed %s: %w", ask.Feed, ctx.Err())
	}
	if reading.Err() != nil { // what was not come to would open what it closes
		return hours.Heard{Why: hours.FeedTooLarge}, nil
	}
	known := outward.KnownOf(answer)
	return hours.Heard{ETag: short(known.ETag), Since: short(known.LastModified), Events: found}, nil
}

// short drops what no server means by a version.
func short(header string) string {
	if len(header) > 1000 {
		return ""
	}
	return db.Text(header)
}

func why(err error) hours.FeedWhy {
	var network net.Error
	switch {
	case errors.Is(err, outward.ErrForbidden):
		return hours.FeedPrivate
	case errors.Is(err, outward.ErrTooLarge):
		return hours.FeedTooLarge
	case errors.Is(err, outward.ErrRedirects), errors.Is(err, outward.ErrDowngrade), errors.Is(err, outward.ErrURL):
		return hours.FeedMoved
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return hours.FeedTooSlow
	}
	return hours.FeedUnreachable
}
