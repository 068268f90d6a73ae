package conversation

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/engine/merge"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// MostMerged is how many conversations may go into another one at once.
const MostMerged = 50

// Merge is one that stands: what went into a conversation, and can come out again.
type Merge struct {
	ID            int64                 `json:"id"`
	At            desk.Time             `json:"at"`
	Agent         desk.AgentID          `json:"agent"`
	Conversations []desk.ConversationID `json:"conversations"`
	Numbers       []int64               `json:"numbers"`
}

// joining are the held conversations of a merge, with what the engine looks at.
type joining struct {
	target   *row
	sources  []*row
	states   map[desk.ConversationID]merge.State
	readings map[desk.ConversationID]merge.Reading
}

// Merge puts conversations into another one: their messages, participants, followers, tags, checklists and time spent go
// there, values of custom fields where it has none, and their numbers, addresses and ids lead there from then on.
// All of them must be seen by the scope's agent. What it takes to undo it is kept.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, into desk.ConversationID, sources []desk.ConversationID) (Merge, error) {
	j, err := s.join(ctx, tx, scope, into, sources)
	if err != nil {
		return Merge{}, err
	}
	into = j.target.ID
	list, readings := j.forEngine()
	after, rec := merge.Join(j.states[into], list)
	rec.Marks = merge.JoinMarks(j.readings[into], readings)
	m := Merge{At: tx.Now, Agent: by.Agent()}
	for _, c := range j.sources {
		m.Conversations, m.Numbers = append(m.Conversations, c.ID), append(m.Numbers, c.Number)
	}
	if m.ID, err = keepMerge(ctx, tx, m, into, rec); err != nil {
		return m, err
	}
	for _, c := range j.sources {
		if err := moveInto(ctx, tx, m.ID, c, into); err != nil {
			return m, err
		}
	}
	if err := j.target.become(ctx, tx, j.states[into], after); err != nil {
		return m, err
	}
	if err := setMarks(ctx, tx, into, marksAfter(rec.Marks)); err != nil {
		return m, err
	}
	return m, j.tell(ctx, tx, by, m, desk.ConversationsMerged, desk.ConversationMerged)
}

// join holds the conversations in the order of their ids and checks that they can be merged.
func (s *Service) join(ctx context.Context, tx *db.Tx, scope desk.Scope, into desk.ConversationID, sources []desk.ConversationID) (j joining, err error) {
	if into, err = livesIn(ctx, tx, into); err != nil {
		return j, err
	}
	asked := append([]desk.ConversationID{into}, sources...)
	for i, id := range sources {
		if asked[i+1], err = livesIn(ctx, tx, id); err != nil {
			return j, err
		}
		if asked[i+1] == into {
			return j, desk.WhySameOne.At(fmt.Sprintf("body.conversations[%d]", i))
		}
	}
	if len(sources) == 0 {
		return j, desk.WhyNeeded.At("body.conversations")
	}
	for _, id := range sorted(asked...) {
		c, err := holdVisible(ctx, tx, scope, id)
		if err != nil {
			return j, err
		}
		if c.ID != id { // merged by somebody else while we waited for it
			return j, desk.Refuse(desk.Conflict, "a conversation was just merged")
		}
		if id == into {
			j.target = c
		} else {
			j.sources = append(j.sources, c)
		}
	}
	if j.target.TrashedAt != 0 || j.target.Spam {
		return j, desk.WhyPutAway.Refuse()
	}
	if err := apart(ctx, tx, sorted(asked...)); err != nil {
		return j, err
	}
	return j, j.load(ctx, tx)
}

func (j *joining) all() []*row { return append([]*row{j.target}, j.sources...) }

// load reads what the engine looks at.
func (j *joining) load(ctx context.Context, tx *db.Tx) error {
	j.states, j.readings = map[desk.ConversationID]merge.State{}, map[desk.ConversationID]merge.Reading{}
	for _, c := range j.all() {
		state, err := c.mergeState(ctx, tx)
		if err != nil {
			return err
		}
		j.states[c.ID] = state
		marks, err := marksOf(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		j.readings[c.ID] = merge.Reading{LastIncoming: c.lastIncoming, Marks: marks}
	}
	return nil
}

func (j *joining) forEngine() (list []merge.Source, readings []merge.Reading) {
	for _, c := range j.sources {
		list = append(list, merge.Source{State: j.states[c.ID], PutAway: c.Spam || c.TrashedAt != 0})
		readings = append(readings, j.readings[c.ID])
	}
	return list, readings
}

func (c *row) mergeState(ctx context.Context, tx *db.Tx) (s merge.State, err error) {
	s = merge.State{Turn: c.turn(), Tags: c.Tags, Fields: c.Fields, Access: merge.Access{Restricted: c.Restricted}, LastAt: c.LastAt}
	if c.Restricted {
		if s.Access.Agents, err = accessOf(ctx, tx, c.ID); err != nil {
			return s, err
		}
	}
	s.Followers, err = agentsOf(ctx, tx, "follower", c.ID)
	return s, err
}

func (c *row) turn() merge.Turn {
	c.withoutOwed()
	return merge.Turn{Status: c.Status, SnoozedUntil: c.SnoozedUntil, WakeOn: c.WakeOn, WaitingSince: c.WaitingSince, DueAt: c.DueAt, ResolvedAt: c.resolvedAt}
}

func (c *row) setTurn(t merge.Turn) {
	c.withoutOwed()
	c.Status, c.SnoozedUntil, c.WakeOn, c.WaitingSince, c.DueAt, c.resolvedAt = t.Status, t.SnoozedUntil, t.WakeOn, t.WaitingSince, t.DueAt, t.ResolvedAt
}

func marksOf(ctx context.Context, tx *db.Tx, id desk.ConversationID) (map[desk.AgentID]desk.MessageID, error) {
	type mark struct {
		agent   desk.AgentID
		message desk.MessageID
	}
	rows, err := tx.Query(ctx, `SELECT agent, message FROM read_mark WHERE conversation = $1`, id)
	list, err := db.Rows(rows, err, func(r *sql.Rows, m *mark) error { return r.Scan(&m.agent, &m.message) })
	if err != nil {
		return nil, fmt.Errorf("read marks of conversation %s: %w", id, err)
	}
	marks := make(map[desk.AgentID]desk.MessageID, len(list))
	for _, m := range list {
		marks[m.agent] = m.message
	}
	return marks, nil
}

// keepMerge writes down what undoing needs.
func keepMerge(ctx context.Context, tx *db.Tx, m Merge, into desk.ConversationID, rec merge.Record) (id int64, err error) {
	text, err := json.Marshal(rec)
	if err != nil {
		return 0, fmt.Errorf("record of a merge into conversation %s: %w", into, err)
	}
	err = tx.Row(ctx, `
		INSERT INTO conversation_merge (into_conversation, at, agent, last_message, record)
		VALUES ($1, $2, $3, (SELECT COALESCE(max(id), 0) FROM message), $4)
		RETURNING id`, into, m.At, m.Agent, string(text)).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("record of a merge into conversation %s: %w", into, err)
	}
	for _, c := range m.Conversations {
		if _, err := tx.Exec(ctx, `INSERT INTO conversation_merge_source (merge, conversation) VALUES ($1, $2)`, id, c); err != nil {
			return 0, fmt.Errorf("record of a merge into conversation %s: %w", into, err)
		}
	}
	return id, nil
}

// moveInto gives the target what belongs to a source, and puts the source's row out of sight. Its words do not stay behind in the preview: erasing the message that said
// them would not find them there.
func moveInto(ctx context.Context, tx *db.Tx, id int64, c *row, into desk.ConversationID) error {
	steps := []struct {
		text string
		args []any
	}{
		{`INSERT INTO conversation_merge_message (merge, message, source) SELECT $1, id, conversation FROM message WHERE conversation = $2`, []any{id, c.ID}},
		{`UPDATE message SET conversation = $1 WHERE conversation = $2`, []any{into, c.ID}},
		{`UPDATE mention SET conversation = $1 WHERE conversation = $2`, []any{into, c.ID}},
		{`UPDATE draft SET conversation = $1, home = CASE WHEN home = 0 THEN $2 ELSE home END
			WHERE conversation = $2 AND NOT EXISTS (SELECT 1 FROM draft o WHERE o.agent = draft.agent AND o.conversation = $1)`, []any{into, c.ID}},
		// The other one's customer is who an answer goes to; this one's takes part, and is answered where he was the last to write.
		{`INSERT INTO participant (conversation, address_key, address, name, customer, role, created_at, brought_by)
			SELECT $1, address_key, address, name, customer, CASE WHEN role = 'requester' THEN 'contributor' ELSE role END, created_at, $3
			FROM participant WHERE conversation = $2
			ON CONFLICT (conversation, address_key) DO NOTHING`, []any{into, c.ID, id}},
		{`UPDATE conversation SET merged_into = $1 WHERE id = $2`, []any{into, c.ID}},
	}
	for _, step := range steps {
		if _, err := tx.Exec(ctx, step.text, step.args...); err != nil {
			return fmt.Errorf("merge conversation %s into %s: %w", c.ID, into, err)
		}
	}
	c.MergedInto, c.Preview = into, ""
	c.did(deadline.Moved)
	return c.save(ctx, tx)
}

// become makes a conversation what the engine said, with its messages counted anew, and saves it. Without after.LastAt the messages say when the last was.
func (c *row) become(ctx context.Context, tx *db.Tx, before, after merge.State) error {
	c.setTurn(after.Turn)
	c.did(deadline.Moved)
	lastAt := after.LastAt // not worked out from the messages: calls and visits are written down after they took place
	c.Restricted, c.Fields = after.Access.Restricted, after.Fields
	for _, step := range []func() error{
		func() error { return c.setAccess(ctx, tx, before.Access, after.Access) },
		func() error { return c.setTags(ctx, tx, before.Tags, after.Tags) },
		func() error { return c.setFollowers(ctx, tx, before.Followers, after.Followers) },
		func() error { return c.recount(ctx, tx) },
		func() error { return c.recountTroubles(ctx, tx) },
		func() error { return c.countChecks(ctx, tx) },
		func() error { return c.countSpent(ctx, tx) },
		func() error { return c.countOwed(ctx, tx) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	if lastAt != 0 {
		c.LastAt = lastAt
	}
	return c.save(ctx, tx)
}

// countSpent works out the time that was spent on the conversation and on those that were merged into it. The entries are another feature's; here they are only read.
func (c *row) countSpent(ctx context.Context, tx *db.Tx) error {
	members, err := family(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	err = tx.Row(ctx, `SELECT COALESCE(sum(seconds), 0) FROM work_entry WHERE deleted_at = 0 AND conversation IN `+db.In(len(members), 1), db.Args(members)...).Scan(&c.Spent)
	if err != nil {
		return fmt.Errorf("sum time spent on conversation %s: %w", c.ID, err)
	}
	return nil
}

func (c *row) setAccess(ctx context.Context, tx *db.Tx, before, after merge.Access) error {
	if before.Equal(after) {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM conversation_access WHERE conversation = $1`, c.ID); err != nil {
		return fmt.Errorf("access to conversation %s: %w", c.ID, err)
	}
	for _, agent := range after.Agents {
		if _, err := tx.Exec(ctx, `INSERT INTO conversation_access (conversation, agent) VALUES ($1, $2)`, c.ID, agent); err != nil {
			return fmt.Errorf("access to conversation %s: %w", c.ID, err)
		}
	}
	return nil
}

func (c *row) setTags(ctx context.Context, tx *db.Tx, before, after []desk.TagID) error {
	c.Tags = some(slices.Clone(after))
	for _, t := range after {
		if slices.Contains(before, t) {
			continue
		}
		if _, err := tx.Exec(ctx, `INSERT INTO conversation_tag (conversation, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING`, c.ID, t); err != nil {
			return fmt.Errorf("tag conversation %s: %w", c.ID, err)
		}
	}
	for _, t := range before {
		if slices.Contains(after, t) {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM conversation_tag WHERE conversation = $1 AND tag = $2`, c.ID, t); err != nil {
			return fmt.Errorf("untag conversation %s: %w", c.ID, err)
		}
	}
	return nil
}

func (c *row) setFollowers(ctx context.Context, tx *db.Tx, before, after []desk.AgentID) error {
	for _, a := range after {
		if slices.Contains(before, a) {
			continue
		}
		if _, err := tx.Exec(ctx, `INSERT INTO follower (conversation, agent) VALUES ($1, $2) ON CONFLICT DO NOTHING`, c.ID, a); err != nil {
			return fmt.Errorf("follow conversation %s: %w", c.ID, err)
		}
	}
	for _, a := range before {
		if slices.Contains(after, a) {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM follower WHERE conversation = $1 AND agent = $2`, c.ID, a); err != nil {
			return fmt.Errorf("follow conversation %s: %w", c.ID, err)
		}
	}
	return nil
}

func marksAfter(list []merge.Mark) map[desk.AgentID]desk.MessageID {
	marks := map[desk.AgentID]desk.MessageID{}
	for _, m := range list {
		marks[m.Agent] = m.After
	}
	return marks
}

// setMarks sets how far agents have read a conversation; 0 takes the mark away.
func setMarks(ctx context.Context, tx *db.Tx, id desk.ConversationID, marks map[desk.AgentID]desk.MessageID) error {
	for agent, message := range marks {
		text, args := `INSERT INTO read_mark (agent, conversation, message) VALUES ($1, $2, $3) ON CONFLICT (agent, conversation) DO UPDATE SET message = excluded.message`, []any{agent, id, message}
		if message == 0 {
			text, args = `DELETE FROM read_mark WHERE agent = $1 AND conversation = $2`, args[:2]
		}
		if _, err := tx.Exec(ctx, text, args...); err != nil {
			return fmt.Errorf("read marks of conversation %s: %w", id, err)
		}
	}
	return nil
}

// tell appends what happened to the target, and to each source.
func (j *joining) tell(ctx context.Context, tx *db.Tx, by desk.Actor, m Merge, target, source desk.EventKind) error {
	events := make([]*desk.Event, 0, len(j.sources)+1)
	events = append(events, j.target.event(by, target, map[string]any{"merge": m.ID, "conversations": m.Conversations, "numbers": m.Numbers}))
	for _, c := range j.sources {
		events = append(events, c.event(by, source, map[string]any{"merge": m.ID, "into": j.target.ID, "number": j.target.Number}))
	}
	return eventlog.Append(ctx, tx, events...)
}
