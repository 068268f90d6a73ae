package conversation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// KeepStanding keeps what a conversation had before an answer was queued together with actions, until the answer leaves: whoever takes it back takes the actions
// back too. What the actions came to is read here, so it is called after them.
func (s *Service) KeepStanding(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, message desk.MessageID, before Standing) error {
	after, _, err := s.Standing(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	texts := [2]string{}
	for i, standing := range []Standing{before, after} {
		data, err := json.Marshal(standing)
		if err != nil {
			return fmt.Errorf("what conversation %s had: %w", id, err)
		}
		texts[i] = db.Text(string(data))
	}
	if _, err := tx.Exec(ctx, `INSERT INTO message_undo (message, before, after) VALUES ($1, $2, $3)`, message, texts[0], texts[1]); err != nil {
		return fmt.Errorf("keep what conversation %s had before message %s: %w", id, message, err)
	}
	return nil
}

// forgetStanding ends what KeepStanding keeps: the answer leaves.
func forgetStanding(ctx context.Context, tx *db.Tx, message desk.MessageID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM message_undo WHERE message = $1`, message); err != nil {
		return fmt.Errorf("forget what was before message %s: %w", message, err)
	}
	return nil
}

// takenBack is what a conversation gets back with an answer that is taken back. Its zero value gives nothing back.
type takenBack struct {
	has           bool
	before, after Standing
	status        bool // was nobody's change since
}

// undone reads what goes back together with a message, and ends it. It is asked before the answer itself is undone, since that moves the status.
func (c *row) undone(ctx context.Context, tx *db.Tx, message desk.MessageID) (u takenBack, err error) {
	var before, after string
	u.has, err = oneOf(tx.Row(ctx, `SELECT before, after FROM message_undo WHERE message = $1`, message).Scan(&before, &after))
	if err != nil || !u.has {
		return u, err
	}
	if err := errors.Join(json.Unmarshal([]byte(before), &u.before), json.Unmarshal([]byte(after), &u.after)); err != nil {
		return u, fmt.Errorf("what was before message %s: %w", message, err)
	}
	u.status = c.Status == u.after.Status && u.before.Status != u.after.Status
	return u, forgetStanding(ctx, tx, message)
}

// giveBack puts back each thing that the actions changed and that is still as they left it.
func (c *row) giveBack(ctx context.Context, tx *db.Tx, by desk.Actor, u takenBack) error {
	if !u.has {
		return nil
	}
	var events []*desk.Event
	tell := func(kind desk.EventKind, data any) { events = append(events, c.event(by, kind, data)) }
	if u.status && c.Status != u.before.Status {
		tell(desk.StatusChanged, change[desk.Status]{c.Status, u.before.Status})
		c.Status = u.before.Status
		c.DueAt, c.WaitingSince, c.resolvedAt = desk.Time(u.before.Due), u.before.WaitingSince, u.before.ResolvedAt
	}
	if putBack(&c.Priority, u.before.Priority, u.after.Priority) {
		tell(desk.PriorityChanged, change[desk.Priority]{u.after.Priority, c.Priority})
	}
	if putBack(&c.Assignee, u.before.Assignee, u.after.Assignee) {
		tell(desk.AssigneeChanged, change[desk.AgentID]{u.after.Assignee, c.Assignee})
	}
	if putBack(&c.Team, u.before.Team, u.after.Team) {
		tell(desk.TeamChanged, change[desk.TeamID]{u.after.Team, c.Team})
	}
	if putBack(&c.TypeID, u.before.Type, u.after.Type) {
		tell(desk.TypeChanged, change[desk.TypeID]{u.after.Type, c.TypeID})
	}
	snoozed := c.SnoozedUntil
	if putBack(&snoozed, u.before.SnoozedUntil, u.after.SnoozedUntil) {
		if err := c.putSnoozeBack(ctx, tx, Standing{SnoozedUntil: snoozed}, tell); err != nil {
			return err
		}
	}
	values, changed := c.Fields.With(u.fields(c.Fields))
	if len(changed) > 0 {
		c.Fields = values
		tell(desk.FieldsChanged, map[string]any{"fields": changed})
	}
	if err := c.putTagsBack(ctx, tx, u.tags(c.Tags), tell); err != nil {
		return err
	}
	return eventlog.Append(ctx, tx, events...)
}

// putBack gives a value back where it is still what it became, and says whether it did.
func putBack[T comparable](now *T, before, after T) bool {
	if before == after || *now != after {
		return false
	}
	*now = before
	return true
}

// fields are the values to set so that those the actions set are what they were.
func (u takenBack) fields(now desk.FieldValues) desk.FieldValues {
	set := desk.FieldValues{}
	for _, side := range []desk.FieldValues{u.before.Fields, u.after.Fields} {
		for id := range side {
			if now[id].Equal(u.after.Fields[id]) {
				set[id] = u.before.Fields[id]
			}
		}
	}
	return set
}

// tags are the tags that there are to be: without those that the actions added, with those that they took away.
func (u takenBack) tags(now []desk.TagID) []desk.TagID {
	tags := slices.DeleteFunc(slices.Clone(now), func(t desk.TagID) bool {
		return slices.Contains(u.after.Tags, t) && !slices.Contains(u.before.Tags, t)
	})
	for _, t := range u.before.Tags {
		if !slices.Contains(u.after.Tags, t) && !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
	}
	return tags
}
