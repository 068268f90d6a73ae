// Package intake is the way of what arrives: accept it durably, parse it, identify who wrote, find the conversation, store it, and let the
// house react, in that order. It owns the tables arrival and raw_mail.
package intake

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/inbox"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

// smallMail is the size up to which raw mail lies in the database; larger is streamed to a blob.
const smallMail = 64 << 10

// Reactor lets automation act on what a message began, in the transaction that stored it.
type Reactor interface {
	React(ctx context.Context, tx *db.Tx) error
}

// Intake is the flow.
type Intake struct {
	DB            *db.DB
	Blobs         *blob.Store
	Inboxes       *inbox.Service
	Customers     *customer.Service
	Conversations *conversation.Service
	React         Reactor
	Log           *slog.Logger
	// Token opens a signed reply token found in a recipient's plus-tag: the conversation that it names.
	Token func(tag string) (desk.ConversationID, bool)
	// OurLoop tells by the value of X-Tellus-Loop whether a mail is one that this desk sent. Other desks set the field too.
	OurLoop func(value string) bool
	// Scan is nil where no scanner is present.
	Scan Scanner
	// Verdicts says of a mail that another server took for us what is known of its sender: what that server wrote into the header, and, where
	// signed is set, otherwise what the mail's own signatures show. nil where that is nothing.
	Verdicts func(ctx context.Context, raw []byte, signed bool) *desk.Verdicts

	pace     pace
	fresh    fresh
	together together
}

// Arrived is the job that makes a conversation of an arrival.
type Arrived struct {
	Arrival desk.ArrivalID `json:"a"`
}

// JobKind names the job.
func (Arrived) JobKind() string { return "intake.arrived" }

// JobQueue names its queue.
func (Arrived) JobQueue() string { return "intake" }

// Accept keeps an arrival with the job that will read it. Once it returns nil the arrival is safe on disk and may be acknowledged. The same
// source id in the same inbox is kept once.
func (in *Intake) Accept(ctx context.Context, a channel.Arrival) error {
	head, err := io.ReadAll(io.LimitReader(a.Body, smallMail+1))
	if err != nil {
		return fmt.Errorf("read arrival: %w", err)
	}
	size := int64(len(head))
	var large blob.Ref
	if size > smallMail {
		large, err = in.Blobs.Put(ctx, io.MultiReader(bytes.NewReader(head), a.Body))
		if err != nil {
			return fmt.Errorf("keep large arrival: %w", err)
		}
		size = large.Size
	}
	envelope, err := json.Marshal(a.Envelope)
	if err != nil {
		return fmt.Errorf("keep arrival: %w", err)
	}
	if err := in.pace.yield(ctx, in.DB); err != nil {
		return fmt.Errorf("keep arrival: %w", err)
	}
	t := &taking{kept: kept{inbox: a.Inbox, envelope: a.Envelope, state: "kept", raw: head}, source: a.SourceID, text: string(envelope), size: size}
	if !a.ReceivedAt.IsZero() {
		t.receivedAt = desk.At(a.ReceivedAt)
	}
	if large.Hash == "" && in.DB.Postgres() { // on SQLite all writes share commits
		return in.together.keep(ctx, in, t)
	}
	return in.DB.Write(ctx, func(tx *db.Tx) error { return in.keep(ctx, tx, t, large) })
}

// keep stores one arrival with its job; nothing where it is here already.
func (in *Intake) keep(ctx context.Context, tx *db.Tx, t *taking, large blob.Ref) error {
	k := t.kept
	if k.receivedAt == 0 {
		k.receivedAt = tx.Now
	}
	if tx.Postgres() && large.Hash == "" { // one statement, which needs no answer before the commit
		err := tx.LateRow(ctx, func(row *db.Row) error {
			err := row.Scan(&k.id)
			if err == nil {
				tx.AfterCommit(func() { in.fresh.put(k) })
			}
			if errors.Is(err, sql.ErrNoRows) {
				return nil // it is here already
			}
			return err
		}, `
			WITH made AS (
				INSERT INTO arrival (inbox, source_id, received_at, envelope, size, blob)
				VALUES ($1, $2, $3, $4, $5, '')
				ON CONFLICT (inbox, source_id) DO NOTHING
				RETURNING id
			), raw AS (
				INSERT INTO raw_mail (arrival, data) SELECT id, $6 FROM made
			), task AS (
				`+jobs.InsertFrom(tx, Arrived{}, `'{"a":' || id || '}'`, "$7", "made")+`
			)
			SELECT id FROM made`, k.inbox, db.Text(t.source), k.receivedAt, db.Text(t.text), t.size, k.raw, tx.Now)
		if err != nil {
			return fmt.Errorf("keep arrival: %w", err)
		}
		return nil
	}
	err := tx.Row(ctx, `
		INSERT INTO arrival (inbox, source_id, received_at, envelope, size, blob)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (inbox, source_id) DO NOTHING
		RETURNING id`, k.inbox, db.Text(t.source), k.receivedAt, db.Text(t.text), t.size, large.Hash).Scan(&k.id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // it is here already
	}
	if err != nil {
		return fmt.Errorf("keep arrival: %w", err)
	}
	if large.Hash != "" {
		if err := blob.Keep(ctx, tx, large); err != nil {
			return err
		}
	} else if err := tx.Soon(ctx, `INSERT INTO raw_mail (arrival, data) VALUES ($1, $2)`, k.id, k.raw); err != nil {
		return fmt.Errorf("keep raw mail: %w", err)
	} else {
		tx.AfterCommit(func() { in.fresh.put(k) })
	}
	return jobs.EnqueueSoon(ctx, tx, tx.Now, Arrived{k.id})
}

// kept is an arrival as it lies in the house.
type kept struct {
	id         desk.ArrivalID
	inbox      desk.InboxID
	receivedAt desk.Time
	envelope   channel.Envelope
	blob       string
	state      string
	raw        []byte
}

// channel is the way by which it arrived.
func (k kept) channel() desk.ChannelKind {
	if k.envelope.Channel != "" {
		return k.envelope.Channel
	}
	return desk.Email
}

// mostRaw is how much of a mail is read into memory; what is larger is kept whole and shown by its beginning.
const mostRaw = 64 << 20

func (in *Intake) load(ctx context.Context, id desk.ArrivalID) (k kept, err error) {
	if k, ok := in.fresh.take(id); ok {
		return k, nil
	}
	err = in.DB.Look(func(tx *db.Tx) error {
		var envelope string
		var raw []byte
		err := tx.Row(ctx, `
			SELECT a.id, a.inbox, a.received_at, a.envelope, a.blob, a.state, r.data
			FROM arrival a
			LEFT JOIN raw_mail r ON r.arrival = a.id
			WHERE a.id = $1`, id).Scan(&k.id, &k.inbox, &k.receivedAt, &envelope, &k.blob, &k.state, &raw)
		if errors.Is(err, sql.ErrNoRows) {
			return desk.Refuse(desk.NotFound, "no arrival %s", id)
		}
		if err != nil {
			return fmt.Errorf("arrival %s: %w", id, err)
		}
		k.raw = raw
		return json.Unmarshal([]byte(envelope), &k.envelope)
	})
	if err != nil || k.blob == "" {
		return k, err
	}
	f, err := in.Blobs.Open(ctx, k.blob)
	if err != nil {
		return k, fmt.Errorf("open raw mail of arrival %s: %w", id, err)
	}
	defer f.Close() // read side only
	k.raw, err = io.ReadAll(io.LimitReader(f, mostRaw))
	if err != nil {
		return k, fmt.Errorf("read raw mail of arrival %s: %w", id, err)
	}
	return k, nil
}

// Raw opens the raw mail of a message; desk.NotFound where there is none (any more).
func (in *Intake) Raw(ctx context.Context, tx *db.Tx, message desk.MessageID) (io.ReadCloser, error) {
	var hash string
	var raw []byte
	var kept bool
	err := tx.Row(ctx, `
		SELECT COALESCE(a.blob, o.blob, ''), COALESCE(r.data, o.raw), r.arrival IS NOT NULL OR o.message IS NOT NULL
		FROM message m
		LEFT JOIN arrival a ON a.id = m.arrival
		LEFT JOIN raw_mail r ON r.arrival = a.id
		LEFT JOIN outgoing_mail o ON o.message = m.id
		WHERE m.id = $1`, message).Scan(&hash, &raw, &kept)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("raw mail of message %s: %w", message, err)
	}
	if hash != "" {
		return in.Blobs.Later(ctx, hash), nil // tx must not wait for a network
	}
	if !kept {
		return nil, desk.Refuse(desk.NotFound, "the raw mail is not kept")
	}
	return io.NopCloser(bytes.NewReader(raw)), nil
}
