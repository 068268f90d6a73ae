// Package eventlog keeps the log of facts: audit trail, outbox, live feed and source of reports in one. It owns the tables event,
// event_log and consumer_cursor. Facts are appended in the transaction that made them true; consumers read them in order, each with a cursor of its own,
// and never skip one.
package eventlog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// signal is what is raised after a commit that appended.
const signal = "eventlog"

type appendedKey struct{}

type causeKey struct{}

// Because has everything that fn appends name an event as its cause, unless it names one itself.
func Because(tx *db.Tx, cause desk.Seq, fn func() error) error {
	former, _ := tx.Value(causeKey{}).(desk.Seq)
	tx.SetValue(causeKey{}, cause)
	defer func() { tx.SetValue(causeKey{}, former) }()
	return fn()
}

// Cause is the event that is being acted on, which [Because] named; 0 where none is.
func Cause(tx *db.Tx) desk.Seq {
	cause, _ := tx.Value(causeKey{}).(desk.Seq)
	return cause
}

// One returns an event by its sequence number; none (Seq 0) where the log does not hold it.
func One(ctx context.Context, tx *db.Tx, seq desk.Seq) (desk.Event, error) {
	events, err := query(ctx, tx, "seq = $1", int64(seq))
	if err != nil || len(events) == 0 {
		return desk.Event{}, err
	}
	return events[0], nil
}

// Latest returns up to limit events before a sequence number (0: the newest), the newest first. It reads what tx sees, settled or not.
func Latest(ctx context.Context, tx *db.Tx, before desk.Seq, limit int) ([]desk.Event, error) {
	if before == 0 {
		before = desk.Seq(desk.Never)
	}
	events, err := query(ctx, tx, "seq < $1 ORDER BY seq DESC LIMIT $2", int64(before), limit)
	if err != nil {
		return nil, fmt.Errorf("latest events: %w", err)
	}
	return events, nil
}

// Append writes facts in tx and fills At where it is zero, and Seq by the time that tx is committed (see db.Tx.Soon). On PostgreSQL sequence numbers become visible out of order; readers of
// this package wait until they are settled. Many facts are cheaper in one call.
func Append(ctx context.Context, tx *db.Tx, events ...*desk.Event) error {
	const most = 1000 // rows in one statement: both databases bound the number of arguments
	for len(events) > 0 {
		n := min(len(events), most)
		if err := appendSome(ctx, tx, events[:n]); err != nil {
			return fmt.Errorf("append %d events: %w", n, err)
		}
		events = events[n:]
	}
	return nil
}

func appendSome(ctx context.Context, tx *db.Tx, events []*desk.Event) error {
	args := make([]any, 0, len(events)*columns)
	for _, e := range events {
		if e.At == 0 {
			e.At = tx.Now
		}
		if e.Cause == 0 {
			e.Cause, _ = tx.Value(causeKey{}).(desk.Seq)
		}
		args = append(args, int64(e.At), string(e.By.Kind), e.By.ID, string(e.Kind), string(e.SubjectKind), e.Subject,
			int64(e.Conversation), int64(e.Message), int64(e.Cause), string(e.Data))
	}
	if err := insert(ctx, tx, events, args); err != nil {
		return err
	}
	former, _ := tx.Value(appendedKey{}).([]desk.Event)
	if former == nil {
		tx.AfterCommit(func() { tx.DB().Signal(signal) })
	}
	all := make([]desk.Event, len(former), len(former)+len(events))
	copy(all, former)
	for _, e := range events {
		all = append(all, *e)
	}
	tx.SetValue(appendedKey{}, all)
	return nil
}

// insert writes events and fills their numbers. The rows of VALUES are numbered in their order.
func insert(ctx context.Context, tx *db.Tx, events []*desk.Event, args []any) error {
	text := insertEvents(len(events), tx.Postgres())
	if tx.Postgres() {
		return tx.LateRow(ctx, func(r *db.Row) error {
			if len(events) == 1 {
				return r.Scan(&events[0].Seq)
			}
			var seqs []int64
			if err := r.Scan(&seqs); err != nil {
				return err
			}
			return number(events, seqs)
		}, text, args...)
	}
	rows, err := tx.Query(ctx, text, args...)
	seqs, err := db.Rows(rows, err, func(r *sql.Rows, seq *int64) error { return r.Scan(seq) })
	if err != nil {
		return err
	}
	slices.Sort(seqs) // RETURNING promises no order
	return number(events, seqs)
}

func number(events []*desk.Event, seqs []int64) error {
	if len(seqs) != len(events) {
		return fmt.Errorf("%d rows written", len(seqs))
	}
	for i, e := range events {
		e.Seq = desk.Seq(seqs[i])
	}
	return nil
}

// Appended returns what was appended in tx so far, in order, without numbers; what an undone savepoint appended is not among it. The slice is the caller's to read.
func Appended(tx *db.Tx) []desk.Event {
	all, _ := tx.Value(appendedKey{}).([]desk.Event)
	return all
}

const (
	columns     = 10
	columnNames = "at, actor_kind, actor_id, kind, subject_kind, subject_id, conversation, message, cause, data"
	// settledSeq takes a sequence number only after the transaction has its id, which the settled horizon rests on: who reads the sequence
	// and then takes an id has a later id than whoever took that number. CASE is evaluated in this order.
	settledSeq = "CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('event_seq_seq') END"
)

var (
	insertOneSQLite   = insertSQL(1, false)
	insertOnePostgres = insertSQL(1, true)
)

func insertEvents(n int, postgres bool) string {
	switch {
	case n > 1:
		return insertSQL(n, postgres)
	case postgres:
		return insertOnePostgres
	}
	return insertOneSQLite
}

func insertSQL(n int, postgres bool) string {
	var b strings.Builder
	if postgres && n > 1 {
		b.WriteString("WITH added AS (")
	}
	b.WriteString("INSERT INTO event (")
	if postgres {
		b.WriteString("seq, ")
	}
	b.WriteString(columnNames + ") VALUES ")
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		list := db.In(columns, i*columns+1)
		if postgres {
			list = "(" + settledSeq + ", " + list[1:]
		}
		b.WriteString(list)
	}
	b.WriteString(" RETURNING seq")
	if postgres && n > 1 {
		b.WriteString(") SELECT array_agg(seq ORDER BY seq) FROM added")
	}
	return b.String()
}

// between reads up to limit events after from and up to to.
func between(ctx context.Context, d *db.DB, from, to desk.Seq, limit int) ([]desk.Event, error) {
	var events []desk.Event
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		events, err = query(ctx, tx, "seq > $1 AND seq <= $2 ORDER BY seq LIMIT "+strconv.Itoa(limit), int64(from), int64(to))
		return err
	})
	return events, err
}

func query(ctx context.Context, tx *db.Tx, where string, args ...any) ([]desk.Event, error) {
	rows, err := tx.Query(ctx, "SELECT seq, "+columnNames+" FROM event WHERE "+where, args...)
	return db.Rows(rows, err, func(r *sql.Rows, e *desk.Event) error {
		var data string
		err := r.Scan(&e.Seq, &e.At, &e.By.Kind, &e.By.ID, &e.Kind, &e.SubjectKind, &e.Subject, &e.Conversation, &e.Message, &e.Cause, &data)
		if data != "" {
			e.Data = json.RawMessage(data)
		}
		return err
	})
}

// OfConversation returns up to limit events of a conversation before a sequence number (0: the newest), in order: its activities. It reads what tx
// sees, settled or not.
func OfConversation(ctx context.Context, tx *db.Tx, id desk.ConversationID, before desk.Seq, limit int) ([]desk.Event, error) {
	if before == 0 {
		before = desk.Seq(desk.Never)
	}
	events, err := query(ctx, tx, "conversation = $1 AND conversation <> 0 AND seq < $2 ORDER BY seq DESC LIMIT $3", int64(id), int64(before), limit)
	if err != nil {
		return nil, fmt.Errorf("events of conversation %s: %w", id, err)
	}
	slices.Reverse(events)
	return events, nil
}
