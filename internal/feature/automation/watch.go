package automation

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/engine/rule"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

// WatchesMoved is the signal that there is a new time at which a conversation is to be looked at for time rules.
const WatchesMoved = "rule.watches"

// Enrol is the job that looks at all conversations for a time rule that was made, changed or switched on; for all of them where it names none.
type Enrol struct {
	Rule desk.RuleID `json:"rule"`
}

// JobKind names the job.
func (Enrol) JobKind() string { return "rule.enrol" }

// enrol has a time rule that is on look at what is there already.
func enrol(ctx context.Context, tx *db.Tx, r EventRule, what string) error {
	if c := r.compiled(); what == Deleted || !c.ByTime() {
		if _, err := tx.Exec(ctx, `DELETE FROM rule_watch WHERE rule = $1`, r.ID); err != nil {
			return fmt.Errorf("forget what rule %s waits for: %w", r.ID, err)
		}
		return nil
	}
	if !r.Active {
		return nil
	}
	_, err := jobs.Enqueue(ctx, tx, tx.Now, Enrol{r.ID}, jobs.Unique(r.ID.String()))
	return err
}

// EnrolAll has all time rules look at all conversations: something changed that many of them hang on.
func (s *Service) EnrolAll(ctx context.Context, tx *db.Tx) error {
	_, err := jobs.Enqueue(ctx, tx, tx.Now, Enrol{}, jobs.Unique("0"))
	return err
}

// Watches are what is kept of time rules and a conversation.
func (s *Service) Watches(ctx context.Context, tx *db.Tx, id desk.ConversationID) (map[desk.RuleID]rule.Watch, error) {
	all := map[desk.RuleID]rule.Watch{}
	rows, err := tx.Query(ctx, `SELECT rule, holds, next_at FROM rule_watch WHERE conversation = $1`, id)
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var of desk.RuleID
		var w rule.Watch
		err := r.Scan(&of, &w.Holds, &w.Next)
		all[of] = w
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("what time rules wait for with conversation %s: %w", id, err)
	}
	return all, nil
}

// Watch keeps what a time rule waits for with a conversation, and drops what is idle. The conversation is held.
func (s *Service) Watch(ctx context.Context, tx *db.Tx, of desk.RuleID, id desk.ConversationID, w rule.Watch) error {
	if w.Idle() {
		if _, err := tx.Exec(ctx, `DELETE FROM rule_watch WHERE conversation = $1 AND rule = $2`, id, of); err != nil {
			return fmt.Errorf("forget what rule %s waits for with conversation %s: %w", of, id, err)
		}
		return nil
	}
	if w.Next == 0 {
		w.Next = desk.Never
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO rule_watch (rule, conversation, holds, next_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (conversation, rule) DO UPDATE SET holds = excluded.holds, next_at = excluded.next_at`, of, id, w.Holds, w.Next); err != nil {
		return fmt.Errorf("keep what rule %s waits for with conversation %s: %w", of, id, err)
	}
	if w.Next < desk.Never {
		tx.AfterCommit(func() { tx.DB().Signal(WatchesMoved) })
	}
	return nil
}

// NextWatch is when the next conversation is to be looked at, desk.Never where none is.
func (s *Service) NextWatch(ctx context.Context, tx *db.Tx) (at desk.Time, err error) {
	if err := tx.Row(ctx, `SELECT COALESCE(MIN(next_at), $1) FROM rule_watch WHERE next_at < 9007199254740991`, desk.Never).Scan(&at); err != nil {
		return 0, fmt.Errorf("when time rules look next: %w", err)
	}
	return at, nil
}

// DueWatches are the conversations that are to be looked at now, at most limit, in the order in which conversations are held.
func (s *Service) DueWatches(ctx context.Context, tx *db.Tx, limit int) ([]desk.ConversationID, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT conversation FROM (SELECT conversation FROM rule_watch WHERE next_at < 9007199254740991 AND next_at <= $1 ORDER BY next_at LIMIT $2) due
		ORDER BY conversation`, tx.Now, limit)
	all, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.ConversationID) error { return r.Scan(id) })
	if err != nil {
		return nil, fmt.Errorf("what time rules look at now: %w", err)
	}
	return all, nil
}

// Due is what an event says by which time made a rule true of a conversation.
type Due struct {
	Rule desk.RuleID `json:"rule"`
	At   int64       `json:"at"` // microseconds
}

// CameDue tells that a time rule became true of a conversation: rules act on it as they do on what happens.
func (s *Service) CameDue(ctx context.Context, tx *db.Tx, of desk.RuleID, id desk.ConversationID, at desk.Time) error {
	data, err := json.Marshal(Due{of, int64(at)})
	if err != nil {
		return fmt.Errorf("tell that rule %s is due: %w", of, err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.System, Kind: desk.RuleDue, SubjectKind: desk.AboutConversation, Subject: int64(id), Conversation: id, Data: data})
}

// DropBroken forgets what rules waited for that cannot be compiled any more: nobody would look, and their times would come again and again.
func (s *Service) DropBroken(ctx context.Context, tx *db.Tx, set *rule.Set) error {
	ids := []desk.RuleID{0}
	for _, t := range set.Timed() {
		ids = append(ids, t.ID)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM rule_watch WHERE next_at < 9007199254740991 AND next_at <= $1 AND rule NOT IN `+db.In(len(ids), 2), db.Args(ids, tx.Now)...); err != nil {
		return fmt.Errorf("forget what broken rules wait for: %w", err)
	}
	return nil
}
