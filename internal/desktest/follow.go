package desktest

import (
	"context"
	"database/sql"
	"encoding/json"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Follow hands what happened since it was last called, and what follows from it, to what ends snoozes by events, to what begins time limits of the law, and to the rules, as the log would. No time passes.
func (d *Desk) Follow() {
	d.T.Helper()
	for again := true; again; {
		last := d.followed
		err := d.DB.Write(d.T.Context(), func(tx *db.Tx) error {
			events, err := since(d.T.Context(), tx, d.followed)
			if again = len(events) > 0; err != nil || !again {
				return err
			}
			last = events[len(events)-1].Seq
			if err := d.Wake.Take(d.T.Context(), tx, events); err != nil {
				return err
			}
			if err := d.Limits.Take(d.T.Context(), tx, events); err != nil {
				return err
			}
			return d.Automate.Take(d.T.Context(), tx, events)
		})
		if err != nil {
			d.T.Fatal(err)
		}
		d.followed = last
	}
}

// Distribute lets presence be looked at, and hands what happened since it was last called to what gives out, as the log would, until nothing follows from it any more. No time passes.
func (d *Desk) Distribute() {
	d.T.Helper()
	if _, err := d.Presence.Review(d.T.Context(), d.DB); err != nil {
		d.T.Fatal(err)
	}
	d.plan(&d.distributed, d.Router.Plan)
}

// HandOver has those be absent whose time has come, and hands what happened since it was last called to what gives their work to others, as the log would. No time passes.
func (d *Desk) HandOver() {
	d.T.Helper()
	for {
		wait, err := d.Absence.Turn(d.T.Context())
		if err != nil {
			d.T.Fatal(err)
		}
		if wait > 0 {
			break
		}
	}
	d.plan(&d.turned, d.Absence.Plan)
}

type planner = func(context.Context, *db.Tx, []desk.Event) (func(context.Context, *db.Tx) error, error)

// plan hands what happened behind a place of the log to a consumer that plans, until nothing follows from it any more.
func (d *Desk) plan(from *desk.Seq, plan planner) {
	d.T.Helper()
	ctx := d.T.Context()
	for {
		var events []desk.Event
		var do func(context.Context, *db.Tx) error
		if err := d.DB.Look(func(tx *db.Tx) (err error) {
			if events, err = since(ctx, tx, *from); err != nil || len(events) == 0 {
				return err
			}
			do, err = plan(ctx, tx, events)
			return err
		}); err != nil {
			d.T.Fatal(err)
		}
		if len(events) == 0 {
			return
		}
		*from = events[len(events)-1].Seq
		if do == nil {
			continue
		}
		if err := d.DB.Write(ctx, func(tx *db.Tx) error { return do(ctx, tx) }); err != nil {
			d.T.Fatal(err)
		}
	}
}

func since(ctx context.Context, tx *db.Tx, from desk.Seq) ([]desk.Event, error) {
	rows, err := tx.Query(ctx, `/* desktest */
		SELECT seq, at, actor_kind, actor_id, kind, subject_kind, subject_id, conversation, message, cause, data FROM event WHERE seq > $1 ORDER BY seq`, from)
	return db.Rows(rows, err, func(r *sql.Rows, e *desk.Event) error {
		var data string
		err := r.Scan(&e.Seq, &e.At, &e.By.Kind, &e.By.ID, &e.Kind, &e.SubjectKind, &e.Subject, &e.Conversation, &e.Message, &e.Cause, &data)
		if data != "" {
			e.Data = json.RawMessage(data)
		}
		return err
	})
}
