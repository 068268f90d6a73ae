package conversation

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/engine/deadline"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// NextClock is when something is next to be told of a promise: it comes close, or it is late. desk.Never where nothing is to come.
func (s *Service) NextClock(ctx context.Context, tx *db.Tx) (at desk.Time, err error) {
	if err := tx.Row(ctx, `SELECT COALESCE(MIN(next_at), $1) FROM clock WHERE next_at < 9007199254740991`, desk.Never).Scan(&at); err != nil {
		return 0, fmt.Errorf("when promises come due: %w", err)
	}
	return at, nil
}

// Escalated is a step of a policy whose time has come.
type Escalated struct {
	deadline.Escalation
	Conversation desk.ConversationID
	Event        *desk.Event // that tells of it
}

// FireClocks tells of promises that have come close or were broken, in at most limit conversations, once each and what was due first before the rest. It returns the steps that
// are to be taken now, noted as taken and told of: the caller takes them in the same transaction. Several nodes may call it at once: conversations are held, and who comes second
// finds nothing left to tell.
func (s *Service) FireClocks(ctx context.Context, tx *db.Tx, limit int) ([]Escalated, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT conversation FROM (SELECT conversation FROM clock WHERE next_at < $1 ORDER BY next_at, conversation LIMIT $2) due ORDER BY conversation`, tx.Now, limit)
	ids, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, err = tx.Query(ctx, `SELECT id FROM conversation WHERE id IN `+db.In(len(ids), 1)+` ORDER BY id FOR NO KEY UPDATE`, db.Args(ids)...)
	if ids, err = db.Rows(rows, err, scanID[desk.ConversationID]); err != nil {
		return nil, fmt.Errorf("hold conversations whose promises are due: %w", err)
	}
	sets, err := clocksOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	type telling struct {
		due   desk.Time
		event *desk.Event
	}
	var told []telling
	var changed []clockRow
	var steps []Escalated
	for _, id := range ids {
		set := sets[id]
		if set == nil {
			continue
		}
		had := *set
		c := row{Conversation: desk.Conversation{ID: id}}
		tell := func(kinds []deadline.Kind, what desk.EventKind) {
			for _, kind := range kinds {
				k := set.Of(kind)
				told = append(told, telling{k.Due, c.event(desk.System, what, map[string]any{"kind": kind, "policy": k.Policy, "due": k.Due})})
			}
		}
		tell(set.Tick(tx.Now), desk.ClockBreached)
		tell(set.WarnOf(tx.Now), desk.ClockWarned)
		taken, err := s.escalate(ctx, tx, id, set)
		if err != nil {
			return nil, err
		}
		for _, e := range taken {
			event := c.event(desk.System, desk.ClockEscalated, map[string]any{"kind": e.Kind, "policy": e.Policy, "step": e.Step, "nth": e.Nth, "minutes": e.Minutes(), "due": e.Due})
			told = append(told, telling{e.At, event})
			steps = append(steps, Escalated{e, id, event})
		}
		for i := range set {
			if k := &set[i]; k.Kind != "" && !k.Equal(&had[i]) {
				changed = append(changed, clockRow{id, true, k})
			}
		}
	}
	slices.SortStableFunc(told, func(a, b telling) int { return cmp.Compare(a.due, b.due) })
	events := make([]*desk.Event, len(told))
	for i := range told {
		events[i] = told[i].event
	}
	if err := writeClocks(ctx, tx, changed); err != nil {
		return nil, err
	}
	slices.SortStableFunc(steps, func(a, b Escalated) int { return cmp.Compare(a.At, b.At) })
	return steps, eventlog.Append(ctx, tx, events...)
}

// PolicyOf is the policy that applies to a conversation now, or to what it was merged into; nil where none does.
func (s *Service) PolicyOf(ctx context.Context, tx *db.Tx, id desk.ConversationID) (*deadline.Policy, error) {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	return c.policy(ctx, tx, d)
}

// escalate returns the steps of a conversation that are to be taken now, and notes in its clocks that they were.
func (s *Service) escalate(ctx context.Context, tx *db.Tx, id desk.ConversationID, set *deadline.Set) ([]deadline.Escalation, error) {
	if !set.Steps(tx.Now) {
		return nil, nil
	}
	c, err := hold(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	p, err := c.policy(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	return set.Escalate(p, tx.Now), nil
}

// Reclock brings the clocks of unfinished conversations up to the policies as they are now: those after one, at most limit. It returns the last one looked at and how many
// there were; fewer than limit means that it is through. What is due otherwise afterwards is told by desk.ClocksChanged, or desk.DueMoved where only the inbox promises.
func (s *Service) Reclock(ctx context.Context, tx *db.Tx, after desk.ConversationID, limit int) (last desk.ConversationID, looked int, err error) {
	rows, err := tx.Query(ctx, `SELECT id FROM conversation WHERE shelf IN (0, 1) AND id > $1 ORDER BY id LIMIT $2`, after, limit)
	ids, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil || len(ids) == 0 {
		return after, 0, err
	}
	for _, id := range ids {
		if err := reclock(ctx, tx, id); err != nil {
			return after, 0, fmt.Errorf("bring conversation %s up to the policies: %w", id, err)
		}
	}
	return ids[len(ids)-1], len(ids), nil
}

// reclock works out anew when a conversation is due, by its clocks and by what its inbox promises.
func reclock(ctx context.Context, tx *db.Tx, id desk.ConversationID) error {
	c, err := hold(ctx, tx, id)
	if err != nil || c.ID != id {
		return err // it was merged meanwhile, and follows with what it lives in
	}
	return c.reclock(ctx, tx, true)
}

// reclock brings a held conversation's clocks up to date, and when it is due; anew also where only its inbox promises.
func (c *row) reclock(ctx context.Context, tx *db.Tx, anew bool) error {
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return err
	}
	type due struct {
		at, soon       desk.Time
		of             string
		ownAt, ownSoon desk.Time
		ownFor         string
	}
	now := func() due { return due{c.DueAt, c.DueSoonAt, c.DueFor, c.ownDueAt, c.ownDueSoonAt, c.ownDueFor} }
	before := now()
	if anew {
		c.undue, c.within = true, -1
	}
	k, err := c.keepClocks(ctx, tx, d)
	if err != nil {
		return err
	}
	if err := k.write(ctx, tx, c.ID); err != nil || before == now() {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE conversation SET due_at = $2, due_for = $3, due_soon_at = $4, own_due_at = $5, own_due_for = $6, own_due_soon_at = $7 WHERE id = $1`,
		c.ID, c.DueAt, c.DueFor, c.DueSoonAt, c.ownDueAt, c.ownDueFor, c.ownDueSoonAt); err != nil {
		return fmt.Errorf("say when it is due: %w", err)
	}
	if err := c.keepPlace(ctx, tx, d); err != nil {
		return err
	}
	what := desk.ClocksChanged
	if before.of == "" && c.DueFor == "" {
		what = desk.DueMoved
	}
	return eventlog.Append(ctx, tx, c.event(desk.System, what, nil))
}

// Unfinished counts the conversations that Reclock goes through.
func (s *Service) Unfinished(ctx context.Context, tx *db.Tx) (n int64, err error) {
	if err := tx.Row(ctx, `SELECT COUNT(*) FROM conversation WHERE shelf IN (0, 1)`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count unfinished conversations: %w", err)
	}
	return n, nil
}

// mostTried is how many unfinished conversations a policy is tried on before it is saved.
const mostTried = 2000

// Tried says how many conversations a policy would have, of those that were looked at: the newest unfinished ones.
type Tried struct {
	Takes  int `json:"takes" doc:"How many it would have"`
	Fits   int `json:"fits" doc:"How many fulfil its condition; the rest of these go to policies before it"`
	Looked int `json:"looked"`

	Arriving []Arriving `json:"arriving" doc:"What it would come to for a message that came now, by each calendar that conversations begin with"`
}

// TryPolicy says which of the unfinished conversations that somebody sees a policy would have, if it stood behind the given ones.
func (s *Service) TryPolicy(ctx context.Context, tx *db.Tx, scope desk.Scope, when *condition.Condition, behind []desk.PolicyID) (t Tried, err error) {
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return t, err
	}
	would := d.taking(when, behind)
	var q query
	q.WriteString(`SELECT ` + rowColumns + ` FROM conversation c WHERE c.shelf IN (0, 1) AND ` + q.visible(scope) + ` ORDER BY c.id DESC LIMIT ` + q.arg(mostTried))
	rows, err := tx.Query(ctx, q.String(), q.args...)
	found, err := db.Rows(rows, err, func(r *sql.Rows, to **row) error {
		*to = &row{}
		return (*to).scan(r)
	})
	if err != nil {
		return t, fmt.Errorf("try a policy: %w", err)
	}
	for _, c := range found {
		fits, takes, err := would(ctx, tx, c)
		if err != nil {
			return t, err
		}
		t.Looked++
		if fits {
			t.Fits++
		}
		if takes {
			t.Takes++
		}
	}
	return t, nil
}

// taking says of a conversation whether a policy's condition fits it, and whether the policy would take it if it stood behind the given ones.
func (d *definitions) taking(when *condition.Condition, behind []desk.PolicyID) func(ctx context.Context, tx *db.Tx, c *row) (fits, takes bool, err error) {
	var before []*deadline.Policy
	only := *d
	only.asks = d.policyAsks
	for _, p := range d.policies {
		if slices.Contains(behind, p.ID) {
			before = append(before, p)
		}
	}
	for _, a := range when.Attributes() {
		only.asks = only.asks.and(asksOf(a))
	}
	return func(ctx context.Context, tx *db.Tx, c *row) (fits, takes bool, err error) {
		full, err := c.asCase(ctx, tx, &only)
		if err != nil {
			return false, false, err
		}
		fits, _ = when.Match(full, tx.Now)
		return fits, fits && deadline.Choose(before, full, tx.Now) == nil, nil
	}
}
