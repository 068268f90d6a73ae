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

// Split takes chosen messages out of a conversation into a new one, linked to it, and returns that. subject names it; where empty, the first message's own does. At least
// one message stays. Answers to those that left follow them, since they are found by their Message-IDs.
func (s *Service) Split(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, chosen []desk.MessageID, subject string, subjectKey int64, inbox desk.Inbox) (desk.ConversationID, error) {
	from, err := holdVisible(ctx, tx, scope, id)
	if err != nil {
		return 0, err
	}
	chosen = slices.Clone(chosen)
	slices.Sort(chosen)
	chosen = slices.Compact(chosen)
	if len(chosen) == 0 {
		return 0, desk.WhyNeeded.At("body.messages")
	}
	list, err := readMessages(ctx, tx, `WHERE m.conversation = $1 AND m.id IN `+db.In(len(chosen), 2)+` ORDER BY m.id`, db.Args(chosen, any(from.ID))...)
	if err != nil {
		return 0, err
	}
	if len(list) < len(chosen) {
		return 0, desk.Refuse(desk.NotFound, "a message is not in this conversation")
	}
	var stay int
	if err := tx.Row(ctx, `SELECT count(*) FROM message WHERE conversation = $1 AND `+counted, from.ID).Scan(&stay); err != nil {
		return 0, fmt.Errorf("messages of conversation %s: %w", from.ID, err)
	}
	for _, m := range list {
		if m.AuthorKind != desk.AuthorSystem && m.State != desk.Cancelled {
			stay--
		}
	}
	if stay < 1 {
		return 0, desk.WhyOneStays.At("body.messages")
	}
	target, err := s.moveTarget(ctx, tx, by, scope, named(list, subject), from, 0, inbox)
	if err != nil {
		return 0, err
	}
	if subject != "" {
		target.subjectKey = subjectKey
	}
	for _, m := range list {
		if err := moveMessage(ctx, tx, m, from, target); err != nil {
			return 0, err
		}
	}
	for _, c := range []*row{from, target} {
		if err := c.settle(ctx, tx, by); err != nil {
			return 0, err
		}
	}
	return target.ID, eventlog.Append(ctx, tx,
		from.event(by, desk.MessagesSplit, map[string]any{"to": target.ID, "number": target.Number, "messages": len(list)}),
		target.event(by, desk.MessagesSplit, map[string]any{"from": from.ID, "number": from.Number, "messages": len(list)}))
}

// named is the message that a new conversation begins with: the first that came in, or else the first.
func named(list []read, subject string) *read {
	first := list[0]
	for _, m := range list {
		if m.Kind == desk.Incoming {
			first = m
			break
		}
	}
	if subject != "" {
		first.Subject = subject
	}
	return &first
}

// stayAside makes what leaves a side conversation one too.
func stayAside(ctx context.Context, tx *db.Tx, from, to *row) error {
	parents, err := sidesOf(ctx, tx, from.ID)
	if err != nil {
		return err
	}
	for _, p := range parents {
		if err := link(ctx, tx, p, to.ID, string(LinkSide)); err != nil {
			return err
		}
	}
	return nil
}

// moveMessage moves one message, with its mentions and with who wrote it.
func moveMessage(ctx context.Context, tx *db.Tx, m read, from, target *row) error {
	if _, err := tx.Exec(ctx, `UPDATE message SET conversation = $1 WHERE id = $2`, target.ID, m.ID); err != nil {
		return fmt.Errorf("move message %s: %w", m.ID, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE mention SET conversation = $1 WHERE message = $2 AND conversation = $3`, target.ID, m.ID, from.ID); err != nil {
		return fmt.Errorf("move mentions of message %s: %w", m.ID, err)
	}
	if m.Kind != desk.Incoming || m.Automatic != "" || m.From.Address == "" {
		return nil
	}
	return addParticipant(ctx, tx, target.ID, desk.Participant{Customer: m.Customer, Name: m.From.Name, Address: m.From.Address, Role: desk.Contributor})
}

// settle works a conversation out anew after messages came or left, and saves it.
func (c *row) settle(ctx context.Context, tx *db.Tx, by desk.Actor) error {
	if err := c.recount(ctx, tx); err != nil {
		return err
	}
	if err := c.recountTroubles(ctx, tx); err != nil {
		return err
	}
	c.did(deadline.Moved)
	if err := c.rewait(ctx, tx); err != nil {
		return err
	}
	if err := c.leaveEmpty(ctx, tx, by); err != nil {
		return err
	}
	return c.save(ctx, tx)
}
