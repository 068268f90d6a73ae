package conversation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// mostLists is how many checklists a conversation has.
const mostLists = 20

// NewChecklist is a checklist to be added: of a template, or with a name and items of its own.
type NewChecklist struct {
	Template desk.TemplateID  `json:"template,omitempty"`
	Name     string           `json:"name,omitempty" maxLength:"80"`
	Items    []desk.CheckWord `json:"items,omitempty" maxItems:"100"`
}

// Checklists returns the checklists of a conversation in the order in which they were added.
func (s *Service) Checklists(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) ([]desk.Checklist, error) {
	c, err := s.Get(ctx, tx, scope, id)
	if err != nil {
		return nil, err
	}
	return checklists(ctx, tx, c.ID)
}

// checklists are those of a conversation and of what was merged into it.
func checklists(ctx context.Context, tx *db.Tx, id desk.ConversationID) ([]desk.Checklist, error) {
	members, err := family(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT id, name, COALESCE(template, 0), created_at FROM checklist WHERE conversation IN `+db.In(len(members), 1)+` AND deleted_at = 0 ORDER BY id`,
		db.Args(members)...)
	lists, err := db.Rows(rows, err, func(r *sql.Rows, l *desk.Checklist) error {
		l.Items = []desk.Check{}
		return r.Scan(&l.ID, &l.Name, &l.Template, &l.CreatedAt)
	})
	if err != nil {
		return nil, fmt.Errorf("checklists of conversation %s: %w", id, err)
	}
	if len(lists) == 0 {
		return []desk.Checklist{}, nil
	}
	type item struct {
		list desk.ChecklistID
		desk.Check
	}
	rows, err = tx.Query(ctx, `
		SELECT i.checklist, i.id, i.words, i.required, i.done_at, COALESCE(i.done_by, 0)
		FROM checklist l JOIN checklist_item i ON i.checklist = l.id
		WHERE l.conversation IN `+db.In(len(members), 1)+` AND l.deleted_at = 0
		ORDER BY i.id`, db.Args(members)...)
	items, err := db.Rows(rows, err, func(r *sql.Rows, i *item) error {
		return r.Scan(&i.list, &i.ID, &i.Words, &i.Required, &i.DoneAt, &i.DoneBy)
	})
	if err != nil {
		return nil, fmt.Errorf("items of checklists of conversation %s: %w", id, err)
	}
	for _, i := range items {
		at := slices.IndexFunc(lists, func(l desk.Checklist) bool { return l.ID == i.list })
		lists[at].Items = append(lists[at].Items, i.Check)
	}
	return lists, nil
}

// AddChecklist gives a conversation one more checklist.
func (s *Service) AddChecklist(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, n NewChecklist) ([]desk.Checklist, error) {
	return s.changeLists(ctx, tx, scope, id, func(c *row) error {
		if n.Template != 0 {
			templates, err := field.Templates(ctx, tx)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(templates, func(t desk.ChecklistTemplate) bool { return t.ID == n.Template && t.ArchivedAt == 0 })
			if i < 0 {
				return desk.RefuseField(desk.Invalid, "body.template", "there is no such checklist")
			}
			n.Name, n.Items = templates[i].Name, templates[i].Items
		}
		if n.Name = strings.Join(strings.Fields(db.Text(n.Name)), " "); n.Name == "" {
			return desk.WhyNeeded.At("body.name")
		}
		for i := range n.Items {
			if n.Items[i].Words = strings.Join(strings.Fields(db.Text(n.Items[i].Words)), " "); n.Items[i].Words == "" {
				return desk.WhyNeeded.At(fmt.Sprintf("body.items[%d].words", i))
			}
		}
		list, err := c.addList(ctx, tx, n)
		if err != nil {
			return err
		}
		return eventlog.Append(ctx, tx, c.event(by, desk.ChecklistAdded, map[string]any{"checklist": list}))
	})
}

// StartChecklist gives a conversation a checklist of a template where it has none of it.
func (s *Service) StartChecklist(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, template desk.TemplateID) error {
	lists, err := s.Checklists(ctx, tx, scope, id)
	if err != nil || slices.ContainsFunc(lists, func(l desk.Checklist) bool { return l.Template == template }) {
		return err
	}
	_, err = s.AddChecklist(ctx, tx, by, scope, id, NewChecklist{Template: template})
	return err
}

// HadChecklist reports whether a conversation, or what was merged into it, has a checklist of a template, or had one that was taken away.
func (s *Service) HadChecklist(ctx context.Context, tx *db.Tx, id desk.ConversationID, template desk.TemplateID) (had bool, err error) {
	members, err := family(ctx, tx, id)
	if err != nil {
		return false, err
	}
	err = tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM checklist WHERE template = $1 AND conversation IN `+db.In(len(members), 2)+`)`, db.Args(members, any(template))...).Scan(&had)
	if err != nil {
		return false, fmt.Errorf("had conversation %s a checklist: %w", id, err)
	}
	return had, nil
}

func (c *row) addList(ctx context.Context, tx *db.Tx, n NewChecklist) (list desk.ChecklistID, err error) {
	var count int
	if err := tx.Row(ctx, `SELECT count(*) FROM checklist WHERE conversation = $1 AND deleted_at = 0`, c.ID).Scan(&count); err != nil {
		return 0, fmt.Errorf("count checklists of conversation %s: %w", c.ID, err)
	}
	if count >= mostLists {
		return 0, desk.WhyEnough.Refuse(mostLists)
	}
	err = tx.Row(ctx, `INSERT INTO checklist (conversation, template, name, created_at) VALUES ($1, $2, $3, $4) RETURNING id`, c.ID, nullID(n.Template), n.Name, tx.Now).Scan(&list)
	if err != nil {
		return 0, fmt.Errorf("add checklist to conversation %s: %w", c.ID, err)
	}
	for _, item := range n.Items {
		if _, err := tx.Exec(ctx, `INSERT INTO checklist_item (checklist, words, required) VALUES ($1, $2, $3)`, list, item.Words, item.Required); err != nil {
			return 0, fmt.Errorf("add item to checklist %d: %w", list, err)
		}
	}
	return list, c.countChecks(ctx, tx)
}

// listsOfType adds the checklists that go with the conversation's type, where it does not have them.
func (c *row) listsOfType(ctx context.Context, tx *db.Tx) (added []desk.ChecklistID, err error) {
	if c.TypeID == 0 {
		return nil, nil
	}
	templates, err := field.Templates(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, t := range templates {
		if t.ArchivedAt != 0 || !slices.Contains(t.Types, c.TypeID) {
			continue
		}
		var have bool
		if err := tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM checklist WHERE conversation = $1 AND template = $2)`, c.ID, t.ID).Scan(&have); err != nil {
			return nil, fmt.Errorf("has conversation %s the checklist: %w", c.ID, err)
		}
		if have {
			continue // also one that was taken away: somebody had a reason
		}
		list, err := c.addList(ctx, tx, NewChecklist{Template: t.ID, Name: t.Name, Items: t.Items})
		if err != nil {
			return nil, err
		}
		added = append(added, list)
	}
	return added, nil
}

// firstLists adds the checklists of the type with which a conversation begins. That it was opened is told, these are not.
func (c *row) firstLists(ctx context.Context, tx *db.Tx) error {
	added, err := c.listsOfType(ctx, tx)
	if err != nil || len(added) == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE conversation SET checks = $1, checked = $2, checks_owed = $3 WHERE id = $4`, c.Checks, c.Checked, c.ChecksOwed, c.ID); err != nil {
		return fmt.Errorf("save conversation %s: %w", c.ID, err)
	}
	return c.keepViews(ctx, tx)
}

// Tick marks an item as done by an agent, or as not done.
func (s *Service) Tick(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, item desk.CheckID, done bool) ([]desk.Checklist, error) {
	return s.changeLists(ctx, tx, scope, id, func(c *row) error {
		var list desk.ChecklistID
		var doneAt desk.Time
		members, err := family(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		err = tx.Row(ctx, `
			SELECT l.id, i.done_at FROM checklist_item i JOIN checklist l ON l.id = i.checklist
			WHERE i.id = $1 AND l.deleted_at = 0 AND l.conversation IN `+db.In(len(members), 2), db.Args(members, any(item))...).Scan(&list, &doneAt)
		if errors.Is(err, sql.ErrNoRows) {
			return desk.Refuse(desk.NotFound, "no such item")
		}
		if err != nil {
			return fmt.Errorf("find item %d: %w", item, err)
		}
		if done == (doneAt != 0) {
			return nil // somebody was quicker: his mark stays
		}
		kind, at, who := desk.CheckUnticked, desk.Time(0), desk.AgentID(0)
		if done {
			kind, at, who = desk.CheckTicked, tx.Now, by.Agent()
		}
		if _, err := tx.Exec(ctx, `UPDATE checklist_item SET done_at = $1, done_by = $2 WHERE id = $3`, at, nullID(who), item); err != nil {
			return fmt.Errorf("tick item %d: %w", item, err)
		}
		if err := c.countChecks(ctx, tx); err != nil {
			return err
		}
		return eventlog.Append(ctx, tx, c.event(by, kind, map[string]any{"checklist": list, "item": item}))
	})
}

// RemoveChecklist takes a checklist away; restored brings it back with its ticks.
func (s *Service) RemoveChecklist(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, list desk.ChecklistID, restored bool) ([]desk.Checklist, error) {
	return s.changeLists(ctx, tx, scope, id, func(c *row) error {
		at, kind := tx.Now, desk.ChecklistRemoved
		if restored {
			at, kind = 0, desk.ChecklistAdded
		}
		members, err := family(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE checklist SET deleted_at = $1 WHERE id = $2 AND conversation IN `+db.In(len(members), 3), db.Args(members, any(at), any(list))...)
		if err != nil {
			return fmt.Errorf("remove checklist %d: %w", list, err)
		}
		if n == 0 {
			return desk.Refuse(desk.NotFound, "no such checklist")
		}
		if err := c.countChecks(ctx, tx); err != nil {
			return err
		}
		return eventlog.Append(ctx, tx, c.event(by, kind, map[string]any{"checklist": list}))
	})
}

func (s *Service) changeLists(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, change func(*row) error) ([]desk.Checklist, error) {
	c, err := holdVisible(ctx, tx, scope, id)
	if err != nil {
		return nil, err
	}
	if err := change(c); err != nil {
		return nil, err
	}
	if err := c.save(ctx, tx); err != nil {
		return nil, err
	}
	return checklists(ctx, tx, c.ID)
}

// countChecks works out what the row shows of the checklists.
func (c *row) countChecks(ctx context.Context, tx *db.Tx) error {
	members, err := family(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	err = tx.Row(ctx, `
		SELECT count(*), COALESCE(sum(CASE WHEN i.done_at > 0 THEN 1 ELSE 0 END), 0), COALESCE(sum(CASE WHEN i.required AND i.done_at = 0 THEN 1 ELSE 0 END), 0)
		FROM checklist l JOIN checklist_item i ON i.checklist = l.id
		WHERE l.deleted_at = 0 AND l.conversation IN `+db.In(len(members), 1), db.Args(members)...).Scan(&c.Checks, &c.Checked, &c.ChecksOwed)
	if err != nil {
		return fmt.Errorf("count checks of conversation %s: %w", c.ID, err)
	}
	return nil
}
