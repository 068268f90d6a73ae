package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

// Scanner looks for malware in an attachment: a name where something was found, "" where nothing was or nobody is to be asked, ErrTooLong where it never
// says because of the file's size, another error where it cannot say now.
type Scanner func(ctx context.Context, content io.Reader) (found string, err error)

// ErrTooLong is returned by a Scanner that refuses a file for its size: asking again cannot help.
var ErrTooLong = errors.New("the file is longer than the virus scanner takes")

func (in *Intake) scan(ctx context.Context, content io.Reader) (string, error) {
	if in.Scan == nil {
		return "", nil
	}
	return in.Scan(ctx, content)
}

// Unscanned is the job that has the files of a message scanned that came while the scanner was away.
type Unscanned struct {
	Message desk.MessageID `json:"m"`
}

// JobKind names the job.
func (Unscanned) JobKind() string { return "intake.unscanned" }

// The pauses between two questions to a scanner that is away: they grow with the time that a file has waited.
const (
	soonestScan = 15 * time.Second
	latestScan  = 10 * time.Minute
)

// scanLater enqueues the job that scans a message's files.
func scanLater(ctx context.Context, tx *db.Tx, message desk.MessageID) error {
	_, err := jobs.Enqueue(ctx, tx, tx.Now.Add(soonestScan), Unscanned{message}, jobs.Unique(message.String()))
	return err
}

// HandleUnscanned has the scanner see the files of a message that it has not seen: the handler of Unscanned. While the scanner is away it asks again with
// growing pauses, for as long as that takes. What was seen is recorded even where the rest has to wait.
func (in *Intake) HandleUnscanned(ctx context.Context, job *jobs.Job[Unscanned]) error {
	var files []desk.Attachment
	err := in.DB.Read(ctx, func(tx *db.Tx) (err error) {
		files, err = in.Conversations.Unscanned(ctx, tx, job.Payload.Message)
		return err
	})
	if err != nil {
		return err
	}
	var clean, infected []desk.AttachmentID
	var away, tooLong error
	for _, f := range files {
		found, err := in.scanStored(ctx, f)
		switch {
		case errors.Is(err, ErrTooLong):
			tooLong = fmt.Errorf("attachment %s: %w", f.ID, err)
			continue
		case err != nil:
			away = fmt.Errorf("attachment %s: %w", f.ID, err)
		case found != "":
			infected = append(infected, f.ID)
		default:
			clean = append(clean, f.ID)
		}
		if away != nil {
			break
		}
	}
	done := away == nil && tooLong == nil
	err = in.DB.Write(ctx, func(tx *db.Tx) error {
		if err := in.Conversations.Scanned(ctx, tx, job.Payload.Message, clean, infected); err != nil || !done {
			return err
		}
		return job.Complete(ctx, tx)
	})
	switch {
	case err != nil:
		return fmt.Errorf("note what was scanned: %w", err)
	case away != nil:
		waited := in.DB.Now().Sub(job.EnqueuedAt)
		return jobs.Later(min(max(waited/4, soonestScan), latestScan), away)
	case tooLong != nil:
		return jobs.Permanent(tooLong)
	}
	return nil
}

func (in *Intake) scanStored(ctx context.Context, f desk.Attachment) (string, error) {
	content, err := in.Blobs.Open(ctx, f.Hash)
	if err != nil {
		return "", fmt.Errorf("open: %w", err)
	}
	defer content.Close() // read side only
	return in.scan(ctx, content)
}
