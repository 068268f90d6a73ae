package gather

import (
	"context"
	"encoding/json"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/segment"
	"tellus/internal/feature/view"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

const exportSlice = 500 // rows of a transaction

// export writes a list to a file, a part in each transaction, so that a crash neither loses nor repeats a row.
func (g *Gather) export(ctx context.Context, job *jobs.Job[view.WriteFile]) error {
	for {
		done := false
		err := g.DB.Write(ctx, func(tx *db.Tx) (err error) {
			done, err = g.exportPart(ctx, tx, job.Payload.Export)
			return err
		})
		if desk.IsRefusal(err, desk.NotFound) {
			return nil // it was cancelled
		}
		if err != nil || done {
			return err
		}
	}
}

func (g *Gather) exportPart(ctx context.Context, tx *db.Tx, id desk.ExportID) (done bool, err error) {
	t, err := g.Views.HeldExport(ctx, tx, id)
	if err != nil || t.State != view.Writing {
		return true, err
	}
	scope, err := g.Staff.ScopeWithin(ctx, tx, t.Agent, t.Request.All)
	if err != nil {
		return true, err
	}
	me, err := g.Staff.Agent(ctx, tx, t.Agent)
	if err != nil {
		return true, err
	}
	w, err := g.writer(ctx, tx, t.Request, me)
	if err != nil {
		return true, err
	}
	var p view.Part
	if t.Segment != 0 {
		p, err = g.customers(ctx, tx, scope, t, w)
	} else {
		p, err = g.conversations(ctx, tx, scope, t, w)
	}
	if err != nil {
		return true, err
	}
	e, err := g.Views.Wrote(ctx, tx, t, p)
	return e.State != view.Writing, err
}

// conversations are the next lines of a view.
func (g *Gather) conversations(ctx context.Context, tx *db.Tx, scope desk.Scope, t view.Task, w *sheet) (p view.Part, err error) {
	after, err := reached[conversation.Place](t)
	if err != nil {
		return p, err
	}
	found, err := g.page(ctx, tx, scope, t.View, after)
	if err != nil {
		return p, err
	}
	full, err := g.Conversations.Cases(ctx, tx, found.Rows)
	if err != nil {
		return p, err
	}
	p.Rows, p.Looked = int64(len(found.Rows)), int64(found.Looked)
	if p.Next, err = place(found.Next); err != nil {
		return p, err
	}
	p.Data, err = w.part(t.Part == 0, len(full), func(i int, key string) string { return w.conversation(key, full[i]) })
	return p, err
}

// customers are the next lines of a segment. One that was taken away meanwhile ends the file.
func (g *Gather) customers(ctx context.Context, tx *db.Tx, scope desk.Scope, t view.Task, w *sheet) (p view.Part, err error) {
	after, err := reached[segment.Place](t)
	if err != nil {
		return p, err
	}
	once := func() bool { return false }
	found, next, err := g.Segments.Find(ctx, tx, scope, segment.Ask{Segment: t.Segment, By: segment.ByName, After: after, Limit: exportSlice, More: once})
	if err != nil {
		return p, err
	}
	ids := make([]desk.CustomerID, len(found))
	for i, c := range found {
		ids[i] = c.ID
	}
	full, err := g.Segments.Cases(ctx, tx, ids)
	if err != nil {
		return p, err
	}
	p.Rows = int64(len(full))
	if p.Next, err = place(next); err != nil {
		return p, err
	}
	p.Data, err = w.part(t.Part == 0, len(full), func(i int, key string) string { return w.customer(key, full[i]) })
	return p, err
}

// reached is where a file's list goes on, nil at its beginning.
func reached[P any](t view.Task) (*P, error) {
	if len(t.Reached) == 0 {
		return nil, nil //nolint:nilnil // the beginning has no place
	}
	p := new(P)
	if err := json.Unmarshal(t.Reached, p); err != nil {
		return nil, fmt.Errorf("where file %s goes on: %w", t.ID, err)
	}
	return p, nil
}

// place writes where a list goes on, nothing where it does not.
func place[P any](next *P) (json.RawMessage, error) {
	if next == nil {
		return nil, nil
	}
	data, err := json.Marshal(next)
	if err != nil {
		return nil, fmt.Errorf("note where a file goes on: %w", err)
	}
	return data, nil
}

// page reads the next rows; one slice of those that are found by looking.
func (g *Gather) page(ctx context.Context, tx *db.Tx, scope desk.Scope, v conversation.View, reached *conversation.Place) (conversation.Found, error) {
	once := func() bool { return false }
	if id := v.SavedID(); id != 0 {
		return g.Conversations.ListSaved(ctx, tx, scope, id, nil, reached, exportSlice, once)
	}
	var after *conversation.Cursor
	if reached != nil {
		after = &conversation.Cursor{Key: reached.Int, ID: reached.ID}
	}
	rows, next, err := g.Conversations.List(ctx, tx, scope, conversation.ListQuery{View: v, After: after, Limit: 200})
	found := conversation.Found{Rows: rows}
	if next != nil {
		found.Next = &conversation.Place{Int: next.Key, ID: next.ID}
	}
	return found, err
}
