package conversation

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
)

// View is a built-in list: mine, unassigned, all, waiting, mentions, following, drafts, snoozed, finished, spam, trash, inbox:N, team:N.
type View string

// Order of a list.
type Order string

const (
	DueFirst    Order = "due"    // what is due first, then what owes nothing, oldest first
	NewestFirst Order = "newest" // the last message first
	OldestFirst Order = "oldest"
)

// Fixed are the views that everyone has, in the order in which they are shown.
var Fixed = []View{"mine", "mentions", "following", "drafts", "snoozed", "unassigned", "all", "waiting", "finished", "spam", "trash"}

// condition is what belongs to a view, without who may see it.
func (v View) condition(q *query, me desk.AgentID) (string, error) {
	name, id, numbered := strings.Cut(string(v), ":")
	if numbered {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil || n <= 0 || name != "inbox" && name != "team" {
			return "", desk.RefuseField(desk.Invalid, "query.view", "there is no view %q", v)
		}
		return "c.shelf = 0 AND c." + name + " = " + q.arg(n), nil
	}
	switch v {
	case "mine":
		return "c.shelf = 0 AND c.assignee = " + q.arg(int64(me)), nil
	case "unassigned":
		return "c.shelf = 0 AND c.assignee IS NULL", nil
	case "all":
		return "c.shelf = 0", nil
	case "waiting":
		return "c.shelf = 0 AND c.status = 'waiting'", nil
	case "mentions":
		return "c.shelf < 4 AND c.id IN (SELECT m.conversation FROM mention m WHERE m.agent = " + q.arg(int64(me)) + " AND m.seen_at = 0)", nil
	case "following":
		return "c.shelf < 4 AND c.id IN (SELECT f.conversation FROM follower f WHERE f.agent = " + q.arg(int64(me)) + ")", nil
	case "drafts":
		return "c.id IN (SELECT d.conversation FROM draft d WHERE d.agent = " + q.arg(int64(me)) + " AND d.conversation IS NOT NULL)", nil
	case "snoozed":
		return "c.shelf = 1", nil
	case "finished":
		return "c.shelf = 2", nil
	case "spam":
		return "c.shelf = 3", nil
	case "trash":
		return "c.shelf = 4", nil
	}
	return "", desk.RefuseField(desk.Invalid, "query.view", "there is no view %q", v)
}

// natural is the order in which a view makes most sense.
func (v View) natural() Order {
	switch v {
	case "finished", "spam", "trash":
		return NewestFirst
	case "waiting":
		return OldestFirst
	}
	return DueFirst
}

// gathered reports whether a view is brought together by a table beside conversations. All of it is sorted then, for which its rows need not be read
// whole.
func (v View) gathered() bool { return v == "mentions" || v == "following" || v == "drafts" }

// Cursor is the last row of a page: the next begins behind it.
type Cursor struct {
	Key int64
	ID  desk.ConversationID
}

// ListQuery asks for a page.
type ListQuery struct {
	View  View
	Order Order // the view's natural order where empty
	Tag   desk.TagID
	After *Cursor
	Limit int
}

// List returns a page of conversations that the scope's agent may see, and the cursor behind it where there is more.
func (s *Service) List(ctx context.Context, tx *db.Tx, scope desk.Scope, in ListQuery) ([]desk.Conversation, *Cursor, error) {
	if in.Limit <= 0 || in.Limit > 200 {
		in.Limit = 50
	}
	if in.Order == "" {
		in.Order = in.View.natural()
	}
	key, direction, compare := "c.due_at", "", ">"
	switch in.Order {
	case DueFirst:
	case NewestFirst:
		key, direction, compare = "c.last_at", " DESC", "<"
	case OldestFirst:
		key = "c.last_at"
	default:
		return nil, nil, desk.RefuseField(desk.Invalid, "query.sort", "must be due, newest or oldest")
	}
	var q query
	me := q.arg(int64(scope.Agent))
	q.WriteString(`SELECT ` + rowColumns + `, c.last_incoming > COALESCE(r.message, 0)
		FROM conversation c
		LEFT JOIN read_mark r ON r.agent = ` + me + ` AND r.conversation = c.id
		WHERE `)
	belongs, err := in.View.condition(&q, scope.Agent)
	if err != nil {
		return nil, nil, err
	}
	belongs += " AND " + q.visible(scope)
	if in.Tag != 0 {
		belongs += " AND EXISTS (SELECT 1 FROM conversation_tag t WHERE t.conversation = c.id AND t.tag = " + q.arg(int64(in.Tag)) + ")"
	}
	if in.After != nil {
		belongs += fmt.Sprintf(" AND (%s, c.id) %s (%s, %s)", key, compare, q.arg(in.After.Key), q.arg(int64(in.After.ID)))
	}
	order := " ORDER BY " + key + direction + ", c.id" + direction
	if in.View.gathered() {
		belongs = "c.id IN (SELECT c.id FROM conversation c WHERE " + belongs + order + " LIMIT " + q.arg(in.Limit+1) + ")"
	}
	q.WriteString(belongs + order + " LIMIT " + q.arg(in.Limit+1))
	found, err := listRows(ctx, tx, &q)
	if err != nil {
		return nil, nil, fmt.Errorf("list %s: %w", in.View, err)
	}
	var next *Cursor
	if len(found) > in.Limit {
		found = found[:in.Limit]
		last := found[in.Limit-1]
		next = &Cursor{int64(last.DueAt), last.ID}
		if key == "c.last_at" {
			next.Key = int64(last.LastAt)
		}
	}
	return found, next, nil
}

func listRows(ctx context.Context, tx *db.Tx, q *query) ([]desk.Conversation, error) {
	rows, err := tx.Query(ctx, q.String(), q.args...)
	found, err := db.Rows(rows, err, func(r *sql.Rows, c *desk.Conversation) error {
		var full row
		if err := full.scan(r, &full.Unread); err != nil {
			return err
		}
		*c = full.Conversation
		return nil
	})
	if found == nil {
		found = []desk.Conversation{}
	}
	return found, err
}

// Rows returns the rows of conversations for the scope's agent, those that he may see, in no order.
func (s *Service) Rows(ctx context.Context, tx *db.Tx, scope desk.Scope, ids []desk.ConversationID) ([]desk.Conversation, error) {
	if len(ids) == 0 {
		return []desk.Conversation{}, nil
	}
	var q query
	me := q.arg(int64(scope.Agent))
	q.WriteString(`SELECT ` + rowColumns + `, c.last_incoming > COALESCE(r.message, 0)
		FROM conversation c
		LEFT JOIN read_mark r ON r.agent = ` + me + ` AND r.conversation = c.id
		WHERE c.id IN ` + list(&q, ids) + ` AND ` + q.visible(scope))
	return listRows(ctx, tx, &q)
}

// searched is how many of the latest unfinished conversations the palette looks through by words.
const searched = 5000

// Search finds conversations for the palette: by number, or unfinished ones by a part of the subject or the customer's name, whatever its case and
// accents; the latest first.
func (s *Service) Search(ctx context.Context, tx *db.Tx, scope desk.Scope, text string, limit int) ([]desk.Conversation, error) {
	text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(db.Text(text)), "#"))
	if text == "" {
		return []desk.Conversation{}, nil
	}
	ids, err := found(ctx, tx, scope, text, limit)
	if err != nil {
		return nil, fmt.Errorf("search conversations: %w", err)
	}
	rows, err := s.Rows(ctx, tx, scope, ids)
	if err != nil {
		return nil, fmt.Errorf("search conversations: %w", err)
	}
	slices.SortFunc(rows, func(a, b desk.Conversation) int { return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID)) })
	return rows, nil
}

func found(ctx context.Context, tx *db.Tx, scope desk.Scope, text string, limit int) ([]desk.ConversationID, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		rows, err := tx.Query(ctx, `SELECT id FROM conversation WHERE number = $1`, n)
		ids, err := db.Rows(rows, err, scanID[desk.ConversationID])
		for i := range ids {
			if ids[i], err = livesIn(ctx, tx, ids[i]); err != nil {
				return nil, err
			}
		}
		return ids, err
	}
	var q query
	q.WriteString(`SELECT c.id, c.subject, c.customer_name FROM conversation c WHERE c.shelf IN (0, 1) AND ` + q.visible(scope) +
		` ORDER BY c.last_at DESC, c.id DESC LIMIT ` + q.arg(searched))
	type line struct {
		id            desk.ConversationID
		subject, name string
	}
	rows, err := tx.Query(ctx, q.String(), q.args...)
	lines, err := db.Rows(rows, err, func(r *sql.Rows, l *line) error { return r.Scan(&l.id, &l.subject, &l.name) })
	if err != nil {
		return nil, err
	}
	var ids []desk.ConversationID
	for key := language.Fold(text); len(lines) > 0 && len(ids) < limit; lines = lines[1:] {
		if l := lines[0]; strings.Contains(language.Fold(l.subject), key) || strings.Contains(language.Fold(l.name), key) {
			ids = append(ids, l.id)
		}
	}
	return ids, nil
}
