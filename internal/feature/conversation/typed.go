package conversation

import (
	"context"
	"fmt"

	"tellus/internal/desk"
	rules "tellus/internal/engine/field"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// kind gives the conversation another type, and the checklists that go with it. Values of fields that do not apply any more are kept: they show again when the type comes back.
func (ch Change) kind(ctx context.Context, tx *db.Tx, by desk.Actor, c *row) error {
	if ch.Type == nil || *ch.Type == c.TypeID {
		return nil
	}
	if *ch.Type != 0 {
		if err := exists(ctx, tx, `SELECT EXISTS (SELECT 1 FROM conversation_type WHERE id = $1 AND archived_at = 0)`, int64(*ch.Type), "body.type", "there is no such type"); err != nil {
			return err
		}
	}
	from := c.TypeID
	c.TypeID = *ch.Type
	if err := eventlog.Append(ctx, tx, c.event(by, desk.TypeChanged, change[desk.TypeID]{from, c.TypeID})); err != nil {
		return err
	}
	added, err := c.listsOfType(ctx, tx)
	if err != nil {
		return err
	}
	for _, list := range added {
		if err := eventlog.Append(ctx, tx, c.event(by, desk.ChecklistAdded, map[string]any{"checklist": list})); err != nil {
			return err
		}
	}
	return nil
}

// values sets values of custom fields. The event tells which fields; what they hold is nobody's business who reads the log.
func (ch Change) values(ctx context.Context, tx *db.Tx, by desk.Actor, c *row) error {
	set, err := field.Check(ctx, tx, desk.OnConversation, ch.Fields, c.TypeID, c.Inbox)
	if err != nil {
		return err
	}
	values, changed := c.Fields.With(set)
	if len(changed) == 0 {
		return nil
	}
	c.Fields = values
	return eventlog.Append(ctx, tx, c.event(by, desk.FieldsChanged, map[string]any{"fields": changed}))
}

// mayFinish refuses an agent to finish a conversation that lacks what is required of it. What is no customer's matter (spam, trash) and what finishes by
// itself is not asked.
func (c *row) mayFinish(ctx context.Context, tx *db.Tx, by desk.Actor) error {
	if by.Agent() == 0 || c.Status.Finished() || c.Spam || c.TrashedAt != 0 {
		return nil
	}
	if err := field.Required(ctx, tx, c.Conversation); err != nil {
		return err
	}
	if c.ChecksOwed > 0 {
		return desk.WhyChecksOpen.At("body.status", c.ChecksOwed)
	}
	return nil
}

// ForgetFields takes the values of personal fields out of all conversations of a customer, also those that were merged, and returns of how many. What such a one gave to
// the conversation that it was merged into goes there too.
func (s *Service) ForgetFields(ctx context.Context, tx *db.Tx, by desk.Actor, customer desk.CustomerID) (int, error) {
	fields, err := field.All(ctx, tx)
	if err != nil {
		return 0, err
	}
	rows, err := tx.Query(ctx, `SELECT id FROM conversation WHERE customer = $1 AND fields <> '{}' ORDER BY id`, customer)
	ids, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return 0, fmt.Errorf("conversations of customer %s with fields: %w", customer, err)
	}
	if _, err := tx.Exec(ctx, `
		DELETE FROM message_undo
		WHERE message IN (SELECT m.id FROM message m JOIN conversation c ON c.id = m.conversation WHERE c.customer = $1)`, customer); err != nil {
		return 0, fmt.Errorf("forget what customer %s's conversations had: %w", customer, err)
	}
	changed := 0
	for _, id := range ids {
		c, err := holdMerged(ctx, tx, id)
		if err != nil {
			return changed, err
		}
		kept := rules.Kept(fields, c.Fields)
		if len(kept) == len(c.Fields) {
			continue
		}
		if err := takeGiven(ctx, tx, by, id, valuesBeside(c.Fields, kept)); err != nil {
			return changed, err
		}
		if err := c.setValues(ctx, tx, by, kept); err != nil {
			return changed, err
		}
		changed++
	}
	return changed, nil
}

// valuesBeside are the values that are not among those that are kept.
func valuesBeside(values, kept desk.FieldValues) desk.FieldValues {
	rest := desk.FieldValues{}
	for field, v := range values {
		if _, stays := kept[field]; !stays {
			rest[field] = v
		}
	}
	return rest
}

// takeGiven takes values that a merged conversation gave out of all that it lives in.
func takeGiven(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.ConversationID, given desk.FieldValues) error {
	if len(given) == 0 {
		return nil
	}
	var next desk.ConversationID
	err := tx.Row(ctx, `SELECT merged_into FROM conversation WHERE id = $1`, id).Scan(&next)
	if err != nil {
		return fmt.Errorf("what was conversation %s merged into: %w", id, err)
	}
	for next != 0 {
		if next, err = takeValues(ctx, tx, by, next, given); err != nil {
			return err
		}
	}
	return nil
}

// takeValues takes values out of a conversation where they are the same, and returns what that one was merged into.
func takeValues(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.ConversationID, given desk.FieldValues) (next desk.ConversationID, err error) {
	c, err := holdMerged(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	kept := desk.FieldValues{}
	for field, v := range c.Fields {
		if g, gave := given[field]; !gave || !g.Equal(v) {
			kept[field] = v
		}
	}
	if len(kept) == len(c.Fields) {
		return c.MergedInto, nil
	}
	return c.MergedInto, c.setValues(ctx, tx, by, kept)
}

// setValues replaces the values of a held conversation, and tells of it without saying which.
func (c *row) setValues(ctx context.Context, tx *db.Tx, by desk.Actor, values desk.FieldValues) error {
	c.Fields = values
	if err := c.save(ctx, tx); err != nil {
		return err
	}
	return eventlog.Append(ctx, tx, c.event(by, desk.FieldsChanged, map[string]any{"fields": []desk.FieldID{}}))
}

// SetSpent writes the time that was spent on a held conversation, in seconds; count works it out. It is for the feature that keeps the entries.
func (s *Service) SetSpent(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, work desk.WorkID, count func() (int64, error)) error {
	c, err := holdVisible(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	if c.Spent, err = count(); err != nil {
		return err
	}
	if err := c.save(ctx, tx); err != nil {
		return err
	}
	return eventlog.Append(ctx, tx, c.event(by, desk.WorkChanged, map[string]any{"work": work}))
}
