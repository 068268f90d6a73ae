// Package deliver is the way of what goes out: a queued message becomes a mail, is handed over outside any transaction, and what became of it
// is recorded for each recipient. Nothing is sent twice by itself: what was handed over without an answer is marked as unsure.
package deliver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/inbox"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

// Outlet hands a finished mail to the server of an inbox. An error means that nothing was handed over.
type Outlet interface {
	Send(ctx context.Context, box desk.InboxID, out channel.Outgoing) (channel.Receipt, error)
	// Permanent reports whether an error of Send will not mend by itself.
	Permanent(err error) bool
}

// Writer is the agent who wrote a mail.
type Writer struct {
	Signature string // HTML
	TimeZone  string // IANA name; UTC where empty or unknown
}

func (w Writer) zone() *time.Location {
	zone, err := time.LoadLocation(w.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Delivery is the flow.
type Delivery struct {
	DB            *db.DB
	Blobs         *blob.Store
	Inboxes       *inbox.Service
	Conversations *conversation.Service
	Outlet        Outlet
	Log           *slog.Logger
	// Token makes the signed plus-tag of a conversation.
	Token func(desk.ConversationID) string
	// Writer is what an agent's mails are written with.
	Writer func(ctx context.Context, tx *db.Tx, agent desk.AgentID) (Writer, error)
	// Loop is what X-Tellus-Loop says of mails of this desk.
	Loop string
}

// Send is the job that delivers a message.
type Send struct {
	Message desk.MessageID `json:"m"`
}

// JobKind names the job.
func (Send) JobKind() string { return "deliver.send" }

// JobQueue names its queue.
func (Send) JobQueue() string { return "deliver" }

// Outbox enqueues the delivery of a message: a conversation.Outbox.
func Outbox(ctx context.Context, tx *db.Tx, message desk.MessageID, at desk.Time) error {
	_, err := jobs.Enqueue(ctx, tx, at, Send{message})
	return err
}

// giveUpAfter is how long a message is tried for (RFC 5321 4.5.4.1 asks for four to five days; people expect to hear of it sooner).
const giveUpAfter = 48 * time.Hour

// waits are the pauses between tries of one recipient.
var waits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour}

func wait(attempts int) time.Duration { return waits[min(attempts, len(waits)-1)] }

// Handle delivers one message: the handler of Send.
func (d *Delivery) Handle(ctx context.Context, job *jobs.Job[Send]) error {
	id := job.Payload.Message
	var out conversation.ToSend
	var begun bool
	var box desk.Inbox
	var by Writer
	if err := d.DB.Write(ctx, func(tx *db.Tx) (err error) {
		begun = false
		if out, begun, err = d.Conversations.Begin(ctx, tx, id, job.Attempt > 1); err != nil || !begun {
			return err
		}
		if box, err = d.Inboxes.Get(ctx, tx, out.Inbox); err != nil || out.Automatic {
			return err
		}
		by, err = d.Writer(ctx, tx, out.Agent)
		return err
	}); errors.Is(err, conversation.ErrSending) {
		return jobs.Later(time.Minute, err)
	} else if err != nil {
		return fmt.Errorf("begin to send message %s: %w", id, err)
	}
	if !begun {
		return nil
	}
	// From here on the message is marked as being sent: whatever happens, an outcome has to be recorded, or the next look finds it unsure.
	raw, receipt, err := d.hand(ctx, out, box, by)
	record := context.WithoutCancel(ctx)
	if err := d.DB.Write(record, func(tx *db.Tx) error {
		outcomes := d.outcomes(tx.Now, out, receipt, err)
		if err := d.Conversations.Record(record, tx, id, outcomes); err != nil {
			return err
		}
		if err := d.Conversations.KeepMail(record, tx, id, raw); err != nil {
			return err
		}
		if next := nextTry(outcomes); next != 0 {
			if err := Outbox(record, tx, id, next); err != nil {
				return err
			}
		}
		return job.Complete(record, tx)
	}); err != nil {
		return fmt.Errorf("record what became of message %s: %w", id, err)
	}
	return nil
}

// hand composes the mail and hands it over.
func (d *Delivery) hand(ctx context.Context, out conversation.ToSend, box desk.Inbox, by Writer) ([]byte, channel.Receipt, error) {
	raw, from, err := d.compose(ctx, out, box, by)
	if err != nil {
		return nil, channel.Receipt{}, unfit{err}
	}
	if out.Automatic {
		from = "" // an automatic mail must not be answered by another machine (RFC 3834 3.3)
	}
	receipt, err := d.Outlet.Send(ctx, box.ID, channel.Outgoing{
		Message: out.ID, From: from, To: out.Pending, MailID: out.MailID,
		Raw: func() (io.ReadCloser, int64, error) { return readCloser(raw), int64(len(raw)), nil },
	})
	return raw, receipt, err
}

// unfit is a mail that could not be written: trying again does not help.
type unfit struct{ error }

func (u unfit) Unwrap() error { return u.error }

// outcomes says for each recipient what became of the mail.
func (d *Delivery) outcomes(now desk.Time, out conversation.ToSend, receipt channel.Receipt, err error) []conversation.Outcome {
	told := map[string]channel.Recipient{}
	for _, r := range receipt.Recipients {
		told[r.Address] = r
	}
	attempts := map[string]int{}
	for _, del := range out.Deliveries {
		attempts[del.Recipient] = del.Attempts
	}
	var unfitMail unfit
	permanent := err != nil && (errors.As(err, &unfitMail) || d.Outlet.Permanent(err))
	list := make([]conversation.Outcome, 0, len(out.Pending))
	for _, address := range out.Pending {
		o := conversation.Outcome{Recipient: address}
		r, answered := told[address]
		switch {
		case answered && r.OK:
			o.State = desk.Sent
		case answered && !r.Later:
			o.State, o.Status, o.Error = desk.Failed, statusOf(r), r.Text
		case receipt.Unsure:
			o.State, o.Error = desk.Unsure, "the server took the mail and never said whether it kept it"
		case permanent:
			o.State, o.Error = desk.Failed, err.Error()
		default:
			o.State, o.Status, o.Error = desk.Queued, statusOf(r), r.Text
			if err != nil {
				o.Error = err.Error()
			}
			o.NextTry = now.Add(wait(attempts[address]))
			if now.Sub(out.At) > giveUpAfter {
				o.State, o.NextTry = desk.Failed, 0
			}
		}
		list = append(list, o)
	}
	return list
}

func statusOf(r channel.Recipient) string {
	if r.Status != "" {
		return r.Status
	}
	if r.Code != 0 {
		return fmt.Sprint(r.Code)
	}
	return ""
}

func nextTry(list []conversation.Outcome) (next desk.Time) {
	for _, o := range list {
		if o.State == desk.Queued && (next == 0 || o.NextTry < next) {
			next = o.NextTry
		}
	}
	return next
}
