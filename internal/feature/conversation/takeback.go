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
	// Whoever is here holds the conversation: no one else's notes are among those.
	rows, err := tx.Query(ctx, `SELECT id FROM message WHERE conversation = (SELECT conversation FROM message WHERE id = $1) AND kind = 'note' AND id > $1 ORDER BY id`, message)
	notes, err := db.Rows(rows, err, scanID[desk.MessageID])
	if err != nil {
		return fmt.Errorf("notes written with message %s: %w", message, err)
	}
	rows, err = tx.Query(ctx, `SELECT id FROM checklist WHERE conversation = (SELECT conversation FROM message WHERE id = $1) AND created_at = $2 AND deleted_at = 0 ORDER BY id`, message, tx.Now)
	lists, err := db.Rows(rows, err, scanID[desk.ChecklistID])
	if err != nil {
		return fmt.Errorf("checklists begun with message %s: %w", message, err)
	}
	texts := [2]string{}
	for i, standing := range []left{{Standing: before}, {Standing: after, Notes: notes, Lists: lists}} {
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

// left is what actions made of a conversation, with the notes that they wrote and the checklists that they began.
type left struct {
	Standing
	Notes []desk.MessageID   `json:"notes,omitempty"`
	Lists []desk.ChecklistID `json:"lists,omitempty"`
}

// TakenBack is the draft that an answer becomes again, with what could not be taken back with it.
type TakenBack struct {
	desk.Draft
	NoteStays   bool `json:"noteStays,omitempty" doc:"The note that went with it stays, since somebody wrote or did something after it"`
	ActionsStay bool `json:"actionsStay,omitempty" doc:"Something that was done with it was changed by somebody since, and stays as it is now"`
}

// takenBack is what a conversation gets back with an answer that is taken back. Its zero value gives nothing back.
type takenBack struct {
	has           bool
	before, after left
	status        bool // was nobody's change since
	notes, stay   bool // notes, and something else, that others built upon
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
	// Status and snooze follow by themselves from what comes in: nobody wonders about them.
	u.stay = changedSince(c.Priority, u.before.Priority, u.after.Priority) ||
		changedSince(c.Assignee, u.before.Assignee, u.after.Assignee) || changedSince(c.Team, u.before.Team, u.after.Team) ||
		changedSince(c.TypeID, u.before.Type, u.after.Type)
	for _, side := range []desk.FieldValues{u.before.Fields, u.after.Fields} {
		for id := range side {
			now, was, became := c.Fields[id], u.before.Fields[id], u.after.Fields[id]
			u.stay = u.stay || !was.Equal(became) && !now.Equal(became) && !now.Equal(was)
		}
	}
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
		c.withoutOwed()
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
	if c.snoozing() == u.after.snoozing() && u.before.snoozing() != u.after.snoozing() {
		if err := c.putSnoozeBack(ctx, tx, u.before.Standing, tell); err != nil {
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

// dropNotes takes the notes back that went with an answer, unless somebody has written after them: his words may be about them.
func (c *row) dropNotes(ctx context.Context, tx *db.Tx, by desk.Actor, u *takenBack) error {
	if len(u.after.Notes) == 0 {
		return nil
	}
	last := slices.Max(u.after.Notes)
	if err := tx.Row(ctx, `SELECT count(*) > 0 FROM message WHERE conversation = $1 AND id > $2 AND `+counted, c.ID, last).Scan(&u.notes); err != nil {
		return fmt.Errorf("messages after note %s: %w", last, err)
	}
	if u.notes {
		return nil
	}
	for _, id := range u.after.Notes {
		n, err := tx.Exec(ctx, `UPDATE message SET state = $1 WHERE id = $2 AND conversation = $3 AND erased_at = 0`, desk.Cancelled, id, c.ID)
		if err != nil {
			return fmt.Errorf("take note %s back: %w", id, err)
		}
		if n == 0 {
			continue // it was moved to another conversation, or erased
		}
		if _, err := tx.Exec(ctx, `DELETE FROM mention WHERE message = $1`, id); err != nil {
			return fmt.Errorf("take the mentions of note %s back: %w", id, err)
		}
		if err := eventlog.Append(ctx, tx, c.messageEvent(by, desk.MessageCancelled, id, map[string]any{"note": true})); err != nil {
			return err
		}
	}
	return nil
}

// dropLists takes the checklists back that were begun with an answer, unless somebody did something of them.
func (c *row) dropLists(ctx context.Context, tx *db.Tx, by desk.Actor, u *takenBack) error {
	for _, id := range u.after.Lists {
		n, err := tx.Exec(ctx, `
			UPDATE checklist SET deleted_at = $1 WHERE id = $2 AND conversation = $3 AND deleted_at = 0
			  AND NOT EXISTS (SELECT 1 FROM checklist_item WHERE checklist = $2 AND done_at > 0)`, tx.Now, id, c.ID)
		if err != nil {
			return fmt.Errorf("take checklist %d back: %w", id, err)
		}
		if n == 0 {
			u.stay = true
			continue
		}
		if err := eventlog.Append(ctx, tx, c.event(by, desk.ChecklistRemoved, map[string]any{"checklist": id})); err != nil {
			return err
		}
	}
	if len(u.after.Lists) == 0 {
		return nil
	}
	return c.countChecks(ctx, tx)
}

// changedSince reports whether somebody made something else of a value that actions had changed.
func changedSince[T comparable](now, before, after T) bool {
	return before != after && now != after && now != before
}

// snooze is until when and for what a conversation is out of sight.
type snooze struct {
	until desk.Time
	on    desk.WakeOn
}

func (c *row) snoozing() snooze     { return snooze{c.SnoozedUntil, c.WakeOn} }
func (s Standing) snoozing() snooze { return snooze{s.SnoozedUntil, s.WakeOn} }

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
