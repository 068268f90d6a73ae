package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"tellus/internal/app"
	"tellus/internal/platform/db"
	"tellus/internal/platform/search"
)

// Lag is how old the oldest event was that the search index did not know, in seconds.
type Lag struct {
	Most   float64 `json:"most"`   // of all looks, twice a second
	Last   float64 `json:"last"`   // when the last mail was stored
	Caught float64 `json:"caught"` // how long after that the index knew everything
}

// lagWatch looks at the index while mail comes in.
type lagWatch struct {
	main, own *db.DB // own on SQLite
	opened    error
	most      time.Duration
	end       context.CancelFunc
	over      chan error
}

func watchIndex(ctx context.Context, c app.Config) *lagWatch {
	w := &lagWatch{over: make(chan error, 1)}
	w.main, w.opened = db.Open(ctx, databaseURL(c), db.Options{Logger: quiet()})
	if w.opened == nil && !w.main.Postgres() {
		w.own, w.opened = db.Open(ctx, "sqlite:"+filepath.Join(c.Data, "search.db"), db.Options{Logger: quiet()})
	}
	ctx, w.end = context.WithCancel(ctx)
	go func() { w.over <- w.look(ctx) }()
	return w
}

func (w *lagWatch) look(ctx context.Context) error {
	if w.opened != nil {
		return fmt.Errorf("watch the search index: %w", w.opened)
	}
	for {
		lag, _, err := w.behind(ctx)
		if err != nil && ctx.Err() == nil {
			return err
		}
		w.most = max(w.most, lag)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// behind is how old the oldest event is that the index does not know, and whether there is any.
func (w *lagWatch) behind(ctx context.Context) (lag time.Duration, is bool, err error) {
	var at int64
	err = w.main.Read(ctx, func(tx *db.Tx) error {
		var s search.State
		var err error
		if w.own == nil {
			s, err = search.ReadState(ctx, tx)
		} else {
			err = w.own.Read(ctx, func(own *db.Tx) (err error) { s, err = search.ReadState(ctx, own); return err })
		}
		if err != nil {
			return err
		}
		return tx.Row(ctx, `SELECT at FROM event WHERE seq > $1 ORDER BY seq LIMIT 1`, s.Position).Scan(&at)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("how far is the search index behind: %w", err)
	}
	return time.Since(time.UnixMicro(at)), true, nil
}

// stop ends watching.
func (w *lagWatch) stop() error {
	w.end()
	err := <-w.over
	for _, d := range []*db.DB{w.main, w.own} {
		if d != nil {
			err = errors.Join(err, d.Close())
		}
	}
	return err
}

// caughtUp waits until the index knows everything.
func (w *lagWatch) caughtUp(ctx context.Context) (l Lag, err error) {
	begun := time.Now()
	last, is, err := w.behind(ctx)
	for err == nil && is && ctx.Err() == nil && time.Since(begun) < time.Minute {
		time.Sleep(50 * time.Millisecond)
		_, is, err = w.behind(ctx)
	}
	err = errors.Join(err, w.stop())
	l = Lag{Most: max(w.most, last).Seconds(), Last: last.Seconds(), Caught: time.Since(begun).Seconds()}
	return l, err
}
