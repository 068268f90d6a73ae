package field

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// mostTypes is how many types of conversations there are, those that were archived included.
const mostTypes = 100

const selectType = `SELECT id, name, kind, icon, colour, position, archived_at, version FROM conversation_type`

func scanType(s interface{ Scan(...any) error }, t *desk.ConversationType) error {
	t.Inboxes = []desk.InboxID{}
	return s.Scan(&t.ID, &t.Name, &t.Kind, &t.Icon, &t.Colour, &t.Position, &t.ArchivedAt, &t.Version)
}

// Types returns all types of conversations, also those that were archived, in their order.
func (s *Service) Types(ctx context.Context, tx *db.Tx) ([]desk.ConversationType, error) {
	rows, err := tx.Query(ctx, selectType+` ORDER BY position, id`)
	list, err := db.Rows(rows, err, func(r *sql.Rows, t *desk.ConversationType) error { return scanType(r, t) })
	if err != nil {
		return nil, fmt.Errorf("load types: %w", err)
	}
	type pair struct {
		inbox desk.InboxID
		kind  desk.TypeID
	}
	rows, err = tx.Query(ctx, `SELECT inbox, type FROM inbox_type ORDER BY inbox`)
	pairs, err := db.Rows(rows, err, func(r *sql.Rows, p *pair) error { return r.Scan(&p.inbox, &p.kind) })
	if err != nil {
		return nil, fmt.Errorf("load types of inboxes: %w", err)
	}
	for _, p := range pairs {
		if i := slices.IndexFunc(list, func(t desk.ConversationType) bool { return t.ID == p.kind }); i >= 0 {
			list[i].Inboxes = append(list[i].Inboxes, p.inbox)
		}
	}
	return filled(list), nil
}

const defaultTypeText = `
	SELECT t.id FROM inbox_type i JOIN conversation_type t ON t.id = i.type
	WHERE i.inbox = $1 AND t.archived_at = 0`

// AskDefaultType asks ahead for what DefaultType will look at (see db.Tx.Ahead).
func AskDefaultType(ctx context.Context, tx *db.Tx, inbox desk.InboxID) error {
	return tx.Ahead(ctx, defaultTypeText, inbox)
}

// DefaultType is the type that a conversation of an inbox begins with, 0 for none.
func DefaultType(ctx context.Context, tx *db.Tx, inbox desk.InboxID) (id desk.TypeID, err error) {
	err = tx.Row(ctx, defaultTypeText, inbox).Scan(&id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("type of inbox %s: %w", inbox, err)
	}
	return id, nil
}

// TypeEdit is what is said about a type.
type TypeEdit struct {
	Version  int64          `json:"version,omitempty" doc:"The one that was seen; absent for a new type"`
	Name     string         `json:"name" minLength:"1" maxLength:"60"`
	Kind     desk.TypeKind  `json:"kind" enum:"question,order,complaint,compliment,suggestion,other"`
	Icon     string         `json:"icon" enum:"question,order,complaint,compliment,suggestion,tag,bolt,box,card,key"`
	Colour   string         `json:"colour" enum:"grey,green,amber,red,blue,violet"`
	Inboxes  []desk.InboxID `json:"inboxes,omitempty" maxItems:"500" doc:"What begins in these has this type; another type loses them"`
	Archived bool           `json:"archived,omitempty"`
}

// CreateType makes a type, behind the others.
func (s *Service) CreateType(ctx context.Context, tx *db.Tx, by desk.Actor, e TypeEdit) (t desk.ConversationType, err error) {
	if err := tx.Lock(ctx, "conversation_type", 0); err != nil {
		return t, err
	}
	if err := e.check(ctx, tx, 0); err != nil {
		return t, err
	}
	count, position := 0, 0
	if err := tx.Row(ctx, `SELECT count(*), COALESCE(max(position), 0) + 1 FROM conversation_type`).Scan(&count, &position); err != nil {
		return t, fmt.Errorf("count types: %w", err)
	}
	if count >= mostTypes {
		return t, desk.WhyEnough.Refuse(mostTypes)
	}
	if err := tx.Row(ctx, `
		INSERT INTO conversation_type (name, kind, icon, colour, position, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		RETURNING id`, e.Name, e.Kind, e.Icon, e.Colour, position, tx.Now).Scan(&t.ID); err != nil {
		return t, fmt.Errorf("create type: %w", err)
	}
	return s.typed(ctx, tx, by, t.ID, e)
}

// ChangeType replaces what is said about a type. It refuses a stale version with desk.Conflict.
func (s *Service) ChangeType(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.TypeID, e TypeEdit) (desk.ConversationType, error) {
	if err := tx.Lock(ctx, "conversation_type", 0); err != nil {
		return desk.ConversationType{}, err
	}
	now, err := s.Type(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if now.Version != e.Version {
		return now, desk.Stale{Current: now}.Refuse()
	}
	if err := e.check(ctx, tx, id); err != nil {
		return now, err
	}
	archived := now.ArchivedAt
	switch {
	case !e.Archived:
		archived = 0
	case archived == 0:
		archived = tx.Now
	}
	if _, err := tx.Exec(ctx, `UPDATE conversation_type SET name = $1, kind = $2, icon = $3, colour = $4, archived_at = $5, version = version + 1 WHERE id = $6`,
		e.Name, e.Kind, e.Icon, e.Colour, archived, id); err != nil {
		return now, fmt.Errorf("change type %s: %w", id, err)
	}
	return s.typed(ctx, tx, by, id, e)
}

// OrderTypes puts the types in an order; those that are not named follow.
func (s *Service) OrderTypes(ctx context.Context, tx *db.Tx, by desk.Actor, ids []desk.TypeID) error {
	if err := tx.Lock(ctx, "conversation_type", 0); err != nil {
		return err
	}
	for i, id := range ids {
		if _, err := tx.Exec(ctx, `UPDATE conversation_type SET position = $1 WHERE id = $2`, i-len(ids), id); err != nil {
			return fmt.Errorf("order types: %w", err)
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE conversation_type SET position = position + $1`, len(ids)+1); err != nil {
		return fmt.Errorf("order types: %w", err)
	}
	return told(ctx, tx, by, desk.TypeUpdated, desk.AboutType, 0)
}

// Type returns a type.
func (s *Service) Type(ctx context.Context, tx *db.Tx, id desk.TypeID) (desk.ConversationType, error) {
	all, err := s.Types(ctx, tx)
	if err != nil {
		return desk.ConversationType{}, err
	}
	if i := slices.IndexFunc(all, func(t desk.ConversationType) bool { return t.ID == id }); i >= 0 {
		return all[i], nil
	}
	return desk.ConversationType{}, desk.Refuse(desk.NotFound, "no such type")
}

func (s *Service) typed(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.TypeID, e TypeEdit) (t desk.ConversationType, err error) {
	if _, err := tx.Exec(ctx, `DELETE FROM inbox_type WHERE type = $1`, id); err != nil {
		return t, fmt.Errorf("inboxes of type %s: %w", id, err)
	}
	for _, inbox := range e.Inboxes {
		if _, err := tx.Exec(ctx, `INSERT INTO inbox_type (inbox, type) VALUES ($1, $2) ON CONFLICT (inbox) DO UPDATE SET type = excluded.type`, inbox, id); err != nil {
			return t, fmt.Errorf("inboxes of type %s: %w", id, err)
		}
	}
	if t, err = s.Type(ctx, tx, id); err != nil {
		return t, err
	}
	return t, told(ctx, tx, by, desk.TypeUpdated, desk.AboutType, int64(id))
}

func (e *TypeEdit) check(ctx context.Context, tx *db.Tx, id desk.TypeID) error {
	if e.Name = db.Text(line(e.Name)); e.Name == "" {
		return desk.WhyNeeded.At("body.name")
	}
	if !slices.Contains(desk.TypeKinds, e.Kind) {
		return desk.WhyNeeded.At("body.kind")
	}
	var taken bool
	if err := tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM conversation_type WHERE name = $1 AND id <> $2 AND archived_at = 0)`, e.Name, id).Scan(&taken); err != nil {
		return fmt.Errorf("is the type taken: %w", err)
	}
	if taken && !e.Archived {
		return desk.WhyNameTaken.At("body.name")
	}
	return inboxesExist(ctx, tx, e.Inboxes)
}
