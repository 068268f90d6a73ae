package conversation

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// LinkKind is what another conversation is to this one.
type LinkKind string

// The kinds of links. Stored are those of the left side, from this conversation to the other; the right side is the same link seen from there.
const (
	LinkFollows  LinkKind = "follows"  // this one continues the other: followed_by
	LinkSplit    LinkKind = "split"    // the other was parted from this one: split_from
	LinkRelated  LinkKind = "related"  // both ways
	LinkChild    LinkKind = "child"    // the other is a part of this one: parent
	LinkIncident LinkKind = "incident" // the other is what somebody met of this problem: problem
	LinkSide     LinkKind = "side"     // somebody else is asked there: side_of
	LinkForward  LinkKind = "forward"  // messages of this one were forwarded there: forward_of
)

// back is each stored kind as the other side sees it.
var back = map[LinkKind]LinkKind{LinkFollows: "followed_by", LinkSplit: "split_from", LinkRelated: LinkRelated, LinkChild: "parent", LinkIncident: "problem",
	LinkSide: "side_of", LinkForward: "forward_of"}

// byHand are the kinds that people make and take away.
var byHand = []LinkKind{LinkRelated, LinkChild, LinkIncident}

// Link relates two conversations, both seen by the scope's agent. kind is what the other one is to the first: related, parent, child, problem or incident.
func (s *Service) Link(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id, other desk.ConversationID, kind LinkKind) error {
	from, to, err := bothHeld(ctx, tx, scope, id, other)
	if err != nil {
		return err
	}
	for stored, seen := range back {
		if kind == seen && stored != kind {
			from, to, kind = to, from, stored
			break
		}
	}
	if !slices.Contains(byHand, kind) {
		return desk.RefuseField(desk.Invalid, "body.kind", "must be related, parent, child, problem or incident")
	}
	if kind == LinkRelated && from.ID > to.ID {
		from, to = to, from
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO conversation_link (from_conversation, to_conversation, kind, created_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, from.ID, to.ID, kind, tx.Now)
	if err != nil {
		return fmt.Errorf("link conversation %s to %s: %w", from.ID, to.ID, err)
	}
	if n == 0 {
		return nil
	}
	return tellLink(ctx, tx, by, from, to, desk.ConversationsLinked, kind)
}

// Unlink takes the links away that people made between two conversations. It refuses with desk.NotFound where there is none.
func (s *Service) Unlink(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id, other desk.ConversationID) error {
	from, to, err := bothHeld(ctx, tx, scope, id, other)
	if err != nil {
		return err
	}
	here, err := family(ctx, tx, from.ID)
	if err != nil {
		return err
	}
	there, err := family(ctx, tx, to.ID)
	if err != nil {
		return err
	}
	a, b := db.In(len(here), 1), db.In(len(there), 1+len(here))
	rows, err := tx.Query(ctx, `
		DELETE FROM conversation_link
		WHERE (from_conversation IN `+a+` AND to_conversation IN `+b+` OR from_conversation IN `+b+` AND to_conversation IN `+a+`)
			AND kind IN ('related', 'child', 'incident')
		RETURNING kind`, append(db.Args(here), db.Args(there)...)...)
	kinds, err := db.Rows(rows, err, func(r *sql.Rows, k *LinkKind) error { return r.Scan(k) })
	if err != nil {
		return fmt.Errorf("unlink conversation %s from %s: %w", from.ID, to.ID, err)
	}
	if len(kinds) == 0 {
		return desk.Refuse(desk.NotFound, "there is no link that can be taken away")
	}
	return tellLink(ctx, tx, by, from, to, desk.ConversationsUnlinked, kinds[0])
}

// bothHeld holds two conversations in the order of their ids.
func bothHeld(ctx context.Context, tx *db.Tx, scope desk.Scope, id, other desk.ConversationID) (*row, *row, error) {
	first, second := min(id, other), max(id, other)
	a, err := holdVisible(ctx, tx, scope, first)
	if err != nil {
		return nil, nil, err
	}
	b, err := holdVisible(ctx, tx, scope, second)
	if err != nil {
		return nil, nil, err
	}
	if a.ID == b.ID {
		return nil, nil, desk.WhySameOne.At("body.conversation")
	}
	if first == id {
		return a, b, nil
	}
	return b, a, nil
}

// tellLink tells both, and raises their versions: their screens show it.
func tellLink(ctx context.Context, tx *db.Tx, by desk.Actor, from, to *row, kind desk.EventKind, link LinkKind) error {
	for _, c := range []*row{from, to} {
		if err := c.save(ctx, tx); err != nil {
			return err
		}
	}
	return eventlog.Append(ctx, tx, from.event(by, kind, linked(to, link)), to.event(by, kind, linked(from, back[link])))
}

// linked is what an event says about a link: where it leads, with the number that people know.
func linked(to *row, kind LinkKind) map[string]any {
	return map[string]any{"to": to.ID, "number": to.Number, "kind": kind}
}

// Links are the conversations that belong to one and that the scope's agent may see.
func (s *Service) Links(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) ([]Link, error) {
	c, err := s.Get(ctx, tx, scope, id)
	if err != nil {
		return nil, err
	}
	return s.links(ctx, tx, scope, c.ID)
}

// links are the conversations that belong to one and that the scope's agent may see. Those of what was merged into it count, and lead to where the others live.
func (s *Service) links(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) ([]Link, error) {
	members, err := family(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	type end struct {
		from, to desk.ConversationID
		kind     LinkKind
	}
	in := db.In(len(members), 1)
	rows, err := tx.Query(ctx, `
		SELECT from_conversation, to_conversation, kind
		FROM conversation_link
		WHERE from_conversation IN `+in+` OR to_conversation IN `+in+`
		ORDER BY created_at, from_conversation, to_conversation
		LIMIT 500`, db.Args(members)...)
	ends, err := db.Rows(rows, err, func(r *sql.Rows, e *end) error { return r.Scan(&e.from, &e.to, &e.kind) })
	if err != nil {
		return nil, fmt.Errorf("links of conversation %s: %w", id, err)
	}
	var list []Link
	for _, e := range ends {
		l := Link{Conversation: e.to, Kind: e.kind}
		if !slices.Contains(members, e.from) {
			l = Link{Conversation: e.from, Kind: back[e.kind]}
		}
		if l.Conversation, err = livesIn(ctx, tx, l.Conversation); err != nil {
			return nil, err
		}
		if l.Conversation == id || slices.ContainsFunc(list, func(o Link) bool { return o.Conversation == l.Conversation && o.Kind == l.Kind }) {
			continue
		}
		list = append(list, l)
	}
	return s.shown(ctx, tx, scope, list)
}

// linkedWithin says which ends of links a conversation and what was merged into it are, whoever may see the other ends.
func linkedWithin(ctx context.Context, tx *db.Tx, id desk.ConversationID) (l condition.Linked, err error) {
	members, err := family(ctx, tx, id)
	if err != nil {
		return l, err
	}
	in := db.In(len(members), 1)
	has := func(end, kinds string) string {
		return `EXISTS (SELECT 1 FROM conversation_link WHERE ` + end + ` IN ` + in + ` AND kind IN (` + kinds + `))`
	}
	err = tx.Row(ctx, `SELECT `+has("from_conversation", "'incident'")+`, `+has("to_conversation", "'incident'")+`, `+has("to_conversation", "'child'")+`, `+
		has("to_conversation", "'side', 'forward'")+`, `+has("from_conversation", "'side', 'forward'"), db.Args(members)...).Scan(&l.Problem, &l.Incident, &l.Part, &l.Side, &l.HasSide)
	if err != nil {
		return l, fmt.Errorf("ends of links of conversation %s: %w", id, err)
	}
	return l, nil
}

// shown fills links in, and leaves out what may not be seen.
func (s *Service) shown(ctx context.Context, tx *db.Tx, scope desk.Scope, list []Link) ([]Link, error) {
	ids := make([]desk.ConversationID, len(list))
	for i, l := range list {
		ids[i] = l.Conversation
	}
	rows, err := s.Rows(ctx, tx, scope, sorted(ids...))
	if err != nil {
		return nil, fmt.Errorf("linked conversations: %w", err)
	}
	seen := []Link{}
	for _, l := range list {
		i := slices.IndexFunc(rows, func(c desk.Conversation) bool { return c.ID == l.Conversation })
		if i < 0 {
			continue
		}
		c := rows[i]
		l.Number, l.Subject, l.Status, l.CustomerName, l.Assignee, l.LastAt, l.Unread = c.Number, c.Subject, c.Status, c.CustomerName, c.Assignee, c.LastAt, c.Unread
		seen = append(seen, l)
	}
	return seen, nil
}
