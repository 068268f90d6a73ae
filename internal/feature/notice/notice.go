// Package notice owns what agents are told: the tables notice, notice_wish, push_device and push_key. It stores and lists; who is told what is decided by
// engine/notify, and flow/notify brings the two together. What a notice is about is asked of the desk whenever it is shown, so that nobody reads of what he
// may not see any more.
package notice

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/notify"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Sealer seals secrets with the key file.
type Sealer interface {
	Seal(plain []byte, context string) []byte
	Open(sealed []byte, context string) ([]byte, error)
}

// Service is the feature.
type Service struct{ Keys Sealer }

// UnreadCap is where counting stops: more is shown as "99+".
const UnreadCap = 100

// Add keeps what an agent is told of a concern. What is unread of the same conversation and kind becomes one with it.
func (s *Service) Add(ctx context.Context, tx *db.Tx, c notify.Concern, w notify.Ways) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO notice (agent, conversation, kind, actor_kind, actor_id, message, first_at, at, shown, push_due, mail_due, urgent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11)
		ON CONFLICT (agent, conversation, kind) WHERE read_at = 0
		DO UPDATE SET count = notice.count + 1, actor_kind = excluded.actor_kind, actor_id = excluded.actor_id, message = excluded.message, at = excluded.at,
			shown = (notice.shown OR excluded.shown), push_due = excluded.push_due,
			mail_due = CASE WHEN notice.mail_due > 0 AND (excluded.mail_due = 0 OR notice.mail_due <= excluded.mail_due) THEN notice.mail_due ELSE excluded.mail_due END,
			urgent = CASE WHEN notice.urgent > excluded.urgent THEN notice.urgent ELSE excluded.urgent END`,
		c.Agent, c.Conversation, string(c.Kind), string(c.By.Kind), c.By.ID, c.Message, c.At, w.Shown, w.Push, w.Mail, c.Urgency())
	if err != nil {
		return fmt.Errorf("notice of conversation %s to agent %s: %w", c.Conversation, c.Agent, err)
	}
	return nil
}

// seen is the condition under which the notices n of conversations c are those that an agent may read now.
func seen(scope desk.Scope, args *[]any) string {
	arg := func(v any) string {
		*args = append(*args, v)
		return "$" + strconv.Itoa(len(*args))
	}
	return "n.agent = " + arg(int64(scope.Agent)) + " AND c.shelf <> 5 AND " + staff.Seen(scope, "c", arg)
}

const columns = `n.id, n.kind, n.count, n.actor_kind, n.actor_id, n.conversation, c.number, c.subject, c.customer_name, n.message, n.first_at, n.at,
	n.read_at > 0`

func (s *Service) query(ctx context.Context, tx *db.Tx, scope desk.Scope, where string, more ...any) ([]desk.Notice, error) {
	args := more
	text := `SELECT ` + columns + ` FROM notice n JOIN conversation c ON c.id = n.conversation WHERE ` + seen(scope, &args) + ` AND ` + where
	rows, err := tx.Query(ctx, text, args...)
	all, err := db.Rows(rows, err, func(r *sql.Rows, n *desk.Notice) error {
		return r.Scan(&n.ID, &n.Kind, &n.Count, &n.By.Kind, &n.By.ID, &n.Conversation, &n.Number, &n.Subject, &n.CustomerName, &n.Message, &n.FirstAt, &n.At, &n.Read)
	})
	if err != nil {
		return nil, fmt.Errorf("notices of agent %s: %w", scope.Agent, err)
	}
	return all, nil
}

// Cursor is where a page ended.
type Cursor struct {
	At desk.Time
	ID desk.NoticeID
}

// List returns an agent's notices, the newest first: a page behind a cursor, nil for the first.
func (s *Service) List(ctx context.Context, tx *db.Tx, scope desk.Scope, after *Cursor, unread bool, limit int) ([]desk.Notice, error) {
	where, args := "n.shown = TRUE", []any{}
	if unread {
		where += " AND n.read_at = 0"
	}
	if after != nil {
		where += " AND (n.at < $1 OR n.at = $1 AND n.id < $2)"
		args = append(args, after.At, after.ID)
	}
	return s.query(ctx, tx, scope, where+" ORDER BY n.at DESC, n.id DESC LIMIT "+strconv.Itoa(min(max(limit, 1), 200)), args...)
}

// Unread counts what an agent has not read, up to UnreadCap.
func (s *Service) Unread(ctx context.Context, tx *db.Tx, scope desk.Scope) (n int, err error) {
	var args []any
	err = tx.Row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM notice n JOIN conversation c ON c.id = n.conversation
		WHERE n.shown = TRUE AND n.read_at = 0 AND `+seen(scope, &args)+` LIMIT `+strconv.Itoa(UnreadCap)+`) t`, args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count notices of agent %s: %w", scope.Agent, err)
	}
	return n, nil
}

// Which are notices that are marked as read: one, those of a conversation, or all.
type Which struct {
	ID           desk.NoticeID
	Conversation desk.ConversationID
}

// Read marks an agent's notices as read and tells his browsers. What is read is neither pushed nor mailed any more.
func (s *Service) Read(ctx context.Context, tx *db.Tx, scope desk.Scope, w Which) error {
	where, args := "", []any{tx.Now, scope.Agent}
	switch {
	case w.ID != 0:
		where, args = " AND id = $3", append(args, w.ID)
	case w.Conversation != 0:
		where, args = " AND conversation = $3", append(args, w.Conversation)
	}
	n, err := tx.Exec(ctx, `UPDATE notice SET read_at = $1, push_due = 0, mail_due = 0 WHERE agent = $2 AND read_at = 0`+where, args...)
	if err != nil {
		return fmt.Errorf("mark notices of agent %s as read: %w", scope.Agent, err)
	}
	if n == 0 {
		return nil
	}
	return s.Tell(ctx, tx, scope)
}

// Tell has an agent's browsers know how much he has not read.
func (s *Service) Tell(ctx context.Context, tx *db.Tx, scope desk.Scope) error {
	n, err := s.Unread(ctx, tx, scope)
	if err != nil {
		return err
	}
	data, err := json.Marshal(map[string]int{"unread": n})
	if err != nil {
		return fmt.Errorf("tell of notices: %w", err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.System, Kind: desk.NoticesChanged, SubjectKind: desk.AboutNotice, Subject: int64(scope.Agent), Data: data})
}

// Due is what is to be sent to an agent.
type Due struct {
	ID   desk.NoticeID
	Held bool // it waited for the end of quiet hours
}

// longHeld is from where on a push counts as having waited for quiet hours rather than for a worker.
const longHeld = 60 * 1_000_000 // microseconds

// TakePushes returns an agent's notices that are to be pushed now, the newest first, which are then pushed no more, and when the next ones are due (0 for
// never).
func (s *Service) TakePushes(ctx context.Context, tx *db.Tx, agent desk.AgentID) (due []Due, next desk.Time, err error) {
	rows, err := tx.Query(ctx, `SELECT id, push_due > at + $1 FROM notice WHERE agent = $2 AND push_due > 0 AND push_due <= $3 AND read_at = 0
		ORDER BY at DESC, id DESC LIMIT 500`, longHeld, agent, tx.Now)
	due, err = db.Rows(rows, err, func(r *sql.Rows, d *Due) error { return r.Scan(&d.ID, &d.Held) })
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE notice SET push_due = 0 WHERE agent = $1 AND push_due > 0 AND push_due <= $2`, agent, tx.Now)
	}
	if err == nil {
		err = tx.Row(ctx, `SELECT COALESCE(MIN(push_due), 0) FROM notice WHERE agent = $1 AND push_due > 0`, agent).Scan(&next)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("pushes of agent %s: %w", agent, err)
	}
	return due, next, nil
}

// PutOffPushes has what is due now be pushed later.
func (s *Service) PutOffPushes(ctx context.Context, tx *db.Tx, agent desk.AgentID, until desk.Time) error {
	_, err := tx.Exec(ctx, `UPDATE notice SET push_due = $1 WHERE agent = $2 AND push_due > 0 AND push_due < $1 AND urgent = 0`, until, agent)
	if err != nil {
		return fmt.Errorf("put pushes of agent %s off: %w", agent, err)
	}
	return nil
}

// Unsent returns those of some notices that the agent may see and has not read, the newest first.
func (s *Service) Unsent(ctx context.Context, tx *db.Tx, scope desk.Scope, ids []desk.NoticeID) ([]desk.Notice, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	marks := make([]string, len(ids))
	args := make([]any, len(ids))
	for i, id := range ids {
		marks[i], args[i] = "$"+strconv.Itoa(i+1), id
	}
	return s.query(ctx, tx, scope, "n.read_at = 0 AND n.id IN ("+strings.Join(marks, ",")+") ORDER BY n.at DESC, n.id DESC", args...)
}

// MailDue returns the agents who have something to be mailed by now.
func (s *Service) MailDue(ctx context.Context, tx *db.Tx) ([]desk.AgentID, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT agent FROM notice WHERE mail_due > 0 AND mail_due <= $1 ORDER BY agent`, tx.Now)
	all, err := db.Rows(rows, err, func(r *sql.Rows, a *desk.AgentID) error { return r.Scan(a) })
	if err != nil {
		return nil, fmt.Errorf("who is mailed notices: %w", err)
	}
	return all, nil
}

// UrgentMail is how urgent the most urgent of what is to be mailed to an agent by now is.
func (s *Service) UrgentMail(ctx context.Context, tx *db.Tx, agent desk.AgentID) (u notify.Urgency, err error) {
	if err := tx.Row(ctx, `SELECT COALESCE(MAX(urgent), 0) FROM notice WHERE agent = $1 AND mail_due > 0 AND mail_due <= $2 AND read_at = 0`, agent, tx.Now).Scan(&u); err != nil {
		return 0, fmt.Errorf("what agent %s is mailed at once: %w", agent, err)
	}
	return u, nil
}

// TakeMail returns what is to be mailed to an agent, the newest first, which is then mailed no more: all that waits, not only what is due, since the next
// mail is some time away.
func (s *Service) TakeMail(ctx context.Context, tx *db.Tx, scope desk.Scope) ([]desk.Notice, error) {
	all, err := s.query(ctx, tx, scope, "n.read_at = 0 AND n.mail_due > 0 ORDER BY n.at DESC, n.id DESC LIMIT 200")
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `UPDATE notice SET mail_due = 0 WHERE agent = $1 AND mail_due > 0`, scope.Agent); err != nil {
		return nil, fmt.Errorf("notices of agent %s mailed: %w", scope.Agent, err)
	}
	return all, nil
}

// Sweep drops notices from before a time, at most limit, and returns how many there were.
func (s *Service) Sweep(ctx context.Context, tx *db.Tx, before desk.Time, limit int) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM notice WHERE id IN (SELECT id FROM notice WHERE at < $1 ORDER BY at LIMIT `+strconv.Itoa(limit)+`)`, before)
	if err != nil {
		return 0, fmt.Errorf("sweep notices: %w", err)
	}
	return int(n), nil
}

// WakePushes has what waits to be pushed to an agent be looked at now.
func (s *Service) WakePushes(ctx context.Context, tx *db.Tx, agent desk.AgentID) error {
	if _, err := tx.Exec(ctx, `UPDATE notice SET push_due = $1 WHERE agent = $2 AND push_due > $1 AND urgent = 0`, tx.Now, agent); err != nil {
		return fmt.Errorf("look at pushes of agent %s: %w", agent, err)
	}
	return nil
}
