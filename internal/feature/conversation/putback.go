package conversation

import (
	"context"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Standing is what a conversation had before something was done with it: all that a change of status, people, tags, snooze, spam and trash touches.
type Standing struct {
	Status       desk.Status      `json:"status"`
	Priority     desk.Priority    `json:"priority"`
	Assignee     desk.AgentID     `json:"assignee,omitempty"`
	Team         desk.TeamID      `json:"team,omitempty"`
	Tags         []desk.TagID     `json:"tags"`
	Type         desk.TypeID      `json:"type,omitempty"`
	Fields       desk.FieldValues `json:"fields,omitempty"`
	Spam         bool             `json:"spam,omitempty"`
	TrashedAt    desk.Time        `json:"trashedAt,omitempty"`
	SnoozedUntil desk.Time        `json:"snoozedUntil,omitempty"`
	WakeOn       desk.WakeOn      `json:"wakeOn,omitzero"`
	Due          int64            `json:"due"` // in microseconds, since JSON of a Time does not tell Never from zero
	WaitingSince desk.Time        `json:"waitingSince,omitempty"`
	ResolvedAt   desk.Time        `json:"resolvedAt,omitempty"`
}

// Standing returns what a conversation has now, to be put back later, with its version. What the scope's agent may not see is refused with NotFound.
func (s *Service) Standing(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) (Standing, desk.Conversation, error) {
	c, err := holdVisible(ctx, tx, scope, id)
	if err != nil {
		return Standing{}, desk.Conversation{}, err
	}
	return Standing{Status: c.Status, Priority: c.Priority, Assignee: c.Assignee, Team: c.Team, Tags: slices.Clone(c.Tags), Type: c.TypeID, Fields: c.Fields, Spam: c.Spam,
		TrashedAt: c.TrashedAt, SnoozedUntil: c.SnoozedUntil, WakeOn: c.WakeOn, Due: int64(c.ownDue()), WaitingSince: c.WaitingSince, ResolvedAt: c.resolvedAt}, c.Conversation, nil
}

// PutBack gives a conversation back what it had. It refuses with desk.Conflict where it was changed since the given version. A snooze whose time has come meanwhile ends at once.
func (s *Service) PutBack(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, version int64, was Standing) (desk.Conversation, error) {
	c, err := holdVisible(ctx, tx, scope, id)
	if err != nil {
		return desk.Conversation{}, err
	}
	if c.Version != version {
		return c.Conversation, desk.Refuse(desk.Conflict, "the conversation was changed meanwhile")
	}
	var events []*desk.Event
	tell := func(kind desk.EventKind, data any) { events = append(events, c.event(by, kind, data)) }
	if was.Spam != c.Spam {
		c.Spam = was.Spam
		if err := learn(ctx, tx, c); err != nil {
			return c.Conversation, err
		}
		tell(map[bool]desk.EventKind{true: desk.MarkedSpam, false: desk.UnmarkedSpam}[c.Spam], nil)
	}
	if (was.TrashedAt != 0) != (c.TrashedAt != 0) {
		tell(map[bool]desk.EventKind{true: desk.Trashed, false: desk.Restored}[was.TrashedAt != 0], nil)
	}
	if was.Status != c.Status {
		tell(desk.StatusChanged, change[desk.Status]{c.Status, was.Status})
	}
	if was.Priority != c.Priority {
		tell(desk.PriorityChanged, change[desk.Priority]{c.Priority, was.Priority})
	}
	if was.Assignee != c.Assignee {
		tell(desk.AssigneeChanged, change[desk.AgentID]{c.Assignee, was.Assignee})
	}
	if was.Team != c.Team {
		tell(desk.TeamChanged, change[desk.TeamID]{c.Team, was.Team})
	}
	if err := c.putSnoozeBack(ctx, tx, was, tell); err != nil {
		return c.Conversation, err
	}
	c.Status, c.Priority, c.Assignee, c.Team, c.TrashedAt = was.Status, was.Priority, was.Assignee, was.Team, was.TrashedAt
	c.withoutOwed()
	c.DueAt, c.WaitingSince, c.resolvedAt = desk.Time(was.Due), was.WaitingSince, was.ResolvedAt
	c.did(deadline.Moved)
	if c.TypeID != was.Type {
		tell(desk.TypeChanged, change[desk.TypeID]{c.TypeID, was.Type})
		c.TypeID = was.Type
	}
	if values, changed := c.putFieldsBack(was.Fields); len(changed) > 0 {
		c.Fields = values
		tell(desk.FieldsChanged, map[string]any{"fields": changed})
	}
	if err := c.putTagsBack(ctx, tx, was.Tags, tell); err != nil {
		return c.Conversation, err
	}
	if err := c.save(ctx, tx); err != nil {
		return c.Conversation, err
	}
	return c.Conversation, eventlog.Append(ctx, tx, events...)
}

func (c *row) putFieldsBack(was desk.FieldValues) (desk.FieldValues, []desk.FieldID) {
	set := desk.FieldValues{}
	for id := range c.Fields {
		set[id] = desk.FieldValue{}
	}
	for id, v := range was {
		set[id] = v
	}
	return c.Fields.With(set)
}

func (c *row) putSnoozeBack(ctx context.Context, tx *db.Tx, was Standing, tell func(desk.EventKind, any)) error {
	if was.SnoozedUntil == c.SnoozedUntil && was.WakeOn == c.WakeOn {
		return nil
	}
	c.SnoozedUntil, c.WakeOn = was.SnoozedUntil, was.WakeOn
	if was.SnoozedUntil == 0 {
		tell(desk.Woken, nil)
		return nil
	}
	tell(desk.Snoozed, snoozed(was.SnoozedUntil, was.WakeOn))
	return c.resnooze(ctx, tx)
}

// putTagsBack leaves out tags that were deleted meanwhile.
func (c *row) putTagsBack(ctx context.Context, tx *db.Tx, was []desk.TagID, tell func(desk.EventKind, any)) error {
	for _, t := range slices.Clone(c.Tags) {
		if slices.Contains(was, t) {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM conversation_tag WHERE conversation = $1 AND tag = $2`, c.ID, t); err != nil {
			return fmt.Errorf("untag conversation %s: %w", c.ID, err)
		}
		c.Tags = without(c.Tags, t)
		tell(desk.TagRemoved, map[string]any{"tag": t})
	}
	for _, t := range was {
		if slices.Contains(c.Tags, t) {
			continue
		}
		n, err := tx.Exec(ctx, `INSERT INTO conversation_tag (conversation, tag) SELECT $1, id FROM tag WHERE id = $2 ON CONFLICT DO NOTHING`, c.ID, t)
		if err != nil {
			return fmt.Errorf("tag conversation %s: %w", c.ID, err)
		}
		if n > 0 {
			c.Tags = append(c.Tags, t)
			tell(desk.TagAdded, map[string]any{"tag": t})
		}
	}
	return nil
}
