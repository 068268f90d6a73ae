package bulk

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

const (
	gathered = 200 // conversations that are written down in one transaction
	slice    = 25  // that are changed in one, so that nobody waits long for it
)

func (b *Bulk) do(ctx context.Context, job *jobs.Job[Do]) error {
	return b.finish(ctx, job.Payload.Bulk)
}

// finish goes on with work from where it is until it is over. Each step is one transaction that holds the work's row: whoever takes the job over goes on from the last one that was
// committed.
func (b *Bulk) finish(ctx context.Context, id desk.BulkID) error {
	for {
		over := false
		err := b.DB.Write(ctx, func(tx *db.Tx) (err error) {
			over, err = b.step(ctx, tx, id)
			return err
		})
		if desk.IsRefusal(err, desk.NotFound) {
			return nil // forgotten, or its agent is not active any more
		}
		if err != nil {
			return fmt.Errorf("work %s: %w", id, err)
		}
		if over {
			return nil
		}
	}
}

func (b *Bulk) step(ctx context.Context, tx *db.Tx, id desk.BulkID) (over bool, err error) {
	w, err := b.held(ctx, tx, id)
	if err != nil {
		return true, err
	}
	scope, err := b.Staff.ScopeWithin(ctx, tx, w.Agent, w.all)
	if err != nil {
		return true, err
	}
	switch w.State {
	case Gathering:
		return false, b.gather(ctx, tx, scope, w)
	case Running:
		return b.change(ctx, tx, scope, w)
	case Undoing:
		return b.putBack(ctx, tx, scope, w)
	}
	return true, nil
}

// gather writes down the next conversations that are meant.
func (b *Bulk) gather(ctx context.Context, tx *db.Tx, scope desk.Scope, w Work) error {
	in := Request{Conversations: w.ids, View: w.View, Actions: w.Actions}
	rows, next, unseen, err := b.page(ctx, tx, scope, in, w.reached, gathered)
	if err != nil {
		return err
	}
	for _, c := range rows {
		n, err := tx.Exec(ctx, `INSERT INTO bulk_item (bulk, conversation) VALUES ($1, $2) ON CONFLICT DO NOTHING`, w.ID, c.ID)
		if err != nil {
			return fmt.Errorf("write down what is meant: %w", err)
		}
		w.Total += n
	}
	w.Total += int64(unseen)
	w.Skipped += int64(unseen)
	if w.reached = next; next == nil {
		w.State = Running
	}
	return b.save(ctx, tx, w)
}

// item is a line of the work.
type item struct {
	id      desk.ConversationID
	before  string
	version int64
}

func (b *Bulk) items(ctx context.Context, tx *db.Tx, w Work, state string) ([]item, error) {
	rows, err := tx.Query(ctx, `SELECT conversation, before, version FROM bulk_item WHERE bulk = $1 AND state = $2 ORDER BY conversation LIMIT $3`, w.ID, state, slice)
	list, err := db.Rows(rows, err, func(r *sql.Rows, i *item) error { return r.Scan(&i.id, &i.before, &i.version) })
	if err != nil {
		return nil, fmt.Errorf("what is left of work %s: %w", w.ID, err)
	}
	return list, nil
}

// outcome of one conversation.
type outcome struct {
	state   string // changed, skipped, failed, undone, kept
	why     string
	before  string
	version int64
}

func (b *Bulk) note(ctx context.Context, tx *db.Tx, w *Work, id desk.ConversationID, o outcome) error {
	switch o.state {
	case "changed":
		w.Changed++
	case "skipped":
		w.Skipped++
	case "failed":
		w.Failed++
	case "undone":
		w.Undone++
	case "kept":
		w.Kept++
	}
	if _, err := tx.Exec(ctx, `UPDATE bulk_item SET state = $3, why = $4, before = $5, version = $6 WHERE bulk = $1 AND conversation = $2`,
		w.ID, id, o.state, o.why, db.Text(o.before), o.version); err != nil {
		return fmt.Errorf("note what became of conversation %s: %w", id, err)
	}
	return nil
}

// change does the next conversations. It reports whether the work is over.
func (b *Bulk) change(ctx context.Context, tx *db.Tx, scope desk.Scope, w Work) (over bool, err error) {
	list, err := b.items(ctx, tx, w, "todo")
	if err != nil {
		return true, err
	}
	for _, i := range list {
		one := b.changeOne
		if w.answer != nil {
			one = b.answerOne
		}
		o, err := one(ctx, tx, scope, w, i.id)
		if err != nil {
			return true, err
		}
		if err := b.note(ctx, tx, &w, i.id, o); err != nil {
			return true, err
		}
	}
	if over = len(list) < slice; over {
		w.State, w.FinishedAt = Done, tx.Now
	}
	return over, b.save(ctx, tx, w)
}

func (b *Bulk) changeOne(ctx context.Context, tx *db.Tx, scope desk.Scope, w Work, id desk.ConversationID) (o outcome, err error) {
	err = tx.Savepoint(ctx, func() error {
		was, row, err := b.Conversations.Standing(ctx, tx, scope, id)
		if desk.IsRefusal(err, desk.NotFound) {
			o = outcome{state: "skipped", why: string(Unseen)}
			return nil
		}
		if err != nil {
			return err
		}
		if why := judge(row, w.Actions, w.Agent); why != "" {
			o = outcome{state: "skipped", why: string(why)}
			return nil
		}
		before, err := json.Marshal(was)
		if err != nil {
			return fmt.Errorf("remember conversation %s: %w", id, err)
		}
		now, err := b.Hands.Do(ctx, tx, scope, id, row.Version, w.Actions)
		o = outcome{state: "changed", before: string(before), version: now.Version}
		return err
	})
	if why, refused := whyOf(err); refused {
		return outcome{state: "failed", why: why}, nil // undone by the savepoint
	}
	return o, err
}

// putBack gives the next conversations what they had, unless they were changed since.
func (b *Bulk) putBack(ctx context.Context, tx *db.Tx, scope desk.Scope, w Work) (over bool, err error) {
	list, err := b.items(ctx, tx, w, "changed")
	if err != nil {
		return true, err
	}
	for _, i := range list {
		one := b.putOneBack
		if w.answer != nil {
			one = b.takeOneBack
		}
		o, err := one(ctx, tx, scope, i)
		if err != nil {
			return true, err
		}
		if err := b.note(ctx, tx, &w, i.id, o); err != nil {
			return true, err
		}
	}
	if over = len(list) < slice; over {
		w.State, w.FinishedAt = Undone, tx.Now
	}
	return over, b.save(ctx, tx, w)
}

func (b *Bulk) putOneBack(ctx context.Context, tx *db.Tx, scope desk.Scope, i item) (o outcome, err error) {
	if i.before == "" { // it was emptied for good since
		return outcome{state: "kept", why: string(Changed), version: i.version}, nil
	}
	var was conversation.Standing
	if err := json.Unmarshal([]byte(i.before), &was); err != nil {
		return o, fmt.Errorf("what conversation %s had: %w", i.id, err)
	}
	o = outcome{state: "undone", before: i.before, version: i.version}
	err = tx.Savepoint(ctx, func() error {
		_, err := b.Conversations.PutBack(ctx, tx, desk.ByAgent(scope.Agent), scope, i.id, i.version, was)
		return err
	})
	switch {
	case desk.IsRefusal(err, desk.Conflict):
		o.state, o.why = "kept", string(Changed)
	case desk.IsRefusal(err, desk.NotFound):
		o.state, o.why = "kept", string(Unseen)
	case err != nil:
		why, refused := whyOf(err)
		if !refused {
			return o, err
		}
		o.state, o.why = "kept", why
	}
	return o, nil
}

// Line is what became of one conversation.
type Line struct {
	Conversation desk.Conversation `json:"conversation"`
	State        string            `json:"state" enum:"todo,changed,skipped,failed,undone,kept"`
	Why          string            `json:"why,omitempty" doc:"same, status, finished, unseen, changed; or the reason or code of a refusal"`
}

// Lines lists the conversations of an agent's work, or where everybody is set of anybody's, that ended in a state and that he sees, behind one of them.
func (b *Bulk) Lines(ctx context.Context, tx *db.Tx, scope desk.Scope, everybody bool, id desk.BulkID, state string, after desk.ConversationID, limit int) ([]Line, error) {
	w, err := b.load(ctx, tx, id)
	if err == nil && !everybody {
		err = owned(w, scope.Agent, nil)
	}
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT conversation, state, why FROM bulk_item WHERE bulk = $1 AND ($2 = '' OR state = $2) AND conversation > $3 ORDER BY conversation LIMIT $4`,
		id, db.Text(state), after, limit)
	lines, err := db.Rows(rows, err, func(r *sql.Rows, l *Line) error { return r.Scan(&l.Conversation.ID, &l.State, &l.Why) })
	if err != nil {
		return nil, fmt.Errorf("lines of work %s: %w", id, err)
	}
	ids := make([]desk.ConversationID, len(lines))
	for i, l := range lines {
		ids[i] = l.Conversation.ID
	}
	seen, err := b.Conversations.Rows(ctx, tx, scope, ids)
	if err != nil {
		return nil, err
	}
	known := map[desk.ConversationID]desk.Conversation{}
	for _, c := range seen {
		known[c.ID] = c
	}
	out := make([]Line, 0, len(lines))
	for _, l := range lines {
		if c, ok := known[l.Conversation.ID]; ok {
			l.Conversation = c
			out = append(out, l)
		}
	}
	return out, nil
}
