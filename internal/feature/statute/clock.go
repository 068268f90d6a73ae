package statute

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/statute"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// ClocksMoved is the signal that there is a new time at which something is to be told of a clock.
const ClocksMoved = "statute.clocks"

// What was done with a clock.
const (
	started   = "started"
	extended  = "extended"
	answered  = "answered"   // a message was said to be the answer
	undone    = "unanswered" // none is any more
	met       = "met"
	unmet     = "unmet" // the answer came back
	withdrawn = "withdrawn"
)

// Entry is what somebody, or the desk, did with a clock; it is kept for good.
type Entry struct {
	At      desk.Time      `json:"at"`
	Agent   desk.AgentID   `json:"agent,omitempty" doc:"Absent where the desk did it"`
	What    string         `json:"what" enum:"started,extended,answered,unanswered,met,unmet,withdrawn"`
	Until   desk.Date      `json:"until,omitzero" doc:"The last day since then"`
	Message desk.MessageID `json:"message,omitempty"`
	Ground  string         `json:"ground,omitempty" doc:"Why; empty where what was said in the conversation was erased"`
}

// Limit is a time limit of the law that runs in a conversation.
type Limit struct {
	ID        desk.StatuteClockID `json:"id"`
	Statute   desk.StatuteID      `json:"statute"`
	Name      string              `json:"name"`
	State     statute.State       `json:"state" enum:"running,late,met,met_late,withdrawn"`
	Term      statute.Term        `json:"term" doc:"As it was when the clock began: what the statute became since changes nothing"`
	Received  desk.Date           `json:"received" doc:"The day of receipt, which is not counted"`
	Message   desk.MessageID      `json:"message,omitempty" doc:"What was received; absent where somebody named the day"`
	First     desk.Date           `json:"first" doc:"The last day as the statute has it"`
	Last      desk.Date           `json:"last" doc:"The last day, later than first where it was extended"`
	Due       desk.Time           `json:"due" doc:"The end of the last day by the country's clock"`
	Off       []statute.DayOff    `json:"off" doc:"Days that were not counted, or that the end moved over"`
	Answer    desk.MessageID      `json:"answer,omitempty" doc:"The message that was said to be the answer"`
	Met       desk.Time           `json:"met,omitempty" doc:"When that was delivered"`
	Withdrawn desk.Time           `json:"withdrawn,omitempty"`
	Entries   []Entry             `json:"entries" doc:"What was done with it, the oldest first"`
}

// row is a clock as it is stored.
type row struct {
	statute.Clock
	id           desk.StatuteClockID
	conversation desk.ConversationID // that it was made for
	statute      desk.StatuteID
	term         statute.Term
	warn         []int
	message      desk.MessageID
	received     desk.Date
	last         desk.Date
	answer       desk.MessageID
}

func (s *Service) rows(ctx context.Context, tx *db.Tx, where string, args ...any) ([]*row, error) {
	rows, err := tx.Query(ctx, `
		SELECT k.id, k.conversation, k.statute, k.term, k.warn, k.message, k.received, k.last_day, k.due_at, k.answer, k.met_at, k.withdrawn_at, k.told_at, k.overdue
		FROM statute_clock k WHERE `+where+` ORDER BY k.id`, args...)
	all, err := db.Rows(rows, err, func(r *sql.Rows, to **row) error {
		k := &row{}
		*to = k
		var term, warn string
		if err := r.Scan(&k.id, &k.conversation, &k.statute, &term, &warn, &k.message, &k.received, &k.last, &k.Due, &k.answer, &k.Met, &k.Withdrawn, &k.Told, &k.Overdue); err != nil {
			return err
		}
		return errors.Join(json.Unmarshal([]byte(term), &k.term), json.Unmarshal([]byte(warn), &k.warn))
	})
	if err != nil {
		return nil, fmt.Errorf("clocks of statutes: %w", err)
	}
	for _, k := range all {
		if k.Warnings, err = k.term.Warnings(k.last, k.warn); err != nil {
			return nil, fmt.Errorf("warnings of clock %s: %w", k.id, err)
		}
	}
	return all, nil
}

// write stores how a clock stands, has the conversation know what it owes, and wakes who waits for what is next to be told.
func (s *Service) write(ctx context.Context, tx *db.Tx, k *row) error {
	next := k.Next()
	if _, err := tx.Exec(ctx, `
		UPDATE statute_clock SET last_day = $2, due_at = $3, answer = $4, met_at = $5, withdrawn_at = $6, told_at = $7, overdue = $8, next_at = $9 WHERE id = $1`,
		k.id, k.last, k.Due, k.answer, k.Met, k.Withdrawn, k.Told, k.Overdue, next); err != nil {
		return fmt.Errorf("write clock %s: %w", k.id, err)
	}
	if next < desk.Never {
		tx.AfterCommit(func() { tx.DB().Signal(ClocksMoved) })
	}
	owed := conversation.Owed{Conversation: k.conversation, What: desk.OwedStatute, Ref: int64(k.id)}
	if k.Runs() {
		owed.Due = k.Due
		if len(k.Warnings) > 0 {
			owed.Soon = k.Warnings[0]
		}
	}
	return s.Conversations.Owe(ctx, tx, owed)
}

func note(ctx context.Context, tx *db.Tx, k *row, by desk.Actor, e Entry) error {
	if _, err := tx.Exec(ctx, `INSERT INTO statute_entry (clock, at, agent, what, until, message, ground) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		k.id, tx.Now, by.Agent(), e.What, e.Until, e.Message, db.Text(e.Ground)); err != nil {
		return fmt.Errorf("note what was done with clock %s: %w", k.id, err)
	}
	return nil
}

// tell appends an event about a clock to the conversation in which its messages are.
func (s *Service) tell(ctx context.Context, tx *db.Tx, k *row, by desk.Actor, kind desk.EventKind, more map[string]any) error {
	in, err := s.Conversations.LivesIn(ctx, tx, k.conversation)
	if err != nil {
		return err
	}
	facts := map[string]any{"clock": k.id, "statute": k.statute}
	for key, v := range more {
		facts[key] = v
	}
	data, err := json.Marshal(facts)
	if err != nil {
		return fmt.Errorf("tell of clock %s: %w", k.id, err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: kind, SubjectKind: desk.AboutConversation, Subject: int64(in), Conversation: in, Data: data})
}

// Of returns the clocks of a conversation that the scope sees, and of what was merged into it: those that have to be met first, by when they are due.
func (s *Service) Of(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) ([]Limit, error) {
	c, err := s.Conversations.Get(ctx, tx, scope, id)
	if err != nil {
		return nil, err
	}
	members, err := s.Conversations.Family(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	found, err := s.rows(ctx, tx, `k.conversation IN `+db.In(len(members), 1), db.Args(members)...)
	if err != nil {
		return nil, err
	}
	all := make([]Limit, 0, len(found))
	for _, k := range found {
		shown, err := s.shown(ctx, tx, k)
		if err != nil {
			return nil, err
		}
		all = append(all, shown)
	}
	slices.SortStableFunc(all, func(a, b Limit) int { return cmp.Or(cmp.Compare(over(a), over(b)), cmp.Compare(a.Due, b.Due)) })
	return all, nil
}

func over(c Limit) int {
	if c.Met != 0 || c.Withdrawn != 0 {
		return 1
	}
	return 0
}

func (s *Service) shown(ctx context.Context, tx *db.Tx, k *row) (c Limit, err error) {
	r, err := k.term.ReckonDay(k.received)
	if err != nil {
		return c, fmt.Errorf("clock %s: %w", k.id, err)
	}
	c = Limit{ID: k.id, Statute: k.statute, State: k.Stands(tx.Now), Term: k.term, Received: k.received, Message: k.message, First: r.Last, Last: k.last, Due: k.Due, Off: r.Off,
		Answer: k.answer, Met: k.Met, Withdrawn: k.Withdrawn}
	if err := tx.Row(ctx, `SELECT name FROM statute WHERE id = $1`, k.statute).Scan(&c.Name); err != nil {
		return c, fmt.Errorf("name of statute %s: %w", k.statute, err)
	}
	rows, err := tx.Query(ctx, `SELECT at, agent, what, until, message, ground FROM statute_entry WHERE clock = $1 ORDER BY id`, k.id)
	c.Entries, err = db.Rows(rows, err, func(r *sql.Rows, e *Entry) error {
		return r.Scan(&e.At, &e.Agent, &e.What, &e.Until, &e.Message, &e.Ground)
	})
	if err != nil {
		return c, fmt.Errorf("what was done with clock %s: %w", k.id, err)
	}
	return c, nil
}

// ForgetGrounds takes out what people wrote about clocks of a conversation; what was done, when and by whom stays.
func (s *Service) ForgetGrounds(ctx context.Context, tx *db.Tx, id desk.ConversationID) error {
	if _, err := tx.Exec(ctx, `UPDATE statute_entry SET ground = '' WHERE ground <> '' AND clock IN (SELECT id FROM statute_clock WHERE conversation = $1)`, id); err != nil {
		return fmt.Errorf("forget grounds in conversation %s: %w", id, err)
	}
	return nil
}
