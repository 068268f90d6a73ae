package index

import (
	"context"
	"fmt"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/query"
	"tellus/internal/platform/db"
	"tellus/internal/platform/search"
)

// Bounds of filling.
const (
	fillFor      = 200 * time.Millisecond // then it is looked whether something happened
	mostGathered = 96 << 20               // bytes in memory before they are stored
	fillWords    = 120_000                // that are remembered meanwhile
)

// stretch is messages of a new index that are gathered until all of a stretch are there, or memory is full, and then stored at once. What is in memory alone is
// gathered again after a stop: the State tells of what is stored.
type stretch struct {
	rest     int64 // messages below are missing
	first    int64 // the first id of the stretch that the newest of them is in
	upto     int64 // up to here they were gathered or stored
	gathered *search.Gathered
}

// hide leaves out of what is gathered what a batch has in a newer form.
func (f *stretch) hide(b search.Batch) {
	if f == nil || f.gathered == nil {
		return
	}
	for i := range b.Put {
		f.gathered.Hide(b.Put[i].ID)
	}
	f.gathered.Hide(b.Drop...)
}

// fill indexes a part of the messages that are missing: stretch by stretch from the newest back, each from its first message on.
func (x *Index) fill(ctx context.Context, s search.State, owns check) error {
	if x.fills == nil || x.fills.rest != s.Rest {
		var err error
		if x.fills, err = x.nextStretch(ctx, s); err != nil {
			return err
		}
	}
	f := x.fills
	done, err := x.gather(ctx, f)
	if err != nil {
		return fmt.Errorf("fill search index: %w", err)
	}
	if !done && f.gathered.Size() < mostGathered {
		return nil
	}
	b := search.Batch{State: s, Gathered: f.gathered, Check: search.Check(owns)}
	b.State.Upto = f.upto
	if done {
		b.State.Rest, b.State.Upto = f.first, 0
	}
	if err := x.Store.Apply(ctx, b); err != nil {
		return err
	}
	f.gathered = search.NewGathered(f.first)
	if b.State.Rest == 0 {
		x.fills, x.writer = nil, query.Writer{}
		x.Log.InfoContext(ctx, "search index is complete")
	}
	return nil
}

// nextStretch is the one of the newest message that is missing: the first of all where none is.
func (x *Index) nextStretch(ctx context.Context, s search.State) (*stretch, error) {
	var newest []desk.MessageID
	err := x.DB.Read(ctx, func(tx *db.Tx) (err error) {
		newest, err = x.Conversations.MessagesBefore(ctx, tx, desk.MessageID(s.Rest), 1)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("fill search index: %w", err)
	}
	x.writer.Remember(fillWords)
	f := &stretch{rest: s.Rest}
	if len(newest) > 0 {
		f.first = search.StretchOf(int64(newest[0]))
	}
	f.upto, f.gathered = max(s.Upto, f.first-1), search.NewGathered(f.first)
	return f, nil
}

// gather takes messages of a stretch into memory for a while, and reports whether it has them all.
func (x *Index) gather(ctx context.Context, f *stretch) (done bool, err error) {
	for begun := time.Now(); time.Since(begun) < fillFor && f.gathered.Size() < mostGathered; {
		var ids []desk.MessageID
		var put []search.Document
		err := x.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if ids, err = x.Conversations.MessagesBetween(ctx, tx, desk.MessageID(f.upto), desk.MessageID(f.rest), messagesAtOnce); err == nil {
				put, _, err = x.documents(ctx, tx, ids)
			}
			return err
		})
		if err != nil {
			return false, err
		}
		f.gathered.Add(put)
		if len(ids) > 0 {
			f.upto = int64(ids[len(ids)-1])
		}
		if len(ids) < messagesAtOnce {
			return true, nil
		}
	}
	return false, nil
}
