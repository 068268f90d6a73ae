// Package commitment owns what people promise customers: "I will call you tomorrow at one". A commitment has words, a due time and somebody who keeps it; it is told of as it
// comes close and as its time passes, and ends as kept or given up, with a cause where it was not kept in time.
package commitment

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/commitment"
	"tellus/internal/engine/deadline"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Moved is the signal that there is a new time at which something is to be told of a commitment.
const Moved = "commitment.moved"

const (
	mostOpen    = 50                   // that a conversation has at once
	furthest    = 366 * 24 * time.Hour // ahead
	mostLetters = 500
	mostListed  = 200
)

// Service is the feature.
type Service struct {
	Conversations *conversation.Service
}

// Edit is what is said of a commitment.
type Edit struct {
	Words   string         `json:"words" minLength:"1" maxLength:"500" doc:"What is promised, in the words in which it was"`
	Due     desk.Time      `json:"due" doc:"Until when; ahead, by a year at most"`
	Agent   desk.AgentID   `json:"agent,omitempty" doc:"Who keeps it; whoever has the conversation where it is absent"`
	Message desk.MessageID `json:"message,omitempty" doc:"In which it was promised; it is not changed later"`
	Version int64          `json:"version,omitempty" doc:"The one that was seen; absent for a new one"`
}

// Commitment is something that a person promised a customer.
type Commitment struct {
	Edit
	ID           desk.CommitmentID   `json:"id"`
	Conversation desk.ConversationID `json:"conversation" doc:"In which it was made"`
	MadeBy       desk.AgentID        `json:"madeBy"`
	MadeAt       desk.Time           `json:"madeAt"`
	Soon         desk.Time           `json:"soon" doc:"From when it is close"`
	State        commitment.State    `json:"state" enum:"open,late,kept,broken,dropped" doc:"late: its time has passed and it is still to be kept. broken: kept too late, or given up after its time"`
	EndedAt      desk.Time           `json:"endedAt,omitempty" doc:"When it was kept or given up"`
	EndedBy      desk.AgentID        `json:"endedBy,omitempty"`
	WasKept      bool                `json:"wasKept,omitempty" doc:"It ended by being kept, be it late"`
	Cause        commitment.Cause    `json:"cause,omitempty" enum:"forgotten,waited,too_much,too_early,unreachable,not_needed,other" doc:"Why it was not kept in time"`
	Moves        int                 `json:"moves,omitempty" doc:"How often its due time was moved before it had passed"`

	standing commitment.Standing
	team     desk.TeamID
	steps    []deadline.Taken // of policies
	stepAt   desk.Time        // when the next one is to be taken
}

// next is when something is next to be told or done of it.
func (c *Commitment) next() desk.Time {
	if c.EndedAt != 0 {
		return desk.Never
	}
	return min(c.standing.Next(), c.stepAt)
}

const qualified = `m.id, m.conversation, m.message, m.words, m.agent, m.made_by, m.made_at, m.due_at, m.soon_at, m.warned_at, m.broken_at, m.kept_at, m.dropped_at, m.ended_by, m.cause, m.team, m.moved, m.version, m.steps, m.step_at`

const columns = `id, conversation, message, words, agent, made_by, made_at, due_at, soon_at, warned_at, broken_at, kept_at, dropped_at, ended_by, cause, team, moved, version, steps, step_at`

func scan(r interface{ Scan(...any) error }, now desk.Time, c *Commitment) error {
	s := &c.standing
	var steps string
	if err := r.Scan(&c.ID, &c.Conversation, &c.Message, &c.Words, &c.Agent, &c.MadeBy, &c.MadeAt, &s.Due, &s.Soon, &s.Warned, &s.Broken, &s.Kept, &s.Dropped, &c.EndedBy, &c.Cause,
		&c.team, &c.Moves, &c.Version, &steps, &c.stepAt); err != nil {
		return err
	}
	if steps != "[]" {
		if err := json.Unmarshal([]byte(steps), &c.steps); err != nil {
			return fmt.Errorf("steps of commitment %s: %w", c.ID, err)
		}
	}
	c.Due, c.Soon, c.State, c.EndedAt, c.WasKept = s.Due, s.Soon, s.StateAt(now), max(s.Kept, s.Dropped), s.Kept != 0
	return nil
}

// Of are the commitments of a conversation and of what was merged into it: what is still to be kept first, by when it is due, then the rest, newest first.
func (s *Service) Of(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) ([]Commitment, error) {
	c, err := s.Conversations.Get(ctx, tx, scope, id)
	if err != nil {
		return nil, err
	}
	members, err := s.Conversations.Family(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM commitment WHERE conversation IN `+db.In(len(members), 1)+`
		ORDER BY CASE WHEN kept_at = 0 AND dropped_at = 0 THEN 0 ELSE 1 END, CASE WHEN kept_at = 0 AND dropped_at = 0 THEN due_at ELSE -kept_at - dropped_at END, id LIMIT 300`, db.Args(members)...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, c *Commitment) error { return scan(r, tx.Now, c) })
	if err != nil {
		return nil, fmt.Errorf("commitments of conversation %s: %w", id, err)
	}
	return append([]Commitment{}, list...), nil
}

// Make keeps what the agent of the scope, or whom he names, promises.
func (s *Service) Make(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, e Edit) (c Commitment, err error) {
	if err := e.check(tx.Now); err != nil {
		return c, err
	}
	in, err := s.Conversations.Get(ctx, tx, scope, id)
	if err != nil {
		return c, err
	}
	if err := tx.Lock(ctx, "conversation", int64(in.ID)); err != nil {
		return c, err
	}
	var open int
	if err := tx.Row(ctx, `SELECT count(*) FROM commitment WHERE conversation = $1 AND kept_at = 0 AND dropped_at = 0`, in.ID).Scan(&open); err != nil {
		return c, fmt.Errorf("count commitments of conversation %s: %w", in.ID, err)
	}
	if open >= mostOpen {
		return c, desk.WhyEnough.Refuse(mostOpen)
	}
	if e.Message != 0 {
		if err := s.said(ctx, tx, in.ID, e.Message); err != nil {
			return c, err
		}
	}
	return s.make(ctx, tx, scope, in.ID, e)
}

func (s *Service) make(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, e Edit) (c Commitment, err error) {
	e.Version = 1
	c = Commitment{Edit: e, Conversation: id, MadeBy: scope.Agent, MadeAt: tx.Now, Soon: commitment.SoonFrom(tx.Now, e.Due), State: commitment.Open}
	c.standing = commitment.Standing{Due: e.Due, Soon: c.Soon}
	if err := s.plan(ctx, tx, &c); err != nil {
		return c, err
	}
	if err := tx.Row(ctx, `INSERT INTO commitment (conversation, message, words, agent, made_by, made_at, due_at, soon_at, next_at, step_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
		id, e.Message, e.Words, e.Agent, c.MadeBy, c.MadeAt, e.Due, c.Soon, c.next(), c.stepAt).Scan(&c.ID); err != nil {
		return c, fmt.Errorf("keep what was promised in conversation %s: %w", id, err)
	}
	return c, s.told(ctx, tx, desk.ByAgent(scope.Agent), &c, desk.CommitmentMade, map[string]any{"commitment": c.ID, "due": c.Due})
}

// said refuses a message that is not in the conversation.
func (s *Service) said(ctx context.Context, tx *db.Tx, in desk.ConversationID, message desk.MessageID) error {
	where, err := s.Conversations.Where(ctx, tx, message)
	if err != nil {
		return err
	}
	if where != in {
		return desk.RefuseField(desk.Invalid, "body.message", "the message is not in this conversation")
	}
	return nil
}

// Change corrects a commitment, or moves its time. One whose time has passed was not kept: with another time it is given up, and a new one made, which is returned. It refuses
// a stale version with desk.Conflict, and one that is over.
func (s *Service) Change(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.CommitmentID, e Edit) (c Commitment, err error) {
	if c, err = s.hold(ctx, tx, scope, id); err != nil {
		return c, err
	}
	if c.Version != e.Version {
		return c, desk.Stale{Current: c}.Refuse()
	}
	if c.EndedAt != 0 {
		return c, desk.Stale{Current: c}.Refuse() // somebody ended it, or it is the caller who has forgotten: reopening comes first
	}
	moved := e.Due != c.Due
	if !moved {
		e.Due = tx.Now.Add(time.Hour) // it may have passed
	}
	if err := e.check(tx.Now); err != nil {
		return c, err
	}
	e.Message = c.Message
	if !moved {
		e.Due = c.Due
	}
	by := desk.ByAgent(scope.Agent)
	if moved && c.State == commitment.Late {
		if err := s.end(ctx, tx, by, &c, false, commitment.Unsaid, desk.CommitmentDropped); err != nil {
			return c, err
		}
		return s.make(ctx, tx, scope, c.Conversation, e)
	}
	data := map[string]any{"commitment": c.ID, "due": e.Due}
	if moved {
		data["from"] = c.Due
		c.Moves++
		c.standing = c.standing.Moved(tx.Now, e.Due)
	}
	c.Edit = e
	c.Version++
	c.Soon = c.standing.Soon
	if moved {
		c.steps = nil // its time is another one, and steps are taken before that anew
	}
	if err := s.plan(ctx, tx, &c); err != nil {
		return c, err
	}
	if _, err := tx.Exec(ctx, `UPDATE commitment SET words = $2, agent = $3, due_at = $4, soon_at = $5, warned_at = $6, next_at = $7, moved = $8, version = $9, step_at = $10,
			steps = CASE WHEN $11 THEN '[]' ELSE steps END WHERE id = $1`,
		id, c.Words, c.Agent, c.Due, c.Soon, c.standing.Warned, c.next(), c.Moves, c.Version, c.stepAt, moved); err != nil {
		return c, fmt.Errorf("change commitment %s: %w", id, err)
	}
	return c, s.told(ctx, tx, by, &c, desk.CommitmentChanged, data)
}

// Ending says how a commitment ended.
type Ending struct {
	Kept  bool             `json:"kept" doc:"It was kept, be it late; else it is given up"`
	Cause commitment.Cause `json:"cause,omitempty" enum:"forgotten,waited,too_much,too_early,unreachable,not_needed,other" doc:"Why it was not kept in time"`
}

// End ends a commitment. Where it has ended already, what is said now holds, but when it ended stays.
func (s *Service) End(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.CommitmentID, e Ending) (c Commitment, err error) {
	if !e.Cause.Valid() {
		return c, desk.WhyOutOfRange.At("body.cause")
	}
	if c, err = s.hold(ctx, tx, scope, id); err != nil {
		return c, err
	}
	if c.EndedAt != 0 && c.WasKept == e.Kept {
		c.Cause = e.Cause
		c.Version++
		if _, err := tx.Exec(ctx, `UPDATE commitment SET cause = $2, version = $3 WHERE id = $1`, id, c.Cause, c.Version); err != nil {
			return c, fmt.Errorf("why commitment %s was not kept: %w", id, err)
		}
		return c, nil
	}
	if c.EndedAt != 0 {
		return c, desk.Stale{Current: c}.Refuse()
	}
	kind := desk.CommitmentDropped
	if e.Kept {
		kind = desk.CommitmentKept
	}
	return c, s.end(ctx, tx, desk.ByAgent(scope.Agent), &c, e.Kept, e.Cause, kind)
}

func (s *Service) end(ctx context.Context, tx *db.Tx, by desk.Actor, c *Commitment, kept bool, cause commitment.Cause, kind desk.EventKind) error {
	if kept {
		c.standing.Kept = tx.Now
	} else {
		c.standing.Dropped = tx.Now
	}
	c.WasKept, c.EndedAt, c.EndedBy, c.Cause, c.State = kept, tx.Now, by.Agent(), cause, c.standing.StateAt(tx.Now)
	c.Version++
	team := c.team // as its time passed
	if c.standing.Broken == 0 {
		var err error
		if _, team, err = s.Conversations.Home(ctx, tx, c.Conversation); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE commitment SET kept_at = $2, dropped_at = $3, ended_by = $4, cause = $5, team = $6, next_at = $7, version = $8,
			broken_at = CASE WHEN broken_at = 0 AND due_at < $9 THEN due_at ELSE broken_at END WHERE id = $1`,
		c.ID, c.standing.Kept, c.standing.Dropped, c.EndedBy, c.Cause, team, desk.Never, c.Version, tx.Now); err != nil {
		return fmt.Errorf("end commitment %s: %w", c.ID, err)
	}
	return s.told(ctx, tx, by, c, kind, map[string]any{"commitment": c.ID, "due": c.Due, "state": c.State})
}

// Reopen takes an ending back.
func (s *Service) Reopen(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.CommitmentID) (c Commitment, err error) {
	if c, err = s.hold(ctx, tx, scope, id); err != nil || c.EndedAt == 0 {
		return c, err
	}
	c.standing.Kept, c.standing.Dropped = 0, 0
	c.WasKept, c.EndedAt, c.EndedBy, c.Cause, c.State = false, 0, 0, "", c.standing.StateAt(tx.Now)
	c.Version++
	if err := s.plan(ctx, tx, &c); err != nil {
		return c, err
	}
	if _, err := tx.Exec(ctx, `UPDATE commitment SET kept_at = 0, dropped_at = 0, ended_by = 0, cause = '', next_at = $2, version = $3, step_at = $4 WHERE id = $1`, id, c.next(), c.Version, c.stepAt); err != nil {
		return c, fmt.Errorf("reopen commitment %s: %w", id, err)
	}
	return c, s.told(ctx, tx, desk.ByAgent(scope.Agent), &c, desk.CommitmentReopened, map[string]any{"commitment": c.ID, "due": c.Due})
}

// Unsaid takes away what was promised in a message that was taken back before it left: nobody heard it.
func (s *Service) Unsaid(ctx context.Context, tx *db.Tx, by desk.Actor, message desk.MessageID) error {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM commitment WHERE message = $1 AND message <> 0 AND kept_at = 0 AND dropped_at = 0 ORDER BY id`, message)
	found, err := db.Rows(rows, err, func(r *sql.Rows, c *Commitment) error { return scan(r, tx.Now, c) })
	if err != nil {
		return fmt.Errorf("what was promised in message %s: %w", message, err)
	}
	for i := range found {
		c := &found[i]
		if err := tx.Lock(ctx, "commitment", int64(c.ID)); err != nil {
			return err
		}
		c.EndedAt = tx.Now
		if err := s.told(ctx, tx, by, c, desk.CommitmentDropped, map[string]any{"commitment": c.ID, "due": c.Due, "state": commitment.Dropped}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM commitment WHERE id = $1`, c.ID); err != nil {
			return fmt.Errorf("take commitment %s back: %w", c.ID, err)
		}
	}
	return nil
}

// OpenCommitment is an open commitment with the conversation that it is to be kept in.
type OpenCommitment struct {
	Commitment
	In desk.Conversation `json:"in"`
}

// Open are the open commitments that the scope's agent sees, what is due first before the rest, at most two hundred.
func (s *Service) Open(ctx context.Context, tx *db.Tx, scope desk.Scope, mine bool) ([]OpenCommitment, error) {
	text := `SELECT ` + qualified + ` FROM commitment m JOIN conversation c ON c.id = m.conversation WHERE m.kept_at = 0 AND m.dropped_at = 0`
	var args []any
	if mine {
		text += ` AND (m.agent = $1 OR m.agent = 0 AND (c.assignee = $1 OR c.merged_into <> 0 OR c.assignee IS NULL AND m.made_by = $1))`
		args = append(args, scope.Agent)
	}
	rows, err := tx.Query(ctx, text+` ORDER BY m.due_at, m.id LIMIT 1000`, args...)
	found, err := db.Rows(rows, err, func(r *sql.Rows, c *Commitment) error { return scan(r, tx.Now, c) })
	if err != nil {
		return nil, fmt.Errorf("open commitments: %w", err)
	}
	list := []OpenCommitment{}
	for _, c := range found {
		in, err := s.Conversations.Get(ctx, tx, scope, c.Conversation)
		if desk.IsRefusal(err, desk.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if mine && c.Keeper(in) != scope.Agent {
			continue
		}
		if list = append(list, OpenCommitment{c, in}); len(list) == mostListed {
			break
		}
	}
	return list, nil
}

// Keeper is who is to keep the commitment: who is named, else who has the conversation, else who promised it.
func (c *Commitment) Keeper(in desk.Conversation) desk.AgentID {
	return cmp.Or(c.Agent, in.Assignee, c.MadeBy)
}

// hold loads a commitment of a conversation that the scope's agent sees, to be changed.
func (s *Service) hold(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.CommitmentID) (c Commitment, err error) {
	if err := tx.Lock(ctx, "commitment", int64(id)); err != nil {
		return c, err
	}
	gone := desk.Refuse(desk.NotFound, "no commitment %s", id)
	err = scan(tx.Row(ctx, `SELECT `+columns+` FROM commitment WHERE id = $1`, id), tx.Now, &c)
	if errors.Is(err, sql.ErrNoRows) {
		return c, gone
	}
	if err != nil {
		return c, fmt.Errorf("load commitment %s: %w", id, err)
	}
	if _, err := s.Conversations.Get(ctx, tx, scope, c.Conversation); err != nil {
		if desk.IsRefusal(err, desk.NotFound) {
			err = gone
		}
		return c, err
	}
	return c, nil
}

// plan works out when the next step of the policy that applies is to be taken.
func (s *Service) plan(ctx context.Context, tx *db.Tx, c *Commitment) error {
	p, err := s.Conversations.PolicyOf(ctx, tx, c.Conversation)
	if err != nil {
		return err
	}
	c.stepAt = deadline.Personal(c.MadeAt, c.standing.Due, c.steps, p).StepAt
	return nil
}

// told tells of what became of a commitment, and has its conversation due by it.
func (s *Service) told(ctx context.Context, tx *db.Tx, by desk.Actor, c *Commitment, kind desk.EventKind, data map[string]any) error {
	owed := conversation.Owed{Conversation: c.Conversation, What: desk.OwedCommitment, Ref: int64(c.ID)}
	if c.EndedAt == 0 {
		owed.Due, owed.Soon = c.Due, c.Soon
		tx.AfterCommit(func() { tx.DB().Signal(Moved) })
	}
	if err := s.Conversations.Owe(ctx, tx, owed); err != nil {
		return err
	}
	home, _, err := s.Conversations.Home(ctx, tx, c.Conversation)
	if err != nil {
		return err
	}
	return eventlog.Append(ctx, tx, event(home, c.Message, by, kind, data))
}

func (e *Edit) check(now desk.Time) error {
	e.Words = strings.Join(strings.Fields(db.Text(e.Words)), " ")
	switch {
	case e.Words == "":
		return desk.WhyNeeded.At("body.words")
	case len([]rune(e.Words)) > mostLetters:
		return desk.WhyTooLong.At("body.words", mostLetters)
	case e.Due <= now:
		return desk.WhyDatePast.At("body.due")
	case e.Due > now.Add(furthest):
		return desk.WhyTooFarAhead.At("body.due")
	}
	return nil
}
