package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"tellus/internal/desk"
	"tellus/internal/flow/index"
	"tellus/internal/platform/db"
	"tellus/internal/platform/search"
)

// lagging is how old what the search index does not know may be before it is worth a word: under full load it is at most 5 s behind.
const lagging = time.Minute

// search looks at how far the search index is behind what happened.
func (x *examination) search(ctx context.Context, d *db.DB) {
	const subject = "search index"
	s, err := x.indexState(ctx, d)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		x.note(subject, "There is none.", "The server makes it anew when it starts.")
		return
	case err != nil:
		x.bad(subject, sentence(err.Error()), "Stop the server, remove "+x.c.in(searchFile)+" and start it again: the index is made anew.")
		return
	case s.Format == 0:
		x.note(subject, "It is empty.", "The server fills it while it runs.")
		return
	case s.Rest > 0:
		x.note(subject, fmt.Sprintf("It is being made: %d %%. Messages below number %d are still missing.", index.Filled(s), s.Rest), "Leave the server running.")
	}
	var behind int64
	var oldest desk.Time
	ok := x.read(ctx, d, subject, func(tx *db.Tx) error {
		err := tx.Row(ctx, `SELECT at FROM event WHERE seq > $1 ORDER BY seq LIMIT 1`, s.Position).Scan(&oldest)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		return tx.Row(ctx, `SELECT count(*) FROM event WHERE seq > $1`, s.Position).Scan(&behind)
	})
	if !ok {
		return
	}
	lag := x.now().Sub(oldest.Time()).Round(time.Second)
	switch {
	case behind == 0:
		x.good(subject, "It knows everything that happened.")
	case lag > lagging:
		x.bad(subject, fmt.Sprintf("It is %d events behind, the oldest from %s ago.", behind, lag),
			"Look for \"search index\" in the log of the server; where none runs, start it.")
	default:
		x.good(subject, "It is %d events behind, the oldest from %s ago.", behind, lag)
	}
}

// indexState reads how far the index has come: from its own file on SQLite, where there is one.
func (x *examination) indexState(ctx context.Context, d *db.DB) (s search.State, err error) {
	if d.Postgres() {
		err = d.Read(ctx, func(tx *db.Tx) (err error) { s, err = search.ReadState(ctx, tx); return err })
		return s, err
	}
	path := x.c.in(searchFile)
	if _, err := os.Stat(path); err != nil {
		return s, err
	}
	own, err := db.Open(ctx, "sqlite:"+path, db.Options{Logger: x.c.logger()})
	if err != nil {
		return s, err
	}
	err = own.Read(ctx, func(tx *db.Tx) (err error) { s, err = search.ReadState(ctx, tx); return err })
	return s, errors.Join(err, own.Close())
}
