package index

import (
	"context"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/search"
)

// Progress is how far the search index has come.
type Progress struct {
	Filled int `json:"filled" minimum:"0" maximum:"100" doc:"How much of what was there when the index was begun it holds, in percent; 100 when it is complete"`
	Behind int `json:"behind" minimum:"0" doc:"Age of the oldest event that it does not know yet, in seconds; 0 for none"`
}

// Progress says how far the index has come.
func (x *Index) Progress(ctx context.Context, tx *db.Tx) (p Progress, err error) {
	s, err := x.Store.State(ctx)
	if err != nil {
		return p, err
	}
	p.Filled = Filled(s)
	at, is, err := eventlog.OldestAfter(ctx, tx, desk.Seq(s.Position))
	if err == nil && is {
		p.Behind = max(0, int(tx.Now.Time().Sub(at.Time())/time.Second))
	}
	return p, err
}

// Filled is how much of the messages that were there an index holds, in percent: 100 where it lacks nothing, else less.
func Filled(s search.State) int {
	if Complete(s) {
		return 100
	}
	whole := max(s.Whole, s.Rest)
	if s.Format != format || whole == 0 {
		return 0
	}
	missing := s.Rest
	if s.Upto > 0 {
		missing -= s.Upto - search.StretchOf(s.Upto) + 1
	}
	return int(min(99, max(0, 100*(whole-missing)/whole)))
}
